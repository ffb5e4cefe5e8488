//! The suites of the project, compiled in, so that an installed program needs no files.

use bumpalo::Bump;

use super::exercise::{Records, answers};
use crate::judge::{Case, Exercise, QueryList, TimeRule};
use crate::query::Level;
use crate::script::{Faults, Rules, Suite, SuiteCase, read_suite};
use crate::time::ClockRule;

/// The files below `fixtures`, in the order in which they are judged.
macro_rules! files {
    ($($file:literal),* $(,)?) => {
        [$(($file, include_str!(concat!("../../../fixtures/", $file)))),*]
    };
}

/// The name of each file below `fixtures`, and its text.
pub const FILES: [(&str, &str); 35] = files![
    "level1/records.json",
    "level1/habits.json",
    "level1/edges.json",
    "level2/scans.json",
    "level2/prefixes.json",
    "level2/order.json",
    "level2/habits.json",
    "level2/long.json",
    "level3/lifetimes.json",
    "level3/timed_records.json",
    "level3/mixed_clock.json",
    "level3/edges.json",
    "level3/long.json",
    "level3/free_clock.json",
    "level4/backups.json",
    "level4/restores.json",
    "level4/lifetimes_rebased.json",
    "level4/habits.json",
    "level4/interview_walkthrough.json",
    "level4/edges.json",
    "level4/long.json",
    "level4/free_clock.json",
    "level5/keys.json",
    "level5/database.json",
    "level5/lifetimes.json",
    "level5/search.json",
    "level5/lists.json",
    "level5/forget.json",
    "level5/free_clock.json",
    "level6/transactions.json",
    "level6/own_writes.json",
    "level6/time_and_backups.json",
    "level6/batches.json",
    "level6/aliases.json",
    "level6/free_clock.json",
];

/// The cases of all levels up to `level`, numbered as all of them are; with a clock rule, those for solutions that
/// go by it. Under the other rule than its own a case counts if its answers are the same.
///
/// # Errors
/// None as the files are; faults of a file, where it was changed.
pub fn builtin(level: Level, clock: Option<ClockRule>) -> Result<Vec<Case>, Faults> {
    let mut cases = Vec::new();
    for (_, text) in FILES {
        let arena = Bump::new();
        let suite = read_suite(text, &arena, Rules::default())?;
        if suite.level <= level {
            cases.extend(cases_of(&suite));
        }
    }
    for (number, case) in (1..).zip(&mut cases) {
        case.number = number;
    }
    // Of what comes after the exercise all counts.
    for case in cases.iter_mut().filter(|case| !case.promised && case.level <= Records.last_level()) {
        case.breaks = Records.broken_promise(&case.list);
    }
    let Some(clock) = clock else { return Ok(cases) };
    let rule = TimeRule::from(clock);
    cases.retain(|case| case.clock == rule || answers(&case.list, clock).as_ref() == Some(&case.expected));
    for case in &mut cases {
        case.clock = rule;
    }
    Ok(cases)
}

/// The cases of a suite. What a suite does not expect itself, the engine answers.
#[must_use]
pub fn cases_of(suite: &Suite<'_>) -> Vec<Case> {
    let case = |case: &SuiteCase<'_>| {
        let list: QueryList = case.words.iter().map(Vec::from).collect();
        let answered = || answers(&list, suite.clock).unwrap_or_default();
        Case {
            suite: suite.name.clone(),
            level: suite.level.number(),
            clock: suite.clock.into(),
            number: 0,
            name: case.name.clone(),
            why: case.why.clone(),
            expected: case.expected.clone().unwrap_or_else(answered),
            promised: case.promised,
            breaks: None,
            shown_by: None,
            list,
        }
    };
    suite.cases.iter().map(case).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_may_be_promised_though_its_list_breaks_something() {
        let suite = |promised: &str| {
            format!(
                r#"{{"name": "s", "level": 3, "cases": [{{"name": "c", {promised} "queries": [["GET_AT", "A", "B", "1"], ["GET_AT", "A", "B", "1"]]}}]}}"#
            )
        };
        for (member, is_promised) in
            [("", false), (r#""promised": false,"#, false), (r#""promised": true,"#, true)]
        {
            let (text, arena) = (suite(member), Bump::new());
            let cases = cases_of(&read_suite(&text, &arena, Rules::default()).expect("it is a suite"));
            assert_eq!(cases[0].promised, is_promised, "{member}");
            assert!(
                crate::judge::suite_of(&cases, None).contains("promised") == is_promised,
                "it is saved as it was"
            );
        }
    }

    #[test]
    fn cases_that_break_a_promise_are_of_the_exercise() {
        let cases = builtin(crate::query::Language::records().last_level(), None).expect("they are good");
        for case in &cases {
            let broken = Records.broken_promise(&case.list);
            let decides = case.promised || case.level > Records.last_level();
            assert_eq!(case.breaks, broken.filter(|_| !decides), "{}", case.name);
        }
    }
}
