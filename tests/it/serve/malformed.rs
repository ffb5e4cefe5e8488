//! Requests whole and broken, by words and by lines, in any order: our server beside Redis.
//!
//! Not drawn, for our answer is deliberately another: a word of another length than it says, which Redis takes; numbers
//! between our limits and those of Redis; a line with the byte 0, for whose end Redis waits in vain; lines longer
//! than ours may be that end, which Redis takes if they come at once; HTTP behind
//! something else, whose replies Redis forgets.

use rewinddb::judge::Rng;

use super::client::Client;
use super::redis::Redis;
use super::server::Server;
use crate::amounts::REDIS_REQUESTS;

const GOOD: &[&[u8]] = &[
    b"PING\r\n",
    b"PING\n",
    b"\r\n",
    b"\n",
    b"*0\r\n",
    b"*-1\r\n",
    b"*-5\r\n",
    b"  ping  \t \r\n",
    b"SET a 1\r\n",
    b"GET a\r\n",
    b"ECHO \"two words\"\r\n",
    b"ECHO 'it\\'s'\r\n",
    b"ECHO \"\\x41\\xff\\n\\\"\"\r\n",
    b"ECHO \"\\x4\\xg0\\z\"\r\n",
    b"ECHO a\"b c\"\r\n",
    b"ECHO ''\r\n",
    b"ECHO \x80\xff\r\n",
    b"ECHO a\rb\r\n",
    b"NOSUCH a b\r\n",
    b"GET\r\n",
    b"*1\r\n$4\r\nPING\r\n",
    b"*2\r\n$4\r\nECHO\r\n$0\r\n\r\n",
    b"*2\r\n$4\r\necho\r\n$3\r\n\r\n\0\r\n",
    b"*1\r\n$0\r\n\r\n",
    b"MULTI\r\n",
    b"EXEC\r\n",
    b"HGETALL a\r\n",
];

const BAD: &[&[u8]] = &[
    b"*abc\r\n",
    b"*1.5\r\n",
    b"*\r\n",
    b"* 1\r\n",
    b"*+1\r\n",
    b"*01\r\n",
    b"*99999999999999999999\r\n",
    b"*2147483648\r\n",
    b"*1\r\n!4\r\nPING\r\n",
    b"*1\r\n:4\r\n",
    b"*1\r\n*1\r\n$4\r\nPING\r\n",
    b"*1\r\n\r\nPING\r\n",
    b"*1\r\n\x80\r\n",
    b"*1\r\n$-1\r\n",
    b"*1\r\n$abc\r\n",
    b"*1\r\n$\r\n",
    b"*1\r\n$ 4\r\n",
    b"*1\r\n$04\r\nPING\r\n",
    b"*1\r\n$+4\r\nPING\r\n",
    b"*1\r\n$99999999999\r\n",
    b"*1\r\n$99999999999999999999\r\n",
    b"$4\r\nPING\r\n",
    b"ECHO \"open\r\n",
    b"ECHO 'open\r\n",
    b"ECHO \"a\"b\r\n",
    b"ECHO 'a'b\r\n",
    b"QUIT\r\n",
];

/// What does not end.
const OPEN: &[&[u8]] =
    &[b"*1", b"*2\r\n$4\r\nECHO\r\n$5\r\nab", b"*1\r\n$4", b"*2\r\n$4\r\nPING\r\n", b"PING", b"\""];

/// What does not end either, and is too long.
const LONG: &[&[u8]] = &[b"x", b"*", b"*1\r\n$"];

/// What a browser says.
const HTTP: &[&[u8]] =
    &[b"POST / HTTP/1.1\r\n", b"Host: localhost\r\n", b"*1\r\n$4\r\nPOST\r\n", b"*1\r\n$5\r\nhost:\r\n"];

/// What one connection sends.
fn drawn(rng: &mut Rng) -> Vec<u8> {
    let mut bytes = Vec::new();
    if rng.chance(20) {
        bytes.extend(*rng.pick(HTTP));
    }
    for _ in 0..rng.below(6) {
        bytes.extend(*rng.pick(GOOD));
    }
    if !rng.chance(5) {
        bytes.extend(*rng.pick(BAD));
    }
    for _ in 0..rng.below(3) {
        bytes.extend(*rng.pick(GOOD));
    }
    match rng.below(10) {
        0 => bytes.extend([*rng.pick(LONG), &vec![b'x'; 70_000]].concat()),
        1..4 => bytes.extend(*rng.pick(OPEN)),
        _ => {}
    }
    bytes
}

#[test]
fn broken_requests_are_answered_as_redis_answers_them() {
    let Some(redis) = Redis::start() else { return };
    let server = Server::start(&[]);
    for seed in REDIS_REQUESTS.seeds() {
        let bytes = drawn(&mut Rng(seed));
        let [ours, theirs] = [server.client(), redis.client()].map(|mut client: Client| {
            assert_eq!(client.ask(&["FLUSHALL"]), b"+OK\r\n");
            client.end_with(&bytes)
        });
        let asked = bytes[..bytes.len().min(500)].escape_ascii();
        let [ours, theirs] = [ours, theirs].map(|reply| reply.escape_ascii().to_string());
        assert_eq!(ours, theirs, "seed {seed}: {asked}");
    }
}
