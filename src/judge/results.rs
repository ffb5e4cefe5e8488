//! What came of judging: levels, their cases, and what is wrong.
//!
//! Invariants: a case that breaks a promise decides nothing; a level is passed when it and all before it are.

use std::time::Duration;

use serde::Serialize;

use super::candidate::SpawnError;
use super::case::Case;
use super::exercise::Promise;
use super::failed::Failed;
use super::finding::{CasePlace, Cause, Finding};
use crate::wire::Term;

/// So many bytes of texts a person reads at a glance.
const SHORT: usize = 64;

/// What came of judging: level by level, in the order they were judged.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// The levels that were judged.
    pub levels: Vec<LevelReport>,
    /// Were cases left out? Then no level is passed by what was judged.
    pub is_partial: bool,
    /// What is wrong, a cause each, lowest level first.
    pub findings: Vec<Finding>,
    /// Why the candidate could not be started, if it could not: what came after that was not judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cannot_start: Option<SpawnError>,
}

/// What came of the cases of a level.
#[derive(Clone, Debug, Serialize)]
pub struct LevelReport {
    /// The level's number.
    pub level: u8,
    /// Its cases, in their order.
    pub cases: Vec<CaseReport>,
    /// How long they took, in seconds.
    #[serde(serialize_with = "seconds")]
    pub took: Duration,
}

/// What came of a case.
#[derive(Clone, Debug, Serialize)]
pub struct CaseReport {
    /// The suite it belongs to.
    pub suite: String,
    /// Its name.
    pub name: String,
    /// The rule that it holds.
    pub why: String,
    /// The promise that it breaks; `None` where it decides the verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub breaks: Option<Promise>,
    /// The command that shows it by itself, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown_by: Option<String>,
    /// How long it took, in seconds.
    #[serde(serialize_with = "seconds")]
    pub took: Duration,
    /// The verdict.
    pub outcome: CaseResult,
    /// Behind how many lists of its level it was run, as far as they are kept.
    #[serde(skip)]
    pub(super) after: usize,
}

/// The outcome of a case.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseResult {
    /// Every answer was right.
    Passed,
    /// It failed, and how.
    Failed(Box<Failed>),
    /// It was not tried.
    NotTried,
}

fn seconds<S: serde::Serializer>(took: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(took.as_secs_f64())
}

impl Report {
    /// Does the solution load, as far as is known?
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.findings.iter().all(|finding| finding.cause != Cause::NotLoaded)
    }

    /// Were all cases passed that decide?
    #[must_use]
    pub fn is_passed(&self) -> bool {
        self.cannot_start.is_none() && self.levels.iter().all(LevelReport::is_passed)
    }

    /// The last level that is passed with all before it, if the first is and no case was left out.
    #[must_use]
    pub fn passed(&self) -> Option<u8> {
        let passed = |level: u8| self.levels.iter().any(|report| report.level == level && report.is_passed());
        let last = (1..=u8::MAX).take_while(|level| passed(*level)).last();
        last.filter(|_| !self.is_partial)
    }

    /// The case at a place.
    #[must_use]
    pub fn at(&self, place: CasePlace) -> Option<&CaseReport> {
        self.levels.get(place.level)?.cases.get(place.case)
    }

    /// The level of a place.
    #[must_use]
    pub fn level_at(&self, place: CasePlace) -> u8 {
        self.levels.get(place.level).map_or(0, |level| level.level)
    }

    /// How the case at a place failed, to be completed.
    pub(super) fn failed_mut(&mut self, place: CasePlace) -> Option<&mut Failed> {
        match &mut self.levels.get_mut(place.level)?.cases.get_mut(place.case)?.outcome {
            CaseResult::Failed(failed) => Some(failed),
            CaseResult::Passed | CaseResult::NotTried => None,
        }
    }

    /// How the cases failed that count, the plainest first.
    pub(super) fn failures_mut(&mut self) -> Vec<&mut Failed> {
        let cases = self.levels.iter_mut().flat_map(|level| &mut level.cases);
        let mut cases: Vec<_> = cases.filter(|case| case.breaks.is_none()).collect();
        cases.sort_by_cached_key(|case| case.plainness());
        cases
            .into_iter()
            .filter_map(|case| match &mut case.outcome {
                CaseResult::Failed(failed) => Some(&mut **failed),
                CaseResult::Passed | CaseResult::NotTried => None,
            })
            .collect()
    }

    /// All cases.
    pub fn cases(&self) -> impl Iterator<Item = &CaseReport> {
        self.levels.iter().flat_map(|level| &level.cases)
    }

    /// The cases that break a promise.
    pub fn beyond(&self) -> impl Iterator<Item = &CaseReport> {
        self.cases().filter(|case| case.breaks.is_some())
    }

    /// The level of this number, which is added if it is not there.
    pub(super) fn level_mut(&mut self, level: u8) -> &mut LevelReport {
        let known = self.levels.iter().position(|report| report.level == level);
        let place = known.unwrap_or_else(|| {
            self.levels.push(LevelReport::new(level));
            self.levels.len() - 1
        });
        &mut self.levels[place]
    }
}

impl LevelReport {
    fn new(level: u8) -> Self {
        Self { level, cases: Vec::new(), took: Duration::ZERO }
    }

    /// The cases that decide whether it is passed.
    pub fn deciding(&self) -> impl Iterator<Item = &CaseReport> {
        self.cases.iter().filter(|case| case.breaks.is_none())
    }

    /// Were all cases passed that decide?
    #[must_use]
    pub fn is_passed(&self) -> bool {
        self.passed() == self.deciding().count()
    }

    /// How many cases were passed of those that decide.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.deciding().filter(|case| matches!(case.outcome, CaseResult::Passed)).count()
    }
}

impl CaseReport {
    /// What came of a case.
    pub(super) fn of(case: &Case, outcome: CaseResult, took: Duration) -> Self {
        Self {
            suite: case.suite.clone(),
            name: case.name.clone(),
            why: case.why.clone(),
            breaks: case.breaks,
            shown_by: case.shown_by.clone(),
            took,
            outcome,
            after: 0,
        }
    }

    /// Was every answer right?
    #[must_use]
    pub fn is_passed(&self) -> bool {
        matches!(self.outcome, CaseResult::Passed)
    }

    /// The smaller, the sooner a person sees what is wrong: few queries, plain names, short texts. Of what is equal the
    /// case that stands first in its suite, which goes from the plain to the rare.
    pub(super) fn plainness(&self) -> (usize, bool, usize) {
        let queries = self.failed().map_or(&[][..], |failed| &failed.queries);
        let texts = || queries.iter().flatten().flat_map(Term::texts);
        let is_plain = |text: &String| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        (queries.len(), !texts().all(is_plain), texts().map(String::len).sum::<usize>() / SHORT)
    }

    /// How it failed, if it did.
    #[must_use]
    pub fn failed(&self) -> Option<&Failed> {
        match &self.outcome {
            CaseResult::Failed(failed) => Some(failed),
            CaseResult::Passed | CaseResult::NotTried => None,
        }
    }
}
