//! Commands that are named by two words, and how many words those have.
//!
//! Invariant: what is not in this table is refused before it is queued, and so is what has too many words or too few.

use super::Command;
use crate::serve::resp::call::{Refused, SHOWN, beginning, is};

/// A command, a word behind it, and how many words there are with both; so many at least where it is negative.
const SUBCOMMANDS: [(&str, &str, i8); 20] = [
    ("CLIENT", "ID", 2),
    ("CLIENT", "GETNAME", 2),
    ("CLIENT", "SETNAME", 3),
    ("CLIENT", "SETINFO", 4),
    ("CLIENT", "INFO", 2),
    ("CLIENT", "LIST", -2),
    ("CLIENT", "KILL", -3),
    ("CLIENT", "NO-EVICT", 3),
    ("CLIENT", "NO-TOUCH", 3),
    ("CLIENT", "HELP", 2),
    ("COMMAND", "COUNT", 2),
    ("COMMAND", "DOCS", -2),
    ("COMMAND", "INFO", -2),
    ("COMMAND", "LIST", -2),
    ("CONFIG", "GET", -3),
    ("CONFIG", "SET", -4),
    ("CONFIG", "RESETSTAT", 2),
    ("MEMORY", "USAGE", -3),
    ("MODULE", "LIST", 2),
    ("OBJECT", "ENCODING", 3),
];

/// Can these be the words of a command?
pub(in crate::serve::resp) fn check(command: &Command, words: &[&str]) -> Result<(), Refused> {
    let mut all = SUBCOMMANDS.iter().filter(|(name, ..)| *name == command.name).peekable();
    let [_, second, ..] = words else { return Ok(()) };
    if all.peek().is_none() {
        return Ok(());
    }
    let Some((_, _, arity)) = all.find(|(_, name, _)| is(second, name)) else {
        return Err(unknown(command.name, second));
    };
    if takes(*arity, words.len()) {
        return Ok(());
    }
    let [name, second] = [command.name, second].map(str::to_ascii_lowercase);
    Err(Refused::said(format!("ERR wrong number of arguments for '{name}|{second}' command")))
}

/// Are so many words right, where a command has so many, or at least where it is negative?
pub(super) fn takes(arity: i8, words: usize) -> bool {
    let least = usize::from(arity.unsigned_abs());
    if arity < 0 { words >= least } else { words == least }
}

/// What is said of a subcommand that is not there.
pub(super) fn unknown(command: &str, subcommand: &str) -> Refused {
    let subcommand = beginning(subcommand, SHOWN);
    Refused::said(format!("ERR unknown subcommand '{subcommand}'. Try {command} HELP."))
}
