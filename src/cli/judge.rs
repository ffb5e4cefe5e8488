//! `rewind judge`: the suites on somebody's own solution.

use std::io::{self, IsTerminal};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use super::Failure;
use super::judged::{Judged, LimitArgs, new_seed};
use super::run::Rule;
use super::suites::{Selection, Showing, ended};
use super::watch::{Watch, Wish};
use crate::query::Level;
use crate::suite::{self, Case, Draw, answers, list_of};

/// Judge a solution in any language by the built-in suites
#[derive(clap::Args)]
#[command(after_help = VERDICTS)]
pub(super) struct Args {
    #[command(flatten)]
    selection: Selection,

    #[command(flatten)]
    judged: Judged,

    /// The clock rule that the solution goes by
    #[arg(long, value_name = "RULE", default_value = "monotone")]
    clock: Rule,

    /// Judge by these suites, or by those in these folders, instead of the built-in ones
    #[arg(long = "suite", value_name = "FILE|DIR")]
    suites: Vec<PathBuf>,

    /// Add N random lists from a new seed, to which no solution can be tuned
    #[arg(long, value_name = "N", default_value_t = 0)]
    fresh: u64,

    /// With --fresh: the seed of those lists [default: a new one]
    #[arg(long, value_name = "S", requires = "fresh")]
    seed: Option<u64>,

    /// Judge again whenever a file is saved, on one screen (without --report)
    #[arg(long, conflicts_with = "reports")]
    watch: bool,

    #[command(flatten)]
    showing: Showing,

    /// The command that starts the solution
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<String>,

    #[command(flatten)]
    limits: LimitArgs,
}

/// The verdicts, as `--help` tells them.
const VERDICTS: &str = "\
Verdicts: AC accepted, WA wrong answer, TLE time, MLE memory, OLE output limit exceeded, RTE runtime
error, NS operation not supported, PE wrong shape.

Give the command after --, as in: rewind judge --level 2 -- ./my-solution";

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
    cases.retain(|case| case.max_time() <= args.judged.max_time);
    cases.extend(args.fresh_cases()?);
    if args.watch {
        return args.watch(&cases);
    }
    let mut candidate = args.judged.candidate(&args.command, &args.limits);
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
                    Some(Wish::Scroll(by)) => watch.scroll(by, &shown),
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
        let mut candidate = self.judged.candidate(&self.command, &self.limits);
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
                let shown = format!("{}\n{failures}", suite::report::summary(&report));
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
        let (level, clock) = (self.selection.level.unwrap_or(Level::LAST), self.clock.into());
        let again = self.judged.again(clock, &self.command);
        let case = |seed: u64| {
            let list = list_of(seed, Draw { max_time: self.judged.max_time, ..Draw::new(level, clock) });
            let expected = answers(&list, clock)
                .ok_or_else(|| Failure::Bug(format!("the list of seed {seed} has a mistake")))?;
            let (suite, name) = ("fresh lists".to_owned(), format!("list {seed}"));
            let hunt = format!("rewind hunt --level {level} --seed {seed} --cases 1{again}");
            let why = format!("a random list; this makes it small: {hunt}");
            Ok(Case { suite, level, clock, name, why, list, expected })
        };
        (0..self.fresh).map(|number| case(seed.wrapping_add(number))).collect()
    }
}
