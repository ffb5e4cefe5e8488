//! A record of a server: asked again, session by session, in the order in which it took effect.

use std::collections::BTreeMap;
use std::io::{BufRead, Read};

use crate::cli::base::HeldAnswers;
use crate::cli::input::{Input, unreadable};
use crate::cli::{Failure, say};
use crate::db::{self, Database, Pending, Session};
use crate::query::Level;
use crate::script::{RecordedLine, cut, plain, short_line, to_json};
use crate::wire::{self, Answer, Request, Term};

use super::lines::LineAnswers;

/// No line of a record is longer, in bytes: it has an answer whole.
const LONGEST: u64 = 1 << 30;

/// What is done with the answers.
pub(super) enum Answers {
    /// They are written.
    Written(Pending<LineAnswers>),
    /// They are held against those of the record.
    Checked,
}

/// Asks the lines of a record again.
pub(super) fn run_record(
    input: Input,
    base: &mut Database,
    level: Level,
    mut answers: Answers,
) -> Result<(), Failure> {
    let (name, mut input) = (input.name.clone(), input.into_stream());
    let (mut sessions, mut line, mut number) = (BTreeMap::new(), String::new(), 0_u64);
    let mut queries = 0_u64;
    let asked = loop {
        line.clear();
        match (&mut input).take(LONGEST).read_line(&mut line) {
            Ok(0) => break Ok(()),
            Ok(length) if length as u64 == LONGEST => {
                let message = format!("{name}, line {}: it is longer than 1 GiB", number + 1);
                break Err(Failure::Usage(message));
            }
            Ok(_) => number += 1,
            Err(error) => break Err(unreadable(&name, &error)),
        }
        if line.trim().is_empty() {
            continue;
        }
        queries += 1;
        if let Err(failure) = ask(&line, (&name, number), base, level, &mut sessions, &mut answers) {
            break Err(failure);
        }
    };
    let committed = base.commit()?;
    if let Answers::Written(mut pending) = answers {
        let LineAnswers { out, held } = pending.release(&committed);
        out.finish().map_err(Failure::Output)?;
        held.hand_on()?;
    } else if asked.is_ok() {
        say(&format!("{queries} answers are as they were\n"));
    }
    asked
}

/// Asks one line.
fn ask(
    line: &str,
    (name, number): (&str, u64),
    base: &mut Database,
    level: Level,
    sessions: &mut BTreeMap<u64, Session>,
    answers: &mut Answers,
) -> Result<(), Failure> {
    let refused = |what: String| Failure::Usage(format!("{name}, line {number}: {what}"));
    let recorded: RecordedLine = serde_json::from_str(line).map_err(|error| {
        // To it the line is a text of one line.
        let why = error.to_string().replace(" at line 1 column ", " at column ");
        refused(format!("this is no line of a record: {why}"))
    })?;
    let request = Request::parse(&wire::raw_query(&recorded.query), base.aliases(), level);
    let request = request.map_err(|mistake| refused(mistake.to_string()))?;
    let session =
        (recorded.session > 0).then(|| &*sessions.entry(recorded.session).or_insert_with(|| base.session()));
    let requests = std::slice::from_ref(&request);
    // Nobody has looked at its times before.
    let asked = |error: db::Error| match error {
        db::Error::Store(error) => Failure::Store(error),
        error => refused(error.to_string()),
    };
    match answers {
        Answers::Written(pending) => {
            let mut written = Ok(());
            base.apply_pending(session, requests, pending, |LineAnswers { out, .. }, _, answer| {
                written = out.answer(&request, answer);
            })
            .map_err(&asked)?;
            written.map_err(Failure::Output)?;
            hand_on(base, pending)
        }
        Answers::Checked => {
            let mut pending = Pending::new(None);
            base.apply_pending(session, requests, &mut pending, |given, _, answer: &Answer<'_>| {
                *given = Some(Term::from(answer));
            })
            .map_err(&asked)?;
            let given = pending.release(&base.commit()?).take();
            if given.as_ref() == Some(&recorded.answer) {
                return Ok(());
            }
            let shown = |answer: &Term| cut(to_json(answer));
            let (was, is) = (shown(&recorded.answer), given.as_ref().map_or(String::new(), shown));
            let query = plain(&short_line(&recorded.query));
            say(&format!("{name}, line {number}: {query}\n  was answered {was}\n  and is now  {is}\n"));
            Err(Failure::Negative)
        }
    }
}

/// So many bytes of answers are held before they are committed and written.
const FULL: usize = 1 << 18;

fn hand_on(base: &mut Database, pending: &mut Pending<LineAnswers>) -> Result<(), Failure> {
    if pending.measure(|answers| answers.held.len()) < FULL {
        return Ok(());
    }
    let LineAnswers { out, held } = pending.release(&base.commit()?);
    out.flush().map_err(Failure::Output)?;
    held.hand_on()
}

/// Answers that go nowhere else than into what is held.
pub(super) fn written(out: Box<dyn crate::script::Answers>, held: HeldAnswers) -> Answers {
    Answers::Written(Pending::new(LineAnswers { out, held }))
}
