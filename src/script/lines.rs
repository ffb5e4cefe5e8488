//! JSON Lines: one query a line, each answered before the next is read.
//!
//! Invariant: no more than one line is held, and no line longer than [`LONGEST_LINE`].

use std::io::{self, BufRead, Read};

use bumpalo::Bump;

use super::fault::{Fault, Faults};
use super::list::{Checker, InText, example, not_an_array};
use super::scanner::{Scanner, Words};
use super::{Context, carriage_return, decode};
use crate::query::{Language, Level, RawQuery};
use crate::wire::Request;

/// The longest line that is read, in bytes.
pub const LONGEST_LINE: u64 = 16 << 20;

/// What is wrong with a line; the stream ends there.
#[derive(Debug)]
pub struct LineFault {
    /// The faults, with spans in the line.
    pub faults: Faults,
    /// The number of the line, from 1.
    pub line: usize,
    /// The line itself.
    pub text: String,
}

/// Reads queries from lines.
pub struct LineReader<R> {
    input: R,
    line: Vec<u8>,
    number: usize,
    queries: usize,
    bytes: u64,
    checker: Checker,
    unescaped: Bump,
}

impl<R: BufRead> LineReader<R> {
    /// Reads `input` line by line, for a database that knows what is in `context`.
    pub fn new(input: R, level: Level, context: Context) -> Self {
        let checker = Checker::new(level, context);
        Self { input, line: Vec::new(), number: 0, queries: 0, bytes: 0, checker, unescaped: Bump::new() }
    }

    /// The next query; `None` at the end. Blank lines are skipped.
    ///
    /// # Errors
    /// The outer one is the input's; the inner one says what is wrong with the line.
    pub fn read(&mut self) -> io::Result<Option<Result<Request<'_>, LineFault>>> {
        loop {
            self.line.clear();
            self.number += 1;
            let read = (&mut self.input).take(LONGEST_LINE + 1).read_until(b'\n', &mut self.line)?;
            if read == 0 {
                return Ok(None);
            }
            self.bytes += read as u64;
            if self.line.last() == Some(&b'\n') {
                self.line.pop();
            }
            if !self.line.trim_ascii().is_empty() || read as u64 > LONGEST_LINE {
                break;
            }
        }
        self.queries += 1;
        self.unescaped.reset();
        let read = request(&self.line, &self.unescaped, &mut self.checker, self.queries);
        Ok(Some(read.map_err(|faults| LineFault {
            faults,
            line: self.number,
            text: String::from_utf8_lossy(&self.line).into(),
        })))
    }

    /// How many bytes have been read.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Has everything that has arrived been read, so that the next read may wait?
    pub fn is_drained(&self) -> bool
    where
        R: Buffered,
    {
        self.input.is_drained()
    }
}

/// An input that knows whether reading on may wait.
pub trait Buffered {
    /// Is no whole line buffered?
    fn is_drained(&self) -> bool;
}

impl<R: Read> Buffered for io::BufReader<R> {
    fn is_drained(&self) -> bool {
        !self.buffer().contains(&b'\n')
    }
}

/// Reads the query of a line.
pub(super) fn request<'a>(
    line: &'a [u8],
    unescaped: &'a Bump,
    checker: &mut Checker,
    number: usize,
) -> Result<Request<'a>, Faults> {
    let (scanner, words) = words(line, unescaped, number)?;
    let in_query = |fault: Fault| Faults::from(Fault { query: Some(number), ..fault });
    let places = InText { scanner: &scanner, span: &words.span };
    checker.request(&words.raw, &places, unescaped).map_err(in_query)
}

/// The words of the query that a line is, which nobody has understood yet.
///
/// # Errors
/// What is wrong with it, with spans in the line.
pub fn words_of_line<'a>(line: &'a [u8], arena: &'a Bump) -> Result<RawQuery<'a>, Faults> {
    words(line, arena, 1).map(|(_, words)| words.raw)
}

/// Reads the words of the query of a line.
pub(super) fn words<'a>(
    line: &'a [u8],
    unescaped: &'a Bump,
    number: usize,
) -> Result<(Scanner<'a>, Words<'a>), Faults> {
    let in_query = |fault: Fault| Faults::from(Fault { query: Some(number), ..fault });
    if line.len() as u64 > LONGEST_LINE {
        return Err(in_query(Fault::new(0..0, too_long())));
    }
    let mut scanner = Scanner::new(decode(line).map_err(in_query)?, unescaped);
    scanner.query = Some(number);
    let mut words = Words::default();
    if let Err(fatal) = whole_line(&mut scanner, &mut words) {
        scanner.add(fatal);
    }
    if scanner.faults.count() > 0 { Err(scanner.faults) } else { Ok((scanner, words)) }
}

/// What is said of a line that is longer than [`LONGEST_LINE`].
pub(super) fn too_long() -> String {
    format!("this line is longer than {} MiB", LONGEST_LINE >> 20)
}

/// Reads the one array of a line. The error is of a text that cannot be read on; the scanner has noted all others.
fn whole_line<'a>(scanner: &mut Scanner<'a>, words: &mut Words<'a>) -> Result<(), Fault> {
    if scanner.peek() != Some(b'[') {
        return Err(not_an_array(scanner, "a line is one query: an array of words", shape()));
    }
    scanner.array(words)?;
    let end = scanner.here().start;
    scanner.end("the query").map_err(|fault| match scanner.first_in(end..fault.span.start, b'\r') {
        Some(at) => carriage_return(at),
        None => with_shape(fault),
    })
}

/// The fault, with what a line should look like.
pub(super) fn with_shape(fault: Fault) -> Fault {
    fault.with_help(shape())
}

/// What a line should look like.
fn shape() -> String {
    format!("a line is one query without outer brackets, as in {}", example(&Language::records().forms()[0]))
}
