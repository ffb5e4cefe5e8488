//! Transactions on disk: sessions mixed at random on a store, with an engine beside it. What the files tell after each call
//! is what is committed in memory.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use rewinddb::engine::{Effect, Engine, Session};
use rewinddb::query::{Access, Query};
use rewinddb::store::{Encoding, Error, Options, SimulatedDisk, Store, StoreView, Until};
use rewinddb::time::ClockRule;
use rstest::rstest;

use crate::amounts::STORED_MIXED;
use crate::engine::dump::dump;
use crate::engine::random::parsed;
use crate::engine::sessions::{OWN, Step, script_of};
use crate::judge::lists::Rng;
use crate::program::stored::{Scratch, answers};

/// After so many calls the store is checked: that reads all of its files.
const CHECKED: usize = 8;

#[rstest]
#[case::binary(Options::default())]
#[case::json(Options { encoding: Some(Encoding::Json), ..Options::default() })]
#[case::values_on_disk(Options { inline_max: 1, ..Options::default() })]
#[case::values_in_json(Options { inline_max: 0, encoding: Some(Encoding::Json), ..Options::default() })]
fn the_files_tell_what_is_committed(#[case] options: Options) {
    for seed in STORED_MIXED.seeds() {
        let mut both = Both::new(seed, options.clone());
        for call in calls(seed) {
            both.call(&call);
        }
        both.reopen();
    }
}

/// The steps of a script, some that follow each other in one session together.
fn calls(seed: u64) -> Vec<Vec<Step>> {
    let mut rng = Rng(seed);
    let mut calls: Vec<Vec<Step>> = Vec::new();
    for step in script_of(seed, false) {
        match calls.last_mut().filter(|call| call[0].session == step.session) {
            Some(call) if rng.chance(2) && !step.words.is_empty() && !call[0].words.is_empty() => {
                call.push(step);
            }
            _ => calls.push(vec![step]),
        }
    }
    calls
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
}

impl Both {
    fn new(seed: u64, options: Options) -> Self {
        let disk = SimulatedDisk::new();
        let store = Store::open(Arc::new(disk.clone()), options.clone()).expect("it begins");
        let engine = Engine::new(ClockRule::Monotone);
        let sessions = BTreeMap::new();
        Self { seed, options, rng: Rng(seed), disk, store: Some(store), engine, sessions, calls: 0 }
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
        for (query, given) in queries.iter().zip(&given) {
            let own = if session == OWN { None } else { Some(of_engine) };
            if query.operation().access() == Access::Commit && given == "false" && !self.refuses(own) {
                continue;
            }
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
        if self.calls.is_multiple_of(CHECKED) {
            let store = self.store.as_mut().expect("it is open");
            store.check().unwrap_or_else(|why| panic!("seed {}: {why}", self.seed));
        }
        if self.rng.chance(20) {
            self.reopen();
        }
    }

    /// A transaction with a backup, whose times the log has passed, is refused by a store alone: then it is rolled back here
    /// too, and `false` is told.
    fn refuses(&mut self, session: Option<&Session>) -> bool {
        let Ok(effect) = self.engine.try_effect(session, |_| Ok::<_, Infallible>(()));
        if effect == Effect::Original {
            self.engine.roll_back(session);
        }
        effect != Effect::Original
    }

    /// All sessions end, and the store is opened anew. Sometimes a snapshot is taken before.
    fn reopen(&mut self) {
        let mut store = self.store.take().expect("it is open");
        if self.rng.chance(2) {
            store.snapshot().expect("the disk is well");
            store.finish_snapshot().expect("the disk is well");
        }
        self.sessions.clear();
        store.close().expect("the disk is well");
        self.store = Some(Store::open(Arc::new(self.disk.clone()), self.options.clone()).expect("it opens"));
        self.engine.roll_back(None);
        self.same();
    }

    /// What the files tell makes the database that the engine has, backups too.
    fn same(&mut self) {
        let view = StoreView::open(Arc::new(self.disk.live_image()), &self.options, Until::End);
        let mut made = Engine::new(ClockRule::Monotone);
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
