//! A turn with a store: all that was asked while the loop went round is committed once, and answered then. Who has read
//! what is committed already waits for nobody.
//!
//! Invariants: who waits here is told of the commit of all that it has asked; what waits has a bound.
//!
//! ```text
//!   connection 1   read, apply ──┐
//!   connection 2   read, apply ──┼─ wait ─► one commit ─► each takes its replies and writes them
//!   connection 3   read, apply ──┘
//! ```

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Instant;

use tokio::sync::Notify;

use super::desk::{Desk, Held};

/// So many bytes of replies wait for a commit, and those of one connection more.
const HELD: usize = 8 << 20;

/// What came of a turn for a connection.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ready {
    /// This may be written.
    Bytes(Vec<u8>),
    /// Nothing may: so many replies are to be replaced.
    Failed { why: String, count: usize },
    /// The replies were more than a client may leave unread.
    TooLong,
}

impl Default for Ready {
    fn default() -> Self {
        Self::Bytes(Vec::new())
    }
}

/// A connection's replies, on their way.
#[derive(Debug, Default)]
pub(super) struct Mailbox {
    /// What waits for its commit.
    pub(super) held: RefCell<Held>,
    pub(super) ready: RefCell<Ready>,
    done: Notify,
}

/// Who waits for the end of the turn.
#[derive(Debug, Default)]
pub(super) struct Turn {
    waiting: RefCell<Vec<Rc<Mailbox>>>,
    begun: Notify,
    /// Bytes of replies that no connection has taken yet.
    held: Cell<usize>,
}

/// Bytes of replies that are not taken yet, until they are given back.
#[derive(Debug)]
pub(super) struct Share<'t>(&'t Turn, usize);

impl Drop for Share<'_> {
    fn drop(&mut self) {
        self.0.held.set(self.0.held.get() - self.1);
    }
}

impl Turn {
    /// Waits while others have more replies waiting than a turn has room for.
    pub(super) async fn room(&self) {
        while !self.has_room() {
            tokio::task::yield_now().await;
        }
    }

    /// Is there room for the replies of one more?
    pub(super) fn has_room(&self) -> bool {
        self.held.get() <= HELD
    }

    /// Waits until what is held is committed.
    pub(super) async fn end(&self, mailbox: &Rc<Mailbox>) {
        let size = mailbox.held.borrow().measure(|replies| replies.bytes.capacity());
        self.held.set(self.held.get() + size);
        let _share = Share(self, size);
        self.waiting.borrow_mut().push(Rc::clone(mailbox));
        self.begun.notify_one();
        mailbox.done.notified().await;
    }

    /// Lets others join as long as there are any: a sync costs much more than a look, and is the same for all. Who
    /// waits does not ask again, so it ends.
    async fn gather(&self) {
        let mut count = 0;
        while count < self.waiting.borrow().len() {
            count = self.waiting.borrow().len();
            tokio::task::yield_now().await;
        }
    }

    /// Ends turns, one after the other, for ever: each when a look at the sockets finds nobody more who asks.
    pub(super) async fn run(&self, desk: &RefCell<Desk>) {
        loop {
            self.begun.notified().await;
            self.gather().await;
            let waiting = self.waiting.take();
            commit(&mut desk.borrow_mut(), waiting.iter().map(|mailbox| &**mailbox));
            for mailbox in waiting {
                mailbox.done.notify_one();
            }
        }
    }
}

/// Commits what was applied, and lets the replies out.
pub(super) fn commit<'m>(desk: &mut Desk, mailboxes: impl Iterator<Item = &'m Mailbox>) {
    // Nobody asks how long it takes where there is nothing to do.
    let begun = (!desk.see().is_committed()).then(Instant::now);
    let has_failed = desk.has_failed;
    let database = desk.database();
    let committed = if has_failed { Ok(database.commit_reads()) } else { database.commit() };
    let failed = match committed {
        Ok(committed) => {
            for mailbox in mailboxes {
                let mut held = mailbox.held.borrow_mut();
                let replies = std::mem::take(held.release(&committed));
                let ready = if replies.are_over { Ready::TooLong } else { Ready::Bytes(replies.bytes) };
                mailbox.ready.replace(ready);
            }
            None
        }
        Err(error) => {
            let why = error.to_string();
            for mailbox in mailboxes {
                let held = mailbox.held.take();
                let count = held.measure(|replies| replies.count);
                mailbox.ready.replace(Ready::Failed { why: why.clone(), count });
            }
            Some(why)
        }
    };
    if failed.is_none() {
        desk.tell_changes();
    } else {
        // What is not committed is told of by no later turn.
        desk.feed.forget();
    }
    desk.has_failed |= failed.is_some();
    if let Some(begun) = begun {
        desk.metrics.committed(begun.elapsed(), failed);
    }
    desk.flush_record();
}

#[cfg(test)]
mod tests;
