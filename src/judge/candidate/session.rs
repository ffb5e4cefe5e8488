//! The protocol `session`: JSON objects, a line each, with one process for all lists of a level.
//!
//! ```text
//!   > {"type":"hello","id":0,"protocol":1,"level":3}
//!   < {"type":"hello_ok","id":0,"protocol":1,"name":"…","note":"…"}
//!   > {"type":"reset","id":1}                                < {"type":"reset_ok","id":1}
//!   > {"type":"list","id":2,"queries":[["…"]]}               < {"type":"list_ok","id":2,"answers":[""]}
//!   > {"type":"step","id":3,"query":["…"]}                   < {"type":"step_ok","id":3,"answer":""}
//!                                                            < {"type":"error","id":3,"code":"…","text":"…"}
//!   > {"type":"bye"}
//! ```
//!
//! A list is handed over whole, for speed; one that is not answered rightly is handed over again query by query. After
//! a stop that leaves the process in doubt it is ended, and the next list has a new one.

use std::time::Instant;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::limits::{Deadline, Limits};
use super::process::Process;
use super::{Candidate, Launch, Notes, Run, SpawnError};
use crate::judge::exercise::{Exercise, TimeRule, arrays};
use crate::judge::shape;
use crate::judge::verdict::{StopReason, Verdict};
use crate::judge::words::QueryList;
use crate::wire::{Brief, Term};

/// So many starts in a row may fail.
const MOST_FAILED_STARTS: usize = 3;

/// A command that answers list after list.
#[derive(Debug)]
pub(super) struct SessionProtocol<'e> {
    exercise: &'e dyn Exercise,
    command: Launch,
    limits: Limits,
    level: u8,
    process: Option<Process>,
    next_id: u64,
    failed_starts: usize,
    /// Why the solution in the process does not load, if it does not.
    unloaded: Option<StopReason>,
    /// How the process ended badly that had answered a list, where that has not been told.
    bad_end: Option<StopReason>,
    notes: Notes,
}

/// An answer of the process, of whatever type. Answers are read only as far as they are wanted.
#[derive(Debug, Deserialize)]
struct Message {
    #[serde(rename = "type")]
    kind: String,
    id: Option<u64>,
    answers: Option<Box<RawValue>>,
    answer: Option<Box<RawValue>>,
    code: Option<String>,
    text: Option<String>,
    note: Option<String>,
}

/// Why a request has no good answer: the process is fine and says so, it is in doubt, or it could not begin afresh.
enum Trouble {
    Reported(StopReason),
    Lost(StopReason),
    Unready(StopReason),
}

impl Trouble {
    fn stop(self) -> StopReason {
        match self {
            Self::Reported(stop) | Self::Lost(stop) | Self::Unready(stop) => stop,
        }
    }
}

