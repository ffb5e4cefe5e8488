//! Bits of every file flipped, all of them in the middle profile: nothing of it passes unnoticed.

use std::collections::BTreeMap;

use rewinddb::store::{Encoding, Error, SimulatedDisk, Verification, verify};

use super::driver::{Driver, Step};
use super::scripts::{packed, sample};
use super::state::{Found, look};
use super::{ENCODINGS, handle, options};
use crate::amounts::{FLIPPED_PAIRS, FLIPPED_STEP, ZEROED_STEP, first_seed};
use crate::judge::lists::Rng;

/// A closed store with a snapshot, a file of values and a log of about 7 kB.
pub(super) fn closed(encoding: Encoding) -> Driver {
    let groups = if encoding == Encoding::Binary { 55 } else { 9 };
    let mut driver = sample(3, &options(encoding), true, groups);
    if encoding == Encoding::Binary {
        let now = driver.last().state.now;
        driver.run(&[Step::Applied(packed(now))]).expect("nothing fails");
    }
    driver.close().expect("nothing fails");
    driver
}

/// What came of changes to a file.
#[derive(Debug, Default)]
struct Count {
    changes: usize,
    refused: usize,
    /// Noticed when a value was read.
    unread: usize,
    unchanged: usize,
}

/// Opens a store with a changed file: it is refused, or what it shows is what it showed. Whoever verifies it is told
/// of that file.
fn judge(driver: &Driver, disk: &SimulatedDisk, name: &str, count: &mut Count, label: &str) {
    count.changes += 1;
    match look(disk, &driver.options) {
        Err(Error::Damaged(_)) if name.starts_with("values") => count.unread += 1,
        Err(Error::Damaged(_)) => count.refused += 1,
        Ok(Found { group, state, torn: None }) => {
            assert_eq!((group, &state), (driver.applied(), &driver.last().state), "{label}: a silent change");
            count.unchanged += 1;
        }
        other => panic!("{label}: {other:?}"),
    }
    let verdict = verify(&handle(disk)).unwrap_or_else(|error| panic!("{label}: {error}"));
    assert!(verdict.damages.iter().any(|damage| damage.file == name), "{label}: unverified, {verdict:?}");
}

/// Changes each file in turn and puts it back.
fn change_each_file(
    driver: &Driver,
    mut each: impl FnMut(&SimulatedDisk, &str, &[u8], &mut Count),
) -> BTreeMap<String, Count> {
    let files = driver.disk.files();
    let disk = SimulatedDisk::from_files(files.clone());
    let sound = verify(&handle(&disk)).expect("it can be read");
    assert!(matches!(&sound, Verification { damages, torn: None, .. } if damages.is_empty()), "{sound:?}");
    let kinds = ["log", "snapshot", "values", "watermark"];
    assert!(kinds.iter().all(|kind| files.keys().any(|name| name.starts_with(kind))), "{disk:?}");
    let mut counts = BTreeMap::new();
    for (name, bytes) in &files {
        let mut count = Count::default();
        each(&disk, name, bytes, &mut count);
        disk.set_bytes(name, bytes.clone());
        println!("{name}, {} bytes: {count:?}, silent 0", bytes.len());
        counts.insert(name.clone(), count);
    }
    counts
}

pub(super) fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[bit / 8] ^= 1 << (bit % 8);
    bytes
}

/// The step of the quick profile shares no factor with 8, so that each place in a byte has its turn.
fn flip_bits(encoding: Encoding) {
    let step = FLIPPED_STEP.count();
    let driver = closed(encoding);
    let counts = change_each_file(&driver, |disk, name, bytes, count| {
        for bit in (0..8 * bytes.len()).step_by(step) {
            disk.set_bytes(name, flipped(bytes, bit));
            judge(&driver, disk, name, count, &format!("{name}, bit {bit}"));
        }
    });
    let flips: usize = counts.values().map(|count| count.changes).sum();
    println!("{encoding:?}: {flips} flips");
    assert!(flips > 40_000 / step, "{flips}");
    let unchanged = |count: &&Count| count.unchanged > 0;
    assert!(counts.values().filter(unchanged).count() <= 2, "only a watermark has its double, {counts:?}");
}

/// A flipped bit is refused, or makes no difference; where only reading a value can show it, it does; and `verify`
/// finds every one.
#[test]
fn no_flipped_bit_of_a_binary_store_passes_unnoticed() {
    flip_bits(Encoding::Binary);
}

/// The same in JSON.
#[test]
fn no_flipped_bit_of_a_json_store_passes_unnoticed() {
    flip_bits(Encoding::Json);
}

/// The same with two bits at once, anywhere in a file, and with 512 bytes that became zeros.
#[test]
fn no_pair_of_flips_and_no_lost_sector_passes_unnoticed() {
    let mut rng = Rng(first_seed());
    println!("seed {}", rng.0);
    for encoding in ENCODINGS {
        let driver = closed(encoding);
        let counts = change_each_file(&driver, |disk, name, bytes, count| {
            let mut place = |end: usize| usize::try_from(rng.below(end as u64)).expect("it is small");
            for _ in 0..FLIPPED_PAIRS.get() {
                let first = place(8 * bytes.len());
                // Near each other half the time.
                let second = if place(2) == 0 {
                    place(8 * bytes.len())
                } else {
                    (first + place(64)) % (8 * bytes.len())
                };
                if first != second {
                    disk.set_bytes(name, flipped(&flipped(bytes, first), second));
                    judge(&driver, disk, name, count, &format!("{name}, bits {first} and {second}"));
                }
            }
            for at in (0..bytes.len()).step_by(ZEROED_STEP.count()) {
                let mut zeroed = bytes.to_vec();
                let end = (at + 512).min(bytes.len());
                zeroed[at..end].fill(0);
                if zeroed != bytes {
                    disk.set_bytes(name, zeroed);
                    judge(&driver, disk, name, count, &format!("{name}, zeros from {at}"));
                }
            }
        });
        assert!(counts.values().all(|count| count.changes > 100));
    }
}
