//! The shell from a pipe, what it saves, and what it is worth with a store. In a terminal it is tried in `typed`.

use std::path::Path;
use std::process::Command;

use rstest::rstest;
use serde_json::Value;

use crate::{assert_golden, feed_to, rewind, text, top};

/// The shell in a directory of its own, with nothing of the user's.
fn shell(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = rewind(&[&["repl"], arguments].concat());
    command.current_dir(directory).env("XDG_STATE_HOME", directory.join("state")).env("TERM", "xterm");
    command
}

/// A directory with the files of `fixtures/repl`.
fn scratch() -> tempfile::TempDir {
    let scratch = tempfile::tempdir().expect("there is room");
    for entry in std::fs::read_dir(top().join("fixtures/repl")).expect("the folder is there") {
        let entry = entry.expect("it can be listed");
        std::fs::copy(entry.path(), scratch.path().join(entry.file_name())).expect("it is copied");
    }
    scratch
}

/// What the shell says to lines from a pipe.
fn told(directory: &Path, arguments: &[&str], lines: &str) -> (String, String, Option<i32>) {
    let output = feed_to(shell(directory, arguments), lines.as_bytes());
    (text(&output.stdout), text(&output.stderr), output.status.code())
}

#[test]
fn sessions_from_a_pipe_are_answered_so() {
    let mut count = 0;
    for path in std::fs::read_dir(top().join("fixtures/repl")).expect("the folder is there") {
        let path = path.expect("it can be listed").path();
        if path.extension().is_none_or(|extension| extension != "txt") {
            continue;
        }
        let lines = std::fs::read_to_string(&path).expect("it can be read");
        let first = lines.lines().next().and_then(|line| line.strip_prefix("# --"));
        let options = first.map_or(String::new(), |options| format!("--{options}"));
        let arguments: Vec<_> = options.split_whitespace().collect();
        let scratch = scratch();
        if arguments.contains(&"free") {
            let mut run = rewind(&["run", "--clock", "free", "--store", "free", "-"]);
            run.current_dir(scratch.path());
            assert_eq!(feed_to(run, b"[]").status.code(), Some(0));
        }
        let (stdout, stderr, status) = told(scratch.path(), &arguments, &lines);
        let status = status.expect("it is not killed");
        let golden = format!("{lines}\n=== answers\n{stdout}\n=== messages\n{stderr}\n=== status {status}\n");
        assert_golden("repl", &path.file_stem().expect("a name").to_string_lossy(), &golden);
        count += 1;
    }
    assert!(count >= 25, "only {count} sessions were found");
}

/// Queries that depend on when they are asked, without a timestamp of their own.
fn untimed(seed: u64, count: usize) -> Vec<String> {
    let mut state = seed;
    let mut draw = |of: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % of
    };
    (0..count)
        .map(|number| {
            match (draw(14), ["a", "b", "c c"][usize::try_from(draw(3)).expect("small")], draw(4)) {
                (0, key, field) => format!("SET \"{key}\" f{field} v{number}"),
                (1, key, ttl) => format!(
                    "PUT_WITH_TTL \"{key}\" v{number} {}",
                    [0, 1, 1_000_000, 3][usize::try_from(ttl).expect("small")]
                ),
                (2, key, field) => format!("GET \"{key}\" f{field}"),
                (3, key, _) => format!("SCAN \"{key}\""),
                (4, key, field) => format!("EXPIRE \"{key}\" f{field} {}", draw(3)),
                (5, key, field) => format!("[\"DELETE\",\"{key}\",\"f{field}\"]"),
                (6, key, field) => format!("APPEND '{key}' f{field} i{number}"),
                (7, ..) => "ITEMS".to_owned(),
                (8, ..) => "BEGIN".to_owned(),
                (9, _, end) => if end == 0 { "ROLLBACK" } else { "COMMIT" }.to_owned(),
                (10, key, field) => format!("BATCH [GET \"{key}\"] [SET '{key}' f{field} v{number}] [SIZE]"),
                (11, _, of) => format!("ALIAS s{of} SIZE"),
                (12, ..) => "ALIASES".to_owned(),
                _ => "SIZE".to_owned(),
            }
        })
        .collect()
}

/// The answers of `rewind run` to a saved session: the last ones, without those to the clock being moved.
fn replayed(directory: &Path, file: &str, asked: usize) -> Vec<Value> {
    let saved = std::fs::read_to_string(directory.join(file)).expect("it is there");
    let queries: Vec<Vec<Value>> = serde_json::from_str(&saved).expect("it is a list");
    let mut run = rewind(&["run", file]);
    let output = run.current_dir(directory).output().expect("it runs");
    assert_eq!((text(&output.stderr), output.status.code()), (String::new(), Some(0)));
    let answers: Vec<Value> = serde_json::from_slice(&output.stdout).expect("answers are a list");
    assert_eq!(answers.len(), queries.len());
    let of_people = answers.into_iter().zip(&queries).filter(|(_, query)| query[0] != "TICK");
    let answers: Vec<_> = of_people.map(|(answer, _)| answer).collect();
    answers[answers.len() - asked..].to_vec()
}

