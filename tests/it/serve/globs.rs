//! Random patterns for KEYS and SCAN: our server beside Redis, which finds the same of all short keys.

use rewinddb::judge::Rng;

use super::client::{Client, request, taken_apart};
use super::redis::Redis;
use super::server::Server;
use crate::amounts::REDIS_PATTERNS;

/// What patterns are made of.
const SIGNS: &[u8] = b"**??[[]]^-\\ab\xff";

/// All keys of three of these bytes at most, none of them empty.
fn keys() -> Vec<Vec<u8>> {
    let mut longest = vec![Vec::new()];
    let mut keys = Vec::new();
    for _ in 0..3 {
        let longer = |key: &Vec<u8>| {
            b"ab]^-\\\xff".iter().map(|byte| [key, &[*byte][..]].concat()).collect::<Vec<_>>()
        };
        longest = longest.iter().flat_map(longer).collect();
        keys.extend(longest.iter().cloned());
    }
    keys
}

/// Sets all keys.
fn filled(mut client: Client) -> Client {
    assert_eq!(client.ask(&["FLUSHALL"]), b"+OK\r\n");
    let pairs = keys().into_iter().flat_map(|key| [key, b"x".to_vec()]);
    let words: Vec<_> = std::iter::once(b"MSET".to_vec()).chain(pairs).collect();
    assert_eq!(client.ask(&words), b"+OK\r\n");
    client
}

/// What is found by either way, in order.
fn found(client: &mut Client, pattern: &[u8]) -> [Vec<Vec<u8>>; 2] {
    let scan = [b"SCAN", &b"0"[..], b"COUNT", b"100000", b"MATCH", pattern];
    client.send_bytes(&[request(&[b"KEYS", pattern]), request(&scan)].concat());
    let (by_keys, by_scan) = (client.reply(), client.reply());
    [&by_keys[..], taken_apart(&by_scan).1[1]].map(|reply| {
        let mut found: Vec<_> = taken_apart(reply).1.into_iter().map(<[u8]>::to_vec).collect();
        found.sort();
        found
    })
}

#[test]
fn patterns_find_what_they_find_in_redis() {
    let Some(redis) = Redis::start() else { return };
    let server = Server::start(&[]);
    let [mut ours, mut theirs] = [server.client(), redis.client()].map(filled);
    for seed in REDIS_PATTERNS.seeds() {
        let mut rng = Rng(seed);
        let pattern: Vec<u8> = (0..rng.below(9)).map(|_| *rng.pick(SIGNS)).collect();
        let [mine, wanted] = [&mut ours, &mut theirs].map(|client| found(client, &pattern));
        assert_eq!(mine, wanted, "seed {seed}: {}", pattern.escape_ascii());
    }
}
