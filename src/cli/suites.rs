//! Which cases are meant, how judging is shown, and where its reports go: what `test` and `judge` share.

use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bumpalo::Bump;

use super::Failure;
use super::closed;
use super::find_case::find_case;
use super::input::Input;
use super::progress::Progress;
use super::quote::quote;
use super::run::Source;
use crate::judge::report as shown;
use crate::judge::{Candidate, Case, Report, TimeRule, in_order, judge};
use crate::query::{Language, Level};
use crate::script::{Rules, plain, read_suite};
use crate::time::ClockRule;
use crate::track::records::{self, Records, builtin};

/// Which cases.
#[derive(clap::Args)]
pub(super) struct Selection {
    /// The level that is being worked on: its cases come first, then those of the levels before [default: the last;
    /// for a solution, the last of the exercise]
    #[arg(long, value_name = "N", value_parser = closed::level())]
    pub(super) level: Option<Level>,

    /// Only the case of this number (as `rewind test --list` has them) or name, those with this text in their names, or
    /// those whose names a /pattern/ matches
    #[arg(long, value_name = "CASE")]
    case: Option<String>,
}

impl Selection {
    /// The level that is worked on by who has solved the exercise's.
    pub(super) fn level_of_solution(&self) -> Level {
        self.level.unwrap_or(Language::records().exercise())
    }

    /// Are not all cases meant that there are of a level?
    pub(super) fn is_partial(&self, paths: &[PathBuf]) -> bool {
        self.case.is_some() || !paths.is_empty()
    }

    /// The built-in cases for solutions that go by a clock rule, or all of them; or those of the files and folders that
    /// are named. Where `is_strict` all of them decide, whatever they break.
    pub(super) fn cases(
        &self,
        paths: &[PathBuf],
        clock: Option<ClockRule>,
        is_strict: bool,
    ) -> Result<Vec<Case>, Failure> {
        let mut cases = if paths.is_empty() {
            let mut cases = builtin(Language::records().last_level(), clock)
                .map_err(|faults| Failure::Bug(format!("{} faults in a built-in suite", faults.count())))?;
            for case in &mut cases {
                case.shown_by = Some(explained(None, case));
            }
            cases
        } else {
            let cases =
                files(paths)?.iter().map(|file| shown_cases_of(file)).collect::<Result<Vec<_>, _>>()?;
            let mut cases = cases.concat();
            for (number, case) in (1..).zip(&mut cases) {
                case.number = number;
            }
            cases
        };
        if let Some(wanted) = &self.case {
            cases = find_case(cases, |case| (case.number, &case.name), wanted)?;
        }
        if is_strict {
            for case in &mut cases {
                case.breaks = None;
            }
        }
        let is_solution = paths.is_empty() && clock.is_some();
        let level = if is_solution {
            self.level_of_solution()
        } else {
            self.level.unwrap_or(Language::records().last_level())
        };
        up_to(level, cases)
    }
}

/// The cases of the level that is being worked on, and of those before.
fn up_to(level: Level, mut cases: Vec<Case>) -> Result<Vec<Case>, Failure> {
    let lowest = cases.iter().map(|case| case.level).min();
    cases.retain(|case| case.level <= level.number());
    match lowest {
        Some(lowest) if cases.is_empty() => {
            let message = format!("nothing to judge: level {level} leaves out those of level {lowest}");
            Err(Failure::Usage(format!("{message}\n  = help: --level {lowest}")))
        }
        None => Err(Failure::Usage("nothing to judge: there is no case at all".to_owned())),
        Some(_) => Ok(in_order(cases)),
    }
}

/// The files that are named, and those below the folders that are.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let before = files.len();
            below(path, &mut files).map_err(|error| unlisted(path, &error))?;
            if files.len() == before {
                return Err(Failure::Usage(format!("no suites (*.json) below {}", path.display())));
            }
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

fn unlisted(path: &Path, error: &io::Error) -> Failure {
    Failure::Usage(format!("cannot list {}: {error}", path.display()))
}

/// The suites of a folder and of those in it, in order of their names. A link to a folder is not followed.
fn below(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries = std::fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            below(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    Ok(())
}

/// The cases of a file, and where it says that its schema lies.
pub(super) fn cases_of(path: &Path) -> Result<(Vec<Case>, Option<String>), Failure> {
    let source = Source::read(Input::open(path)?)?;
    let arena = Bump::new();
    let read = read_suite(source.text()?, &arena, Rules::default());
    let suite = read.map_err(|faults| source.refuse(&faults))?;
    Ok((records::cases_of(&suite), suite.schema))
}

/// The cases of a file, each with the command that shows it; what is read from standard input has none.
fn shown_cases_of(path: &Path) -> Result<Vec<Case>, Failure> {
    let (mut cases, _) = cases_of(path)?;
    if path.as_os_str() != "-" {
        let file = quote(&path.to_string_lossy());
        for case in &mut cases {
            case.shown_by = Some(explained(Some(&file), case));
        }
    }
    Ok(cases)
}

/// The command that shows a case step by step.
fn explained(file: Option<&str>, case: &Case) -> String {
    let file = file.map_or_else(String::new, |file| format!(" {file}"));
    // Within double quotes a shell obeys these.
    let is_plain = !case.name.contains(['"', '\\', '$', '`', '!']);
    let name = if is_plain { format!("\"{}\"", case.name) } else { quote(&case.name) };
    let clock = if case.clock == TimeRule::Free { " --clock free" } else { "" };
    format!("rewind explain{file} --case {name}{clock}")
}

/// How judging is shown.
#[derive(clap::Args)]
pub(super) struct Showing {
    /// Write a report too, as junit=FILE, json=FILE, tap=FILE, exercism=FILE, html=FILE or text=FILE; - is standard
    /// output
    #[arg(long = "report", value_name = "FORM=FILE")]
    reports: Vec<ReportTarget>,

    /// Show N cases of each finding in full
    #[arg(long, value_name = "N", default_value_t = 1)]
    in_full: usize,

    /// Name all cases of each finding
    #[arg(long)]
    all: bool,
}

/// A report, and where it goes.
#[derive(Clone)]
pub(super) struct ReportTarget {
    format: shown::ReportFormat,
    file: PathBuf,
}

impl std::str::FromStr for ReportTarget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (form, file) = text.split_once('=').unwrap_or((text, ""));
        if file.is_empty() {
            return Err("write a report as in junit=FILE; - is standard output".to_owned());
        }
        Ok(Self { format: form.parse()?, file: file.into() })
    }
}

