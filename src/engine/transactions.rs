//! What is open at once: transactions, each on a side branch of the timeline, and who is in which.
//!
//! Invariants: nothing that a transaction writes is seen by anybody else until its COMMIT; what it sees stays as it was
//! at its BEGIN but for what it writes itself, and for time; where no transaction is open, nothing of one is left.
//!
//! ```text
//!   the database        ── 4 (open) ──────────────────────►      others go on writing here
//!                            └── 5 ── 6 (open)                   the transaction writes here
//!                                ▲
//!                                what others change in 4 is put here first, as it was
//! ```
//!
//! So BEGIN makes a branch, and a write pays for the transactions that are open: it gives each of them what was there,
//! once. All queries are answered by the same methods, which know one present: where another one's query is next, the
//! present is changed for another, a handful of words ([`View`]).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Weak};

use super::backups::Backups;
use super::expiries::{Cursor, Expiry};
use super::live::Live;
use super::records::Content;
use super::timeline::{Epoch, Position};
use super::unsaved::{Note, Unsaved};
use super::{Engine, Text};
use crate::query::Query;
use crate::time::{ClockRule, Time};

/// Somebody who asks a database, and may have a transaction open there. It ends when it is dropped; what it had open
/// is rolled back then.
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
struct View {
    at: Position,
    shift: u64,
    live: Live,
    expiries: Cursor,
    unsaved: Unsaved,
    backups: Backups,
}

/// A transaction that is open.
#[derive(Clone, Debug)]
pub(super) struct Transaction {
    /// No other one has this number.
    number: u64,
    /// Whose it is; `None` if it is the engine's own.
    session: Option<Weak<()>>,
    /// The present that is not the engine's now: the transaction's or, while that one is asked, the database's.
    other: View,
    /// The open epoch that it forks from.
    fork: Epoch,
    /// Its own first epoch, for what others change.
    first: Epoch,
    /// What was written there, and in those epochs of its own that it has closed.
    closed: Vec<(Note, Epoch)>,
    /// The records that it has read or written, and whether it has written them.
    touched: BTreeMap<Text, bool>,
    /// It has read or written every record.
    all: bool,
    /// How it has made more of the database than its records, in order.
    remade: Vec<Remade>,
    changes: Changes,
}

/// How a transaction makes more of a database than its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remade {
    /// It takes a backup.
    Saved,
    /// It leaves all that was there behind: it restores a backup, or empties the database.
    Left,
}

/// What others have changed since its BEGIN.
#[derive(Clone, Debug, Default)]
struct Changes {
    records: BTreeSet<Text>,
    all: bool,
    backups: bool,
}

impl Transaction {
    fn is_of(&self, session: Option<&Session>) -> bool {
        match (&self.session, session) {
            (None, None) => true,
            (Some(one), Some(other)) => std::ptr::eq(one.as_ptr(), Arc::as_ptr(&other.0)),
            _ => false,
        }
    }

    fn is_abandoned(&self) -> bool {
        self.session.as_ref().is_some_and(|session| session.strong_count() == 0)
    }

    /// Has it read or written what another one has changed since?
    fn is_in_conflict(&self) -> bool {
        let Changes { records, all, backups } = &self.changes;
        let touches = self.all || !self.touched.is_empty();
        (*all && touches)
            || (self.all && !records.is_empty())
            || (!self.remade.is_empty() && (*all || *backups))
            || records.iter().any(|key| self.touched.contains_key(key))
    }

    fn touch(&mut self, key: Option<&str>, writes: bool) {
        match key {
            None => self.all = true,
            Some(key) => match self.touched.get_mut(key) {
                Some(is_written) => *is_written |= writes,
                None => drop(self.touched.insert(Text::new(key), writes)),
            },
        }
    }
}

/// What a write is about to change.
#[derive(Clone, Copy)]
pub(super) enum Change<'c> {
    /// A cell.
    Cell(&'c str, &'c str),
    /// All records.
    All,
    /// The backups.
    Backups,
}

/// What the COMMIT of a transaction comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It answers `false`: there is no transaction, or others have changed what it has read or written.
    None,
    /// Queries have been told that do the same.
    Told,
    /// It has taken or restored backups, or emptied the database: no others have written since it began, so what it was
    /// asked does the same.
    Asked,
}

