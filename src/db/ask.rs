//! How a database is asked, by its own session or another: a query, words, or a group.
//!
//! Invariant: a query of one call is committed before its reply is handed on.

use super::answer::FromReply;
use super::backend::Backend;
use super::{Database, Error, InSession, Session};
use crate::query::{Aliases, Mistake, Query, RawQuery};
use crate::wire::{Answer, Request};

/// Who can be asked.
pub(super) trait Ask {
    /// What answers, and for whom.
    fn parts(&mut self) -> (&mut Backend, Option<&Session>);

    /// Answers one query, once it is committed.
    fn ask<T: FromReply>(&mut self, query: &Query<'_>) -> Result<T, Error> {
        let (backend, session) = self.parts();
        backend.ask(session, query, T::from_reply)
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
            /// assert_eq!(db.query(&["SCAN", "user"])?.to_string(), "name(Ada)");
            /// # Ok::<(), rewinddb::db::Error>(())
            /// ```
            ///
            /// # Errors
            /// [`Error::Mistake`] if the words are no query; else as [`Self::apply`].
            pub fn query(&mut self, words: &[&str]) -> Result<Answer<'_>, Error> {
                let raw = RawQuery { words: words.to_vec(), arrays: Vec::new() };
                let (backend, session) = self.parts();
                let request = parse(&raw, backend.aliases())?;
                backend.answer(session, &request)
            }

            /// Answers a request, once it is committed. In memory the answer is borrowed, so nothing is copied; from
            /// disk it is owned.
            ///
            /// ```
            /// # use rewinddb::{db::Database, query::Query, reply::Reply, wire::{Answer, Request}};
            /// let mut db = Database::in_memory();
            /// let batch = Request::Batch(vec![Query::Put { key: "A", value: "B" }, Query::Size {}]);
            /// assert_eq!(db.apply(&batch)?, Answer::Batch(vec![Reply::Done, Reply::Count(1)]));
            /// # Ok::<(), rewinddb::db::Error>(())
            /// ```
            ///
            /// # Errors
            /// [`Error::Backwards`] if a timestamp is too early, [`Error::Store`] if storage fails: nothing has taken
            /// effect in memory then; after a failed commit it may have on disk. If it is a long value that cannot be
            /// read, all of the request has taken effect.
            pub fn apply(&mut self, request: &Request<'_>) -> Result<Answer<'_>, Error> {
                let (backend, session) = self.parts();
                backend.answer(session, request)
            }

            /// Answers requests as one group, which is committed before the first answer is handed to `each`: on disk
            /// it is there whole or not at all.
            ///
            /// # Errors
            /// As [`Self::apply`]. No answer is handed out then, but for those before a long value that cannot be read.
            pub fn apply_all(
                &mut self,
                requests: &[Request<'_>],
                each: impl FnMut(&Request<'_>, &Answer<'_>),
            ) -> Result<(), Error> {
                let (backend, session) = self.parts();
                backend.apply(session, requests, true, each)
            }
        }
    )*};
}

asking_methods!(Database, InSession<'_>);

/// Reads words for a database with these other names.
fn parse<'a>(raw: &RawQuery<'a>, aliases: &Aliases) -> Result<Request<'a>, Mistake> {
    Request::parse(raw, aliases, aliases.language().last_level())
}
