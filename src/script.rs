//! Query files: from JSON to queries with their places, and from replies to what is printed.
//!
//! Invariants: a list or a suite with a mistake gives no queries at all; every mistake has its place; nothing
//! here names an operation, so a new row of the table needs no change in this room.
//!
//! ```text
//!   bytes ─► kind ─┬─ List   read_list ──► all queries, or all faults
//!                  ├─ Suite  read_suite ─► cases of queries, or all faults
//!                  └─ Lines  LineReader ─► one query after the other, in constant memory
//!   a person ───────────────────── read_typed ─► one query │ Engine
//!   text, table, JSON, JSON Lines ◄── Answers ◄──────┘ Reply
//! ```

mod answers;
mod escaped;
mod fault;
mod lines;
mod list;
mod record;
mod scanner;
mod schema;
mod settled;
mod suite;
mod typed;

pub use answers::{Answers, Format, answer_alone, answers, answers_from, write_answer};
pub use escaped::{escaped, escaped_line, to_json};
pub use fault::{Fault, Faults, MOST_SHOWN};
pub use lines::{Buffered, LONGEST_LINE, LineFault, LineReader, words_of_line};
pub use list::{read_list, read_with_words};
pub use record::RecordedLine;
pub use schema::{list_schema, suite_schema};
pub use settled::settled;
pub use suite::{Suite, SuiteCase, read_suite};
pub use typed::{
    SoFar, Typed, as_typed, read_typed, typed_in_place_of_json, typed_so_far, typed_terms, typed_words,
    unfinished,
};

pub use crate::wire::{cut, is_unseen, line, plain, quoted, short_line, shown, word};

use crate::engine::Engine;
use crate::query::{Aliases, Language, Level, Query};
use crate::time::{Backwards, Clock, ClockRule};

/// What a file of queries is read by. What is `None` is left to the file, or to the default.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules {
    /// The highest level whose operations are open.
    pub level: Option<Level>,
    /// What timestamps may do.
    pub clock: Option<ClockRule>,
}

impl Rules {
    /// The level to go by where the file does not name one.
    #[must_use]
    pub fn level(self) -> Level {
        self.level.unwrap_or(Language::records().last_level())
    }

    /// The clock rule to go by where the file does not name one.
    #[must_use]
    pub fn clock(self) -> ClockRule {
        self.clock.unwrap_or_default()
    }
}

/// What a database knows that reading queries depends on.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// Its clock: timestamps under the monotone rule must not be earlier.
    pub clock: Clock,
    /// The other names it has given operations.
    pub aliases: Aliases,
    /// Does it settle words before it reads them, as a server does ([`settled`])?
    pub settles: bool,
}

impl Context {
    /// What a fresh database knows.
    #[must_use]
    pub fn fresh(rule: ClockRule) -> Self {
        Self { clock: Clock::new(rule), ..Self::default() }
    }

    /// What a database knows that is in memory.
    #[must_use]
    pub fn of(engine: &Engine) -> Self {
        Self { clock: engine.clock(), aliases: engine.aliases().clone(), settles: false }
    }

    /// Takes a query into account that the database is asked.
    ///
    /// # Errors
    /// [`Backwards`]: it would happen before what has happened.
    pub fn learn(&mut self, query: &Query<'_>) -> Result<(), Backwards> {
        self.aliases.learn(query);
        self.clock.advance(query.timestamp()).map(drop)
    }
}

/// The shapes that a file of queries may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputKind {
    /// One JSON array of queries.
    List,
    /// JSON Lines: one query a line.
    Lines,
    /// An object with cases.
    Suite,
    /// A record of a server: an object a line, which begins with its session.
    Record,
}

impl InputKind {
    /// Returns the shape, which shows in how the input begins; `None` while `head` is too short.
    ///
    /// A list begins `[[`, a first line of JSON Lines `["`, one of a record `{"session"`. What is neither is taken for
    /// a list, so that it is refused as one.
    #[must_use]
    pub fn of(head: &[u8]) -> Option<Self> {
        let mut bytes = head.iter().filter(|byte| !byte.is_ascii_whitespace());
        match bytes.next()? {
            b'{' => {
                let (begun, rest) = (b"\"session\"", bytes.take(9).copied().collect::<Vec<_>>());
                match begun.starts_with(&rest) {
                    true if rest.len() == begun.len() => Some(Self::Record),
                    true => None,
                    false => Some(Self::Suite),
                }
            }
            b'[' => Some(if *bytes.next()? == b'"' { Self::Lines } else { Self::List }),
            _ => Some(Self::List),
        }
    }
}

/// The text that the bytes are.
///
/// # Errors
/// A fault at the first byte that is not UTF-8, or at the beginning of what is UTF-16.
pub fn decode(bytes: &[u8]) -> Result<&str, Fault> {
    if let Some(order) = utf_16(bytes) {
        let fault = Fault::new(0..2, format!("not UTF-8: this is UTF-16, {order}"));
        return Err(fault.with_help("save the file as UTF-8"));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let fault = Fault::new(at..at + 1, format!("not UTF-8: byte 0x{:02x} has no place here", bytes[at]));
        fault.with_help("save the file as UTF-8")
    })
}

/// In which order the bytes of a text in UTF-16 stand: it begins with a byte order mark, or with a character of ASCII.
fn utf_16(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xfe, 0xff, ..] | [0, 1..=0x7f, ..] => Some("the more significant byte first (UTF-16BE)"),
        [0xff, 0xfe, ..] | [1..=0x7f, 0, ..] => Some("the less significant byte first (UTF-16LE)"),
        _ => None,
    }
}

/// The fault of a carriage return that stands where a line should end.
#[must_use]
pub fn carriage_return(at: usize) -> Fault {
    let fault = Fault::new(at..at + 1, "a carriage return alone ends no line");
    fault.with_help("save the file with line feeds, as in Unix, or with both, as in Windows")
}
