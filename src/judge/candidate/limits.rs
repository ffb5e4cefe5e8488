//! What a candidate may use.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;
#[cfg(unix)]
use std::time::Instant;

#[cfg(unix)]
use crate::judge::verdict::{StopReason, Verdict};

/// What a candidate may use. More than that ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Time from its start to its first sign of life.
    pub start: Duration,
    /// Time for a list.
    pub case: Duration,
    /// Time for a query, where queries are handed over one by one.
    pub query: Duration,
    /// Memory of all its processes together, in bytes.
    pub memory: u64,
    /// Bytes on standard output for a list.
    pub output: usize,
    /// Bytes of a line, where answers come in lines.
    pub line: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            start: Duration::from_secs(10),
            case: Duration::from_secs(2),
            query: Duration::from_secs(1),
            memory: 2 << 30,
            output: 16 << 20,
            line: 1 << 20,
        }
    }
}

/// A span of time as a person writes it: `2s` or `500ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Millis(pub Duration);

impl FromStr for Millis {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (digits, unit) = match text {
            _ if text.ends_with("ms") => (&text[..text.len() - 2], 1),
            _ if text.ends_with('s') => (&text[..text.len() - 1], 1000),
            _ => ("", 1),
        };
        let count = digits.parse::<u32>().ok().filter(|count| *count > 0);
        let millis = count.map(|count| Duration::from_millis(u64::from(count) * unit));
        millis.map(Self).ok_or_else(|| "write a time as in 2s or 500ms".to_owned())
    }
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_millis() {
            millis if millis % 1000 == 0 => write!(f, "{} s", millis / 1000),
            millis => write!(f, "{millis} ms"),
        }
    }
}

/// When a limit of time is reached, and how that limit is called.
#[derive(Clone, Copy, Debug)]
#[cfg(unix)]
pub(super) struct Deadline {
    at: Instant,
    given: Duration,
    what: &'static str,
}

#[cfg(unix)]
impl Deadline {
    pub(super) fn of(given: Duration, what: &'static str) -> Self {
        Self { at: Instant::now() + given, given, what }
    }

    /// Whichever of the two comes first.
    pub(super) fn or(self, other: Self) -> Self {
        if other.at < self.at { other } else { self }
    }

    pub(super) fn is_over(self) -> bool {
        Instant::now() >= self.at
    }

    /// How long it is until then.
    pub(super) fn left(self) -> Duration {
        self.at.saturating_duration_since(Instant::now())
    }

    /// The moment itself, or one that is at least so far away.
    pub(super) fn at_least(self, away: Duration) -> Instant {
        self.at.max(Instant::now() + away)
    }

    /// What happened when it was reached.
    pub(super) fn stop(self) -> StopReason {
        let why = format!("no answer within {}, the limit for {}", Millis(self.given), self.what);
        StopReason::new(Verdict::TimeLimit, why)
    }
}
