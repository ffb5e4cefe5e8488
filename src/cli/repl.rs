//! `rewind repl`: the shell. Queries are typed and answered one by one, and the session can be looked back on.
//!
//! Invariants: every query that is answered is a step of the recording; while a look at the past lasts
//! nothing is written; the machine's clock is read in one place here, and handed to the database as a query that moves
//! its clock, so that what is saved and logged has it as a number.
//!
//! ```text
//!   editor (a terminal) ─┐              ┌─ query ──► shell: base ─► answer    the present
//!   piped  (anything)  ──┴─► commands ──┼─ query ──► shell: past ─► answer    the past, read only
//!                                       └─ command ► commands/…               what begins with a point
//! ```
//!
//! Read in this order, in which each file uses none but those before it: `words`, `names`, `format`, `lines`,
//! `interrupt`, `past`, `shell` (the database, its recording, and where one looks), `commands/table`, `commands/…`,
//! `commands`, `complete`, `history`, `editor` and `piped`.

mod commands;
mod complete;
mod editor;
mod format;
mod history;
mod interrupt;
mod lines;
mod names;
mod past;
mod piped;
mod shell;
mod words;

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use clap::ValueEnum;

use super::Failure;
use super::base;
use super::closed;
use super::store_args::StoreArgs;
use crate::query::{Language, Level};
use crate::script::{Format, Rules};
use crate::time::ClockRule;
pub(super) use history::{LineHistory, SeenHistory};
pub(super) use interrupt::{give_back, note, takes_interrupt};
pub(super) use lines::{Lines, first as first_query, open as open_query};
use shell::Shell;

/// Ask queries one by one, and look back on what they did
///
/// A line is a query: words separated by spaces, in "double quotes" (escapes as in JSON) or 'single quotes' where they
/// have spaces, or a JSON array; BATCH takes queries in [brackets]. Lines that begin with # are skipped. A line that
/// begins with a point is a command; .help lists them. On a terminal Tab completes operations, keys and fields. From a
/// pipe the first mistake ends the shell with status 2, and what came before stands.
#[derive(clap::Args)]
pub(super) struct ReplArgs {
    /// Refuse operations above this level [default: the last]
    #[arg(long, value_name = "N", value_parser = closed::level())]
    level: Option<Level>,

    /// When an operation without a timestamp happens
    #[arg(long, value_name = "CLOCK", default_value = "logical")]
    clock: ClockSource,

    /// How answers are written; .mode changes it [default: text on a terminal, else jsonl]
    #[arg(long, value_name = "FORMAT", value_parser = closed::format())]
    format: Option<Format>,

    /// Keep the lines of a terminal in this file; none keeps them nowhere [default: rewind/history in the folder of
    /// the user's state]
    #[arg(long, value_name = "FILE|none")]
    history: Option<PathBuf>,

    #[command(flatten)]
    pub(super) storing: StoreArgs,
}

/// What moves the clock.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ClockSource {
    /// Timestamps alone: an operation without one happens at the largest so far
    Logical,
    /// The machine too: an operation without a timestamp happens at its time, in milliseconds since 1970
    Wall,
}

/// Runs the shell until its input ends.
pub(super) fn repl(args: &ReplArgs) -> Result<(), Failure> {
    // A store of the free rule has no clock that a machine could move.
    let clock = (args.clock == ClockSource::Wall).then_some(ClockRule::Monotone);
    let base = base::open(&args.storing, Rules { level: args.level, clock })?;
    let is_typed = io::stdin().is_terminal();
    let in_pipe = if io::stdout().is_terminal() { Format::Text } else { Format::Jsonl };
    let format = args.format.unwrap_or(if is_typed { Format::Text } else { in_pipe });
    let level = args.level.unwrap_or(Language::records().last_level());
    let shell = Shell::new(base, level, args.clock == ClockSource::Wall, (format, is_typed))?;
    if is_typed {
        editor::run(shell, args.history.as_deref(), &args.storing)
    } else {
        piped::run(shell, &args.storing)
    }
}
