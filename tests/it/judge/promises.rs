//! What a solution may be held to: lists that keep the promises of the exercise decide, and no others.

use std::ops::{ControlFlow, Range};

use rewinddb::judge::{
    Candidate, Exercise, ListOptions, Oracle, QueryList, Role, Run, SpawnError, TimeRule, hunt, list_of,
};
use rewinddb::time::ClockRule;
use rewinddb::trace::Tracer;
use rewinddb::track::records::{Records, requests};
use rewinddb::wire::Term;
use rstest::rstest;

use crate::amounts::PROMISED;
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
        beyond.contains(" differ, first: ") && beyond.ends_with("(breaks \"texts are printable ASCII\")"),
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

/// The lists of a level that keep the promises, by their seeds.
fn promised(level: u8, clock: TimeRule, seeds: Range<u64>) -> impl Iterator<Item = (u64, QueryList)> {
    let options = ListOptions { promised: true, ..ListOptions::new(&Records, level, clock) };
    seeds.map(move |seed| (seed, list_of(seed, options)))
}

#[test]
fn lists_within_the_promises_keep_them_and_both_clock_rules_give_the_same_answers() {
    for level in 1..=4 {
        for (seed, list) in promised(level, TimeRule::Monotone, PROMISED.seeds()) {
            let broken = Records.broken_promises(&list);
            assert!(!list.is_empty() && broken.is_empty(), "level {level}, seed {seed} breaks {broken:?}");
            let answers = Records.answers(&list, TimeRule::Monotone);
            assert!(answers.is_some(), "level {level}, seed {seed}");
            assert_eq!(answers, Records.answers(&list, TimeRule::Free), "level {level}, seed {seed}");
        }
    }
    let [monotone, free] =
        [TimeRule::Monotone, TimeRule::Free].map(|clock| promised(4, clock, PROMISED.seeds()));
    for ((_, one), (seed, other)) in monotone.zip(free) {
        assert_eq!(one, other, "seed {seed}: the clock rule changes nothing in a list");
    }
}

#[test]
fn lists_within_the_promises_come_near_what_breaks_solutions() {
    let (mut timed, mut untimed, mut expired, mut removed, mut between) = (0, 0, 0, 0, 0);
    for (_, list) in promised(4, TimeRule::Monotone, 0..300).filter(|(_, list)| list.len() < 100) {
        let is_timed = list.iter().all(|words| {
            let read = Records.read(std::slice::from_ref(words)).expect("it is a query");
            read.queries[0].signature.has(Role::Time)
        });
        *(if is_timed { &mut timed } else { &mut untimed }) += 1;
        let mut tracer = Tracer::new(ClockRule::Monotone);
        let mut backups = 0;
        for request in &requests(&list).expect("it is a list") {
            let rule = tracer.step(request).expect("time rises").rule;
            let name = request.form(rewinddb::query::Language::records()).expect("it has a form").name;
            backups += u64::from(name == "BACKUP");
            expired += u64::from(rule.contains("ended at"));
            removed += u64::from(name == "DELETE_AT" && rule.contains("ended at"));
            between += u64::from(name == "RESTORE" && backups > 1);
        }
    }
    assert!(untimed * 4 < timed && untimed > 10, "{timed} timed, {untimed} untimed");
    assert!(expired > 400 && removed > 20 && between > 200, "{expired}, {removed}, {between}");
}

#[test]
fn few_moments_make_a_short_list() {
    for seed in 0..200 {
        let options =
            ListOptions { promised: true, max_time: 60, ..ListOptions::new(&Records, 4, TimeRule::Monotone) };
        let list = list_of(seed, options);
        let case = rewinddb::judge::fresh_case(seed, options, "again");
        assert!(case.max_time(&Records) <= 60 && !list.is_empty(), "seed {seed}");
        assert_eq!(Records.broken_promises(&list), [], "seed {seed}");
    }
}

/// Takes an equal timestamp for an earlier one; and what lives to the end of a lifetime for live.
struct Inclusive;

impl Candidate for Inclusive {
    fn run(&mut self, list: &QueryList) -> Result<Run, SpawnError> {
        let mut later = list.clone();
        for words in &mut later {
            if words.len() == 6
                && let Some(ttl) = words[5].text().and_then(|ttl| ttl.parse::<u64>().ok())
            {
                words[5] = Term::Text((ttl + 1).to_string());
            }
        }
        let answers = Records.answers(&later, TimeRule::Monotone).expect("it is a list");
        Ok(Run { answers, ..Run::default() })
    }
}

#[test]
fn what_is_caught_within_the_promises_is_shrunk_within_them() {
    let options = ListOptions { promised: true, ..ListOptions::new(&Records, 4, TimeRule::Monotone) };
    for seed in (0..400).step_by(40) {
        let caught =
            hunt(&mut Inclusive, &mut Oracle::Exercise, options, seed, 200, |_| ControlFlow::Continue(()));
        let list = caught.expect("it starts").expect("it is found").list;
        assert_eq!(Records.broken_promises(&list), [], "{list:?}");
        assert!(list.len() <= 3, "{list:?}");
    }
}

/// The rows of a list of cases.
fn listed(arguments: &[&str]) -> Vec<serde_json::Value> {
    let output = rewind(&[&["test", "--list"], arguments].concat()).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let rows = text(&output.stdout);
    rows.lines().map(|row| serde_json::from_str(row).expect("it is JSON")).collect()
}

#[test]
fn cases_are_listed_with_what_they_are_for() {
    let all = listed(&[]);
    let numbers: std::collections::BTreeSet<_> = all.iter().map(|row| row["number"].as_u64()).collect();
    assert_eq!((numbers.len(), numbers.last().copied().flatten()), (all.len(), Some(all.len() as u64)));
    let odd = all
        .iter()
        .find(|row| row["name"] == "precomposed and combining accents differ")
        .expect("it is there");
    assert_eq!(odd["breaks"], "texts are printable ASCII");
    let of_level = listed(&["--level", "2"]);
    assert!(of_level[0]["level"] == 2 && of_level.iter().all(|row| row["level"].as_u64() <= Some(2)));
    let catches =
        |row: &&serde_json::Value| row["catches"].as_str().is_some_and(|mistake| !mistake.is_empty());
    assert_eq!(all.iter().filter(catches).count(), all.len());
}

#[test]
fn a_case_is_found_by_number_name_part_and_pattern() {
    let all = listed(&[]);
    let third = &all.iter().find(|row| row["number"] == 3).expect("there are three")["name"];
    let names = |case: &str| -> Vec<_> {
        listed(&["--case", case])
            .iter()
            .map(|row| row["name"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(names("3"), [third.as_str().expect("a name")]);
    let parts = names("RESTORE");
    assert!(parts.len() > 3 && parts.iter().all(|name| name.to_lowercase().contains("restore")), "{parts:?}");
    let matched = names("/^dead .* the backup$/");
    assert!(!matched.is_empty() && matched.iter().all(|name| name.starts_with("dead ")), "{matched:?}");
    let explained = rewind(&["explain", "--case", "3"]).output().expect("it runs");
    assert!(text(&explained.stdout).contains(third.as_str().expect("a name")), "{}", text(&explained.stdout));
}

#[rstest]
#[case("/(/", "/(/ is no pattern: unclosed group")]
#[case("/no such name at all/", "there is no case")]
#[case("100000", "there is no case \"100000\"")]
#[case("", "there is no case \"\"")]
fn a_case_that_is_not_there_is_told(#[case] case: &str, #[case] message: &str) {
    let output = rewind(&["test", "--case", case]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains(message), "{}", text(&output.stderr));
}
