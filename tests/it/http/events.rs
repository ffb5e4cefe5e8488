//! Those who watch are told of what is committed.

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::client::{Client, start, start_still};
use crate::serve::server::Server;

const TEXT: &str = "content-type: text/plain";

/// Somebody who watches.
struct Watcher {
    client: Client,
    text: String,
}

impl Watcher {
    fn to(server: &Server, target: &str, last: Option<&str>) -> Self {
        let mut client = Client::to(server);
        let last = last.map_or_else(String::new, |last| format!("last-event-id: {last}\r\n"));
        client.send(format!("GET {target} HTTP/1.1\r\nhost: localhost\r\n{last}\r\n").as_bytes());
        let head = client.head().expect("it is answered");
        assert_eq!((head.status, head.header("content-type")), (200, Some("text/event-stream")));
        let mut watcher = Self { client, text: String::new() };
        assert_eq!(watcher.block(), "retry: 2000");
        watcher
    }

    /// What stands up to the next empty line.
    fn block(&mut self) -> String {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                return block;
            }
            let chunk = self.client.chunk().expect("it goes on");
            self.text.push_str(&String::from_utf8(chunk).expect("it is UTF-8"));
        }
    }

    /// The next event: its number, its name, what it tells.
    fn event(&mut self) -> (Option<u64>, String, Json) {
        let block = self.block();
        let line = |name: &str| block.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        let data = serde_json::from_str(line("data").expect("it has data")).expect("it is JSON");
        let number = line("id").map(|id| id.parse().expect("it is a number"));
        (number, line("event").expect("it has a name").to_owned(), data)
    }
}

#[test]
fn changes_are_told_as_they_are_committed() {
    let server = start_still(&["--resp", "127.0.0.1:0"]);
    let (mut client, mut redis) = (Client::to(&server), server.client());
    let mut all = Watcher::to(&server, "/v1/events", None);
    let mut some = Watcher::to(&server, "/v1/events?prefix=b", None);
    client.ask("PUT", "/v1/records/a/fields/f?ttl=7", &[TEXT], "1");
    let changes = json!([{"key": "a", "field": "f", "value": "1", "left": 7}]);
    let wanted = json!({"at": 0, "group": 1, "queries": 2, "changes": changes});
    assert_eq!(all.event(), (Some(1), "group".to_owned(), wanted));
    // Whoever writes it.
    redis.ask(&["RPUSH", "b", "x", "y"]);
    let changes = json!([{"key": "b", "field": "", "value": ["x", "y"], "left": null}]);
    let wanted =
        (Some(2), "group".to_owned(), json!({"at": 0, "group": 2, "queries": 2, "changes": changes}));
    assert_eq!(all.event(), wanted);
    assert_eq!(some.event(), wanted);
    client.ask("DELETE", "/v1/records/a/fields/f", &[], "");
    let told = all.event().2;
    assert_eq!(told["changes"], json!([{"key": "a", "field": "f", "value": null, "left": null}]));
    // A record that is removed has no field of its name.
    client.ask("DELETE", "/v1/records/b", &[], "");
    assert_eq!(all.event().2["changes"], json!([{"key": "b", "field": null, "value": null, "left": null}]));
    assert_eq!(some.event().0, Some(4));
    // A value that looks like an event is none.
    client.ask("PUT", "/v1/records/b/value", &[TEXT], "event: x\n\nid: 9");
    assert_eq!(some.event().0, Some(5));
    assert_eq!(all.event().2["changes"][0]["value"], "event: x\n\nid: 9");
    // What is read is no change, and what is long is cut.
    client.get("/v1/records");
    client.ask("PUT", "/v1/records/long/value", &[TEXT], &"é".repeat(1_000));
    let told = all.event().2;
    assert_eq!((told["group"].as_u64(), &told["changes"][0]["cut"]), (Some(6), &json!(true)));
    assert_eq!(told["changes"][0]["value"], json!("é".repeat(512)));
    // Many at once are a hundred and a word.
    let many: Vec<_> = (0..150).map(|n| json!(["PUT", format!("k{n}"), "1"])).collect();
    client.post("/v1/query", &json!(many).to_string());
    let told = all.event().2;
    assert_eq!(told["changes"].as_array().map(Vec::len), Some(100));
    assert_eq!((&told["more"], &told["queries"]), (&json!(true), &json!(150)));
}

