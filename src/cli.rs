//! The program: one file a subcommand, and the only room that writes to standard output.
//!
//! Invariants: standard output is data, messages and progress go to standard error; how the program ends is decided
//! by `Failure` alone.

#[cfg(unix)]
mod adapter;
mod base;
#[cfg(unix)]
mod candidate_args;
#[cfg(unix)]
mod client;
mod closed;
mod completions;
mod explain;
mod find_case;
mod help;
#[cfg(unix)]
mod hunt;
mod init;
mod input;
#[cfg(unix)]
mod judge;
mod log;
mod man;
#[cfg(unix)]
mod manifest;
mod nearest;
mod progress;
mod quote;
mod reference;
mod repl;
mod report;
mod rows;
mod run;
mod schema;
#[cfg(unix)]
mod serve;
#[cfg(unix)]
mod solution;
mod store_args;
mod suites;
mod test;
mod usage;
#[cfg(unix)]
mod watch;
mod whole_file;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::db;
use crate::script::plain;
use crate::store;
use quote::quote;

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
    Run(run::RunArgs),
    Repl(repl::ReplArgs),
    Explain(explain::ExplainArgs),
    Test(test::TestArgs),
    #[cfg(unix)]
    Judge(judge::JudgeArgs),
    #[cfg(unix)]
    Hunt(hunt::HuntArgs),
    Init(init::InitArgs),
    Solution(reference::SolutionArgs),
    Log(log::LogArgs),
    #[cfg(unix)]
    Serve(serve::ServeArgs),
    #[cfg(unix)]
    Client(client::ClientArgs),
    Schema(schema::SchemaArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
    Help(help::HelpArgs),
}

/// How the program may end, as `--help` and the README tell it.
const EXIT_STATUSES: &str = "\
Exit status:
  0    good; also when whoever reads the answers stops early
  1    a case failed or a difference was found; or damage (`rewind log verify`)
  2    usage, or an input that was refused or cannot be read
  3    the command to be judged cannot be started
  69   no server answers
  70   a bug of ours
  74   storage failed or is damaged, or the output could not be written
  75   another process has the store open
  78   a server that others could reach would ask for no password, or others may read its passwords
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
    /// A store did not do what was asked, where it may well have been asked rightly.
    Store(store::Error),
    /// Nothing of a store can be saved.
    BeyondRepair(store::Damage),
    /// No server answers.
    NoServer(String),
    /// A server would not be safe.
    Unsafe(String),
    /// The verdict is negative, and has been shown: a case failed, a difference or damage was found.
    Negative,
    /// A person has broken it off.
    Interrupted,
    /// The command that builds what is judged cannot be started, and that has been shown.
    NotBuilt,
    /// The command to be judged cannot be started.
    SpawnError(crate::judge::SpawnError),
    /// What cannot happen did.
    Bug(String),
}

/// Runs the program on the arguments it was started with; `in_use` tells how many bytes are allocated.
#[must_use]
pub fn main(in_use: fn() -> usize) -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return ExitCode::from(print(&usage::helpful(error))),
    };
    cli.color.write_global();
    let store = cli.command.store();
    if cli.command.is_interrupted_at_once() {
        on_interrupt();
    }
    let ended = std::panic::catch_unwind(|| match cli.command {
        Command::Run(args) => run::run(&args),
        Command::Repl(args) => repl::repl(&args),
        Command::Explain(args) => explain::explain(&args),
        Command::Test(args) => test::test(&args),
        #[cfg(unix)]
        Command::Judge(args) => judge::judge(args),
        #[cfg(unix)]
        Command::Hunt(args) => hunt::hunt(args),
        Command::Init(args) => init::init(&args),
        Command::Solution(args) => reference::solution(&args),
        Command::Log(args) => log::log(&args),
        #[cfg(unix)]
        Command::Serve(args) => serve::serve(&args, in_use),
        #[cfg(unix)]
        Command::Client(args) => client::client(&args),
        Command::Schema(args) => schema::schema(&args),
        Command::Completions(args) => completions::completions(&args),
        Command::Man(args) => man::man(&args),
        Command::Help(args) => help::help(&args),
    });
    #[cfg(unix)]
    adapter::remove();
    // A panic has printed its message already.
    let ended = ended.unwrap_or_else(|_| Err(Failure::Bug("it panicked".to_owned())));
    ExitCode::from(match ended {
        Ok(()) => 0,
        // Whoever reads has had enough: that is no failure.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => 0,
        Err(Failure::Negative) => 1,
        Err(Failure::Refused) => 2,
        Err(Failure::NotBuilt) => 3,
        Err(Failure::Usage(message)) => fail(2, &message),
        Err(Failure::SpawnError(cannot)) => fail(3, &crate::judge::report::cannot_start(&cannot)),
        Err(Failure::Output(error)) => fail(74, &format!("cannot write the output: {error}")),
        Err(Failure::Store(error)) => fail_of_store(store.as_deref(), &error),
        Err(Failure::BeyondRepair(damage)) => {
            let message = format!("nothing can be saved of this store: {damage}; everything is as it was");
            fail(74, &of_store(store.as_deref(), &message))
        }
        Err(Failure::NoServer(message)) => fail(69, &message),
        Err(Failure::Unsafe(message)) => fail(78, &message),
        Err(Failure::Interrupted) => 130,
        Err(Failure::Bug(what)) => fail(70, &format!("a bug of rewind: {what}; please report it")),
    })
}

