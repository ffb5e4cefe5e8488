//! What may come next in a line that is being typed: completions for Tab, and the words an operation takes as a hint.
//!
//! Invariants: nothing here knows an operation by name, it all comes from the table and from the names that were given;
//! names of cells are those that are live where one looks, or some of them where there are very many.

use super::commands::COMMANDS;
use super::past::Past;
use super::shell::Shell;
use crate::query::{Access, Asks, Form, WordKind};
use crate::script::{SoFar, as_typed, to_json, typed_so_far};

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
pub(super) fn wants_file(shell: &Shell, line: &str) -> bool {
    let so_far = typed_so_far(line, shell.base.aliases()).unwrap_or_default();
    let command =
        COMMANDS.iter().find(|command| so_far.words.first().is_some_and(|name| name == command.name));
    so_far.words.len() == 1 && command.is_some_and(|command| command.takes.starts_with("FILE"))
}

/// The words that may stand at the end of a line.
pub(super) fn completions(shell: &Shell, line: &str) -> Completions {
    let Some(so_far) = typed_so_far(line, shell.base.aliases()) else {
        return Completions { begin: line.len(), words: Vec::new() };
    };
    let last = so_far.last.to_lowercase();
    let fits = |word: &String| word.to_lowercase().starts_with(&last);
    let words = candidates(shell, &so_far).into_iter().filter(fits).take(MOST);
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
        _ if so_far.is_json => to_json(word),
        // The one word that begins with a point and needs no quotes.
        None if is_command(word) => word.to_owned(),
        Some(name) if name == ".help" => word.to_owned(),
        _ => as_typed(word),
    }
}

fn candidates(shell: &Shell, so_far: &SoFar) -> Vec<String> {
    let is_query = so_far.is_json || so_far.is_within;
    let Some(name) = so_far.words.first() else {
        let is_command = so_far.last.starts_with('.') && !is_query;
        return if is_command { commands() } else { operations(shell, so_far.is_within) };
    };
    if is_command(name) && !is_query {
        return of_command(shell, name, so_far);
    }
    let place = so_far.words.len() - 1;
    let forms = open_forms(shell, name);
    let words = forms.filter_map(|form| Some((form, form.words().nth(place)?.kind)));
    let mut words: Vec<String> = words
        .flat_map(|(form, kind)| match kind {
            WordKind::Choice(names) => names.iter().map(|name| (*name).to_owned()).collect(),
            WordKind::Key => keys(shell),
            WordKind::Field | WordKind::Prefix => {
                let key = form.words().position(|word| word.kind == WordKind::Key);
                let key = key.and_then(|key| so_far.words.get(key + 1));
                key.map(|key| fields(shell, key)).unwrap_or_default()
            }
            WordKind::Operation => names(shell).map(str::to_owned).collect(),
            WordKind::Value
            | WordKind::Item
            | WordKind::Time
            | WordKind::Moment
            | WordKind::Ttl
            | WordKind::Pattern
            | WordKind::Name => Vec::new(),
        })
        .collect();
    words.sort();
    words.dedup();
    words
}

/// The words that a command takes.
fn of_command(shell: &Shell, name: &str, so_far: &SoFar) -> Vec<String> {
    let command = COMMANDS.iter().find(|command| command.name == name);
    match (command.map_or("", |command| command.takes), &so_far.words[1..]) {
        ("KEY [FIELD]", []) => keys(shell),
        ("KEY [FIELD]", [key]) => fields(shell, key),
        ("[NAME]", []) => [operations(shell, false), commands()].concat(),
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
fn operations(shell: &Shell, is_within: bool) -> Vec<String> {
    let names = names(shell).map(str::to_owned);
    let given = shell.base.aliases().iter().map(|(name, _)| name.to_owned());
    let is_open = |name: &String| {
        let mut forms = open_forms(shell, name);
        forms.any(|form| !is_within || may_be_within(form))
    };
    names.chain(given).filter(is_open).collect()
}

/// May it stand in a batch?
fn may_be_within(form: &Form) -> bool {
    match form.asks {
        Asks::One(operation) => matches!(operation.access(), Access::Read | Access::Write),
        Asks::Batch => false,
    }
}

/// The names of the language.
fn names(shell: &Shell) -> impl Iterator<Item = &'static str> {
    shell.base.aliases().language().names()
}

/// The forms of an operation whose level is open, by any of its names.
fn open_forms(shell: &Shell, name: &str) -> impl Iterator<Item = &'static Form> {
    let level = shell.level;
    shell.base.aliases().forms(name).iter().copied().filter(move |form| form.level <= level)
}

