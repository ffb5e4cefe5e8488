//! How a store is kept. None of it decides what the files mean, so all of it may change from one opening to the next.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::time::ClockRule;

/// How a store is kept.
///
/// ```
/// use rewinddb::{db::Database, store::{Options, SyncPolicy}};
///
/// # let directory = tempfile::tempdir()?;
/// let options = Options { sync: "100".parse::<SyncPolicy>()?, ..Options::default() };
/// let db = Database::open_with(&directory, options)?; // at most 100 ms of it are lost with the power
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The rule of a new store's clock, monotone if it is `None`; one that is there must have this rule, if one is given.
    pub clock: Option<ClockRule>,
    /// When what was committed is safe from a loss of power.
    pub sync: SyncPolicy,
    /// How files are written from now on; `None` goes on as the log was last written. Both kinds are always read.
    pub encoding: Option<Encoding>,
    /// A segment of the log that has reached so many bytes is followed by the next.
    pub segment_max: u64,
    /// Under [`SyncPolicy::Always`] a binary segment grows by so many bytes at a time, zeros at first: then a sync need
    /// not write down a new length each time, which makes it a third faster. 0 lets it grow by what is written.
    pub grow_by: u64,
    /// Values with more bytes stay on disk; in memory is only where.
    pub inline_max: usize,
    /// How much of them is kept in memory all the same.
    pub cache: CacheMax,
    /// Groups of some size are packed (lz4), except those with a text that is so long, and those in JSON.
    pub lz4: bool,
    /// Compacts by itself when that is worth it: the log since the last snapshot has grown past so many bytes and
    /// past the snapshot, and less than half of it all is live. `None` leaves it to the caller.
    pub compact_after: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: None,
            sync: SyncPolicy::Always,
            encoding: None,
            segment_max: 64 << 20,
            grow_by: 1 << 20,
            inline_max: 4 << 10,
            cache: CacheMax::Bytes(64 << 20),
            lz4: false,
            compact_after: Some(64 << 20),
        }
    }
}

/// When what was committed is safe from a loss of power. From a crash of the process it always is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SyncPolicy {
    /// When the commit returns.
    Always,
    /// So long after the commit at the latest.
    Every(Duration),
    /// When the system gets round to it, or the store is closed.
    Never,
}

impl FromStr for SyncPolicy {
    type Err = BadOption;

    fn from_str(text: &str) -> Result<Self, BadOption> {
        match text {
            "always" => Ok(Self::Always),
            "never" => Ok(Self::Never),
            _ => match text.parse() {
                Ok(milliseconds) if milliseconds > 0 => Ok(Self::Every(Duration::from_millis(milliseconds))),
                _ => Err(BadOption("it is always, never, or a number of milliseconds from 1 on")),
            },
        }
    }
}

/// A text is no option of this kind: what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadOption(&'static str);

impl fmt::Display for BadOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for BadOption {}

/// How files of the store are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoding {
    /// Small: messages of Protocol Buffers in frames.
    Binary,
    /// Readable: a line of JSON for each frame.
    Json,
}

impl Encoding {
    /// Both of them, by their names.
    pub const ALL: [(&'static str, Self); 2] = [("binary", Self::Binary), ("json", Self::Json)];

    /// How names of such files end.
    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Binary => "bin",
            Self::Json => "jsonl",
        }
    }
}

impl FromStr for Encoding {
    type Err = BadOption;

    fn from_str(text: &str) -> Result<Self, BadOption> {
        let named = Self::ALL.iter().find(|(name, _)| *name == text);
        named.map(|(_, encoding)| *encoding).ok_or(BadOption("the encodings are binary and json"))
    }
}

/// The bound of a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CacheMax {
    /// So many values.
    Values(u64),
    /// Values of so many bytes together.
    Bytes(u64),
}

/// A number of bytes as people write it: `512`, `4KiB`, `64MiB`, `1GiB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteSize(pub u64);

/// Units of bytes, largest first.
const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];

impl FromStr for ByteSize {
    type Err = BadOption;

    fn from_str(text: &str) -> Result<Self, BadOption> {
        let unit = UNITS.iter().find_map(|(name, size)| Some((text.strip_suffix(name)?, *size)));
        let (digits, size) = unit.unwrap_or((text, 1));
        let bytes = digits.trim_end().parse::<u64>().ok().and_then(|number| number.checked_mul(size));
        bytes.map(Self).ok_or(BadOption("a number of bytes, as in 4096, 4KiB or 64MiB"))
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match UNITS.iter().find(|(_, size)| self.0 >= *size) {
            // Two digits after the point say enough; they are cut, not rounded.
            Some((name, size)) => write!(f, "{}.{:02} {name}", self.0 / size, self.0 % size * 100 / size),
            None => write!(f, "{} B", self.0),
        }
    }
}

impl FromStr for CacheMax {
    type Err = BadOption;

    fn from_str(text: &str) -> Result<Self, BadOption> {
        if let Some(values) = text.strip_suffix("values") {
            let values = values.trim_end().parse().map(Self::Values);
            return values.map_err(|_| BadOption("a number of values, as in 1000values"));
        }
        text.parse().map(|ByteSize(bytes)| Self::Bytes(bytes))
    }
}
