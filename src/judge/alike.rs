//! Texts that look alike, and the characters by which they are told apart.
//!
//! Source: Unicode Technical Standard 39, "Unicode Security Mechanisms": texts are confusable whose skeletons are equal.

use unicode_security::skeleton;

use crate::wire::{Term, is_unseen};

/// Do two texts that differ look alike to a reader: composed or not, with another space, with a character that is not
/// seen, or of another script?
pub(super) fn look_alike(one: &str, other: &str) -> bool {
    let is_plain = one.is_ascii() && other.is_ascii();
    one != other && !is_plain && bones(one) == bones(other)
}

/// What a reader sees of a text.
fn bones(text: &str) -> String {
    let seen: String = text.chars().filter(|c| !is_unseen(*c)).collect();
    skeleton(&seen).collect()
}

/// The characters at which two answers that look alike differ first, by their numbers; `None` where they do not look
/// alike.
pub(super) fn apart(wanted: &Term, given: &Term) -> Option<[String; 2]> {
    let mut texts = wanted.texts().iter().zip(given.texts());
    let (wanted, given) = texts.find(|(wanted, given)| wanted != given)?;
    look_alike(wanted, given).then(|| {
        let same = wanted.chars().zip(given.chars()).take_while(|(one, other)| one == other).count();
        let back = |text: &str| text.chars().skip(same).collect::<Vec<_>>();
        let [mut wanted, mut given] = [back(wanted), back(given)];
        while wanted.last().is_some() && wanted.last() == given.last() {
            wanted.pop();
            given.pop();
        }
        [numbered(&wanted), numbered(&given)]
    })
}

/// So many characters are named at most.
const MOST_NAMED: usize = 4;

/// Characters by their numbers, as in `U+0041`.
fn numbered(characters: &[char]) -> String {
    let mut names: Vec<_> = characters.iter().map(|c| format!("U+{:04X}", u32::from(*c))).collect();
    if names.len() > MOST_NAMED {
        names.truncate(MOST_NAMED);
        names.push("…".to_owned());
    }
    if names.is_empty() { "nothing".to_owned() } else { names.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_alike_is_told_apart_by_numbers() {
        let rows = [
            ("caf\u{e9}", "cafe\u{301}", "U+00E9", "U+0065 U+0301"),
            ("a b", "a\u{a0}b", "U+0020", "U+00A0"),
            ("ab", "a\u{ad}b", "nothing", "U+00AD"),
            ("A", "\u{410}", "U+0041", "U+0410"),
            ("x", "\u{feff}x", "nothing", "U+FEFF"),
        ];
        for (wanted, given, one, other) in rows {
            let told = apart(&wanted.into(), &given.into());
            assert_eq!(told, Some([one.to_owned(), other.to_owned()]), "{wanted} {given}");
        }
    }

    #[test]
    fn what_looks_otherwise_is_left_alone() {
        for (wanted, given) in [("a", "b"), ("é", "e"), ("true", "True"), ("l", "1"), ("x", "x")] {
            assert_eq!(apart(&wanted.into(), &given.into()), None, "{wanted} {given}");
        }
    }
}
