//! What a line asks for: a command that begins with a point, or a query of the present or of the past.
//!
//! Invariant: a command that is refused has changed nothing.

mod anew;
mod help;
mod moments;
mod read;
mod save;
mod settings;
mod show;
mod table;
mod why;

use std::ops::ControlFlow;
use std::time::Instant;

use super::format::duration;
use super::shell::Shell;
use super::words::{CommandWords, Refusal, fault};
use crate::script::{plain, typed_words};
use table::{Action, DotCommand, nearest, or_command};

pub(super) use table::COMMANDS;

/// Does what a line asks for, which may end the shell. Its answer comes with [`Shell::settle`].
pub(super) fn line(shell: &mut Shell, line: &str) -> Result<ControlFlow<()>, Refusal> {
    let (begun, was_timed) = (Instant::now(), shell.is_timed);
    let mut flow = ControlFlow::Continue(());
    match line.trim() {
        "exit" | "quit" => return Ok(ControlFlow::Break(())),
        // Whoever knows nothing yet types that.
        "help" | "?" => flow = command(shell, ".help")?,
        text if text.is_empty() || text.starts_with('#') => return Ok(flow),
        text if text.starts_with('.') => flow = command(shell, line)?,
        _ if shell.past.is_some() => shell.ask_past(line)?,
        _ => shell.ask(line).map_err(|refusal| or_command(refusal, line, shell.base.aliases()))?,
    }
    if shell.is_timed && was_timed {
        shell.note(&duration(begun.elapsed()))?;
    }
    Ok(flow)
}

/// Does what a line asks for that begins with a point.
fn command(shell: &mut Shell, line: &str) -> Result<ControlFlow<()>, Refusal> {
    let mut words = typed_words(line)?.into_iter();
    let (name, span) = words.next().unwrap_or_default();
    let Some(command) = DotCommand::named(&name) else {
        return Err(fault(span, &format!("unknown command `{}`", plain(&name)), &nearest(&name)));
    };
    let words = CommandWords::new(command.usage(), words.collect());
    let (least, most) = command.count;
    if !(least..=most).contains(&words.len()) {
        let begin = line.len() - line.trim_start().len();
        let message = if words.len() < least { "too few words" } else { "too many words" };
        let help = format!("write {}", command.usage());
        return Err(fault(begin..line.trim_end().len(), &format!("{message} for {name}"), &help));
    }
    run(shell, command.action, &words)
}

fn run(shell: &mut Shell, action: Action, words: &CommandWords) -> Result<ControlFlow<()>, Refusal> {
    match action {
        Action::At => moments::at(shell, words),
        Action::Back => moments::back(shell, words),
        Action::Forward => moments::forward(shell, words),
        Action::Steps => show::steps(shell, words),
        Action::Diff => show::diff(shell, words),
        Action::Why => why::why(shell, words),
        Action::Read => read::read(shell, words),
        Action::Open => anew::open(shell, words),
        Action::Clear => anew::clear(shell, words),
        Action::Save => save::save(shell, words),
        Action::Mode => settings::mode(shell, words),
        Action::Timer => settings::timer(shell, words),
        Action::Help => help::help(shell, words),
        Action::Exit => return Ok(ControlFlow::Break(())),
    }
    .map(ControlFlow::Continue)
}
