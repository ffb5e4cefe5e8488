//! Steps as they are printed: as text for people, as JSON or JSON Lines for programs.

use std::io::{self, Write};

use serde::Serialize;

use super::text::StateText;
use crate::script::{Format, to_json};
use crate::trace::{FullStep, Step, Tracer};

/// Prints the steps of a list, or those of one case of a suite after the other.
pub(super) struct Printer<W> {
    out: W,
    format: Format,
    text: StateText,
    /// The case of a suite.
    case: Option<String>,
    cases: usize,
    steps: usize,
}

/// A step on a line of its own.
#[derive(Serialize)]
struct Line<'s> {
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<&'s str>,
    #[serde(flatten)]
    step: &'s FullStep,
}

impl<W: Write> Printer<W> {
    pub(super) fn new(out: W, format: Format, color: bool) -> Self {
        Self { out, format, text: StateText { color }, case: None, cases: 0, steps: 0 }
    }

    /// Begins a list or, with its name and why, a case.
    pub(super) fn begin(&mut self, case: Option<(&str, &str)>) -> io::Result<()> {
        self.end_case()?;
        (self.cases, self.steps) = (self.cases + 1, 0);
        self.case = case.map(|(name, _)| name.to_owned());
        match (self.format, case) {
            (Format::Json, Some((name, why))) => {
                let separator = if self.cases == 1 { "[" } else { ",\n " };
                let (name, why) = (to_json(name), to_json(why));
                write!(self.out, "{separator}{{\"name\":{name},\"why\":{why},\"steps\":[")
            }
            (Format::Json, None) => self.out.write_all(b"["),
            (Format::Jsonl, _) | (_, None) => Ok(()),
            (_, Some((name, why))) => {
                self.out.write_all(if self.cases == 1 { b"" } else { b"\n" })?;
                self.text.heading(&mut self.out, name, why)
            }
        }
    }

    /// Prints the last step of a tracer.
    pub(super) fn step(&mut self, step: Step, tracer: &Tracer) -> io::Result<()> {
        self.steps += 1;
        match self.format {
            Format::Json => {
                self.out.write_all(if self.steps == 1 { b"\n  " } else { b",\n  " })?;
                self.out.write_all(to_json(&tracer.full(step)).as_bytes())
            }
            Format::Jsonl => {
                let line = Line { case: self.case.as_deref(), step: &tracer.full(step) };
                writeln!(self.out, "{}", to_json(&line))
            }
            Format::Text | Format::Table => {
                self.out.write_all(if self.steps == 1 { b"" } else { b"\n" })?;
                self.text.step(&mut self.out, &step, tracer)
            }
        }
    }

    /// Hands on what is held back.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Ends.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.end_case()?;
        match (self.format, self.cases, &self.case) {
            (Format::Json, 0, _) => self.out.write_all(b"[]\n")?,
            (Format::Json, _, Some(_)) => self.out.write_all(b"]\n")?,
            (Format::Json, _, None) => self.out.write_all(b"\n")?,
            _ => {}
        }
        self.out.flush()
    }

    fn end_case(&mut self) -> io::Result<()> {
        match (self.format, self.cases, &self.case) {
            (Format::Json, 1.., Some(_)) => self.out.write_all(b"]}"),
            (Format::Json, 1.., None) => self.out.write_all(b"]"),
            _ => Ok(()),
        }
    }
}
