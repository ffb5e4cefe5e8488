//! A command that is asked in `list` and may answer in another protocol: then it is spoken to in that one.
//!
//! Invariants: nothing is guessed but what [`heard`] hears; once a list was answered in `list`, or another protocol was
//! taken, nothing is heard any more; lines are tried once; a change is told once.

use std::fmt;

use serde::Deserialize;

use super::limits::Limits;
use super::list::ListProtocol;
use super::{Candidate, Launch, Notes, Protocol, Run, SpawnError, spoken};
use crate::judge::exercise::{Exercise, TimeRule};
use crate::judge::verdict::{StopReason, Verdict};
use crate::judge::words::QueryList;

/// A command that is listened to.
pub(super) struct ListeningProtocol<'e> {
    exercise: &'e dyn Exercise,
    command: Launch,
    limits: Limits,
    list: ListProtocol<'e>,
    /// How it is spoken to instead.
    other: Option<Box<dyn Candidate + 'e>>,
    is_settled: bool,
    /// Has it been tried in vain to speak to it in lines?
    is_refused: bool,
    entered: Option<(u8, TimeRule)>,
    notes: Notes,
}

impl fmt::Debug for ListeningProtocol<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListeningProtocol").field("command", &self.command).finish_non_exhaustive()
    }
}

impl<'e> ListeningProtocol<'e> {
    pub(super) fn new(exercise: &'e dyn Exercise, command: Launch, limits: Limits, notes: Notes) -> Self {
        let list = ListProtocol { exercise, command: command.clone(), limits };
        Self {
            exercise,
            command,
            limits,
            list,
            other: None,
            is_settled: false,
            is_refused: false,
            entered: None,
            notes,
        }
    }

    /// Runs a list in `list`, and in the protocol that is heard there, which is kept if it is one in which it answers.
    fn listen(&mut self, list: &QueryList) -> Result<Run, SpawnError> {
        let (run, output) = self.list.run_on(list)?;
        self.is_settled |= run.stop.is_none();
        let Some(protocol) = heard(&output, list.len()).filter(|_| !self.is_settled) else {
            return Ok(run);
        };
        if self.is_refused && protocol == Protocol::Lines {
            return Ok(by_lines(run));
        }
        let command = self.command.clone();
        let mut other = spoken(self.exercise, protocol, command, self.limits, self.notes.clone());
        if let Some((level, clock)) = self.entered {
            other.enter(level, clock);
        }
        let again = other.run(list)?;
        let is_other = protocol == Protocol::Session
            || again.stop.as_ref().is_none_or(|stop| stop.verdict == Verdict::NotSupported);
        if !is_other {
            self.is_refused = true;
            return Ok(by_lines(run));
        }
        self.is_settled = true;
        self.other = Some(other);
        self.notes.tell(&format!(
            "it answers as in `{protocol}`, so it is spoken to in that: --protocol {protocol}"
        ));
        Ok(again)
    }
}

/// A run whose answers stand in a line each, of a command that reads the array.
fn by_lines(run: Run) -> Run {
    let hint =
        "it reads the array, and prints a line for each answer: print one array, as in json.dumps(answers)";
    Run { stop: run.stop.map(|stop| stop.with_hint(hint)), ..run }
}

impl Candidate for ListeningProtocol<'_> {
    fn run(&mut self, list: &QueryList) -> Result<Run, SpawnError> {
        match &mut self.other {
            Some(other) => other.run(list),
            None if self.is_settled => self.list.run(list),
            None => self.listen(list),
        }
    }

    fn run_closely(&mut self, list: &QueryList, first: &Run) -> Result<Option<Run>, SpawnError> {
        match &mut self.other {
            Some(other) => other.run_closely(list, first),
            None => self.list.run_closely(list, first),
        }
    }

    fn fresh(&mut self) -> bool {
        self.other.as_mut().is_some_and(|other| other.fresh())
    }

    fn close(&mut self) {
        if let Some(other) = &mut self.other {
            other.close();
        }
    }

    fn ended_since(&mut self) -> Option<StopReason> {
        self.other.as_mut().and_then(|other| other.ended_since())
    }

    fn enter(&mut self, level: u8, clock: TimeRule) {
        self.entered = Some((level, clock));
        if let Some(other) = &mut self.other {
            other.enter(level, clock);
        }
    }
}

/// The protocol that an answer to an array of so many queries is in: as many lines, each a JSON string, or a first line
/// that is a session's greeting.
fn heard(output: &[u8], queries: usize) -> Option<Protocol> {
    let lines: Vec<_> = std::str::from_utf8(output).ok()?.lines().filter(|line| !line.is_empty()).collect();
    if is_greeting(lines.first()?) {
        return Some(Protocol::Session);
    }
    let are_texts = lines.iter().all(|line| serde_json::from_str::<String>(line).is_ok());
    (lines.len() == queries && are_texts).then_some(Protocol::Lines)
}

fn is_greeting(line: &str) -> bool {
    #[derive(Deserialize)]
    struct Greeting {
        #[serde(rename = "type")]
        kind: String,
    }
    serde_json::from_str::<Greeting>(line).is_ok_and(|greeting| greeting.kind == "hello_ok")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_protocols_are_heard_and_nothing_else() {
        let rows: [(&str, usize, Option<Protocol>); 10] = [
            ("\"\"\n\"C\"\n", 2, Some(Protocol::Lines)),
            ("\"\"\n\"C\"", 2, Some(Protocol::Lines)),
            ("\"\"\n\"C\"\n", 3, None),
            ("\"\"\nnull\n", 2, None),
            ("\nC\n", 2, None),
            ("[\"\",\"C\"]\n", 2, None),
            ("", 0, None),
            ("{\"type\":\"hello_ok\",\"id\":null}\n", 2, Some(Protocol::Session)),
            ("{\"type\":\"error\",\"id\":null}\n", 1, None),
            ("ready\n{\"type\":\"hello_ok\"}\n", 2, None),
        ];
        for (output, queries, protocol) in rows {
            assert_eq!(heard(output.as_bytes(), queries), protocol, "{output}");
        }
    }
}
