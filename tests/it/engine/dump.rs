//! Dumps: an engine fed with one must be no other than the engine it was taken of.
//!
//! Invariant: a failure prints the seed and the rule; `REWIND_SEED=7` runs that one again.
//!
//! ```text
//!   list ──► Engine ──► dump ──► fresh Engine        at a random place in the list
//!               │                     │
//!   rest ───────┴─────────────────────┴──► same answers, same cells, same dump
//! ```

use std::borrow::Cow;
use std::convert::Infallible;

use rewinddb::engine::Engine;
use rewinddb::query::{Query, RestorePoint};
use rewinddb::time::{ClockRule, Time};
use rewinddb::track::records::requests;

use crate::amounts::{CUT_DUMPS, DUMPS, OPEN_DUMPS};
use crate::engine::random::parsed;
use crate::judge::lists::{List, any_list_of, list_of};

#[test]
fn a_dump_rebuilds_the_database_while_time_moves_forward() {
    DUMPS.seeds().for_each(|seed| check(seed, ClockRule::Monotone));
}

#[test]
fn a_dump_rebuilds_the_database_while_time_jumps_about() {
    DUMPS.seeds().for_each(|seed| check(seed, ClockRule::Free));
}

#[test]
fn no_query_of_a_dump_can_be_left_out() {
    for (seed, rule) in
        CUT_DUMPS.seeds().flat_map(|seed| [(seed, ClockRule::Monotone), (seed, ClockRule::Free)])
    {
        let list = list_of(seed, rule == ClockRule::Free);
        let mut engine = Engine::new(rule);
        feed(&mut engine, &list);
        let whole = dump(&mut engine);
        for place in 0..whole.len().min(40) {
            let mut less = whole.clone();
            less.remove(place);
            let mut rebuilt = rebuilt(rule, &less);
            let same = rebuilt.clock() == engine.clock() && dump(&mut rebuilt) == whole;
            assert!(!same, "seed {seed}, {rule:?}: {:?} says nothing", whole[place]);
        }
    }
}

#[test]
fn a_dump_ends_at_the_first_error_of_who_takes_it() {
    let mut engine = Engine::new(ClockRule::Monotone);
    feed(&mut engine, &words(&["SET_AT a f v 1", "SET_AT b f v 1", "BACKUP 2", "BACKUP 3", "GET_AT a f 9"]));
    for most in 1..=5 {
        let mut taken = 0;
        let end = engine.try_dump(|_| {
            taken += 1;
            if taken == most { Err(most) } else { Ok(()) }
        });
        assert_eq!((end, taken), (Err(most), most));
    }
}

