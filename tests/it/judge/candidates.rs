//! Candidates that misbehave in every way: each gets its verdict, in bounded time, and leaves nothing behind.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use rewinddb::judge::{
    Case, CaseReport, Failed, Limits, ListOptions, Notes, Oracle, Protocol, QueryList, Run, StopReason,
    TimeRule, Verdict, candidate, hunt, judge, noted_candidate,
};
use rewinddb::track::records::Records;
use rewinddb::wire::Term;
use rstest::rstest;

use crate::judge::solutions::{has, python};
use crate::top;

/// Limits that are soon reached.
const TIGHT: Limits = Limits {
    start: Duration::from_secs(5),
    case: Duration::from_millis(1500),
    query: Duration::from_millis(700),
    memory: 200 << 20,
    output: 1 << 20,
    line: 1 << 16,
};

fn command(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// A query of its words.
fn query(words: &[&str]) -> Vec<Term> {
    words.iter().map(|word| Term::from(*word)).collect()
}

fn list() -> QueryList {
    [["SET", "A", "B", "C"].as_slice(), &["GET", "A", "B"]].map(query).to_vec()
}

fn run(protocol: Protocol, words: &[&str]) -> Run {
    candidate(&Records, protocol, &command(words), TIGHT).run(&list()).expect("it starts")
}

fn run_shell(protocol: Protocol, script: &str) -> Run {
    run(protocol, &["sh", "-c", script])
}

/// What a run stopped for: the verdict, why, and the hint.
fn stop(run: &Run) -> (Verdict, String) {
    let stop = run.stop.clone().expect("it stopped");
    (stop.verdict, format!("{} {}", stop.why, stop.hint.unwrap_or_default()))
}

/// A program in Python, as a word of a command.
const READ: &str = "import sys, time, os\nsys.stdin.readline()\n";

#[rstest]
#[case("cat >/dev/null; echo '[\"\", \"C\"]'", None, "")]
#[case("cat >/dev/null; exit 7", Some(Verdict::RuntimeError), "status 7")]
#[case("cat >/dev/null; kill -SEGV $$", Some(Verdict::RuntimeError), "signal 11 (an access to memory")]
#[case("sleep 60", Some(Verdict::TimeLimit), "no answer within 1500 ms")]
#[case("exec 1>&-; sleep 60", Some(Verdict::TimeLimit), "no answer")]
#[case("yes", Some(Verdict::OutputLimit), "more than 1024 KiB")]
#[case("cat >/dev/null", Some(Verdict::WrongShape), "it printed nothing")]
#[case(
    "cat >/dev/null",
    Some(Verdict::WrongShape),
    "a class or a function is judged by its file, without --"
)]
#[case("echo \"['', 'C']\"", Some(Verdict::WrongShape), "json.dumps")]
#[case("echo '[\"\"]'", Some(Verdict::WrongShape), "1 answer for 2 queries")]
#[case(
    "echo '[null, \"C\"]'",
    Some(Verdict::WrongShape),
    "answer 1 is null, not a string the exercise wants the empty string"
)]
#[case("echo '[\"\", [\"C\"]]'", Some(Verdict::WrongShape), "a list where the text `a, b` is wanted")]
#[case("printf '[\"\", \"\\351\"]'", Some(Verdict::WrongShape), "its output is not UTF-8 from byte 7 on")]
// What comes before the end is told apart: all answers, or not.
#[case("echo '[\"\", \"C\"]'; exit 3", Some(Verdict::RuntimeError), "status 3 after its last answer")]
#[case("echo '[\"\"]'; exit 3", Some(Verdict::RuntimeError), "it ended with status 3")]
// What it has started holds its output open, and then it is gone itself.
#[case("sleep 60 & echo '[\"\", \"C\"]'", None, "")]
fn a_command_that_answers_a_list_gets_its_verdict(
    #[case] script: &str,
    #[case] verdict: Option<Verdict>,
    #[case] told: &str,
) {
    let run = run_shell(Protocol::List, script);
    assert_eq!(run.stop.as_ref().map(|stop| stop.verdict), verdict, "{run:?}");
    assert!(verdict.is_none() || stop(&run).1.contains(told), "{run:?}");
    if verdict.is_none() {
        assert_eq!(run.answers, ["", "C"]);
    }
}

