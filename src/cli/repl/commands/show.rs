//! `.steps` and `.diff`: the steps of the session, and which cells differ between two of its moments.

use anstyle::{AnsiColor, Style};
use serde_json::json;

use crate::cli::repl::format::{aligned, held, query};
use crate::cli::repl::shell::Shell;
use crate::cli::repl::words::{CommandWords, Refusal};
use crate::explain::CellName;
use crate::script::{Format, cut};
use crate::time::{ClockRule, Time};
use crate::trace::{Difference, Held, Moment, difference};

/// So many steps are listed if no number is said.
const STEPS: usize = 10;

/// `.steps [N]`
pub(super) fn steps(shell: &mut Shell, words: &CommandWords) -> Result<(), Refusal> {
    let most = if words.is_empty() { STEPS } else { words.count(0)? };
    let (recording, last) = (&shell.recording, shell.here().step);
    let first = recording.first().max(last.saturating_sub(most)) + 1;
    let listed = (first..=last).filter_map(|number| {
        let step = recording.step(number)?;
        Some([json!(number), json!(step.clock.0), json!(query(&step.json))])
    });
    let listed: Vec<_> = listed.collect();
    shell.out.rows(&["step", "clock", "query"], &listed, |[step, clock, query]| {
        vec![
            format!("step {step}"),
            format!("at {clock}"),
            cut(query.as_str().unwrap_or_default().to_owned()),
        ]
    })?;
    Ok(())
}

/// `.diff A [B]`
pub(super) fn diff(shell: &mut Shell, words: &CommandWords) -> Result<(), Refusal> {
    let one = place(shell, words, 0)?;
    let other = if words.get(1).is_some() { place(shell, words, 1)? } else { shell.here() };
    let [one, other] = [one, other].map(|moment| shell.recording.engine(moment));
    let found = difference(&one, &other);
    if found.is_empty() {
        return Ok(shell.note("no cell differs")?);
    }
    if shell.out.style.format == Format::Text {
        let text = differences(&found, shell.out.style.color);
        shell.out.push(&text);
        return Ok(());
    }
    let columns = &["key", "field", "before", "before_until", "after", "after_until"];
    let rows = found.iter().map(|found| {
        let value = |held: &Option<Held>| json!(held.as_ref().map(|held| &held.value));
        let until = |held: &Option<Held>| json!(held.as_ref().and_then(|held| held.until));
        let Difference { key, field, before, after } = found;
        [json!(key), json!(field), value(before), until(before), value(after), until(after)]
    });
    Ok(shell.out.rows(columns, &rows.collect::<Vec<_>>(), |_| Vec::new())?)
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

/// A moment as a word names it: `3`, `@10` or `now`.
fn place(shell: &Shell, words: &CommandWords, place: usize) -> Result<Moment, Refusal> {
    let (text, recording) = (words.text(place), &shell.recording);
    let wrong = |message: &str| {
        let help = "a moment is the number of a step, @ and a time, or now; `.steps` lists the steps";
        Err(words.fault(place, message, help))
    };
    let digits = text.strip_prefix('@').unwrap_or(text);
    let number = digits.parse::<u64>().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()));
    match number {
        None if text == "now" => Ok(Moment { step: recording.last(), at: None }),
        None => wrong("this is no moment"),
        Some(_) if text.starts_with('@') && shell.base.clock().rule() == ClockRule::Free => {
            wrong("under the free rule no clock tells when a query was asked")
        }
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
