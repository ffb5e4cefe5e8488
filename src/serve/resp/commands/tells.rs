//! What COMMAND tells of the commands, our own operations among them.

use super::clients::SPOKEN;
use super::{COMMANDS, Command, Flag, named};
use crate::query::{Access, Asks, Form, Language};
use crate::serve::resp::call::{Call, Done, is};
use crate::serve::resp::writer::Writer;

/// What can be told of: a command of Redis, or an operation of our own under a name that Redis has not.
#[derive(Clone, Copy)]
enum Known {
    Command(&'static Command),
    Form(&'static Form),
}

impl Known {
    fn all() -> impl Iterator<Item = Self> {
        let own = Language::records().forms().iter().filter(|form| named(form.name).is_none());
        let mut names = Vec::new();
        let own = own.filter(move |form| {
            let is_first = !names.contains(&form.name);
            names.push(form.name);
            is_first
        });
        COMMANDS.iter().map(Self::Command).chain(own.map(Self::Form))
    }

    fn of(name: &str) -> Option<Self> {
        let own = || Language::records().forms().iter().find(|form| is(form.name, name));
        named(name).map(Self::Command).or_else(|| own().map(Self::Form))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Command(command) => command.name,
            Self::Form(form) => form.name,
        }
    }

    fn arity(self) -> i64 {
        match self {
            Self::Command(command) => i64::from(command.arity),
            Self::Form(form) => {
                let forms = Language::records().named(form.name);
                let words = forms.iter().map(|form| form.words().count());
                let is_one = forms.len() == 1 && form.usage().matches('…').count() == 0;
                let least = i64::try_from(words.min().unwrap_or(0) + 1).unwrap_or(i64::MAX);
                if is_one { least } else { -least }
            }
        }
    }

    fn keys(self) -> (i8, i8, i8) {
        match self {
            Self::Command(command) => command.keys,
            Self::Form(form) if form.words().next().is_some_and(|word| word.name == "key") => (1, 1, 1),
            Self::Form(_) => (0, 0, 0),
        }
    }

    fn flag(self) -> Flag {
        match self {
            Self::Command(command) => command.flag,
            Self::Form(form) => match form.asks {
                Asks::One(operation) if operation.access() == Access::Read => Flag::Read,
                Asks::One(operation) if operation.access() != Access::Write => Flag::Other,
                Asks::One(_) | Asks::Batch => Flag::Write,
            },
        }
    }

    fn flags(self) -> &'static [&'static str] {
        match self.flag() {
            Flag::Read => &["readonly", "fast"],
            Flag::Write => &["write", "denyoom"],
            Flag::Other => &["loading", "stale"],
        }
    }

    /// As COMMAND INFO has it.
    fn write_info(self, writer: &mut Writer<'_>) {
        writer.array(10);
        writer.bulk(&self.name().to_lowercase());
        writer.integer(self.arity());
        writer.set(self.flags().len());
        self.flags().iter().for_each(|flag| writer.simple(flag));
        let (first, last, step) = self.keys();
        for number in [first, last, step] {
            writer.integer(i64::from(number));
        }
        // Categories, tips, places of keys, subcommands: clients do without.
        (0..4).for_each(|place| if place == 0 { writer.set(0) } else { writer.array(0) });
    }

    /// As COMMAND DOCS has it.
    fn write_docs(self, writer: &mut Writer<'_>) {
        let (summary, since, group, words) = match self {
            Self::Command(command) => {
                (command.summary, command.since, command.group, command.words.to_owned())
            }
            Self::Form(form) => {
                let words = form.usage();
                let words = words.strip_prefix(form.name).unwrap_or(&words).trim().to_owned();
                (form.does(), SPOKEN, "rewind", words)
            }
        };
        writer.bulk(&self.name().to_lowercase());
        let arguments = arguments(&words);
        writer.map(if arguments.is_empty() { 3 } else { 4 });
        for (key, value) in [("summary", summary), ("since", since), ("group", group)] {
            writer.bulk(key);
            writer.bulk(value);
        }
        if !arguments.is_empty() {
            writer.bulk("arguments");
            writer.array(arguments.len());
            for argument in &arguments {
                argument.write(writer);
            }
        }
    }
}

