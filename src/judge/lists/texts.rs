//! Texts with a trap in them: keys, fields, values, prefixes, patterns, other names of operations.

use super::author::Author;
use crate::judge::dice::Dice;
use crate::query::Form;

/// Texts with a trap in each: nothing, case, numbers, prefixes of prefixes, pairs that run together, the answer's own
/// marks, blanks and NUL, orders that differ between bytes and UTF-16, lengths past what may be held in place.
pub(super) const TEXTS: [&str; 23] = [
    "",
    ".",
    "a",
    "B",
    "ab",
    "b",
    "bc",
    "f",
    "f1",
    "f10",
    "f100",
    "f2",
    "fé",
    "é",
    "日本",
    "～",
    "😀",
    "a(b), c",
    ", ",
    " a",
    "a\0",
    "a name that is not short at all",
    "a name that is not short at all, and longer still",
];

/// What operations may be called too: a text that is easily taken for something else is among them.
const OTHERS: [&str; 6] = ["x", "y", "do", "a", "*", "é é"];

impl Author {
    /// A key, a field or a value, in part or whole, with wildcards here and there; of a regular expression no more than
    /// points, stars and ends.
    pub(super) fn pattern(&mut self) -> String {
        let text = match self.dice.below(3) {
            0 => self.dice.pick(&self.keys).clone(),
            1 => self.prefix(),
            _ => self.value(),
        };
        let [any, run, is_regex] = match self.chosen {
            "LIKE" => ["?", "*", ""],
            "REGEX" => [".", ".*", "\\"],
            _ => return text,
        };
        let mut pattern = String::new();
        for char in text.chars() {
            match self.dice.below(8) {
                0 => pattern.push_str(any),
                // Few of them, for whoever matches by trying everything.
                1 if pattern.matches(run).count() < 3 => pattern.push_str(run),
                _ if char.is_ascii_punctuation() => pattern.extend([is_regex, char.encode_utf8(&mut [0; 4])]),
                _ => pattern.push(char),
            }
        }
        match self.dice.below(6) {
            0 => pattern + run,
            1 if !is_regex.is_empty() => format!("^{pattern}"),
            2 if !is_regex.is_empty() => format!("{pattern}$"),
            _ => pattern,
        }
    }

    /// The beginning of a field, from nothing to all of it; seldom any text, a piece from within, or in other letters.
    pub(super) fn prefix(&mut self) -> String {
        let text =
            if self.dice.one_in(8) { *self.dice.pick(&TEXTS) } else { self.dice.pick(&self.fields).as_str() };
        let length = text.chars().count();
        let skip = usize::from(length > 0 && self.dice.one_in(8));
        let taken = self.dice.below(length as u64 + 1);
        let prefix: String = text.chars().skip(skip).zip(0..taken).map(|(char, _)| char).collect();
        match self.dice.below(16) {
            0 => swapped_case(&prefix),
            1 => prefix + *self.dice.pick(&ENDS),
            _ => prefix,
        }
    }

    /// Mostly a number, so that an old value is told from a new one.
    pub(super) fn value(&mut self) -> String {
        let number = self.dice.below(1000).to_string();
        if self.dice.one_in(8) { (*self.dice.pick(&TEXTS)).to_owned() } else { number }
    }

    /// What an operation is to be called too: mostly a free name, sometimes one that is taken.
    pub(super) fn other_name(&mut self) -> String {
        match self.dice.below(8) {
            0 => self.operation(),
            1 => (*self.dice.pick(&TEXTS)).to_owned(),
            2 => swapped_case(&self.operation()),
            _ => (*self.dice.pick(&OTHERS)).to_owned(),
        }
    }

    /// What is to have another name: mostly an operation that is drawn often, sometimes another name or none at all.
    pub(super) fn named(&mut self) -> String {
        match self.dice.below(10) {
            0 => (*self.dice.pick(&OTHERS)).to_owned(),
            1 => swapped_case(&self.operation()),
            _ => self.operation(),
        }
    }

    fn operation(&mut self) -> String {
        let kind = self.kind(self.shape.mix);
        self.dice.pick(&self.forms[kind]).name.to_owned()
    }

    /// How an operation is called in a query: often by another name, if it has one.
    pub(super) fn called(&mut self, form: &Form) -> String {
        let others: Vec<_> = self.aliases.iter().filter(|(_, operation)| *operation == form.name).collect();
        let is_called = !others.is_empty() && !self.dice.one_in(3);
        if is_called { self.dice.pick(&others).0.to_owned() } else { form.name.to_owned() }
    }
}

/// Names for keys or fields, at most so many. Where there are few they are odd ones, and many are kin to one before.
pub(super) fn names(dice: &mut Dice, most: u64) -> Vec<String> {
    let count = dice.within(&(1..most + 1));
    let mut names: Vec<String> = Vec::new();
    for number in 0..count {
        names.push(match names.last() {
            _ if most > 20 => format!("f{number}"),
            Some(last) if dice.one_in(3) => kin(dice, last),
            _ => (*dice.pick(&TEXTS)).to_owned(),
        });
    }
    names
}

/// A name that a careless program takes for another one, or puts on its wrong side.
fn kin(dice: &mut Dice, name: &str) -> String {
    match dice.below(3) {
        0 => swapped_case(name),
        1 => name.chars().skip(1).collect(),
        _ => name.to_owned() + *dice.pick(&ENDS),
    }
}

/// What makes a longer name of another.
const ENDS: [&str; 8] = ["0", "!", " ", ".", ".a", "*", "(", "~é"];

fn swapped_case(text: &str) -> String {
    let lower = text.to_lowercase();
    if lower == text { text.to_uppercase() } else { lower }
}
