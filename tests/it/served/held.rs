use std::io::Read as _;
use std::time::Duration;

use super::{Server, request, until};

#[test]
fn of_all_buffers_together_the_largest_is_closed() {
    let server = Server::start(&["--max-buffers", "4MiB"]);
    let (mut small, mut large) = (server.resp(), server.resp());
    small.send(format!("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1000000\r\n{}", "x".repeat(500_000)));
    until("half a request", || server.resp().ask(&["CLIENT", "LIST"]).contains("cmd=null").then_some(()));
    large.send("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$16000000\r\n");
    let part = vec![b'x'; 1 << 16];
    let closed = (0..16_000_000 / part.len()).find_map(|_| large.try_send(&part).err());
    assert!(closed.is_some() || large.try_reply().is_err(), "it was taken whole");
    small.send(format!("{}\r\n", "x".repeat(500_000)));
    assert_eq!(small.reply(), "+OK");
    server.stop();
}

/// What MULTI had queued was held beside all limits.
#[test]
fn what_is_queued_counts_as_held() {
    let server = Server::start(&["--max-buffers", "4MiB"]);
    let mut client = server.resp();
    assert_eq!(client.ask(&["MULTI"]), "+OK");
    let value = "x".repeat(100_000);
    let closed = (0..100).find(|_| {
        client.try_send(request(&["SET", "a", &value])).is_err()
            || client.try_reply().map_or(true, |reply| reply != "+QUEUED")
    });
    assert!(closed.is_some_and(|queued| (20..60).contains(&queued)), "{closed:?}");
    assert_eq!(server.resp().ask(&["PING"]), "+PONG");
    server.stop();
}

/// What was refused counted all the same, and so did all that came behind it.
#[test]
fn what_is_not_queued_does_not_count_as_held() {
    let server = Server::start(&["--max-buffers", "4MiB"]);
    let mut client = server.resp();
    let value = "x".repeat(100_000);
    assert_eq!([client.ask(&["MULTI"]), client.ask(&["SET", "a", &value])], ["+OK", "+QUEUED"]);
    assert!(client.ask(&["NOSUCH"]).starts_with("-ERR unknown command"));
    for _ in 0..100 {
        assert_eq!(client.ask(&["SET", "a", &value]), "+QUEUED");
    }
    let list = server.resp().ask(&["CLIENT", "LIST"]);
    let held = list.split(" tot-mem=").nth(1).and_then(|rest| rest.split(' ').next()?.parse::<u32>().ok());
    assert!(held.is_some_and(|held| held < 100_000), "{list}");
    assert!(client.ask(&["EXEC"]).starts_with("-EXECABORT "));
    server.stop();
}

/// The keys of WATCH were held beside all limits.
#[test]
fn what_is_watched_counts_as_held() {
    let server = Server::start(&["--max-buffers", "4MiB"]);
    let mut client = server.resp();
    let key = "x".repeat(100_000);
    let closed = (0..100).find(|number| {
        client.try_send(request(&["WATCH", &format!("{number}{key}")])).is_err()
            || client.try_reply().map_or(true, |reply| reply != "+OK")
    });
    assert!(closed.is_some_and(|watched| (20..60).contains(&watched)), "{closed:?}");
    assert_eq!(server.resp().ask(&["PING"]), "+PONG");
    server.stop();
}

/// Names of any length were held beside all limits.
#[test]
fn what_clients_are_called_counts_as_held() {
    let server = Server::start(&["--max-buffers", "8MiB"]);
    let name = "x".repeat(500_000);
    let mut clients: Vec<_> = (0..30).map(|_| server.resp()).collect();
    let (mut named, mut closed) = (0, 0);
    for client in &mut clients {
        for words in [&["CLIENT", "SETNAME", &name][..], &["CLIENT", "SETINFO", "LIB-NAME", &name]] {
            let is_named = client.try_send(request(words)).is_ok() && client.try_reply().is_ok();
            *(if is_named { &mut named } else { &mut closed }) += 1;
        }
    }
    let left = clients.iter_mut().filter_map(|client| {
        client.try_send(request(&["CLIENT", "GETNAME"])).ok()?;
        client.try_reply().ok()
    });
    let left = left.count();
    assert!(named > 8 && (4..=8).contains(&left), "{named} named, {closed} closed, {left} left");
    server.stop();
}

#[test]
fn half_a_request_does_not_wait_for_ever() {
    let server = Server::start(&["--request-timeout", "300"]);
    let halves = ["*1\r\n$4\r\nPI", "PIN", "*", "*2\r\n$4\r\nECHO\r\n"];
    let mut clients: Vec<_> = halves.iter().map(|_| server.resp()).collect();
    let mut line = server.line();
    clients.iter_mut().zip(halves).for_each(|(client, half)| client.send(half));
    line.send("GET");
    assert!(clients.iter_mut().all(|client| client.end().is_empty()));
    assert_eq!(line.end(), "");
    server.stop();
}

