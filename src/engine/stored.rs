//! What a cell holds: a text, or a list of texts that grows at its end. Each of the texts is in memory, or a
//! reference to a blob that somebody else has.
//!
//! Invariants: a chunk has an item; `length` counts the items of a chunk and of all before it.
//!
//! Promises, which tests hold it to: a chunk that two lists share never changes; a blob is only where a query
//! was answered with somebody who has blobs.
//!
//! ```text
//!   a version of a cell in a backup ────────────► [a b c]
//!   the newest one ──► [e f …] ──► [d] ── before ───┘          an item more goes into the last chunk while no other
//!                                                              list has it, else into a chunk of its own
//! ```
//!
//! So to add an item costs the same however long a list is and however many backups hold it.

use std::borrow::Cow;
use std::sync::Arc;

use super::invariant::{Found, ensure};
use super::{Text, weight};
use crate::reply::Value;

/// A reference to a text that is elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobRef(pub u64);

/// A text of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StoredText {
    /// It is in memory.
    Memory(Text),
    /// It is elsewhere.
    Blob(BlobRef),
}

/// What a cell holds.
#[derive(Clone, Debug)]
pub(crate) enum StoredValue {
    /// A text.
    Text(StoredText),
    /// A list of them.
    List(List),
}

impl StoredText {
    /// The text of a query as it is kept: by its reference where it is elsewhere.
    #[inline]
    pub(super) fn new(text: &str, blob: Option<BlobRef>) -> Self {
        blob.map_or_else(|| Self::Memory(Text::new(text)), Self::Blob)
    }

    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Memory(text) => weight(text),
            Self::Blob(_) => 1,
        }
    }

    /// Is it in memory, with no more than so many bytes?
    pub(super) fn is_short(&self, most: usize) -> bool {
        matches!(self, Self::Memory(text) if text.len() <= most)
    }

    /// The text itself; `fetch` has those that are elsewhere.
    pub(crate) fn text<E>(
        &self,
        fetch: &mut impl FnMut(BlobRef) -> Result<Arc<str>, E>,
    ) -> Result<Cow<'_, str>, E> {
        match self {
            Self::Memory(text) => Ok(Cow::Borrowed(text)),
            Self::Blob(blob) => Ok(Cow::Owned(String::from(&*fetch(*blob)?))),
        }
    }

    /// The text of a database that is in memory alone.
    #[inline]
    fn in_memory(&self) -> &str {
        match self {
            Self::Memory(text) => text,
            Self::Blob(blob) => unreachable!("{blob:?} in a database that has no blobs"),
        }
    }
}

impl StoredValue {
    /// As a reply has it, of a database that is in memory alone.
    #[inline]
    pub(super) fn value(&self) -> Value<'_> {
        match self {
            Self::Text(text) => Value::Text(Cow::Borrowed(text.in_memory())),
            Self::List(list) => {
                Value::List(list.items().into_iter().map(|item| Cow::Borrowed(item.in_memory())).collect())
            }
        }
    }

    /// As it is shown, of a database that is in memory alone.
    pub(super) fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text.in_memory()),
            Self::List(_) => Cow::Owned(self.value().to_string()),
        }
    }

    /// As a reply has it; `fetch` has the texts that are elsewhere.
    pub(crate) fn fetched<E>(
        &self,
        fetch: &mut impl FnMut(BlobRef) -> Result<Arc<str>, E>,
    ) -> Result<Value<'_>, E> {
        Ok(match self {
            Self::Text(text) => Value::Text(text.text(fetch)?),
            Self::List(list) => {
                let items = list.items().into_iter().map(|item| item.text(fetch));
                Value::List(items.collect::<Result<_, E>>()?)
            }
        })
    }

    /// All texts of it.
    #[cfg(feature = "store")]
    pub(crate) fn texts(&self) -> Vec<&StoredText> {
        match self {
            Self::Text(text) => vec![text],
            Self::List(list) => list.items(),
        }
    }

    /// What it weighs, as far as it is new: of a list the last item.
    pub(super) fn weight(&self) -> usize {
        let text = match self {
            Self::Text(text) => Some(text),
            Self::List(list) => list.0.items.last(),
        };
        text.map_or(0, StoredText::weight)
    }

    pub(super) fn check(&self) -> Found {
        let Self::List(list) = self else { return Ok(()) };
        list.chunks().try_for_each(|Chunk { before, items, length }| {
            let counted = before.as_ref().map_or(0, |before| before.length) + items.len();
            ensure(counted == *length && !items.is_empty(), || format!("{length}, and it is {counted}"))
        })
    }

    /// Adds an item: a text becomes the first one of a list. The answer is how many there are then.
    pub(super) fn push(&mut self, item: StoredText) -> usize {
        match self {
            Self::List(list) => list.push(item),
            Self::Text(text) => {
                let first = std::mem::replace(text, StoredText::Memory(Text::default()));
                let mut list = List::of(first);
                let length = list.push(item);
                *self = Self::List(list);
                length
            }
        }
    }
}

