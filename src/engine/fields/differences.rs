//! In which cells two versions of a record differ.

use std::iter::Peekable;

use super::{Content, Fields};
use crate::engine::{Text, tree};

/// A field, and what its cell holds in one version of a record and in another.
pub(in crate::engine) type Difference<'f> = (&'f Text, Option<&'f Content>, Option<&'f Content>);

impl Fields {
    /// The cells of two versions that may differ, in field order: those that both share are left out where
    /// that is seen at once.
    pub(in crate::engine) fn differences<'f>(
        one: Option<&'f Self>,
        other: Option<&'f Self>,
    ) -> Vec<Difference<'f>> {
        if let (Some(Self::Wide { tree: one, .. }), Some(Self::Wide { tree: other, .. })) = (one, other) {
            return tree::differences(one, other);
        }
        let [mut one, mut other] = [one, other].map(|one| one.into_iter().flat_map(Self::cells).peekable());
        let mut differences = Vec::new();
        while let Some(field) = first_of(&mut one, &mut other) {
            let [one, other] = [take(&mut one, field), take(&mut other, field)];
            differences.push((field, one, other));
        }
        differences
    }
}

/// The first field that comes next in one of two rows of cells.
fn first_of<'f>(
    one: &mut Peekable<impl Iterator<Item = (&'f Text, &'f Content)>>,
    other: &mut Peekable<impl Iterator<Item = (&'f Text, &'f Content)>>,
) -> Option<&'f Text> {
    let nexts = [one.peek().map(|(field, _)| *field), other.peek().map(|(field, _)| *field)];
    nexts.into_iter().flatten().min()
}

/// What comes next in a row of cells, if it is of this field.
fn take<'f>(
    row: &mut Peekable<impl Iterator<Item = (&'f Text, &'f Content)>>,
    field: &Text,
) -> Option<&'f Content> {
    row.next_if(|(next, _)| *next == field).map(|(_, content)| content)
}