#[test]
fn moments_are_told_by_name_and_transactions_when_they_take_effect() {
    let server = start_still(&[]);
    let mut client = Client::to(&server);
    let mut all = Watcher::to(&server, "/v1/events?prefix=nothing", None);
    let mut cells = Watcher::to(&server, "/v1/events", None);
    client.post("/v1/query", "[[\"TICK\",\"5\"],[\"BACKUP\",\"now\"]]");
    client.post("/v1/query", "[[\"PUT\",\"gone\",\"1\"],[\"CLEAR\"],[\"PUT\",\"a\",\"2\"]]");
    client.post("/v1/restore", "{\"to\":5}");
    assert_eq!(all.event(), (Some(1), "backup".to_owned(), json!({"at": 5, "group": 1, "moment": 5})));
    assert_eq!(all.event(), (Some(2), "clear".to_owned(), json!({"at": 5, "group": 2})));
    assert_eq!(all.event(), (Some(3), "restore".to_owned(), json!({"at": 5, "group": 3, "to": 5})));
    assert_eq!(cells.event().1, "backup");
    // Only the last event of a group has its number.
    assert_eq!(cells.event(), (None, "clear".to_owned(), json!({"at": 5, "group": 2})));
    let (number, _, told) = cells.event();
    // It tells how it is when it is committed.
    assert_eq!((number, &told["changes"][0]["value"]), (Some(2), &json!("2")));
    assert_eq!(cells.event().1, "restore");
    let begun = client.ask("POST", "/v1/transactions", &[], "");
    let id = begun.header("rewind-transaction").expect("it is named").to_owned();
    let named = format!("rewind-transaction: {id}");
    client.ask("PUT", "/v1/records/x/value", &[TEXT, &named], "1");
    client.ask("PUT", "/v1/records/y/value", &[TEXT], "1");
    assert_eq!(cells.event().2["changes"][0]["key"], "y");
    client.ask("POST", &format!("/v1/transactions/{id}/commit"), &[], "");
    assert_eq!(cells.event().2["changes"][0]["key"], "x");
    // One that is rolled back was never there.
    client.post("/v1/query", "[[\"BEGIN\"],[\"PUT\",\"z\",\"1\"],[\"ROLLBACK\"],[\"PUT\",\"last\",\"1\"]]");
    let told = cells.event().2;
    assert_eq!(
        (&told["changes"][0]["key"], told["changes"].as_array().map(Vec::len)),
        (&json!("last"), Some(1))
    );
}

#[test]
fn who_comes_back_goes_on_where_he_was_or_begins_anew() {
    let folder = tempfile::tempdir().expect("there is room");
    let store = folder.path().join("store").display().to_string();
    for options in [&[][..], &["--store", &store, "--sync", "never"]] {
        let server = start_still(options);
        let mut client = Client::to(&server);
        let mut first = Watcher::to(&server, "/v1/events", None);
        let mut put = |n: usize| {
            let status = client.ask("PUT", &format!("/v1/records/k/fields/{n}"), &[TEXT], "1").status;
            assert!([201, 204].contains(&status), "{status}");
        };
        put(0);
        let (seen, ..) = first.event();
        drop(first);
        (1..4).for_each(&mut put);
        let seen = seen.expect("it has a number");
        let mut again = Watcher::to(&server, "/v1/events", Some(&seen.to_string()));
        let numbers: Vec<_> = (0..3).map(|_| again.event().0.expect("it has a number")).collect();
        assert!(numbers.is_sorted() && numbers[0] > seen, "{numbers:?}");
        // Too far behind.
        (4..400).for_each(&mut put);
        let last = |watcher: &mut Watcher| {
            let (number, name, told) = watcher.event();
            assert_eq!((&*name, told["group"].as_u64()), ("reset", number));
            number
        };
        let now = last(&mut Watcher::to(&server, "/v1/events", Some(&seen.to_string())));
        for other in ["999999", "-1", "x"] {
            assert_eq!(last(&mut Watcher::to(&server, "/v1/events", Some(other))), now);
        }
        // Of more than are kept nothing is known.
        (400..1_600).for_each(&mut put);
        last(&mut Watcher::to(&server, "/v1/events", Some(&now.expect("it has one").to_string())));
    }
}

