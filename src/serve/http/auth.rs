//! Who asks: a bearer's token, or a name and a password.

use hyper::HeaderMap;
use hyper::header::{AUTHORIZATION, WWW_AUTHENTICATE};

use super::problem::Problem;
use crate::serve::passwords::{DEFAULT, Passwords};

/// May this be asked? `Bearer NAME:PASSWORD` and `Bearer PASSWORD` are as a line of the file has them.
///
/// # Errors
/// 401, and whether something was said that is wrong.
pub(super) fn check(headers: &HeaderMap, passwords: &Passwords) -> Result<(), (Problem, bool)> {
    if !passwords.are_asked() {
        return Ok(());
    }
    let said = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let is_admitted = said.and_then(|said| said.split_once(' ')).is_some_and(|(scheme, rest)| {
        let rest = rest.trim();
        if scheme.eq_ignore_ascii_case("bearer") {
            let named = rest.split_once(':').is_some_and(|(name, word)| passwords.admit(name, word));
            named | passwords.admit(DEFAULT, rest)
        } else if scheme.eq_ignore_ascii_case("basic") {
            let pair = decoded(rest).and_then(|bytes| String::from_utf8(bytes).ok());
            let pair = pair.as_deref().and_then(|pair| pair.split_once(':'));
            pair.is_some_and(|(name, word)| {
                passwords.admit(if name.is_empty() { DEFAULT } else { name }, word)
            })
        } else {
            false
        }
    });
    if is_admitted {
        return Ok(());
    }
    let refused = Problem::new(401, "unauthorized", "a password is asked for");
    Err((
        refused.with_header(WWW_AUTHENTICATE, "Bearer").with_header(WWW_AUTHENTICATE, "Basic"),
        said.is_some(),
    ))
}

/// The bytes that base64 stands for.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=').bytes().map(|byte| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    });
    let digits = digits.collect::<Option<Vec<u8>>>()?;
    let mut bytes = Vec::with_capacity(digits.len());
    for group in digits.chunks(4) {
        let bits = group.iter().fold(0, |bits: u32, digit| bits << 6 | u32::from(*digit));
        let bits = bits << (6 * (4 - group.len()));
        let count = group.len().checked_sub(1).filter(|count| *count > 0)?;
        bytes.extend_from_slice(&bits.to_be_bytes()[1..=count]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_with_and_without_its_end() {
        for (text, bytes) in
            [("", ""), ("YQ==", "a"), ("YWI", "ab"), ("YWJj", "abc"), ("YWRhOng6eQ==", "ada:x:y")]
        {
            assert_eq!(decoded(text).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
        assert!([decoded("Y"), decoded("Y*=="), decoded("YWJjZ")].iter().all(Option::is_none));
    }
}