#[rstest]
#[case("while read line; do echo '\"\"'; done", None, "")]
#[case("read a; echo '\"\"'; read b; sleep 60", Some(Verdict::TimeLimit), "700 ms, the limit for a query")]
#[case("read a; echo '\"\"'; read b; exit 3", Some(Verdict::RuntimeError), "status 3")]
#[case("read a; echo '\"\"'; read b; echo null", Some(Verdict::WrongShape), "answer 2 is null")]
#[case("read a; echo oops", Some(Verdict::WrongShape), "answer 1 is not JSON: `oops`")]
#[case("read a; yes | tr -d '\\n'", Some(Verdict::OutputLimit), "a line longer than 64 KiB")]
#[case("read a; echo '\"\"'", Some(Verdict::WrongShape), "it ended before the last query was answered")]
#[case("read a; printf '\"\\351\"'", Some(Verdict::WrongShape), "answer 1 is not UTF-8")]
#[case("read a; echo '\"\"'; read b; printf '\"C\"'", None, "")]
fn a_command_that_answers_lines_gets_its_verdict(
    #[case] script: &str,
    #[case] verdict: Option<Verdict>,
    #[case] told: &str,
) {
    let run = run_shell(Protocol::Lines, script);
    assert_eq!(run.stop.as_ref().map(|stop| stop.verdict), verdict, "{run:?}");
    assert!(verdict.is_none() || stop(&run).1.contains(told), "{run:?}");
    assert!(verdict.is_none() || run.answers.len() < 2, "what came before is kept: {run:?}");
}

#[rstest]
#[case("exit 3", Verdict::RuntimeError, "status 3 after its last answer")]
#[case("kill -SEGV $$", Verdict::RuntimeError, "after its last answer")]
#[case("echo '\"too much\"'", Verdict::WrongShape, "more answers than queries")]
#[case("printf '\"too much\"'", Verdict::WrongShape, "more answers than queries")]
fn what_comes_after_the_last_line_counts_and_is_no_querys_fault(
    #[case] then: &str,
    #[case] verdict: Verdict,
    #[case] told: &str,
) {
    let run = run_shell(Protocol::Lines, &format!("read a; echo '\"\"'; read b; echo '\"C\"'; {then}"));
    assert_eq!(run.answers, ["", "C"], "{run:?}");
    assert!(stop(&run).0 == verdict && stop(&run).1.contains(told), "{run:?}");
}

#[rstest]
#[case(Protocol::List, "cat >/dev/null; echo '[\"\", \"C\"]'; exit 3", None)]
#[case(Protocol::List, "cat >/dev/null; echo '[\"\", \"D\"]'; exit 3", Some(2))]
#[case(Protocol::Lines, "read a; echo '\"\"'; read b; echo '\"C\"'; exit 3", None)]
#[case(Protocol::Lines, "read a; echo '\"\"'; read b; echo '\"D\"'; exit 3", Some(2))]
fn a_bad_end_after_right_answers_is_pinned_to_no_query_and_a_wrong_answer_comes_first(
    #[case] protocol: Protocol,
    #[case] script: &str,
    #[case] query: Option<usize>,
) {
    let failed = judged(protocol, &["sh", "-c", script]);
    let verdict = if query.is_some() { Verdict::WrongAnswer } else { Verdict::RuntimeError };
    assert_eq!((failed.verdict, failed.query), (verdict, query), "{failed:?}");
}

/// A case of the one list.
fn case() -> Case {
    Case {
        list: list(),
        expected: vec!["".into(), "C".into()],
        ..rewinddb::track::records::builtin(crate::language().first_level(), None)
            .expect("they are good")
            .remove(0)
    }
}

/// A session that answers a list rightly, and then does this.
fn once(then: &str) -> String {
    format!(
        "say() {{ echo \"{{\\\"type\\\":\\\"$1_ok\\\",\\\"id\\\":$2$3}}\"; }}; \
         read -r a; say hello 0; read -r b; read -r c; say reset 1; \
         say list 2 ',\"answers\":[\"\",\"C\"]'; {then}"
    )
}

#[rstest]
#[case("exit 3", Some("it ended with status 3 after its last answer"))]
#[case("kill -SEGV $$", Some("it was ended by signal 11"))]
#[case("read -r d; exit 4", Some("it ended with status 4 after its last answer"))]
#[case("exit 0", None)]
#[case("read -r d; exit 0", None)]
fn a_session_that_ends_between_two_lists_is_noticed(#[case] then: &str, #[case] told: Option<&str>) {
    let words = command(&["sh", "-c", &once(then)]);
    let go_on = |_, _: &CaseReport| ControlFlow::Continue(());
    let mut session = candidate(&Records, Protocol::Session, &words, TIGHT);
    let report = judge(&Records, &mut *session, [case(), case(), case()], go_on);
    assert!(report.cannot_start.is_none(), "{report:?}");
    for judged in report.cases() {
        let failed = judged.failed();
        let why = failed.map(|failed| (failed.verdict, failed.query, failed.message.as_str()));
        match (why, told) {
            (None, None) => {}
            (Some((Verdict::RuntimeError, None, why)), Some(told)) if why.contains(told) => {}
            (why, told) => panic!("{why:?} where {told:?} is wanted"),
        }
    }
    assert_eq!(report.findings.len(), usize::from(told.is_some()), "{:?}", report.findings);
    if let Some(told) = told {
        assert!(report.findings[0].title.contains(told), "{:?}", report.findings);
    }
}

