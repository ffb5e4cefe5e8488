//! What a record holds at a time: its cells, by field, in byte order.
//!
//! Invariants: fields ascend; a narrow record has 32 at most; the span is that of its cells: the first moment
//! and the last one that is the last of any. Where there is no cell, the record is not there.
//!
//! ```text
//!   narrow   [ a  b  c ]              up to 32 cells in a row, which is copied for another version
//!   wide     Tree: field ─► content   more in a tree, of which versions share what is the same; dead parts
//!                                     of it are not entered
//! ```

use std::iter::Peekable;

use thin_vec::ThinVec;

use super::Text;
use super::invariant::{Found, ensure};
use super::steps::step;
use super::stored::StoredValue;
use super::tree::{self, Summed, Tree};
use crate::time::{Lifetime, Time};

/// A record with more fields is wide.
const WIDEST: usize = 32;

/// Where a wide record gets a field more, so many dead ones go.
const SWEPT: usize = 2;

/// What a cell holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Content {
    pub(super) value: StoredValue,
    pub(super) lifetime: Lifetime,
}

/// Of some cells the first and the last of their last moments.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span {
    first: Time,
    last: Time,
}

/// The cells of a record.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    /// Of no meaning where there is none.
    span: Span,
    cells: Cells,
}

#[derive(Clone, Debug)]
enum Cells {
    Narrow(ThinVec<(Text, Content)>),
    Wide(Tree<Text, Content>),
}

/// A field, and what its cell holds in one version of a record and in another.
pub(super) type Difference<'f> = (&'f Text, Option<&'f Content>, Option<&'f Content>);

impl Summed for Content {
    type Sum = Span;

    fn sum(&self) -> Span {
        Span { first: self.lifetime.last(), last: self.lifetime.last() }
    }

    fn join(one: Span, other: Span) -> Span {
        Span { first: one.first.min(other.first), last: one.last.max(other.last) }
    }
}

impl Default for Fields {
    fn default() -> Self {
        Self { span: Span { first: Time::LAST, last: Time(0) }, cells: Cells::Narrow(ThinVec::new()) }
    }
}

impl Fields {
    /// One cell.
    pub(super) fn of(field: &str, content: Content) -> Self {
        let span = content.sum();
        let mut row = ThinVec::with_capacity(1);
        row.push((Text::new(field), content));
        Self { span, cells: Cells::Narrow(row) }
    }

    pub(super) fn is_empty(&self) -> bool {
        match &self.cells {
            Cells::Narrow(row) => row.is_empty(),
            Cells::Wide(tree) => tree.is_empty(),
        }
    }

    pub(super) fn len(&self) -> usize {
        match &self.cells {
            Cells::Narrow(row) => row.len(),
            Cells::Wide(tree) => tree.len(),
        }
    }

    /// The last moment at which one of the cells is live; `None` if there is none.
    pub(super) fn death(&self) -> Option<Time> {
        (!self.is_empty()).then_some(self.span.last)
    }

    /// Is one of the cells live?
    pub(super) fn is_live(&self, now: Time) -> bool {
        self.death().is_some_and(|death| now <= death)
    }

    #[inline]
    pub(super) fn get(&self, field: &str) -> Option<&Content> {
        match &self.cells {
            Cells::Narrow(row) => find(row, field).map(|place| &row[place].1),
            Cells::Wide(tree) => tree.get(field),
        }
    }

    /// Gives a cell content. Where there is one more then, cells that were dead before `gone` go.
    #[inline]
    pub(super) fn put(&mut self, field: &str, content: Content, gone: Time) {
        match &mut self.cells {
            Cells::Narrow(row) => match find(row, field) {
                Some(place) => {
                    let new = content.sum();
                    let before = std::mem::replace(&mut row[place].1, content).sum();
                    if before != new {
                        self.settle_span();
                    }
                }
                None => self.add(field, content, gone),
            },
            Cells::Wide(_) => self.put_wide(field, content, gone),
        }
    }

    #[inline(never)]
    fn put_wide(&mut self, field: &str, content: Content, gone: Time) {
        let Cells::Wide(tree) = &mut self.cells else { return };
        if tree.get(field).is_none() {
            sweep(tree, gone, SWEPT);
        }
        tree.change(Text::new(field), |_| Some(content));
        self.settle_span();
    }

