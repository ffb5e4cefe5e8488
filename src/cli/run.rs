//! `rewind run`: queries in, answers out.

use std::io::{self, BufRead, BufWriter, IsTerminal, Write};
use std::path::PathBuf;

use bumpalo::Bump;
use clap::ValueEnum;

use super::Failure;
use super::base::{self, HeldAnswers};
use super::input::{Input, unreadable};
use super::report::report;
use super::store_args::StoreArgs;
use crate::db::{Database, Pending};
use crate::judge::TimeRule;
use crate::query::Level;
use crate::script::{self, Answers, Context, Faults, Format, InputKind, LineFault, LineReader, Rules};
use crate::time::ClockRule;

/// A list with more queries than this is not drawn as a table unless that is asked for.
const TABLE_BY_ITSELF: usize = 200;
/// Nor then with more than this: a table is held in memory until all of its rows are known.
pub(super) const LONGEST_TABLE: usize = 100_000;

/// Answer a list of queries, JSON Lines of queries, or the cases of a suite
#[derive(clap::Args)]
pub(super) struct RunArgs {
    /// The file of queries; - is standard input
    #[arg(value_name = "FILE|-")]
    file: PathBuf,

    /// Refuse operations above this level [default: a suite's own level, else the last]
    #[arg(long, value_name = "N", value_parser = super::level)]
    level: Option<Level>,

    /// What timestamps may do [default: a suite's or a store's own rule, else monotone]
    #[arg(long, value_name = "RULE")]
    clock: Option<Rule>,

    /// json, jsonl, text or table [default: on a terminal a table, or text for JSON Lines and more than 200 queries;
    /// else json, or jsonl for JSON Lines]
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,

    #[command(flatten)]
    storing: StoreArgs,
}

/// A clock rule, as it is named on the command line.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Rule {
    /// Time only moves forward; an operation without a timestamp happens now
    Monotone,
    /// Each timestamp is judged for itself; an operation without one ignores expiry
    Free,
}

impl From<Rule> for TimeRule {
    fn from(rule: Rule) -> Self {
        ClockRule::from(rule).into()
    }
}

impl From<Rule> for ClockRule {
    fn from(rule: Rule) -> Self {
        match rule {
            Rule::Monotone => Self::Monotone,
            Rule::Free => Self::Free,
        }
    }
}

/// Answers the input.
pub(super) fn run(args: &RunArgs) -> Result<(), Failure> {
    let rules = Rules { level: args.level, clock: args.clock.map(ClockRule::from) };
    let mut input = Input::open(&args.file)?;
    match input.kind()? {
        InputKind::Suite if args.storing.store.is_some() => {
            let message =
                "each case of a suite is answered on a fresh database: --store is for a list or JSON Lines";
            Err(Failure::Usage(message.to_owned()))
        }
        InputKind::Suite => run_suite(input, rules, args.format),
        InputKind::List => run_list(input, &args.storing, rules, args.format),
        InputKind::Lines => {
            let held = HeldAnswers::default();
            let out = output(args.format, Format::Jsonl, None, Box::new(held.clone()))?;
            let mut base = base::open(&args.storing, rules)?;
            let ran = run_lines(input, &mut base, rules.level(), Pending::new(LineAnswers { out, held }));
            // What took effect is kept, whatever came of the rest.
            let closed = base::close(base, &args.storing);
            ended(ran, closed)
        }
    }
}

/// How a run ends: a reader who has had enough does not hide that a store was not closed well.
pub(super) fn ended(ran: Result<(), Failure>, closed: Result<(), Failure>) -> Result<(), Failure> {
    match ran {
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            closed.and(Err(Failure::Output(error)))
        }
        ran => ran.and(closed),
    }
}

fn run_list(input: Input, storing: &StoreArgs, rules: Rules, format: Option<Format>) -> Result<(), Failure> {
    let source = Source::read(input)?;
    let arena = Bump::new();
    // A list that is refused makes no store; one that is there tells the time.
    let there = if storing.exists()? { Some(base::open(storing, rules)?) } else { None };
    let context = there.as_ref().map_or_else(|| Context::fresh(rules.clock()), base::context);
    let read = script::read_list(source.text()?, &arena, rules.level(), context);
    let requests = read.map_err(|faults| source.refuse(&faults))?;
    let mut out = output(format, Format::Json, Some(requests.len()), stdout())?;
    let mut base = there.map_or_else(|| base::open(storing, rules), Ok)?;
    let answered = base::answer_list(&mut base, &requests, &mut *out);
    let answered = answered.and_then(|()| out.finish().map_err(Failure::Output));
    // The process ends here: giving a million queries back one by one would only take time.
    std::mem::forget(requests);
    ended(answered, base::close(base, storing))
}

fn run_suite(input: Input, rules: Rules, format: Option<Format>) -> Result<(), Failure> {
    let source = Source::read(input)?;
    let arena = Bump::new();
    let read = script::read_suite(source.text()?, &arena, rules);
    let suite = read.map_err(|faults| source.refuse(&faults))?;
    let longest = suite.cases.iter().map(|case| case.requests.len()).max();
    let mut out = output(format, Format::Json, longest, stdout())?;
    for case in &suite.cases {
        out.begin_case(&case.name, &case.why).map_err(Failure::Output)?;
        base::answer_list(&mut Database::in_memory_with(suite.clock), &case.requests, &mut *out)?;
    }
    out.finish().map_err(Failure::Output)
}

