//! Level 4: BACKUP and RESTORE, at no cost in proportion to the data. BACKUP keeps what is live as one value,
//! RESTORE takes it back and pays for what was written since the last backup.
//!
//! ```text
//!   caller's time   0 ────── 3 ────────── 10 ────── 18
//!                            BACKUP       RESTORE   the cell set at 1 for 10 dies
//!   own time        0 ────── 3 ····┐   ┌·· 3 ─────── 11
//!                                  └───┘   shift = 10 - 3
//! ```
//!
//! Under the free rule time does not pass, so there is no clock to shift: there RESTORE writes the cells that
//! have a lifetime anew, in proportion to the data.

use super::Common;
use super::backups::Backup;
use super::fields::{Content, Fields};
use super::head::Head;
use super::outcome::WholeChange;
use super::timeline::Savepoint;
use super::transactions::{WholeDbWrite, WriteTarget};
use crate::reply::Reply;
use crate::time::{ClockRule, Time};

impl Common {
    /// Saves the database: closes the epoch, and remembers it with what is live.
    #[inline(never)]
    pub(super) fn backup<V>(&mut self, head: &mut Head, timestamp: Time, now: Time) -> Reply<'static, V> {
        head.live.drop_past(self.gone(now));
        let answer = head.live.count(now);
        self.note_whole(WholeChange::Saved { at: timestamp });
        self.touch_whole(head, WholeDbWrite::Saved);
        self.note_change(head, WriteTarget::Backups);
        let savepoint = self.timeline.close(&mut head.position);
        let backup = Backup { now, savepoint, live: head.live.clone() };
        let replaced = head.backups.add(timestamp, backup);
        let written = head.undo.take();
        self.forgetting.note(written.len());
        self.keep_closed(head, &written, savepoint.epoch());
        let hidden =
            replaced.map(|backup| backup.savepoint).filter(|last| self.timeline.follows(savepoint, *last));
        let hidden = hidden.map(Savepoint::epoch).filter(|last| self.is_seen_by_backups_only(*last));
        if let Some(last) = hidden {
            // Of two backups at one time the earlier can never be restored: what only it saw goes.
            for key in written {
                self.records.forget(&key, last);
            }
        }
        Reply::Count(answer)
    }

    /// Brings a backup back: what was written since the last one goes, and the timeline forks.
    #[inline(never)]
    pub(super) fn restore<V>(&mut self, head: &mut Head, timestamp: Time, moment: Time) -> Reply<'static, V> {
        let Some((taken, backup)) = head.backups.latest(moment) else { return Reply::Done };
        let backup = backup.clone();
        self.note_whole(WholeChange::Restored { at: timestamp, taken });
        self.touch_whole(head, WholeDbWrite::Left);
        self.note_change(head, WriteTarget::All);
        let written = head.undo.take();
        self.undo_open(head, written);
        self.timeline.fork(&mut head.position, backup.savepoint);
        self.forgetting.note(0);
        let lists = std::mem::replace(&mut head.live, backup.live).has_index();
        if lists {
            // Made now it is that of the backup, and the next restore has it.
            self.records.index(&head.live, self.view(head), backup.now);
        }
        match self.clock.rule() {
            ClockRule::Monotone => {
                debug_assert!(backup.now <= timestamp, "{} is later than {timestamp}", backup.now);
                head.shift = timestamp.0 - backup.now.0;
            }
            ClockRule::Free => self.rebase(head, backup.now, timestamp),
        }
        Reply::Done
    }

    /// Notes a record of which the open epoch has a version, once there is a backup to go back to.
    #[inline]
    pub(super) fn note_version(&self, head: &mut Head, key: &str) {
        if !head.backups.is_empty() || head.is_inside() {
            head.undo.record(key);
            head.undo.sweep(&self.records, head.position.open());
        }
    }

    /// Gives every cell that had time left at `from` as much at `to`, and takes away what was dead: walked,
    /// as the free rule needs it.
    fn rebase(&mut self, head: &mut Head, from: Time, to: Time) {
        let mut mortal = Vec::new();
        for (key, record) in self.records.iter() {
            let cells = record.seen(self.view(head)).into_iter().flat_map(Fields::cells);
            let ending = cells.filter(|(_, content)| !content.lifetime.is_permanent());
            mortal.extend(ending.map(|(field, content)| (key.clone(), field.clone(), content.clone())));
        }
        // What is noted of them has an order.
        mortal.sort_unstable_by(|(key, field, _), (next, of, _)| (key, field).cmp(&(next, of)));
        for (key, field, Content { value, lifetime }) in mortal {
            if lifetime.holds_at(from) {
                let lifetime = lifetime.rebased(from, to);
                self.put(head, &key, &field, Content { value, lifetime }, Time(0));
            } else {
                self.remove(head, &key, &field, Time(0));
            }
        }
    }
}
