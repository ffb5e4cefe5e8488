//! `.at`, `.back`, `.forward`: which moment of the past one looks at.
//!
//! Invariant: `.forward` past the last step is the present again.

use crate::cli::repl::past::Past;
use crate::cli::repl::shell::Shell;
use crate::cli::repl::words::{CommandWords, Refusal};
use crate::time::{ClockRule, Time};
use crate::trace::Moment;

/// `.at TIME`
pub(super) fn at(shell: &mut Shell, words: &CommandWords) -> Result<(), Refusal> {
    let time = words.number(0)?;
    if shell.base.clock().rule() == ClockRule::Free {
        let help = "`.back N` goes back by queries";
        return Err(words.fault(0, "under the free rule no clock tells when a query was asked", help));
    }
    let moment = shell.recording.moment_at(Time(time));
    let moment = moment.ok_or_else(|| {
        let (first, reads) = (shell.recording.first(), shell.recording.clock_after(shell.recording.first()));
        let begin = if first == 0 {
            "when this session began".to_owned()
        } else {
            format!("at step {first}, the first remembered")
        };
        words.fault(
            0,
            &format!("the clock read {reads} {begin}"),
            "`rewind log replay DIR --at TIME` looks further back in a store",
        )
    })?;
    look_at(shell, moment)
}

/// `.back [N]`
pub(super) fn back(shell: &mut Shell, words: &CommandWords) -> Result<(), Refusal> {
    let steps = words.count(0)?;
    let step = shell.here().step.saturating_sub(steps).max(shell.recording.first());
    look_at(shell, Moment { step, at: None })
}

/// `.forward [N]`
pub(super) fn forward(shell: &mut Shell, words: &CommandWords) -> Result<(), Refusal> {
    if words.is_empty() {
        return return_to_now(shell);
    }
    let step = shell.here().step.saturating_add(words.count(0)?);
    if step >= shell.recording.last() {
        return_to_now(shell)
    } else {
        look_at(shell, Moment { step, at: None })
    }
}

/// Looks at a moment, and says which it is.
fn look_at(shell: &mut Shell, moment: Moment) -> Result<(), Refusal> {
    match &mut shell.past {
        Some(past) => past.move_to(&shell.recording, moment),
        None => shell.past = Some(Past::at(&shell.recording, moment)),
    }
    let shown = shell.past.as_ref().map_or_else(String::new, |past| past.shown(&shell.recording));
    Ok(shell.note(&shown)?)
}

fn return_to_now(shell: &mut Shell) -> Result<(), Refusal> {
    let message = if shell.past.take().is_some() { "back to now" } else { "this is now already" };
    Ok(shell.note(message)?)
}
