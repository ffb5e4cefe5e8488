//! Whether the invariants of a store hold: a line for each sentence under that word in its files that can be looked at
//! while the store is open. (What is said of crashes is held by the tests.)
//!
//! It is for tests, and for those who doubt; the store never asks.

use std::collections::HashSet;

use super::Store;
use super::apply::Core;
use super::blob_store::BlobStore;
use super::data_file::FileKind;
use super::error::Error;
use super::listing::FileListing;
use super::log::Log;
use super::options::Options;
use super::recovery::{Recovered, recover};
use super::replay::Until;
use super::snapshot;
use super::watermark;
use crate::engine::Engine;

/// `Ok` where an invariant holds, else what breaks it.
type StoreFound = Result<(), String>;

/// A sentence, and what finds out whether it is true of a store.
type StoreInvariant<'s> = (&'static str, fn(&mut Checked<'s>) -> StoreFound);

/// A store, and what its files say.
struct Checked<'s> {
    store: &'s mut Store,
    listing: FileListing,
    /// `None` while a snapshot is being written: then files come and go.
    recovered: Option<Recovered>,
}

/// An error unless it holds.
fn ensure(holds: bool, why: impl FnOnce() -> String) -> StoreFound {
    if holds { Ok(()) } else { Err(why()) }
}

impl Store {
    /// Looks whether the store is as it must be, whatever it was asked before. All of its files are read, and what was
    /// asked is written before, so it is meant for tests. One that takes no more writes is not looked into.
    ///
    /// # Errors
    /// The first invariant found that does not hold, as a sentence, and what breaks it.
    pub fn check(&mut self) -> Result<(), String> {
        if self.log.write().is_err() || self.log.check().is_err() {
            return Ok(());
        }
        let listing = FileListing::read(&*self.disk).map_err(|error| error.to_string())?;
        let recovered = if self.compaction.is_some() {
            None
        } else {
            let read = recover(&self.disk, &listing, &Options::default(), Until::End);
            Some(read.map_err(|error| format!("broken: the files are whole: {error}"))?)
        };
        let mut checked = Checked { store: self, listing, recovered };
        let invariants: &[StoreInvariant<'_>] = &[
            ("what the journal has handed back has taken effect", Checked::is_settled),
            ("what is synced is in the log, and the watermark is never ahead of it", Checked::synced),
            ("the log says what the clock reads, but for what reads have moved it since", Checked::logged),
            ("a file under its name is there, as long as it is believed to be", Checked::length),
            ("a reference to a blob was given, and has a location", Checked::blobs),
            ("a location is in a file that is there", Checked::locations),
            (
                "what waits for a COMMIT was asked in a transaction that began, in order of time",
                Checked::pending,
            ),
            (
                "no snapshot covers more than was synced, and the newest is the one that counts",
                Checked::snapshot,
            ),
            ("what is in memory is what the files say", Checked::files),
        ];
        invariants.iter().try_for_each(|(sentence, holds)| {
            holds(&mut checked).map_err(|why| format!("broken: {sentence}: {why}"))
        })
    }
}

impl Checked<'_> {
    fn is_settled(&mut self) -> StoreFound {
        ensure(self.store.log.is_settled(), || "a group waits".to_owned())
    }

    fn synced(&mut self) -> StoreFound {
        let Log { tail, .. } = &self.store.log;
        let (last, synced) = (tail.last_group().sequence, self.store.log.synced().sequence);
        let slots = watermark::read(&*self.store.disk).map_err(|error| error.to_string())?;
        let marked = slots.into_iter().flatten().map(|link| link.sequence).max();
        let holds = synced <= last && marked.is_some_and(|marked| marked <= synced);
        ensure(holds, || {
            format!("{last} is the last group, {synced} is synced, the watermark says {marked:?}")
        })
    }

    fn logged(&mut self) -> StoreFound {
        let core = &self.store.core;
        let (logged, now) = (core.logged, core.engine.clock().now());
        ensure(logged <= now, || format!("the log says {logged}, the clock {now}"))?;
        let Some(recovered) = &self.recovered else { return Ok(()) };
        let said = recovered.engine.clock().now();
        // A snapshot says what the clock read when it was begun.
        let holds = logged <= said && said <= now;
        ensure(holds, || format!("the log says {logged} in memory and {said} in the files"))
    }

    fn length(&mut self) -> StoreFound {
        let tail = &self.store.log.tail;
        let length = tail.file.file.length().map_err(|error| error.to_string())?;
        let holds = tail.length <= tail.reached && tail.reached == length;
        ensure(holds, || format!("{} has {length} bytes, not {}", tail.file.name, tail.reached))
    }

    fn blobs(&mut self) -> StoreFound {
        let core = &mut self.store.core;
        let (locations, next) = (core.blobs.locations.clone(), core.blobs.next);
        core.engine.image().try_each_record(|record| {
            let mut blobs = snapshot::blobs_of(record);
            let bad = blobs.find(|blob| blob.0 >= next || locations.get(*blob).is_none());
            bad.map_or(Ok(()), |blob| Err(format!("{blob:?} in the record {:?}", record.key)))
        })
    }

    fn locations(&mut self) -> StoreFound {
        if self.recovered.is_none() {
            return Ok(());
        }
        let listed: HashSet<_> = self.listing.segments.iter().chain(&self.listing.values).collect();
        let locations = self.store.core.blobs.locations.lock();
        let lost = locations.iter().find(|(_, location)| !listed.contains(&location.file));
        lost.map_or(Ok(()), |(blob, location)| Err(format!("{blob:?} in {}", location.file)))
    }

    fn pending(&mut self) -> StoreFound {
        let core = &self.store.core;
        core.pending.iter().try_for_each(|(number, pending)| {
            let in_time = pending.check(core.engine.clock());
            in_time.map_err(|why| format!("transaction {number}: {why}"))
        })
    }

    fn snapshot(&mut self) -> StoreFound {
        let Some(size) = self.store.snapshot else { return Ok(()) };
        let newest = self.listing.snapshots.last().map(|name| name.sequence);
        let (covered, synced) = (size.name.sequence, self.store.log.synced().sequence);
        let is_newest = self.recovered.is_none() || newest == Some(covered);
        ensure(covered <= synced && is_newest && size.name.kind == FileKind::Snapshot, || {
            format!("it covers {covered}, {synced} is synced, the newest there covers {newest:?}")
        })
    }

    fn files(&mut self) -> StoreFound {
        let Some(Recovered { engine, blobs, .. }) = &mut self.recovered else { return Ok(()) };
        let core = &mut self.store.core;
        // That reads have moved the clock is said with the next write.
        let now = core.engine.clock().now();
        engine.tick(now.max(engine.clock().now())).map_err(|backwards| backwards.to_string())?;
        let said = dump(engine, blobs).map_err(|error| error.to_string())?;
        let stored = dump(&mut core.engine, &mut core.blobs).map_err(|error| error.to_string())?;
        let differs = stored.iter().zip(&said).find(|(stored, said)| stored != said);
        ensure(stored == said, || format!("{} queries, not {}; first {differs:?}", stored.len(), said.len()))
    }
}

/// The queries that rebuild a database. They are those of a copy in memory, where texts are compared and not
/// references.
fn dump(engine: &mut Engine, blobs: &mut BlobStore) -> Result<Vec<String>, Error> {
    let mut queries = Vec::new();
    Core::in_memory(engine, blobs)?.try_dump(|query| {
        queries.push(format!("{query:?}"));
        Ok::<_, Error>(())
    })?;
    Ok(queries)
}
