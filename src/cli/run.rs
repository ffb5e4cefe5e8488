//! `rewind run`: queries in, answers out.

mod lines;
mod record;

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use bumpalo::Bump;
use clap::ValueEnum;

use super::Failure;
use super::base::{self, Base, HeldAnswers};
use super::closed;
use super::input::Input;
use super::report::report;
use super::store_args::StoreArgs;
use crate::db::{Database, Pending};
use crate::judge::TimeRule;
use crate::query::Level;
use crate::script::{self, Answers, Faults, Format, InputKind, Rules, plain, typed_in_place_of_json};
use crate::time::ClockRule;
use lines::{LineAnswers, run_lines};
use record::run_record;

/// A list with more queries than this is not drawn as a table unless that is asked for.
const TABLE_BY_ITSELF: usize = 200;
/// Nor then with more than this: a table is held in memory until all of its rows are known.
pub(super) const LONGEST_TABLE: usize = 100_000;

/// Answer lists of queries, JSON Lines of queries, or the cases of suites
///
/// Each file is answered on a fresh database, or with --store one after the other on that one. Of several files each has
/// an array of answers.
#[derive(clap::Args)]
pub(super) struct RunArgs {
    /// The files of queries; - is standard input
    #[arg(value_name = "FILE|-", required = true)]
    files: Vec<PathBuf>,

    /// Refuse operations above this level [default: a suite's own level, else the last]
    #[arg(long, value_name = "N", value_parser = closed::level())]
    level: Option<Level>,

    /// What timestamps may do [default: a suite's or a store's own rule, else monotone]
    #[arg(long, value_name = "RULE")]
    clock: Option<Rule>,

    /// How answers are written [default: on a terminal a table, or text for JSON Lines and more than 200 queries;
    /// else json, or jsonl for JSON Lines]
    #[arg(long, value_name = "FORMAT", value_parser = closed::format())]
    format: Option<Format>,

    /// Ask a record of `rewind serve --record` again, and compare the answers with those it has
    #[arg(long, conflicts_with = "format")]
    check: bool,

    #[command(flatten)]
    pub(super) storing: StoreArgs,
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

/// Answers the files.
pub(super) fn run(args: &RunArgs) -> Result<(), Failure> {
    args.check()?;
    let mut base = Base::new(&args.storing, args.rules());
    let ran = args.files.iter().try_for_each(|file| {
        base.begin_file();
        args.run_file(file, &mut base)
    });
    // What took effect is kept, whatever came of the rest.
    ended(ran, base.close())
}

impl RunArgs {
    fn rules(&self) -> Rules {
        Rules { level: self.level, clock: self.clock.map(ClockRule::from) }
    }

    fn is_one(&self) -> bool {
        self.files.len() == 1
    }

    /// Tells what is wrong with one of several files before any is answered, as far as that shows.
    fn check(&self) -> Result<(), Failure> {
        if self.is_one() {
            return Ok(());
        }
        if self.files.iter().filter(|file| is_standard_input(file)).count() > 1 {
            return Err(Failure::Usage("standard input can be read once".to_owned()));
        }
        for file in self.files.iter().filter(|file| !is_standard_input(file)) {
            match file.metadata() {
                Err(error) => {
                    let name = plain(&file.display().to_string());
                    return Err(Failure::Usage(format!("cannot open {name}: {error}")));
                }
                Ok(found) if found.is_file() && self.storing.store.is_some() => {
                    self.check_kind(Input::open(file)?.kind()?)?;
                }
                Ok(_) => {}
            }
        }
        Ok(())
    }

    fn check_kind(&self, kind: InputKind) -> Result<(), Failure> {
        if kind == InputKind::Suite && self.storing.store.is_some() {
            let message =
                "each case of a suite is answered on a fresh database: --store is for a list or JSON Lines";
            return Err(Failure::Usage(message.to_owned()));
        }
        Ok(())
    }

    fn run_file(&self, file: &Path, base: &mut Base<'_>) -> Result<(), Failure> {
        let mut input = Input::open(file)?;
        let kind = input.kind()?;
        self.check_kind(kind)?;
        if self.check && kind != InputKind::Record {
            let message =
                format!("{} is no record of `rewind serve --record`: --check compares such", input.name);
            return Err(Failure::Usage(message));
        }
        if !self.is_one() && !self.check {
            self.head(&input.name)?;
        }
        match kind {
            InputKind::Record => {
                let answers = if self.check {
                    record::Answers::Checked
                } else {
                    let held = HeldAnswers::default();
                    let out = output(self.format_of_list(), Format::Jsonl, None, Box::new(held.clone()))?;
                    record::written(out, held)
                };
                run_record(input, base.database()?, self.rules().level(), answers)
            }
            InputKind::Suite => run_suite(input, self.rules(), self.format),
            InputKind::List => self.run_list(input, base),
            InputKind::Lines => {
                let held = HeldAnswers::default();
                let out = output(self.format_of_list(), Format::Jsonl, None, Box::new(held.clone()))?;
                run_lines(
                    input,
                    base.database()?,
                    self.rules().level(),
                    Pending::new(LineAnswers { out, held }),
                )
            }
        }
    }

    fn run_list(&self, input: Input, base: &mut Base<'_>) -> Result<(), Failure> {
        let source = Source::read(input)?;
        let (text, arena) = (source.text()?, Bump::new());
        // A list that is refused makes no store; one that is there tells the time.
        let read = script::read_list(text, &arena, self.rules().level(), base.context()?);
        let requests =
            read.map_err(|faults| source.refuse(&typed_in_place_of_json(text).unwrap_or(faults)))?;
        let mut out = output(self.format_of_list(), Format::Json, Some(requests.len()), stdout())?;
        let answered = base::answer_list(base.database()?, &requests, &mut *out);
        let answered = answered.and_then(|()| out.finish().map_err(Failure::Output));
        if self.is_one() {
            // The process ends here: giving a million queries back one by one would only take time.
            std::mem::forget(requests);
        }
        answered
    }

    /// How the answers to a list are written. Of several files each has an array.
    fn format_of_list(&self) -> Option<Format> {
        match self.format {
            Some(Format::Jsonl) if !self.is_one() => Some(Format::Json),
            None if !self.is_one() && !io::stdout().is_terminal() => Some(Format::Json),
            format => format,
        }
    }

    /// Names a file above its answers, where people read them.
    fn head(&self, name: &str) -> Result<(), Failure> {
        let is_for_people = match self.format {
            Some(format) => matches!(format, Format::Text | Format::Table),
            None => io::stdout().is_terminal(),
        };
        if !is_for_people {
            return Ok(());
        }
        let mut out = anstream::stdout();
        let head = anstyle::Style::new().bold();
        let written = writeln!(out, "{head}{name}{head:#}").and_then(|()| out.flush());
        written.map_err(Failure::Output)
    }
}

fn is_standard_input(file: &Path) -> bool {
    file.as_os_str() == "-"
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
