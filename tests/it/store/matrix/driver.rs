//! A script run against a store and an engine side by side.
//!
//! Invariant: `history` has a moment for each group that the store has acknowledged, by its number; a call that fails
//! may have left one more group on disk, which is `pending`.

use std::sync::Arc;

use rewinddb::engine::Engine;
use rewinddb::query::{Access, Query};
use rewinddb::reply::Reply;
use rewinddb::store::{Encoding, Error, Options, SimulatedDisk, Store, SyncPolicy};
use rewinddb::time::{Backwards, ClockRule};

use super::handle;
use super::state::{State, look};
use crate::judge::lists::List;

/// What is done to a store.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// A group that is committed before it is answered.
    Committed(List),
    /// A group.
    Applied(List),
    Commit,
    Compact,
    /// Close and open, to go on in this encoding.
    Reopen(Encoding),
}

pub(super) type Script = Vec<Step>;

/// A database at the end of a group.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    pub(super) engine: Engine,
    pub(super) state: State,
}

impl Moment {
    fn of(engine: &Engine) -> Arc<Self> {
        Arc::new(Self { engine: engine.clone(), state: State::of(engine) })
    }
}

/// A store, and what it should hold.
pub(super) struct Driver {
    pub(super) disk: SimulatedDisk,
    pub(super) options: Options,
    pub(super) store: Option<Store>,
    pub(super) history: Vec<Arc<Moment>>,
    pub(super) pending: Option<Arc<Moment>>,
    /// The last group that a loss of power must not take.
    pub(super) committed: u64,
    /// The store has told of housekeeping that has failed.
    pub(super) noted: bool,
    /// What the store has in memory.
    engine: Engine,
    /// The moments of backups.
    backups: Vec<u64>,
}

pub(super) fn parsed(words: &[String]) -> Query<'_> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    crate::language().parse(&words).expect("a query of the language")
}

pub(super) fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

impl Driver {
    /// A driver for a new store, which the first step opens.
    pub(super) fn new(disk: &SimulatedDisk, options: Options) -> Self {
        let engine = Engine::new(options.clock.unwrap_or(ClockRule::Monotone));
        let history = vec![Moment::of(&engine)];
        Self {
            disk: disk.clone(),
            options,
            store: None,
            history,
            pending: None,
            committed: 0,
            noted: false,
            engine,
            backups: Vec::new(),
        }
    }

    /// Goes on with a store that was closed, as a copy on another disk.
    pub(super) fn on(&self, disk: &SimulatedDisk, options: Options) -> Self {
        let mut driver = Self::new(disk, options);
        (driver.history, driver.committed) = (self.history.clone(), self.applied());
        (driver.engine, driver.backups) = (self.last().engine.clone(), self.backups.clone());
        driver
    }

    /// The number of the last group that was acknowledged.
    pub(super) fn applied(&self) -> u64 {
        self.history.len() as u64 - 1
    }

    pub(super) fn last(&self) -> &Moment {
        self.history.last().expect("it begins with an empty database")
    }

    /// The database at the end of a group, the pending one included.
    pub(super) fn moment(&self, group: u64) -> Option<&Arc<Moment>> {
        let group = usize::try_from(group).ok()?;
        if group == self.history.len() { self.pending.as_ref() } else { self.history.get(group) }
    }

    /// Runs a script up to the first failure.
    pub(super) fn run(&mut self, script: &[Step]) -> Result<(), Error> {
        script.iter().try_for_each(|step| self.step(step))
    }

    pub(super) fn step(&mut self, step: &Step) -> Result<(), Error> {
        if self.store.is_none() {
            self.open()?;
        }
        let done = self.take(step);
        let failures =
            self.store.as_ref().map(|store| (store.compaction_failure(), store.rotation_failure()));
        self.noted |= failures.is_some_and(|failures| failures != (None, None));
        done
    }

    fn take(&mut self, step: &Step) -> Result<(), Error> {
        match step {
            Step::Committed(list) => self.group(list, true),
            Step::Applied(list) => self.group(list, false),
            Step::Commit => {
                self.store().commit()?;
                self.note_commit();
                Ok(())
            }
            Step::Compact => {
                self.store().compact()?;
                self.committed = self.applied();
                Ok(())
            }
            Step::Reopen(encoding) => {
                self.close()?;
                self.options.encoding = Some(*encoding);
                self.open()
            }
        }
    }

    pub(super) fn store(&mut self) -> &mut Store {
        self.store.as_mut().expect("a step has opened it")
    }

    pub(super) fn open(&mut self) -> Result<(), Error> {
        self.open_torn()?;
        assert_eq!(self.store().torn_end(), None, "nothing was torn");
        Ok(())
    }

    /// Opens the store after a crash, which may have left a torn end.
    pub(super) fn open_torn(&mut self) -> Result<(), Error> {
        let store = Store::open(handle(&self.disk), self.options.clone())?;
        assert_eq!((store.last_group(), store.clock()), (self.applied(), self.last().engine.clock()));
        self.engine = self.last().engine.clone();
        self.store = Some(store);
        Ok(())
    }

    pub(super) fn close(&mut self) -> Result<(), Error> {
        let Some(store) = self.store.take() else { return Ok(()) };
        store.close()?;
        self.committed = self.applied();
        Ok(())
    }

