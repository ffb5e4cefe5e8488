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
use super::records::Record;
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
                ("a version is of an epoch that is in a branch", Whole::epochs),
                ("what is live now, or later, is known, as far as it is indexed too", Whole::live),
                ("what was live at a backup, or later, is known, as far as it is indexed too", Whole::saved),
                ("a backup is a closed epoch, and of the past", Whole::backups),
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

    fn epochs(&self) -> Found {
        let known = self.engine.known_epochs();
        self.each_record(|key, record| {
            let mut epochs = record.iter().map(|(epoch, _)| epoch);
            let unknown = epochs.find(|epoch| !known.have(*epoch));
            unknown.map_or(Ok(()), |epoch| Err(format!("{key:?} has a version of {epoch:?}")))
        })
    }

    fn live(&self) -> Found {
        let now = self.engine.clock.now().0;
        self.each(|present| {
            let gone = self.engine.gone(Time(now - present.shift));
            present.live.check(&self.seen_in(&present.timeline), gone)
        })
    }

    /// The keys of the records that are seen and have cells, with their deaths.
    fn seen_in(&self, timeline: &Timeline) -> Vec<(&str, Time)> {
        let seen = self.engine.records.iter().filter_map(|(key, record)| Some((key, record.seen(timeline)?)));
        seen.filter_map(|(key, fields)| Some((key.as_str(), fields.death()?))).collect()
    }

    fn saved(&self) -> Found {
        self.each_backup(|timeline, backup| {
            backup.live.check(&self.seen_in(timeline), self.engine.gone(backup.now))
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

    fn undo(&self) -> Found {
        self.each(|present| {
            if !present.is_transaction() && present.backups.is_empty() {
                return Ok(());
            }
            let (open, undo) = (present.timeline.open(), present.undo.set());
            self.each_record(|key, record| {
                ensure(!record.is_of(open) || undo.contains(key), || format!("{key:?} is not, in {open:?}"))
            })
        })
    }

    fn is_free(&self) -> bool {
        self.engine.clock.rule() == ClockRule::Free
    }
}

#[cfg(test)]
pub(super) mod tests;
