//! `.why`: the history of a cell, or of all cells of a key: what it held, which step did that, and how it ended.
//!
//! ```text
//!   user.token
//!     step 1  SET_AT_WITH_TTL user token x7 1 10
//!             at 1 makes it "x7" until 11
//!             the restore of step 5 takes its place at 10
//!     step 5  RESTORE 10 3
//!             at 10 brings it back as "x7" until 18
//!   it is live at 17, 1 left
//! ```

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::cli::repl::format::{held, query, remaining};
use crate::cli::repl::shell::Shell;
use crate::cli::repl::words::{CommandWords, Refusal};
use crate::explain::CellName;
use crate::script::Format;
use crate::time::ClockRule;
use crate::trace::{Bar, BarEnd, Ending, Held, How, Recording, Tracer};

/// The columns for programs.
const COLUMNS: &[&str] =
    &["field", "step", "query", "restored", "value", "from", "until", "ended", "by_step", "how"];

/// `.why KEY [FIELD]`
pub(super) fn why(shell: &mut Shell, words: &CommandWords) -> Result<(), Refusal> {
    let (key, field) = (words.text(0), words.get(1));
    let (bars, tracer) = shell.recording.trace(shell.here(), key, field);
    let mut cells: BTreeMap<&str, &[Bar]> = bars.cells().map(|cell| (cell.field, cell.bars)).collect();
    for ended in tracer.ended_fields(key).filter(|_| field.is_none()) {
        cells.entry(ended).or_default();
    }
    if cells.is_empty() {
        cells.insert(field.unwrap_or_default(), &[]);
    }
    let recording = &shell.recording;
    let history = |(field, bars)| CellPast { recording, bars, tracer: &tracer, key, field };
    let histories: Vec<_> = cells.into_iter().map(history).collect();
    if shell.out.style.format == Format::Text {
        let texts: Vec<_> = histories.iter().map(CellPast::text).collect();
        shell.out.push(&texts.join("\n"));
        return Ok(());
    }
    let rows: Vec<_> = histories.iter().flat_map(CellPast::rows).collect();
    Ok(shell.out.rows(COLUMNS, &rows, |_| Vec::new())?)
}

/// What became of a cell.
struct CellPast<'p> {
    recording: &'p Recording,
    bars: &'p [Bar],
    tracer: &'p Tracer,
    key: &'p str,
    field: &'p str,
}

impl CellPast<'_> {
    /// For people.
    fn text(&self) -> String {
        let mut text = format!("{}\n", CellName { key: self.key, field: self.field });
        for bar in self.bars {
            let step = format!("step {}", bar.query);
            let indent = " ".repeat(step.len());
            match self.recording.step(bar.query).filter(|_| !self.was_there(bar)) {
                Some(recorded) => text.push_str(&format!("  {step}  {}\n", query(&recorded.json))),
                None => text.push_str(&format!("  {step}  the beginning\n")),
            }
            text.push_str(&format!("  {indent}  {}\n", self.begins(bar)));
            text.extend(bar.end.map(|end| format!("  {indent}  {}\n", ends(end))));
        }
        text + &self.now() + "\n"
    }

    /// For programs.
    fn rows(&self) -> Vec<[Value; 10]> {
        let row = |bar: &Bar| {
            let asked = self.recording.step(bar.query).map(|step| query(&step.json));
            let how = bar.end.map(|end| match end.how {
                How::Replaced => "replaced",
                How::Removed => "removed",
                How::Expired => "expired",
                How::Restored => "restored",
            });
            [
                json!(self.field),
                json!(bar.query),
                json!(asked),
                json!(bar.restored),
                json!(bar.value),
                json!(bar.from),
                json!(bar.until),
                json!(bar.end.and_then(|end| end.at)),
                json!(bar.end.map(|end| end.query)),
                json!(how),
            ]
        };
        self.bars.iter().map(row).collect()
    }

    /// Was it there before the first step that is remembered?
    fn was_there(&self, bar: &Bar) -> bool {
        bar.query == self.recording.first()
    }

    fn begins(&self, bar: &Bar) -> String {
        let what = match (self.was_there(bar), bar.restored) {
            (true, _) => "was there already as",
            (false, true) => "brings it back as",
            (false, false) => "makes it",
        };
        let at = bar.from.map_or(String::new(), |at| format!("at {at} "));
        let value = Held { value: bar.value.clone(), until: bar.until };
        format!("{at}{what} {}", held(&value))
    }

    /// What it is where one looks, and why.
    fn now(&self) -> String {
        let clock = self.tracer.engine().clock();
        let at = if clock.rule() == ClockRule::Free { String::new() } else { format!(" at {}", clock.now()) };
        if let Some(left) = remaining(self.tracer.engine(), self.key, self.field) {
            return format!("it is live{at}, {left}");
        }
        let ended = match (self.bars.last(), self.tracer.ended(self.key, self.field)) {
            // Time has passed since the last step.
            (Some(Bar { end: None, until: Some(until), .. }), _) => format!("its lifetime ended at {until}"),
            (_, Some((ended, None))) => how_it_went(ended),
            (_, Some((ended, Some(restore)))) => {
                format!("{}, and the restore of step {restore} did not bring it back", how_it_went(ended))
            }
            (_, None) => "no step has set it".to_owned(),
        };
        format!("it is not live{at}: {ended}")
    }
}

fn how_it_went(ended: Ending) -> String {
    match ended {
        Ending::Died(at) => format!("its lifetime ended at {at}"),
        Ending::Removed(step) => format!("step {step} removed it"),
        Ending::Undone(step) => format!("step {step} undid the transaction that had set it"),
        Ending::OnArrival(step) => format!("step {step} set it with a ttl of 0"),
        Ending::NotBroughtBack(step) => format!("the restore of step {step} did not bring it back"),
    }
}

fn ends(end: BarEnd) -> String {
    let at = end.at.map_or(String::new(), |at| format!(" at {at}"));
    match end.how {
        How::Replaced => format!("step {} changes it{at}", end.query),
        How::Removed => format!("step {} removes it{at}", end.query),
        How::Expired => format!("its lifetime ends{at}"),
        How::Restored => format!("the restore of step {} takes its place{at}", end.query),
    }
}