/// The command line as a tree, with all that help shows of it: completions, man pages and documents are made from it.
#[must_use]
pub fn command_line() -> clap::Command {
    let mut program = Cli::command();
    program.build();
    program
}

/// Ends the program at a signal, in order.
fn on_interrupt() {
    // Without a handler the program still ends, only by a signal instead of with a status.
    let _ = ctrlc::set_handler(|| {
        if repl::takes_interrupt() {
            return;
        }
        #[cfg(unix)]
        {
            crate::judge::end_all();
            adapter::remove();
            watch::give_back();
            repl::give_back();
        }
        std::process::exit(130)
    });
}

impl Command {
    /// The folder of the store that it works on, for messages.
    fn store(&self) -> Option<PathBuf> {
        match self {
            Self::Run(args) => args.storing.store.clone(),
            Self::Repl(args) => args.storing.store.clone(),
            Self::Log(args) => Some(args.store()),
            #[cfg(unix)]
            Self::Serve(args) => args.storing.store.clone(),
            _ => None,
        }
    }

    /// Does a signal end it as it is? A server has its own way to end.
    fn is_interrupted_at_once(&self) -> bool {
        #[cfg(unix)]
        return !matches!(self, Self::Serve(_));
        #[cfg(not(unix))]
        true
    }
}

/// Prints what the command line asks for instead of a command: help, the version, or what is wrong with it.
fn print(error: &clap::Error) -> u8 {
    match error.print() {
        Err(broken) if !error.use_stderr() && broken.kind() != io::ErrorKind::BrokenPipe => 74,
        _ => u8::try_from(error.exit_code()).unwrap_or(2),
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

/// A level of the language, as `--level` names it.
fn level(text: &str) -> Result<crate::query::Level, String> {
    crate::query::Language::records().level_of(text)
}

impl From<db::Error> for Failure {
    fn from(error: db::Error) -> Self {
        match error {
            db::Error::Store(error) => Self::Store(error),
            // Queries were checked when they were read.
            error => Self::Bug(error.to_string()),
        }
    }
}

impl From<crate::judge::SpawnError> for Failure {
    fn from(cannot: crate::judge::SpawnError) -> Self {
        Self::SpawnError(cannot)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// A message about a store, with its folder.
fn of_store(folder: Option<&Path>, message: &str) -> String {
    folder.map_or_else(String::new, |folder| format!("{}: ", plain(&folder.to_string_lossy()))) + message
}

fn fail_of_store(folder: Option<&Path>, error: &store::Error) -> u8 {
    let message = of_store(folder, &error.to_string());
    match error {
        store::Error::Locked => fail(75, &message),
        store::Error::Damaged(_) => {
            let folder = folder.map_or_else(|| "DIR".to_owned(), |folder| quote(&folder.to_string_lossy()));
            let help = format!(
                "`rewind log verify {folder}` shows all that is damaged, `rewind log repair {folder}` saves the rest"
            );
            fail(74, &format!("{message}\n  = help: {}", plain(&help)))
        }
        store::Error::Disk { .. } | store::Error::Changed { .. } | store::Error::Stopped { .. } => {
            fail(74, &message)
        }
        store::Error::Backwards(_)
        | store::Error::ClockRule { .. }
        | store::Error::NoStore { .. }
        | store::Error::Newer { .. }
        | store::Error::NoFile { .. }
        | store::Error::TooLarge
        | store::Error::OutOfReach { .. } => fail(2, &message),
    }
}

fn fail(status: u8, message: &str) -> u8 {
    let style = anstyle::AnsiColor::Red.on_default().bold();
    say(&format!("{style}error{style:#}: {message}\n"));
    status
}

/// Writes to standard error. Where that takes nothing nobody reads it, and the status still says it.
fn say(text: &str) {
    let _ = anstream::stderr().write_all(text.as_bytes());
}
