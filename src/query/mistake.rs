//! What can be wrong with the words of a query, said so that it can be mended.

use std::fmt;

use super::{Aliases, BadWord, Form, Language, Level};

/// How alike a name must be to be offered (Damerau-Levenshtein, 1 is equal).
const ALIKE: f64 = 0.6;

/// No longer name is compared, in bytes: that takes as long as the product of both lengths.
const LONGEST_COMPARED: usize = 64;

/// So many characters of a text from outside are shown in a message.
const MOST_SHOWN: usize = 160;

/// What is wrong with the words of a query.
#[derive(Clone, Debug)]
#[non_exhaustive]
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
        forms: Vec<&'static Form>,
        /// How many words followed its name.
        given: usize,
    },
    /// The operation belongs to a level that is not open.
    AboveLevel {
        /// The operation.
        form: &'static Form,
        /// The highest level that is open.
        level: Level,
        /// Has the operation no other form, which may be open?
        is_only: bool,
    },
    /// An array stands where a word should.
    Array {
        /// The operation, if its name is not the array.
        form: Option<&'static Form>,
        /// Which of the query's words, from 0.
        place: usize,
    },
    /// A word stands where an array should, a query.
    NoArray {
        /// The operation.
        form: &'static Form,
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
        form: &'static Form,
        /// The inner one.
        within: &'static Form,
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
        form: &'static Form,
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

    /// The mistake of asking what belongs to a level above the open ones.
    pub(super) fn above_level(form: &'static Form, level: Level, is_only: bool) -> Self {
        Self::AboveLevel { form, level, is_only }
    }

    /// The mistake of a word that stands where a query should.
    pub(crate) fn no_array(form: &'static Form, place: usize, given: &str) -> Self {
        Self::NoArray { form, place, given: Brief(given).to_string() }
    }

    /// The same mistake in a query whose operation was given another name.
    pub(crate) fn of_alias(self, alias: &str, operation: &'static str) -> Self {
        Self::Aliased { alias: Brief(alias).to_string(), operation, mistake: Box::new(self) }
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

    /// The operation that was meant, as a question, where it is a name that comes near one.
    #[must_use]
    pub fn meant(&self, aliases: &Aliases) -> Option<String> {
        match self {
            Self::UnknownOperation { given } => {
                nearest(given, aliases).map(|name| format!("did you mean {}?", Brief(&name)))
            }
            Self::Within { mistake, .. } => mistake.meant(aliases),
            _ => None,
        }
    }

    /// How to mend it, where these other names of operations are known.
    #[must_use]
    pub fn help(&self, aliases: &Aliases) -> String {
        match self {
            Self::NoOperation => "a query begins with the name of an operation".to_owned(),
            Self::UnknownOperation { .. } => {
                self.meant(aliases).unwrap_or_else(|| operations(aliases.language()))
            }
            Self::WordCount { forms, .. } => {
                let forms: Vec<_> = forms.iter().map(|form| form.usage()).collect();
                format!("write {}", forms.join(" or "))
            }
            Self::AboveLevel { form, .. } => {
                format!("--level {0} opens it, or \"level\": {0} in a suite", form.level)
            }
            Self::BadWord { why, .. } => why.to_string(),
            Self::Array { form, .. } => {
                form.map_or_else(|| operations(aliases.language()), |form| format!("write {}", form.usage()))
            }
            Self::NoArray { form, .. } => format!("as in {}", as_json(form.example.queries[0])),
            Self::Within { mistake, .. } | Self::Aliased { mistake, .. } => mistake.help(aliases),
            Self::NotWithin { form, .. } => format!("ask it before or after the {}", form.name),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoOperation => f.write_str("an empty query"),
            Self::UnknownOperation { given } => write!(f, "unknown operation `{given}`"),
            Self::WordCount { forms, given } => {
                let mut wanted: Vec<_> = forms.iter().map(|form| form.words().len().to_string()).collect();
                wanted.sort_unstable();
                let words = match &wanted.join(" or ")[..] {
                    "0" => "no words".to_owned(),
                    "1" => "1 word".to_owned(),
                    wanted => format!("{wanted} words"),
                };
                write!(f, "{} takes {words}, {given} given", forms[0].name)
            }
            Self::AboveLevel { form, level, is_only } => {
                let operation = if *is_only { form.name.to_owned() } else { format!("`{}`", form.usage()) };
                write!(f, "{operation} belongs to level {}, only levels up to {level} are open", form.level)
            }
            Self::BadWord { form, place, given, why } => {
                let word = form.words().nth(*place).map_or("", |word| word.name);
                write!(f, "the {word} of {} must be {}, not `{given}`", form.name, why.wanted())
            }
            Self::Array { form: None, .. } => f.write_str("the name of an operation is a text, not an array"),
            Self::Array { form: Some(form), .. } if form.words().len() == 0 => {
                write!(f, "{} takes no words, and so no array", form.name)
            }
            Self::Array { form: Some(form), .. } => {
                write!(f, "the words of {} are strings or integers, not arrays", form.name)
            }
            Self::NoArray { form, given, .. } => {
                write!(f, "{} takes queries, each an array of words, not `{given}`", form.name)
            }
            Self::Within { mistake, .. } => mistake.fmt(f),
            Self::NotWithin { form, within } => write!(f, "{} has no place in a {}", within.name, form.name),
            Self::Aliased { alias, operation, mistake } => {
                write!(f, "{mistake} (`{alias}` stands for {operation})")
            }
        }
    }
}

impl std::error::Error for Mistake {}

/// The operations that everybody knows.
fn operations(language: &Language) -> String {
    let forms = language.forms().iter().filter(|form| form.level <= language.exercise());
    format!("the operations are {} and more", forms.map(|form| form.name).collect::<Vec<_>>().join(", "))
}

/// The name of an operation that comes nearest, if one comes near. Another one than its own must come nearer.
fn nearest(given: &str, aliases: &Aliases) -> Option<String> {
    if given.len() > LONGEST_COMPARED {
        return None;
    }
    let upper = given.to_uppercase();
    let alike = |name: &str, given: &str| strsim::normalized_damerau_levenshtein(name, given);
    let others = aliases.iter().map(|(name, _)| name).filter(|name| name.len() <= LONGEST_COMPARED);
    let others = others.map(|name| (name, alike(name, given)));
    let own = aliases.language().names().map(|name| (name, alike(name, &upper)));
    // Of equally near ones this takes the last.
    let nearest = others.chain(own).max_by(|(_, one), (_, other)| one.total_cmp(other));
    nearest.filter(|(_, alike)| *alike >= ALIKE).map(|(name, _)| name.to_owned())
}

/// A query whose words are separated by spaces, as JSON.
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
