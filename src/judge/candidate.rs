//! Who is judged: somebody's own solution behind a protocol, or the exercise's own answers.
//!
//! Invariants: a candidate that hangs, crashes, floods, forks or eats memory ends with a [`StopReason`] and with
//! nothing of it left running; each list is run on a fresh database.
//!
//! ```text
//!   Judge, Hunt ──list──► Candidate ─┬─ Reference        the exercise's own answers
//!                                    ├─ ListProtocol     a process a list: arrays in, arrays out
//!                                    │      └─ ListeningProtocol, which hears whether another is spoken
//!                                    ├─ LinesProtocol    a process a list: a query a line
//!                                    └─ SessionProtocol  one process, which is asked to begin afresh
//!                                           └─ Process: Pipes, Limits, the ProcessTree of its processes
//! ```

#[cfg(unix)]
mod build;
mod limits;
#[cfg(unix)]
mod lines;
#[cfg(unix)]
mod list;
#[cfg(unix)]
mod listening;
#[cfg(unix)]
mod pipes;
#[cfg(unix)]
mod process;
#[cfg(unix)]
mod session;
#[cfg(unix)]
mod tree;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

#[cfg(unix)]
pub use build::{BuildError, build};
pub use limits::{Limits, Millis};
#[cfg(unix)]
pub use tree::{adopt_orphans, end_all, end_running};

use serde::Serialize;

use super::exercise::{Exercise, TimeRule, arrays};
use super::shape;
use super::verdict::StopReason;
use super::words::{QueryList, QueryWords};
use crate::wire::Term;

/// Something that answers lists of queries.
pub trait Candidate {
    /// Answers a list on a fresh database.
    ///
    /// # Errors
    /// [`SpawnError`] if there is nothing to hand a list to.
    fn run(&mut self, list: &QueryList) -> Result<Run, SpawnError>;

    /// Answers a list that was not answered rightly once more, so that the query at fault is known; `None` if that
    /// shows no more.
    ///
    /// # Errors
    /// [`SpawnError`] as for [`Self::run`].
    fn run_closely(&mut self, list: &QueryList, first: &Run) -> Result<Option<Run>, SpawnError> {
        let _ = (list, first);
        Ok(None)
    }

    /// Ends what has answered earlier lists, so that nothing that it keeps can reach the next one. Returns whether
    /// anything could be kept at all: not so where each list has a process of its own.
    fn fresh(&mut self) -> bool {
        false
    }

    /// Has nothing more for it to do: what has answered lists may end by itself.
    fn close(&mut self) {}

    /// How the process that answered the list before has ended since, if it has and badly; told once.
    fn ended_since(&mut self) -> Option<StopReason> {
        None
    }

    /// The lists that follow are of this level, and go by this clock rule.
    fn enter(&mut self, level: u8, clock: TimeRule) {
        let _ = (level, clock);
    }
}

/// What a candidate made of a list.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// Its answers, up to where it stopped.
    pub answers: Vec<Term>,
    /// Why there are no more.
    pub stop: Option<StopReason>,
    /// The end of what it wrote to standard error meanwhile.
    pub errors: String,
    /// How long it took.
    pub took: Duration,
}

impl Run {
    /// What was answered to a list, where that stands as one JSON array: as far as it has the right shape, and what is
    /// wrong with the first answer that has not.
    #[must_use]
    pub fn of_json(json: &[u8], exercise: &dyn Exercise, list: &[QueryWords]) -> Self {
        let (answers, stop) = shape::answers(json, &arrays(exercise, list));
        Self { answers, stop, ..Self::default() }
    }
}

/// Says a line.
type Tell = dyn Fn(&str) + Send + Sync;

/// Where it is said, a line each, what was found out about a candidate: how it is spoken to, how its methods are
/// called. Nothing is said twice.
#[derive(Clone, Default)]
pub struct Notes {
    told: Arc<Mutex<Vec<String>>>,
    tell: Option<Arc<Tell>>,
}

impl Notes {
    /// Each line is handed to this as soon as it is known.
    #[must_use]
    pub fn to(tell: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { told: Arc::default(), tell: Some(Arc::new(tell)) }
    }