/// The words that follow what was typed.
pub(super) fn hint(shell: &Shell, line: &str) -> Option<Hint> {
    let so_far = typed_so_far(line, shell.base.aliases())?;
    let begun = usize::from(!so_far.last.is_empty());
    let Some(name) = so_far.words.first() else { return of_name(shell, &so_far) };
    let place = so_far.words.len() - 1 + begun;
    let gap = if begun == 1 { " " } else { "" };
    let is_query = so_far.is_json || so_far.is_within;
    let command = COMMANDS.iter().find(|command| command.name == name && !is_query);
    let shown = match command {
        Some(command) if place == 0 => command.takes.to_owned(),
        Some(_) => return None,
        None => takes(shell, name, place)?,
    };
    (!shown.is_empty()).then(|| Hint { shown: format!("{gap}{shown}"), rest: None })
}

/// What follows the beginning of a name, if there is only one.
fn of_name(shell: &Shell, SoFar { last: begun, is_json, is_within, .. }: &SoFar) -> Option<Hint> {
    if begun.is_empty() {
        return None;
    }
    let is_command = begun.starts_with('.') && !is_within;
    let all = if is_command { commands() } else { operations(shell, *is_within) };
    // Who types small letters goes on in them.
    let is_small = !is_json && !begun.contains(|c: char| c.is_ascii_uppercase());
    let as_begun = |name: &String| if is_small { name.to_ascii_lowercase() } else { name.clone() };
    let all: Vec<_> = all.iter().map(|name| (name, as_begun(name))).collect();
    let mut fitting = all.iter().filter(|(_, shown)| shown.starts_with(begun));
    let exact = all.iter().find(|(_, shown)| shown == begun);
    let only = exact.or_else(|| fitting.next().filter(|_| fitting.next().is_none() && begun.len() > 1));
    let (name, shown) = only?;
    // In JSON the rest of a name would stand behind its quote.
    if *is_json && exact.is_none() {
        return None;
    }
    let command = COMMANDS.iter().find(|command| command.name == *name);
    let takes = command.map_or_else(|| takes(shell, name, 0), |command| Some(command.takes.to_owned()));
    let rest = shown[begun.len()..].to_owned();
    let shown = format!("{rest} {}", takes.unwrap_or_default()).trim_end().to_owned();
    (!shown.is_empty()).then(|| Hint { shown, rest: (!rest.is_empty()).then(|| format!("{rest} ")) })
}

/// The words that an operation takes from this place on, by each of its forms; in brackets where one takes no more.
fn takes(shell: &Shell, name: &str, place: usize) -> Option<String> {
    let shown = |form: &'static Form| {
        let arrays = (form.asks == Asks::Batch && place == 0).then_some("[query] [query] …");
        let words = form.words().skip(place).map(|word| word.name).chain(arrays);
        words.collect::<Vec<_>>().join(" ")
    };
    let takes_more = |form: &&Form| form.words().len() + usize::from(form.asks == Asks::Batch) >= place;
    let (mut forms, none): (Vec<_>, Vec<_>) =
        open_forms(shell, name).filter(takes_more).map(shown).partition(|form| !form.is_empty());
    forms.sort_by_key(String::len);
    let shown = forms.join(" | ");
    (!shown.is_empty()).then(|| if none.is_empty() { shown } else { format!("[{shown}]") })
}

/// The key and the field of cells.
fn cells(shell: &Shell) -> Vec<(&str, &str)> {
    let cells = || shell.past.as_ref().map_or_else(|| shell.base.names(), Past::names);
    shell.names.instead_of_cells().unwrap_or_else(cells)
}

/// The keys of records.
fn keys(shell: &Shell) -> Vec<String> {
    let mut keys: Vec<_> = cells(shell).into_iter().map(|(key, _)| key).collect();
    keys.dedup();
    keys.into_iter().map(str::to_owned).collect()
}

/// The fields of a record, but for that of the key's own value.
fn fields(shell: &Shell, key: &str) -> Vec<String> {
    let cells = cells(shell).into_iter().filter(|(of, field)| *of == key && !field.is_empty());
    cells.map(|(_, field)| field.to_owned()).collect()
}
