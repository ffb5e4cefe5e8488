//! The protocol `lines`: a process a list, one query a line in, one answer a line out. It shows which query hangs.

use std::time::Instant;

use serde_json::value::RawValue;

use super::limits::{Deadline, Limits};
use super::process::Process;
use super::{Candidate, Launch, Run, SpawnError};
use crate::judge::exercise::{Exercise, arrays};
use crate::judge::shape;
use crate::judge::verdict::{StopReason, Verdict};
use crate::judge::words::QueryList;
use crate::wire::{Brief, Term};

/// A command that is started for each list and answers line by line.
#[derive(Debug)]
pub(super) struct LinesProtocol<'e> {
    pub(super) exercise: &'e dyn Exercise,
    pub(super) command: Launch,
    pub(super) limits: Limits,
}

impl Candidate for LinesProtocol<'_> {
    fn run(&mut self, list: &QueryList) -> Result<Run, SpawnError> {
        let mut process = Process::start(&self.command, self.limits)?;
        let begun = Instant::now();
        let mut answers = Vec::with_capacity(list.len());
        let arrays = arrays(self.exercise, list);
        let answered = answer_all(&mut process, list, &arrays, self.limits, &mut answers);
        let took = begun.elapsed();
        let stop = answered.and_then(|()| process.leave()).err();
        Ok(Run { answers, stop, errors: process.errors(), took })
    }
}

fn answer_all(
    process: &mut Process,
    list: &QueryList,
    arrays: &[Option<usize>],
    limits: Limits,
    answers: &mut Vec<Term>,
) -> Result<(), StopReason> {
    // Nothing shows that the process is ready but its first answer.
    let mut deadline = Deadline::of(limits.start, "its start and the first answer");
    let mut whole = deadline;
    for (place, (words, array)) in list.iter().zip(arrays).enumerate() {
        process.send(format!("{}\n", serde_json::json!(words)).as_bytes());
        let line = process.line(deadline.or(whole))?;
        answers.push(answer(&line, place + 1, *array)?);
        if place == 0 {
            whole = Deadline::of(limits.case, "a list");
        }
        deadline = Deadline::of(limits.query, "a query");
    }
    Ok(())
}

fn answer(line: &[u8], number: usize, array: Option<usize>) -> Result<Term, StopReason> {
    let line =
        std::str::from_utf8(line).map_err(|error| shape::not_utf8(&format!("answer {number}"), &error))?;
    let value: &RawValue = serde_json::from_str(line).map_err(|_| {
        let stop =
            StopReason::new(Verdict::WrongShape, format!("answer {number} is not JSON: `{}`", Brief(line)));
        stop.with_hint("answer each query with one line, a JSON string as in \"C\"")
    })?;
    shape::answer(value.get(), number, array)
}