#[test]
fn a_hunt_notices_too_that_a_session_ends_after_its_answers() {
    let Some(python) = python() else { return };
    // It does as the adapter does, and ends badly when it is asked anything behind a RESTORE.
    let script = "import sys\nsys.path.insert(0, sys.argv[1])\nsys.argv[1:] = sys.argv[2:]\nimport adapter, os\n\
        class Server(adapter.Server):\n    is_last = False\n    def reply(self, line):\n        \
        if self.is_last:\n            os._exit(5)\n        self.is_last = b'RESTORE' in line\n        \
        return super().reply(line)\nadapter.Server = Server\nadapter.main()\n";
    let (kit, _, file) = crate::judge::solutions::python_kit(
        &std::fs::read_to_string(top().join("fixtures/solutions/python/solution.py")).expect("it is there"),
    );
    let words = command(&[python, "-c", script, &kit.path().to_string_lossy(), &file]);
    let limits = Limits { case: Duration::from_secs(10), ..TIGHT };
    let mut session = candidate(&Records, Protocol::Session, &words, limits);
    let options = ListOptions::new(&Records, 4, TimeRule::Monotone);
    let found = hunt(&mut *session, &mut Oracle::Exercise, options, 1, 20, |_| ControlFlow::Continue(()));
    let caught = found.expect("it starts").expect("it is found");
    assert_eq!((caught.failed.verdict, caught.failed.query), (Verdict::RuntimeError, None), "{caught:?}");
    assert!(caught.failed.message.contains("status 5 after its last answer"), "{caught:?}");
}

/// What is said of a candidate that is judged by the one list.
fn judged(protocol: Protocol, words: &[&str]) -> Failed {
    let case = case();
    let mut candidate = candidate(&Records, protocol, &command(words), TIGHT);
    let report = judge(&Records, &mut *candidate, [case], |_, _| ControlFlow::Continue(()));
    report.cases().next().and_then(CaseReport::failed).expect("it is wrong").clone()
}

/// Runs the list in `list`; returns too what was told.
fn listened(script: &str) -> (Run, Vec<String>) {
    listened_for(script, TIGHT)
}

fn listened_for(script: &str, limits: Limits) -> (Run, Vec<String>) {
    let notes = Notes::default();
    let words = command(&["sh", "-c", script]);
    let mut candidate = noted_candidate(&Records, Protocol::List, &words, limits, notes.clone());
    let first = candidate.run(&list()).expect("it starts");
    assert_eq!(candidate.run(&list()).expect("it starts").answers, first.answers);
    (first, notes.told())
}

#[test]
fn a_command_that_turns_out_to_speak_another_protocol_is_spoken_to_in_it() {
    // It answers each line, and as an array of queries all that stands in it.
    let lines = "while read -r a || [ -n \"$a\" ]; do case \"$a\" in '[['*) echo '\"\"'; echo '\"C\"';; *GET*) echo '\"C\"';; *) echo '\"\"';; esac; done";
    let (run, told) = listened(lines);
    assert_eq!((run.stop, run.answers.len()), (None, 2));
    assert_eq!(told, ["it answers as in `lines`, so it is spoken to in that: --protocol lines"]);
    let greeting = "{\"type\":\"hello_ok\",\"id\":0}";
    let session = format!(
        "read -r a || :; echo '{greeting}'; n=1; while read -r b; do read -r c; \
        echo \"{{\\\"type\\\":\\\"reset_ok\\\",\\\"id\\\":$n}}\"; n=$((n+1)); \
        echo \"{{\\\"type\\\":\\\"list_ok\\\",\\\"id\\\":$n,\\\"answers\\\":[\\\"\\\",\\\"C\\\"]}}\"; n=$((n+1)); done"
    );
    let (run, told) = listened(&session);
    assert_eq!((run.stop, run.answers.len()), (None, 2));
    assert_eq!(told, ["it answers as in `session`, so it is spoken to in that: --protocol session"]);
}

