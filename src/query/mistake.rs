//! What can be wrong with the words of a query, told so that it can be mended.

use std::fmt;

use super::{Aliases, BadWord, Level, OPERATIONS, Row};

/// How alike a name must be to be offered (Damerau-Levenshtein, 1 is equal).
const ALIKE: f64 = 0.6;

/// So many characters of a text from outside are shown in a message.
const MOST_SHOWN: usize = 160;

/// What is wrong with the words of a query.
#[derive(Clone, Debug)]
pub enum Mistake {
    /// There are no words at all.
    NoOperation,
    /// No operation has this name.
    UnknownOperation {
        /// What was given.
        given: String,
    },
    /// The operation takes another number of words.
    WordCount {
        /// The forms that the operation has.
        rows: &'static [&'static Row],
        /// How many words followed its name.
        given: usize,
    },
    /// The operation belongs to a level that is not open.
    AboveLevel {
        /// The operation.
        row: &'static Row,
        /// The highest level that is open.
        level: Level,
    },
    /// An array stands where a word should.
    Array {
        /// The operation, if its name is not the array.
        row: Option<&'static Row>,
        /// Which of the query's words, from 0.
        place: usize,
    },
    /// A word stands where an array should, a query.
    NoArray {
        /// The operation.
        row: &'static Row,
        /// Which of the query's words, from 0.
        place: usize,
        /// What was given.
        given: String,
    },
    /// Something is wrong with a query that stands in another one.
    Within {
        /// Which of the outer query's words it is, from 0.
        place: usize,
        /// What.
        mistake: Box<Self>,
    },
    /// An operation has no place in a query that stands in another one.
    NotWithin {
        /// The outer operation.
        row: &'static Row,
        /// The inner one.
        within: &'static Row,
    },
    /// Something is wrong with a query whose operation was given another name.
    Aliased {
        /// That name.
        alias: String,
        /// What it stands for.
        operation: &'static str,
        /// What is wrong.
        mistake: Box<Self>,
    },
    /// A word is not what it should be: a number, one of a few words, or a pattern.
    BadWord {
        /// The operation.
        row: &'static Row,
        /// Which of the operation's words, from 0.
        place: usize,
        /// What was given.
        given: String,
        /// Why it is not.
        why: BadWord,
    },
}

impl Mistake {
    /// The mistake of naming an operation that there is not.
    #[must_use]
    pub fn unknown_operation(given: &str) -> Self {
        Self::UnknownOperation { given: Brief(given).to_string() }
    }

    /// The way to the word at fault: its place among the words, counted from 0 with the operation's name, and where that
    /// is a query its place among the words of that one. It ends before the word if a query as a whole is at fault.
    #[must_use]
    pub fn way(&self) -> Vec<usize> {
        match self {
            Self::NoOperation | Self::WordCount { .. } => vec![],
            Self::UnknownOperation { .. } | Self::AboveLevel { .. } | Self::NotWithin { .. } => vec![0],
            Self::BadWord { place, .. } => vec![place + 1],
            Self::Array { place, .. } | Self::NoArray { place, .. } => vec![*place],
            Self::Within { place, mistake } => [vec![*place], mistake.way()].concat(),
            Self::Aliased { mistake, .. } => mistake.way(),
        }
    }

