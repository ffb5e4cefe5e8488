//! The core on two journals: a log in files and a list in memory.

use std::convert::Infallible;
use std::sync::Arc;

use super::*;
use crate::engine::steps_taken;
use crate::query::Language;
use crate::store::data_file::{DataFile, FileKind};
use crate::store::disk::Disk;
use crate::store::journal::MemoryJournal;
use crate::store::listing::FileListing;
use crate::store::recovery::group_of;
use crate::store::{Encoding, Options, SimulatedDisk, Store};
use crate::time::{ClockRule, Ttl};

/// Small numbers that a seed fixes (xorshift, after Marsaglia).
struct TestRng(u64);

impl TestRng {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// What is asked; `@` becomes a moment that runs forward, now and then backward.
const QUERIES: [&str; 25] = [
    "SET a f 1",
    "SET a g a-value-that-is-long",
    "SET b f \0#0",
    "SET_AT a f at @",
    "SET_AT_WITH_TTL a h for-some-time-that-passes @ 3",
    "DELETE a f",
    "DELETE_AT b f @",
    "GET a g",
    "SCAN a",
    "SCAN_AT b @",
    "BACKUP @",
    "RESTORE @ 9",
    "FORGET @",
    "TICK @",
    "PUT c another-value-that-is-long",
    "APPEND c l an-item-that-is-longer",
    "APPEND a f 2",
    "EXPIRE a f 4",
    "PERSIST a f",
    "CLEAR",
    "FIND VALUE LIKE *long",
    "ALIAS p PUT",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
];

/// After so many calls states are compared, and the store is checked: that reads all of its files.
const CHECKED: u64 = 16;

/// Asks the same of a store in files, and of a core on a journal in memory.
struct Both {
    disk: Arc<dyn Disk>,
    store: Store,
    core: Core,
    journal: MemoryJournal,
    sessions: [Session; 2],
}

impl Both {
    fn new(options: Options) -> Self {
        let disk: Arc<dyn Disk> = Arc::new(SimulatedDisk::new());
        let blobs = BlobStore::new(&disk, &options);
        let core = Core::new(Engine::new(options.clock.unwrap_or_default()), blobs);
        let store = Store::open(Arc::clone(&disk), options).expect("it begins");
        Self { disk, store, core, journal: MemoryJournal::default(), sessions: Default::default() }
    }