/// A way to have a list answered, all of it or step by step.
type AnswerWith<'e> =
    fn(&mut SessionProtocol<'e>, &QueryList, Deadline, &mut Vec<Term>) -> Result<(), Trouble>;

impl<'e> SessionProtocol<'e> {
    pub(super) fn new(exercise: &'e dyn Exercise, command: Launch, limits: Limits, notes: Notes) -> Self {
        // Whoever enters no level is asked anything.
        let level = exercise.signatures().iter().map(|signature| signature.level).max().unwrap_or(1);
        Self {
            exercise,
            command,
            limits,
            level,
            process: None,
            next_id: 0,
            failed_starts: 0,
            unloaded: None,
            bad_end: None,
            notes,
        }
    }

    /// The process, started if there is none.
    fn ready(&mut self) -> Result<(), SpawnError> {
        while self.process.is_none() {
            self.process = Some(Process::start(&self.command, self.limits)?);
            (self.next_id, self.unloaded) = (0, None);
            let deadline = Deadline::of(self.limits.start, "its start");
            let hello = json!({"type": "hello", "protocol": 1, "level": self.level});
            let id = self.send(hello);
            match self.answer_to(id, "hello_ok", deadline) {
                Ok(greeting) => {
                    greeting.note.iter().for_each(|note| self.notes.tell(&brief(note.as_bytes())));
                }
                // It runs, and says what is wrong with the solution: that is a finding, and no failed start.
                Err(Trouble::Reported(stop)) if stop.is_of_load => self.unloaded = Some(stop),
                Err(trouble) => self.fail_to_start(&trouble.stop())?,
            }
        }
        self.failed_starts = 0;
        Ok(())
    }

    /// A start has failed, once more or once too often.
    fn fail_to_start(&mut self, stop: &StopReason) -> Result<(), SpawnError> {
        self.failed_starts += 1;
        let errors = self.process.take().map(|mut process| process.errors()).unwrap_or_default();
        if self.failed_starts < MOST_FAILED_STARTS {
            return Ok(());
        }
        let help = match stop.verdict {
            // It speaks, or ends without a word: perhaps it is the solution itself.
            Verdict::WrongShape => "\n  = help: in a kit it is the adapter that is started",
            _ => "",
        };
        Err(SpawnError { why: format!("it does not start: {}{help}", stop.why), errors })
    }

    /// Sends a request and returns its number.
    fn send(&mut self, mut request: Value) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        request["id"] = json!(id);
        if let Some(process) = &mut self.process {
            process.send(format!("{request}\n").as_bytes());
        }
        id
    }

    /// Waits for the answer to a request.
    fn answer_to(&mut self, id: u64, wanted: &str, deadline: Deadline) -> Result<Message, Trouble> {
        let Some(process) = &mut self.process else {
            return Err(Trouble::Lost(StopReason::new(Verdict::RuntimeError, "it does not run")));
        };
        let line = process.line(deadline).map_err(Trouble::Lost)?;
        let message = read(&line).map_err(Trouble::Lost)?;
        match message.kind.as_str() {
            "error" if message.id == Some(id) => Err(Trouble::Reported(reported(&message))),
            kind if kind == wanted && message.id == Some(id) => Ok(message),
            _ => {
                let why = format!("`{}` where {wanted} with id {id} was wanted", brief(&line));
                Err(Trouble::Lost(StopReason::new(Verdict::WrongShape, why).with_hint(HINT)))
            }
        }
    }

    /// Runs a list with `answer`, which fills in the answers. What an earlier list has left behind, so that the
    /// process cannot begin afresh, is no fault of this one: it has a new process then, and how the old one ended
    /// is told of the list before.
    fn run_with(&mut self, list: &QueryList, answer: AnswerWith<'e>) -> Result<Run, SpawnError> {
        if self.process.as_ref().is_some_and(Process::has_leftovers) {
            self.process = None;
        }
        let is_used = self.process.is_some();
        let (run, is_unready) = self.attempt(list, answer)?;
        if is_used && is_unready {
            return Ok(self.attempt(list, answer)?.0);
        }
        self.bad_end = self.bad_end.take().filter(|_| !is_unready);
        Ok(run)
    }

    /// Runs a list once; returns too whether the process could not even begin afresh.
    fn attempt(&mut self, list: &QueryList, answer: AnswerWith<'e>) -> Result<(Run, bool), SpawnError> {
        self.ready()?;
        if let Some(stop) = self.unloaded.clone() {
            return Ok((Run { stop: Some(stop), ..Run::default() }, false));
        }
        if let Some(process) = &mut self.process {
            process.begin_list();
        }
        let (begun, mut answers) = (Instant::now(), Vec::new());
        let answered = answer(self, list, Deadline::of(self.limits.case, "a list"), &mut answers);
        let errors = self.process.as_mut().map(Process::errors).unwrap_or_default();
        let (stop, is_lost, is_unready) = match answered {
            Ok(()) => (None, false, false),
            Err(Trouble::Reported(stop)) => (Some(stop), false, false),
            Err(Trouble::Lost(stop)) => (Some(stop), true, false),
            Err(Trouble::Unready(stop)) => (Some(stop), true, true),
        };
        if is_lost {
            let ended = self.process.take().and_then(|mut process| process.bad_end());
            self.bad_end = ended.filter(|_| is_unready);
        }
        Ok((Run { answers, stop, errors, took: begun.elapsed() }, is_unready))
    }

    /// Begins afresh with a first request, which is sent at once: to wait for the answer to the reset would double
    /// what a list costs. A process that cannot begin afresh is in doubt.
    fn begin(&mut self, request: Value, deadline: Deadline) -> Result<u64, Trouble> {
        let reset = self.send(json!({"type": "reset"}));
        let id = self.send(request);
        match self.answer_to(reset, "reset_ok", deadline) {
            Ok(_) => Ok(id),
            Err(trouble) => Err(Trouble::Unready(trouble.stop())),
        }
    }

    /// Hands the list over whole.
    fn whole(
        &mut self,
        list: &QueryList,
        deadline: Deadline,
        answers: &mut Vec<Term>,
    ) -> Result<(), Trouble> {
        let begun = self.begin(json!({"type": "list", "queries": list}), deadline);
        let message = begun.and_then(|id| self.answer_to(id, "list_ok", deadline));
        let message = message.map_err(|trouble| match trouble {
            Trouble::Reported(stop) => Trouble::Reported(stop.of_whole()),
            Trouble::Lost(stop) => Trouble::Lost(stop.of_whole()),
            Trouble::Unready(stop) => Trouble::Unready(stop.of_whole()),
        })?;
        let (good, stop) =
            shape::answers(json_of(message.answers.as_deref()).as_bytes(), &arrays(self.exercise, list));
        *answers = good;
        stop.map_or(Ok(()), |stop| Err(Trouble::Reported(stop)))
    }

    /// Hands the list over query by query.
    fn steps(
        &mut self,
        list: &QueryList,
        deadline: Deadline,
        answers: &mut Vec<Term>,
    ) -> Result<(), Trouble> {
        for (place, (words, array)) in list.iter().zip(arrays(self.exercise, list)).enumerate() {
            let deadline = Deadline::of(self.limits.query, "a query").or(deadline);
            let request = json!({"type": "step", "query": words});
            let id = if place == 0 { self.begin(request, deadline)? } else { self.send(request) };
            let message = self.answer_to(id, "step_ok", deadline)?;
            let answer = shape::answer(json_of(message.answer.as_deref()), place + 1, array);
            answers.push(answer.map_err(Trouble::Reported)?);
        }
        Ok(())
    }
}

