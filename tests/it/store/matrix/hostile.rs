//! Files made by somebody else: whatever they hold, every reader ends, with an answer or an error.

use std::collections::BTreeMap;

use rewinddb::store::{Disk, Encoding, Error, SimulatedDisk, Store, cat, repair, verify};

use super::driver::{Driver, parsed, words};
use super::frames::{File, watermark};
use super::scripts::sample;
use super::state::look;
use super::{ENCODINGS, handle, options};
use crate::amounts::{Amount, CHANGED_BYTES, CHANGED_FRAMES, first_seed};
use crate::judge::lists::Rng;

type Files = BTreeMap<String, Vec<u8>>;

struct Vandal {
    rng: Rng,
    encoding: Encoding,
    files: Files,
}

impl Vandal {
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.rng.below(end.max(1) as u64)).expect("it is small")
    }

    fn byte(&mut self) -> u8 {
        match self.below(4) {
            0 => *self.rng.pick(&[0, 1, 0x7f, 0x80, 0xff, b'"', b'{', b'[', b'9', b'-']),
            _ => self.rng.next_u64().to_le_bytes()[0],
        }
    }

    /// Changes a few bytes: others in their place, more, fewer, some twice.
    fn mangle(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len() + 1);
            let end = (at + self.below(12)).min(bytes.len());
            match self.below(5) {
                0 | 1 if at < bytes.len() => bytes[at] = self.byte(),
                2 => bytes.insert(at, self.byte()),
                3 => drop(bytes.drain(at..end)),
                _ => {
                    let again = bytes[at..end].to_vec();
                    let into = self.below(bytes.len() + 1);
                    bytes.splice(into..into, again);
                }
            }
        }
    }

    /// A number in a payload becomes one at the edge of what numbers there are.
    fn exaggerate(&mut self, payload: &mut Vec<u8>) {
        let at = self.below(payload.len());
        let binary: [&[u8]; 4] = [
            &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
            &[0xff, 0xff, 0xff, 0xff, 0x0f],
            &[0xff, 0xff, 0xff, 0xff, 0x07],
            &[0x80, 0x80, 0x80, 0x80, 0x08],
        ];
        let json: [&[u8]; 4] = [b"18446744073709551615", b"4294967295", b"-1", b"null"];
        let large = *self.rng.pick(if self.encoding == Encoding::Binary { &binary } else { &json });
        let replaced = usize::from(self.rng.chance(2)).min(payload.len() - at.min(payload.len()));
        payload.splice(at..at + replaced, large.iter().copied());
    }

    /// Changes a file without a thought for checksums.
    fn change_bytes(&mut self) {
        let names: Vec<_> = self.files.keys().cloned().collect();
        let name = self.rng.pick(&names).clone();
        let mut bytes = self.files.remove(&name).expect("it is there");
        match self.below(8) {
            0 => bytes = (0..self.below(2000)).map(|_| self.byte()).collect(),
            1 => bytes.truncate(self.below(bytes.len())),
            2 => return,
            _ => self.mangle(&mut bytes),
        }
        self.files.insert(name, bytes);
    }

    /// Changes what a file says, and makes every checksum, chain and the watermark right again.
    fn change_frames(&mut self) {
        let kind = *self.rng.pick(&["log", "log", "snapshot", "snapshot", "values"]);
        let name = self.files.keys().find(|name| name.starts_with(kind)).expect("it is there").clone();
        let salt = if self.encoding == Encoding::Binary { SimulatedDisk::new().salt() } else { 0 };
        let mut file = File::parse(&self.files[&name], self.encoding, salt);
        for _ in 0..=self.below(2) {
            let place = self.below(file.frames.len());
            match self.below(10) {
                0 => drop(file.frames.remove(place)),
                1 => {
                    let again = file.frames[place].clone();
                    file.frames.push(again);
                }
                2 => file.frames[place].sequence = *self.rng.pick(&[0, 1, 7, u64::MAX - 1, u64::MAX]),
                3 => {
                    let other = self.below(file.frames.len());
                    file.frames.swap(place, other);
                }
                4..=6 => self.exaggerate(&mut file.frames[place].payload),
                _ => self.mangle(&mut file.frames[place].payload),
            }
            if file.frames.is_empty() {
                break;
            }
            if self.rng.chance(2) {
                // Numbered through again, so that the next reader goes on behind it.
                let first = file.frames[0].sequence;
                (0..).zip(&mut file.frames).for_each(|(n, frame)| frame.sequence = first.wrapping_add(n));
            }
        }
        let (bytes, sequence, checksum) = file.seal();
        self.files.insert(name, bytes);
        if kind == "log" {
            self.files.insert("watermark".to_owned(), watermark(sequence, checksum));
        }
    }
}

