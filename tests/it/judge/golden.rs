//! The suites of the exercise: every answer that a file expects, and a transcript that a person can read.

use std::collections::BTreeMap;

use rewinddb::engine::Engine;
use rewinddb::query::Language;
use rewinddb::script::{Format, Rules, Suite, answers, read_suite};
use rewinddb::time::ClockRule;
use rewinddb::track::records::builtin;
use rewinddb::wire::{Answer, Request, Term};
use rstest::rstest;

use crate::{assert_golden, fixtures};

/// The transcript of a suite, as `rewind run --format text` prints it.
fn transcript(suite: &Suite<'_>) -> String {
    let mut out = Vec::new();
    let mut answers = answers(Format::Text, &mut out, false);
    for case in &suite.cases {
        answers.begin_case(&case.name, &case.why).expect("memory takes it");
        let mut engine = Engine::new(suite.clock);
        for request in &case.requests {
            let mut replies = Vec::new();
            let asked = engine.apply_group(None, request.queries(), |reply| replies.push(reply.into_owned()));
            asked.expect("the reader checked the order of time");
            let answer = match request {
                Request::One(_) => Answer::One(replies.remove(0)),
                Request::Batch(_) => Answer::Batch(replies),
            };
            answers.answer(request, &answer).expect("memory takes it");
        }
    }
    answers.finish().expect("memory takes it");
    drop(answers);
    crate::text(&out)
}

/// The answers of one case.
fn answer(case: &rewinddb::script::SuiteCase<'_>, rule: ClockRule) -> Vec<Term> {
    let mut engine = Engine::new(rule);
    let reply = |request| crate::answer(&mut engine, request).expect("the reader checked the order of time");
    case.requests.iter().map(reply).collect()
}

/// Hands each suite of a folder to `check`, with the name of its file.
fn each_suite(folder: &str, rules: Rules, check: impl Fn(&str, &Suite<'_>)) {
    for path in fixtures(folder) {
        let text = std::fs::read_to_string(&path).expect("it can be read");
        let arena = bumpalo::Bump::new();
        let suite = read_suite(&text, &arena, rules).expect("it has no faults");
        check(&path.file_stem().expect("it has a name").to_string_lossy(), &suite);
    }
}

#[rstest]
#[case("level1")]
#[case("level2")]
#[case("level3")]
#[case("level4")]
#[case("level5")]
#[case("level6")]
fn suites_are_answered_as_they_expect_and_as_their_transcripts_tell(#[case] folder: &str) {
    each_suite(folder, Rules::default(), |name, suite| {
        for case in &suite.cases {
            let expected = case.expected.as_ref().expect("every case of ours expects answers");
            assert_eq!(&answer(case, suite.clock), expected, "{folder}/{name}: {}", case.name);
        }
        assert_golden(folder, name, &transcript(suite));
    });
}

#[rstest]
#[case("level3")]
#[case("level4")]
#[case("level5")]
#[case("level6")]
fn suites_of_the_monotone_rule_have_a_transcript_under_the_free_one(#[case] folder: &str) {
    let free = Rules { clock: Some(ClockRule::Free), ..Rules::default() };
    each_suite(folder, free, |name, suite| {
        // The suites made for the free rule have that transcript already.
        if name != "free_clock" {
            assert_golden(folder, &format!("{name}.clock-free"), &transcript(suite));
        }
    });
}

#[test]
fn every_case_has_a_reason_of_its_own() {
    let cases = builtin(Language::records().last_level(), None).expect("they are good");
    let mut reasons = BTreeMap::new();
    for case in &cases {
        let is_sentence = case.why.ends_with('.') && case.why.split(' ').count() > 3;
        assert!(is_sentence, "{}: `{}` is no sentence", case.name, case.why);
        let other = reasons.insert(&case.why, &case.name);
        assert_eq!(other, None, "{} has the reason of another", case.name);
    }
}

#[test]
fn every_operation_stands_in_a_suite_of_its_level() {
    for form in crate::language().forms() {
        let files = fixtures(&format!("level{}", form.level));
        let stands = files.iter().any(|path| {
            let text = std::fs::read_to_string(path).expect("it can be read");
            text.contains(&format!("[\"{}\"", form.name))
        });
        assert!(stands, "{} is in no suite of level {}", form.name, form.level);
    }
}
