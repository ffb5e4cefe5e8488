//! How the shell shows things, and where its answers go: held until what they answer is committed.
//!
//! Invariants: what is held comes out in order, before any message that follows it; for people as text, for programs in
//! the format of the answers; whatever comes from data is escaped.

use std::io::{self, BufWriter, Write};
use std::time::Duration;

use serde_json::Value;
use serde_json::value::RawValue;
use unicode_width::UnicodeWidthStr;

use crate::cli::Failure;
use crate::cli::rows::Rows;
use crate::cli::run::LONGEST_TABLE;
use crate::db::{Committed, Pending};
use crate::engine::Engine;
use crate::script::{self, Answers, Format, answer_alone, answers_from, cut, quoted};
use crate::trace::Held;
use crate::wire::{self, Answer, Request};

/// So many bytes of answers are held before they are written even if more lines are waiting.
const FULL: usize = 1 << 18;

/// How answers are shown.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub(super) format: Format,
    /// Has a person typed the query, so that it stands above its answer?
    pub(super) is_typed: bool,
    pub(super) color: bool,
}

impl Style {
    /// Writes the answer to the request of this number.
    pub(super) fn answer(
        self,
        held: &mut Vec<u8>,
        number: usize,
        request: &Request<'_>,
        answer: &Answer<'_>,
    ) -> io::Result<()> {
        let mut out = match self {
            Self { format: Format::Text, is_typed: true, color } => answer_alone(held, color),
            Self { format, color, .. } => answers_from(number, format, held, color),
        };
        out.answer(request, answer)?;
        out.finish()
    }
}

/// Answers, and how they are shown.
pub(super) struct Output {
    pub(super) style: Style,
    /// What is not written yet.
    pub(super) held: Pending<Vec<u8>>,
}

impl Output {
    pub(super) fn new(format: Format, is_typed: bool) -> Self {
        let color = anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never;
        Self { style: Style { format, is_typed, color }, held: Pending::default() }
    }

    /// Adds a text.
    pub(super) fn push(&mut self, text: &str) {
        self.held.hold(|held| held.extend_from_slice(text.as_bytes()));
    }

    /// Where the answers to a list of this length go that begins with this number. They are written at once; a table that
    /// would be too long is written as text.
    pub(super) fn answers_to(&self, number: usize, length: usize) -> Box<dyn Answers> {
        let Style { format, color, .. } = self.style;
        let is_long = format == Format::Table && length > LONGEST_TABLE;
        let format = if is_long { Format::Text } else { format };
        let out = BufWriter::with_capacity(1 << 16, io::stdout());
        answers_from(number, format, out, color)
    }

    pub(super) fn is_full(&self) -> bool {
        self.held.measure(Vec::len) >= FULL
    }

    /// Writes what is held.
    pub(super) fn hand_on(&mut self, committed: &Committed<'_>) -> Result<(), Failure> {
        let (mut out, held) = (io::stdout().lock(), self.held.release(committed));
        let written = out.write_all(held).and_then(|()| out.flush());
        held.clear();
        written.map_err(Failure::Output)
    }

    /// Shows rows in the format of the answers; as text in columns, which `shown` makes of a row.
    pub(super) fn rows<const N: usize>(
        &mut self,
        columns: &'static [&'static str],
        rows: &[[Value; N]],
        shown: impl Fn(&[Value; N]) -> Vec<String>,
    ) -> Result<(), Failure> {
        if self.style.format == Format::Text {
            let rows: Vec<_> = rows.iter().map(shown).collect();
            aligned(&rows).for_each(|line| self.push(&format!("{line}\n")));
            return Ok(());
        }
        let (format, mut written) = (Some(self.style.format), Ok(()));
        self.held.hold(|held| {
            let mut table = Rows::new(held, format, columns);
            written = rows.iter().try_for_each(|row| table.add(row)).and_then(|()| table.finish());
        });
        written.map_err(Failure::Output)
    }
}

/// A duration as a person reads it.
pub(super) fn duration(took: Duration) -> String {
    let micros = took.as_micros();
    match micros {
        0..1_000 => format!("took {micros} µs"),
        1_000..1_000_000 => format!("took {:.1} ms", took.as_secs_f64() * 1e3),
        _ => format!("took {:.2} s", took.as_secs_f64()),
    }
}

/// A recorded query as a person reads it, those in it in brackets.
pub(super) fn query(json: &str) -> String {
    let words: Vec<&RawValue> = serde_json::from_str(json).unwrap_or_default();
    let term = |raw: &&RawValue| {
        if !raw.get().starts_with('[') {
            return wire::Term::Text(text_of(raw));
        }
        let within: Vec<&RawValue> = serde_json::from_str(raw.get()).unwrap_or_default();
        wire::Term::Array(within.into_iter().map(text_of).collect())
    };
    script::line(&words.iter().map(term).collect::<Vec<_>>())
}

/// A word of a recorded query: a text, or the digits of a number.
fn text_of(raw: &RawValue) -> String {
    serde_json::from_str(raw.get()).unwrap_or_else(|_| raw.get().to_owned())
}

/// What a cell holds.
pub(super) fn held(held: &Held) -> String {
    let until = held.until.map_or("permanent".to_owned(), |until| format!("until {until}"));
    format!("{} {until}", cut(quoted(&held.value)))
}

/// Rows with their columns one below the other.
pub(super) fn aligned(rows: &[Vec<String>]) -> impl Iterator<Item = String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|text| text.width()).max();
    let widths: Vec<_> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    rows.iter().map(move |row| {
        let padded = row
            .iter()
            .zip(&widths)
            .map(|(text, width)| format!("{text}{}", " ".repeat(width.saturating_sub(text.width()))));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    })
}

/// What remains of a cell's lifetime.
pub(super) fn remaining(engine: &Engine, key: &str, field: &str) -> Option<String> {
    let cell = engine.cell(key, field)?;
    Some(cell.remaining.map_or("permanent".to_owned(), |remaining| format!("{remaining} left")))
}
