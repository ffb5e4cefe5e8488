//! What is open at once: transactions, each on a side branch of the timeline, and who is in which.
//!
//! Promise, which tests hold it to: what a transaction sees stays as it was at its BEGIN but for what it
//! writes itself, and for time.
//!
//! Invariants: nobody else sees the branches of a transaction, and where none is open, no version of one is
//! left (`timeline`); whatever is in an epoch of its own that is closed is noted in `closed`; what it has
//! written is in `touched`; it has a number of its own, and a session has one at most.
//!
//! ```text
//!   the database        ── 4 (open) ──────────────────────►      others go on writing here
//!                            └── 5 ── 6 (open)                   the transaction writes here
//!                                ▲
//!                                what others change in 4 is put here first, as it was
//! ```
//!
//! So BEGIN makes a branch, and a write pays for the transactions that are open: it gives each of them what
//! was there, once. All queries are answered by the same methods, which know one present: where another one's
//! query is next, the present is changed for another, a handful of words ([`KeptPresent`]).

mod changes;
mod check;
mod ending;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use super::backups::Backups;
use super::live::Live;
use super::timeline::{Epoch, Head, Timeline};
use super::undo::UndoLog;
use super::{Engine, Text};
use changes::Changes;
pub(super) use changes::{WholeDbWrite, WriteTarget};
pub(super) use check::Present;
pub use ending::Effect;

/// Somebody who asks a database, and may have a transaction open there. It ends when it is dropped; what it
/// had open is rolled back then.
///
/// ```
/// use rewinddb::{engine::{Engine, Session}, query::Query, reply::Reply, time::ClockRule};
///
/// let mut engine = Engine::new(ClockRule::Monotone);
/// let (one, other) = (Session::new(), Session::new());
/// engine.apply_in(&one, &Query::Begin {})?;
/// engine.apply_in(&one, &Query::Put { key: "A", value: "B" })?;
/// assert_eq!(engine.apply_in(&one, &Query::Size {})?, Reply::Count(1));
/// assert_eq!(engine.apply_in(&other, &Query::Size {})?, Reply::Count(0));
/// assert_eq!(engine.apply_in(&one, &Query::Commit {})?, Reply::Bool(true));
/// assert_eq!(engine.apply_in(&other, &Query::Size {})?, Reply::Count(1));
/// # Ok::<(), rewinddb::time::Backwards>(())
/// ```
#[derive(Debug, Default)]
pub struct Session(Arc<()>);

impl Session {
    /// One that has asked nothing yet. It may go with any database, and with several.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

/// The present, as the database or a transaction has it: all that another one has otherwise.
#[derive(Clone, Debug)]
struct KeptPresent {
    at: Head,
    shift: u64,
    live: Live,
    undo: UndoLog,
    backups: Backups,
}

/// A transaction that is open.
#[derive(Clone, Debug)]
pub(super) struct Transaction {
    /// No other one has this number.
    number: u64,
    /// Whose it is; `None` if it is the engine's own.
    session: Option<Weak<()>>,
    /// The present that is not the engine's now: the transaction's or, while that one is asked, the
    /// database's.
    other: KeptPresent,
    /// The open epoch that it forks from.
    fork: Epoch,
    /// Its own first epoch, for what others change.
    first: Epoch,
    /// What was written there, and in those epochs of its own that it has closed.
    closed: Vec<(Text, Epoch)>,
    /// The records that it has read or written, and whether it has written them.
    touched: BTreeMap<Text, bool>,
    /// It has read or written every record.
    all: bool,
    /// How it has made more of the database than its records, in order.
    whole_writes: Vec<WholeDbWrite>,
    changes: Changes,
}

impl Transaction {
    pub(super) fn is_of(&self, session: Option<&Session>) -> bool {
        match (&self.session, session) {
            (None, None) => true,
            (Some(one), Some(other)) => std::ptr::eq(one.as_ptr(), Arc::as_ptr(&other.0)),
            _ => false,
        }
    }

    fn is_abandoned(&self) -> bool {
        self.session.as_ref().is_some_and(|session| session.strong_count() == 0)
    }
}

impl Engine {
    /// The number of the transaction that a session, or the engine's own, has open. No other one ever has it.
    #[must_use]
    pub fn transaction_of(&self, session: Option<&Session>) -> Option<u64> {
        let transaction = self.transactions.iter().find(|transaction| transaction.is_of(session));
        transaction.map(|transaction| transaction.number)
    }

