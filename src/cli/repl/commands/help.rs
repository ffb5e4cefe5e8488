//! `.help`: what there is to type.

use super::table::{COMMANDS, DotCommand};
use crate::cli::explain::text::wrap;
use crate::cli::help;
use crate::cli::repl::shell::Shell;
use crate::cli::repl::words::{CommandWords, Refusal};
use crate::query::{Aliases, Language, Level, Mistake};
use crate::script::plain;

/// Columns of the help, and of those the usage's.
const WIDTH: usize = 100;
const USAGE: usize = 29;

/// `.help [NAME]`
pub(super) fn help(shell: &mut Shell, words: &CommandWords) -> Result<(), Refusal> {
    let text = match words.get(0) {
        None => overview(shell.level),
        Some(name) => about(name, shell.base.aliases()).ok_or_else(|| {
            let why = Mistake::unknown_operation(name);
            words.fault(0, &format!("no help on {}", plain(name)), &why.help(&shell.base.context().aliases))
        })?,
    };
    shell.out.held.extend_from_slice(text.as_bytes());
    Ok(())
}

/// The help on a command or an operation, which may have been given another name.
fn about(name: &str, aliases: &Aliases) -> Option<String> {
    let command = DotCommand::named(name).or_else(|| DotCommand::named(&format!(".{name}")));
    if let Some(command) = command {
        return Some(format!("{}\n\n  {}\n", command.usage(), command.does));
    }
    if let Some(operation) = aliases.operation(name) {
        let text = about(operation, &Aliases::default())?;
        return Some(format!("{} stands for {operation}.\n\n{text}", plain(name)));
    }
    let forms = aliases.language().named(&name.to_uppercase()).iter().map(|form| help::operation(form));
    let forms: Vec<_> = forms.collect();
    (!forms.is_empty()).then(|| forms.join("\n"))
}

/// Everything in a screen.
fn overview(level: Level) -> String {
    let mut text = String::from(
        "A line is a query: words separated by spaces, in \"quotes\" (escapes as in JSON) or 'quotes' where they\n\
         have spaces themselves, or an array of words as JSON. Each query that is answered is a step.\n\
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
