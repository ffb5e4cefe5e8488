//! Wrong solutions, one classic mistake each: the built-in suite of the level that a mistake belongs to catches it, by
//! a case that names it, and a hunt finds it and shrinks it to a few queries.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use rewinddb::judge::{
    Candidate, Case, Catch, Exercise, Limits, ListOptions, Oracle, Protocol, TimeRule, candidate, hunt, judge,
};
use rewinddb::time::ClockRule;
use rewinddb::trace::Tracer;
use rewinddb::track::records::{Records, builtin, requests};
use serde::Deserialize;

use crate::judge::solutions::{python, python_kit, solved};
use crate::{assert_document, top, with_part};

/// A hunt may end with so many queries at most.
const SMALLEST: usize = 6;
/// So many lists are drawn at most to find a mistake.
const LISTS: u64 = 4_000;

/// A row of the table: a correct solution with a small change.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrong {
    name: String,
    level: u8,
    mistake: String,
    /// The case that catches it, and the words of its `why` that name it.
    case: String,
    named: String,
    /// What stands in the correct solution, and what stands there instead.
    #[serde(default)]
    change: Vec<(String, String)>,
    /// The same in the adapter, which does for a solution what is the same for all.
    #[serde(default)]
    adapter: Vec<(String, String)>,
}

fn table() -> Vec<Wrong> {
    let text = std::fs::read_to_string(top().join("fixtures/wrong/table.json")).expect("it can be read");
    serde_json::from_str(&text).expect("it is a table")
}

fn solution() -> String {
    std::fs::read_to_string(top().join("fixtures/solutions/python/solution.py")).expect("it can be read")
}

impl Wrong {
    /// A text with changes in it.
    fn changed(&self, text: String, changes: &[(String, String)]) -> String {
        changes.iter().fold(text, |text, (from, to)| {
            assert_eq!(text.matches(from).count(), 1, "{}: `{from}` stands once there", self.name);
            text.replacen(from, to, 1)
        })
    }
}

/// What is to be done with each wrong solution. It is started hundreds of times, so Python looks for no packages.
fn each(check: impl Fn(&Wrong, &mut dyn Candidate)) {
    let Some(python) = python() else { return };
    for wrong in table() {
        let (_kit, adapter, solution) = python_kit(&wrong.changed(solution(), &wrong.change));
        let right = std::fs::read_to_string(&adapter).expect("it is there");
        std::fs::write(&adapter, wrong.changed(right, &wrong.adapter)).expect("it can be written");
        let command = [python.to_owned(), "-S".to_owned(), adapter, solution];
        check(&wrong, &mut *candidate(&Records, Protocol::Session, &command, Limits::default()));
    }
}

/// How many cases of each level fail, and which.
fn failures(candidate: &mut dyn Candidate, cases: &[Case]) -> (BTreeMap<u8, usize>, Vec<String>) {
    let mut by_level = BTreeMap::new();
    let mut names = Vec::new();
    let report = judge(&Records, candidate, cases, |level, case| {
        if case.failed().is_some() {
            *by_level.entry(level).or_default() += 1;
            names.push(format!("{level} {}", case.name));
        }
        ControlFlow::Continue(())
    });
    assert!(report.cannot_start.is_none(), "it starts");
    (by_level, names)
}

#[test]
fn every_mistake_is_caught_by_a_case_of_its_level_that_names_it() {
    let cases = builtin(solved(), Some(ClockRule::Monotone)).expect("they are good");
    each(|wrong, candidate| {
        let case = cases.iter().find(|case| case.name == wrong.case && case.level == wrong.level);
        let case = case.unwrap_or_else(|| panic!("{}: there is no case `{}`", wrong.name, wrong.case));
        assert!(
            case.why.contains(&wrong.named),
            "{}: `{}` is not in `{}`",
            wrong.name,
            wrong.named,
            case.why
        );
        let (failed, _) = failures(candidate, std::slice::from_ref(case));
        assert_eq!(failed.len(), 1, "{} passes `{}`", wrong.name, wrong.case);
        if crate::amounts::is_long() {
            let (by_level, _) = failures(candidate, &cases);
            println!("{} {}: failing cases by level {by_level:?}", wrong.level, wrong.name);
        }
    });
}

