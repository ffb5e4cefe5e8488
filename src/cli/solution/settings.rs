//! The values that are in force: what an option says, else `rewind.toml`, else what is usual.

use std::time::Duration;

use clap::ValueEnum;

use super::Solution;
use crate::cli::candidate_args::{CandidateArgs, LimitArgs};
use crate::cli::run::Rule;
use crate::judge::Limits;
use crate::judge::report::Setting;
use crate::query::{Language, Level};

/// What options say, where it is not of the candidate alone.
pub(in crate::cli) struct Asked {
    pub(in crate::cli) level: Option<Level>,
    pub(in crate::cli) clock: Option<Rule>,
    pub(in crate::cli) strict: bool,
}

/// A span of time as the file has it.
fn span(time: Duration) -> String {
    match time.as_millis() {
        millis if millis % 1000 == 0 => format!("{}s", millis / 1000),
        millis => format!("{millis}ms"),
    }
}

/// A number of bytes as the file has it.
fn bytes(count: u64) -> String {
    let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    let unit = units.iter().find(|(_, bits)| count > 0 && count.trailing_zeros() >= *bits);
    unit.map_or_else(|| count.to_string(), |(unit, bits)| format!("{}{unit}", count >> bits))
}

fn name(clock: Rule) -> String {
    clock.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

impl Solution {
    /// Who says a value: an option, else what stands in the place of one, else nobody.
    fn from(&self, is_typed: bool, is_told: bool) -> &'static str {
        match (is_typed, is_told) {
            (true, _) => "option",
            (false, true) if self.has_manifest => super::manifest::NAME,
            (false, true) => "adapter",
            (false, false) => "default",
        }
    }

    /// All values in force, by the file's names for them.
    pub(in crate::cli) fn settings(
        &self,
        args: &CandidateArgs,
        limits: &LimitArgs,
        asked: &Asked,
    ) -> Vec<Setting> {
        let told = &self.told;
        let usual = Language::records().exercise();
        let level = asked.level.or(told.level).unwrap_or(usual);
        let clock = asked.clock.or(told.clock).unwrap_or(Rule::Monotone);
        let from = |is_typed, is_told| self.from(is_typed, is_told);
        let mut rows = vec![("run", self.command(), from(!args.command.is_empty(), true))];
        let build = self.build.iter().cloned();
        rows.extend(build.map(|build| ("build", build, from(args.build.is_some(), true))));
        rows.extend([
            ("protocol", self.protocol.to_string(), from(args.protocol.is_some(), told.protocol.is_some())),
            ("level", level.to_string(), from(asked.level.is_some(), told.level.is_some())),
            ("clock", name(clock), from(asked.clock.is_some(), told.clock.is_some())),
            ("strict", (asked.strict || told.strict).to_string(), from(asked.strict, told.strict)),
            ("max-time", self.max_time.to_string(), from(args.max_time.is_some(), told.max_time.is_some())),
        ]);
        rows.extend(self.limits_in_force(limits));
        rows.into_iter().map(|(key, value, from)| Setting { key, value, from }).collect()
    }

    fn limits_in_force(&self, asked: &LimitArgs) -> Vec<(&'static str, String, &'static str)> {
        let told = &self.told.limits;
        let Limits { start, case, query, memory, output, line } = self.limits;
        let from = |of: fn(&LimitArgs) -> bool| self.from(of(asked), of(told));
        vec![
            ("limits.start", span(start), from(|args| args.start_limit.is_some())),
            ("limits.case", span(case), from(|args| args.time_limit.is_some())),
            ("limits.query", span(query), from(|args| args.query_limit.is_some())),
            ("limits.memory", bytes(memory), from(|args| args.memory_limit.is_some())),
            ("limits.output", bytes(output as u64), from(|args| args.output_limit.is_some())),
            ("limits.line", bytes(line as u64), from(|args| args.line_limit.is_some())),
            ("limits.build", span(self.build_limit), from(|args| args.build_limit.is_some())),
        ]
    }
}
