//! How much a run of the tests tries of what is random or has cases without end: one table, three profiles.
//!
//! `REWIND_TESTS=middle cargo test` tries what must hold before a change lands; `REWIND_TESTS=long` takes days for
//! all tests, and is meant for a few; otherwise a run is quick. `REWIND_SEED=7` runs one list again, or begins
//! elsewhere where one alone is no case.
//!
//! Invariants: no amount shrinks from quick to long; each is a row of the table in CONTRIBUTING.md.

use std::env;
use std::ops::Range;

use crate::{assert_document, top, with_part};

/// So much in each profile.
#[derive(Clone, Copy)]
pub(crate) struct Amount([u64; 3]);

/// The profiles in the order of an [`Amount`].
const PROFILES: [&str; 3] = ["quick", "middle", "long"];

/// Makes a constant of each row, where there are tests that ask for it, and of all of them the table.
macro_rules! amounts {
    ($(#[$with:meta] { $($name:ident: $what:literal, $($amount:literal),*;)* })*) => {
        $($(#[$with] #[doc = $what] pub(crate) const $name: Amount = Amount([$($amount),*]);)*)*
        const TABLE: &[(&str, [u64; 3])] = &[$($(($what, [$($amount),*])),*),*];
    };
}

amounts! {
    #[cfg(feature = "judge")] {
        LISTS: "lists under each clock rule, engine beside model", 1_000, 4_000, 1_000_000;
        LIST_STEP: "lists of a few queries, from one that ends alike to the next", 3, 1, 1;
        CLONES: "engines and their clones that go their own ways", 200, 400, 100_000;
        DUMPS: "databases under each rule, rebuilt from a dump", 500, 4_000, 1_000_000;
        OPEN_DUMPS: "the same inside transactions, with aliases", 250, 1_000, 250_000;
        CUT_DUMPS: "dumps of which each query in turn is left out", 60, 500, 125_000;
        IMAGES: "databases under each rule, brought back from an image", 500, 2_000, 500_000;
        OPEN_IMAGES: "the same inside transactions", 200, 500, 125_000;
        SHARED_IMAGES: "images that another thread writes", 50, 100, 25_000;
        BROKEN_IMAGES: "images under each rule, every mistake in turn", 100, 100, 25_000;
        LAST_EPOCHS: "databases at the end of all epochs", 100, 400, 100_000;
        MIXED: "mixed sessions, engine beside model", 1_000, 3_000, 750_000;
        FREE_MIXED: "the same under the free rule", 350, 1_000, 250_000;
    }
    #[cfg(all(feature = "store", feature = "judge"))] {
        TYPED: "lists under each rule, asked by typed methods and by words", 150, 300, 75_000;
        STORED_LISTS: "lists under each rule, from memory, log and snapshot", 60, 300, 50_000;
        CRASHES: "scripts of a store, a crash at every operation", 1, 3, 10_000;
        UNSYNCED_CRASHES: "the same without syncs", 1, 2, 1_000;
        SHORT_SEQUENCES: "steps of a store, every sequence with every crash", 2, 3, 4;
        SECOND_CRASHES: "scripts with a crash, and another after it", 1, 1, 300;
        FAILURES: "scripts of a store, every operation fails", 1, 2, 1_000;
        GROWN_FAILURES: "the same beside preallocation", 1, 1, 300;
        FAILURE_STEP: "ways of those failures from one to the next", 5, 1, 1;
        READ_FAILURES: "scripts of which every look at the disk fails", 1, 2, 300;
        CUT_GROUPS: "groups of a log that is cut", 20, 40, 12_000;
        SEGMENT_STEP: "bytes from one cut of an older segment to the next", 7, 1, 1;
        TORN_SECTORS: "sectors of a torn group, every combination", 7, 7, 15;
        FLIPPED_STEP: "bits from one flip to the next, in every file", 13, 1, 1;
        FLIPPED_PAIRS: "pairs of flipped bits for each file", 200, 500, 200_000;
        ZEROED_STEP: "bytes from one lost sector to the next", 64, 64, 1;
        REPAIRED_STEP: "bits from one repaired flip to the next", 97, 97, 1;
        CHANGED_BYTES: "stores with changed bytes, in each encoding", 400, 1_000, 100_000;
        CHANGED_FRAMES: "stores with changed frames, in each encoding", 600, 1_500, 150_000;
    }
    #[cfg(feature = "cli")] {
        KEPT: "ways to keep data from an earlier list", 1, 5, 5;
        PROMISED: "lists of each level that keep the promises", 100, 300, 100_000;
        SHAPE_STEP: "cases from one for a solution of another shape to the next", 4, 1, 1;
        TOLD: "mistakes of a hundred of which each is one finding", 3, 100, 100;
        HUNTED: "mistakes of a hundred that are hunted down", 6, 100, 100;
        PAGE_WIDTHS: "widths at which the columns of a page are measured", 3, 7, 7;
        EXPLAINED: "lists under each rule, every query explained", 100, 400, 100_000;
        BARS: "lists under each rule, drawn as bars", 50, 100, 25_000;
        REASONS: "lists under each rule, each reason held against what happens", 100, 200, 50_000;
        ANY_REASONS: "the same of every query at the state of every other", 20, 40, 50_000;
        STORED_MIXED: "mixed sessions under each rule, on each of eleven kinds of store", 6, 40, 5_000;
        COMPILED_KITS: "compiled kits, with nothing filled in and with all", 1, 4, 4;
        COMPILED_SHAPES: "compiled solutions of other shapes, right and wrong", 1, 13, 13;
        REDIS_REQUESTS: "connections with broken requests, our server beside Redis", 300, 5_000, 500_000;
        REDIS_PATTERNS: "patterns of keys, our server beside Redis", 100, 2_000, 200_000;
        REDIS_LISTS: "lists of commands in each protocol, our server beside Redis", 60, 2_000, 50_000;
        KILLS: "kills of the program in each of seven tests", 10, 20, 1_000;
        SERVER_KILLS: "kills of a server under the load of twenty clients", 3, 20, 1_000;
        HTTP_LISTS: "lists over HTTP, whole and line by line, beside memory", 40, 200, 50_000;
        RECORDED: "steps of each of twenty clients whose record is asked again", 100, 1_000, 1_000_000;
        FUZZED: "connections of a server that send random bytes", 300, 2_000, 1_000_000;
    }
}

