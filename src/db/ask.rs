//! How a database is asked, by its own session or another: a query, words, or a group.
//!
//! Invariant: a query of one call is committed before its reply is handed on.

use super::answer::FromReply;
use super::backend::Backend;
use super::{Database, Error, InSession, Session};
use crate::query::{Level, Query, RawQuery};
use crate::reply::Reply;

/// Who can be asked.
pub(super) trait Ask {
    /// What answers, and for whom.
    fn parts(&mut self) -> (&mut Backend, Option<&Session>);

    /// Answers one query, once it is committed.
    fn ask<T: FromReply>(&mut self, query: &Query<'_>) -> Result<T, Error> {
        let (backend, session) = self.parts();
        let mut answer = None;
        backend.apply(session, std::slice::from_ref(query), true, |_, reply| {
            answer = Some(T::from_reply(reply));
        })?;
        Ok(answer.expect("a query that does not fail has a reply"))
    }
}

impl Ask for Database {
    fn parts(&mut self) -> (&mut Backend, Option<&Session>) {
        (&mut self.backend, None)
    }
}

/// What all can be asked that implement [`Ask`].
macro_rules! asking_methods {
    ($($type:ty),*) => {$(
        /// Queries in the language.
        impl $type {
            /// Answers a query that is given as words, the operation's name first; all of the language is open.
            ///
            /// ```
            /// # use rewinddb::db::Database;
            /// let mut db = Database::in_memory();
            /// db.query(&["SET", "user", "name", "Ada"])?;
            /// assert_eq!(db.query(&["SCAN", "user"])?, "name(Ada)");
            /// # Ok::<(), rewinddb::db::Error>(())
            /// ```
            ///
            /// # Errors
            /// [`Error::Mistake`] if the words are no query; else as [`Self::apply_all`].
            pub fn query(&mut self, words: &[&str]) -> Result<String, Error> {
                let raw = RawQuery { words: words.to_vec(), arrays: Vec::new() };
                let query = Query::parse_raw(&raw, self.parts().0.aliases(), Level::LAST)?;
                self.ask(&query)
            }

            /// Answers queries as one group, which is committed before the first reply is handed to `each`: on disk it
            /// is there whole or not at all.
            ///
            /// ```
            /// # use rewinddb::{db::Database, query::Query};
            /// let mut db = Database::in_memory();
            /// let queries = [Query::Put { key: "A", value: "B" }, Query::Size {}];
            /// let mut replies = Vec::new();
            /// db.apply_all(&queries, |_, reply| replies.push(reply.to_string()))?;
            /// assert_eq!(replies, ["", "1"]);
            /// # Ok::<(), rewinddb::db::Error>(())
            /// ```
            ///
            /// # Errors
            /// [`Error::Backwards`] if a timestamp is too early, [`Error::Store`] if storage fails: nothing has taken
            /// effect in memory then, and no reply is handed out; after a failed commit the group may be on disk all
            /// the same. After an error from reading a long value no more replies are handed out, but all of the
            /// group takes effect.
            pub fn apply_all(
                &mut self,
                queries: &[Query<'_>],
                each: impl FnMut(&Query<'_>, &Reply<'_>),
            ) -> Result<(), Error> {
                let (backend, session) = self.parts();
                backend.apply(session, queries, true, each)
            }
        }
    )*};
}

asking_methods!(Database, InSession<'_>);

impl FromReply for String {
    fn from_reply(reply: &Reply<'_>) -> Self {
        reply.to_string()
    }
}
