//! The store: a database that is on disk too, as a log of what was asked and snapshots of what came of it.
//!
//! Invariants: what was committed survives a crash of the process always, and a loss of power as the sync policy says;
//! a group is on disk whole or not at all; a file that is not as it was written is noticed and never read as
//! something else; what is in memory is what the files tell.
//!
//! ```text
//!   queries ─► group ─► frame ─► segment of the log        what was asked; first on disk, then in memory
//!                                    │ replay
//!                                    ▼
//!              Engine ◄───────── recovery ◄── snapshot      the state that the log had come to
//! ```
//!
//! The files, in the order to read them: `disk` (the file system as a store sees it), `frame` (how a message lies in a
//! file), `message` (what messages there are), `data_file` (names, headers, writing aside), `listing` (what lies in a
//! directory), `group` (queries on disk),
//! `log`, `flusher` and `watermark` (writing), `values` (values that stay on disk), `replay` and `recovery` (reading),
//! `snapshot` with `image`, and `compaction`. The format byte by byte is in `store/FORMAT.md`.

mod compaction;
mod data_file;
mod disk;
mod error;
mod flusher;
mod frame;
mod group;
mod image;
mod listing;
mod log;
mod message;
mod options;
mod recovery;
mod repair;
mod replay;
mod snapshot;
mod stats;
mod values;
mod verify;
mod view;
mod watermark;

pub use disk::{Disk, DiskFile, Fault, Names, PowerLoss, RealDisk, SimulatedDisk};
pub use error::{Damage, Error};
pub use options::{ByteSize, CacheMax, Encoding, Options, SyncPolicy};
pub use recovery::TornEnd;
pub use repair::{Repair, repair};
pub use replay::Until;
pub use stats::Stats;
pub use values::CacheStats;
pub use verify::{Verdict, verify};
pub use view::{View, cat};

use std::collections::HashSet;
use std::fmt;
use std::io::ErrorKind;
use std::ops::Range;
use std::sync::Arc;

use crate::engine::Engine;
use crate::query::{Access, Query};
use crate::reply::Reply;
use crate::time::{Clock, ClockRule, Time};
use compaction::Compaction;
use data_file::Name;
use frame::Link;
use listing::Listing;
use log::{Log, Tail};
use message::{Body, Group};
use recovery::recover;
use replay::Stored;
use snapshot::{Source, Written};
use values::Values;
use watermark::Watermark;

/// Groups with so many bytes of text are packed, if groups are.
const PACKED_FROM: usize = 4096;

/// A database that is on disk too. Dropping it closes it; [`Store::close`] also tells what went wrong then.
///
/// ```
/// use std::sync::Arc;
/// use rewinddb::{query::Query, store::{Options, SimulatedDisk, Store}};
///
/// let disk = Arc::new(SimulatedDisk::new());
/// let mut store = Store::open(disk.clone(), Options::default())?;
/// store.apply(&[Query::Set { key: "A", field: "B", value: "C" }], |_, _| {})?;
/// store.commit()?;
/// store.close()?;
///
/// let mut store = Store::open(disk, Options::default())?;
/// store.apply(&[Query::Get { key: "A", field: "B" }], |_, reply| assert_eq!(reply.to_string(), "C"))?;
/// # Ok::<(), rewinddb::store::Error>(())
/// ```
pub struct Store {
    engine: Engine,
    values: Values,
    log: Log,
    group: Group,
    /// What the clock reads as far as the log tells.
    logged: Time,
    options: Options,
    snapshot: Option<(Name, u64)>,
    compaction: Option<Compaction>,
    /// How far the log may grow until a compaction is thought of.
    compact_at: u64,
    compaction_failure: Option<String>,
    torn: Option<TornEnd>,
    disk: Arc<dyn Disk>,
    closed: bool,
    lock: Option<Box<dyn Send + Sync>>,
}

