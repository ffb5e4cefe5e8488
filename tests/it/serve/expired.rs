//! Keys that end while they are looked at: our server beside Redis.

use std::thread::sleep;
use std::time::Duration;

use super::client::words;
use super::redis::Redis;
use super::same::is_same;
use super::server::Server;

/// What ends soon.
const SOON: [&str; 8] = [
    "SET text v PX 40",
    "SET number 17 PX 40",
    "HSET hash f v g w",
    "PEXPIRE hash 40",
    "RPUSH list a b",
    "PEXPIRE list 40",
    "SET later v PX 100000000",
    "SET stays v",
];

/// What is asked then; each key is first asked for by something else. What ends soon again is asked for no more.
const THEN: [&str; 34] = [
    "GET text",
    "STRLEN text",
    "TTL text",
    "PERSIST text",
    "TYPE text",
    "EXISTS text hash list later stays",
    "TTL later",
    "INCR number",
    "PTTL number",
    "HSETNX hash f new",
    "HGETALL hash",
    "PTTL hash",
    "LRANGE list 0 -1",
    "RPUSH list c",
    "PTTL list",
    "KEYS *",
    "DBSIZE",
    "SET text v XX",
    "GET text",
    "SETNX text v",
    "SET text v PX 40 KEEPTTL",
    "HSET hash2 f v",
    "APPEND number x",
    "EXPIRE nobody 10",
    "GETDEL stays",
    "UNLINK list",
    "RPUSH list2 a",
    "TYPE hash2",
    "LLEN list2",
    "GET number",
    "GETEX text PX 40",
    "PEXPIRE hash2 40",
    "PEXPIRE number 40",
    "PEXPIRE list2 40",
];

/// What is left in the end.
const LAST: [&str; 12] = [
    "HGET hash2 f",
    "HLEN hash2",
    "HDEL hash2 f",
    "HINCRBY hash2 n 1",
    "LINDEX list2 0",
    "LLEN list2",
    "GETSET text w",
    "PTTL text",
    "APPEND number y",
    "GET number",
    "SCAN 0 COUNT 1000 TYPE none",
    "PTTL hash2",
];

#[test]
fn what_has_ended_is_gone_as_in_redis() {
    let Some(redis) = Redis::start() else { return };
    let server = Server::start(&[]);
    let mut clients = [server.client(), redis.client()];
    for commands in [&SOON[..], &THEN, &LAST] {
        let [ours, theirs] = clients.each_mut().map(|client| client.ask_at_once(commands));
        for (command, (mine, wanted)) in commands.iter().zip(ours.iter().zip(&theirs)) {
            let (shown, wished) = (mine.escape_ascii(), wanted.escape_ascii());
            assert!(is_same(&words(command), &[], [mine, wanted]), "{command}: {shown}, and not {wished}");
        }
        sleep(Duration::from_millis(150));
    }
}