/// Who sent on and on was closed if what was read at once never ended with a request.
#[test]
fn half_a_request_that_goes_on_is_not_the_same_half() {
    let server = Server::start(&["--request-timeout", "500"]);
    let (mut client, mut line) = (server.resp(), server.line());
    client.send("PI");
    line.send("GE");
    for _ in 0..50 {
        client.send("NG\r\nPI");
        line.send("T a\nGE");
        assert_eq!([client.reply(), line.line()], ["+PONG", "NOT_FOUND"]);
        std::thread::sleep(Duration::from_millis(30));
    }
    server.stop();
}

/// Who takes long to read was closed for what it could not send meanwhile. The system holds some of a reply: that is no
/// part of it.
#[test]
fn half_a_request_waits_as_long_as_replies_are_being_read() {
    let server = Server::start(&["--request-timeout", "1600", "--idle-timeout", "1600"]);
    let (mut client, mut line) = (server.resp(), server.line());
    assert_eq!(client.ask(&["SET", "a", &"x".repeat(16 << 20)]), "+OK");
    client.send([request(&["GET", "a"]), b"PI".to_vec()].concat());
    line.send("GET a\n");
    assert_eq!(client.line(), "$16777216");
    let mut part = vec![0; 1 << 20];
    for _ in 0..16 {
        std::thread::sleep(Duration::from_millis(150));
        client.stream.read_exact(&mut part).expect("it comes");
        line.stream.read_exact(&mut part).expect("it comes");
    }
    client.send("NG\r\n");
    assert_eq!((client.line(), client.reply()), (String::new(), "+PONG".to_owned()));
    assert_eq!((line.line().len(), line.say("GET b")), ("VALUE ".len(), "NOT_FOUND".to_owned()));
    server.stop();
}

#[test]
fn who_is_idle_is_closed_unless_it_speaks_as_redis_does() {
    let server = Server::start(&["--idle-timeout", "300"]);
    let (mut client, mut line) = (server.resp(), server.line());
    assert_eq!(line.say("GET a"), "NOT_FOUND");
    assert_eq!(line.end(), "");
    let mut another = server.line();
    assert_eq!(another.end(), "");
    assert_eq!(client.ask(&["PING"]), "+PONG");
    server.stop();
}

/// Clients that were gone without a word were held for ever.
#[cfg(target_os = "linux")]
#[test]
fn who_is_gone_is_found_out() {
    let server = Server::start(&[]);
    let (mut client, mut line) = (server.resp(), server.line());
    assert_eq!((client.ask(&["PING"]), line.say("GET a")), ("+PONG".to_owned(), "NOT_FOUND".to_owned()));
    for face in ["resp", "line"] {
        let port: u16 = server.address(face).rsplit_once(':').unwrap().1.parse().unwrap();
        let (local, open) = (format!("0100007F:{port:04X}"), "01");
        // What was sent is acknowledged first.
        let when = until("the timer that asks", || {
            let sockets = std::fs::read_to_string("/proc/net/tcp").expect("it can be read");
            let columns = sockets.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
            let timer =
                columns.filter(|of| of[1] == local && of[3] == open).map(|of| of[5].to_owned()).next();
            timer.expect("it is connected").strip_prefix("02:").map(str::to_owned)
        });
        let centiseconds = u64::from_str_radix(&when, 16).unwrap();
        assert!((1..=30_000).contains(&centiseconds), "{centiseconds}");
    }
}

#[test]
fn who_reads_no_replies_is_not_read_and_closed_in_the_end() {
    let server = Server::start(&["--write-timeout", "500"]);
    let mut client = server.resp();
    assert_eq!(client.ask(&["SET", "a", &"x".repeat(100_000)]), "+OK");
    let many = request(&["GET", "a"]).repeat(100);
    let closed = until("the end", || client.try_send(&many).err());
    assert!([std::io::ErrorKind::ConnectionReset, std::io::ErrorKind::BrokenPipe].contains(&closed.kind()));
    let processed = server.info("total_commands_processed");
    assert!(processed < 2_000, "{processed} commands of one that reads nothing");
    server.stop();
}

#[test]
fn a_reply_that_is_too_long_closes() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let of_store = ["--store", store.to_str().unwrap()];
    // Of a store a pipeline was one as well, but for whoever reads it.
    for place in [&[][..], &of_store, &[&of_store[..], &["--inline-max", "1MiB"]].concat()] {
        let server = Server::start(&[&["--max-unread", "3MiB"][..], place].concat());
        let mut client = server.resp();
        assert_eq!(client.ask(&["SET", "a", &"x".repeat(500_000)]), "+OK");
        assert_eq!(client.ask(&["MGET", "a", "a", "a", "a"]).len(), 2_000_008);
        client.send(request(&["MGET", "a", "a", "a", "a", "a", "a", "a"]));
        assert_eq!(client.end(), "");
        // A pipeline is no single reply: whoever reads it has it all.
        let mut client = server.resp();
        client.send(request(&["GET", "a"]).repeat(30));
        assert!((0..30).all(|_| client.reply().len() == 500_000));
        let set = request(&["SET", "b", &"y".repeat(500_000)]);
        client.send([set, request(&["GET", "b"]).repeat(30)].concat());
        assert_eq!(client.reply(), "+OK");
        assert!((0..30).all(|_| client.reply().len() == 500_000));
        server.stop();
    }
}

