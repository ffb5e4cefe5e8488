use std::time::Duration;

use rstest::rstest;

use super::{Client, Server, request, until};

/// A server that is still well: it answers somebody else.
fn assert_well(server: &Server) {
    assert_eq!(server.resp().ask(&["PING"]), "+PONG");
}

#[test]
fn no_more_clients_than_may_be_are_let_in() {
    let server = Server::start(&["--max-connections", "3"]);
    let (mut first, mut line, mut last) = (server.resp(), server.line(), server.resp());
    assert_eq!([first.ask(&["PING"]), last.ask(&["PING"])], ["+PONG"; 2]);
    assert_eq!(Client::to(server.address("resp")).end(), "-ERR max number of clients reached\r\n");
    assert_eq!(Client::to(server.address("line")).end(), "ERROR: too many clients\n");
    assert_eq!(line.say("EXIT"), "OK");
    assert_eq!(line.end(), "");
    until("room for another", || {
        let mut client = Client::to(server.address("resp"));
        client.try_send(request(&["PING"])).ok()?;
        client.try_reply().is_ok_and(|reply| reply == "+PONG").then_some(())
    });
    assert!(first.ask(&["INFO", "stats"]).contains("rejected_connections:"));
    server.stop();
}

/// There were none left for the files of the store, or for the next client.
#[test]
fn where_handles_are_few_the_store_has_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let script = "ulimit -n 48; exec \"$0\" serve --resp 0 --line 0 --store \"$@\"";
    let options = ["--segment-max", "4KiB", "--compact-after", "8KiB", "--sync", "never"];
    let server = Server::by_shell(script, &[&[store.to_str().unwrap()], &options[..]].concat());
    let mut writer = server.resp();
    assert_eq!(writer.ask(&["SET", "a", "1"]), "+OK");
    let mut clients: Vec<_> = (0..60).map(|_| Client::to(server.address("resp"))).collect();
    let mut answers = Vec::new();
    for client in &mut clients {
        let _ = client.try_send(request(&["PING"]));
        answers.push(client.try_reply().expect("it is answered, one way or the other"));
    }
    let many = answers.iter().filter(|answer| *answer == "+PONG").count();
    assert!((4..40).contains(&many), "{many} were let in");
    assert_eq!(
        answers.iter().filter(|answer| *answer == "-ERR max number of clients reached").count(),
        60 - many
    );
    // New segments and snapshots are made all the while.
    for number in 0..400 {
        assert_eq!(writer.ask(&["SET", &format!("k{}", number % 7), &"x".repeat(200)]), "+OK");
    }
    drop(clients);
    until("room for another", || {
        let mut client = Client::to(server.address("resp"));
        client.try_send(request(&["GET", "a"])).ok()?;
        client.try_reply().is_ok_and(|reply| reply == "1").then_some(())
    });
    server.stop();
}

#[rstest]
#[case::word(&["--max-word", "100"], "*2\r\n$3\r\nGET\r\n$101\r\n", "invalid bulk length")]
#[case::negative_word(&[], "*1\r\n$-1\r\n", "invalid bulk length")]
#[case::huge_word(&[], "*1\r\n$1000000000000\r\n", "invalid bulk length")]
#[case::endless_word(&[], "*1\r\n$99999999999999999999999\r\n", "invalid bulk length")]
#[case::request(&["--max-request", "300"], "*4\r\n$3\r\nGET\r\n$290\r\n", "invalid bulk length")]
#[case::words(&["--max-words", "3"], "*4\r\n", "invalid multibulk length")]
#[case::huge_words(&[], "*2147483647\r\n", "invalid multibulk length")]
#[case::endless_words(&[], "*99999999999999999999999\r\n", "invalid multibulk length")]
#[case::nested(&[], "*1\r\n*1\r\n$4\r\nPING\r\n", "expected '$', got '*'")]
#[case::inline(&["--max-line", "64"], &"x".repeat(66), "too big inline request")]
#[case::quotes(&[], "GET \"a\r\n", "unbalanced quotes in request")]
fn what_is_over_a_limit_is_told_and_closed(#[case] options: &[&str], #[case] sent: &str, #[case] why: &str) {
    let server = Server::start(options);
    let mut client = server.resp();
    assert_eq!(client.ask(&["SET", "a", "1"]), "+OK");
    // What stood before it is answered; what stands behind it is not read.
    client.send(request(&["GET", "a"]));
    client.send(sent);
    assert_eq!(client.reply(), "1");
    assert_eq!(client.reply(), format!("-ERR Protocol error: {why}"));
    let _ = client.try_send(request(&["SET", "a", "2"]));
    assert_eq!(client.end(), "");
    assert_eq!(server.resp().ask(&["GET", "a"]), "1");
    server.stop();
}

