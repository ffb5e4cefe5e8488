//! A store in a directory of its own, and a stream of queries with what must come of it.
//!
//! Invariants: what a stream asks and answers is fixed for good by the numbers of its queries; no read of it moves the
//! clock, so the groups of a log are its writes, one by one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;

use rewinddb::engine::Engine;
use rewinddb::query::Access;
use rewinddb::store::{Options, SimulatedDisk, StoreView, Until};
use rewinddb::time::ClockRule;
use tempfile::TempDir;

use crate::{feed, rewind, text};

/// A directory that goes when the test ends, for a store in it that is not there yet.
pub(super) struct Scratch {
    directory: TempDir,
}

impl Scratch {
    pub(super) fn new() -> Self {
        Self { directory: tempfile::tempdir().expect("there is room") }
    }

    /// Where the store is.
    pub(super) fn store(&self) -> PathBuf {
        self.directory.path().join("store")
    }

    /// The same for a command line.
    pub(super) fn name(&self) -> String {
        self.store().to_str().expect("the system names its directories plainly").to_owned()
    }

    /// Runs queries against the store.
    pub(super) fn run(&self, options: &[&str], queries: &str) -> Output {
        feed(&[&["run", "-", "--store", &self.name()], options].concat(), queries.as_bytes())
    }

    /// Runs `rewind log COMMAND` on the store.
    pub(super) fn log(&self, command: &str, options: &[&str]) -> Output {
        rewind(&[&["log", command, &self.name()], options].concat()).output().expect("it runs")
    }

    /// The files of the store, but for the lock.
    pub(super) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        files(&self.store())
    }

    /// The only file whose name begins so.
    pub(super) fn file(&self, begin: &str) -> PathBuf {
        let names: Vec<_> = self.files().into_keys().filter(|name| name.starts_with(begin)).collect();
        let [name] = &names[..] else { panic!("{names:?} begin with {begin}") };
        self.store().join(name)
    }
}

/// A store as it is now. Its files are copied, so that no lock of this process is in the way of the next run.
pub(super) fn view(store: &Path) -> StoreView {
    let copy = SimulatedDisk::from_files(files(store));
    StoreView::open(Arc::new(copy), &Options::default(), Until::End).expect("the store opens")
}

/// The files of a directory with their bytes, but for the lock of a store.
pub(crate) fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(directory).expect("it is there");
    let read = entries.map(|entry| {
        let entry = entry.expect("it can be listed");
        let name = entry.file_name().into_string().expect("a store names its files plainly");
        (name, std::fs::read(entry.path()).expect("it can be read"))
    });
    read.filter(|(name, _)| name != "lock").collect()
}

/// What was answered, where nothing went wrong and nothing was remarked.
pub(crate) fn answers(output: &Output) -> String {
    assert_eq!((text(&output.stderr), output.status.code()), (String::new(), Some(0)));
    text(&output.stdout)
}

/// How a command ended that did not do what was asked, where it printed nothing else.
pub(super) fn refusal(output: &Output) -> (Option<i32>, String) {
    assert_eq!(text(&output.stdout), "");
    (output.status.code(), text(&output.stderr))
}

/// A well mixed number for each number (splitmix64).
pub(crate) fn mixed(number: u64) -> u64 {
    let mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A stream without end: its queries, and a database that knows what becomes of them.
pub(super) struct Stream {
    engine: Engine,
    /// The number of the next query.
    next: u64,
    /// Groups that were written so far.
    pub(super) groups: u64,
}

impl Stream {
    pub(super) fn new() -> Self {
        Self { engine: Engine::new(ClockRule::Monotone), next: 0, groups: 0 }
    }

    /// The query of a number.
    fn query(number: u64) -> Vec<String> {
        let (random, time) = (mixed(number), number / 3);
        let (key, field) = (format!("k{}", random % 12), format!("f{}", random / 12 % 8));
        // One in eight values stays on disk where only short ones do not.
        let long = if random.is_multiple_of(8) { "long\u{2028}\"\\\u{1} ".repeat(16) } else { String::new() };
        let (value, ttl) = (format!("v{number}{long}"), random / 96 % 200);
        match random / 1024 % 256 {
            0..100 => format!("SET_AT_WITH_TTL|{key}|{field}|{value}|{time}|{ttl}"),
            100..200 => format!("SET_AT|{key}|{field}|{value}|{time}"),
            200..220 => format!("DELETE_AT|{key}|{field}|{time}"),
            220..254 => format!("SCAN|{key}"),
            254 => format!("BACKUP|{time}"),
            _ => format!("RESTORE|{time}|{}", time.saturating_sub(random / 96 % 400)),
        }
        .split('|')
        .map(str::to_owned)
        .collect()
    }

    /// The next queries, a line each.
    pub(super) fn lines(&self, count: u64) -> Vec<String> {
        let line = |number| serde_json::to_string(&Self::query(number)).expect("words are JSON") + "\n";
        (self.next..self.next + count).map(line).collect()
    }

    /// The next queries as a list.
    pub(super) fn list(&self, count: u64) -> String {
        let queries: Vec<_> = (self.next..self.next + count).map(Self::query).collect();
        serde_json::to_string(&queries).expect("words are JSON")
    }

    /// Goes on by a query; what it answers, and whether it writes.
    fn step(&mut self) -> (String, bool) {
        let words = Self::query(self.next);
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        let query = crate::language().parse(&words).expect("it is a query");
        let writes = query.operation().access() == Access::Write;
        self.next += 1;
        (self.engine.apply(&query).expect("time goes on").to_string(), writes)
    }

    /// Goes on to where the store has come: all that was answered must be in it, and of what was asked besides only
    /// what came first. Queries were sent as lines, `sent` of them at most.
    pub(super) fn follow(&mut self, store: &Path, answers: &[String], sent: u64) {
        let first = self.next;
        let mut view = view(store);
        let mut answers = answers.iter();
        loop {
            let wanted = answers.next();
            if wanted.is_none() && self.groups == view.last_group() {
                break;
            }
            let (answer, writes) = self.step();
            self.groups += u64::from(writes);
            if let Some(wanted) = wanted {
                assert_eq!(&answer, wanted, "query {}", self.next - 1);
                assert!(self.groups <= view.last_group(), "query {} was answered and lost", self.next - 1);
            }
            assert!(self.next - first <= sent, "group {} was never sent", view.last_group());
        }
        self.compare(&mut view);
    }

    /// Goes on by a list of so many queries if the store has it, which it must have if it was answered.
    pub(super) fn follow_list(&mut self, store: &Path, queries: u64, was_answered: bool) -> bool {
        let mut view = view(store);
        let is_there = view.last_group() > self.groups;
        assert!(is_there || !was_answered, "the list was answered and lost");
        if is_there {
            (0..queries).for_each(|_| drop(self.step()));
            self.groups += 1;
        }
        assert_eq!(view.last_group(), self.groups);
        self.compare(&mut view);
        is_there
    }

    /// Holds what the store holds against what it should.
    fn compare(&self, view: &mut StoreView) {
        let mut cells = self.engine.cells().into_iter();
        let compared = view.try_each_cell(|cell| {
            assert_eq!(Some(cell.clone()), cells.next());
            Ok::<_, rewinddb::store::Error>(())
        });
        compared.expect("the values can be read");
        assert_eq!(cells.next(), None);
    }
}
