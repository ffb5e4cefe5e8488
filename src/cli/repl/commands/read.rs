//! `.read`: the shell asks the queries of a file.
//!
//! Invariants: a JSON array is refused whole, or takes effect as one, at one moment; of lines, what came before a
//! mistake stands.

use std::path::Path;

use bumpalo::Bump;
use serde_json::value::RawValue;

use super::table::or_command;
use crate::cli::Failure;
use crate::cli::base;
use crate::cli::input::{Input, unreadable};
use crate::cli::repl::interrupt;
use crate::cli::repl::lines::Lines;
use crate::cli::repl::shell::{Shell, at};
use crate::cli::repl::words::{CommandWords, Refusal};
use crate::cli::report::report;
use crate::cli::run::Source;
use crate::script::{Fault, Faults, InputKind, read_list};
use crate::time::Time;
use crate::trace::RecordedStep;
use crate::wire::Request;

/// `.read FILE`
pub(super) fn read(shell: &mut Shell, words: &CommandWords) -> Result<(), Refusal> {
    if shell.past.is_some() {
        return Err(words.fault(0, "a file is asked of the present", "`.forward` returns to now"));
    }
    if words.text(0) == "-" {
        let help = "a file of this name is ./-";
        return Err(words.fault(0, "the shell itself reads standard input", help));
    }
    let cannot = |failure: Failure| match failure {
        Failure::Usage(message) => words.fault(0, &message, "the name of a file may stand in quotes"),
        failure => Refusal::Failed(failure),
    };
    let mut input = Input::open(Path::new(words.text(0))).map_err(cannot)?;
    let kind = input.kind().map_err(cannot)?;
    match (kind, input.first_byte()) {
        (kind @ (InputKind::Suite | InputKind::Record), _) => {
            let message = if kind == InputKind::Suite {
                "this is a suite, each case of which wants a database of its own"
            } else {
                "this is a record of a server, which has many sessions"
            };
            Err(words.fault(0, message, "`rewind run FILE` answers it"))
        }
        (InputKind::List, Some(b'[')) => read_array(shell, &Source::read(input).map_err(cannot)?),
        (InputKind::List | InputKind::Lines, _) => read_lines(shell, input),
    }
}

/// Asks queries line by line.
fn read_lines(shell: &mut Shell, input: Input) -> Result<(), Refusal> {
    let name = input.name.clone();
    let mut lines = Lines::new(input.into_stream());
    // The queries do not stand above their answers.
    let is_typed = std::mem::replace(&mut shell.out.style.is_typed, false);
    let asked = loop {
        match lines.read() {
            Err(error) => break Err(Refusal::Failed(unreadable(&name, &error))),
            Ok(None) => break Ok(()),
            Ok(Some(_)) if interrupt::is_wanted() => {
                let stopped = shell.note(&format!("stopped before line {} of {name}", lines.number()));
                break stopped.map_err(Refusal::Failed);
            }
            Ok(Some(line)) => {
                let asked =
                    line.fault.map_or_else(|| ask_line(shell, &line.text), |faults| Err(faults.into()));
                if let Err(refusal) = asked {
                    break Err(reported(shell, refusal, (&name, &line.text, line.number)));
                }
                // Whoever writes the file line by line waits for the answer.
                if (lines.is_drained() || shell.is_full())
                    && let Err(failure) = shell.settle()
                {
                    break Err(Refusal::Failed(failure));
                }
            }
        }
    };
    shell.out.style.is_typed = is_typed;
    asked
}

fn ask_line(shell: &mut Shell, line: &str) -> Result<(), Refusal> {
    let text = line.trim();
    if text.is_empty() || text.starts_with('#') {
        return Ok(());
    }
    if text.starts_with('.') {
        let begin = line.len() - line.trim_start().len();
        let message = "a file that is read holds queries, no commands";
        return Err(Refusal::from(Fault::new(begin..line.trim_end().len(), message)));
    }
    shell.ask(line).map_err(|refusal| or_command(refusal, line, shell.base.aliases()))
}

/// Reports what is wrong with a line of a file.
fn reported(shell: &mut Shell, refusal: Refusal, (name, line, number): (&str, &str, usize)) -> Refusal {
    let Refusal::Refused(faults) = refusal else { return refusal };
    if let Err(failure) = shell.settle() {
        return Refusal::Failed(failure);
    }
    report(name, line, number, &faults);
    Refusal::Reported
}

/// Asks the queries of an array as one.
fn read_array(shell: &mut Shell, source: &Source) -> Result<(), Refusal> {
    shell.settle()?;
    let refuse =
        |failure| if let Failure::Refused = failure { Refusal::Reported } else { Refusal::Failed(failure) };
    let (text, arena) = (source.text().map_err(refuse)?, Bump::new());
    let context = base::context(&shell.base);
    let wrong = |faults: Faults| refuse(source.refuse(&faults));
    let requests = read_list(text, &arena, shell.level, context.clone()).map_err(wrong)?;
    let moved = shell.moved_before(&requests);
    let requests = match moved {
        None => requests,
        Some(_) => read_list(text, &arena, shell.level, at(context.clone(), moved)).map_err(wrong)?,
    };
    shell.move_clock(moved)?;
    let mut out = shell.out.answers_to(shell.recording.last() + 1, requests.len());
    base::answer_list(&mut shell.base, &requests, &mut *out)?;
    out.finish().map_err(Failure::Output)?;
    record(shell, text, &requests, (at(context, moved).clock, moved));
    Ok(())
}

/// Notes the queries of an array as steps.
fn record(
    shell: &mut Shell,
    text: &str,
    requests: &[Request<'_>],
    (mut clock, mut moved): (crate::time::Clock, Option<Time>),
) {
    let asked: Vec<&RawValue> = serde_json::from_str(text).unwrap_or_default();
    for (raw, request) in asked.iter().zip(requests) {
        for query in request.queries() {
            let _ = clock.advance(query.timestamp());
        }
        let json = raw.get().replace(['\n', '\r'], " ").into();
        shell.note_step(request, RecordedStep { json, moved: moved.take(), clock: clock.now() });
    }
}
