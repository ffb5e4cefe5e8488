//! Transactions on disk: sessions mixed at random on stores of any options, with an engine beside each. A store
//! answers as memory does; what its files tell, also after a kill, is what is committed in memory.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use rewinddb::engine::{Effect, Engine, Session};
use rewinddb::query::{Access, Query};
use rewinddb::store::{Encoding, Error, Options, SimulatedDisk, Store, StoreView, SyncPolicy, Until};
use rewinddb::time::{ClockRule, Time};
use rstest::rstest;

use crate::amounts::STORED_MIXED;
use crate::engine::dump::dump;
use crate::engine::random::parsed;
use crate::engine::sessions::{OWN, Step, script_of};
use crate::judge::lists::Rng;
use crate::program::stored::{Scratch, answers};

/// After so many calls the store is checked: that reads all of its files.
const CHECKED: usize = 8;

/// Sets of options that are drawn, beside those that nobody chooses.
const SETS: u64 = 10;

#[rstest]
fn a_store_answers_as_memory_does(#[values(ClockRule::Monotone, ClockRule::Free)] rule: ClockRule) {
    let (mut kills, mut back) = (0, 0);
    for seed in STORED_MIXED.seeds() {
        for set in 0..=SETS {
            let options = if set == 0 { Options::default() } else { drawn(seed * SETS + set) };
            let mut both = Both::new(seed, Options { clock: Some(rule), ..options });
            for call in calls(seed, rule) {
                both.call(&call);
            }
            both.reopen();
            (kills, back) = (kills + both.kills, back + both.back);
        }
    }
    println!("{kills} kills, {back} transactions for which the clock goes back");
    assert!(kills > 10 && (rule == ClockRule::Free || back > 0), "{kills} kills, {back} went back");
}

/// Options that a seed fixes: bounds so small that files change all the while.
fn drawn(seed: u64) -> Options {
    let mut rng = Rng(seed);
    let (encoding, sync) = (*rng.pick(&[Encoding::Binary, Encoding::Json]), rng.below(3));
    Options {
        encoding: Some(encoding),
        sync: match sync {
            0 => SyncPolicy::Always,
            1 => SyncPolicy::Every(Duration::from_millis(1)),
            _ => SyncPolicy::Never,
        },
        compact_after: *rng.pick(&[None, Some(1), Some(300), Some(2_000)]),
        segment_max: *rng.pick(&[1, 700, 5_000, u64::MAX]),
        inline_max: *rng.pick(&[0, 1, 3, usize::MAX]),
        grow_by: *rng.pick(&[0, 1_000]),
        lz4: rng.chance(2),
        ..Options::default()
    }
}

/// The steps of a script for one to five sessions, some that follow each other in one session together.
fn calls(seed: u64, rule: ClockRule) -> Vec<Vec<Step>> {
    let mut rng = Rng(seed);
    let mut calls: Vec<Vec<Step>> = Vec::new();
    for step in steps(seed, rule) {
        match calls.last_mut().filter(|call| call[0].session == step.session) {
            Some(call) if rng.chance(2) && !step.words.is_empty() && !call[0].words.is_empty() => {
                call.push(step);
            }
            _ => calls.push(vec![step]),
        }
    }
    calls
}

/// One by one. More transactions have a backup than in other scripts, and more of those end soon.
fn steps(seed: u64, rule: ClockRule) -> Vec<Step> {
    let (mut rng, mut steps, mut now, mut open) = (Rng(seed), Vec::new(), Time(0), None);
    let sessions = usize::try_from(1 + seed % 5).expect("they are few");
    for step in script_of(seed, rule == ClockRule::Free).into_iter().filter(|step| step.session < sessions) {
        let (session, is_begin) = (step.session, step.words == ["BEGIN"]);
        if !step.words.is_empty() {
            now = parsed(&step.words).timestamp().unwrap_or(now).max(now);
        }
        steps.push(step);
        if is_begin && rng.chance(2) {
            steps.push(Step { session, words: vec!["BACKUP".to_owned(), now.to_string()] });
            open = Some(session);
        }
        if let Some(session) = open.take_if(|_| rng.chance(3)) {
            steps.push(Step { session, words: vec!["COMMIT".to_owned()] });
        }
    }
    steps
}

