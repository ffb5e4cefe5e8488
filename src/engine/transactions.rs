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
//!                                what others change in 4 is put here first, as it was (`snapshots`)
//! ```
//!
//! So BEGIN makes a branch, and a write pays once for the transactions that are open: it keeps what was there. All
//! queries are answered by the same methods, which are handed a [`Head`]: the database's, or that of the transaction.

mod changes;
mod check;
mod ending;
mod snapshots;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Weak};

use super::head::Head;
use super::steps::step;
use super::timeline::{Epoch, Position};
use super::undo::UndoLog;
use super::{Engine, Text};
use crate::query::{Access, Query};
pub(super) use changes::{Changes, WholeDbWrite, WriteTarget};
pub use ending::Effect;
pub(super) use snapshots::Snapshots;

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

/// A transaction that is open, but for its [`Head`], which has the same place.
#[derive(Clone, Debug)]
pub(super) struct Transaction {
    /// No other one has this number.
    number: u64,
    /// Whose it is; `None` if it is the engine's own.
    session: Option<Weak<()>>,
    /// The epoch of its snapshot.
    snapshot: Epoch,
    /// When it began, as changes are counted.
    since: u64,
    /// What was written in those epochs of its own that it has closed.
    closed: Vec<(Text, Epoch)>,
    /// The records that it has read or written, and whether it has written them.
    touched: BTreeMap<Text, bool>,
    /// It has read or written every record.
    all: bool,
    /// How it has made more of the database than its records, in order.
    whole_writes: Vec<WholeDbWrite>,
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
        self.place_of(session).map(|place| self.common.transactions[place].number)
    }

    /// Could a session begin a transaction, if it has none? There is an end to how many there can be at all.
    #[must_use]
    pub fn can_begin(&self) -> bool {
        self.common.timeline.can_begin()
    }

    /// The numbers of all transactions that are open.
    #[must_use]
    pub fn open_transactions(&self) -> BTreeSet<u64> {
        let all = &self.common.transactions;
        step(all.len());
        all.iter()
            .filter(|transaction| !transaction.is_abandoned())
            .map(|transaction| transaction.number)
            .collect()
    }

    /// The place of the transaction that a session, or the engine's own, has open.
    pub(super) fn place_of(&self, session: Option<&Session>) -> Option<usize> {
        self.common.transactions.iter().position(|transaction| transaction.is_of(session))
    }

    /// The same for who asks a query, which the transaction notes. Before one that writes beside the transactions,
    /// those go that nobody has any more.
    #[inline(never)]
    pub(super) fn place_beside(&mut self, session: Option<&Session>, query: &Query<'_>) -> Option<usize> {
        let place = self.place_of(session);
        match place {
            Some(place) => self.common.transactions[place].touch_keys(query),
            None if query.operation().access() == Access::Write => self.end_abandoned(),
            None => {}
        }
        place
    }

    /// What the engine's own session sees, whoever was asked last.
    pub(super) fn own_head(&self) -> &Head {
        self.place_of(None).map_or(&self.own, |place| &self.heads[place])
    }

    /// Has the engine's own session a transaction that could not be committed, as others have changed what it has
    /// read or written?
    #[must_use]
    pub fn is_in_conflict(&self) -> bool {
        self.place_of(None).is_some_and(|place| self.common.is_in_conflict(place))
    }

    /// Where the transactions stand.
    pub(super) fn positions(&self) -> impl Iterator<Item = &Position> {
        self.heads.iter().map(|head| &head.position)
    }

    /// Opens a transaction; `false` if there is no room for one.
    pub(super) fn open_transaction(&mut self, session: Option<&Session>) -> bool {
        self.end_abandoned();
        let Self { common, own, heads } = self;
        let Some(snapshot) = common.take_snapshot(&own.position) else { return false };
        heads.push(Head {
            position: common.timeline.begin(snapshot),
            shift: own.shift,
            live: own.live.clone(),
            undo: UndoLog::default(),
            backups: own.backups.fork(),
            transaction: Some(heads.len()),
        });
        common.begun += 1;
        common.transactions.push(Transaction {
            number: common.begun,
            session: session.map(|session| Arc::downgrade(&session.0)),
            snapshot: snapshot.epoch(),
            since: common.changes.count(),
            closed: Vec::new(),
            touched: BTreeMap::new(),
            all: false,
            whole_writes: Vec::new(),
        });
        true
    }
}