#[test]
fn nothing_else_is_guessed() {
    // It is spoken to in lines once, and never says a word then.
    let limits = Limits { start: Duration::from_secs(1), ..TIGHT };
    let (run, told) = listened_for("cat >/dev/null; echo '\"\"'; echo '\"C\"'", limits);
    assert!(
        told.is_empty() && stop(&run).1.contains("it reads the array, and prints a line for each"),
        "{run:?}"
    );
    let (run, told) = listened("cat >/dev/null; echo '[\"\", \"C\"]'");
    assert!(told.is_empty() && run.stop.is_none(), "{run:?}");
}

#[test]
fn the_adapters_greet_whoever_speaks_list() {
    for (program, language, end) in [("python3", "python", "py"), ("node", "javascript", "js")] {
        if !has(program) {
            return;
        }
        let notes = Notes::default();
        let files = [
            format!("src/track/records/kits/{language}/adapter.{end}"),
            format!("fixtures/solutions/{language}/solution.{end}"),
        ];
        let [adapter, solution] = files.map(|file| top().join(file).to_string_lossy().into_owned());
        let words = [program.to_owned(), adapter, solution];
        let limits = Limits { case: Duration::from_secs(10), ..TIGHT };
        let mut candidate = noted_candidate(&Records, Protocol::List, &words, limits, notes.clone());
        assert_eq!(candidate.run(&list()).expect("it starts").answers, ["", "C"]);
        assert_eq!(notes.told().len(), 1);
    }
}

/// What is said of a solution that does not load.
fn unloaded(protocol: Protocol, words: &[&str]) -> StopReason {
    let mut candidate = candidate(&Records, protocol, &command(words), TIGHT);
    let run = candidate.run(&list()).expect("it starts");
    let closer = candidate.run_closely(&list(), &run).expect("it starts").unwrap_or(run);
    let stop = closer.stop.expect("it stopped");
    assert!(stop.is_of_load && stop.is_of_whole && stop.verdict == Verdict::RuntimeError, "{stop:?}");
    assert!(stop.hint.is_none(), "{stop:?}");
    stop
}

#[rstest]
#[case(
    "class Solution:\n    def set(self, key, field, value)\n        return ''\n",
    "line 2",
    "SyntaxError: expected ':'"
)]
#[case(
    "import json, sys\nprint(json.load(sys.stdin))\n",
    "line 2, in <module>",
    "rewind judge -- python3 FILE"
)]
#[case("print(input())\n", "line 1, in <module>", "rewind judge -- python3 FILE")]
#[case(
    "import sys\ndef main(argv=None):\n    print(sys.stdin.read())\n",
    "no function solution(queries)",
    "rewind judge -- python3 FILE"
)]
#[case("import nothing_there\n", "line 1, in <module>", "No module named 'nothing_there'")]
#[case(
    "class Solution:\n    def __init__(self):\n        self.x = y\n    def set(self): pass\n",
    "line 3",
    "name 'y' is not"
)]
fn a_solution_that_does_not_load_is_a_finding_in_the_words_of_its_language(
    #[case] solution: &str,
    #[case] place: &str,
    #[case] what: &str,
) {
    let Some(python) = python() else { return };
    let (_kit, adapter, file) = crate::judge::solutions::python_kit(solution);
    let told = unloaded(Protocol::Session, &[python, &adapter, &file]).why;
    assert!(told.starts_with("it does not load:\n") && told.contains(place), "{told}");
    assert!(told.lines().last().is_some_and(|last| last.contains(what)), "{told}");
    assert!(!told.contains("adapter.py"), "{told}");
    // A program says nothing of adapters where it has none.
    if !what.starts_with("name") && !what.starts_with("rewind") {
        let told = unloaded(Protocol::List, &[python, &file]).why;
        assert!(told.contains(place) && told.contains(what), "{told}");
    }
}

#[rstest]
#[case("a.js", "class Solution {\n  set(key {}\n}\n", "a.js:2")]
#[case("a.mjs", "export class Solution {\n  set(key {}\n}\n", "a.mjs:2")]
#[case("a.js", "import { a } from './b.js';\nexport class Solution {\n  set(key {}\n}\n", "a.js:3")]
#[case("a.js", "const it = require('./nothing');\nclass Solution { set() {} }\n", "a.js:1")]
#[case("a.js", "class Solution { constructor() {\n    nothing();\n  }\n  set() {} }\n", "a.js:2")]
#[case("a.js", "JSON.parse(require('fs').readFileSync(0));\n", "needs no adapter: rewind judge -- node FILE")]
#[case("a.js", "console.log('hello');\n", "no function solution(queries) in it, and no class")]
#[case(
    "a.ts",
    "class Solution { set(key: string) {} }\n",
    "does not run TypeScript: take node 22.18 or later"
)]
fn a_javascript_solution_that_does_not_load_is_told_with_its_place(
    #[case] name: &str,
    #[case] solution: &str,
    #[case] told: &str,
) {
    // A node that strips types runs the last of them.
    let is_typed = std::path::Path::new(name).extension().is_some_and(|end| end == "ts");
    if !has("node") || is_typed && crate::judge::solutions::strips_types() {
        return;
    }
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join(name);
    std::fs::write(&file, solution).expect("it is written");
    let adapter = top().join("src/track/records/kits/javascript/adapter.js");
    let why = unloaded(Protocol::Session, &["node", &adapter.to_string_lossy(), &file.to_string_lossy()]).why;
    assert!(why.contains(told), "{why}");
    assert!(!why.contains("adapter.js:") && !why.contains("node:internal"), "{why}");
}