    /// How to mend it, where these other names of operations are known.
    #[must_use]
    pub fn help(&self, aliases: &Aliases) -> String {
        match self {
            Self::NoOperation => "a query begins with the name of an operation".to_owned(),
            Self::UnknownOperation { given } => nearest(given, aliases)
                .map_or_else(operations, |name| format!("did you mean {}?", Brief(&name))),
            Self::WordCount { rows, .. } => {
                let forms: Vec<_> = rows.iter().map(|row| row.usage()).collect();
                format!("write {}", forms.join(" or "))
            }
            Self::AboveLevel { row, .. } => {
                format!("--level {0} opens it, or \"level\": {0} in a suite", row.level)
            }
            Self::BadWord { why, .. } => why.to_string(),
            Self::Array { row, .. } => row.map_or_else(operations, |row| format!("write {}", row.usage())),
            Self::NoArray { row, .. } => format!("as in {}", as_json(row.example.queries[0])),
            Self::Within { mistake, .. } | Self::Aliased { mistake, .. } => mistake.help(aliases),
            Self::NotWithin { row, .. } => format!("ask it before or after the {}", row.name),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoOperation => f.write_str("an empty query"),
            Self::UnknownOperation { given } => write!(f, "unknown operation `{given}`"),
            Self::WordCount { rows, given } => {
                let mut wanted: Vec<_> = rows.iter().map(|row| row.words.len().to_string()).collect();
                wanted.sort_unstable();
                let words = match &wanted.join(" or ")[..] {
                    "0" => "no words".to_owned(),
                    "1" => "1 word".to_owned(),
                    wanted => format!("{wanted} words"),
                };
                write!(f, "{} takes {words}, {given} given", rows[0].name)
            }
            Self::AboveLevel { row, level } => {
                // Another form of the operation may be open.
                let is_only = Row::named(row.name).len() == 1;
                let operation = if is_only { row.name.to_owned() } else { format!("`{}`", row.usage()) };
                write!(f, "{operation} belongs to level {}, only levels up to {level} are open", row.level)
            }
            Self::BadWord { row, place, given, why } => {
                let word = row.words[*place].name;
                write!(f, "the {word} of {} must be {}, not `{given}`", row.name, why.wanted())
            }
            Self::Array { row: None, .. } => f.write_str("the name of an operation is a text, not an array"),
            Self::Array { row: Some(row), .. } if row.words.is_empty() => {
                write!(f, "{} takes no words, and so no array", row.name)
            }
            Self::Array { row: Some(row), .. } => {
                write!(f, "the words of {} are strings or integers, not arrays", row.name)
            }
            Self::NoArray { row, given, .. } => {
                write!(f, "{} takes queries, each an array of words, not `{given}`", row.name)
            }
            Self::Within { mistake, .. } => mistake.fmt(f),
            Self::NotWithin { row, within } => write!(f, "{} has no place in a {}", within.name, row.name),
            Self::Aliased { alias, operation, mistake } => {
                write!(f, "{mistake} (`{alias}` stands for {operation})")
            }
        }
    }
}

impl std::error::Error for Mistake {}

/// The operations that everybody knows.
fn operations() -> String {
    let rows = OPERATIONS.iter().filter(|row| row.level <= Level::EXERCISE);
    format!("the operations are {} and more", rows.map(|row| row.name).collect::<Vec<_>>().join(", "))
}

/// The name of an operation that comes nearest, if one comes near. Another one than its own must come nearer.
fn nearest(given: &str, aliases: &Aliases) -> Option<String> {
    let upper = given.to_uppercase();
    let alike = |name: &str, given: &str| strsim::normalized_damerau_levenshtein(name, given);
    let others = aliases.iter().map(|(name, _)| (name, alike(name, given)));
    let own = Row::names().map(|name| (name, alike(name, &upper)));
    // Of equally near ones this takes the last.
    let nearest = others.chain(own).max_by(|(_, one), (_, other)| one.total_cmp(other));
    nearest.filter(|(_, alike)| *alike >= ALIKE).map(|(name, _)| name.to_owned())
}

/// A query whose words are parted by blanks, as JSON.
fn as_json(query: &str) -> String {
    let word = |word: &str| {
        let text = word.trim_matches(['[', ']']);
        word.replace(text, &format!("\"{text}\""))
    };
    format!("[{}]", query.split(' ').map(word).collect::<Vec<_>>().join(", "))
}

/// Text from outside in a message: no more than its first characters, control characters escaped.
pub(crate) struct Brief<'a>(pub(crate) &'a str);

impl fmt::Display for Brief<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = self.0.char_indices().nth(MOST_SHOWN).map(|(at, _)| at);
        let text = &self.0[..end.unwrap_or(self.0.len())];
        for c in text.chars() {
            // Quotes are no danger, and messages are full of them.
            if matches!(c, '"' | '\'') { write!(f, "{c}")? } else { write!(f, "{}", c.escape_debug())? }
        }
        f.write_str(if end.is_some() { "…" } else { "" })
    }
}
