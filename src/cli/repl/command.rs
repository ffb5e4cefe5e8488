//! The commands that begin with a point: one table, from which they are found, helped with and completed.
//!
//! Invariant: a command that is refused has changed nothing.

use std::ops::Range;

use super::session::{Session, Stop, Told};
use super::{look, read, save, show};
use crate::cli::explain::text::wrap;
use crate::cli::help;
use crate::query::{Aliases, Language, Level, Mistake};
use crate::script::{Context, Fault, Faults, Format, plain, typed_words};

/// Columns of the help, and of those the usage's.
const WIDTH: usize = 100;
const USAGE: usize = 29;

/// A command.
pub(super) struct Command {
    /// Its name, the point included.
    pub(super) name: &'static str,
    /// What follows the name.
    pub(super) takes: &'static str,
    /// What it does.
    does: &'static str,
    /// How few and how many words it takes.
    count: (usize, usize),
    run: fn(&mut Session, &Words<'_>) -> Result<Told, Stop>,
}

/// All of them, in the order of the help.
pub(super) const COMMANDS: &[Command] = &[
    Command {
        name: ".at",
        takes: "TIME",
        does: "looks at the past: after the last step at or before this time, with time moved on to it",
        count: (1, 1),
        run: look::at,
    },
    Command {
        name: ".back",
        takes: "[N]",
        does: "looks N steps further back, one if none is said",
        count: (0, 1),
        run: look::back,
    },
    Command {
        name: ".forward",
        takes: "[N]",
        does: "looks N steps further on, or returns to now",
        count: (0, 1),
        run: look::forward,
    },
    Command {
        name: ".steps",
        takes: "[N]",
        does: "lists the last N steps up to where you look, ten if none is said",
        count: (0, 1),
        run: show::steps,
    },
    Command {
        name: ".diff",
        takes: "A [B]",
        does: "shows which cells differ between two moments: a step's number, @TIME or now; without B from A to where you look",
        count: (1, 2),
        run: show::diff,
    },
    Command {
        name: ".why",
        takes: "KEY [FIELD]",
        does: "tells what a cell held, which steps did that, and why it is what it is; without a field the key's own value",
        count: (1, 2),
        run: show::why,
    },
    Command {
        name: ".read",
        takes: "FILE",
        does: "asks the queries of a file: a JSON array, JSON Lines, or lines as they are typed",
        count: (1, 1),
        run: read::read,
    },
    Command {
        name: ".save",
        takes: "FILE",
        does: "writes the session as a list that `rewind run` answers the same; what was there before it comes first",
        count: (1, 1),
        run: save::save,
    },
    Command {
        name: ".mode",
        takes: "text|json|jsonl|table",
        does: "shows answers so",
        count: (1, 1),
        run: mode,
    },
    Command {
        name: ".timer",
        takes: "on|off",
        does: "tells how long each line took",
        count: (1, 1),
        run: timer,
    },
    Command {
        name: ".help",
        takes: "[NAME]",
        does: "explains an operation or a command, or lists all",
        count: (0, 1),
        run: help,
    },
    Command {
        name: ".exit",
        takes: "",
        does: "ends the shell, as do .quit, exit, quit and Ctrl-D",
        count: (0, 0),
        run: exit,
    },
    Command { name: ".quit", takes: "", does: "ends the shell", count: (0, 0), run: exit },
];

/// The words after a command's name.
pub(super) struct Words<'c> {
    command: &'c Command,
    words: Vec<(String, Range<usize>)>,
}

impl Words<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    pub(super) fn get(&self, place: usize) -> Option<&str> {
        self.words.get(place).map(|(word, _)| word.as_str())
    }

    /// A word that is there.
    pub(super) fn text(&self, place: usize) -> &str {
        self.get(place).unwrap_or_default()
    }

    /// A number that is there.
    pub(super) fn number(&self, place: usize) -> Result<u64, Stop> {
        let number = self
            .text(place)
            .parse()
            .ok()
            .filter(|_| self.text(place).bytes().all(|byte| byte.is_ascii_digit()));
        number.ok_or_else(|| {
            self.fault(
                place,
                &format!("`{}` is no number", plain(self.text(place))),
                &format!("write {}", self.command.usage()),
            )
        })
    }

    /// A number of steps, 1 if none is said.
    pub(super) fn count(&self, place: usize) -> Result<usize, Stop> {
        self.get(place).map_or(Ok(1), |_| Ok(usize::try_from(self.number(place)?).unwrap_or(usize::MAX)))
    }

    /// What is wrong with a word.
    pub(super) fn fault(&self, place: usize, message: &str, help: &str) -> Stop {
        let span = self.words.get(place).map_or(0..0, |(_, span)| span.clone());
        fault(span, message, help)
    }
}

fn fault(span: Range<usize>, message: &str, help: &str) -> Stop {
    Stop::from(Fault { span, query: None, message: message.to_owned(), help: Some(help.to_owned()) })
}

impl Command {
    /// The command as a person writes it.
    pub(super) fn usage(&self) -> String {
        format!("{} {}", self.name, self.takes).trim_end().to_owned()
    }

