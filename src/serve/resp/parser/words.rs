//! The words of a request, borrowed from where they stand.

use std::iter::FusedIterator;
use std::ops::Range;
use std::slice;

/// The words of a request, in order.
#[derive(Clone, Debug)]
pub struct Words<'b> {
    text: &'b [u8],
    places: slice::Iter<'b, Range<usize>>,
}

impl<'b> Words<'b> {
    pub(super) fn new(text: &'b [u8], places: &'b [Range<usize>]) -> Self {
        Self { text, places: places.iter() }
    }
}

impl<'b> Iterator for Words<'b> {
    type Item = &'b [u8];

    fn next(&mut self) -> Option<&'b [u8]> {
        // The places are those of this text; of another one a word is empty, and nothing panics.
        self.places.next().map(|place| self.text.get(place.clone()).unwrap_or_default())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.places.size_hint()
    }
}

impl ExactSizeIterator for Words<'_> {}

impl FusedIterator for Words<'_> {}
