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
pub(crate) fn number(word: &str) -> Result<u64, BadNumber> {
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
