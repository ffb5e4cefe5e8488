//! `rewind judge`: the suites on somebody's own solution.

use std::borrow::Cow;
use std::io::{self, IsTerminal};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;

use super::Failure;
use super::candidate_args::{CandidateArgs, LimitArgs, new_seed};
use super::run::Rule;
use super::suites::{Selection, Showing, ended};
use super::watch::{TICK, Watch, Wish};
use crate::judge::{self, Case, ListOptions, Notes, fresh_case};
use crate::track::records::Records;

/// Judge a solution in any language by the built-in suites
#[derive(clap::Args)]
#[command(after_help = VERDICTS)]
pub(super) struct JudgeArgs {
    #[command(flatten)]
    selection: Selection,

    #[command(flatten)]
    candidate: CandidateArgs,

    /// The clock rule that the solution goes by
    #[arg(long, value_name = "RULE", default_value = "monotone")]
    clock: Rule,

    /// Judge by these suites, or by those in these folders, instead of the built-in ones
    #[arg(long = "suite", value_name = "FILE|DIR")]
    suites: Vec<PathBuf>,

    /// Add N random lists from a new seed, to which no solution can be tuned
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=100_000))]
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
pub(super) fn judge(args: &JudgeArgs) -> Result<(), Failure> {
    let mut cases = args.selection.cases(&args.suites, Some(args.clock.into()))?;
    cases.retain(|case| case.max_time(&Records) <= args.candidate.max_time);
    let seed = args.seed.unwrap_or_else(new_seed);
    if args.fresh > 0 {
        args.showing.print(&format!("{} fresh lists from seed {seed}\n", args.fresh))?;
    }
    if args.watch {
        return args.watch(&cases, seed);
    }
    let mut candidate = args.candidate.candidate(&args.command, &args.limits);
    args.showing.judge(&mut *candidate, args.with_fresh(&cases, seed), &args.command.join(" "))
}

impl JudgeArgs {
    /// The cases, and random lists of a seed among them, behind those of the level that is being worked on. They are
    /// drawn one by one.
    fn with_fresh<'c>(&'c self, cases: &'c [Case], seed: u64) -> impl Iterator<Item = Cow<'c, Case>> {
        let level = self.selection.level_of_solution().number();
        let options = ListOptions {
            max_time: self.candidate.max_time,
            ..ListOptions::new(&Records, level, self.clock.into())
        };
        let rest = self.candidate.again(options.clock, &self.command);
        let fresh = (0..self.fresh).map(move |number| {
            let seed = seed.wrapping_add(number);
            let again = format!("rewind hunt --level {level} --seed {seed} --cases 1{rest}");
            Cow::Owned(fresh_case(seed, options, &again))
        });
        let of_level = cases.iter().take_while(|case| case.level == level).count();
        let (first, others) = cases.split_at(of_level);
        first.iter().map(Cow::Borrowed).chain(fresh).chain(others.iter().map(Cow::Borrowed))
    }

    /// Judges, and again whenever a file is saved, until a person has had enough; the last verdict counts.
    fn watch(&self, cases: &[Case], seed: u64) -> Result<(), Failure> {
        if !(io::stdout().is_terminal() && io::stdin().is_terminal()) {
            return Err(Failure::Usage("--watch needs a terminal".to_owned()));
        }
        let mut watch = Watch::begin(&self.command)?;
        loop {
            let Watched { shown, verdict, mut wish } = self.judge_watched(&mut watch, cases, seed)?;
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
        }
    }

    /// Judges once, on a thread of its own, with an eye on keys and saves.
    fn judge_watched(&self, watch: &mut Watch, cases: &[Case], seed: u64) -> Result<Watched, Failure> {
        watch.begin_run();
        let (sender, failures) = channel();
        let notes = Notes::default();
        let stopping = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let worker = scope.spawn(|| {
                let mut candidate =
                    self.candidate.noted_candidate(&self.command, &self.limits, notes.clone());
                judge::judge(&Records, &mut *candidate, self.with_fresh(cases, seed), |level, case| {
                    // Nobody need listen: what has been judged stands in the report.
                    let _ = sender.send(judge::report::case(level, case, true));
                    if stopping.load(Ordering::Relaxed) {
                        ControlFlow::Break(())
                    } else {
                        ControlFlow::Continue(())
                    }
                })
            });
            let (mut shown, mut judged, mut wish) = (String::new(), 0, Ok(None));
            while !worker.is_finished() {
                for failure in failures.try_iter() {
                    judged += 1;
                    shown.push_str(&failure);
                }
                if matches!(wish, Ok(None)) {
                    let drawn = watch.draw(&shown, &format!("{judged} cases"));
                    wish = drawn
                        .and_then(|()| watch.wish(TICK))
                        .map(|wish| wish.filter(|wish| wish.breaks_off()));
                } else {
                    stopping.store(true, Ordering::Relaxed);
                    judge::end_running();
                    std::thread::sleep(TICK);
                }
            }
            shown.extend(failures.try_iter());
            let report = worker.join().map_err(|_| Failure::Bug("the judge panicked".to_owned()))?;
            let head = match &report.cannot_start {
                Some(cannot) => judge::report::cannot_start(cannot),
                None => judge::report::summary(&report, &Records),
            };
            let notes: String = notes.told().iter().map(|note| format!("note: {note}\n")).collect();
            let shown = format!("{head}{notes}\n{shown}");
            Ok(Watched { shown, verdict: ended(report), wish: wish? })
        })
    }
}
