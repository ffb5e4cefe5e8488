//! What can be asked, and the macro that turns the rows of the table into types.

use super::word::WordKind;

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
    /// It changes how queries are read, at once and for good, in a transaction too.
    Alias,
}

impl Access {
    /// Does it leave something behind that a log must have?
    #[must_use]
    pub fn is_logged(self) -> bool {
        match self {
            Self::Write | Self::Alias => true,
            Self::Read | Self::Begin | Self::Commit | Self::Rollback => false,
        }
    }

    /// Does it begin or end a transaction?
    #[must_use]
    pub fn is_of_transactions(self) -> bool {
        match self {
            Self::Begin | Self::Commit | Self::Rollback => true,
            Self::Read | Self::Write | Self::Alias => false,
        }
    }
}

/// A word of an operation: its name and what it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// The name, as in `key`: for people, nothing goes by it.
    pub name: &'static str,
    /// What it stands for.
    pub kind: WordKind,
}

/// What the headers of logs list that is no operation: where it stands among their shapes, and its shape. A batch is
/// written as its queries; it keeps the number that it once had, so that those behind it keep theirs.
pub(crate) const RETIRED: (usize, &str) = (36, "BATCH text");

/// What the table says of an operation.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) words: &'static [Word],
    pub(super) access: Access,
    pub(super) does: &'static str,
}

/// The type of a word of this kind, as a query holds it.
macro_rules! word_type {
    ($a:lifetime Time) => { Time };
    ($a:lifetime Moment) => { RestorePoint };
    ($a:lifetime Ttl) => { Ttl };
    ($a:lifetime SearchIn) => { SearchIn };
    ($a:lifetime MatchMode) => { MatchMode };
    ($a:lifetime Pattern) => { Pattern<$a> };
    ($a:lifetime $text:ident) => { &$a str };
}

/// What the word of this kind stands for.
macro_rules! word_kind {
    (SearchIn) => {
        SearchIn::KIND
    };
    (MatchMode) => {
        MatchMode::KIND
    };
    ($kind:ident) => {
        super::word::WordKind::$kind
    };
}

/// Turns the rows of the table into [`Operation`](super::Operation), [`Query`](super::Query) and the ways between the two.
macro_rules! operations {
    ($a:lifetime: $(
        $access:ident $name:literal $variant:ident { $($word:ident : $kind:ident),* } $does:literal;
    )*) => {
        /// What can be asked.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Operation {
            $(#[doc = concat!("`", $name, "`: ", $does)] $variant,)*
        }

        impl Operation {
            /// Every operation, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// What the table says of it.
            pub(super) fn row(self) -> &'static super::operation::Row {
                static ROWS: &[super::operation::Row] = &[$(super::operation::Row {
                    name: $name,
                    words: &[$(Word { name: stringify!($word), kind: word_kind!($kind) }),*],
                    access: Access::$access,
                    does: $does,
                }),*];
                &ROWS[self as usize]
            }

            /// Reads its words.
            pub(super) fn read<'w, $a>(
                self,
                words: &mut Cursor<'w, $a>,
            ) -> Result<Query<$a>, super::BadWord> {
                // An operation without words reads none.
                let _ = &words;
                Ok(match self {
                    $(Self::$variant => Query::$variant { $($word: words.read()?),* },)*
                })
            }
        }

        /// A query: an operation with its words, borrowed from the input.
        ///
        /// ```
        /// use rewinddb::query::{Language, Operation, Query};
        ///
        /// let query = Language::records().parse(&["SET", "A", "B", "C"]).expect("it is a query");
        /// assert_eq!(query, Query::Set { key: "A", field: "B", value: "C" });
        /// assert_eq!(query.operation(), Operation::Set);
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Query<$a> {
            $(
                #[doc = concat!("`", $name, "`: ", $does)]
                $variant {
                    $(#[doc = concat!("The word `", stringify!($word), "`.")] $word: word_type!($a $kind)),*
                },
            )*
        }

        impl<$a> Query<$a> {
            /// What it asks.
            #[must_use]
            pub fn operation(&self) -> Operation {
                match self { $(Self::$variant { .. } => Operation::$variant),* }
            }

            /// When it happens; `None` for a query without a timestamp.
            #[must_use]
            pub fn timestamp(&self) -> Option<Time> {
                match self {
                    $(Self::$variant { $($word),* } => None$(.or(FromWord::timestamp($word)))*,)*
                }
            }

            /// Hands each of its words on, in the operation's order, with what the table says of it.
            #[inline]
            pub fn each_word(&self, mut each: impl FnMut(&'static Word, Part<$a>)) {
                let mut words = self.operation().words().iter();
                let mut each = |part| if let Some(word) = words.next() { each(word, part) };
                match self {
                    $(Self::$variant { $($word),* } => { $(each(FromWord::part($word));)* })*
                }
            }
        }
    };
}
