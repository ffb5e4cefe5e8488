//! A session: the database, what was asked of it, and where one looks.
//!
//! Invariants: a line that is refused changes nothing; a query is checked against the clock as it will read when the
//! query happens, before the clock is moved.

use std::time::{SystemTime, UNIX_EPOCH};

use bumpalo::Bump;

use super::format::Output;
use super::names::CellNames;
use super::past::Past;
use super::words::{Refusal, fault};
use crate::cli::base;
use crate::cli::report::{report, report_typed};
use crate::cli::store_args::StoreArgs;
use crate::cli::{Failure, say};
use crate::db::Database;
use crate::query::{Access, Level, Query};
use crate::script::{Context, Faults, Format, read_typed};
use crate::time::{ClockRule, Time};
use crate::trace::{MOST_BYTES, Moment, RecordedStep, Recording};
use crate::wire::Request;

/// A shell at work.
pub(super) struct Shell {
    pub(super) base: Database,
    pub(super) level: Level,
    /// Does an operation without a timestamp happen at the machine's time?
    is_wall: bool,
    pub(super) recording: Recording,
    pub(super) names: CellNames,
    /// Where in the past one looks.
    pub(super) past: Option<Past>,
    pub(super) out: Output,
    pub(super) is_timed: bool,
    /// So many bytes of queries are not committed yet.
    uncommitted: usize,
}

/// So many bytes of queries are committed together at most, or the last if it has more.
const UNCOMMITTED: usize = 1 << 20;

impl Shell {
    pub(super) fn new(
        mut base: Database,
        level: Level,
        is_wall: bool,
        (format, is_typed): (Format, bool),
    ) -> Result<Self, Failure> {
        let begin = base.copy_in_memory()?;
        Ok(Self {
            level,
            is_wall,
            names: CellNames::of(begin.sizes().cells),
            recording: Recording::new(begin, MOST_BYTES),
            base,
            past: None,
            out: Output::new(format, is_typed),
            is_timed: false,
            uncommitted: 0,
        })
    }

    /// What stands before a line that is typed: the number of the next step, or where one looks, and whether a
    /// transaction is open there.
    pub(super) fn prompt(&self) -> String {
        let (place, is_inside) = match &self.past {
            None => ((self.recording.last() + 1).to_string(), self.base.is_in_transaction(None)),
            Some(past) => (past.place(), past.is_inside()),
        };
        format!("rewind {place}{}> ", if is_inside { " (in a transaction)" } else { "" })
    }

    /// Asks a query of the present.
    pub(super) fn ask(&mut self, line: &str) -> Result<(), Refusal> {
        let (arena, number) = (Bump::new(), self.recording.last() + 1);
        let context = base::context(&self.base);
        let typed = read_typed(line, &arena, self.level, context.clone(), number)?;
        let moved = self.moved_before([&typed.request]);
        let typed = match moved {
            None => typed,
            Some(_) => read_typed(line, &arena, self.level, at(context, moved), number)?,
        };
        self.move_clock(moved)?;
        let (requests, style, mut written) = (std::slice::from_ref(&typed.request), self.out.style, Ok(()));
        self.base
            .apply_pending(None, requests, &mut self.out.held, |held, request, answer| {
                written = style.answer(held, number, request, answer);
            })
            .map_err(Failure::from)?;
        written.map_err(Failure::Output)?;
        self.uncommitted += line.len();
        let clock = self.base.clock().now();
        self.note_step(&typed.request, RecordedStep { json: typed.json().into(), moved, clock });
        Ok(())
    }

