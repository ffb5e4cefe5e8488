//! Candidates that misbehave in every way: each gets its verdict, in bounded time, and leaves nothing behind.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use rewinddb::judge::{CaseReport, Limits, Protocol, QueryList, Run, Verdict, candidate, judge};
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
#[case("echo \"['', 'C']\"", Some(Verdict::WrongShape), "json.dumps")]
#[case("echo '[\"\"]'", Some(Verdict::WrongShape), "1 answer for 2 queries")]
#[case(
    "echo '[null, \"C\"]'",
    Some(Verdict::WrongShape),
    "answer 1 is null, not a string the exercise wants the empty string"
)]
#[case("echo '[\"\", [\"C\"]]'", Some(Verdict::WrongShape), "a list where the text `a, b` is wanted")]
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
    let (verdict, told) = stop(&run(Protocol::Lines, &[python, "-c", &script]));
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
#[case(Protocol::Session, &["sh", "-c", "echo broken >&2; exit 1"], "3 times in a row: it ended with status 1")]
#[case(Protocol::Session, &["sh", "-c", "echo hello; sleep 9"], "`hello` is no message")]
#[case(Protocol::Session, &["sh", "-c", "echo '{\"type\":\"error\",\"id\":0,\"code\":\"load\",\"text\":\"no class\"}'; sleep 9"], "it cannot be loaded: no class")]
fn what_cannot_be_started_is_told(#[case] protocol: Protocol, #[case] words: &[&str], #[case] told: &str) {
    let cannot =
        candidate(&Records, protocol, &command(words), TIGHT).run(&list()).expect_err("it does not start");
    assert!(cannot.why.contains(told), "{cannot:?}");
    assert!(!words.join(" ").contains("broken") || cannot.errors.contains("broken"), "{cannot:?}");
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

#[test]
fn the_python_of_the_continuous_run_is_there() {
    assert!(has("python3"));
}
