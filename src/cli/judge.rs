//! `rewind judge`: the suites on somebody's own solution.

use std::borrow::Cow;
use std::io::{self, IsTerminal};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use super::Failure;
use super::candidate_args::{CandidateArgs, LimitArgs, new_seed};
use super::hunt::is_promised;
use super::run::Rule;
use super::solution::{Asked, Solution};
use super::suites::{Selection, Showing, about, ended};
use super::watch::{TICK, Watch, Wish};
use crate::judge::report::About;
use crate::judge::{self, Case, ListOptions, Notes, Report, fresh_case};
use crate::track::records::Records;

/// Judge a solution in any language by the built-in suites
#[derive(clap::Args)]
#[command(after_help = VERDICTS)]
pub(super) struct JudgeArgs {
    #[command(flatten)]
    selection: Selection,

    #[command(flatten)]
    candidate: CandidateArgs,

    /// Count the cases too that break a promise of the exercise, and draw such lists
    #[arg(long)]
    strict: bool,

    /// The clock rule that the solution goes by: it matters beyond the promises only [default: monotone]
    #[arg(long, value_name = "RULE")]
    clock: Option<Rule>,

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

    #[command(flatten)]
    limits: LimitArgs,
}

/// The verdicts, as `--help` tells them.
const VERDICTS: &str = "\
Verdicts: AC accepted, WA wrong answer, TLE time, MLE memory, OLE output limit exceeded, RTE runtime
error, NS operation not supported, PE wrong shape.

In the folder of a kit, `rewind judge` alone is enough; from outside it: rewind judge kit. A solution in
Python, JavaScript or TypeScript is judged as it stands: rewind judge mine.py. Any other program by the
command that starts it, after --, as in: rewind judge --level 2 -- ./my-solution";

/// What came of judging once, while it was watched.
struct Watched {
    /// What is to be shown.
    shown: String,
    verdict: Result<(), Failure>,
    /// What broke it off, if anything did.
    wish: Option<Wish>,
}

/// What is to be judged.
struct Chosen {
    cases: Vec<Case>,
    /// Are not all meant that decide about their levels?
    is_partial: bool,
}

/// Judges the solution.
pub(super) fn judge(mut args: JudgeArgs) -> Result<(), Failure> {
    let solution = Solution::of(&args.candidate, &args.limits)?;
    let asked = Asked { level: args.selection.level, clock: args.clock, strict: args.strict };
    args.selection.level = args.selection.level.or(solution.told.level);
    args.clock = args.clock.or(solution.told.clock);
    args.strict |= solution.told.strict;
    let chosen = args.chosen(&solution)?;
    let seed = args.seed.unwrap_or_else(new_seed);
    if args.watch {
        return args.watch(&solution, &chosen, seed);
    }
    solution.introduce(&args.candidate, args.selection.level_of_solution());
    if args.fresh > 0 {
        args.showing.print(&format!("{} fresh lists from seed {seed}\n", args.fresh))?;
    }
    let drawn_from = Some(seed).filter(|_| args.fresh > 0);
    let settings = solution.settings(&args.candidate, &args.limits, &asked);
    let about = About { settings, ..about(&solution.command(), args.clock().into(), drawn_from) };
    if let Err(unbuilt) = solution.build() {
        args.showing.print(&unbuilt.text())?;
        args.showing.write(&unbuilt.report(), &about)?;
        return Err(unbuilt.failure);
    }
    let fresh = args.with_fresh(&solution, &chosen.cases, seed);
    let next = solution.next(args.selection.level_of_solution());
    args.showing.judge(&mut *solution.candidate(), fresh, chosen.is_partial, (&about, &next))
}

/// How many cases decide.
fn deciding(cases: &[Case]) -> usize {
    cases.iter().filter(|case| case.breaks.is_none()).count()
}

impl JudgeArgs {
    fn clock(&self) -> Rule {
        self.clock.unwrap_or(Rule::Monotone)
    }

    /// The cases that are meant, of which some must decide.
    fn chosen(&self, solution: &Solution) -> Result<Chosen, Failure> {
        let mut cases = self.selection.cases(&self.suites, Some(self.clock().into()), self.strict)?;
        let all = deciding(&cases);
        cases.retain(|case| case.max_time(&Records) <= solution.max_time);
        let left = deciding(&cases);
        if left == 0 && self.fresh == 0 {
            let why = match all {
                0 => "what is meant lies beyond the exercise\n  = help: --strict makes it count",
                _ => "--max-time leaves out everything",
            };
            return Err(Failure::Usage(format!("nothing to judge: {why}")));
        }
        Ok(Chosen { cases, is_partial: self.selection.is_partial(&self.suites) || left < all })
    }

