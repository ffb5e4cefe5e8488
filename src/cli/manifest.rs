//! `rewind.toml`: how the solution in a folder is started and judged.
//!
//! Invariants: all mistakes in keys and values are told in one pass, each with its place; what the file does not say is
//! left open, and options say it otherwise.

use std::fmt::Display;
use std::ops::Range;
use std::path::Path;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Failure;
use super::candidate_args::LimitArgs;
use super::nearest::nearest;
use super::report::report;
use super::run::Rule;
use crate::judge::Protocol;
use crate::query::Level;
use crate::script::{Fault, Faults, plain};

/// The name of the file.
pub(super) const NAME: &str = "rewind.toml";
/// No more bytes of it are read.
const LARGEST: u64 = 1 << 20;
/// What is said to a text that is no TOML.
const NO_TOML: &str = "a line is a key, = and a value; each key stands once; a text stands in quotes";
/// What may stand in it.
const KEYS: &[&str] = &["run", "build", "protocol", "level", "clock", "strict", "max-time", "limits"];
/// What may stand in its table of limits.
const LIMITS: &[&str] = &["start", "case", "query", "memory", "output", "line", "build"];

/// What the file says.
#[derive(Clone, Default)]
pub(super) struct Manifest {
    /// The command that starts the solution.
    pub(super) run: Vec<String>,
    /// The command that builds it.
    pub(super) build: Option<String>,
    pub(super) protocol: Option<Protocol>,
    pub(super) level: Option<Level>,
    pub(super) clock: Option<Rule>,
    /// Does everything count, also beyond what the exercise promises?
    pub(super) strict: bool,
    pub(super) max_time: Option<u64>,
    pub(super) limits: LimitArgs,
}

impl Manifest {
    /// Reads a file.
    pub(super) fn read(file: &Path) -> Result<Self, Failure> {
        let name = plain(&file.strip_prefix(".").unwrap_or(file).display().to_string());
        let cannot = |why: &dyn Display| Failure::Usage(format!("cannot read {name}: {why}"));
        let found = file.metadata().map_err(|error| cannot(&error))?;
        if !found.is_file() || found.len() > LARGEST {
            return Err(cannot(&if found.is_file() { "it is too large" } else { "it is no file" }));
        }
        let text = std::fs::read_to_string(file).map_err(|error| cannot(&error))?;
        Self::parse(&text).map_err(|faults| {
            report(&name, &text, 1, &faults);
            Failure::Refused
        })
    }

    /// What a text says.
    fn parse(text: &str) -> Result<Self, Faults> {
        let mut reader = ManifestReader { text, faults: Vec::new() };
        let read = match DeTable::parse(text) {
            Ok(table) => Some(reader.manifest(table.get_ref())),
            // Where a text is no TOML, what is said of all behind the first place is guessed.
            Err(error) => {
                reader.fault(error.span().unwrap_or(0..0), error.message(), NO_TOML);
                None
            }
        };
        match read {
            Some(manifest) if reader.faults.is_empty() => Ok(manifest),
            _ => Err(reader.sorted()),
        }
    }
}

/// Reads the keys of a file, and keeps what is wrong with them.
struct ManifestReader<'t> {
    text: &'t str,
    faults: Vec<Fault>,
}

