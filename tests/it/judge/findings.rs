//! Findings: a cause each, with its plainest case; and what a solution keeps from one list to the next.

use rewinddb::explain::Slipping;
use rewinddb::judge::{Exercise, ListOptions, TimeRule, list_of};
use rewinddb::track::records::{Records, requests};
use rewinddb::wire::{Request, Term};
use rstest::rstest;
use serde::Deserialize;
use serde_json::Value;

use crate::amounts::{KEPT, PROMISED};
use crate::judge::solutions::{python, python_kit};
use crate::{assert_golden, rewind, text, top};

/// A right solution with a small change.
#[derive(Deserialize)]
struct Kept {
    name: String,
    level: u8,
    change: Vec<(String, String)>,
}

fn solution() -> String {
    std::fs::read_to_string(top().join("fixtures/solutions/python/solution.py")).expect("it can be read")
}

fn changed(changes: &[(String, String)]) -> String {
    changes.iter().fold(solution(), |text, (from, to)| {
        assert_eq!(text.matches(from.as_str()).count(), 1, "`{from}` stands once there");
        text.replacen(from.as_str(), to, 1)
    })
}

fn kept() -> Vec<Kept> {
    let text = std::fs::read_to_string(top().join("fixtures/kept/table.json")).expect("it can be read");
    serde_json::from_str(&text).expect("it is a table")
}

/// What a command says of a solution in a kit, whose folder is called `kit`.
fn told(solution: &str, command: &str, options: &[&str]) -> Option<(String, i32)> {
    let python = python()?;
    let (kit, adapter, file) = python_kit(solution);
    let fixed = [command, "--protocol", "session"];
    let arguments = [&fixed[..], options, &["--", python, "-S", &adapter, &file]].concat();
    let output = rewind(&arguments).output().expect("it runs");
    let shown = text(&output.stdout) + &text(&output.stderr);
    let folder = kit.path().to_string_lossy().into_owned();
    Some((shown.replace(&folder, "kit").replace(python, "python3"), output.status.code().unwrap_or(-1)))
}

#[rstest]
#[case("inclusive_end", "if now < cell.expiry}", "if now <= cell.expiry}")]
#[case("not_loaded", "import re\n", "import re\nimport sortedmap\n")]
fn a_transcript_leads_from_the_cause_to_the_plainest_case(
    #[case] name: &str,
    #[case] from: &str,
    #[case] to: &str,
) {
    let solution = changed(&[(from.to_owned(), to.to_owned())]);
    let Some((shown, status)) = told(&solution, "judge", &["--level", "3"]) else { return };
    assert_eq!(status, 1, "{shown}");
    assert_golden("findings", name, &shown);
}

#[test]
fn a_transcript_of_a_shared_dictionary_shows_two_lists() {
    let Some(shared) = kept().into_iter().next() else { panic!("the table has rows") };
    let Some((shown, status)) = told(&changed(&shared.change), "judge", &["--level", "1"]) else { return };
    assert_eq!(status, 1, "{shown}");
    assert_golden("findings", "shared_dictionary", &shown);
}

#[test]
fn what_is_kept_is_one_finding_with_two_small_lists() {
    for Kept { name, level, change } in kept().into_iter().take(KEPT.count()) {
        let level = level.to_string();
        let options = ["--level", &level, "--report", "json=-"];
        let Some((shown, _)) = told(&changed(&change), "judge", &options) else { return };
        let json = shown.split_once("\n}\n").map(|(json, _)| format!("{json}\n}}")).expect("a report");
        let report: Value = serde_json::from_str(&json).expect("it is JSON");
        let findings = report["report"]["findings"].as_array().expect("there are findings");
        assert!(!findings.is_empty(), "{name} is not found");
        assert_eq!(findings[0]["cause"]["kind"], "keeps_data", "{name}: {shown}");
        let told =
            |finding: &Value| finding["cause"]["kind"].as_str().is_some_and(|kind| kind.ends_with("data"));
        assert!(findings.iter().all(told), "{name}: {findings:?}");
        let pair = &findings[0]["pair"];
        let length = |list: &Value| list.as_array().map_or(0, Vec::len);
        let lengths = (length(&pair["first"]), length(&pair["failed"]["queries"]));
        assert!((1..=3).contains(&lengths.0) && (1..=4).contains(&lengths.1), "{name}: {pair}");
    }
}

#[test]
fn a_hunt_tells_two_lists_where_data_is_kept() {
    let Some(shared) = kept().into_iter().next() else { panic!("the table has rows") };
    let options = ["--level", "1", "--seed", "1", "--cases", "200"];
    let Some((shown, status)) = told(&changed(&shared.change), "hunt", &options) else { return };
    assert_eq!(status, 1, "{shown}");
    assert!(shown.contains("first list") && shown.contains("these two lists show it"), "{shown}");
    let again = shown.lines().find_map(|line| line.trim().strip_prefix("again")).expect("it is told");
    assert!(again.contains("--seed 1 --cases "), "{again}");
}

