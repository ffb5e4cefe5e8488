//! The hunt: random lists until a candidate differs, then the smallest list that still shows it.

use std::ops::ControlFlow;

use serde::Serialize;

use super::candidate::{Candidate, Run, SpawnError};
use super::failed::{Defect, Failed};
use super::finding::ListPair;
use super::generator::{ListOptions, list_of};
use super::isolation::{run_afresh, smallest_pair};
use super::shrink::shrink;
use super::verdict::Verdict;
use super::words::QueryList;
use crate::wire::Term;

/// So many lists are run at most to make one smaller.
const MOST_RUNS: usize = 2_000;
/// The same where each that shows the difference takes as long as a limit allows.
const MOST_SLOW_RUNS: usize = 40;
/// The same where each run has a process of its own.
const MOST_FRESH_RUNS: usize = 200;
/// So many lists before one that they spoil are looked through.
const MOST_EARLIER: u64 = 200;

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
    /// The first seed of the lists that show it: mostly one list, which a hunt from this seed finds at once.
    pub seed: u64,
    /// How many lists from that seed on show it.
    pub lists: u64,
    /// A list that spoils the one that was found, which is answered rightly without: what it sets is kept. `None` too
    /// where only all the lists before spoil it.
    pub first: Option<QueryList>,
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
    let (mut hunter, mut before) = (Hunter { candidate, oracle, options, runs: 0 }, None);
    let mut kept = None;
    for number in 0..count {
        if each(number).is_break() {
            break;
        }
        let seed = seed.wrapping_add(number);
        let list = list_of(seed, options);
        let found = hunter.defect(&list)?;
        if let Some(caught) = hunter.catch_end(before.replace(seed))? {
            return Ok(Some(caught));
        }
        let Some((defect, run)) = found else { continue };
        if !hunter.is_kept(&list)? {
            return hunter.catch(seed, list, &defect).map(Some);
        }
        // What only came of earlier lists is told with one of them, or in the end with all of them.
        let first = seed.wrapping_sub(number);
        if let Some(caught) = hunter.catch_kept(first, number, &list, &defect)? {
            return Ok(Some(caught));
        }
        // To be too slow but once is no mistake of the solution.
        if kept.is_none() && !defect.stop.verdict.is_limit() {
            kept = Some(hunter.catch_behind(first, number + 1, list, defect, &run)?);
        }
    }
    hunter.candidate.close();
    Ok(hunter.catch_end(before)?.or(kept))
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

    /// Is it answered rightly in a fresh process?
    fn is_kept(&mut self, list: &QueryList) -> Result<bool, SpawnError> {
        Ok(self.candidate.fresh() && self.defect(list)?.is_none())
    }

    /// The last list, by its seed, if the process that answered it has ended badly since.
    fn catch_end(&mut self, before: Option<u64>) -> Result<Option<Catch>, SpawnError> {
        let ended = self.candidate.ended_since();
        let Some(seed) = before.filter(|_| ended.is_some()) else { return Ok(None) };
        let ListOptions { exercise, clock, .. } = self.options;
        let (list, mut runs) = (list_of(seed, self.options), 0);
        let found_in = list.len();
        let list = shrink(exercise, list, clock, MOST_SLOW_RUNS, |list| {
            runs += 1;
            let run = run_afresh(self.candidate, list)?;
            Ok(run.stop.is_some_and(|stop| stop.verdict == Verdict::RuntimeError))
        })?;
        let expected = exercise.answers(&list, clock).unwrap_or_default();
        let run = run_afresh(self.candidate, &list)?;
        let Some(defect) = Defect::of(&run, &expected) else { return Ok(None) };
        let failed = Failed::of(exercise, &list, clock, &expected, defect, &run);
        Ok(Some(Catch { seed, lists: 1, first: None, found_in, runs, list, failed, expected }))
    }

    /// The smallest two lists of which the first spoils the second, where the list of a seed failed behind so many
    /// others.
    fn catch_kept(
        &mut self,
        seed: u64,
        before: u64,
        list: &QueryList,
        defect: &Defect,
    ) -> Result<Option<Catch>, SpawnError> {
        let ListOptions { exercise, clock, .. } = self.options;
        if let Oracle::Other(_) = self.oracle {
            return Ok(None);
        }
        let nearest = before.saturating_sub(MOST_EARLIER)..before;
        let earlier: Vec<_> =
            nearest.map(|number| list_of(seed.wrapping_add(number), self.options)).collect();
        let upto = defect.query.map_or(list.len(), |query| query + 1);
        let second = list[..upto].to_vec();
        let Some((pair, runs)) = smallest_pair(exercise, self.candidate, clock, &earlier, &second)? else {
            return Ok(None);
        };
        let ListPair { first, failed } = pair;
        Ok(Some(Catch {
            seed,
            lists: before + 1,
            first: Some(first),
            found_in: upto,
            runs,
            list: failed.queries.clone(),
            expected: failed.expected.clone(),
            failed,
        }))
    }

    /// The last of so many lists, which is answered rightly by itself, and not behind the others, whichever they are.
    fn catch_behind(
        &mut self,
        seed: u64,
        lists: u64,
        mut list: QueryList,
        defect: Defect,
        run: &Run,
    ) -> Result<Catch, SpawnError> {
        let ListOptions { exercise, clock, .. } = self.options;
        let mut expected = self.expected(&list)?.answers;
        list.truncate(defect.query.map_or(list.len(), |query| query + 1));
        expected.truncate(list.len());
        let failed = Failed::of(exercise, &list, clock, &expected, defect, run);
        Ok(Catch { seed, lists, first: None, found_in: list.len(), runs: 0, list, failed, expected })
    }

    /// The list as small as it goes with the same verdict; where each run has a process of its own, in fewer runs.
    fn smaller(
        &mut self,
        list: QueryList,
        verdict: Verdict,
        is_afresh: bool,
    ) -> Result<QueryList, SpawnError> {
        let slow = verdict.is_limit();
        let most = match (slow, is_afresh) {
            (true, _) => MOST_SLOW_RUNS,
            (false, true) => MOST_FRESH_RUNS,
            (false, false) => MOST_RUNS,
        };
        let ListOptions { exercise, clock, .. } = self.options;
        shrink(exercise, list, clock, most, |list| {
            if is_afresh {
                self.candidate.fresh();
            }
            let defect = self.defect(list)?;
            Ok(defect.is_some_and(|(defect, _)| defect.stop.verdict == verdict))
        })
    }

    /// Makes the list smaller and reports what is wrong with the answers to it.
    fn catch(&mut self, seed: u64, mut list: QueryList, first: &Defect) -> Result<Catch, SpawnError> {
        let first = self.close_defect(&list)?.map_or_else(|| first.clone(), |(defect, _)| defect);
        list.truncate(first.query.map_or(list.len(), |query| query + 1));
        let (found_in, verdict) = (list.len(), first.stop.verdict);
        self.runs = 0;
        let (ListOptions { exercise, clock, .. }, before) = (self.options, list.clone());
        let mut smaller = self.smaller(list, verdict, false)?;
        if self.is_kept(&smaller)? {
            smaller = self.smaller(before.clone(), verdict, true)?;
        }
        let runs = self.runs;
        // A candidate that answers now this, now that may show nothing any more.
        let (list, defect, run) = match self.close_defect(&smaller)? {
            Some((defect, run)) => (smaller, defect, run),
            None => (before, first, Run::default()),
        };
        let expected = self.expected(&list)?.answers;
        let failed = Failed::of(exercise, &list, clock, &expected, defect, &run);
        Ok(Catch { seed, lists: 1, first: None, found_in, runs, list, failed, expected })
    }
}

/// What stands for an answer that was not given.
const NO_ANSWER: &str = "(no answer)";
