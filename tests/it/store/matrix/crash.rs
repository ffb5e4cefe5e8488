//! Crashes at every operation on the disk: what a new process finds, and what is found when the power went too.

use std::fmt::Debug;

use rewinddb::store::{Encoding, Error, Names, Options, PowerLoss, SimulatedDisk, SyncPolicy, repair};
use rewinddb::time::ClockRule;

use super::driver::{Driver, Script, Step, words};
use super::scripts::{Author, prelude};
use super::state::look;
use super::{ENCODINGS, handle, options, other};
use crate::amounts::{Amount, CRASHES, SHORT_SEQUENCES, UNSYNCED_CRASHES};

/// How much was tried.
#[derive(Debug, Default)]
struct Count {
    crashes: usize,
    live: usize,
    durable: usize,
    damaged: usize,
}

/// Runs a script on a disk that was prepared, once for each of its operations, up to a crash there: `judge` gets the
/// driver and a number. The answer is how many operations there are.
fn each_crash(
    prepared: impl Fn() -> Driver,
    script: &[Step],
    mut judge: impl FnMut(&Driver, usize),
) -> usize {
    let mut whole = prepared();
    whole.run(script).expect("nothing fails");
    whole.close().expect("nothing fails");
    let operations = whole.disk.trace();
    for (number, operation) in operations.iter().enumerate() {
        // A write may go through in part.
        let parts = if operation.starts_with("write") { vec![0, 1 + number * 37 % 300] } else { vec![0] };
        for bytes in parts {
            let mut driver = prepared();
            driver.disk.crash_within(number, bytes);
            let ended = driver.run(script).and_then(|()| driver.close());
            assert!(matches!(ended, Err(Error::Disk { .. })), "the crash shows: {ended:?}");
            driver.store = None;
            judge(&driver, 2 * number + usize::from(bytes > 0));
        }
    }
    operations.len()
}

/// The images that a loss of power may leave, under both rules for names: the extremes, and so many others.
pub(super) fn durable(
    disk: &SimulatedDisk,
    others: usize,
    seed: usize,
) -> impl Iterator<Item = SimulatedDisk> {
    let of = move |names| PowerLoss {
        names,
        all: 3 + others,
        edges: others,
        random: others / 2,
        seed: seed as u64,
    };
    // The extremes are the same under both.
    let in_order = (others > 0).then(|| disk.durable_images(of(Names::InOrder)));
    in_order.into_iter().flatten().chain(disk.durable_images(of(Names::Apart)))
}

/// Everything that was acknowledged is there, after a crash what was applied, after a loss of power what was
/// committed; and at most the group that was under way besides.
fn judge(driver: &Driver, number: usize, others: usize, count: &mut Count, label: &dyn Debug) {
    let told = |why: String| panic!("{label:?}, crash {number}, {:?}: {why}", driver.disk.trace().last());
    count.crashes += 1;
    count.live += 1;
    driver.check_image(&driver.disk.live_image(), driver.applied(), number).unwrap_or_else(told);
    for (turn, image) in durable(&driver.disk, others, number).enumerate() {
        driver.check_image(&image, driver.committed, number + turn).unwrap_or_else(told);
        count.durable += 1;
    }
}

/// The same where nothing is synced: what a process had applied survives its crash. Of a loss of power is left what
/// was durable and some groups more, or damage is told, as it must be if a later part of the log has survived an
/// earlier one. Then a repair brings such groups back.
fn judge_unsynced(driver: &Driver, number: usize, count: &mut Count, label: &dyn Debug) {
    let told = |why: String| panic!("{label:?}, crash {number}, {:?}: {why}", driver.disk.trace().last());
    count.crashes += 1;
    count.live += 1;
    driver.check_image(&driver.disk.live_image(), driver.applied(), number).unwrap_or_else(told);
    for (turn, image) in durable(&driver.disk, 8, number).enumerate() {
        count.durable += 1;
        if matches!(look(&image, &driver.options), Err(Error::Damaged(_))) {
            count.damaged += 1;
            let repaired = repair(&handle(&image), &driver.options);
            assert!(!repaired.expect("all is there").lost.is_empty(), "something was lost");
        }
        driver.check_image(&image, driver.committed, number + turn).unwrap_or_else(told);
    }
}

