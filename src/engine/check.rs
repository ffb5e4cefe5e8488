//! Whether the invariants of the engine hold: a line for each sentence that stands under that word in its
//! files.
//!
//! It is for tests, and for those who doubt; the engine never asks. What only one file knows is checked
//! there; here is what is true of several together, for every head: that of the database, and that of each
//! transaction which is open.

use std::collections::BTreeMap;

use super::backups::Backup;
use super::head::Head;
use super::invariant::{Found, ensure, hold};
use super::records::Record;
use super::timeline::{Epoch, Savepoint, View};
use super::{Common, Engine};
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
        let Common { timeline, records, .. } = &self.common;
        if timeline.is_at_the_end() {
            return Ok(());
        }
        let whole = Whole { engine: self, common: &self.common };
        records.check(&timeline.pasts(whole.savepoints()))?;
        timeline.check(whole.heads().map(|head| &head.position))?;
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

/// An engine.
struct Whole<'e> {
    engine: &'e Engine,
    common: &'e Common,
}

impl<'e> Whole<'e> {
    /// Every head, that of the database first.
    fn heads(&self) -> impl Iterator<Item = &'e Head> + use<'e> {
        [&self.engine.own].into_iter().chain(&self.engine.heads)
    }

    /// Checks every head.
    fn each(&self, mut holds: impl FnMut(&Head) -> Found) -> Found {
        let who = |head: &Head| match head.transaction {
            Some(place) => format!("transaction {place}"),
            None => "the database".to_owned(),
        };
        self.heads().try_for_each(|head| holds(head).map_err(|why| format!("{}: {why}", who(head))))
    }

    /// Checks every record in a timeline.
    fn each_record(&self, mut holds: impl FnMut(&str, &Record) -> Found) -> Found {
        self.common.records.iter().try_for_each(|(key, record)| holds(key, record))
    }

    /// Where there are backups.
    fn savepoints(&self) -> impl Iterator<Item = Savepoint> {
        self.heads().flat_map(|head| head.backups.iter().map(|(_, backup)| backup.savepoint))
    }

    fn clocks(&self) -> Found {
        let clock = self.common.clock;
        self.each(|head| {
            let is_still = head.shift == 0 && clock.now() == Time(0);
            let holds = clock.rule() == ClockRule::Monotone || is_still;
            ensure(holds && head.shift <= clock.now().0, || {
                format!("{clock:?} and a shift of {}", head.shift)
            })
        })
    }

    fn changed(&self) -> Found {
        let (Common { clock, changed, .. }, Head { shift, backups, .. }) = (self.common, &self.engine.own);
        let saved = backups.last().filter(|_| clock.rule() == ClockRule::Monotone).unwrap_or_default();
        let holds = *changed <= clock.now() && *shift <= changed.0 && saved <= *changed;
        ensure(holds, || format!("it was at {changed}, a backup at {saved}, the shift is {shift}"))
    }

    fn epochs(&self) -> Found {
        let known = self.common.timeline.known(self.heads().map(|head| &head.position));
        self.each_record(|key, record| {
            let mut epochs = record.iter().map(|(epoch, _)| epoch);
            let unknown = epochs.find(|epoch| !known.have(*epoch));
            unknown.map_or(Ok(()), |epoch| Err(format!("{key:?} has a version of {epoch:?}")))
        })
    }

    fn live(&self) -> Found {
        let now = self.common.clock.now();
        self.each(|head| {
            let gone = self.common.gone(head.own_time(now));
            head.live.check(&self.seen_in(self.common.view(head)), gone)
        })
    }

    /// The keys of the records that are seen and have cells, with their deaths.
    fn seen_in(&self, view: View<'_>) -> Vec<(&str, Time)> {
        let seen = self.common.records.iter().filter_map(|(key, record)| Some((key, record.seen(view)?)));
        seen.filter_map(|(key, fields)| Some((key.as_str(), fields.death()?))).collect()
    }

    fn saved(&self) -> Found {
        self.each_backup(|view, backup| backup.live.check(&self.seen_in(view), self.common.gone(backup.now)))
    }

    /// Checks every backup that can be restored, from where it is seen.
    fn each_backup(&self, mut holds: impl FnMut(View<'_>, &Backup) -> Found) -> Found {
        let backups = self.heads().flat_map(|head| head.backups.iter());
        let backups: BTreeMap<Epoch, _> =
            backups.map(|backup| (backup.1.savepoint.epoch(), backup)).collect();
        let timeline = &self.common.timeline;
        backups.values().try_for_each(|(taken, backup)| {
            let position = timeline.position_at(backup.savepoint);
            let view = timeline.view(&position);
            holds(view, backup).map_err(|why| format!("the backup of {taken}: {why}"))
        })
    }

    fn backups(&self) -> Found {
        let known = self.common.timeline.known(self.heads().map(|head| &head.position));
        let now = self.common.clock.now();
        self.each(|head| {
            let mut before = None;
            head.backups.iter().try_for_each(|(taken, backup)| {
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
        self.each(|head| {
            if !head.is_inside() && head.backups.is_empty() {
                return Ok(());
            }
            let (open, undo) = (head.position.open(), head.undo.set());
            self.each_record(|key, record| {
                ensure(!record.is_of(open) || undo.contains(key), || format!("{key:?} is not, in {open:?}"))
            })
        })
    }

    fn is_free(&self) -> bool {
        self.common.clock.rule() == ClockRule::Free
    }
}

#[cfg(test)]
pub(super) mod tests;