/// A session that greets, begins afresh, and then does this to a list.
fn session(then: &str) -> String {
    format!(
        "read a; echo '{{\"type\":\"hello_ok\",\"id\":0}}'; read b; echo '{{\"type\":\"reset_ok\",\"id\":1}}'; read c; {then}"
    )
}

#[rstest]
#[case("echo '{\"type\":\"list_ok\",\"id\":2,\"answers\":[\"\",\"C\"]}'", None, "")]
#[case(
    "echo '{\"type\":\"list_ok\",\"id\":2,\"answers\":[\"\"]}'",
    Some(Verdict::WrongShape),
    "1 answer for 2 queries"
)]
#[case("echo '{\"type\":\"list_ok\",\"id\":2}'", Some(Verdict::WrongShape), "its output is null")]
#[case(
    "echo '{\"type\":\"list_ok\",\"id\":9,\"answers\":[]}'",
    Some(Verdict::WrongShape),
    "where list_ok with id 2 was wanted"
)]
#[case("echo hello", Some(Verdict::WrongShape), "`hello` is no message")]
#[case(
    "echo '{\"type\":\"error\",\"id\":2,\"code\":\"not-supported\",\"text\":\"GET\"}'",
    Some(Verdict::NotSupported),
    "GET"
)]
#[case(
    "echo '{\"type\":\"error\",\"id\":2,\"code\":\"exception\",\"text\":\"KeyError\"}'",
    Some(Verdict::RuntimeError),
    "KeyError"
)]
#[case("exit 9", Some(Verdict::RuntimeError), "status 9")]
#[case("exit", Some(Verdict::WrongShape), "it ended before the last query was answered")]
#[case("printf '\\351\\n'", Some(Verdict::WrongShape), "is no message")]
#[case("exec 1>&-; sleep 60", Some(Verdict::RuntimeError), "closed its standard output")]
#[case("sleep 60", Some(Verdict::TimeLimit), "no answer within")]
#[case("yes | tr -d '\\n'", Some(Verdict::OutputLimit), "a line longer than 64 KiB")]
fn a_session_gets_its_verdict(#[case] then: &str, #[case] verdict: Option<Verdict>, #[case] told: &str) {
    let run = run_shell(Protocol::Session, &session(then));
    assert_eq!(run.stop.as_ref().map(|stop| stop.verdict), verdict, "{run:?}");
    assert!(verdict.is_none() || stop(&run).1.contains(told), "{run:?}");
}

#[test]
fn a_candidate_that_eats_memory_is_ended() {
    let Some(python) = python() else { return };
    let script = format!("{READ}hold = b'x' * (900 << 20)\ntime.sleep(60)");
    let begun = Instant::now();
    let told = stop(&run(Protocol::Lines, &[python, "-c", &script]));
    assert_eq!(told.0, Verdict::MemoryLimit, "{told:?}");
    assert!(told.1.contains("more than 200 MiB"), "{told:?}");
    assert!(begun.elapsed() < Duration::from_secs(20));
}

#[test]
fn memory_of_what_a_candidate_starts_counts_too() {
    let Some(python) = python() else { return };
    let script = format!(
        "{READ}import subprocess\nfor _ in range(4):\n    subprocess.Popen([sys.executable, '-c', \
         'import time; hold = b\"x\" * (90 << 20); time.sleep(60)'], start_new_session=True)\ntime.sleep(60)"
    );
    assert_eq!(stop(&run(Protocol::Lines, &[python, "-c", &script])).0, Verdict::MemoryLimit);
}

