//! Mistakes that show in the answers alone: those that the exercise knows, by what who makes one answers.
//!
//! Invariants: a mistake explains a wrong answer only if it gives exactly that one, and all right ones before it; and only
//! where the candidate has answered no list otherwise than who makes this mistake everywhere.

use super::exercise::{Exercise, TimeRule};
use super::words::QueryWords;
use crate::wire::Term;

/// The mistakes that a candidate may make, by what it has answered so far.
#[derive(Debug)]
pub(super) struct Mistakes<'e> {
    exercise: &'e dyn Exercise,
    tenable: Vec<&'static str>,
}

impl<'e> Mistakes<'e> {
    pub(super) fn of(exercise: &'e dyn Exercise) -> Self {
        Self { exercise, tenable: exercise.mistakes() }
    }

    /// Takes note of a list that was answered rightly.
    pub(super) fn learn(&mut self, list: &[QueryWords], clock: TimeRule, answers: &[Term]) {
        let made = self.exercise.mistaken(list, clock, &self.tenable);
        let is_tenable =
            |name: &&'static str| made.iter().all(|(other, made)| name != other || made == answers);
        self.tenable.retain(is_tenable);
    }

    /// The mistake of who gives these answers to a list, of which the last one alone is wrong.
    pub(super) fn explain(
        &self,
        list: &[QueryWords],
        clock: TimeRule,
        answers: &[&Term],
    ) -> Option<&'static str> {
        let made = self.exercise.mistaken(list, clock, &self.tenable);
        let gives = |made: &[Term]| made.iter().eq(answers.iter().copied());
        made.into_iter().find(|(_, made)| gives(made)).map(|(name, _)| name)
    }
}
