//! Replies as a client reads them, in either version of the protocol.
//!
//! Invariant: nothing is allocated for what a header announces, only for what has arrived; no reply nests deeper than
//! [`DEEPEST`].

use std::io::{self, BufRead, Read};

use super::escape;
use crate::wire::Term;

/// How deep replies may stand in one another.
pub const DEEPEST: usize = 16;

/// A reply.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A text, or a line.
    Text(String),
    /// A number.
    Integer(i64),
    /// Truth.
    Bool(bool),
    /// Nothing.
    Null,
    /// An error: its code and its text.
    Error(String),
    /// An array, a set, or a message.
    List(Vec<Value>),
    /// A map.
    Map(Vec<(Value, Value)>),
}

impl Value {
    /// Its text; what is none has an empty one, but numbers and truth.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) | Self::Error(text) => text.clone(),
            Self::Integer(number) => number.to_string(),
            Self::Bool(truth) => truth.to_string(),
            Self::Null | Self::List(_) | Self::Map(_) => String::new(),
        }
    }

    /// Its items.
    #[must_use]
    pub fn items(&self) -> Vec<Self> {
        match self {
            Self::List(items) => items.clone(),
            _ => Vec::new(),
        }
    }

    /// Its pairs: of a map, or of an array by twos.
    #[must_use]
    pub fn pairs(&self) -> Vec<(Self, Self)> {
        match self {
            Self::Map(pairs) => pairs.clone(),
            Self::List(items) => {
                items.as_chunks::<2>().0.iter().map(|[key, value]| (key.clone(), value.clone())).collect()
            }
            _ => Vec::new(),
        }
    }

    /// It as an answer of the language: a text, or several.
    #[must_use]
    pub fn term(&self) -> Term {
        match self {
            Self::List(items) => Term::Array(items.iter().map(Self::text).collect()),
            other => Term::Text(other.text()),
        }
    }
}

/// Reads a reply.
///
/// ```
/// use rewinddb::serve::resp::value::{Value, read_value};
///
/// let mut bytes: &[u8] = b"*2\r\n$1\r\na\r\n:7\r\n";
/// let list = Value::List(vec![Value::Text("a".to_owned()), Value::Integer(7)]);
/// assert_eq!(read_value(&mut bytes)?, list);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// What is no reply, and those of the input.
pub fn read_value(input: &mut impl BufRead) -> io::Result<Value> {
    value(input, DEEPEST)
}

fn value(input: &mut impl BufRead, depth: usize) -> io::Result<Value> {
    let line = line(input)?;
    let (sign, rest) = line.split_first().ok_or_else(invalid)?;
    let text = || escape::text(rest).into_owned();
    Ok(match sign {
        b'+' | b',' | b'(' => Value::Text(text()),
        b'-' => Value::Error(text()),
        b':' => Value::Integer(number(rest)?),
        b'#' => Value::Bool(rest == b"t"),
        b'_' => Value::Null,
        b'$' | b'=' | b'!' => {
            let Some(bytes) = bulk(input, number(rest)?)? else { return Ok(Value::Null) };
            let bytes = if *sign == b'=' { bytes.get(4..).unwrap_or_default() } else { &bytes };
            let text = escape::text(bytes).into_owned();
            if *sign == b'!' { Value::Error(text) } else { Value::Text(text) }
        }
        b'*' | b'~' | b'>' => {
            let Ok(count) = u64::try_from(number(rest)?) else { return Ok(Value::Null) };
            let depth = depth.checked_sub(1).ok_or_else(invalid)?;
            Value::List((0..count).map(|_| value(input, depth)).collect::<io::Result<_>>()?)
        }
        b'%' => {
            let count = u64::try_from(number(rest)?).map_err(|_| invalid())?;
            let depth = depth.checked_sub(1).ok_or_else(invalid)?;
            let pair = |_| Ok((value(input, depth)?, value(input, depth)?));
            Value::Map((0..count).map(pair).collect::<io::Result<_>>()?)
        }
        _ => return Err(invalid()),
    })
}

fn invalid() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "this is no reply of the protocol")
}

/// So long may a line be.
const LONGEST_LINE: u64 = 1 << 20;

fn line(input: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    input.take(LONGEST_LINE).read_until(b'\n', &mut line)?;
    match line.strip_suffix(b"\r\n") {
        Some(text) => Ok(text.to_vec()),
        None if line.is_empty() => Err(io::ErrorKind::UnexpectedEof.into()),
        None => Err(invalid()),
    }
}

fn number(digits: &[u8]) -> io::Result<i64> {
    std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).ok_or_else(invalid)
}

/// The bytes of a text; none of one that is not there.
fn bulk(input: &mut impl BufRead, length: i64) -> io::Result<Option<Vec<u8>>> {
    let Ok(length) = u64::try_from(length) else { return Ok(None) };
    let mut bytes = Vec::new();
    input.take(length.saturating_add(2)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != length + 2 || !bytes.ends_with(b"\r\n") {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    bytes.truncate(bytes.len() - 2);
    Ok(Some(bytes))
}
