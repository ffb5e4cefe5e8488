//! Level 6, sessions: BEGIN, COMMIT and ROLLBACK, and BATCH.
//!
//! What a transaction is stands in `transactions`; the other names of operations are kept for those who read queries.

use super::outcome::WholeChange;
use super::transactions::Session;
use super::{Engine, Matches};
use crate::query::Query;
use crate::reply::Reply;
use crate::time::{Backwards, Time};

impl Engine {
    /// Begins a transaction of a session, unless it has one.
    pub(super) fn begin(&mut self, session: Option<&Session>) -> Reply<'static> {
        let begins = !self.is_inside() && self.open_transaction(session);
        if begins {
            self.note_whole(WholeChange::Began);
        }
        Reply::Bool(begins)
    }

    /// Ends a transaction: what it has written takes effect.
    pub(super) fn commit(&mut self, now: Time) -> Reply<'static> {
        let was_open = self.is_inside();
        let keeps = self.keep_transaction(now);
        if was_open {
            self.note_whole(if keeps { WholeChange::Committed } else { WholeChange::RolledBack });
        }
        Reply::Bool(keeps)
    }

    /// Ends a transaction: what it has written goes.
    pub(super) fn rollback(&mut self) -> Reply<'static> {
        let ends = self.drop_transaction();
        if ends {
            self.note_whole(WholeChange::RolledBack);
        }
        Reply::Bool(ends)
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
