//! Opening: from the call until the first read of a random cell, and until a thousand reads are answered. Each opening
//! is in a process of its own, so that no memory is at hand; the files are (the system keeps them).

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::cells::{Cell, all, cells, drawn, groups};
use crate::meter::{Random, median, resident_bytes, shown};
use crate::peers::{Durability, Kind, STORES};
use crate::writes::directory;

/// The argument that makes the program a child of this table.
pub(crate) const CHILD: &str = "child";

const ROUNDS: usize = 5;
const READS: usize = 1_000;

/// What a store got before it is opened.
#[derive(Clone, Copy)]
struct Past {
    /// Written once each.
    cells: usize,
    /// Written to these cells; then the store is compacted.
    rewrites: usize,
    /// Written after that.
    further: usize,
    /// The store was closed, or else the process was killed.
    closed: bool,
}

/// What an opening took, in nanoseconds, and the bytes of memory that the process has then.
#[derive(Clone, Copy)]
struct Opening {
    first: f64,
    thousand: f64,
    resident: f64,
}

/// Prints the tables.
pub(crate) fn table(divisor: usize) {
    let past = Past { cells: 1_000_000 / divisor, rewrites: 0, further: 100_000 / divisor, closed: true };
    whole(past);
    whole(Past { closed: false, ..past });
    churned(100_000 / divisor);
}

fn whole(past: Past) {
    let how = if past.closed { "it was closed" } else { "its process was killed" };
    let Past { cells, further, .. } = past;
    println!(
        "opening {cells} cells, compacted, and {further} further writes, after {how} (medians of {ROUNDS})"
    );
    println!(
        "{:<12} {:>14} {:>14} {:>14} {:>16} {:>14}",
        "",
        "first read",
        "1000 reads",
        format!("to {}", STORES[0].name),
        "memory",
        "on disk"
    );
    let figures = measure(&STORES.iter().map(|kind| (*kind, past)).collect::<Vec<_>>());
    for (kind, (opening, disk)) in STORES.iter().zip(&figures) {
        println!(
            "{:<12} {:>14} {:>14} {:>13.2}x {:>12.0} MiB {:>10} MiB",
            kind.name,
            shown(opening.first),
            shown(opening.thousand),
            opening.thousand / figures[0].0.thousand,
            opening.resident / f64::from(1 << 20),
            disk >> 20
        );
    }
    println!();
}

fn churned(cells: usize) {
    let fresh = Past { cells, rewrites: 0, further: 0, closed: true };
    let churned = Past { rewrites: 99 * cells, ..fresh };
    println!(
        "opening {cells} cells until 1000 reads, compacted after as many writes, and after 100 times as many"
    );
    println!("{:<12} {:>14} {:>14} {:>14}", "", "once", "100 times", "ratio");
    for kind in STORES {
        let figures = measure(&[(*kind, fresh), (*kind, churned)]);
        let (once, often) = (figures[0].0.thousand, figures[1].0.thousand);
        println!("{:<12} {:>14} {:>14} {:>13.2}x", kind.name, shown(once), shown(often), often / once);
    }
    println!();
}

/// The medians of opening each, in turn, and the bytes on disk.
fn measure(stores: &[(Kind, Past)]) -> Vec<(Opening, u64)> {
    let directories: Vec<_> = stores.iter().map(|(kind, _)| directory(kind.name)).collect();
    for ((kind, past), directory) in stores.iter().zip(&directories) {
        let Past { cells, rewrites, further, closed } = past;
        run(kind, directory.path(), &format!("fill {cells} {rewrites} {further} {closed}"));
    }
    let disks: Vec<_> = directories.iter().map(|directory| bytes(directory.path())).collect();
    let mut openings = vec![Vec::new(); stores.len()];
    for _ in 0..ROUNDS {
        for (((kind, past), directory), openings) in stores.iter().zip(&directories).zip(&mut openings) {
            openings.push(open(kind, *past, directory.path()));
        }
    }
    let of = |openings: &[Opening], part: fn(&Opening) -> f64| median(openings.iter().map(part).collect());
    let medians = openings.iter().map(|all| Opening {
        first: of(all, |opening| opening.first),
        thousand: of(all, |opening| opening.thousand),
        resident: of(all, |opening| opening.resident),
    });
    medians.zip(disks).collect()
}

