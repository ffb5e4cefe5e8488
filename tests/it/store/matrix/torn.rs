//! A group that was being written when the power went: some of its sectors are there, in any combination.

use std::ops::Range;

use rewinddb::store::{Encoding, Options, SimulatedDisk};

use super::driver::{Driver, Step, words};
use super::options;
use super::scripts::{only_file, prelude};
use crate::amounts::TORN_SECTORS;
use crate::judge::lists::List;

const SECTOR: usize = 512;

/// What is found of a sector: nothing, so that the file ends before it unless it goes on behind; zeros; what was
/// written.
const KINDS: usize = 3;

/// A group of so many sectors and a bit.
fn large(sectors: usize, inline: bool) -> List {
    let value = |n: usize| if inline { format!("{n:020}") } else { format!("{n:040}") };
    let size = if inline { 30 } else { 50 };
    (0..sectors * SECTOR / size).map(|n| words(&format!("SET a f{n} {}", value(n)))).collect()
}

/// Tries every combination of kinds for the sectors that a group has touched, and counts them.
fn try_all(options: &Options, list: List) -> usize {
    let mut driver = Driver::new(&SimulatedDisk::new(), options.clone());
    driver.run(&prelude()).expect("nothing fails");
    let (_, before) = only_file(&driver.disk, "log");
    // The watermark too is as it was: the power went before the group was synced.
    let disk = SimulatedDisk::from_files(driver.disk.files());
    driver.run(&[Step::Applied(list)]).expect("nothing fails");
    let (name, after) = only_file(&driver.disk, "log");
    let first = before.len() / SECTOR;
    let sectors = after.len().div_ceil(SECTOR) - first;
    let combined = KINDS.pow(u32::try_from(sectors).expect("they are few"));
    println!("{sectors} sectors, {combined} combinations");
    let mut whole = 0;
    for number in 0..combined {
        let bytes = found(&before, &after, first..first + sectors, number);
        let copy = SimulatedDisk::from_files(disk.files());
        copy.set_bytes(&name, bytes);
        let group =
            driver.check_image(&copy, 1, number).unwrap_or_else(|why| panic!("combination {number}: {why}"));
        whole += usize::from(group == 2);
    }
    assert_eq!(whole, 1, "all sectors make the group, and nothing less");
    combined
}

/// The file in the combination of this number, whose digits to the base [`KINDS`] stand for the sectors.
fn found(before: &[u8], after: &[u8], sectors: Range<usize>, number: usize) -> Vec<u8> {
    let (mut bytes, mut rest) = (before.to_vec(), number);
    for sector in sectors.clone() {
        let (kind, begin) = (rest % KINDS, sector * SECTOR);
        rest /= KINDS;
        let end = (begin + SECTOR).min(after.len());
        // The first one has older groups, which are durable.
        if kind == 0 || (kind == 1 && sector == sectors.start) {
            continue;
        }
        bytes.resize(bytes.len().max(end), 0);
        if kind == 2 {
            bytes[begin..end].copy_from_slice(&after[begin..end]);
        }
    }
    bytes
}

/// Whatever subset of a group's sectors has reached the disk, with zeros or nothing in place of the others: the store
/// opens to the state before the group or after it, and goes on.
#[test]
fn a_group_torn_between_any_sectors_is_there_whole_or_not_at_all() {
    let mut tried = 0;
    for encoding in [Encoding::Binary, Encoding::Json] {
        for inline in [true, false] {
            let options = Options { lz4: false, ..options(encoding) };
            let sectors = if encoding == Encoding::Binary { 6 } else { 5 };
            tried += try_all(&options, large(sectors, inline));
        }
    }
    println!("{tried} torn groups");
    assert!(tried > 3 * 2187);
}

/// The same for a group that was being written into zeros: there it is the only thing that may differ. If more is
/// asked for, over sixteen sectors.
#[test]
fn a_group_torn_in_preallocated_zeros_is_there_whole_or_not_at_all() {
    let options = Options { grow_by: 16 << 10, lz4: false, ..options(Encoding::Binary) };
    let tried = try_zeros(&options, large(TORN_SECTORS.count(), true));
    println!("{tried} torn groups");
    assert!(tried >= 128);
}

/// As [`try_all`], with a file that has its final length already.
fn try_zeros(options: &Options, list: List) -> usize {
    let mut driver = Driver::new(&SimulatedDisk::new(), options.clone());
    driver.run(&prelude()).expect("nothing fails");
    let (name, before) = only_file(&driver.disk, "log");
    let disk = SimulatedDisk::from_files(driver.disk.files());
    driver.run(&[Step::Applied(list)]).expect("nothing fails");
    let (_, after) = only_file(&driver.disk, "log");
    assert_eq!(before.len(), after.len(), "there was room");
    let changed = |sector: &usize| {
        let span = sector * SECTOR..((sector + 1) * SECTOR).min(after.len());
        before[span.clone()] != after[span]
    };
    let sectors: Vec<_> = (0..after.len().div_ceil(SECTOR)).filter(changed).collect();
    println!("{} sectors", sectors.len());
    for number in 0..1_usize << sectors.len() {
        let mut bytes = before.clone();
        for (_, sector) in sectors.iter().enumerate().filter(|(bit, _)| number >> bit & 1 == 1) {
            let span = sector * SECTOR..((sector + 1) * SECTOR).min(after.len());
            bytes[span.clone()].copy_from_slice(&after[span]);
        }
        let copy = SimulatedDisk::from_files(disk.files());
        copy.set_bytes(&name, bytes);
        let group =
            driver.check_image(&copy, 1, number).unwrap_or_else(|why| panic!("subset {number}: {why}"));
        assert_eq!(group == 2, number + 1 == 1 << sectors.len(), "subset {number}");
    }
    1 << sectors.len()
}
