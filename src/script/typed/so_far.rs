//! A line that is still being typed: which words are there, and which one the cursor stands at the end of.
//!
//! Invariant: what is found is of the innermost query that is open, so that one in brackets is completed like one alone.

use super::tokens::takes_queries;
use super::word::{Array, TypedWord, is_json, quoted};
use crate::query::Aliases;

/// A line that is being typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SoFar {
    /// The words that are there; a query that is a word is an empty one.
    pub words: Vec<String>,
    /// The word that the cursor stands at the end of, as far as it goes; empty behind a space.
    pub last: String,
    /// Where that begins.
    pub begin: usize,
    /// Is it JSON?
    pub is_json: bool,
    /// Do the words stand in brackets, as a query of another?
    pub is_within: bool,
}

/// What was typed up to the cursor; `None` where it is wrong.
#[must_use]
pub fn typed_so_far(line: &str, aliases: &Aliases) -> Option<SoFar> {
    let begin = line.len() - line.trim_start().len();
    if line[begin..].starts_with('[') {
        return json(line, begin);
    }
    let mut so_far = SoFar { begin, ..SoFar::default() };
    let mut outer = Vec::new();
    while so_far.begin < line.len() {
        let text = &line[so_far.begin..];
        let brackets =
            so_far.is_within || so_far.words.first().is_some_and(|name| takes_queries(name, aliases));
        let length = match text.as_bytes()[0] {
            b'[' if so_far.is_within => return None,
            b'[' if brackets && is_json(text) => {
                let Array::Closed(length) = Array::of(text) else {
                    return json(line, so_far.begin).map(|so_far| SoFar { is_within: true, ..so_far });
                };
                so_far.words.push(String::new());
                length
            }
            b'[' if brackets => {
                (outer, so_far.is_within) = (std::mem::take(&mut so_far.words), true);
                1
            }
            b']' if so_far.is_within => {
                (so_far.words, so_far.is_within) = (std::mem::take(&mut outer), false);
                so_far.words.push(String::new());
                1
            }
            _ => {
                let (word, length) = word(text, so_far.is_within)?;
                if length == text.len() {
                    return Some(SoFar { last: word, ..so_far });
                }
                so_far.words.push(word);
                length
            }
        };
        so_far.begin += length + text[length..].len() - text[length..].trim_start().len();
    }
    Some(so_far)
}

/// The next word, and how many bytes it has; the last one may lack its end.
fn word(text: &str, is_within: bool) -> Option<(String, usize)> {
    match TypedWord::first_of(text, is_within) {
        Ok((word, length)) => Some((word.text(&(0..0)).ok()?.into_owned(), length)),
        Err(bad) if bad.is_unfinished => {
            let read = serde_json::from_str(&format!("{text}\"")).unwrap_or_else(|_| text[1..].to_owned());
            Some((read, text.len()))
        }
        Err(_) => None,
    }
}

/// The same of JSON.
fn json(line: &str, begin: usize) -> Option<SoFar> {
    let (mut open, mut at): (Vec<Vec<String>>, _) = (Vec::new(), begin);
    while at < line.len() {
        let text = &line[at..];
        let is_number = text.starts_with(|c: char| c.is_ascii_digit());
        at += match text.chars().next()? {
            '[' => {
                open.push(Vec::new());
                1
            }
            ']' => {
                open.pop()?;
                open.last_mut()?.push(String::new());
                1
            }
            c if c == ',' || c.is_whitespace() => c.len_utf8(),
            '"' | '0'..='9' => {
                let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
                let (last, length) = if is_number { (text[..end].to_owned(), end) } else { string(text)? };
                if length == text.len() {
                    return Some(SoFar { last, ..inner(open, at)? });
                }
                open.last_mut()?.push(last);
                length
            }
            _ => return None,
        };
    }
    inner(open, line.len())
}

/// A string of JSON, as [`word`]; what follows it need not be a space.
fn string(text: &str) -> Option<(String, usize)> {
    match quoted(text) {
        Some(quoted) => Some((serde_json::from_str(quoted).ok()?, quoted.len())),
        None => word(text, false),
    }
}

fn inner(mut open: Vec<Vec<String>>, begin: usize) -> Option<SoFar> {
    let is_within = open.len() > 1;
    let words = open.pop()?;
    Some(SoFar { words, last: String::new(), begin, is_json: true, is_within })
}