    /// Adds a cell to a narrow record.
    #[inline(never)]
    fn add(&mut self, field: &str, content: Content, gone: Time) {
        self.drop_dead(gone);
        let Cells::Narrow(row) = &mut self.cells else { return self.put(field, content, gone) };
        let place = row.partition_point(|(name, _)| name.as_str() < field);
        if row.len() == row.capacity() {
            // Not more room than there are cells: most records have few.
            row.reserve_exact(row.len().max(1));
        }
        row.insert(place, (Text::new(field), content));
        if row.len() > WIDEST {
            let rows = std::mem::take(row).into_iter();
            self.cells = Cells::Wide(Tree::of_sorted(rows));
        }
        self.settle_span();
    }

    /// Takes out a cell that is there.
    pub(super) fn remove(&mut self, field: &str) {
        match &mut self.cells {
            Cells::Narrow(row) => {
                if let Some(place) = find(row, field) {
                    row.remove(place);
                }
            }
            Cells::Wide(tree) => tree.change(Text::new(field), |_| None),
        }
        self.settle_span();
    }

    /// Changes what a cell holds, but not for how long.
    pub(super) fn update<T>(&mut self, field: &str, with: impl FnOnce(&mut StoredValue) -> T) -> Option<T> {
        match &mut self.cells {
            Cells::Narrow(row) => find(row, field).map(|place| with(&mut row[place].1.value)),
            Cells::Wide(tree) => tree.update(field, |content| with(&mut content.value)),
        }
    }

    /// Takes out all cells that were dead before a moment.
    pub(super) fn drop_dead(&mut self, gone: Time) {
        if gone <= self.span.first {
            return;
        }
        match &mut self.cells {
            Cells::Narrow(row) => row.retain(|(_, content)| content.lifetime.holds_at(gone)),
            Cells::Wide(tree) => sweep(tree, gone, usize::MAX),
        }
        self.settle_span();
    }

    /// Another version of it, to be changed, without what was dead before a moment. (A wide one shares all it
    /// can, dead cells too.)
    pub(super) fn living(&self, gone: Time) -> Self {
        if self.span.last < gone {
            return Self::default();
        }
        let Cells::Narrow(row) = &self.cells else { return self.clone() };
        if gone <= self.span.first {
            return self.clone();
        }
        let live = row.iter().filter(|(_, content)| content.lifetime.holds_at(gone));
        let mut fields = Self { span: self.span, cells: Cells::Narrow(live.cloned().collect()) };
        fields.settle_span();
        fields
    }

    /// Tells the span anew.
    fn settle_span(&mut self) {
        let span = match &self.cells {
            Cells::Narrow(row) => row.iter().map(|(_, content)| content.sum()).reduce(Content::join),
            Cells::Wide(tree) => tree.sum(),
        };
        match span {
            Some(span) => self.span = span,
            None => *self = Self::default(),
        }
    }

    /// The cells live at `now` whose field begins with `prefix`, in field order.
    pub(super) fn live(&self, prefix: &str, now: Time) -> impl Iterator<Item = (&Text, &Content)> {
        let (narrow, wide) = match &self.cells {
            Cells::Narrow(row) => (&row[..], None),
            Cells::Wide(tree) => (&[][..], Some(tree.walk(prefix, move |span| now <= span.last))),
        };
        let begins = move |field: &str| prefix.is_empty() || field.starts_with(prefix);
        step(narrow.len());
        let narrow = narrow.iter().map(|(field, content)| (field, content));
        let narrow = narrow.filter(move |(field, content)| content.lifetime.holds_at(now) && begins(field));
        narrow.chain(wide.into_iter().flatten().take_while(move |(field, _)| begins(field)))
    }

    /// All cells, also dead ones, in field order.
    pub(super) fn cells(&self) -> impl Iterator<Item = (&Text, &Content)> {
        self.live("", Time(0))
    }

