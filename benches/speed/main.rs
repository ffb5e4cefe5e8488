//! `cargo bench`: how the engine compares, side by side in one run.
//!
//! Machines are noisy and differ, so what counts is the ratio between rows that were measured in turn, round after
//! round; the medians are printed beside it. `cargo bench -- NAME` runs the tables whose name begins so.

#![expect(clippy::cast_precision_loss, reason = "figures are rounded to be printed")]

mod backups;
mod beyond;
mod cells;
mod growth;
mod judge;
mod meter;
mod peers;
mod scans;
mod whole_run;

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "kept") {
        return backups::print_kept(&arguments[1..]);
    }
    let wanted = arguments.into_iter().find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let tables: [(&str, fn()); 7] = [
        ("backups", backups::table),
        ("cells", cells::table),
        ("scans", scans::table),
        ("whole_run", whole_run::table),
        ("beyond", beyond::table),
        ("growth", growth::table),
        ("judge", judge::table),
    ];
    for (name, table) in tables {
        if name.starts_with(&wanted) {
            table();
            println!();
        }
    }
}
