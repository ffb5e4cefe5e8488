//! JSON Lines: a query a line, answered as it comes.
//!
//! Invariant: an answer is written once what it answers is committed.

use std::io::BufRead;

use crate::cli::Failure;
use crate::cli::base::{self, HeldAnswers};
use crate::cli::input::{Input, unreadable};
use crate::cli::report::report;
use crate::db::{Database, Pending};
use crate::query::Level;
use crate::script::{Answers, LineFault, LineReader};

/// The answers to lines, and where they are written.
pub(super) struct LineAnswers {
    pub(super) out: Box<dyn Answers>,
    pub(super) held: HeldAnswers,
}

/// Answers line by line. Answers are held until what they answer is committed; that is done when no more lines are
/// waiting.
pub(super) fn run_lines(
    input: Input,
    base: &mut Database,
    level: Level,
    mut pending: Pending<LineAnswers>,
) -> Result<(), Failure> {
    let name = input.name.clone();
    let mut lines = LineReader::new(input.into_stream(), level, base::context(base));
    let mut committed = 0;
    let ended = loop {
        match answer_line(&mut lines, base, &mut pending, &name) {
            Ok(true)
                if lines.is_drained()
                    || pending.measure(|answers| answers.held.len()) >= FULL
                    || lines.bytes() - committed > UNCOMMITTED =>
            {
                committed = lines.bytes();
                let LineAnswers { out, held } = pending.release(&base.commit()?);
                out.flush().map_err(Failure::Output)?;
                held.hand_on()?;
            }
            Ok(true) => {}
            Ok(false) => break Ok(()),
            Err(failure) => break Err(failure),
        }
    };
    // What came before the end stands, whatever the end was.
    let done = finish_lines(base, pending);
    match ended {
        Ok(()) => done,
        Err(LineFailure::Failed(failure)) => Err(failure),
        Err(LineFailure::Refused(fault)) => {
            done?;
            report(&name, &fault.text, fault.line, &fault.faults);
            Err(Failure::Refused)
        }
    }
}

/// Commits and tells what is pending.
fn finish_lines(base: &mut Database, mut pending: Pending<LineAnswers>) -> Result<(), Failure> {
    let LineAnswers { out, held } = pending.release(&base.commit()?);
    out.finish().map_err(Failure::Output)?;
    held.hand_on()
}

/// So many bytes of answers are held before they are committed even if more queries are waiting.
const FULL: usize = 1 << 18;

/// So many bytes of lines are committed together at most, or the last line if it has more.
const UNCOMMITTED: u64 = 1 << 20;

/// Why a line has no answer.
enum LineFailure {
    Refused(LineFault),
    Failed(Failure),
}

/// Answers the next line; `false` if there is none.
fn answer_line<R: BufRead>(
    lines: &mut LineReader<R>,
    base: &mut Database,
    pending: &mut Pending<LineAnswers>,
    name: &str,
) -> Result<bool, LineFailure> {
    let read = lines.read().map_err(|error| LineFailure::Failed(unreadable(name, &error)))?;
    let Some(request) = read else { return Ok(false) };
    let request = request.map_err(LineFailure::Refused)?;
    let mut written = Ok(());
    let applied = base.apply_pending(
        None,
        std::slice::from_ref(&request),
        pending,
        |LineAnswers { out, .. }, _, answer| {
            written = out.answer(&request, answer);
        },
    );
    applied.map_err(Failure::from).and(written.map_err(Failure::Output)).map_err(LineFailure::Failed)?;
    Ok(true)
}
