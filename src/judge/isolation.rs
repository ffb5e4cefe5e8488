//! Whether a list fails by itself, or by what an earlier list has left in the process that answers.
//!
//! Invariants: what is said to be kept was seen: the list fails behind another one, and is answered rightly by a fresh
//! process; no more is run than a count and a span of time allow.

use std::time::{Duration, Instant};

use super::candidate::{Candidate, Run, SpawnError};
use super::exercise::{Exercise, TimeRule};
use super::failed::{Defect, Failed};
use super::finding::ListPair;
use super::shrink::shrink;
use super::words::QueryList;

/// So many runs may make a pair of lists smaller, each in a fresh process.
const MOST_RUNS: usize = 200;
/// So long that may take.
const MOST_TIME: Duration = Duration::from_secs(20);
/// So many single lists are tried where the nearest one is not enough.
const MOST_SINGLES: usize = 8;

/// Answers a list in a process that has answered nothing before, and has no other to answer.
pub(super) fn run_afresh(candidate: &mut dyn Candidate, list: &QueryList) -> Result<Run, SpawnError> {
    candidate.fresh();
    let mut run = candidate.run(list)?;
    candidate.close();
    // How it ends behind the last answer counts too.
    run.stop = run.stop.or(candidate.ended_since());
    Ok(run)
}

/// The smallest two lists that were found of which the first spoils the second, in one process; the second is
/// answered rightly by itself; and how many runs that took. `earlier` are the lists that the process had answered
/// before, in order.
pub(super) fn smallest_pair(
    exercise: &dyn Exercise,
    candidate: &mut dyn Candidate,
    clock: TimeRule,
    earlier: &[QueryList],
    second: &QueryList,
) -> Result<Option<(ListPair, usize)>, SpawnError> {
    let mut search = Search { exercise, candidate, clock, runs: 0, begun: Instant::now() };
    let Some(first) = search.first(earlier, second)? else { return Ok(None) };
    let (first, second) = search.shrunk(first.clone(), second.clone())?;
    let pair = search.pair(first, &second)?;
    Ok(pair.map(|pair| (pair, search.runs)))
}

struct Search<'s> {
    exercise: &'s dyn Exercise,
    candidate: &'s mut dyn Candidate,
    clock: TimeRule,
    runs: usize,
    begun: Instant,
}

impl Search<'_> {
    fn is_over(&self) -> bool {
        self.runs >= MOST_RUNS || self.begun.elapsed() >= MOST_TIME
    }

    /// The run of a list behind others, and what is wrong with it.
    fn behind(
        &mut self,
        earlier: &[QueryList],
        list: &QueryList,
    ) -> Result<Option<(Defect, Run)>, SpawnError> {
        let Some(expected) = self.exercise.answers(list, self.clock) else { return Ok(None) };
        self.runs += 1;
        self.candidate.fresh();
        for other in earlier {
            self.candidate.run(other)?;
        }
        let run = self.candidate.run(list)?;
        Ok(Defect::of(&run, &expected).map(|defect| (defect, run)))
    }

    fn spoils(&mut self, earlier: &[QueryList], list: &QueryList) -> Result<bool, SpawnError> {
        Ok(!self.is_over() && self.behind(earlier, list)?.is_some())
    }

    /// Fails the second list behind the first, and not by itself?
    fn shows(&mut self, first: &QueryList, second: &QueryList) -> Result<bool, SpawnError> {
        Ok(self.spoils(std::slice::from_ref(first), second)? && self.behind(&[], second)?.is_none())
    }

    /// Of the lists before one that spoils it: the last one without which those that remain do not, else one near it.
    fn first<'l>(
        &mut self,
        earlier: &'l [QueryList],
        second: &QueryList,
    ) -> Result<Option<&'l QueryList>, SpawnError> {
        if !self.spoils(earlier, second)? {
            return Ok(None);
        }
        // From `near` on they spoil it, from `far` on they do not.
        let (mut near, mut far) = (0, earlier.len());
        while near + 1 < far {
            let middle = usize::midpoint(near, far);
            if self.spoils(&earlier[middle..], second)? { near = middle } else { far = middle }
        }
        for first in earlier.iter().skip(near).take(MOST_SINGLES) {
            if self.shows(first, second)? {
                return Ok(Some(first));
            }
        }
        Ok(None)
    }

    /// Both lists made as small as they go: the second first, for it is what is read.
    fn shrunk(&mut self, first: QueryList, second: QueryList) -> Result<(QueryList, QueryList), SpawnError> {
        let (exercise, clock) = (self.exercise, self.clock);
        let second = shrink(exercise, second, clock, MOST_RUNS, |second| self.shows(&first, second))?;
        // Mostly a single query is enough.
        for words in &first {
            let single = vec![words.clone()];
            if self.shows(&single, &second)? {
                return Ok((single, second));
            }
        }
        let first = shrink(exercise, first, clock, MOST_RUNS, |first| self.shows(first, &second))?;
        Ok((first, second))
    }

    fn pair(&mut self, first: QueryList, second: &QueryList) -> Result<Option<ListPair>, SpawnError> {
        let Some((defect, run)) = self.behind(std::slice::from_ref(&first), second)? else { return Ok(None) };
        let expected = self.exercise.answers(second, self.clock).unwrap_or_default();
        let failed = Failed::of(self.exercise, second, self.clock, &expected, defect, &run);
        Ok(Some(ListPair { first, failed }))
    }
}
