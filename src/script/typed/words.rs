//! A typed line as the words of a query, and the way back from a word to where it was typed.

use std::borrow::Cow;
use std::ops::Range;

use bumpalo::Bump;

use super::tokens::{Token, TokenKind};
use super::word::TypedWord;
use crate::query::{Aliases, RawQuery};
use crate::script::fault::{Fault, Faults};
use crate::script::lines;
use crate::script::list::WordPlaces;
use crate::script::scanner::Scanner;

/// The words of a line that was taken apart.
pub(super) struct TypedWords<'l, 'a> {
    line: &'l str,
    tokens: Vec<Token<'l>>,
    /// Which of the query's words each token begins with.
    firsts: Vec<usize>,
    raw: RawQuery<'a>,
    /// Reads what is JSON, and keeps the faults.
    scanner: Scanner<'a>,
    arena: &'a Bump,
}

impl<'l, 'a> TypedWords<'l, 'a> {
    /// What the tokens say.
    ///
    /// # Errors
    /// What is wrong with them, with spans in the line.
    pub(super) fn read(
        line: &'l str,
        tokens: Vec<Token<'l>>,
        arena: &'a Bump,
        aliases: &Aliases,
        number: usize,
    ) -> Result<Self, Faults> {
        let mut scanner = Scanner::new(text_with_json(line, &tokens, arena), arena);
        scanner.query = Some(number);
        let (firsts, raw) = (Vec::with_capacity(tokens.len()), RawQuery::default());
        let mut words = Self { line, tokens: Vec::new(), firsts, raw, scanner, arena };
        if let Err(fatal) = tokens.iter().try_for_each(|token| words.add(token, aliases)) {
            words.scanner.add(fatal);
        }
        words.tokens = tokens;
        let faults = std::mem::take(&mut words.scanner.faults);
        faults.moved(|span| words.clip(span)).or(words)
    }

    /// The words.
    pub(super) fn raw(&self) -> &RawQuery<'a> {
        &self.raw
    }

    /// The same, when nothing more is asked of their places.
    pub(super) fn into_raw(self) -> RawQuery<'a> {
        self.raw
    }

    /// Adds what a token says. The error is of JSON that cannot be read on.
    fn add(&mut self, token: &Token<'_>, aliases: &Aliases) -> Result<(), Fault> {
        let place = self.raw.words.len() + self.raw.arrays.len();
        self.firsts.push(place);
        match &token.kind {
            TokenKind::Word(word) => {
                let text = self.text(word, &token.span);
                let text = text.map(|text| if place == 0 { spelt(text, aliases) } else { text });
                self.raw.words.extend(text);
            }
            TokenKind::Query(words) => {
                let texts = words.iter().filter_map(|(word, span)| self.text(word, span));
                let mut texts: Vec<_> = texts.collect();
                texts.first_mut().into_iter().for_each(|name| *name = spelt(name, aliases));
                self.raw.arrays.push((place, texts));
            }
            TokenKind::Json => {
                self.scanner.go_to(token.span.start);
                self.scanner.element(&mut self.raw)?;
            }
            TokenKind::BrokenJson => {
                self.scanner.go_to(token.span.start);
                self.scanner.elements(&mut self.raw)?;
                self.scanner.end("the query").map_err(lines::with_shape)?;
            }
        }
        Ok(())
    }

    /// What a word says, or nothing where that is a fault.
    fn text(&mut self, word: &TypedWord<'_>, span: &Range<usize>) -> Option<&'a str> {
        match word.text(span) {
            Ok(text) => Some(self.arena.alloc_str(&text)),
            Err(fault) => {
                self.scanner.add(fault);
                None
            }
        }
    }

    /// All that was typed.
    pub(super) fn span(&self) -> Range<usize> {
        let begin = self.line.len() - self.line.trim_start().len();
        begin..self.line.trim_end().len().max(begin)
    }

    /// A span of what the scanner reads, in the line.
    fn clip(&self, span: Range<usize>) -> Range<usize> {
        let end = self.line.len();
        if span.start < end { span.start..span.end.min(end) } else { self.span() }
    }
}

impl WordPlaces for TypedWords<'_, '_> {
    fn span_of(&self, way: &[usize]) -> Range<usize> {
        let [place, rest @ ..] = way else { return self.span() };
        let Some(token) = self.firsts.partition_point(|first| first <= place).checked_sub(1) else {
            return self.span();
        };
        let (Token { kind, span }, first) = (&self.tokens[token], self.firsts[token]);
        match (kind, rest) {
            (TokenKind::Query(words), [word, ..]) => words.get(*word).map_or(span, |(_, span)| span).clone(),
            (TokenKind::Json | TokenKind::BrokenJson, rest) => {
                // As if the array before it had opened here.
                let way: Vec<_> = [place - first].iter().chain(rest).copied().collect();
                self.clip(self.scanner.span_of(&(span.start - 1..span.end), &way))
            }
            _ => span.clone(),
        }
    }
}

/// The name of an operation as it is spelt in the language.
fn spelt<'a>(name: &'a str, aliases: &Aliases) -> &'a str {
    aliases.spelt(name).unwrap_or(name)
}

/// The line as the scanner reads it where there is JSON in it: on one line, and with the end of the list of words.
fn text_with_json<'a>(line: &str, tokens: &[Token<'_>], arena: &'a Bump) -> &'a str {
    let is_json = |token: &Token<'_>| matches!(token.kind, TokenKind::Json | TokenKind::BrokenJson);
    if !tokens.iter().any(is_json) {
        return "";
    }
    arena.alloc_str(&(on_one_line(line).into_owned() + "]"))
}

/// The same text, byte by byte, but for its line breaks: no string of JSON can hold them.
pub(super) fn on_one_line(json: &str) -> Cow<'_, str> {
    if json.contains(['\n', '\r']) { json.replace(['\n', '\r'], " ").into() } else { json.into() }
}
