//! Who owns the database, and what every face asks it through.
//!
//! Invariants: what is answered is held until it is committed; a timestamp from outside never moves the machine's clock
//! ahead; a query that is refused has changed nothing.

use std::cell::Cell;
use std::io;
use std::rc::Rc;

use super::clients::Clients;
use super::clock;
use super::http::{Feed, Inside};
use super::limits::SATED;
use super::metrics::Metrics;
use super::options::{ClockSource, Options};
use super::record::Recorder;
use super::refusal::Refusal;
use crate::db::{Database, Kind, Pending, Session};
use crate::query::{Access, Query, WordKind};
use crate::reply::Reply;
use crate::time::Time;
use crate::wire::{Answer, Request};

/// Replies that wait for their commit.
#[derive(Debug, Default)]
pub(super) struct Replies {
    pub(super) bytes: Vec<u8>,
    /// How many there are.
    pub(super) count: usize,
    /// Are they more than a client may leave unread? Then nothing more is kept of them: it is closed.
    pub(super) are_over: bool,
}

impl Replies {
    /// Makes room for more, or sees that there is none.
    fn hold_to(&mut self, most: usize) {
        if self.are_over || self.bytes.len() > most {
            self.are_over = true;
            self.bytes.clear();
        }
    }
}

/// The same, which come out when they are committed.
pub(super) type Held = Pending<Replies>;

/// Are the replies so long that no more requests are answered before they are written?
pub(super) fn is_sated(held: &Held) -> bool {
    held.measure(|replies| if replies.are_over { usize::MAX } else { replies.bytes.len() }) > SATED
}

/// A transaction of a connection. What is open when it goes is rolled back.
#[derive(Debug)]
pub(super) struct Transaction {
    pub(super) session: Session,
    /// What a record calls its session.
    number: u64,
    open: Rc<Cell<usize>>,
    /// What it has written, for those who watch.
    inside: Inside,
}

/// The owner of the database.
pub(super) struct Desk {
    database: Database,
    pub(super) options: Options,
    pub(super) clients: Clients,
    pub(super) metrics: Metrics,
    recorder: Option<Recorder>,
    /// How many transactions are open.
    open: Rc<Cell<usize>>,
    /// How many sessions there have been.
    sessions: u64,
    /// Is there no memory for writes?
    pub(super) is_full: bool,
    /// Has a commit failed? Nothing is written any more then.
    pub(super) has_failed: bool,
    /// What those are told who watch.
    pub(super) feed: Feed,
}

impl Desk {
    pub(super) fn new(database: Database, options: Options) -> Self {
        let (clients, metrics, recorder) = (Clients::default(), Metrics::new(), None);
        let (open, sessions, is_full, has_failed) = (Rc::default(), 0, false, false);
        let feed = Feed::default();
        Self { database, options, clients, metrics, recorder, open, sessions, is_full, has_failed, feed }
    }

    /// Begins the record, if one is asked for.
    ///
    /// # Errors
    /// It cannot be written, or is there and is not to be replaced.
    pub(super) fn begin_record(&mut self) -> io::Result<()> {
        if let Some((path, replaces)) = &self.options.record {
            self.recorder = Some(Recorder::create(path, *replaces, &mut self.database)?);
        }
        Ok(())
    }

    /// Reads the machine's clock, where that moves the database's: whatever is asked until it is read again happens at
    /// one moment.
    pub(super) fn pass_time(&mut self) {
        if self.options.clock == ClockSource::Wall {
            let machine = clock::machine();
            if machine > self.database.now() {
                let passed = self.database.pass_time(machine);
                debug_assert!(passed.is_ok(), "it is later");
            }
        }
    }

    /// What the clock reads.
    pub(super) fn now(&self) -> Time {
        self.database.now()
    }

    pub(super) fn database(&mut self) -> &mut Database {
        &mut self.database
    }

    pub(super) fn see(&self) -> &Database {
        &self.database
    }

    /// Must a reply wait for the disk?
    pub(super) fn is_durable(&self) -> bool {
        self.database.store().is_some()
    }

    /// Room for a transaction of a connection, which is to begin it.
    ///
    /// # Errors
    /// [`Refusal::Transactions`].
    pub(super) fn transaction(&mut self) -> Result<Transaction, Refusal> {
        if self.open.get() >= self.options.limits.transactions {
            return Err(Refusal::Transactions);
        }
        Ok(self.passing_transaction())
    }

    /// One that ends before anybody else has a turn: for that there is always room.
    pub(super) fn passing_transaction(&mut self) -> Transaction {
        self.sessions += 1;
        self.open.set(self.open.get() + 1);
        let (session, open, inside) = (self.database.session(), Rc::clone(&self.open), Inside::default());
        Transaction { session, number: self.sessions, open, inside }
    }

    /// How many transactions are open.
    pub(super) fn transactions(&self) -> usize {
        self.open.get()
    }

