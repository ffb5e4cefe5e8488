//! Numbers as they are written: canonical decimal digits, so that no number can be written in two ways.

use std::fmt;

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
            Self::NotDigits => "only the digits 0 to 9 may stand in it: no sign, space, point or exponent",
            Self::LeadingZero => "a number has no leading zero",
            Self::TooLarge => "the largest is 18446744073709551615 (2^64-1)",
        })
    }
}

impl std::error::Error for BadNumber {}

/// Reads canonical decimal digits.
#[inline]
pub(crate) fn number(word: &str) -> Result<u64, BadNumber> {
    match word.as_bytes() {
        [b'0'] => Ok(0),
        [b'1'..=b'9', ..] => word.parse().map_err(|_| reason(word)),
        _ => Err(reason(word)),
    }
}

/// Why a word is not a number.
#[cold]
fn reason(word: &str) -> BadNumber {
    if word.is_empty() {
        BadNumber::Empty
    } else if !word.bytes().all(|byte| byte.is_ascii_digit()) {
        BadNumber::NotDigits
    } else if word.starts_with('0') {
        BadNumber::LeadingZero
    } else {
        BadNumber::TooLarge
    }
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
