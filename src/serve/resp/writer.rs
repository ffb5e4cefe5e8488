//! Replies as bytes, in the two versions of the protocol.
//!
//! Invariants: a line holds no line break but its own; every text goes out with its escapes as bytes again, and lengths
//! count those.

mod number;

use std::borrow::Cow;

use memchr::memchr2;

use super::escape;
pub use number::{push_integer, push_number};

/// The version of the protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// The one that a connection begins with.
    #[default]
    Resp2,
    /// The one it has after `HELLO 3`: with maps, sets, truth, and one way to say that there is nothing.
    Resp3,
}

/// Where replies are written to. The parts of an array, map or set are written after its header.
///
/// ```
/// use rewinddb::serve::resp::writer::{Protocol, Writer};
///
/// let mut out = Vec::new();
/// let mut writer = Writer::new(&mut out, Protocol::Resp2);
/// writer.map(1);
/// writer.bulk("field");
/// writer.integer(-7);
/// assert_eq!(out, b"*2\r\n$5\r\nfield\r\n:-7\r\n");
/// ```
#[derive(Debug)]
pub struct Writer<'o> {
    out: &'o mut Vec<u8>,
    protocol: Protocol,
    is_silent: bool,
}

impl<'o> Writer<'o> {
    /// Appends to these bytes.
    pub fn new(out: &'o mut Vec<u8>, protocol: Protocol) -> Self {
        Self { out, protocol, is_silent: false }
    }

    /// Writes no texts, if they are for nobody: what is written is no reply then.
    #[must_use]
    pub fn silent(self, is_silent: bool) -> Self {
        Self { is_silent, ..self }
    }

    /// `+OK`, the most frequent of all.
    #[inline]
    pub fn ok(&mut self) {
        self.out.extend_from_slice(b"+OK\r\n");
    }

    /// A word that is known beforehand, such as `QUEUED`.
    pub fn simple(&mut self, word: &str) {
        self.line(b'+', word);
    }

    /// An error: its code and its text, such as `ERR syntax error`. Line breaks in it become spaces.
    pub fn error(&mut self, text: &str) {
        self.line(b'-', text);
    }

    /// A number.
    #[inline]
    pub fn integer(&mut self, number: i64) {
        self.out.push(b':');
        push_integer(self.out, number);
        self.end();
    }

    /// A number that may be too large for the protocol's integers; it is told as text then, and as what it is in RESP3.
    #[inline]
    pub fn count(&mut self, number: u64) {
        match i64::try_from(number) {
            Ok(number) => self.integer(number),
            Err(_) if self.protocol == Protocol::Resp3 => self.header(b'(', number),
            Err(_) => self.bytes(number.to_string().as_bytes()),
        }
    }

    /// A text.
    #[inline]
    pub fn bulk(&mut self, text: &str) {
        if self.is_silent {
            return;
        }
        if escape::is_plain(text.as_bytes()) {
            return self.bytes(text.as_bytes());
        }
        self.header(b'$', escape::len(text) as u64);
        escape::append_bytes(self.out, text);
        self.end();
    }

    /// Bytes as they are.
    #[inline]
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.header(b'$', bytes.len() as u64);
        self.out.extend_from_slice(bytes);
        self.end();
    }

    /// A text that is to be shown to a person as it is.
    pub fn verbatim(&mut self, text: &str) {
        if self.protocol == Protocol::Resp2 {
            return self.bulk(text);
        }
        self.header(b'=', 4 + escape::len(text) as u64);
        self.out.extend_from_slice(b"txt:");
        escape::append_bytes(self.out, text);
        self.end();
    }

    /// No text.
    #[inline]
    pub fn null(&mut self) {
        self.out.extend_from_slice(self.either(b"$-1\r\n", b"_\r\n"));
    }

    /// No array.
    pub fn null_array(&mut self) {
        self.out.extend_from_slice(self.either(b"*-1\r\n", b"_\r\n"));
    }

    /// An array, whose items are written next.
    #[inline]
    pub fn array(&mut self, items: usize) {
        self.header(b'*', items as u64);
    }

    /// A map, whose keys and values are written next, by turns. In RESP2 it is an array of them.
    #[inline]
    pub fn map(&mut self, pairs: usize) {
        match self.protocol {
            Protocol::Resp2 => self.header(b'*', 2 * pairs as u64),
            Protocol::Resp3 => self.header(b'%', pairs as u64),
        }
    }

    /// A set, whose items are written next. In RESP2 it is an array.
    pub fn set(&mut self, items: usize) {
        let sign = self.either(b'*', b'~');
        self.header(sign, items as u64);
    }

    /// Is it so? In RESP2 1 or 0.
    #[inline]
    pub fn boolean(&mut self, truth: bool) {
        let line: &[u8] = match (self.protocol, truth) {
            (Protocol::Resp2, true) => b":1\r\n",
            (Protocol::Resp2, false) => b":0\r\n",
            (Protocol::Resp3, true) => b"#t\r\n",
            (Protocol::Resp3, false) => b"#f\r\n",
        };
        self.out.extend_from_slice(line);
    }

    /// What the version has.
    fn either<T>(&self, resp2: T, resp3: T) -> T {
        match self.protocol {
            Protocol::Resp2 => resp2,
            Protocol::Resp3 => resp3,
        }
    }

    #[inline]
    fn header(&mut self, sign: u8, number: u64) {
        self.out.push(sign);
        push_number(self.out, number);
        self.end();
    }

    fn line(&mut self, sign: u8, text: &str) {
        self.out.push(sign);
        escape::append_bytes(self.out, &unbroken(text));
        self.end();
    }

    #[inline]
    fn end(&mut self) {
        self.out.extend_from_slice(b"\r\n");
    }
}

/// The text with spaces for what would end its line.
fn unbroken(text: &str) -> Cow<'_, str> {
    match memchr2(b'\r', b'\n', text.as_bytes()) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(text.replace(['\r', '\n'], " ")),
    }
}

#[cfg(test)]
mod tests;
