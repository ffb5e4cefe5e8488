//! The shell where somebody or something is not kind to it: every test here was a fault.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::typed::{start, type_lines};
use super::{scratch, shell, told};
use crate::program::terminal::Terminal;
use crate::{feed_to, text};

/// Leaves the shell, and answers what was seen.
fn left(mut terminal: Terminal) -> String {
    terminal.press("\u{4}");
    assert_eq!(terminal.end(), Some(0), "{}", terminal.screen());
    terminal.screen()
}

#[test]
fn what_is_typed_ahead_is_not_lost() {
    let scratch = scratch();
    let mut terminal = start(scratch.path(), &[]);
    terminal.press("SET A B C\rGET A B\rSIZE\r");
    terminal.wait_for_last("rewind 4>");
    assert!(left(terminal).contains("=> \"C\"\nrewind 3> SIZE\n=> \"1\""));
}

/// A text as a terminal hands it on that was pasted.
fn paste(terminal: &mut Terminal, text: &str) {
    terminal.press(&format!("\u{1b}[200~{text}\u{1b}[201~"));
}

#[test]
fn lines_that_are_pasted_are_a_query_each_up_to_the_first_mistake() {
    let scratch = scratch();
    let mut terminal = start(scratch.path(), &[]);
    paste(&mut terminal, "SET A B C\n# it's 'one\nBATCH [GET A B\n] [SIZE]");
    // An array that is open goes on, what is asked before it or not.
    paste(&mut terminal, "\nBATCH [GET");
    terminal.press("\r");
    terminal.press("A B]");
    terminal.press_for("\r", "rewind 4>");
    paste(&mut terminal, "GET A B\nGTE A B\nCLEAR\n");
    terminal.press_for("\r", "rewind 5>");
    type_lines(&mut terminal, &[("SIZE", "rewind 6>")]);
    let screen = left(terminal);
    assert!(screen.contains("    2  BATCH [GET A B] [SIZE]  =>  [\"C\", \"1\"]\n"), "{screen}");
    assert!(screen.contains("    3  BATCH [GET A B]  =>  [\"C\"]\n"), "{screen}");
    assert!(screen.contains(" --> terminal:2:1\n") && screen.contains("behind it is not asked"), "{screen}");
    assert!(screen.contains("SIZE\n=> \"1\""), "{screen}");
}

#[test]
fn bytes_that_are_no_text_are_dropped_with_their_line_and_the_shell_goes_on() {
    let scratch = scratch();
    let mut terminal = start(scratch.path(), &[]);
    terminal.press_bytes(b"PUT a \xff");
    terminal.wait_for("is not UTF-8, and is dropped", 0);
    terminal.wait_for_last("rewind 1>");
    type_lines(&mut terminal, &[("SIZE", "rewind 2>")]);
    left(terminal);
}

