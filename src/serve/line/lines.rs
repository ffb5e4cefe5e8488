//! A connection's bytes as lines.
//!
//! Invariant: however a line is cut into pieces, the same is read, and no byte is looked at again for each piece that
//! arrives.

use std::fmt;

use memchr::memchr;

/// The longest line that is read if nothing else is said, in bytes.
pub const LONGEST: usize = 64 << 10;

/// A line that does not end: the connection is to be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("line too long")
    }
}

impl std::error::Error for TooLong {}

/// A line that has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'b> {
    /// It, without what ends it.
    pub bytes: &'b [u8],
    /// How many bytes it takes with that.
    pub consumed: usize,
}

/// What finds the lines of a connection, one after the other.
///
/// ```
/// use rewinddb::serve::line::lines::{Line, Lines};
///
/// let mut lines = Lines::default();
/// assert_eq!(lines.next(b"GET na"), Ok(None));
/// assert_eq!(lines.next(b"GET name\r\nDEL"), Ok(Some(Line { bytes: b"GET name", consumed: 10 })));
/// assert_eq!(lines.next(b"DEL"), Ok(None));
/// ```
#[derive(Clone, Debug)]
pub struct Lines {
    longest: usize,
    /// No line ends before here.
    scanned: usize,
}

impl Lines {
    /// Lines of no more than so many bytes, without the line feed that ends them.
    #[must_use]
    pub fn new(longest: usize) -> Self {
        Self { longest, scanned: 0 }
    }

    /// Looks for a line at the beginning of the buffer, which ends in LF or CR LF.
    ///
    /// The buffer holds what has arrived and was not consumed: it begins with the same bytes until a line was found,
    /// and behind that one afterwards.
    ///
    /// # Errors
    /// A line that is too long. Nothing behind it can be read.
    pub fn next<'b>(&mut self, buffer: &'b [u8]) -> Result<Option<Line<'b>>, TooLong> {
        let most = self.longest.saturating_add(1);
        let to = buffer.len().min(most);
        let from = self.scanned.min(to);
        let Some(found) = memchr(b'\n', &buffer[from..to]) else {
            self.scanned = to;
            return if to == most { Err(TooLong) } else { Ok(None) };
        };
        self.scanned = 0;
        let line = &buffer[..from + found];
        let bytes = line.strip_suffix(b"\r").unwrap_or(line);
        Ok(Some(Line { bytes, consumed: line.len() + 1 }))
    }
}

impl Default for Lines {
    fn default() -> Self {
        Self::new(LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::resp::random::Rng;

    /// The lines of what comes in pieces that end at these places, then how many bytes are left.
    fn read(stream: &[u8], ends: &[usize], longest: usize) -> (Vec<Vec<u8>>, Result<usize, TooLong>) {
        let (mut lines, mut from, mut found) = (Lines::new(longest), 0, Vec::new());
        for end in ends.iter().chain([&stream.len()]) {
            loop {
                match lines.next(&stream[from..*end]) {
                    Ok(None) => break,
                    Ok(Some(line)) => {
                        found.push(line.bytes.to_vec());
                        from += line.consumed;
                    }
                    Err(error) => return (found, Err(error)),
                }
            }
        }
        (found, Ok(stream.len() - from))
    }

    #[test]
    fn lines_end_in_lf_or_crlf() {
        let rows: [(&str, &[&str], usize); 8] = [
            ("", &[], 0),
            ("a", &[], 1),
            ("a\n", &["a"], 0),
            ("a\r\nb\nc", &["a", "b"], 1),
            ("\n\r\n\r\r\n", &["", "", "\r"], 0),
            ("a\rb\n", &["a\rb"], 0),
            ("a\r", &[], 2),
            ("é\n", &["é"], 0),
        ];
        for (stream, lines, left) in rows {
            let lines = lines.iter().map(|line| line.as_bytes().to_vec()).collect();
            assert_eq!(read(stream.as_bytes(), &[], LONGEST), (lines, Ok(left)), "{stream:?}");
        }
    }

    #[test]
    fn a_line_that_does_not_end_is_refused_once_it_is_too_long() {
        let long = |count| b"a".repeat(count);
        assert_eq!(read(&long(LONGEST), &[], LONGEST).1, Ok(LONGEST));
        assert_eq!(read(&long(LONGEST + 1), &[], LONGEST).1, Err(TooLong));
        assert_eq!(read(&[&long(LONGEST)[..], b"\n"].concat(), &[], LONGEST).1, Ok(0));
        assert_eq!(read(&[&long(LONGEST + 1)[..], b"\n"].concat(), &[], LONGEST).1, Err(TooLong));
        assert_eq!(TooLong.to_string(), "line too long");
    }

    #[test]
    fn however_they_are_cut_the_same_lines_are_found() {
        let mut rng = Rng(11);
        let (mut lines, mut refused) = (0, 0);
        for _ in 0..5_000 {
            let stream = rng.many(b"ab \r\n\xff", 60);
            let whole = read(&stream, &[], 12);
            let bytes: Vec<_> = (0..stream.len()).collect();
            assert_eq!(read(&stream, &bytes, 12), whole, "{}", stream.escape_ascii());
            let mut ends: Vec<_> = (0..rng.below(5)).map(|_| rng.below(stream.len() + 1)).collect();
            ends.sort_unstable();
            assert_eq!(read(&stream, &ends, 12), whole, "{ends:?}: {}", stream.escape_ascii());
            lines += whole.0.len();
            refused += usize::from(whole.1.is_err());
        }
        assert!(lines > 5_000 && refused > 500, "{lines} and {refused} say little");
    }
}
