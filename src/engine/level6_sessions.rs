//! Level 6, sessions: BEGIN, COMMIT and ROLLBACK, and BATCH.
//!
//! What a transaction is stands in `transactions`; the other names of operations are kept for those who read queries.

use super::Engine;
use super::blobs::NoBlobs;
use super::transactions::Session;
use crate::query::Query;
use crate::reply::Reply;
use crate::time::{Backwards, Time};

impl Engine {
    /// Begins a transaction of a session, unless it has one.
    pub(super) fn begin<V>(&mut self, session: Option<&Session>) -> Reply<'static, V> {
        Reply::Bool(!self.is_inside() && self.open_transaction(session))
    }

    /// Ends a transaction: what it has written takes effect.
    pub(super) fn commit<V>(&mut self, now: Time) -> Reply<'static, V> {
        Reply::Bool(self.keep_transaction(now))
    }

    /// Ends a transaction: what it has written goes.
    pub(super) fn rollback<V>(&mut self) -> Reply<'static, V> {
        Reply::Bool(self.drop_transaction())
    }

    /// Answers queries of a session, or of the engine's own, that take effect as one; each reply is handed on.
    ///
    /// # Errors
    /// [`Backwards`] if time runs backwards anywhere in them. None of them has taken effect then.
    pub fn apply_group(
        &mut self,
        session: Option<&Session>,
        queries: &[Query<'_>],
        mut each: impl FnMut(Reply<'_>),
    ) -> Result<(), Backwards> {
        let mut clock = self.clock;
        queries.iter().try_for_each(|query| clock.advance(query.timestamp()).map(drop))?;
        for query in queries {
            each(self.apply_with(session, query, &mut NoBlobs)?);
        }
        Ok(())
    }
}