impl Engine {
    /// The number of the transaction that a session, or the engine's own, has open. No other one ever has it.
    #[must_use]
    pub fn transaction_of(&self, session: Option<&Session>) -> Option<u64> {
        let transaction = self.transactions.iter().find(|transaction| transaction.is_of(session));
        transaction.map(|transaction| transaction.number)
    }

    /// Is the transaction of this number open?
    #[must_use]
    pub fn is_open(&self, number: u64) -> bool {
        self.transactions
            .iter()
            .any(|transaction| transaction.number == number && !transaction.is_abandoned())
    }

    /// What the COMMIT of a session, or of the engine's own, would come to. It may be told as queries, that do the same
    /// where the clock reads what it does; nothing changes.
    ///
    /// # Errors
    /// Whatever `each` fails with; nothing more is handed out then.
    pub fn try_effect<E>(
        &mut self,
        session: Option<&Session>,
        each: impl FnMut(&Query<'_>) -> Result<(), E>,
    ) -> Result<Effect, E> {
        self.enter(session);
        let Some(transaction) = self.transaction() else { return Ok(Effect::None) };
        if transaction.is_in_conflict() {
            return Ok(Effect::None);
        }
        if !transaction.remade.is_empty() {
            return Ok(Effect::Asked);
        }
        let now = self.own_time(self.clock.now());
        let held = |engine: &Self, key: &str, field: &str| {
            engine.records.live_cell(key, field, &engine.timeline, now).cloned()
        };
        let mut cells: Vec<_> =
            self.unsaved.iter().filter_map(|(key, field)| Some((key.clone(), field.clone()?))).collect();
        cells.sort_unstable();
        cells.dedup();
        let wanted: Vec<_> = cells.iter().map(|(key, field)| held(self, key, field)).collect();
        self.leave();
        let told: Vec<_> = cells.iter().map(|(key, field)| held(self, key, field)).collect();
        self.try_tell(&cells, told, wanted, each)?;
        Ok(Effect::Told)
    }

    /// Takes back what a session, or the engine's own, has open, for a caller who asks what it comes to instead: to other
    /// transactions it has changed what it has written.
    pub fn hand_over(&mut self, session: Option<&Session>) {
        self.enter(session);
        let touched = self.transaction().map(|transaction| std::mem::take(&mut transaction.touched));
        self.drop_transaction();
        touched.into_iter().for_each(|touched| self.tell_others(&touched));
    }

    /// Rolls back what a session, or the engine's own, has open.
    pub fn roll_back(&mut self, session: Option<&Session>) {
        self.enter(session);
        self.drop_transaction();
    }

    /// Sees to it that the session's present is the one that is asked.
    pub(super) fn enter(&mut self, session: Option<&Session>) {
        self.end_abandoned();
        let wanted = self.transactions.iter().position(|transaction| transaction.is_of(session));
        if wanted != self.inside {
            self.leave();
            self.inside = wanted;
            wanted.into_iter().for_each(|place| self.swap(place));
        }
    }

    /// Goes back to the database's own present.
    pub(super) fn leave(&mut self) {
        self.inside.take().into_iter().for_each(|place| self.swap(place));
    }

    /// Changes the present for the one that a transaction has kept.
    fn swap(&mut self, place: usize) {
        let View { at, shift, live, expiries, unsaved, backups } = &mut self.transactions[place].other;
        self.timeline.swap(at);
        std::mem::swap(&mut self.shift, shift);
        self.records.swap_live(live);
        self.expiries.swap(expiries);
        std::mem::swap(&mut self.unsaved, unsaved);
        std::mem::swap(&mut self.backups, backups);
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
    pub(super) fn positions(&self) -> impl Iterator<Item = &Position> {
        self.transactions.iter().map(|transaction| &transaction.other.at)
    }

    /// Opens a transaction; `false` if there is no room for one.
    pub(super) fn open_transaction(&mut self, session: Option<&Session>) -> bool {
        let fork = self.timeline.open();
        let Some((at, first)) = self.timeline.begin() else { return false };
        let other = View {
            at,
            shift: self.shift,
            live: self.records.fork_live(),
            expiries: self.expiries.fork(),
            unsaved: std::mem::take(&mut self.unsaved),
            backups: self.backups.clone(),
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
            remade: Vec::new(),
            changes: Changes::default(),
        });
        true
    }

    /// Notes in the transaction, if the query is part of one, what it reads or writes.
    pub(super) fn touch(&mut self, query: &Query<'_>) {
        if let Some(transaction) = self.transaction() {
            match (query.key(), query) {
                (None, Query::Tick { .. } | Query::Begin {} | Query::Commit {} | Query::Rollback {}) => {}
                (key, _) => transaction.touch(key, false),
            }
        }
    }

    /// Notes that the transaction makes more of the database than its records.
    pub(super) fn remake(&mut self, how: Remade) {
        if let Some(transaction) = self.transaction() {
            // Which came first, and which there were: that is at most two.
            if !transaction.remade.contains(&how) {
                transaction.remade.push(how);
            }
        }
    }

    /// Keeps the notes of an epoch that a backup closes, where a transaction may have to take it back.
    pub(super) fn keep_closed(&mut self, notes: &[Note], epoch: Epoch) {
        if let Some(transaction) = self.transaction() {
            transaction.closed.extend(notes.iter().map(|note| (note.clone(), epoch)));
        }
    }

    /// May what only a backup closed at `epoch` sees be forgotten?
    pub(super) fn is_seen_by_backups_only(&self, epoch: Epoch) -> bool {
        self.transactions.iter().all(|transaction| transaction.first < epoch)
    }

    /// Is there a transaction that is open?
    #[inline]
    pub(super) fn is_shared(&self) -> bool {
        !self.transactions.is_empty()
    }

    /// Takes out what was written since the last backup, or since ever. A transaction has noted all that it has written.
    pub(super) fn written(&mut self) -> Vec<Note> {
        if self.is_inside() || !self.backups.is_empty() {
            return self.unsaved.take();
        }
        let notes = self.records.iter().flat_map(|(key, record)| {
            let fields = record.cells().map(|(field, _)| Some(field.clone()));
            std::iter::once(None).chain(fields).map(|field| (key.clone(), field))
        });
        notes.collect()
    }

    /// Takes back what the open epoch has written.
    pub(super) fn take_back_open(&mut self, written: Vec<Note>) {
        for (key, field) in written {
            self.preserve(&key, field.as_deref());
            self.records.take_back(&key, field.as_deref(), self.timeline.open());
        }
    }

    /// Tells the transactions of what is about to be changed.
    #[cold]
    pub(super) fn note_change(&mut self, change: Change<'_>) {
        if let Some(transaction) = self.transaction() {
            if let Change::Cell(key, _) = change {
                transaction.touch(Some(key), true);
            }
            return;
        }
        if let Change::Cell(key, field) = change {
            self.preserve(key, Some(field));
        }
        for Transaction { changes, .. } in &mut self.transactions {
            match change {
                Change::All => changes.all = true,
                Change::Backups => changes.backups = true,
                Change::Cell(key, _) if changes.records.contains(key) => {}
                Change::Cell(key, _) => drop(changes.records.insert(Text::new(key))),
            }
        }
    }

    /// Gives the transactions a cell or, without a field, the count of a record as it is, before it goes.
    pub(super) fn preserve(&mut self, key: &str, field: Option<&str>) {
        if self.is_inside() {
            return;
        }
        let (open, passes) = (self.timeline.open(), self.clock.rule() == ClockRule::Monotone);
        for transaction in self.transactions.iter_mut().filter(|transaction| transaction.fork == open) {
            let epoch = transaction.first;
            let preserved = self.records.preserve((key, field), epoch, &self.timeline);
            let note = (Text::new(key), field.map(Text::new));
            if let Some(Some(Content { lifetime, .. })) = preserved
                && passes
                && !lifetime.is_permanent()
            {
                let (key, field) = (note.0.clone(), Text::new(field.unwrap_or_default()));
                self.expiries.sort_in(Expiry { last: lifetime.last(), epoch, key, field });
            }
            if preserved.is_some() || field.is_none() {
                transaction.closed.push((note, epoch));
            }
        }
    }

    /// Ends the transaction that the query is part of: takes back all that it has written. `false` if it is part of
    /// none.
    pub(super) fn drop_transaction(&mut self) -> bool {
        let Some(place) = self.inside else { return false };
        let unsaved = self.end_transaction(place);
        self.take_back(unsaved);
        true
    }

    /// The same for those whose session has ended.
    fn end_abandoned(&mut self) {
        while let Some(place) = self.transactions.iter().position(Transaction::is_abandoned) {
            let unsaved = self.end_transaction(place);
            self.take_back(unsaved);
        }
    }

    /// Takes out a transaction; the answer is what it has written. The database is asked then.
    fn end_transaction(&mut self, place: usize) -> (Vec<(Note, Epoch)>, Transaction) {
        self.leave();
        let mut transaction = self.transactions.swap_remove(place);
        let open = transaction.other.at.open();
        let written = transaction.other.unsaved.take().into_iter().map(|note| (note, open)).collect();
        self.timeline.end(transaction.other.at.clone(), false);
        (written, transaction)
    }

    fn take_back(&mut self, (written, transaction): (Vec<(Note, Epoch)>, Transaction)) {
        for ((key, field), epoch) in written.into_iter().chain(transaction.closed) {
            match field {
                Some(field) => drop(self.records.take(&key, &field, epoch)),
                None => self.records.take_back(&key, None, epoch),
            }
        }
    }

    /// Ends the transaction that the query is part of: what it has written takes effect. `false` if it is part of none,
    /// or if what it has read or written was changed by another one: nothing takes effect then.
    pub(super) fn keep_transaction(&mut self, now: Time) -> bool {
        let Some(place) = self.inside else { return false };
        let transaction = &self.transactions[place];
        if transaction.is_in_conflict() {
            self.drop_transaction();
            return false;
        }
        if transaction.remade.is_empty() {
            self.merge(place, now);
        } else {
            self.adopt(place);
        }
        true
    }

    /// Writes what a transaction has written into the database.
    fn merge(&mut self, place: usize, now: Time) {
        let (written, mut transaction) = self.end_transaction(place);
        let touched = std::mem::take(&mut transaction.touched);
        for ((key, field), epoch) in written {
            let Some(field) = field else {
                self.records.take_back(&key, None, epoch);
                continue;
            };
            match self.records.take(&key, &field, epoch) {
                Some(Some(content)) if content.lifetime.holds_at(now) => self.put(&key, &field, content, now),
                Some(_) => drop(self.delete(&key, &field, now)),
                None => {}
            }
        }
        self.take_back((Vec::new(), transaction));
        self.tell_others(&touched);
    }

    /// Makes the present of a transaction that of the database. Nobody else has written since it began.
    fn adopt(&mut self, place: usize) {
        self.leave();
        let remade = std::mem::take(&mut self.transactions[place].remade);
        if remade[0] == Remade::Left {
            // What was written since the last backup is seen by nobody from now on.
            let written = self.written();
            self.take_back_open(written);
        }
        self.swap(place);
        let mut transaction = self.transactions.swap_remove(place);
        // It is the database's from now on, though the timeline takes it for the transaction's.
        let mut at = transaction.other.at.clone();
        self.timeline.swap(&mut at);
        self.timeline.end(at, true);
        self.tell_others(&transaction.touched);
        for how in &remade {
            self.note_change(if *how == Remade::Left { Change::All } else { Change::Backups });
        }
        if remade[0] == Remade::Left {
            // No backup of it can see what others changed before.
            transaction.closed.retain(|(_, epoch)| *epoch == transaction.first);
            self.take_back((Vec::new(), transaction));
        }
    }

    /// Tells other transactions which records one has written.
    fn tell_others(&mut self, touched: &BTreeMap<Text, bool>) {
        for Transaction { changes, .. } in &mut self.transactions {
            let written = touched.iter().filter(|(_, is_written)| **is_written);
            changes.records.extend(written.map(|(key, _)| key.clone()));
        }
    }
}
