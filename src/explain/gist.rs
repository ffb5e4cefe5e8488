//! The rule of a reason without what is of one list alone: what failures that turn on the same rule share.
//!
//! Invariant: a gist is one of a few fixed sentences, so that it can be compared.

use super::{CellState, Expiry, Listing, Reason, When};

/// That a lifetime is over in the moment in which it ends.
const END: &str = "a lifetime does not include its end";
/// That a lifetime is over after that.
const OVER: &str = "what has ended is gone";

impl Reason<'_> {
    /// The rule in a sentence that holds for every list.
    #[must_use]
    pub fn gist(&self) -> &'static str {
        match self {
            Self::Refused(_) => "time may not run backwards",
            Self::Sets { lifespan, .. } if lifespan.is_dead_on_arrival() => {
                "what has a ttl of 0 is dead on arrival"
            }
            Self::Sets { .. } => "a set has nothing to tell",
            Self::Reads { state, when, .. } => reads(*state, *when),
            Self::Removes { state, when, .. } => removes(*state, *when),
            Self::Lists(listing) => lists(listing),
            Self::Saves { census, .. } if census.emptied.is_some() => {
                "a record whose cells have ended is not counted"
            }
            Self::Saves { .. } => "a backup counts the records that have a live cell",
            Self::Restores { .. } => "the latest backup at or before the moment is brought back",
            Self::NothingToRestore { .. } => "where no backup is early enough nothing changes",
            _ => self.gist_beyond(),
        }
    }

    /// The same of what comes after the exercise.
    fn gist_beyond(&self) -> &'static str {
        match self {
            Self::Ticks { .. } => "a tick moves the clock and nothing else",
            Self::Holds(_) => "a record is there as long as it has a live cell",
            Self::RemovesRecord(_) => "a record is removed with all its live cells",
            Self::Surveys { .. } | Self::Counts { .. } => "only what is live is listed and counted",
            Self::Finds { .. } => "what is live and matches is listed",
            Self::Forgets { count: 0, .. } => {
                "the backup that a moment finds stays, and so do all later ones"
            }
            Self::Forgets { .. } => "backups before the one that a moment finds are forgotten",
            Self::Clears { .. } => "a clear removes all that is live, and keeps the backups",
            Self::Expires { .. } => "lifetimes begin anew where something is live",
            Self::Measures { .. } => "what is left is counted from the clock's reading",
            Self::Appends { .. } => "an item goes to the end of the list",
            Self::Persists { .. } => "a lifetime that would end is taken away",
            Self::Begins { .. } => "transactions do not nest",
            Self::Commits { .. } => "a commit ends the open transaction",
            Self::RollsBack { .. } => "a rollback undoes the open transaction",
            Self::Conflicts => "what others have changed ends a transaction",
            Self::Names { .. } | Self::ListsNames { .. } | Self::ForgetsNames { .. } => {
                "a name stands for one operation"
            }
            _ => "each query of a batch is answered as by itself",
        }
    }
}

fn reads(state: CellState, when: When) -> &'static str {
    match state {
        CellState::Live(Expiry::Never) => "what was set is found",
        CellState::Live(Expiry::At(_)) => "a cell lives until its lifetime ends",
        CellState::Ended(end) if when == When::At(end) => END,
        CellState::Ended(_) => OVER,
        CellState::Absent => "what is not there is not found",
    }
}

fn removes(state: CellState, when: When) -> &'static str {
    match state {
        CellState::Live(_) => "what is live can be removed",
        CellState::Ended(end) if when == When::At(end) => END,
        CellState::Ended(_) => "what has ended cannot be removed",
        CellState::Absent => "what is not there cannot be removed",
    }
}

fn lists(listing: &Listing<'_>) -> &'static str {
    match (&listing.ended, listing.prefix) {
        (Some((_, end)), _) if listing.when == When::At(*end) => END,
        (Some(_), _) => OVER,
        (None, _) if listing.by_value.is_some() => "a prefix is that of the field, not of the value",
        (None, Some("")) => "every field begins with the empty prefix",
        (None, Some(_)) => "the live fields that begin with the prefix are listed",
        (None, None) => "all live fields are listed",
    }
}
