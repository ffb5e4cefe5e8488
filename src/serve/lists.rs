//! Lists to learn from: whoever starts a server hands them in, as this room knows none.

use std::fmt;
use std::time::Instant;

use crate::time::ClockRule;
use crate::wire::Term;

/// Cases to choose from, and what a list does step by step on a database of its own.
pub trait Lists: fmt::Debug + Send + Sync {
    /// The cases, in the order in which they are learned from.
    fn cases(&self) -> &[ListCase];

    /// What a list of queries does, each of them its words, as JSON: an object that the page's chart shows.
    ///
    /// # Errors
    /// [`Unshown`]: it is too much to be shown, or takes longer than `until`.
    fn steps(&self, list: &[Vec<Term>], clock: ClockRule, until: Instant) -> Result<String, Unshown>;
}

/// A list that somebody may choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListCase {
    /// The level that it belongs to, from 1.
    pub level: u8,
    /// Its name.
    pub name: String,
    /// The rule that it shows, in a sentence.
    pub why: String,
    /// The rule that its timestamps go by.
    pub clock: ClockRule,
    /// Its queries as JSON, a line each.
    pub list: String,
}

/// Why a list is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unshown {
    /// It is too much for a page.
    Large,
    /// It has taken too long.
    Slow,
}
