use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use super::{Client, Server, request, until};
use crate::amounts::{SERVER_KILLS, first_seed};
use crate::program::stored::{answers, mixed};
use crate::rewind;

/// Small bounds, so that the log goes on in new files and is compacted all the while.
const SMALL: [&str; 4] = ["--segment-max", "16KiB", "--compact-after", "32KiB"];

/// What was acknowledged last of each key; a client writes growing numbers to keys of its own.
type Acknowledged = Mutex<BTreeMap<String, u64>>;

fn note(acknowledged: &Acknowledged, keys: &[String], number: u64) {
    let mut acknowledged = acknowledged.lock().expect("nobody panics there");
    acknowledged.extend(keys.iter().map(|key| (key.clone(), number)));
}

/// Writes until the server is gone: a client of each five in another way.
fn write(mut client: Client, who: u64, from: u64, acknowledged: &Acknowledged) -> std::io::Result<()> {
    let (one, two) = (format!("{who}-a"), format!("{who}-b"));
    for number in from.. {
        let value = number.to_string();
        let key = if number.is_multiple_of(2) { &one } else { &two };
        let (sent, replies) = match who % 5 {
            0 => (request(&["SET", key, &value]), 1),
            1 => (request(&["MSET", &one, &value, &two, &value]), 1),
            2 => {
                let sets = [request(&["SET", &one, &value]), request(&["SET", &two, &value])].concat();
                ([request(&["MULTI"]), sets, request(&["EXEC"])].concat(), 4)
            }
            3 => {
                let writes = [request(&["PUT", &one, &value]), request(&["PUT", &two, &value])].concat();
                ([request(&["BEGIN"]), writes, request(&["COMMIT"])].concat(), 4)
            }
            _ => (format!("PUT {key} {value}\n").into_bytes(), 1),
        };
        client.try_send(sent)?;
        let mut reply = String::new();
        for _ in 0..replies {
            reply = client.try_reply()?;
        }
        assert!(["+OK", "[+OK, +OK]", ":1", "OK"].contains(&&*reply), "{reply}");
        let both = [one.clone(), two.clone()];
        note(acknowledged, if matches!(who % 5, 1..=3) { &both } else { std::slice::from_ref(key) }, number);
    }
    Ok(())
}

/// Nothing is lost that was acknowledged, and what was asked together is there together.
fn compare(server: &Server, acknowledged: &Acknowledged) {
    let mut client = server.resp();
    let acknowledged = acknowledged.lock().expect("nobody panics there");
    let mut get = |key: &str| client.ask(&["GET", key]).parse::<u64>().unwrap_or(0);
    for (key, number) in acknowledged.iter() {
        let there = get(key);
        assert!(there >= *number, "{key} was set to {number} and acknowledged, and is {there}");
    }
    for who in (0..20).filter(|who| matches!(who % 5, 1..=3)) {
        assert_eq!(get(&format!("{who}-a")), get(&format!("{who}-b")), "client {who}");
    }
}

/// Has twenty clients write until the server is ended.
fn load(server: &Server, run: u64, acknowledged: &Acknowledged, end: impl FnOnce()) {
    let from = run * 1_000_000;
    std::thread::scope(|threads| {
        for who in 0..20 {
            let client = if who % 5 == 4 { server.line() } else { server.resp() };
            threads.spawn(move || write(client, who, from, acknowledged).expect_err("it is ended"));
        }
        let of_this_run = || acknowledged.lock().unwrap().values().filter(|number| **number >= from).count();
        until("some acknowledgements", || (of_this_run() > 20).then_some(()));
        end();
    });
}

/// Those who are answered at the last moment, too.
#[test]
fn what_was_acknowledged_before_it_was_asked_to_end_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let options = [&["--store", store.to_str().unwrap(), "--sync", "never"][..], &SMALL].concat();
    let acknowledged = Acknowledged::default();
    for (run, signal) in (1..).zip(["TERM", "INT", "HUP", "TERM"]) {
        let mut server = Server::start(&options);
        compare(&server, &acknowledged);
        load(&server, run, &acknowledged, || server.signal(signal));
        let (status, told) = server.wait();
        assert_eq!(status, Some(0), "{told}");
    }
    let server = Server::start(&options);
    compare(&server, &acknowledged);
    server.stop();
}