#[test]
fn a_line_of_the_history_is_shown_without_what_a_terminal_would_obey() {
    let scratch = scratch();
    let kept = "#V2\nSET a b \"\u{1b}]0;title\u{7}\u{9b}31mred\u{202e}\"\n";
    fs::write(scratch.path().join("kept"), kept).expect("there is room");
    let mut terminal = start(scratch.path(), &["--history", "kept"]);
    terminal.press("\u{1b}[A");
    terminal.wait_for_typed(r#"SET a b "\u001b]0;title\u0007\u009b31mred\u202e""#);
    terminal.press_for("\r", "rewind 2>");
    let drawn = terminal.drawn.lock().expect("nobody panics with it").clone();
    assert!(!String::from_utf8_lossy(&drawn).contains(['\u{7}', '\u{9b}', '\u{202e}']));
    // In quotes an escape says the same.
    type_lines(
        &mut terminal,
        &[(".mode jsonl", "rewind 2>"), ("TTL a b", "rewind 3>"), ("GET a b", "rewind 4>")],
    );
    assert!(left(terminal).contains(r#""\u001b]0;title\u0007\u009b31mred\u202e""#));
}

#[test]
fn the_end_of_the_input_behind_an_open_quote_tells_what_is_open() {
    let scratch = scratch();
    let mut terminal = start(scratch.path(), &[]);
    terminal.press("SET a b \"one\rtwo");
    terminal.wait_for_typed("two");
    terminal.press("\u{4}");
    terminal.wait_for_last(r#"this quote is not closed: "one\ntwo; Ctrl-C drops the line"#);
    terminal.press(" more\"");
    terminal.press_for("\r", "rewind 2>");
    // Behind a line that lacks nothing it says and does nothing.
    terminal.press("GET a b");
    terminal.wait_for_typed("GET a b");
    terminal.press("\u{4}");
    terminal.press_for("\r", "rewind 3>");
    terminal.press("BATCH [GET a");
    terminal.wait_for_typed("BATCH [GET a");
    terminal.press("\u{4}");
    terminal.wait_for_last("this bracket is not closed: [GET a; Ctrl-C drops the line");
    terminal.press_for("\u{3}", "rewind 3>");
    assert!(left(terminal).contains(r#"=> "one\ntwo more""#));
}

#[test]
fn carriage_returns_alone_are_named_for_what_they_are() {
    let scratch = scratch();
    let (out, error, status) = told(scratch.path(), &[], "SET a b c\rGET a b\r");
    assert!(error.contains("a carriage return alone ends no line\n  --> standard input:1:10\n"), "{error}");
    assert_eq!((out.as_str(), status), ("", Some(2)));
    // In front of a line feed they are the end of a line, and in a quote a part of it.
    let (out, ..) = told(scratch.path(), &[], "SET a b \"x\ry\"\r\nGET a b\r\n");
    assert_eq!(out, "\"\"\n\"x\\ry\"\n");
}

#[test]
fn a_history_that_is_no_file_is_not_read() {
    let scratch = scratch();
    fs::create_dir(scratch.path().join("folder")).expect("it can be made");
    // The second one has no end.
    for history in ["folder", "/dev/zero"] {
        let mut terminal = start(scratch.path(), &["--history", history]);
        type_lines(&mut terminal, &[("SIZE", "rewind 2>")]);
        let screen = left(terminal);
        assert!(
            screen.contains(&format!("note: lines are not kept in {history}: it is no file")),
            "{screen}"
        );
    }
}

#[test]
fn whoever_asks_for_help_without_the_point_has_it() {
    let scratch = scratch();
    for line in ["help", " ? ", ".help"] {
        let (answers, ..) = told(scratch.path(), &[], line);
        assert!(answers.contains("\n.at TIME "), "{line}");
    }
    let (_, messages, status) = told(scratch.path(), &[], " back 2\n");
    assert_eq!(status, Some(2));
    assert!(messages.contains(":1:2\n") && messages.contains("did you mean .back?"), "{messages}");
    assert_eq!(told(scratch.path(), &[], "ALIAS steps SIZE\nsteps\n").0, "\"true\"\n\"0\"\n");
}

#[test]
fn the_shell_does_not_read_its_own_input_as_a_file() {
    let (_, messages, status) = told(scratch().path(), &[], "SIZE\n.read -\nSIZE\n");
    assert!(status == Some(2) && messages.contains("the shell itself reads standard input"), "{messages}");
}

#[test]
fn a_byte_order_mark_is_told_as_such() {
    let (_, messages, status) = told(scratch().path(), &[], "\u{feff}SIZE\n");
    assert!(status == Some(2) && messages.contains("a byte order mark stands before the text"), "{messages}");
}

/// Saves a session of one query there, and answers the status.
fn saved(directory: &Path, place: &str) -> Option<i32> {
    told(directory, &[], &format!("PUT a b\n.save {place}\n")).2
}

#[test]
fn a_device_is_written_to_and_never_replaced() {
    let scratch = scratch();
    symlink("/dev/full", scratch.path().join("full")).expect("it can be made");
    assert_eq!(saved(scratch.path(), "full"), Some(2));
    let there = fs::symlink_metadata(scratch.path().join("full")).expect("it is there");
    assert!(there.is_symlink() && !fs::metadata("/dev/full").expect("it is there").is_file());
    let output = feed_to(shell(scratch.path(), &[]), b"PUT a b\n.save /dev/stdout\n");
    assert_eq!(text(&output.stdout), "\"\"\n[[\"PUT\",\"a\",\"b\"]]\n");
}

#[test]
fn saving_follows_a_link_keeps_permissions_and_touches_no_other_file() {
    let scratch = scratch();
    let path = |name: &str| scratch.path().join(name);
    fs::write(path("mine.json"), "old").expect("it can be written");
    fs::write(path("mine.json.new"), "another").expect("it can be written");
    fs::set_permissions(path("mine.json"), fs::Permissions::from_mode(0o600)).expect("it is ours");
    symlink("mine.json", path("link.json")).expect("it can be made");
    let before = fs::read_dir(scratch.path()).expect("it is there").count();
    assert_eq!(saved(scratch.path(), "link.json"), Some(2), "it is not replaced unasked");
    assert_eq!(saved(scratch.path(), "link.json --force"), Some(0));
    let held = |name: &str| fs::read_to_string(path(name)).expect("it is there");
    assert_eq!(
        (held("mine.json").trim_end(), held("mine.json.new").as_str()),
        (r#"[["PUT","a","b"]]"#, "another")
    );
    assert!(fs::symlink_metadata(path("link.json")).expect("it is there").is_symlink());
    let mode = fs::metadata(path("mine.json")).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(fs::read_dir(scratch.path()).expect("it is there").count(), before);
}

#[test]
fn a_terminal_of_a_few_columns_is_enough() {
    let scratch = scratch();
    for columns in [1, 5] {
        let mut terminal = start(scratch.path(), &[]);
        terminal.resize(columns);
        for line in [
            "SET user name Ada",
            "BAKUP",
            ".mode table",
            "BATCH [SCAN user] [SIZE]",
            ".help",
            ".mode text",
            ".steps",
        ] {
            terminal.press(&format!("{line}\r"));
        }
        // Between two lines the terminal takes Ctrl-D for itself.
        terminal.wait_until("3>", |screen| screen.contains("step 2") && screen.ends_with("3>"));
        left(terminal);
    }
}

#[test]
fn ctrl_d_in_a_line_that_goes_on_ends_nothing() {
    let scratch = scratch();
    let mut terminal = start(scratch.path(), &[]);
    terminal.press("BATCH [PUT a\r");
    terminal.press("b\u{4}] [SIZE]");
    terminal.press_for("\r", "rewind 2>");
    assert!(left(terminal).contains("=> [\"\", \"1\"]"));
}

#[test]
fn a_session_that_is_remembered_from_within_a_transaction_is_not_saved() {
    let scratch = scratch();
    let long = format!("PUT a {}\n", "x".repeat(15 << 20));
    let lines = format!("BEGIN\n{}.save no.json\n", long.repeat(5));
    let (_, messages, status) = told(scratch.path(), &[], &lines);
    assert!(status == Some(2) && messages.contains("this session begins inside a transaction"), "{messages}");
    assert!(!scratch.path().join("no.json").exists());
}
