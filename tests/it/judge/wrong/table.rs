//! The table of mistakes, and the program that makes any of them: the correct solution with a small change.
//!
//! Invariants: what is changed stands once in the correct solution; a mistake of levels 1 and 2 is made in the
//! operations without a time alone, and its twins in those with a time. The program sees to both.

use rewinddb::judge::{
    Candidate, Limits, Protocol, QueryList, QueryWords, Run, SpawnError, TimeRule, candidate,
};
use rewinddb::track::records::Records;
use rewinddb::wire::Term;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::judge::solutions::python;
use crate::top;

/// A row of the table: a correct solution with a small change.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wrong {
    pub(super) name: String,
    pub(super) level: u8,
    /// The row that has the mistake and its change, where this one makes them elsewhere.
    like: Option<String>,
    /// The operations that it is made in; without them, in all.
    #[serde(rename = "in")]
    operations: Option<Vec<String>>,
    #[serde(default)]
    pub(super) mistake: String,
    /// The promise that a list must break to show it.
    pub(super) beyond: Option<String>,
    /// The case that catches it, and the words of its `why` that name it.
    pub(super) case: String,
    pub(super) named: String,
    /// The case that must be asked before, by the same process.
    pub(super) after: Option<String>,
    /// What stands in the correct solution, and what stands there instead, for the program; the same in the adapter.
    #[serde(rename = "change")]
    _change: Option<IgnoredAny>,
    #[serde(rename = "adapter")]
    _adapter: Option<IgnoredAny>,
}

/// All rows, each with its mistake in words.
pub(super) fn table() -> Vec<Wrong> {
    let text = std::fs::read_to_string(top().join("fixtures/wrong/table.json")).expect("it can be read");
    let mut rows: Vec<Wrong> = serde_json::from_str(&text).expect("it is a table");
    let mistakes: Vec<_> = rows.iter().map(|row| (row.name.clone(), row.mistake.clone())).collect();
    for row in &mut rows {
        if let Some(like) = &row.like {
            let (_, mistake) = mistakes.iter().find(|(name, _)| name == like).expect("there is one like it");
            row.mistake = format!("{mistake} This in {} alone.", row.place());
        }
    }
    rows
}

impl Wrong {
    /// Is it the same mistake as another, made elsewhere?
    pub(super) fn is_twin_of(&self, other: &Self) -> bool {
        self.like.as_ref() == Some(&other.name)
    }

    /// Where it is made, for people.
    fn place(&self) -> String {
        match self.operations.as_deref() {
            Some([one]) => one.clone(),
            _ => "the operations with a time".to_owned(),
        }
    }
}

/// The program that makes any of the mistakes; `None` where there is no Python.
pub(super) fn host() -> Option<Box<dyn Candidate>> {
    let host = top().join("fixtures/wrong/host.py").to_string_lossy().into_owned();
    // It looks for no packages, which is slow.
    let command = [python()?.to_owned(), "-S".to_owned(), host];
    Some(candidate(&Records, Protocol::Session, &command, Limits::default()))
}

/// The program while it makes one mistake.
pub(super) struct Mistaken<'h> {
    host: &'h mut dyn Candidate,
    /// What tells it which.
    told: QueryWords,
    knows: bool,
    entered: Option<(u8, TimeRule)>,
}

impl<'h> Mistaken<'h> {
    /// It makes the mistake of a row of the table.
    pub(super) fn row(host: &'h mut dyn Candidate, row: usize) -> Self {
        let told = vec!["MISTAKE".into(), Term::from(row.to_string().as_str())];
        Self { host, told, knows: false, entered: None }
    }

    /// It makes none in these operations, as it would make a mistake there.
    pub(super) fn nowhere(host: &'h mut dyn Candidate, operations: &[&str]) -> Self {
        let told = ["RIGHT"].iter().chain(operations).map(|word| Term::from(*word)).collect();
        Self { host, told, knows: false, entered: None }
    }
}

impl Candidate for Mistaken<'_> {
    fn run(&mut self, list: &QueryList) -> Result<Run, SpawnError> {
        if !self.knows {
            let run = self.host.run(&vec![self.told.clone()])?;
            assert!(run.stop.is_none(), "{:?}: {:?} {}", self.told, run.stop, run.errors);
        }
        let run = self.host.run(list)?;
        // Where the process ended, the next one knows nothing.
        self.knows = run.stop.is_none();
        Ok(run)
    }

    fn run_closely(&mut self, list: &QueryList, first: &Run) -> Result<Option<Run>, SpawnError> {
        self.host.run_closely(list, first)
    }

    fn fresh(&mut self) -> bool {
        self.knows = false;
        self.host.fresh()
    }

    fn enter(&mut self, level: u8, clock: TimeRule) {
        // The process of another level is another one.
        self.knows &= self.entered == Some((level, clock));
        self.entered = Some((level, clock));
        self.host.enter(level, clock);
    }
}
