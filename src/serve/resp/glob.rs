//! Patterns as KEYS, SCAN and CONFIG GET have them, on bytes: what Redis's own matching finds, without its recursion.
//!
//! Invariants: a byte of the text is looked at once by the pieces between the first star and the last, and costs at
//! most a word for every 64 signs of a piece; a pattern takes memory in proportion to its length.
//!
//! ```text
//!   *  any run of bytes     ?  one byte      [a-z] [^a-z]  one byte of these, of none of these     \x  x itself
//!
//!   us?r:*[0-9]*x      "us?r:" at the beginning, "x" at the end; in between the leftmost "[0-9]"
//! ```
//!
//! As in Redis a class that does not end goes on to the end of the pattern, `[]` stands for nothing and `[^]` for any
//! byte, the ends of a range may stand in any order and are compared as signed bytes, a backslash at the end of the
//! pattern is one, and nothing but the empty pattern and `*` stands for the empty string.

mod class;
mod piece;

use class::Class;
use piece::Piece;

/// The longest pattern, in bytes.
pub const LONGEST: usize = 1024;

/// A pattern that is longer than [`LONGEST`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

/// A pattern, taken apart, so that many texts can be asked.
///
/// ```
/// use rewinddb::serve::resp::glob::Glob;
///
/// let glob = Glob::new(b"user:[0-9]*")?;
/// assert!(glob.is_match(b"user:17") && !glob.is_match(b"user:x"));
/// # Ok::<(), rewinddb::serve::resp::glob::TooLong>(())
/// ```
#[derive(Clone, Debug)]
pub struct Glob {
    first: Vec<Sign>,
    between: Vec<Piece>,
    /// `None` where there is no star, so that the first piece is the whole text.
    last: Option<Vec<Sign>>,
    /// Does it stand for the empty string?
    takes_nothing: bool,
}

/// What stands for one byte.
#[derive(Clone, Debug)]
enum Sign {
    Byte(u8),
    Class(Box<Class>),
}

impl Sign {
    fn takes(&self, byte: u8) -> bool {
        match self {
            Self::Byte(same) => *same == byte,
            Self::Class(class) => class.has(byte),
        }
    }
}

impl Glob {
    /// A pattern.
    ///
    /// # Errors
    /// One that is too long.
    pub fn new(pattern: &[u8]) -> Result<Self, TooLong> {
        if pattern.len() > LONGEST {
            return Err(TooLong);
        }
        let mut pieces = pieces(pattern).into_iter();
        let (first, last) = (pieces.next().unwrap_or_default(), pieces.next_back());
        let between = pieces.filter(|signs| !signs.is_empty()).map(|signs| Piece::of(&signs)).collect();
        Ok(Self { first, between, last, takes_nothing: matches!(pattern, b"" | b"*") })
    }

    /// Does it stand for this text, from end to end?
    #[must_use]
    pub fn is_match(&self, text: &[u8]) -> bool {
        if text.is_empty() {
            return self.takes_nothing;
        }
        let Some(rest) = without_first(text, &self.first) else { return false };
        let Some(last) = &self.last else { return rest.is_empty() };
        let Some(rest) = without_last(rest, last) else { return false };
        self.between.iter().try_fold(rest, |rest, piece| piece.behind(rest)).is_some()
    }
}

/// What stands between the stars.
fn pieces(pattern: &[u8]) -> Vec<Vec<Sign>> {
    let mut pieces = vec![Vec::new()];
    let mut rest = pattern;
    while let [first, behind @ ..] = rest {
        if *first == b'*' {
            pieces.push(Vec::new());
            rest = behind;
            continue;
        }
        let (sign, behind) = sign(*first, behind);
        pieces.last_mut().expect("there is one from the start").push(sign);
        rest = behind;
    }
    pieces
}

/// The sign that begins with this byte, and the pattern behind it.
fn sign(first: u8, behind: &[u8]) -> (Sign, &[u8]) {
    match (first, behind) {
        (b'?', _) => (Sign::Class(Box::new(Class::ANY)), behind),
        (b'[', _) => {
            let (class, behind) = Class::read(behind);
            (Sign::Class(Box::new(class)), behind)
        }
        (b'\\', [escaped, behind @ ..]) => (Sign::Byte(*escaped), behind),
        _ => (Sign::Byte(first), behind),
    }
}

/// The text behind a piece that it begins with.
fn without_first<'t>(text: &'t [u8], piece: &[Sign]) -> Option<&'t [u8]> {
    let (head, rest) = text.split_at_checked(piece.len())?;
    fits(piece, head).then_some(rest)
}

/// The text before a piece that it ends with.
fn without_last<'t>(text: &'t [u8], piece: &[Sign]) -> Option<&'t [u8]> {
    let (rest, tail) = text.split_at_checked(text.len().checked_sub(piece.len())?)?;
    fits(piece, tail).then_some(rest)
}

fn fits(piece: &[Sign], text: &[u8]) -> bool {
    piece.iter().zip(text).all(|(sign, byte)| sign.takes(*byte))
}

#[cfg(test)]
mod tests;