/// What is caught must be true: it is answered wrongly as told, by the rule told, and so it is with no query less.
fn assert_true(found: &Catch, wrong: &Wrong, candidate: &mut dyn Candidate) {
    let (list, failed) = (&found.list, &found.failed);
    let answers = Records.answers(list, TimeRule::Monotone).expect("it is a list");
    assert_eq!((answers.last(), &answers), (failed.wanted.as_ref(), &found.expected), "{}", wrong.name);
    assert_ne!(failed.given, failed.wanted, "{}", wrong.name);
    let mut tracer = Tracer::new(ClockRule::Monotone);
    let requests = requests(list).expect("it is a list");
    let steps = requests.iter().map(|request| tracer.step(request).expect("time goes on"));
    assert_eq!(failed.rule, steps.last().map(|step| step.rule), "{}", wrong.name);
    for place in 0..list.len() {
        let mut fewer = list.clone();
        fewer.remove(place);
        // Without it the others may be no list any more.
        let Some(right) = Records.answers(&fewer, TimeRule::Monotone) else { continue };
        let answered = candidate.run(&fewer).expect("it starts").answers;
        assert_eq!(answered, right, "{}: query {} is not needed", wrong.name, place + 1);
    }
}

#[test]
fn every_mistake_is_hunted_down_to_a_few_queries() {
    each(|wrong, candidate| {
        let options = ListOptions::new(&Records, wrong.level, TimeRule::Monotone);
        let found = hunt(candidate, &mut Oracle::Exercise, options, 1, LISTS, |_| ControlFlow::Continue(()));
        let found = found.expect("it starts").unwrap_or_else(|| panic!("{} is not found", wrong.name));
        let list = serde_json::json!(found.list);
        println!("{}: {} in {} runs: {list}", wrong.name, found.list.len(), found.runs);
        assert!(found.list.len() <= SMALLEST, "{}: {list}", wrong.name);
        assert_true(&found, wrong, candidate);
    });
}

#[test]
fn the_correct_solution_makes_none_of_them() {
    let Some(python) = python() else { return };
    let (_kit, adapter, file) = python_kit(&solution());
    let command = [python.to_owned(), "-S".to_owned(), adapter, file];
    let mut candidate = candidate(&Records, Protocol::Session, &command, Limits::default());
    let cases = builtin(solved(), Some(ClockRule::Monotone)).expect("they are good");
    assert_eq!(failures(&mut *candidate, &cases).1, Vec::<String>::new());
    let options = ListOptions::new(&Records, solved().number(), TimeRule::Monotone);
    let found = hunt(&mut *candidate, &mut Oracle::Exercise, options, 1, 300, |_| ControlFlow::Continue(()));
    assert!(found.expect("it starts").is_none());
}

/// The table as LEVELS.md shows it.
fn printed() -> String {
    let mut text = String::from("| level | the mistaken program | caught by |\n|---|---|---|\n");
    for wrong in table() {
        text.push_str(&format!("| {} | {} | {} |\n", wrong.level, wrong.mistake, wrong.case));
    }
    text
}

#[test]
fn the_table_of_mistakes_in_levels_md_is_that_of_the_tests() {
    assert!(table().len() >= 30);
    assert!(table().is_sorted_by_key(|wrong| wrong.level));
    assert_document(&top().join("LEVELS.md"), |text| {
        with_part(text, "mistakes that the suites catch", &printed())
    });
}

#[test]
fn the_table_of_verdicts_is_that_of_the_code() {
    let rows = rewinddb::judge::Verdict::ALL.map(|(verdict, code, meaning)| {
        assert_eq!((verdict.code(), verdict.to_string().as_str()), (code, meaning));
        format!("| {code} | {meaning} |\n")
    });
    let table = format!("| verdict | meaning |\n|---|---|\n{}", rows.concat());
    assert_document(&top().join("src/judge/PROTOCOL.md"), |text| with_part(text, "verdicts", &table));
}
