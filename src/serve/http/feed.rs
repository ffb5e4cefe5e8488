//! What has changed, group by group, for those who watch.
//!
//! Invariants: nothing is told before it is committed; nothing is kept before somebody watches; what is kept is
//! bounded.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use indexmap::IndexSet;
use tokio::sync::Notify;

use super::changes::{self, Change, Told};
use crate::db::Database;
use crate::query::{Access, Query};
use crate::reply::Reply;
use crate::time::Time;

/// So many groups can be gone on from.
const KEPT: usize = 1_000;

/// So many bytes of them.
const BYTES: usize = 16 << 20;

/// A group tells of so many changes at most.
pub(super) const MOST: usize = 100;

/// What somebody has written that is not told.
#[derive(Debug, Default)]
pub(in crate::serve) struct Written {
    /// One more than is told, at most.
    changes: IndexSet<Change>,
    queries: usize,
    /// Was something written before anybody watched?
    has_more: bool,
}

/// The same of a transaction, which is told when that takes effect.
#[derive(Debug, Default)]
pub(in crate::serve) struct Inside {
    written: RefCell<Written>,
    is_open: Cell<bool>,
}

/// A group that was committed.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) number: u64,
    pub(super) at: Time,
    pub(super) queries: usize,
    pub(super) told: Vec<Told>,
    /// Are there more changes than are told?
    pub(super) has_more: bool,
}

/// All that is kept of them.
#[derive(Debug, Default)]
pub(in crate::serve) struct Feed {
    /// Has anybody ever watched?
    is_on: bool,
    written: Written,
    groups: VecDeque<Rc<Group>>,
    bytes: usize,
    /// The number of the last group, and of the last that is not kept.
    last: u64,
    forgotten: u64,
    /// Whoever watches waits here.
    pub(super) news: Rc<Notify>,
    pub(super) readers: Rc<()>,
    /// How often a reader was too slow, or came too late.
    pub(super) dropped: u64,
}

impl Written {
    fn add(&mut self, query: &Query<'_>) {
        self.queries += 1;
        if let Some(change) = changes::of(query) {
            self.insert(change);
        }
    }

    fn append(&mut self, other: Self) {
        self.queries += other.queries;
        for change in other.changes {
            self.insert(change);
        }
        self.has_more |= other.has_more;
    }

    fn insert(&mut self, change: Change) {
        if change.is_of_all() {
            // What was before it is seen no more, but for backups. It is told however many these are.
            self.changes.retain(|before| matches!(before, Change::Backup(_)));
            self.has_more = false;
            self.changes.shift_insert(self.changes.len().min(MOST - 1), change);
        } else if self.changes.len() <= MOST {
            self.changes.insert(change);
        }
    }
}

impl Feed {
    /// Does anybody want to know?
    #[inline]
    pub(in crate::serve) fn is_on(&self) -> bool {
        self.is_on
    }

    /// Must it know of what somebody asks? A transaction may take effect when somebody watches.
    #[inline]
    pub(in crate::serve) fn notes(&self, who: Option<&Inside>) -> bool {
        self.is_on || who.is_some()
    }

    /// Somebody watches from now on.
    pub(super) fn turn_on(&mut self, store: Option<u64>) {
        if !self.is_on {
            self.is_on = true;
            self.last = store.unwrap_or(0);
            self.forgotten = self.last;
        }
    }

    /// Something was asked and answered.
    pub(in crate::serve) fn asked(
        &mut self,
        who: Option<&Inside>,
        query: &Query<'_>,
        reply: Option<&Reply<'_>>,
    ) {
        let is_so = matches!(reply, Some(Reply::Bool(true)));
        match (query.operation().access(), who) {
            (Access::Write, Some(who)) if who.is_open.get() => {
                let written = &mut *who.written.borrow_mut();
                if self.is_on { written.add(query) } else { written.has_more = true }
            }
            (Access::Write, _) if self.is_on => self.written.add(query),
            (Access::Begin, Some(who)) if is_so => who.is_open.set(true),
            (Access::Commit | Access::Rollback, Some(who)) => {
                who.is_open.set(false);
                let written = who.written.take();
                if self.is_on && is_so && query.operation().access() == Access::Commit {
                    self.written.append(written);
                }
            }
            _ => {}
        }
    }

    /// What was written is committed.
    pub(in crate::serve) fn commit(&mut self, database: &mut Database) {
        let Written { changes, queries, has_more } = std::mem::take(&mut self.written);
        let stored = database.store().map(crate::store::Store::last_group);
        // One that changes no cell counts too: who has seen it goes on from there.
        self.last = stored.unwrap_or(self.last);
        if changes.is_empty() && !has_more {
            return;
        }
        let number = stored.unwrap_or(self.last + 1);
        let has_more = has_more || changes.len() > MOST;
        let told: Vec<Told> =
            changes.iter().take(MOST).flat_map(|change| changes::told(change, database)).take(MOST).collect();
        let group = Group { number, at: database.now(), queries, told, has_more };
        self.last = number;
        self.bytes += group.size();
        self.groups.push_back(Rc::new(group));
        while self.groups.len() > KEPT || self.bytes > BYTES {
            let Some(first) = self.groups.pop_front() else { break };
            self.bytes -= first.size();
            self.forgotten = first.number;
        }
        self.news.notify_waiters();
    }

    /// What was written is not committed, and never will be.
    pub(in crate::serve) fn forget(&mut self) {
        self.written = Written::default();
    }

    /// The number of the last group.
    pub(super) fn last(&self) -> u64 {
        self.last
    }

    /// The groups behind one; `None` if some of them are not kept, or if there was no such group.
    pub(super) fn behind(&self, number: u64) -> Option<Vec<Rc<Group>>> {
        if number < self.forgotten || number > self.last {
            return None;
        }
        let first = self.groups.partition_point(|group| group.number <= number);
        Some(self.groups.iter().skip(first).cloned().collect())
    }
}

impl Group {
    fn size(&self) -> usize {
        self.told.iter().map(|told| told.key.len() + told.json.len()).sum::<usize>() + size_of::<Self>()
    }
}
