//! Level 4: BACKUP and RESTORE, at no cost in proportion to the data. BACKUP pays for what has died since the
//! clock last stood there, RESTORE for what was written since the last backup.
//!
//! ```text
//!   caller's time   0 ────── 3 ────────── 10 ────── 18
//!                            BACKUP       RESTORE   the cell set at 1 for 10 dies
//!   own time        0 ────── 3 ····┐   ┌·· 3 ─────── 11
//!                                  └───┘   shift = 10 - 3
//! ```
//!
//! Under the free rule time does not pass, so there is no clock to shift: there BACKUP counts, and RESTORE
//! writes the cells that have a lifetime anew, each in proportion to the data.

use super::Engine;
use super::backups::Backup;
use super::outcome::WholeChange;
use super::records::{Content, NewVersions, Record};
use super::timeline::Savepoint;
use super::transactions::{WholeDbWrite, WriteTarget};
use crate::reply::Reply;
use crate::time::{ClockRule, Time};

impl Engine {
    /// Saves the database: closes the epoch, and remembers it with the count.
    pub(super) fn backup<V>(&mut self, timestamp: Time, now: Time) -> Reply<'static, V> {
        let answer = match self.clock.rule() {
            ClockRule::Monotone => {
                self.settle(now);
                self.records.live_records()
            }
            ClockRule::Free => self.count_live(now),
        };
        self.note_whole(WholeChange::Saved { at: timestamp });
        self.touch_whole(WholeDbWrite::Saved);
        self.note_change(WriteTarget::Backups);
        let savepoint = self.timeline.close();
        let backup = Backup { now, savepoint, live_records: self.records.live_records() };
        let replaced = self.backups.add(timestamp, backup);
        let written = self.undo.take();
        self.forgetting.note(written.len());
        self.keep_closed(&written, savepoint.epoch());
        let hidden =
            replaced.map(|backup| backup.savepoint).filter(|last| self.timeline.follows(savepoint, *last));
        let hidden = hidden.map(Savepoint::epoch).filter(|last| self.is_seen_by_backups_only(*last));
        if let Some(last) = hidden {
            // Of two backups at one time the earlier can never be restored: what only it saw goes.
            for (key, field) in written {
                self.records.forget(&key, field.as_deref(), last);
            }
        }
        Reply::Count(answer)
    }

    /// Brings a backup back: what was written since the last one goes, and the timeline forks.
    pub(super) fn restore<V>(&mut self, timestamp: Time, moment: Time) -> Reply<'static, V> {
        let Some((taken, backup)) = self.backups.latest(moment) else { return Reply::Done };
        self.note_whole(WholeChange::Restored { at: timestamp, taken });
        self.touch_whole(WholeDbWrite::Left);
        self.note_change(WriteTarget::All);
        let written = self.undo.take();
        self.undo_open(written);
        self.timeline.fork(backup.savepoint);
        self.forgetting.note(0);
        self.records.set_live_records(backup.live_records);
        match self.clock.rule() {
            ClockRule::Monotone => {
                debug_assert!(backup.now <= timestamp, "{backup:?} is later than {timestamp}");
                self.shift = timestamp.0 - backup.now.0;
                self.expiries.rewind(backup.now);
            }
            ClockRule::Free => self.rebase(backup.now, timestamp),
        }
        Reply::Done
    }

    /// Notes what the open epoch has written, once there is a backup to go back to.
    #[inline]
    pub(super) fn note_new_versions(&mut self, key: &str, field: &str, new: NewVersions) {
        if self.backups.is_empty() && !self.is_inside() {
            return;
        }
        if new.cell {
            self.undo.record(key, Some(field));
        }
        // What another transaction undoes may take the cell away, and leave the count.
        if new.count || (new.cell && self.is_shared()) {
            self.undo.record(key, None);
        }
        self.undo.sweep(&self.records, self.timeline.open());
    }

    /// How many records have a cell live at `now`: walked, as the free rule needs it.
    fn count_live(&self, now: Time) -> u64 {
        let is_live = |record: &Record| record.live_cells("", &self.timeline, now).next().is_some();
        self.records.iter().filter(|(_, record)| is_live(record)).map(|_| 1).sum()
    }

    /// Gives every cell that had time left at `from` as much at `to`, and takes away what was dead: walked,
    /// as the free rule needs it.
    fn rebase(&mut self, from: Time, to: Time) {
        let mut mortal = Vec::new();
        for (key, record) in self.records.iter() {
            let cells = record.live_cells("", &self.timeline, Time(0));
            let ending = cells.filter(|(_, content)| !content.lifetime.is_permanent());
            mortal.extend(ending.map(|(field, content)| (key.clone(), field.clone(), content.clone())));
        }
        for (key, field, Content { value, lifetime }) in mortal {
            if lifetime.holds_at(from) {
                self.put(&key, &field, Content { value, lifetime: lifetime.rebased(from, to) }, Time(0));
            } else {
                self.remove(&key, &field, Time(0));
            }
        }
    }
}
