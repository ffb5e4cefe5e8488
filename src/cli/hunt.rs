//! `rewind hunt`: random lists until a solution differs, then the smallest list that shows it.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::candidate_args::{CandidateArgs, LimitArgs, new_seed};
use super::closed;
use super::progress::Progress;
use super::quote::quote;
use super::run::Rule;
use super::solution::Solution;
use super::suites::cases_of;
use super::whole_file::write_whole;
use super::{Failure, say};
use crate::judge::report as shown;
use crate::judge::{Case, Catch, Exercise, ListOptions, Oracle, hunt as search, suite_of};
use crate::query::{Language, Level};
use crate::track::records::Records;

/// Search for a list that a solution answers wrongly, and make it as small as possible
#[derive(clap::Args)]
pub(super) struct HuntArgs {
    /// Draw operations up to this level [default: what rewind.toml says, else the last of the exercise]
    #[arg(long, value_name = "N", value_parser = closed::level())]
    level: Option<Level>,

    /// Draw lists too that break a promise of the exercise
    #[arg(long)]
    strict: bool,

    /// The clock rule that the solution goes by: it matters beyond the promises only [default: monotone]
    #[arg(long, value_name = "RULE")]
    clock: Option<Rule>,

    /// The seed of the first list; the same seed draws the same lists on every machine [default: a new one]
    #[arg(long, value_name = "S")]
    seed: Option<u64>,

    /// How many lists are tried
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = clap::value_parser!(u64).range(1..))]
    cases: u64,

    #[command(flatten)]
    candidate: CandidateArgs,

    /// Compare with this command instead of our engine; the protocol is for both
    #[arg(long, value_name = "COMMAND")]
    against: Option<String>,

    /// Add the list to this suite, which is made if it is not there
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,

    #[command(flatten)]
    limits: LimitArgs,
}

/// Hunts.
pub(super) fn hunt(mut args: HuntArgs) -> Result<(), Failure> {
    let solution = Solution::of(&args.candidate, &args.limits)?;
    args.level = args.level.or(solution.told.level);
    args.strict |= solution.told.strict;
    if args.clock.is_some() && is_promised(args.level().number(), args.strict) {
        say("note: --clock changes nothing without --strict: \
             lists that keep the promises have the same answers by both rules\n");
    }
    args.clock = args.clock.or(solution.told.clock);
    let seed = args.seed.unwrap_or_else(new_seed);
    let options = args.options(solution.max_time);
    // What cannot be saved is reported before anything is hunted.
    let mut saved = args.save.as_ref().map(|file| Saved::open(file, options)).transpose()?;
    solution.introduce(&args.candidate, args.level());
    if let Err(unbuilt) = solution.build() {
        anstream::stdout().write_all(unbuilt.text().as_bytes())?;
        return Err(unbuilt.failure);
    }
    let mut candidate = solution.candidate();
    let mut other = args.against.as_ref().map(|command| solution.other(command));
    let mut oracle = match &mut other {
        Some(other) => Oracle::Other(&mut **other),
        None => Oracle::Exercise,
    };
    let mut progress = Progress::of_lists(args.cases);
    let caught = search(&mut *candidate, &mut oracle, options, seed, args.cases, |_| {
        progress.step();
        ControlFlow::Continue(())
    })?;
    drop(progress);
    let Some(catch) = caught else {
        let text =
            format!("no difference in {} lists of level {} from seed {seed}\n", args.cases, options.level);
        return Ok(anstream::stdout().write_all(text.as_bytes())?);
    };
    anstream::stdout()
        .write_all(shown::catch(&catch, args.against.is_some(), &args.again(&solution, &catch)).as_bytes())?;
    if let Some(saved) = &mut saved {
        saved.add(&catch)?;
    }
    Err(Failure::Negative)
}

/// Are only lists drawn of a level that keep the promises? Beyond the exercise there are none.
pub(super) fn is_promised(level: u8, is_strict: bool) -> bool {
    !is_strict && level <= Records.last_level()
}

