//! How a wrong answer differs from the right one, as far as the two texts and the words of the list tell.
//!
//! Invariant: two answers that differ have exactly one kind of difference, the first that fits in the order below.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::alike::look_alike;
use crate::wire::Term;

/// A kind of difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Deviation {
    /// They look alike, and are of other characters.
    Alike,
    /// The word of a language for nothing stands where the empty string is right.
    Named,
    /// Something is answered where nothing is right, or yes where no is.
    Something,
    /// Nothing is answered where something is right, or no where yes is.
    Nothing,
    /// The parts are right, their order is not.
    Order,
    /// All that is right is listed, and more.
    TooMany,
    /// Some of what is right is listed, and nothing else.
    TooFew,
    /// The answer is a value of the list, as it was right before or is elsewhere.
    Stale,
    /// Letters and digits are right; spaces, signs, or large and small letters are not.
    Form,
    /// A number is too large.
    Larger,
    /// A number is too small.
    Smaller,
    /// None of these.
    Other,
}

impl Deviation {
    /// How an answer differs from the one that is wanted, where these values stand in the list.
    #[must_use]
    pub fn of(wanted: &Term, given: &Term, values: &[String]) -> Self {
        let mut texts = wanted.texts().iter().zip(given.texts());
        match texts.find(|(wanted, given)| wanted != given) {
            Some((wanted, given)) => of_texts(wanted, given, values),
            None => Self::Other,
        }
    }

    /// Does it concern how an answer is written, whatever rule the query turns on?
    #[must_use]
    pub fn is_of_writing(self) -> bool {
        matches!(self, Self::Alike | Self::Named | Self::Order | Self::Form)
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Alike => "texts that look alike are mixed up",
            Self::Named => "nothing is written out as a word",
            Self::Something => "something is answered",
            Self::Nothing => "nothing is answered",
            Self::Order => "the right parts, in another order",
            Self::TooMany => "too much is listed",
            Self::TooFew => "too little is listed",
            Self::Stale => "another value is answered",
            Self::Form => "the right answer, written in another way",
            Self::Larger => "a larger number is answered",
            Self::Smaller => "a smaller number is answered",
            Self::Other => "another answer is given",
        })
    }
}

/// What languages call nothing.
const NOTHING: [&str; 6] = ["None", "null", "undefined", "nil", "<nil>", "NULL"];

fn of_texts(wanted: &str, given: &str, values: &[String]) -> Deviation {
    if look_alike(wanted, given) {
        return Deviation::Alike;
    }
    match (wanted, given) {
        ("", given) if NOTHING.contains(&given) => return Deviation::Named,
        ("", given) if is_listing(given) => return Deviation::TooMany,
        (wanted, "") if is_listing(wanted) => return Deviation::TooFew,
        ("" | "false", "true") | ("", _) => return Deviation::Something,
        ("true", "false") | (_, "") => return Deviation::Nothing,
        _ => {}
    }
    let is_value = |text: &str| values.iter().any(|value| value == text);
    if is_value(wanted) && is_value(given) {
        return Deviation::Stale;
    }
    if letters(wanted) == letters(given) {
        return Deviation::Form;
    }
    of_parts(wanted, given).unwrap_or_else(|| match (wanted.parse::<u64>(), given.parse::<u64>()) {
        (Ok(wanted), Ok(given)) if wanted < given => Deviation::Larger,
        (Ok(_), Ok(_)) => Deviation::Smaller,
        _ => Deviation::Other,
    })
}

/// Is it fields with their values?
fn is_listing(text: &str) -> bool {
    text.split(", ").all(|part| part.ends_with(')') && part.contains('('))
}

/// Of answers that are made of parts: which of them are there.
fn of_parts(wanted: &str, given: &str) -> Option<Deviation> {
    let (mut missing, mut more) = (0, 0);
    let mut counts: BTreeMap<&str, isize> = BTreeMap::new();
    wanted.split(", ").for_each(|part| *counts.entry(part).or_default() += 1);
    given.split(", ").for_each(|part| *counts.entry(part).or_default() -= 1);
    for count in counts.values() {
        missing += count.max(&0);
        more -= count.min(&0);
    }
    let is_list = is_listing(wanted) || is_listing(given) || wanted.contains(", ") || given.contains(", ");
    match (missing, more) {
        (0, 0) => Some(Deviation::Order),
        (0, _) if is_list => Some(Deviation::TooMany),
        (_, 0) if is_list => Some(Deviation::TooFew),
        _ => None,
    }
}

/// Letters and digits alone, without regard to large and small ones.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_difference_is_told_from_the_others() {
        let values = ["old", "new", "7", "8"].map(str::to_owned);
        let rows = [
            ("", "C", Deviation::Something),
            ("", "None", Deviation::Named),
            ("false", "true", Deviation::Something),
            ("C", "", Deviation::Nothing),
            ("true", "false", Deviation::Nothing),
            ("a(1), b(2)", "b(2), a(1)", Deviation::Order),
            ("a(1)", "a(1), b(2)", Deviation::TooMany),
            ("", "a(1)", Deviation::TooMany),
            ("a(1)", "", Deviation::TooFew),
            ("a(1), b(2)", "b(2)", Deviation::TooFew),
            ("a(1), a(1)", "a(1)", Deviation::TooFew),
            ("new", "old", Deviation::Stale),
            ("8", "7", Deviation::Stale),
            ("true", "True", Deviation::Form),
            ("a(1), b(2)", "a(1),b(2)", Deviation::Form),
            ("a(1)", "a: 1", Deviation::Form),
            ("a(1)", "a(1), ", Deviation::Form),
            ("2", "3", Deviation::Larger),
            ("2", "7", Deviation::Larger),
            ("2", "1", Deviation::Smaller),
            ("a(1), b(2)", "a(1), b(3)", Deviation::Other),
            ("A", "\u{410}", Deviation::Alike),
        ];
        for (wanted, given, difference) in rows {
            assert_eq!(Deviation::of(&wanted.into(), &given.into(), &values), difference, "{wanted} {given}");
        }
    }

    #[test]
    fn of_an_array_the_first_text_that_differs_counts() {
        let array = |texts: [&str; 2]| Term::Array(texts.map(str::to_owned).to_vec());
        assert_eq!(Deviation::of(&array(["x", ""]), &array(["x", "y"]), &[]), Deviation::Something);
    }
}
