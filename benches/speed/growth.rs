//! How costs grow with lists that are made to grow them: 1 is in proportion to a list, 2 with its square.

mod lists;

use rewinddb::engine::{Engine, Session};
use rewinddb::query::{Language, Query};
use rewinddb::time::ClockRule;

use crate::meter::{median, nanoseconds, resident_bytes, shown};

/// Each list is so many times as long as the shortest.
const STEPS: [usize; 4] = [1, 2, 4, 8];

/// Prints the table.
pub(crate) fn table() {
    println!("lists made to be slow, of n, 2n, 4n and 8n queries, and the exponent (from 4n to 8n)");
    // First of all, while the process has no memory that was given back.
    print(
        "bytes kept, s open transactions, s writes",
        1_250,
        STEPS.map(|step| kept(step * 1_250, false)),
        bytes,
    );
    print("the same, a write after each BEGIN", 1_250, STEPS.map(|step| kept(step * 1_250, true)), bytes);
    for (name, is_free, list) in lists::KINDS {
        let n = 10_000;
        let times = STEPS.map(|step| time(&list(step * n), is_free));
        print(name, n, times, shown);
    }
    print("bytes of a dump, state reset", 250, STEPS.map(|step| dumped(step * 250)), bytes);
}

fn print(name: &str, n: usize, costs: [f64; 4], shown: fn(f64) -> String) {
    let exponent = (costs[3] / costs[2].max(1.0)).log2();
    let [one, two, four, eight] = costs.map(shown);
    println!("{name:<42} {n:>6}: {one:>10} {two:>10} {four:>10} {eight:>10}   {exponent:>5.2}");
}

fn bytes(number: f64) -> String {
    format!("{:.1} kB", number / 1e3)
}

/// Nanoseconds that a list takes: the median of a few runs.
fn time(list: &[String], is_free: bool) -> f64 {
    let words: Vec<Vec<&str>> = list.iter().map(|query| query.split(' ').collect()).collect();
    let queries: Vec<_> =
        words.iter().map(|words| Language::records().parse(words).expect("it is a query")).collect();
    let rule = if is_free { ClockRule::Free } else { ClockRule::Monotone };
    let run = || {
        let mut engine = Engine::new(rule);
        nanoseconds(1, || queries.iter().for_each(|query| answer(&mut engine, query)))
    };
    median((0..3).map(|_| run()).collect())
}

fn answer(engine: &mut Engine, query: &Query<'_>) {
    std::hint::black_box(engine.apply(query).expect("time moves forward"));
}

/// The bytes of the queries that rebuild a database of a hundred cells, which was emptied and restored so often.
fn dumped(rounds: usize) -> f64 {
    let sets = (0..100).map(|number| format!("SET k{number} f v"));
    let round = |round: usize| {
        let (one, other) = (2 * round, 2 * round + 1);
        ["CLEAR".to_owned(), format!("BACKUP {one}"), format!("RESTORE {other} 0"), format!("BACKUP {other}")]
    };
    let list = sets.chain(["BACKUP 0".to_owned()]).chain((1..=rounds).flat_map(round));
    let mut engine = Engine::new(ClockRule::Monotone);
    for words in list {
        let words: Vec<_> = words.split(' ').collect();
        answer(&mut engine, &Language::records().parse(&words).expect("it is a query"));
    }
    let mut bytes = 0_usize;
    let told = engine.try_dump(|query| {
        let mut words = 0;
        query.each_word(|_, _| words += 1);
        bytes += 8 * words;
        Ok::<_, ()>(())
    });
    told.expect("nothing fails");
    bytes as f64
}

/// The bytes that stay where so many transactions are open and so many records are written beside them: after all have
/// begun, or one after each.
fn kept(transactions: usize, in_turn: bool) -> f64 {
    let before = resident_bytes();
    let mut engine = Engine::new(ClockRule::Monotone);
    let keys: Vec<_> = (0..transactions).map(|number| format!("k{number}")).collect();
    let put = |engine: &mut Engine, key: &str| answer(engine, &Query::Put { key, value: "v" });
    for key in &keys {
        put(&mut engine, key);
    }
    let sessions: Vec<_> = keys.iter().map(|_| Session::new()).collect();
    for (session, key) in sessions.iter().zip(&keys) {
        engine.apply_in(session, &Query::Begin {}).expect("it needs no time");
        if in_turn {
            put(&mut engine, key);
        }
    }
    for key in keys.iter().filter(|_| !in_turn) {
        put(&mut engine, key);
    }
    let kept = resident_bytes().saturating_sub(before) as f64;
    // What is measured next shall not take its place.
    std::mem::forget((engine, sessions));
    kept
}
