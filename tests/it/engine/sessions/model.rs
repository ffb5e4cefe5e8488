//! Sessions as plainly as they can be put: BEGIN copies the database, and a log tells what each has changed since.
//!
//! The words of the rule: a transaction *touches* the record of every key that it names, and all records with a
//! query that names none; it is refused if another session has *changed* one of those since BEGIN. A BACKUP,
//! RESTORE or CLEAR is of the whole database, so a transaction with one is refused if another session has done
//! anything at all. Expiry changes nothing.
//!
//! Invariants: the log only grows; a session writes to it outside a transaction or by COMMIT, so whatever is
//! younger than its own BEGIN is by others; the clock is shared, and a copy learns of it before it is asked
//! anything.
//!
//! ```text
//!   log         A.1  B.1 │ everything  A.1       what has been changed, oldest first
//!   A's BEGIN ───────────┘                       A's COMMIT looks at what lies behind it
//! ```

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::model::Model;

/// A database and its sessions.
pub(crate) struct Sessions {
    committed: Model,
    log: Vec<Change>,
    open: BTreeMap<usize, Transaction>,
}

/// One change that others may meet.
#[derive(Clone)]
enum Change {
    /// A write that did something to the record of a key.
    Record(String),
    /// A CLEAR, or a RESTORE that found its backup.
    Everything,
    /// A BACKUP: it changes no record.
    Backup,
}

struct Transaction {
    own: Model,
    /// How long the log was at BEGIN.
    begun: usize,
    /// The keys that it has named.
    touched: BTreeSet<String>,
    touched_all: bool,
    changes: Vec<Change>,
}

impl Transaction {
    /// Has another session changed what this one has touched?
    fn meets(&self, change: &Change) -> bool {
        match change {
            Change::Record(key) => self.touched_all || self.touched.contains(key),
            Change::Everything => self.touched_all || !self.touched.is_empty(),
            Change::Backup => false,
        }
    }

    fn is_of_everything(&self) -> bool {
        self.changes.iter().any(|change| !matches!(change, Change::Record(_)))
    }
}

impl Sessions {
    /// An empty database.
    pub(crate) fn new(free: bool) -> Self {
        Self { committed: Model::new(free), log: Vec::new(), open: BTreeMap::new() }
    }

    /// Answers a query of a session; `Err` if time would run backwards.
    pub(crate) fn answer(&mut self, session: usize, words: &[String]) -> Result<String, ()> {
        match words[0].as_str() {
            "BEGIN" => Ok(self.begin(session).to_string()),
            "COMMIT" => Ok(self.commit(session).to_string()),
            "ROLLBACK" => Ok(self.end(session).to_string()),
            _ => self.operate(session, words),
        }
    }

    /// Ends a session, which rolls back; true if there was something to roll back.
    pub(crate) fn end(&mut self, session: usize) -> bool {
        self.open.remove(&session).is_some()
    }

    /// Is a transaction of the session open?
    pub(crate) fn is_open(&self, session: usize) -> bool {
        self.open.contains_key(&session)
    }

    fn begin(&mut self, session: usize) -> bool {
        if self.is_open(session) {
            return false;
        }
        let (own, begun) = (self.committed.clone(), self.log.len());
        let none =
            Transaction { own, begun, touched: BTreeSet::new(), touched_all: false, changes: Vec::new() };
        self.open.insert(session, none);
        true
    }

    fn commit(&mut self, session: usize) -> bool {
        let Some(transaction) = self.open.remove(&session) else { return false };
        let others = &self.log[transaction.begun..];
        let met = others.iter().any(|change| transaction.meets(change));
        if met || (transaction.is_of_everything() && !others.is_empty()) {
            return false;
        }
        let clock = self.committed.clock();
        if transaction.is_of_everything() {
            self.committed = transaction.own;
        } else {
            for change in &transaction.changes {
                if let Change::Record(key) = change {
                    self.committed.take_record(key, &transaction.own);
                }
            }
        }
        self.committed.move_clock(clock);
        self.log.extend(transaction.changes);
        true
    }

    /// Any operation of levels 1 to 5.
    fn operate(&mut self, session: usize, words: &[String]) -> Result<String, ()> {
        let clock = self.committed.clock();
        let transaction = self.open.get_mut(&session);
        let database = transaction.map_or(&mut self.committed, |transaction| &mut transaction.own);
        database.move_clock(clock);
        let before = database.clone();
        let answer = database.answer(words)?;
        let change = change(before, words, &answer, database.clock());
        let clock = database.clock();
        self.committed.move_clock(clock);
        let Some(transaction) = self.open.get_mut(&session) else {
            self.log.extend(change);
            return Ok(answer);
        };
        transaction.changes.extend(change);
        match words[0].as_str() {
            "TICK" => {}
            "KEYS" | "VALUES" | "ITEMS" | "SIZE" | "FIND" | "BACKUP" | "RESTORE" | "FORGET" | "CLEAR" => {
                transaction.touched_all = true;
            }
            _ => drop(transaction.touched.insert(words[1].clone())),
        }
        Ok(answer)
    }
}

/// What a query has changed, told by how things stood before and by its answer.
fn change(mut before: Model, words: &[String], answer: &str, now: u128) -> Option<Change> {
    before.move_clock(now);
    let is_free = before.is_free();
    let mut was_live = |key: &str, field: &str| {
        before.answer(&["EXISTS", key, field].map(str::to_owned)).expect("it has no timestamp") == "true"
    };
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let changed = match words[..] {
        ["CLEAR"] => return Some(Change::Everything),
        ["RESTORE", _, wanted] => return before.can_restore(wanted).then_some(Change::Everything),
        ["BACKUP", _] => return Some(Change::Backup),
        ["FORGET", _] => return (answer != "0").then_some(Change::Backup),
        // Dead on arrival, so all it can do is end what is there.
        ["SET_AT_WITH_TTL", key, field, _, start, "0"] if !is_free || start == "0" => was_live(key, field),
        ["PUT_WITH_TTL", key, _, "0"] => was_live(key, ""),
        ["SET" | "SET_AT" | "SET_AT_WITH_TTL" | "PUT" | "PUT_WITH_TTL" | "APPEND", ..] => true,
        ["DELETE" | "DELETE_AT" | "EXPIRE" | "PERSIST", ..] => answer == "true",
        _ => false,
    };
    changed.then(|| Change::Record(words[1].to_owned()))
}
