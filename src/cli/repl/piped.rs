//! The shell without a terminal: one line after the other, answers alone on standard output.
//!
//! Invariants: a line is a query whole, so none goes on with the next; no more than one line is held, and none longer
//! than [`LONGEST_LINE`]; the first mistake ends it, and what came before stands.

use std::io::{self, BufRead, BufReader, Read};

use super::session::{Session, Stop, Told};
use crate::cli::Failure;
use crate::cli::input::unreadable;
use crate::cli::run::ended;
use crate::cli::storing::StoreArgs;
use crate::script::{Buffered, Fault, Faults, LONGEST_LINE, decode};

const NAME: &str = "standard input";

/// What some editors put before a text.
const MARK: &[u8] = "\u{feff}".as_bytes();

pub(super) fn run(mut session: Session, storing: &StoreArgs) -> Result<(), Failure> {
    let ran = answer_all(&mut session);
    ended(ran, session.close(storing))
}

fn answer_all(session: &mut Session) -> Result<(), Failure> {
    let mut lines = Lines::new(BufReader::new(io::stdin()));
    while let Some(line) = lines.read().map_err(|error| unreadable(NAME, &error))? {
        let (number, text) = (line.number, line.text);
        let told = line.fault.map_or_else(|| session.line(&text), |fault| Err(Stop::from(fault)));
        match told {
            Ok(Told::Done) => {}
            Ok(Told::End) => break,
            Err(Stop::Failed(failure)) => return Err(failure),
            Err(Stop::Reported) => return Err(Failure::Refused),
            Err(Stop::Refused(faults)) => {
                session.refuse(NAME, &text, number, &faults)?;
                return Err(Failure::Refused);
            }
        }
        if lines.is_drained() || session.is_full() {
            session.settle()?;
        }
    }
    session.settle()
}

/// Reads lines.
pub(super) struct Lines<R> {
    input: R,
    number: usize,
}

/// A line of an input.
pub(super) struct Line {
    /// Its number, from 1.
    pub(super) number: usize,
    pub(super) text: String,
    /// Why it is no line of text.
    pub(super) fault: Option<Faults>,
}

impl<R: BufRead + Buffered> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, number: 0 }
    }

    /// The next line; `None` at the end.
    pub(super) fn read(&mut self) -> io::Result<Option<Line>> {
        let mut bytes = Vec::new();
        if (&mut self.input).take(LONGEST_LINE + 1).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
        }
        let fault = |span, message: String, help: Option<&str>| {
            Some(Faults::from(Fault { span, query: None, message, help: help.map(str::to_owned) }))
        };
        let fault = if bytes.len() as u64 > LONGEST_LINE {
            fault(0..0, format!("this line is longer than {} MiB", LONGEST_LINE >> 20), None)
        } else if self.number == 1 && bytes.starts_with(MARK) {
            let message = "a byte order mark stands before the text".to_owned();
            fault(0..MARK.len(), message, Some("save the file as UTF-8 without it"))
        } else {
            decode(&bytes).err().map(Faults::from)
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Some(Line { number: self.number, text, fault }))
    }

    /// The number of the line that was read last.
    pub(super) fn number(&self) -> usize {
        self.number
    }

    /// May the next read wait?
    pub(super) fn is_drained(&self) -> bool {
        self.input.is_drained()
    }
}