impl HuntArgs {
    fn level(&self) -> Level {
        self.level.unwrap_or(Language::records().exercise())
    }

    fn clock(&self) -> Rule {
        self.clock.unwrap_or(Rule::Monotone)
    }

    fn options(&self, max_time: u64) -> ListOptions<'static> {
        let (level, clock) = (self.level().number(), self.clock().into());
        ListOptions {
            max_time,
            promised: is_promised(level, self.strict),
            ..ListOptions::new(&Records, level, clock)
        }
    }

    /// The command that finds a list again.
    fn again(&self, solution: &Solution, catch: &Catch) -> String {
        let level = self.level.map_or(String::new(), |level| format!("--level {level} "));
        let against = self.against.as_ref();
        let against = against.map_or(String::new(), |other| format!(" --against {}", quote(other)));
        let rest = solution.again(self.clock().into());
        let Catch { seed, lists, .. } = catch;
        let strict = if self.strict { "--strict " } else { "" };
        format!("rewind hunt {level}{strict}--seed {seed} --cases {lists}{against}{rest}")
    }
}

fn unsaved(file: &Path, error: &io::Error) -> Failure {
    Failure::Usage(format!("cannot write {}: {error}", file.display()))
}

/// The suite that takes what is caught.
struct Saved<'a> {
    file: &'a Path,
    options: ListOptions<'static>,
    cases: Vec<Case>,
    schema: Option<String>,
}

impl<'a> Saved<'a> {
    /// Opens a suite, which need not be there, for lists that are drawn so.
    fn open(file: &'a Path, options: ListOptions<'static>) -> Result<Self, Failure> {
        let (cases, schema) = if file.exists() { cases_of(file)? } else { Default::default() };
        let shown = file.display();
        let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // Of a folder that is not there the system's own words are told; else they would name a file that nobody named.
        let folder = parent.metadata().map_err(|error| unsaved(file, &error));
        folder.and_then(|_| {
            tempfile::tempfile_in(parent).map_err(|error| unsaved(file, &error.kind().into()))
        })?;
        if cases.iter().any(|case| case.clock != options.clock) {
            return Err(Failure::Usage(format!(
                "{shown} is a suite of the other clock rule: save to another file"
            )));
        }
        if let Some(case) = cases.iter().find(|case| case.level < options.level) {
            let (has, drawn) = (case.level, options.level);
            let message = format!("{shown} is a suite of level {has}, and lists of level {drawn} are drawn");
            return Err(Failure::Usage(format!("{message}\n  = help: save to another file")));
        }
        Ok(Self { file, options, cases, schema })
    }

    /// Adds what was caught, with the answers of our engine.
    fn add(&mut self, catch: &Catch) -> Result<(), Failure> {
        let shown = self.file.display();
        if self.cases.iter().any(|case| case.list == catch.list) {
            say(&format!("note: {shown} has this list already\n"));
            return Ok(());
        }
        let mut name = format!("found by seed {}", catch.seed);
        while self.cases.iter().any(|case| case.name == name) {
            name.push_str(" again");
        }
        let first = self.cases.first();
        self.cases.push(Case {
            suite: first.map_or("lists that were hunted down", |case| &case.suite).to_owned(),
            level: first.map_or(self.options.level, |case| case.level),
            clock: self.options.clock,
            number: 0,
            name,
            why: catch.failed.rule.clone().unwrap_or_default(),
            expected: Records.answers(&catch.list, self.options.clock).unwrap_or_default(),
            promised: false,
            breaks: None,
            shown_by: None,
            list: catch.list.clone(),
        });
        let text = suite_of(&self.cases, self.schema.as_deref());
        let written = write_whole(self.file, true, |out| out.write_all(text.as_bytes()));
        written.map_err(|error| unsaved(self.file, &error))?;
        say(&format!("note: saved in {shown}; `rewind judge --suite {shown}` judges by it\n"));
        Ok(())
    }
}
