//! What may come next in a line that is being typed: completions for Tab, and the words an operation takes as a hint.
//!
//! Invariants: nothing here knows an operation by name, it all comes from the table and from the names that were given;
//! names of cells are those that are live where one looks, or some of them where there are very many.

use super::command::COMMANDS;
use super::session::Session;
use crate::query::{Access, Row, WordKind};
use crate::script::{SoFar, as_typed, in_json, typed_so_far};

/// So many completions are offered at most.
const MOST: usize = 500;

/// What may stand where the cursor is.
pub(super) struct Completions {
    /// Where the word begins.
    pub(super) begin: usize,
    /// Whole words, as they are typed.
    pub(super) words: Vec<String>,
}

/// What is shown behind the cursor.
pub(super) struct Hint {
    pub(super) shown: String,
    /// What of it can be taken over.
    pub(super) rest: Option<String>,
}

/// Does a line name a file where the cursor is?
pub(super) fn wants_file(session: &Session, line: &str) -> bool {
    let so_far = typed_so_far(line, session.base.aliases()).unwrap_or_default();
    let command =
        COMMANDS.iter().find(|command| so_far.words.first().is_some_and(|name| name == command.name));
    so_far.words.len() == 1 && command.is_some_and(|command| command.takes == "FILE")
}

/// The words that may stand at the end of a line.
pub(super) fn completions(session: &Session, line: &str) -> Completions {
    let Some(so_far) = typed_so_far(line, session.base.aliases()) else {
        return Completions { begin: line.len(), words: Vec::new() };
    };
    let last = so_far.last.to_lowercase();
    let fits = |word: &String| word.to_lowercase().starts_with(&last);
    let words = candidates(session, &so_far).into_iter().filter(fits).take(MOST);
    let mut words: Vec<_> = words.map(|word| typed(&so_far, &word)).collect();
    if let [only] = &mut words[..]
        && !so_far.is_json
    {
        only.push(' ');
    }
    Completions { begin: so_far.begin, words }
}

/// A word as it is typed there.
fn typed(so_far: &SoFar, word: &str) -> String {
    match so_far.words.first() {
        _ if so_far.is_json => in_json(word),
        // The one word that begins with a point and needs no quotes.
        None if is_command(word) => word.to_owned(),
        Some(name) if name == ".help" => word.to_owned(),
        _ => as_typed(word),
    }
}

fn candidates(session: &Session, so_far: &SoFar) -> Vec<String> {
    let is_query = so_far.is_json || so_far.is_within;
    let Some(name) = so_far.words.first() else {
        let is_command = so_far.last.starts_with('.') && !is_query;
        return if is_command { commands() } else { operations(session, so_far.is_within) };
    };
    if is_command(name) && !is_query {
        return of_command(session, name, so_far);
    }
    let place = so_far.words.len() - 1;
    let rows = open_rows(session, name).filter(|row| row.words.len() > place);
    let mut words: Vec<String> = rows
        .flat_map(|row| match (row.words[place].kind, row.words[place].name) {
            (WordKind::Choice(names), _) => names.iter().map(|name| (*name).to_owned()).collect(),
            (_, "key") => session.keys(),
            (_, "field" | "prefix") => {
                let key = row.words.iter().position(|word| word.name == "key");
                let key = key.and_then(|key| so_far.words.get(key + 1));
                key.map(|key| session.fields(key)).unwrap_or_default()
            }
            (_, "operation") => Row::names().map(str::to_owned).collect(),
            _ => Vec::new(),
        })
        .collect();
    words.sort();
    words.dedup();
    words
}

