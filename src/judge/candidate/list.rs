//! The protocol `list`: a process a list, an array of queries in, an array of answers out. What most people have.

use std::time::Instant;

use super::limits::{Deadline, Limits};
use super::process::{Process, after_all};
use super::{Candidate, Launch, Run, SpawnError};
use crate::judge::exercise::{Exercise, arrays};
use crate::judge::shape;
use crate::judge::verdict::{StopReason, Verdict};
use crate::judge::words::{QueryList, QueryWords};

/// A command that is started for each list.
#[derive(Debug)]
pub(super) struct ListProtocol<'e> {
    pub(super) exercise: &'e dyn Exercise,
    pub(super) command: Launch,
    pub(super) limits: Limits,
}

impl ListProtocol<'_> {
    /// Runs a list; returns too what was written.
    pub(super) fn run_on(&self, list: &[QueryWords]) -> Result<(Run, Vec<u8>), SpawnError> {
        let begun = Instant::now();
        let mut process = Process::start(&self.command, self.limits)?;
        process.send(serde_json::json!(list).to_string().as_bytes());
        let output = process.everything(Deadline::of(self.limits.case, "a list, its start included"));
        let (output, ended) = output.unwrap_or_else(|stop| (Vec::new(), Some(stop)));
        let (answers, stop) = match (ended, shape::answers(&output, &arrays(self.exercise, list))) {
            (None, shaped) => shaped,
            (Some(crash), (answers, None)) => (answers, Some(after_all(crash))),
            (Some(stop), _) => (Vec::new(), Some(stop.of_whole())),
        };
        Ok((Run { answers, stop, errors: process.errors(), took: begun.elapsed() }, output))
    }

    /// What its language says, if it crashes in the same words even where there is nothing to answer.
    fn load_error(&self, crashed: &Run) -> Result<Option<StopReason>, SpawnError> {
        if crashed.errors.trim().is_empty() {
            return Ok(None);
        }
        let (nothing, output) = self.run_on(&[])?;
        let is_same = is_crash(&nothing) && output.is_empty() && nothing.errors == crashed.errors;
        Ok(is_same.then(|| StopReason::of_load(&crashed.errors)))
    }
}

fn is_crash(run: &Run) -> bool {
    run.stop.as_ref().is_some_and(|stop| stop.verdict == Verdict::RuntimeError)
}

impl Candidate for ListProtocol<'_> {
    fn run(&mut self, list: &QueryList) -> Result<Run, SpawnError> {
        Ok(self.run_on(list)?.0)
    }

    /// A crash says nothing of where; so the shortest beginning of the list is looked for that crashes too.
    fn run_closely(&mut self, list: &QueryList, first: &Run) -> Result<Option<Run>, SpawnError> {
        if !is_crash(first) || !first.answers.is_empty() {
            return Ok(None);
        }
        if let Some(stop) = self.load_error(first)? {
            return Ok(Some(Run { stop: Some(stop), errors: String::new(), ..first.clone() }));
        }
        // Of the lengths, `good` does not crash and `bad` does.
        let (mut good, mut bad, mut found) = (0, list.len(), first.clone());
        let mut answers = Vec::new();
        while good + 1 < bad {
            let length = usize::midpoint(good, bad);
            let (run, _) = self.run_on(&list[..length])?;
            if is_crash(&run) {
                (bad, found) = (length, run);
            } else {
                (good, answers) = (length, run.answers);
            }
        }
        if answers.len() < good {
            return Ok(None);
        }
        let stop = found.stop.map(|stop| StopReason { is_of_whole: false, ..stop });
        Ok(Some(Run { answers, stop, ..found }))
    }
}
