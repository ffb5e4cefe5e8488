//! Whose command it is: Redis's or our own.
//!
//! Invariant: that turns on its name and its number of words alone, never on what the words say.

use super::call::{Refused, SHOWN, beginning};
use super::commands::subcommands::check;
use super::commands::{Command, named};
use super::escape;
use super::face::{RespFace, Speech};
use crate::serve::desk::Desk;
use crate::serve::own;

/// Whose a command is.
pub(super) enum Whose {
    Redis(&'static Command),
    Ours,
}

impl RespFace {
    /// Whose command is it?
    pub(super) fn whose(&self, words: &[&str], desk: &Desk) -> Result<Whose, Refused> {
        let command = named(words[0]);
        if !self.is_admitted() {
            let is_open = |command: &&Command| ["HELLO", "AUTH", "QUIT", "RESET"].contains(&command.name);
            let refused = || Refused::said("NOAUTH Authentication required.");
            return of_redis(Some(command.filter(is_open).ok_or_else(refused)?), words);
        }
        if self.speech != Speech::Redis {
            return self.left_to_redis(words).unwrap_or(Ok(Whose::Ours));
        }
        if command.is_some_and(|command| command.takes(words.len())) {
            return of_redis(command, words);
        }
        let (is_known, is_taken) = own::knows(words[0], words.len() - 1, desk.see().aliases());
        if is_taken || is_known && command.is_none() { Ok(Whose::Ours) } else { of_redis(command, words) }
    }

    /// What is not of our own language where all else is.
    fn left_to_redis(&self, words: &[&str]) -> Option<Result<Whose, Refused>> {
        if self.is_for_redis(words) {
            return Some(of_redis(named(words[1]), &words[1..]));
        }
        let command = named(words[0])?;
        let is_left = ["HELLO", "AUTH", "PING", "QUIT", "RESET", "CLIENT", "REWIND"].contains(&command.name);
        is_left.then(|| of_redis(Some(command), words))
    }

    /// Is what follows a command of Redis, where all else is of our own language?
    pub(super) fn is_for_redis(&self, words: &[&str]) -> bool {
        self.speech != Speech::Redis && words.len() > 1 && words[0].eq_ignore_ascii_case("REDIS")
    }
}

/// A command of Redis, if it has so many words.
fn of_redis(command: Option<&'static Command>, words: &[&str]) -> Result<Whose, Refused> {
    let command = command.ok_or_else(|| unknown(words))?;
    if !command.takes(words.len()) {
        let name = command.name.to_ascii_lowercase();
        return Err(Refused::said(format!("ERR wrong number of arguments for '{name}' command")));
    }
    if command.has_parts() {
        check(command, words)?;
    }
    Ok(Whose::Redis(command))
}

/// What is said of a command that nobody has: with the beginning of its words.
fn unknown(words: &[&str]) -> Refused {
    let mut rest = SHOWN;
    let mut shown = String::new();
    for word in &words[1..] {
        if rest == 0 {
            break;
        }
        let word = beginning(word, rest);
        // Quotes and a space are counted too.
        rest = rest.saturating_sub(escape::len(&word) + 3);
        shown.push_str(&format!("'{word}' "));
    }
    let name = beginning(words[0], SHOWN);
    Refused::said(format!("ERR unknown command '{name}', with args beginning with: {shown}"))
}
