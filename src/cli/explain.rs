//! `rewind explain`: a list step by step, with the rule that decided each query; as text, as JSON, or as a page.

mod printer;
pub(super) mod text;

use std::fs::File;
use std::io::{self, BufRead, BufWriter};
use std::path::{Path, PathBuf};

use bumpalo::Bump;

use super::Failure;
use super::closed;
use super::find_case::find_case;
use super::input::{Input, unreadable};
use super::report::report;
use super::run::{Rule, Source};
use crate::query::Level;
use crate::script::{self, Format, InputKind, LineReader, Rules, Suite, SuiteCase, plain};
use crate::time::{Backwards, ClockRule};
use crate::trace::{Page, Step, Tracer};
use crate::track::records::FILES;
use crate::wire::Request;
use printer::Printer;

/// Show step by step what each query does: its answer, the rule that decided it, and what is live after it
#[derive(clap::Args)]
pub(super) struct ExplainArgs {
    /// The file of queries; - is standard input [default: the built-in suites, of which --case names a case]
    #[arg(value_name = "FILE|-", required_unless_present = "case")]
    file: Option<PathBuf>,

    /// Of a suite only the case of this number or name, those with this text in their names, or those whose names a
    /// /pattern/ matches
    #[arg(long, value_name = "CASE")]
    case: Option<String>,

    /// Refuse operations above this level [default: a suite's own level, else the last]
    #[arg(long, value_name = "N", value_parser = closed::level())]
    level: Option<Level>,

    /// What timestamps may do [default: a suite's own rule, else monotone]
    #[arg(long, value_name = "RULE")]
    clock: Option<Rule>,

    /// How steps are written
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = closed::format_of(["text", "json", "jsonl"]))]
    format: Format,

    /// Write one page for a browser into this file instead, - is standard output; it needs no network
    #[arg(long, value_name = "FILE", conflicts_with = "format")]
    html: Option<PathBuf>,
}

/// Explains the input.
pub(super) fn explain(args: &ExplainArgs) -> Result<(), Failure> {
    let rules = Rules { level: args.level, clock: args.clock.map(ClockRule::from) };
    let mut sink = Sink::of(args);
    let Some(file) = &args.file else {
        explain_builtin(rules, args.case.as_deref().unwrap_or_default(), &mut sink)?;
        return sink.finish();
    };
    let mut input = Input::open(file)?;
    match (input.kind()?, &args.case) {
        (InputKind::Suite, case) => explain_suite(input, rules, case.as_deref(), &mut sink)?,
        (_, Some(_)) => {
            let message = format!("{} has no cases: --case is for a suite", input.name);
            return Err(Failure::Usage(message));
        }
        (InputKind::List, None) => explain_list(input, rules, &mut sink)?,
        (InputKind::Record, _) => {
            let message = "a record has many sessions, of which `rewind run` asks each: explain takes a list";
            return Err(Failure::Usage(message.to_owned()));
        }
        (InputKind::Lines, None) => explain_lines(input, rules, &mut sink)?,
    }
    sink.finish()
}

fn explain_list(input: Input, rules: Rules, sink: &mut Sink) -> Result<(), Failure> {
    let source = Source::read(input)?;
    let arena = Bump::new();
    let read =
        script::read_list(source.text()?, &arena, rules.level(), script::Context::fresh(rules.clock()));
    let requests = read.map_err(|faults| source.refuse(&faults))?;
    sink.begin(None, &source.name, rules.clock())?;
    explain_requests(&requests, rules.clock(), sink)
}

fn explain_suite(input: Input, rules: Rules, name: Option<&str>, sink: &mut Sink) -> Result<(), Failure> {
    let source = Source::read(input)?;
    let arena = Bump::new();
    let read = script::read_suite(source.text()?, &arena, rules);
    let suite = read.map_err(|faults| source.refuse(&faults))?;
    explain_cases(std::slice::from_ref(&suite), rules, name, &source.name, sink)
}

/// Explains a case of the built-in suites, of which the others may be read by their own rules alone.
fn explain_builtin(rules: Rules, name: &str, sink: &mut Sink) -> Result<(), Failure> {
    let arena = Bump::new();
    let read = |(file, text): &(&str, &'static str)| {
        let broken = |faults: script::Faults| Failure::Bug(format!("{} faults in {file}", faults.count()));
        script::read_suite(text, &arena, Rules::default()).map_err(broken)
    };
    let suites = FILES.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    explain_cases(&suites, rules, Some(name), "", sink)
}

