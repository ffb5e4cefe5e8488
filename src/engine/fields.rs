//! What a record holds at a time: its cells, by field, in byte order.
//!
//! Invariants: fields ascend; a narrow record has 32 at most; the span is that of its cells: the first moment
//! and the last one that is the last of any. Where there is no cell, the record is not there.
//!
//! ```text
//!   own      value                    a key's own value alone stands in the record itself, without a row
//!   narrow   [ a  b  c ]              up to 32 cells in a row, which is copied for another version
//!   wide     Tree: field ─► content   more in a tree, of which versions share what is the same; dead parts
//!                                     of it are not entered
//! ```

mod differences;
#[cfg(test)]
mod tests;

use thin_vec::ThinVec;

use super::Text;
use super::invariant::{Found, ensure};
use super::steps::step;
use super::stored::StoredValue;
use super::tree::{Summed, Tree};
use crate::time::{Lifetime, Time};

/// The field of a key's own value.
static OWN: Text = Text::new_static("");

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

/// The cells of a record. A span is of no meaning where there is none.
#[derive(Clone, Debug)]
pub(super) enum Fields {
    Own(Content),
    Narrow { span: Span, row: ThinVec<(Text, Content)> },
    Wide { span: Span, tree: Tree<Text, Content> },
}

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
        Self::Narrow { span: Span { first: Time::LAST, last: Time(0) }, row: ThinVec::new() }
    }
}

impl Fields {
    /// One cell.
    pub(super) fn of(field: &str, content: Content) -> Self {
        if field.is_empty() { Self::Own(content) } else { Self::of_one(Text::new(field), content) }
    }

    fn of_one(field: Text, content: Content) -> Self {
        let span = content.sum();
        let mut row = ThinVec::with_capacity(1);
        row.push((field, content));
        Self::Narrow { span, row }
    }

    fn span(&self) -> Span {
        match self {
            Self::Own(content) => content.sum(),
            Self::Narrow { span, .. } | Self::Wide { span, .. } => *span,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Own(_) => false,
            Self::Narrow { row, .. } => row.is_empty(),
            Self::Wide { tree, .. } => tree.is_empty(),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Own(_) => 1,
            Self::Narrow { row, .. } => row.len(),
            Self::Wide { tree, .. } => tree.len(),
        }
    }

    /// The last moment at which one of the cells is live; `None` if there is none.
    pub(super) fn death(&self) -> Option<Time> {
        (!self.is_empty()).then_some(self.span().last)
    }

    /// Is one of the cells live?
    pub(super) fn is_live(&self, now: Time) -> bool {
        self.death().is_some_and(|death| now <= death)
    }

    #[inline]
    pub(super) fn get(&self, field: &str) -> Option<&Content> {
        match self {
            Self::Own(content) => field.is_empty().then_some(content),
            Self::Narrow { row, .. } => find(row, field).map(|place| &row[place].1),
            Self::Wide { tree, .. } => tree.get(field),
        }
    }

    /// Gives a cell content. Where there is one more then, cells that were dead before `gone` go.
    #[inline]
    pub(super) fn put(&mut self, field: &str, content: Content, gone: Time) {
        match self {
            Self::Own(own) if field.is_empty() => *own = content,
            Self::Own(_) => self.add(field, content, gone),
            Self::Narrow { row, .. } => match find(row, field) {
                Some(place) => {
                    let new = content.sum();
                    let before = std::mem::replace(&mut row[place].1, content).sum();
                    if before != new {
                        self.settle_span();
                    }
                }
                None => self.add(field, content, gone),
            },
            Self::Wide { .. } => self.put_wide(field, content, gone),
        }
    }

    #[inline(never)]
    fn put_wide(&mut self, field: &str, content: Content, gone: Time) {
        let Self::Wide { tree, .. } = self else { return };
        if tree.get(field).is_none() {
            sweep(tree, gone, SWEPT);
        }
        tree.change(Text::new(field), |_| Some(content));
        self.settle_span();
    }

    /// Adds a cell to a record that is not wide.
    #[inline(never)]
    fn add(&mut self, field: &str, content: Content, gone: Time) {
        self.drop_dead(gone);
        if self.is_empty() {
            *self = Self::of(field, content);
            return;
        }
        *self = match std::mem::take(self) {
            Self::Own(own) => Self::of_one(OWN.clone(), own),
            other => other,
        };
        let Self::Narrow { row, .. } = self else { return self.put(field, content, gone) };
        let place = row.partition_point(|(name, _)| name.as_str() < field);
        if row.len() == row.capacity() {
            // Not more room than there are cells: most records have few.
            row.reserve_exact(row.len().max(1));
        }
        row.insert(place, (Text::new(field), content));
        if row.len() > WIDEST {
            *self = std::mem::take(row).into_iter().collect();
        }
        self.settle_span();
    }

