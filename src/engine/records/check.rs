//! Whether records are as they must be, each for itself.

use super::{Record, RecordTable};
use crate::engine::invariant::{Found, Invariant, ensure, hold};
use crate::engine::timeline::Pasts;

/// A record, its key, and from where it may be seen.
type Of<'r> = (&'r str, &'r Record, &'r Pasts<'r>);

impl RecordTable {
    pub(in crate::engine) fn check(&self, pasts: &Pasts<'_>) -> Found {
        self.by_key.check()?;
        self.iter().try_for_each(|(key, record)| {
            let invariants: [Invariant<Of<'_>>; 4] = [
                ("a record has a cell", |(key, record, _)| {
                    ensure(!record.fields.is_empty(), || format!("{key:?} has none"))
                }),
                ("fields stand in their order, and where their tags are", |(key, record, _)| {
                    record.fields.check().map_err(|why| format!("{key:?}: {why}"))
                }),
                ("versions stand in the order of their epochs, and are found", check_versions),
                ("a list knows its length", check_lists),
            ];
            hold(&(key.as_str(), record, pasts), &invariants)
        })
    }
}

fn check_versions((key, record, pasts): &Of<'_>) -> Found {
    record.count.check(pasts).map_err(|why| format!("the count of {key:?}: {why}"))?;
    record
        .cells()
        .try_for_each(|(field, cell)| cell.check(pasts).map_err(|why| format!("{field:?} of {key:?}: {why}")))
}

fn check_lists((key, record, _): &Of<'_>) -> Found {
    record.cells().try_for_each(|(field, cell)| {
        let mut contents = cell.iter().filter_map(|(_, content)| content.as_ref());
        contents.try_for_each(|content| {
            content.value.check().map_err(|why| format!("{field:?} of {key:?}: {why}"))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Text;
    use crate::engine::check::tests::assert_names;
    use crate::engine::fields::Fields;
    use crate::engine::history::History;
    use crate::engine::timeline::{Epoch, Timeline};

    #[test]
    fn records_without_cells_and_with_fields_out_of_order_are_found() {
        let cell = |field| (Text::new(field), History::new(Epoch::FIRST, None));
        let found = |fields| {
            let mut records = RecordTable::default();
            records.add(Text::new("k"), Record::of_parts(fields, History::new(Epoch::FIRST, 0)));
            records.check(&Timeline::new().pasts(std::iter::empty()))
        };
        assert_eq!(found(Fields::of_sorted(vec![cell("a"), cell("b")])), Ok(()));
        assert_names(&found(Fields::default()), "a record has a cell");
        let swapped = Fields::of_sorted(vec![cell("b"), cell("a")]);
        assert_names(&found(swapped), "fields stand in their order, and where their tags are");
    }
}