/// What the readers have answered.
#[derive(Debug, Default)]
struct Count {
    tried: usize,
    opened: usize,
    repaired: usize,
}

/// Lets everything read the files that reads files.
fn read_all(driver: &Driver, files: &Files, count: &mut Count) {
    let disk = || SimulatedDisk::from_files(files.clone());
    count.tried += 1;
    let _ = verify(&handle(&disk()));
    let _ = look(&disk(), &driver.options);
    for name in files.keys() {
        let _ = cat(&disk(), std::slice::from_ref(name), |_| Ok::<_, Error>(()));
    }
    let repairable = disk();
    if let Ok(repaired) = repair(&handle(&repairable), &driver.options) {
        count.repaired += usize::from(!repaired.damages.is_empty());
        let verdict = verify(&handle(&repairable)).expect("it can be read");
        assert_eq!(verdict.damages, [], "after a repair nothing is damaged");
    }
    if let Ok(mut store) = Store::open(handle(&disk()), driver.options.clone()) {
        count.opened += 1;
        let now = store.clock().now();
        let list = ["SCAN a", "SCAN b", &format!("BACKUP {now}"), &format!("RESTORE {now} 1"), "SET a x y"];
        for text in list {
            let words = words(text);
            let _ = store.apply(&[parsed(&words)], |_, _| {});
        }
        let _ = store.stats();
        let _ = store.compact();
        let _ = store.close();
    }
}

fn hostile(salt: u64, files: Amount, change: fn(&mut Vandal)) -> Count {
    let mut count = Count::default();
    for encoding in ENCODINGS {
        let mut driver = sample(5, &options(encoding), true, 8);
        driver.close().expect("nothing fails");
        let whole = driver.disk.files();
        for seed in files.seeds_from_first() {
            let mut vandal = Vandal { rng: Rng(seed ^ salt), encoding, files: whole.clone() };
            change(&mut vandal);
            let read = || read_all(&driver, &vandal.files, &mut count);
            let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read));
            assert!(ended.is_ok(), "seed {seed}, {encoding:?}: a panic, told above");
        }
    }
    println!("from seed {}: {count:?}", first_seed());
    count
}

/// Random bytes in place of a file, or a few changed: opened, verified, repaired and shown, all without a panic; and
/// what was repaired is sound.
#[test]
fn changed_bytes_make_no_reader_panic() {
    let count = hostile(1, CHANGED_BYTES, Vandal::change_bytes);
    assert!(count.tried == 2 * CHANGED_BYTES.count() && count.repaired > CHANGED_BYTES.count(), "{count:?}");
}

/// The same for files that say something else under checksums that are right.
#[test]
fn changed_frames_under_right_checksums_make_no_reader_panic() {
    let count = hostile(2, CHANGED_FRAMES, Vandal::change_frames);
    let tried = 2 * CHANGED_FRAMES.count();
    assert!(count.tried == tried && count.opened > tried / 10, "{count:?}");
}

/// The frames of the tests are the frames of the store.
#[test]
fn frames_are_sealed_as_the_store_seals_them() {
    for encoding in ENCODINGS {
        let mut driver = sample(5, &options(encoding), true, 8);
        driver.close().expect("nothing fails");
        let files = driver.disk.files();
        let salt = if encoding == Encoding::Binary { driver.disk.salt() } else { 0 };
        for (name, bytes) in files.iter().filter(|(name, _)| *name != "watermark") {
            let (sealed, sequence, checksum) = File::parse(bytes, encoding, salt).seal();
            assert!(sealed == *bytes, "{name}");
            if name.starts_with("log") {
                let slot = &watermark(sequence, checksum)[..512];
                assert!(files["watermark"].chunks(512).any(|found| found == slot));
            }
        }
    }
}
