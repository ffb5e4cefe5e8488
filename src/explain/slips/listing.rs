//! What is listed, and in which order.

use std::cmp::Ordering;

use indexmap::IndexMap;

use super::{Slip, SlipCell, Slipping};

type Listed<'c> = (&'c str, &'c SlipCell);

impl Slipping {
    pub(super) fn scan(&mut self, key: &str, prefix: Option<&str>) -> String {
        let name = self.names(key, "").0;
        self.look(&name);
        let mut cells: Vec<_> =
            self.cells(key).into_iter().filter(|cell| self.is_listed(&name, *cell, prefix)).collect();
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
        let glued = |between: &str| {
            let begin = format!("{key}{between}");
            of("").filter_map(|(field, cell)| Some((field.strip_prefix(&begin)?, cell))).collect()
        };
        match self.slip {
            Some(Slip::GluedNames) => glued(""),
            Some(Slip::GluedByPoint) => glued("."),
            Some(Slip::GluedByUnderscore) => glued("_"),
            Some(Slip::AllListed) => self.by_field(|_| true),
            Some(Slip::PrefixOfKey) => self.by_field(|name| name.starts_with(key)),
            _ => of(&self.names(key, "").0).map(|(field, cell)| (field.as_str(), cell)).collect(),
        }
    }

    /// The cells of some records, of each field the last.
    fn by_field(&self, is_meant: impl Fn(&str) -> bool) -> Vec<Listed<'_>> {
        let records = self.records.iter().filter(|(name, _)| is_meant(name));
        let cells = records
            .flat_map(|(name, record)| record.iter().filter(|(field, cell)| self.is_live(name, field, cell)));
        let cells: IndexMap<_, _> = cells.map(|(field, cell)| (field.as_str(), cell)).collect();
        cells.into_iter().collect()
    }

    fn is_listed(&self, name: &str, (field, cell): Listed<'_>, prefix: Option<&str>) -> bool {
        let sees_dead = match prefix {
            None => self.slips(Slip::DeadScanned),
            Some(_) => self.slips(Slip::DeadFoundByPrefix),
        };
        (sees_dead || self.is_live(name, field, cell))
            && prefix.is_none_or(|prefix| self.begins((field, cell), prefix))
    }

    fn begins(&self, (field, cell): Listed<'_>, prefix: &str) -> bool {
        match self.slip {
            Some(Slip::PrefixOfValue) => cell.value.starts_with(prefix),
            Some(Slip::PrefixOfPart) => format!("{field}({})", cell.value).starts_with(prefix),
            Some(Slip::PrefixAnywhere) => field.contains(prefix),
            Some(Slip::PrefixProper) => field.starts_with(prefix) && field != prefix,
            Some(Slip::PrefixWhole) => prefix.is_empty() || field == prefix,
            Some(Slip::PrefixToSeparator) => {
                prefix.is_empty() || field.split('_').next() == Some(prefix.trim_end_matches('_'))
            }
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
            Some(Slip::SortedDownwards) => other.0.cmp(one.0),
            Some(Slip::SortedByEnd) => ends(one).cmp(&ends(other)),
            Some(Slip::SortedWithoutCase) => one.0.to_lowercase().cmp(&other.0.to_lowercase()),
            Some(Slip::SortedByLength) => (one.0.len(), one.0).cmp(&(other.0.len(), other.0)),
            Some(Slip::SortedByNumber) => numbered(one.0).cmp(&numbered(other.0)),
            Some(Slip::SortedByValue) => one.1.value.cmp(&other.1.value),
            Some(Slip::PairsSorted) => paired(one).cmp(&paired(other)),
            _ => one.0.cmp(other.0),
        }
    }
}

/// A lifetime as it is sorted: what is permanent stands last.
fn ends((_, cell): Listed<'_>) -> u128 {
    cell.end.unwrap_or(u128::MAX)
}

/// A cell as it is sorted by who takes a pair for the text that it is shown as.
fn paired((field, cell): Listed<'_>) -> String {
    format!("{field},{}", cell.value)
}

/// A field as it is sorted by who takes its last digits for a number.
fn numbered(field: &str) -> (&str, usize, &str) {
    (field.trim_end_matches(|c: char| c.is_ascii_digit()), field.len(), field)
}
