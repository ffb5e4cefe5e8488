//! Wrong solutions, one classic mistake each: the built-in suite of the level that a mistake belongs to catches it, by
//! a case that names it, and a hunt finds it and shrinks it to a few queries. What shows while the exercise's promises
//! are kept is caught while they are kept.

mod table;
mod told;
mod traps;

use std::ops::ControlFlow;

use rewinddb::explain::MadeSlip;
use rewinddb::judge::{Candidate, Case, Catch, Exercise, ListOptions, Oracle, TimeRule, hunt};
use rewinddb::time::ClockRule;
use rewinddb::trace::Tracer;
use rewinddb::track::records::{Records, builtin, requests};
use rstest::rstest;

use crate::amounts::HUNTED;
use crate::judge::solutions::solved;
use crate::{assert_document, top, with_part};
use table::{Mistaken, Wrong, host, table};

/// A hunt may end with so many queries at most.
const SMALLEST: usize = 6;
/// So many lists are drawn at most to find a mistake.
const LISTS: u64 = 4_000;
/// So many cases of each level of the exercise keep its promises at least.
const PROMISED: usize = 45;

/// The cases that a solution for the monotone rule is judged by.
fn cases() -> Vec<Case> {
    builtin(solved(), Some(ClockRule::Monotone)).expect("they are good")
}

/// Are these cases answered as they should be, one after the other?
fn passes(candidate: &mut dyn Candidate, cases: &[&Case]) -> Vec<bool> {
    let answers = |case: &&Case| {
        candidate.enter(case.level, case.clock);
        candidate.run(&case.list).expect("it starts").answers == case.expected
    };
    cases.iter().map(answers).collect()
}

impl Wrong {
    /// Its case, which names it, and keeps the promises where it can.
    fn case<'c>(&self, cases: &'c [Case]) -> &'c Case {
        let case = cases.iter().find(|case| case.name == self.case && case.level == self.level);
        let case = case.unwrap_or_else(|| panic!("{}: there is no case `{}`", self.name, self.case));
        assert!(case.why.contains(&self.named), "{}: `{}` is not in `{}`", self.name, self.named, case.why);
        let broken = case.breaks.map(|promise| promise.0);
        assert_eq!(broken, self.beyond.as_deref(), "{}: what `{}` breaks", self.name, self.case);
        case
    }

    /// What is to be said against it being caught.
    fn missed(&self, candidate: &mut dyn Candidate, cases: &[Case]) -> Option<String> {
        let case = self.case(cases);
        let is_caught = if let Some(before) = &self.after {
            let before = cases.iter().find(|case| case.name == *before).expect("there is the one before");
            // Alone the case passes, so it is what was there before that makes it fail.
            passes(candidate, &[case, before, case]) == [true, true, false]
        } else {
            passes(candidate, &[case]) == [false]
        };
        (!is_caught).then(|| format!("{} passes `{}`", self.name, self.case))
    }

    /// Which lists are drawn. Of what comes after the exercise nothing is promised.
    fn options(&self, promised: bool) -> ListOptions<'static> {
        let promised = promised && self.level <= Records.last_level();
        ListOptions { promised, ..ListOptions::new(&Records, self.level, TimeRule::Monotone) }
    }

    /// What is to be said against it being hunted down.
    fn escaped(&self, candidate: &mut dyn Candidate) -> Option<String> {
        let options = self.options(self.beyond.is_none());
        let found = hunt(candidate, &mut Oracle::Exercise, options, 1, LISTS, |_| ControlFlow::Continue(()));
        let Some(found) = found.expect("it starts") else {
            return Some(format!("{} is not found", self.name));
        };
        let list = serde_json::json!(found.list);
        println!("{}: {} in {} runs: {list}", self.name, found.list.len(), found.runs);
        assert_true(&found, self, candidate);
        (found.list.len() > SMALLEST).then(|| format!("{} ends with {list}", self.name))
    }

    /// What is to be said against it showing only where a promise is broken.
    fn seen_within(&self, candidate: &mut dyn Candidate) -> Option<String> {
        self.beyond.as_ref()?;
        let options = self.options(true);
        let each = |_| ControlFlow::Continue(());
        let found =
            hunt(candidate, &mut Oracle::Exercise, options, 1, LISTS / 40, each).expect("it starts")?;
        Some(format!("{} shows in {}", self.name, serde_json::json!(found.list)))
    }
}

