//! The words behind a command's name, and why a line is refused.

use std::ops::Range;

use crate::cli::Failure;
use crate::script::{Fault, Faults, plain};

/// Why a line has no answer.
pub(super) enum Refusal {
    /// It is wrong, and nothing has changed.
    Refused(Faults),
    /// A line of a file is, and it has been said why.
    Reported,
    Failed(Failure),
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Faults> for Refusal {
    fn from(faults: Faults) -> Self {
        Self::Refused(faults)
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Refused(Faults::from(fault))
    }
}

/// The words after a command's name.
pub(super) struct CommandWords {
    /// How the command is written.
    usage: String,
    words: Vec<(String, Range<usize>)>,
}

impl CommandWords {
    pub(super) fn new(usage: String, words: Vec<(String, Range<usize>)>) -> Self {
        Self { usage, words }
    }

    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    pub(super) fn get(&self, place: usize) -> Option<&str> {
        self.words.get(place).map(|(word, _)| word.as_str())
    }

    /// A word that is there.
    pub(super) fn text(&self, place: usize) -> &str {
        self.get(place).unwrap_or_default()
    }

    /// A number that is there.
    pub(super) fn number(&self, place: usize) -> Result<u64, Refusal> {
        let number = self
            .text(place)
            .parse()
            .ok()
            .filter(|_| self.text(place).bytes().all(|byte| byte.is_ascii_digit()));
        number.ok_or_else(|| {
            self.fault(
                place,
                &format!("`{}` is no number", plain(self.text(place))),
                &format!("write {}", self.usage),
            )
        })
    }

    /// A number of steps, 1 if none is said.
    pub(super) fn count(&self, place: usize) -> Result<usize, Refusal> {
        self.get(place).map_or(Ok(1), |_| Ok(usize::try_from(self.number(place)?).unwrap_or(usize::MAX)))
    }

    /// What is wrong with a word.
    pub(super) fn fault(&self, place: usize, message: &str, help: &str) -> Refusal {
        let span = self.words.get(place).map_or(0..0, |(_, span)| span.clone());
        fault(span, message, help)
    }
}

/// What is wrong with a part of a line.
pub(super) fn fault(span: Range<usize>, message: &str, help: &str) -> Refusal {
    Refusal::from(Fault::new(span, message).with_help(help))
}
