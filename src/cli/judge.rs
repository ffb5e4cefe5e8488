//! `rewind judge`: the suites on somebody's own solution.

use std::io::{self, IsTerminal};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use super::Failure;
use super::judged::{Judged, new_seed};
use super::run::Rule;
use super::suites::{Selection, Showing, ended};
use super::watch::{Watch, Wish};
use crate::suite::{self, Case, Draw, answers, list_of};

/// Judge a solution in any language by the built-in suites
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    judged: Judged,

    #[command(flatten)]
    selection: Selection,

    /// The clock rule that the solution goes by
    #[arg(long, value_name = "RULE", default_value = "monotone")]
    clock: Rule,

    /// Judge by these suites, or by those in these folders, instead of the built-in ones
    #[arg(long = "suite", value_name = "FILE|DIR")]
    suites: Vec<PathBuf>,

    /// Add so many random lists from a new seed, to which no solution can be tuned
    #[arg(long, value_name = "N", default_value_t = 0)]
    fresh: u64,

    /// The seed of those lists [default: a new one]
    #[arg(long, value_name = "S", requires = "fresh")]
    seed: Option<u64>,

    /// Judge again whenever a file is saved, on one screen
    #[arg(long, conflicts_with = "reports")]
    watch: bool,

    #[command(flatten)]
    showing: Showing,

    /// The command that starts the solution
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<String>,
}

/// What came of judging once, while it was watched.
struct Watched {
    /// What is to be shown.
    shown: String,
    verdict: Result<(), Failure>,
    /// What broke it off, if anything did.
    wish: Option<Wish>,
}

/// Judges the command.
pub(super) fn judge(args: &Args) -> Result<(), Failure> {
    let mut cases = args.selection.cases(&args.suites, Some(args.clock.into()))?;
    cases.extend(args.fresh_cases()?);
    if args.watch {
        return args.watch(&cases);
    }
    let mut candidate = args.judged.candidate(&args.command);
    ended(&args.showing.judge(&mut *candidate, &cases, &args.command.join(" "))?)
}

impl Args {
    /// Judges, and again whenever a file is saved, until a person has had enough; the last verdict counts.
    fn watch(&self, cases: &[Case]) -> Result<(), Failure> {
        if !(io::stdout().is_terminal() && io::stdin().is_terminal()) {
            return Err(Failure::Usage("--watch needs a terminal".to_owned()));
        }
        let mut watch = Watch::begin(&self.command)?;
        loop {
            let Watched { shown, verdict, mut wish } = self.judge_watched(&mut watch, cases)?;
            while !matches!(wish, Some(Wish::Again)) {
                match wish {
                    Some(Wish::End) => return verdict,
                    Some(Wish::Interrupt) => return Err(Failure::Interrupted),
                    Some(Wish::Scroll(by)) => watch.scroll(by, shown.lines().count()),
                    _ => {}
                }
                watch.draw(&shown, if verdict.is_ok() { "passed" } else { "failed" })?;
                wish = Some(watch.wait()?);
            }
            watch.rewind();
        }
    }

    /// Judges once, with an eye on keys and saves.
    fn judge_watched(&self, watch: &mut Watch, cases: &[Case]) -> Result<Watched, Failure> {
        let mut candidate = self.judged.candidate(&self.command);
        let (mut wish, mut seen, mut failures) = (Ok(None), 0, String::new());
        let report = suite::judge(&mut *candidate, cases, |level, case| {
            seen += 1;
            failures.push_str(&suite::report::case(level, case, true));
            wish = watch.wish(Duration::ZERO).and_then(|wish| {
                watch.draw(&failures, &format!("{seen} of {} cases", cases.len()))?;
                Ok(wish.filter(|wish| matches!(wish, Wish::Again | Wish::End | Wish::Interrupt)))
            });
            if matches!(wish, Ok(None)) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        let wish = wish?;
        Ok(match report {
            Ok(report) => {
                let levels: String = report.levels.iter().map(suite::report::level).collect();
                let shown = format!("{}{levels}\n{failures}", suite::report::summary(&report));
                Watched { shown, verdict: ended(&report), wish }
            }
            Err(cannot) => {
                Watched { shown: suite::report::cannot_start(&cannot), verdict: Err(cannot.into()), wish }
            }
        })
    }

    /// Random lists as cases of the level that is being worked on.
    fn fresh_cases(&self) -> Result<Vec<Case>, Failure> {
        if self.fresh == 0 {
            return Ok(Vec::new());
        }
        let seed = self.seed.unwrap_or_else(new_seed);
        self.showing.print(&format!("{} fresh lists from seed {seed}\n", self.fresh))?;
        let (level, clock) = (self.selection.level_of_solution(), self.clock.into());
        let case = |seed: u64| {
            let list = list_of(seed, Draw::new(level, clock));
            let expected = answers(&list, clock)
                .ok_or_else(|| Failure::Bug(format!("the list of seed {seed} has a mistake")))?;
            let (suite, name) = ("fresh lists".to_owned(), format!("list {seed}"));
            let why = format!(
                "a random list; `rewind hunt --level {level} --seed {seed} --cases 1` makes it small"
            );
            Ok(Case { suite, level, clock, name, why, list, expected })
        };
        (0..self.fresh).map(|number| case(seed.wrapping_add(number))).collect()
    }
}