/// A word of a command, as help shows it.
struct Argument {
    name: String,
    is_optional: bool,
    is_repeated: bool,
}

impl Argument {
    fn write(&self, writer: &mut Writer<'_>) {
        let flags: Vec<_> = [("optional", self.is_optional), ("multiple", self.is_repeated)]
            .into_iter()
            .filter_map(|(flag, is_so)| is_so.then_some(flag))
            .collect();
        writer.map(if flags.is_empty() { 2 } else { 3 });
        writer.bulk("name");
        writer.bulk(&self.name);
        writer.bulk("type");
        writer.bulk("string");
        if !flags.is_empty() {
            writer.bulk("flags");
            writer.set(flags.len());
            for flag in &flags {
                writer.simple(flag);
            }
        }
    }
}

/// The words of a usage: what is in brackets may be left out, and what repeats the words before it says so of the last.
fn arguments(words: &str) -> Vec<Argument> {
    let mut arguments: Vec<Argument> = Vec::new();
    let mut rest = words.trim();
    while !rest.is_empty() {
        let is_optional = rest.starts_with('[');
        let end = if is_optional { closing(rest) } else { rest.find(' ').unwrap_or(rest.len()) };
        let (word, behind) = rest.split_at(end);
        rest = behind.trim_start();
        let name = if is_optional { &word[1..word.len() - 1] } else { word };
        if name.ends_with("...") || name == "…" {
            if let Some(last) = arguments.last_mut() {
                last.is_repeated = true;
            }
            continue;
        }
        arguments.push(Argument { name: name.to_owned(), is_optional, is_repeated: false });
    }
    arguments
}

/// Where the bracket closes that a text begins with.
fn closing(text: &str) -> usize {
    let mut depth = 0;
    for (at, sign) in text.char_indices() {
        depth += i32::from(sign == '[') - i32::from(sign == ']');
        if depth == 0 {
            return at + 1;
        }
    }
    text.len()
}

pub(in crate::serve::resp) fn command(call: &mut Call<'_>, words: &[&str]) -> Done {
    let names = words.get(2..).unwrap_or_default();
    let all = || Known::all().collect::<Vec<_>>();
    match words.get(1).map(|word| word.to_ascii_uppercase()).as_deref() {
        None => info_of(call, &all().into_iter().map(Some).collect::<Vec<_>>()),
        Some("COUNT") if names.is_empty() => call.integer(i64::try_from(all().len()).unwrap_or(i64::MAX)),
        Some("LIST") if names.is_empty() => call.say(|writer| {
            let all = all();
            writer.array(all.len());
            for known in &all {
                writer.bulk(&known.name().to_lowercase());
            }
        }),
        Some("INFO") if names.is_empty() => info_of(call, &all().into_iter().map(Some).collect::<Vec<_>>()),
        Some("INFO") => info_of(call, &names.iter().map(|name| Known::of(name)).collect::<Vec<_>>()),
        Some("DOCS") => {
            let known = names.iter().filter_map(|name| Known::of(name));
            let known = if names.is_empty() { all() } else { known.collect() };
            call.say(|writer| {
                writer.map(known.len());
                for known in &known {
                    known.write_docs(writer);
                }
            })
        }
        Some(_) => Err(super::subcommands::unknown("COMMAND", words[1])),
    }
}

fn info_of(call: &mut Call<'_>, known: &[Option<Known>]) -> Done {
    call.say(|writer| {
        writer.array(known.len());
        for known in known {
            match known {
                Some(known) => known.write_info(writer),
                None => writer.null(),
            }
        }
    })
}
