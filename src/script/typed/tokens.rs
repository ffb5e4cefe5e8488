//! The words of a typed line, and the queries in brackets among them, each with where it stands.
//!
//! Invariant: what stands before a token, between two, or behind the last is spaces.

use std::ops::Range;

use super::word::{Array, BadLine, TypedWord, is_json};
use crate::query::{Aliases, Asks};

/// A part of a line.
pub(super) struct Token<'l> {
    pub(super) kind: TokenKind<'l>,
    pub(super) span: Range<usize>,
}

/// What it is.
pub(super) enum TokenKind<'l> {
    Word(TypedWord<'l>),
    /// A query in brackets, and where each word of it stands.
    Query(Vec<(TypedWord<'l>, Range<usize>)>),
    /// An array as JSON has it: the whole line, or a query in brackets.
    Json,
    /// One that breaks off: a string in it is not closed. Whoever reads it reports what is wrong with it.
    BrokenJson,
}

/// Does the operation of this name, which may be another one that it was given, take queries?
pub(super) fn takes_queries(name: &str, aliases: &Aliases) -> bool {
    aliases.forms(name).iter().any(|form| form.asks == Asks::Batch)
}

/// Takes a line apart. One that begins like JSON is a single token.
pub(super) fn tokens<'l>(line: &'l str, aliases: &Aliases) -> Result<Vec<Token<'l>>, BadLine> {
    let (begin, end) = (line.len() - line.trim_start().len(), line.trim_end().len());
    if !line[begin..].starts_with('[') {
        let mut reader = Reader { line, at: begin, end: end.max(begin), tokens: Vec::new() };
        reader.read(aliases)?;
        return Ok(reader.tokens);
    }
    if Array::of(&line[begin..]) == Array::Open {
        return Err(BadLine::open_array(begin..end));
    }
    Ok(vec![Token { kind: TokenKind::Json, span: 0..line.len() }])
}

/// A line that is taken apart.
struct Reader<'l> {
    line: &'l str,
    /// So far.
    at: usize,
    end: usize,
    tokens: Vec<Token<'l>>,
}

impl<'l> Reader<'l> {
    fn rest(&self) -> &'l str {
        &self.line[self.at..]
    }

    fn skip_spaces(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// Reads all tokens.
    fn read(&mut self, aliases: &Aliases) -> Result<(), BadLine> {
        let mut brackets = false;
        while self.at < self.end {
            let begin = self.at;
            let kind = if brackets && self.rest().starts_with('[') {
                self.in_brackets()?
            } else {
                TokenKind::Word(self.word(false)?.0)
            };
            if let (TokenKind::Word(name), []) = (&kind, &self.tokens[..]) {
                brackets = name.text(&(0..0)).is_ok_and(|name| takes_queries(&name, aliases));
            }
            self.tokens.push(Token { kind, span: begin..self.at });
            self.skip_spaces();
        }
        Ok(())
    }

    /// Reads the next word.
    fn word(&mut self, is_within: bool) -> Result<(TypedWord<'l>, Range<usize>), BadLine> {
        let (begin, read) = (self.at, TypedWord::first_of(self.rest(), is_within));
        let (word, length) = read.map_err(|bad| bad.after(begin))?;
        self.at += length;
        Ok((word, begin..self.at))
    }

    /// Reads the query that stands next, in brackets.
    fn in_brackets(&mut self) -> Result<TokenKind<'l>, BadLine> {
        let kind = if is_json(self.rest()) { self.json()? } else { TokenKind::Query(self.query()?) };
        // A query may follow right behind a query, but no word.
        let next = self.rest().chars().next().filter(|c| !(c.is_whitespace() || *c == '['));
        next.map_or(Ok(kind), |c| Err(BadLine::missing_space(c).after(self.at)))
    }

    fn query(&mut self) -> Result<Vec<(TypedWord<'l>, Range<usize>)>, BadLine> {
        let (open, mut words) = (self.at, Vec::new());
        self.at += 1;
        loop {
            self.skip_spaces();
            match self.rest().bytes().next() {
                None => return Err(BadLine::open_bracket(open..self.end)),
                Some(b']') => break,
                Some(b'[') => return Err(BadLine::bracket(self.at)),
                Some(_) => words.push(self.word(true)?),
            }
        }
        self.at += 1;
        Ok(words)
    }

    fn json(&mut self) -> Result<TokenKind<'l>, BadLine> {
        let (kind, length) = match Array::of(self.rest()) {
            Array::Closed(length) => (TokenKind::Json, length),
            Array::Open => return Err(BadLine::open_array(self.at..self.end)),
            Array::None => (TokenKind::BrokenJson, self.rest().len()),
        };
        self.at += length;
        Ok(kind)
    }
}
