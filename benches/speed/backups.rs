//! BACKUP, one write and RESTORE, with ten thousand backups kept.

use rewinddb::engine::Engine;
use rewinddb::query::{Query, RestorePoint};
use rewinddb::time::{ClockRule, Time, Ttl};

use crate::meter::{Random, median, nanoseconds, resident_bytes, shown};
use crate::peers::{Cells, Nested, ask};

const BACKUPS: usize = 10_000;

/// How a database is filled before it is backed up.
#[derive(Clone, Copy)]
struct Data {
    cells: usize,
    /// Fields of each record.
    fields: usize,
    /// Half of the cells live for a time, and some cell dies between any two backups.
    expiring: bool,
}

/// Prints the tables.
pub(crate) fn table() {
    shape("eight fields a record", |cells| Data { cells, fields: 8, expiring: false });
    shape("one record", |cells| Data { cells, fields: cells, expiring: false });
    shape("eight fields a record, half of the cells expiring", |cells| Data {
        cells,
        fields: 8,
        expiring: true,
    });
    copies();
}

fn shape(what: &str, data: impl Fn(usize) -> Data) {
    println!("BACKUP + one write + RESTORE, {what}, {BACKUPS} backups kept (medians)");
    println!(
        "{:>10} {:>12} {:>12} {:>12} {:>12} {:>10} {:>16}",
        "cells", "BACKUP", "write", "RESTORE", "together", "flat", "kept per backup"
    );
    let mut smallest = None;
    for data in [1_000, 100_000, 1_000_000].map(data) {
        let figures = measure(data);
        let ratio = figures.together / *smallest.get_or_insert(figures.together);
        println!(
            "{:>10} {:>12} {:>12} {:>12} {:>12} {ratio:>9.2}x {:>14} B",
            data.cells,
            shown(figures.backup),
            shown(figures.write),
            shown(figures.restore),
            shown(figures.together),
            kept(data)
        );
    }
    println!();
}

/// Bytes that the process grows by for each backup: measured in a process of its own, where no memory that was given
/// back can be used again.
fn kept(data: Data) -> String {
    let Data { cells, fields, expiring } = data;
    let this = std::env::current_exe().expect("the program knows where it is");
    let arguments = ["kept", &cells.to_string(), &fields.to_string(), &expiring.to_string()];
    let output = std::process::Command::new(this).args(arguments).output().expect("it can be run again");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// What the process started by [`kept`] does.
pub(crate) fn print_kept(arguments: &[String]) {
    let [cells, fields, expiring] = arguments else { return };
    let number = |text: &str| text.parse().expect("a number");
    let data = Data { cells: number(cells), fields: number(fields), expiring: expiring == "true" };
    println!("{}", measure(data).kept);
}

struct Figures {
    backup: f64,
    write: f64,
    restore: f64,
    together: f64,
    kept: usize,
}

fn measure(data: Data) -> Figures {
    let mut random = Random::new(11);
    let mut engine = Engine::new(ClockRule::Monotone);
    let (records, fields) = (data.cells / data.fields, data.fields);
    let keys: Vec<_> = (0..records).map(|number| format!("account{number:06}")).collect();
    let names: Vec<_> = (0..fields).map(|number| format!("field{number:06}")).collect();
    for key in &keys {
        for (place, field) in names.iter().enumerate() {
            // However large the database is, as many of its cells die between two backups.
            let ttl = if data.expiring && place % 2 == 0 {
                1 + random.below(40 * BACKUPS * data.cells / 1000)
            } else {
                0
            };
            set(&mut engine, key, field, 1, ttl);
        }
    }
    let before = resident_bytes();
    let mut figures = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
    for round in 0..BACKUPS as u64 {
        // Words as they come from a query that was just read: copied, so that they are at hand.
        let (key, field) = (&keys[random.below(records)].clone(), &names[random.below(fields)].clone());
        let ttl = if data.expiring { 1 + random.below(400) } else { 0 };
        let time = |step: u64| Time(10 + 20 * round + step);
        let backup = nanoseconds(1, || {
            ask(&mut engine, &Query::Backup { timestamp: time(0) });
        });
        let write = nanoseconds(1, || set(&mut engine, key, field, time(5).0, ttl));
        let restore = nanoseconds(1, || {
            let (timestamp, timestamp_to_restore) = (time(10), RestorePoint(time(0)));
            ask(&mut engine, &Query::Restore { timestamp, timestamp_to_restore });
        });
        let together = backup + write + restore;
        figures.iter_mut().zip([backup, write, restore, together]).for_each(|(all, figure)| all.push(figure));
        // What the next backup keeps: the write above was taken back.
        set(&mut engine, key, field, time(15).0, ttl);
    }
    let kept = resident_bytes().saturating_sub(before) / BACKUPS;
    let [backup, write, restore, together] = figures.map(median);
    Figures { backup, write, restore, together, kept }
}

/// Sets a cell at a moment, for a time if `ttl` is not 0.
fn set(engine: &mut Engine, key: &str, field: &str, at: u64, ttl: usize) {
    let (value, timestamp) = ("value-00000001", Time(at));
    ask(
        engine,
        &match ttl {
            0 => Query::SetAt { key, field, value, timestamp },
            ttl => Query::SetAtWithTtl { key, field, value, timestamp, ttl: Ttl(ttl as u64) },
        },
    );
}

/// The copy that everybody writes first, at 100,000 cells.
fn copies() {
    let (cells, fields) = (100_000, 8);
    let mut nested = Nested::default();
    for number in 0..cells {
        nested.set(
            &format!("account{:06}", number / fields),
            &format!("field{}", number % fields),
            "value-00000001",
        );
    }
    let mut figures = Vec::new();
    for _ in 0..7 {
        figures.push(nanoseconds(1, || {
            let backup = nested.clone();
            nested.set("account000007", "field3", "value-00000002");
            nested = backup.clone();
        }));
    }
    let copied = median(figures);
    let engine = measure(Data { cells, fields, expiring: false }).together;
    println!(
        "the same by copying, {cells} cells: {}; the engine: {}; {:.0} times faster",
        shown(copied),
        shown(engine),
        copied / engine
    );
}
