//! `rewind run --store`: runs that go on where the last one ended, and runs that are refused.

use rstest::rstest;
use tempfile::tempdir;

use crate::program::stored::{Scratch, answers, files, refusal};
use crate::{feed, rewind, text, top};

const FIRST: &str = r#"[["SET_AT_WITH_TTL", "user", "token", "x7", 1, 10], ["SET_AT", "user", "name", "Ada", 2],
    ["BACKUP", 3], ["DELETE_AT", "user", "name", 5]]"#;
const SECOND: &str = r#"[["RESTORE", 10, 3], ["SCAN_AT", "user", 17], ["SCAN_AT", "user", 18]]"#;
const SUITE: &str = r#"{"cases": [{"name": "one", "queries": [["SET", "A", "B", "C"]]}]}"#;

/// The queries of a list as JSON Lines.
fn lines(list: &str) -> String {
    let queries: Vec<serde_json::Value> = serde_json::from_str(list).expect("it is a list");
    queries.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[rstest]
#[case(&[])]
#[case(&["--encoding", "json"])]
#[case(&["--sync", "never"])]
#[case(&["--sync", "50", "--lz4"])]
#[case(&["--inline-max", "0", "--cache", "2values", "--segment-max", "1"])]
#[case(&["--inline-max", "1", "--cache", "0", "--encoding", "json", "--compact-after", "0"])]
fn the_second_run_goes_on_where_the_first_ended(#[case] options: &[&str]) {
    let scratch = Scratch::new();
    assert_eq!(answers(&scratch.run(options, FIRST)), "[\"\",\"\",\"1\",\"true\"]\n");
    assert_eq!(answers(&scratch.run(options, SECOND)), "[\"\",\"name(Ada), token(x7)\",\"name(Ada)\"]\n");
    // The reads have moved the clock, and an operation without a timestamp happens now.
    assert_eq!(answers(&scratch.run(options, r#"[["GET", "user", "token"]]"#)), "[\"\"]\n");

    let scratch = Scratch::new();
    assert_eq!(answers(&scratch.run(options, &lines(FIRST))), "\"\"\n\"\"\n\"1\"\n\"true\"\n");
    let second = answers(&scratch.run(options, &lines(SECOND)));
    assert_eq!(second, "\"\"\n\"name(Ada), token(x7)\"\n\"name(Ada)\"\n");
}

#[test]
fn a_directory_that_is_missing_is_made_with_those_it_lies_in() {
    let directory = tempdir().expect("there is room");
    let store = directory.path().join("a/b/c");
    let run = rewind(&["run", "fixtures/readme/list.json", "--store", store.to_str().unwrap()]).output();
    assert_eq!(run.expect("it runs").status.code(), Some(0));
    let names: Vec<_> = files(&store).into_keys().collect();
    assert_eq!(names, ["log-00000000000000000001.bin", "watermark"]);
}

#[rstest]
#[case::mistake(r#"[["SET", "A", "B", "C"], ["GETT", "A", "B"]]"#, &["unknown operation `GETT`", "standard input:1:27"])]
#[case::too_late(r#"[["SET", "A", "B", "C"], ["SET_AT", "A", "B", "C", 4]]"#, &["time runs backwards: 4 after 5", "standard input:1:52"])]
#[case::line("[\"SET_AT\", \"A\", \"B\", \"C\", 4]\n", &["time runs backwards: 4 after 5", "standard input:1:27"])]
fn what_is_refused_leaves_the_store_as_it_was(#[case] queries: &str, #[case] told: &[&str]) {
    let scratch = Scratch::new();
    answers(&scratch.run(&[], FIRST));
    let before = scratch.files();
    let (status, message) = refusal(&scratch.run(&[], queries));
    assert_eq!(status, Some(2));
    for part in told {
        assert!(message.contains(part), "{part:?} is missing in\n{message}");
    }
    assert_eq!(scratch.files(), before);
}

#[test]
fn lines_before_a_mistake_stand() {
    let scratch = Scratch::new();
    let output = scratch.run(&[], "[\"SET\",\"A\",\"B\",\"C\"]\n[\"GETT\"]\n[\"SET\",\"A\",\"B\",\"D\"]\n");
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), "\"\"\n".to_owned()));
    assert_eq!(answers(&scratch.run(&[], r#"[["GET", "A", "B"]]"#)), "[\"C\"]\n");
}

#[test]
fn nothing_is_made_for_what_is_refused_at_once() {
    let scratch = Scratch::new();
    assert_eq!(refusal(&scratch.run(&[], SUITE)).0, Some(2));
    assert!(!scratch.store().exists());
    let output = rewind(&["run", "no/such/file.json", "--store", &scratch.name()]).output().expect("it runs");
    assert_eq!(
        refusal(&output),
        (
            Some(2),
            "error: cannot open no/such/file.json: No such file or directory (os error 2)\n".to_owned()
        )
    );
    assert!(!scratch.store().exists());
}

#[test]
fn a_suite_is_not_run_against_a_store() {
    let scratch = Scratch::new();
    answers(&scratch.run(&[], FIRST));
    let before = scratch.files();
    let (status, message) = refusal(&scratch.run(&[], SUITE));
    assert_eq!(status, Some(2));
    assert!(message.contains("--store is for a list or JSON Lines"), "{message}");
    assert_eq!(scratch.files(), before);
}

#[rstest]
#[case("monotone", "free")]
#[case("free", "monotone")]
fn a_store_keeps_its_clock_rule(#[case] made: &str, #[case] other: &str) {
    let scratch = Scratch::new();
    answers(&scratch.run(&["--clock", made], FIRST));
    let before = scratch.files();
    let (status, message) = refusal(&scratch.run(&["--clock", other], SECOND));
    let wanted =
        format!("error: {}: this store was made under the {made} clock rule, and keeps it\n", scratch.name());
    assert_eq!((status, message), (Some(2), wanted));
    assert_eq!(scratch.files(), before);
    // Without the option it has the rule it was made under.
    let jump = r#"[["SET_AT", "a", "b", "c", 9], ["SET_AT", "a", "b", "c", 8]]"#;
    assert_eq!(scratch.run(&[], jump).status.code(), Some(if made == "free" { 0 } else { 2 }));
    answers(&scratch.run(&["--clock", made], r#"[["GET_AT", "a", "b", 99]]"#));
}

#[rstest]
#[case("notes.txt")]
#[case(".hidden")]
#[case("notes.new")]
#[case("log-1.bin")]
#[case("log-00000000000000000001.bin.bak")]
#[case("photos/")]
#[case("a:b")]
fn a_store_is_not_made_beside_other_files(#[case] other: &str) {
    let scratch = Scratch::new();
    std::fs::create_dir(scratch.store()).expect("there is room");
    let file = scratch.store().join(other);
    if other.ends_with('/') { std::fs::create_dir(file) } else { std::fs::write(file, "mine") }
        .expect("there is room");
    let names = || {
        let entries = std::fs::read_dir(scratch.store()).expect("it is there");
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>()
    };
    let (status, message) = refusal(&scratch.run(&[], FIRST));
    assert_eq!((status, names()), (Some(2), vec![other.trim_end_matches('/').to_owned()]), "{message}");
    let wanted = format!("not made beside other files such as {}", other.trim_end_matches('/'));
    assert!(message.contains(&wanted), "{message}");
}

#[test]
fn files_of_others_in_a_store_are_left_alone() {
    let scratch = Scratch::new();
    answers(&scratch.run(&[], FIRST));
    for name in ["notes.txt", "notes.new", "log-1.bin", "values-7.jsonl.new"] {
        std::fs::write(scratch.store().join(name), "mine").expect("there is room");
    }
    answers(&scratch.run(&[], SECOND));
    for name in ["notes.txt", "notes.new", "log-1.bin", "values-7.jsonl.new"] {
        assert_eq!(std::fs::read(scratch.store().join(name)).ok().as_deref(), Some(&b"mine"[..]), "{name}");
    }
}

#[test]
fn a_file_is_no_place_for_a_store() {
    let readme = top().join("README.md");
    let readme = readme.to_str().expect("it has a plain name");
    let (status, message) = refusal(&feed(&["run", "-", "--store", readme], FIRST.as_bytes()));
    assert_eq!(status, Some(2));
    assert!(
        message.contains(&format!("cannot make {readme}: it is there already, and no directory")),
        "{message}"
    );
}

#[rstest]
#[case(&["--sync", "sometimes"], "invalid value 'sometimes' for '--sync <WHEN>': it is always, never, or a number of milliseconds")]
#[case(&["--sync", "0"], "invalid value '0' for '--sync <WHEN>'")]
#[case(&["--sync=-1"], "invalid value '-1' for '--sync <WHEN>'")]
#[case(&["--sync", "18446744073709551616"], "for '--sync <WHEN>'")]
#[case(&["--cache", "x"], "invalid value 'x' for '--cache <SIZE>': a number of bytes, as in 4096, 4KiB or 64MiB")]
#[case(&["--cache", "xvalues"], "a number of values, as in 1000values")]
#[case(&["--cache", "17179869184GiB"], "for '--cache <SIZE>'")]
#[case(&["--inline-max", "4kb"], "for '--inline-max <BYTES>': a number of bytes")]
#[case(&["--segment-max", ""], "for '--segment-max <BYTES>'")]
#[case(&["--compact-after", "1.5MiB"], "for '--compact-after <BYTES>'")]
#[case(&["--encoding", "xml"], "invalid value 'xml' for '--encoding <ENCODING>': the encodings are binary and json")]
fn wrong_options_of_a_store_are_refused(#[case] options: &[&str], #[case] told: &str) {
    let scratch = Scratch::new();
    let (status, message) = refusal(&scratch.run(options, FIRST));
    assert_eq!(status, Some(2), "{message}");
    assert!(message.contains(told), "{told:?} is missing in\n{message}");
    assert!(!scratch.store().exists());
}

#[rstest]
#[case(&["--sync", "always"])]
#[case(&["--cache", "1MiB"])]
#[case(&["--encoding", "json"])]
#[case(&["--lz4"])]
#[case(&["--stats"])]
fn options_of_a_store_need_one(#[case] options: &[&str]) {
    let (status, message) = refusal(&feed(&[&["run", "-"], options].concat(), FIRST.as_bytes()));
    assert_eq!(status, Some(2));
    assert!(message.contains("--store <DIR>"), "{message}");
}

#[test]
fn stats_are_told_at_the_end_when_asked_for() {
    let scratch = Scratch::new();
    let long = "x".repeat(100);
    let list =
        format!(r#"[["SET", "A", "B", "{long}"], ["GET", "A", "B"], ["GET", "A", "B"], ["BACKUP", 3]]"#);
    let output = scratch.run(&["--stats", "--inline-max", "50", "--cache", "2values"], &list);
    assert_eq!(text(&output.stdout), format!("[\"\",\"{long}\",\"{long}\",\"1\"]\n"));
    let stats = text(&output.stderr);
    let value = |name: &str| {
        let row = stats
            .lines()
            .find(|line| line.starts_with(name))
            .unwrap_or_else(|| panic!("no {name} in\n{stats}"));
        row[name.len()..].trim().to_owned()
    };
    assert_eq!([value("keys"), value("fields"), value("backups"), value("groups")], ["1", "1", "1", "1"]);
    assert_eq!([value("values on disk"), value("last compaction")], ["1", "none"]);
    assert_eq!(value("cache"), "1 values, 1 hits, 1 misses");
}

#[test]
fn what_took_effect_stays_where_its_answers_go_nowhere() {
    let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") else { return };
    let scratch = Scratch::new();
    std::fs::write(scratch.store().with_extension("json"), FIRST).expect("there is room");
    let file = scratch.store().with_extension("json");
    let mut command = rewind(&["run", file.to_str().unwrap(), "--store", &scratch.name()]);
    let output = command.stdout(full).output().expect("it runs");
    assert_eq!(output.status.code(), Some(74));
    assert!(text(&output.stderr).contains("cannot write the output"));
    assert_eq!(answers(&scratch.run(&[], SECOND)), "[\"\",\"name(Ada), token(x7)\",\"name(Ada)\"]\n");
}
