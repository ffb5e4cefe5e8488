//! One page that shows lists step by step: bars over time, the queries, the state.
//!
//! Invariants: the page is one file that asks the network for nothing; all that comes from a list stands in it as JSON
//! in which no `<` is left, and its script makes text of that, never markup.

use std::fmt;
use std::io::{self, Write};

use serde::Serialize;

use super::{BackupMark, Bar, Bars, CellBars, How, RestoreMark, Step};
use crate::assets::{CHART, DOM, STEPS, STEPS_FRAME, STEPS_STYLE, TOKENS};
use crate::explain::Name;
use crate::script::{cut, plain, short_line, shown, word};
use crate::time::ClockRule;

/// The frame of the page; what stands here in braces goes where its name stands in it, in this order.
const FRAME: &str = include_str!("page/frame.html");
const STYLE: &[&str] = &[TOKENS, STEPS_STYLE, include_str!("page/style.css")];
const SCRIPT: &[&str] = &[DOM, CHART, STEPS, include_str!("page/page.js")];

/// So many queries a page shows, all lists together.
const MOST_QUERIES: usize = 2_000;
/// So many bars.
const MOST_BARS: usize = 20_000;
/// So many bytes of text.
const MOST_BYTES: usize = 16 << 20;

/// A page in the making: `begin`, `add`, …, `begin`, `add`, …, `write`.
#[derive(Debug, Default)]
pub struct Page {
    cases: Vec<PageCase>,
    queries: usize,
    /// Bars of the cases before the last.
    bars: usize,
    bytes: usize,
}

/// A list, or a case of a suite.
#[derive(Debug)]
struct PageCase {
    name: String,
    why: String,
    clock: ClockRule,
    steps: Vec<ShownStep>,
    bars: Bars,
}

/// There is more than a page can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mib = MOST_BYTES >> 20;
        write!(f, "a page shows {MOST_QUERIES} queries, {MOST_BARS} bars and {mib} MiB of text at most")
    }
}

impl std::error::Error for TooLarge {}

impl Page {
    /// Begins a list or a case.
    pub fn begin(&mut self, name: &str, why: &str, clock: ClockRule) {
        self.bars += self.cases.last().map_or(0, |case| case.bars.count());
        let (name, why) = (plain(name), plain(why));
        self.cases.push(PageCase { name, why, clock, steps: Vec::new(), bars: Bars::default() });
    }

    /// Adds the next step of the list or case begun last.
    ///
    /// # Errors
    /// [`TooLarge`] if the page cannot show it too.
    pub fn add(&mut self, step: &Step) -> Result<(), TooLarge> {
        let Some(case) = self.cases.last_mut() else { return Ok(()) };
        let shown = ShownStep::of(step);
        let values: usize = step.changed.iter().map(|cell| cell.value.len()).sum();
        self.bytes += shown.query.len() + shown.answer.len() + shown.rule.len() + values;
        self.queries += 1;
        case.steps.push(shown);
        case.bars.add(step);
        let bars = self.bars + case.bars.count();
        let fits = self.queries <= MOST_QUERIES && bars <= MOST_BARS && self.bytes <= MOST_BYTES;
        if fits { Ok(()) } else { Err(TooLarge) }
    }

    /// Writes the page.
    ///
    /// # Errors
    /// The output's.
    pub fn write(&self, mut out: impl Write) -> io::Result<()> {
        // In JSON a `<` stands in texts only, and there it may be escaped: so nothing in it can end the script.
        let cases: Vec<_> = self.cases.iter().map(ShownCase::of).collect();
        let data = serde_json::to_string(&cases)?.replace('<', "\\u003c");
        let mut rest = FRAME;
        let parts =
            [("{style}", STYLE), ("{steps}", &[STEPS_FRAME]), ("{data}", &[&*data]), ("{script}", SCRIPT)];
        for (name, parts) in parts {
            let (before, after) = rest.split_once(name).unwrap_or((rest, ""));
            out.write_all(before.as_bytes())?;
            parts.iter().try_for_each(|part| out.write_all(part.as_bytes()))?;
            rest = after;
        }
        out.write_all(rest.as_bytes())?;
        out.flush()
    }

    /// What the script of the page shows of the list begun last, as JSON; `None` if there is none.
    #[must_use]
    pub fn last_json(&self) -> Option<String> {
        self.cases.last().and_then(|case| serde_json::to_string(&ShownCase::of(case)).ok())
    }
}

/// A case as the script of the page reads it. Texts are ready to be shown. Moments are texts too, as numbers of the
/// script hold 53 bits only.
#[derive(Serialize)]
struct ShownCase<'p> {
    name: &'p str,
    why: &'p str,
    free: bool,
    steps: &'p [ShownStep],
    cells: Vec<PageCell>,
    backups: Vec<ShownBackup>,
    restores: Vec<ShownRestore>,
}

#[derive(Debug, Serialize)]
struct ShownStep {
    query: String,
    answer: String,
    clock: Option<String>,
    rule: String,
}

#[derive(Serialize)]
struct PageCell {
    key: String,
    field: String,
    bars: Vec<ShownBar>,
}

#[derive(Serialize)]
struct ShownBar {
    value: String,
    query: usize,
    from: Option<String>,
    restored: bool,
    until: Option<String>,
    end: Option<ShownEnd>,
}

#[derive(Serialize)]
struct ShownEnd {
    query: usize,
    at: Option<String>,
    how: &'static str,
}

#[derive(Serialize)]
struct ShownBackup {
    query: usize,
    at: String,
}

#[derive(Serialize)]
struct ShownRestore {
    query: usize,
    backup: usize,
    at: String,
    taken: String,
}

impl ShownStep {
    fn of(step: &Step) -> Self {
        let (answer, clock) = (cut(shown(&step.answer)), step.clock.map(|clock| clock.to_string()));
        Self { query: short_line(&step.query), answer, clock, rule: step.rule.clone() }
    }
}

impl<'p> ShownCase<'p> {
    fn of(case: &'p PageCase) -> Self {
        let backup = |mark: &BackupMark| ShownBackup { query: mark.query, at: mark.at.to_string() };
        let restore = |mark: &RestoreMark| {
            let [at, taken] = [mark.at, mark.taken].map(|moment| moment.to_string());
            ShownRestore { query: mark.query, backup: mark.backup, at, taken }
        };
        Self {
            name: &case.name,
            why: &case.why,
            free: case.clock == ClockRule::Free,
            steps: &case.steps,
            cells: case.bars.cells().map(PageCell::of).collect(),
            backups: case.bars.backups().iter().map(backup).collect(),
            restores: case.bars.restores().iter().map(restore).collect(),
        }
    }
}

impl PageCell {
    fn of(cell: CellBars<'_>) -> Self {
        let [key, field] = [cell.key, cell.field].map(|name| Name(name).to_string());
        Self { key, field, bars: cell.bars.iter().map(ShownBar::of).collect() }
    }
}

impl ShownBar {
    fn of(bar: &Bar) -> Self {
        let text = |moment: Option<u64>| moment.map(|moment| moment.to_string());
        let how = |how| match how {
            How::Replaced => "replaced",
            How::Removed => "removed",
            How::Expired => "expired",
            How::Restored => "restored",
        };
        Self {
            value: cut(word(&bar.value)),
            query: bar.query,
            from: text(bar.from),
            restored: bar.restored,
            until: text(bar.until),
            end: bar.end.map(|end| ShownEnd { query: end.query, at: text(end.at), how: how(end.how) }),
        }
    }
}
