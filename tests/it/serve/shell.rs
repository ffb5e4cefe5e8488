//! `rewind client`, as a person, a script and a pipe use it; records asked again; and the documents' transcripts.

use std::process::{Command, Output};

use super::server::Server;
use crate::program::terminal::Terminal;
use crate::{feed, rewind, text, top};

/// What `rewind client` comes to with these words.
fn asked(server: &Server, words: &[&str]) -> Output {
    rewind(&[&["client", server.address("resp")], words].concat()).output().expect("it runs")
}

fn told(output: &Output) -> (Option<i32>, String, String) {
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_query_of_words_is_answered_as_in_a_list() {
    let server = Server::start(&["--clock", "logical"]);
    let rows: [(&[&str], &str); 14] = [
        (&["PUT", "list", "[x y] z"], "\n"),
        (&["GET", "list"], "[x y] z\n"),
        (&["SET_AT_WITH_TTL", "user", "token", "x7", "1", "10"], "\n"),
        (&["set", "user", "name", "Ada L"], "\n"),
        (&["GET", "user", "name"], "Ada L\n"),
        (&["SCAN", "user"], "name(Ada L), token(x7)\n"),
        (&["TTL", "user", "token"], "10\n"),
        (&["TTL", "user", "name"], "permanent\n"),
        (&["BACKUP", "now"], "2\n"),
        (&["EXISTS", "nobody"], "false\n"),
        (&["BATCH", "[PUT b 2]", "[\"GET\", \"b\"]"], "\n2\n"),
        (&["ALIAS", "lies", "GET"], "true\n"),
        (&["lies", "b"], "2\n"),
        (&["--format", "jsonl", "SIZE"], "\"3\"\n"),
    ];
    for (words, wanted) in rows {
        let (options, words) = if words[0] == "--format" { words.split_at(2) } else { words.split_at(0) };
        let arguments = [&["client"], options, &[server.address("resp")], words].concat();
        let output = rewind(&arguments).output().expect("it runs");
        assert_eq!(told(&output), (Some(0), wanted.to_owned(), String::new()), "{words:?}");
    }
}

#[test]
fn an_error_is_status_1_and_no_server_69() {
    let server = Server::start(&["--clock", "logical"]);
    assert_eq!(asked(&server, &["TICK", "9"]).status.code(), Some(0));
    let (status, out, error) = told(&asked(&server, &["GET_AT", "a", "b", "4"]));
    assert!(status == Some(1) && out.is_empty() && error.contains('4'), "{error}");
    let (status, _, error) = told(&asked(&server, &["SCNA", "a"]));
    assert!(status == Some(1) && error.contains("`SCNA`, did you mean SCAN?"), "{error}");
    let (status, _, error) = told(&rewind(&["client", "SIZE"]).output().expect("it runs"));
    assert!(status == Some(2) && error.contains("an address is PORT, HOST:PORT or unix:PATH"), "{error}");
    let http = Server::start(&["--http", "127.0.0.1:0"]);
    let (status, _, error) =
        told(&rewind(&["client", http.address("http"), "SIZE"]).output().expect("it runs"));
    assert!(status == Some(69) && error.contains("the one behind `resp`"), "{error}");
    let address = server.address("resp").to_owned();
    drop(server);
    let (status, out, error) = told(&rewind(&["client", &address, "KEYS"]).output().expect("it runs"));
    assert!(status == Some(69) && out.is_empty() && error.contains("no server"), "{error}");
}

#[test]
fn lines_from_a_pipe_are_one_session_and_the_first_error_ends_them() {
    let server = Server::start(&["--clock", "logical"]);
    let address = server.address("resp");
    let lines =
        b"# a comment\nbegin\nPUT a 'b c'\n\n[\"GET\", \"a\"]\nBATCH [PUT x 1] [GET x]\nCOMMIT\nKEYS\n";
    let output = feed(&["client", address], lines);
    let wanted = "\"true\"\n\"\"\n\"b c\"\n[\"\",\"1\"]\n\"true\"\n\"a, x\"\n";
    assert_eq!(told(&output), (Some(0), wanted.to_owned(), String::new()));
    let (status, out, error) = told(&feed(&["client", address], b"SIZE\nNOPE\nSIZE\n"));
    assert!(status == Some(1) && out == "\"2\"\n" && error.contains("line 2"), "{error}");
    // What a pipe leaves open is rolled back.
    assert_eq!(feed(&["client", address], b"BEGIN\nPUT gone 1\n").status.code(), Some(0));
    assert_eq!(told(&asked(&server, &["GET", "gone"])).1, "\n");
}

#[test]
fn the_password_is_in_the_environment_or_asked_for() {
    let mut command = rewind(&["serve", "--resp", "127.0.0.1:0"]);
    command.env("REWIND_AUTH", "ada:secret\nother");
    let server = Server::of(command);
    let ask = |auth: Option<&str>| {
        let mut command = rewind(&["client", server.address("resp"), "SIZE"]);
        command.env_remove("REWIND_AUTH");
        if let Some(auth) = auth {
            command.env("REWIND_AUTH", auth);
        }
        told(&command.stdin(std::process::Stdio::null()).output().expect("it runs"))
    };
    assert_eq!(ask(Some("ada:secret")), (Some(0), "0\n".to_owned(), String::new()));
    assert_eq!(ask(Some("other")).0, Some(0));
    let (status, _, error) = ask(Some("ada:wrong"));
    assert!(status == Some(2) && error.contains("WRONGPASS") && !error.contains("wrong\""), "{error}");
    let (status, _, error) = ask(None);
    assert!(status == Some(2) && error.contains("NOAUTH"), "{error}");
}

/// The terminal showed nothing of what was typed from then on.
#[test]
fn a_terminal_is_given_back_by_who_is_interrupted_when_asked_for_a_password() {
    let mut command = rewind(&["serve", "--resp", "127.0.0.1:0"]);
    command.env("REWIND_AUTH", "secret");
    let server = Server::of(command);
    for is_interrupted in [true, false] {
        let mut command = rewind(&["client", server.address("resp"), "SIZE"]);
        command.env_remove("REWIND_AUTH");
        let mut terminal = Terminal::start(command);
        terminal.wait_for("password of default: ", 0);
        assert!(!terminal.echoes());
        if is_interrupted {
            let kill = ["-INT", &terminal.child.id().to_string()];
            assert!(Command::new("kill").args(kill).status().expect("it is installed").success());
        } else {
            terminal.press("secret\r");
        }
        assert_eq!(terminal.end(), Some(if is_interrupted { 130 } else { 0 }));
        assert!(terminal.echoes());
        assert!(!terminal.screen().contains("secret"));
    }
}

/// Each of these was kept.
#[test]
fn a_password_is_not_kept_however_its_words_are_typed() {
    let server = Server::start(&[]);
    let folder = tempfile::tempdir().expect("there is room");
    let history = folder.path().join("history");
    let mut terminal = client_in_terminal(&server, &history);
    let typed = [
        "auth secret",
        "\"AUTH\" secret",
        "[\"AUTH\", \"secret\"]",
        "REDIS AUTH secret",
        "hello 3 AUTH ada 'secret'",
        "GET auth",
    ];
    for line in typed {
        terminal.press(line);
        terminal.wait_for_typed(line);
        terminal.press_for("\r", &format!("{}>", server.address("resp")));
    }
    paste(&mut terminal, "SIZE\nAUTH secret");
    terminal.press_for("\r", &format!("{}>", server.address("resp")));
    terminal.press("\u{4}");
    assert_eq!(terminal.end(), Some(0));
    let kept = std::fs::read_to_string(&history).expect("it is there");
    assert!(kept.contains("GET auth") && !kept.contains("secret"), "{kept}");
}

/// All of what was pasted was taken for one query, and a comment for an operation.
#[test]
fn what_is_pasted_into_a_client_is_a_query_a_line_up_to_the_first_error() {
    let server = Server::start(&[]);
    let mut terminal = client_in_terminal(&server, std::path::Path::new("none"));
    paste(&mut terminal, "# it's one\nSET a b c\nGET a b\nNOPE\nCLEAR");
    terminal.press_for("\r", &format!("{}>", server.address("resp")));
    terminal.press("SIZE");
    terminal.wait_for_typed("SIZE");
    terminal.press_for("\r", &format!("{}>", server.address("resp")));
    terminal.press("\u{4}");
    assert_eq!(terminal.end(), Some(0));
    let screen = terminal.screen();
    assert!(screen.contains("\n\nc\nunknown operation `NOPE`"), "{screen}");
    assert!(
        screen.contains("what was pasted behind it is not asked") && screen.contains("SIZE\n1\n"),
        "{screen}"
    );
}

/// The client as a person has it.
fn client_in_terminal(server: &Server, history: &std::path::Path) -> Terminal {
    let address = server.address("resp");
    let mut command = rewind(&["client", address, "--history", &history.display().to_string()]);
    command.env("TERM", "xterm").env_remove("REWIND_AUTH");
    let terminal = Terminal::start(command);
    terminal.wait_for_last(&format!("{address}>"));
    terminal
}

/// A text as a terminal hands it on that was pasted.
fn paste(terminal: &mut Terminal, text: &str) {
    terminal.press(&format!("\u{1b}[200~{text}\u{1b}[201~"));
}

#[test]
fn a_record_is_answered_again_and_compared() {
    let folder = tempfile::tempdir().expect("there is room");
    let (record, store) = (folder.path().join("record"), folder.path().join("store"));
    let path = |path: &std::path::Path| path.display().to_string();
    let options = ["--record", &path(&record), "--store", &path(&store), "--clock", "logical"];
    // What is there before is part of it.
    let before = feed(&["run", "--store", &path(&store), "-"], b"[[\"PUT\",\"old\",\"1\"],[\"BACKUP\",5]]");
    assert_eq!(before.status.code(), Some(0));
    let server = Server::start(&options);
    let (mut one, mut two) = (server.client(), server.client());
    for words in [&["BEGIN"][..], &["SET", "a", "1"], &["TICK", "7"]] {
        one.ask(words);
    }
    for words in [&["SET", "a", "2"][..], &["HSET", "h", "f", "v"], &["RPUSH", "l", "x"], &["GET", "old"]] {
        two.ask(words);
    }
    assert_eq!(one.ask(&["COMMIT"]), b":0\r\n");
    assert_eq!(two.ask(&["MULTI"]), b"+OK\r\n");
    for words in [&["INCR", "a"][..], &["RESTORE", "now", "5"], &["GET", "old"]] {
        assert_eq!(two.ask(words), b"+QUEUED\r\n");
    }
    two.ask(&["EXEC"]);
    let asked = two.ask(&["GET", "old"]);
    assert_eq!(asked, b"$1\r\n1\r\n");
    drop(server);
    let check =
        |record: &std::path::Path| rewind(&["run", "--check", &path(record)]).output().expect("it runs");
    let (status, out, error) = told(&check(&record));
    assert!(status == Some(0) && out.is_empty() && error.contains("answers are as they were"), "{error}");
    let lines = std::fs::read_to_string(&record).expect("it is there");
    let answers = lines.lines().map(|line| {
        let (_, answer) = line.split_once(",\"answer\":").expect("it has an answer");
        format!("{}\n", answer.strip_suffix('}').expect("it ends"))
    });
    let wanted = answers.collect::<Vec<_>>().concat();
    let again = rewind(&["run", &path(&record)]).output().expect("it runs");
    assert_eq!(told(&again), (Some(0), wanted, String::new()));
    // One answer is another.
    let changed = folder.path().join("changed");
    std::fs::write(
        &changed,
        lines.replacen(
            "\"query\":[\"GET\",\"old\"],\"answer\":\"1\"",
            "\"query\":[\"GET\",\"old\"],\"answer\":\"2\"",
            1,
        ),
    )
    .expect("there is room");
    let (status, _, error) = told(&check(&changed));
    assert!(status == Some(1) && error.contains("GET old") && error.contains("\"2\""), "{error}");
    // A line without a query has no answer.
    std::fs::write(&changed, lines.replacen('\n', "\n\n", 1)).expect("there is room");
    let (status, _, error) = told(&check(&changed));
    assert_eq!((status, error), (Some(0), format!("{} answers are as they were\n", lines.lines().count())));
    // Nothing is written then.
    let both = rewind(&["run", "--check", "--format", "json", &path(&record)]).output().expect("it runs");
    let (status, _, error) = told(&both);
    assert!(status == Some(2) && error.contains("cannot be used with"), "{error}");
    // Only a record has answers to compare.
    let (status, _, error) = told(&feed(&["run", "--check", "-"], b"[[\"SIZE\"]]"));
    assert!(status == Some(2) && error.contains("no record"), "{error}");
}

/// What nobody has looked at before it is asked again.
#[test]
fn a_record_that_somebody_wrote_is_refused_with_its_place() {
    let begun = "{\"session\":0,\"query\":[\"TICK\",\"9\"],\"answer\":\"\"}\n";
    for (line, wanted) in [
        ("{\"session\":0,\"query\":[\"TICK\",\"5\"],\"answer\":\"\"}", "5"),
        ("{\"session\":0,\"query\":[\"TICK\",\"x\"],\"answer\":\"\"}", "x"),
        ("{\"session\":0,\"query\":[\"NOPE\"],\"answer\":\"\"}", "NOPE"),
        ("{\"session\":-1}", "no line of a record"),
        ("garbage", "line 2: this is no line of a record: expected value at column 1\n"),
    ] {
        for options in [&["run", "-"][..], &["run", "--check", "-"]] {
            let (status, _, error) = told(&feed(options, format!("{begun}{line}\n").as_bytes()));
            assert!(status == Some(2) && error.contains("line 2") && error.contains(wanted), "{error}");
        }
    }
}

/// A reply as redis-cli shows it on a terminal.
fn shown(reply: &[u8]) -> String {
    let text = String::from_utf8_lossy(reply);
    let mut lines = text.split("\r\n");
    let first = lines.next().unwrap_or_default();
    match first.split_at(1) {
        ("+" | "-", said) => said.to_owned(),
        (":", number) => format!("(integer) {number}"),
        ("$", "-1") => "(nil)".to_owned(),
        ("$", _) => format!("\"{}\"", lines.next().unwrap_or_default()),
        ("*", _) => {
            let texts: Vec<_> = lines.collect();
            let items = texts.chunks_exact(2).enumerate();
            items
                .map(|(place, item)| format!("{}) \"{}\"", place + 1, item[1]))
                .collect::<Vec<_>>()
                .join("\n")
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_transcripts_of_the_documents_are_what_a_server_answers() {
    for document in ["README.md", "docs/serve.md"] {
        let text = std::fs::read_to_string(top().join(document)).expect("it is there");
        let Some((_, transcript)) = text.split_once("$ redis-cli -p 7400\n") else {
            assert_eq!(document, "README.md");
            continue;
        };
        let (transcript, _) = transcript.split_once("```").expect("it ends");
        let server = Server::start(&[]);
        let mut client = server.client();
        let mut fresh = String::new();
        for line in transcript.lines().filter(|line| line.starts_with("127.0.0.1:7400> ")) {
            let words: Vec<&str> = line.split(' ').skip(1).collect();
            fresh.push_str(&format!("{line}\n{}\n", shown(&client.ask(&words))));
        }
        assert_eq!(fresh, transcript, "{document}");
    }
}
