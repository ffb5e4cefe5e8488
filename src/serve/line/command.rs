//! A line as a command.
//!
//! Invariants: every line is a command or a mistake; a value that comes in by a line has no line break, so that it
//! goes out by one.

mod mistake;
mod words;

use std::borrow::Cow;

use crate::serve::resp::guard;
use crate::time::Ttl;

pub use mistake::Mistake;
use words::{first_word, joined, last_word, lifetime, seconds};

/// What a line asks for. Lifetimes are told in seconds there; `None` is permanent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command<'l> {
    /// Sets the value of a key.
    Put {
        /// The key.
        key: &'l str,
        /// Its words, a space between any two.
        value: Cow<'l, str>,
        /// How long it lives.
        ttl: Option<Ttl>,
    },
    /// Asks for the value of a key.
    Get {
        /// The key.
        key: &'l str,
    },
    /// Deletes the value of a key.
    Del {
        /// The key.
        key: &'l str,
    },
    /// Gives the value of a key another lifetime.
    Ttl {
        /// The key.
        key: &'l str,
        /// How long it lives from now on.
        ttl: Option<Ttl>,
    },
    /// Asks for counters.
    Stats,
    /// Makes the store smaller.
    Compact,
    /// Tells a password.
    Auth {
        /// Whose it is, if that was told.
        name: Option<&'l str>,
        /// The password.
        password: &'l str,
    },
    /// Ends the connection.
    Exit,
    /// Ends the server.
    Shutdown,
    /// A query of the language, or a list of them, as JSON that was not read yet.
    Query(&'l str),
}

impl<'l> Command<'l> {
    /// Reads a line, from which its end was taken.
    ///
    /// ```
    /// use rewinddb::serve::line::command::Command;
    ///
    /// assert_eq!(Command::parse(b"get name"), Ok(Command::Get { key: "name" }));
    /// assert_eq!(Command::parse(b"put a").unwrap_err().to_string(), "PUT requires: PUT key value");
    /// ```
    ///
    /// # Errors
    /// What is no command.
    pub fn parse(line: &'l [u8]) -> Result<Self, Mistake> {
        let line = std::str::from_utf8(line).map_err(|_| Mistake::NotText)?.trim_ascii();
        if line.starts_with('[') {
            return Ok(Self::Query(line));
        }
        let (name, words) = first_word(line);
        let second = Some(first_word(words).0).filter(|word| !word.is_empty());
        if guard::is_http(name.as_bytes(), second.map(str::as_bytes)) {
            return Err(Mistake::OtherProtocol);
        }
        Self::named(name, words)
    }

    fn named(name: &str, words: &'l str) -> Result<Self, Mistake> {
        // No name is longer; what is, is none.
        let mut upper = [0; 8];
        let Some(upper) = upper.get_mut(..name.len()) else { return Err(Mistake::unknown(name)) };
        upper.copy_from_slice(name.as_bytes());
        upper.make_ascii_uppercase();
        match &*upper {
            b"PUT" => Self::put(words).ok_or(Mistake::Requires("PUT key value")),
            b"GET" => Self::of_key(words, |key| Self::Get { key }).ok_or(Mistake::Requires("GET key")),
            b"DEL" => Self::of_key(words, |key| Self::Del { key }).ok_or(Mistake::Requires("DEL key")),
            b"TTL" => Self::ttl(words).ok_or(Mistake::Requires("TTL key seconds")),
            b"AUTH" => Self::auth(words).ok_or(Mistake::Requires("AUTH password")),
            b"STATS" => Ok(Self::Stats),
            b"COMPACT" => Ok(Self::Compact),
            b"EXIT" => Ok(Self::Exit),
            b"SHUTDOWN" => Ok(Self::Shutdown),
            _ => Err(Mistake::unknown(name)),
        }
    }

    fn put(words: &'l str) -> Option<Self> {
        let (key, value) = first_word(words);
        let (value, seconds) = with_seconds(value).unwrap_or((value, 0));
        (!value.is_empty()).then(|| Self::Put { key, value: joined(value), ttl: lifetime(seconds) })
    }

    fn of_key(words: &'l str, command: impl Fn(&'l str) -> Self) -> Option<Self> {
        let (key, more) = first_word(words);
        (!key.is_empty() && more.is_empty()).then(|| command(key))
    }

    fn ttl(words: &'l str) -> Option<Self> {
        let (key, more) = first_word(words);
        Some(Self::Ttl { key, ttl: lifetime(seconds(more)?) })
    }

    fn auth(words: &'l str) -> Option<Self> {
        let (first, rest) = first_word(words);
        let (second, more) = first_word(rest);
        let (name, password) = if second.is_empty() { (None, first) } else { (Some(first), second) };
        (!password.is_empty() && more.is_empty()).then_some(Self::Auth { name, password })
    }
}

/// The value and the seconds behind it, if it ends in some and has a word before.
fn with_seconds(value: &str) -> Option<(&str, u64)> {
    let (rest, number) = last_word(value);
    let (value, name) = last_word(rest);
    let seconds = seconds(number)?;
    (name.eq_ignore_ascii_case("TTL") && !value.is_empty()).then_some((value, seconds))
}

#[cfg(test)]
mod tests;
