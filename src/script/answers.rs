//! Replies as they are printed: for programs as JSON or JSON Lines, for people as text or tables.

mod json;
mod people;

use std::io::{self, Write};
use std::str::FromStr;

pub use json::write_answer;

use crate::wire::{Answer, Request};

/// How answers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// One JSON array; for a suite an array of objects.
    Json,
    /// One JSON value a line.
    Jsonl,
    /// A line for each query with its answer.
    Text,
    /// The same in columns. It is drawn when all rows are known.
    Table,
}

impl Format {
    /// All of them, by their names.
    pub const ALL: [(&'static str, Self); 4] =
        [("json", Self::Json), ("jsonl", Self::Jsonl), ("text", Self::Text), ("table", Self::Table)];
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let named = Self::ALL.iter().find(|(name, _)| *name == text);
        named
            .map(|(_, format)| *format)
            .ok_or_else(|| "the formats are json, jsonl, text and table".to_owned())
    }
}

/// Where answers go: a list's, or those of one case of a suite after the other.
///
/// A list is `answer`, … , `finish`; a suite is `begin_case`, `answer`, …, `begin_case`, …, `finish`.
pub trait Answers {
    /// Begins the answers of a case.
    ///
    /// # Errors
    /// The output's.
    fn begin_case(&mut self, name: &str, why: &str) -> io::Result<()>;

    /// Writes the answer to a request.
    ///
    /// # Errors
    /// The output's.
    fn answer(&mut self, request: &Request<'_>, answer: &Answer<'_>) -> io::Result<()>;

    /// Hands on what is held back, so that whoever waits for an answer has it.
    ///
    /// # Errors
    /// The output's.
    fn flush(&mut self) -> io::Result<()>;

    /// Ends the answers.
    ///
    /// # Errors
    /// The output's.
    fn finish(&mut self) -> io::Result<()>;
}

/// Answers in a format. `color` is for the formats that people read.
pub fn answers<'w>(format: Format, out: impl Write + 'w, color: bool) -> Box<dyn Answers + 'w> {
    answers_from(1, format, out, color)
}

/// The answer to a query that stands right above it.
pub fn answer_alone<'w>(out: impl Write + 'w, color: bool) -> Box<dyn Answers + 'w> {
    Box::new(people::LoneAnswer::new(out, color))
}

/// Answers in a format; the first is that to the query of this number.
pub fn answers_from<'w>(
    first: usize,
    format: Format,
    out: impl Write + 'w,
    color: bool,
) -> Box<dyn Answers + 'w> {
    match format {
        Format::Json => Box::new(json::JsonAnswers::new(out)),
        Format::Jsonl => Box::new(json::JsonLinesAnswers::new(out)),
        Format::Text => Box::new(people::TextAnswers::new(first, out, color)),
        Format::Table => Box::new(people::TableAnswers::new(first, out, color)),
    }
}
