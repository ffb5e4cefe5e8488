//! `docs/commands.md`: every command and every option, printed from the program's own tree of them.

use clap::{Arg, Command};

use crate::{assert_document, feed, rewind, text, top, with_part};

/// The options that every command has.
const EVERYWHERE: [&str; 3] = ["color", "help", "version"];

/// A text as it stands in a cell of a table: on one line, with nothing that ends the cell.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|").replace('<', "&lt;")
}

/// An option or argument as it is typed.
fn typed(arg: &Arg) -> String {
    let names = arg.get_value_names().unwrap_or_default();
    let value = names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let takes = arg.get_action().takes_values();
    match (arg.get_long(), arg.get_short()) {
        (Some(long), _) if takes => format!("--{long} {value}"),
        (Some(long), Some(short)) => format!("--{long}, -{short}"),
        (Some(long), None) => format!("--{long}"),
        (None, _) => value,
    }
}

/// What an option means: its sentence, its values, its default.
fn meaning(arg: &Arg) -> String {
    let help = arg.get_long_help().or_else(|| arg.get_help());
    let help = help.map(ToString::to_string).unwrap_or_default();
    // A default that is no plain value stands in the sentence, and goes behind the values.
    let (sentence, default) = help.split_once(" [default: ").unwrap_or((&help, ""));
    let mut meaning = sentence.to_owned();
    let values = arg.get_possible_values();
    let shown: Vec<_> = values.iter().filter(|value| !value.is_hide_set()).collect();
    if arg.get_action().takes_values() && !shown.is_empty() {
        let value = |value: &&clap::builder::PossibleValue| match value.get_help() {
            Some(help) => format!("`{}` ({help})", value.get_name()),
            None => format!("`{}`", value.get_name()),
        };
        meaning.push_str(&format!(": {}", shown.iter().map(value).collect::<Vec<_>>().join(", ")));
    }
    let defaults = arg.get_default_values();
    if arg.get_action().takes_values() && !defaults.is_empty() {
        let defaults: Vec<_> = defaults.iter().map(|value| value.to_string_lossy()).collect();
        meaning.push_str(&format!(" [default: {}]", defaults.join(" ")));
    } else if !default.is_empty() {
        meaning.push_str(&format!(" [default: {default}"));
    }
    meaning
}

/// The table of a command's options under one heading.
fn table(args: &[&Arg]) -> String {
    let row = |arg: &&Arg| format!("| `{}` | {} |\n", typed(arg).replace('|', "\\|"), cell(&meaning(arg)));
    format!("| option | meaning |\n|---|---|\n{}", args.iter().map(row).collect::<String>())
}

/// What a command does: a sentence, and sometimes more behind it.
fn about(command: &Command) -> String {
    let about = command.get_long_about().or_else(|| command.get_about()).map(ToString::to_string);
    let about = about.unwrap_or_default();
    let sentences = about.split("\n\n").map(|part| {
        let part = part.split_whitespace().collect::<Vec<_>>().join(" ");
        if part.ends_with('.') { part } else { format!("{part}.") }
    });
    sentences.collect::<Vec<_>>().join(" ")
}

/// What is printed of a command: its sentence, how it is typed, its options. Options that several commands share under
/// one heading are printed once, and pointed to.
fn section(command: &Command, path: &str, shared: &mut Vec<(String, String)>) -> String {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").lines().map(str::trim).collect::<Vec<_>>().join(" ");
    let level = if path.split(' ').count() > 2 { "###" } else { "##" };
    let mut section = format!("{level} {path}\n\n`{usage}`\n\n{}\n", about(command));
    let mut own: Vec<_> =
        command.get_arguments().filter(|arg| !EVERYWHERE.contains(&arg.get_id().as_str())).collect();
    own.sort_by_key(|arg| !arg.is_positional());
    let mut headings: Vec<_> = own.iter().map(|arg| arg.get_help_heading()).collect();
    headings.sort_unstable();
    headings.dedup();
    for heading in headings {
        let args: Vec<_> = own.iter().filter(|arg| arg.get_help_heading() == heading).copied().collect();
        let table = table(&args);
        let Some(heading) = heading else {
            section.push_str(&format!("\n{table}"));
            continue;
        };
        if let Some((of, _)) = shared.iter().find(|(_, other)| *other == table) {
            section.push_str(&format!("\n{heading}: those of `{of}`.\n"));
        } else {
            section.push_str(&format!("\n{heading}:\n\n{table}"));
            shared.push((path.to_owned(), table));
        }
    }
    section
}

/// All commands.
fn printed() -> String {
    let program = rewinddb::cli::command_line();
    let mut shared = Vec::new();
    let mut sections = Vec::new();
    for command in program.get_subcommands() {
        let path = format!("rewind {}", command.get_name());
        sections.push(section(command, &path, &mut shared));
        for within in command.get_subcommands().filter(|within| within.get_name() != "help") {
            sections.push(section(within, &format!("{path} {}", within.get_name()), &mut shared));
        }
    }
    sections.join("\n")
}

/// The exit statuses as the help has them.
fn statuses() -> String {
    let help = text(&rewind(&["--help"]).output().expect("it runs").stdout);
    let statuses = help.lines().skip_while(|line| !line.starts_with("Exit status:")).skip(1);
    let rows = statuses.take_while(|line| !line.is_empty()).map(|line| {
        let (status, meaning) = line.trim().split_once(' ').expect("a number and what it means");
        format!("| {status} | {} |\n", meaning.trim())
    });
    format!("| status | meaning |\n|---|---|\n{}", rows.collect::<String>())
}

#[test]
fn the_document_of_commands_is_printed_from_the_program() {
    let (commands, statuses) = (printed(), statuses());
    assert!(commands.matches("\n| `--").count() > 60 && statuses.lines().count() > 9);
    assert_document(&top().join("docs/commands.md"), |text| {
        with_part(&with_part(text, "commands", &commands), "exit statuses", &statuses)
    });
}

#[test]
fn every_command_of_the_shell_is_in_its_document() {
    let help = text(&feed(&["repl", "--format", "text"], b".help\n").stdout);
    let commands: Vec<_> = help.lines().filter(|line| line.starts_with('.')).collect();
    assert!(commands.len() > 10, "{help}");
    let document = std::fs::read_to_string(top().join("docs/shell.md")).expect("it is there");
    for command in commands {
        let name = command.split(' ').next().expect("it has a name");
        let is_told = document.lines().any(|line| line.starts_with(&format!("| `{name}")));
        assert!(is_told, "docs/shell.md has no row of {name}");
    }
}
