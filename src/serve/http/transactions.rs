//! Transactions that requests name.
//!
//! Invariant: one that nobody uses is rolled back; what is remembered of those that are gone is bounded.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::problem::Problem;
use crate::serve::desk::{Desk, Transaction};

/// So many that are gone are told from those that never were.
const REMEMBERED: usize = 1_000;

/// An open one.
pub(super) struct Open {
    pub(super) name: String,
    pub(super) transaction: Transaction,
    used: Cell<Instant>,
}

/// All of them, by the names that they were given.
#[derive(Default)]
pub(super) struct Transactions {
    open: RefCell<HashMap<String, Rc<Open>>>,
    gone: RefCell<VecDeque<String>>,
    /// What names are drawn from: nobody guesses them.
    random: RandomState,
    count: Cell<u64>,
}

impl Transactions {
    /// Keeps one that has begun, and names it.
    pub(super) fn add(&self, transaction: Transaction) -> String {
        let count = self.count.get() + 1;
        self.count.set(count);
        let name =
            format!("{:016x}{:016x}", self.random.hash_one((count, 0)), self.random.hash_one((count, 1)));
        let open = Open { name: name.clone(), transaction, used: Cell::new(Instant::now()) };
        self.open.borrow_mut().insert(name.clone(), Rc::new(open));
        name
    }

    /// The one of this name, which is used now.
    ///
    /// # Errors
    /// There is none: 410 if there was one, else 404.
    pub(super) fn get(&self, name: &str) -> Result<Rc<Open>, Problem> {
        if let Some(open) = self.open.borrow().get(name) {
            open.used.set(Instant::now());
            return Ok(Rc::clone(open));
        }
        Err(if self.gone.borrow().iter().any(|gone| gone == name) {
            Problem::new(410, "gone", "the transaction has ended")
        } else {
            Problem::new(404, "no-transaction", "there is no such transaction")
        })
    }

    /// Is it open still? One that a list has ended goes.
    pub(super) fn is_open(&self, open: &Open, desk: &Desk) -> bool {
        let is_open = desk.see().is_in_transaction(Some(&open.transaction.session));
        if !is_open {
            self.remove(&open.name);
        }
        is_open
    }

    /// Lets one go; what it has open is rolled back.
    pub(super) fn remove(&self, name: &str) {
        if self.open.borrow_mut().remove(name).is_some() {
            let mut gone = self.gone.borrow_mut();
            gone.push_back(name.to_owned());
            if gone.len() > REMEMBERED {
                gone.pop_front();
            }
        }
    }

    /// Lets those go that nobody has used for so long.
    pub(super) fn end_idle(&self, idle: Duration) {
        let open = self.open.borrow();
        let is_idle = |open: &Open| open.used.get().elapsed() >= idle;
        let idle: Vec<_> =
            open.iter().filter(|(_, open)| is_idle(open)).map(|(name, _)| name.clone()).collect();
        drop(open);
        for name in idle {
            self.remove(&name);
        }
    }
}
