//! GET, SET and DELETE mixed, without backups.

use rewinddb::engine::Engine;
use rewinddb::query::Query;
use rewinddb::time::ClockRule;

use crate::meter::{Random, in_turn, nanoseconds, shown};
use crate::peers::{Bare, Cells, Nested, ask};

const FIELDS: usize = 8;
const OPERATIONS: usize = 500_000;

/// Prints the table.
pub(crate) fn table() {
    println!("GET/SET/DELETE 50/25/25, {FIELDS} fields a record, no backups (median of an operation)");
    println!(
        "{:>10} {:>12} {:>12} {:>22} {:>14} {:>14}",
        "cells", "engine", "bare map", "HashMap of BTreeMaps", "engine/bare", "engine/nested"
    );
    for cells in [10_000, 1_000_000] {
        let [engine, bare, nested] = measure(cells);
        let ratios = (engine / bare, engine / nested);
        println!(
            "{cells:>10} {:>12} {:>12} {:>22} {:>13.2}x {:>13.2}x",
            shown(engine),
            shown(bare),
            shown(nested),
            ratios.0,
            ratios.1
        );
    }
}

fn measure(cells: usize) -> [f64; 3] {
    let keys: Vec<_> = (0..cells / FIELDS).map(|number| format!("account{number:06}")).collect();
    let fields: Vec<_> = (0..FIELDS).map(|number| format!("field{number}")).collect();
    let values: Vec<_> = (0..1000).map(|number| format!("value-{number:08}")).collect();
    let mut random = Random::new(7);
    let mut query = || {
        let (key, field) = (&*keys[random.below(keys.len())], &*fields[random.below(FIELDS)]);
        match random.below(4) {
            0 | 1 => Query::Get { key, field },
            2 => Query::Set { key, field, value: &values[random.below(values.len())] },
            _ => Query::Delete { key, field },
        }
    };
    let queries: Vec<_> = (0..OPERATIONS).map(|_| query()).collect();
    let (mut engine, mut bare, mut nested) =
        (Engine::new(ClockRule::Monotone), Bare::default(), Nested::default());
    for (key, field) in keys.iter().flat_map(|key| fields.iter().map(move |field| (key, field))) {
        ask(&mut engine, &Query::Set { key, field, value: &values[0] });
        bare.set(key, field, &values[0]);
        nested.set(key, field, &values[0]);
    }
    let mut works: [&mut dyn FnMut() -> f64; 3] = [
        &mut || run(&queries, |query| ask(&mut engine, query)),
        &mut || run(&queries, |query| bare.ask(query)),
        &mut || run(&queries, |query| nested.ask(query)),
    ];
    let medians = in_turn(11, &mut works);
    [medians[0], medians[1], medians[2]]
}

/// Nanoseconds a query.
fn run(queries: &[Query<'_>], mut answer: impl FnMut(&Query<'_>) -> usize) -> f64 {
    let mut length = 0;
    let time = nanoseconds(queries.len(), || length = queries.iter().map(&mut answer).sum());
    std::hint::black_box(length);
    time
}
