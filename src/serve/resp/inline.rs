//! A line of words as a person types it: in quotes what has spaces in it, as redis-cli and Redis itself read it.
//!
//! Invariant: what is read is never longer than what was written.
//!
//! ```text
//!   SET key "two words\x21\n"      'don\'t'      a"b"        spaces end it; in "…" \xHH, \n \r \t \b \a, \ before any
//!   SET·key·two words!⏎            don't         ab          other for that one; in '…' only \'
//! ```

use std::ops::Range;

/// A quote that is not closed, or is closed in the middle of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unbalanced;

/// Appends the words of a line to `text`, and where each stands in it to `words`.
///
/// # Errors
/// A quote that does not end where a word does; some words may have been appended then.
pub fn split(line: &[u8], text: &mut Vec<u8>, words: &mut Vec<Range<usize>>) -> Result<(), Unbalanced> {
    let mut rest = line;
    while let Some(begin) = rest.iter().position(|byte| !is_blank(*byte)) {
        let from = text.len();
        rest = word(&rest[begin..], text)?;
        words.push(from..text.len());
    }
    Ok(())
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// Appends the word that the line begins with, and returns what is behind it.
fn word<'l>(mut rest: &'l [u8], text: &mut Vec<u8>) -> Result<&'l [u8], Unbalanced> {
    while let [first, behind @ ..] = rest {
        rest = behind;
        match first {
            // The two other spaces stand in a word that has begun.
            b' ' | b'\t' | b'\n' | b'\r' => break,
            b'"' => return double_quoted(behind, text),
            b'\'' => return single_quoted(behind, text),
            plain => text.push(*plain),
        }
    }
    Ok(rest)
}

fn double_quoted<'l>(mut rest: &'l [u8], text: &mut Vec<u8>) -> Result<&'l [u8], Unbalanced> {
    loop {
        let (byte, behind) = match rest {
            [b'\\', b'x', behind @ ..] => hex(behind).unwrap_or((b'x', behind)),
            [b'\\', sign, behind @ ..] => (escaped(*sign), behind),
            [b'"', behind @ ..] => return closed(behind),
            [plain, behind @ ..] => (*plain, behind),
            [] => return Err(Unbalanced),
        };
        text.push(byte);
        rest = behind;
    }
}

fn single_quoted<'l>(mut rest: &'l [u8], text: &mut Vec<u8>) -> Result<&'l [u8], Unbalanced> {
    loop {
        let (byte, behind) = match rest {
            [b'\\', b'\'', behind @ ..] => (b'\'', behind),
            [b'\'', behind @ ..] => return closed(behind),
            [plain, behind @ ..] => (*plain, behind),
            [] => return Err(Unbalanced),
        };
        text.push(byte);
        rest = behind;
    }
}

/// A quote that closes ends the word.
fn closed(behind: &[u8]) -> Result<&[u8], Unbalanced> {
    if behind.first().is_none_or(|byte| is_blank(*byte)) { Ok(behind) } else { Err(Unbalanced) }
}

/// The byte that a sign behind a backslash stands for.
fn escaped(sign: u8) -> u8 {
    match sign {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 8,
        b'a' => 7,
        other => other,
    }
}

/// The byte of the two hexadecimal digits that stand here, and what is behind them.
fn hex(text: &[u8]) -> Option<(u8, &[u8])> {
    let [high, low, behind @ ..] = text else { return None };
    let digit = |sign: &u8| u8::try_from(char::from(*sign).to_digit(16)?).ok();
    Some((digit(high)? << 4 | digit(low)?, behind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::resp::random::{Rng, all};

    fn read(line: &[u8]) -> Result<Vec<Vec<u8>>, Unbalanced> {
        let (mut text, mut words) = (Vec::new(), Vec::new());
        split(line, &mut text, &mut words)?;
        assert!(text.len() <= line.len());
        Ok(words.into_iter().map(|word| text[word].to_vec()).collect())
    }

    /// Each as redis-server 7.0 reads it.
    #[test]
    fn lines_are_split_as_redis_splits_them() {
        let rows: [(&[u8], &[&[u8]]); 14] = [
            (b"", &[]),
            (b" \t\x0b\x0c\r ", &[]),
            (b"GET a", &[b"GET", b"a"]),
            (b"  GET \t a  ", &[b"GET", b"a"]),
            (b"a\x0bb \x0cc", &[b"a\x0bb", b"c"]),
            (b"\"two words\" 'three more words'", &[b"two words", b"three more words"]),
            (b"\"\" ''", &[b"", b""]),
            (b"a\"b c\" d'e'", &[b"ab c", b"de"]),
            (br#""\x41\xfF\x4\xg0""#, &[b"A\xffx4xg0"]),
            (br#""\n\r\t\b\a\\\"\z""#, &[b"\n\r\t\x08\x07\\\"z"]),
            (br"'\n\x41\''", &[br"\n\x41'"]),
            (br"\n \x41", &[br"\n", br"\x41"]),
            (b"\xff\x80 z", &[b"\xff\x80", b"z"]),
            (b"\"a\"\x0b'b'", &[b"a", b"b"]),
        ];
        for (line, wanted) in rows {
            let wanted: Vec<_> = wanted.iter().map(|word| word.to_vec()).collect();
            assert_eq!(read(line), Ok(wanted), "{}", line.escape_ascii());
        }
    }

    #[test]
    fn a_quote_ends_where_a_word_does() {
        let rows: [&[u8]; 10] = [
            br#"""#,
            br#"a""#,
            br"'",
            br#""a"b"#,
            br"'a'b",
            br#""a"'b'"#,
            br#""a\"#,
            br#""a\""#,
            br"'a\'",
            br#"\""#,
        ];
        for line in rows {
            assert_eq!(read(line), Err(Unbalanced), "{}", line.escape_ascii());
        }
    }

    /// A word in double quotes that has nothing in it but what can be seen.
    fn quoted(word: &[u8]) -> String {
        let sign = |byte: &u8| match byte {
            b'"' | b'\\' => format!("\\{}", char::from(*byte)),
            b' '..=b'~' => char::from(*byte).to_string(),
            other => format!("\\x{other:02x}"),
        };
        format!("\"{}\"", word.iter().map(sign).collect::<String>())
    }

    #[test]
    fn what_is_quoted_reads_back_as_it_was() {
        let signs = b"\"'\\ x4\n\x00\xff";
        let mut rng = Rng(7);
        let random = (0..2_000).map(|_| rng.many(signs, 40)).collect();
        for word in [all(signs, 3), random].concat() {
            let line = format!("{} {}", quoted(&word), quoted(b"end"));
            assert_eq!(read(line.as_bytes()), Ok(vec![word, b"end".to_vec()]), "{line}");
        }
    }

    /// What is read of any line is read of it again once it is quoted; a space at either end changes nothing.
    #[test]
    fn whatever_is_typed_is_read_or_refused() {
        let signs = b"\"'\\xa4 \t";
        let mut rng = Rng(8);
        let random: Vec<_> = (0..5_000).map(|_| rng.many(signs, 20)).collect();
        let mut good = 0;
        for line in [all(signs, 4), random].concat() {
            let words = read(&line);
            assert_eq!(read(&[b" ", &line[..], b" "].concat()), words, "{}", line.escape_ascii());
            let Ok(words) = words else { continue };
            let again = words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
            assert_eq!(read(again.as_bytes()), Ok(words), "{}", line.escape_ascii());
            good += 1;
        }
        assert!(good > 1_000, "only {good} were good");
    }
}