#[test]
fn expected_dumps() {
    let end = u64::MAX.to_string();
    let (to_end, past_end) = (format!("SET_AT k f v {end}"), format!("RESTORE {end} 5"));
    // rule, what was done, the dump
    let rows: &[(ClockRule, &[&str], &[&str])] = &[
        (ClockRule::Monotone, &[], &[]),
        (ClockRule::Monotone, &["GET_AT k f 7"], &["GET_AT   7"]),
        (ClockRule::Monotone, &["SET k f v", "SET k e w", "DELETE k f"], &["SET_AT k e w 0"]),
        // Its lifetime ends at the same moment whenever it is told; what is dead is not.
        (
            ClockRule::Monotone,
            &["SET_AT_WITH_TTL k f v 1 10", "SET_AT_WITH_TTL k g w 1 2", "GET_AT k f 4"],
            &["SET_AT_WITH_TTL k f v 4 7"],
        ),
        // Only differences are told; what dies on the way needs no word.
        (
            ClockRule::Monotone,
            &[
                "SET_AT_WITH_TTL k dies v 1 5",
                "SET_AT_WITH_TTL k lives v 1 50",
                "SET_AT k goes v 1",
                "BACKUP 2",
                "DELETE_AT k goes 3",
                "SET_AT k stays v 4",
                "BACKUP 8",
                "GET_AT k f 9",
            ],
            &[
                "SET_AT_WITH_TTL k dies v 2 4",
                "SET_AT k goes v 2",
                "SET_AT_WITH_TTL k lives v 2 49",
                "BACKUP 2",
                "DELETE_AT k goes 8",
                "SET_AT k stays v 8",
                "BACKUP 8",
                "GET_AT   9",
            ],
        ),
        // Of two backups at one time the later counts; a restore gives back what was left.
        (
            ClockRule::Monotone,
            &[
                "SET_AT_WITH_TTL k f v 1 10",
                "BACKUP 3",
                "SET_AT k g w 3",
                "BACKUP 3",
                "DELETE_AT k g 4",
                "RESTORE 10 3",
            ],
            &["SET_AT_WITH_TTL k f v 3 8", "SET_AT k g w 3", "BACKUP 3", "SET_AT_WITH_TTL k f v 10 8"],
        ),
        // A backup of nothing is a backup.
        (ClockRule::Monotone, &["BACKUP 3"], &["BACKUP 3"]),
        // What a restore moves past the end of time is permanent.
        (
            ClockRule::Monotone,
            &["SET_AT_WITH_TTL k f v 0 7", "BACKUP 5", &past_end],
            &["SET_AT_WITH_TTL k f v 5 2", "BACKUP 5", &to_end],
        ),
        // Under the free rule what is dead at a backup may still be seen at another moment, so it is told once.
        (
            ClockRule::Free,
            &["SET_AT_WITH_TTL k f v 7 3", "BACKUP 2", "BACKUP 20", "DELETE_AT k f 9"],
            &["SET_AT_WITH_TTL k f v 2 8", "BACKUP 2", "BACKUP 20", "DELETE_AT k f 0"],
        ),
        (
            ClockRule::Free,
            &["SET_AT_WITH_TTL k f v 7 3", "SET k g w", "BACKUP 20", "BACKUP 2"],
            &["SET_AT_WITH_TTL k f v 2 8", "SET_AT k g w 2", "BACKUP 2", "BACKUP 20"],
        ),
        (
            ClockRule::Free,
            &["SET_AT_WITH_TTL k f v 7 3", "BACKUP 5", "RESTORE 1 5", "GET_AT k f 99"],
            &["SET_AT_WITH_TTL k f v 5 5", "BACKUP 5", "SET_AT_WITH_TTL k f v 0 6"],
        ),
    ];
    for (rule, done, expected) in rows {
        let mut engine = Engine::new(*rule);
        feed(&mut engine, &words(done));
        assert_eq!(dump(&mut engine), words(expected), "{done:?}");
    }
}

#[test]
fn a_dump_tells_what_is_committed_and_the_names_of_operations() {
    for (seed, rule) in
        OPEN_DUMPS.seeds().flat_map(|seed| [(2 * seed, ClockRule::Monotone), (2 * seed, ClockRule::Free)])
    {
        let list = any_list_of(seed, rule == ClockRule::Free);
        let queries = requests(&list).expect("it is a list of queries");
        let (first, rest) = queries.split_at(usize::try_from(seed * 31).unwrap() % queries.len());
        let mut original = Engine::new(rule);
        for query in first {
            let _ = crate::answer(&mut original, query);
        }
        let mut copy = rebuilt(rule, &dump(&mut original));
        original.apply(&Query::Rollback {}).expect("it needs no time");
        let at =
            |place: usize| format!("seed {seed}, {rule:?}, dumped before {}, after {place}", first.len());
        for (place, query) in rest.iter().enumerate() {
            assert!(original.aliases().iter().eq(copy.aliases().iter()), "{}", at(first.len() + place));
            if rest.len() < 200 || place % 16 == 0 {
                assert_alike(&original, &copy, || at(first.len() + place));
            }
            let answers = [&mut original, &mut copy].map(|engine| crate::answer(engine, query));
            assert_eq!(answers[0], answers[1], "{}: {query:?}", at(first.len() + place));
        }
        assert_alike(&original, &copy, || at(list.len()));
    }
}

/// Runs the list of a seed up to a random place, and from there on with an engine beside it that was fed with the dump.
fn check(seed: u64, rule: ClockRule) {
    let free = rule == ClockRule::Free;
    let list = list_of(seed, free);
    let place = usize::try_from(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) % (list.len() as u64 + 1)).unwrap();
    let (first, rest) = list.split_at(place);
    let mut original = Engine::new(rule);
    feed(&mut original, first);
    let mut copy = rebuilt(rule, &dump(&mut original));
    let at = |place: usize| format!("seed {seed}, {rule:?}, dumped before {}, after {place}", first.len());
    assert_alike(&original, &copy, || at(first.len()));
    assert_eq!(dump(&mut copy), dump(&mut original), "{}", at(first.len()));
    let more = continued(seed, &original, &list);
    let rest = [rest, &more].concat();
    for (place, query) in rest.iter().enumerate() {
        let query = parsed(query);
        let answers =
            [&mut original, &mut copy].map(|engine| engine.apply(&query).map(|reply| reply.to_string()));
        assert_eq!(answers[0], answers[1], "{}: {query:?}", at(first.len() + place));
        if rest.len() < 200 || place % 16 == 0 {
            assert_alike(&original, &copy, || at(first.len() + place));
        }
    }
    let [whole, others] = [&mut original, &mut copy].map(dump);
    assert_eq!(whole, others, "{}", at(first.len() + rest.len()));
    assert_backups_alike(&original, &rebuilt(rule, &whole), || at(first.len() + rest.len()));
}