/// The words that a command takes.
fn of_command(session: &Session, name: &str, so_far: &SoFar) -> Vec<String> {
    let command = COMMANDS.iter().find(|command| command.name == name);
    match (command.map_or("", |command| command.takes), &so_far.words[1..]) {
        ("KEY [FIELD]", []) => session.keys(),
        ("KEY [FIELD]", [key]) => session.fields(key),
        ("[NAME]", []) => [operations(session, false), commands()].concat(),
        (takes, []) if takes.contains('|') => takes.split('|').map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

fn is_command(word: &str) -> bool {
    COMMANDS.iter().any(|command| command.name == word)
}

fn commands() -> Vec<String> {
    COMMANDS.iter().map(|command| command.name.to_owned()).collect()
}

/// The operations whose level is open, by all their names; in a query of another one those that may stand there.
fn operations(session: &Session, is_within: bool) -> Vec<String> {
    let names = Row::names().map(str::to_owned);
    let given = session.base.aliases().iter().map(|(name, _)| name.to_owned());
    let is_open = |name: &String| {
        let mut rows = open_rows(session, name);
        rows.any(|row| !is_within || matches!(row.access, Access::Read | Access::Write))
    };
    names.chain(given).filter(is_open).collect()
}

/// The rows of an operation whose level is open, by any of its names.
fn open_rows(session: &Session, name: &str) -> impl Iterator<Item = &'static Row> {
    let level = session.level;
    let operation = session.base.aliases().operation(name).unwrap_or(name);
    Row::named(operation).iter().copied().filter(move |row| row.level <= level)
}

/// The words that follow what was typed.
pub(super) fn hint(session: &Session, line: &str) -> Option<Hint> {
    let so_far = typed_so_far(line, session.base.aliases())?;
    let begun = usize::from(!so_far.last.is_empty());
    let Some(name) = so_far.words.first() else { return of_name(session, &so_far) };
    let place = so_far.words.len() - 1 + begun;
    let gap = if begun == 1 { " " } else { "" };
    let is_query = so_far.is_json || so_far.is_within;
    let command = COMMANDS.iter().find(|command| command.name == name && !is_query);
    let shown = match command {
        Some(command) if place == 0 => command.takes.to_owned(),
        Some(_) => return None,
        None => takes(session, name, place)?,
    };
    (!shown.is_empty()).then(|| Hint { shown: format!("{gap}{shown}"), rest: None })
}

/// What follows the beginning of a name, if there is only one.
fn of_name(session: &Session, SoFar { last: begun, is_json, is_within, .. }: &SoFar) -> Option<Hint> {
    if begun.is_empty() {
        return None;
    }
    let is_command = begun.starts_with('.') && !is_within;
    let all = if is_command { commands() } else { operations(session, *is_within) };
    let mut fitting = all.iter().filter(|name| name.starts_with(begun));
    let exact = all.iter().find(|name| *name == begun);
    let name = exact.or_else(|| fitting.next().filter(|_| fitting.next().is_none() && begun.len() > 1))?;
    // In JSON the rest of a name would stand behind its quote.
    if *is_json && exact.is_none() {
        return None;
    }
    let command = COMMANDS.iter().find(|command| command.name == name);
    let takes = command.map_or_else(|| takes(session, name, 0), |command| Some(command.takes.to_owned()));
    let rest = name[begun.len()..].to_owned();
    let shown = format!("{rest} {}", takes.unwrap_or_default()).trim_end().to_owned();
    (!shown.is_empty()).then(|| Hint { shown, rest: (!rest.is_empty()).then(|| format!("{rest} ")) })
}

/// The words that an operation takes from this place on, by each of its forms; in brackets where one takes no more.
fn takes(session: &Session, name: &str, place: usize) -> Option<String> {
    let rows: Vec<_> = open_rows(session, name).filter(|row| row.words.len() >= place).collect();
    let shown = |row: &&Row| {
        let words = row.words[place..].iter().map(|word| match word.kind {
            WordKind::Queries => "[query] [query] …",
            _ => word.name,
        });
        words.collect::<Vec<_>>().join(" ")
    };
    let (mut forms, none): (Vec<_>, Vec<_>) = rows.iter().map(shown).partition(|form| !form.is_empty());
    forms.sort_by_key(String::len);
    let shown = forms.join(" | ");
    (!shown.is_empty()).then(|| if none.is_empty() { shown } else { format!("[{shown}]") })
}
