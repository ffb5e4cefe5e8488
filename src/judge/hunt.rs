//! The hunt: random lists until a candidate differs, then the smallest list that still shows it.

use std::ops::ControlFlow;

use serde::Serialize;

use super::candidate::{Candidate, Run, SpawnError};
use super::case::QueryList;
use super::failed::{Defect, Failed};
use super::generator::{ListOptions, list_of};
use super::shrink::shrink;
use super::verdict::Verdict;
use crate::wire::Term;

/// So many lists are run at most to make one smaller.
const MOST_RUNS: usize = 2_000;
/// The same where each that shows the difference takes as long as a limit allows.
const MOST_SLOW_RUNS: usize = 40;

/// What a candidate is compared with.
pub enum Oracle<'c> {
    /// The exercise's own answers.
    Exercise,
    /// Another candidate.
    Other(&'c mut dyn Candidate),
}

/// What a hunt has found.
#[derive(Clone, Debug, Serialize)]
pub struct Catch {
    /// The seed of the list that showed it: a hunt from this seed finds it at once.
    pub seed: u64,
    /// How many queries that list had up to the defect.
    pub found_in: usize,
    /// How many runs it took to make it smaller.
    pub runs: usize,
    /// The list itself.
    pub list: QueryList,
    /// What is wrong there.
    pub failed: Failed,
    /// The answers that are wanted to the list.
    pub expected: Vec<Term>,
}

/// Runs the lists of `count` seeds from `seed` on, until one is answered otherwise than it should be; `each` is handed
/// how many have been run, and may break off.
///
/// # Errors
/// [`SpawnError`] if one of the candidates gives nothing to compare.
pub fn hunt(
    candidate: &mut dyn Candidate,
    oracle: &mut Oracle<'_>,
    options: ListOptions<'_>,
    seed: u64,
    count: u64,
    mut each: impl FnMut(u64) -> ControlFlow<()>,
) -> Result<Option<Catch>, SpawnError> {
    candidate.enter(options.level, options.clock);
    if let Oracle::Other(other) = oracle {
        other.enter(options.level, options.clock);
    }
    let mut hunter = Hunter { candidate, oracle, options, runs: 0 };
    for number in 0..count {
        if each(number).is_break() {
            break;
        }
        let seed = seed.wrapping_add(number);
        let list = list_of(seed, options);
        if let Some((defect, _)) = hunter.defect(&list)? {
            return hunter.catch(seed, list, &defect).map(Some);
        }
    }
    Ok(None)
}

struct Hunter<'h, 'c, 'e> {
    candidate: &'h mut dyn Candidate,
    oracle: &'h mut Oracle<'c>,
    options: ListOptions<'e>,
    runs: usize,
}

impl Hunter<'_, '_, '_> {
    /// The answers that are wanted.
    fn expected(&mut self, list: &QueryList) -> Result<Run, SpawnError> {
        match self.oracle {
            Oracle::Exercise => {
                let answers = self.options.exercise.answers(list, self.options.clock).unwrap_or_default();
                Ok(Run { answers, ..Run::default() })
            }
            Oracle::Other(other) => other.run(list).map_err(|cannot| {
                let why = format!("the other one: {}", cannot.why);
                SpawnError { why, ..cannot }
            }),
        }
    }

    /// What is wrong with the candidate's answers, and the run they come from.
    fn defect(&mut self, list: &QueryList) -> Result<Option<(Defect, Run)>, SpawnError> {
        self.runs += 1;
        let wanted = self.expected(list)?;
        let run = self.candidate.run(list)?;
        if let Some(stop) = &wanted.stop
            && run.stop.as_ref().map(|stop| stop.verdict) == Some(stop.verdict)
        {
            // Where both stop alike only what both answered can be compared.
            let both = run.answers.len().min(wanted.answers.len());
            let heads = Run { answers: run.answers[..both].to_vec(), ..Run::default() };
            return Ok(Defect::of(&heads, &wanted.answers[..both]).map(|defect| (defect, run)));
        }
        let mut expected = wanted.answers;
        // Where the other stopped and this one did not, that is the difference.
        expected.resize(list.len().max(expected.len()), NO_ANSWER.into());
        Ok(Defect::of(&run, &expected).map(|defect| (defect, run)))
    }

    /// The defect of a list, looked at closely.
    fn close_defect(&mut self, list: &QueryList) -> Result<Option<(Defect, Run)>, SpawnError> {
        let Some((defect, run)) = self.defect(list)? else { return Ok(None) };
        if defect.query.is_some() {
            return Ok(Some((defect, run)));
        }
        let expected = self.expected(list)?.answers;
        let again = self.candidate.run_closely(list, &run)?;
        let closer = again.and_then(|again| Some((Defect::of(&again, &expected)?, again)));
        Ok(Some(closer.unwrap_or((defect, run))))
    }

    /// Makes the list smaller and reports what is wrong with the answers to it.
    fn catch(&mut self, seed: u64, mut list: QueryList, first: &Defect) -> Result<Catch, SpawnError> {
        let first = self.close_defect(&list)?.map_or_else(|| first.clone(), |(defect, _)| defect);
        list.truncate(first.query.map_or(list.len(), |query| query + 1));
        let (found_in, verdict) = (list.len(), first.stop.verdict);
        let slow = matches!(verdict, Verdict::TimeLimit | Verdict::MemoryLimit | Verdict::OutputLimit);
        let most = if slow { MOST_SLOW_RUNS } else { MOST_RUNS };
        self.runs = 0;
        let (ListOptions { exercise, clock, .. }, before) = (self.options, list.clone());
        let smaller = shrink(exercise, list, clock, most, |list| {
            let defect = self.defect(list)?;
            Ok(defect.is_some_and(|(defect, _)| defect.stop.verdict == verdict))
        })?;
        let runs = self.runs;
        // A candidate that answers now this, now that may show nothing any more.
        let (list, defect, run) = match self.close_defect(&smaller)? {
            Some((defect, run)) => (smaller, defect, run),
            None => (before, first, Run::default()),
        };
        let expected = self.expected(&list)?.answers;
        let failed = Failed::of(exercise, &list, clock, &expected, defect, &run);
        Ok(Catch { seed, found_in, runs, list, failed, expected })
    }
}

/// What stands for an answer that was not given.
const NO_ANSWER: &str = "(no answer)";
