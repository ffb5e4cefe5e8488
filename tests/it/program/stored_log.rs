//! `rewind log`: what lies in the directory of a store.

use rstest::rstest;
use serde_json::{Value, json};

use crate::program::stored::{Scratch, answers, files, refusal};
use crate::{rewind, text, top};

pub(super) const LIST: &str = r#"[["SET_AT_WITH_TTL", "user", "token", "x7", 1, 10], ["SET_AT", "user", "name", "Ada", 2],
    ["BACKUP", 3], ["DELETE_AT", "user", "name", 5]]"#;
pub(super) const LINES: &str = "[\"SET_AT\",\"user\",\"name\",\"Eve\",6]\n[\"RESTORE\",10,3]\n[\"SET\",\"A\",\"B\",\"say \\\"hi\\\"\"]\n";
const COMMANDS: [&str; 7] = ["stats", "cat", "verify", "compact", "repair", "export", "replay"];

/// A store with four groups, the first one a list.
pub(super) fn filled(options: &[&str]) -> Scratch {
    let scratch = Scratch::new();
    answers(&scratch.run(options, LIST));
    answers(&scratch.run(options, LINES));
    scratch
}

/// Lines of JSON.
fn rows(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
}

fn cell(key: &str, field: &str, value: &str, left: Option<u64>) -> Value {
    json!({"key": key, "field": field, "value": value, "left": left})
}

pub(super) fn replayed(scratch: &Scratch, options: &[&str]) -> Vec<Value> {
    rows(&answers(&scratch.log("replay", options)))
}

#[test]
fn replay_shows_what_there_was_after_a_group_or_at_a_time() {
    let scratch = filled(&[]);
    let (ada, eve) = (cell("user", "name", "Ada", None), cell("user", "name", "Eve", None));
    let token = |left| cell("user", "token", "x7", Some(left));
    let all = [cell("A", "B", "say \"hi\"", None), ada.clone(), token(8)];
    assert_eq!(replayed(&scratch, &[]), all);
    assert_eq!(replayed(&scratch, &["--to", "4"]), all);
    assert_eq!(replayed(&scratch, &["--to", "3"]), [ada.clone(), token(8)]);
    assert_eq!(replayed(&scratch, &["--to", "2"]), [eve.clone(), token(5)]);
    assert_eq!(replayed(&scratch, &["--to", "1"]), [token(6)]);
    assert_eq!(replayed(&scratch, &["--to", "0"]), [Value::Null; 0]);
    // A moment may lie within a group, and between two.
    assert_eq!(replayed(&scratch, &["--at", "0"]), [Value::Null; 0]);
    assert_eq!(replayed(&scratch, &["--at", "1"]), [token(10)]);
    assert_eq!(replayed(&scratch, &["--at", "2"]), [ada.clone(), token(9)]);
    assert_eq!(replayed(&scratch, &["--at", "5"]), [token(6)]);
    assert_eq!(replayed(&scratch, &["--at", "9"]), [eve, token(2)]);
    assert_eq!(replayed(&scratch, &["--at", "10"]), all);
    assert_eq!(replayed(&scratch, &["--at", "18"]), all[..2]);
    assert_eq!(replayed(&scratch, &["--at", "18446744073709551615"]), all[..2]);
}