fn open(kind: &Kind, past: Past, filled: &Path) -> Opening {
    // What was not closed is mended by opening it: only a copy shows it as it was.
    let copied = (!past.closed).then(|| directory(kind.name));
    if let Some(copied) = &copied {
        copy(filled, copied.path());
    }
    let path = copied.as_ref().map_or(filled, |copied| copied.path());
    let printed = run(kind, path, &format!("open {}", past.cells));
    let figures: Vec<f64> =
        printed.split_whitespace().map(|figure| figure.parse().expect("a number")).collect();
    Opening { first: figures[0], thousand: figures[1], resident: figures[2] }
}

fn run(kind: &Kind, directory: &Path, work: &str) -> String {
    let this = std::env::current_exe().expect("the program knows where it is");
    let mut command = Command::new(this);
    command.args([CHILD, kind.name]).arg(directory).args(work.split(' '));
    let output = command.stderr(std::process::Stdio::inherit()).output().expect("it can be run again");
    assert!(output.status.success(), "{work} of {}: {}", kind.name, output.status);
    String::from_utf8(output.stdout).expect("it prints numbers")
}

/// What the process started by [`run`] does.
pub(crate) fn child(arguments: &[String]) {
    let [name, directory, work, numbers @ ..] = arguments else { return };
    let kind = STORES.iter().find(|kind| kind.name == name).expect("the name of a store");
    let number = |place: usize| numbers[place].parse().expect("a number");
    match &**work {
        "fill" => {
            let (cells, rewrites, further) = (number(0), number(1), number(2));
            fill(kind, directory.as_ref(), Past { cells, rewrites, further, closed: numbers[3] == "true" });
        }
        _ => time(kind, directory.as_ref(), number(0)),
    }
}

fn fill(kind: &Kind, directory: &Path, past: Past) {
    let mut random = Random::new(23);
    let mut peer = (kind.open)(directory, Durability::None);
    let mut write = |text: &str| groups(text, 1_000).for_each(|group| peer.write(group, false));
    write(&all(&mut random, past.cells));
    let mut left = past.rewrites;
    while left > 0 {
        let writes = left.min(100_000);
        write(&drawn(&mut random, writes, past.cells));
        left -= writes;
    }
    peer.compact();
    let further = drawn(&mut random, past.further, past.cells);
    groups(&further, 1_000).for_each(|group| peer.write(group, false));
    // What some stores hold in memory would otherwise be lost where they are not closed.
    peer.write(&drawn(&mut random, 1, past.cells), true);
    if past.closed {
        peer.close();
    } else {
        std::process::exit(0);
    }
}

fn time(kind: &Kind, directory: &Path, cells_there: usize) {
    let wanted = drawn(&mut Random::new(29), READS, cells_there);
    let begun = Instant::now();
    let mut peer = (kind.open)(directory, Durability::None);
    let mut read = |cell: Cell<'_>| assert_eq!(peer.read(&cell), Some(cell.value.len()), "the cell is there");
    let mut wanted = cells(&wanted);
    wanted.by_ref().take(1).for_each(&mut read);
    let first = begun.elapsed();
    wanted.for_each(&mut read);
    let thousand = begun.elapsed();
    println!("{} {} {}", first.as_nanos(), thousand.as_nanos(), resident_bytes());
    peer.close();
}

/// Copies what is in a directory.
fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("the directory is there").flatten() {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            std::fs::create_dir(&to).expect("a directory can be made");
            copy(&path, &to);
        } else {
            std::fs::copy(&path, &to).expect("a file can be copied");
        }
    }
}

/// Bytes of the files in a directory, as long as they say they are.
fn bytes(directory: &Path) -> u64 {
    let entries = std::fs::read_dir(directory).expect("the directory is there").flatten();
    entries
        .map(|entry| {
            if entry.path().is_dir() {
                bytes(&entry.path())
            } else {
                entry.metadata().map_or(0, |file| file.len())
            }
        })
        .sum()
}
