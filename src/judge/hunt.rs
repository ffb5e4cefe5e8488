//! The hunt: random lists until a candidate differs, then the smallest list that still shows it.

use std::ops::ControlFlow;

use serde::Serialize;

use super::candidate::{Candidate, CannotStart, Run};
use super::case::{List, answers};
use super::failed::{Failed, Fault};
use super::generator::{Draw, list_of};
use super::shrink::shrink;
use super::verdict::Verdict;
use crate::wire::Term;

/// So many lists are run at most to make one smaller.
const MOST_RUNS: usize = 2_000;
/// The same where each that shows the difference takes as long as a limit allows.
const MOST_SLOW_RUNS: usize = 40;

/// What a candidate is compared with.
pub enum Oracle<'c> {
    /// Our engine.
    Engine,
    /// Another candidate.
    Other(&'c mut dyn Candidate),
}

/// What a hunt has found.
#[derive(Clone, Debug, Serialize)]
pub struct Catch {
    /// The seed of the list that showed it: a hunt from this seed finds it at once.
    pub seed: u64,
    /// How many queries that list had up to the fault.
    pub found_in: usize,
    /// How many runs it took to make it smaller.
    pub runs: usize,
    /// The list itself.
    pub list: List,
    /// What is wrong there.
    pub failed: Failed,
    /// The answers that are wanted to the list.
    pub expected: Vec<Term>,
}

/// Runs the lists of `count` seeds from `seed` on, until one is answered otherwise than it should be; `each` is told
/// how many have been run, and may break off.
///
/// # Errors
/// [`CannotStart`] if one of the candidates gives nothing to compare.
pub fn hunt(
    candidate: &mut dyn Candidate,
    oracle: &mut Oracle<'_>,
    draw: Draw,
    seed: u64,
    count: u64,
    mut each: impl FnMut(u64) -> ControlFlow<()>,
) -> Result<Option<Catch>, CannotStart> {
    candidate.enter(draw.level, draw.clock);
    if let Oracle::Other(other) = oracle {
        other.enter(draw.level, draw.clock);
    }
    let mut hunter = Hunter { candidate, oracle, draw, runs: 0 };
    for number in 0..count {
        if each(number).is_break() {
            break;
        }
        let seed = seed.wrapping_add(number);
        let list = list_of(seed, draw);
        if let Some((fault, _)) = hunter.fault(&list)? {
            return hunter.catch(seed, list, &fault).map(Some);
        }
    }
    Ok(None)
}

struct Hunter<'h, 'c> {
    candidate: &'h mut dyn Candidate,
    oracle: &'h mut Oracle<'c>,
    draw: Draw,
    runs: usize,
}

impl Hunter<'_, '_> {
    /// The answers that are wanted.
    fn expected(&mut self, list: &List) -> Result<Run, CannotStart> {
        match self.oracle {
            Oracle::Engine => {
                let answers = answers(list, self.draw.clock).unwrap_or_default();
                Ok(Run { answers, ..Run::default() })
            }
            Oracle::Other(other) => other.run(list).map_err(|cannot| {
                let why = format!("the other one: {}", cannot.why);
                CannotStart { why, ..cannot }
            }),
        }
    }

    /// What is wrong with the candidate's answers, and the run they come from.
    fn fault(&mut self, list: &List) -> Result<Option<(Fault, Run)>, CannotStart> {
        self.runs += 1;
        let wanted = self.expected(list)?;
        let run = self.candidate.run(list)?;
        if let Some(stop) = &wanted.stop
            && run.stop.as_ref().map(|stop| stop.verdict) == Some(stop.verdict)
        {
            // Where both stop alike only what both answered can be compared.
            let both = run.answers.len().min(wanted.answers.len());
            let heads = Run { answers: run.answers[..both].to_vec(), ..Run::default() };
            return Ok(Fault::of(&heads, &wanted.answers[..both]).map(|fault| (fault, run)));
        }
        let mut expected = wanted.answers;
        // Where the other stopped and this one did not, that is the difference.
        expected.resize(list.len().max(expected.len()), NO_ANSWER.into());
        Ok(Fault::of(&run, &expected).map(|fault| (fault, run)))
    }

    /// The fault of a list, looked at closely.
    fn close_fault(&mut self, list: &List) -> Result<Option<(Fault, Run)>, CannotStart> {
        let Some((fault, run)) = self.fault(list)? else { return Ok(None) };
        if fault.query.is_some() {
            return Ok(Some((fault, run)));
        }
        let expected = self.expected(list)?.answers;
        let again = self.candidate.run_closely(list, &run)?;
        let closer = again.and_then(|again| Some((Fault::of(&again, &expected)?, again)));
        Ok(Some(closer.unwrap_or((fault, run))))
    }

    /// Makes the list smaller and tells what is wrong with the answers to it.
    fn catch(&mut self, seed: u64, mut list: List, first: &Fault) -> Result<Catch, CannotStart> {
        let first = self.close_fault(&list)?.map_or_else(|| first.clone(), |(fault, _)| fault);
        list.truncate(first.query.map_or(list.len(), |query| query + 1));
        let (found_in, verdict) = (list.len(), first.stop.verdict);
        let slow = matches!(verdict, Verdict::TimeLimit | Verdict::MemoryLimit | Verdict::OutputLimit);
        let most = if slow { MOST_SLOW_RUNS } else { MOST_RUNS };
        self.runs = 0;
        let (clock, before) = (self.draw.clock, list.clone());
        let smaller = shrink(list, clock, most, |list| {
            let fault = self.fault(list)?;
            Ok(fault.is_some_and(|(fault, _)| fault.stop.verdict == verdict))
        })?;
        let runs = self.runs;
        // A candidate that answers now this, now that may show nothing any more.
        let (list, fault, errors) = match self.close_fault(&smaller)? {
            Some((fault, run)) => (smaller, fault, run.errors),
            None => (before, first, String::new()),
        };
        let expected = self.expected(&list)?.answers;
        let failed = Failed::of(&list, clock, &expected, fault, errors);
        Ok(Catch { seed, found_in, runs, list, failed, expected })
    }
}

/// What stands for an answer that was not given.
const NO_ANSWER: &str = "(no answer)";
