//! What a look back shows: steps, differences, and the history of a cell.
//!
//! Invariants: for people as text, for programs in the format of the answers; whatever comes from data is escaped.

use std::time::Duration;

use anstyle::{AnsiColor, Style};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use super::command::Words;
use super::history;
use super::session::{Session, Stop, Told};
use crate::cli::Failure;
use crate::cli::rows::Rows;
use crate::engine::Engine;
use crate::explain::CellName;
use crate::script::{self, Format, cut, quoted};
use crate::time::{Clock, ClockRule, Time};
use crate::trace::{Difference, Held, Moment, Recording, difference};
use crate::wire;

/// So many steps are listed if no number is said.
const STEPS: usize = 10;

/// A duration as a person reads it.
pub(super) fn duration(took: Duration) -> String {
    let micros = took.as_micros();
    match micros {
        0..1_000 => format!("took {micros} µs"),
        1_000..1_000_000 => format!("took {:.1} ms", took.as_secs_f64() * 1e3),
        _ => format!("took {:.2} s", took.as_secs_f64()),
    }
}

/// The moment that one looks at.
pub(super) fn moment(recording: &Recording, moment: Moment, clock: Clock) -> String {
    let Moment { step, at } = moment;
    let query = match recording.step(step) {
        Some(recorded) => query(&recorded.json),
        None if step == 0 => "before the first query".to_owned(),
        None => "the first that is remembered".to_owned(),
    };
    let moved = at.map_or(String::new(), |time| format!(", at {time}"));
    let reads = match clock.rule() {
        ClockRule::Monotone => format!("; the clock reads {}", clock.now()),
        ClockRule::Free => String::new(),
    };
    format!("step {step} of {}{moved}: {}{reads}", recording.last(), cut(query))
}

/// A recorded query as a person reads it, those in it in brackets.
pub(super) fn query(json: &str) -> String {
    let words: Vec<&RawValue> = serde_json::from_str(json).unwrap_or_default();
    let told = |raw: &&RawValue| {
        if !raw.get().starts_with('[') {
            return wire::Term::Text(spoken(raw));
        }
        let within: Vec<&RawValue> = serde_json::from_str(raw.get()).unwrap_or_default();
        wire::Term::Array(within.into_iter().map(spoken).collect())
    };
    script::line(&words.iter().map(told).collect::<Vec<_>>())
}

/// A word of a recorded query: a text, or the digits of a number.
fn spoken(raw: &RawValue) -> String {
    serde_json::from_str(raw.get()).unwrap_or_else(|_| raw.get().to_owned())
}

/// `.steps [N]`
pub(super) fn steps(session: &mut Session, words: &Words<'_>) -> Result<Told, Stop> {
    let most = if words.is_empty() { STEPS } else { words.count(0)? };
    let (recording, last) = (&session.recording, session.here().step);
    let first = recording.first().max(last.saturating_sub(most)) + 1;
    let listed = (first..=last).filter_map(|number| {
        let step = recording.step(number)?;
        Some([json!(number), json!(step.clock.0), json!(query(&step.json))])
    });
    let listed: Vec<_> = listed.collect();
    tell(session, &["step", "clock", "query"], &listed, |[step, clock, query]| {
        vec![
            format!("step {step}"),
            format!("at {clock}"),
            cut(query.as_str().unwrap_or_default().to_owned()),
        ]
    })
}

/// `.diff A [B]`
pub(super) fn diff(session: &mut Session, words: &Words<'_>) -> Result<Told, Stop> {
    let one = place(session, words, 0)?;
    let other = if words.get(1).is_some() { place(session, words, 1)? } else { session.here() };
    let [one, other] = [one, other].map(|moment| session.recording.engine(moment));
    let found = difference(&one, &other);
    if found.is_empty() {
        session.note("no cell differs")?;
        return Ok(Told::Done);
    }
    if session.out.format == Format::Text {
        let text = differences(&found, session.out.color);
        session.out.held.extend_from_slice(text.as_bytes());
        return Ok(Told::Done);
    }
    let columns = &["key", "field", "before", "before_until", "after", "after_until"];
    let rows = found.iter().map(|found| {
        let value = |held: &Option<Held>| json!(held.as_ref().map(|held| &held.value));
        let until = |held: &Option<Held>| json!(held.as_ref().and_then(|held| held.until));
        let Difference { key, field, before, after } = found;
        [json!(key), json!(field), value(before), until(before), value(after), until(after)]
    });
    tell(session, columns, &rows.collect::<Vec<_>>(), |_| Vec::new())
}

