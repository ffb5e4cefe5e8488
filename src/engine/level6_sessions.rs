//! Level 6, sessions: BEGIN, COMMIT and ROLLBACK, and BATCH.
//!
//! What a transaction is stands in `transactions`; the other names of operations are kept for those who read
//! queries.

use super::Engine;
use super::blobs::NoBlobs;
use super::outcome::WholeChange;
use super::transactions::Session;
use crate::query::Query;
use crate::reply::Reply;
use crate::time::{Backwards, Time};

impl Engine {
    /// Begins a transaction of a session, unless it has one.
    #[inline(never)]
    pub(super) fn begin<V>(&mut self, session: Option<&Session>) -> Reply<'static, V> {
        let begins = self.place_of(session).is_none() && self.open_transaction(session);
        if begins {
            self.common.note_whole(WholeChange::Began);
        }
        Reply::Bool(begins)
    }

    /// Ends a transaction: what it has written takes effect.
    #[inline(never)]
    pub(super) fn commit<V>(&mut self, session: Option<&Session>, now: Time) -> Reply<'static, V> {
        let Some(place) = self.place_of(session) else { return Reply::Bool(false) };
        let keeps = self.keep_transaction(place, now);
        self.common.note_whole(if keeps { WholeChange::Committed } else { WholeChange::RolledBack });
        Reply::Bool(keeps)
    }

    /// Ends a transaction: what it has written goes.
    #[inline(never)]
    pub(super) fn rollback<V>(&mut self, session: Option<&Session>) -> Reply<'static, V> {
        let Some(place) = self.place_of(session) else { return Reply::Bool(false) };
        self.drop_transaction(place);
        self.common.note_whole(WholeChange::RolledBack);
        Reply::Bool(true)
    }

    /// Answers queries of a session, or of the engine's own, that take effect as one; each reply is handed
    /// on.
    ///
    /// # Errors
    /// [`Backwards`] if time runs backwards anywhere in them. None of them has taken effect then.
    pub fn apply_group(
        &mut self,
        session: Option<&Session>,
        queries: &[Query<'_>],
        mut each: impl FnMut(Reply<'_>),
    ) -> Result<(), Backwards> {
        let mut clock = self.common.clock;
        queries.iter().try_for_each(|query| clock.advance(query.timestamp()).map(drop))?;
        for query in queries {
            each(self.apply_with(session, query, &mut NoBlobs)?);
        }
        Ok(())
    }
}
