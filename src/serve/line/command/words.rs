//! The words of a line.

use std::borrow::Cow;

use crate::time::Ttl;

/// The first word, and the words behind it; both empty where there is none. There is no space at either end of what is
/// given and returned.
pub(super) fn first_word(words: &str) -> (&str, &str) {
    match words.find(is_blank) {
        Some(end) => (&words[..end], words[end..].trim_ascii_start()),
        None => (words, ""),
    }
}

/// The words before the last one, and that.
pub(super) fn last_word(words: &str) -> (&str, &str) {
    match words.rfind(is_blank) {
        Some(before) => (words[..before].trim_ascii_end(), &words[before + 1..]),
        None => ("", words),
    }
}

/// The words with one space between any two.
pub(super) fn joined(words: &str) -> Cow<'_, str> {
    if words.contains("  ") || words.contains(|c| c != ' ' && is_blank(c)) {
        Cow::Owned(words.split_ascii_whitespace().collect::<Vec<_>>().join(" "))
    } else {
        Cow::Borrowed(words)
    }
}

/// A number of seconds; one that is too large is the largest.
pub(super) fn seconds(word: &str) -> Option<u64> {
    let is_number = !word.is_empty() && word.bytes().all(|digit| digit.is_ascii_digit());
    is_number.then(|| word.parse().unwrap_or(u64::MAX))
}

/// A lifetime of so many seconds: 0 is permanent, and so is what no clock can count.
pub(super) fn lifetime(seconds: u64) -> Option<Ttl> {
    seconds.checked_mul(1_000).filter(|milliseconds| *milliseconds > 0).map(Ttl)
}

fn is_blank(c: char) -> bool {
    c.is_ascii_whitespace()
}
