//! What can go wrong with a store, by what can be done about it.

use std::fmt;
use std::io;

use crate::time::{Backwards, ClockRule};

/// Why a store does not do what was asked.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// Another process has the directory open.
    Locked,
    /// The disk refused. Where that was a write, the store takes no more of them.
    Disk {
        /// What was tried, as in `write log-00000000000000000001.bin`.
        what: String,
        /// What the system says.
        why: io::Error,
    },
    /// A file does not hold what was written into it. Nothing was changed; `repair` is the way on.
    Damaged(Damage),
    /// A file that the store writes on is not as the store has left it: something else has changed it. Nothing more is
    /// written.
    Changed {
        /// The name of the file.
        file: String,
        /// What is otherwise.
        how: String,
    },
    /// A file was written by a newer version of the program, in a way that this one does not know.
    Newer {
        /// The name of the file.
        file: String,
        /// What is not known.
        why: String,
    },
    /// The store has stopped writing after an earlier failure; it reads on, and can be opened anew.
    Stopped {
        /// The failure.
        why: String,
    },
    /// A timestamp is earlier than one already seen; nothing of the group has taken effect.
    Backwards(Backwards),
    /// The store was made under another clock rule, and keeps it.
    ClockRule {
        /// The rule of the store.
        kept: ClockRule,
    },
    /// The directory holds files, but no store.
    NoStore {
        /// One of the files.
        found: Option<String>,
    },
    /// The store has no file of this name that holds frames.
    NoFile {
        /// The name.
        name: String,
    },
    /// A group or a record takes more bytes than a frame may have.
    TooLarge,
    /// The log does not reach what was asked for.
    OutOfReach {
        /// How far it reaches.
        why: String,
    },
}

/// A place in a file that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The name of the file in the store's directory.
    pub file: String,
    /// The first byte of what is damaged.
    pub at: u64,
    /// How that was noticed.
    pub why: String,
}

impl Damage {
    pub(super) fn new(file: &str, at: u64, why: impl Into<String>) -> Self {
        Self { file: file.to_owned(), at, why: why.into() }
    }
}

impl Error {
    /// For `map_err`: the disk refused to do `what` to a file.
    pub(super) fn disk(what: &str, file: &str) -> impl FnOnce(io::Error) -> Self {
        let what = format!("{what} {file}");
        move |why| Self::Disk { what, why }
    }
}

impl From<Backwards> for Error {
    fn from(backwards: Backwards) -> Self {
        Self::Backwards(backwards)
    }
}

impl From<Damage> for Error {
    fn from(damage: Damage) -> Self {
        Self::Damaged(damage)
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is damaged at byte {}: {}", self.file, self.at, self.why)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Locked => f.write_str("this store is open already, in this process or another"),
            Self::Disk { what, why } => write!(f, "cannot {what}: {why}"),
            Self::Damaged(damage) => damage.fmt(f),
            Self::Changed { file, how } => {
                write!(f, "{file} was changed by something else while the store was open: {how}")
            }
            Self::Newer { file, why } => write!(f, "{file} was written by a newer version of rewind: {why}"),
            Self::Stopped { why } => write!(f, "the store takes no more writes since it failed: {why}"),
            Self::Backwards(backwards) => backwards.fmt(f),
            Self::ClockRule { kept: ClockRule::Monotone } => {
                f.write_str("this store was made under the monotone clock rule, and keeps it")
            }
            Self::ClockRule { kept: ClockRule::Free } => {
                f.write_str("this store was made under the free clock rule, and keeps it")
            }
            Self::NoStore { found: Some(found) } => {
                write!(f, "there is no store here, and it is not made beside other files such as {found}")
            }
            Self::NoStore { found: None } => f.write_str("there is no store here"),
            Self::NoFile { name } => write!(f, "the store has no file {name} that could be shown"),
            Self::TooLarge => f.write_str("a group, or a record with all its versions, takes up to 2 GiB"),
            Self::OutOfReach { why } => write!(f, "that is out of reach: {why}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Disk { why, .. } => Some(why),
            Self::Backwards(backwards) => Some(backwards),
            _ => None,
        }
    }
}
