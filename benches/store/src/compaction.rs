//! Compaction of a store that has a tenth of what was written still live: how long it takes alone, and how long a write
//! has to wait at the most while it goes on.

use std::path::Path;
use std::time::Instant;

use crate::cells::{all, drawn, groups};
use crate::meter::{Random, median, nanoseconds, shown};
use crate::peers::{Durability, Kind, Peer, STORES};
use crate::writes::{Due, directory};

const ROUNDS: usize = 3;
/// Live cells; each was written ten times.
const CELLS: usize = 200_000;
/// Writes that are measured before anything is compacted.
const WRITES: usize = 50_000;

/// Prints the tables.
pub(crate) fn table(divisor: usize) {
    let cells = CELLS / divisor;
    println!("compaction of {cells} live cells after {} writes (median of {ROUNDS})", 10 * cells);
    println!("{:<12} {:>12} {:>14}", "", "time", format!("to {}", STORES[0].name));
    let alone = in_turn(|kind| [alone(kind, cells)]);
    for (kind, [time]) in &alone {
        println!("{:<12} {:>12} {:>13.2}x", kind.name, shown(*time), time / alone[0].1[0]);
    }
    println!();
    for (how, durability) in [("no sync", Durability::None), ("a sync every 100 ms", Durability::Tenths)] {
        println!("the same among single writes, {how}: how long they wait before it and meanwhile");
        println!(
            "{:<12} {:>12} {:>12} {:>12} {:>14} {:>14}",
            "", "time", "p99 before", "max before", "p99 meanwhile", "max meanwhile"
        );
        for (kind, waits) in in_turn(|kind| beside(kind, cells, durability)) {
            let [p99_before, max_before, time, p99, max] = waits.map(told);
            println!("{:<12} {time:>12} {p99_before:>12} {max_before:>12} {p99:>14} {max:>14}", kind.name);
        }
        println!();
    }
}

/// A figure, or a dash where there is none.
fn told(figure: f64) -> String {
    if figure.is_nan() { "–".to_owned() } else { shown(figure) }
}

/// The medians of each store that has a compaction, measured in turn.
fn in_turn<const N: usize>(measure: impl Fn(&Kind) -> [f64; N]) -> Vec<(Kind, [f64; N])> {
    let kinds: Vec<_> = STORES.iter().filter(|kind| kind.compacts).collect();
    let mut rounds = vec![Vec::new(); kinds.len()];
    for _ in 0..ROUNDS {
        rounds.iter_mut().zip(&kinds).for_each(|(figures, kind)| figures.push(measure(kind)));
    }
    let of = |figures: &[[f64; N]], place: usize| median(figures.iter().map(|round| round[place]).collect());
    let medians = rounds.iter().map(|figures| std::array::from_fn(|place| of(figures, place)));
    kinds.into_iter().copied().zip(medians).collect()
}

/// A store with a tenth of its bytes live.
fn filled(kind: &Kind, path: &Path, cells: usize, durability: Durability) -> Box<dyn Peer> {
    let mut random = Random::new(31);
    let mut peer = (kind.open)(path, durability);
    for _ in 0..10 {
        // Every cell each time: after ten turns exactly a tenth is live.
        groups(&all(&mut random, cells), 1_000).for_each(|group| peer.write(group, false));
    }
    peer.write(&drawn(&mut random, 1, cells), true);
    peer
}

/// Nanoseconds that a compaction takes.
fn alone(kind: &Kind, cells: usize) -> f64 {
    let directory = directory(kind.name);
    let mut peer = filled(kind, directory.path(), cells, Durability::None);
    let time = nanoseconds(1, || peer.compact());
    peer.close();
    time
}

/// How long single writes wait before a compaction (p99, longest), how long that takes among them, and how long they
/// wait meanwhile (p99, longest).
fn beside(kind: &Kind, cells: usize, durability: Durability) -> [f64; 5] {
    let directory = directory(kind.name);
    let mut peer = filled(kind, directory.path(), cells, durability);
    let (mut random, mut due) = (Random::new(37), Due::new(durability));
    let mut write = |peer: &mut dyn Peer, waits: &mut Vec<f64>| {
        // A few at a time: none is held back, and no value is written twice.
        groups(&drawn(&mut random, 10, cells), 1).for_each(|group| {
            let synced = due.now();
            waits.push(nanoseconds(1, || peer.write(group, synced)));
        });
    };
    let mut before = Vec::new();
    while before.len() < WRITES {
        write(&mut *peer, &mut before);
    }
    let [p99_before, max_before] = worst(before);
    let begun = Instant::now();
    // Beginning it is an operation as well, and may be the longest.
    if !peer.begin_compaction() {
        // Whoever takes the store for itself makes everybody else wait for all of it.
        let time = nanoseconds(1, || peer.compact());
        return [p99_before, max_before, time, f64::NAN, time];
    }
    let mut meanwhile = vec![begun.elapsed().as_nanos() as f64];
    while peer.is_compacting() {
        write(&mut *peer, &mut meanwhile);
    }
    let time = begun.elapsed().as_nanos() as f64;
    peer.close();
    let [p99, max] = worst(meanwhile);
    [p99_before, max_before, time, p99, max]
}

/// The wait that one in a hundred exceeds, and the longest.
fn worst(mut waits: Vec<f64>) -> [f64; 2] {
    waits.sort_by(f64::total_cmp);
    [waits[waits.len() * 99 / 100], waits[waits.len() - 1]]
}
