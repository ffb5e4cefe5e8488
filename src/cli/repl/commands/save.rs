//! `.save`: the session as a list, in a file.
//!
//! Invariant: the file is there whole or not at all, and no other one is touched.

use std::io::{self, ErrorKind, Write};
use std::path::Path;

use crate::cli::repl::shell::Shell;
use crate::cli::repl::words::{CommandWords, Refusal};
use crate::cli::whole_file::write_whole;
use crate::script::plain;
use crate::time::ClockRule;
use crate::trace::Moment;

/// What is typed behind a file that may be replaced.
pub(in crate::cli::repl) const FORCE: &str = "--force";

/// `.save FILE [--force]`
pub(super) fn save(shell: &mut Shell, words: &CommandWords) -> Result<(), Refusal> {
    let first = shell.recording.first();
    if first > 0 && shell.recording.engine(Moment { step: first, at: None }).transaction_of(None).is_some() {
        let help = "what is remembered begins behind the BEGIN; a later session can be saved";
        return Err(words.fault(0, "this session begins inside a transaction", help));
    }
    let replaces = words.get(1).is_some();
    if replaces && words.text(1) != FORCE {
        return Err(words.fault(
            1,
            &format!("`{}` is not {FORCE}", plain(words.text(1))),
            "nothing was saved",
        ));
    }
    // It may go where the answers go.
    shell.settle()?;
    let written = write_whole(Path::new(words.text(0)), replaces, |out| write_list(shell, out));
    let (before, within) = written.map_err(|error| {
        let help = match error.kind() {
            ErrorKind::AlreadyExists => &format!("with {FORCE} behind it, it is replaced"),
            _ => "nothing was saved",
        };
        words.fault(0, &format!("cannot write {}: {error}", plain(words.text(0))), help)
    })?;
    let mut saved = format!("saved {} queries in {}", before + within, plain(words.text(0)));
    if before > 0 {
        saved.push_str(&format!("; the first {before} rebuild what was there before"));
    }
    if shell.base.clock().rule() == ClockRule::Free {
        saved.push_str("; run it with --clock free");
    }
    if shell.base.is_in_transaction(None) {
        saved.push_str("; a transaction is open at their end");
    }
    Ok(shell.note(&saved)?)
}

/// Writes the session as a list.
fn write_list(shell: &mut Shell, out: &mut dyn Write) -> io::Result<(usize, usize)> {
    let mut begin = "[";
    let counts = shell.recording.try_each(|json| {
        write!(out, "{begin}{json}")?;
        begin = ",\n ";
        Ok::<_, io::Error>(())
    })?;
    out.write_all(if counts == (0, 0) { b"[]\n" } else { b"]\n" })?;
    Ok(counts)
}