#[test]
fn a_candidate_that_forks_without_end_is_ended() {
    let Some(python) = python() else { return };
    let script = format!(
        "{READ}for _ in range(2000):\n    if os.fork() == 0:\n        time.sleep(60)\ntime.sleep(60)"
    );
    // On a busy machine it may take long to have so many.
    let long = Duration::from_mins(1);
    let limits = Limits { start: long, case: long, query: long, ..TIGHT };
    let mut candidate = candidate(&Records, Protocol::Lines, &command(&[python, "-c", &script]), limits);
    let (verdict, told) = stop(&candidate.run(&list()).expect("it starts"));
    assert!(matches!(verdict, Verdict::RuntimeError | Verdict::MemoryLimit), "{told}");
}

#[test]
fn a_flood_on_standard_error_neither_blocks_nor_grows() {
    let script = "head -c 50000000 /dev/zero | tr '\\0' 'e' >&2; echo THE END >&2; cat >/dev/null; echo '[\"\", \"C\"]'";
    let run = run_shell(Protocol::List, script);
    assert_eq!((run.answers.len(), run.stop), (2, None));
    assert!(run.errors.len() <= 64 << 10 && run.errors.ends_with("THE END\n"));
}

#[test]
fn a_long_list_and_long_answers_pass_each_other() {
    // It writes more than a pipe holds before it reads any of the list, which is longer than a pipe holds too.
    let long: QueryList = std::iter::repeat_n(query(&["SET", "A", "B", &"v".repeat(900)]), 1000).collect();
    let script = "printf '['; head -c 500000 /dev/zero | tr '\\0' ' '; cat >/dev/null; \
                  for i in $(seq 999); do printf '\"\",'; done; echo '\"\"]'";
    let run = candidate(&Records, Protocol::List, &command(&["sh", "-c", script]), TIGHT)
        .run(&long)
        .expect("it starts");
    assert_eq!((run.answers.len(), run.stop), (1000, None));
}

#[test]
fn a_leader_that_joins_another_group_is_ended_too() {
    let Some(python) = python() else { return };
    let script = "import os, time\nchild = os.fork()\nif child == 0:\n    os.setpgid(0, 0)\n    time.sleep(60)\n\
                  time.sleep(0.2)\nos.setpgid(0, child)\ntime.sleep(60)";
    let begun = Instant::now();
    assert_eq!(stop(&run(Protocol::List, &[python, "-c", script])).0, Verdict::TimeLimit);
    assert!(begun.elapsed() < Duration::from_secs(20));
}