/// It was told as no difference, with status 0.
#[test]
fn a_hunt_tells_a_list_that_only_all_those_before_spoil() {
    let head = "class Solution:\n    def __init__(self):\n";
    let get = "        return self.get_at(key, field, self.clock)\n";
    let changes = [
        (head, "class Solution:\n    made = 0\n\n    def __init__(self):\n        Solution.made += 1\n"),
        (get, "        return \"x\" if self.made > 30 else self.get_at(key, field, self.clock)\n"),
    ];
    let solution = changed(&changes.map(|(from, to)| (from.to_owned(), to.to_owned())));
    let options = ["--level", "1", "--seed", "1", "--cases", "40"];
    let Some((shown, status)) = told(&solution, "hunt", &options) else { return };
    assert_eq!(status, 1, "{shown}");
    assert!(shown.contains("shows it behind those before, and not by itself"), "{shown}");
    let again = shown.lines().find_map(|line| line.trim().strip_prefix("again")).expect("it is told");
    let lists = shown.split_once("list ").and_then(|(_, rest)| rest.split(' ').next()).expect("its number");
    assert!(again.contains(&format!("--seed 1 --cases {lists} ")), "{again}");
    let Some((second, _)) = told(&solution, "hunt", &["--level", "1", "--seed", "1", "--cases", lists])
    else {
        return;
    };
    assert!(second.contains(&format!("list {lists} shows it behind")), "{second}");
}

#[test]
fn a_database_without_a_slip_is_right() {
    for level in 1..=4 {
        let options = ListOptions::new(&Records, level, TimeRule::Monotone);
        for seed in PROMISED.seeds() {
            let list = list_of(seed, options);
            let mut slipping = Slipping::new(None);
            let requests = requests(&list).expect("it is a list");
            let queries = requests.iter().flat_map(Request::queries);
            let answers: Vec<_> = queries.map(|query| slipping.answer(query).expect("it is known")).collect();
            let right = Records.answers(&list, TimeRule::Monotone).expect("it is a list");
            assert_eq!(
                right,
                answers.iter().map(|text| Term::from(text.as_str())).collect::<Vec<_>>(),
                "seed {seed}"
            );
        }
    }
}

/// A suite of one case, in which an answer stands that is not ours.
const SUITE: &str = r#"{"name": "s", "level": 1, "cases": [{"name": "it's mine", "why": "Mine.",
    "queries": [["SET", "A", "B", "C"], ["GET", "A", "B"]], "expected": ["", "D"]}]}"#;

#[test]
fn a_suite_that_is_wrong_itself_is_said_to_be() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("mine.json");
    std::fs::write(&file, SUITE).expect("it is written");
    let suite = file.to_string_lossy();
    let Some((shown, _)) = told(&solution(), "judge", &["--suite", &suite]) else { return };
    assert!(shown.contains("the suite's own expected looks wrong: 1 case: level 1: it's mine"), "{shown}");
    assert!(shown.contains("rewind itself answers \"C\": the suite's expected looks wrong"), "{shown}");
    assert!(!shown.contains("  hint"), "{shown}");
}

/// Runs the command that a transcript closes with.
fn closing(shown: &str) -> std::process::Output {
    let line = shown.lines().rev().find(|line| line.starts_with('`')).expect("it closes with a command");
    let command = line.split('`').nth(1).expect("it stands in backticks");
    let program = env!("CARGO_BIN_EXE_rewind");
    let command = command.replacen("rewind", &format!("'{program}'"), 1);
    std::process::Command::new("sh").args(["-c", &command]).output().expect("there is a shell")
}

#[test]
fn the_closing_command_works_as_printed() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("my suite.json");
    std::fs::write(&file, SUITE).expect("it is written");
    let suite = file.to_string_lossy().into_owned();
    let good = folder.path().join("good.json");
    let passes = r#"{"name": "s", "level": 1, "cases": [{"name": "c", "queries": [["GET", "A", "B"]]}]}"#;
    std::fs::write(&good, passes).expect("it is written");
    let good = good.to_string_lossy().into_owned();
    let Some(python) = python() else { return };
    let (_kit, adapter, solution) =
        python_kit(&changed(&[("return \"false\"".to_owned(), "return \"no\"".to_owned())]));
    for options in [
        vec!["--level", "1"],
        vec!["--suite", &suite],
        vec!["--level", "1", "--fresh", "30", "--seed", "3", "--suite", &good],
    ] {
        let fixed = ["judge", "--protocol", "session"];
        let arguments = [&fixed[..], &options, &["--", python, &adapter, &solution]].concat();
        let output = rewind(&arguments).output().expect("it runs");
        let shown = text(&output.stdout);
        assert!(shown.contains('`'), "{options:?}: {shown}");
        let closed = closing(&shown);
        let (code, out) = (closed.status.code(), text(&closed.stdout));
        if shown.contains("`rewind hunt") {
            assert!(code == Some(1) && out.contains("DELETE"), "{shown}\n{out}{}", text(&closed.stderr));
        } else {
            assert!(code == Some(0) && out.contains("  1  "), "{shown}\n{out}{}", text(&closed.stderr));
        }
    }
}
