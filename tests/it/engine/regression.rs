//! What was once wrong, each found by random lists, a fresh reader or an adversary.

use std::sync::Arc;

use rewinddb::engine::Engine;
use rewinddb::query::Query;
use rewinddb::store::{Encoding, Names, Options, PowerLoss, SimulatedDisk, Store};
use rewinddb::time::ClockRule;
use rstest::rstest;

use super::model::Model;

/// The answer to the last of some queries, words separated by spaces.
fn last_answer(rule: ClockRule, queries: &[&str]) -> (String, Engine) {
    let mut engine = Engine::new(rule);
    let mut last = String::new();
    for query in queries {
        let words: Vec<_> = query.split(' ').collect();
        let query = crate::language().parse(&words).expect("the words make a query");
        last = engine.apply(&query).expect("time is in order").to_string();
    }
    (last, engine)
}

#[test]
fn what_was_dead_at_a_backup_is_not_rebased_under_the_free_rule() {
    // It was, below zero: a panic, or a cell that lived for ever.
    let queries =
        ["SET_AT_WITH_TTL k f v 0 10", "SET k g w", "BACKUP 11", "RESTORE 11 12", "SCAN k", "SCAN_AT k 0"];
    assert_eq!(last_answer(ClockRule::Free, &queries).0, "g(w)");
}

#[test]
fn a_lifetime_that_a_restore_moves_past_the_end_of_time_shows_as_permanent() {
    let queries = ["SET_AT_WITH_TTL k f v 0 7", "BACKUP 5", "RESTORE 18446744073709551615 6"];
    let (_, engine) = last_answer(ClockRule::Monotone, &queries);
    assert_eq!(engine.cells()[0].remaining, None);
}

/// Each of a few sets, backups and restores near both ends of time, held against the model.
#[rstest]
fn a_sum_past_the_end_never_expires_through_backups_and_restores(
    #[values(ClockRule::Monotone, ClockRule::Free)] rule: ClockRule,
) {
    let (last, mut past) = (u64::MAX, 0);
    let ends = [1, 9, last - 9, last - 2, last - 1, last];
    for (ttl, first, second) in each_choice(ends, [20, 30, last - 5, last], [0, 40, last - 1, last]) {
        let queries = [
            format!("SET_AT_WITH_TTL k f v 10 {ttl}"),
            "BACKUP 12".to_owned(),
            format!("RESTORE {first} 12"),
            format!("BACKUP {first}"),
            format!("RESTORE {second} {first}"),
            format!("SCAN_AT k {}", last - 1),
            format!("SCAN_AT k {last}"),
        ];
        let (mut engine, mut model) = (Engine::new(rule), Model::new(rule == ClockRule::Free));
        for text in &queries {
            let words: Vec<_> = text.split(' ').collect();
            let query = crate::language().parse(&words).expect("the words make a query");
            let answer = engine.apply(&query).map(|reply| reply.to_string()).map_err(drop);
            let owned: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(answer, model.answer(&owned), "{text} of {queries:?}");
            past += usize::from(text.ends_with(&last.to_string()) && answer.is_ok_and(|it| it == "f(v)"));
        }
        assert_eq!(engine.check(), Ok(()));
    }
    assert!(past > 10, "{past} are live at the last time");
}

/// Every choice of one of each.
fn each_choice<const N: usize, const M: usize>(
    first: [u64; N],
    second: [u64; M],
    third: [u64; M],
) -> impl Iterator<Item = (u64, u64, u64)> {
    first.into_iter().flat_map(move |one| {
        second.into_iter().flat_map(move |two| third.into_iter().map(move |three| (one, two, three)))
    })
}

#[test]
fn two_versions_that_die_at_one_moment_are_counted_out_one_by_one() {
    // The expiry of the later one is not that of the earlier, which a restore brings back.
    let queries = [
        "SET_AT_WITH_TTL k f old 0 10",
        "BACKUP 1",
        "SET_AT_WITH_TTL k f new 2 8",
        "BACKUP 11",
        "RESTORE 20 1",
        "BACKUP 28",
        "BACKUP 29",
    ];
    assert_eq!(last_answer(ClockRule::Monotone, &queries[..4]).0, "0");
    assert_eq!(last_answer(ClockRule::Monotone, &queries[..6]).0, "1");
    assert_eq!(last_answer(ClockRule::Monotone, &queries).0, "0");
}

#[test]
fn an_expiry_that_is_told_twice_weighs_no_more() {
    // Of two SETs with one end only one entry is kept, but the weight of both was.
    let set = "SET_AT_WITH_TTL k f v 0 10";
    let (_, engine) = last_answer(ClockRule::Monotone, &[set, set, "BACKUP 1"]);
    assert_eq!(engine.check(), Ok(()));
}

/// An empty segment whose removal was undone by a loss of power was longer than the one that went on in the other
/// encoding, and was taken for it.
#[rstest]
fn a_segment_that_comes_back_is_not_taken_for_the_one_that_went_on(
    #[values(Encoding::Binary, Encoding::Json)] first: Encoding,
    #[values(1, 200)] length: usize,
) {
    let second = if first == Encoding::Binary { Encoding::Json } else { Encoding::Binary };
    let disk = SimulatedDisk::new();
    let kept = |encoding| Options { encoding: Some(encoding), grow_by: 0, ..Options::default() };
    let open = |disk: &SimulatedDisk, encoding| {
        Store::open(Arc::new(disk.clone()), kept(encoding)).expect("it opens")
    };
    open(&disk, first).close().expect("it closes");
    let value = "v".repeat(length);
    let mut store = open(&disk, second);
    store.apply(&[Query::Set { key: "k", field: "a", value: &value }], |_, _| {}).expect("it is applied");
    store.commit().expect("it is committed");
    for names in [Names::InOrder, Names::Apart] {
        for image in disk.durable_images(PowerLoss { names, ..PowerLoss::default() }) {
            let mut shown = String::new();
            let read = open(&image, second)
                .apply(&[Query::Get { key: "k", field: "a" }], |_, reply| shown = reply.to_string());
            assert_eq!((read.is_ok(), &shown), (true, &value), "{image:?}");
        }
    }
}
