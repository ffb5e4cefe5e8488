//! `.read`: the shell asks the queries of a file.
//!
//! Invariants: a JSON array is refused whole, or takes effect as one, at one moment; of lines, what came before a
//! mistake stands.

use std::path::Path;

use bumpalo::Bump;
use serde_json::value::RawValue;

use super::command::Words;
use super::interrupt;
use super::piped::Lines;
use super::session::{Session, Stop, Told, at};
use crate::cli::Failure;
use crate::cli::input::{Input, unreadable};
use crate::cli::report::report;
use crate::cli::run::Source;
use crate::script::{Fault, Faults, Kind, read_list};
use crate::time::Time;
use crate::trace::RecordedStep;
use crate::wire::Request;

/// `.read FILE`
pub(super) fn read(session: &mut Session, words: &Words<'_>) -> Result<Told, Stop> {
    if session.look.is_some() {
        return Err(words.fault(0, "a file is asked of the present", "`.forward` returns to now"));
    }
    if words.text(0) == "-" {
        let help = "a file of this name is ./-";
        return Err(words.fault(0, "the shell itself reads standard input", help));
    }
    let cannot = |failure: Failure| match failure {
        Failure::Usage(message) => words.fault(0, &message, "the name of a file may stand in quotes"),
        failure => Stop::Failed(failure),
    };
    let mut input = Input::open(Path::new(words.text(0))).map_err(cannot)?;
    let kind = input.kind().map_err(cannot)?;
    match (kind, input.first_byte()) {
        (Kind::Suite, _) => {
            let help = "`rewind run FILE` answers it";
            Err(words.fault(0, "this is a suite, each case of which wants a database of its own", help))
        }
        (Kind::List, Some(b'[')) => read_array(session, &Source::read(input).map_err(cannot)?),
        (Kind::List | Kind::Lines, _) => read_lines(session, input),
    }
}

/// Asks queries line by line.
fn read_lines(session: &mut Session, input: Input) -> Result<Told, Stop> {
    let name = input.name.clone();
    let mut lines = Lines::new(input.into_stream());
    // The queries do not stand above their answers.
    let is_typed = std::mem::replace(&mut session.out.is_typed, false);
    let asked = loop {
        match lines.read() {
            Err(error) => break Err(Stop::Failed(unreadable(&name, &error))),
            Ok(None) => break Ok(Told::Done),
            Ok(Some(_)) if interrupt::is_wanted() => {
                let stopped = session.note(&format!("stopped before line {} of {name}", lines.number()));
                break stopped.map(|()| Told::Done).map_err(Stop::Failed);
            }
            Ok(Some(line)) => {
                let asked =
                    line.fault.map_or_else(|| ask_line(session, &line.text), |faults| Err(faults.into()));
                if let Err(stop) = asked {
                    break Err(reported(session, stop, (&name, &line.text, line.number)));
                }
                // Whoever writes the file line by line waits for the answer.
                if (lines.is_drained() || session.is_full())
                    && let Err(failure) = session.settle()
                {
                    break Err(Stop::Failed(failure));
                }
            }
        }
    };
    session.out.is_typed = is_typed;
    asked
}

fn ask_line(session: &mut Session, line: &str) -> Result<(), Stop> {
    let text = line.trim();
    if text.is_empty() || text.starts_with('#') {
        return Ok(());
    }
    if text.starts_with('.') {
        let begin = line.len() - line.trim_start().len();
        let message = "a file that is read holds queries, no commands".to_owned();
        return Err(Stop::from(Fault {
            span: begin..line.trim_end().len(),
            query: None,
            message,
            help: None,
        }));
    }
    session.ask(line).map(drop)
}

/// Tells what is wrong with a line of a file.
fn reported(session: &mut Session, stop: Stop, (name, line, number): (&str, &str, usize)) -> Stop {
    let Stop::Refused(faults) = stop else { return stop };
    if let Err(failure) = session.settle() {
        return Stop::Failed(failure);
    }
    report(name, line, number, &faults);
    Stop::Reported
}

/// Asks the queries of an array as one.
fn read_array(session: &mut Session, source: &Source) -> Result<Told, Stop> {
    session.settle()?;
    let refuse =
        |failure| if let Failure::Refused = failure { Stop::Reported } else { Stop::Failed(failure) };
    let (text, arena) = (source.text().map_err(refuse)?, Bump::new());
    let context = session.base.context();
    let wrong = |faults: Faults| refuse(source.refuse(&faults));
    let requests = read_list(text, &arena, session.level, context.clone()).map_err(wrong)?;
    let moved = session.moved_before(&requests);
    let requests = match moved {
        None => requests,
        Some(_) => read_list(text, &arena, session.level, at(context.clone(), moved)).map_err(wrong)?,
    };
    session.move_clock(moved)?;
    let mut out = session.out.answers_to(session.recording.last() + 1, requests.len());
    session.base.answer_list(&requests, &mut *out)?;
    out.finish().map_err(Failure::Output)?;
    record(session, text, &requests, (at(context, moved).clock, moved));
    Ok(Told::Done)
}

/// Notes the queries of an array as steps.
fn record(
    session: &mut Session,
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
        session.note_step(request, RecordedStep { json, moved: moved.take(), clock: clock.now() });
    }
}