#[test]
fn what_is_within_the_limits_is_taken() {
    let options = ["--max-word", "100", "--max-words", "3", "--max-line", "64", "--max-request", "200"];
    let server = Server::start(&options);
    let mut client = server.resp();
    assert_eq!(client.ask(&["SET", "a", &"x".repeat(100)]), "+OK");
    client.send(format!("PING {}\r\n", "x".repeat(57)));
    assert_eq!(client.reply(), "x".repeat(57));
    assert_eq!(server.line().say(&format!("GET {}", "x".repeat(60))), "NOT_FOUND");
    server.stop();
}

/// The largest number there is was added to.
#[test]
fn limits_may_be_as_large_as_numbers_are() {
    let most = u64::MAX.to_string();
    let names =
        ["word", "request", "words", "line", "queries", "buffers", "unread", "transactions", "connections"];
    let options = names.map(|name| [format!("--max-{name}"), most.clone()]).concat();
    let timeouts =
        ["request", "idle", "write", "drain"].map(|name| [format!("--{name}-timeout"), most.clone()]);
    let options = [options, timeouts.concat()].concat();
    let server = Server::start(&options.iter().map(String::as_str).collect::<Vec<_>>());
    let mut client = server.resp();
    client.send("PING\r\n");
    assert_eq!(client.reply(), "+PONG");
    assert_eq!(client.ask(&["SET", "a", "1"]), "+OK");
    assert_eq!(server.line().say("GET a"), "VALUE 1");
    server.stop();
}

#[test]
fn a_line_that_is_too_long_is_told_and_closed() {
    let server = Server::start(&["--max-line", "64"]);
    for end in ["", "\n"] {
        let mut client = server.line();
        client.send(["PUT a 1\n", &"x".repeat(65), end].concat());
        assert_eq!([client.line(), client.line()], ["OK", "ERROR: line too long"]);
        assert_eq!(client.end(), "");
    }
    server.stop();
}

