//! Requests as they come in: arrays of texts, and lines that a person types; read as far as they have arrived.
//!
//! Invariants: however a request is cut into pieces, the same is read, and no byte is looked at again for each piece
//! that arrives; nothing is allocated for what a header announces, only for what has arrived; no request goes over the
//! limits, and arrays do not stand in one another, so nothing recurses.
//!
//! ```text
//!   *2 ⏎ $3 ⏎ GET ⏎ $5 ⏎ a b⏎c ⏎         an array of two words, by their lengths; a line ends in CR LF
//!   GET "a b" ⏎                           a line of two words; it may end in LF alone
//! ```
//!
//! What Redis lets pass and this does not: a line of an array that ends in CR alone, and a word that is not followed by
//! the end of its line.

mod failure;
mod limits;
mod words;

use std::ops::Range;

use memchr::memchr;

pub use failure::ProtocolError;
pub use limits::WordLimits;
pub use words::Words;

use super::{guard, inline};

/// What reads the requests of a connection, one after the other.
///
/// ```
/// use rewinddb::serve::resp::parser::{Parser, WordLimits};
///
/// let mut parser = Parser::new(WordLimits::default());
/// let buffer = b"*2\r\n$3\r\nGET\r\n$1\r\na\r\nPING\r\n";
/// assert_eq!(parser.next(&buffer[..9]), Ok(None));
/// assert_eq!(parser.next(buffer), Ok(Some(20)));
/// assert!(parser.words(buffer).eq([&b"GET"[..], b"a"]));
/// assert_eq!(parser.next(&buffer[20..]), Ok(Some(6)));
/// ```
#[derive(Debug)]
pub struct Parser {
    limits: WordLimits,
    stage: Stage,
    /// Where what is not read yet begins.
    at: usize,
    /// Before here no line ends that begins at `at`.
    scanned: usize,
    /// How many words of the array are still to come.
    awaited: usize,
    /// Where the words stand, in the buffer or in `typed`.
    words: Vec<Range<usize>>,
    /// The words of a line, without their quotes.
    typed: Vec<u8>,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// A request.
    Request,
    /// The end of a line that a person types.
    Line,
    /// How many words an array has.
    Count,
    /// How long a word is.
    Length,
    /// A word of so many bytes.
    Word(usize),
    /// Nothing: the request is whole, a line or an array.
    Whole { typed: bool },
    /// Nothing ever.
    Failed(ProtocolError),
}

impl Parser {
    /// Before the first request.
    #[must_use]
    pub fn new(limits: WordLimits) -> Self {
        let (words, typed) = (Vec::new(), Vec::new());
        Self { limits, stage: Stage::Request, at: 0, scanned: 0, awaited: 0, words, typed }
    }

    /// Sets other limits, for what is read from now on.
    pub fn set_limits(&mut self, limits: WordLimits) {
        self.limits = limits;
    }

    /// Looks for a request at the beginning of the buffer, and returns how many bytes it takes once it is whole.
    ///
    /// The buffer holds what has arrived and was not returned: it begins with the same bytes until a request was, and
    /// behind that one afterwards.
    ///
    /// # Errors
    /// What is no request. Nothing behind it can be read: the connection is to be closed.
    pub fn next(&mut self, buffer: &[u8]) -> Result<Option<usize>, ProtocolError> {
        if matches!(self.stage, Stage::Whole { .. }) {
            self.begin();
        }
        if self.stage == Stage::Request {
            let Some(first) = buffer.first() else { return Ok(None) };
            self.stage = if *first == b'*' { Stage::Count } else { Stage::Line };
        }
        let read = match self.stage {
            Stage::Failed(error) => Err(error),
            Stage::Line => self.line(buffer),
            _ => self.array(buffer),
        };
        match read {
            Ok(is_whole) => Ok(is_whole.then_some(self.at)),
            Err(error) => {
                self.stage = Stage::Failed(error);
                Err(error)
            }
        }
    }

    /// The words of the request that was returned last, of the buffer that it was found in. None: it is to be ignored.
    #[must_use]
    pub fn words<'b>(&'b self, buffer: &'b [u8]) -> Words<'b> {
        match self.stage {
            Stage::Whole { typed: false } => Words::new(buffer, &self.words),
            Stage::Whole { typed: true } => Words::new(&self.typed, &self.words),
            _ => Words::new(buffer, &[]),
        }
    }

    /// Where the words of the request that was returned last stand in the buffer, so that they may outlive what is read
    /// next; `None` for a line, whose words stand in it with their quotes.
    #[must_use]
    pub fn ranges(&self) -> Option<&[Range<usize>]> {
        (self.stage == Stage::Whole { typed: false }).then_some(&self.words)
    }

    /// Forgets the last request, and most of the memory that an unusual one took.
    fn begin(&mut self) {
        const KEPT: usize = 1024;
        (self.stage, self.at, self.scanned) = (Stage::Request, 0, 0);
        self.words.clear();
        self.words.shrink_to(KEPT);
        self.typed.clear();
        self.typed.shrink_to(KEPT);
    }