/// A store and an engine that are asked the same.
struct Both {
    seed: u64,
    options: Options,
    rng: Rng,
    disk: SimulatedDisk,
    store: Option<Store>,
    engine: Engine,
    sessions: BTreeMap<usize, [Session; 2]>,
    calls: usize,
    kills: usize,
    /// The transactions that were committed later than they were asked to save, restore or empty the database.
    back: usize,
}

impl Both {
    fn new(seed: u64, options: Options) -> Self {
        let disk = SimulatedDisk::new();
        let store = Store::open(Arc::new(disk.clone()), options.clone()).expect("it begins");
        let engine = Engine::new(options.clock.unwrap_or_default());
        let (sessions, rng) = (BTreeMap::new(), Rng(seed));
        Self { seed, options, rng, disk, store: Some(store), engine, sessions, calls: 0, kills: 0, back: 0 }
    }

    fn call(&mut self, call: &[Step]) {
        let session = call[0].session;
        if call[0].words.is_empty() {
            self.sessions.remove(&session);
            return;
        }
        let queries: Vec<Query<'_>> = call.iter().map(|step| parsed(&step.words)).collect();
        let (store, mut given) = (self.store.as_mut().expect("it is open"), Vec::new());
        let mut each = |_: &Query<'_>, reply: &rewinddb::reply::Reply<'_>| given.push(reply.to_string());
        // They are put back at the end.
        let pair = self.sessions.remove(&session).unwrap_or_default();
        let [of_engine, of_store] = &pair;
        let asked = match session {
            OWN => store.apply(&queries, &mut each),
            _ => store.apply_in(of_store, &queries, &mut each),
        };
        let mut clock = self.engine.clock();
        if queries.iter().any(|query| clock.advance(query.timestamp()).is_err()) {
            assert!(matches!(asked, Err(Error::Backwards(_))), "seed {}", self.seed);
            self.sessions.insert(session, pair);
            return;
        }
        asked.expect("the disk is well");
        self.note_going_back(&queries, (session != OWN).then_some(of_engine));
        for (query, given) in queries.iter().zip(&given) {
            let reply = match session {
                OWN => self.engine.apply(query),
                _ => self.engine.apply_in(of_engine, query),
            };
            assert_eq!(
                reply.expect("time was looked at").to_string(),
                *given,
                "seed {}: {query:?}",
                self.seed
            );
        }
        assert_eq!(given.len(), queries.len());
        self.sessions.insert(session, pair);
        self.calls += 1;
        let store = self.store.as_mut().expect("it is open");
        store.commit().expect("the disk is well");
        if self.rng.chance(8) {
            store.finish_snapshot().expect("the disk is well");
        }
        if self.calls.is_multiple_of(CHECKED) {
            let store = self.store.as_mut().expect("it is open");
            store.check().unwrap_or_else(|why| panic!("seed {}: {why}", self.seed));
        }
        if self.rng.chance(20) {
            self.reopen();
        }
    }