    /// What has been told.
    #[must_use]
    pub fn told(&self) -> Vec<String> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Says it, if it has not been said.
    #[cfg(unix)]
    fn tell(&self, line: &str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.iter().any(|before| before == line) {
            return;
        }
        told.push(line.to_owned());
        if let Some(tell) = &self.tell {
            tell(line);
        }
    }
}

impl fmt::Debug for Notes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.told()).finish()
    }
}

/// Why a candidate cannot be started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SpawnError {
    /// What happened, in a sentence.
    pub why: String,
    /// The end of what it wrote to standard error.
    pub errors: String,
}

impl fmt::Display for SpawnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl std::error::Error for SpawnError {}

/// How a candidate is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// A process a list: standard input is the array of queries, standard output the array of answers.
    List,
    /// A process a list: one query a line in, one answer a line out.
    Lines,
    /// One process: JSON objects, a line each; what the adapters of the starter kits speak.
    Session,
}

impl Protocol {
    /// All of them, by their names.
    pub const ALL: [(&'static str, Self); 3] =
        [("list", Self::List), ("lines", Self::Lines), ("session", Self::Session)];
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = Self::ALL.iter().find(|(_, protocol)| protocol == self);
        f.write_str(named.map_or("", |(name, _)| name))
    }
}

impl FromStr for Protocol {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let named = Self::ALL.iter().find(|(name, _)| *name == text);
        named
            .map(|(_, protocol)| *protocol)
            .ok_or_else(|| "the protocols are list, lines and session".to_owned())
    }
}

/// How a program is started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Launch {
    /// Its name or path, and its arguments.
    pub words: Vec<String>,
    /// The folder it is started in; without one that of the judge.
    pub folder: Option<PathBuf>,
}

impl<W: AsRef<[String]> + ?Sized> From<&W> for Launch {
    fn from(words: &W) -> Self {
        Self { words: words.as_ref().to_vec(), folder: None }
    }
}

/// The candidate that a command starts. Nothing is started yet.
#[cfg(unix)]
#[must_use]
pub fn candidate<'e>(
    exercise: &'e dyn Exercise,
    protocol: Protocol,
    command: impl Into<Launch>,
    limits: Limits,
) -> Box<dyn Candidate + 'e> {
    noted_candidate(exercise, protocol, command, limits, Notes::default())
}

/// The same, where it is told what is found out about it.
#[cfg(unix)]
#[must_use]
pub fn noted_candidate<'e>(
    exercise: &'e dyn Exercise,
    protocol: Protocol,
    command: impl Into<Launch>,
    limits: Limits,
    notes: Notes,
) -> Box<dyn Candidate + 'e> {
    let command = command.into();
    match protocol {
        Protocol::List => Box::new(listening::ListeningProtocol::new(exercise, command, limits, notes)),
        _ => spoken(exercise, protocol, command, limits, notes),
    }
}

/// The same in this protocol and no other.
#[cfg(unix)]
fn spoken<'e>(
    exercise: &'e dyn Exercise,
    protocol: Protocol,
    command: Launch,
    limits: Limits,
    notes: Notes,
) -> Box<dyn Candidate + 'e> {
    match protocol {
        Protocol::List => Box::new(list::ListProtocol { exercise, command, limits }),
        Protocol::Lines => Box::new(lines::LinesProtocol { exercise, command, limits }),
        Protocol::Session => Box::new(session::SessionProtocol::new(exercise, command, limits, notes)),
    }
}

/// The exercise's own answers, judged like any other's.
#[derive(Clone, Copy, Debug)]
pub struct Reference<'e> {
    exercise: &'e dyn Exercise,
    clock: TimeRule,
}

impl<'e> Reference<'e> {
    /// The answers of this exercise.
    #[must_use]
    pub fn new(exercise: &'e dyn Exercise) -> Self {
        Self { exercise, clock: TimeRule::default() }
    }
}

impl Candidate for Reference<'_> {
    fn enter(&mut self, _level: u8, clock: TimeRule) {
        self.clock = clock;
    }

    fn run(&mut self, list: &QueryList) -> Result<Run, SpawnError> {
        let begun = Instant::now();
        let answers = self.exercise.answers(list, self.clock).unwrap_or_default();
        Ok(Run { answers, took: begun.elapsed(), ..Run::default() })
    }
}