impl Store {
    /// Opens the store in a directory, or begins one if the directory is empty. A torn end of the log is cut off: see
    /// [`Self::torn_end`].
    ///
    /// # Errors
    /// [`Error::Locked`], [`Error::Damaged`], [`Error::NoStore`], [`Error::ClockRule`] or [`Error::Disk`].
    pub fn open(disk: Arc<dyn Disk>, options: Options) -> Result<Self, Error> {
        // Not even a lock is left beside files that are not a store's.
        if let Some(found) = Listing::read(&*disk)?.foreign_only() {
            return Err(Error::NoStore { found: Some(found) });
        }
        let lock = lock(&*disk)?;
        if Listing::read(&*disk)?.is_new() {
            watermark::create(&*disk, Link::default())?;
        }
        Self::open_locked(disk, options, lock)
    }

    /// Opens a store that is there.
    ///
    /// # Errors
    /// As [`Self::open`], and [`Error::NoStore`] where there is none.
    pub fn open_existing(disk: Arc<dyn Disk>, options: Options) -> Result<Self, Error> {
        let (lock, _) = lock_existing(&*disk)?;
        Self::open_locked(disk, options, lock)
    }

    fn open_locked(disk: Arc<dyn Disk>, options: Options, lock: Box<dyn Send + Sync>) -> Result<Self, Error> {
        let listing = Listing::read(&*disk)?;
        let recovered = recover(&*disk, &listing, &options, Until::End)?;
        let rule = recovered.engine.clock().rule();
        if options.clock.is_some_and(|wanted| wanted != rule) {
            return Err(Error::ClockRule { kept: rule });
        }
        let free = rule == ClockRule::Free;
        let snapshot = recovered.snapshot;
        // What a process that was killed has done to the names, and to what it wrote, is made durable before anything
        // is built on it.
        disk.sync_directory().map_err(Error::disk("sync", "the directory"))?;
        compaction::remove_covered(&*disk, snapshot.map(|(name, _)| name), &needed(&recovered.values))?;
        let watermark = Watermark::open(&*disk)?;
        let tail = if let Some(tail) = recovered.tail {
            cut(tail)?
        } else {
            let kept = snapshot.map_or(Encoding::Binary, |(name, _)| name.encoding);
            let encoding = options.encoding.unwrap_or(kept);
            Tail::create(&*disk, encoding, free, recovered.last)?
        };
        let encoding = options.encoding.unwrap_or(tail.name.encoding);
        let mut log = Log::new(Arc::clone(&disk), tail, watermark, &options, free);
        log.grown = recovered.log_bytes;
        log.renew(recovered.marked_end)?;
        if log.tail.name.encoding != encoding {
            log.rotate(encoding)?;
        }
        let mut store = Self {
            logged: recovered.engine.clock().now(),
            engine: recovered.engine,
            values: recovered.values,
            log,
            group: Group::default(),
            options,
            snapshot,
            compaction: None,
            compact_at: 0,
            compaction_failure: None,
            torn: recovered.torn,
            disk,
            closed: false,
            lock: Some(lock),
        };
        store.set_compact_at();
        Ok(store)
    }

