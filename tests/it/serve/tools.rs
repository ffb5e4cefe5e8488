//! The tools that come with Redis: redis-cli and redis-benchmark, where they are installed.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use super::client::request;
use super::connect::assert_welcome;
use super::proxy::Proxy;
use super::server::Server;
use crate::program::terminal::Terminal;
use crate::{feed_to, text};

/// A tool on a server's port, if it is installed; else says that it is not.
fn tool(name: &str, port: impl std::fmt::Display, arguments: &[&str]) -> Option<Command> {
    let asked = Command::new(name).arg("--version").stdout(Stdio::null()).status();
    if !asked.is_ok_and(|status| status.success()) {
        eprintln!("skipped: {name} is not installed");
        return None;
    }
    let mut command = Command::new(name);
    command.args(["-h", "127.0.0.1", "-p", &port.to_string()]).args(arguments).stdin(Stdio::null());
    Some(command)
}

/// What redis-cli prints.
fn printed(server: &Server, arguments: &[&str], input: &[u8]) -> Option<String> {
    let output = feed_to(tool("redis-cli", server.port(), arguments)?, input);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    Some(text(&output.stdout))
}

#[test]
fn redis_cli_asks_by_arguments_and_from_a_pipe() {
    let server = Server::start(&[]);
    let Some(said) = printed(&server, &["SET", "a", "two words"], b"") else { return };
    assert_eq!(said, "OK\n");
    let rows: [(&[&str], &str); 8] = [
        (&["get", "a"], "two words\n"),
        (&["get", "none"], "\n"),
        (&["HSET", "h", "f", "1", "g", "2"], "2\n"),
        (&["HGETALL", "h"], "f\n1\ng\n2\n"),
        (&["-3", "HGETALL", "h"], "f 1\ng 2\n"),
        (&["-3", "--no-raw", "HGETALL", "h"], "1# \"f\" => \"1\"\n2# \"g\" => \"2\"\n"),
        (&["--no-raw", "REWIND", "SCAN", "h"], "1) \"f\"\n2) \"1\"\n3) \"g\"\n4) \"2\"\n"),
        (&["GET", "h"], "WRONGTYPE Operation against a key holding the wrong kind of value\n\n"),
    ];
    for (arguments, wanted) in rows {
        assert_eq!(printed(&server, arguments, b"").as_deref(), Some(wanted), "{arguments:?}");
    }
    let lines = b"MULTI\nINCR n\nGET a\nEXEC\nGET \"\\x00\\xff\"\nPUT p v\nKEYS *\n";
    let wanted = "OK\nQUEUED\nQUEUED\n1\ntwo words\n\nOK\na\nh\nn\np\n";
    assert_eq!(printed(&server, &[], lines).as_deref(), Some(wanted));
}

#[test]
fn redis_cli_inserts_in_masses() {
    let server = Server::start(&[]);
    let sets = (0..10_000).map(|number| request(&["SET", &format!("k{number}"), "x"]));
    let Some(said) = printed(&server, &["--pipe"], &sets.collect::<Vec<_>>().concat()) else { return };
    assert!(said.contains("errors: 0, replies: 10000"), "{said}");
    assert_eq!(server.client().ask(&["DBSIZE"]), b":10000\r\n");
}

#[test]
fn redis_cli_walks_over_all_keys() {
    let server = Server::start(&[]);
    let mut client = server.client();
    for number in 0..300 {
        assert_eq!(client.ask(&["SET", &format!("user:{number}"), "x"]), b"+OK\r\n");
    }
    client.ask(&["SET", "big", &"x".repeat(5_000)]);
    client.ask(&["HSET", "hash", "f", "v", "g", "w"]);
    client.ask(&["RPUSH", "list", "a", "b", "c"]);
    let Some(found) = printed(&server, &["--scan", "--pattern", "user:*"], b"") else { return };
    assert_eq!(found.lines().count(), 300);
    let found = printed(&server, &["--bigkeys"], b"").expect("it is there");
    for wanted in [
        "Sampled 303 keys",
        "string found \"big\" has 5000 bytes",
        "list found \"list\" has 3 items",
        "hash found \"hash\" has 2 fields",
    ] {
        assert!(found.replace('\'', "").contains(wanted), "{wanted}: {found}");
    }
    let found = printed(&server, &["--memkeys"], b"").expect("it is there");
    assert!(found.contains("Sampled 303 keys") && found.contains("\"big\""), "{found}");
}

#[test]
fn redis_cli_shows_what_the_server_does() {
    let server = Server::start(&[]);
    server.client().ask(&["MSET", "a", "1", "b", "2"]);
    let Some(mut command) = tool("redis-cli", server.port(), &["--stat", "-i", "0.001"]) else { return };
    let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
    let output = BufReader::new(child.stdout.take().expect("it is piped"));
    let lines: Vec<_> = output.lines().take(5).map(|line| line.expect("it is text")).collect();
    child.kill().and_then(|()| child.wait()).expect("it is a child");
    let words = lines.last().expect("there are lines").split_whitespace().collect::<Vec<_>>();
    assert_eq!((words[0], words[2]), ("2", "1"), "{lines:?}");
}

#[test]
fn redis_cli_hints_at_words_in_a_terminal() {
    let server = Server::start(&[]);
    let proxy = Proxy::to(&server);
    let Some(mut command) = tool("redis-cli", proxy.port, &[]) else { return };
    command.env("TERM", "xterm").env("HOME", std::env::temp_dir()).env("REDISCLI_HISTFILE", "/dev/null");
    let mut terminal = Terminal::start(command);
    for (typed, hint) in [("hset ", "key field value"), ("set_at ", "key field value timestamp")] {
        let since = terminal.wait_for("> ", 0);
        terminal.press(typed);
        terminal.wait_for(hint, since);
        // Control and U takes the line away.
        terminal.press("\u{15}");
    }
    let since = terminal.wait_for("> ", 0);
    terminal.press("echo connected\r");
    terminal.wait_for("\"connected\"", since);
    terminal.press("quit\r");
    terminal.child.wait().expect("it ends");
    assert_welcome("redis-cli", &proxy.exchanged_before(&["echo", "connected"]));
}

#[test]
fn redis_benchmark_measures() {
    let server = Server::start(&[]);
    let proxy = Proxy::to(&server);
    let load = ["-t", "set,get,mset,hset", "-n", "2000", "-P", "64", "-q"];
    let Some(command) = tool("redis-benchmark", proxy.port, &load) else { return };
    let output = feed_to(command, b"");
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success() && err.is_empty(), "{out}{err}");
    for name in ["SET: ", "GET: ", "MSET (10 keys): ", "HSET: "] {
        let has_rate = |line: &str| line.starts_with(name) && line.contains("requests per second");
        assert!(out.replace('\r', "\n").lines().any(has_rate), "{name}{out}");
    }
    assert_welcome("redis-benchmark", &proxy.exchanged_first());
}
