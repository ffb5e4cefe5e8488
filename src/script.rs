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
mod fault;
mod lines;
mod list;
mod scanner;
mod suite;
mod typed;

pub use answers::{Answers, Format, answer_alone, answers, answers_from};
pub use fault::{Fault, Faults, MOST_SHOWN};
pub use lines::{Buffered, LONGEST_LINE, LineFault, LineReader};
pub use list::read_list;
pub use suite::{Suite, SuiteCase, read_suite};
pub use typed::{
    SoFar, Typed, as_typed, in_json, is_unfinished, read_typed, typed_in_place_of_json, typed_so_far,
    typed_words,
};

pub use crate::wire::{cut, is_unseen, line, plain, quoted, short_line, shown, word};

use crate::engine::Engine;
use crate::query::{Aliases, Language, Level};
use crate::time::{Clock, ClockRule};

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
}

impl Context {
    /// What a fresh database knows.
    #[must_use]
    pub fn fresh(rule: ClockRule) -> Self {
        Self { clock: Clock::new(rule), aliases: Aliases::default() }
    }

    /// What a database knows that is in memory.
    #[must_use]
    pub fn of(engine: &Engine) -> Self {
        Self { clock: engine.clock(), aliases: engine.aliases().clone() }
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
}

impl InputKind {
    /// Returns the shape, which shows in how the input begins; `None` while `head` is too short.
    ///
    /// A list begins `[[`, a first line of JSON Lines `["`. What is neither is taken for a list, so that it is
    /// refused as one.
    #[must_use]
    pub fn of(head: &[u8]) -> Option<Self> {
        let mut bytes = head.iter().filter(|byte| !byte.is_ascii_whitespace());
        match bytes.next()? {
            b'{' => Some(Self::Suite),
            b'[' => Some(if *bytes.next()? == b'"' { Self::Lines } else { Self::List }),
            _ => Some(Self::List),
        }
    }
}

/// The text that the bytes are.
///
/// # Errors
/// A fault at the first byte that is not UTF-8.
pub fn decode(bytes: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let fault = Fault::new(at..at + 1, format!("not UTF-8: byte 0x{:02x} has no place here", bytes[at]));
        fault.with_help("save the file as UTF-8")
    })
}