    /// Is there a store in this directory?
    ///
    /// # Errors
    /// [`Error::Disk`].
    pub fn exists(disk: &dyn Disk) -> Result<bool, Error> {
        match list_existing(disk) {
            Ok(_) => Ok(true),
            Err(Error::NoStore { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// What was cut off the log when the store was opened: a write that nobody was told of.
    #[must_use]
    pub fn torn_end(&self) -> Option<&TornEnd> {
        self.torn.as_ref()
    }

    /// The logical clock: its rule and its reading.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.engine.clock()
    }

    /// The number of the last group of the log.
    #[must_use]
    pub fn last_group(&self) -> u64 {
        self.log.tail.last_group().sequence
    }

    /// What the store holds. All cells are walked.
    ///
    /// # Errors
    /// [`Error::Disk`].
    pub fn stats(&mut self) -> Result<Stats, Error> {
        let (last_group, tail) = (self.last_group(), Some(&self.log.tail));
        let stats = Stats::count(&*self.disk, &mut self.engine, &self.values, last_group, tail)?;
        Ok(Stats { compaction_failure: self.compaction_failure.clone(), ..stats })
    }

    /// Applies queries as one group: first to the log, then to the database; each reply is handed on. It survives a
    /// crash of the process from then on; [`Self::commit`] makes it durable.
    ///
    /// Reads leave nothing in the log. That they have moved the clock is told with the next write, or at the close.
    ///
    /// # Errors
    /// [`Error::Backwards`], [`Error::TooLarge`], [`Error::Stopped`], or [`Error::Disk`] from the log: none of the
    /// queries has taken effect then. An error from reading a value that stays on disk leaves that answer out, but
    /// all of the group has taken effect.
    pub fn apply(
        &mut self,
        queries: &[Query<'_>],
        each: impl FnMut(&Query<'_>, &Reply<'_>),
    ) -> Result<(), Error> {
        self.apply_group(queries, false, each)
    }

    /// Applies queries as one group that is committed before the first reply is handed on.
    ///
    /// # Errors
    /// As [`Self::apply`], and as [`Self::commit`]: none of the queries has taken effect in memory then, but they may
    /// have on disk.
    pub fn apply_committed(
        &mut self,
        queries: &[Query<'_>],
        each: impl FnMut(&Query<'_>, &Reply<'_>),
    ) -> Result<(), Error> {
        self.apply_group(queries, true, each)?;
        self.look_after_compaction();
        Ok(())
    }

    fn apply_group(
        &mut self,
        queries: &[Query<'_>],
        commit: bool,
        mut each: impl FnMut(&Query<'_>, &Reply<'_>),
    ) -> Result<(), Error> {
        let (plain, ends) = self.gather(queries)?;
        let is_binary = self.log.tail.name.encoding == Encoding::Binary;
        let packed = self.options.lz4 && is_binary && plain && self.group.texts.len() >= PACKED_FROM;
        let (mut payload, mut at) = (0..0, 0);
        if !self.group.is_empty() {
            (payload, at) = self.append(packed)?;
            self.logged = ends;
        }
        // Reads are answered even where nothing is written any more.
        if commit && !(self.group.is_empty() && self.log.check().is_err()) {
            self.log.commit(self.options.sync)?;
        }
        let stored = Stored {
            group: &self.group,
            file: &self.log.tail.file,
            payload: &self.log.written()[payload.clone()],
            payload_at: at + payload.start as u64,
            packed,
        };
        let (mut places, mut first, mut failed) = (stored.finder(), 0, Ok(()));
        let (engine, values) = (&mut self.engine, &mut self.values);
        for query in queries {
            let writes = query.row().access == Access::Write;
            let answered = if plain || !writes || values.is_held_as_it_is(query) {
                answer(engine, values, query, &mut |reply| each(query, reply))
            } else {
                let held = values.hold(query, |text| places(first + text));
                held.with(|held| answer(engine, values, held, &mut |reply| each(query, reply)))
            };
            if writes && !plain {
                first += group::texts(query.row());
            }
            failed = failed.and(answered);
        }
        failed
    }

    /// Makes what was applied as durable as the sync policy promises.
    ///
    /// # Errors
    /// [`Error::Disk`] or [`Error::Stopped`]: what was applied since the last commit may be lost with the power, and
    /// the store takes no more writes.
    pub fn commit(&mut self) -> Result<(), Error> {
        self.log.commit(self.options.sync)?;
        self.look_after_compaction();
        Ok(())
    }

    /// Begins to write a snapshot in the background; what it covers goes when it is done. Nothing is begun while one
    /// is being written, or if nothing has been written since the last.
    ///
    /// # Errors
    /// [`Error::Disk`] or [`Error::Stopped`].
    pub fn snapshot(&mut self) -> Result<(), Error> {
        self.look_after_compaction();
        if self.compaction.is_none() && !self.is_compact() {
            let source = self.source(false)?;
            self.start(source, None);
        }
        Ok(())
    }

    /// Writes a snapshot, in the encoding of the options, that takes the place of everything before it; values on
    /// disk are moved out of every file that has dead ones too. Nothing is done if nothing has been written since the
    /// last.
    ///
    /// # Errors
    /// [`Error::Disk`], [`Error::Damaged`] if a value cannot be moved, or [`Error::Stopped`]. What was there is
    /// there still.
    pub fn compact(&mut self) -> Result<(), Error> {
        self.wait_for_compaction()?;
        if self.is_compact() {
            return Ok(());
        }
        let source = self.source(true)?;
        let covered = self.log.grown;
        let written = snapshot::write(&*self.disk, source)?;
        self.install(written, covered)
    }

    /// Is a snapshot being written in the background? Any commit may put it in place.
    #[must_use]
    pub fn is_compacting(&self) -> bool {
        self.compaction.is_some()
    }

    /// Makes everything durable and gives the directory back.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub fn close(mut self) -> Result<(), Error> {
        self.end()
    }

    fn end(&mut self) -> Result<(), Error> {
        if std::mem::replace(&mut self.closed, true) {
            return Ok(());
        }
        let compacted = self.wait_for_compaction();
        self.log.check()?;
        if self.engine.clock().now() > self.logged {
            self.group.clear();
            self.group.push_clock(self.engine.clock().now());
            self.append(false)?;
        }
        self.log.close()?;
        compacted
    }

    /// Writes the queries that write into `group`, after all have been checked. The answer tells whether the engine
    /// gets every one as it is, and what the clock reads at the end.
    fn gather(&mut self, queries: &[Query<'_>]) -> Result<(bool, Time), Error> {
        self.group.clear();
        let (mut clock, mut logged, mut plain) = (self.engine.clock(), self.logged, true);
        for query in queries {
            clock.advance(query.timestamp()).map_err(Error::Backwards)?;
            if query.row().access == Access::Read {
                continue;
            }
            if query.timestamp().is_none() && clock.now() > logged {
                self.group.push_clock(clock.now());
            }
            logged = clock.now();
            plain &= self.values.is_held_as_it_is(query);
            if !self.group.push(query) {
                return Err(Error::TooLarge);
            }
        }
        if !self.group.is_empty() && clock.now() > logged {
            self.group.push_clock(clock.now());
        }
        Ok((plain, clock.now()))
    }

    /// Appends the group to the log; the answer tells where its payload lies in what was written, and where that
    /// begins in the file.
    fn append(&mut self, packed: bool) -> Result<(Range<usize>, u64), Error> {
        let packed = if packed { group::pack(&self.group) } else { None };
        if let Some(packed) = packed {
            return self.log.append(&Body::Packed(packed));
        }
        let body = Body::Group(std::mem::take(&mut self.group));
        let appended = self.log.append(&body);
        if let Body::Group(group) = body {
            self.group = group;
        }
        appended
    }

    /// What a snapshot of now is made of. The log goes on in a new segment.
    fn source(&mut self, thorough: bool) -> Result<Source, Error> {
        let encoding = self.log.tail.name.encoding;
        self.log.rotate(encoding)?;
        Ok(Source {
            frozen: self.engine.freeze(),
            covers: self.log.tail.before,
            places: self.values.places.clone(),
            next_value: self.values.next,
            encoding,
            thorough,
            lost: HashSet::new(),
        })
    }

    fn is_compact(&self) -> bool {
        let tail = &self.log.tail;
        let of_now = |(name, _): (Name, u64)| {
            name.sequence == tail.last_group().sequence && name.encoding == tail.name.encoding
        };
        self.snapshot.is_some_and(of_now)
    }

    fn start(&mut self, source: Source, held: Option<u64>) {
        let measured = held.map(|held| (self.engine.freeze(), held));
        let covered = self.log.grown;
        self.compaction = Some(Compaction::start(Arc::clone(&self.disk), source, measured, covered));
    }

    /// Puts a snapshot in place that is finished, or begins one if it is time. The log has all that a snapshot would
    /// have, so a failure is noted, and no reason to stop.
    fn look_after_compaction(&mut self) {
        if self.compaction.as_ref().is_some_and(Compaction::is_finished) {
            let ended = self.wait_for_compaction();
            self.compaction_failure = ended.err().map(|error| error.to_string());
        }
        let is_wanted = self.options.compact_after.is_some() && self.log.grown >= self.compact_at;
        if self.compaction.is_none() && is_wanted {
            let held = self.log.grown + self.snapshot.map_or(0, |(_, bytes)| bytes);
            match self.source(false) {
                Ok(source) => self.start(source, Some(held)),
                Err(error) => self.compaction_failure = Some(error.to_string()),
            }
            // Should it fail or turn out not to be worth it, the log must grow by half before the next is begun.
            self.compact_at = self.log.grown + self.log.grown / 2;
        }
    }

    fn wait_for_compaction(&mut self) -> Result<(), Error> {
        let Some(compaction) = self.compaction.take() else { return Ok(()) };
        let covered = compaction.covered;
        match compaction.wait()? {
            Some(written) => self.install(written, covered),
            None => Ok(()),
        }
    }

    /// Goes over to a snapshot that is there now.
    fn install(&mut self, written: Written, covered: u64) -> Result<(), Error> {
        let Written { name, bytes, places, next_value } = written;
        {
            let mut known = self.values.places.lock();
            known.retain(|number, _| *number >= next_value);
            known.extend(places);
        }
        self.snapshot = Some((name, bytes));
        self.log.grown = self.log.grown.saturating_sub(covered);
        self.set_compact_at();
        compaction::remove_covered(&*self.disk, Some(name), &needed(&self.values))
    }

    fn set_compact_at(&mut self) {
        let snapshot = self.snapshot.map_or(0, |(_, bytes)| bytes);
        self.compact_at = self.options.compact_after.unwrap_or(u64::MAX).max(snapshot);
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { disk, options, log, .. } = self;
        f.debug_struct("Store").field("disk", disk).field("options", options).field("log", log).finish()
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // Whoever wants to know what goes wrong here calls `close`.
        let _ = self.end();
        self.lock = None;
    }
}

/// What lies in a directory that must have a store.
fn list_existing(disk: &dyn Disk) -> Result<Listing, Error> {
    let is_none = |kind| matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory);
    match Listing::read(disk) {
        Ok(listing) if listing.is_new() => Err(Error::NoStore { found: None }),
        Err(Error::Disk { why, .. }) if is_none(why.kind()) => Err(Error::NoStore { found: None }),
        listed => listed,
    }
}

/// Takes a directory that must have a store. Where there is none not even a lock is left.
fn lock_existing(disk: &dyn Disk) -> Result<(Box<dyn Send + Sync>, Listing), Error> {
    list_existing(disk)?;
    Ok((lock(disk)?, Listing::read(disk)?))
}

/// Takes the directory.
fn lock(disk: &dyn Disk) -> Result<Box<dyn Send + Sync>, Error> {
    disk.lock().map_err(|error| match error.kind() {
        ErrorKind::WouldBlock => Error::Locked,
        _ => Error::disk("lock", "the directory")(error),
    })
}

/// Cuts off what lies behind the last frame.
fn cut(mut tail: Tail) -> Result<Tail, Error> {
    if tail.reached > tail.length {
        tail.trim()?;
        tail.file.file.sync().map_err(Error::disk("sync", &tail.file.name))?;
    }
    Ok(tail)
}

/// The files that values are in.
fn needed(values: &Values) -> HashSet<String> {
    values.places.lock().values().map(|place| place.file.name.clone()).collect()
}

/// Asks the engine, and hands the reply on with every value as the caller had it.
fn answer(
    engine: &mut Engine,
    values: &mut Values,
    query: &Query<'_>,
    each: &mut dyn FnMut(&Reply<'_>),
) -> Result<(), Error> {
    let reply = engine.apply(query).map_err(Error::Backwards)?;
    values.show(&reply, |reply| each(reply))
}
