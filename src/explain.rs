//! Why an answer is what it is: which rule of the language decides a query, told before it is applied.
//!
//! Invariants: there is a reason for every query at every state, and finding it changes nothing; it depends
//! on what can be seen at the clock's reading, not on which dead cells are still in memory; its moments are
//! the caller's; what its sentence says can be held against what the query does ([`Claim`]).
//!
//! ```text
//!   Query ──Reason::of──► Reason ──Display──► "A.B is live: its lifetime ends at 11, and 10 is before that"
//!     │                     └─────claim─────► no cell changes, a value is found
//!     └───────apply─────► Reply                what `apply` goes by is untouched, and costs nothing more
//! ```

mod census;
mod claim;
mod deciding;
mod gist;
mod name;
mod parts;
mod sentence;
mod sessions;
mod slips;
mod targets;

pub use census::Census;
pub use claim::{Claim, ClaimedAnswer, ClaimedEffect};
pub use name::{CellName, Name};
pub use parts::{CellState, Expiry, Lifespan, Listing, NoAlias, Target, When};
pub use slips::{MadeSlip, Slip, SlipPlace, Slipping};

use crate::query::{MatchMode, SearchIn};
use crate::time::{Backwards, Time};

/// The rule that decides a query, with what its sentence needs. `Display` writes that sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason<'q> {
    /// Time would run backwards.
    Refused(Backwards),
    /// A cell is set.
    Sets {
        /// The cell.
        cell: CellName<'q>,
        /// What it was before.
        before: CellState,
        /// How long it lives.
        lifespan: Lifespan,
    },
    /// A cell is read.
    Reads {
        /// The cell.
        cell: CellName<'q>,
        /// What it is.
        state: CellState,
        /// When that is asked.
        when: When,
    },
    /// A cell is removed, if it is live.
    Removes {
        /// The cell.
        cell: CellName<'q>,
        /// What it is.
        state: CellState,
        /// When that is asked.
        when: When,
        /// Is no other cell of its record live?
        is_last: bool,
    },
    /// Cells of a record are listed.
    Lists(Listing<'q>),
    /// The database is saved, and its records are counted.
    Saves {
        /// When the backup is taken.
        at: Time,
        /// What is live then.
        census: Census,
        /// Does it take the place of another backup of this moment?
        is_again: bool,
    },
    /// A backup is brought back.
    Restores {
        /// When that happens.
        at: Time,
        /// Up to when a backup may have been taken.
        asked: Time,
        /// When the one brought back was taken.
        taken: Time,
        /// When the first of those was taken that come too late.
        later: Option<Time>,
    },
    /// No backup was taken early enough, so nothing is brought back.
    NothingToRestore {
        /// When that happens.
        at: Time,
        /// Up to when a backup may have been taken.
        asked: Time,
        /// When the first of all was taken.
        first: Option<Time>,
    },
    /// The clock is moved.
    Ticks {
        /// What it reads before; `None` under the free rule.
        from: Option<Time>,
        /// What it reads after.
        to: Time,
    },
    /// A record is looked for.
    Holds(Target<'q>),
    /// A record is removed.
    RemovesRecord(Target<'q>),
    /// All records are listed.
    Surveys {
        /// What is live.
        census: Census,
        /// How much is listed: records, or cells.
        listed: usize,
        /// When that is asked.
        when: When,
    },
    /// All records are counted.
    Counts {
        /// What is live.
        census: Census,
        /// When that is asked.
        when: When,
    },
    /// What matches a pattern is listed.
    Finds {
        /// What is looked through.
        what: SearchIn,
        /// How the pattern is meant.
        how: MatchMode,
        /// The pattern.
        pattern: &'q str,
        /// How many match.
        found: usize,
        /// Of how many.
        among: usize,
        /// When that is asked.
        when: When,
    },
    /// The database is emptied.
    Clears {
        /// What is live before.
        census: Census,
        /// How many backups stay.
        backups: usize,
    },
    /// Lifetimes begin anew.
    Expires {
        /// Whose.
        target: Target<'q>,
        /// How long they are.
        lifespan: Lifespan,
    },
    /// How long something lives is asked.
    Measures {
        /// What.
        target: Target<'q>,
        /// Where the longest lifetime ends.
        last: Option<Expiry>,
        /// From when on that is counted.
        now: Time,
    },
    /// A list gets an item.
    Appends {
        /// The cell.
        cell: CellName<'q>,
        /// How many items there are before, and whether they are a list; `None` if there is no live
        /// cell.
        before: Option<(usize, bool)>,
    },
    /// Lifetimes are made to end no more.
    Persists {
        /// Whose.
        target: Target<'q>,
        /// How many of them would have ended.
        ending: usize,
    },
    /// A transaction begins.
    Begins {
        /// Is one open already?
        is_open: bool,
    },
    /// A transaction ends, and what it has written takes effect.
    Commits {
        /// Is there one?
        is_open: bool,
    },
    /// A transaction ends, and what it has written goes.
    RollsBack {
        /// Is there one?
        is_open: bool,
        /// What the clock reads; `None` under the free rule.
        now: Option<Time>,
    },
    /// A transaction ends without effect, as others have changed what it has read or written.
    Conflicts,
    /// Queries are asked.
    Asks {
        /// How many.
        queries: usize,
    },
    /// An operation is given another name.
    Names {
        /// The name.
        name: &'q str,
        /// What is to have it.
        operation: &'q str,
        /// Why it does not get it.
        refused: Option<NoAlias>,
    },
    /// Other names are listed.
    ListsNames {
        /// How many there are.
        count: usize,
    },
    /// Other names are taken away.
    ForgetsNames {
        /// How many there are.
        count: usize,
    },
}

impl<'q> Reason<'q> {
    /// What is missing where the engine cannot know why, as dead cells are given back: a cell, or without a
    /// field all cells of a record.
    #[must_use]
    pub fn missing(&self) -> Option<(&'q str, Option<&'q str>)> {
        match self {
            Self::Reads { cell, state: CellState::Absent, .. }
            | Self::Removes { cell, state: CellState::Absent, .. } => Some((cell.key, Some(cell.field))),
            Self::Lists(Listing { key, live: 0, ended: None, .. }) => Some((key, None)),
            Self::Holds(target)
            | Self::RemovesRecord(target)
            | Self::Expires { target, .. }
            | Self::Measures { target, .. }
            | Self::Persists { target, .. } => (target.live == 0).then_some((target.key, target.field)),
            Self::Refused(_)
            | Self::Sets { .. }
            | Self::Reads { .. }
            | Self::Removes { .. }
            | Self::Lists(_)
            | Self::Saves { .. }
            | Self::Restores { .. }
            | Self::NothingToRestore { .. }
            | Self::Ticks { .. }
            | Self::Surveys { .. }
            | Self::Counts { .. }
            | Self::Finds { .. }
            | Self::Clears { .. }
            | Self::Appends { .. }
            | Self::Begins { .. }
            | Self::Commits { .. }
            | Self::RollsBack { .. }
            | Self::Conflicts
            | Self::Asks { .. }
            | Self::Names { .. }
            | Self::ListsNames { .. }
            | Self::ForgetsNames { .. } => None,
        }
    }
}
