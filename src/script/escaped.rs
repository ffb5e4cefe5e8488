//! JSON and lines of which a terminal shows everything: what it would obey is written as an escape.

use std::borrow::Cow;

use serde::Serialize;

use super::is_unseen;

/// The same JSON. What a terminal would obey stands in its strings alone, where an escape says the same.
#[must_use]
pub fn escaped(json: &str) -> Cow<'_, str> {
    escape(json, is_unseen)
}

/// A line as it is typed, with escapes for what a terminal would obey: in double quotes they say the same. Line breaks
/// and tabs stay.
#[must_use]
pub fn escaped_line(line: &str) -> Cow<'_, str> {
    escape(line, |c| is_unseen(c) && !matches!(c, '\n' | '\t'))
}

/// A value as JSON.
#[must_use]
pub fn to_json<T: Serialize + ?Sized>(value: &T) -> String {
    let json = serde_json::to_string(value).unwrap_or_default();
    match escaped(&json) {
        Cow::Borrowed(_) => json,
        Cow::Owned(escaped) => escaped,
    }
}

fn escape(text: &str, is_escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_escaped(c) {
            let mut units = [0; 2];
            c.encode_utf16(&mut units).iter().for_each(|unit| escaped.push_str(&format!("\\u{unit:04x}")));
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_escaped_and_says_the_same() {
        let text = "a\u{7f}\u{80}\u{9b}31m\u{9f}\u{61c}\u{202e}\u{2066}\u{feff}\u{1fffe}é😀\\\"\n";
        let json = to_json(text);
        assert!(!json.contains(is_unseen) && json.contains(r"\u009b31m") && json.contains("é😀"), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).expect("it is JSON"), text);
        assert_eq!(escaped_line("SET a \"\u{1b}[2J\"\n\tb"), "SET a \"\\u001b[2J\"\n\tb");
    }
}
