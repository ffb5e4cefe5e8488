//! A line as a person types it: a query as words, or as JSON.
//!
//! Invariants: whatever JSON can say can be typed as words, and nothing else; a fault stands at the words as they were
//! typed.
//!
//! ```text
//!   SET user "full name" 'Ada "L"'          typed
//!    │    │        │          │
//!   ["SET","user","full name","Ada \"L\""]  the same as JSON
//!
//!   BATCH [PUT A B] [GET A]                 brackets separate queries where an operation takes such
//!   ["BATCH",["PUT","A","B"],["GET","A"]]
//! ```
//!
//! Operations may be typed in small letters. Words are separated by spaces. A quote opens only where a word begins,
//! so that `don't` is a word: in double quotes the escapes are those of JSON, in single quotes there are none.
//! Elsewhere a backslash takes what follows as it is. Brackets mean something after an operation that takes
//! queries, and nowhere else: `PUT k [x` puts the text `[x`.

mod so_far;
mod tokens;
mod word;
mod words;

use std::borrow::Cow;
use std::ops::Range;

use bumpalo::Bump;

use super::fault::{Fault, Faults};
use super::list::Checker;
use super::{Context, escaped, is_unseen, lines, to_json};
use crate::query::{Aliases, Level, RawQuery};
use crate::wire::{Request, Term};
pub use so_far::{SoFar, typed_so_far};
use tokens::{Token, TokenKind, tokens};
use words::{TypedWords, on_one_line};

/// A query that was typed.
#[derive(Debug)]
pub struct Typed<'a> {
    /// What it asks.
    pub request: Request<'a>,
    line: TypedLine<'a>,
}

/// What it was read from.
#[derive(Debug)]
enum TypedLine<'a> {
    Json(&'a str),
    Words(RawQuery<'a>),
}

impl<'a> Typed<'a> {
    /// Its words as JSON on one line, operations named as they were typed.
    #[must_use]
    pub fn json(&self) -> Cow<'a, str> {
        match &self.line {
            TypedLine::Json(json) => escaped(json),
            TypedLine::Words(raw) => Cow::Owned(json(raw)),
        }
    }
}

/// Reads a line for a database that knows what is in `context`. It is the query of this number, from 1, of its session.
///
/// Every line that is typed, read from a file or replayed comes through this function.
///
/// # Errors
/// What is wrong with it, with spans in the line.
pub fn read_typed<'a>(
    line: &str,
    arena: &'a Bump,
    level: Level,
    context: Context,
    number: usize,
) -> Result<Typed<'a>, Faults> {
    let in_query = |fault: Fault| Faults::from(Fault { query: Some(number), ..fault });
    let tokens = tokens(line, &context.aliases).map_err(|bad| in_query(bad.fault))?;
    if let Some(Token { kind: TokenKind::Json, .. }) = tokens.first() {
        return read_json(line, arena, &mut Checker::typed(level, context), number);
    }
    let words = TypedWords::read(line, tokens, arena, &context.aliases, number)?;
    // A character has six bytes in JSON at most.
    if line.len() as u64 > lines::LONGEST_LINE / 8 && json(words.raw()).len() as u64 > lines::LONGEST_LINE {
        return Err(in_query(Fault::new(words.span(), lines::too_long())));
    }
    let request = Checker::typed(level, context).request(words.raw(), &words, arena).map_err(in_query)?;
    Ok(Typed { request, line: TypedLine::Words(words.into_raw()) })
}

/// Reads the words of a line that somebody else is to understand, who may know other names of operations.
///
/// # Errors
/// What is wrong with it, with spans in the line.
pub fn typed_terms(line: &str, aliases: &Aliases) -> Result<Vec<Term>, Faults> {
    let arena = Bump::new();
    let tokens = tokens(line, aliases).map_err(|bad| Faults::from(bad.fault))?;
    if let Some(Token { kind: TokenKind::Json, .. }) = tokens.first() {
        let json = on_one_line(line);
        return lines::words(json.as_bytes(), &arena, 1).map(|(_, words)| Vec::from(&words.raw));
    }
    TypedWords::read(line, tokens, &arena, aliases, 1).map(|words| Vec::from(words.raw()))
}

/// Reads a line that is JSON, but for line breaks.
fn read_json<'a>(
    line: &str,
    arena: &'a Bump,
    checker: &mut Checker,
    number: usize,
) -> Result<Typed<'a>, Faults> {
    let json: &'a str = arena.alloc_str(&on_one_line(line));
    let read = lines::request(json.as_bytes(), arena, checker, number);
    let end = line.len();
    let place = |span: Range<usize>| if span.start < end { span } else { 0..end };
    read.map(|request| Typed { request, line: TypedLine::Json(json) }).map_err(|faults| faults.moved(place))
}

/// What is said of a text that was to be JSON, if it is lines as they are typed.
#[must_use]
pub fn typed_in_place_of_json(text: &str) -> Option<Faults> {
    let is_skipped = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let skipped: usize = text.split_inclusive('\n').take_while(|line| is_skipped(line)).map(str::len).sum();
    let line = &text[skipped..];
    let word = line.split_whitespace().next()?;
    let is_command =
        word.strip_prefix('.').is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_lowercase()));
    let is_typed = Aliases::default().spelt(word).is_some() || is_command;
    let begin = skipped + line.len() - line.trim_start().len();
    let fault =
        Fault::new(begin..begin + word.len(), "this is a line as it is typed in the shell, and no JSON");
    is_typed.then(|| fault.with_help("`rewind repl < FILE` asks such lines").into())
}

fn json(raw: &RawQuery<'_>) -> String {
    to_json(&Vec::<Term>::from(raw))
}

/// Why a line goes on with the next: a quote, an array or a query in brackets lacks its end.
#[must_use]
pub fn unfinished(line: &str, aliases: &Aliases) -> Option<Fault> {
    tokens(line, aliases).err().filter(|bad| bad.is_unfinished).map(|bad| bad.fault)
}

/// The words of a line that is no query, each with where it stands.
///
/// # Errors
/// A fault with its span in the line.
pub fn typed_words(line: &str) -> Result<Vec<(String, Range<usize>)>, Fault> {
    let tokens = tokens(line, &Aliases::default()).map_err(|bad| bad.fault)?;
    let words = tokens.into_iter().map(|Token { kind, span }| {
        let text = match &kind {
            TokenKind::Word(word) => word.text(&span).ok().map(Cow::into_owned),
            _ => None,
        };
        let no_word = || Fault::new(span.clone(), "this is no word: an escape in it is none of JSON's");
        text.ok_or_else(no_word).map(|text| (text, span.clone()))
    });
    words.collect()
}

/// A word as it is typed: in quotes where it would not be read as it is without.
#[must_use]
pub fn as_typed(word: &str) -> String {
    let opens = |c: char| matches!(c, '"' | '\'' | '[' | '#' | '.');
    let is_plain = |c: char| !(c.is_whitespace() || matches!(c, '\\' | ']') || is_unseen(c));
    if !word.starts_with(opens) && !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    to_json(word)
}