/// Explains the cases of suites, or those of a name.
fn explain_cases(
    suites: &[Suite<'_>],
    rules: Rules,
    name: Option<&str>,
    file: &str,
    sink: &mut Sink,
) -> Result<(), Failure> {
    let all = suites.iter().flat_map(|suite| suite.cases.iter().map(move |case| (case, suite)));
    let all: Vec<_> = (1..).zip(all).collect();
    let chosen = name
        .map_or(Ok(all.clone()), |name| find_case(all, |(number, (case, _))| (*number, &case.name), name))?;
    for (number, (case, suite)) in chosen {
        let clock = clock_of(suite, rules).map_err(|why| {
            let name = plain(&case.name);
            Failure::Usage(format!("case {number}, \"{name}\", {why}"))
        })?;
        sink.begin(Some(case), file, clock)?;
        explain_requests(&case.requests, clock, sink)?;
    }
    Ok(())
}

/// The clock rule by which the cases of a suite are explained, or why they are not by these rules.
fn clock_of(suite: &Suite<'_>, rules: Rules) -> Result<ClockRule, String> {
    let level = suite.level;
    match rules.clock.unwrap_or(suite.clock) {
        _ if rules.level.is_some_and(|open| open < level) => {
            Err(format!("is of level {level}\n  = help: --level {level} opens it"))
        }
        ClockRule::Monotone if suite.clock == ClockRule::Free => {
            Err("goes by the free rule\n  = help: --clock free, or no --clock".to_owned())
        }
        clock => Ok(clock),
    }
}

fn explain_requests(requests: &[Request<'_>], clock: ClockRule, sink: &mut Sink) -> Result<(), Failure> {
    let mut tracer = Tracer::new(clock);
    requests.iter().try_for_each(|request| {
        let step = tracer.step(request).map_err(unchecked)?;
        sink.step(step, &tracer)
    })
}

/// Explains line by line, as they come.
fn explain_lines(input: Input, rules: Rules, sink: &mut Sink) -> Result<(), Failure> {
    let name = input.name.clone();
    sink.begin(None, &name, rules.clock())?;
    let mut tracer = Tracer::new(rules.clock());
    let mut lines =
        LineReader::new(input.into_stream(), rules.level(), script::Context::fresh(rules.clock()));
    while let Some(step) = next(&mut lines, &mut tracer, &name, sink)? {
        sink.step(step, &tracer)?;
        if lines.is_drained() {
            sink.flush()?;
        }
    }
    Ok(())
}

/// The step of the next line. What came before the first mistake stands.
fn next<R: BufRead>(
    lines: &mut LineReader<R>,
    tracer: &mut Tracer,
    name: &str,
    sink: &mut Sink,
) -> Result<Option<Step>, Failure> {
    let Some(read) = lines.read().map_err(|error| unreadable(name, &error))? else { return Ok(None) };
    match read {
        Ok(query) => tracer.step(&query).map(Some).map_err(unchecked),
        Err(fault) => {
            sink.stop()?;
            report(name, &fault.text, fault.line, &fault.faults);
            Err(Failure::Refused)
        }
    }
}

fn unchecked(backwards: Backwards) -> Failure {
    Failure::Bug(format!("a query was not checked: {backwards}"))
}

/// Where steps go.
enum Sink {
    Printed(Printer<BufWriter<io::StdoutLock<'static>>>),
    Page(Page, PathBuf),
}

impl Sink {
    fn of(args: &ExplainArgs) -> Self {
        if let Some(path) = &args.html {
            return Self::Page(Page::default(), path.clone());
        }
        let color = anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never;
        let out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        Self::Printed(Printer::new(out, args.format, color))
    }

    /// Begins a list or, of a suite, a case.
    fn begin(&mut self, case: Option<&SuiteCase<'_>>, file: &str, clock: ClockRule) -> Result<(), Failure> {
        match self {
            Self::Printed(printer) => printer.begin(case.map(|case| (&*case.name, &*case.why)))?,
            Self::Page(page, _) => {
                let file = file.rsplit(['/', '\\']).next().unwrap_or(file);
                let (name, why) = case.map_or((file, ""), |case| (&case.name, &case.why));
                page.begin(name, why, clock);
            }
        }
        Ok(())
    }

    fn step(&mut self, step: Step, tracer: &Tracer) -> Result<(), Failure> {
        match self {
            Self::Printed(printer) => Ok(printer.step(step, tracer)?),
            Self::Page(page, _) => page.add(&step).map_err(|too_large| {
                let help = "explain a shorter list, or of a suite one case with --case NAME";
                Failure::Usage(format!("{too_large}\n  = help: {help}"))
            }),
        }
    }

    fn flush(&mut self) -> Result<(), Failure> {
        if let Self::Printed(printer) = self { Ok(printer.flush()?) } else { Ok(()) }
    }

    /// Ends early: what is printed stands, a page is not written.
    fn stop(&mut self) -> Result<(), Failure> {
        if let Self::Printed(printer) = self { Ok(printer.finish()?) } else { Ok(()) }
    }

    fn finish(mut self) -> Result<(), Failure> {
        match &self {
            Self::Printed(_) => self.stop(),
            Self::Page(page, path) => write_page(page, path),
        }
    }
}

fn write_page(page: &Page, path: &Path) -> Result<(), Failure> {
    if path.as_os_str() == "-" {
        return Ok(page.write(BufWriter::new(io::stdout().lock()))?);
    }
    let written = File::create(path).and_then(|file| page.write(BufWriter::new(file)));
    written.map_err(|error| {
        let name = path.display().to_string().escape_debug().to_string();
        Failure::Output(io::Error::new(error.kind(), format!("{name}: {error}")))
    })
}
