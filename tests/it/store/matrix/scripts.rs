//! Scripts drawn from a seed, and stores with a little of everything.

use rewinddb::store::{Encoding, Options, SimulatedDisk};

use super::driver::{Driver, Script, Step, words};
use super::other;
use crate::judge::lists::{List, Rng};

/// Draws steps for a store. Time moves on by small steps, and now and then one is asked for that has gone by.
pub(super) struct Author {
    rng: Rng,
    now: u64,
    encoding: Encoding,
    backups: Vec<u64>,
}

/// A value that is a trap, short or long: what a store marks values with, what JSON escapes, what looks like a frame.
const VALUES: [&str; 6] = [
    "\0#1",
    "\u{0}\u{1}\"\\\n",
    "é日本😀 and so on, and so on, and so on\n\"\\",
    "{\"checksum\":\"00000000\",\"sequence\":9,\"chain\":\"00000000\",\"group\":[]}\n",
    "",
    "a(b), c",
];

impl Author {
    pub(super) fn new(seed: u64, encoding: Encoding) -> Self {
        Self { rng: Rng(seed), now: 0, encoding, backups: vec![0] }
    }

    /// A script of so many steps.
    pub(super) fn script(&mut self, steps: usize) -> Script {
        (0..steps).map(|_| self.step()).collect()
    }

    fn step(&mut self) -> Step {
        match self.rng.weighted(&[10, 8, 4, 2, 2]) {
            0 => Step::Committed(self.group()),
            1 => Step::Applied(self.group()),
            2 => Step::Commit,
            3 => Step::Compact,
            _ => {
                if self.rng.chance(2) {
                    self.encoding = other(self.encoding);
                }
                Step::Reopen(self.encoding)
            }
        }
    }

    /// Up to five queries.
    pub(super) fn group(&mut self) -> List {
        (0..=self.rng.below(5)).map(|_| self.query()).collect()
    }

    fn query(&mut self) -> Vec<String> {
        let key = *self.rng.pick(&["a", "b", "key"]);
        let field = *self.rng.pick(&["x", "y", "z", ""]);
        self.now += self.rng.below(3);
        let now = if self.rng.chance(60) { self.now / 2 } else { self.now }.to_string();
        let ttl = self.rng.below(20).to_string();
        let value = self.value();
        let strings = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        match self.rng.weighted(&[4, 4, 6, 2, 1, 2, 1, 2, 2]) {
            0 => strings(&["SET", key, field, &value]),
            1 => strings(&["SET_AT", key, field, &value, &now]),
            2 => strings(&["SET_AT_WITH_TTL", key, field, &value, &now, &ttl]),
            3 => strings(&["DELETE_AT", key, field, &now]),
            4 => strings(&["DELETE", key, field]),
            5 => strings(&["GET_AT", key, field, &now]),
            6 => strings(&["SCAN_BY_PREFIX", key, ""]),
            7 => {
                self.backups.push(self.now);
                strings(&["BACKUP", &now])
            }
            _ => strings(&["RESTORE", &now, &self.rng.pick(&self.backups).to_string()]),
        }
    }

    fn value(&mut self) -> String {
        let number = self.rng.below(1000).to_string();
        match self.rng.below(8) {
            0 => (*self.rng.pick(&VALUES)).to_owned(),
            1..=3 => number.repeat(10 + usize::try_from(self.rng.below(30)).expect("it is small")),
            _ => number,
        }
    }
}

/// A script that begins with a backup of two cells, one of them long and with a lifetime.
pub(super) fn prelude() -> Script {
    let cell = format!("SET_AT_WITH_TTL a x {} 1 90", "long ".repeat(9).replace(' ', "_"));
    vec![Step::Committed(vec![words("SET a y short"), words(&cell), words("BACKUP 2")])]
}

/// A group that is packed, as long as no value in it is a long one.
pub(super) fn packed(now: u64) -> List {
    vec![words(&format!("SET_AT {} x 1 {now}", "k".repeat(4200))), words("SET a packed yes")]
}

/// A store that was closed: with `compacted`, a snapshot with values and backups; behind that a log of so many groups.
pub(super) fn sample(seed: u64, options: &Options, compacted: bool, groups: usize) -> Driver {
    let mut author = Author::new(seed, options.encoding.expect("it is told"));
    let mut driver = Driver::new(&SimulatedDisk::new(), options.clone());
    let mut script = prelude();
    if compacted {
        script.extend((0..12).map(|_| Step::Applied(author.group())));
        script.push(Step::Compact);
    }
    script.extend((0..groups).map(|_| Step::Applied(author.group())));
    driver.run(&script).expect("nothing fails");
    driver
}

/// The only file of this kind.
pub(super) fn only_file(disk: &SimulatedDisk, kind: &str) -> (String, Vec<u8>) {
    let mut files = disk.files().into_iter().filter(|(name, _)| name.starts_with(kind));
    let file = files.next().expect("there is one");
    assert_eq!(files.next(), None, "there is one only");
    file
}