#[test]
fn queries_of_a_transaction_a_batch_or_a_list_are_counted() {
    let server = Server::start(&["--max-queries", "3"]);
    let mut client = server.resp();
    assert_eq!(client.ask(&["MULTI"]), "+OK");
    for _ in 0..3 {
        assert_eq!(client.ask(&["SET", "a", "1"]), "+QUEUED");
    }
    assert_eq!(client.ask(&["SET", "a", "1"]), "-ERR too many commands are queued");
    assert!(client.ask(&["EXEC"]).starts_with("-EXECABORT "));
    let get = r#"["GET","a"]"#;
    assert_eq!(client.ask(&["BATCH", get, get, get]), "[$-1, $-1, $-1]");
    assert!(client.ask(&["BATCH", get, get, get, get]).starts_with("-ERR the batch has too many queries"));
    let mut line = server.line();
    assert_eq!(line.say(&format!("[{get},{get},{get}]")), r#"["","",""]"#);
    let many = "ERROR: the batch has too many queries";
    assert_eq!(line.say(&format!("[{get},{get},{get},{get}]")), many);
    // Batches within a list count as well.
    let batch = format!(r#"["BATCH",{get},{get}]"#);
    assert_eq!(line.say(&batch), r#"["",""]"#);
    assert_eq!(line.say(&format!("[{batch},{get}]")), r#"[["",""],""]"#);
    assert_eq!(line.say(&format!("[{batch},{batch}]")), many);
    assert_eq!(line.say("[]"), "ERROR: an empty query");
    assert_eq!(line.say("[[]]"), "ERROR: an empty query");
    server.stop();
}

/// A list that began a transaction began it for everybody.
#[test]
fn no_transaction_begins_or_ends_within_a_list() {
    let server = Server::start(&[]);
    let (mut client, mut line) = (server.resp(), server.line());
    for list in [r#"[["BEGIN"],["PUT","a","1"]]"#, r#"[["COMMIT"]]"#, r#"[["PUT","a","1"],["ROLLBACK"]]"#] {
        assert_eq!(line.say(list), "ERROR: no transaction begins or ends within a list");
    }
    let begin = client.ask(&["BATCH", r#"["BEGIN"]"#]);
    assert!(begin.starts_with("-ERR "), "{begin}");
    assert_eq!(client.ask(&["COMMIT"]), ":0", "none is open");
    assert_eq!(client.ask(&["BEGIN"]), ":1");
    assert_eq!(server.resp().ask(&["GET", "a"]), "$-1");
    server.stop();
}

#[test]
fn the_queue_of_a_transaction_has_no_more_bytes_than_a_request() {
    let server = Server::start(&["--max-request", "10KiB"]);
    let mut client = server.resp();
    assert_eq!(client.ask(&["MULTI"]), "+OK");
    let value = "x".repeat(4 << 10);
    let answers: Vec<_> = (0..3).map(|_| client.ask(&["SET", "a", &value])).collect();
    assert_eq!(answers, ["+QUEUED", "+QUEUED", "-ERR too many commands are queued"]);
    assert!(client.ask(&["EXEC"]).starts_with("-EXECABORT "));
    server.stop();
}

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
    assert_well(&server);
    server.stop();
}

#[test]
fn half_a_request_does_not_wait_for_ever() {
    let server = Server::start(&["--request-timeout", "300"]);
    for half in ["*1\r\n$4\r\nPI", "PIN", "*", "*2\r\n$4\r\nECHO\r\n"] {
        let mut client = server.resp();
        client.send(half);
        assert_eq!(client.end(), "", "{half}");
    }
    let mut line = server.line();
    line.send("GET");
    assert_eq!(line.end(), "");
    server.stop();
}

/// Who sent on and on was closed if what was read at once never ended with a request.
#[test]
fn half_a_request_that_goes_on_is_not_the_same_half() {
    let server = Server::start(&["--request-timeout", "700"]);
    let (mut client, mut line) = (server.resp(), server.line());
    client.send("PI");
    line.send("GE");
    for _ in 0..60 {
        client.send("NG\r\nPI");
        line.send("T a\nGE");
        assert_eq!([client.reply(), line.line()], ["+PONG", "NOT_FOUND"]);
        std::thread::sleep(Duration::from_millis(30));
    }
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
    let server = Server::start(&["--max-unread", "3MiB"]);
    let mut client = server.resp();
    assert_eq!(client.ask(&["SET", "a", &"x".repeat(500_000)]), "+OK");
    assert_eq!(client.ask(&["MGET", "a", "a", "a", "a"]).len(), 2_000_008);
    client.send(request(&["MGET", "a", "a", "a", "a", "a", "a", "a"]));
    assert_eq!(client.end(), "");
    // A pipeline is no single reply: whoever reads it has it all.
    let mut client = server.resp();
    client.send(request(&["GET", "a"]).repeat(30));
    assert!((0..30).all(|_| client.reply().len() == 500_000));
    server.stop();
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
fn no_more_transactions_are_open_than_may_be() {
    let server = Server::start(&["--max-transactions", "2"]);
    let (mut first, mut second, mut third) = (server.resp(), server.resp(), server.resp());
    let mut line = server.line();
    assert_eq!(first.ask(&["BEGIN"]), ":1");
    assert_eq!(second.ask(&["WATCH", "a"]), "+OK");
    assert_eq!(third.ask(&["BEGIN"]), "-ERR too many transactions are open");
    assert_eq!(third.ask(&["WATCH", "a"]), "-ERR too many transactions are open");
    assert_eq!(line.say(r#"["BEGIN"]"#), "ERROR: too many transactions are open");
    assert_eq!(second.ask(&["WATCH", "b"]), "+OK", "it has one");
    // Whoever goes makes room, and what it had open is rolled back.
    assert_eq!(first.ask(&["REWIND", "PUT", "a", "1"]), "+OK");
    drop(first);
    until("room for another", || (third.ask(&["BEGIN"]) == ":1").then_some(()));
    assert_eq!(third.ask(&["GET", "a"]), "$-1");
    assert_eq!(second.ask(&["UNWATCH"]), "+OK");
    assert_eq!(line.say(r#"["BEGIN"]"#), "\"true\"");
    assert_eq!(second.ask(&["CLIENT", "KILL", "ID", &third.ask(&["CLIENT", "ID"])[1..]]), ":1");
    until("room for another", || (second.ask(&["WATCH", "a"]) == "+OK").then_some(()));
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

#[test]
fn where_writes_are_refused_for_good_reads_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let store = store.to_str().unwrap();
    let server = Server::start(&["--store", store]);
    assert_eq!(server.resp().ask(&["SET", "a", "1"]), "+OK");
    server.stop();
    let server = Server::start(&["--store", store, "--read-only"]);
    let (mut client, mut line) = (server.resp(), server.line());
    for words in
        [&["SET", "a", "2"][..], &["DEL", "a"], &["FLUSHALL"], &["EXPIRE", "a", "1"], &["BACKUP", "now"]]
    {
        let answer = client.ask(words);
        assert!(answer.starts_with("-READONLY "), "{words:?} {answer}");
    }
    assert_eq!(line.say("PUT a 2"), "ERROR: the server is read-only");
    assert_eq!(line.say("DEL a"), "ERROR: the server is read-only");
    assert_eq!(line.say(r#"[["PUT","a","2"]]"#), "ERROR: the server is read-only");
    assert_eq!(line.say("GET a"), "VALUE 1");
    assert_eq!(client.ask(&["GET", "a"]), "1");
    server.stop();
}

#[rstest]
#[case("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30\r\n\r\nSET a 2\r\n")]
#[case("GET / HTTP/1.1\r\nHost: localhost\r\n\r\nSET a 2\r\n")]
#[case("GET /a HTTP/1.1\r\nX: y\r\n\r\nSET a 2\r\n")]
#[case("post /x HTTP/1.0\r\n\r\nSET a 2\r\n")]
#[case("OPTIONS / HTTP/1.1\r\nHost: localhost\r\n\r\nSET a 2\r\n")]
#[case("*1\r\n$4\r\nPOST\r\nSET a 2\r\n")]
fn what_a_browser_says_is_never_carried_out(#[case] sent: &str) {
    let server = Server::start(&[]);
    assert_eq!(server.resp().ask(&["SET", "a", "1"]), "+OK");
    let mut client = server.resp();
    client.send(sent);
    let said = client.end();
    assert!(!said.contains("+OK") && said.matches('\n').count() <= 1, "{said}");
    if !sent.starts_with('*') {
        let mut line = Client::to(server.address("line"));
        line.send(sent.replace("SET a", "PUT a"));
        let said = line.end();
        assert!(!said.contains("OK\n") && said.matches("ERROR").count() <= 1, "{said}");
    }
    assert_eq!(server.resp().ask(&["GET", "a"]), "1");
    let faces = if sent.starts_with('*') { 1 } else { 2 };
    until("the note", || {
        (server.told().matches("speaks HTTP, and was closed").count() == faces).then_some(())
    });
}

#[test]
fn what_is_told_of_clients_is_escaped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a\n\u{1b}[31mb");
    let server = Server::with(&["--resp", &format!("unix:{}", path.to_str().unwrap())], &[]);
    let mut client = Client::to(&format!("unix:{}", path.to_str().unwrap()));
    client.send("POST / HTTP/1.1\r\n\r\n");
    assert_eq!(client.end(), "");
    until("the note", || server.told().contains("speaks HTTP").then_some(()));
    assert!(!server.told().contains('\u{1b}') && server.told().lines().count() == 1, "{}", server.told());
}
