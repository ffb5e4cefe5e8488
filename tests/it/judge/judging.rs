//! `rewind test`, `judge` and `hunt` as a person or a build server uses them.

use std::path::Path;

use rewinddb::judge::{ListOptions, TimeRule, list_of};
use rewinddb::track::records::{FILES, Records};
use rstest::rstest;
use serde_json::Value;

use crate::judge::solutions::{python, python_kit};
use crate::{assert_golden, fixtures, rewind, text, top};

/// A suite whose texts would do harm where they are not escaped.
const EVIL: &str = r#"{"name": "<suite> & \"co\"", "level": 1, "cases": [
    {"name": "<script>alert(1)</script> # \u001b[2J {levels}", "why": "a & b < c ]]>", "queries": [["SET", "A", "B", "</pre>"],
    ["GET", "A", "B"]], "expected": ["", "</pre>"]},
    {"name": "good", "why": "it passes", "queries": [["GET", "A", "B"]], "expected": [""]}]}"#;

/// A solution that answers nothing to anything.
const BLANK: &str = "import json, sys\nsys.stderr.write('\\x1b[31mred')\nprint(json.dumps(['' for query in json.load(sys.stdin)]))";

/// Judges the empty solution by the evil suite, with these reports.
fn judged(folder: &Path, reports: &[String]) -> Option<std::process::Output> {
    let (python, suite) = (python()?, folder.join("evil.json"));
    std::fs::write(&suite, EVIL).expect("it is written");
    let reports = reports.iter().flat_map(|report| ["--report", report]);
    let arguments: Vec<_> = ["judge", "--suite", suite.to_str().expect("a plain name")]
        .into_iter()
        .chain(reports)
        .chain(["--", python, "-c", BLANK])
        .collect();
    let output = rewind(&arguments).output().expect("it runs");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    Some(output)
}

#[test]
fn every_report_tells_all_and_escapes_what_comes_from_outside() {
    let folder = tempfile::tempdir().expect("there is room");
    let forms = ["junit", "json", "tap", "exercism", "html"];
    let file = |form: &str| folder.path().join(form);
    let reports = forms.map(|form| format!("{form}={}", file(form).display()));
    if judged(folder.path(), &reports).is_none() {
        return;
    }
    let [junit, json, tap, exercism, html] =
        forms.map(|form| std::fs::read_to_string(file(form)).expect("it was written"));
    for report in [&junit, &json, &tap, &exercism, &html] {
        assert!(!report.contains('\u{1b}'), "{report}");
        assert!(report.contains("good"), "{report}");
    }
    assert!(
        junit.contains("tests=\"2\"") && junit.contains("failures=\"1\"") && junit.contains("type=\"WA\""),
        "{junit}"
    );
    assert!(!junit.contains("<script>"), "{junit}");
    let json: Value = serde_json::from_str(&json).expect("it is JSON");
    let failed = &json["report"]["levels"][0]["cases"][0]["outcome"]["failed"];
    assert_eq!(
        (&failed["verdict"], &failed["wanted"], &failed["given"]),
        (&"WA".into(), &"</pre>".into(), &"".into())
    );
    assert_eq!(tap.lines().next(), Some("TAP version 14"));
    assert!(
        tap.contains("\n1..2\nnot ok 1 - level 1: <script>alert(1)</script> \\# ")
            && tap.contains("\nok 2 - "),
        "{tap}"
    );
    let exercism: Value = serde_json::from_str(&exercism).expect("it is JSON");
    assert_eq!((&exercism["status"], &exercism["tests"][1]["status"]), (&"fail".into(), &"pass".into()));
    assert!(
        !html.contains("<script") && !html.contains("alert(1)</") && html.matches("</pre>").count() == 2,
        "{html}"
    );
    assert!(html.contains("&#123;levels}"), "{html}");
    check_xml(&file("junit"));
}

/// Has an independent reader read it.
fn check_xml(file: &Path) {
    let Some(python) = python() else { return };
    let script = "import sys, xml.dom.minidom\nprint(len(xml.dom.minidom.parse(sys.argv[1]).getElementsByTagName('testcase')))";
    let read = std::process::Command::new(python).args(["-c", script]).arg(file).output().expect("it runs");
    assert_eq!((text(&read.stdout), text(&read.stderr)), ("2\n".to_owned(), String::new()));
}

