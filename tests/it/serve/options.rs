//! Every combination of options of SET, GETEX and EXPIRE on every kind of key: our server beside Redis.

use super::client::words;
use super::redis::Redis;
use super::same::is_same;
use super::server::Server;

/// What a key holds beforehand.
const BEFORE: [&str; 6] = [
    "PING",
    "SET k old",
    "SET k old EXAT 4000000000",
    "HSET k f v",
    "RPUSH k a",
    "SET k 17 PXAT 4000000000500",
];

/// What tells what came of it.
const AFTER: [&str; 4] = ["TYPE k", "GET k", "HGETALL k", "PEXPIRETIME k"];

/// The options of each command, and how many at once are tried.
const COMMANDS: [(&str, &[&str], usize); 6] = [
    ("SET k new", &["NX", "XX", "GET", "KEEPTTL", "EX 100000", "PX 0", "EXAT 4000000001", "PXAT 1", "no"], 3),
    ("GETEX k", &["PERSIST", "EX 100000", "PX -1", "EXAT 4000000001", "PXAT 1", "EX no", "KEEPTTL"], 2),
    ("EXPIRE k 100000", &["NX", "XX", "GT", "LT", "no"], 3),
    ("EXPIREAT k 4000000000", &["NX", "XX", "GT", "LT"], 3),
    ("PEXPIREAT k 4000000000501", &["NX", "XX", "GT", "LT"], 2),
    ("PEXPIRE k -1", &["NX", "XX", "GT", "LT"], 2),
];

/// A command with every row of so many of its options at most.
fn rows(command: &str, options: &[&str], most: usize) -> Vec<String> {
    let mut rows = vec![command.to_owned()];
    let mut longest = rows.clone();
    for _ in 0..most {
        let longer =
            |row: &String| options.iter().map(|option| format!("{row} {option}")).collect::<Vec<_>>();
        longest = longest.iter().flat_map(longer).collect();
        rows.extend(longest.iter().cloned());
    }
    rows
}

#[test]
fn every_combination_of_options_does_what_it_does_in_redis() {
    let Some(redis) = Redis::start() else { return };
    let server = Server::start(&[]);
    let mut clients = [server.client(), redis.client()];
    for command in COMMANDS.iter().flat_map(|(command, options, most)| rows(command, options, *most)) {
        // One word that is no option is meant for a field: see `draw`.
        if command == "SET k new no" {
            continue;
        }
        for before in BEFORE {
            let asked = [&["DEL k", before, &command], &AFTER[..]].concat();
            let [ours, theirs] = clients.each_mut().map(|client| client.ask_at_once(&asked));
            for (said, (one, other)) in asked.iter().zip(ours.iter().zip(&theirs)) {
                let (shown, wanted) = (one.escape_ascii(), other.escape_ascii());
                let is_same = is_same(&words(said), &[], [one, other]);
                assert!(is_same, "{before}; {command}; {said}: {shown}, and not {wanted}");
            }
        }
    }
}