/// Asks queries and saves the session; the answers are those of the queries.
fn asked_and_saved(directory: &Path, arguments: &[&str], queries: &[String], file: &str) -> Vec<Value> {
    let lines = format!("{}\n.save {file} --force\n", queries.join("\n"));
    let (answers, messages, status) = told(directory, arguments, &lines);
    assert_eq!(status, Some(0), "{messages}");
    let answers: Vec<Value> =
        answers.lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect();
    assert_eq!(answers.len(), queries.len());
    answers
}

#[rstest]
#[case::memory(&["--clock", "wall"])]
#[case::logical(&[])]
#[case::store(&["--clock", "wall", "--store", "db", "--sync", "never"])]
#[case::long_values_stay_on_disk(&["--clock", "wall", "--store", "db", "--sync", "never", "--inline-max", "2"])]
fn a_saved_session_replays_to_the_same_answers(#[case] arguments: &[&str]) {
    let scratch = scratch();
    for seed in 1..=4 {
        let queries = untimed(seed, 150);
        // With a store, each session after the first goes on from the one before.
        let answers = asked_and_saved(scratch.path(), arguments, &queries, "saved.json");
        assert_eq!(replayed(scratch.path(), "saved.json", queries.len()), answers, "seed {seed}");
    }
}

#[test]
fn the_wall_clock_moves_the_clock_and_is_never_moved_back() {
    let scratch = scratch();
    let ahead = u64::MAX - 10;
    let lines = format!("SET A B 1\nTICK {ahead}\nSET A B 2\nSET_AT A B 3 {ahead}\n.steps\nSET_AT A B 4 5\n");
    let (answers, messages, status) = told(scratch.path(), &["--clock", "wall"], &lines);
    assert_eq!(status, Some(2));
    assert!(messages.contains(&format!("time runs backwards: 5 after {ahead}")), "{messages}");
    let clocks = answers.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let clocks: Vec<_> = clocks.filter_map(|row| row.get("clock")?.as_u64()).collect();
    // The year 2020 or later, in milliseconds.
    assert!(clocks[0] > 1_577_836_800_000, "{clocks:?}");
    assert_eq!(clocks[1..], [ahead; 3]);
}

#[test]
fn a_store_goes_on_from_session_to_session_and_keeps_the_moment_as_a_number() {
    let scratch = scratch();
    let arguments = ["--clock", "wall", "--store", "db"];
    assert_eq!(told(scratch.path(), &arguments, "SET A B C\nGET A B\n").0, "\"\"\n\"C\"\n");
    let (answers, ..) = told(scratch.path(), &arguments, "GET A B\n.back\nGET A B\nKEYS\n");
    assert_eq!(answers, "\"C\"\n\"C\"\n\"A\"\n");
    let mut cat = rewind(&["log", "cat", "db"]);
    let cat = text(&cat.current_dir(scratch.path()).output().expect("it runs").stdout);
    assert!(cat.contains("\"group\":[{\"clock\":1") && cat.contains("[\"SET\",\"A\",\"B\",\"C\"]"), "{cat}");
    let (_, messages, status) = told(scratch.path(), &["--store", "db"], ".at 5\n");
    assert_eq!(status, Some(2));
    assert!(messages.contains("when this session began"), "{messages}");
}

#[test]
fn each_query_is_a_group_of_its_own_and_what_came_before_a_mistake_stands() {
    let scratch = scratch();
    let (answers, _, status) =
        told(scratch.path(), &["--store", "db"], "SET A B 1\nSET A B 2\nSTE A B 3\nSET A B 4\n");
    assert_eq!((answers.as_str(), status), ("\"\"\n\"\"\n", Some(2)));
    let mut told_of = rewind(&["log", "stats", "db", "--format", "text"]);
    let held = text(&told_of.current_dir(scratch.path()).output().expect("it runs").stdout);
    assert!(held.contains("groups                  2\n"), "{held}");
    assert_eq!(told(scratch.path(), &["--store", "db"], "GET A B\n").0, "\"2\"\n");
}

#[test]
fn a_store_that_another_process_has_is_refused_with_status_75() {
    let scratch = scratch();
    let mut shell = shell(scratch.path(), &["--store", "db"]);
    shell.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut first = shell.spawn().expect("it starts");
    let mut answers = std::io::BufReader::new(first.stdout.take().expect("it is piped"));
    let mut lines = first.stdin.take().expect("it is piped");
    std::io::Write::write_all(&mut lines, b"SIZE\n").expect("it listens");
    let mut answer = String::new();
    std::io::BufRead::read_line(&mut answers, &mut answer).expect("it answers");
    assert_eq!(answer, "\"0\"\n");
    assert_eq!(told(scratch.path(), &["--store", "db"], "").2, Some(75));
    drop(lines);
    assert_eq!(first.wait().expect("it ends").code(), Some(0));
}