#[test]
fn fresh_lists_that_pass_are_one_row_and_one_that_fails_is_its_own() {
    let Some(python) = python() else { return };
    let solution =
        std::fs::read_to_string(top().join("fixtures/solutions/python/solution.py")).expect("it is there");
    let wrong = solution.replace("return \"false\"", "return \"no\"");
    for (solution, is_right) in [(&solution, true), (&wrong, false)] {
        let (kit, adapter, file) = python_kit(solution);
        let reports = ["text", "json", "junit", "tap", "html"];
        let reports = reports.map(|form| format!("{form}={}", kit.path().join(form).display()));
        let reports = reports.iter().flat_map(|report| ["--report", report]);
        let fixed = ["judge", "--level", "1", "--fresh", "20", "--seed", "5", "--protocol", "session"];
        let arguments: Vec<_> =
            fixed.into_iter().chain(reports).chain(["--", python, "-S", &adapter, &file]).collect();
        let output = rewind(&arguments).output().expect("it runs");
        assert_eq!(output.status.success(), is_right, "{}", text(&output.stdout));
        let read = |form: &str| std::fs::read_to_string(kit.path().join(form)).expect("it is written");
        let json: Value = serde_json::from_str(&read("json")).expect("it is JSON");
        let rows = json["report"]["levels"][0]["cases"].as_array().expect("they are there");
        let fresh = |row: &&Value| row["suite"] == "fresh lists" || row["lists"].is_u64();
        let (single, quiet): (Vec<_>, Vec<_>) =
            rows.iter().filter(fresh).partition(|row| row["lists"].is_null());
        let lists = quiet.iter().map(|row| row["lists"].as_u64().expect("a count")).sum::<u64>();
        assert!(quiet.len() == 1 && single.len() as u64 + lists == 20, "{single:?} {quiet:?}");
        assert!(
            single.is_empty() == is_right && single.iter().all(|row| row["outcome"]["failed"].is_object())
        );
        // A text tells no more than the slowest of what was passed.
        for form in ["text", "junit", "tap", "html"].iter().skip(usize::from(!is_right)) {
            let report = read(form);
            assert!(report.contains(&format!("{lists} fresh list")), "{form}: {report}");
        }
    }
}

#[test]
fn a_report_in_text_is_what_is_shown_without_colours() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("report");
    if judged(folder.path(), &[format!("text={}", file.display())]).is_none() {
        return;
    }
    let report = std::fs::read_to_string(file).expect("it is written");
    let lines: Vec<_> = report.lines().collect();
    let begins = |start: &str| lines.iter().filter(|line| line.starts_with(start)).count();
    for start in [
        "command         ",
        "date            20",
        "version         rewind ",
        "rule            --clock monotone",
    ] {
        assert_eq!(begins(start), 1, "{start:?} in\n{report}");
    }
    assert_eq!(begins("level 1         1 of 2 cases passed"), 1, "{report}");
    assert_eq!(begins("WA   "), 1, "{report}");
    assert!(report.contains("  wanted    \"</pre>\"\n") && !report.contains('\u{1b}'), "{report}");
    let slowest: Vec<_> = lines.iter().skip_while(|line| **line != "the slowest").skip(1).collect();
    assert_eq!(slowest.len(), 2, "{report}");
    assert!(slowest.iter().all(|line| line.contains(" ms  level 1: ")), "{report}");
}

#[test]
fn a_report_on_standard_output_is_alone_there() {
    let folder = tempfile::tempdir().expect("there is room");
    let Some(output) = judged(folder.path(), &["json=-".to_owned()]) else { return };
    let report: Value = serde_json::from_slice(&output.stdout).expect("it is JSON and nothing else");
    assert_eq!(report["passed"], false);
    let shown = text(&output.stderr);
    assert!(shown.contains("1 case: level 1: <script>") && !shown.contains('\u{1b}'), "{shown}");
}