    /// The cells of two versions that may differ, in field order: those that both share are left out where
    /// that is seen at once.
    pub(super) fn differences<'f>(one: Option<&'f Self>, other: Option<&'f Self>) -> Vec<Difference<'f>> {
        if let (Some(Self { cells: Cells::Wide(one), .. }), Some(Self { cells: Cells::Wide(other), .. })) =
            (one, other)
        {
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

    pub(super) fn check(&self) -> Found {
        let fields: Vec<_> = self.cells().map(|(field, _)| field).collect();
        ensure(fields.is_sorted_by(|field, next| field < next), || format!("{fields:?}"))?;
        match &self.cells {
            Cells::Narrow(row) => ensure(row.len() <= WIDEST, || format!("a row of {}", row.len()))?,
            Cells::Wide(tree) => tree.check()?,
        }
        let span = self.cells().map(|(_, content)| content.sum()).reduce(Content::join);
        ensure(span.is_none_or(|span| span == self.span), || format!("{:?}, and it is {span:?}", self.span))
    }
}

impl FromIterator<(Text, Content)> for Fields {
    /// Of cells whose fields ascend.
    fn from_iter<I: IntoIterator<Item = (Text, Content)>>(cells: I) -> Self {
        let row: ThinVec<_> = cells.into_iter().collect();
        let cells = if row.len() > WIDEST {
            Cells::Wide(Tree::of_sorted(row.into_iter()))
        } else {
            Cells::Narrow(row)
        };
        let mut fields = Self { span: Self::default().span, cells };
        fields.settle_span();
        fields
    }
}

/// Where a field stands in a row. Names that belong together tend to differ at their end, so most are told apart
/// without a call.
#[inline]
fn find(row: &[(Text, Content)], field: &str) -> Option<usize> {
    let end = field.as_bytes().last();
    row.iter().position(|(name, _)| {
        let name = name.as_bytes();
        name.len() == field.len() && name.last() == end && name == field.as_bytes()
    })
}

/// Takes out so many cells of a wide record that were dead before a moment.
fn sweep(tree: &mut Tree<Text, Content>, gone: Time, most: usize) {
    for _ in 0..most {
        let dead = tree.wanted(|span| span.first < gone).next().map(|(field, _)| field.clone());
        let Some(field) = dead else { return };
        tree.change(field, |_| None);
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::engine::stored::StoredText;
    use crate::time::Ttl;

    fn content(last: u64) -> Content {
        let lifetime = Lifetime::starting(Time(last), Ttl(1)).expect("it has a last moment");
        Content { value: StoredValue::Text(StoredText::Memory(Text::new("v"))), lifetime }
    }

    #[test]
    fn records_of_every_width_find_their_cells_in_order_and_drop_the_dead() {
        for width in [1_u64, 2, 31, 32, 33, 34, 400] {
            let (mut fields, mut plain) = (Fields::default(), BTreeMap::new());
            for step in 0..4 * width {
                let field = (step * 7 % (2 * width)).to_string();
                if step % 3 == 2 && plain.remove(&field).is_some() {
                    fields.remove(&field);
                } else {
                    fields.put(&field, content(step), Time(0));
                    plain.insert(field, step);
                }
                assert_eq!(fields.check(), Ok(()));
                let cells =
                    fields.cells().map(|(field, content)| (field.as_str(), content.lifetime.last().0));
                assert!(cells.eq(plain.iter().map(|(field, last)| (field.as_str(), *last))));
                assert_eq!(fields.death().map(|death| death.0), plain.values().max().copied());
            }
            let half = Time(2 * width);
            let living = fields.living(half);
            let live =
                |fields: &Fields| fields.live("1", half).map(|(field, _)| field.clone()).collect::<Vec<_>>();
            let wanted = plain.iter().filter(|(field, last)| **last >= half.0 && field.starts_with('1'));
            assert!(wanted.map(|(field, _)| field.as_str()).eq(live(&fields).iter().map(Text::as_str)));
            assert_eq!(live(&living), live(&fields));
            fields.drop_dead(half);
            assert!(fields.cells().all(|(_, content)| content.lifetime.holds_at(half)));
            assert_eq!(fields.check().and(living.check()), Ok(()));
        }
    }

    #[test]
    fn dead_cells_do_not_add_up_where_others_come() {
        for kept in [1, 100] {
            let mut fields: Fields =
                (0..kept).map(|number| (Text::new(format!("{number:03}")), content(u64::MAX))).collect();
            for now in 0..10_000 {
                fields.put(&format!("x{now}"), content(now + 3), Time(now));
            }
            assert!(fields.cells().count() < 120, "{}", fields.cells().count());
        }
    }

    #[test]
    fn a_wrong_order_and_a_wrong_span_are_found() {
        let of = |names: [&str; 2]| names.map(|name| (Text::new(name), content(3))).into_iter();
        let mut fields: Fields = of(["a", "b"]).collect();
        assert_eq!(fields.check(), Ok(()));
        assert!(of(["b", "a"]).collect::<Fields>().check().is_err());
        fields.span.last = Time(9);
        assert!(fields.check().is_err());
    }

    #[test]
    fn a_cell_takes_little_room() {
        assert_eq!((size_of::<(Text, Content)>(), size_of::<Fields>()), (56, 32));
    }
}
