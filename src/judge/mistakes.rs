//! Mistakes that show in the answers alone: those that the exercise knows, by what who makes one answers.
//!
//! Invariants: a mistake explains a wrong answer only if it gives exactly that one, and all right ones before it;
//! and only where the candidate has answered no list otherwise than who makes this mistake, as far as lists are
//! kept; of several that explain an answer the one is told that explains most.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::exercise::{Exercise, TimeRule};
use super::failed::Failed;
use super::words::QueryList;
use crate::wire::Term;

/// So many failures are looked at by themselves. What they have in common with others is found by what explains them.
const MOST_LOOKED_AT: usize = 60;

/// A list that was answered rightly.
#[derive(Debug)]
pub(super) struct Passed {
    pub(super) list: QueryList,
    pub(super) clock: TimeRule,
}

/// The mistakes that a candidate may make, by what it has answered.
#[derive(Debug)]
pub(super) struct Mistakes<'e> {
    exercise: &'e dyn Exercise,
    passed: Vec<Passed>,
}

impl<'e> Mistakes<'e> {
    pub(super) fn of(exercise: &'e dyn Exercise) -> Self {
        Self { exercise, passed: Vec::new() }
    }

    /// Takes note of a list that was answered rightly.
    pub(super) fn learn(&mut self, list: &QueryList, clock: TimeRule) {
        self.passed.push(Passed { list: list.clone(), clock });
    }

    /// Notes in each failure, of which the plainest stand first, which mistake explains it.
    pub(super) fn explain(&self, mut failures: Vec<&mut Failed>) {
        for failed in &mut failures {
            failed.mistake = None;
        }
        let mut untenable = BTreeSet::new();
        for place in 0..failures.len().min(MOST_LOOKED_AT) {
            if failures[place].mistake.is_some() {
                continue;
            }
            let which = self.tenable(self.explaining(failures[place], &self.all()), &mut untenable);
            let explains = |failed: &Failed| match failed.mistake {
                None => self.explaining(failed, &which),
                Some(_) => Vec::new(),
            };
            let explained: Vec<_> = failures.iter().map(|failed| explains(failed)).collect();
            let count = |mistake: &usize| explained.iter().filter(|by| by.contains(mistake)).count();
            let Some(best) = which.iter().min_by_key(|mistake| (Reverse(count(mistake)), **mistake)) else {
                continue;
            };
            for (failed, by) in failures.iter_mut().zip(&explained) {
                if by.contains(best) {
                    failed.mistake = self.exercise.mistakes().get(*best).cloned();
                }
            }
        }
    }

    fn all(&self) -> Vec<usize> {
        (0..self.exercise.mistakes().len()).collect()
    }

    /// Those of some mistakes that give exactly the answers of a failure, of which the last one alone is wrong.
    fn explaining(&self, failed: &Failed, which: &[usize]) -> Vec<usize> {
        let (Some(query), Some(given)) = (failed.query, &failed.given) else { return Vec::new() };
        let right = failed.expected.iter().take(query.saturating_sub(1));
        let answers: Vec<_> = right.chain([given]).collect();
        let is_given = |made: &[Term]| made.iter().eq(answers.iter().copied());
        let made = self.exercise.mistaken(&failed.queries, failed.clock, which);
        made.into_iter().filter(|(_, made)| is_given(made)).map(|(mistake, _)| mistake).collect()
    }

    /// Those of some mistakes that no list contradicts.
    fn tenable(&self, mut which: Vec<usize>, untenable: &mut BTreeSet<usize>) -> Vec<usize> {
        which.retain(|mistake| !untenable.contains(mistake));
        for Passed { list, clock } in &self.passed {
            if which.is_empty() {
                break;
            }
            let Some(right) = self.exercise.answers(list, *clock) else { continue };
            for (mistake, made) in self.exercise.mistaken(list, *clock, &which) {
                if made != right {
                    untenable.insert(mistake);
                }
            }
            which.retain(|mistake| !untenable.contains(mistake));
        }
        which
    }
}
