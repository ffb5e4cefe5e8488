use std::collections::HashMap;
use std::time::SystemTime;

use rewinddb::db::Database;
use rewinddb::script::RecordedLine;
use rewinddb::wire::{Request, Term, raw_query};

use super::{Client, Server, refused, until};
use crate::program::stored::answers;
use crate::{feed, rewind};

fn machine() -> u64 {
    let now = SystemTime::UNIX_EPOCH.elapsed().expect("it is later");
    u64::try_from(now.as_millis()).expect("it is not that late")
}

/// Asks of everything a little: what has a lifetime, backups, transactions, batches; on both faces.
fn ask_a_little(server: &Server) {
    let (mut client, mut other, mut line) = (server.resp(), server.resp(), server.line());
    assert_eq!(client.ask(&["SET", "short", "1", "PX", "1"]), "+OK");
    assert_eq!(client.ask(&["SET", "long", "2", "EX", "100000"]), "+OK");
    assert_eq!(client.ask(&["HSET", "h", "f", "1", "g", "2"]), ":2");
    let count = client.ask(&["BACKUP", "now"]);
    assert!([":2", ":3"].contains(&&*count), "{count}: the short one may have ended");
    assert_eq!(line.say("PUT note two words TTL 6000"), "OK");
    assert_eq!(
        line.say(r#"[["PUT","l","1"],["BATCH",["SET","h","i","3"],["GET","h","i"]]]"#),
        r#"["",["","3"]]"#
    );
    assert_eq!(client.ask(&["EXPIRE", "h", "5000"]), ":1");
    assert_eq!(client.ask(&["INCR", "n"]), ":1");
    assert_eq!(client.ask(&["APPEND", "long", "é"]), ":3");
    assert_eq!(client.ask(&["BEGIN"]), ":1");
    assert_eq!(other.ask(&["WATCH", "w"]), "+OK");
    assert_eq!(client.ask(&["PUT", "w", "1"]), "+OK");
    assert_eq!(client.ask(&["COMMIT"]), ":1");
    assert_eq!(other.ask(&["MULTI"]), "+OK");
    assert_eq!(other.ask(&["SET", "w", "2"]), "+QUEUED");
    assert_eq!(other.ask(&["EXEC"]), "*-1");
    assert_eq!(other.ask(&["MULTI"]), "+OK");
    assert_eq!(other.ask(&["INCR", "n"]), "+QUEUED");
    assert_eq!(other.ask(&["LPUSH", "n", "1"]).split(' ').next(), Some("-ERR"));
    assert_eq!(other.ask(&["DISCARD"]), "+OK");
    // One that goes with its transaction open.
    assert_eq!(other.ask(&["BEGIN"]), ":1");
    assert_eq!(other.ask(&["PUT", "gone", "1"]), "+OK");
    drop(other);
    until("its time", || (client.ask(&["EXISTS", "short"]) == ":0").then_some(()));
    assert_eq!(client.ask(&["DEL", "nobody", "note"]), ":1");
}

/// The live cells as a server tells them.
pub(super) fn items(client: &mut Client) -> String {
    client.ask(&["REWIND", "ITEMS"])
}

/// The same of a store that nobody has open.
pub(super) fn replayed(store: &str) -> String {
    let cells = answers(&rewind(&["log", "replay", store, "--format", "jsonl"]).output().expect("it runs"));
    let cells = cells.lines().map(|line| {
        let cell: serde_json::Value = serde_json::from_str(line).expect("a cell is JSON");
        let text = |name| cell[name].as_str().unwrap_or_else(|| panic!("{line}")).to_owned();
        format!("[{}, {}, {}]", text("key"), text("field"), text("value"))
    });
    format!("[{}]", cells.collect::<Vec<_>>().join(", "))
}

#[test]
fn the_log_of_a_server_replays_to_what_it_held() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let store = store.to_str().unwrap();
    let server = Server::start(&["--store", store]);
    ask_a_little(&server);
    let held = items(&mut server.resp());
    server.stop();
    assert_eq!(replayed(store), held);
    let list = answers(&rewind(&["log", "export", store]).output().expect("it runs"));
    let copy = folder.path().join("copy");
    let copy = copy.to_str().unwrap();
    answers(&feed(&["run", "-", "--store", copy], list.as_bytes()));
    assert_eq!(replayed(copy), held);
    let server = Server::start(&["--store", store]);
    assert_eq!(items(&mut server.resp()), held);
    server.stop();
}

