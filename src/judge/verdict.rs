//! What comes of a case, in the words that judges of programming contests use.

use std::fmt;

use serde::Serialize;

use crate::wire::plain;

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

    /// Is a limit of time, memory or output exceeded?
    pub(super) fn is_limit(self) -> bool {
        matches!(self, Self::TimeLimit | Self::MemoryLimit | Self::OutputLimit)
    }

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
    /// Did the solution not even load? Then no list shows more, and `why` has the language's own message below its first
    /// line.
    pub is_of_load: bool,
    /// Did it end well without a word more?
    pub is_silent: bool,
}

impl StopReason {
    pub(super) fn new(verdict: Verdict, why: impl Into<String>) -> Self {
        let why = why.into();
        Self { verdict, why, hint: None, is_of_whole: false, is_of_load: false, is_silent: false }
    }

    pub(super) fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    pub(super) fn silent(self) -> Self {
        Self { is_silent: true, ..self }
    }

    pub(super) fn of_whole(self) -> Self {
        Self { is_of_whole: true, ..self }
    }

    /// A solution does not load: what its language says of that, a paragraph with the place.
    pub(super) fn of_load(message: &str) -> Self {
        let why = format!("it does not load:\n{}", paragraph(message));
        Self { is_of_load: true, ..Self::new(Verdict::RuntimeError, why).of_whole() }
    }
}

/// So many lines of a message are kept, the last ones: there it says what is wrong.
const MOST_LINES: usize = 20;
/// So many signs of a line are kept.
const MOST_SIGNS: usize = 300;

/// The end of a message from outside, line by line, with nothing in it that a terminal would obey.
fn paragraph(message: &str) -> String {
    let lines: Vec<_> = message.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let kept = lines[lines.len().saturating_sub(MOST_LINES)..].iter();
    let kept =
        kept.map(|line| plain(&line.replace('\t', "    ").chars().take(MOST_SIGNS).collect::<String>()));
    kept.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_of_a_language_keeps_its_lines_and_loses_what_a_terminal_obeys() {
        let told = StopReason::of_load(
            "  File \"a.py\", line 2\r\n\n\tx = (\u{1b}[2J\n\nSyntaxError: '(' was never closed\n",
        );
        let lines: Vec<_> = told.why.lines().collect();
        assert_eq!(lines[..2], ["it does not load:", "  File \"a.py\", line 2"]);
        assert_eq!(lines[2..], ["    x = (\\u{1b}[2J", "SyntaxError: '(' was never closed"]);
        assert!(told.is_of_load && told.is_of_whole && told.hint.is_none());
    }

    #[test]
    fn a_long_message_keeps_its_end() {
        let told = StopReason::of_load(&"frame\n".repeat(500).replace("frame", &"x".repeat(5_000)));
        assert!(told.why.lines().count() == 1 + MOST_LINES && told.why.len() < 7_000);
    }
}
