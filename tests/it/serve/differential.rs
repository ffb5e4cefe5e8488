//! Our server beside Redis: the same random commands, from a seed, and the same bytes for replies, in both versions of
//! the protocol. What is not drawn stands at the top of `draw`.

use std::collections::BTreeSet;

use super::client::{Client, request, taken_apart};
use super::draw::{Step, list};
use super::redis::Redis;
use super::same::is_same;
use super::server::Server;
use crate::amounts::REDIS_LISTS;

/// A server and the connections to it that a list is sent through.
struct Side([Client; 2]);

/// What was queued by each connection.
type Queued = [Vec<Vec<Vec<u8>>>; 2];

impl Side {
    fn new(mut fresh: impl FnMut() -> Client, protocol: &str) -> Self {
        let mut clients = [fresh(), fresh()];
        let first = &mut clients[0];
        assert_eq!(first.ask(&["FLUSHALL"]), b"+OK\r\n");
        for client in &mut clients {
            let hello = client.ask(&["HELLO", protocol]);
            assert!(matches!(hello[0], b'%' | b'*'), "{}", hello.escape_ascii());
        }
        Self(clients)
    }

    /// Asks commands of one connection at once, or one walk.
    fn ask(&mut self, steps: &[Step]) -> Vec<Vec<u8>> {
        let client = &mut self.0[steps[0].who];
        if steps[0].is_walk {
            return vec![walked(client, &steps[0].words)];
        }
        client.send_bytes(&steps.iter().flat_map(|step| request(&step.words)).collect::<Vec<_>>());
        steps.iter().map(|_| client.reply()).collect()
    }
}

/// A pipeline holds no more bytes than fit on the way, for nobody reads replies before all of it is sent.
const PIPELINE: usize = 30_000;

/// Can this be sent before the one ahead of it is answered?
fn goes_with(before: &Step, step: &Step) -> bool {
    let size = |step: &Step| step.words.iter().map(Vec::len).sum::<usize>();
    let is_short = |step: &Step| !step.is_walk && size(step) < PIPELINE / MOST;
    step.is_piped && before.who == step.who && is_short(before) && is_short(step)
}

/// So many commands are sent at once.
const MOST: usize = 40;

/// All that a walk finds, each once and in order. What is found more than once is found by Redis too while it grows.
fn walked(client: &mut Client, words: &[Vec<u8>]) -> Vec<u8> {
    let place = if words[0].eq_ignore_ascii_case(b"SCAN") { 1 } else { 2 };
    let (mut words, mut found) = (words.to_vec(), BTreeSet::new());
    loop {
        let reply = client.ask(&words);
        if reply[0] != b'*' {
            return reply;
        }
        let (_, both) = taken_apart(&reply);
        let (_, cursor) = taken_apart_text(both[0]);
        let (_, items) = taken_apart(both[1]);
        found.extend(items.chunks(place).map(<[_]>::concat));
        if cursor == b"0" {
            return found.into_iter().collect::<Vec<_>>().concat();
        }
        words[place] = cursor.to_vec();
    }
}

/// The header of a text and the text.
fn taken_apart_text(reply: &[u8]) -> (&[u8], &[u8]) {
    let end = reply.iter().position(|byte| *byte == b'\n').expect("a line ends") + 1;
    (&reply[..end], &reply[end..reply.len() - 2])
}

/// What was asked, so that it can be typed.
fn shown(steps: &[Step]) -> String {
    let line = |step: &Step| {
        let words =
            step.words.iter().map(|word| format!("\"{}\"", word[..word.len().min(80)].escape_ascii()));
        format!(
            "  {}{} {}\n",
            ["a", "b"][step.who],
            if step.is_piped { "|" } else { ">" },
            words.collect::<Vec<_>>().join(" ")
        )
    };
    steps.iter().map(line).collect()
}

fn cut(reply: &[u8]) -> String {
    reply[..reply.len().min(2_000)].escape_ascii().to_string()
}

/// Sends the list of a seed to both.
fn compare(seed: u64, protocol: &str, ours: &Server, redis: &Redis) {
    let steps = list(seed);
    let mut sides = [Side::new(|| ours.client(), protocol), Side::new(|| redis.client(), protocol)];
    let (mut queued, mut number) = (Queued::default(), 0);
    for pipeline in steps.chunk_by(goes_with).flat_map(|pipeline| pipeline.chunks(MOST)) {
        let [mine, theirs] = sides.each_mut().map(|side| side.ask(pipeline));
        for (step, (mine, theirs)) in pipeline.iter().zip(mine.iter().zip(&theirs)) {
            number += 1;
            let queue = &mut queued[step.who];
            assert!(
                is_same(&step.words, queue, [mine, theirs]),
                "seed {seed}, RESP{protocol}, at the last of\n{}  rewind {}\n  redis  {}",
                shown(&steps[..number]),
                cut(mine),
                cut(theirs),
            );
            note(step, mine, queue);
        }
    }
}

/// Keeps what is queued of a transaction.
fn note(step: &Step, reply: &[u8], queue: &mut Vec<Vec<Vec<u8>>>) {
    match reply {
        b"+QUEUED\r\n" => queue.push(step.words.clone()),
        b"+OK\r\n" if step.words[0].eq_ignore_ascii_case(b"MULTI") => queue.clear(),
        _ => {}
    }
}

#[test]
fn random_lists_are_answered_as_redis_answers_them() {
    let Some(redis) = Redis::start() else { return };
    let scratch = tempfile::tempdir().expect("there is room");
    let store = scratch.path().to_str().expect("a plain name");
    // With a store a transaction is one of the engine's; without one it need not be.
    let servers = [Server::start(&[]), Server::start(&["--store", store, "--sync", "never"])];
    for seed in REDIS_LISTS.seeds() {
        for (protocol, server) in ["2", "3"].iter().zip([0, 1]) {
            let server = &servers[usize::from(server != seed % 2)];
            compare(seed, protocol, server, &redis);
        }
    }
}
