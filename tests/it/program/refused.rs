//! Inputs that are refused: status 2, nothing on standard output, and a message that is golden text.

use crate::{assert_golden, fixtures, rewind, text};

#[test]
fn every_bad_input_is_refused_with_its_message() {
    for path in fixtures("bad") {
        let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
        let file = format!("fixtures/bad/{name}");
        let mut arguments = vec!["run", &file];
        if name.starts_with("level2-") {
            arguments.extend(["--level", "2"]);
        }
        let output = rewind(&arguments).output().expect("it runs");
        assert_eq!(output.status.code(), Some(2), "{name}");
        let (answers, message) = (text(&output.stdout), text(&output.stderr));
        assert!(message.contains(&file), "{name}: the message names the file");
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            // A stream has answered what came before the mistake.
            assert_golden("bad", &name, &format!("{answers}{message}"));
        } else {
            assert_eq!(answers, "", "{name}: a refused list prints nothing");
            assert_golden("bad", &name, &message);
        }
    }
}

#[test]
fn a_list_refused_for_its_last_query_has_changed_and_printed_nothing() {
    let mut list = String::from("[");
    (0..10_000).for_each(|number| list.push_str(&format!("[\"SET\", \"k{number}\", \"f\", \"v\"],\n")));
    list.push_str("[\"GETT\", \"k1\", \"f\"]]");
    let output = crate::feed(&["run", "-"], list.as_bytes());
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    let message = text(&output.stderr);
    assert!(message.contains("standard input:10001:2"), "{message}");
    assert!(message.contains("did you mean GET?"), "{message}");
}

#[test]
fn faults_are_counted_in_full_and_the_first_twenty_shown() {
    let output = rewind(&["run", "fixtures/bad/twenty-five-faults.json"]).output().expect("it runs");
    let message = text(&output.stderr);
    assert_eq!(message.matches("error: ").count(), 20, "{message}");
    assert!(message.ends_with("25 mistakes, the first 20 shown\n"), "{message}");
}

#[test]
fn control_characters_of_the_input_reach_no_terminal() {
    let list = "[[\"\u{1b}[2J\", \"\u{9b}31m\"], [\"SET\", \"\u{202e}\", \"b\"]]";
    let output = crate::feed(&["run", "-"], list.as_bytes());
    let message = text(&output.stderr);
    assert!(!message.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{message:?}");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_flood_of_faults_is_counted_and_not_kept() {
    let many = 200_000;
    let empty = "{}, ".repeat(many);
    for (list, faults) in [
        (format!("[[\"SET\", {empty}1]]"), many),
        (format!("[[\"SET\"{}]]", "\"\"".repeat(many)), many),
        (format!("[{}[]]", "[\"NO_SUCH_OPERATION_AT_ALL\"],".repeat(many)), many + 1),
    ] {
        let message = text(&crate::feed(&["run", "-"], list.as_bytes()).stderr);
        assert!(
            message.ends_with(&format!("{faults} mistakes, the first 20 shown\n")),
            "{}",
            &message[message.len() - 200..]
        );
        assert!(message.len() < 10_000, "a message is short");
    }
}

#[test]
fn texts_from_outside_are_short_and_harmless_in_messages() {
    let huge = "7".repeat(100_000);
    let evil = "\\u001b[2J\\u0007\\u202e\\nerror: forged";
    for input in [
        format!("[[\"BACKUP\", -{huge}]]"),
        format!("[[\"BACKUP\", \"x{huge}\"]]"),
        format!("[[\"{huge}\"]]"),
        format!("{{\"{evil}{huge}\": 1, \"cases\": []}}"),
        format!("{{\"clock\": \"{evil}\", \"cases\": []}}"),
        format!("{{\"cases\": [{{\"name\": \"{evil}{huge}\", \"queries\": [[\"X\"]]}}]}}"),
    ] {
        let output = crate::feed(&["run", "-"], input.as_bytes());
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2));
        assert!(message.len() < 1_500, "{message}");
        assert!(
            !message.contains(['\u{1b}', '\u{7}', '\u{202e}']) && !message.contains("\nerror: forged"),
            "{message}"
        );
    }
}

#[test]
fn all_parts_of_a_suite_are_told_in_one_pass() {
    let suite = r#"{"level": 9, "clock": "wall", "cases": [
        ["n", "w", [], null],
        {"name": "a", "querys": []},
        {"name": "b", "queries": [["GET"], ["X"]]},
        {"name": "c", "queries": [["GET", "A", "B"]], "expected": []}]}"#;
    let message = text(&crate::feed(&["run", "-"], suite.as_bytes()).stderr);
    for part in [
        "there is no such level",
        "standard input:1:11",
        "levels go from 1 to",
        "there is no such clock rule",
        "this is not an object",
        "standard input:2:9",
        "unknown field `querys`",
        "in case \"b\": GET takes",
        "in case \"b\": unknown operation `X`",
        "standard input:3:",
        "0 expected answers for 1 queries",
        "in case \"c\"",
    ] {
        assert!(message.contains(part), "{part:?} is missing in\n{message}");
    }
}

#[test]
fn blank_input_is_refused_soon_however_long_it_is() {
    let output = crate::feed(&["run", "-"], &b" \n".repeat(32 << 20));
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("the input is empty"));
}
