//! What is judged: lists of queries as words, and the answers that are right.

use super::exercise::{Exercise, Promise, Role, TimeRule};
use super::typed::words_of;
use super::words::QueryList;
use crate::wire::Term;

/// A case of a suite.
#[derive(Clone, Debug)]
pub struct Case {
    /// The suite it belongs to.
    pub suite: String,
    /// The level of that suite.
    pub level: u8,
    /// The clock rule of that suite.
    pub clock: TimeRule,
    /// Its number among all that are judged, from 1; 0 where it has none.
    pub number: usize,
    /// Its name.
    pub name: String,
    /// The rule that it holds, in a sentence.
    pub why: String,
    /// The queries.
    pub list: QueryList,
    /// The answers that are right.
    pub expected: Vec<Term>,
    /// Does its suite say that it keeps the promises, whatever they are?
    pub promised: bool,
    /// The promise that it breaks; `None` where it decides a verdict.
    pub breaks: Option<Promise>,
    /// The command that shows it by itself, where there is one.
    pub shown_by: Option<String>,
}

impl Case {
    /// The largest number in it that stands for a time.
    #[must_use]
    pub fn max_time(&self, exercise: &dyn Exercise) -> u64 {
        let words = words_of(exercise, &self.list).into_iter();
        let numbers = words.filter(|(role, _)| role.is_some_and(Role::is_number));
        numbers.filter_map(|(_, text)| text.parse().ok()).max().unwrap_or(0)
    }
}
