//! What a row of the table tells, and the macro that turns the rows into types.

use super::parse::Cursor;
use super::word::{BadWord, Word, WordKind};
use super::{Level, Query};

/// What an operation does to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It only looks.
    Read,
    /// It may change something.
    Write,
    /// It begins a transaction.
    Begin,
    /// It ends one, whose writes take effect.
    Commit,
    /// It ends one, whose writes do not.
    Rollback,
    /// It does what each of the queries in it does.
    Each,
    /// It changes how queries are read, at once and for good, in a transaction too.
    Language,
}

/// A few queries, words parted by blanks, and the answer to the last of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// The queries.
    pub queries: &'static [&'static str],
    /// The answer to the last one: a text, or an array as JSON.
    pub answer: &'static str,
}

/// One operation: a row of the table.
#[derive(Debug)]
pub struct Row {
    /// The operation's name. A name may stand in several rows that take different numbers of words.
    pub name: &'static str,
    /// What follows the name.
    pub words: &'static [Word],
    /// The level that brings it in.
    pub level: Level,
    /// Whether it reads or writes.
    pub access: Access,
    /// What it does, in a sentence or two.
    pub does: &'static str,
    /// What it answers.
    pub answers: &'static str,
    /// A short example that is run by the tests.
    pub example: Example,
    /// Reads the words after the name, as many as `words` has.
    pub(super) read: for<'a> fn(&mut Cursor<'_, 'a>) -> Result<Query<'a>, BadWord>,
}

impl Row {
    /// The operation with what each of its words is, as a log notes it: `GET text text`. No other operation has the
    /// same.
    #[must_use]
    pub fn shape(&self) -> String {
        let kinds = self.words.iter().map(|word| if word.kind.is_number() { "number" } else { "text" });
        std::iter::once(self.name).chain(kinds).collect::<Vec<_>>().join(" ")
    }

    /// The operation with its words, as a person writes it: `GET key field`.
    #[must_use]
    pub fn usage(&self) -> String {
        let shown = |word: &Word| if word.kind == WordKind::Queries { "[query]…" } else { word.name };
        let words = self.words.iter().map(shown);
        std::iter::once(self.name).chain(words).collect::<Vec<_>>().join(" ")
    }
}

/// Turns the rows of the table into [`Query`], [`OPERATIONS`](super::OPERATIONS) and the ways between the two.
macro_rules! operations {
    ($a:lifetime: $(
        $level:literal $access:ident $name:literal $variant:ident { $($word:ident : $kind:ty),* }
            does $does:literal
            answers $answers:literal
            example [$($query:literal),*] => $answer:literal;
    )*) => {
        /// A query of the language: an operation with its words, borrowed from the input.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Query<$a> {
            $(
                #[doc = concat!("`", $name, "`: ", $does, " Answers ", $answers, ".")]
                $variant {
                    $(#[doc = concat!("The word `", stringify!($word), "`.")] $word: $kind),*
                },
            )*
        }

        /// Every operation, in the order of the levels.
        pub static OPERATIONS: &[Row] = &[$(Row {
            name: $name,
            words: {
                #[expect(clippy::extra_unused_lifetimes, reason = "a row without texts borrows nothing")]
                const fn words<$a>() -> &'static [Word] {
                    const { &[$(Word { name: stringify!($word), kind: <$kind as FromWord<$a>>::KIND }),*] }
                }
                words()
            },
            level: Level($level),
            access: Access::$access,
            does: $does,
            answers: $answers,
            example: Example { queries: &[$($query),*], answer: $answer },
            read: |words| {
                // A row without words reads none.
                let _ = &words;
                Ok(Query::$variant { $($word: words.read()?),* })
            },
        }),*];

        /// The place of each operation in the table.
        #[derive(Clone, Copy)]
        enum Place { $($variant),* }

        impl<$a> Query<$a> {
            /// The place of its operation's row in [`OPERATIONS`](super::OPERATIONS).
            #[must_use]
            pub fn place(&self) -> usize {
                match self { $(Self::$variant { .. } => Place::$variant as usize),* }
            }

            /// The row of its operation.
            #[must_use]
            pub fn row(&self) -> &'static Row {
                &OPERATIONS[self.place()]
            }

            /// When it happens; `None` for an operation without a timestamp.
            #[must_use]
            pub fn timestamp(&self) -> Option<Time> {
                match self {
                    $(Self::$variant { $($word),* } => None$(.or(FromWord::timestamp($word)))*,)*
                }
            }

            /// The key of the record that it reads or writes; `None` if it is not about one record alone.
            #[must_use]
            pub fn key(&self) -> Option<&$a str> {
                match self {
                    $(Self::$variant { $($word),* } => None$(.or(FromWord::key($word, stringify!($word))))*,)*
                }
            }

            /// The query that only moves the clock.
            #[must_use]
            pub fn tick(timestamp: Time) -> Self {
                Self::Tick { timestamp }
            }

            /// The queries that it asks: those in it, or itself.
            #[must_use]
            pub fn asked(&self) -> &[Self] {
                if let Self::Batch { queries } = self { queries.all() } else { std::slice::from_ref(self) }
            }

            /// Hands each word after the operation's name on, in order, with what the row says of it.
            #[inline]
            pub fn each_part(&self, mut each: impl FnMut(&'static Word, Part<$a>)) {
                let mut words = self.row().words.iter();
                let mut each = |part| if let Some(word) = words.next() { each(word, part) };
                match self {
                    $(Self::$variant { $($word),* } => { $(each(FromWord::part($word));)* })*
                }
            }
        }
    };
}
