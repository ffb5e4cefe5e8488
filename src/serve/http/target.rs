//! What a target names: the segments of a path, and a query.
//!
//! Invariants: everything is percent-decoded once, and nothing is normalised; what is UTF-8 is its characters, so that
//! a name that was listed can be asked for; bytes that are none are kept, as [`escape`] keeps them.

use super::problem::Problem;
use crate::serve::resp::escape;

/// The parts of a target.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) segments: Vec<String>,
    pub(super) query: Vec<(String, String)>,
}

impl Target {
    /// Reads a path and a query.
    ///
    /// # Errors
    /// 400: a `%` has no two digits behind it.
    pub(super) fn parse(path: &str, query: Option<&str>) -> Result<Self, Problem> {
        let path = path.strip_prefix('/').unwrap_or(path);
        let segments = path.split('/').map(|segment| decoded(segment, false)).collect::<Option<_>>();
        let pairs = query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decoded(name, true)?, decoded(value, true)?))
        });
        let bad = || Problem::bad("a % stands for no byte").closing();
        Ok(Self { segments: segments.ok_or_else(bad)?, query: pairs.collect::<Option<_>>().ok_or_else(bad)? })
    }
}

/// A text with its escapes made bytes; a query writes a space as `+` too.
fn decoded(text: &str, is_query: bool) -> Option<String> {
    if text.is_ascii() && !text.contains('%') && !(is_query && text.contains('+')) {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => hex(rest.next()?)? << 4 | hex(rest.next()?)?,
            b'+' if is_query => b' ',
            byte => byte,
        });
    }
    Some(String::from_utf8(bytes).unwrap_or_else(|error| escape::text(error.as_bytes()).into_owned()))
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_decoded_once_and_stay_apart() {
        let target =
            Target::parse("/v1/a%2Fb/%252F/../é+%20", Some("p=a+b%2B&&q&r=%ff")).expect("it is good");
        assert_eq!(target.segments, ["v1", "a/b", "%2F", "..", "é+ "]);
        let query = [("p", "a b+"), ("q", ""), ("r", "\u{10feff}")];
        assert!(target.query.iter().map(|(name, value)| (&**name, &**value)).eq(query));
        // The same key, by its byte and as it is listed.
        for path in ["/%FF", "/%F4%8F%BB%BF", "/\u{10feff}"] {
            assert_eq!(Target::parse(path, None).expect("it is good").segments, ["\u{10feff}"]);
        }
        for bad in ["/%", "/%4", "/%zz", "/a%+1"] {
            assert!(Target::parse(bad, None).is_err(), "{bad}");
        }
    }
}
