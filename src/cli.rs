//! The program: one file a subcommand, and the only room that writes to standard output.
//!
//! Invariants: standard output is data, messages and progress go to standard error; how the program ends is told
//! by `Failure` alone.

mod help;
mod input;
mod progress;
mod report;
mod run;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A deterministic database whose only clock is the one you hand it.
#[derive(Parser)]
#[command(name = "rewind", version, disable_help_subcommand = true, after_help = EXIT_STATUSES)]
struct Cli {
    #[command(flatten)]
    color: colorchoice_clap::Color,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(run::Args),
    Help(help::Args),
}

/// How the program may end, as `--help` and the README tell it.
const EXIT_STATUSES: &str = "\
Exit status:
  0    good; also when whoever reads the answers stops early
  2    usage, or an input that was refused or cannot be read
  70   a bug of ours
  74   the output could not be written
  130  interrupted

`rewind help` lists the operations of the query language.";

/// Why the program ends with another status than 0.
enum Failure {
    /// The input was refused, and it has been said why.
    Refused,
    /// What was asked for cannot be done.
    Usage(String),
    /// The output took no more.
    Output(io::Error),
    /// What cannot happen did.
    Bug(String),
}

/// Runs the program on the arguments it was started with.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(told) => return ExitCode::from(tell(&told)),
    };
    cli.color.write_global();
    // Without a handler the program still ends, only by a signal instead of with a status.
    let _ = ctrlc::set_handler(|| std::process::exit(130));
    let ended = std::panic::catch_unwind(|| match cli.command {
        Command::Run(args) => run::run(&args),
        Command::Help(args) => help::help(&args),
    });
    // A panic has told its message already.
    let ended = ended.unwrap_or_else(|_| Err(Failure::Bug("it panicked".to_owned())));
    ExitCode::from(match ended {
        Ok(()) => 0,
        // Whoever reads has had enough: that is no failure.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => 0,
        Err(Failure::Refused) => 2,
        Err(Failure::Usage(message)) => fail(2, &message),
        Err(Failure::Output(error)) => fail(74, &format!("cannot write the output: {error}")),
        Err(Failure::Bug(what)) => fail(70, &format!("a bug of rewind: {what}; please report it")),
    })
}

/// Prints what the command line asks for instead of a command: help, the version, or what is wrong with it.
fn tell(told: &clap::Error) -> u8 {
    match told.print() {
        Err(error) if !told.use_stderr() && error.kind() != io::ErrorKind::BrokenPipe => 74,
        _ => u8::try_from(told.exit_code()).unwrap_or(2),
    }
}

fn fail(status: u8, message: &str) -> u8 {
    let style = anstyle::AnsiColor::Red.on_default().bold();
    say(&format!("{style}error{style:#}: {message}\n"));
    status
}

/// Writes to standard error. Where that takes nothing there is nobody to tell, and the status still tells.
fn say(text: &str) {
    let _ = anstream::stderr().write_all(text.as_bytes());
}
