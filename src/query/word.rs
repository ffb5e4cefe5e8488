//! The kinds of word that an operation takes: how each is read from text and written back.

use std::borrow::Cow;
use std::fmt;

use crate::time::{Time, Ttl};

/// What a word stands for, as help and documents name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordKind {
    /// Any text.
    Text,
    /// When the operation happens, in milliseconds.
    Timestamp,
    /// Another number of milliseconds.
    Milliseconds,
}

/// A word of an operation: its name and what it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// The name, as in `key`.
    pub name: &'static str,
    /// What it stands for.
    pub kind: WordKind,
}

/// A moment that an operation names without happening at it: it does not move the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestorePoint(pub Time);

/// A type that one word of a query is read into.
pub(super) trait FromWord<'a>: Sized {
    /// What the word stands for.
    const KIND: WordKind;

    /// Reads the word.
    fn read(word: &'a str) -> Result<Self, BadNumber>;

    /// Writes it back; reading that again gives the same.
    fn write(&self) -> Cow<'a, str>;

    /// The moment at which the query happens, if this is the word that tells it.
    fn timestamp(&self) -> Option<Time> {
        None
    }
}

impl<'a> FromWord<'a> for &'a str {
    const KIND: WordKind = WordKind::Text;

    fn read(word: &'a str) -> Result<Self, BadNumber> {
        Ok(word)
    }

    fn write(&self) -> Cow<'a, str> {
        Cow::Borrowed(self)
    }
}

impl<'a> FromWord<'a> for Time {
    const KIND: WordKind = WordKind::Timestamp;

    fn read(word: &'a str) -> Result<Self, BadNumber> {
        number(word).map(Self)
    }

    fn write(&self) -> Cow<'a, str> {
        Cow::Owned(self.to_string())
    }

    fn timestamp(&self) -> Option<Time> {
        Some(*self)
    }
}

impl<'a> FromWord<'a> for RestorePoint {
    const KIND: WordKind = WordKind::Milliseconds;

    fn read(word: &'a str) -> Result<Self, BadNumber> {
        number(word).map(|number| Self(Time(number)))
    }

    fn write(&self) -> Cow<'a, str> {
        Cow::Owned(self.0.to_string())
    }
}

impl<'a> FromWord<'a> for Ttl {
    const KIND: WordKind = WordKind::Milliseconds;

    fn read(word: &'a str) -> Result<Self, BadNumber> {
        number(word).map(Self)
    }

    fn write(&self) -> Cow<'a, str> {
        Cow::Owned(self.to_string())
    }
}

/// Why a word is not a number: numbers are canonical decimal digits from 0 to 2^64-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadNumber {
    /// No digits at all.
    Empty,
    /// Something that is not a digit.
    NotDigits,
    /// More digits than the number needs.
    LeadingZero,
    /// Above 2^64-1.
    TooLarge,
}

impl fmt::Display for BadNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "it is empty",
            Self::NotDigits => "only the digits 0 to 9 may stand in it: no sign, blank, point or exponent",
            Self::LeadingZero => "a number has no leading zero",
            Self::TooLarge => "the largest is 18446744073709551615 (2^64-1)",
        })
    }
}

/// Reads canonical decimal digits.
fn number(word: &str) -> Result<u64, BadNumber> {
    let digits = word.as_bytes();
    if digits.is_empty() {
        return Err(BadNumber::Empty);
    }
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(BadNumber::NotDigits);
    }
    if digits[0] == b'0' && digits.len() > 1 {
        return Err(BadNumber::LeadingZero);
    }
    let add = |number: u64, digit: &u8| number.checked_mul(10)?.checked_add(u64::from(digit - b'0'));
    digits.iter().try_fold(0, add).ok_or(BadNumber::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_canonical_digits() {
        let rows = [
            ("0", Ok(0)),
            ("7", Ok(7)),
            ("18446744073709551615", Ok(u64::MAX)),
            ("18446744073709551616", Err(BadNumber::TooLarge)),
            ("99999999999999999999999", Err(BadNumber::TooLarge)),
            ("", Err(BadNumber::Empty)),
            ("00", Err(BadNumber::LeadingZero)),
            ("07", Err(BadNumber::LeadingZero)),
            ("+7", Err(BadNumber::NotDigits)),
            ("-7", Err(BadNumber::NotDigits)),
            (" 7", Err(BadNumber::NotDigits)),
            ("7.0", Err(BadNumber::NotDigits)),
            ("1e3", Err(BadNumber::NotDigits)),
            ("٣", Err(BadNumber::NotDigits)),
        ];
        for (word, want) in rows {
            assert_eq!(number(word), want, "{word:?}");
        }
    }
}
