//! The protocol `list`: a process a list, an array of queries in, an array of answers out. What most people have.

use std::time::Instant;

use super::limits::{Deadline, Limits};
use super::process::Process;
use super::{Candidate, Launch, Run, SpawnError};
use crate::judge::exercise::{Exercise, arrays};
use crate::judge::shape;
use crate::judge::verdict::Verdict;
use crate::judge::words::{QueryList, QueryWords};

/// A command that is started for each list.
#[derive(Debug)]
pub(super) struct ListProtocol<'e> {
    pub(super) exercise: &'e dyn Exercise,
    pub(super) command: Launch,
    pub(super) limits: Limits,
}

impl ListProtocol<'_> {
    fn run_on(&self, list: &[QueryWords]) -> Result<Run, SpawnError> {
        let begun = Instant::now();
        let mut process = Process::start(&self.command, self.limits)?;
        process.send(serde_json::json!(list).to_string().as_bytes());
        let output = process.everything(Deadline::of(self.limits.case, "a list, its start included"));
        let (answers, stop) = match output {
            Ok(output) => shape::answers(&output, &arrays(self.exercise, list)),
            Err(stop) => (Vec::new(), Some(stop.of_whole())),
        };
        Ok(Run { answers, stop, errors: process.errors(), took: begun.elapsed() })
    }
}

impl Candidate for ListProtocol<'_> {
    fn run(&mut self, list: &QueryList) -> Result<Run, SpawnError> {
        self.run_on(list)
    }

    /// A crash says nothing of where; so the shortest beginning of the list is looked for that crashes too.
    fn run_closely(&mut self, list: &QueryList, first: &Run) -> Result<Option<Run>, SpawnError> {
        let crashed = |run: &Run| run.stop.as_ref().is_some_and(|stop| stop.verdict == Verdict::RuntimeError);
        if !crashed(first) {
            return Ok(None);
        }
        // Of the lengths, `good` does not crash and `bad` does.
        let (mut good, mut bad, mut found) = (0, list.len(), first.clone());
        let mut answers = Vec::new();
        while good + 1 < bad {
            let length = usize::midpoint(good, bad);
            let run = self.run_on(&list[..length])?;
            if crashed(&run) {
                (bad, found) = (length, run);
            } else {
                (good, answers) = (length, run.answers);
            }
        }
        if answers.len() < good {
            return Ok(None);
        }
        let stop = found.stop.map(|stop| super::StopReason { is_of_whole: false, ..stop });
        Ok(Some(Run { answers, stop, ..found }))
    }
}
