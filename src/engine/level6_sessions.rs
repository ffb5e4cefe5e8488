//! Level 6, sessions: BEGIN, COMMIT and ROLLBACK, and BATCH.
//!
//! What a transaction is stands in `transactions`; the other names of operations are kept for those who read queries.

use super::transactions::Session;
use super::{Engine, Matches};
use crate::query::Query;
use crate::reply::Reply;
use crate::time::{Backwards, Time};

impl Engine {
    /// Begins a transaction of a session, unless it has one.
    pub(super) fn begin(&mut self, session: Option<&Session>) -> Reply<'static> {
        Reply::Bool(!self.is_inside() && self.open_transaction(session))
    }

    /// Ends a transaction: what it has written takes effect.
    pub(super) fn commit(&mut self, now: Time) -> Reply<'static> {
        Reply::Bool(self.keep_transaction(now))
    }

    /// Ends a transaction: what it has written goes.
    pub(super) fn rollback(&mut self) -> Reply<'static> {
        Reply::Bool(self.drop_transaction())
    }

    /// Asks one query after the other, after time was found to run forward in them.
    pub(super) fn batch<E: From<Backwards>>(
        &mut self,
        session: Option<&Session>,
        queries: &[Query<'_>],
        mut matches: impl Matches<E>,
    ) -> Result<Reply<'static>, E> {
        let mut clock = self.clock;
        queries.iter().try_for_each(|query| clock.advance(query.timestamp()).map(drop))?;
        let answers = queries.iter().map(|query| {
            let answer = self.ask(session, query, &mut matches)?;
            Ok(answer.to_string())
        });
        Ok(Reply::Batch(answers.collect::<Result<_, E>>()?))
    }
}