/// Another list, to go on with after the first: under the monotone rule beyond the clock; every other restore goes
/// to a moment at or beside that of a backup of the first list.
fn continued(seed: u64, engine: &Engine, first: &[Vec<String>]) -> List {
    let free = engine.clock().rule() == ClockRule::Free;
    let last_time = first.iter().filter_map(|query| parsed(query).timestamp()).max();
    let shift = if free { 0 } else { last_time.map_or(0, |time| time.0) };
    let taken: Vec<u64> = backups(first).collect();
    let mut list = list_of(seed + 1_000_000, free);
    // Few of the lists are long, and two of them take their time.
    list.truncate(400);
    for (place, query) in list.iter_mut().enumerate() {
        let Some(timestamp) = parsed(query).timestamp() else { continue };
        let at = timestamp_place(query);
        query[at] = timestamp.0.saturating_add(shift).to_string();
        if query[0] == "RESTORE" && place % 2 == 0 && !taken.is_empty() {
            let moment = taken[place / 2 % taken.len()];
            query[2] = moment.saturating_add(place as u64 % 3).saturating_sub(1).to_string();
        }
    }
    list
}

/// Which word of a query is its timestamp.
fn timestamp_place(query: &[String]) -> usize {
    let numbers = match query[0].as_str() {
        "RESTORE" | "SET_AT_WITH_TTL" => 2,
        _ => 1,
    };
    query.len() - numbers
}

/// Restores both to every backup, and counts at moments after it.
fn assert_backups_alike(original: &Engine, copy: &Engine, place: impl Fn() -> String) {
    assert_alike(original, copy, &place);
    let taken: Vec<u64> = backups(&dump(&mut original.clone())).collect();
    let now = original.clock().now().0;
    for (number, moment) in taken.into_iter().enumerate().take(30) {
        let mut engines = [original.clone(), copy.clone()];
        for timestamp in [now, now.saturating_add(number as u64 % 30), now.saturating_add(1 << (number % 64))]
        {
            let timestamp_to_restore = RestorePoint(Time(moment));
            let timestamp = Time(timestamp);
            for query in [Query::Restore { timestamp, timestamp_to_restore }, Query::Backup { timestamp }] {
                let answers =
                    engines.each_mut().map(|engine| engine.apply(&query).map(|reply| reply.to_string()));
                assert_eq!(answers[0], answers[1], "{}: {query:?}", place());
                assert_alike(&engines[0], &engines[1], &place);
            }
        }
    }
}

fn assert_alike(original: &Engine, copy: &Engine, place: impl Fn() -> String) {
    assert_eq!(original.clock(), copy.clock(), "{}", place());
    assert_eq!(original.cells(), copy.cells(), "{}", place());
    assert_eq!(original.sizes().backups, copy.sizes().backups, "{}", place());
}

/// When backups were taken in a list.
fn backups(list: &[Vec<String>]) -> impl Iterator<Item = u64> {
    list.iter()
        .filter(|query| query[0] == "BACKUP")
        .filter_map(|query| parsed(query).timestamp())
        .map(|time| time.0)
}

/// The words of a dump, which parse to the queries that were handed out.
pub(crate) fn dump(engine: &mut Engine) -> List {
    let mut list = Vec::new();
    let end = engine.try_dump(|query| {
        let words: Vec<_> = crate::language().words(query).into_iter().map(Cow::into_owned).collect();
        assert_eq!(parsed(&words), *query);
        list.push(words);
        Ok::<_, Infallible>(())
    });
    assert_eq!(end, Ok(()));
    list
}

/// A fresh engine, fed with a dump. None of its queries is refused.
fn rebuilt(rule: ClockRule, dump: &[Vec<String>]) -> Engine {
    let mut engine = Engine::new(rule);
    for query in dump {
        engine.apply(&parsed(query)).expect("a dump is in order of time");
    }
    engine
}

/// Applies queries; some may be refused.
fn feed(engine: &mut Engine, list: &[Vec<String>]) {
    for query in list {
        let _ = engine.apply(&parsed(query));
    }
}

/// Queries, words separated by spaces.
fn words(queries: &[&str]) -> List {
    queries.iter().map(|query| query.split(' ').map(str::to_owned).collect()).collect()
}
