//! Texts with a trap in them: keys, fields, values, prefixes, patterns, other names of operations.

use crate::judge::exercise::Wildcards;
use crate::judge::rng::Rng;

/// Texts with a trap in each: nothing, case, numbers, prefixes of prefixes, pairs that run together, the answer's own
/// marks, spaces and NUL, orders that differ between bytes and UTF-16, lengths past what may be held in place.
const TEXTS: [&str; 23] = [
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

/// The same of printable ASCII, and none empty.
const PLAIN_TEXTS: [&str; 19] = [
    ".",
    "0",
    "a",
    "A",
    "B",
    "ab",
    "b",
    "bc",
    "f",
    "f1",
    "f10",
    "f100",
    "f2",
    "~",
    "a(b), c",
    ", ",
    " a",
    "a name that is not short at all",
    "a name that is not short at all, and longer still",
];

/// What texts are made of.
#[derive(Clone, Copy)]
pub(super) struct Texts {
    all: &'static [&'static str],
    /// What makes a longer name of another.
    ends: &'static [&'static str],
    /// What a name may be glued to itself with.
    glue: &'static [&'static str],
    may_be_empty: bool,
}

/// Any texts.
pub(super) const ANY: Texts = Texts { all: &TEXTS, ends: &ENDS, glue: &[], may_be_empty: true };
/// Those of printable ASCII, of which none but a prefix is empty.
pub(super) const PRINTABLE: Texts =
    Texts { all: &PLAIN_TEXTS, ends: &PLAIN_ENDS, glue: &GLUE, may_be_empty: false };

/// What operations may be called too: a text that is easily taken for something else is among them.
const ALIASES: [&str; 6] = ["x", "y", "do", "a", "*", "é é"];

impl Texts {
    /// The beginning of a field, from nothing to all of it; seldom any text, a piece from within, or in other letters.
    pub(super) fn prefix(self, rng: &mut Rng, fields: &[String]) -> String {
        let text = if rng.chance(8) { *rng.pick(self.all) } else { rng.pick(fields).as_str() };
        let length = text.chars().count();
        let skip = usize::from(length > 0 && rng.chance(8));
        let taken = rng.below(length as u64 + 1);
        let prefix: String = text.chars().skip(skip).zip(0..taken).map(|(char, _)| char).collect();
        match rng.below(16) {
            0 => swapped_case(&prefix),
            1 => prefix + *rng.pick(self.ends),
            _ => prefix,
        }
    }

    /// Mostly a number, so that an old value is told from a new one; few begin with a zero, which a number would lose.
    pub(super) fn value(self, rng: &mut Rng) -> String {
        let number = match rng.below(1000) {
            number @ 10..30 => format!("0{number}"),
            number => number.to_string(),
        };
        if rng.chance(8) { self.any(rng) } else { number }
    }

    /// Any text with a trap in it.
    pub(super) fn any(self, rng: &mut Rng) -> String {
        (*rng.pick(self.all)).to_owned()
    }

    /// Names for keys or fields, at most so many. Where there are few they are odd ones, and many are kin to one before.
    pub(super) fn names(self, rng: &mut Rng, most: u64) -> Vec<String> {
        let count = rng.within(&(1..most + 1));
        let mut names: Vec<String> = Vec::new();
        for number in 0..count {
            names.push(match names.last() {
                _ if most > 20 => format!("f{number}"),
                Some(last) if rng.chance(3) => self.kin(rng, last),
                _ => (*rng.pick(self.all)).to_owned(),
            });
        }
        names
    }

    /// A name that a careless program takes for another one, or puts on its wrong side.
    fn kin(self, rng: &mut Rng, name: &str) -> String {
        let ways = if self.glue.is_empty() { 3 } else { 4 };
        match rng.below(ways) {
            0 => swapped_case(name),
            3 => format!("{name}{}{name}", rng.pick(self.glue)),
            1 if self.may_be_empty || name.chars().nth(1).is_some() => name.chars().skip(1).collect(),
            _ => name.to_owned() + *rng.pick(self.ends),
        }
    }
}

/// A text, written with wildcards here and there; of a regular expression no more than points, stars and ends.
pub(super) fn pattern(rng: &mut Rng, text: &str, wildcards: Wildcards) -> String {
    let Wildcards { one, run, escape, ends } = wildcards;
    let mut pattern = String::new();
    for char in text.chars() {
        match rng.below(8) {
            0 => pattern.push_str(one),
            // Few of them, for whoever matches by trying everything.
            1 if pattern.matches(run).count() < 3 => pattern.push_str(run),
            _ if char.is_ascii_punctuation() => pattern.extend([escape, char.encode_utf8(&mut [0; 4])]),
            _ => pattern.push(char),
        }
    }
    match (rng.below(6), ends) {
        (0, _) => pattern + run,
        (1, Some([begin, _])) => format!("{begin}{pattern}"),
        (2, Some([_, end])) => pattern + end,
        _ => pattern,
    }
}

/// What an operation may be called too.
pub(super) fn alias(rng: &mut Rng) -> String {
    (*rng.pick(&ALIASES)).to_owned()
}

/// The same of printable ASCII.
const PLAIN_ENDS: [&str; 7] = ["0", "!", " ", ".a", "*", "(", "~~"];

/// What keys and fields are glued with by those who keep them in one map.
const GLUE: [&str; 3] = [".", "_", ":"];

/// What makes a longer name of another.
const ENDS: [&str; 8] = ["0", "!", " ", ".", ".a", "*", "(", "~é"];

/// A text in the other letters: small ones for capitals, and capitals for small ones.
pub(super) fn swapped_case(text: &str) -> String {
    let lower = text.to_lowercase();
    if lower == text { text.to_uppercase() } else { lower }
}
