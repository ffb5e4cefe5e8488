//! `.open` and `.clear`: the session begins anew.
//!
//! Invariant: where a file is refused, the session goes on as it was.

use std::mem::replace;

use super::read::read;
use crate::cli::Failure;
use crate::cli::repl::names::CellNames;
use crate::cli::repl::past::Past;
use crate::cli::repl::shell::Shell;
use crate::cli::repl::words::{CommandWords, Refusal};
use crate::db::Database;
use crate::trace::{MOST_BYTES, Recording};

/// What makes a session.
struct NewSession {
    base: Database,
    recording: Recording,
    names: CellNames,
    past: Option<Past>,
}

/// `.clear`
pub(super) fn clear(shell: &mut Shell, words: &CommandWords) -> Result<(), Refusal> {
    begin(shell, words).map(drop)
}

/// `.open FILE`
pub(super) fn open(shell: &mut Shell, words: &CommandWords) -> Result<(), Refusal> {
    let before = begin(shell, words)?;
    let asked = read(shell, words);
    if let Err(Refusal::Refused(_) | Refusal::Reported) = asked {
        shell.settle()?;
        swap(shell, before);
    }
    asked
}

/// Begins anew; what was before is returned.
fn begin(shell: &mut Shell, words: &CommandWords) -> Result<NewSession, Refusal> {
    if shell.base.store().is_some() {
        let help = "a shell without --store can; of this one `CLEAR` removes all records";
        return Err(words.fault(0, "what is on disk is not begun anew", help));
    }
    shell.settle()?;
    let mut base = Database::in_memory_with(shell.base.clock().rule());
    let recording = Recording::new(base.copy_in_memory().map_err(Failure::from)?, MOST_BYTES);
    Ok(swap(shell, NewSession { base, recording, names: CellNames::default(), past: None }))
}

/// Puts a session in the place of another, which is returned.
fn swap(shell: &mut Shell, new: NewSession) -> NewSession {
    NewSession {
        base: replace(&mut shell.base, new.base),
        recording: replace(&mut shell.recording, new.recording),
        names: replace(&mut shell.names, new.names),
        past: replace(&mut shell.past, new.past),
    }
}
