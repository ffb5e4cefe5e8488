//! Where the shell's answers go: held until what they answer is committed.
//!
//! Invariant: what is held comes out in order, before any message that is told after it.

use std::io::{self, BufWriter, Write};

use crate::cli::Failure;
use crate::cli::run::LONGEST_TABLE;
use crate::script::{Answers, Format, answer_alone, answers_from};

/// So many bytes of answers are held before they are told even if more lines are waiting.
const FULL: usize = 1 << 18;

/// Answers, and how they are shown.
pub(super) struct Output {
    pub(super) format: Format,
    /// Has a person typed the query, so that it stands above its answer?
    pub(super) is_typed: bool,
    pub(super) color: bool,
    /// What is not told yet.
    pub(super) held: Vec<u8>,
}

impl Output {
    pub(super) fn new(format: Format, is_typed: bool) -> Self {
        let color = anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never;
        Self { format, is_typed, color, held: Vec::new() }
    }

    /// Where the answer to the query of this number goes.
    pub(super) fn answer_to(&mut self, number: usize) -> Box<dyn Answers + '_> {
        if self.format == Format::Text && self.is_typed {
            return answer_alone(&mut self.held, self.color);
        }
        answers_from(number, self.format, &mut self.held, self.color)
    }

    /// Where the answers to a list of this length go that begins with this number. They are told at once; a table that
    /// would be too long is told as text.
    pub(super) fn answers_to(&self, number: usize, length: usize) -> Box<dyn Answers> {
        let is_long = self.format == Format::Table && length > LONGEST_TABLE;
        let format = if is_long { Format::Text } else { self.format };
        let out = BufWriter::with_capacity(1 << 16, io::stdout());
        answers_from(number, format, out, self.color)
    }

    pub(super) fn is_full(&self) -> bool {
        self.held.len() >= FULL
    }

    /// Tells what is held.
    pub(super) fn hand_on(&mut self) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        let written = out.write_all(&self.held).and_then(|()| out.flush());
        self.held.clear();
        written.map_err(Failure::Output)
    }
}