#[test]
fn the_clock_of_a_store_of_the_free_rule_cannot_be_the_machines() {
    let scratch = scratch();
    let mut run = rewind(&["run", "--clock", "free", "--store", "free", "-"]);
    run.current_dir(scratch.path());
    assert_eq!(feed_to(run, b"[]").status.code(), Some(0));
    assert_eq!(told(scratch.path(), &["--store", "free", "--clock", "wall"], "SIZE\n").2, Some(2));
}

#[test]
fn a_long_session_can_be_looked_back_on() {
    let scratch = scratch();
    let sets = (1..=10_000).map(|number| format!("SET k{} f {number}\n", number % 7));
    let mut lines = sets.collect::<Vec<_>>().concat();
    lines.push_str(".mode text\n.back 5000\nGET k2 f\n.back\n.back\n.back\nGET k2 f\n.why k2 f\n");
    let (answers, _, status) = told(scratch.path(), &[], &lines);
    assert_eq!(status, Some(0));
    let text: Vec<_> = answers.lines().skip(10_000).collect();
    assert_eq!(text[0], " 5000  GET k2 f  =>  \"5000\"");
    assert!(text[1].ends_with("\"4993\""), "{}", text[1]);
    assert_eq!(text.last(), Some(&"it is live at 0, permanent"));
}

#[test]
fn nothing_that_a_terminal_would_obey_is_written_for_people() {
    let scratch = scratch();
    let lines = "SET \"\\u001b[2J\" \"\\u0007\" \"\\u202e\"\nITEMS\n.steps\n.why \"\\u001b[2J\" \"\\u0007\"\n.diff 0\n.back\n\
                 .forward\n.\u{1b}[2J\n";
    for format in ["text", "table"] {
        let (answers, messages, _) = told(scratch.path(), &["--format", format], lines);
        assert!(!(answers + &messages).contains(['\u{1b}', '\u{7}', '\u{202e}']), "{format}");
    }
}

#[test]
fn bytes_that_are_no_text_and_lines_without_end_are_refused() {
    let scratch = scratch();
    let long = [b"SET A B ".as_slice(), &vec![b'x'; 17 << 20]].concat();
    for (input, message) in [(b"SET A \xff B\n".as_slice(), "not UTF-8"), (&long, "longer than 16 MiB")] {
        let output = feed_to(shell(scratch.path(), &[]), input);
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains(message));
    }
}

#[test]
fn a_file_that_cannot_be_saved_is_told_and_leaves_nothing() {
    let scratch = scratch();
    let (_, messages, status) = told(scratch.path(), &[], "SET A B C\n.save no/such/folder/x.json\n");
    assert_eq!(status, Some(2));
    assert!(messages.contains("cannot write no/such/folder/x.json"), "{messages}");
    std::fs::create_dir(scratch.path().join("folder")).expect("it can be made");
    assert_eq!(told(scratch.path(), &[], ".save folder\n").2, Some(2));
    assert!(!scratch.path().join("folder.new").exists());
}

#[test]
fn a_file_that_is_there_is_replaced_only_where_that_is_asked_for() {
    let scratch = scratch();
    let file = scratch.path().join("mine.json");
    std::fs::write(&file, "mine").expect("it can be written");
    let saved = |line: &str| {
        let (_, messages, status) = told(scratch.path(), &[], &format!("PUT A B\n{line}\n"));
        (status, messages, std::fs::read_to_string(&file).expect("it is there"))
    };
    let (status, messages, held) = saved(".save mine.json");
    assert!(messages.contains("cannot write mine.json: it is there already"), "{messages}");
    assert!(messages.contains("with --force behind it, it is replaced"), "{messages}");
    assert_eq!((status, held.as_str()), (Some(2), "mine"));
    let (status, messages, held) = saved(".save mine.json --forse");
    assert!(
        status == Some(2) && messages.contains("`--forse` is not --force") && held == "mine",
        "{messages}"
    );
    let (status, _, held) = saved(".save mine.json --force");
    assert_eq!((status, held.as_str()), (Some(0), "[[\"PUT\",\"A\",\"B\"]]\n"));
}

#[test]
fn the_timer_tells_on_standard_error_how_long_a_line_took() {
    let scratch = scratch();
    let (answers, messages, _) = told(scratch.path(), &[], ".timer on\nSET A B C\n.timer off\nGET A B\n");
    assert_eq!(answers, "\"\"\n\"C\"\n");
    let took = |line: &str| line.starts_with("took ") && line.ends_with('s');
    assert!(messages.lines().count() == 1 && messages.lines().all(took), "{messages}");
}

#[cfg(unix)]
mod hostile;
mod level6;
mod reading;
mod recording;
#[cfg(unix)]
mod typed;
