//! A word of a typed line: where it ends, and the JSON that it is.
//!
//! Invariant: what is told of as the same as it was typed is so byte by byte, so that a place in one is that in the other.

use std::borrow::Cow;
use std::ops::Range;

use crate::script::fault::Fault;

/// Why a line is no list of words.
pub(super) struct Bad {
    pub(super) fault: Fault,
    pub(super) is_unfinished: bool,
}

/// A word as JSON.
pub(super) struct Word<'l> {
    pub(super) json: Cow<'l, str>,
    /// Is it as it was typed, byte by byte?
    pub(super) is_same: bool,
}

impl<'l> Word<'l> {
    /// Reads a word; the number tells how many bytes it has as it was typed.
    pub(super) fn first_of(text: &'l str) -> Result<(Self, usize), Bad> {
        let (word, length) = match text.as_bytes()[0] {
            b'"' => Self::in_double_quotes(text)?,
            b'\'' => Self::in_single_quotes(text)?,
            b'[' => match Array::of(text) {
                Array::Closed(length) => {
                    (Self { json: Cow::Borrowed(&text[..length]), is_same: true }, length)
                }
                Array::Open => {
                    return Err(Bad::unfinished(
                        0..text.len(),
                        "this array is not closed",
                        "write the closing `]`",
                    ));
                }
                Array::None => Self::bare(text),
            },
            _ => Self::bare(text),
        };
        match text[length..].chars().next() {
            Some(c) if !c.is_whitespace() => {
                let fault = Fault::new(length..length + c.len_utf8(), "a blank is missing before this");
                Err(Bad {
                    fault: fault.with_help("words are parted by blanks, quotes go around a whole word"),
                    is_unfinished: false,
                })
            }
            _ => Ok((word, length)),
        }
    }

    fn in_double_quotes(text: &'l str) -> Result<(Self, usize), Bad> {
        let mut escaped = false;
        let end = text.char_indices().skip(1).find(|(_, c)| {
            let ends = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            ends
        });
        let Some((end, _)) = end else {
            return Err(Bad::unfinished(
                0..text.trim_end().len(),
                "this quote is not closed",
                "write the closing `\"`",
            ));
        };
        let quoted = &text[..=end];
        if !quoted.contains(|c: char| c < ' ') {
            return Ok((Self { json: Cow::Borrowed(quoted), is_same: true }, quoted.len()));
        }
        // A line break or a tab that was typed is meant as it is.
        let mut json = String::new();
        for c in quoted.chars() {
            if c < ' ' { json.push_str(&format!("\\u{:04x}", u32::from(c))) } else { json.push(c) }
        }
        Ok((Self { json: Cow::Owned(json), is_same: false }, quoted.len()))
    }

    fn in_single_quotes(text: &'l str) -> Result<(Self, usize), Bad> {
        match text[1..].find('\'') {
            Some(length) => Ok((Self::of(&text[1..=length]), length + 2)),
            None => Err(Bad::unfinished(
                0..text.trim_end().len(),
                "this quote is not closed",
                "write the closing `'`",
            )),
        }
    }

    fn bare(text: &'l str) -> (Self, usize) {
        let (mut word, mut length, mut escaped) = (String::new(), text.len(), false);
        for (at, c) in text.char_indices() {
            if !escaped && c.is_whitespace() {
                length = at;
                break;
            }
            escaped = c == '\\' && !escaped;
            if !escaped {
                word.push(c);
            }
        }
        // One that escapes nothing is meant.
        if escaped {
            word.push('\\');
        }
        (Self::of(&word), length)
    }

    fn of(text: &str) -> Self {
        Self { json: Cow::Owned(serde_json::to_string(text).unwrap_or_default()), is_same: false }
    }
}

/// Is a text, or the beginning of one, an array?
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Array {
    /// It begins like none that a query could hold.
    None,
    /// It ends within it.
    Open,
    /// After so many bytes it is closed.
    Closed(usize),
}

impl Array {
    /// Looks at a text that begins with `[`. A string that lacks its end leaves nothing open: it ends on its line.
    pub(super) fn of(text: &str) -> Self {
        let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
        let is_one = text[1..].trim_start().starts_with(['"', '[']);
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b'"' if !escaped => in_string = !in_string,
                b'\n' if in_string => return Self::None,
                b'[' if !in_string => depth += 1,
                b']' if !in_string => depth -= 1,
                _ => {}
            }
            escaped = in_string && byte == b'\\' && !escaped;
            if depth == 0 {
                return if is_one { Self::Closed(at + 1) } else { Self::None };
            }
        }
        if in_string || !(is_one || text[1..].trim().is_empty()) { Self::None } else { Self::Open }
    }
}

impl Bad {
    pub(super) fn unfinished(span: Range<usize>, message: &str, help: &str) -> Self {
        Self { fault: Fault::new(span, message).with_help(help), is_unfinished: true }
    }

    pub(super) fn after(self, at: usize) -> Self {
        let Range { start, end } = self.fault.span;
        Self { fault: Fault { span: start + at..end + at, ..self.fault }, ..self }
    }
}
