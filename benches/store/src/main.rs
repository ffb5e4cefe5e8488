//! `cargo run --release --manifest-path benches/store/Cargo.toml`: how the store compares, side by side in one run.
//!
//! Machines are noisy and differ, so what counts is the ratio between rows that were measured in turn, round after
//! round; the medians are printed beside it. `-- NAME` runs the tables whose name begins so, `-- NAME 10` with a
//! tenth of the work, for trying. The directories are made beside the program: on a disk, not in memory.

#![expect(clippy::cast_precision_loss, reason = "figures are rounded to be printed")]

mod cells;
mod compaction;
#[path = "../../speed/meter.rs"]
mod meter;
mod open;
mod ours;
mod peers;
mod size;
mod writes;

/// A table's name, and what prints it with the work divided by a number.
type Table = (&'static str, fn(usize));

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == open::CHILD) {
        return open::child(&arguments[1..]);
    }
    let wanted = arguments.first().map_or("", String::as_str);
    let divisor =
        arguments.get(1).map_or(1, |divisor| divisor.parse().expect("a number to divide the work by"));
    let tables: &[Table] = &[
        ("writes", writes::table),
        ("open", open::table),
        ("compaction", compaction::table),
        ("size", size::table),
    ];
    for (name, table) in tables {
        if name.starts_with(wanted) {
            table(divisor);
        }
    }
}
