//! The thread that syncs the log in the background, so that commits need not wait for the disk.
//!
//! Invariant: after a sync that failed there is no other, nor after a file was found changed.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::disk::Disk;
use super::error::Error;
use super::frame::Link;
use super::tail::Tail;

/// A thread that syncs what it was asked to, once in an interval.
#[derive(Debug)]
pub(super) struct Flusher {
    shared: Arc<FlushShared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct FlushShared {
    state: Mutex<FlushState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct FlushState {
    /// What is to be synced, as it was when that was last asked for.
    wanted: Option<Tail>,
    /// A sync is under way.
    busy: bool,
    synced: Link,
    failed: Option<String>,
    ended: bool,
}

impl FlushShared {
    fn lock(&self) -> MutexGuard<'_, FlushState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'s>(&self, state: MutexGuard<'s, FlushState>) -> MutexGuard<'s, FlushState> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    /// Syncs what is wanted, again and again, so long after it was first wanted.
    fn run(&self, disk: &dyn Disk, interval: Duration) {
        let mut state = self.lock();
        while !state.ended {
            if state.wanted.is_none() {
                state = self.wait(state);
                continue;
            }
            // More may come until then; all of it is synced at once.
            let waited = self.changed.wait_timeout_while(state, interval, |state| !state.ended);
            state = waited.map_or_else(|poisoned| poisoned.into_inner().0, |(state, _)| state);
            let Some(tail) = state.wanted.take() else { continue };
            state.busy = true;
            drop(state);
            let synced = tail.check_while_written(disk).and_then(|()| tail.sync());
            state = self.lock();
            state.busy = false;
            match synced {
                Ok(()) => state.synced = tail.last_group(),
                Err(error) => {
                    state.failed = Some(error.to_string());
                    state.ended = true;
                }
            }
            self.changed.notify_all();
        }
    }
}

impl Flusher {
    pub(super) fn start(disk: Arc<dyn Disk>, interval: Duration) -> Result<Self, Error> {
        let shared = Arc::<FlushShared>::default();
        let of_thread = Arc::clone(&shared);
        let thread = thread::Builder::new().spawn(move || of_thread.run(&*disk, interval));
        let thread = thread.map_err(Error::disk("start", "a thread that syncs"))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Asks for a segment to be synced. Returns the last frame that was.
    pub(super) fn request(&self, tail: &Tail) -> Result<Link, Error> {
        let mut state = self.shared.lock();
        state.check()?;
        if state.synced != tail.last_group() {
            let is_first = state.wanted.is_none();
            state.wanted = Some(tail.clone());
            if is_first {
                self.shared.changed.notify_all();
            }
        }
        Ok(state.synced)
    }

    /// Waits until no sync is under way, and none is wanted any more: the caller does it.
    pub(super) fn settle(&self) -> Result<(), Error> {
        let mut state = self.shared.lock();
        state.wanted = None;
        while state.busy {
            state = self.shared.wait(state);
        }
        state.check()
    }
}

impl FlushState {
    fn check(&self) -> Result<(), Error> {
        self.failed.as_ref().map_or(Ok(()), |why| Err(Error::Stopped { why: why.clone() }))
    }
}

impl Drop for Flusher {
    fn drop(&mut self) {
        self.shared.lock().ended = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // It ends by itself, and has reported what there was to report.
            let _ = thread.join();
        }
    }
}