    /// Takes out a cell that is there.
    pub(super) fn remove(&mut self, field: &str) {
        match self {
            Self::Own(_) if field.is_empty() => *self = Self::default(),
            Self::Own(_) => {}
            Self::Narrow { row, .. } => {
                if let Some(place) = find(row, field) {
                    row.remove(place);
                }
            }
            Self::Wide { tree, .. } => tree.change(Text::new(field), |_| None),
        }
        self.settle_span();
    }

    /// Changes what a cell holds, but not for how long.
    pub(super) fn update<T>(&mut self, field: &str, with: impl FnOnce(&mut StoredValue) -> T) -> Option<T> {
        match self {
            Self::Own(own) => field.is_empty().then(|| with(&mut own.value)),
            Self::Narrow { row, .. } => find(row, field).map(|place| with(&mut row[place].1.value)),
            Self::Wide { tree, .. } => tree.update(field, |content| with(&mut content.value)),
        }
    }

    /// Takes out all cells that were dead before a moment.
    pub(super) fn drop_dead(&mut self, gone: Time) {
        if gone <= self.span().first {
            return;
        }
        match self {
            Self::Own(_) => *self = Self::default(),
            Self::Narrow { row, .. } => row.retain(|(_, content)| content.lifetime.holds_at(gone)),
            Self::Wide { tree, .. } => sweep(tree, gone, usize::MAX),
        }
        self.settle_span();
    }

    /// Another version of it, to be changed, without what was dead before a moment. (A wide one shares all it
    /// can, dead cells too.)
    pub(super) fn living(&self, gone: Time) -> Self {
        let span = self.span();
        if span.last < gone {
            return Self::default();
        }
        match self {
            Self::Narrow { row, .. } if span.first < gone => {
                row.iter().filter(|(_, content)| content.lifetime.holds_at(gone)).cloned().collect()
            }
            _ => self.clone(),
        }
    }

    /// Tells the span anew.
    fn settle_span(&mut self) {
        let (told, span) = match self {
            Self::Own(_) => return,
            Self::Narrow { span, row } => {
                (span, row.iter().map(|(_, content)| content.sum()).reduce(Content::join))
            }
            Self::Wide { span, tree } => (span, tree.sum()),
        };
        match span {
            Some(span) => *told = span,
            None => *self = Self::default(),
        }
    }

    /// The cells live at `now` whose field begins with `prefix`, in field order.
    pub(super) fn live(&self, prefix: &str, now: Time) -> impl Iterator<Item = (&Text, &Content)> {
        let (own, narrow, wide) = match self {
            Self::Own(content) => (Some((&OWN, content)), &[][..], None),
            Self::Narrow { row, .. } => (None, &row[..], None),
            Self::Wide { tree, .. } => (None, &[][..], Some(tree.walk(prefix, move |span| now <= span.last))),
        };
        let begins = move |field: &str| prefix.is_empty() || field.starts_with(prefix);
        step(narrow.len() + usize::from(own.is_some()));
        let narrow = own.into_iter().chain(narrow.iter().map(|(field, content)| (field, content)));
        let narrow = narrow.filter(move |(field, content)| content.lifetime.holds_at(now) && begins(field));
        narrow.chain(wide.into_iter().flatten().take_while(move |(field, _)| begins(field)))
    }

    /// All cells, also dead ones, in field order.
    pub(super) fn cells(&self) -> impl Iterator<Item = (&Text, &Content)> {
        self.live("", Time(0))
    }

    pub(super) fn check(&self) -> Found {
        let fields: Vec<_> = self.cells().map(|(field, _)| field).collect();
        ensure(fields.is_sorted_by(|field, next| field < next), || format!("{fields:?}"))?;
        match self {
            Self::Own(_) => {}
            Self::Narrow { row, .. } => ensure(row.len() <= WIDEST, || format!("a row of {}", row.len()))?,
            Self::Wide { tree, .. } => tree.check()?,
        }
        let span = self.cells().map(|(_, content)| content.sum()).reduce(Content::join);
        ensure(span.is_none_or(|span| span == self.span()), || {
            format!("{:?}, and it is {span:?}", self.span())
        })
    }
}

impl FromIterator<(Text, Content)> for Fields {
    /// Of cells whose fields ascend.
    fn from_iter<I: IntoIterator<Item = (Text, Content)>>(cells: I) -> Self {
        let mut row: ThinVec<(Text, Content)> = cells.into_iter().collect();
        if matches!(&row[..], [(field, _)] if field.is_empty())
            && let Some((_, own)) = row.pop()
        {
            return Self::Own(own);
        }
        let span = Self::default().span();
        let mut fields = if row.len() > WIDEST {
            Self::Wide { span, tree: Tree::of_sorted(row.into_iter()) }
        } else {
            Self::Narrow { span, row }
        };
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
