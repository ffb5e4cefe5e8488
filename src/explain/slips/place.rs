//! Where a mistake is made: everywhere, or in some operations alone.

use std::fmt;

use super::kinds::{Slip, SlipTheme};
use crate::query::{Language, Operation, Query};

/// The operations in which a mistake is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SlipPlace {
    /// All that can make it.
    Everywhere,
    /// Those without a time.
    Untimed,
    /// Those with a time, but for backups.
    Timed,
    /// This one alone.
    In(Operation),
}

/// A classic mistake, made somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MadeSlip {
    /// The mistake.
    pub slip: Slip,
    /// Where it is made.
    pub place: SlipPlace,
}

/// What sets a cell.
const SETS: &[Operation] = &[Operation::Set, Operation::SetAt, Operation::SetAtWithTtl];
/// What sets one that is permanent.
const PLAIN_SETS: &[Operation] = &[Operation::Set, Operation::SetAt];
/// What reads one.
const READS: &[Operation] = &[Operation::Get, Operation::GetAt];
/// What deletes one.
const DELETES: &[Operation] = &[Operation::Delete, Operation::DeleteAt];
/// What lists a record.
const SCANS: &[Operation] = &[Operation::Scan, Operation::ScanAt];
/// What lists a part of it.
const PREFIXES: &[Operation] = &[Operation::ScanByPrefix, Operation::ScanByPrefixAt];

impl SlipPlace {
    /// Is a query answered by an operation in which the mistake is made?
    #[must_use]
    pub fn covers(self, query: &Query<'_>) -> bool {
        let operation = query.operation();
        match self {
            Self::Everywhere => true,
            Self::Untimed => query.timestamp().is_none(),
            Self::Timed => {
                query.timestamp().is_some() && ![Operation::Backup, Operation::Restore].contains(&operation)
            }
            Self::In(one) => one == operation,
        }
    }
}

impl SlipTheme {
    /// Where mistakes of this kind are made, the widest first.
    fn places(self) -> impl Iterator<Item = SlipPlace> {
        use SlipPlace::{Everywhere, In, Timed, Untimed};
        let (wide, alone): (&[_], &[&[Operation]]) = match self {
            Self::Names => (
                &[Everywhere, Untimed, Timed],
                &[SETS, READS, DELETES, SCANS, PREFIXES, &[Operation::Backup]],
            ),
            Self::Marks => (&[Everywhere, Untimed, Timed], &[]),
            Self::Sets => (&[Everywhere, Untimed, Timed], &[SETS]),
            Self::PlainSets => (&[Everywhere], &[PLAIN_SETS]),
            Self::Reads => (&[Everywhere], &[READS]),
            Self::Deletes => (&[Everywhere], &[DELETES]),
            Self::Listings => (&[Everywhere, Untimed, Timed], &[SCANS, PREFIXES]),
            Self::Prefixes => (&[Everywhere], &[PREFIXES]),
            Self::Ends => (&[Everywhere], &[READS, DELETES, SCANS, PREFIXES, &[Operation::Backup]]),
            Self::Whole => (&[Everywhere], &[]),
        };
        let alone = alone.iter().copied().flatten().map(|operation| In(*operation));
        wide.iter().copied().chain(alone)
    }
}

impl MadeSlip {
    /// All of them: what is made in more operations stands first.
    pub fn all() -> impl Iterator<Item = Self> {
        let of = |(slip, theme, _): &(Slip, SlipTheme, _)| {
            let slip = *slip;
            theme.places().map(move |place| Self { slip, place })
        };
        let mut all: Vec<_> = Slip::ALL.iter().flat_map(of).collect();
        all.sort_by_key(|made| made.place);
        all.into_iter()
    }
}

impl fmt::Display for MadeSlip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slip.name())?;
        match self.place {
            SlipPlace::Everywhere => Ok(()),
            SlipPlace::Untimed => f.write_str(" (in the operations without a time alone)"),
            SlipPlace::Timed => f.write_str(" (in the operations with a time alone)"),
            SlipPlace::In(operation) => {
                let form = Language::records().form_of(operation);
                write!(f, " (in {} alone)", form.map_or("one", |form| form.name))
            }
        }
    }
}