    /// Asks queries of a session, or of their own.
    fn ask(&mut self, place: usize, queries: &[Query<'_>]) {
        let session = self.sessions.get(place);
        let (mut one, mut other) = (Vec::new(), Vec::new());
        let mut each = |query: &Query<'_>, reply: &Reply<'_>| one.push(format!("{query:?}: {reply}"));
        let done = match session {
            Some(session) => self.store.apply_in(session, queries, &mut each),
            None => self.store.apply(queries, &mut each),
        };
        let mut each = |query: &Query<'_>, reply: &Reply<'_>| other.push(format!("{query:?}: {reply}"));
        let settle = |_: &mut MemoryJournal, _| Ok(());
        let same = self.core.apply(&mut self.journal, (session, queries), settle, &mut each);
        let [done, same] = [done, same].map(|done| done.map_err(|error| error.to_string()));
        assert_eq!((&one, &done), (&other, &same));
    }

    /// The queries that rebuild the database, of the store and of the core.
    fn states(&mut self) -> [Vec<String>; 2] {
        [&mut self.store.core, &mut self.core].map(|Core { engine, blobs, .. }| {
            let (mut queries, copy) = (Vec::new(), Core::in_memory(engine, blobs).expect("no value is lost"));
            let Ok(()) = copy.try_dump(|query| {
                queries.push(format!("{query:?}"));
                Ok::<_, Infallible>(())
            });
            queries
        })
    }

    /// The groups in the files.
    fn groups(&mut self) -> Vec<Group> {
        self.store.commit().expect("the disk takes it");
        let mut groups = Vec::new();
        for name in FileListing::read(&*self.disk).expect("it is listed").segments {
            let file = DataFile::open(&*self.disk, name).expect("it is there");
            let (mut reader, ..) = file.reader(FileKind::Log).expect("it begins well");
            while let Some(mut frame) = reader.next().expect("it is whole") {
                groups.push(group_of(frame.body().expect("a message")).expect("a group").0);
            }
        }
        groups
    }
}

#[test]
fn a_journal_in_memory_does_what_the_log_in_files_does() {
    let mut both_rules = [0, 0];
    for seed in 1..=40 {
        let mut rng = TestRng(u64::wrapping_mul(seed, 0x9e37_79b9_7f4a_7c15));
        let free = rng.below(4) == 0;
        let options = Options {
            clock: Some(if free { ClockRule::Free } else { ClockRule::Monotone }),
            encoding: (rng.below(2) == 0).then_some(Encoding::Json),
            segment_max: 600,
            inline_max: if seed % 2 == 0 { 16 } else { usize::MAX },
            lz4: rng.below(2) == 0,
            ..Options::default()
        };
        let mut both = Both::new(options);
        let mut now = 0;
        for call in 0..40_u64 {
            let lines: Vec<String> = (0..=rng.below(3))
                .map(|_| {
                    now += rng.below(3);
                    let line = QUERIES[usize::try_from(rng.below(24)).expect("it is small")];
                    line.replace('@', &now.saturating_sub(u64::from(rng.below(40) == 0)).to_string())
                })
                .collect();
            let parse = |line: &'_ String| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
            let lines: Vec<Vec<String>> = lines.iter().map(parse).collect();
            let words: Vec<Vec<&str>> =
                lines.iter().map(|line| line.iter().map(String::as_str).collect()).collect();
            let queries: Vec<_> =
                words.iter().map(|words| Language::records().parse(words).expect("it is a query")).collect();
            both.ask(usize::try_from(rng.below(3)).expect("it is small"), &queries);
            if call % CHECKED == 0 {
                let [of_store, of_core] = both.states();
                assert_eq!(of_store, of_core, "seed {seed}");
                both.store.check().unwrap_or_else(|why| panic!("seed {seed}: {why}"));
            }
        }
        let [of_store, of_core] = both.states();
        assert_eq!(of_store, of_core, "seed {seed}");
        if seed % 2 == 1 {
            // A blob is compared by its reference, so a transaction that writes the same once more says so.
            assert_eq!(both.groups(), both.journal.groups, "seed {seed}");
        }
        both_rules[usize::from(free)] += both.journal.groups.len();
    }
    assert!(both_rules.iter().all(|groups| *groups > 40), "{both_rules:?} groups");
}

#[test]
fn what_sessions_that_have_ended_were_asked_goes() {
    let mut store = Store::open(Arc::new(SimulatedDisk::new()), Options::default()).expect("it begins");
    for _ in 0..100 {
        let parse = |words: &[&'static str]| Language::records().parse(words).expect("it is a query");
        let queries = [parse(&["BEGIN"]), parse(&["SET", "k", "f", "v"])];
        store.apply_in(&Session::new(), &queries, |_, _| {}).expect("the disk is well");
    }
    let pending = store.core.pending.iter().count();
    assert!((1..5).contains(&pending), "{pending} are kept");
}

#[test]
fn a_group_does_not_go_back_beyond_a_change() {
    let disk: Arc<dyn Disk> = Arc::new(SimulatedDisk::new());
    let (mut engine, mut blobs) =
        (Engine::new(ClockRule::Monotone), BlobStore::new(&disk, &Options::default()));
    let parse = |words: &[&'static str]| Language::records().parse(words).expect("it is a query");
    engine.apply(&parse(&["SET_AT", "k", "f", "v", "5"])).expect("time is in order");
    engine.tick(Time(9)).expect("time is in order");
    let mut replay_from = |moment| {
        let mut group = Group::default();
        group.push_clock(Time(moment));
        group.push(&parse(&["BACKUP", "6"]));
        let logged = LoggedGroup { group, lies: None };
        let replayed = replay(&logged, &Numbering::own(), None, &mut engine, &mut blobs, Until::End);
        (replayed, engine.clock().now(), engine.sizes().backups)
    };
    let (refused, now, backups) = replay_from(4);
    let why = refused.expect_err("something has changed at 5");
    assert!(why.contains("back to 4") && why.contains("at 5"), "{why}");
    assert_eq!((now, backups), (Time(9), 0), "nothing of it has taken effect");
    assert_eq!(replay_from(5), (Ok(true), Time(9), 1));
}

/// Asks for so many cells that die and then for as many that do not: the steps of that, and the records that are left.
fn dying_then_permanent(cells: u64) -> (u64, usize) {
    let disk: Arc<dyn Disk> = Arc::new(SimulatedDisk::new());
    let mut core = Core::new(Engine::new(ClockRule::Monotone), BlobStore::new(&disk, &Options::default()));
    let mut journal = MemoryJournal::default();
    let before = steps_taken();
    for number in 0..2 * cells {
        let (key, field, value, timestamp) = (&*number.to_string(), "f", "v", Time(number));
        let query = if number < cells {
            Query::SetAtWithTtl { key, field, value, timestamp, ttl: Ttl(cells - number) }
        } else {
            Query::SetAt { key, field, value, timestamp }
        };
        core.apply(&mut journal, (None, &[query]), |_, _| Ok(()), &mut |_, _| {}).expect("time runs forward");
    }
    assert_eq!(core.engine.check(), Ok(()));
    (steps_taken() - before, core.engine.sizes().records)
}

#[test]
fn what_is_dead_goes_before_a_table_grows_in_steps_that_are_bounded() {
    let [(short, _), (long, records)] = [4_000, 32_000].map(dying_then_permanent);
    assert!(records < 32_000 + 32_000 / 2, "{records} records, of which 32,000 are live");
    assert!(long < 14 * short && long < 64_000 * 64, "{short} steps, and {long}");
}

/// Begins so many transactions that write, all open at once, and commits them: the steps of that.
fn open_at_once(transactions: u64) -> u64 {
    let disk: Arc<dyn Disk> = Arc::new(SimulatedDisk::new());
    let mut core = Core::new(Engine::new(ClockRule::Monotone), BlobStore::new(&disk, &Options::default()));
    let (mut journal, before) = (MemoryJournal::default(), steps_taken());
    let mut ask = |session: &Session, query| {
        core.apply(&mut journal, (Some(session), &[query]), |_, _| Ok(()), &mut |_, _| {})
            .expect("it is asked");
    };
    let sessions: Vec<_> = (0..transactions).map(|number| (Session::new(), number.to_string())).collect();
    for (session, key) in &sessions {
        ask(session, Query::Begin {});
        ask(session, Query::Put { key, value: "v" });
    }
    for (session, _) in &sessions {
        ask(session, Query::Commit {});
    }
    assert_eq!(core.pending.iter().count(), 0);
    steps_taken() - before
}

#[test]
fn a_transaction_that_ends_does_not_walk_over_each_that_is_open_for_each() {
    let steps = open_at_once(2_000);
    // Each write is noted for those that are open, in a bounded number of steps.
    assert!(steps < 2_000 * 200, "{steps} steps");
}
