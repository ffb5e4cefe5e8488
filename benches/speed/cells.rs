//! GET, SET and DELETE mixed, without backups.

use rewinddb::engine::Engine;
use rewinddb::time::ClockRule;

use crate::meter::{Random, in_turn, nanoseconds, shown};
use crate::peers::{Bare, Cells, Nested};

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
    let operations: Vec<_> = (0..OPERATIONS)
        .map(|_| {
            (random.below(4), random.below(keys.len()), random.below(FIELDS), random.below(values.len()))
        })
        .collect();
    let run = |database: &mut dyn Cells| {
        let mut seen = 0;
        let time = nanoseconds(OPERATIONS, || {
            for (what, key, field, value) in &operations {
                let (key, field) = (keys[*key].as_str(), fields[*field].as_str());
                match what {
                    0 | 1 => seen += database.get(key, field),
                    2 => database.set(key, field, &values[*value]),
                    _ => seen += usize::from(database.delete(key, field)),
                }
            }
        });
        std::hint::black_box(seen);
        time
    };
    let (mut engine, mut bare, mut nested) =
        (Engine::new(ClockRule::Monotone), Bare::default(), Nested::default());
    for database in [&mut engine as &mut dyn Cells, &mut bare, &mut nested] {
        for key in &keys {
            for field in &fields {
                database.set(key, field, &values[0]);
            }
        }
    }
    let mut works: [&mut dyn FnMut() -> f64; 3] =
        [&mut || run(&mut engine), &mut || run(&mut bare), &mut || run(&mut nested)];
    let medians = in_turn(11, &mut works);
    [medians[0], medians[1], medians[2]]
}
