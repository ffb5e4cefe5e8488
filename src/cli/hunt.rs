//! `rewind hunt`: random lists until a solution differs, then the smallest list that shows it.

use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::Failure;
use super::judged::{Judged, new_seed};
use super::progress::Progress;
use super::run::Rule;
use super::suites::cases_of;
use crate::query::Level;
use crate::suite::report as shown;
use crate::suite::{Candidate, Case, Catch, Draw, Oracle, answers, hunt as search, suite_of};

/// Search for a list that a solution answers wrongly, and make it as small as possible
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    judged: Judged,

    /// Draw operations up to this level [default: the last of the exercise]
    #[arg(long, value_name = "N")]
    level: Option<Level>,

    /// The clock rule that the solution goes by
    #[arg(long, value_name = "RULE", default_value = "monotone")]
    clock: Rule,

    /// The seed of the first list; the same seed draws the same lists on every machine [default: a new one]
    #[arg(long, value_name = "S")]
    seed: Option<u64>,

    /// How many lists are tried
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    cases: u64,

    /// No time beyond this is drawn, for solutions whose numbers do not reach to 2^64-1
    #[arg(long, value_name = "TIME", default_value_t = u64::MAX, hide_default_value = true)]
    max_time: u64,

    /// Compare with this command instead of our engine
    #[arg(long, value_name = "COMMAND")]
    against: Option<String>,

    /// Add the list to this suite, which is made if it is not there
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,

    /// The command that starts the solution
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<String>,
}

/// Hunts.
pub(super) fn hunt(args: &Args) -> Result<(), Failure> {
    let seed = args.seed.unwrap_or_else(new_seed);
    let draw = args.draw();
    let mut candidate = args.judged.candidate(&args.command);
    let mut other = args.against.as_ref().map(|command| args.other(command));
    let mut oracle = match &mut other {
        Some(other) => Oracle::Other(&mut **other),
        None => Oracle::Engine,
    };
    let mut progress = Progress::of(usize::try_from(args.cases).unwrap_or(usize::MAX));
    let caught = search(&mut *candidate, &mut oracle, draw, seed, args.cases, |_| {
        progress.step();
        ControlFlow::Continue(())
    })?;
    drop(progress);
    let Some(catch) = caught else {
        let text =
            format!("no difference in {} lists of level {} from seed {seed}\n", args.cases, draw.level);
        return Ok(anstream::stdout().write_all(text.as_bytes())?);
    };
    anstream::stdout().write_all(shown::catch(&catch, args.again(catch.seed).as_str()).as_bytes())?;
    if let Some(file) = &args.save {
        save(file, &catch, draw)?;
    }
    Err(Failure::Negative)
}

impl Args {
    fn draw(&self) -> Draw {
        let level = self.level.unwrap_or(Level::EXERCISE);
        Draw { max_time: self.max_time, ..Draw::new(level, self.clock.into()) }
    }

    /// The other candidate; its command is one text, as a shell reads it.
    fn other(&self, command: &str) -> Box<dyn Candidate> {
        self.judged.candidate(&["sh", "-c", command].map(str::to_owned))
    }

    /// The options that find a list again.
    fn again(&self, seed: u64) -> String {
        let level = self.level.map_or(String::new(), |level| format!("--level {level} "));
        let max_time =
            if self.max_time == u64::MAX { String::new() } else { format!("--max-time {} ", self.max_time) };
        format!("{level}{max_time}--seed {seed} --cases 1")
    }
}

/// Adds what was caught to a suite, with the answers of our engine.
fn save(file: &Path, catch: &Catch, draw: Draw) -> Result<(), Failure> {
    let mut cases = if file.exists() { cases_of(file)? } else { Vec::new() };
    if cases.iter().any(|case| case.clock != draw.clock) {
        let message = format!("{} is a suite of the other clock rule; nothing was saved", file.display());
        return Err(Failure::Usage(message));
    }
    let mut name = format!("found by seed {}", catch.seed);
    while cases.iter().any(|case| case.name == name) {
        name.push_str(" again");
    }
    let suite = cases.first().map_or("lists that were hunted down", |case| &case.suite).to_owned();
    cases.push(Case {
        suite,
        level: draw.level,
        clock: draw.clock,
        name,
        why: catch.failed.rule.clone().unwrap_or_default(),
        expected: answers(&catch.list, draw.clock).unwrap_or_default(),
        list: catch.list.clone(),
    });
    let written = std::fs::write(file, suite_of(&cases));
    written.map_err(|error| Failure::Usage(format!("cannot write {}: {error}", file.display())))
}
