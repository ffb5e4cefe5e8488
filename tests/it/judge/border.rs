//! Where the judge ends: an exercise of the tests' own, of two operations that no other room knows, is judged,
//! hunted and shrunk by the same judge, with candidates that are no processes.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::LazyLock;

use rewinddb::judge::report;
use rewinddb::judge::{
    Candidate, Case, CaseReport, Exercise, FailureView, ListOptions, Oracle, Promise, QueryList, QueryWords,
    ReadList, ReadQuery, Reference, Report, Role, Run, ShownState, Signature, SpawnError, StopReason,
    TimeRule, Verdict, WordEffect, fresh_case, hunt, in_order, judge, list_of,
};
use rewinddb::wire::Term;

/// `note key` remembers a key, and `count key` says how often that was done.
#[derive(Debug)]
struct Tally;

/// What it promises.
const ONE_WORD: Promise = Promise("keys are one word");

static SIGNATURES: LazyLock<[Signature; 2]> = LazyLock::new(|| {
    let signature = |name, effect| Signature { name, words: vec![Role::Key], level: 1, effect };
    [signature("note", WordEffect::Write), signature("count", WordEffect::Read)]
});

/// The name and the key of a query, if it is one.
fn parts(words: &QueryWords) -> Option<(&'static Signature, &str)> {
    let [name, key] = &words[..] else { return None };
    let signature = SIGNATURES.iter().find(|signature| *name == signature.name)?;
    Some((signature, key.text()?))
}

/// The answers to a list by whoever counts no further than `most`; `None` if it is none.
fn counted(list: &[QueryWords], most: usize) -> Option<Vec<Term>> {
    let mut notes: BTreeMap<&str, usize> = BTreeMap::new();
    let answer = |words| {
        let (signature, key) = parts(words)?;
        if signature.effect == WordEffect::Write {
            *notes.entry(key).or_default() += 1;
            return Some("".into());
        }
        Some(Term::Text(notes.get(key).copied().unwrap_or(0).min(most).to_string()))
    };
    list.iter().map(answer).collect()
}

impl Exercise for Tally {
    fn signatures(&self) -> &[Signature] {
        &*SIGNATURES
    }

    fn last_level(&self) -> u8 {
        1
    }

    fn read(&self, list: &[QueryWords]) -> Option<ReadList<'_>> {
        let query = |words| Some(ReadQuery { signature: parts(words)?.0, batch: Vec::new() });
        Some(ReadList { queries: list.iter().map(query).collect::<Option<_>>()?, names: Vec::new() })
    }

    fn answers(&self, list: &[QueryWords], _clock: TimeRule) -> Option<Vec<Term>> {
        counted(list, usize::MAX)
    }

    fn broken_promises(&self, list: &[QueryWords]) -> Vec<Promise> {
        let has_several = list.iter().filter_map(parts).any(|(_, key)| key.contains(' '));
        has_several.then_some(ONE_WORD).into_iter().collect()
    }

    fn view(&self, list: &[QueryWords], _clock: TimeRule) -> FailureView {
        let lines: Vec<_> = list.iter().rev().skip(1).filter_map(parts).map(|(_, key)| key).collect();
        let state = ShownState {
            title: format!("{} queries were asked", lines.len()),
            lines: lines.iter().map(|key| ((*key).to_owned(), "a key".to_owned())).collect(),
            json: serde_json::json!(lines.len()),
        };
        let rule = "every note counts";
        FailureView { rule: Some(rule.to_owned()), gist: Some(rule), before: Some(state) }
    }

    fn hint(&self, _list: &[QueryWords], _clock: TimeRule, given: &[Term]) -> Option<String> {
        given.last().is_some_and(|given| *given == "2").then(|| "there is more than two".to_owned())
    }
}

/// Counts no further than two.
struct UpToTwo;

impl Candidate for UpToTwo {
    fn run(&mut self, list: &QueryList) -> Result<Run, SpawnError> {
        Ok(Run { answers: counted(list, 2).expect("it is a list"), ..Run::default() })
    }
}

/// Knows no operation at all.
struct Ignorant;

impl Candidate for Ignorant {
    fn run(&mut self, _list: &QueryList) -> Result<Run, SpawnError> {
        let stop = StopReason {
            is_of_load: false,
            is_silent: false,
            verdict: Verdict::NotSupported,
            why: "never heard of it".to_owned(),
            hint: None,
            is_of_whole: false,
        };
        Ok(Run { stop: Some(stop), ..Run::default() })
    }
}

/// A list of queries of two words each.
fn list(queries: &[[&str; 2]]) -> QueryList {
    queries.iter().map(|words| words.map(Term::from).to_vec()).collect()
}

fn case(name: &str, notes: usize) -> Case {
    let mut queries = vec![["note", "k"]; notes];
    queries.push(["count", "k"]);
    let list = list(&queries);
    Case {
        suite: "tally".to_owned(),
        level: 1,
        clock: TimeRule::Monotone,
        number: 0,
        name: name.to_owned(),
        why: "a count goes on".to_owned(),
        expected: Tally.answers(&list, TimeRule::Monotone).expect("it is a list"),
        promised: false,
        breaks: None,
        shown_by: None,
        list,
    }
}

fn options() -> ListOptions<'static> {
    ListOptions::new(&Tally, 1, TimeRule::Monotone)
}

