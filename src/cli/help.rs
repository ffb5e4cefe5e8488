//! `rewind help`: the program, or an operation as its row of the table tells it.

use std::io::Write;

use clap::CommandFactory;

use super::{Cli, Failure};
use crate::query::{Access, Aliases, Level, Mistake, OPERATIONS, Row};

/// Explain the program, a subcommand, or an operation of the query language
#[derive(clap::Args)]
pub(super) struct Args {
    /// An operation, as in SCAN, or a subcommand, as in run or log verify
    topic: Vec<String>,
}

/// Prints the help that is asked for.
pub(super) fn help(args: &Args) -> Result<(), Failure> {
    let text = match &args.topic[..] {
        [] => format!("{}\n{}", Cli::command().render_help().ansi(), operations()),
        [topic, within @ ..] => about(topic, within)?,
    };
    anstream::stdout().write_all(text.as_bytes()).map_err(Failure::Output)
}

fn about(topic: &str, within: &[String]) -> Result<String, Failure> {
    // Built, so that a subcommand knows the options of the whole program.
    let mut program = Cli::command();
    program.build();
    if let Some(mut command) = program.find_subcommand_mut(topic) {
        for name in within {
            let unknown = || Failure::Usage(format!("no help on {topic} {}", name.escape_debug()));
            command = command.find_subcommand_mut(name).ok_or_else(unknown)?;
        }
        return Ok(command.render_long_help().ansi().to_string());
    }
    let rows = Row::named(&topic.to_uppercase());
    if rows.is_empty() {
        let help = Mistake::unknown_operation(topic).help(&Aliases::default());
        return Err(Failure::Usage(format!("no help on {}; {help}", topic.escape_debug())));
    }
    Ok(rows.iter().map(|row| operation(row)).collect::<Vec<_>>().join("\n"))
}

/// All operations, by level.
fn operations() -> String {
    let mut text = String::from("Operations, by level (`rewind help OPERATION` tells more):\n");
    for level in Level::all() {
        let rows = OPERATIONS.iter().filter(|row| row.level == level);
        rows.for_each(|row| text.push_str(&format!("  {level}  {}\n", row.usage())));
    }
    text
}

/// What a row of the table tells.
pub(super) fn operation(row: &Row) -> String {
    let numbers = row.words.iter().filter(|word| word.kind.is_number());
    let numbers: Vec<_> = numbers.map(|word| word.name).collect();
    let does = row.does.replace(". ", ".\n  ");
    let mut text = format!("{}\n\n  {does}\n", row.usage());
    text.push_str(&format!("  Answers {}.\n  Level {}.\n", row.answers, row.level));
    if !numbers.is_empty() {
        text.push_str(&format!("  In milliseconds, as plain digits: {}.\n", numbers.join(", ")));
    }
    text.push_str("\n  Example:\n");
    row.example.queries.iter().for_each(|query| text.push_str(&format!("    {query}\n")));
    let quote = if row.access == Access::Each { "" } else { "\"" };
    text.push_str(&format!("    => {quote}{}{quote}\n", row.example.answer));
    text
}