#[test]
fn who_does_not_read_holds_up_nobody_and_begins_anew() {
    let server = start_still(&[]);
    let mut client = Client::to(&server);
    let mut slow = Watcher::to(&server, "/v1/events", None);
    let long = "x".repeat(1_000);
    let puts: Vec<_> = (0..100).map(|n| json!(["PUT", format!("k{n}"), long])).collect();
    let list = json!(puts).to_string();
    for _ in 0..600 {
        assert_eq!(client.post("/v1/query", &list).status, 200);
    }
    let mut names = Vec::new();
    while !names.iter().any(|name| name == "reset") {
        names.push(slow.event().1);
    }
    assert!(names.len() < 600, "{}", names.len());
    let metrics = client.get("/metrics").text();
    assert!(metrics.contains("\nrewind_events_dropped_total 1\n"), "{metrics}");
}

#[test]
fn watching_ends_with_the_server_and_keeps_a_connection_that_is_silent() {
    let mut server = start(&["--line", "127.0.0.1:0", "--max-connections", "1100"]);
    let mut watchers: Vec<_> = (0..1_000).map(|_| Watcher::to(&server, "/v1/events", None)).collect();
    let refused = Client::to(&server).get("/v1/events");
    assert_eq!((refused.status, refused.problem()), (429, "readers".to_owned()));
    // Whoever goes makes room.
    watchers.pop();
    let begun = std::time::Instant::now();
    while Client::to(&server).ask("HEAD", "/v1/events", &[], "").status != 200 {
        assert!(begun.elapsed() < Duration::from_secs(20), "there is no room");
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut line = server.line_client();
    std::io::Write::write_all(&mut line, b"SHUTDOWN\n").expect("it is sent");
    assert_eq!(server.status(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(25));
    assert_eq!(watchers[0].client.chunk(), None);
}

/// What a commit had failed to write was told as soon as somebody read something.
#[test]
fn what_is_not_committed_is_never_told() {
    let folder = tempfile::tempdir().expect("there is room");
    let store = folder.path().join("store").display().to_string();
    let faces = "--http 127.0.0.1:0 --resp 127.0.0.1:0";
    let script = format!("trap '' XFSZ; ulimit -f 60; exec \"$0\" serve {faces} --store \"$1\"");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_rewind"), &store]).stderr(Stdio::null());
    let server = Server::of(shell);
    let (mut watcher, mut client) = (Watcher::to(&server, "/v1/events", None), server.client());
    let value = "x".repeat(300);
    let put = |number: &u64| client.ask(&["SET", &number.to_string(), &value]) == b"+OK\r\n";
    let last = (1..10_000).take_while(put).last().expect("there is room for one");
    assert_eq!((1..=last).map(|_| watcher.event().0).last(), Some(Some(last)));
    assert_eq!(client.ask(&["PING"]), b"+PONG\r\n");
    // The next would be the one that was refused.
    let mut another = Watcher::to(&server, "/v1/events", Some(&(last + 1).to_string()));
    assert_eq!(another.event(), (Some(last), "reset".to_owned(), json!({"group": last})));
}

#[test]
fn a_transaction_that_is_older_than_whoever_watches_is_told_when_it_takes_effect() {
    let server = start_still(&["--resp", "127.0.0.1:0"]);
    let (mut client, mut redis) = (Client::to(&server), server.client());
    let begun = client.ask("POST", "/v1/transactions", &[], "");
    let id = begun.header("rewind-transaction").expect("it is named").to_owned();
    let named = format!("rewind-transaction: {id}");
    client.ask("PUT", "/v1/records/a/value", &[TEXT, &named], "1");
    // One that took effect before is nobody's affair.
    redis.ask(&["REWIND", "BEGIN"]);
    redis.ask(&["PUT", "before", "1"]);
    redis.ask(&["REWIND", "COMMIT"]);
    let mut all = Watcher::to(&server, "/v1/events", None);
    client.ask("PUT", "/v1/records/b/value", &[TEXT, &named], "1");
    client.ask("PUT", "/v1/records/c/value", &[TEXT], "1");
    assert_eq!(all.event().2["changes"][0]["key"], "c");
    client.ask("POST", &format!("/v1/transactions/{id}/commit"), &[], "");
    // What was written before is not known one by one.
    let changes = json!([{"key": "b", "field": "", "value": "1", "left": null}]);
    let wanted = json!({"at": 0, "group": 2, "queries": 1, "changes": changes, "more": true});
    assert_eq!(all.event(), (Some(2), "group".to_owned(), wanted));
}

#[test]
fn a_backup_is_told_whatever_comes_after_it_in_its_group() {
    let server = start_still(&[]);
    let mut client = Client::to(&server);
    let mut all = Watcher::to(&server, "/v1/events", None);
    let list = r#"[["PUT","a","1"],["BACKUP","now"],["CLEAR"],["PUT","b","1"],["RESTORE","now","now"]]"#;
    client.post("/v1/query", list);
    assert_eq!(all.event(), (None, "backup".to_owned(), json!({"at": 0, "group": 1, "moment": 0})));
    assert_eq!(all.event(), (Some(1), "restore".to_owned(), json!({"at": 0, "group": 1, "to": 0})));
    // However many they are, all is gone.
    let mut list: Vec<_> = (1..=150).map(|moment| json!(["BACKUP", moment])).collect();
    list.push(json!(["CLEAR"]));
    client.post("/v1/query", &json!(list).to_string());
    let names: Vec<_> = (0..100).map(|_| all.event().1).collect();
    assert_eq!(names.iter().filter(|name| *name == "clear").count(), 1);
    let (number, _, told) = all.event();
    assert_eq!((number, &told["more"]), (Some(2), &json!(true)));
}

#[test]
fn a_reader_is_told_something_before_he_is_idle_for_too_long() {
    let server = start_still(&["--idle-timeout", "1200"]);
    let mut all = Watcher::to(&server, "/v1/events", None);
    let begun = std::time::Instant::now();
    while begun.elapsed() < Duration::from_secs(3) {
        assert_eq!(all.block(), ": still here");
    }
}

#[test]
fn a_group_that_changes_no_cell_can_be_gone_on_from() {
    let folder = tempfile::tempdir().expect("there is room");
    let server = start_still(&["--store", &folder.path().join("store").display().to_string()]);
    let mut client = Client::to(&server);
    let _first = Watcher::to(&server, "/v1/events", None);
    client.post("/v1/query", r#"[["PUT","a","1"]]"#);
    client.post("/v1/query", r#"[["TICK","5"]]"#);
    let seen: Json = serde_json::from_str(&client.get("/v1/cells").text()).expect("it is JSON");
    let group = seen["group"].as_u64().expect("it has one");
    assert_eq!(group, 2);
    let mut again = Watcher::to(&server, "/v1/events", Some(&group.to_string()));
    client.post("/v1/query", r#"[["PUT","a","2"]]"#);
    let (number, name, _) = again.event();
    assert_eq!((number, &*name), (Some(3), "group"));
}
