//! Where lines come from: one after the other from a pipe or a file, and several at once as they are pasted.
//!
//! Invariant: of an input no more than one line is held, and none longer than [`LONGEST_LINE`].

use std::io::{self, BufRead, Read};

use crate::query::{Aliases, Brief};
use crate::script::{self, Buffered, Fault, Faults, LONGEST_LINE, decode, unfinished};

/// What some editors put before a text.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// Reads lines.
pub(in crate::cli) struct Lines<R> {
    input: R,
    number: usize,
}

/// A line of an input.
pub(in crate::cli) struct InputLine {
    /// Its number, from 1.
    pub(in crate::cli) number: usize,
    pub(in crate::cli) text: String,
    /// Why it is no line of text.
    pub(in crate::cli) fault: Option<Faults>,
}

impl<R: BufRead + Buffered> Lines<R> {
    pub(in crate::cli) fn new(input: R) -> Self {
        Self { input, number: 0 }
    }

    /// The next line; `None` at the end.
    pub(in crate::cli) fn read(&mut self) -> io::Result<Option<InputLine>> {
        let mut bytes = Vec::new();
        if (&mut self.input).take(LONGEST_LINE + 1).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
        }
        let fault = |span, message: String, help: Option<&str>| {
            Some(Faults::from(Fault { help: help.map(str::to_owned), ..Fault::new(span, message) }))
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
        Ok(Some(InputLine { number: self.number, text, fault }))
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

/// Parts a text behind its first query, which goes on from line to line while it lacks its end.
pub(in crate::cli) fn first<'t>(text: &'t str, aliases: &Aliases) -> (&'t str, &'t str) {
    let ends = text.match_indices('\n').map(|(at, _)| at);
    let end = ends.into_iter().find(|end| !continues(&text[..*end], aliases));
    end.map_or((text, ""), |end| (&text[..end], &text[end + 1..]))
}

/// What is still open in the last query of a text, if that lacks its end.
pub(in crate::cli) fn open(mut text: &str, aliases: &Aliases) -> Option<String> {
    loop {
        match first(text, aliases) {
            (last, "") => {
                let Fault { span, message, .. } = open_in(last, aliases)?;
                return Some(format!("{message}: {}", Brief(&last[span])));
            }
            (_, rest) => text = rest,
        }
    }
}

fn continues(line: &str, aliases: &Aliases) -> bool {
    open_in(line, aliases).is_some()
}

fn open_in(line: &str, aliases: &Aliases) -> Option<Fault> {
    if line.trim_start().starts_with('#') { None } else { unfinished(line, aliases) }
}

/// What is wrong with a line that has carriage returns in it, where it is refused: there they were meant to end lines.
pub(super) fn carriage_return(line: &str) -> Option<Faults> {
    let at = line.trim_end_matches('\r').find('\r')?;
    Some(script::carriage_return(at).into())
}