#[test]
fn lines_that_are_there_already_take_time_too() {
    let long: QueryList = std::iter::repeat_n(query(&["GET", "A", "B"]), 400_000).collect();
    let limits = Limits { output: 16 << 20, ..TIGHT };
    let mut candidate = candidate(&Records, Protocol::Lines, &command(&["yes", "\"\""]), limits);
    let begun = Instant::now();
    let run = candidate.run(&long).expect("it starts");
    assert!(run.stop.is_some() || run.answers.len() == 400_000);
    assert!(begun.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_closed_output_hides_no_memory() {
    let Some(python) = python() else { return };
    let script = format!("{READ}os.close(1)\nhold = b'x' * (900 << 20)\ntime.sleep(60)");
    let verdict = stop(&run(Protocol::List, &[python, "-c", &script])).0;
    assert!(matches!(verdict, Verdict::MemoryLimit | Verdict::TimeLimit), "{verdict}");
}

/// A session whose process writes a line that nobody asked for after it has answered.
#[test]
fn what_an_earlier_list_left_behind_is_no_fault_of_the_next() {
    let Some(python) = python() else { return };
    let script = "import json, sys\nfor line in sys.stdin:\n    asked = json.loads(line)\n    kind = asked['type']\n    \
                  if kind == 'bye': break\n    told = {'type': kind + '_ok', 'id': asked['id'], 'answers': ['', 'C']}\n    \
                  print(json.dumps(told), flush=True)\n    if kind == 'list': print('stray', flush=True)";
    let mut candidate = candidate(&Records, Protocol::Session, &command(&[python, "-c", script]), TIGHT);
    for _ in 0..5 {
        let run = candidate.run(&list()).expect("it starts");
        assert_eq!((run.answers.len(), run.stop), (2, None));
    }
}

#[test]
fn a_list_that_is_answered_rightly_only_query_by_query_is_told_as_such() {
    let Some(python) = python() else { return };
    let (_kit, adapter, _) = crate::judge::solutions::python_kit("");
    let script = format!(
        "import sys\nsys.path.insert(0, {:?})\nimport adapter\n",
        std::path::Path::new(&adapter).parent().expect("a folder")
    ) + "adapter.ClassSolution.answers = lambda self, queries: ['?' for _ in queries]\nadapter.main()";
    let file = top().join("fixtures/solutions/python/solution.py");
    let words = [python, "-c", &script, file.to_str().expect("a plain name")];
    let cases = rewinddb::track::records::builtin(
        crate::language().first_level(),
        Some(rewinddb::time::ClockRule::Monotone),
    );
    let case = cases.expect("they are good").into_iter().next().expect("there is one");
    let mut candidate = candidate(&Records, Protocol::Session, &command(&words), TIGHT);
    let report = judge(&Records, &mut *candidate, [case], |_, _| ControlFlow::Continue(()));
    let failed = report.cases().next().and_then(CaseReport::failed).expect("it is wrong");
    assert!(failed.hint.as_ref().is_some_and(|hint| hint.contains("query by query")), "{failed:?}");
}

#[test]
fn huge_answers_are_not_kept() {
    let script = "printf '[\"'; head -c 900000 /dev/zero | tr '\\0' 'x'; echo '\", \"C\"]'";
    let cases = rewinddb::track::records::builtin(
        crate::language().first_level(),
        Some(rewinddb::time::ClockRule::Monotone),
    );
    let case =
        cases.expect("they are good").into_iter().find(|case| case.list.len() == 2).expect("there is one");
    let mut candidate = candidate(&Records, Protocol::List, &command(&["sh", "-c", script]), TIGHT);
    let report = judge(&Records, &mut *candidate, [case], |_, _| ControlFlow::Continue(()));
    let failed = report.cases().next().and_then(CaseReport::failed).expect("it is wrong");
    assert!(failed.given.as_ref().is_some_and(|given| given.texts()[0].len() < 100_000));
}

#[test]
fn an_answer_written_just_before_the_end_is_not_lost() {
    // It is silent for longer than it is waited for after an end, and then writes and ends between two looks.
    for millis in 60..90 {
        let run = run_shell(Protocol::List, &format!("sleep 0.0{millis}; echo '[\"\", \"C\"]'"));
        assert_eq!((run.answers.len(), run.stop), (2, None), "after {millis} ms");
    }
}

/// Is a process running whose command line has this word?
pub(crate) fn runs(word: &str) -> bool {
    let folder = std::fs::read_dir("/proc").expect("Linux has it").flatten();
    folder
        .filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok())
        .any(|line| line.split(|byte| *byte == 0).any(|part| part == word.as_bytes()))
}

#[cfg(target_os = "linux")]
#[rstest]
#[case::in_its_group("sleep 71.0101 & echo '[\"\", \"C\"]'", "71.0101")]
#[case::in_a_session_of_its_own("setsid sleep 71.0202 & echo '[\"\", \"C\"]'", "71.0202")]
#[case::when_it_is_ended("setsid sleep 71.0303 & sleep 71.0303 & yes", "71.0303")]
#[case::deaf_to_signals("trap '' TERM INT HUP; sleep 71.0404 & wait", "71.0404")]
fn nothing_that_a_candidate_started_is_left_running(#[case] script: &str, #[case] word: &str) {
    drop(run_shell(Protocol::List, script));
    assert!(!runs(word), "{script}");
}

#[test]
fn a_crash_costs_its_own_list_and_no_other() {
    let Some(python) = python() else { return };
    let (_kit, adapter, solution) = crate::judge::solutions::python_kit(
        "class Solution:\n    def set(self, key, field, value):\n        import os\n        if key == 'die': os._exit(3)\n        \
         return ''\n    def get(self, key, field):\n        return 'C'\n",
    );
    let mut candidate =
        candidate(&Records, Protocol::Session, &command(&[python, &adapter, &solution]), TIGHT);
    let deadly: QueryList = vec![query(&["SET", "A", "B", "C"]), query(&["SET", "die", "B", "C"])];
    for _ in 0..2 {
        assert_eq!(candidate.run(&list()).expect("it starts").answers, ["", "C"]);
        let run = candidate.run(&deadly).expect("it starts");
        assert_eq!(stop(&run), (Verdict::RuntimeError, "it ended with status 3 ".to_owned()));
        let closer = candidate.run_closely(&deadly, &run).expect("it starts").expect("it tells more");
        assert_eq!(closer.answers, [""], "the second query is the one");
    }
}

#[test]
fn a_crash_of_a_list_is_traced_to_its_query() {
    let Some(python) = python() else { return };
    let script = "import json, sys\nqueries = json.load(sys.stdin)\n\
                  assert not any(query[1] == 'die' for query in queries)\nprint(json.dumps([''] * len(queries)))";
    let mut candidate = candidate(&Records, Protocol::List, &command(&[python, "-c", script]), TIGHT);
    let mut list: QueryList = std::iter::repeat_n(query(&["SET", "A", "B", "C"]), 9).collect();
    list[6][1] = "die".into();
    let run = candidate.run(&list).expect("it starts");
    assert!(run.errors.contains("AssertionError"), "{run:?}");
    let closer = candidate.run_closely(&list, &run).expect("it starts").expect("it tells more");
    assert_eq!(closer.answers.len(), 6);
}

#[rstest]
#[case(Protocol::List, &["no/such/program"], "cannot start no/such/program")]
#[case(Protocol::Session, &["no/such/program"], "cannot start no/such/program")]
#[case(Protocol::Session, &["sh", "-c", "echo broken >&2; exit 1"], "it does not start: it ended with status 1")]
#[case(Protocol::Session, &["sh", "-c", "echo hello; sleep 9"], "`hello` is no message")]
fn what_cannot_be_started_is_told(#[case] protocol: Protocol, #[case] words: &[&str], #[case] told: &str) {
    let cannot =
        candidate(&Records, protocol, &command(words), TIGHT).run(&list()).expect_err("it does not start");
    assert!(cannot.why.contains(told), "{cannot:?}");
    let crashes = words.join(" ").contains("broken");
    assert!(!crashes || cannot.errors.contains("broken") && !cannot.why.contains("help"), "{cannot:?}");
}

#[test]
fn a_level_is_given_up_after_too_many_timeouts_in_a_row() {
    let cases = rewinddb::track::records::builtin(
        crate::language().first_level(),
        Some(rewinddb::time::ClockRule::Monotone),
    );
    let mut cases = cases.expect("they are good");
    cases.retain(|case| case.breaks.is_none());
    let limits = Limits { case: Duration::from_millis(30), ..TIGHT };
    let mut hanging = candidate(&Records, Protocol::List, &command(&["sleep", "60"]), limits);
    let (mut late, mut untried) = (0, 0);
    let report = judge(&Records, &mut *hanging, &cases, |_, case: &CaseReport| {
        late += usize::from(case.failed().is_some_and(|failed| failed.verdict == Verdict::TimeLimit));
        untried += usize::from(case.failed().is_none());
        ControlFlow::Continue(())
    });
    assert!(report.cannot_start.is_none() && !report.is_passed());
    assert_eq!((late, untried), (3, cases.len() - 3));
}

/// What comes of the first levels' cases in their order for a command, and how often it was started.
fn judged_and_started(script: &str) -> (rewinddb::judge::Report, usize) {
    let folder = tempfile::tempdir().expect("there is room");
    let counted = folder.path().join("starts");
    let script = format!("echo >>'{}'; {script}", counted.display());
    let cases = rewinddb::track::records::builtin(
        crate::language().exercise(),
        Some(rewinddb::time::ClockRule::Monotone),
    );
    let cases = rewinddb::judge::in_order(cases.expect("they are good"));
    let words = ["sh", "-c", &script].map(str::to_owned);
    let mut candidate = candidate(&Records, Protocol::List, &words[..], Limits::default());
    let report = judge(&Records, &mut *candidate, &cases, |_, _| ControlFlow::Continue(()));
    let starts = std::fs::read_to_string(counted).expect("it was started").lines().count();
    (report, starts)
}

/// A program that had never answered anything was started for each of 341 cases.
#[test]
fn a_program_that_never_answers_is_soon_started_no_more() {
    let (report, starts) = judged_and_started("cat >/dev/null");
    // Three times for each of four levels, within the promises and beyond.
    assert!(starts <= 3 * 4 * 2, "{starts} starts");
    let findings: Vec<_> = report.findings.iter().map(rewinddb::judge::Finding::headline).collect();
    assert!(findings.len() == 1 && findings[0].starts_with("it printed nothing"), "{findings:?}");
    let summary = rewinddb::judge::report::summary(&report, &Records);
    assert!(
        summary.contains("were not tried (45, after too many lists in a row without an answer)"),
        "{summary}"
    );
}

#[test]
fn a_program_that_answers_one_list_is_asked_all_that_follow() {
    // It knows no backups, and says nothing to those; the level that has them comes first.
    let one = r#"read list; case "$list" in *BACKUP*) ;; *) echo '[""]';; esac"#;
    let (report, starts) = judged_and_started(one);
    let untried = report.cases().filter(|case| !case.is_passed() && case.failed().is_none()).count();
    let last = report.levels.iter().find(|level| level.level == 4).expect("it was judged");
    let of_last = last.cases.iter().filter(|case| !case.is_passed() && case.failed().is_none()).count();
    assert!(
        untried == of_last && of_last > 0 && starts > 200,
        "{starts} starts, {untried} cases not tried, {of_last} of level 4"
    );
}

#[test]
fn the_python_of_the_continuous_run_is_there() {
    assert!(has("python3"));
}
