//! What may come next in a line that is being typed: completions for Tab, and the words an operation takes as a hint.
//!
//! Invariants: nothing here knows an operation by name, it all comes from the table; names of cells are those that are
//! live where one looks.

use super::command::COMMANDS;
use super::session::Session;
use crate::query::{Row, WordKind};
use crate::script::{SoFar, as_typed, typed_so_far};

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
pub(super) fn wants_file(line: &str) -> bool {
    let so_far = typed_so_far(line).unwrap_or_default();
    let command =
        COMMANDS.iter().find(|command| so_far.words.first().is_some_and(|name| name == command.name));
    so_far.words.len() == 1 && command.is_some_and(|command| command.takes == "FILE")
}

/// The words that may stand at the end of a line.
pub(super) fn completions(session: &Session, line: &str) -> Completions {
    let Some(so_far) = typed_so_far(line) else {
        return Completions { begin: line.len(), words: Vec::new() };
    };
    let last = so_far.last.to_lowercase();
    let fits = |word: &String| word.to_lowercase().starts_with(&last);
    let mut words: Vec<_> = candidates(session, &so_far).into_iter().filter(fits).take(MOST).collect();
    // A command is the one word that begins with a point and needs no quotes.
    if !(so_far.words.is_empty() || so_far.words[0] == ".help") {
        words = words.iter().map(|word| as_typed(word)).collect();
    }
    if let [only] = &mut words[..] {
        only.push(' ');
    }
    Completions { begin: so_far.begin, words }
}

fn candidates(session: &Session, so_far: &SoFar) -> Vec<String> {
    let Some(name) = so_far.words.first() else {
        return if so_far.last.starts_with('.') { commands() } else { operations(session) };
    };
    if name.starts_with('.') {
        return of_command(session, name, so_far);
    }
    let place = so_far.words.len() - 1;
    let rows = open_rows(session, name).filter(|row| row.words.len() > place);
    let mut words: Vec<String> = rows
        .flat_map(|row| match (row.words[place].kind, row.words[place].name) {
            (WordKind::Choice(names), _) => names.iter().map(|name| (*name).to_owned()).collect(),
            (_, "key") => keys(session),
            (_, "field" | "prefix") => {
                let key = row.words.iter().position(|word| word.name == "key");
                let key = key.and_then(|key| so_far.words.get(key + 1));
                key.map(|key| fields(session, key)).unwrap_or_default()
            }
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
        ("KEY [FIELD]", []) => keys(session),
        ("KEY [FIELD]", [key]) => fields(session, key),
        ("[NAME]", []) => [operations(session), commands()].concat(),
        (takes, []) if takes.contains('|') => takes.split('|').map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

fn commands() -> Vec<String> {
    COMMANDS.iter().map(|command| command.name.to_owned()).collect()
}

/// The operations whose level is open.
fn operations(session: &Session) -> Vec<String> {
    let is_open = |name: &&str| open_rows(session, name).next().is_some();
    Row::names().filter(is_open).map(str::to_owned).collect()
}

fn open_rows(session: &Session, name: &str) -> impl Iterator<Item = &'static Row> {
    let level = session.level;
    Row::named(name).iter().copied().filter(move |row| row.level <= level)
}

fn keys(session: &Session) -> Vec<String> {
    let mut keys: Vec<_> = session.names().into_iter().map(|(key, _)| key).collect();
    keys.dedup();
    keys.into_iter().map(str::to_owned).collect()
}

/// The fields of a record, but for that of the key's own value.
fn fields(session: &Session, key: &str) -> Vec<String> {
    let cells = session.names().into_iter().filter(|(of, field)| *of == key && !field.is_empty());
    cells.map(|(_, field)| field.to_owned()).collect()
}

/// The words that follow what was typed.
pub(super) fn hint(session: &Session, line: &str) -> Option<Hint> {
    let so_far = typed_so_far(line)?;
    let begun = usize::from(!so_far.last.is_empty());
    let Some(name) = so_far.words.first() else { return of_name(session, &so_far.last) };
    let place = so_far.words.len() - 1 + begun;
    let gap = if begun == 1 { " " } else { "" };
    let command = COMMANDS.iter().find(|command| command.name == name);
    let shown = match command {
        Some(command) if place == 0 => command.takes.to_owned(),
        Some(_) => return None,
        None => takes(session, name, place)?,
    };
    (!shown.is_empty()).then(|| Hint { shown: format!("{gap}{shown}"), rest: None })
}

/// What follows the beginning of a name, if there is only one.
fn of_name(session: &Session, begun: &str) -> Option<Hint> {
    let all = if begun.starts_with('.') { commands() } else { operations(session) };
    let mut fitting = all.iter().filter(|name| name.starts_with(begun));
    let exact = all.iter().find(|name| *name == begun);
    let name = exact.or_else(|| fitting.next().filter(|_| fitting.next().is_none() && begun.len() > 1))?;
    let command = COMMANDS.iter().find(|command| command.name == name);
    let takes = command.map_or_else(|| takes(session, name, 0), |command| Some(command.takes.to_owned()));
    let rest = name[begun.len()..].to_owned();
    let shown = format!("{rest} {}", takes.unwrap_or_default()).trim_end().to_owned();
    (!shown.is_empty()).then(|| Hint { shown, rest: (!rest.is_empty()).then(|| format!("{rest} ")) })
}

/// The words that an operation takes from this place on, by each of its forms; in brackets where one takes no more.
fn takes(session: &Session, name: &str, place: usize) -> Option<String> {
    let rows: Vec<_> = open_rows(session, name).filter(|row| row.words.len() >= place).collect();
    let forms =
        rows.iter().map(|row| row.words[place..].iter().map(|word| word.name).collect::<Vec<_>>().join(" "));
    let (mut forms, none): (Vec<_>, Vec<_>) = forms.partition(|form| !form.is_empty());
    forms.sort_by_key(String::len);
    let shown = forms.join(" | ");
    (!shown.is_empty()).then(|| if none.is_empty() { shown } else { format!("[{shown}]") })
}
