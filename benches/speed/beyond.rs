//! What goes beyond the exercise: transactions, whole keys and lists.

use rewinddb::engine::{Engine, Session};
use rewinddb::query::Query;
use rewinddb::reply::Reply;
use rewinddb::time::{ClockRule, Time};

use crate::meter::{Random, in_turn, nanoseconds, shown};

/// Fields of each record.
const FIELDS: usize = 8;
/// Writes of each transaction.
const WRITES: usize = 10;
const ROUNDS: usize = 7;

/// Prints the tables.
pub(crate) fn table() {
    transactions();
    println!();
    whole_keys();
    println!();
    lists();
}

/// A database of so many cells.
fn filled(cells: usize) -> Engine {
    let mut engine = Engine::new(ClockRule::Monotone);
    (0..cells).for_each(|cell| set(&mut engine, cell, "v"));
    engine
}

fn set(engine: &mut Engine, cell: usize, value: &str) {
    let (key, field) = (format!("key{}", cell / FIELDS), format!("f{}", cell % FIELDS));
    ask(engine, &Query::Set { key: &key, field: &field, value });
}

fn ask(engine: &mut Engine, query: &Query<'_>) {
    assert!(engine.apply(query) != Ok(Reply::Bool(false)), "it takes effect");
}

fn transactions() {
    println!("{WRITES} writes, {FIELDS} fields a record (medians; to the plain writes in brackets)");
    println!(
        "{:>10} {:>12} {:>20} {:>20} {:>20} {:>20}",
        "cells", "plain", "BEGIN … COMMIT", "BEGIN … ROLLBACK", "BEGIN COMMIT", "beside an open one"
    );
    for cells in [1_000, 100_000, 1_000_000] {
        let (engine, random) = (filled(cells).into(), Random::new(7).into());
        let (engine, random): (std::cell::RefCell<Engine>, std::cell::RefCell<Random>) = (engine, random);
        let groups = 2_000;
        let run =
            |before: Option<Query<'static>>, writes: usize, after: Option<Query<'static>>, beside: bool| {
                let (mut engine, mut random) = (engine.borrow_mut(), random.borrow_mut());
                // The words are made beforehand: they are not what is measured.
                let words: Vec<_> = (0..groups * writes)
                    .map(|_| random.below(cells))
                    .map(|cell| (format!("key{}", cell / FIELDS), format!("f{}", cell % FIELDS)))
                    .collect();
                let other = Session::new();
                nanoseconds(groups, || {
                    for group in 0..groups {
                        if beside {
                            engine.apply_in(&other, &Query::Begin {}).expect("it has no time");
                        }
                        if let Some(query) = &before {
                            ask(&mut engine, query);
                        }
                        for (key, field) in &words[group * writes..(group + 1) * writes] {
                            ask(&mut engine, &Query::Set { key, field, value: "w" });
                        }
                        if let Some(query) = &after {
                            ask(&mut engine, query);
                        }
                        if beside {
                            engine.apply_in(&other, &Query::Rollback {}).expect("it has no time");
                        }
                    }
                })
            };
        let figures = in_turn(
            ROUNDS,
            &mut [
                &mut || run(None, WRITES, None, false),
                &mut || run(Some(Query::Begin {}), WRITES, Some(Query::Commit {}), false),
                &mut || run(Some(Query::Begin {}), WRITES, Some(Query::Rollback {}), false),
                &mut || run(Some(Query::Begin {}), 0, Some(Query::Commit {}), false),
                &mut || run(None, WRITES, None, true),
            ],
        );
        let to_plain = |figure: f64| format!("{} ({:.2}x)", shown(figure), figure / figures[0]);
        print!("{cells:>10} {:>12}", shown(figures[0]));
        figures[1..].iter().for_each(|figure| print!(" {:>20}", to_plain(*figure)));
        println!();
    }
}

fn whole_keys() {
    println!("lists of everything, {FIELDS} fields a record (medians, for each key or cell that is told)");
    println!(
        "{:>10} {:>12} {:>12} {:>12} {:>12} {:>14}",
        "cells", "SIZE", "KEYS", "ITEMS", "KEYS, 1 in 10", "FIND KEY"
    );
    for cells in [1_000, 100_000, 1_000_000] {
        let engine = std::cell::RefCell::new(filled(cells));
        let keys = cells / FIELDS;
        let time = |told: usize, query: Query<'_>| {
            let mut engine = engine.borrow_mut();
            nanoseconds(told, || assert!(std::hint::black_box(engine.apply(&query)).is_ok()))
        };
        let figures = in_turn(
            ROUNDS,
            &mut [
                &mut || time(1, Query::Size {}),
                &mut || time(keys, Query::Keys {}),
                &mut || time(cells, Query::Items {}),
                &mut || time(keys, find()),
            ],
        );
        // Nine records in ten are there for the sake of a backup alone.
        {
            let mut engine = engine.borrow_mut();
            ask(&mut engine, &Query::Backup { timestamp: Time(1) });
            for key in (0..keys).filter(|key| key % 10 > 0) {
                ask(&mut engine, &Query::DeleteRecord { key: &format!("key{key}") });
            }
        }
        let few = in_turn(ROUNDS, &mut [&mut || time(keys / 10, Query::Keys {})])[0];
        println!(
            "{cells:>10} {:>12} {:>12} {:>12} {:>12} {:>14}",
            shown(figures[0]),
            shown(figures[1]),
            shown(figures[2]),
            shown(few),
            shown(figures[3])
        );
    }
}

fn find() -> Query<'static> {
    rewinddb::query::Language::records().parse(&["FIND", "KEY", "LIKE", "key*7"]).expect("it is a query")
}

fn lists() {
    println!("APPEND of so many items to one list (medians, for each)");
    println!("{:>10} {:>12} {:>24}", "items", "alone", "a backup after each");
    for items in [1_000, 10_000, 100_000] {
        let run = |backups: bool| {
            let mut engine = Engine::new(ClockRule::Monotone);
            nanoseconds(items, || {
                for item in 0..items {
                    ask(&mut engine, &Query::Append { key: "k", field: "f", item: "an item" });
                    if backups {
                        ask(&mut engine, &Query::Backup { timestamp: Time(item as u64) });
                    }
                }
            })
        };
        let figures = in_turn(ROUNDS, &mut [&mut || run(false), &mut || run(true)]);
        println!("{items:>10} {:>12} {:>24}", shown(figures[0]), shown(figures[1]));
    }
}
