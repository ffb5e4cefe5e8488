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
                ("a record has a version with cells", |(key, record, _)| {
                    ensure(!record.is_never(), || format!("{key:?} has none"))
                }),
                ("fields stand in their order, and their span is known", |(key, record, _)| {
                    let check = record.iter().try_for_each(|(_, fields)| fields.check());
                    check.map_err(|why| format!("{key:?}: {why}"))
                }),
                ("versions stand in the order of their epochs, and are found", |(key, record, pasts)| {
                    record.check(pasts).map_err(|why| format!("{key:?}: {why}"))
                }),
                ("a list knows its length", check_lists),
            ];
            hold(&(key.as_str(), record, pasts), &invariants)
        })
    }
}

fn check_lists((key, record, _): &Of<'_>) -> Found {
    let mut cells = record.iter().flat_map(|(_, fields)| fields.cells());
    cells.try_for_each(|(field, content)| {
        content.value.check().map_err(|why| format!("{field:?} of {key:?}: {why}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Text;
    use crate::engine::check::tests::{assert_names, content};
    use crate::engine::fields::Fields;
    use crate::engine::history::History;
    use crate::engine::timeline::{Epoch, Timeline};

    #[test]
    fn records_without_cells_and_with_fields_out_of_order_are_found() {
        let found = |names: &[&str]| {
            let mut records = RecordTable::default();
            let fields: Fields = names.iter().map(|name| (Text::new(name), content("v"))).collect();
            records.add(Text::new("k"), History::new(Epoch::FIRST, fields));
            records.check(&Timeline::new().pasts(std::iter::empty()))
        };
        assert_eq!(found(&["a", "b"]), Ok(()));
        assert_names(&found(&[]), "a record has a version with cells");
        assert_names(&found(&["b", "a"]), "fields stand in their order, and their span is known");
    }
}