/// The differences for people: gone, come, or changed.
fn differences(found: &[Difference], color: bool) -> String {
    let rows = found.iter().map(|Difference { key, field, before, after }| {
        let (mark, hue) = match (before, after) {
            (Some(_), None) => ('-', AnsiColor::Red),
            (None, _) => ('+', AnsiColor::Green),
            (Some(_), Some(_)) => ('~', AnsiColor::Yellow),
        };
        let style = if color { hue.on_default() } else { Style::new() };
        let held = [before, after].into_iter().flatten().map(held).collect::<Vec<_>>();
        (style, vec![format!("{mark} {}", CellName { key, field }), held.join("  ->  ")])
    });
    let (styles, rows): (Vec<_>, Vec<_>) = rows.unzip();
    let lines = aligned(&rows);
    styles
        .iter()
        .zip(lines)
        .fold(String::new(), |text, (style, line)| text + &format!("{style}{line}{style:#}\n"))
}

/// What a cell holds.
pub(super) fn held(held: &Held) -> String {
    let until = held.until.map_or("permanent".to_owned(), |until| format!("until {until}"));
    format!("{} {until}", cut(quoted(&held.value)))
}

/// A moment as a word tells it: `3`, `@10` or `now`.
fn place(session: &Session, words: &Words<'_>, place: usize) -> Result<Moment, Stop> {
    let (text, recording) = (words.text(place), &session.recording);
    let wrong = |message: &str| {
        let help = "a moment is the number of a step, @ and a time, or now; `.steps` lists the steps";
        Err(words.fault(place, message, help))
    };
    let digits = text.strip_prefix('@').unwrap_or(text);
    let number = digits.parse::<u64>().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()));
    match number {
        None if text == "now" => Ok(Moment { step: recording.last(), at: None }),
        None => wrong("this is no moment"),
        Some(time) if text.starts_with('@') => {
            let moment = recording.moment_at(Time(time));
            moment.map_or_else(|| wrong("this session began later"), Ok)
        }
        Some(step) => match usize::try_from(step) {
            Ok(step) if (recording.first()..=recording.last()).contains(&step) => {
                Ok(Moment { step, at: None })
            }
            _ => wrong(&format!("the steps go from {} to {}", recording.first(), recording.last())),
        },
    }
}

/// `.why KEY [FIELD]`
pub(super) fn why(session: &mut Session, words: &Words<'_>) -> Result<Told, Stop> {
    let (key, field) = (words.text(0), words.get(1).unwrap_or_default());
    let (bars, tracer) = session.recording.trace(session.here(), key, field);
    let past = history::Past::of(&session.recording, &bars, &tracer, (key, field));
    if session.out.format == Format::Text {
        session.out.held.extend_from_slice(past.text().as_bytes());
        return Ok(Told::Done);
    }
    let rows = past.rows();
    tell(session, history::COLUMNS, &rows, |_| Vec::new())
}

/// Tells rows in the format of the answers; as text in columns, which `shown` makes of a row.
fn tell<const N: usize>(
    session: &mut Session,
    columns: &'static [&'static str],
    rows: &[[Value; N]],
    shown: impl Fn(&[Value; N]) -> Vec<String>,
) -> Result<Told, Stop> {
    let out = &mut session.out;
    if out.format == Format::Text {
        let rows: Vec<_> = rows.iter().map(shown).collect();
        aligned(&rows).for_each(|line| out.held.extend_from_slice(format!("{line}\n").as_bytes()));
        return Ok(Told::Done);
    }
    let mut told = Rows::new(&mut out.held, Some(out.format), columns);
    rows.iter().try_for_each(|row| told.add(row)).and_then(|()| told.finish()).map_err(Failure::Output)?;
    Ok(Told::Done)
}

/// Rows with their columns one below the other.
fn aligned(rows: &[Vec<String>]) -> impl Iterator<Item = String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|text| text.width()).max();
    let widths: Vec<_> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    rows.iter().map(move |row| {
        let padded = row
            .iter()
            .zip(&widths)
            .map(|(text, width)| format!("{text}{}", " ".repeat(width.saturating_sub(text.width()))));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    })
}

/// What is left of a cell's lifetime.
pub(super) fn left(engine: &Engine, key: &str, field: &str) -> Option<String> {
    let cell = engine.cell(key, field)?;
    Some(cell.left.map_or("permanent".to_owned(), |left| format!("{left} left")))
}