    fn named(name: &str) -> Option<&'static Self> {
        COMMANDS.iter().find(|command| command.name == name)
    }
}

/// Does what a line asks for that begins with a point.
pub(super) fn run(session: &mut Session, line: &str) -> Result<Told, Stop> {
    let mut words = typed_words(line)?.into_iter();
    let (name, span) = words.next().unwrap_or_default();
    let Some(command) = Command::named(&name) else {
        return Err(fault(span, &format!("unknown command `{}`", plain(&name)), &nearest(&name)));
    };
    let words = Words { command, words: words.collect() };
    let (least, most) = command.count;
    if !(least..=most).contains(&words.words.len()) {
        let begin = line.len() - line.trim_start().len();
        let message = if words.words.len() < least { "too few words" } else { "too many words" };
        let help = format!("write {}", command.usage());
        return Err(fault(begin..line.trim_end().len(), &format!("{message} for {name}"), &help));
    }
    (command.run)(session, &words)
}

/// The fault of a line that is a command but for its point.
pub(super) fn meant(line: &str, context: &Context) -> Option<Faults> {
    let name = line.split_whitespace().next()?;
    let command =
        Command::named(&format!(".{name}")).filter(|_| context.aliases.operation(name).is_none())?;
    let begin = line.len() - line.trim_start().len();
    Some(Faults::from(Fault {
        span: begin..begin + name.len(),
        query: None,
        message: format!("unknown operation `{name}`"),
        help: Some(format!("did you mean {}?", command.name)),
    }))
}

/// What may have been meant.
fn nearest(name: &str) -> String {
    let alike = |command: &&Command| strsim::normalized_damerau_levenshtein(command.name, name);
    let nearest = COMMANDS.iter().max_by(|one, other| alike(one).total_cmp(&alike(other)));
    let nearest = nearest.filter(|command| alike(command) > 0.5);
    nearest
        .map_or("`.help` lists the commands".to_owned(), |command| format!("did you mean {}?", command.name))
}

#[expect(clippy::unnecessary_wraps, reason = "it stands in the table with others that may fail")]
fn exit(_: &mut Session, _: &Words<'_>) -> Result<Told, Stop> {
    Ok(Told::End)
}

fn mode(session: &mut Session, words: &Words<'_>) -> Result<Told, Stop> {
    let format: Result<Format, String> = words.text(0).parse();
    session.out.format = format.map_err(|why| words.fault(0, "no such way to show answers", &why))?;
    Ok(Told::Done)
}

fn timer(session: &mut Session, words: &Words<'_>) -> Result<Told, Stop> {
    session.is_timed = match words.text(0) {
        "on" => true,
        "off" => false,
        _ => return Err(words.fault(0, "the timer is on or off", "write .timer on or .timer off")),
    };
    Ok(Told::Done)
}

fn help(session: &mut Session, words: &Words<'_>) -> Result<Told, Stop> {
    let text = match words.get(0) {
        None => overview(session.level),
        Some(name) => about(name, session.base.aliases()).ok_or_else(|| {
            let why = Mistake::unknown_operation(name);
            words.fault(0, &format!("no help on {}", plain(name)), &why.help(&session.base.context().aliases))
        })?,
    };
    session.out.held.extend_from_slice(text.as_bytes());
    Ok(Told::Done)
}

/// The help on a command or an operation, which may have been given another name.
fn about(name: &str, aliases: &Aliases) -> Option<String> {
    let command = Command::named(name).or_else(|| Command::named(&format!(".{name}")));
    if let Some(command) = command {
        return Some(format!("{}\n\n  {}\n", command.usage(), command.does));
    }
    if let Some(operation) = aliases.operation(name) {
        let told = about(operation, &Aliases::default())?;
        return Some(format!("{} stands for {operation}.\n\n{told}", plain(name)));
    }
    let forms = aliases.language().named(&name.to_uppercase()).iter().map(|form| help::operation(form));
    let forms: Vec<_> = forms.collect();
    (!forms.is_empty()).then(|| forms.join("\n"))
}

/// Everything in a screen.
fn overview(level: Level) -> String {
    let mut text = String::from(
        "A line is a query: words parted by blanks, in \"quotes\" (escapes as in JSON) or 'quotes' where they\n\
         have blanks themselves, or an array of words as JSON. Each query that is answered is a step.\n\
         BATCH takes queries in [brackets]: BATCH [PUT A B] [GET A]. In them quotes go around a word that begins\n\
         with [ or has a ] in it; elsewhere brackets are letters like others.\n\n",
    );
    for command in COMMANDS.iter().filter(|command| command.name != ".quit") {
        let mut usage = command.usage();
        for line in wrap(command.does, WIDTH - USAGE) {
            text.push_str(&format!("{usage:<USAGE$}{line}\n"));
            usage.clear();
        }
    }
    text.push_str("\nOperations (`.help OPERATION` tells more):\n");
    let language = Language::records();
    for level in language.levels().filter(|one| *one <= level) {
        let forms = language.forms().iter().filter(|form| form.level == level).map(|form| form.name);
        let mut names: Vec<_> = forms.collect();
        names.dedup();
        text.push_str(&format!("  {level}  {}\n", names.join(" ")));
    }
    text
}
