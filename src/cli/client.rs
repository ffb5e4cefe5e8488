//! `rewind client`: the shell, on a server that runs.
//!
//! Invariants: the words typed are the words of the language, and its answers the language's own texts; what can be
//! asked is what the server says can be; a password stands in no command line and in no history.

mod editor;
mod remote;

use std::io::{self, BufReader, IsTerminal, Write};
use std::path::PathBuf;

use clap::ValueEnum;

use super::input::unreadable;
use super::repl::Lines;
use super::report::report;
use super::{Failure, say};
use crate::query::{Aliases, Asks, Language};
use crate::script::{plain, to_json, typed_terms};
use crate::serve::Address;
use crate::wire::Term;
use remote::{Remote, Value};

/// Ask a server that runs
///
/// With words it asks one query and prints the answer: status 1 if that is an error, 69 if there is no server. Else it
/// is a shell: a line is a query, as in `rewind repl`; from a pipe the first error ends it.
#[derive(clap::Args)]
#[allow(clippy::doc_markdown, reason = "a person reads it in a terminal")]
pub(super) struct ClientArgs {
    /// Where the server listens for Redis clients: PORT, HOST:PORT or unix:PATH
    #[arg(value_name = "ADDR", default_value = "127.0.0.1:7400")]
    address: Address,

    /// A query, as in GET a
    #[arg(value_name = "WORD", trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,

    /// How answers are written [default: text for a person or one query, else jsonl]
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,

    /// Whose password it is that is asked for, or that REWIND_AUTH has
    #[arg(long, value_name = "NAME", default_value = "default")]
    user: String,

    /// Keep the lines of a terminal in this file; none keeps them nowhere [default: rewind/history in the folder of the
    /// user's state]
    #[arg(long, value_name = "FILE|none")]
    history: Option<PathBuf>,
}

/// What is read from a pipe, in messages.
const NAME: &str = "standard input";

/// How answers are written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// As they are; on a terminal without what that would obey
    Text,
    /// A JSON string, or array of them, for each
    Jsonl,
}

/// Asks what there is to ask.
pub(super) fn client(args: &ClientArgs) -> Result<(), Failure> {
    let mut remote = Remote::open(&args.address, &args.user)?;
    if !args.words.is_empty() {
        let terms = terms_of_words(&args.words)?;
        return match remote.ask(&terms)? {
            Value::Error(error) => refused(&error),
            answer => write(&answer, args.format.unwrap_or(Format::Text)),
        };
    }
    if io::stdin().is_terminal() {
        editor::run(&mut remote, &args.address, args.history.as_deref(), args.format.unwrap_or(Format::Text))
    } else {
        let in_pipe = if io::stdout().is_terminal() { Format::Text } else { Format::Jsonl };
        ask_lines(&mut remote, args.format.unwrap_or(in_pipe))
    }
}

/// The words of a command line; what asks queries has them in brackets or as JSON arrays.
fn terms_of_words(words: &[String]) -> Result<Vec<Term>, Failure> {
    let [name, rest @ ..] = words else { return Ok(Vec::new()) };
    let forms = Language::records().named(&name.to_uppercase());
    if !forms.iter().any(|form| form.asks == Asks::Batch) {
        return Ok(words.iter().map(|word| Term::from(word.as_str())).collect());
    }
    let line = format!("{name} {}", rest.join(" "));
    typed_terms(&line, &Aliases::default())
        .map_err(|_| Failure::Usage(format!("{} is no query", plain(&line))))
}

/// Asks lines from a pipe, one after the other.
fn ask_lines(remote: &mut Remote, format: Format) -> Result<(), Failure> {
    let mut lines = Lines::new(BufReader::new(io::stdin()));
    while let Some(line) = lines.read().map_err(|error| unreadable(NAME, &error))? {
        let (number, typed) = (line.number, line.text.trim());
        if line.fault.is_none() && (typed.is_empty() || typed.starts_with('#')) {
            continue;
        }
        let read = line.fault.map_or_else(|| typed_terms(&line.text, &Aliases::default()), Err);
        let terms = read.map_err(|faults| {
            report(NAME, &line.text, number, &faults);
            Failure::Refused
        })?;
        match remote.ask(&terms)? {
            Value::Error(error) => {
                say(&format!("line {number}: {}\n", shown(&error)));
                return Err(Failure::Negative);
            }
            answer => write(&answer, format)?,
        }
    }
    Ok(())
}

fn refused(error: &str) -> Result<(), Failure> {
    say(&format!("{}\n", shown(error)));
    Err(Failure::Negative)
}

/// An error as a person reads it, without the code that most have.
fn shown(error: &str) -> String {
    plain(error.strip_prefix("ERR ").unwrap_or(error))
}

/// Writes an answer: a text, or texts one below the other.
fn write(answer: &Value, format: Format) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let is_seen = out.is_terminal();
    let shown = |text: &str| if is_seen { plain(text) } else { text.to_owned() };
    let text = match (format, answer.term()) {
        (Format::Jsonl, term) => to_json(&term) + "\n",
        (Format::Text, Term::Text(text)) => shown(&text) + "\n",
        (Format::Text, Term::Array(texts)) => {
            let lines: Vec<_> = texts.iter().map(|text| shown(text) + "\n").collect();
            lines.concat()
        }
    };
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(Failure::Output)
}
