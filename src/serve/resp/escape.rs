//! Bytes that are not UTF-8 as text, and back: exactly, and no two byte strings as the same text.
//!
//! Invariants: `bytes(text(b)) == b` for all bytes; what is UTF-8 and has no reserved character in it is its own text.
//!
//! ```text
//!   a byte that is no part of UTF-8              ─► U+10FE00 + byte   ─► the byte
//!   a reserved character, U+10FE00 to U+10FEFF   ─► each of its four bytes, as above
//! ```
//!
//! Only bytes from 80 on are ever no part of UTF-8, so U+10FE00 to U+10FE7F stand for none and go out as they are.
//! Reserved characters are F4 8F B8 80 to F4 8F BB BF in UTF-8; a text without the byte F4 has none.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter};

/// The character that stands for the byte 0, were it ever needed.
const FIRST: u32 = 0x10_fe00;

/// The first byte of a reserved character.
const MARK: u8 = 0xf4;

/// How many bytes a reserved character has.
const WIDTH: usize = 4;

/// The text that stands for these bytes.
///
/// ```
/// use rewinddb::serve::resp::escape;
///
/// assert_eq!(escape::text("é".as_bytes()), "é");
/// assert_eq!(escape::text(b"a\x80"), "a\u{10fe80}");
/// assert_eq!(&*escape::bytes("a\u{10fe80}"), b"a\x80");
/// ```
#[must_use]
#[inline]
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if is_plain(bytes) => Cow::Borrowed(text),
        _ => unusual(bytes),
    }
}

/// The same where it is not known yet whether the bytes are a text of their own.
#[cold]
fn unusual(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains(is_reserved) => Cow::Borrowed(text),
        _ => Cow::Owned(escaped(bytes)),
    }
}

/// Is there surely no reserved character? Nearly always, and this is all that it costs then.
#[inline]
pub(super) fn is_plain(bytes: &[u8]) -> bool {
    // Most words are short, and this is asked sooner of them than a search is set up.
    bytes.is_ascii() || memchr(MARK, bytes).is_none()
}

/// The bytes that a text stands for.
#[must_use]
pub fn bytes(text: &str) -> Cow<'_, [u8]> {
    if is_plain(text.as_bytes()) || escapes(text).next().is_none() {
        return Cow::Borrowed(text.as_bytes());
    }
    let mut bytes = Vec::with_capacity(text.len());
    append_bytes(&mut bytes, text);
    Cow::Owned(bytes)
}

/// Appends the bytes that a text stands for.
#[inline]
pub fn append_bytes(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    let mut done = 0;
    for (at, byte) in escapes(text) {
        out.extend_from_slice(&bytes[done..at]);
        out.push(byte);
        done = at + WIDTH;
    }
    out.extend_from_slice(&bytes[done..]);
}

/// How many bytes a text stands for.
#[must_use]
#[inline]
pub fn len(text: &str) -> usize {
    text.len() - (WIDTH - 1) * escapes(text).count()
}

/// The characters of a text that stand for bytes: where each is, and its byte.
fn escapes(text: &str) -> impl Iterator<Item = (usize, u8)> {
    let bytes = text.as_bytes();
    memchr_iter(MARK, bytes).filter_map(|at| match bytes[at..] {
        [_, 0x8f, 0xba, low, ..] => Some((at, low)),
        [_, 0x8f, 0xbb, low, ..] => Some((at, low | 0x40)),
        _ => None,
    })
}

fn escaped(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        let mut rest = chunk.valid();
        while let Some(at) = rest.find(is_reserved) {
            let (before, from) = rest.split_at(at);
            let (reserved, behind) = from.split_at(WIDTH);
            text.push_str(before);
            text.extend(reserved.bytes().filter_map(standing_for));
            rest = behind;
        }
        text.push_str(rest);
        text.extend(chunk.invalid().iter().copied().filter_map(standing_for));
    }
    text
}

fn is_reserved(c: char) -> bool {
    u32::from(c) & !0xff == FIRST
}

/// The character that stands for a byte; there is one for each.
fn standing_for(byte: u8) -> Option<char> {
    char::from_u32(FIRST + u32::from(byte))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::serve::resp::random::{Rng, all};

    /// There and back, and what is UTF-8 stays as it is.
    fn assert_exact(given: &[u8]) -> String {
        let text = text(given);
        assert_eq!(*bytes(&text), *given, "{}", given.escape_ascii());
        assert_eq!(len(&text), given.len(), "{}", given.escape_ascii());
        let mut appended = b"before".to_vec();
        append_bytes(&mut appended, &text);
        assert_eq!(appended, [b"before", given].concat());
        match std::str::from_utf8(given) {
            Ok(plain) if !plain.contains(is_reserved) => {
                assert!(matches!(text, Cow::Borrowed(same) if same == plain));
            }
            _ => assert!(text.contains(|c| is_reserved(c) && c >= '\u{10fe80}')),
        }
        text.into_owned()
    }

    #[test]
    fn each_byte_string_has_a_text_of_its_own_and_comes_back() {
        let signs = b"\x00a\x7f\x80\x8f\xb7\xb8\xba\xbb\xbc\xbf\xc3\xe2\xed\xf0\xf3\xf4\xf5\xff";
        let mut known = BTreeMap::new();
        for given in all(signs, 4) {
            let text = assert_exact(&given);
            let other = known.insert(text, given.clone());
            assert_eq!(other, None, "{}", given.escape_ascii());
        }
        assert!(known.len() > 130_000);
    }

    #[test]
    fn random_bytes_and_characters_come_back() {
        let mut rng = Rng(1);
        let parts: [&[u8]; 9] = [
            b"a",
            "é".as_bytes(),
            "\u{10fe80}".as_bytes(),
            "\u{10fe00}".as_bytes(),
            "\u{10feff}".as_bytes(),
            "\u{10fdff}".as_bytes(),
            "\u{10ff00}".as_bytes(),
            b"\xf4\x8f",
            b"\xba\x80",
        ];
        let mut known = BTreeMap::new();
        for _ in 0..20_000 {
            let given = rng.many(&parts, 8).concat();
            let text = assert_exact(&given);
            let other = known.insert(text, given.clone());
            assert!(other.is_none_or(|other| other == given), "{}", given.escape_ascii());
            assert_exact(
                &rng.many(&std::array::from_fn::<u8, 256, _>(|byte| u8::try_from(byte).unwrap()), 64),
            );
        }
    }

    #[test]
    fn texts_are_as_the_table_says() {
        let rows: [(&[u8], &str); 7] = [
            (b"", ""),
            (b"abc", "abc"),
            (b"a\x80z", "a\u{10fe80}z"),
            (b"\xff", "\u{10feff}"),
            // A character that is cut off.
            (b"\xe2\x82", "\u{10fee2}\u{10fe82}"),
            (b"\xf4\x8f\xba\x80", "\u{10fef4}\u{10fe8f}\u{10feba}\u{10fe80}"),
            ("\u{10fdff}\u{10ff00}".as_bytes(), "\u{10fdff}\u{10ff00}"),
        ];
        for (given, wanted) in rows {
            assert_eq!(text(given), wanted, "{}", given.escape_ascii());
        }
        // What other faces may have written, and stands for no byte.
        assert_eq!(*bytes("\u{10fe00}\u{10fe7f}"), *"\u{10fe00}\u{10fe7f}".as_bytes());
        assert_eq!(len("\u{10fe00}"), 4);
    }
}
