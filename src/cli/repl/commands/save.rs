//! `.save`: the session as a list, in a file.
//!
//! Invariants: a file that is saved is there whole or not at all, and no other one is touched; what is no file, a pipe
//! or a device, is written to as it is.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::cli::repl::shell::Shell;
use crate::cli::repl::words::{CommandWords, Refusal};
use crate::script::plain;
use crate::time::ClockRule;
use crate::trace::Moment;

/// `.save FILE`
pub(super) fn save(shell: &mut Shell, words: &CommandWords) -> Result<(), Refusal> {
    let first = shell.recording.first();
    if first > 0 && shell.recording.engine(Moment { step: first, at: None }).transaction_of(None).is_some() {
        let help = "what is remembered begins behind the BEGIN; a later session can be saved";
        return Err(words.fault(0, "this session begins inside a transaction", help));
    }
    // It may go where the answers go.
    shell.settle()?;
    let written = write(shell, Path::new(words.text(0)));
    let (before, within) = written.map_err(|error| {
        words.fault(0, &format!("cannot write {}: {error}", plain(words.text(0))), "nothing was saved")
    })?;
    let mut saved = format!("saved {} queries in {}", before + within, plain(words.text(0)));
    if before > 0 {
        saved.push_str(&format!("; the first {before} rebuild what was there before"));
    }
    if shell.base.clock().rule() == ClockRule::Free {
        saved.push_str("; run it with --clock free");
    }
    if shell.base.is_in_transaction() {
        saved.push_str("; a transaction is open at their end");
    }
    Ok(shell.note(&saved)?)
}

/// Writes the session to a path.
fn write(shell: &mut Shell, path: &Path) -> io::Result<(usize, usize)> {
    // A link goes on leading where it does.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let there = path.metadata();
    if there.as_ref().is_ok_and(|there| !there.is_file()) {
        return write_list(shell, &File::options().write(true).open(path)?);
    }
    let aside = aside(&path);
    let file = File::options().write(true).create_new(true).open(&aside)?;
    let written = write_list(shell, &file).and_then(|counts| {
        file.sync_all()?;
        if let Ok(there) = there {
            file.set_permissions(there.permissions())?;
        }
        fs::rename(&aside, &path)?;
        Ok(counts)
    });
    if written.is_err() {
        let _ = fs::remove_file(&aside);
    }
    written
}

/// Where a file is written before it is there.
fn aside(path: &Path) -> PathBuf {
    path.with_added_extension(format!("{}.new", std::process::id()))
}

/// Writes the session as a list.
fn write_list(shell: &mut Shell, file: &File) -> io::Result<(usize, usize)> {
    let (mut out, mut begin) = (BufWriter::new(file), "[");
    let counts = shell.recording.try_each(|json| {
        write!(out, "{begin}{json}")?;
        begin = ",\n ";
        Ok::<_, io::Error>(())
    })?;
    out.write_all(if counts == (0, 0) { b"[]\n" } else { b"]\n" })?;
    out.flush()?;
    Ok(counts)
}