#[test]
fn what_was_acknowledged_before_a_kill_is_there_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let options = [&["--store", store.to_str().unwrap()][..], &SMALL].concat();
    let (acknowledged, seed) = (Acknowledged::default(), first_seed());
    println!("seed {seed}");
    for kill in 0..SERVER_KILLS.get() {
        let mut server = Server::start(&options);
        compare(&server, &acknowledged);
        load(&server, kill + 1, &acknowledged, || {
            std::thread::sleep(Duration::from_micros(mixed(seed * 1_000_000 + kill) % 60_000));
            server.signal("KILL");
        });
        server.wait();
    }
    let server = Server::start(&options);
    compare(&server, &acknowledged);
    let mut server = server;
    server.signal("TERM");
    assert_eq!(server.wait().0, Some(0));
    answers(&rewind(&["log", "verify", store.to_str().unwrap()]).output().expect("it runs"));
}

#[test]
fn where_the_disk_is_full_reads_go_on_and_writes_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let store = store.to_str().unwrap();
    let script = "trap '' XFSZ; ulimit -f 60; exec \"$0\" serve --resp 0 --line 0 --store \"$@\"";
    let mut server = Server::by_shell(script, &[store]);
    let (mut client, mut other, mut line) = (server.resp(), server.resp(), server.line());
    let misconf = "-MISCONF Errors writing to the store: ";
    let mut written = 0;
    let refused = until("a full disk", || {
        let reply = client.ask(&["SET", &format!("k{written}"), &"x".repeat(300)]);
        written += u32::from(reply == "+OK");
        (reply != "+OK").then_some(reply)
    });
    assert!(written > 20 && refused.starts_with(misconf), "{written} {refused}");
    let all_there = |client: &mut Client| {
        (0..written).all(|number| client.ask(&["GET", &format!("k{number}")]) == "x".repeat(300))
    };
    assert!(all_there(&mut client) && all_there(&mut other));
    for words in [
        &["SET", "a", "1"][..],
        &["DEL", "k1"],
        &["INCR", "n"],
        &["HSET", "h", "f", "1"],
        &["REWIND", "PUT", "a", "1"],
    ] {
        let reply = other.ask(words);
        assert!(reply.starts_with(misconf), "{words:?} {reply}");
    }
    other.send(
        [request(&["MULTI"]), request(&["SET", "a", "1"]), request(&["GET", "k1"]), request(&["EXEC"])]
            .concat(),
    );
    assert_eq!([other.reply(), other.reply(), other.reply()], ["+OK", "+QUEUED", "+QUEUED"]);
    let exec = other.reply();
    assert!(exec.contains("-MISCONF "), "{exec}");
    assert!(line.say("PUT a 1").starts_with("ERROR: "));
    assert_eq!(line.say("GET k1"), format!("VALUE {}", "x".repeat(300)));
    assert_eq!(line.say("GET a"), "NOT_FOUND");
    assert_eq!(other.ask(&["GET", "a"]), "$-1");
    assert_eq!(other.ask(&["EXISTS", "k1", "h"]), ":1");
    assert!(server.info("rewind_commits_failed") > 0);
    until("the note", || server.told().contains("nothing more is written").then_some(()));
    server.signal("TERM");
    let (status, told) = server.wait();
    assert_eq!(status, Some(74), "{told}");
    // With room again all is there, and it goes on.
    let server = Server::start(&["--store", store]);
    let mut client = server.resp();
    assert!(all_there(&mut client));
    assert_eq!(client.ask(&["SET", "a", "1"]), "+OK");
    drop(server);
}

#[test]
fn many_writers_share_their_commits() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let server = Server::start(&["--store", store.to_str().unwrap()]);
    let mut clients: Vec<_> = (0..50).map(|_| server.resp()).collect();
    for round in 0..20 {
        // All ask before any is answered, as 50 at once do.
        for (number, client) in clients.iter_mut().enumerate() {
            client.send(request(&["SET", &format!("k{number}"), &round.to_string()]));
        }
        assert!(clients.iter_mut().all(|client| client.reply() == "+OK"));
    }
    let commits = server.info("rewind_commits");
    assert!(commits < 500, "{commits} commits for 1000 writes");
    server.stop();
}
