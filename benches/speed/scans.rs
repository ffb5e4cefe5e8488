//! `SCAN_BY_PREFIX` of a narrow prefix, in records of growing width.

use rewinddb::engine::Engine;
use rewinddb::query::Query;
use rewinddb::time::ClockRule;

use crate::meter::{Random, in_turn, nanoseconds, shown};
use crate::peers::ask;

const SCANS: usize = 20_000;

/// Prints the table.
pub(crate) fn table() {
    println!("SCAN_BY_PREFIX that returns ten fields, and SCAN of a whole record (medians)");
    println!(
        "{:>10} {:>14} {:>10} {:>14} {:>16}",
        "fields", "ten fields", "flat", "whole record", "a field of it"
    );
    let mut smallest = None;
    for width in [10, 1_000, 100_000, 1_000_000] {
        let mut engine = Engine::new(ClockRule::Monotone);
        for number in 0..width {
            let (key, field, value) = ("record", &*format!("field{number:07}"), "value-00000001");
            ask(&mut engine, &Query::Set { key, field, value });
        }
        let mut random = Random::new(3);
        let prefixes: Vec<_> = (0..SCANS).map(|_| format!("field{:06}", random.below(width / 10))).collect();
        let engine = std::cell::RefCell::new(engine);
        let mut narrow = || {
            nanoseconds(SCANS, || {
                for prefix in &prefixes {
                    ask(&mut engine.borrow_mut(), &Query::ScanByPrefix { key: "record", prefix });
                }
            })
        };
        let mut whole = || {
            nanoseconds(1, || {
                ask(&mut engine.borrow_mut(), &Query::Scan { key: "record" });
            })
        };
        let medians = in_turn(9, &mut [&mut narrow, &mut whole]);
        let ratio = medians[0] / *smallest.get_or_insert(medians[0]);
        let (ten, all, each) = (shown(medians[0]), shown(medians[1]), shown(medians[1] / width as f64));
        println!("{width:>10} {ten:>14} {ratio:>9.2}x {all:>14} {each:>16}");
    }
}