    /// Asks one query, and makes of its reply what `each` does: bytes that are held, and what settles how to go on.
    ///
    /// # Errors
    /// [`Refusal`]: nothing has changed.
    pub(super) fn ask<R>(
        &mut self,
        who: Option<&Transaction>,
        query: &Query<'_>,
        held: &mut Held,
        each: impl FnOnce(&mut Replies, &Reply<'_>) -> R,
    ) -> Result<R, Refusal> {
        self.check(query)?;
        let (session, most) = (who.map(|who| &who.session), self.options.limits.unread);
        let (recorder, feed) = (&mut self.recorder, &mut self.feed);
        let now = self.database.now();
        let answered = self.database.settle(session, query, held, |replies, reply| {
            let inside = who.map(|who| &who.inside);
            if feed.notes(inside) {
                feed.asked(inside, query, Some(reply));
            }
            if let Some(recorder) = recorder {
                recorder.query(number(who), now, query, reply);
            }
            replies.hold_to(most);
            each(replies, reply)
        });
        Ok(answered?)
    }

    /// Asks queries as one group; `each` is handed their replies in order.
    ///
    /// # Errors
    /// [`Refusal`]: nothing has changed.
    pub(super) fn ask_group(
        &mut self,
        who: Option<&Transaction>,
        requests: &[Request<'_>],
        held: &mut Held,
        mut each: impl FnMut(&mut Replies, &Answer<'_>),
    ) -> Result<(), Refusal> {
        requests.iter().flat_map(Request::queries).try_for_each(|query| self.check(query))?;
        let (session, now, recorder) = (who.map(|who| &who.session), self.database.now(), &mut self.recorder);
        let (most, feed) = (self.options.limits.unread, &mut self.feed);
        let applied = self.database.apply_pending(session, requests, held, |replies, request, answer| {
            let inside = who.map(|who| &who.inside);
            if feed.notes(inside) {
                let reply = if let Answer::One(reply) = answer { Some(reply) } else { None };
                request.queries().iter().for_each(|query| feed.asked(inside, query, reply));
            }
            if let Some(recorder) = recorder {
                recorder.request(number(who), now, request, answer);
            }
            replies.hold_to(most);
            each(replies, answer);
        });
        Ok(applied?)
    }

    /// What a key holds, as a transaction or the database's own session sees it.
    pub(super) fn kind(&mut self, who: Option<&Transaction>, key: &str) -> Kind {
        self.note_look(who, &Query::look(key));
        self.database.kind(who.map(|who| &who.session), key)
    }

    /// The live keys of a part of the map, as a transaction or the database's own session sees them.
    pub(super) fn keys_of_part(&mut self, who: Option<&Transaction>, part: usize) -> Vec<String> {
        self.note_look(who, &Query::look_at_all());
        self.database.keys_of_part(who.map(|who| &who.session), part)
    }

    /// What a transaction has looked at decides whether it takes effect: a record has to tell it.
    fn note_look(&mut self, who: Option<&Transaction>, query: &Query<'_>) {
        if self.recorder.is_some() && who.is_some() {
            let asked = self.ask(who, query, &mut Held::default(), |_, _| ());
            debug_assert!(asked.is_ok(), "it has no timestamp");
        }
    }

    /// May this be asked?
    #[inline]
    fn check(&self, query: &Query<'_>) -> Result<(), Refusal> {
        if let Some(given) = query.timestamp() {
            let now = self.now();
            if given > now && self.options.clock == ClockSource::Wall {
                return Err(Refusal::Ahead { given, now });
            }
        }
        let is_refused = self.options.read_only || self.is_full;
        if is_refused { self.check_write(query) } else { Ok(()) }
    }

    #[cold]
    fn check_write(&self, query: &Query<'_>) -> Result<(), Refusal> {
        let access = query.operation().access();
        if self.options.read_only && matches!(access, Access::Write | Access::Alias) {
            return Err(Refusal::ReadOnly);
        }
        let adds = access == Access::Alias || access == Access::Write && adds(query);
        if self.is_full && adds { Err(Refusal::Memory) } else { Ok(()) }
    }

    /// What was asked is committed: those who watch are told. The last group of a store that has failed is none.
    pub(super) fn tell_changes(&mut self) {
        if self.feed.is_on() && !self.has_failed {
            self.feed.commit(&mut self.database);
        }
    }

    /// Hands on what the record holds.
    pub(super) fn flush_record(&mut self) {
        if let Some(why) = self.recorder.as_mut().and_then(Recorder::flush) {
            self.recorder = None;
            self.metrics.note(format!("nothing more is recorded: {why}"));
        }
    }

    /// Gives back the database.
    pub(super) fn into_database(mut self) -> Database {
        self.flush_record();
        self.database
    }
}

/// Does it bring something along that is to be kept?
fn adds(query: &Query<'_>) -> bool {
    let mut adds = false;
    query.each_word(|word, _| adds |= matches!(word.kind, WordKind::Value | WordKind::Item));
    adds
}

fn number(who: Option<&Transaction>) -> u64 {
    who.map_or(0, |who| who.number)
}

impl Drop for Transaction {
    fn drop(&mut self) {
        self.open.set(self.open.get() - 1);
    }
}