#[test]
fn every_mistake_is_caught_by_a_case_of_its_level_that_names_it() {
    let Some(mut host) = host() else { return };
    let cases = cases();
    let rows = table().into_iter().enumerate();
    let against = rows.filter_map(|(row, wrong)| wrong.missed(&mut Mistaken::row(&mut *host, row), &cases));
    let against: Vec<_> = against.collect();
    assert!(against.is_empty(), "{}", against.join("\n"));
}

/// In two halves, which run beside each other.
#[rstest]
#[case(0)]
#[case(1)]
fn mistakes_are_hunted_down_to_a_few_queries(#[case] half: u64) {
    let Some(mut host) = host() else { return };
    let share = HUNTED.get();
    let mut against = Vec::new();
    for (row, wrong) in table().into_iter().enumerate() {
        let count = row as u64 * share / 100;
        let is_hunted = count < (row as u64 + 1) * share / 100 && count % 2 == half;
        // What turns on an earlier list is in no list that a hunt could make small.
        if is_hunted && wrong.after.is_none() {
            against.extend(wrong.escaped(&mut Mistaken::row(&mut *host, row)));
            against.extend(wrong.seen_within(&mut Mistaken::row(&mut *host, row)));
        }
    }
    assert!(against.is_empty(), "{}", against.join("\n"));
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

#[rstest]
#[case(&[])]
#[case(&["SET_AT", "DELETE_AT", "SCAN", "RESTORE"])]
fn the_correct_solution_makes_none_of_them(#[case] in_some: &[&str]) {
    let Some(mut host) = host() else { return };
    let mut right = Mistaken::nowhere(&mut *host, in_some);
    for case in &cases() {
        assert_eq!(passes(&mut right, &[case]), [true], "{}", case.name);
    }
    let options = ListOptions::new(&Records, solved().number(), TimeRule::Monotone);
    let found = hunt(&mut right, &mut Oracle::Exercise, options, 1, 300, |_| ControlFlow::Continue(()));
    assert!(found.expect("it starts").is_none());
}

#[test]
fn every_level_has_enough_cases_that_keep_the_promises() {
    let all = builtin(solved(), None).expect("they are good");
    for level in 1..=4 {
        let keeps = |case: &&Case| case.level == level && case.breaks.is_none();
        let count = all.iter().filter(keeps).count();
        println!("level {level}: {count} cases keep the promises");
        assert!(count >= PROMISED, "level {level}: only {count} cases keep the promises");
    }
}

#[test]
fn every_trap_of_a_cell_or_a_scan_is_set_once_more_with_a_time() {
    let table = table();
    let is_made_once = |row: &&Wrong| !table.iter().any(|other| row.is_twin_of(other));
    let mistakes = table.iter().filter(|row| row.level <= 2 && row.beyond.is_none() && row.after.is_none());
    for mistake in mistakes.filter(is_made_once) {
        let has_twin =
            table.iter().any(|row| row.is_twin_of(mistake) && row.level == 3 && row.beyond.is_none());
        assert!(has_twin, "{} has no twin", mistake.name);
    }
}

/// Where the mistakes are listed for people.
const LISTED: &str = "fixtures/wrong/README.md";

/// The table as people read it.
fn printed() -> String {
    let mut text = String::from(
        "| level | the mistaken program | caught by | shows only where this is broken |\n|---|---|---|---|\n",
    );
    for wrong in table() {
        let beyond = wrong.beyond.unwrap_or_default();
        text.push_str(&format!("| {} | {} | {} | {beyond} |\n", wrong.level, wrong.mistake, wrong.case));
    }
    text
}

#[test]
fn the_table_of_mistakes_is_that_of_the_tests() {
    assert!(table().len() >= 300);
    assert!(table().is_sorted_by_key(|wrong| wrong.level));
    assert_document(&top().join(LISTED), |text| {
        with_part(text, "mistakes that the suites catch", &printed())
    });
}

/// The mistakes that are named: each once, wherever it is made.
#[test]
fn the_list_of_mistakes_that_are_told_by_name_is_that_of_the_code() {
    let mut names: Vec<_> = MadeSlip::all().map(|made| made.slip.name()).collect();
    names.dedup();
    let mut list = String::new();
    for name in &names {
        let line = format!("- {name}\n");
        if !list.contains(&line) {
            list.push_str(&line);
        }
    }
    assert_document(&top().join(LISTED), |text| with_part(text, "mistakes that are named", &list));
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
