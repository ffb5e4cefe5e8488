//! What is listed, and in which order.

use std::cmp::Ordering;

use super::{Slip, SlipCell, Slipping};

type Listed<'c> = (&'c str, &'c SlipCell);

impl Slipping {
    pub(super) fn scan(&self, key: &str, prefix: Option<&str>) -> String {
        let mut cells: Vec<_> =
            self.cells(key).into_iter().filter(|cell| self.is_listed(*cell, prefix)).collect();
        cells.sort_by(|one, other| self.order(*one, *other));
        let mut parts: Vec<_> =
            cells.iter().map(|(field, cell)| format!("{field}({})", cell.value)).collect();
        if self.slips(Slip::PartsSorted) {
            parts.sort();
        }
        parts.join(", ")
    }

    /// The cells of a key, dead ones too.
    fn cells(&self, key: &str) -> Vec<Listed<'_>> {
        let of = |name: &str| self.records.get(name).into_iter().flatten();
        match self.slip {
            Some(Slip::GluedNames) => {
                of("").filter_map(|(field, cell)| Some((field.strip_prefix(key)?, cell))).collect()
            }
            Some(Slip::PrefixOfKey) => {
                let records = self.records.iter().filter(|(name, _)| name.starts_with(key));
                records.flat_map(|(_, record)| record).map(|(field, cell)| (field.as_str(), cell)).collect()
            }
            _ => of(&self.names(key, "").0).map(|(field, cell)| (field.as_str(), cell)).collect(),
        }
    }

    fn is_listed(&self, (field, cell): Listed<'_>, prefix: Option<&str>) -> bool {
        let sees_dead = match prefix {
            None => self.slips(Slip::DeadScanned),
            Some(_) => self.slips(Slip::DeadFoundByPrefix),
        };
        (sees_dead || self.is_live(cell)) && prefix.is_none_or(|prefix| self.begins((field, cell), prefix))
    }

    fn begins(&self, (field, cell): Listed<'_>, prefix: &str) -> bool {
        match self.slip {
            Some(Slip::PrefixOfValue) => cell.value.starts_with(prefix),
            Some(Slip::PrefixOfPart) => format!("{field}({})", cell.value).starts_with(prefix),
            Some(Slip::PrefixAnywhere) => field.contains(prefix),
            Some(Slip::PrefixProper) => field.starts_with(prefix) && field != prefix,
            Some(Slip::PrefixReversed) => prefix.starts_with(field),
            Some(Slip::PrefixEmpty) => !prefix.is_empty() && field.starts_with(prefix),
            Some(Slip::PrefixWithoutCase) => field.to_lowercase().starts_with(&prefix.to_lowercase()),
            Some(Slip::PrefixIgnored) => true,
            _ => field.starts_with(prefix),
        }
    }

    fn order(&self, one: Listed<'_>, other: Listed<'_>) -> Ordering {
        match self.slip {
            Some(Slip::SortedByInsertion | Slip::PartsSorted) => Ordering::Equal,
            Some(Slip::SortedWithoutCase) => one.0.to_lowercase().cmp(&other.0.to_lowercase()),
            Some(Slip::SortedByLength) => (one.0.len(), one.0).cmp(&(other.0.len(), other.0)),
            Some(Slip::SortedByNumber) => numbered(one.0).cmp(&numbered(other.0)),
            Some(Slip::SortedByValue) => one.1.value.cmp(&other.1.value),
            _ => one.0.cmp(other.0),
        }
    }
}

/// A field as it is sorted by who takes its last digits for a number.
fn numbered(field: &str) -> (&str, usize, &str) {
    (field.trim_end_matches(|c: char| c.is_ascii_digit()), field.len(), field)
}
