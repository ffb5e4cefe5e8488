//! Whether the invariants of the engine hold: a line for each sentence that stands under that word in its
//! files.
//!
//! It is for tests, and for those who doubt; the engine never asks. What only one file knows is checked
//! there; here is what is true of several together, for everybody who has a present of the database: the
//! database itself, and each transaction that is open.

use std::collections::BTreeMap;

use super::Engine;
use super::backups::Backup;
use super::invariant::{Found, ensure, hold};
use super::records::{Content, Record};
use super::timeline::{Epoch, Savepoint, Timeline};
use super::transactions::Present;
use crate::time::{ClockRule, Time};

impl Engine {
    /// Looks whether the database is as it must be, whatever it was asked before.
    ///
    /// It takes (records) x (backups and open transactions) steps, so it is meant for tests. An engine that
    /// came to the last epoch of all, after four thousand million backups, is not looked into; one that was
    /// made of an image which tells an untruth does not pass.
    ///
    /// ```
    /// use rewinddb::{engine::Engine, query::Query, time::ClockRule};
    ///
    /// let mut engine = Engine::new(ClockRule::Monotone);
    /// engine.apply(&Query::Put { key: "A", value: "B" })?;
    /// assert_eq!(engine.check(), Ok(()));
    /// # Ok::<(), rewinddb::time::Backwards>(())
    /// ```
    ///
    /// # Errors
    /// The first invariant found that does not hold, as a sentence, and what breaks it.
    pub fn check(&self) -> Result<(), String> {
        if self.timeline.is_at_the_end() {
            return Ok(());
        }
        let whole = Whole { engine: self, presents: self.presents() };
        self.records.check(&self.timeline.pasts(whole.savepoints()))?;
        self.expiries.check()?;
        self.check_timeline()?;
        self.check_transactions()?;
        hold(
            &whole,
            &[
                ("no own clock stands before 0, and under the free rule none moves", Whole::clocks),
                (
                    "the last change was not before the last backup or restore, nor later than now",
                    Whole::changed,
                ),
                ("what is settled is past", Whole::settled),
                ("a version is of an epoch that is in a branch", Whole::epochs),
                ("a cell was set once, unless a transaction is told that it was not", Whole::cells),
                ("the count of a record is that of its cells live when expiries were settled", Whole::counts),
                ("the number of live records is that of records with a count", Whole::live),
                ("the number of a backup is that of records with a count there", Whole::backed_up),
                ("a backup is a closed epoch, and of the past", Whole::backups),
                ("what dies later than is settled has its expiry", Whole::expiries),
                ("what dies later than a backup has its expiry in the index", Whole::saved_expiries),
                ("what the open epoch has written is in the undo log", Whole::undo),
            ],
        )
    }
}

/// An engine, and who has a present of it.
struct Whole<'e> {
    engine: &'e Engine,
    presents: Vec<Present<'e>>,
}

