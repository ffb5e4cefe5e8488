//! Who asks: a bearer's token, or a name and a password.

use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
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
    let given = headers.get(AUTHORIZATION);
    let said = given.and_then(|value| std::str::from_utf8(value.as_bytes()).ok());
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
        given.is_some(),
    ))
}

/// The bytes that base64 stands for, with or without what fills it up.
fn decoded(text: &str) -> Option<Vec<u8>> {
    BASE64_STANDARD_NO_PAD.decode(text.trim_end_matches('=')).ok()
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
