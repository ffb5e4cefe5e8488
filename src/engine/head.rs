//! Where somebody stands in the database, and all that is so for him alone: one [`Head`] for the database, and one
//! for each transaction that is open.
//!
//! Promise, which tests hold it to: an operation changes no other head than the one that it is handed.
//!
//! Invariants: no own clock stands before 0, and under the free rule none moves; what is live, now or later, is
//! known; what the open epoch has written is in the undo log, once there is a backup and in a transaction always.
//!
//! ```text
//!   Engine
//!   ├── Common          clock, tree of epochs, records, and what transactions are told of each other
//!   ├── own:   Head     position ─► the tree    shift    live    undo    backups
//!   └── heads: Head …   the same of each transaction
//! ```

use super::backups::Backups;
use super::level3_lifetimes::on_own_clock;
use super::live::Live;
use super::timeline::Position;
use super::undo::UndoLog;
use crate::time::Time;

/// The present as the database or a transaction has it.
#[derive(Clone, Debug)]
pub(super) struct Head {
    /// Where in the tree of epochs that is.
    pub(super) position: Position,
    /// How far its own clock stands behind the caller's, in milliseconds.
    pub(super) shift: u64,
    pub(super) live: Live,
    pub(super) undo: UndoLog,
    pub(super) backups: Backups,
    /// The place of the transaction among those that are open; `None` if it is the database's.
    pub(super) transaction: Option<usize>,
}

impl Head {
    /// That of an empty database whose clock stands at 0.
    pub(super) fn new() -> Self {
        Self {
            position: Position::START,
            shift: 0,
            live: Live::default(),
            undo: UndoLog::default(),
            backups: Backups::default(),
            transaction: None,
        }
    }

    /// Is it that of a transaction?
    #[inline]
    pub(super) fn is_inside(&self) -> bool {
        self.transaction.is_some()
    }

    /// The moment on its own clock.
    #[inline]
    pub(super) fn own_time(&self, callers: Time) -> Time {
        on_own_clock(callers, self.shift)
    }
}