impl PartialEq for StoredValue {
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
pub(crate) struct List(Arc<Chunk>);

/// The last items of a list, and where the others are.
#[derive(Debug)]
struct Chunk {
    before: Option<Arc<Self>>,
    items: Vec<StoredText>,
    length: usize,
}

impl List {
    /// A list of one item.
    pub(super) fn of(item: StoredText) -> Self {
        Self(Arc::new(Chunk { before: None, items: vec![item], length: 1 }))
    }

    /// Adds an item; the answer is how many there are then.
    pub(super) fn push(&mut self, item: StoredText) -> usize {
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
    pub(super) fn items(&self) -> Vec<&StoredText> {
        let chunks: Vec<_> = self.chunks().collect();
        chunks.iter().rev().flat_map(|chunk| &chunk.items).collect()
    }

    /// The items that this list has beyond another, if it was made of that one or is it. It costs what they are,
    /// however long the lists are.
    pub(super) fn beyond(&self, other: &Self) -> Option<Vec<&StoredText>> {
        let mut own: Vec<_> = self.chunks().take_while(|chunk| chunk.length > other.len()).collect();
        own.reverse();
        let shared = own.first().map_or(Some(&self.0), |chunk| chunk.before.as_ref())?;
        Arc::ptr_eq(shared, &other.0).then(|| own.into_iter().flat_map(|chunk| &chunk.items).collect())
    }

    /// Its chunks, the last one first.
    fn chunks(&self) -> impl Iterator<Item = &Chunk> {
        let chunks = std::iter::successors(Some(&*self.0), |chunk| chunk.before.as_deref());
        #[cfg(test)]
        let chunks = chunks.inspect(|_| tests::CHUNKS.set(tests::CHUNKS.get() + 1));
        chunks
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
    use std::cell::Cell;

    use super::*;

    thread_local! {
        /// How many chunks were looked at.
        pub(super) static CHUNKS: Cell<usize> = const { Cell::new(0) };
    }

    fn text(text: &str) -> StoredText {
        StoredText::Memory(Text::new(text))
    }

    fn texts<'t>(items: impl IntoIterator<Item = &'t StoredText>) -> Vec<&'t str> {
        items.into_iter().map(StoredText::in_memory).collect()
    }

    #[test]
    fn a_list_grows_in_place_while_nobody_shares_it() {
        let mut list = List::of(text("a"));
        list.push(text("b"));
        assert_eq!(list.chunks().count(), 1);
        let saved = list.clone();
        assert_eq!((list.push(text("c")), list.push(text("d"))), (3, 4));
        assert_eq!((list.chunks().count(), texts(saved.items())), (2, vec!["a", "b"]));
        assert_eq!(
            (texts(list.items()), list.beyond(&saved).map(texts)),
            (vec!["a", "b", "c", "d"], Some(vec!["c", "d"]))
        );
        assert_eq!((saved.beyond(&list), list.beyond(&List::of(text("a")))), (None, None));
        assert_eq!(list.beyond(&list.clone()).map(texts), Some(vec![]));
    }

    #[test]
    fn what_a_list_has_beyond_another_is_found_without_going_through_that() {
        let mut list = List::of(text("a"));
        for _ in 0..1_000 {
            let saved = list.clone();
            list.push(text("b"));
            CHUNKS.set(0);
            assert_eq!(list.beyond(&saved).map(texts), Some(vec!["b"]));
            assert!(CHUNKS.get() <= 2, "{} of {} chunks", CHUNKS.get(), list.len());
        }
    }

    #[test]
    fn a_text_takes_no_more_room_because_there_are_lists_and_blobs() {
        assert_eq!(size_of::<Option<StoredValue>>(), size_of::<Text>());
    }

    #[test]
    fn a_chain_of_a_million_chunks_is_dropped() {
        let mut list = List::of(text("a"));
        let mut saved = list.clone();
        for _ in 0..1_000_000 {
            list.push(text("b"));
            saved = list.clone();
        }
        drop(saved);
        assert_eq!(list.chunks().count(), 1_000_001);
    }

    #[test]
    fn a_wrong_length_is_found() {
        let mut list = List::of(text("a"));
        let saved = list.clone();
        list.push(text("b"));
        assert_eq!(StoredValue::List(list.clone()).check(), Ok(()));
        drop(saved);
        let chunk = Chunk { before: Some(list.0), items: vec![text("c")], length: 2 };
        assert!(StoredValue::List(List(Arc::new(chunk))).check().is_err());
    }
}
