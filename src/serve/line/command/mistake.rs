//! What is no command, and what is said of it.

use std::fmt;

use crate::wire::plain;

/// Why a line is no command.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mistake {
    /// It has no word.
    Empty,
    /// No command has this name, which is as it is shown.
    Unknown(String),
    /// Its words are not those that the command takes.
    Requires(&'static str),
    /// It is not UTF-8.
    NotText,
    /// It is HTTP: the connection is to be closed without a reply.
    OtherProtocol,
}

impl Mistake {
    pub(super) fn unknown(name: &str) -> Self {
        /// How much of a name is told.
        const MOST: usize = 64;
        match name.char_indices().nth(MOST) {
            _ if name.is_empty() => Self::Empty,
            Some((end, _)) => Self::Unknown(plain(&name[..end].to_uppercase()) + "…"),
            None => Self::Unknown(plain(&name.to_uppercase())),
        }
    }

    /// Is the client told? If not, its connection is to be closed.
    #[must_use]
    pub fn is_told(&self) -> bool {
        *self != Self::OtherProtocol
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Unknown command"),
            Self::Unknown(name) => write!(f, "Unknown command: {name}"),
            Self::Requires(words) => {
                let name = words.split(' ').next().unwrap_or_default();
                write!(f, "{name} requires: {words}")
            }
            Self::NotText => f.write_str("the line is not UTF-8"),
            Self::OtherProtocol => f.write_str("HTTP on a port of another protocol"),
        }
    }
}

impl std::error::Error for Mistake {}
