//! A word of a typed line: where it ends, and what it says.

use std::borrow::Cow;
use std::ops::Range;

use crate::script::fault::Fault;
use crate::script::scanner::unescape;

/// Why a line is no list of words.
pub(super) struct BadLine {
    pub(super) fault: Fault,
    pub(super) is_unfinished: bool,
}

/// A word as it was typed.
pub(super) enum TypedWord<'l> {
    /// Bare, or in single quotes: what it says.
    Text(Cow<'l, str>),
    /// In double quotes, both included.
    Quoted(&'l str),
}

impl<'l> TypedWord<'l> {
    /// Reads a word; returns it with its length in bytes as it was typed. In brackets it may end where they do.
    pub(super) fn first_of(text: &'l str, is_within: bool) -> Result<(Self, usize), BadLine> {
        let (word, length) = match text.as_bytes()[0] {
            b'"' => Self::in_double_quotes(text)?,
            b'\'' => Self::in_single_quotes(text)?,
            _ => Self::bare(text, is_within),
        };
        match text[length..].chars().next() {
            Some(c) if !(c.is_whitespace() || is_within && c == ']') => {
                Err(BadLine::missing_space(c).after(length))
            }
            _ => Ok((word, length)),
        }
    }

    /// What it says; or the fault of a word that stands at `span`.
    pub(super) fn text(&self, span: &Range<usize>) -> Result<Cow<'l, str>, Fault> {
        match self {
            Self::Text(text) => Ok(text.clone()),
            Self::Quoted(quoted) if !quoted.contains('\\') => Ok(Cow::Borrowed(&quoted[1..quoted.len() - 1])),
            Self::Quoted(quoted) => unescape(&in_one_line(quoted), span.clone()).map(Cow::Owned),
        }
    }

    fn in_double_quotes(text: &'l str) -> Result<(Self, usize), BadLine> {
        let Some(quoted) = quoted(text) else {
            return Err(BadLine::unfinished(
                0..text.trim_end().len(),
                "this quote is not closed",
                "write the closing `\"`",
            ));
        };
        Ok((Self::Quoted(quoted), quoted.len()))
    }

    fn in_single_quotes(text: &'l str) -> Result<(Self, usize), BadLine> {
        match text[1..].find('\'') {
            Some(length) => Ok((Self::Text(Cow::Borrowed(&text[1..=length])), length + 2)),
            None => Err(BadLine::unfinished(
                0..text.trim_end().len(),
                "this quote is not closed",
                "write the closing `'`",
            )),
        }
    }

    fn bare(text: &'l str, is_within: bool) -> (Self, usize) {
        let (mut escaped, mut has_escapes) = (false, false);
        let ends = |(_, c): &(usize, char)| {
            let ends = !escaped && (c.is_whitespace() || is_within && *c == ']');
            escaped = *c == '\\' && !escaped;
            has_escapes |= escaped;
            ends
        };
        let length = text.char_indices().find(ends).map_or(text.len(), |(at, _)| at);
        let word = &text[..length];
        let word = if has_escapes { Cow::Owned(without_escapes(word)) } else { Cow::Borrowed(word) };
        (Self::Text(word), length)
    }
}

/// A bare word without the backslashes that take what follows as it is.
fn without_escapes(word: &str) -> String {
    let (mut text, mut chars) = (String::with_capacity(word.len()), word.chars());
    while let Some(c) = chars.next() {
        // One that escapes nothing is meant.
        text.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
    }
    text
}

/// A text in double quotes as JSON has it: a line break or a tab that was typed is meant as it is.
fn in_one_line(quoted: &str) -> Cow<'_, str> {
    if !quoted.contains(|c: char| c < ' ') {
        return Cow::Borrowed(quoted);
    }
    let (mut json, mut escaped) = (String::new(), false);
    for c in quoted.chars() {
        match c {
            // It must not make an escape of the backslash before it; a space makes none.
            _ if escaped && c < ' ' => json.push(' '),
            _ if c < ' ' => json.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => json.push(c),
        }
        escaped = c == '\\' && !escaped;
    }
    Cow::Owned(json)
}

/// What stands in double quotes where a text begins with one, both quotes included.
pub(super) fn quoted(text: &str) -> Option<&str> {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|(_, c)| {
        let ends = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    end.map(|(end, _)| &text[..=end])
}

/// Is what begins with `[` an array as JSON has it, with a comma behind its first string?
pub(super) fn is_json(text: &str) -> bool {
    let string = text[1..].trim_start();
    let first = if string.starts_with('"') { quoted(string) } else { None };
    first.is_some_and(|first| string[first.len()..].trim_start().starts_with(','))
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

impl BadLine {
    fn unfinished(span: Range<usize>, message: &str, help: &str) -> Self {
        Self { fault: Fault::new(span, message).with_help(help), is_unfinished: true }
    }

    pub(super) fn open_array(span: Range<usize>) -> Self {
        Self::unfinished(span, "this array is not closed", "write the closing `]`")
    }

    pub(super) fn open_bracket(span: Range<usize>) -> Self {
        Self::unfinished(span, "this bracket is not closed", "write the closing `]`")
    }

    /// A word in brackets begins with one.
    pub(super) fn bracket(at: usize) -> Self {
        let fault = Fault::new(at..at + 1, "a query in brackets is words alone");
        let help = "quotes go around a word that begins with `[`";
        Self { fault: fault.with_help(help), is_unfinished: false }
    }

    /// This character stands where a space should, at the beginning.
    pub(super) fn missing_space(c: char) -> Self {
        let fault = Fault::new(0..c.len_utf8(), "a space is missing before this");
        let help = "words are separated by spaces, quotes go around a whole word";
        Self { fault: fault.with_help(help), is_unfinished: false }
    }

    pub(super) fn after(self, at: usize) -> Self {
        let Range { start, end } = self.fault.span;
        Self { fault: Fault { span: start + at..end + at, ..self.fault }, ..self }
    }
}
