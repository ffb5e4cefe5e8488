//! The client on a terminal: a line editor with completion, hints and a history that outlives it.

use std::io::IsTerminal;
use std::path::Path;

use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Context, Editor};

use super::remote::{Remote, Value};
use super::{Format, shown, write};
use crate::cli::repl::{LineHistory, SeenHistory, first_query, open_query};
use crate::cli::{Failure, say};
use crate::query::Aliases;
use crate::script::{plain, typed_so_far, typed_terms};
use crate::serve::Address;
use crate::wire::Term;

/// So many lines are kept from one run to the next.
const MOST_LINES: usize = 2_000;

/// What begins with a point.
const COMMANDS: [(&str, &str); 2] =
    [(".help [NAME]", "what can be asked"), (".exit", "ends the shell; so does Ctrl-D")];

/// Reads and answers lines until there are no more.
pub(super) fn run(
    remote: &mut Remote,
    address: &Address,
    history: Option<&Path>,
    format: Format,
) -> Result<(), Failure> {
    remote.learn()?;
    let names: Vec<_> = remote.docs.iter().map(|doc| (doc.name.clone(), doc.arguments.clone())).collect();
    let config = Config::builder()
        .max_history_size(MOST_LINES)
        .and_then(|config| config.history_ignore_dups(true))
        .map_err(|error| broken(&error))?
        .completion_type(CompletionType::List)
        .build();
    let lines = SeenHistory::new(&config);
    let mut editor = Editor::with_history(config, lines).map_err(|error| broken(&error))?;
    editor.set_helper(Some(Helper { names }));
    let mut history = LineHistory::of(history);
    history.load(&mut editor);
    say(&format!("rewind {} at {address}: .help explains, Ctrl-D ends\n", env!("CARGO_PKG_VERSION")));
    loop {
        let inside = if remote.is_inside { " (in a transaction)" } else { "" };
        let line = match editor.readline(&format!("{address}{inside}> ")) {
            Ok(line) => line,
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Eof) => return Ok(()),
            Err(error) => return Err(broken(&error)),
        };
        // Who types a password here does not find it again.
        if !queries(&line).any(is_secret) {
            history.add(&mut editor, &line);
        }
        let mut asked = queries(&line);
        while let Some(query) = asked.next() {
            let is_good = match query.trim() {
                ".exit" | ".quit" => return Ok(()),
                text if text.is_empty() || text.starts_with('#') => true,
                command if command.starts_with('.') => help(remote, command),
                typed => answer(remote, typed, format)?,
            };
            if !is_good {
                if asked.any(|query| !query.trim().is_empty()) {
                    say("what was pasted behind it is not asked\n");
                }
                break;
            }
        }
    }
}

/// The queries of what was typed: of several lines that were pasted each is one.
fn queries(mut typed: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        if typed.is_empty() {
            return None;
        }
        let (query, rest) = first_query(typed, &Aliases::default());
        typed = rest;
        Some(query)
    })
}

/// Does a query hand over a password, however its words are written?
fn is_secret(query: &str) -> bool {
    const NAMES: [&str; 2] = ["AUTH", "HELLO"];
    let Ok(words) = typed_terms(query, &Aliases::default()) else {
        // What was meant is not known.
        return NAMES.iter().any(|name| query.to_ascii_uppercase().contains(name));
    };
    let is_prefix = |word: &&str| word.eq_ignore_ascii_case("REDIS");
    let name = words.iter().filter_map(Term::text).find(|word| !is_prefix(word));
    name.is_some_and(|name| NAMES.iter().any(|secret| name.eq_ignore_ascii_case(secret)))
}

/// Asks a query; `false` where that is an error.
fn answer(remote: &mut Remote, typed: &str, format: Format) -> Result<bool, Failure> {
    let Ok(terms) = typed_terms(typed, &Aliases::default()) else {
        say("this is no query: words are separated by spaces, in \"quotes\" where they have some\n");
        return Ok(false);
    };
    match remote.ask(&terms)? {
        Value::Error(error) => {
            say(&format!("{}\n", shown(&error)));
            Ok(false)
        }
        answer => write(&answer, format).map(|()| true),
    }
}

/// Explains what can be asked, or one operation; `false` where there is no such thing.
fn help(remote: &Remote, command: &str) -> bool {
    let mut words = command.split_whitespace();
    if words.next() != Some(".help") {
        say(&format!("there is no command {}: .help lists them\n", plain(command)));
        return false;
    }
    let name = words.next().map(str::to_uppercase);
    let docs = remote.docs.iter().filter(|doc| name.as_ref().is_none_or(|name| doc.name == *name));
    let lines: Vec<_> = docs
        .map(|doc| match &name {
            Some(_) => format!("{} {}\n  {}\n", doc.name, doc.arguments.join(" "), doc.summary),
            None => format!("  {} {}\n", doc.name, doc.arguments.join(" ")),
        })
        .collect();
    if lines.is_empty() {
        say("there is no such operation: .help lists them\n");
        return false;
    }
    // Names may be a server's own.
    say(&lines.iter().map(|line| plain_lines(line)).collect::<Vec<_>>().concat());
    if name.is_none() {
        let commands: Vec<_> = COMMANDS.iter().map(|(name, does)| format!("  {name}  {does}\n")).collect();
        say(&commands.concat());
    }
    true
}

/// Lines without what a terminal would obey.
fn plain_lines(text: &str) -> String {
    text.split_inclusive('\n').map(|line| plain(line.trim_end_matches('\n')) + "\n").collect()
}

fn broken(error: &ReadlineError) -> Failure {
    Failure::Usage(format!("cannot use the terminal: {error}"))
}

/// What the editor asks while a line is typed.
struct Helper {
    /// Operations, each with the names of its words.
    names: Vec<(String, Vec<String>)>,
}

impl Completer for Helper {
    type Candidate = Pair;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let so_far = typed_so_far(&line[..at], &Aliases::default()).unwrap_or_default();
        if !so_far.words.is_empty() {
            return Ok((at, Vec::new()));
        }
        let begun = so_far.last.to_uppercase();
        let mut fits: Vec<_> = self.names.iter().filter(|(name, _)| name.starts_with(&begun)).collect();
        fits.dedup_by(|one, other| one.0 == other.0);
        let pair = |(name, _): &(String, _)| Pair { display: name.clone(), replacement: format!("{name} ") };
        Ok((so_far.begin, fits.into_iter().map(pair).collect()))
    }
}

impl Hinter for Helper {
    type Hint = String;

    /// The words that are still to come.
    fn hint(&self, line: &str, at: usize, _: &Context<'_>) -> Option<String> {
        let so_far = typed_so_far(line, &Aliases::default()).filter(|_| at == line.len() && at < 4_096)?;
        let name = so_far.words.first()?.to_uppercase();
        let given = so_far.words.len() - 1;
        let forms = self.names.iter().filter(|(own, words)| *own == name && words.len() > given);
        let (_, words) = forms.min_by_key(|(_, words)| words.len())?;
        so_far.last.is_empty().then(|| words[given..].join(" "))
    }
}

impl Highlighter for Helper {
    fn highlight_hint<'h>(&self, hint: &'h str) -> std::borrow::Cow<'h, str> {
        let faint = anstyle::Style::new().dimmed();
        if std::io::stdout().is_terminal() { format!("{faint}{hint}{faint:#}").into() } else { hint.into() }
    }
}

impl Validator for Helper {
    fn validate(&self, line: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let is_open = open_query(line.input(), &Aliases::default()).is_some();
        Ok(if is_open { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

impl rustyline::Helper for Helper {}