/// Which profile the environment asks for.
fn profile() -> usize {
    let Some(wanted) = env::var_os("REWIND_TESTS") else { return 0 };
    let known = PROFILES.iter().position(|profile| wanted == *profile);
    known.unwrap_or_else(|| panic!("REWIND_TESTS is {}, and should be one of {PROFILES:?}", wanted.display()))
}

/// The seed that the environment asks for.
fn seed() -> Option<u64> {
    env::var("REWIND_SEED").ok().map(|seed| seed.parse().expect("REWIND_SEED is a number"))
}

/// The seed that random tests begin with where one alone is no case.
#[cfg(feature = "store")]
pub(crate) fn first_seed() -> u64 {
    seed().unwrap_or(0)
}

impl Amount {
    /// How much it is in this run.
    pub(crate) fn get(self) -> u64 {
        self.0[profile()]
    }

    /// The same, to compare counts with.
    #[cfg(feature = "store")]
    pub(crate) fn count(self) -> usize {
        usize::try_from(self.get()).expect("it is no more than memory holds")
    }

    /// So many seeds from 0 on, or the one that the environment asks for.
    pub(crate) fn seeds(self) -> Range<u64> {
        seed().map_or(0..self.get(), |seed| seed..seed + 1)
    }

    /// So many seeds from the first on.
    #[cfg(feature = "store")]
    pub(crate) fn seeds_from_first(self) -> Range<u64> {
        first_seed()..first_seed() + self.get()
    }
}

/// The table as CONTRIBUTING.md shows it.
fn printed() -> String {
    let row = |(what, each): &(&str, [u64; 3])| {
        let [quick, middle, long] = each.map(grouped);
        format!("| {what} | {quick} | {middle} | {long} |\n")
    };
    let rows: String = TABLE.iter().map(row).collect();
    format!("| what is tried | {} |\n|---|--:|--:|--:|\n{rows}", PROFILES.join(" | "))
}

/// A number as it is read best: 1,000,000.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let parts = digits.as_bytes().rchunks(3).rev().map(|part| String::from_utf8_lossy(part));
    parts.collect::<Vec<_>>().join(",")
}

#[test]
fn the_table_of_amounts_in_contributing_md_is_that_of_the_tests() {
    assert_document(&top().join("CONTRIBUTING.md"), |text| {
        with_part(text, "what each profile tries", &printed())
    });
}

#[test]
fn a_longer_profile_tries_no_less() {
    for (what, [quick, middle, long]) in TABLE {
        // What is left out between two is less where more is tried.
        let [least, most] = if what.contains(" to the next") { [long, quick] } else { [quick, long] };
        assert!(least <= middle && middle <= most && least < most, "{what}");
    }
}
