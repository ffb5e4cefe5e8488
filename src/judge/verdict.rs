//! What comes of a case, in the words that judges of programming contests use.

use std::fmt;

use serde::Serialize;

/// A verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Verdict {
    /// Every answer is right.
    #[serde(rename = "AC")]
    Accepted,
    /// An answer is another than the one that is right.
    #[serde(rename = "WA")]
    WrongAnswer,
    /// It took too long.
    #[serde(rename = "TLE")]
    TimeLimit,
    /// It took too much memory.
    #[serde(rename = "MLE")]
    MemoryLimit,
    /// It wrote too much.
    #[serde(rename = "OLE")]
    OutputLimit,
    /// It crashed, or reported an exception.
    #[serde(rename = "RTE")]
    RuntimeError,
    /// It does not know the operation.
    #[serde(rename = "NS")]
    NotSupported,
    /// What it wrote is no answer: the shape is wrong.
    #[serde(rename = "PE")]
    WrongShape,
}

impl Verdict {
    /// Every verdict, with its short name and what it means.
    pub const ALL: [(Self, &'static str, &'static str); 8] = [
        (Self::Accepted, "AC", "accepted"),
        (Self::WrongAnswer, "WA", "wrong answer"),
        (Self::TimeLimit, "TLE", "time limit exceeded"),
        (Self::MemoryLimit, "MLE", "memory limit exceeded"),
        (Self::OutputLimit, "OLE", "output limit exceeded"),
        (Self::RuntimeError, "RTE", "runtime error"),
        (Self::NotSupported, "NS", "operation not supported"),
        (Self::WrongShape, "PE", "wrong shape"),
    ];

    /// The short name, as in `WA`.
    #[must_use]
    pub fn code(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::ALL[*self as usize].2)
    }
}

/// Why a candidate gave no further answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopReason {
    /// The verdict that this makes.
    pub verdict: Verdict,
    /// What happened, in a sentence.
    pub why: String,
    /// How to mend it, where that is known.
    pub hint: Option<String>,
    /// Does it concern the answers as a whole, so that no single one is at fault?
    pub is_of_whole: bool,
}

impl StopReason {
    pub(super) fn new(verdict: Verdict, why: impl Into<String>) -> Self {
        Self { verdict, why: why.into(), hint: None, is_of_whole: false }
    }

    pub(super) fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    pub(super) fn of_whole(self) -> Self {
        Self { is_of_whole: true, ..self }
    }
}
