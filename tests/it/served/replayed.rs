use super::time_log::{assert_same_answers, items, lines, replayed};
use super::{Client, Server, until};
use crate::amounts::{RECORDED, first_seed};
use crate::program::stored::mixed;

/// A client that asks at random, and what it needs to know of itself.
struct Asker {
    client: Client,
    is_line: bool,
    is_open: bool,
    random: u64,
}

impl Asker {
    fn next(&mut self, end: u64) -> u64 {
        self.random += 1;
        mixed(self.random) % end
    }

    fn step(&mut self) {
        let (key, field) = (format!("k{}", self.next(6)), format!("f{}", self.next(3)));
        let (value, few) = (self.random.to_string(), self.next(40).to_string());
        let (key, field, value, few) = (&*key, &*field, &*value, &*few);
        if self.is_line {
            return self.line(key, field, value, few);
        }
        match self.next(20) {
            0 => self.ask(&["SET", key, value]),
            1 => self.ask(&["SET", key, value, "PX", &format!("1{few}")]),
            2 => self.ask(&["HSET", key, field, value, "g", "1"]),
            3 => self.ask(&["GET", key]),
            4 => self.ask(&["HGETALL", key]),
            5 => self.ask(&["DEL", key]),
            6 => self.ask(&["INCR", key]),
            7 => self.ask(&["SET", key, value, "NX", "GET", "EX", "100"]),
            8 => self.ask(&["PEXPIRE", key, few]),
            9 => self.ask(&["PTTL", key]),
            10 => self.ask(&["BACKUP", "now"]),
            11 => {
                let clock = self.clock();
                self.ask(&["RESTORE", "now", &clock]);
            }
            12 => self.ask(&["RPUSH", key, value, few]),
            13 | 14 => {
                // The others may come between.
                let name =
                    if self.is_open { ["COMMIT", "ROLLBACK"][usize::from(few < "2")] } else { "BEGIN" };
                self.ask(&[name]);
                self.is_open = !self.is_open;
            }
            15 | 16 => {
                self.ask(&["WATCH", key]);
                self.ask(&["GET", key]);
                self.ask(&["MULTI"]);
                self.ask(&["SET", key, value]);
                self.ask(&["INCR", "n"]);
                self.ask(&["EXEC"]);
            }
            17 => self.ask(&["SCAN", "0"]),
            18 => self.ask(&["BATCH", &format!(r#"["SET","{key}","{field}","1"]"#), r#"["SIZE"]"#]),
            _ => self.ask(&["EXISTS", key, "n"]),
        }
    }

    /// A moment not long ago.
    fn clock(&mut self) -> String {
        let told = self.client.ask(&["INFO", "server"]);
        let clock = told.lines().find_map(|line| line.strip_prefix("clock:")).expect("it is told");
        (clock.parse::<u64>().expect("a number") - self.next(30)).to_string()
    }

    fn ask(&mut self, words: &[&str]) {
        let reply = self.client.ask(words);
        assert!(!reply.starts_with("-ERR") || reply.contains("not an integer"), "{words:?} {reply}");
    }

    fn line(&mut self, key: &str, field: &str, value: &str, few: &str) {
        let line = match self.next(7) {
            0 => format!("PUT {key} {value}"),
            1 => format!("PUT {key} {value} TTL 90"),
            2 => format!("GET {key}"),
            3 => format!("TTL {key} 9{few}"),
            4 => format!(r#"[["SET","{key}","{field}","{value}"],["BATCH",["SCAN","{key}"],["SIZE"]]]"#),
            5 => format!(r#"["SCAN_AT","{key}","now"]"#),
            _ => {
                self.is_open = !self.is_open;
                format!(r#"["{}"]"#, if self.is_open { "BEGIN" } else { "COMMIT" })
            }
        };
        let reply = self.client.say(&line);
        assert!(!reply.starts_with("ERROR"), "{line} {reply}");
    }
}

/// Many at once, with transactions that fail and some that are left open, lives that end, and ways back.
#[test]
fn what_many_ask_at_random_replays_to_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (store, record) = (folder.path().join("store"), folder.path().join("record"));
    let (store, record) = (store.to_str().unwrap(), record.to_str().unwrap());
    let seed = first_seed();
    println!("seed {seed}");
    let server = Server::start(&["--store", store, "--record", record, "--sync", "never"]);
    std::thread::scope(|threads| {
        for who in 0..20 {
            let is_line = who % 4 == 3;
            let client = if is_line { server.line() } else { server.resp() };
            let random = mixed(seed * 1_000_000 + who);
            let mut asker = Asker { client, is_line, is_open: false, random };
            threads.spawn(move || (0..RECORDED.get()).for_each(|_| asker.step()));
        }
    });
    // What is short-lived ends first.
    let clock = server.info("clock");
    until("the end of short lives", || (server.info("clock") > clock + 200).then_some(()));
    let held = items(&mut server.resp());
    server.stop();
    let lines = lines(record);
    let ends: Vec<_> =
        lines.iter().filter(|line| line.query[0] == "COMMIT").map(|line| &line.answer).collect();
    assert!(ends.iter().any(|answer| **answer == "true") && ends.iter().any(|answer| **answer == "false"));
    assert_same_answers(&lines);
    assert!(lines.last().is_some_and(|line| line.query[0] == "ITEMS"));
    assert_eq!(replayed(store), held);
}