impl ManifestReader<'_> {
    fn fault(&mut self, span: Range<usize>, message: &str, help: &str) {
        let end = self.text.len();
        // A caret needs a character to stand under.
        let span = span.start.min(end)..span.end.clamp(span.start.min(end), end);
        let fault = Fault::new(span, plain(message)).with_help(help);
        self.faults.push(fault);
    }

    fn sorted(mut self) -> Faults {
        self.faults.sort_by_key(|fault| fault.span.start);
        let mut faults = Faults::default();
        self.faults.into_iter().for_each(|fault| faults.add(None, fault));
        faults
    }

    fn manifest(&mut self, table: &DeTable<'_>) -> Manifest {
        let mut manifest = Manifest::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "run" => manifest.run = self.command(value),
                "build" => manifest.build = self.text(value, "write it as in a shell: build = \"make\""),
                "protocol" => manifest.protocol = self.parsed(value, "protocol = \"session\""),
                "level" => manifest.level = self.level(value),
                "strict" => manifest.strict = self.switch(value),
                "clock" => manifest.clock = self.clock(value),
                "max-time" => manifest.max_time = self.number(value, "max-time = 9007199254740991"),
                "limits" => self.limits(value, &mut manifest.limits),
                unknown => self.unknown(key.span(), unknown, KEYS),
            }
        }
        if !table.contains_key("run") {
            let help = "it is the command that starts the solution: \
                        run = [\"python3\", \"adapter.py\", \"solution.py\"]";
            self.fault(0..0, "`run` is missing", help);
        }
        manifest
    }

    fn limits(&mut self, value: &Spanned<DeValue<'_>>, limits: &mut LimitArgs) {
        let Some(table) = value.get_ref().as_table() else {
            return self.fault(
                value.span(),
                "the limits are a table",
                "[limits] on a line, and below it case = \"2s\"",
            );
        };
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "start" => limits.start_limit = self.parsed(value, "start = \"10s\""),
                "case" => limits.time_limit = self.parsed(value, "case = \"2s\""),
                "query" => limits.query_limit = self.parsed(value, "query = \"500ms\""),
                "memory" => limits.memory_limit = self.parsed(value, "memory = \"512MiB\""),
                "output" => limits.output_limit = self.parsed(value, "output = \"16MiB\""),
                "line" => limits.line_limit = self.parsed(value, "line = \"1MiB\""),
                "build" => limits.build_limit = self.parsed(value, "build = \"120s\""),
                unknown => self.unknown(key.span(), unknown, LIMITS),
            }
        }
    }

    /// A key that is not there, and what may have been meant.
    fn unknown(&mut self, span: Range<usize>, key: &str, known: &[&str]) {
        let spelt = key.replace('_', "-");
        let meant = match spelt.trim_end_matches("-limit") {
            "command" | "cmd" | "start" if known == KEYS => "run",
            "time" | "timeout" | "list" if known == LIMITS => "case",
            other => other,
        };
        if known == KEYS && LIMITS.contains(&meant) {
            let help = format!("limits stand below a line [limits]: {meant} = …");
            return self.fault(span, &format!("`{key}` is a limit"), &help);
        }
        let help = match nearest(known, meant) {
            Some(nearest) => format!("did you mean {nearest}?"),
            None => format!("the keys are {}", known.join(", ")),
        };
        self.fault(span, &format!("unknown key `{key}`"), &help);
    }

    /// A command: its words, or one text for a shell.
    fn command(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<String> {
        let help = "write run = [\"python3\", \"adapter.py\", \"solution.py\"], or one text as in a shell";
        let is_said = |first: &str| !first.trim().is_empty();
        let words: Option<Vec<_>> = match value.get_ref() {
            DeValue::String(text) if is_said(text) => Some(["sh", "-c", text].map(str::to_owned).to_vec()),
            DeValue::Array(words) => {
                words.iter().map(|word| word.get_ref().as_str().map(str::to_owned)).collect()
            }
            _ => None,
        };
        let words = words.filter(|words| words.first().is_some_and(|first| is_said(first)));
        if words.is_none() {
            self.fault(value.span(), "this is no command", help);
        }
        words.unwrap_or_default()
    }

    fn text(&mut self, value: &Spanned<DeValue<'_>>, help: &str) -> Option<String> {
        let text = value.get_ref().as_str().filter(|text| !text.trim().is_empty());
        if text.is_none() {
            self.fault(value.span(), "this must be a text, in quotes", help);
        }
        text.map(str::to_owned)
    }

    fn number(&mut self, value: &Spanned<DeValue<'_>>, example: &str) -> Option<u64> {
        let number = value.get_ref().as_integer();
        let number = number.and_then(|number| u64::from_str_radix(number.as_str(), number.radix()).ok());
        if number.is_none() {
            self.fault(
                value.span(),
                "this must be a whole number, without quotes",
                &format!("write {example}"),
            );
        }
        number
    }

    /// What a text means where an option takes the same.
    fn parsed<T: FromStr<Err: Display>>(&mut self, value: &Spanned<DeValue<'_>>, example: &str) -> Option<T> {
        let help = format!("write {example}");
        let text = self.text(value, &help)?;
        let mut unfit = |why| self.fault(value.span(), &format!("`{text}` does not fit: {why}"), &help);
        text.parse().map_err(|why: T::Err| unfit(why.to_string())).ok()
    }

    fn level(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Level> {
        let level = self.number(value, "level = 1")?;
        let level = super::level(&level.to_string());
        level.map_err(|why| self.fault(value.span(), "there is no such level", &why)).ok()
    }

    fn switch(&mut self, value: &Spanned<DeValue<'_>>) -> bool {
        let is_on = value.get_ref().as_bool();
        if is_on.is_none() {
            self.fault(value.span(), "this must be true or false, without quotes", "write strict = true");
        }
        is_on.unwrap_or_default()
    }

    fn clock(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Rule> {
        let help = "clock = \"monotone\" or clock = \"free\"";
        let text = self.text(value, help)?;
        let rule = <Rule as clap::ValueEnum>::from_str(&text, false);
        rule.map_err(|_| self.fault(value.span(), "there is no such clock rule", help)).ok()
    }
}