/// The lines of a record.
pub(super) fn lines(path: &str) -> Vec<RecordedLine> {
    let text = std::fs::read_to_string(path).expect("it is there");
    text.lines().map(|line| serde_json::from_str(line).expect("it is a line")).collect()
}

/// Asks all that is recorded of a new database: each session of its own.
pub(super) fn assert_same_answers(lines: &[RecordedLine]) -> Database {
    let (mut database, mut sessions) = (Database::in_memory(), HashMap::new());
    for (at, line) in lines.iter().enumerate() {
        let aliases = database.aliases().clone();
        let request = Request::parse(&raw_query(&line.query), &aliases, crate::whole()).expect("it is one");
        let answer = if line.session == 0 {
            Term::from(&database.apply(&request).expect("it goes"))
        } else {
            let session = sessions.entry(line.session).or_insert_with(|| database.session());
            Term::from(&database.in_session(session).apply(&request).expect("it goes"))
        };
        assert_eq!(answer, line.answer, "line {}: {:?}", at + 1, line.query);
    }
    database
}

#[test]
fn a_record_asked_again_has_the_same_answers() {
    let folder = tempfile::tempdir().unwrap();
    let (store, record) = (folder.path().join("store"), folder.path().join("record"));
    let (store, record) = (store.to_str().unwrap(), record.to_str().unwrap());
    let server = Server::start(&["--store", store]);
    ask_a_little(&server);
    server.stop();
    let server = Server::start(&["--store", store, "--record", record]);
    let begun = lines(record);
    assert!(begun.len() > 5 && begun.iter().all(|line| line.session == 0), "what was there comes first");
    ask_a_little_more(&server);
    let held = items(&mut server.resp());
    server.stop();
    let lines = lines(record);
    assert!(lines.iter().any(|line| line.session != 0));
    let ticks = lines.iter().filter(|line| line.query[0] == "TICK").count();
    assert!(ticks > 1, "{ticks} moves of the clock");
    let text = std::fs::read_to_string(record).unwrap();
    assert!(
        text.lines().any(|line| line == r#"{"session":0,"query":["GET","long"],"answer":"2é"}"#),
        "{text}"
    );
    let mut copy = assert_same_answers(&lines);
    let told = copy.query(&["ITEMS"]).expect("it is a query").to_string();
    let count = held.matches('[').count() - 1;
    assert!(told.matches('(').count() == count && count > 5, "{told} {held}");
}

fn ask_a_little_more(server: &Server) {
    let (mut client, mut other) = (server.resp(), server.line());
    assert_eq!(client.ask(&["GET", "long"]), "2é");
    assert_eq!(client.ask(&["WATCH", "long"]), "+OK");
    assert_eq!(other.say("PUT long 3"), "OK");
    assert_eq!(client.ask(&["MULTI"]), "+OK");
    assert_eq!(client.ask(&["SET", "long", "4"]), "+QUEUED");
    assert_eq!(client.ask(&["EXEC"]), "*-1");
    assert_eq!(client.ask(&["MULTI"]), "+OK");
    for words in [&["SET", "x", "1"][..], &["INCR", "x"], &["HGETALL", "h"], &["GET", "h"], &["NX", "h"]] {
        let queued = client.ask(words);
        assert!(queued == "+QUEUED" || words[0] == "NX", "{words:?} {queued}");
    }
    assert!(client.ask(&["EXEC"]).starts_with("-EXECABORT "));
    assert_eq!(client.ask(&["MULTI"]), "+OK");
    assert_eq!(client.ask(&["INCR", "x"]), "+QUEUED");
    assert_eq!(client.ask(&["EXEC"]), "[:1]");
    assert_eq!(other.say(r#"["BEGIN"]"#), "\"true\"");
    assert_eq!(other.say("PUT x 17"), "OK");
    assert_eq!(client.ask(&["GET", "x"]), "1");
    assert_eq!(other.say(r#"["COMMIT"]"#), "\"true\"");
    assert_eq!(other.say(r#"[["BATCH",["PUT","y","1"],["GET","y"]],["SIZE"]]"#).matches('"').count(), 6);
    assert_eq!(client.ask(&["GET", "x"]), "17");
    assert_eq!(client.ask(&["BACKUP", "now"]).as_bytes()[0], b':');
    assert_eq!(client.ask(&["FLUSHALL"]), "+OK");
    assert_eq!(client.ask(&["RESTORE", "now", "now"]), "+OK");
}

/// What a command had looked at to know what a key holds was not told, and COMMIT answered otherwise.
#[test]
fn a_record_tells_what_a_transaction_has_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("record");
    let record = record.to_str().unwrap();
    let server = Server::start(&["--record", record]);
    let (mut client, mut other) = (server.resp(), server.resp());
    for looks in [&["TYPE", "w"][..], &["SCAN", "0"], &["EXISTS", "w"], &["HGETALL", "w"]] {
        assert_eq!(client.ask(&["BEGIN"]), ":1");
        assert!(!client.ask(looks).starts_with('-'));
        assert_eq!(other.ask(&["SET", "w", "2"]), "+OK");
        assert_eq!(other.ask(&["DEL", "w"]), ":1");
        assert_eq!(client.ask(&["PUT", "x", "1"]), "+OK");
        assert_eq!(client.ask(&["COMMIT"]), ":0", "{looks:?}");
    }
    server.stop();
    assert_same_answers(&lines(record));
}

#[test]
fn a_record_that_is_there_is_replaced_by_force_alone() {
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("record");
    let name = record.to_str().unwrap();
    std::fs::write(&record, "precious\n").unwrap();
    let (status, message) = refused(&["--resp", "0", "--record", name]);
    assert!(status == Some(2) && message.contains("--force replaces it"), "{status:?} {message}");
    assert_eq!(std::fs::read_to_string(&record).unwrap(), "precious\n");
    let server = Server::start(&["--record", name, "--force", "--clock", "logical"]);
    assert_eq!(server.resp().ask(&["SET", "a", "1"]), "+OK");
    let text = std::fs::read_to_string(&record).unwrap();
    assert_eq!(text, "{\"session\":0,\"query\":[\"PUT\",\"a\",\"1\"],\"answer\":\"\"}\n");
    server.stop();
    assert_eq!(refused(&["--resp", "0", "--force"]).0, Some(2), "it replaces nothing then");
}

#[cfg(target_os = "linux")]
#[test]
fn a_record_that_cannot_be_written_stops_and_the_server_goes_on() {
    let mut server = Server::start(&["--record", "/dev/full", "--force"]);
    let mut client = server.resp();
    for _ in 0..200 {
        assert_eq!(client.ask(&["SET", "a", &"x".repeat(100)]), "+OK");
    }
    until("the note", || server.told().contains("nothing more is recorded").then_some(()));
    server.signal("TERM");
    let (status, told) = server.wait();
    assert_eq!((status, told.lines().count()), (Some(0), 1), "{told}");
}

#[test]
fn under_the_machines_clock_nobody_moves_time_ahead() {
    let server = Server::start(&[]);
    let (mut client, mut line) = (server.resp(), server.line());
    let ahead = (machine() + 3_600_000).to_string();
    for words in [
        &["SET_AT", "k", "f", "v", &ahead][..],
        &["TICK", &ahead],
        &["GET_AT", "k", "f", &ahead],
        &["BACKUP", &ahead],
        &["RESTORE", &ahead, "1"],
        &["REWIND", "SET_AT", "k", "f", "v", &ahead],
        &["BATCH", &format!(r#"["SET_AT","k","f","v","{ahead}"]"#)],
    ] {
        let reply = client.ask(words);
        assert!(reply.starts_with("-ERR time runs with the machine: "), "{words:?} {reply}");
    }
    let most = u64::MAX.to_string();
    assert!(client.ask(&["TICK", &most]).starts_with("-ERR "));
    let reply = line.say(&format!(r#"["TICK","{ahead}"]"#));
    assert!(reply.starts_with("ERROR: time runs with the machine"), "{reply}");
    let reply = line.say(&format!(r#"[["PUT","a","1"],["TICK","{ahead}"]]"#));
    assert!(reply.starts_with("ERROR: time runs with the machine"), "{reply}");
    assert_eq!(line.say("GET a"), "NOT_FOUND", "nothing of the list has taken effect");
    assert_eq!(client.ask(&["MULTI"]), "+OK");
    assert_eq!(client.ask(&["TICK", &ahead]), "+QUEUED");
    let exec = client.ask(&["EXEC"]);
    assert!(exec.starts_with("[-ERR time runs with the machine"), "{exec}");
    assert_eq!(client.ask(&["BEGIN"]), ":1");
    assert!(client.ask(&["TICK", &ahead]).starts_with("-ERR time runs"));
    assert_eq!(client.ask(&["ROLLBACK"]), ":1");
    // And nobody moves it back.
    let reply = client.ask(&["TICK", "17"]);
    assert!(reply.starts_with("-ERR ") && reply.contains("17"), "{reply}");
    let told = server.info("clock");
    assert!(told <= machine(), "{told}");
    server.stop();
}

#[test]
fn now_is_what_the_clock_reads() {
    let server = Server::start(&[]);
    let (mut client, mut line) = (server.resp(), server.line());
    assert_eq!(client.ask(&["SET_AT", "k", "f", "now", "now"]), "+OK");
    assert_eq!(client.ask(&["GET_AT", "k", "f", "NOW"]), "now", "a value is a value");
    assert_eq!(client.ask(&["SET_AT_WITH_TTL", "k", "g", "v", "now", "60000"]), "+OK");
    assert_eq!(client.ask(&["BACKUP", "now"]), ":1");
    assert_eq!(line.say(r#"["DELETE_AT","k","f","now"]"#), "\"true\"");
    assert_eq!(client.ask(&["RESTORE", "now", "now"]), "+OK");
    assert_eq!(line.say(r#"["GET","k","f"]"#), "\"now\"");
    assert_eq!(
        client.ask(&["BATCH", r#"["TICK","now"]"#, r#"["SCAN_AT","k","now"]"#]),
        "[+OK, [f, now, g, v]]"
    );
    let clock = server.info("clock");
    assert!(clock <= machine() && clock + 60_000 > machine(), "{clock}");
    server.stop();
    let server = Server::start(&["--clock", "logical"]);
    let mut client = server.resp();
    assert_eq!(client.ask(&["SET_AT", "k", "f", "v", "17"]), "+OK");
    assert_eq!(client.ask(&["TICK", "now"]), "+OK");
    assert_eq!(server.info("clock"), 17, "nothing else moves it");
    let ahead = (machine() * 2).to_string();
    assert_eq!(client.ask(&["TICK", &ahead]), "+OK");
    assert_eq!(server.info("clock").to_string(), ahead);
    server.stop();
}

#[test]
fn a_store_that_is_ahead_of_the_machine_says_so_and_stands_still() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let store = store.to_str().unwrap();
    let ahead = machine() + 3_600_000;
    answers(&feed(&["run", "-", "--store", store], format!(r#"[["TICK",{ahead}]]"#).as_bytes()));
    let mut server = Server::start(&["--store", store]);
    until("the note", || server.told().contains("ms ahead of the machine's clock").then_some(()));
    let mut client = server.resp();
    assert_eq!(client.ask(&["SET", "a", "1", "PX", "1"]), "+OK");
    assert_eq!(client.ask(&["BACKUP", "now"]), ":1");
    assert_eq!((server.info("clock"), client.ask(&["GET", "a"])), (ahead, "1".to_owned()));
    server.signal("TERM");
    assert_eq!(server.wait().0, Some(0));
    let server = Server::start(&["--store", store, "--clock", "logical"]);
    assert_eq!(server.resp().ask(&["GET", "a"]), "1");
    server.stop();
}

#[test]
fn who_only_reads_writes_nothing_though_time_passes() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let server = Server::start(&["--store", store.to_str().unwrap()]);
    let mut client = server.resp();
    assert_eq!(client.ask(&["SET", "a", "1", "EX", "1000"]), "+OK");
    let size = || crate::program::stored::files(&store).values().map(Vec::len).sum::<usize>();
    let (before, clock) = (size(), server.info("clock"));
    until("the next moment", || (server.info("clock") > clock + 5).then_some(()));
    assert_eq!(
        (client.ask(&["GET", "a"]), client.ask(&["EXISTS", "a", "b"])),
        ("1".to_owned(), ":1".to_owned())
    );
    assert_eq!(size(), before);
    server.stop();
}

/// What somebody was told of the time was forgotten with a crash.
#[test]
fn what_a_timed_read_was_told_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let store = store.to_str().unwrap();
    for words in [&["TICK", "now"][..], &["GET_AT", "k", "f", "now"], &["SCAN_AT", "k", "now"]] {
        let mut server = Server::start(&["--store", store]);
        let mut client = server.resp();
        client.ask(words);
        let before = machine();
        server.child.kill().expect("it runs");
        server.wait();
        let output =
            feed(&["run", "-", "--store", store], format!(r#"["TICK",{}]"#, before - 2_000).as_bytes());
        assert_eq!(output.status.code(), Some(2), "{words:?}: the store stands at an earlier time");
    }
}