impl Showing {
    /// Judges, shows what was found and, where all is passed, what comes `next`, and writes the reports.
    pub(super) fn judge<C: Borrow<Case>>(
        &self,
        candidate: &mut dyn Candidate,
        cases: impl IntoIterator<Item = C>,
        is_partial: bool,
        (about, next): (&shown::About, &str),
    ) -> Result<(), Failure> {
        // What cannot be written is told before anything is judged.
        let mut reports = self.opened()?;
        let mut progress = Progress::of_lists(0);
        let mut report = judge(&Records, candidate, cases, |_, _| {
            progress.step();
            ControlFlow::Continue(())
        });
        drop(progress);
        report.is_partial |= is_partial;
        self.print(&shown::findings(&report, self.detail()))?;
        if !report.levels.is_empty() {
            self.print(&shown::summary(&report, &Records))?;
        }
        if report.is_passed() && report.passed().is_some() {
            self.print(next)?;
        }
        for (target, out) in self.reports.iter().zip(&mut reports) {
            target.write(out, &report, about)?;
        }
        ended(report)
    }

    /// Writes the reports of what was not judged.
    pub(super) fn write(&self, report: &Report, about: &shown::About) -> Result<(), Failure> {
        let mut reports = self.opened()?;
        self.reports.iter().zip(&mut reports).try_for_each(|(target, out)| target.write(out, report, about))
    }

    fn opened(&self) -> Result<Vec<Box<dyn Write>>, Failure> {
        if self.reports.iter().filter(|target| target.is_standard_output()).count() > 1 {
            let message = "one report alone can go to standard output".to_owned();
            return Err(Failure::Usage(message));
        }
        let mut files = BTreeSet::new();
        if let Some(twice) = self.reports.iter().find(|target| !files.insert(&target.file)) {
            let file = plain(&twice.file.display().to_string());
            return Err(Failure::Usage(format!("two reports cannot go to one file, {file}")));
        }
        self.reports.iter().map(ReportTarget::open).collect()
    }

    /// How much of findings is shown.
    pub(super) fn detail(&self) -> shown::Detail {
        shown::Detail { in_full: self.in_full, names_all: self.all }
    }

    /// Prints for people: on standard output, unless a report goes there.
    pub(super) fn print(&self, text: &str) -> Result<(), Failure> {
        if self.reports.iter().any(ReportTarget::is_standard_output) {
            return Ok(anstream::stderr().write_all(text.as_bytes())?);
        }
        let mut out = anstream::stdout();
        Ok(out.write_all(text.as_bytes()).and_then(|()| out.flush())?)
    }
}

impl ReportTarget {
    fn is_standard_output(&self) -> bool {
        self.file.as_os_str() == "-"
    }

    fn open(&self) -> Result<Box<dyn Write>, Failure> {
        if self.is_standard_output() {
            return Ok(Box::new(io::stdout()));
        }
        let file = File::create(&self.file).map_err(|error| self.unwritten(&error))?;
        Ok(Box::new(file))
    }

    fn write(&self, out: &mut impl Write, report: &Report, about: &shown::About) -> Result<(), Failure> {
        let text = self.format.render(report, about);
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| self.unwritten(&error))
    }

    fn unwritten(&self, error: &io::Error) -> Failure {
        let name = self.file.display().to_string().escape_debug().to_string();
        Failure::Output(io::Error::new(error.kind(), format!("{name}: {error}")))
    }
}

/// What reports say of a run that begins now, with the options as they were typed.
pub(super) fn about(command: &str, clock: TimeRule, seed: Option<u64>) -> shown::About {
    let typed = std::env::args().skip(2).take_while(|word| word != "--").collect();
    shown::About { seed, options: typed, ..shown::About::new(command, SystemTime::now(), clock) }
}

/// How a command ends whose verdict this is.
pub(super) fn ended(report: Report) -> Result<(), Failure> {
    let is_passed = report.is_passed();
    match report.cannot_start {
        Some(cannot) => Err(cannot.into()),
        None if is_passed => Ok(()),
        None => Err(Failure::Negative),
    }
}
