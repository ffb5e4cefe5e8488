//! A record of all that was asked, to be asked again: JSON Lines of sessions, queries and answers.
//!
//! Invariant: the lines stand in the order in which they took effect, moves of the clock among them.
//!
//! ```text
//!   {"session":0,"query":["TICK","17"],"answer":""}
//!   {"session":7,"query":["GET","a"],"answer":"1"}
//! ```

use std::borrow::Cow;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::db::{Database, Error};
use crate::query::{Language, Query};
use crate::reply::Reply;
use crate::script::RecordedLine;
use crate::time::Time;
use crate::wire::{Answer, Request, Term};

/// Where a record is written. It is handed on to the system with each commit, but not made durable.
pub(super) struct Recorder {
    out: BufWriter<File>,
    /// What the clock reads as far as the record says.
    clock: Time,
    failed: Option<io::Error>,
}

impl Recorder {
    /// Begins a record with the queries that make what is there already.
    ///
    /// # Errors
    /// The file is there and is not to be replaced, or cannot be written.
    pub(super) fn create(path: &Path, replaces: bool, database: &mut Database) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).truncate(true);
        let file = if replaces { options.create(true) } else { options.create_new(true) }.open(path)?;
        let mut recorder = Self { out: BufWriter::new(file), clock: Time(0), failed: None };
        recorder.begin(database).map_err(io::Error::other)?;
        recorder.flush().map_or(Ok(recorder), Err)
    }

    /// The queries that make what is there.
    fn begin(&mut self, database: &mut Database) -> Result<(), Error> {
        let mut copy = Database::in_memory_with(database.clock_rule());
        let queries = database.copy_in_memory()?;
        queries.try_dump(|query| {
            let request = Request::One(query.clone());
            let answer = copy.apply(&request)?.into_owned();
            self.request(0, query.timestamp().unwrap_or(self.clock), &request, &answer);
            Ok(())
        })
    }

    pub(super) fn query(&mut self, session: u64, now: Time, query: &Query<'_>, reply: &Reply<'_>) {
        self.tick(now, query.timestamp());
        let words = Language::records().words(query);
        let query = words.into_iter().map(|word| Term::Text(Cow::into_owned(word))).collect();
        self.line(&RecordedLine { session, query, answer: reply.into() });
    }

    pub(super) fn request(&mut self, session: u64, now: Time, request: &Request<'_>, answer: &Answer<'_>) {
        self.tick(now, request.queries().iter().find_map(Query::timestamp));
        self.line(&RecordedLine {
            session,
            query: request.words(Language::records()),
            answer: answer.into(),
        });
    }

    /// Notes that time has passed, where no query says so.
    fn tick(&mut self, now: Time, said: Option<Time>) {
        if now > self.clock {
            let request = Request::One(Query::tick(now));
            let query = request.words(Language::records());
            self.line(&RecordedLine { session: 0, query, answer: (&Reply::Done).into() });
        }
        self.clock = self.clock.max(now).max(said.unwrap_or_default());
    }

    fn line(&mut self, line: &RecordedLine) {
        if self.failed.is_some() {
            return;
        }
        let written = serde_json::to_writer(&mut self.out, line).map_err(io::Error::from);
        self.failed = written.and_then(|()| self.out.write_all(b"\n")).err();
    }

    /// Hands on what was written. Returns why nothing more is, if so.
    pub(super) fn flush(&mut self) -> Option<io::Error> {
        self.failed.take().or_else(|| self.out.flush().err())
    }
}