    /// Reads a line that a person types. Is it whole?
    fn line(&mut self, buffer: &[u8]) -> Result<bool, ProtocolError> {
        let Some(end) = self.sought(b'\n', buffer, ProtocolError::TooBigInline)? else { return Ok(false) };
        let line = &buffer[..end];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        inline::split(line, &mut self.typed, &mut self.words).map_err(|_| ProtocolError::UnbalancedQuotes)?;
        (self.at, self.stage) = (end + 1, Stage::Whole { typed: true });
        let mut words = self.words(buffer);
        match words.next() {
            Some(first) if guard::is_http(first, words.next()) => Err(ProtocolError::OtherProtocol),
            _ => Ok(true),
        }
    }

    /// Reads on in an array. Is it whole?
    fn array(&mut self, buffer: &[u8]) -> Result<bool, ProtocolError> {
        loop {
            let has_moved = match self.stage {
                Stage::Count => self.count(buffer)?,
                Stage::Length => self.length(buffer)?,
                Stage::Word(length) => self.word(buffer, length)?,
                _ => return self.guarded(buffer),
            };
            if !has_moved {
                return Ok(false);
            }
        }
    }

    fn guarded(&self, buffer: &[u8]) -> Result<bool, ProtocolError> {
        let is_http = self.words(buffer).next().is_some_and(guard::is_method_or_header);
        if is_http { Err(ProtocolError::OtherProtocol) } else { Ok(true) }
    }

    fn count(&mut self, buffer: &[u8]) -> Result<bool, ProtocolError> {
        let (invalid, too_big) = (ProtocolError::InvalidMultibulk, ProtocolError::TooBigMultibulkCount);
        let Some(count) = self.number(buffer, invalid, too_big)? else { return Ok(false) };
        // A negative number of words is none.
        self.awaited = usize::try_from(count).unwrap_or_default();
        if self.awaited > self.limits.words {
            return Err(invalid);
        }
        self.await_word();
        Ok(true)
    }

    fn length(&mut self, buffer: &[u8]) -> Result<bool, ProtocolError> {
        match buffer.get(self.at) {
            None => return Ok(false),
            Some(b'$') => {}
            Some(other) => return Err(ProtocolError::Expected(*other)),
        }
        let (invalid, too_big) = (ProtocolError::InvalidBulk, ProtocolError::TooBigBulkCount);
        let Some(length) = self.number(buffer, invalid, too_big)? else { return Ok(false) };
        let length = usize::try_from(length).map_err(|_| invalid)?;
        if length > self.limits.word || self.at + length + 2 > self.limits.request {
            return Err(invalid);
        }
        self.stage = Stage::Word(length);
        Ok(true)
    }

    fn word(&mut self, buffer: &[u8], length: usize) -> Result<bool, ProtocolError> {
        let end = self.at + length;
        match buffer.get(end..end + 2) {
            None => return Ok(false),
            Some(b"\r\n") => {}
            Some(_) => return Err(ProtocolError::InvalidBulk),
        }
        self.words.push(self.at..end);
        self.at = end + 2;
        self.awaited -= 1;
        self.await_word();
        Ok(true)
    }

    fn await_word(&mut self) {
        self.stage = if self.awaited == 0 { Stage::Whole { typed: false } } else { Stage::Length };
    }

    /// Reads the number behind the sign at `at`, and goes behind its line.
    fn number(
        &mut self,
        buffer: &[u8],
        invalid: ProtocolError,
        too_big: ProtocolError,
    ) -> Result<Option<i64>, ProtocolError> {
        if let [first @ b'1'..=b'9', b'\r', b'\n', ..] = buffer[self.at + 1..] {
            // Most are short.
            self.at += 4;
            return Ok(Some(i64::from(first - b'0')));
        }
        let Some(end) = self.sought(b'\r', buffer, too_big)? else { return Ok(None) };
        match buffer.get(end + 1) {
            None => return Ok(None),
            Some(b'\n') => {}
            Some(_) => return Err(invalid),
        }
        let number = number(&buffer[self.at + 1..end]).ok_or(invalid)?;
        self.at = end + 2;
        Ok(Some(number))
    }

    /// Where the line that begins at `at` has this byte first; it is looked for where it was not yet.
    fn sought(
        &mut self,
        sign: u8,
        buffer: &[u8],
        too_big: ProtocolError,
    ) -> Result<Option<usize>, ProtocolError> {
        let from = self.scanned.max(self.at);
        let most = self.at + self.limits.inline + 1;
        let to = buffer.len().min(most);
        let found = memchr(sign, &buffer[from..to]).map(|found| from + found);
        #[cfg(test)]
        tests::SCANNED.with(|scanned| scanned.set(scanned.get() + found.unwrap_or(to) - from));
        self.scanned = found.unwrap_or(to);
        if found.is_none() && to == most { Err(too_big) } else { Ok(found) }
    }
}

/// A number as Redis writes them: digits with no 0 before them, and perhaps a minus.
fn number(digits: &[u8]) -> Option<i64> {
    let (sign, positive) = digits.strip_prefix(b"-").map_or((1, digits), |positive| (-1, positive));
    match positive {
        b"0" if sign == 1 => Some(0),
        [b'1'..=b'9', ..] => positive.iter().try_fold(0_i64, |number, digit| {
            let digit = digit.is_ascii_digit().then_some(i64::from(*digit) - i64::from(b'0'))?;
            number.checked_mul(10)?.checked_add(sign * digit)
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