#[test]
fn reports_hold_queries_in_queries_and_answers_in_arrays() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().expect("there is room");
    let forms = ["junit", "json", "tap", "exercism", "html"];
    let reports = forms.map(|form| format!("{form}={}", folder.path().join(form).display()));
    let reports = reports.iter().flat_map(|report| ["--report", report]);
    let fixed = ["judge", "--level", "6", "--case", "odd texts in a batch"];
    let arguments: Vec<_> = fixed.into_iter().chain(reports).chain(["--", python, "-c", BLANK]).collect();
    let output = rewind(&arguments).output().expect("it runs");
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{shown}{}", text(&output.stderr));
    assert!(shown.contains("answer 1 is the string \"\", not an array"), "{shown}");
    assert!(shown.contains("  BATCH [") && shown.contains("wanted    [\"\","), "{shown}");
    for form in forms {
        let report = std::fs::read_to_string(folder.path().join(form)).expect("it was written");
        assert!(report.contains("BATCH"), "{form}: {report}");
        if form == "json" {
            let report: Value = serde_json::from_str(&report).expect("it is JSON");
            let failed = &report["report"]["levels"][0]["cases"][0]["outcome"]["failed"];
            assert!(failed["wanted"].is_array() && failed["queries"][0][1].is_array(), "{failed}");
        }
    }
}

#[test]
fn our_engine_passes_every_suite_there_is() {
    for arguments in [vec!["test"], vec!["test", "fixtures/level1", "fixtures/level4"]] {
        let output = rewind(&arguments).output().expect("it runs");
        assert_eq!(output.status.code(), Some(0), "{arguments:?} {}", text(&output.stdout));
    }
}

#[test]
fn the_built_in_suites_are_those_of_the_fixtures() {
    let mut files: Vec<String> = Vec::new();
    for level in crate::language().levels() {
        let below = |path: std::path::PathBuf| {
            path.strip_prefix(top().join("fixtures")).expect("it lies there").to_string_lossy().into_owned()
        };
        files.extend(fixtures(&format!("level{level}")).into_iter().map(below));
    }
    let mut built_in: Vec<_> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
    built_in.sort();
    assert_eq!(files, built_in);
}

#[test]
fn a_wrong_expectation_fails_the_test_of_a_suite() {
    let suite = r#"{"name": "s", "level": 1, "cases": [{"name": "c", "why": "w", "queries": [["GET", "A", "B"]], "expected": ["x"]}]}"#;
    let output = crate::feed(&["test", "-"], suite.as_bytes());
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("wanted    \"x\"\n  given     \"\""), "{}", text(&output.stdout));
}

#[rstest]
#[case(&["test", "--case", "expriy"], 2, "did you mean")]
#[case(&["test", "no/such/folder"], 2, "cannot open")]
#[case(&["test", "fixtures/solutions"], 2, "no suites")]
#[case(&["test", "fixtures/bad/suite-misspelt-field.json"], 2, "unknown field")]
#[case(&["judge", "--level", "3"], 2, "COMMAND")]
#[case(&["judge", "--report", "yaml=x", "--", "true"], 2, "the forms are text, junit")]
#[case(&["judge", "--time-limit", "0", "--", "true"], 2, "write a time as in 2s")]
#[case(&["judge", "--protocol", "http", "--", "true"], 2, "the protocols are list, lines and session")]
#[case(&["judge", "--report", "json=-", "--report", "tap=-", "--", "true"], 2, "one report alone")]
#[case(&["judge", "--report", "json=no/x", "--report", "tap=no/x", "--", "true"], 2, "cannot go to one file, no/x")]
#[case(&["hunt", "--save", "no/such/found.json", "--", "true"], 2, "cannot write no/such/found.json: No such file")]
#[case(&["judge", "--level", "1", "--case", "dead exactly", "--", "true"], 2, "level 1 leaves out those of level 3")]
#[case(&["hunt", "--level", "2", "--save", "fixtures/level1/records.json", "--", "true"], 2, "is a suite of level 1")]
#[case(&["explain", "--case", "an integer as prefix", "--level", "1"], 2, "is of level 2")]
#[case(
    &["explain", "--case", "a read after the expiry and one before it", "--clock", "monotone"],
    2,
    "goes by the free rule"
)]
#[case(&["explain", "--case", "1", "--format", "json", "--html", "no/x"], 2, "cannot be used with")]
#[case(&["judge", "--watch", "--", "true"], 2, "--watch needs a terminal")]
#[case(&["judge", "--", "no/such/program"], 3, "cannot start no/such/program")]
#[case(&["hunt", "--", "no/such/program"], 3, "cannot start no/such/program")]
#[case(&["judge", "--protocol", "session", "--", "sh", "-c", "echo why >&2; exit 1"], 3, "stderr    | why")]
fn what_cannot_be_judged_is_told(#[case] arguments: &[&str], #[case] status: i32, #[case] message: &str) {
    let output = rewind(arguments).output().expect("it runs");
    assert_eq!(output.status.code(), Some(status), "{arguments:?}");
    assert!(text(&output.stderr).contains(message), "{}", text(&output.stderr));
}