    fn group(&mut self, list: &List, commit: bool) -> Result<(), Error> {
        let queries: Vec<_> = list.iter().map(|words| parsed(words)).collect();
        let mut engine = self.engine.clone();
        let wanted: Result<Vec<_>, Backwards> =
            queries.iter().map(|query| engine.apply(query).map(|reply| reply.to_string())).collect();
        let writes = queries.iter().any(|query| query.operation().access() == Access::Write);
        // What moves the clock is answered for, too.
        let is_logged = writes || engine.clock().now() > self.engine.clock().now();
        self.pending = (wanted.is_ok() && is_logged).then(|| Moment::of(&engine));
        let mut given = Vec::new();
        let each = |_: &Query<'_>, reply: &Reply<'_>| given.push(reply.to_string());
        let store = self.store();
        let applied =
            if commit { store.apply_committed(&queries, each) } else { store.apply(&queries, each) };
        match (wanted, applied) {
            (Ok(wanted), Ok(())) => assert_eq!(given, wanted, "{list:?}"),
            (Err(_), Err(Error::Backwards(_))) => return Ok(()),
            (Err(_), answer) => panic!("{list:?} runs backwards, and the answer is {answer:?}"),
            (Ok(_), Err(error)) => return Err(error),
        }
        self.engine = engine;
        self.acknowledge();
        let group = self.store().last_group();
        assert_eq!(group, self.applied(), "a group is logged if it writes or moves the clock");
        // After every fourth group: scripts are run again and again.
        assert!(
            !self.applied().is_multiple_of(4) || self.engine.check() == Ok(()),
            "{:?}",
            self.engine.check()
        );
        self.backups
            .extend(queries.iter().filter(|query| query.operation().name() == "BACKUP").map(moment_of));
        // What changes nothing commits nothing.
        if commit && is_logged {
            self.note_commit();
        }
        Ok(())
    }

    /// The group that was under way is done, if there was one.
    fn acknowledge(&mut self) {
        if let Some(moment) = self.pending.take() {
            self.history.push(moment);
        }
    }

    fn note_commit(&mut self) {
        if self.options.sync == SyncPolicy::Always {
            self.committed = self.applied();
        }
    }

    /// Holds what the store has in memory against the engine: every record is read.
    pub(super) fn check_memory(&mut self) {
        let keys: Vec<_> = State::of(&self.engine).cells.into_iter().map(|(key, ..)| key).collect();
        for key in keys {
            let scan = Query::Scan { key: &key };
            let wanted = self.engine.clone().apply(&scan).expect("it has no timestamp").to_string();
            let mut given = None;
            let scanned = self.store().apply(&[scan], |_, reply| given = Some(reply.to_string()));
            scanned.expect("reads go on");
            assert_eq!(given, Some(wanted), "{key}");
        }
    }

    /// Opens what was found on a disk: it must be the database after a group, `least` at the earliest, and the store
    /// must go on from there. The answer is that group.
    pub(super) fn check_image(&self, image: &SimulatedDisk, least: u64, turn: usize) -> Result<u64, String> {
        let (group, moment) = self.find(image, least)?;
        self.go_on(image, group, moment, turn).map_err(|why| format!("going on after {group}: {why}"))?;
        Ok(group)
    }

    /// The same; the answer is the state that is there then, one group later.
    pub(super) fn goes_on(&self, image: &SimulatedDisk, least: u64, turn: usize) -> Result<State, String> {
        let (group, moment) = self.find(image, least)?;
        self.go_on(image, group, moment, turn)
    }

    fn find(&self, image: &SimulatedDisk, least: u64) -> Result<(u64, &Moment), String> {
        let found = look(image, &self.options).map_err(|error| error.to_string())?;
        let moment = self.moment(found.group).filter(|_| found.group >= least);
        let moment = moment.ok_or_else(|| format!("it ends with group {}, not {least}", found.group))?;
        let why = || format!("after group {}: {:?}, not {:?}", found.group, found.state, moment.state);
        if moment.state == found.state { Ok((found.group, moment)) } else { Err(why()) }
    }

    /// Opens a store after a group, restores one of the backups, sets something, closes it, and looks again.
    fn go_on(
        &self,
        image: &SimulatedDisk,
        group: u64,
        moment: &Moment,
        turn: usize,
    ) -> Result<State, String> {
        let mut engine = moment.engine.clone();
        let now = engine.clock().now().0;
        let backup = self.backups.get(turn % self.backups.len().max(1)).copied().unwrap_or(now);
        let list = [
            words(&format!("RESTORE {now} {backup}")),
            words(&format!("SET_AT_WITH_TTL on and_on {} {now} 9", "long".repeat(9))),
        ];
        let queries = list.each_ref().map(|words| parsed(words));
        for query in &queries {
            engine.apply(query).expect("the time is the clock's");
        }
        let told = |error: Error| error.to_string();
        let mut store = Store::open(handle(image), self.options.clone()).map_err(told)?;
        store.apply_committed(&queries, |_, _| {}).map_err(told)?;
        store.close().map_err(told)?;
        let (found, wanted) = (look(image, &self.options).map_err(told)?, State::of(&engine));
        if (found.group, &found.state) != (group + 1, &wanted) {
            return Err(format!("{found:?}, not {wanted:?}"));
        }
        Ok(wanted)
    }
}

fn moment_of(query: &Query<'_>) -> u64 {
    query.timestamp().expect("a backup has a timestamp").0
}
