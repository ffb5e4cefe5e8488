//! Looking at the past: `.at`, `.back`, `.forward`.
//!
//! Invariants: a look never moves by itself, so a question asked twice is answered the same; nothing that is asked there
//! is a step; `.forward` past the last step is the present again.

use bumpalo::Bump;

use super::command::Words;
use super::session::{Session, Stop, Told};
use super::show;
use crate::cli::Failure;
use crate::engine::Engine;
use crate::query::{Access, Query};
use crate::script::{Context, Fault, read_typed};
use crate::time::{ClockRule, Time};
use crate::trace::Moment;

/// A look at the past.
pub(super) struct Look {
    pub(super) moment: Moment,
    /// The database as it was. A question with a later timestamp moves its clock; then it is made anew.
    engine: Engine,
}

impl Look {
    /// Where that is, as the prompt tells it.
    pub(super) fn place(&self) -> String {
        match self.moment {
            Moment { step, at: None } => format!("@{step}"),
            Moment { step, at: Some(time) } => format!("@{step} at {time}"),
        }
    }

    /// Was a transaction open?
    pub(super) fn is_inside(&self) -> bool {
        self.engine.transaction_of(None).is_some()
    }

    /// The key and the field of every live cell.
    pub(super) fn names(&self) -> Vec<(&str, &str)> {
        self.engine.cells().into_iter().map(|cell| (cell.key, cell.field)).collect()
    }
}

impl Session {
    /// Asks a query of the past.
    pub(super) fn look_up(&mut self, line: &str) -> Result<Told, Stop> {
        let Some(look) = &mut self.look else { return Ok(Told::Done) };
        let (arena, clock) = (Bump::new(), look.engine.clock());
        // Whoever looks back speaks as now.
        let context = Context { clock, aliases: self.base.aliases().clone() };
        let typed = read_typed(line, &arena, self.level, context, self.recording.last() + 1)?;
        let writes = |query: &&Query<'_>| query.operation().access() != Access::Read;
        if let Some(query) = typed.request.queries().iter().find(writes) {
            let begin = line.len() - line.trim_start().len();
            return Err(Stop::from(Fault {
                span: begin..line.trim_end().len(),
                query: None,
                message: format!("{} writes, and the past can only be looked at", query.operation().name()),
                help: Some("`.forward` returns to now".to_owned()),
            }));
        }
        let mut answer = self.out.answer_to(look.moment.step);
        crate::cli::base::answer(&mut look.engine, &typed.request, &mut *answer)?;
        answer.finish().map_err(Failure::Output)?;
        if look.engine.clock() != clock {
            look.engine = self.recording.engine(look.moment);
        }
        Ok(Told::Done)
    }

    /// Where one looks: at the last step, if not at the past.
    pub(super) fn here(&self) -> Moment {
        let now = Moment { step: self.recording.last(), at: None };
        self.look.as_ref().map_or(now, |look| look.moment)
    }

    /// Looks at a moment, and tells which it is.
    fn look_at(&mut self, moment: Moment) -> Result<Told, Stop> {
        let engine = match self.look.take() {
            // On from there, instead of from the beginning.
            Some(Look { moment: Moment { step, at: None }, mut engine })
                if step <= moment.step && moment.at.is_none() =>
            {
                self.recording.move_on(&mut engine, step, moment.step);
                engine
            }
            _ => self.recording.engine(moment),
        };
        let shown = show::moment(&self.recording, moment, engine.clock());
        self.look = Some(Look { moment, engine });
        self.note(&shown)?;
        Ok(Told::Done)
    }

    fn return_to_now(&mut self) -> Result<Told, Stop> {
        let message = if self.look.take().is_some() { "back to now" } else { "this is now already" };
        self.note(message)?;
        Ok(Told::Done)
    }
}

/// `.at TIME`
pub(super) fn at(session: &mut Session, words: &Words<'_>) -> Result<Told, Stop> {
    let time = words.number(0)?;
    if session.base.clock().rule() == ClockRule::Free {
        let help = "`.back N` goes back by queries";
        return Err(words.fault(0, "under the free rule no clock tells when a query was asked", help));
    }
    let moment = session.recording.moment_at(Time(time));
    let moment = moment.ok_or_else(|| {
        let (first, reads) =
            (session.recording.first(), session.recording.clock_after(session.recording.first()));
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
    session.look_at(moment)
}

/// `.back [N]`
pub(super) fn back(session: &mut Session, words: &Words<'_>) -> Result<Told, Stop> {
    let steps = words.count(0)?;
    let step = session.here().step.saturating_sub(steps).max(session.recording.first());
    session.look_at(Moment { step, at: None })
}

/// `.forward [N]`
pub(super) fn forward(session: &mut Session, words: &Words<'_>) -> Result<Told, Stop> {
    if words.is_empty() {
        return session.return_to_now();
    }
    let step = session.here().step.saturating_add(words.count(0)?);
    if step >= session.recording.last() {
        session.return_to_now()
    } else {
        session.look_at(Moment { step, at: None })
    }
}