#[test]
fn a_seed_draws_the_same_lists_on_every_machine() {
    let mut lists = String::new();
    let all = [
        (1, TimeRule::Monotone),
        (2, TimeRule::Monotone),
        (3, TimeRule::Free),
        (4, TimeRule::Monotone),
        (5, TimeRule::Free),
        (6, TimeRule::Monotone),
    ];
    for (level, clock) in all {
        let options = ListOptions::new(&Records, level, clock);
        for seed in 1..4 {
            let list: Vec<_> = list_of(seed, options).into_iter().take(12).collect();
            lists.push_str(&format!("level {level}, {clock:?}, seed {seed}\n"));
            for words in list {
                lists.push_str(&format!("  {}\n", serde_json::json!(words)));
            }
        }
    }
    assert_golden("hunt", "lists", &lists);
}

/// The solution of the README, which sorts the finished parts, in a kit; and what is put in the place of a line.
fn hunted(line: &str, by: &str, arguments: &[&str]) -> Option<std::process::Output> {
    let python = python()?;
    let solution = std::fs::read_to_string(top().join("fixtures/readme/solution.py")).expect("it is there");
    let (_kit, adapter, file) = python_kit(&solution.replace(line, by));
    let fixed = ["hunt", "--protocol", "session", "--level", "2", "--seed", "1"];
    let arguments = [&fixed, arguments, &["--", python, &adapter, &file]].concat();
    Some(rewind(&arguments).output().expect("it runs"))
}

#[test]
fn a_hunt_tells_the_same_at_every_time_and_saves_what_it_found() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("found.json");
    let save = ["--save", file.to_str().expect("a plain name")];
    std::fs::write(&file, r#"{"$schema": "./suite.schema.json", "cases": []}"#).expect("there is room");
    let Some(first) = hunted("", "", &save) else { return };
    let second = hunted("", "", &save).expect("Python is there");
    let told = |output: &std::process::Output| {
        let shown = text(&output.stdout);
        // The command to find it again names the folders of the kits.
        shown.split_once("  again ").map(|(told, _)| told.to_owned()).expect("it tells how to find it again")
    };
    assert_eq!(told(&first), told(&second));
    assert_eq!((first.status.code(), second.status.code()), (Some(1), Some(1)));
    let tested = rewind(&["test", save[1]]).output().expect("it runs");
    assert!(
        text(&tested.stdout).contains("level 2  1 case passed"),
        "{}{}",
        text(&tested.stdout),
        text(&tested.stderr)
    );
    let suite = std::fs::read_to_string(&file).expect("it was written");
    assert!(suite.starts_with("{ \"$schema\": \"./suite.schema.json\",\n"), "{suite}");
    assert!(suite.contains("found by seed") && suite.contains("byte order"), "{suite}");
}

