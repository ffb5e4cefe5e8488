use super::Server;
use crate::amounts::{FUZZED, first_seed};
use crate::program::stored::mixed;

/// What random bytes are made of: with some luck they come to something.
const RESP: [&str; 34] = [
    "*",
    "$",
    "1",
    "2",
    "3",
    "9",
    "-1",
    "0",
    "\r\n",
    "\r\n",
    "\r\n",
    "\r",
    "\n",
    " ",
    "GET",
    "SET",
    "a",
    "b",
    "MULTI",
    "EXEC",
    "WATCH",
    "HSET",
    "SCAN",
    "0",
    "MATCH",
    "\"",
    "'",
    "\\x",
    "REWIND",
    "BATCH",
    "[\"GET\",\"a\"]",
    "HELLO",
    "\u{10fe80}",
    "99999999999",
];
const LINE: [&str; 22] = [
    "PUT", "GET", "DEL", "TTL", "STATS", "COMPACT", "AUTH", "EXIT", " ", " ", "\n", "\n", "\r\n", "a", "b",
    "17", "TTL", "[", "]", "\"GET\"", ",", "\"a\"",
];

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 += 1;
        mixed(self.0)
    }

    fn bytes(&mut self, of: &[&str]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for _ in 0..self.next() % 60 {
            if self.next().is_multiple_of(12) {
                bytes.push(self.next().to_le_bytes()[0]);
            } else {
                let from = usize::try_from(self.next() % of.len() as u64).expect("it is small");
                bytes.extend_from_slice(of[from].as_bytes());
            }
        }
        bytes
    }

    /// A command that is one, of random words.
    fn command(&mut self) -> Vec<u8> {
        let names = [
            "SET", "GET", "HSET", "HGETALL", "SCAN", "KEYS", "EXPIRE", "MULTI", "EXEC", "WATCH", "BEGIN",
            "COMMIT", "RESTORE", "BACKUP", "FIND", "CLIENT", "CONFIG", "COMMAND", "HELLO", "RESET", "INCR",
            "APPEND", "MGET", "REWIND", "BATCH", "TTL", "HSCAN", "GETEX", "MEMORY", "OBJECT", "CALL",
            "ALIAS",
        ];
        let name = names[usize::try_from(self.next() % names.len() as u64).expect("it is small")];
        let words = (0..self.next() % 6).map(|_| {
            let few = 1 + usize::try_from(self.next() % 3).expect("it is small");
            (0..few).flat_map(|_| self.bytes(&RESP[18..]).into_iter().take(9)).collect::<Vec<_>>()
        });
        let words: Vec<Vec<u8>> = words.collect();
        let mut bytes = format!("*{}\r\n${}\r\n{name}\r\n", words.len() + 1, name.len()).into_bytes();
        for word in words {
            bytes.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
            bytes.extend_from_slice(&word);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes
    }
}

#[test]
fn whatever_is_sent_it_lives_on_and_answers_others() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let store = store.to_str().unwrap();
    let server = Server::start(&["--no-shutdown", "--store", store, "--sync", "never"]);
    let mut other = server.resp();
    let seed = first_seed();
    println!("seed {seed}");
    for number in 0..FUZZED.get() {
        let mut random = Random(mixed(seed * 1_000_000 + number));
        let (mut client, of) = if random.next().is_multiple_of(3) {
            (server.line(), &LINE[..])
        } else {
            (server.resp(), &RESP[..])
        };
        for _ in 0..random.next() % 8 {
            let bytes = if of.len() == RESP.len() && !random.next().is_multiple_of(3) {
                random.command()
            } else {
                random.bytes(of)
            };
            if client.try_send(bytes).is_err() {
                break;
            }
        }
        if random.next().is_multiple_of(2) {
            client.finish();
            client.end();
        }
        assert_eq!(other.ask(&["ECHO", "there"]), "there", "after {number} of seed {seed}");
    }
    drop(other);
    server.stop();
    crate::program::stored::answers(&crate::rewind(&["log", "verify", store]).output().expect("it runs"));
}
