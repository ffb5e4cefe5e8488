use rstest::rstest;

use super::{Client, Server, request, until};

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

/// A list that began a transaction began it for everybody; then it was refused here, and asked over HTTP.
#[test]
fn a_list_may_have_a_transaction_of_its_own_which_ends_with_it() {
    let server = Server::start(&["--max-transactions", "1"]);
    let (mut client, mut line) = (server.resp(), server.line());
    assert_eq!(client.ask(&["BEGIN"]), ":1");
    // For one that ends before anybody else has a turn there is always room.
    for (list, answers) in [
        (r#"[["BEGIN"],["PUT","a","1"],["GET","a"]]"#, r#"["true","","1"]"#),
        (r#"[["GET","a"],["COMMIT"],["ROLLBACK"]]"#, r#"["","false","false"]"#),
        (r#"[["BEGIN"],["PUT","b","1"],["COMMIT"],["SIZE"]]"#, r#"["true","","true","1"]"#),
        (r#"[["ALIAS","lies","GET"],["lies","b"],["RESET_ALIASES"]]"#, r#"["true","1",""]"#),
        (r#"[["TICK","now"],["DELETE","b",""]]"#, r#"["","true"]"#),
    ] {
        assert_eq!(line.say(list), answers, "{list}");
    }
    assert_eq!(client.ask(&["ROLLBACK"]), ":1");
    // One that the connection has open is what the list is part of, and may end.
    assert_eq!(line.say(r#"["BEGIN"]"#), r#""true""#);
    assert_eq!(line.say(r#"[["PUT","c","1"],["BEGIN"]]"#), r#"["","false"]"#);
    assert_eq!(client.ask(&["GET", "c"]), "$-1");
    assert_eq!(line.say(r#"[["COMMIT"],["GET","c"]]"#), r#"["true","1"]"#);
    assert_eq!(client.ask(&["BEGIN"]), ":1", "there is room again");
    assert_eq!(client.ask(&["ROLLBACK"]), ":1");
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

/// A word was held to its limit, and what was made of words was not.
#[test]
fn a_text_does_not_grow_beyond_a_word() {
    let server = Server::start(&["--max-word", "100"]);
    let mut client = server.resp();
    assert_eq!(client.ask(&["APPEND", "a", &"x".repeat(99)]), ":99");
    let refused = "-ERR string exceeds maximum allowed size (proto-max-bulk-len)";
    assert_eq!([client.ask(&["APPEND", "a", "yz"]), client.ask(&["APPEND", "a", "y"])], [refused, ":100"]);
    assert_eq!(client.ask(&["STRLEN", "a"]), ":100");
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