    /// Counts a COMMIT for which the clock goes back, where the log is read.
    fn note_going_back(&mut self, queries: &[Query<'_>], session: Option<&Session>) {
        let [query] = queries else { return };
        let Ok(effect) = self.engine.clone().try_effect(session, |_| Ok::<_, Infallible>(()));
        let is_original = effect == Effect::Original && query.operation().access() == Access::Commit;
        self.back += usize::from(is_original && self.engine.clock().now() > Time(0));
    }

    /// All sessions end, and the store is opened anew, after it was closed or the process killed. Sometimes a
    /// snapshot is taken before.
    fn reopen(&mut self) {
        let mut store = self.store.take().expect("it is open");
        if self.rng.chance(2) {
            store.snapshot().expect("the disk is well");
            store.finish_snapshot().expect("the disk is well");
        }
        self.sessions.clear();
        if self.rng.chance(2) {
            self.kills += 1;
            self.disk = self.disk.live_image();
        } else {
            store.close().expect("the disk is well");
        }
        let store = Store::open(Arc::new(self.disk.clone()), self.options.clone()).expect("it opens");
        self.engine.roll_back(None);
        assert_eq!(
            store.clock(),
            self.engine.clock(),
            "seed {}: what was answered has moved the clock",
            self.seed
        );
        self.store = Some(store);
        self.same();
    }

    /// What the files tell makes the database that the engine has, backups too.
    fn same(&mut self) {
        let view = StoreView::open(Arc::new(self.disk.live_image()), &self.options, Until::End);
        let mut made = Engine::new(self.options.clock.unwrap_or_default());
        let told = view.expect("it opens").try_dump(|query| {
            made.apply(query).expect("a dump is in order of time");
            Ok::<_, Error>(())
        });
        told.expect("the values are there");
        assert_eq!(dump(&mut made), dump(&mut self.engine), "seed {}", self.seed);
    }
}

/// Lines are calls of their own, a list is one.
#[rstest]
#[case::lines(true)]
#[case::list(false)]
fn a_run_that_ends_inside_a_transaction_leaves_nothing_of_it(#[case] lines: bool) {
    let scratch = Scratch::new();
    let run = |queries: &[&str]| {
        let input = if lines { queries.join("\n") } else { format!("[{}]", queries.join(",")) };
        let told = answers(&scratch.run(&[], &input));
        told.replace(['[', ']', '\n'], " ").replace("\",\"", "\" \"").trim().to_owned()
    };
    run(&[r#"["SET_AT","A","B","C",1]"#, r#"["BEGIN"]"#, r#"["PUT","A","D"]"#, r#"["COMMIT"]"#]);
    run(&[
        r#"["BEGIN"]"#,
        r#"["ALIAS","k","KEYS"]"#,
        r#"["PUT","E","F"]"#,
        r#"["DELETE","A"]"#,
        r#"["TICK",5]"#,
    ]);
    let now = run(&[r#"["ITEMS"]"#, r#"["SIZE"]"#, r#"["k"]"#, r#"["ROLLBACK"]"#]);
    assert_eq!(now, "\"A(D), A.B(C)\" \"1\" \"A\" \"false\"");
}

#[test]
fn a_transaction_is_one_group_of_the_log_and_only_once_it_has_taken_effect() {
    let disk = SimulatedDisk::new();
    let mut store = Store::open(Arc::new(disk), Options::default()).expect("it begins");
    let [one, other] = [Session::new(), Session::new()];
    let mut ask = |session: &Session, words: &[&str]| {
        let query = crate::language().parse(words).expect("it is a query");
        let mut answer = String::new();
        store.apply_in(session, &[query], |_, reply| answer = reply.to_string()).expect("the disk is well");
        (answer, store.last_group())
    };
    assert_eq!(ask(&one, &["PUT", "A", "1"]), (String::new(), 1));
    assert_eq!(ask(&one, &["BEGIN"]), ("true".to_owned(), 1));
    assert_eq!(ask(&one, &["PUT", "B", "2"]), (String::new(), 1));
    assert_eq!(ask(&one, &["DELETE", "A"]), ("true".to_owned(), 1));
    assert_eq!(ask(&other, &["KEYS"]), ("A".to_owned(), 1));
    assert_eq!(ask(&other, &["PUT", "C", "3"]), (String::new(), 2));
    assert_eq!(ask(&one, &["COMMIT"]), ("true".to_owned(), 3));
    assert_eq!(ask(&other, &["KEYS"]), ("B, C".to_owned(), 3));
    // Nothing is written for what comes to nothing.
    assert_eq!(ask(&one, &["BEGIN"]), ("true".to_owned(), 3));
    assert_eq!(ask(&one, &["PUT", "B", "2"]), (String::new(), 3));
    assert_eq!(ask(&one, &["COMMIT"]), ("true".to_owned(), 3));
}

/// It was lost by a compaction, as no record had it any more.
#[rstest]
fn a_long_value_that_only_a_transaction_sees_is_there_until_its_end(
    #[values(Encoding::Binary, Encoding::Json)] encoding: Encoding,
) {
    let options = Options { inline_max: 4, encoding: Some(encoding), ..Options::default() };
    let mut store = Store::open(Arc::new(SimulatedDisk::new()), options).expect("it begins");
    let [one, other] = [Session::new(), Session::new()];
    let mut ask = |session: &Session, words: &[&str], compact: bool| {
        let (query, mut answer) = (crate::language().parse(words).expect("it is a query"), String::new());
        if compact {
            store.compact().expect("the disk is well");
        }
        store.apply_in(session, &[query], |_, reply| answer = reply.to_string()).expect("the disk is well");
        answer
    };
    ask(&other, &["PUT", "k", "a long value"], false);
    ask(&other, &["APPEND", "l", "f", "a long item"], false);
    ask(&one, &["BEGIN"], false);
    ask(&other, &["DELETE", "k"], false);
    ask(&other, &["DELETE", "l"], false);
    for _ in 0..2 {
        assert_eq!(ask(&one, &["GET", "k"], true), "a long value");
        assert_eq!(ask(&one, &["GET", "l", "f"], true), "[a long item]");
        ask(&other, &["PUT", "k", "another one"], false);
    }
    assert_eq!(ask(&one, &["COMMIT"], false), "false");
    assert_eq!(ask(&one, &["GET", "k"], true), "another one");
}

/// A compaction in the background had begun inside the transaction, and so its COMMIT was refused; another time it
/// was not.
#[rstest]
fn a_commit_does_not_depend_on_housekeeping(
    #[values(100, 300)] filled: u64,
    #[values(&[], &["--compact-after", "4000"], &["--compact-after", "4000", "--encoding", "json"])] options: &[&str],
) {
    let mut lines: Vec<_> =
        (0..filled).map(|number| format!(r#"["SET","k{number}","f","{}"]"#, "v".repeat(50))).collect();
    lines.extend([r#"["BEGIN"]"#, r#"["PUT","a","b"]"#].map(str::to_owned));
    lines.extend((1..=999).map(|moment| format!(r#"["TICK",{moment}]"#)));
    lines.extend([r#"["BACKUP",99999]"#, r#"["COMMIT"]"#, r#"["GET","a"]"#].map(str::to_owned));
    let scratch = Scratch::new();
    let told = answers(&scratch.run(options, &lines.join("\n")));
    assert_eq!(told.lines().rev().take(2).collect::<Vec<_>>(), ["\"b\"", "\"true\""]);
    assert_eq!(
        answers(&scratch.run(options, r#"[["RESTORE", 99999, 99999], ["GET", "a"]]"#)),
        "[\"\",\"b\"]\n"
    );
}

/// Others have moved the clock meanwhile, and what was to live for a while has died: at the backup it had not.
#[test]
fn where_the_log_is_read_a_transaction_happens_at_its_own_moments() {
    let disk = SimulatedDisk::new();
    let open = || Store::open(Arc::new(disk.clone()), Options::default()).expect("it opens");
    let [one, other] = [Session::new(), Session::new()];
    let ask = |store: &mut Store, session: &Session, line: &str| {
        let words: Vec<_> = line.split(' ').collect();
        let (query, mut answer) = (crate::language().parse(&words).expect("a query"), String::new());
        store.apply_in(session, &[query], |_, reply| answer = reply.to_string()).expect("the disk is well");
        answer
    };
    let mut store = open();
    for line in ["SET_AT_WITH_TTL k f v 1 10", "BEGIN", "PUT a b", "BACKUP 5"] {
        ask(&mut store, &one, line);
    }
    // These change nothing, so they are no conflict.
    assert_eq!(ask(&mut store, &other, "DELETE_AT k f 40"), "false");
    assert_eq!(ask(&mut store, &other, "SIZE"), "0");
    store.compact().expect("the disk is well");
    assert_eq!(ask(&mut store, &other, "TICK 50"), "");
    assert_eq!(ask(&mut store, &one, "COMMIT"), "true");
    let killed = SimulatedDisk::live_image(&disk);
    drop(store);
    for disk in [killed, disk.clone()] {
        let mut store = Store::open(Arc::new(disk), Options::default()).expect("it opens");
        assert_eq!((store.clock().now(), ask(&mut store, &one, "KEYS").as_str()), (Time(50), "a"));
        ask(&mut store, &one, "RESTORE 60 5");
        assert_eq!(ask(&mut store, &one, "ITEMS"), "a(b), k.f(v)");
        assert_eq!(ask(&mut store, &one, "TTL k f"), "6");
        store.check().expect("it is as it must be");
    }
}

/// What it writes comes to the log all at once, and was packed whatever was in it: then it stayed in memory.
#[rstest]
fn a_long_value_of_a_transaction_stays_on_disk_as_any_other(#[values(false, true)] lz4: bool) {
    let disk = SimulatedDisk::new();
    let options = Options { lz4, ..Options::default() };
    let open = || Store::open(Arc::new(disk.clone()), options.clone()).expect("it opens");
    let (mut store, session, value) = (open(), Session::new(), "long".repeat(2_000));
    for words in [&["BEGIN"][..], &["PUT", "k", &value], &["COMMIT"]] {
        let query = crate::language().parse(words).expect("it is a query");
        store.apply_in(&session, &[query], |_, _| {}).expect("the disk is well");
    }
    assert_eq!(store.values_on_disk(), 1);
    store.close().expect("the disk is well");
    assert_eq!(open().values_on_disk(), 1);
}