    /// The cases, and random lists of a seed among them, behind those of the level that is being worked on. They are
    /// drawn one by one.
    fn with_fresh<'c>(
        &'c self,
        solution: &Solution,
        cases: &'c [Case],
        seed: u64,
    ) -> impl Iterator<Item = Cow<'c, Case>> {
        let level = self.selection.level_of_solution().number();
        let options = ListOptions {
            max_time: solution.max_time,
            promised: is_promised(level, self.strict),
            ..ListOptions::new(&Records, level, self.clock().into())
        };
        let (rest, strict) = (solution.again(options.clock), if self.strict { " --strict" } else { "" });
        let fresh = (0..self.fresh).map(move |number| {
            let seed = seed.wrapping_add(number);
            let again = format!("rewind hunt --level {level}{strict} --seed {seed} --cases 1{rest}");
            Cow::Owned(fresh_case(seed, options, &again))
        });
        let of_level = cases.iter().take_while(|case| case.level == level && case.breaks.is_none()).count();
        let (first, others) = cases.split_at(of_level);
        first.iter().map(Cow::Borrowed).chain(fresh).chain(others.iter().map(Cow::Borrowed))
    }

    /// Judges, and again whenever a file is saved, until a person has had enough; the last verdict counts.
    fn watch(&self, solution: &Solution, chosen: &Chosen, seed: u64) -> Result<(), Failure> {
        if !(io::stdout().is_terminal() && io::stdin().is_terminal()) {
            return Err(Failure::Usage("--watch needs a terminal".to_owned()));
        }
        let mut watch = Watch::begin(solution)?;
        loop {
            let Watched { shown, verdict, mut wish } =
                self.judge_watched(&mut watch, solution, chosen, seed)?;
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
    fn judge_watched(
        &self,
        watch: &mut Watch,
        solution: &Solution,
        chosen: &Chosen,
        seed: u64,
    ) -> Result<Watched, Failure> {
        watch.begin_run();
        let (sender, failures) = channel();
        let (notes, run) = (Notes::default(), WatchedRun::of(solution));
        std::thread::scope(|scope| {
            let worker = scope.spawn(|| self.judge_aside((solution, chosen, seed), &notes, &run, &sender));
            let wish = run.look_on(watch, &failures, || worker.is_finished());
            let judged = worker.join().map_err(|_| Failure::Bug("the judge panicked".to_owned()))?;
            let wish = wish?;
            Ok(match judged {
                Ok(report) => {
                    Watched { shown: self.told(&report, &notes, solution), verdict: ended(report), wish }
                }
                Err((shown, failure)) => Watched { shown, verdict: Err(failure), wish },
            })
        })
    }

    /// Builds and judges; failures are sent as they come.
    fn judge_aside(
        &self,
        (solution, chosen, seed): (&Solution, &Chosen, u64),
        notes: &Notes,
        run: &WatchedRun,
        sender: &Sender<String>,
    ) -> Result<Report, (String, Failure)> {
        solution.build().map_err(|unbuilt| (unbuilt.text(), unbuilt.failure))?;
        run.is_building.store(false, Ordering::Relaxed);
        let cases = self.with_fresh(solution, &chosen.cases, seed);
        let mut candidate = solution.noted_candidate(notes.clone());
        let mut report = judge::judge(&Records, &mut *candidate, cases, |level, case| {
            let decides = case.breaks.is_none();
            let shown = if decides { judge::report::case(level, case, false) } else { String::new() };
            // Nobody need listen: what has been judged stands in the report.
            let _ = sender.send(shown);
            let is_stopping = run.is_stopping.load(Ordering::Relaxed);
            if is_stopping { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        report.is_partial |= chosen.is_partial;
        Ok(report)
    }

    /// What stands on the screen when all is judged.
    fn told(&self, report: &Report, notes: &Notes, solution: &Solution) -> String {
        let next = if report.passed().is_some() {
            solution.next(self.selection.level_of_solution())
        } else {
            String::new()
        };
        let head = match &report.cannot_start {
            Some(cannot) => judge::report::cannot_start(cannot),
            None => judge::report::summary(report, &Records) + &next,
        };
        let notes: Vec<_> = notes.told().iter().map(|note| format!("note: {note}\n")).collect();
        format!("{head}{}\n{}", notes.concat(), judge::report::findings(report, self.showing.detail()))
    }
}

/// What the thread that judges and the one that looks on tell each other.
struct WatchedRun {
    is_stopping: AtomicBool,
    is_building: AtomicBool,
}

impl WatchedRun {
    fn of(solution: &Solution) -> Self {
        Self { is_stopping: AtomicBool::new(false), is_building: AtomicBool::new(solution.is_built()) }
    }

    /// Draws what is known until all is judged, or a person wishes that it ends.
    fn look_on(
        &self,
        watch: &mut Watch,
        failures: &Receiver<String>,
        is_over: impl Fn() -> bool,
    ) -> Result<Option<Wish>, Failure> {
        let (mut shown, mut judged, mut wish) = (String::new(), 0, Ok(None));
        while !is_over() {
            for failure in failures.try_iter() {
                judged += 1;
                shown.push_str(&failure);
            }
            if matches!(wish, Ok(None)) {
                let is_building = self.is_building.load(Ordering::Relaxed);
                let state = if is_building { "building…".to_owned() } else { format!("{judged} cases") };
                let drawn = watch.draw(&shown, &state).and_then(|()| watch.wish(TICK));
                wish = drawn.map(|wish| wish.filter(|wish| wish.breaks_off()));
            } else {
                self.is_stopping.store(true, Ordering::Relaxed);
                judge::end_running();
                std::thread::sleep(TICK);
            }
        }
        wish
    }
}
