//! Reads arrays of words from JSON text, borrowing every word that has no escape in it.
//!
//! Invariant: `at` never goes back, and stands on a character's first byte.
//!
//! This is JSON of one shape only, read about four times as fast as into a tree of strings. What is rare is left
//! to `serde_json`: escapes, and stepping over a value that has no business here.

use std::ops::Range;

use bumpalo::Bump;
use serde::de::IgnoredAny;

use super::fault::{Fault, Faults};
use crate::query::{Brief, RawQuery};

/// A place in the text that reading goes on from.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// Keeps the words that had to be unescaped.
    unescaped: &'a Bump,
    /// The number of the query that is read, from 1.
    pub(super) query: Option<usize>,
    /// What is wrong, but leaves the text readable on.
    pub(super) faults: Faults,
}

/// The words of an array.
#[derive(Default)]
pub(super) struct Words<'a> {
    pub(super) raw: RawQuery<'a>,
    /// Where the whole array stands.
    pub(super) span: Range<usize>,
}

/// What follows an element of an array.
pub(super) enum Next {
    Element,
    End,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str, unescaped: &'a Bump) -> Self {
        Self { text, at: 0, unescaped, query: None, faults: Faults::default() }
    }

    /// What keeps the words.
    pub(super) fn arena(&self) -> &'a Bump {
        self.unescaped
    }

    /// The next byte that is not a space, without taking it.
    pub(super) fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = bytes.get(self.at) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    /// Takes `byte` if it comes next.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let comes = self.peek() == Some(byte);
        self.at += usize::from(comes);
        comes
    }

    /// The character that comes next, as a span: empty at the end of the text.
    pub(super) fn here(&self) -> Range<usize> {
        let length = self.text[self.at..].chars().next().map_or(0, char::len_utf8);
        self.at..self.at + length
    }

    /// Where a byte first stands in a part of the text.
    pub(super) fn first_in(&self, part: Range<usize>, byte: u8) -> Option<usize> {
        self.text.as_bytes()[part.clone()].iter().position(|one| *one == byte).map(|at| part.start + at)
    }

    /// Does a byte order mark come next, as some editors put before a text?
    pub(super) fn is_at_byte_order_mark(&self) -> bool {
        self.text[self.at..].starts_with('\u{feff}')
    }

    /// Reads `,` or the end of an array. A missing comma before what opens an element is reported and then forgiven.
    pub(super) fn next(&mut self, opening: u8) -> Result<Next, Fault> {
        match self.peek() {
            Some(b',') => {
                let comma = self.here();
                self.at += 1;
                if self.take(b']') {
                    let fault = Fault::new(comma, "not JSON: a comma before `]`");
                    self.add(fault.with_help("take the comma out"));
                    return Ok(Next::End);
                }
                Ok(Next::Element)
            }
            Some(b']') => {
                self.at += 1;
                Ok(Next::End)
            }
            Some(byte) if byte == opening => {
                self.add(Fault::new(self.here(), "not JSON: a comma is missing before this"));
                Ok(Next::Element)
            }
            Some(_) => Err(Fault::new(self.here(), "not JSON: expected `,` or `]`")),
            None => Err(Fault::new(self.here(), "not JSON: the input ends inside an array")
                .with_help("a closing `]` is missing")),
        }
    }

    /// Notes a fault after which reading goes on.
    pub(super) fn add(&mut self, fault: Fault) {
        self.faults.add(self.query, fault);
    }

    /// Reads an array of words, whose `[` comes next, into `into`; returns whether all was well.
    pub(super) fn array(&mut self, into: &mut Words<'a>) -> Result<bool, Fault> {
        let faults_before = self.faults.count();
        into.raw.words.clear();
        into.raw.arrays.clear();
        let begin = self.at;
        self.at += 1;
        if !self.take(b']') {
            self.elements(&mut into.raw)?;
        }
        into.span = begin..self.at;
        Ok(self.faults.count() == faults_before)
    }

    /// Goes to a place of the text.
    pub(super) fn go_to(&mut self, at: usize) {
        self.at = at;
    }

    /// Reads words, and arrays of words, up to the end of the array that they stand in.
    #[inline]
    pub(super) fn elements(&mut self, into: &mut RawQuery<'a>) -> Result<(), Fault> {
        loop {
            let mut was_array = false;
            match self.plain_string().or_else(|| self.plain_integer()) {
                Some(word) => into.words.push(word),
                None => was_array = self.element(into)?,
            }
            // What nearly always comes next, before the general way.
            match &self.text.as_bytes()[self.at..] {
                [b',', b'"' | b'0'..=b'9', ..] => self.at += 1,
                [b',', b' ', b'"' | b'0'..=b'9', ..] => self.at += 2,
                [b']', ..] => {
                    self.at += 1;
                    return Ok(());
                }
                _ => match self.next(if was_array { b'[' } else { b'"' })? {
                    Next::Element => {}
                    Next::End => return Ok(()),
                },
            }
        }
    }

    /// Where a word of an array that was read stands, or one of an array that is a word of it. It is only asked for
    /// where there is a fault, so it is found by reading the array once more.
    pub(super) fn span_of(&self, array: &Range<usize>, way: &[usize]) -> Range<usize> {
        let [word, rest @ ..] = way else { return array.clone() };
        let mut scanner = Scanner::new(self.text, self.unescaped);
        scanner.at = array.start + 1;
        let mut before = RawQuery::default();
        loop {
            scanner.peek();
            let begin = scanner.at;
            if scanner.element(&mut before).is_err() || before.words.len() + before.arrays.len() > *word {
                return self.span_of(&(begin..scanner.at), rest);
            }
            scanner.take(b',');
        }
    }

    /// Reads one word, or an array of words; returns whether it was an array.
    pub(super) fn element(&mut self, into: &mut RawQuery<'a>) -> Result<bool, Fault> {
        if self.peek() != Some(b'[') {
            self.word(&mut into.words)?;
            return Ok(false);
        }
        let place = into.words.len() + into.arrays.len();
        self.at += 1;
        let mut words = Vec::new();
        if !self.take(b']') {
            loop {
                self.word(&mut words)?;
                if let Next::End = self.next(b'"')? {
                    break;
                }
            }
        }
        into.arrays.push((place, words));
        Ok(true)
    }

    /// Reads one word.
    fn word(&mut self, into: &mut Vec<&'a str>) -> Result<(), Fault> {
        let Some(byte) = self.peek() else {
            return Err(Fault::new(self.here(), "not JSON: the input ends where a word is wanted"));
        };
        let begin = self.at;
        let word = match byte {
            b'"' => match self.plain_string() {
                Some(word) => Ok(word),
                None => self.string()?,
            },
            b'0'..=b'9' | b'-' => self.integer(),
            _ => {
                let what = self.skip_value()?;
                let fault =
                    Fault::new(begin..self.at, format!("a word is a string or an integer, not {what}"));
                // Another array of the query is no word, so this one stands in that.
                Err(if byte == b'[' {
                    fault.with_help("a query may stand in a query, but none in that one")
                } else {
                    fault
                })
            }
        };
        match word {
            Ok(word) => into.push(word),
            Err(fault) => self.add(fault),
        }
        Ok(())
    }

    /// Reads a string that comes right here and has neither escapes nor faults: nearly every word.
    #[inline]
    fn plain_string(&mut self) -> Option<&'a str> {
        let rest = self.text.as_bytes()[self.at..].strip_prefix(b"\"")?;
        let length = plain_bytes(rest);
        if rest.get(length) != Some(&b'"') {
            return None;
        }
        let begin = self.at + 1;
        self.at = begin + length + 1;
        Some(&self.text[begin..begin + length])
    }

    /// Reads an integer that comes right here and has no faults: nearly every one.
    #[inline]
    fn plain_integer(&mut self) -> Option<&'a str> {
        let rest = &self.text.as_bytes()[self.at..];
        let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let is_plain = length == 1 || (length > 1 && rest[0] != b'0');
        if !is_plain || !matches!(rest.get(length), Some(b',' | b']')) {
            return None;
        }
        let begin = self.at;
        self.at += length;
        Some(&self.text[begin..begin + length])
    }

    /// Reads any string. The outer error is of a text that cannot be read on.
    fn string(&mut self) -> Result<Result<&'a str, Fault>, Fault> {
        let (bytes, open) = (self.text.as_bytes(), self.at);
        let mut at = open + 1;
        loop {
            at += plain_bytes(&bytes[at..]);
            match bytes.get(at) {
                Some(b'"') => break,
                Some(b'\n' | b'\r') | None => {
                    self.at = at;
                    let unclosed = Fault::new(open..at, "not JSON: this string is not closed on its line");
                    return Err(unclosed.with_help("write the closing `\"`, or a line break as \\n"));
                }
                // An escape or a control character, which may well be the last byte.
                Some(byte) => at = (at + 1 + usize::from(*byte == b'\\')).min(bytes.len()),
            }
        }
        self.at = at + 1;
        let text = unescape(&self.text[open..self.at], open..self.at);
        Ok(text.map(|text| &*self.unescaped.alloc_str(&text)))
    }

    /// Reads an integer as its digits.
    fn integer(&mut self) -> Result<&'a str, Fault> {
        let bytes = self.text.as_bytes();
        let begin = self.at;
        while let Some(b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E') = bytes.get(self.at) {
            self.at += 1;
        }
        let digits = &self.text[begin..self.at];
        let span = begin..self.at;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            let fault = Fault::new(span, format!("a word is a string or an integer, not {}", Brief(digits)));
            return Err(fault.with_help("an integer is digits alone; anything else is written as a string"));
        }
        if digits.starts_with('0') && digits.len() > 1 {
            return Err(Fault::new(span, "not JSON: an integer has no leading zero"));
        }
        Ok(digits)
    }

    /// Steps over a value of any shape and returns what it is.
    pub(super) fn skip_value(&mut self) -> Result<&'static str, Fault> {
        let what_it_is = match self.text.as_bytes().get(self.at) {
            Some(b'{') => "an object",
            Some(b'[') => "an array",
            Some(b'"') => "a string",
            Some(b't' | b'f') => "a boolean",
            Some(b'n') => "null",
            _ => "a number",
        };
        let here = self.here();
        let mut values = serde_json::Deserializer::from_str(&self.text[self.at..]).into_iter::<IgnoredAny>();
        match values.next() {
            Some(Ok(_)) => {
                self.at += values.byte_offset();
                Ok(what_it_is)
            }
            Some(Err(_)) if self.peek() == Some(b'\'') => {
                Err(Fault::new(here, "not JSON: strings stand in double quotes"))
            }
            Some(Err(error)) => Err(Fault::new(here, format!("not JSON: {}", what(&error)))),
            None => Err(Fault::new(here, "not JSON: a value is missing here")),
        }
    }

    /// The text is over: nothing but spaces may follow.
    pub(super) fn end(&mut self, what: &str) -> Result<(), Fault> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(Fault::new(self.here(), format!("not JSON: text after the end of {what}"))),
        }
    }
}

