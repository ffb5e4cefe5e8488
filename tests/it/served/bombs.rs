use std::fmt::Write as _;

use super::{Server, request};

/// No more than a server may have in memory after a bomb, in MiB; one that is idle has a tenth of it.
#[cfg(target_os = "linux")]
const BOUNDED: usize = 400;

fn assert_bounded(server: &Server) {
    #[cfg(target_os = "linux")]
    assert!(server.resident() < BOUNDED, "{} MiB", server.resident());
    assert_eq!(server.resp().ask(&["PING"]), "+PONG");
}

#[test]
fn what_a_header_announces_takes_no_memory() {
    let server = Server::start(&[]);
    for bomb in
        ["*2147483647\r\n", "*65536\r\n$16777216\r\n", "*1\r\n$1000000000000\r\n", "*9223372036854775807\r\n"]
    {
        let mut clients: Vec<_> = (0..20).map(|_| server.resp()).collect();
        for client in &mut clients {
            client.send(bomb);
            client.send("$16777216\r\nx");
        }
    }
    assert_bounded(&server);
    #[cfg(target_os = "linux")]
    assert!(server.resident() < 60, "{} MiB", server.resident());
}

#[test]
fn what_stands_in_itself_a_hundred_thousand_times_is_no_request() {
    let server = Server::start(&[]);
    let mut client = server.resp();
    let _ = client.try_send("*1\r\n".repeat(100_000));
    assert_eq!(client.end(), "-ERR Protocol error: expected '$', got '*'\r\n");
    let deep = "[".repeat(60_000);
    let mut line = server.line();
    for (text, why) in [
        (deep.clone(), "not JSON: EOF while parsing a list"),
        (format!("{deep}{}", "]".repeat(2000)), "not JSON: EOF while parsing a list"),
        (format!("[\"GET\",{deep}"), "this array is not closed"),
    ] {
        assert_eq!(line.say(&text), format!("ERROR: {why}"));
    }
    let mut client = server.resp();
    let answer = client.ask(&["BATCH", &"[".repeat(100_000)]);
    assert!(answer.starts_with("-ERR BATCH takes queries as JSON arrays"), "{answer}");
    let answer = client.ask(&["KEYS", &"[".repeat(100_000)]);
    assert!(answer.starts_with("-ERR ") || answer == "[]", "{answer}");
    assert_eq!(client.ask(&["SET", &"a".repeat(30_000), "1"]), "+OK");
    assert_eq!(client.ask(&["KEYS", &"a*".repeat(20_000)]), "-ERR the pattern is too long");
    assert_eq!(client.ask(&["KEYS", &("*a".repeat(500) + "b")]), "[]");
    assert_bounded(&server);
}

/// A few bytes that ask for the same large value again and again were answered all at once.
#[test]
fn a_large_value_that_is_asked_for_often_is_not_held_often() {
    let server = Server::start(&["--max-unread", "8MiB"]);
    let mut client = server.resp();
    let value = "x".repeat(1 << 20);
    assert_eq!(client.ask(&["SET", "a", &value]), "+OK");
    // As a pipeline of which nothing is read: it is not read on then.
    let mut pipeline = server.resp();
    pipeline.send(request(&["GET", "a"]).repeat(2_000));
    let mut line = server.line();
    line.send("GET a\n".repeat(2_000));
    // As one command, one batch, one transaction or one list: the reply would be too long, so it closes.
    let keys = vec!["a"; 100];
    let mget = [&["MGET"][..], &keys].concat();
    let batch = [&["BATCH"][..], &vec![r#"["GET","a"]"#; 100]].concat();
    let exec = [request(&["MULTI"]), request(&["GET", "a"]).repeat(100), request(&["EXEC"])].concat();
    for bomb in [request(&mget), request(&batch)] {
        let mut client = server.resp();
        client.send(bomb);
        assert_eq!(client.end(), "");
    }
    let mut client = server.resp();
    client.send(exec);
    assert!(!client.end().contains('x'));
    let mut list = String::from("[");
    (0..100).for_each(|_| list.write_str(r#"["GET","a"],"#).expect("a text grows"));
    let mut line = server.line();
    line.send(format!("{}]\n", list.trim_end_matches(',')));
    assert_eq!(line.end(), "");
    assert_bounded(&server);
    #[cfg(target_os = "linux")]
    assert!(server.resident() < 150, "{} MiB", server.resident());
}

/// Though nothing of it was kept, each was copied: a few bytes took minutes, in which nobody else was answered.
#[test]
fn what_nobody_will_read_takes_no_time() {
    let server = Server::start(&["--max-unread", "8MiB"]);
    let mut other = server.resp();
    assert_eq!(other.ask(&["SET", "a", &"x".repeat(8 << 20)]), "+OK");
    let mget = [&["MGET"][..], &vec!["a"; 60_000]].concat();
    let batch = [&["BATCH"][..], &vec![r#"["GET","a"]"#; 60_000]].concat();
    let exec = [request(&["MULTI"]), request(&["GET", "a"]).repeat(60_000), request(&["EXEC"])].concat();
    for bomb in [request(&mget), request(&batch), exec] {
        let mut client = server.resp();
        let asked = client.try_send(&bomb);
        assert!(asked.is_ok() && !client.end().contains('x'));
        assert_eq!(other.ask(&["PING"]), "+PONG");
    }
}

/// Until its commit a reply was held beside all bounds, and those of all who had asked by then together.
#[test]
fn what_waits_for_a_commit_is_held_to_a_bound() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let options = ["--store", store.to_str().unwrap(), "--max-buffers", "32MiB", "--sync", "never"];
    let server = Server::start(&options);
    assert_eq!(server.resp().ask(&["SET", "a", &"x".repeat(1 << 20)]), "+OK");
    let mut clients: Vec<_> = (0..100).map(|_| server.resp()).collect();
    assert!(clients.iter_mut().all(|client| client.ask(&["PING"]) == "+PONG"));
    // All ask while it stands still, so that it finds them all at once.
    server.signal("STOP");
    let ask = request(&["MGET", "a", "a", "a", "a", "a", "a", "a", "a"]);
    for client in &mut clients {
        client.send(&ask);
    }
    server.signal("CONT");
    assert_bounded(&server);
    #[cfg(target_os = "linux")]
    assert!(server.resident() < 200, "{} MiB", server.resident());
}

/// Those who queue much and never execute it.
#[test]
fn many_who_send_halves_are_held_to_one_bound() {
    let server = Server::start(&["--max-buffers", "64MiB"]);
    let mut clients: Vec<_> = (0..40).map(|_| server.resp()).collect();
    let (mut closed, part) = (0, vec![b'x'; 1 << 20]);
    for client in &mut clients {
        let _ = client.try_send("*2\r\n$4\r\nECHO\r\n$16000000\r\n");
    }
    for _ in 0..8 {
        for client in &mut clients {
            closed += u64::from(client.try_send(&part).is_err());
        }
    }
    assert!(closed > 0, "all were taken");
    assert_bounded(&server);
}