    /// Could a session begin a transaction, if it has none? There is an end to how many there can be at all.
    #[must_use]
    pub fn can_begin(&self) -> bool {
        self.timeline.can_begin()
    }

    /// Is the transaction of this number open?
    #[must_use]
    pub fn is_open(&self, number: u64) -> bool {
        self.transactions
            .iter()
            .any(|transaction| transaction.number == number && !transaction.is_abandoned())
    }

    /// Sees to it that the session's present is the one that is asked.
    pub(super) fn enter(&mut self, session: Option<&Session>) {
        if self.inside.is_some_and(|place| self.transactions[place].is_of(session)) {
            return;
        }
        let wanted = self.transactions.iter().position(|transaction| transaction.is_of(session));
        if wanted != self.inside {
            self.leave();
            self.inside = wanted;
            if let Some(place) = wanted {
                self.swap(place);
            }
        }
    }

    /// Goes back to the database's own present.
    pub(super) fn leave(&mut self) {
        if let Some(place) = self.inside.take() {
            self.swap(place);
        }
    }

    /// Changes the present for the one that a transaction has kept.
    fn swap(&mut self, place: usize) {
        let KeptPresent { at, shift, live, undo, backups } = &mut self.transactions[place].other;
        self.timeline.swap(at);
        std::mem::swap(&mut self.shift, shift);
        std::mem::swap(&mut self.live, live);
        std::mem::swap(&mut self.undo, undo);
        std::mem::swap(&mut self.backups, backups);
    }

    /// What the engine's own session sees, though another may have been asked last: the timeline, and how far
    /// the database's own clock stands behind there.
    pub(super) fn own_view(&self) -> (Cow<'_, Timeline>, u64) {
        let Some(KeptPresent { at, shift, .. }) = self.own_kept() else {
            return (Cow::Borrowed(&self.timeline), self.shift);
        };
        let mut timeline = self.timeline.clone();
        timeline.swap(&mut at.clone());
        (Cow::Owned(timeline), *shift)
    }

    /// The backups that it sees.
    pub(super) fn own_backups(&self) -> &Backups {
        self.own_kept().map_or(&self.backups, |view| &view.backups)
    }

    /// The present of the engine's own session where it is kept, as that of another one is the engine's now: kept
    /// by its own transaction or, if it has none, by the one that is asked.
    fn own_kept(&self) -> Option<&KeptPresent> {
        let own = self.transactions.iter().position(|transaction| transaction.is_of(None));
        let place = own.or(self.inside).filter(|_| own != self.inside)?;
        Some(&self.transactions[place].other)
    }

    /// Has the engine's own session a transaction that could not be committed, as others have changed what it has
    /// read or written?
    #[must_use]
    pub fn is_in_conflict(&self) -> bool {
        let mut own = self.transactions.iter().filter(|transaction| transaction.is_of(None));
        own.any(Transaction::is_in_conflict)
    }

    /// Is the query that is being answered part of a transaction?
    pub(super) fn is_inside(&self) -> bool {
        self.inside.is_some()
    }

    /// The transaction that the query is part of.
    fn transaction(&mut self) -> Option<&mut Transaction> {
        self.inside.map(|place| &mut self.transactions[place])
    }

    /// The transactions that stand where they are, while the database is asked.
    pub(super) fn heads(&self) -> impl Iterator<Item = &Head> {
        self.transactions.iter().map(|transaction| &transaction.other.at)
    }

    /// Opens a transaction; `false` if there is no room for one.
    pub(super) fn open_transaction(&mut self, session: Option<&Session>) -> bool {
        self.end_abandoned();
        let fork = self.timeline.open();
        let Some((at, first)) = self.timeline.begin() else { return false };
        let other = KeptPresent {
            at,
            shift: self.shift,
            live: self.live.clone(),
            undo: std::mem::take(&mut self.undo),
            backups: self.backups.fork(),
        };
        self.inside = Some(self.transactions.len());
        self.begun += 1;
        self.transactions.push(Transaction {
            number: self.begun,
            session: session.map(|session| Arc::downgrade(&session.0)),
            other,
            fork,
            first,
            closed: Vec::new(),
            touched: BTreeMap::new(),
            all: false,
            whole_writes: Vec::new(),
            changes: Changes::default(),
        });
        true
    }
}
