//! What a cell holds: a text, or a list of texts that grows at its end.
//!
//! Invariants: a list has an item; a chunk that two lists share never changes; `length` counts the items of a chunk and
//! of all before it.
//!
//! ```text
//!   a version of a cell in a backup ────────────► [a b c]
//!   the newest one ──► [e f …] ──► [d] ── before ───┘          an item more goes into the last chunk while no other
//!                                                              list has it, else into a chunk of its own
//! ```
//!
//! So to add an item costs the same however long a list is and however many backups hold it.

use std::sync::Arc;

use super::Text;
use crate::reply::Value;

/// What a cell holds.
#[derive(Clone, Debug)]
pub(super) enum Held {
    Text(Text),
    List(List),
}

impl Held {
    /// As a reply tells it.
    #[inline]
    pub(super) fn value(&self) -> Value<'_> {
        match self {
            Self::Text(text) => Value::Text(text.as_str().into()),
            Self::List(list) => Value::List(list.items().into_iter().map(Into::into).collect()),
        }
    }

    /// The same as a list: a text is the only item of one.
    pub(super) fn into_list(self) -> List {
        match self {
            Self::Text(text) => List::of(text),
            Self::List(list) => list,
        }
    }
}

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::List(one), Self::List(other)) => {
                Arc::ptr_eq(&one.0, &other.0) || (one.len() == other.len() && one.items() == other.items())
            }
            _ => false,
        }
    }
}

/// A list.
#[derive(Clone, Debug)]
pub(super) struct List(Arc<Chunk>);

/// The last items of a list, and where the others are.
#[derive(Debug)]
struct Chunk {
    before: Option<Arc<Self>>,
    items: Vec<Text>,
    length: usize,
}

impl List {
    /// A list of one item.
    pub(super) fn of(item: Text) -> Self {
        Self(Arc::new(Chunk { before: None, items: vec![item], length: 1 }))
    }

    /// Adds an item; the answer is how many there are then.
    pub(super) fn push(&mut self, item: Text) -> usize {
        let length = self.len() + 1;
        if let Some(own) = Arc::get_mut(&mut self.0) {
            own.items.push(item);
            own.length = length;
        } else {
            let before = Some(Arc::clone(&self.0));
            self.0 = Arc::new(Chunk { before, items: vec![item], length });
        }
        length
    }

    pub(super) fn len(&self) -> usize {
        self.0.length
    }

    /// All items.
    pub(super) fn items(&self) -> Vec<&str> {
        let chunks: Vec<_> = self.chunks().collect();
        chunks.iter().rev().flat_map(|chunk| &chunk.items).map(Text::as_str).collect()
    }

    /// The items that this list has beyond another, if it was made of that one.
    pub(super) fn beyond(&self, other: &Self) -> Option<Vec<&str>> {
        let shared = self.chunks().skip(1).any(|chunk| std::ptr::eq(chunk, &raw const *other.0));
        shared.then(|| self.items().split_off(other.len()))
    }

    /// Its chunks, the last one first.
    fn chunks(&self) -> impl Iterator<Item = &Chunk> {
        std::iter::successors(Some(&*self.0), |chunk| chunk.before.as_deref())
    }
}

impl Drop for Chunk {
    /// One after the other: a long chain would be too deep for the stack.
    fn drop(&mut self) {
        let mut before = self.before.take();
        while let Some(mut chunk) = before.and_then(Arc::into_inner) {
            before = chunk.before.take();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_grows_in_place_while_nobody_shares_it() {
        let mut list = List::of(Text::new("a"));
        list.push(Text::new("b"));
        assert_eq!(list.chunks().count(), 1);
        let saved = list.clone();
        assert_eq!((list.push(Text::new("c")), list.push(Text::new("d"))), (3, 4));
        assert_eq!((list.chunks().count(), saved.items()), (2, vec!["a", "b"]));
        assert_eq!((list.items(), list.beyond(&saved)), (vec!["a", "b", "c", "d"], Some(vec!["c", "d"])));
        assert_eq!((saved.beyond(&list), list.beyond(&list.clone())), (None, None));
    }

    #[test]
    fn a_text_takes_no_more_room_because_there_are_lists() {
        assert_eq!(size_of::<Option<Held>>(), size_of::<Text>());
    }

    #[test]
    fn a_chain_of_a_million_chunks_is_dropped() {
        let mut list = List::of(Text::new("a"));
        let mut saved = list.clone();
        for _ in 0..1_000_000 {
            list.push(Text::new("b"));
            saved = list.clone();
        }
        drop(saved);
        assert_eq!(list.chunks().count(), 1_000_001);
    }
}
