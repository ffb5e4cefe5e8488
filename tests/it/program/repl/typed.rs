//! The shell in a terminal: what is typed, what is seen.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::{scratch, shell};
use crate::assert_golden;
use crate::program::terminal::Terminal;

pub(super) fn start(directory: &Path, arguments: &[&str]) -> Terminal {
    let terminal = Terminal::start(shell(directory, arguments));
    terminal.wait_for_last("rewind 1>");
    terminal
}

/// Types lines one after the other, each when the prompt it is meant for is there.
pub(super) fn type_lines(terminal: &mut Terminal, lines: &[(&str, &str)]) {
    for (line, prompt) in lines {
        terminal.press(line);
        terminal.wait_for_typed(line);
        terminal.press_for("\r", prompt);
    }
}

#[test]
fn a_session_is_seen_so() {
    let scratch = scratch();
    let mut terminal = start(scratch.path(), &[]);
    type_lines(
        &mut terminal,
        &[
            ("SET_AT_WITH_TTL user token x7 1 10", "rewind 2>"),
            ("SET_AT user \"full name\" 'Ada \"L\"' 2", "rewind 3>"),
            ("BAKUP 3", "rewind 3>"),
            ("BACKUP 3", "rewind 4>"),
        ],
    );
    // An array goes on until it is closed.
    terminal.press("[\"DELETE_AT\", \"user\",\r");
    type_lines(&mut terminal, &[("\"full name\", \"5\"]", "rewind 5>")]);
    type_lines(
        &mut terminal,
        &[
            ("RESTORE 10 3", "rewind 6>"),
            (".steps", "rewind 6>"),
            (".back 2", "rewind @3>"),
            ("SCAN user", "rewind @3>"),
            ("SET user name Eve", "rewind @3>"),
            (".at 4", "rewind @3 at 4>"),
            ("TTL user token", "rewind @3 at 4>"),
            (".forward 1", "rewind @4>"),
            (".diff 3", "rewind @4>"),
            (".forward", "rewind 6>"),
            (".diff 4 now", "rewind 6>"),
            (".why user token", "rewind 6>"),
            (".mode table", "rewind 6>"),
            ("SCAN user", "rewind 7>"),
            (".mode text", "rewind 7>"),
            (".read list.json", "rewind 7>"),
            (".save mine.json", "rewind 7>"),
            (".hlep", "rewind 7>"),
            (".help .back", "rewind 7>"),
            ("GET user \"full name\"", "rewind 8>"),
            ("ALIAS g GET", "rewind 9>"),
            ("BEGIN", "rewind 10 (in a transaction)>"),
            ("BATCH [SET user token y8] [g user token]", "rewind 11 (in a transaction)>"),
        ],
    );
    // A query in brackets goes on until they are closed.
    terminal.press("BATCH [ITEMS]\r");
    terminal.wait_for_last("rewind 12 (in a transaction)>");
    terminal.press("BATCH [PUT town\r");
    terminal.press("\"a town that has a long name\"] [SET\r");
    terminal.wait_for("[SET", 0);
    type_lines(
        &mut terminal,
        &[
            ("user motto 'to be seen in full'] [SCAN user] [GET town]", "rewind 13 (in a transaction)>"),
            (".back 3", "rewind @9 (in a transaction)>"),
            ("g user token", "rewind @9 (in a transaction)>"),
            (".back", "rewind @8>"),
            (".forward", "rewind 13 (in a transaction)>"),
            ("ROLLBACK", "rewind 14>"),
            (".why user token", "rewind 14>"),
            (".help g", "rewind 14>"),
            ("BEGIN", "rewind 15 (in a transaction)>"),
            ("CLEAR", "rewind 16 (in a transaction)>"),
        ],
    );
    terminal.press("\u{4}");
    assert_eq!(terminal.end(), Some(0));
    assert_golden("repl", "terminal", &terminal.screen().replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}

#[test]
fn tab_completes_operations_keys_fields_choices_commands_and_files() {
    let scratch = scratch();
    let mut terminal = start(scratch.path(), &[]);
    type_lines(
        &mut terminal,
        &[("SET customer \"full name\" x", "rewind 2>"), ("SET customer address y", "rewind 3>")],
    );
    for (keys, line) in [
        ("scan_by_prefix_\tcu\ta\t", "rewind 3> SCAN_BY_PREFIX_AT customer address timestamp"),
        ("GET cu\tf\t", "rewind 3> GET customer \"full name\""),
        ("GET cu\t\"fu\t", "rewind 3> GET customer \"full name\""),
        ("FIND V\tL\t", "rewind 3> FIND VALUE LIKE pattern"),
        (".wh\tcu\tad\t", "rewind 3> .why customer address"),
        (".mode ta\t", "rewind 3> .mode table"),
        (".help scan_by_prefix_\t", "rewind 3> .help SCAN_BY_PREFIX_AT"),
        (".read list.j\t", "rewind 3> .read list.json"),
        (".op\tlist.j\t", "rewind 3> .open list.json"),
        ("get cu\tf\t", "rewind 3> get customer \"full name\""),
        ("scan_by_prefix_", "rewind 3> scan_by_prefix_at key prefix timestamp"),
        (
            "BATCH [GET cu\tf\t] [EXI\tcu\t",
            "rewind 3> BATCH [GET customer \"full name\" ] [EXISTS customer [field]",
        ),
        ("[\"SCAN_BY_PREFIX\", \"cu\t, \"f\t", "rewind 3> [\"SCAN_BY_PREFIX\", \"customer\", \"full name\""),
        ("BATCH [\"GET\", \"cu\t", "rewind 3> BATCH [\"GET\", \"customer\" [field]"),
    ] {
        terminal.press(keys);
        let screen = terminal.wait_for_last(line);
        assert_eq!(screen.lines().last(), Some(line));
        terminal.press_for("\u{3}", "rewind 3>");
    }
    // What several words may come is listed.
    terminal.press("DELETE customer \t\t");
    terminal.wait_for("address", 0);
    terminal.wait_for_last("rewind 3> DELETE customer");
    terminal.press_for("\u{3}", "rewind 3>");
    terminal.press("\u{4}");
    assert_eq!(terminal.end(), Some(0));
}

#[test]
fn tab_offers_what_was_asked_about_where_there_are_too_many_cells_to_list() {
    let scratch = scratch();
    let many: Vec<_> = (0..25_000).map(|number| format!("SET k{number} f v\n")).collect();
    let many = many.concat();
    std::fs::write(scratch.path().join("many.of"), format!("SET customer address x\n{many}"))
        .expect("there is room");
    for options in [&[][..], &["--store", "db", "--sync", "never"]] {
        let mut terminal = start(scratch.path(), options);
        terminal.press(".mode jsonl\r.read many.of\r");
        terminal.wait_for_last("rewind 25002>");
        terminal.press("GET cu\tad\t");
        terminal.wait_for_last("rewind 25002> GET customer address");
        terminal.press_for("\u{3}", "rewind 25002>");
        terminal.press("\u{4}");
        assert_eq!(terminal.end(), Some(0));
    }
}

#[test]
fn a_hint_shows_the_words_that_are_still_to_come() {
    let scratch = scratch();
    let mut terminal = start(scratch.path(), &[]);
    for (keys, line) in [
        ("SET_AT ", "rewind 1> SET_AT key field value timestamp"),
        ("A", "rewind 1> SET_AT A field value timestamp"),
        (" B ", "rewind 1> SET_AT A B value timestamp"),
        ("C 5", "rewind 1> SET_AT A B C 5"),
        ("\r", "rewind 2>"),
        ("BACK", "rewind 2> BACKUP timestamp"),
        // The arrow takes over what there is of it.
        ("\u{1b}[C6", "rewind 2> BACKUP 6"),
        ("\r", "rewind 3>"),
        ("EXISTS A", "rewind 3> EXISTS A [field]"),
        ("\r", "rewind 4>"),
        ("EXPIRE ", "rewind 4> EXPIRE key ttl | key field ttl"),
        ("\u{15}.why ", "rewind 4> .why KEY [FIELD]"),
        ("\u{15}ALIAS until EXPI", "rewind 4> ALIAS until EXPI"),
        ("\tx\u{8}\r", "rewind 5>"),
        ("unt\tA ", "rewind 5> until A ttl | field ttl"),
        ("\u{15}BATCH ", "rewind 5> BATCH [query] [query] …"),
        ("[GET ", "rewind 5> BATCH [GET key | key field"),
        ("\u{15}[\"SET\", \"A\"", "rewind 5> [\"SET\", \"A\" field value"),
    ] {
        terminal.press(keys);
        terminal.wait_for_last(line);
    }
    terminal.press_for("\u{3}", "rewind 5>");
    terminal.press("\u{4}");
    assert_eq!(terminal.end(), Some(0));
    assert!(terminal.screen().contains("=> \"true\""), "{}", terminal.screen());
}

#[test]
fn lines_are_kept_from_one_run_to_the_next() {
    let scratch = scratch();
    let mut terminal = start(scratch.path(), &[]);
    terminal.press("SET A B 'C\r");
    type_lines(&mut terminal, &[("D'", "rewind 2>"), ("SIZE", "rewind 3>")]);
    terminal.press("exit\r");
    assert_eq!(terminal.end(), Some(0));
    let mut terminal = start(scratch.path(), &[]);
    terminal.press("\u{1b}[A\u{1b}[A");
    terminal.wait_for_last("rewind 1> SIZE");
    terminal.press("\u{1b}[A");
    terminal.wait_for_last("D'");
    terminal.press("\r");
    terminal.wait_for_last("rewind 2>");
    type_lines(&mut terminal, &[("GET A B", "rewind 3>")]);
    terminal.press(".quit\r");
    assert_eq!(terminal.end(), Some(0));
    assert!(terminal.screen().contains("=> \"C\\nD\""), "{}", terminal.screen());
    assert!(scratch.path().join("state/rewind/history").exists());
    let mut terminal = start(scratch.path(), &["--history", "none"]);
    terminal.press("\u{1b}[A SIZE");
    terminal.wait_for_last("rewind 1>  SIZE");
    terminal.press_for("\u{3}", "rewind 1>");
    terminal.press("\u{4}");
    assert_eq!(terminal.end(), Some(0));
}

#[test]
fn a_history_that_cannot_be_kept_is_told_once() {
    let scratch = scratch();
    let mut terminal = start(scratch.path(), &["--history", "list.json/history"]);
    type_lines(&mut terminal, &[("SIZE", "rewind 2>"), ("SIZE", "rewind 3>")]);
    terminal.press("\u{4}");
    assert_eq!(terminal.end(), Some(0));
    assert_eq!(terminal.screen().matches("note: lines are not kept in").count(), 1, "{}", terminal.screen());
}

#[test]
fn ctrl_c_drops_the_line_and_the_shell_goes_on() {
    let scratch = scratch();
    let mut terminal = start(scratch.path(), &["--store", "db"]);
    type_lines(&mut terminal, &[("SET A B C", "rewind 2>")]);
    terminal.press("CLEAR");
    terminal.wait_for_last("rewind 2> CLEAR");
    terminal.press_for("\u{3}", "rewind 2>");
    type_lines(&mut terminal, &[("GET A B", "rewind 3>")]);
    assert!(terminal.screen().contains("=> \"C\""), "{}", terminal.screen());
    terminal.press("\u{4}");
    assert_eq!(terminal.end(), Some(0));
}

#[test]
fn ctrl_c_stops_a_file_between_two_queries_and_the_shell_goes_on() {
    let scratch = scratch();
    let pipe = scratch.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("there is mkfifo").success());
    let mut terminal = start(scratch.path(), &["--store", "db"]);
    terminal.press(".read pipe\r");
    let mut lines = std::fs::OpenOptions::new().write(true).open(&pipe).expect("it is read");
    writeln!(lines, "SET A B C").expect("it is read");
    terminal.wait_for("SET A B C", 0);
    signal("INT", &terminal);
    // The signal is told at some time; no query is asked after that, though there are more and more.
    let begun = Instant::now();
    while !terminal.screen().contains("stopped before line") {
        assert!(begun.elapsed() < Duration::from_mins(1), "{}", terminal.screen());
        let _ = writeln!(lines, "SIZE");
        std::thread::sleep(Duration::from_millis(5));
    }
    drop(lines);
    terminal.wait_for_last("rewind ");
    terminal.press("GET A B\r");
    terminal.wait_until("=> \"C\"", |screen| screen.contains("GET A B\n=> \"C\"\nrewind "));
    terminal.press("exit\r");
    assert_eq!(terminal.end(), Some(0));
    let mut verify = crate::rewind(&["log", "verify", "db"]);
    let verified = verify.current_dir(scratch.path()).output().expect("it runs");
    assert_eq!(verified.status.code(), Some(0), "{}", crate::text(&verified.stdout));
}

/// Sends a signal to the shell.
fn signal(name: &str, terminal: &Terminal) {
    let kill = Command::new("sh").args(["-c", &format!("kill -{name} {}", terminal.child.id())]).status();
    assert!(kill.expect("there is a shell").success());
}

#[test]
fn a_killed_shell_gives_the_terminal_back() {
    let scratch = scratch();
    let mut terminal = start(scratch.path(), &[]);
    terminal.press("SET A");
    terminal.wait_for_last("rewind 1> SET A");
    signal("TERM", &terminal);
    assert_eq!(terminal.end(), Some(130));
    assert!(terminal.echoes(), "the terminal is left as the editor had it");
}
