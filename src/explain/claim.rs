//! What a reason says that its query does, in a form that can be held against what it did.
//!
//! Invariant: what is claimed follows from what the sentence says, and from nothing else.

use super::{CellName, CellState, Census, Expiry, Lifespan, Listing, Reason, Target, When};
use crate::time::Time;

/// What a query does, as its reason has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim<'q> {
    /// What becomes of the cells. Those whose lifetime ends meanwhile end in any case.
    pub effect: ClaimedEffect<'q>,
    /// What the clock reads afterwards, where the sentence says so; under the free rule it reads 0 all the
    /// same.
    pub clock: Option<Time>,
    /// What is answered.
    pub answer: ClaimedAnswer,
}

/// What becomes of cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimedEffect<'q> {
    /// The query is refused, and nothing happens at all.
    Refused,
    /// No cell changes.
    Nothing,
    /// This cell is set, and has this lifetime from then on.
    Set(CellName<'q>, Expiry),
    /// This cell is not live afterwards, and no other changes.
    Gone(CellName<'q>),
    /// Of these cells, as many as are counted, none is live afterwards.
    AllGone(Target<'q>),
    /// They live up to here from now on, with the values that they had.
    Live(Target<'q>, Expiry),
    /// This cell holds a list of so many items afterwards.
    Grows(CellName<'q>, usize),
    /// No cell is live afterwards, of so many before.
    Empty(usize),
    /// No cell changes, and a backup of this moment can be restored.
    Saved(Time),
    /// No cell changes, and no backup before that of this moment can be restored any more.
    Forgotten(Time),
    /// The cells are those of the backup of this moment.
    Restored(Time),
    /// The cells are those that were there when the transaction began, but for those that have ended.
    Undone,
    /// What each of the queries in it does.
    OfQueries,
}

/// What is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimedAnswer {
    /// Nothing, as the query is refused.
    Refused,
    /// The empty string, whatever happened.
    Done,
    /// A value or `true`; or that there is none, or `false`.
    Found(bool),
    /// So many things are listed.
    Listed(usize),
    /// A number.
    Number(u64),
    /// That it lives to the end of time.
    Permanent,
    /// The answers of so many queries.
    Answers(usize),
}

impl<'q> Reason<'q> {
    /// What the sentence says that the query does.
    #[must_use]
    pub fn claim(&self) -> Claim<'q> {
        Claim { effect: self.effect(), clock: self.clock(), answer: self.answer() }
    }

    fn effect(&self) -> ClaimedEffect<'q> {
        match *self {
            Self::Refused(_) => ClaimedEffect::Refused,
            Self::Sets { cell, lifespan, .. } if lifespan.is_dead_on_arrival() => ClaimedEffect::Gone(cell),
            Self::Sets { cell, lifespan, .. } => ClaimedEffect::Set(cell, lifespan.expiry()),
            Self::Removes { cell, state: CellState::Live(_), .. } => ClaimedEffect::Gone(cell),
            Self::RemovesRecord(target) if target.live > 0 => ClaimedEffect::AllGone(target),
            Self::Expires { target, lifespan } if target.live > 0 && lifespan.is_dead_on_arrival() => {
                ClaimedEffect::AllGone(target)
            }
            Self::Expires { target, lifespan } if target.live > 0 => {
                ClaimedEffect::Live(target, lifespan.expiry())
            }
            Self::Persists { target, ending } if ending > 0 => ClaimedEffect::Live(target, Expiry::Never),
            Self::Appends { cell, before } => ClaimedEffect::Grows(cell, items_after(before)),
            Self::Clears { ref census, .. } => ClaimedEffect::Empty(census.cells),
            Self::Saves { at, .. } => ClaimedEffect::Saved(at),
            Self::Restores { taken, .. } => ClaimedEffect::Restored(taken),
            Self::Forgets { kept: Some(kept), count: 1.., .. } => ClaimedEffect::Forgotten(kept),
            Self::RollsBack { is_open: true, .. } | Self::Conflicts => ClaimedEffect::Undone,
            Self::Asks { .. } => ClaimedEffect::OfQueries,
            Self::Reads { .. }
            | Self::Removes { .. }
            | Self::Lists(_)
            | Self::NothingToRestore { .. }
            | Self::Ticks { .. }
            | Self::Holds(_)
            | Self::RemovesRecord(_)
            | Self::Surveys { .. }
            | Self::Counts { .. }
            | Self::Finds { .. }
            | Self::Forgets { .. }
            | Self::Expires { .. }
            | Self::Measures { .. }
            | Self::Persists { .. }
            | Self::Begins { .. }
            | Self::Commits { .. }
            | Self::RollsBack { .. }
            | Self::Names { .. }
            | Self::ListsNames { .. }
            | Self::ForgetsNames { .. } => ClaimedEffect::Nothing,
        }
    }

    fn clock(&self) -> Option<Time> {
        match *self {
            Self::Ticks { to, .. } => Some(to),
            Self::Sets { lifespan: Lifespan::For { from, .. }, .. } => Some(from),
            Self::Saves { at, .. } | Self::Restores { at, .. } | Self::NothingToRestore { at, .. } => {
                Some(at)
            }
            Self::RollsBack { is_open: true, now } => now,
            Self::Refused(backwards) => Some(backwards.now),
            Self::Reads { when, .. }
            | Self::Removes { when, .. }
            | Self::Lists(Listing { when, .. })
            | Self::Surveys { when, .. }
            | Self::Counts { when, .. }
            | Self::Finds { when, .. } => when.reading(),
            Self::Holds(target)
            | Self::RemovesRecord(target)
            | Self::Expires { target, .. }
            | Self::Measures { target, .. }
            | Self::Persists { target, .. } => target.when.reading(),
            Self::Sets { .. }
            | Self::Clears { .. }
            | Self::Forgets { .. }
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

    fn answer(&self) -> ClaimedAnswer {
        match *self {
            Self::Refused(_) => ClaimedAnswer::Refused,
            Self::Sets { .. }
            | Self::Restores { .. }
            | Self::NothingToRestore { .. }
            | Self::Ticks { .. }
            | Self::Clears { .. }
            | Self::ForgetsNames { .. } => ClaimedAnswer::Done,
            Self::Reads { state, .. } | Self::Removes { state, .. } => {
                ClaimedAnswer::Found(matches!(state, CellState::Live(_)))
            }
            Self::Holds(target) | Self::RemovesRecord(target) | Self::Expires { target, .. } => {
                ClaimedAnswer::Found(target.live > 0)
            }
            Self::Persists { ending, .. } => ClaimedAnswer::Found(ending > 0),
            Self::Begins { is_open } => ClaimedAnswer::Found(!is_open),
            Self::Commits { is_open } | Self::RollsBack { is_open, .. } => ClaimedAnswer::Found(is_open),
            Self::Names { refused, .. } => ClaimedAnswer::Found(refused.is_none()),
            Self::Lists(Listing { listed, .. }) | Self::Surveys { listed, .. } => {
                ClaimedAnswer::Listed(listed)
            }
            Self::Finds { found, .. } => ClaimedAnswer::Listed(found),
            Self::ListsNames { count } => ClaimedAnswer::Listed(count),
            Self::Saves { census: Census { records, .. }, .. }
            | Self::Counts { census: Census { records, .. }, .. } => ClaimedAnswer::Number(records as u64),
            Self::Forgets { count, .. } => ClaimedAnswer::Number(count as u64),
            Self::Appends { before, .. } => ClaimedAnswer::Number(items_after(before) as u64),
            Self::Conflicts | Self::Measures { last: None, .. } => ClaimedAnswer::Found(false),
            Self::Measures { last: Some(Expiry::Never), .. } => ClaimedAnswer::Permanent,
            Self::Measures { last: Some(Expiry::At(end)), now, .. } => ClaimedAnswer::Number(end.0 - now.0),
            Self::Asks { queries } => ClaimedAnswer::Answers(queries),
        }
    }
}

fn items_after(before: Option<(usize, bool)>) -> usize {
    before.map_or(1, |(items, _)| items + 1)
}

impl Lifespan {
    /// Where it ends.
    #[must_use]
    pub fn expiry(self) -> Expiry {
        match self {
            Self::Permanent => Expiry::Never,
            Self::For { end, .. } => end.map_or(Expiry::Never, Expiry::At),
        }
    }
}

impl When {
    /// What the clock reads then.
    fn reading(self) -> Option<Time> {
        match self {
            Self::At(at) | Self::Now(at) => Some(at),
            Self::Ever => None,
        }
    }
}