#[test]
fn another_exercise_is_judged() {
    let cases = [case("two notes", 2), case("three notes", 3)];
    let go_on = |_, _: &CaseReport| ControlFlow::Continue(());
    let judged = judge(&Tally, &mut UpToTwo, &cases, go_on);
    assert_eq!((judged.is_passed(), judged.passed(), judged.levels[0].passed()), (false, None, 1));
    let failed = judged.levels[0].cases[1].failed().expect("it counts to two");
    assert_eq!((failed.verdict, failed.query), (Verdict::WrongAnswer, Some(4)));
    let shown = report::case(1, &judged.levels[0].cases[1], true);
    let shown = anstream::adapter::strip_str(&shown).to_string();
    for line in [
        "WA   level 1: three notes",
        "  wanted    \"3\"",
        "  given     \"2\"",
        "  rule      every note counts",
        "  before    3 queries were asked",
        "            k  a key",
        "  hint      there is more than two",
    ] {
        assert!(shown.contains(line), "{line} is not in\n{shown}");
    }
    assert_eq!(serde_json::to_value(failed).expect("it is JSON")["before"], 3);
    let right = judge(&Tally, &mut Reference::new(&Tally), &cases, go_on);
    assert!(report::summary(&right, &Tally).contains("all levels are passed"));
}

#[test]
fn a_case_beyond_the_promises_decides_nothing() {
    let beyond = |name, notes| Case { breaks: Some(ONE_WORD), ..case(name, notes) };
    let cases = [beyond("farther", 6), beyond("far", 5), case("one", 1), beyond("near", 1), case("two", 2)];
    let cases = in_order(cases.to_vec());
    let mut order = Vec::new();
    let judged = judge(&Tally, &mut UpToTwo, &cases, |_, case: &CaseReport| {
        order.push(case.name.clone());
        ControlFlow::Continue(())
    });
    assert_eq!(order, ["one", "two", "farther", "far", "near"]);
    assert_eq!((judged.is_passed(), judged.passed(), judged.levels[0].passed()), (true, Some(1), 2));
    let summary = anstream::adapter::strip_str(&report::summary(&judged, &Tally)).to_string();
    let told = "beyond the exercise: 2 of 3 differ, first: far (breaks \"keys are one word\")";
    assert!(summary.contains("all 2 cases passed") && summary.contains(told), "{summary}");
    let partial = Report { is_partial: true, ..judged };
    let summary = report::summary(&partial, &Tally);
    assert!(partial.is_passed() && partial.passed().is_none() && !summary.contains("levels are passed"));
}

#[test]
fn what_is_judged_until_it_is_broken_off_passes_no_level() {
    let cases = [case("one", 1), case("three", 3)];
    let judged = judge(&Tally, &mut UpToTwo, &cases, |_, _: &CaseReport| ControlFlow::Break(()));
    assert_eq!((judged.is_passed(), judged.passed()), (true, None));
}

#[test]
fn the_plainest_failure_is_the_one_to_begin_with() {
    let named = |name: &str, others: usize, key: &str| {
        let mut queries = vec![["note", "other"]; others];
        queries.extend([["note", key]; 3].into_iter().chain([["count", key]]));
        let list = list(&queries);
        let expected = Tally.answers(&list, TimeRule::Monotone).expect("it is a list");
        Case { list, expected, ..case(name, 3) }
    };
    let rows = [
        ([named("long", 2, "k"), named("short", 0, "k")], "short"),
        ([named("odd", 0, "é"), named("plain", 0, "k")], "plain"),
        ([named("short, and odd", 0, "é"), named("long", 1, "k")], "short, and odd"),
    ];
    for (cases, plainest) in rows {
        let judged = judge(&Tally, &mut UpToTwo, &cases, |_, _: &CaseReport| ControlFlow::Continue(()));
        let summary = anstream::adapter::strip_str(&report::summary(&judged, &Tally)).to_string();
        assert!(summary.contains(&format!("begin with level 1: {plainest}\n")), "{summary}");
    }
}

#[test]
fn an_operation_that_is_missing_is_called_by_its_name() {
    let judged =
        judge(&Tally, &mut Ignorant, [case("nothing", 0)], |_, _: &CaseReport| ControlFlow::Continue(()));
    let hint = judged.levels[0].cases[0].failed().and_then(|failed| failed.hint.clone());
    assert_eq!(hint.as_deref(), Some("`rewind help count` explains it"));
}

#[test]
fn lists_of_another_exercise_are_drawn_from_its_signatures() {
    let mut drawn = [0; 2];
    for seed in 0..50 {
        for words in list_of(seed, options()) {
            let (signature, _) = parts(&words).expect("it is one of the two");
            drawn[usize::from(signature.name == "count")] += 1;
        }
        let case = fresh_case(seed, options(), "again");
        assert_eq!(Some(case.expected), counted(&case.list, usize::MAX), "seed {seed}");
    }
    assert!(drawn.iter().all(|count| *count > 100), "{drawn:?}");
}

#[test]
fn a_mistake_in_another_exercise_is_hunted_down_and_shrunk() {
    let go_on = |_| ControlFlow::Continue(());
    let caught = hunt(&mut UpToTwo, &mut Oracle::Exercise, options(), 1, 100, go_on);
    let catch = caught.expect("it starts").expect("it is found");
    assert_eq!(catch.list, list(&[["note", "a"], ["note", "a"], ["note", "a"], ["count", "a"]]));
    assert_eq!((catch.failed.wanted, catch.failed.given), (Some("3".into()), Some("2".into())));
    let mut right = Reference::new(&Tally);
    let none = hunt(&mut right, &mut Oracle::Exercise, options(), 1, 100, go_on);
    assert!(none.expect("it starts").is_none());
    // Another candidate may say what is right.
    let mut other = Oracle::Other(&mut right);
    let against = hunt(&mut UpToTwo, &mut other, options(), 1, 100, go_on);
    assert_eq!(against.expect("it starts").expect("it is found").list, catch.list);
}
