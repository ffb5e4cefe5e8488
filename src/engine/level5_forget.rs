//! Level 5, backups that are given up: FORGET, and what only they held is given back.
//!
//! Promise, which tests hold it to: whatever was written and forgotten, there are about twice as many versions as
//! somebody sees, and a few.
//!
//! What nobody sees is looked for when as much was written since the last look as was left then, so a write pays
//! for its own part of it; and where no transaction is open.

use super::head::Head;
use super::transactions::{WholeDbWrite, WriteTarget};
use super::{Common, Engine};
use crate::reply::Reply;
use crate::time::Time;

/// No look is worth while for less.
const FEW: usize = 16;

/// When to look for what nobody sees.
#[derive(Clone, Debug, Default)]
pub(super) struct Forgetting {
    /// Was a backup forgotten since the last look?
    any: bool,
    /// How many versions and branches came to lie in the past since then.
    since: usize,
    /// How many versions the last look left.
    left: usize,
}

impl Forgetting {
    /// A backup or a restore puts so many versions in the past.
    pub(super) fn note(&mut self, versions: usize) {
        self.since += 1 + versions;
    }

    fn is_due(&self) -> bool {
        self.any && self.since > self.left + FEW
    }
}

impl Common {
    /// Forgets the backups before the latest one taken at `moment` or earlier, and counts them.
    #[inline(never)]
    pub(super) fn forget<V>(&mut self, head: &mut Head, moment: Time) -> Reply<'static, V> {
        let kept = head.backups.latest(moment).map(|(taken, _)| taken);
        let count = kept.map_or(0, |kept| head.backups.count_before(kept));
        if let Some(kept) = kept.filter(|_| count > 0) {
            self.touch_whole(head, WholeDbWrite::Saved);
            self.note_change(head, WriteTarget::Backups);
            head.backups.forget_before(kept);
            self.forgetting.any = true;
            self.give_back(head);
        }
        Reply::Count(count as u64)
    }

    /// Gives back what nobody sees, if it is time to; where no transaction is open, this is the database's head.
    pub(super) fn give_back(&mut self, head: &Head) {
        if self.forgetting.is_due() {
            self.look_for_unseen(head);
        }
    }

    fn look_for_unseen(&mut self, head: &Head) {
        if self.is_shared() {
            return;
        }
        let backups = head.backups.iter().map(|(_, backup)| backup.savepoint);
        let watchers = self.timeline.watchers(&head.position, backups);
        for (key, epoch) in self.records.unseen(&watchers) {
            self.records.take(&key, epoch);
        }
        self.timeline.give_back(&watchers);
        self.forgetting = Forgetting { left: self.records.versions(), ..Forgetting::default() };
    }
}

impl Engine {
    /// Gives back at once what nobody sees, if a backup was forgotten since that was last looked for. No answer depends
    /// on it.
    ///
    /// It looks at everything, which the engine does by itself once enough was written: this is for who has no memory
    /// left to write to.
    pub fn give_back(&mut self) {
        if self.common.forgetting.any {
            self.common.look_for_unseen(&self.own);
        }
    }
}
