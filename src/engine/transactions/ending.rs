//! How transactions end: what they have written goes, or takes effect.
//!
//! ```text
//!   ROLLBACK   its versions are undone, one by one
//!   COMMIT     the same, and what was in them is written into the database
//!              with a BACKUP, RESTORE or CLEAR: its present becomes that of the database, as nobody else has written
//! ```

use std::sync::Arc;

use super::changes::{WholeDbWrite, WriteTarget};
use super::{Session, Transaction};
use crate::engine::blobs;
use crate::engine::fields::{Content, Fields};
use crate::engine::head::Head;
use crate::engine::stored::BlobRef;
use crate::engine::timeline::Epoch;
use crate::engine::{Common, Engine, Text};
use crate::query::Query;
use crate::time::Time;

/// What the COMMIT of a transaction comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It answers `false`: there is no transaction, or others have changed what it has read or written.
    None,
    /// Queries have been handed out that do the same.
    Queries,
    /// It has taken or restored backups, or emptied the database: no others have written since it began, so
    /// its own queries do the same at their moments, for which the clock must go back.
    Original,
}

impl Engine {
    /// What the COMMIT of a session, or of the engine's own, would come to. It may be told as queries, that
    /// do the same where the clock reads what it does; nothing changes.
    ///
    /// # Errors
    /// Whatever `each` fails with; nothing more is handed out then.
    pub fn try_effect<E>(
        &self,
        session: Option<&Session>,
        each: impl FnMut(&Query<'_>) -> Result<(), E>,
    ) -> Result<Effect, E> {
        self.try_effect_with(session, |blob| Ok(blobs::none(blob)), each)
    }

    /// The same where long texts are elsewhere: `fetch` has them.
    ///
    /// # Errors
    /// Whatever `each` or `fetch` fails with; nothing more is handed out then.
    pub(crate) fn try_effect_with<E>(
        &self,
        session: Option<&Session>,
        fetch: impl FnMut(BlobRef) -> Result<Arc<str>, E>,
        each: impl FnMut(&Query<'_>) -> Result<(), E>,
    ) -> Result<Effect, E> {
        let Some(place) = self.place_of(session) else { return Ok(Effect::None) };
        let (common, head) = (&self.common, &self.heads[place]);
        let transaction = &common.transactions[place];
        if common.is_in_conflict(place) {
            return Ok(Effect::None);
        }
        if !transaction.whole_writes.is_empty() {
            return Ok(Effect::Original);
        }
        let mut keys: Vec<Text> = head.undo.iter().cloned().collect();
        keys.sort_unstable();
        keys.dedup();
        let [wanted, told] = [head, &self.own].map(|head| {
            let seen = |key: &Text| common.records.seen(key, common.view(head));
            keys.iter().map(seen).collect::<Vec<_>>()
        });
        self.try_tell(&keys, &told, &wanted, fetch, each)?;
        Ok(Effect::Queries)
    }

    /// Undoes what a session, or the engine's own, has open, for a caller who asks what it comes to instead:
    /// to other transactions it has changed what it has written.
    pub fn hand_over(&mut self, session: Option<&Session>) {
        let Some(place) = self.place_of(session) else { return };
        let touched = std::mem::take(&mut self.common.transactions[place].touched);
        self.drop_transaction(place);
        self.common.tell_others(&touched);
    }

    /// Rolls back what a session, or the engine's own, has open.
    pub fn roll_back(&mut self, session: Option<&Session>) {
        if let Some(place) = self.place_of(session) {
            self.drop_transaction(place);
        }
    }

    /// Ends the transaction at a place: undoes all that it has written.
    pub(in crate::engine) fn drop_transaction(&mut self, place: usize) {
        let undo = self.end_transaction(place);
        self.common.undo(undo);
        self.common.give_back(&self.own);
    }

    /// The same for those whose session has ended.
    pub(in crate::engine) fn end_abandoned(&mut self) {
        while let Some(place) = self.common.transactions.iter().position(Transaction::is_abandoned) {
            let undo = self.end_transaction(place);
            self.common.undo(undo);
        }
    }

    /// Takes out a transaction; the answer is what it has written.
    fn end_transaction(&mut self, place: usize) -> (Vec<(Text, Epoch)>, Transaction) {
        let (mut head, transaction) = self.take_out(place);
        let open = head.position.open();
        self.common.timeline.end(&head.position);
        self.common.release_snapshot(&self.own.position, transaction.snapshot);
        (head.undo.take().into_iter().map(|key| (key, open)).collect(), transaction)
    }

    /// Takes out a transaction and its head. The last one has this place then.
    fn take_out(&mut self, place: usize) -> (Head, Transaction) {
        let taken = (self.heads.swap_remove(place), self.common.transactions.swap_remove(place));
        if let Some(moved) = self.heads.get_mut(place) {
            moved.transaction = Some(place);
        }
        if self.heads.is_empty() {
            self.common.changes.forget();
        }
        taken
    }

    /// Ends the transaction at a place: what it has written takes effect. `false` if what it has read or written
    /// was changed by another one: nothing takes effect then.
    pub(in crate::engine) fn keep_transaction(&mut self, place: usize, now: Time) -> bool {
        if self.common.is_in_conflict(place) {
            self.drop_transaction(place);
            return false;
        }
        if self.common.transactions[place].whole_writes.is_empty() {
            let ended = self.end_transaction(place);
            self.common.merge(&mut self.own, ended, now);
        } else {
            self.adopt(place);
        }
        self.common.give_back(&self.own);
        true
    }

    /// Makes the head of a transaction that of the database. Nobody else has written since it began.
    fn adopt(&mut self, place: usize) {
        let (head, mut transaction) = self.take_out(place);
        let Self { common, own, .. } = self;
        let whole_writes = std::mem::take(&mut transaction.whole_writes);
        if whole_writes[0] == WholeDbWrite::Left {
            // What was written since the last backup is seen by nobody from now on.
            let written = common.written(own);
            common.undo_open(own, written);
        }
        let mut position = own.position.clone();
        common.timeline.adopt(&mut position, &head.position, whole_writes == [WholeDbWrite::Left]);
        *own = Head { position, transaction: None, ..head };
        common.tell_others(&transaction.touched);
        for how in &whole_writes {
            let target = if *how == WholeDbWrite::Left { WriteTarget::All } else { WriteTarget::Backups };
            common.note_change(own, target);
        }
        common.release_snapshot(&own.position, transaction.snapshot);
    }
}

impl Common {
    /// Undoes what a transaction has written that was taken out.
    fn undo(&mut self, (written, transaction): (Vec<(Text, Epoch)>, Transaction)) {
        for (key, epoch) in written.into_iter().chain(transaction.closed) {
            self.records.take(&key, epoch);
        }
    }

    /// Writes what a transaction has written that was taken out into the database.
    fn merge(
        &mut self,
        head: &mut Head,
        (written, mut transaction): (Vec<(Text, Epoch)>, Transaction),
        now: Time,
    ) {
        let touched = std::mem::take(&mut transaction.touched);
        for (key, epoch) in written {
            let Some(fields) = self.records.take(&key, epoch) else { continue };
            let before = self.records.seen(&key, self.view(head)).cloned();
            for (field, before, content) in Fields::differences(before.as_ref(), Some(&fields)) {
                let live = |content: &&Content| content.lifetime.holds_at(now);
                match content.filter(live) {
                    Some(content) if before != Some(content) => {
                        self.put(head, &key, field, content.clone(), now);
                    }
                    None if before.is_some() => drop(self.remove(head, &key, field, now)),
                    _ => {}
                }
            }
        }
        self.undo((Vec::new(), transaction));
        self.tell_others(&touched);
    }
}