#[test]
fn what_a_terminal_would_obey_is_escaped_wherever_json_is_written() {
    let (raw, escaped) = ("\u{80}\u{9b}31m\u{9f}\u{202e}\u{2066}é", r"\u0080\u009b31m\u009f\u202e\u2066é");
    let list = format!(r#"[["SET", "k", "f", "{raw}"], ["APPEND", "k", "{raw}", "{raw}"], ["SCAN", "k"]]"#);
    let scratch = Scratch::new();
    let answered = answers(&scratch.run(&["--encoding", "json"], &list));
    let jsonl = answers(&scratch.run(&["--format", "jsonl"], r#"["GET", "k", "f"]"#));
    let [cat, replay] = ["cat", "replay"].map(|command| answers(&scratch.log(command, &[])));
    let [export, lines] =
        ["json", "jsonl"].map(|format| answers(&scratch.log("export", &["--format", format])));
    let explained = text(&crate::feed(&["explain", "-", "--format", "json"], list.as_bytes()).stdout);
    for written in [&answered, &jsonl, &cat, &replay, &export, &lines, &explained] {
        assert!(!written.contains(['\u{80}', '\u{9b}', '\u{9f}', '\u{202e}', '\u{2066}']), "{written:?}");
        assert!(written.contains(escaped), "{written}");
    }
    assert_eq!(
        serde_json::from_str::<Vec<String>>(&answered).expect("it is JSON")[2],
        format!("f({raw}), {raw}([{raw}])")
    );
    let again = answers(&crate::feed(&["run", "-"], export.as_bytes()));
    assert_eq!(answers(&scratch.run(&[], r#"[["SCAN", "k"]]"#)).matches(escaped).count(), 3, "{again}");
}

#[rstest]
#[case(&["--to", "5"], "that is out of reach: the log ends with group 4")]
#[case(&["--to", "2"], "that is out of reach: the snapshot tells of group 4 at the earliest")]
#[case(&["--at", "9"], "that is out of reach: the snapshot tells of the moment 10 at the earliest")]
#[case(&["--to", "1", "--at", "1"], "cannot be used with")]
#[case(&["--to", "x"], "invalid value 'x' for '--to <N>'")]
#[case(&["--format", "yaml"], "the formats are json, jsonl, text and table")]
fn what_is_out_of_reach_is_refused(#[case] options: &[&str], #[case] told: &str) {
    let scratch = filled(&[]);
    answers(&scratch.log("compact", &[]));
    let (status, message) = refusal(&scratch.log("replay", options));
    assert_eq!(status, Some(2));
    assert!(message.contains(told), "{message}");
    assert_eq!(replayed(&scratch, &["--to", "4"]), replayed(&scratch, &[]));
}

#[test]
fn rows_come_in_every_format() {
    let scratch = Scratch::new();
    answers(
        &scratch
            .run(&[], r#"[["SET", "a\u001b[2J", "b", "c\td"], ["SET_AT_WITH_TTL", "k", "f", "v", 1, 5]]"#),
    );
    let [one, two] = [cell("a\u{1b}[2J", "b", "c\td", None), cell("k", "f", "v", Some(5))];
    let shown = |command, format| answers(&scratch.log(command, &["--format", format]));
    assert_eq!(rows(&shown("replay", "jsonl")), [one.clone(), two.clone()]);
    assert_eq!(serde_json::from_str::<Vec<Value>>(&shown("replay", "json")).unwrap(), [one, two]);
    assert_eq!(shown("replay", "text"), "\"a\\u{1b}[2J\"  b  \"c\\td\"  -\nk  f  v  5\n");
    let table = shown("replay", "table");
    for part in ["key", "field", "value", "left", "\\u{1b}[2J", "┆ 5"] {
        assert!(table.contains(part), "{part} is missing in\n{table}");
    }
    for format in ["text", "table"] {
        assert!(shown("stats", format).contains("last compaction"), "{format}");
    }
    for format in ["json", "jsonl"] {
        assert!(shown("stats", format).contains("\"segments\":1"), "{format}");
    }
}

#[test]
fn rows_of_json_have_their_columns_in_order() {
    let scratch = Scratch::new();
    answers(&scratch.run(&[], r#"[["SET", "k", "f", "v"]]"#));
    let shown = |command| answers(&scratch.log(command, &["--format", "jsonl"]));
    assert_eq!(shown("replay"), "{\"key\":\"k\",\"field\":\"f\",\"value\":\"v\",\"left\":null}\n");
    assert!(shown("stats").starts_with("{\"keys\":1,\"fields\":1,\"backups\":0,"), "{}", shown("stats"));
}

#[test]
fn stats_tell_what_there_is() {
    let scratch = filled(&["--segment-max", "1"]);
    let stats = || rows(&answers(&scratch.log("stats", &[]))).remove(0);
    let counted = |stats: &Value| {
        ["keys", "fields", "backups", "last_group", "segments"].map(|name| stats[name].clone())
    };
    assert_eq!(counted(&stats()), [2, 3, 1, 4, 4].map(|number| json!(number)));
    assert_eq!((&stats()["compacted_at"], &stats()["snapshot_bytes"]), (&Value::Null, &json!(0)));
    let bytes: usize = scratch
        .files()
        .iter()
        .filter(|(name, _)| name.starts_with("log-"))
        .map(|(_, bytes)| bytes.len())
        .sum();
    assert_eq!(stats()["segment_bytes"], json!(bytes));
    answers(&scratch.log("compact", &[]));
    assert_eq!(stats()["compacted_at"], json!(4));
    assert!(answers(&scratch.log("stats", &["--format", "text"])).contains("after group 4"));
}

#[rstest]
#[case(&[])]
#[case(&["--encoding", "json"])]
#[case(&["--inline-max", "1", "--segment-max", "1"])]
fn cat_prints_every_frame_as_a_line(#[case] options: &[&str]) {
    let scratch = filled(options);
    let lines = rows(&answers(&scratch.log("cat", &[])));
    let groups: Vec<_> = lines.iter().filter(|line| line.get("group").is_some()).collect();
    let numbers: Vec<_> =
        groups.iter().map(|line| line["sequence"].as_u64().expect("it is a number")).collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
    assert_eq!(groups[0]["group"][2], json!(["BACKUP", "3"]));
    assert_eq!(groups[3]["group"][0], json!(["SET", "A", "B", "say \"hi\""]));
    for pair in lines.windows(2) {
        assert_eq!(pair[1]["chain"], pair[0]["checksum"], "a frame names the one before");
    }
    if options.first() == Some(&"--encoding") {
        let file = std::fs::read_to_string(scratch.file("log-")).expect("it is text");
        assert_eq!(answers(&scratch.log("cat", &[])), file);
    }
    answers(&scratch.log("compact", &[]));
    let snapshot = scratch.file("snapshot-");
    let snapshot = snapshot.file_name().expect("it has a name").to_str().expect("it is text");
    let frames = rows(&answers(&scratch.log("cat", &[snapshot])));
    assert_eq!(frames.iter().filter(|frame| frame.get("state").is_some()).count(), 1);
    assert_eq!(frames.last().expect("there are some")["end"]["frames"], json!(frames.len() - 1));
}

#[rstest]
#[case("watermark")]
#[case("lock")]
#[case("../store/watermark")]
#[case("notes.txt")]
#[case("log-00000000000000000099.bin")]
fn cat_shows_files_of_frames_only(#[case] file: &str) {
    let scratch = filled(&[]);
    let (status, message) = refusal(&scratch.log("cat", &[file]));
    assert_eq!(status, Some(2), "{message}");
    assert_eq!(
        message,
        format!("error: {}: the store has no file {file} that could be shown\n", scratch.name())
    );
}

#[test]
fn compact_changes_the_encoding_there_and_back() {
    let scratch = filled(&["--inline-max", "1"]);
    let cells = replayed(&scratch, &[]);
    for (encoding, extension) in [("json", ".jsonl"), ("binary", ".bin"), ("binary", ".bin")] {
        let told = answers(&scratch.log("compact", &["--encoding", encoding]));
        assert!(told.contains(" before, ") && told.ends_with(" after\n"), "{told}");
        let names: Vec<_> = scratch.files().into_keys().filter(|name| name != "watermark").collect();
        assert!(names.iter().all(|name| name.ends_with(extension)), "{names:?}");
        assert!(names.iter().any(|name| name.starts_with("snapshot")), "{names:?}");
        assert_eq!(replayed(&scratch, &[]), cells);
        assert_eq!(answers(&scratch.run(&[], r#"[["SCAN", "user"]]"#)), "[\"name(Ada), token(x7)\"]\n");
        assert!(answers(&scratch.log("verify", &[])).ends_with("all good\n"));
        assert_eq!(replayed(&scratch, &["--to", "4"]), cells);
    }
}

#[rstest]
#[case(&[])]
#[case(&["--encoding", "json", "--inline-max", "1"])]
fn what_export_prints_rebuilds_the_database(#[case] options: &[&str]) {
    let scratch = filled(options);
    for (format, to) in [("json", "4"), ("jsonl", "4"), ("json", "2"), ("jsonl", "1")] {
        let list = answers(&scratch.log("export", &["--format", format, "--to", to]));
        let other = Scratch::new();
        answers(&other.run(options, &list));
        assert_eq!(replayed(&other, &[]), replayed(&scratch, &["--to", to]), "{list}");
        let back = r#"[["RESTORE", 20, 4], ["SCAN_AT", "user", 27], ["SCAN_AT", "user", 28]]"#;
        assert_eq!(
            answers(&other.run(&[], back)),
            "[\"\",\"name(Ada), token(x7)\",\"name(Ada)\"]\n",
            "{list}"
        );
    }
    let (status, message) = refusal(&scratch.log("export", &["--format", "table"]));
    assert_eq!(status, Some(2));
    assert!(message.contains("the formats here are json and jsonl"), "{message}");
}

#[test]
fn a_directory_that_is_no_store_is_refused_and_left_alone() {
    let scratch = Scratch::new();
    for command in COMMANDS {
        assert_eq!(
            refusal(&scratch.log(command, &[])),
            (Some(2), format!("error: {}: there is no store here\n", scratch.name()))
        );
    }
    assert!(!scratch.store().exists());
    std::fs::create_dir(scratch.store()).expect("there is room");
    for command in COMMANDS {
        assert_eq!(refusal(&scratch.log(command, &[])).0, Some(2), "{command}");
    }
    assert_eq!(std::fs::read_dir(scratch.store()).expect("it is there").count(), 0);
    std::fs::write(scratch.store().join("notes.txt"), "mine").expect("there is room");
    for command in COMMANDS {
        assert_eq!(refusal(&scratch.log(command, &[])).0, Some(2), "{command}");
    }
    assert_eq!(files(&scratch.store()).into_keys().collect::<Vec<_>>(), ["notes.txt"]);
    assert!(!scratch.store().join("lock").exists());
}

#[test]
fn a_file_in_place_of_a_store_is_refused() {
    for command in COMMANDS {
        let readme = top().join("README.md");
        let output = rewind(&["log", command, readme.to_str().expect("it has a plain name")]).output();
        assert_eq!(refusal(&output.expect("it runs")).0, Some(2), "{command}");
    }
}