/// Options under which segments are short.
pub(super) fn short_segments(encoding: Encoding, free: bool) -> Options {
    let clock = Some(if free { ClockRule::Free } else { ClockRule::Monotone });
    Options { segment_max: 400, clock, ..options(encoding) }
}

/// The scripts: the seed, the encoding to begin with, and the steps.
fn scripts(scripts: Amount) -> impl Iterator<Item = (u64, Encoding, Script)> {
    scripts.seeds_from_first().map(|seed| {
        let encoding = ENCODINGS[usize::try_from(seed % 2).expect("it is small")];
        (seed, encoding, Author::new(seed, encoding).script(45))
    })
}

/// Under `always`, a crash or a loss of power at any operation of a long script leaves the database as it was
/// acknowledged last, or with the group that was under way; it is never damaged, and it goes on.
#[test]
fn a_crash_at_any_operation_loses_nothing_that_was_acknowledged() {
    let mut count = Count::default();
    for (seed, encoding, script) in scripts(CRASHES) {
        let mut options = short_segments(encoding, seed % 3 == 2);
        // With room ahead there are other operations.
        options.grow_by = if seed % 2 == 0 { 0 } else { 1024 };
        let prepared = || Driver::new(&SimulatedDisk::new(), options.clone());
        let judge = |driver: &Driver, number| judge(driver, number, 2, &mut count, &seed);
        let operations = each_crash(prepared, &script, judge);
        println!("seed {seed}: {operations} operations; so far {count:?}");
    }
    assert!(count.crashes > 300 * CRASHES.count() && count.durable > 6 * count.crashes, "{count:?}");
}

/// Under `never`, a crash loses nothing; a loss of power leaves the beginning of what was done, or is noticed.
#[test]
fn without_syncs_a_crash_loses_nothing_and_a_loss_of_power_is_noticed() {
    let mut count = Count::default();
    for (seed, encoding, script) in scripts(UNSYNCED_CRASHES) {
        let options = Options { sync: SyncPolicy::Never, segment_max: 1 << 14, ..options(encoding) };
        let prepared = || Driver::new(&SimulatedDisk::new(), options.clone());
        let judge = |driver: &Driver, number| judge_unsynced(driver, number, &mut count, &seed);
        let operations = each_crash(prepared, &script, judge);
        println!("seed {seed}: {operations} operations; so far {count:?}");
    }
    assert!(count.crashes > 120 * UNSYNCED_CRASHES.count() && count.damaged > 50, "{count:?}");
}

/// Every sequence of a few operations on a store with a backup, with a crash at every operation on the disk.
#[test]
fn a_crash_at_any_operation_of_any_short_sequence_loses_nothing() {
    let (mut count, mut sequences) = (Count::default(), 0_usize);
    let base = options(Encoding::Binary);
    let mut begun = Driver::new(&SimulatedDisk::new(), base.clone());
    begun.run(&prelude()).and_then(|()| begun.close()).expect("nothing fails");
    let files = begun.disk.files();
    for length in 1..=u32::try_from(SHORT_SEQUENCES.get()).expect("it is small") {
        for number in 0..6_usize.pow(length) {
            let script = sequence(number, length);
            let prepared = || begun.on(&SimulatedDisk::from_files(files.clone()), base.clone());
            each_crash(prepared, &script, |driver, crash| judge(driver, crash, 0, &mut count, &script));
            sequences += 1;
        }
    }
    println!("{sequences} sequences: {count:?}");
    assert!(sequences >= 42 && count.crashes > 5 * sequences);
}

/// The sequence with these digits, to the base 6.
fn sequence(mut number: usize, length: u32) -> Script {
    let (mut script, mut encoding) = (Script::new(), Encoding::Binary);
    for now in 3..3 + length {
        match number % 6 {
            0 => script.push(Step::Committed(vec![words(&format!("SET b x {now}"))])),
            1 => {
                let cell = format!("SET_AT_WITH_TTL b y {} {now} 5", "several".repeat(5));
                let list = [cell, format!("BACKUP {now}"), "DELETE a y".to_owned()];
                script.push(Step::Committed(list.iter().map(|text| words(text)).collect()));
            }
            2 => script.push(Step::Compact),
            3 => {
                encoding = other(encoding);
                script.extend([Step::Reopen(encoding), Step::Compact]);
            }
            4 => script.push(Step::Committed(vec![words(&format!("RESTORE {now} 2"))])),
            _ => script.push(Step::Reopen(encoding)),
        }
        number /= 6;
    }
    script
}