impl Whole<'_> {
    /// Checks every present.
    fn each(&self, mut holds: impl FnMut(&Present<'_>) -> Found) -> Found {
        let in_present = |present: &Present<'_>, why| format!("{}: {why}", present.who());
        self.presents.iter().try_for_each(|present| holds(present).map_err(|why| in_present(present, why)))
    }

    /// Checks every record in a timeline.
    fn each_record(&self, mut holds: impl FnMut(&str, &Record) -> Found) -> Found {
        self.engine.records.iter().try_for_each(|(key, record)| holds(key, record))
    }

    /// Where there are backups.
    fn savepoints(&self) -> impl Iterator<Item = Savepoint> {
        self.presents.iter().flat_map(|present| present.backups.iter().map(|(_, backup)| backup.savepoint))
    }

    fn clocks(&self) -> Found {
        let clock = self.engine.clock;
        self.each(|present| {
            let is_still = present.shift == 0 && clock.now() == Time(0);
            let holds = clock.rule() == ClockRule::Monotone || is_still;
            ensure(holds && present.shift <= clock.now().0, || {
                format!("{clock:?} and a shift of {}", present.shift)
            })
        })
    }

    fn changed(&self) -> Found {
        let Engine { clock, changed, .. } = self.engine;
        let mut of_all = self.presents.iter().filter(|present| !present.is_transaction());
        of_all.try_for_each(|Present { shift, backups, .. }| {
            let saved = backups.last().filter(|_| clock.rule() == ClockRule::Monotone).unwrap_or_default();
            let holds = *changed <= clock.now() && *shift <= changed.0 && saved <= *changed;
            ensure(holds, || format!("it was at {changed}, a backup at {saved}, the shift is {shift}"))
        })
    }

    fn settled(&self) -> Found {
        let now = self.engine.clock.now().0;
        self.each(|present| {
            let (settled, shift) = (present.expiries.settled(), present.shift);
            ensure(settled.0 <= now - shift, || format!("{settled} is, at {now} with a shift of {shift}"))
        })
    }

    fn epochs(&self) -> Found {
        let known = self.engine.known_epochs();
        self.each_record(|key, record| {
            let cells = record.cells().flat_map(|(_, cell)| cell.iter().map(|(epoch, _)| epoch));
            let mut epochs = cells.chain(record.count().iter().map(|(epoch, _)| epoch));
            let unknown = epochs.find(|epoch| !known.have(*epoch));
            unknown.map_or(Ok(()), |epoch| Err(format!("{key:?} has a version of {epoch:?}")))
        })
    }

    fn cells(&self) -> Found {
        let is_told = |epoch| self.engine.first_epochs().any(|first| first == epoch);
        self.each_record(|key, record| {
            let mut cells = record.cells();
            let never = cells.find(|(_, cell)| {
                cell.is_deleted_for_good() && !cell.iter().all(|(epoch, _)| is_told(epoch))
            });
            never.map_or(Ok(()), |(field, _)| Err(format!("{field:?} of {key:?} was not")))
        })
    }

    fn counts(&self) -> Found {
        self.each(|present| self.counts_in(&present.timeline, present.expiries.settled()))?;
        self.each_backup(|timeline, backup| {
            let settled = if self.is_free() { Time(0) } else { backup.now };
            self.counts_in(timeline, settled)
        })
    }

    fn counts_in(&self, timeline: &Timeline, settled: Time) -> Found {
        self.each_record(|key, record| {
            let counted = record.count().seen(timeline).copied().unwrap_or(0) as usize;
            let walked = record.live_cells("", timeline, settled).count();
            ensure(counted == walked, || format!("{key:?} counts {counted}, and has {walked}"))
        })
    }

    fn live(&self) -> Found {
        self.each(|present| present.live.check(&self.counted_in(&present.timeline)))
    }

    /// The keys of the records that count something.
    fn counted_in(&self, timeline: &Timeline) -> Vec<&str> {
        let counts = |record: &Record| record.count().seen(timeline).is_some_and(|cells| *cells > 0);
        let counted = self.engine.records.iter().filter(|(_, record)| counts(record));
        counted.map(|(key, _)| key.as_str()).collect()
    }

    fn backed_up(&self) -> Found {
        self.each_backup(|timeline, backup| {
            let (says, counted) = (backup.live_records, self.counted_in(timeline).len() as u64);
            ensure(says == counted, || format!("it says {says}, and there are {counted}"))
        })
    }

    /// Checks every backup that can be restored, from where it is seen.
    fn each_backup(&self, mut holds: impl FnMut(&Timeline, &Backup) -> Found) -> Found {
        let backups = self.presents.iter().flat_map(|present| present.backups.iter());
        let backups: BTreeMap<Epoch, _> =
            backups.map(|backup| (backup.1.savepoint.epoch(), backup)).collect();
        let mut timeline = self.engine.timeline.clone();
        backups.values().try_for_each(|(taken, backup)| {
            timeline.stand_at(backup.savepoint);
            holds(&timeline, backup).map_err(|why| format!("the backup of {taken}: {why}"))
        })
    }

    fn backups(&self) -> Found {
        let (now, known) = (self.engine.clock.now(), self.engine.known_epochs());
        self.each(|present| {
            let mut before = None;
            present.backups.iter().try_for_each(|(taken, backup)| {
                let is_of_time = if self.is_free() {
                    backup.now == taken
                } else {
                    // Later ones close later epochs.
                    backup.now <= taken && taken <= now && before < Some(backup.savepoint.epoch())
                };
                before = Some(backup.savepoint.epoch());
                let holds = is_of_time && known.are_closed_at(backup.savepoint);
                ensure(holds, || format!("that of {taken} is {backup:?}"))
            })
        })
    }

    fn expiries(&self) -> Found {
        self.each(|present| {
            let (settled, fresh) = (present.expiries.settled(), present.expiries.fresh());
            self.expiries_in(&present.timeline, settled, |expiry| fresh.contains(expiry))
        })
    }

    fn saved_expiries(&self) -> Found {
        self.each_backup(|timeline, backup| self.expiries_in(timeline, backup.now, |_| false))
    }

    /// Looks for the expiries of all that is seen and dies at a moment or later: in the index, or where else
    /// they may be.
    fn expiries_in(
        &self,
        timeline: &Timeline,
        from: Time,
        is_elsewhere: impl Fn(&super::PendingExpiry) -> bool,
    ) -> Found {
        if self.is_free() {
            return Ok(());
        }
        self.each_record(|key, record| {
            let mut expiries = record.expiries(key, timeline).filter(|expiry| expiry.last >= from);
            let missing =
                expiries.find(|expiry| !self.engine.expiries.have_indexed(expiry) && !is_elsewhere(expiry));
            missing.map_or(Ok(()), |expiry| Err(format!("there is no {expiry:?}")))
        })
    }

    fn undo(&self) -> Found {
        self.each(|present| {
            if !present.is_transaction() && present.backups.is_empty() {
                return Ok(());
            }
            let (open, undo) = (present.timeline.open(), present.undo.set());
            self.each_record(|key, record| {
                let has = |field| undo.contains(&(key, Some(field)));
                written_is_recorded((key, record), open, undo.contains(&(key, None)), has)
            })
        })
    }

    fn is_free(&self) -> bool {
        self.engine.clock.rule() == ClockRule::Free
    }
}