/// Who had said all it wanted lost what it had not read yet.
#[test]
fn who_says_nothing_more_has_all_replies() {
    let server = Server::start(&[]);
    let mut client = server.resp();
    assert_eq!(client.ask(&["SET", "a", &"x".repeat(1_000_000)]), "+OK");
    client.send(request(&["GET", "a"]).repeat(40));
    client.finish();
    assert!((0..40).all(|_| client.reply().len() == 1_000_000));
    assert_eq!(client.end(), "");
    let mut line = server.line();
    line.send("PUT b 1\n".repeat(10_000) + "GET b\n");
    line.finish();
    let answers = line.end();
    assert_eq!(answers.lines().count(), 10_001);
    assert!(answers.ends_with("OK\nVALUE 1\n"));
    server.stop();
}

#[test]
fn over_the_bound_of_memory_a_forgotten_backup_makes_room() {
    let server = Server::start(&["--max-memory", "64MiB"]);
    let mut client = server.resp();
    let value = "x".repeat(1 << 20);
    let mut number = 0;
    until("the bound", || {
        number += 1;
        assert!(number < 400, "nothing is refused");
        client.ask(&["SET", &format!("k{number}"), &value]).starts_with("-OOM").then_some(())
    });
    client.ask(&["BACKUP", "now"]);
    assert_eq!(client.ask(&["FLUSHALL"]), "+OK");
    // Another moment, so that it takes the place of none.
    std::thread::sleep(Duration::from_millis(5));
    assert_eq!(client.ask(&["BACKUP", "now"]), ":0");
    assert!(client.ask(&["SET", "a", "1"]).starts_with("-OOM"), "a backup holds it all");
    assert_eq!(client.ask(&["FORGET", "now"]), ":1");
    until("room again", || (client.ask(&["SET", "a", "1"]) == "+OK").then_some(()));
    server.stop();
}

#[test]
fn over_the_bound_of_memory_writes_are_refused_and_deletes_and_reads_go_on() {
    let server = Server::start(&["--max-memory", "64MiB"]);
    let (mut client, mut line) = (server.resp(), server.line());
    let value = "x".repeat(1 << 20);
    let oom = "-OOM command not allowed when used memory > 'maxmemory'.";
    let mut number = 0;
    until("the bound", || {
        number += 1;
        assert!(number < 400, "nothing is refused");
        (client.ask(&["SET", &format!("k{number}"), &value]) == oom).then_some(())
    });
    for words in [
        &["SET", "a", "1"][..],
        &["APPEND", "k1", "1"],
        &["HSET", "h", "f", "1"],
        &["RPUSH", "l", "1"],
        &["INCR", "n"],
        &["REWIND", "SET", "k", "f", "v"],
        &["ALIAS", "PUT", "LAY"],
    ] {
        assert_eq!(client.ask(words), oom, "{words:?}");
    }
    assert_eq!(line.say("PUT a 1"), "ERROR: there is no memory for more");
    assert_eq!(client.ask(&["GET", "k1"]).len(), 1 << 20);
    assert_eq!(client.ask(&["EXISTS", "k1"]), ":1");
    for deleted in 1..number {
        assert_eq!(client.ask(&["DEL", &format!("k{deleted}")]), ":1");
    }
    until("room again", || (client.ask(&["SET", "a", "1"]) == "+OK").then_some(()));
    server.stop();
}

/// What a text was to take the place of was deleted, and the text refused.
#[test]
fn over_the_bound_of_memory_what_is_not_replaced_stays() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let of_store = ["--store", store.to_str().unwrap()];
    for place in [&[][..], &of_store] {
        let server = Server::start(&[&["--max-memory", "64MiB"][..], place].concat());
        let mut client = server.resp();
        assert_eq!([client.ask(&["HSET", "h", "f", "v"]), client.ask(&["RPUSH", "l", "x"])], [":1"; 2]);
        let (value, oom) = ("x".repeat(1_000), "-OOM command not allowed when used memory > 'maxmemory'.");
        let mut number = 0;
        until("the bound", || {
            number += 1;
            assert!(number < 400, "nothing is refused");
            let put = |key| request(&["SET", &format!("k{number}:{key}"), &value]);
            client.send((0..1_000).flat_map(put).collect::<Vec<_>>());
            (0..1_000)
                .map(|_| client.reply())
                .fold(None, |found, reply| found.or((reply == oom).then_some(())))
        });
        client.send([request(&["SET", "h", "1"]), request(&["SET", "l", "1"])].concat());
        assert_eq!([client.reply(), client.reply()], [oom; 2]);
        assert_eq!([client.ask(&["HGET", "h", "f"]), client.ask(&["LINDEX", "l", "0"])], ["v", "x"]);
        server.stop();
    }
}
