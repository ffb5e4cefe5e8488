//! The commands that begin with a point: one table, from which they are found, helped with and completed.

use crate::cli::nearest;
use crate::cli::repl::words::{Refusal, fault};
use crate::query::Aliases;

/// A command.
pub(in crate::cli::repl) struct DotCommand {
    /// Its name, the point included.
    pub(in crate::cli::repl) name: &'static str,
    /// What follows the name.
    pub(in crate::cli::repl) takes: &'static str,
    /// What it does.
    pub(super) does: &'static str,
    /// How few and how many words it takes.
    pub(super) count: (usize, usize),
    pub(super) action: Action,
}

/// All of them, in the order of the help.
pub(in crate::cli::repl) const COMMANDS: &[DotCommand] = &[
    DotCommand {
        name: ".at",
        takes: "TIME",
        does: "looks at the past: after the last step at or before this time, with time moved on to it",
        count: (1, 1),
        action: Action::At,
    },
    DotCommand {
        name: ".back",
        takes: "[N]",
        does: "looks N steps further back, one if none is said",
        count: (0, 1),
        action: Action::Back,
    },
    DotCommand {
        name: ".forward",
        takes: "[N]",
        does: "looks N steps further on, or returns to now",
        count: (0, 1),
        action: Action::Forward,
    },
    DotCommand {
        name: ".steps",
        takes: "[N]",
        does: "lists the last N steps up to where you look, ten if none is said",
        count: (0, 1),
        action: Action::Steps,
    },
    DotCommand {
        name: ".diff",
        takes: "A [B]",
        does: "shows which cells differ between two moments: a step's number, @TIME or now; without B from A to where you look",
        count: (1, 2),
        action: Action::Diff,
    },
    DotCommand {
        name: ".why",
        takes: "KEY [FIELD]",
        does: "tells what a cell held, which steps did that, and why it is what it is; without a field this of all cells of the key",
        count: (1, 2),
        action: Action::Why,
    },
    DotCommand {
        name: ".read",
        takes: "FILE",
        does: "asks the queries of a file: a JSON array, JSON Lines, or lines as they are typed",
        count: (1, 1),
        action: Action::Read,
    },
    DotCommand {
        name: ".open",
        takes: "FILE",
        does: "begins a new session, on an empty database in memory, with the queries of a file",
        count: (1, 1),
        action: Action::Open,
    },
    DotCommand {
        name: ".clear",
        takes: "",
        does: "begins a new session on an empty database in memory",
        count: (0, 0),
        action: Action::Clear,
    },
    DotCommand {
        name: ".save",
        takes: "FILE [--force]",
        does: "writes the session as a list that `rewind run` answers the same; what was there before it \
               comes first; a file that is there is replaced with --force only",
        count: (1, 2),
        action: Action::Save,
    },
    DotCommand {
        name: ".mode",
        takes: "text|json|jsonl|table",
        does: "shows answers so",
        count: (1, 1),
        action: Action::Mode,
    },
    DotCommand {
        name: ".timer",
        takes: "on|off",
        does: "tells how long each line took",
        count: (1, 1),
        action: Action::Timer,
    },
    DotCommand {
        name: ".help",
        takes: "[NAME]",
        does: "explains an operation or a command, or lists all",
        count: (0, 1),
        action: Action::Help,
    },
    DotCommand {
        name: ".exit",
        takes: "",
        does: "ends the shell, as do .quit, exit, quit and Ctrl-D",
        count: (0, 0),
        action: Action::Exit,
    },
    DotCommand { name: ".quit", takes: "", does: "ends the shell", count: (0, 0), action: Action::Exit },
];

/// Which command it is.
#[derive(Clone, Copy)]
pub(super) enum Action {
    At,
    Back,
    Forward,
    Steps,
    Diff,
    Why,
    Read,
    Open,
    Clear,
    Save,
    Mode,
    Timer,
    Help,
    Exit,
}

impl DotCommand {
    /// The command as a person writes it.
    pub(super) fn usage(&self) -> String {
        format!("{} {}", self.name, self.takes).trim_end().to_owned()
    }

    pub(super) fn named(name: &str) -> Option<&'static Self> {
        COMMANDS.iter().find(|command| command.name == name)
    }
}

/// Why a query is refused; the fault of a line that is a command but for its point, and no operation, comes before its
/// own.
pub(super) fn or_command(refusal: Refusal, line: &str, aliases: &Aliases) -> Refusal {
    let name = line.split_whitespace().next().unwrap_or_default();
    match (refusal, DotCommand::named(&format!(".{name}"))) {
        (Refusal::Refused(_), Some(command)) if aliases.spelt(name).is_none() => {
            let begin = line.len() - line.trim_start().len();
            let message = format!("unknown operation `{name}`");
            fault(begin..begin + name.len(), &message, &format!("did you mean {}?", command.name))
        }
        (refusal, _) => refusal,
    }
}

/// What may have been meant.
pub(super) fn nearest(name: &str) -> String {
    let nearest = nearest::nearest(COMMANDS.iter().map(|command| command.name), name);
    nearest.map_or("`.help` lists the commands".to_owned(), |name| format!("did you mean {name}?"))
}
