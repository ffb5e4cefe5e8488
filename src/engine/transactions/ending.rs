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
use crate::engine::stored::BlobRef;
use crate::engine::timeline::Epoch;
use crate::engine::{Engine, Text};
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
        &mut self,
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
        &mut self,
        session: Option<&Session>,
        fetch: impl FnMut(BlobRef) -> Result<Arc<str>, E>,
        each: impl FnMut(&Query<'_>) -> Result<(), E>,
    ) -> Result<Effect, E> {
        self.enter(session);
        let Some(transaction) = self.transaction() else { return Ok(Effect::None) };
        if transaction.is_in_conflict() {
            return Ok(Effect::None);
        }
        if !transaction.whole_writes.is_empty() {
            return Ok(Effect::Original);
        }
        let mut keys: Vec<Text> = self.undo.iter().cloned().collect();
        keys.sort_unstable();
        keys.dedup();
        let seen = |engine: &Self, key: &Text| engine.records.seen(key, &engine.timeline).cloned();
        let wanted: Vec<_> = keys.iter().map(|key| seen(self, key)).collect();
        self.leave();
        let told: Vec<_> = keys.iter().map(|key| seen(self, key)).collect();
        self.try_tell(&keys, &told, &wanted, fetch, each)?;
        Ok(Effect::Queries)
    }

    /// Undoes what a session, or the engine's own, has open, for a caller who asks what it comes to instead:
    /// to other transactions it has changed what it has written.
    pub fn hand_over(&mut self, session: Option<&Session>) {
        self.enter(session);
        let touched = self.transaction().map(|transaction| std::mem::take(&mut transaction.touched));
        self.drop_transaction();
        if let Some(touched) = touched {
            self.tell_others(&touched);
        }
    }

    /// Rolls back what a session, or the engine's own, has open.
    pub fn roll_back(&mut self, session: Option<&Session>) {
        self.enter(session);
        self.drop_transaction();
    }

    /// Ends the transaction that the query is part of: undoes all that it has written. `false` if it is part
    /// of none.
    pub(in crate::engine) fn drop_transaction(&mut self) -> bool {
        let Some(place) = self.inside else { return false };
        let undo = self.end_transaction(place);
        self.undo(undo);
        self.give_back();
        true
    }

    /// The same for those whose session has ended.
    pub(in crate::engine) fn end_abandoned(&mut self) {
        while let Some(place) = self.transactions.iter().position(Transaction::is_abandoned) {
            let undo = self.end_transaction(place);
            self.undo(undo);
        }
    }

    /// Takes out a transaction; the answer is what it has written. The database is asked then.
    fn end_transaction(&mut self, place: usize) -> (Vec<(Text, Epoch)>, Transaction) {
        self.leave();
        let mut transaction = self.transactions.swap_remove(place);
        let open = transaction.other.at.open();
        let written = transaction.other.undo.take().into_iter().map(|note| (note, open)).collect();
        self.timeline.end(&transaction.other.at);
        (written, transaction)
    }

    pub(in crate::engine) fn undo(&mut self, (written, transaction): (Vec<(Text, Epoch)>, Transaction)) {
        for (key, epoch) in written.into_iter().chain(transaction.closed) {
            self.records.take(&key, epoch);
        }
    }

    /// Ends the transaction that the query is part of: what it has written takes effect. `false` if it is
    /// part of none, or if what it has read or written was changed by another one: nothing takes effect then.
    pub(in crate::engine) fn keep_transaction(&mut self, now: Time) -> bool {
        let Some(place) = self.inside else { return false };
        let transaction = &self.transactions[place];
        if transaction.is_in_conflict() {
            self.drop_transaction();
            return false;
        }
        if transaction.whole_writes.is_empty() {
            self.merge(place, now);
        } else {
            self.adopt(place);
        }
        self.give_back();
        true
    }

    /// Writes what a transaction has written into the database.
    fn merge(&mut self, place: usize, now: Time) {
        let (written, mut transaction) = self.end_transaction(place);
        let touched = std::mem::take(&mut transaction.touched);
        for (key, epoch) in written {
            let Some(fields) = self.records.take(&key, epoch) else { continue };
            let before = self.records.seen(&key, &self.timeline).cloned();
            for (field, before, content) in Fields::differences(before.as_ref(), Some(&fields)) {
                let live = |content: &&Content| content.lifetime.holds_at(now);
                match content.filter(live) {
                    Some(content) if before != Some(content) => self.put(&key, field, content.clone(), now),
                    None if before.is_some() => drop(self.remove(&key, field, now)),
                    _ => {}
                }
            }
        }
        self.undo((Vec::new(), transaction));
        self.tell_others(&touched);
    }

    /// Makes the present of a transaction that of the database. Nobody else has written since it began.
    fn adopt(&mut self, place: usize) {
        self.leave();
        let whole_writes = std::mem::take(&mut self.transactions[place].whole_writes);
        if whole_writes[0] == WholeDbWrite::Left {
            // What was written since the last backup is seen by nobody from now on.
            let written = self.written();
            self.undo_open(written);
        }
        self.swap(place);
        let mut transaction = self.transactions.swap_remove(place);
        // The timeline goes there by itself.
        let mut at = transaction.other.at.clone();
        self.timeline.swap(&mut at);
        self.timeline.adopt(&at, whole_writes == [WholeDbWrite::Left]);
        self.tell_others(&transaction.touched);
        for how in &whole_writes {
            self.note_change(if *how == WholeDbWrite::Left {
                WriteTarget::All
            } else {
                WriteTarget::Backups
            });
        }
        if whole_writes[0] == WholeDbWrite::Left {
            // No backup of it can see what others changed before.
            transaction.closed.retain(|(_, epoch)| *epoch == transaction.first);
            self.undo((Vec::new(), transaction));
        }
    }
}