impl Candidate for SessionProtocol<'_> {
    fn run(&mut self, list: &QueryList) -> Result<Run, SpawnError> {
        self.run_with(list, Self::whole)
    }

    fn run_closely(&mut self, list: &QueryList, _first: &Run) -> Result<Option<Run>, SpawnError> {
        self.run_with(list, Self::steps).map(Some)
    }

    fn fresh(&mut self) -> bool {
        self.shutdown();
        self.bad_end = None;
        true
    }

    fn close(&mut self) {
        self.shutdown();
    }

    fn ended_since(&mut self) -> Option<StopReason> {
        self.bad_end.take()
    }

    /// The process learns the level when it starts, so another level has another one.
    fn enter(&mut self, level: u8, _clock: TimeRule) {
        if self.level != level {
            self.level = level;
            self.shutdown();
        }
    }
}

impl SessionProtocol<'_> {
    fn shutdown(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.send(b"{\"type\":\"bye\"}\n");
            self.bad_end = process.shutdown();
        }
    }
}

impl Drop for SessionProtocol<'_> {
    fn drop(&mut self) {
        self.shutdown();
    }
}

/// What stands in a message, as JSON.
fn json_of(value: Option<&RawValue>) -> &str {
    value.map_or("null", RawValue::get)
}

/// What a message should look like.
const HINT: &str = "each request has one line of JSON as its answer, and standard output holds nothing else";

fn read(line: &[u8]) -> Result<Message, StopReason> {
    serde_json::from_slice(line).map_err(|error| {
        let why = format!("`{}` is no message: {error}", brief(line));
        StopReason::new(Verdict::WrongShape, why).with_hint(HINT)
    })
}

/// What a process says of its trouble.
fn reported(message: &Message) -> StopReason {
    let text = message.text.as_deref().unwrap_or("no reason given");
    match message.code.as_deref() {
        Some("not-supported") => StopReason::new(Verdict::NotSupported, brief(text.as_bytes())),
        Some("load") => StopReason::of_load(text),
        _ => StopReason::new(Verdict::RuntimeError, brief(text.as_bytes())),
    }
}

fn brief(line: &[u8]) -> String {
    Brief(&String::from_utf8_lossy(line)).to_string()
}
