//! What a program says that takes this port for one of HTTP; a page that another site serves can make a browser do so.
//!
//! Invariant: what it says is never carried out, from the first line on.

/// Are these the first two words of a line of HTTP?
#[must_use]
pub fn is_http(first: &[u8], second: Option<&[u8]>) -> bool {
    let asks_for_a_path = || second.is_some_and(|path| path.starts_with(b"/"));
    is_method_or_header(first) || (first.eq_ignore_ascii_case(b"GET") && asks_for_a_path())
}

/// Is this what no command is called, but a line of HTTP begins with?
#[must_use]
pub fn is_method_or_header(first: &[u8]) -> bool {
    // Most names differ in their length.
    match first.len() {
        4 => first.eq_ignore_ascii_case(b"POST"),
        5 => first.eq_ignore_ascii_case(b"Host:"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_http_are_known_by_their_first_two_words() {
        let rows: [(&str, Option<&str>, bool); 11] = [
            ("POST", None, true),
            ("post", Some("/"), true),
            ("Host:", Some("localhost"), true),
            ("host:", None, true),
            ("GET", Some("/"), true),
            ("GET", Some("/a?b=c"), true),
            ("GET", Some("a"), false),
            ("GET", None, false),
            ("PUT", Some("/a"), false),
            ("Host", Some(":"), false),
            ("", None, false),
        ];
        for (first, second, wanted) in rows {
            assert_eq!(is_http(first.as_bytes(), second.map(str::as_bytes)), wanted, "{first} {second:?}");
        }
    }
}
