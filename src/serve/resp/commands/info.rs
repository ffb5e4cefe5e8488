//! What is told of the commands and of the server.

use super::clients::SPOKEN;
use super::{COMMANDS, Command, Flag, named};
use crate::query::{Access, Asks, Form, Language};
use crate::serve::options::FaceKind;
use crate::serve::resp::call::{Call, Done, Refused, is};
use crate::serve::resp::writer::Writer;
use crate::serve::server::resident;

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
        Self::all().find(|known| is(known.name(), name))
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

pub(in crate::serve::resp) fn info(call: &mut Call<'_>, words: &[&str]) -> Done {
    let asked = &words[1..];
    let is_all = |word: &&str| ["all", "everything", "default"].iter().any(|all| is(word, all));
    let is_asked = |name: &str| asked.is_empty() || asked.iter().any(|word| is(word, name) || is_all(word));
    let sections = sections(call)?;
    let shown = sections.iter().filter(|(name, _)| is_asked(name));
    let shown = shown.map(|(name, lines)| {
        let lines = lines.iter().map(|(key, value)| format!("{key}:{value}\r\n"));
        format!("# {name}\r\n{}", lines.collect::<Vec<_>>().concat())
    });
    let text = shown.collect::<Vec<_>>().join("\r\n");
    call.say(|writer| writer.verbatim(&text))
}

type Section = (&'static str, Vec<(String, String)>);

fn section(name: &'static str, lines: &[(&str, String)]) -> Section {
    (name, lines.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
}

/// What INFO tells: what clients look for, and what is counted.
fn sections(call: &mut Call<'_>) -> Result<Vec<Section>, Refused> {
    let mut records = 0;
    call.ask(&crate::query::Query::Size {}, |_, reply| {
        if let crate::reply::Reply::Count(count) = reply {
            records = *count;
        }
    })?;
    let (now, desk) = (call.now(), &*call.desk);
    let (sizes, metrics, memory) = (desk.see().sizes(), &desk.metrics, resident());
    let of_faces = |count: fn(&crate::serve::metrics::FaceMetrics) -> u64| {
        metrics.faces().iter().map(count).sum::<u64>().to_string()
    };
    let is_kept = desk.is_durable();
    let mut sections = vec![
        section(
            "Server",
            &[
                ("redis_version", SPOKEN.to_owned()),
                ("rewind_version", env!("CARGO_PKG_VERSION").to_owned()),
                ("redis_mode", "standalone".to_owned()),
                ("os", std::env::consts::OS.to_owned()),
                ("arch_bits", usize::BITS.to_string()),
                ("process_id", std::process::id().to_string()),
                ("uptime_in_seconds", metrics.began.elapsed().as_secs().to_string()),
                ("clock", now.to_string()),
            ],
        ),
        section(
            "Clients",
            &[
                ("connected_clients", desk.clients.len().to_string()),
                ("maxclients", desk.options.limits.connections.to_string()),
                ("blocked_clients", "0".to_owned()),
                ("transactions_open", desk.transactions().to_string()),
            ],
        ),
        section(
            "Memory",
            &[
                ("used_memory", memory.to_string()),
                ("used_memory_human", format!("{}M", memory >> 20)),
                ("used_memory_rss", memory.to_string()),
                ("maxmemory", desk.options.limits.memory.unwrap_or(0).to_string()),
            ],
        ),
        section(
            "Persistence",
            &[
                ("loading", "0".to_owned()),
                ("aof_enabled", u8::from(is_kept).to_string()),
                ("rewind_commits", metrics.commits.count.to_string()),
                ("rewind_commits_failed", metrics.commits_failed.to_string()),
                ("rewind_commit_usec", (metrics.commits.sum / 1_000).to_string()),
            ],
        ),
        section(
            "Stats",
            &[
                ("total_connections_received", of_faces(|face| face.connections)),
                ("total_commands_processed", of_faces(|face| face.all_requests)),
                ("total_net_input_bytes", of_faces(|face| face.received)),
                ("total_net_output_bytes", of_faces(|face| face.sent)),
                ("rejected_connections", of_faces(|face| face.refused)),
                ("total_error_replies", of_faces(|face| face.errors.values().sum())),
                ("rewind_turns", metrics.turns.count.to_string()),
                ("rewind_turn_usec", (metrics.turns.sum / 1_000).to_string()),
                ("rewind_transactions_committed", metrics.committed_transactions.to_string()),
                ("rewind_transactions_refused", metrics.refused_transactions.to_string()),
            ],
        ),
        section("Replication", &[("role", "master".to_owned()), ("connected_slaves", "0".to_owned())]),
    ];
    let requests = &metrics.faces()[FaceKind::Resp as usize].requests;
    let of_command =
        |(name, calls): (&&str, &u64)| (format!("cmdstat_{}", name.to_lowercase()), format!("calls={calls}"));
    sections.push(("Commandstats", requests.iter().map(of_command).collect()));
    sections.push(section(
        "Rewind",
        &[
            ("records", sizes.records.to_string()),
            ("cells", sizes.cells.to_string()),
            ("versions", sizes.versions.to_string()),
            ("backups", sizes.backups.to_string()),
            ("branches", sizes.branches.to_string()),
        ],
    ));
    let keys = section("Keyspace", &[("db0", format!("keys={records},expires=0,avg_ttl=0"))]);
    sections.push(if records == 0 { ("Keyspace", Vec::new()) } else { keys });
    Ok(sections)
}
