//! `rewind help`: the program, or an operation as the table has it.

use std::io::Write;

use clap::CommandFactory;

use super::{Cli, Failure, closed, command_line, usage};
use crate::query::{Aliases, Asks, Form, Language, Mistake};

/// Explain the program, a subcommand, or an operation of the query language
#[derive(clap::Args)]
pub(super) struct HelpArgs {
    /// An operation, as in SCAN, or a subcommand, as in run or log verify
    #[arg(value_parser = closed::topic(), hide_possible_values = true)]
    topic: Vec<String>,
}

/// Prints the help that is asked for.
pub(super) fn help(args: &HelpArgs) -> Result<(), Failure> {
    let text = match &args.topic[..] {
        [] => format!("{}\n{}", Cli::command().render_help().ansi(), operations()),
        [topic, within @ ..] => about(topic, within)?,
    };
    anstream::stdout().write_all(text.as_bytes()).map_err(Failure::Output)
}

fn about(topic: &str, within: &[String]) -> Result<String, Failure> {
    // Built, so that a subcommand knows the options of the whole program.
    let mut program = command_line();
    if let Some(mut command) = program.find_subcommand_mut(topic) {
        for name in within {
            let unknown = || Failure::Usage(format!("no help on {topic} {}", name.escape_debug()));
            command = command.find_subcommand_mut(name).ok_or_else(unknown)?;
        }
        return Ok(command.render_long_help().ansi().to_string());
    }
    let forms = Language::records().named(&topic.to_uppercase());
    if forms.is_empty() {
        let (unknown, aliases) = (Mistake::unknown_operation(topic), Aliases::default());
        let meant = unknown.meant(&aliases).or_else(|| usage::command(topic));
        let help = meant.unwrap_or_else(|| unknown.help(&aliases));
        return Err(Failure::Usage(format!("no help on {}; {help}", topic.escape_debug())));
    }
    Ok(forms.iter().map(|form| operation(form)).collect::<Vec<_>>().join("\n"))
}

/// All operations, by level.
fn operations() -> String {
    let mut text = String::from("Operations, by level (`rewind help OPERATION` tells more):\n");
    for form in Language::records().forms() {
        text.push_str(&format!("  {}  {}\n", form.level, form.usage()));
    }
    text
}

/// What a form says.
pub(super) fn operation(form: &Form) -> String {
    let numbers = form.words().filter(|word| word.kind.is_number());
    let numbers: Vec<_> = numbers.map(|word| word.name).collect();
    let does = form.does().replace(". ", ".\n  ");
    let mut text = format!("{}\n\n  {does}\n", form.usage());
    text.push_str(&format!("  Answers {}.\n  Level {}.\n", form.answers, form.level));
    if !numbers.is_empty() {
        text.push_str(&format!("  In milliseconds, as plain digits: {}.\n", numbers.join(", ")));
    }
    text.push_str("\n  Example:\n");
    form.example.queries.iter().for_each(|query| text.push_str(&format!("    {query}\n")));
    let quote = if form.asks == Asks::Batch { "" } else { "\"" };
    text.push_str(&format!("    => {quote}{}{quote}\n", form.example.answer));
    text
}
