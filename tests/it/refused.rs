//! Inputs that are refused: status 2, nothing on standard output, and a message that is golden text.

use super::{assert_golden, fixtures, rewind, text};

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
    let output = super::feed(&["run", "-"], list.as_bytes());
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
    let output = super::feed(&["run", "-"], list.as_bytes());
    let message = text(&output.stderr);
    assert!(!message.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{message:?}");
    assert_eq!(output.status.code(), Some(2));
}
