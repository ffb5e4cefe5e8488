//! What a mistyped command line should have been, where that can be seen.
//!
//! Invariant: what clap says stays; where it says less than it could, a tip is added.

use std::error::Error as _;
use std::num::{IntErrorKind, ParseIntError};
use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Error};

use super::Cli;
use super::nearest::nearest;
use super::quote::quote;
use crate::script::plain;

/// The same error, with what helps.
pub(super) fn helpful(mut error: Error) -> Error {
    match error.kind() {
        ErrorKind::ValueValidation => number(error),
        ErrorKind::InvalidSubcommand if error.get(ContextKind::SuggestedSubcommand).is_none() => {
            if let Some(tip) = text(&error, ContextKind::InvalidSubcommand).as_deref().and_then(meant) {
                add(&mut error, tip);
            }
            error
        }
        _ => error,
    }
}

fn text(error: &Error, kind: ContextKind) -> Option<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        _ => None,
    }
}

fn add(error: &mut Error, tip: String) {
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
}

/// Of a number that is none the standard library says how it has read it; a person wants to know what to write.
fn number(error: Error) -> Error {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<ParseIntError>());
    let tip = match cause.map(ParseIntError::kind) {
        None => return error,
        Some(IntErrorKind::PosOverflow) => "the number is too large",
        Some(_) => "write a whole number, as in 1000",
    };
    let mut plain = Error::new(ErrorKind::ValueValidation).with_cmd(&Cli::command());
    for kind in [ContextKind::InvalidArg, ContextKind::InvalidValue] {
        if let Some(text) = text(&error, kind) {
            plain.insert(kind, ContextValue::String(text));
        }
    }
    add(&mut plain, tip.to_owned());
    plain
}

/// What was meant by a word that stands where a command should.
fn meant(word: &str) -> Option<String> {
    if std::env::args_os().nth(1).is_none_or(|first| first != word) {
        return None;
    }
    let extension = Path::new(word).extension().and_then(|extension| extension.to_str());
    let of_file = match extension {
        _ if word == "-" => Some(("run", "answers queries")),
        Some("json" | "jsonl") => Some(("run", "answers a file of queries")),
        #[cfg(unix)]
        Some("py" | "js" | "mjs" | "cjs" | "ts") => Some(("judge", "judges a solution")),
        _ => None,
    };
    if let Some((command, does)) = of_file {
        return Some(format!("`rewind {command} {}` {does}", plain(&quote(word))));
    }
    command(word)
}

/// The command that comes near a word, as a question.
pub(super) fn command(word: &str) -> Option<String> {
    let program = Cli::command();
    let nearest = nearest(program.get_subcommands().map(clap::Command::get_name), word);
    nearest.map(|name| format!("did you mean {name}?"))
}