/// The answers to lines, and where they are written.
struct LineAnswers {
    out: Box<dyn Answers>,
    held: HeldAnswers,
}

/// Answers line by line. Answers are held until what they answer is committed; that is done when no more lines are
/// waiting.
fn run_lines(
    input: Input,
    base: &mut Database,
    level: Level,
    mut pending: Pending<LineAnswers>,
) -> Result<(), Failure> {
    let name = input.name.clone();
    let mut lines = LineReader::new(input.into_stream(), level, base::context(base));
    let mut committed = 0;
    let ended = loop {
        match answer_line(&mut lines, base, &mut pending, &name) {
            Ok(true)
                if lines.is_drained()
                    || pending.measure(|answers| answers.held.len()) >= FULL
                    || lines.bytes() - committed > UNCOMMITTED =>
            {
                committed = lines.bytes();
                let LineAnswers { out, held } = pending.release(&base.commit()?);
                out.flush().map_err(Failure::Output)?;
                held.hand_on()?;
            }
            Ok(true) => {}
            Ok(false) => break Ok(()),
            Err(failure) => break Err(failure),
        }
    };
    // What came before the end stands, whatever the end was.
    let done = finish_lines(base, pending);
    match ended {
        Ok(()) => done,
        Err(LineFailure::Failed(failure)) => Err(failure),
        Err(LineFailure::Refused(fault)) => {
            done?;
            report(&name, &fault.text, fault.line, &fault.faults);
            Err(Failure::Refused)
        }
    }
}

/// Commits and tells what is pending.
fn finish_lines(base: &mut Database, mut pending: Pending<LineAnswers>) -> Result<(), Failure> {
    let LineAnswers { out, held } = pending.release(&base.commit()?);
    out.finish().map_err(Failure::Output)?;
    held.hand_on()
}

/// So many bytes of answers are held before they are committed even if more queries are waiting.
const FULL: usize = 1 << 18;

/// So many bytes of lines are committed together at most, or the last line if it has more.
const UNCOMMITTED: u64 = 1 << 20;

/// Why a line has no answer.
enum LineFailure {
    Refused(LineFault),
    Failed(Failure),
}

/// Answers the next line; `false` if there is none.
fn answer_line<R: BufRead>(
    lines: &mut LineReader<R>,
    base: &mut Database,
    pending: &mut Pending<LineAnswers>,
    name: &str,
) -> Result<bool, LineFailure> {
    let read = lines.read().map_err(|error| LineFailure::Failed(unreadable(name, &error)))?;
    let Some(request) = read else { return Ok(false) };
    let request = request.map_err(LineFailure::Refused)?;
    let mut written = Ok(());
    let applied = base.apply_pending(
        None,
        std::slice::from_ref(&request),
        pending,
        |LineAnswers { out, .. }, _, answer| {
            written = out.answer(&request, answer);
        },
    );
    applied.map_err(Failure::from).and(written.map_err(Failure::Output)).map_err(LineFailure::Failed)?;
    Ok(true)
}

/// Where answers go: what `format` asks for, or what suits a terminal or else a pipe. The number of rows is `None`
/// where it is not known beforehand.
fn output(
    format: Option<Format>,
    in_pipe: Format,
    rows: Option<usize>,
    out: Box<dyn Write>,
) -> Result<Box<dyn Answers>, Failure> {
    if format == Some(Format::Table) && rows.is_none_or(|rows| rows > LONGEST_TABLE) {
        let message = "a table is drawn when all of its rows are known: JSON Lines are answered as they come, \
                       and 100,000 queries are the most; use --format text";
        return Err(Failure::Usage(message.to_owned()));
    }
    let terminal = io::stdout().is_terminal();
    let format = format.unwrap_or(match rows {
        _ if !terminal => in_pipe,
        Some(0..=TABLE_BY_ITSELF) => Format::Table,
        _ => Format::Text,
    });
    let color = anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never;
    Ok(script::answers(format, BufWriter::with_capacity(1 << 16, out), color))
}

fn stdout() -> Box<dyn Write> {
    Box::new(io::stdout().lock())
}

/// An input that was read whole.
pub(super) struct Source {
    pub(super) name: String,
    bytes: Vec<u8>,
}

impl Source {
    pub(super) fn read(input: Input) -> Result<Self, Failure> {
        let name = input.name.clone();
        Ok(Self { name, bytes: input.read_all()? })
    }

    pub(super) fn text(&self) -> Result<&str, Failure> {
        script::decode(&self.bytes).map_err(|fault| self.refuse(&Faults::from(fault)))
    }

    /// Shows what is wrong with it.
    pub(super) fn refuse(&self, faults: &Faults) -> Failure {
        report(&self.name, &String::from_utf8_lossy(&self.bytes), 1, faults);
        Failure::Refused
    }
}