#[test]
fn a_hunt_saves_through_a_link_and_asks_nothing_of_a_higher_level() {
    let folder = tempfile::tempdir().expect("there is room");
    let (file, link) = (folder.path().join("found.json"), folder.path().join("link.json"));
    std::fs::write(&file, r#"{"cases": []}"#).expect("there is room");
    std::os::unix::fs::symlink("found.json", &link).expect("there is room");
    let saved = ["hunt", "--protocol", "session", "--level", "1", "--seed", "1", "--save"];
    let Some(python) = python() else { return };
    let solution = std::fs::read_to_string(top().join("fixtures/solutions/python/solution.py"));
    let own = "        return self.get_at(key, field, self.clock)\n";
    // It is wrong at level 5 too, where GET may be asked with a key alone.
    let wrong = solution.expect("it is there").replace(own, "        return \"x\"\n");
    let (_kit, adapter, solution) = python_kit(&wrong);
    let link = link.to_str().expect("a plain name");
    let output = rewind(&[&saved[..], &[link, "--", python, &adapter, &solution]].concat()).output();
    assert_eq!(output.expect("it runs").status.code(), Some(1));
    let tested = rewind(&["test", file.to_str().expect("a plain name")]).output().expect("it runs");
    assert!(text(&tested.stdout).contains("level 1  1 case passed"), "{}", text(&tested.stderr));
}

#[test]
fn a_hunt_that_finds_nothing_ends_well() {
    let right = "sorted(cells) if field";
    let line = "return \", \".join(sorted(f\"{field}({value})\" for field, value in cells if field.startswith(prefix)))";
    let by = format!(
        "return \", \".join(f\"{{field}}({{value}})\" for field, value in {right}.startswith(prefix))"
    );
    let Some(output) = hunted(line, &by, &["--cases", "50"]) else { return };
    assert_eq!(text(&output.stdout), "no difference in 50 lists of level 2 from seed 1\n");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn two_candidates_may_be_compared() {
    let Some(python) = python() else { return };
    let solution = |name: &str| std::fs::read_to_string(top().join(name)).expect("it is there");
    let (_right, adapter, right) = python_kit(&solution("fixtures/solutions/python/solution.py"));
    let (_wrong, _, wrong) = python_kit(&solution("fixtures/readme/solution.py"));
    let other = format!("{python} {adapter} {right}");
    let hunt = |level: &str| {
        let fixed = [
            "hunt",
            "--protocol",
            "session",
            "--seed",
            "1",
            "--cases",
            "60",
            "--level",
            level,
            "--against",
            &other,
        ];
        rewind(&[&fixed[..], &["--", python, &adapter, &wrong]].concat()).output().expect("it runs")
    };
    let (first, second) = (hunt("1"), hunt("2"));
    assert_eq!((first.status.code(), second.status.code()), (Some(0), Some(1)));
    assert!(text(&second.stdout).contains("SCAN a"), "{}", text(&second.stdout));
}

#[cfg(unix)]
#[test]
fn an_interrupted_judge_leaves_nothing_running() {
    let mut child = rewind(&["judge", "--", "sh", "-c", "setsid sleep 71.0505 & sleep 71.0505"])
        .spawn()
        .expect("it starts");
    // Once the candidate runs, the judge waits for it.
    let begun = std::time::Instant::now();
    while !crate::judge::candidates::runs("71.0505") && begun.elapsed().as_secs() < 20 {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let kill = std::process::Command::new("sh").args(["-c", &format!("kill -TERM {}", child.id())]).status();
    assert!(kill.expect("there is a shell").success());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    assert!(!crate::judge::candidates::runs("71.0505"));
}

#[cfg(target_os = "linux")]
#[test]
fn what_was_there_before_the_judge_is_not_ended_with_a_candidate() {
    // A shell starts something and then becomes the judge, as it does for `> >(tee log)`.
    let script = "sleep 71.0606 >/dev/null 2>&1 & exec \"$0\" judge --level 1 --case 'a set value' -- false";
    let output = std::process::Command::new("sh").args(["-c", script, env!("CARGO_BIN_EXE_rewind")]).output();
    assert_eq!(output.expect("there is a shell").status.code(), Some(1));
    assert!(crate::judge::candidates::runs("71.0606"));
    let _ = std::process::Command::new("pkill").args(["-f", "71.0606"]).status();
}

#[test]
fn a_report_tells_too_that_nothing_could_be_started() {
    let folder = tempfile::tempdir().expect("there is room");
    for (form, told) in [
        ("junit", "errors=\"1\""),
        ("json", "\"cannot_start\""),
        ("tap", "Bail out!"),
        ("exercism", "\"error\""),
        ("html", "it does not start"),
    ] {
        let file = folder.path().join(form);
        let report = format!("{form}={}", file.display());
        let output = rewind(&["judge", "--protocol", "session", "--report", &report, "--", "false"])
            .output()
            .expect("it runs");
        assert_eq!(output.status.code(), Some(3));
        let written = std::fs::read_to_string(&file).expect("it was written");
        assert!(written.contains(told), "{form}: {written}");
    }
}