/// Looks whether each cell of a record that an epoch has written is in an undo log, and its count, if that is
/// not known to be. With a cell the count of its record is undone, so that has to be there itself only where
/// no cell is.
pub(super) fn written_is_recorded<'r>(
    (key, record): (&str, &'r Record),
    epoch: Epoch,
    mut is_counted: bool,
    has: impl Fn(&'r str) -> bool,
) -> Found {
    for (field, _) in record.cells().filter(|(_, cell)| cell.is_of(epoch)) {
        ensure(has(field), || format!("{field:?} of {key:?} is not, in {epoch:?}"))?;
        is_counted = true;
    }
    let holds = is_counted || !record.count().is_of(epoch);
    ensure(holds, || format!("the count of {key:?} is not, in {epoch:?}"))
}

impl Record {
    /// When that dies which is seen of its cells.
    fn expiries<'r>(
        &'r self,
        key: &'r str,
        timeline: &'r Timeline,
    ) -> impl Iterator<Item = super::PendingExpiry> + 'r {
        let mortal = |content: &Content| !content.lifetime.is_permanent();
        self.cells().filter_map(move |(field, cell)| {
            let (epoch, content) = cell.seen_version(timeline)?;
            let last = content.as_ref().filter(|content| mortal(content))?.lifetime.last();
            Some(super::PendingExpiry { last, epoch, key: key.into(), field: field.clone() })
        })
    }
}

#[cfg(test)]
pub(super) mod tests;
