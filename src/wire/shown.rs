//! Words and answers as a person reads them.
//!
//! Invariants: nothing of what comes from outside reaches a terminal unescaped; an empty string is seen.

use std::fmt::Write as _;

use super::Term;

/// As much of a text as is shown in a column: the time to break it into lines grows with the square of its length.
#[must_use]
pub fn cut(mut text: String) -> String {
    const MOST: usize = 2_000;
    if text.len() > MOST {
        text.truncate(text.floor_char_boundary(MOST));
        text.push('…');
    }
    text
}

/// The words of a query on a line as a person reads them: in quotes where they would be ambiguous without, and
/// escaped; the words of a query in it stand in brackets.
#[must_use]
pub fn line(words: &[Term]) -> String {
    let mut line = String::new();
    push_words(&mut line, words, push_word);
    line
}

/// The same with no more of each word than is shown in a column.
#[must_use]
pub fn short_line(words: &[Term]) -> String {
    let mut line = String::new();
    push_words(&mut line, words, |line, text| line.push_str(&cut(word(text))));
    line
}

/// An answer in quotes as a person reads it, so that an empty one is seen; of several each in its own, all together in
/// brackets.
#[must_use]
pub fn shown(answer: &Term) -> String {
    let mut line = String::new();
    push_shown(&mut line, answer);
    line
}

/// Appends what [`shown`] gives.
pub(crate) fn push_shown(line: &mut String, answer: &Term) {
    match answer {
        Term::Text(text) => push_quoted(line, text),
        Term::Array(texts) => push_array(line, texts, ", ", push_quoted),
    }
}

/// Appends the words of a query, each of which `push` appends.
pub(crate) fn push_words(line: &mut String, words: &[Term], push: impl Fn(&mut String, &str)) {
    for (place, word) in words.iter().enumerate() {
        line.push_str(if place > 0 { " " } else { "" });
        match word {
            Term::Text(text) => push(line, text),
            // A bracket of a word is not taken for the end of the array.
            Term::Array(texts) => push_array(line, texts, " ", |line, text| {
                if text.contains(['[', ']']) { push_quoted(line, text) } else { push(line, text) }
            }),
        }
    }
}

/// Appends texts in brackets.
fn push_array(line: &mut String, texts: &[String], between: &str, push: impl Fn(&mut String, &str)) {
    line.push('[');
    for (place, text) in texts.iter().enumerate() {
        line.push_str(if place > 0 { between } else { "" });
        push(line, text);
    }
    line.push(']');
}

/// A word as a person reads it: in quotes where it would be ambiguous without, and escaped.
#[must_use]
pub fn word(text: &str) -> String {
    let mut line = String::new();
    push_word(&mut line, text);
    line
}

/// A text in quotes as a person reads it, escaped, so that an empty one is seen.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut line = String::new();
    push_quoted(&mut line, text);
    line
}

/// Appends what [`word`] gives.
pub(crate) fn push_word(line: &mut String, word: &str) {
    if word.is_empty() || word.contains(|c: char| c.is_whitespace() || c == '"' || is_unseen(c)) {
        push_quoted(line, word);
    } else {
        line.push_str(word);
    }
}

/// Appends what [`quoted`] gives.
pub(crate) fn push_quoted(line: &mut String, text: &str) {
    line.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            line.push('\\');
        }
        push_seen(line, c);
    }
    line.push('"');
}

/// Text with its control characters escaped.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    text.chars().for_each(|c| push_seen(&mut line, c));
    line
}

fn push_seen(line: &mut String, c: char) {
    if is_unseen(c) {
        let _ = write!(line, "{}", c.escape_default());
    } else {
        line.push(c);
    }
}

/// Is this a character that a terminal would obey, or show nothing for: control characters, and those that steer the
/// direction or the width of text? What a person reads has them escaped or replaced.
#[must_use]
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        // No character at all, which XML and YAML refuse.
        || u32::from(c) & 0xfffe == 0xfffe
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
