//! Writes of 100 bytes under four durabilities, beside a file that only grows.

use std::time::{Duration, Instant};

use crate::cells::{drawn, groups};
use crate::meter::{Random, in_turn, nanoseconds, shown};
use crate::peers::{APPEND, Durability, Kind, SLED_SYNCED, STORES};

/// The cells that are written to.
const CELLS: usize = 100_000;
const ROUNDS: usize = 5;

/// How much is written, in groups of how many, and when it is synced.
#[derive(Clone, Copy)]
struct Work {
    name: &'static str,
    writes: usize,
    group: usize,
    durability: Durability,
}

/// The second is so long that the fastest has several syncs too.
const WORKS: [Work; 4] = [
    Work { name: "single writes, no sync", writes: 200_000, group: 1, durability: Durability::None },
    Work {
        name: "single writes, a sync every 100 ms",
        writes: 600_000,
        group: 1,
        durability: Durability::Tenths,
    },
    Work { name: "groups of 100, each synced", writes: 40_000, group: 100, durability: Durability::Always },
    Work { name: "single writes, each synced", writes: 2_000, group: 1, durability: Durability::Always },
];

/// Prints the tables.
pub(crate) fn table(divisor: usize) {
    for work in WORKS {
        let work = Work { writes: (work.writes / divisor).max(work.group), ..work };
        println!("{} writes of 100 bytes to {CELLS} cells: {} (median of {ROUNDS})", work.writes, work.name);
        let mut kinds = vec![APPEND];
        kinds.extend(STORES);
        // Elsewhere sled's own thread syncs as the others do, or nobody.
        kinds.extend((work.durability == Durability::Always).then_some(SLED_SYNCED));
        print(&kinds, &measure(&kinds, work));
    }
}

fn print(kinds: &[Kind], medians: &[f64]) {
    println!("{:<22} {:>12} {:>16} {:>18}", "", "a write", "to appending", format!("to {}", kinds[1].name));
    for (kind, median) in kinds.iter().zip(medians) {
        let ratios = (median / medians[0], median / medians[1]);
        println!("{:<22} {:>12} {:>15.2}x {:>17.2}x", kind.name, shown(*median), ratios.0, ratios.1);
    }
    println!();
}

fn measure(kinds: &[Kind], work: Work) -> Vec<f64> {
    let text = drawn(&mut Random::new(17), work.writes, CELLS);
    let mut works: Vec<_> = kinds.iter().map(|kind| || run(*kind, work, &text)).collect();
    let mut works: Vec<_> = works.iter_mut().map(|work| work as &mut dyn FnMut() -> f64).collect();
    in_turn(ROUNDS, &mut works)
}

/// Nanoseconds a write, into a fresh directory; closing it is not counted.
fn run(kind: Kind, work: Work, text: &str) -> f64 {
    let directory = directory(kind.name);
    let mut peer = (kind.open)(directory.path(), work.durability);
    let mut due = Due::new(work.durability);
    let time = nanoseconds(work.writes, || {
        groups(text, work.group).for_each(|group| peer.write(group, due.now()));
    });
    peer.close();
    time
}

/// Says when the time for a sync has come.
pub(crate) struct Due {
    durability: Durability,
    last: Instant,
}

impl Due {
    pub(crate) fn new(durability: Durability) -> Self {
        Self { durability, last: Instant::now() }
    }

    /// Is a sync due? If it is, the next is not for a while.
    pub(crate) fn now(&mut self) -> bool {
        match self.durability {
            Durability::None => false,
            Durability::Always => true,
            Durability::Tenths => {
                let due = self.last.elapsed() >= Duration::from_millis(100);
                if due {
                    self.last = Instant::now();
                }
                due
            }
        }
    }
}

/// A directory beside the program that goes when it is dropped. Its name begins with that of the store, for whoever
/// watches the calls to the system.
pub(crate) fn directory(name: &str) -> tempfile::TempDir {
    let this = std::env::current_exe().expect("the program knows where it is");
    let beside = this.parent().expect("it is in a directory");
    let prefix = format!("bench-{}-", name.replace([' ', ','], ""));
    tempfile::Builder::new().prefix(&prefix).tempdir_in(beside).expect("a directory can be made")
}
