//! What a solution may be held to: lists that keep the promises of the exercise decide, and no others.

use rstest::rstest;

use crate::{rewind, text};

/// Answers what a level 1 wants, and takes every text that is not ASCII for nothing.
const PLAIN: &str = "\
import json, sys
cells, answers = {}, []
for name, *words in json.load(sys.stdin):
    if not all(word.isascii() for word in words):
        answers.append('odd')
    elif name == 'SET':
        cells[words[0], words[1]] = words[2]
        answers.append('')
    elif name == 'GET':
        answers.append(cells.get((words[0], words[1]), ''))
    else:
        gone = cells.pop((words[0], words[1]), None)
        answers.append('true' if gone is not None else 'false')
print(json.dumps(answers))
";

/// What a judge says of a program in Python, and its status.
fn judged(arguments: &[&str], program: &str) -> Option<(String, Option<i32>)> {
    let python = crate::judge::solutions::python()?;
    let output = rewind(&[&["judge"], arguments, &["--", python, "-S", "-c", program]].concat()).output();
    let output = output.expect("it runs");
    Some((format!("{}{}", text(&output.stdout), text(&output.stderr)), output.status.code()))
}

#[test]
fn what_fails_beyond_the_promises_alone_passes() {
    let Some((shown, status)) = judged(&["--level", "1"], PLAIN) else { return };
    assert_eq!(status, Some(0), "{shown}");
    assert!(shown.contains("passed up to level 1: level 2 is unlocked"), "{shown}");
    let beyond = shown.lines().find(|line| line.starts_with("beyond the exercise: ")).expect("it is told");
    assert!(
        beyond.contains(" differ, first: ") && beyond.ends_with("breaks \"texts are printable ASCII\""),
        "{beyond}"
    );
    assert!(!shown.contains("WA "), "what decides nothing is no failure: {shown}");
}

#[test]
fn strictly_everything_counts() {
    let Some((shown, status)) = judged(&["--level", "1", "--strict"], PLAIN) else { return };
    assert_eq!(status, Some(1), "{shown}");
    assert!(shown.contains("WA   ") && !shown.contains("beyond the exercise"), "{shown}");
}

#[test]
fn a_few_cases_pass_no_level() {
    let Some((shown, status)) = judged(&["--level", "1", "--case", "set"], PLAIN) else { return };
    assert_eq!(status, Some(0), "{shown}");
    assert!(shown.contains("\npassed\n") && !shown.contains("unlocked"), "{shown}");
}

#[rstest]
#[case(&["--case", "composed"], "nothing to judge: what is meant lies beyond the exercise\n  = help: --strict")]
#[case(&["--level", "1", "--case", "dead exactly"], "nothing to judge: level 1 leaves out those of level 3")]
#[case(&["--level", "3", "--case", "dead exactly", "--max-time", "1"], "nothing to judge: --max-time leaves out")]
fn where_nothing_is_left_nothing_is_passed(#[case] arguments: &[&str], #[case] message: &str) {
    let Some((shown, status)) = judged(arguments, PLAIN) else { return };
    assert_eq!(status, Some(2), "{shown}");
    assert!(shown.contains(message) && !shown.contains("passed"), "{shown}");
}
