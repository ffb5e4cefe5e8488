//! The answers of a list as JSON, written as they come.
//!
//! Invariant: no more is held of them than may be.

use std::slice;

use crate::script::write_answer;
use crate::wire::Answer;

/// Answers, which come query by query, in the shape of what asked for them: a text, or an array for a batch.
pub(super) struct Replies<'s> {
    out: &'s mut Vec<u8>,
    /// How long it may become.
    most: usize,
    /// For each request, how many texts it is answered; `None` for one that is no array.
    shapes: slice::Iter<'s, Option<usize>>,
    /// How many are missing in the array that has begun.
    missing: usize,
    is_first: bool,
}

impl<'s> Replies<'s> {
    pub(super) fn new(out: &'s mut Vec<u8>, most: usize, shapes: &'s [Option<usize>]) -> Self {
        let most = out.len().saturating_add(most);
        Self { out, most, shapes: shapes.iter(), missing: 0, is_first: true }
    }

    /// Are they too many to be held?
    pub(super) fn are_over(&self) -> bool {
        self.out.len() > self.most
    }

    /// Takes the next.
    pub(super) fn take(&mut self, answer: &Answer<'_>) {
        if self.are_over() {
            return;
        }
        if self.missing > 0 {
            self.out.push(b',');
            return self.within(answer);
        }
        while let Some(shape) = self.shapes.next() {
            self.separate();
            match shape {
                None => return self.write(answer),
                Some(0) => self.out.extend_from_slice(b"[]"),
                Some(count) => {
                    self.out.push(b'[');
                    self.missing = *count;
                    return self.within(answer);
                }
            }
        }
    }

    /// Ends what asks nothing.
    pub(super) fn finish(mut self) -> bool {
        while !self.are_over() && self.shapes.next().is_some() {
            self.separate();
            self.out.extend_from_slice(b"[]");
        }
        !self.are_over()
    }

    fn within(&mut self, answer: &Answer<'_>) {
        self.write(answer);
        self.missing -= 1;
        if self.missing == 0 {
            self.out.push(b']');
        }
    }

    fn separate(&mut self) {
        if !std::mem::take(&mut self.is_first) {
            self.out.push(b',');
        }
    }

    fn write(&mut self, answer: &Answer<'_>) {
        // To memory it can always be written.
        let _ = write_answer(&mut *self.out, answer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::Reply;

    #[test]
    fn answers_have_the_shape_of_what_asked_for_them() {
        let shapes = [Some(0), None, Some(2), Some(0), Some(1), None, Some(0)];
        let mut out = Vec::new();
        let mut replies = Replies::new(&mut out, 1_000, &shapes);
        (1..=5).for_each(|count| replies.take(&Answer::One(Reply::Count(count))));
        assert!(replies.finish());
        assert_eq!(out, br#"[],"1",["2","3"],[],["4"],"5",[]"#);
        let mut out = Vec::new();
        let mut replies = Replies::new(&mut out, 10, &[None; 100]);
        (0..100).for_each(|count| replies.take(&Answer::One(Reply::Count(count))));
        assert!(!replies.finish() && out.len() < 20);
    }
}