    /// Asks a query of the past.
    pub(super) fn ask_past(&mut self, line: &str) -> Result<(), Refusal> {
        let Some(past) = &mut self.past else { return Ok(()) };
        // Whoever looks back speaks as now.
        let context = Context { clock: past.clock(), ..base::context(&self.base) };
        let arena = Bump::new();
        let typed = read_typed(line, &arena, self.level, context, self.recording.last() + 1)?;
        let writes = |query: &&Query<'_>| query.operation().access() != Access::Read;
        if let Some(query) = typed.request.queries().iter().find(writes) {
            let begin = line.len() - line.trim_start().len();
            let message = format!("{} writes, and the past can only be looked at", query.operation().name());
            return Err(fault(begin..line.trim_end().len(), &message, "`.forward` returns to now"));
        }
        let (step, style, mut written) = (past.moment.step, self.out.style, Ok(()));
        past.answer(&typed.request, &self.recording, |answer| {
            self.out.held.hold(|held| written = style.answer(held, step, &typed.request, answer));
        })?;
        Ok(written.map_err(Failure::Output)?)
    }

    /// Where one looks: at the last step, if not at the past.
    pub(super) fn here(&self) -> Moment {
        let now = Moment { step: self.recording.last(), at: None };
        self.past.as_ref().map_or(now, |past| past.moment)
    }

    /// Takes a query into account that was answered.
    pub(super) fn note_step(&mut self, request: &Request<'_>, step: RecordedStep) {
        request.queries().iter().for_each(|query| self.names.note(query));
        self.recording.add(step);
    }

    /// To when the clock is moved before these queries: to the machine's time, if that is what moves it and one of them
    /// has no timestamp. It never goes back.
    pub(super) fn moved_before<'q>(
        &self,
        requests: impl IntoIterator<Item = &'q Request<'q>>,
    ) -> Option<Time> {
        let clock = self.base.clock();
        let mut asked = requests.into_iter().flat_map(Request::queries);
        if !self.is_wall || asked.all(|query| query.timestamp().is_some()) {
            return None;
        }
        Some(machine_time()).filter(|now| *now > clock.now() && clock.rule() == ClockRule::Monotone)
    }

    pub(super) fn move_clock(&mut self, to: Option<Time>) -> Result<(), Failure> {
        let Some(to) = to else { return Ok(()) };
        Ok(self.base.pass_time(to)?)
    }

    /// Is it time to write the answers even if more lines are waiting?
    pub(super) fn is_full(&self) -> bool {
        self.out.is_full() || self.uncommitted > UNCOMMITTED
    }

    /// Commits what was asked, and writes the answers.
    pub(super) fn settle(&mut self) -> Result<(), Failure> {
        self.uncommitted = 0;
        self.out.hand_on(&self.base.commit()?)
    }

    /// Says something to a person, after all answers so far.
    pub(super) fn note(&mut self, text: &str) -> Result<(), Failure> {
        self.settle()?;
        say(&format!("{text}\n"));
        Ok(())
    }

    /// Shows what is wrong with a line, after all answers so far. The number is the line's.
    pub(super) fn refuse(
        &mut self,
        name: &str,
        line: &str,
        number: usize,
        faults: &Faults,
    ) -> Result<(), Failure> {
        self.settle()?;
        if self.out.style.is_typed {
            report_typed(name, line, faults);
        } else {
            report(name, line, number, faults);
        }
        Ok(())
    }

    /// Ends the session; what took effect is kept, whatever came of the rest.
    pub(super) fn close(mut self, storing: &StoreArgs) -> Result<(), Failure> {
        let settled = self.settle();
        if self.base.is_in_transaction(None) && self.out.style.is_typed {
            say("the transaction that was open is rolled back\n");
        }
        let closed = storing.close(self.base);
        // The process ends here: giving a million cells back one by one would only take time.
        std::mem::forget((self.recording, self.past));
        settled.and(closed)
    }
}

/// What a database knows after its clock was moved.
pub(super) fn at(mut context: Context, moved: Option<Time>) -> Context {
    // It is only ever moved forward.
    let _ = context.clock.advance(moved);
    context
}

/// The machine's time, in milliseconds since 1970: the one place where it is asked.
fn machine_time() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