/// What a string with escapes in it says, or what is wrong with one that stands at `span`.
pub(super) fn unescape(string: &str, span: Range<usize>) -> Result<String, Fault> {
    serde_json::from_str(string).map_err(|error| {
        if let Some((at, c)) = string.char_indices().find(|(_, c)| *c < ' ') {
            return control(span.start + at, c);
        }
        Fault::new(span, format!("not JSON: {} in this string", what(&error))).with_help(
            "an escape is \\\" \\\\ \\/ \\b \\f \\n \\r \\t, or \\u and four hex digits, surrogates in pairs",
        )
    })
}

/// What is wrong with a control character that stands in a string as it is.
fn control(at: usize, c: char) -> Fault {
    let (what, escape) = match c {
        '\t' => ("a tab".to_owned(), "\\t".to_owned()),
        c => (format!("the control character U+{:04X}", u32::from(c)), format!("\\u{:04x}", u32::from(c))),
    };
    let fault = Fault::new(at..at + 1, format!("not JSON: {what} stands in this string as it is"));
    fault.with_help(format!("in a string it is written {escape}"))
}

/// How many bytes a string goes on for before a quote, a backslash or a control character: eight at a time.
#[inline]
fn plain_bytes(bytes: &[u8]) -> usize {
    const fn all(byte: u8) -> u64 {
        u64::from_le_bytes([byte; 8])
    }
    // The top bit of each byte below `bound`; a byte above a marked one may be marked too, never one below.
    let below = |eight: u64, bound: u8| eight.wrapping_sub(all(bound)) & !eight & all(0x80);
    let (eights, _) = bytes.as_chunks::<8>();
    for (place, eight) in eights.iter().enumerate() {
        let eight = u64::from_le_bytes(*eight);
        let stops = below(eight, 0x20) | below(eight ^ all(b'"'), 1) | below(eight ^ all(b'\\'), 1);
        if stops != 0 {
            return 8 * place + stops.trailing_zeros() as usize / 8;
        }
    }
    let rest = &bytes[8 * eights.len()..];
    let stop = rest.iter().position(|byte| *byte < 0x20 || matches!(byte, b'"' | b'\\'));
    8 * eights.len() + stop.unwrap_or(rest.len())
}

/// What `serde_json` says of an error, without the place, which would be that in a part of the text.
pub(super) fn what(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let end = text.rfind(" at line ").unwrap_or(text.len());
    Brief(&text[..end]).to_string()
}
