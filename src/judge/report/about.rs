//! What a report is of, and how it came about, so that it can be read and made again later.

use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

use crate::judge::{LevelReport, Report, TimeRule};

/// A value that was in force: its name as `rewind.toml` has it, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// Its name.
    pub key: &'static str,
    /// The value, as that file has it.
    pub value: String,
    /// Who says it: `option`, `rewind.toml`, `adapter` (the program's own, for a file) or `default`.
    pub from: &'static str,
}

/// What a report is of.
#[derive(Clone, Debug, Serialize)]
pub struct About {
    /// Who was judged: a command.
    pub command: String,
    /// When, as in `2026-01-31T18:00:00Z`.
    pub date: String,
    /// The version of this program.
    pub version: &'static str,
    /// The clock rule.
    pub clock: &'static str,
    /// The seed of fresh lists, where there are any.
    pub seed: Option<u64>,
    /// The options as they were typed.
    pub options: Vec<String>,
    /// The values that were in force.
    pub settings: Vec<Setting>,
}

impl About {
    /// What is known of a run that was begun at a moment.
    #[must_use]
    pub fn new(command: &str, begun: SystemTime, clock: TimeRule) -> Self {
        let clock = match clock {
            TimeRule::Monotone => "monotone",
            TimeRule::Free => "free",
        };
        let version = env!("CARGO_PKG_VERSION");
        Self {
            command: command.to_owned(),
            date: date(begun),
            version,
            clock,
            seed: None,
            options: Vec::new(),
            settings: Vec::new(),
        }
    }

    /// All but the command, each with its name.
    pub(super) fn lines(&self) -> Vec<(&'static str, String)> {
        let mut lines = vec![
            ("date", self.date.clone()),
            ("version", format!("rewind {}", self.version)),
            ("rule", format!("--clock {}", self.clock)),
        ];
        lines.extend(self.seed.map(|seed| ("seed", seed.to_string())));
        if !self.options.is_empty() {
            lines.push(("options", self.options.join(" ")));
        }
        let told = |setting: &Setting| (setting.key, format!("{} ({})", setting.value, setting.from));
        lines.extend(self.settings.iter().map(told));
        lines
    }
}

/// A moment in Universal Time, to the second.
fn date(moment: SystemTime) -> String {
    let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let date = DateTime::<Utc>::from_timestamp(i64::try_from(since).unwrap_or_default(), 0);
    date.unwrap_or_default().to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// What came of a level.
#[derive(Clone, Debug, Serialize)]
pub(super) struct LevelSum {
    pub(super) level: u8,
    pub(super) passed: usize,
    pub(super) cases: usize,
    pub(super) is_passed: bool,
}

/// What came of each level, the lowest first.
pub(super) fn sums(report: &Report) -> Vec<LevelSum> {
    let sum = |level: &LevelReport| LevelSum {
        level: level.level,
        passed: level.passed(),
        cases: level.cases.iter().filter(|case| case.breaks.is_none()).count(),
        is_passed: level.is_passed(),
    };
    let mut sums: Vec<_> = report.levels.iter().map(sum).collect();
    sums.sort_by_key(|sum| sum.level);
    sums
}
