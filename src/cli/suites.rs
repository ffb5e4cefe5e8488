//! Which cases are meant, how judging is shown, and where its reports go: what `test` and `judge` share.

use std::fs::File;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use bumpalo::Bump;

use super::Failure;
use super::input::Input;
use super::report::report;
use crate::query::Level;
use crate::script::{Rules, decode, plain, read_suite};
use crate::suite::report as shown;
use crate::suite::{Candidate, Case, Report, builtin, judge};
use crate::time::ClockRule;

/// Which cases.
#[derive(clap::Args)]
pub(super) struct Selection {
    /// The level that is being worked on: its cases come first, then those of the levels before [default: the last; for a
    /// solution, the last of the exercise]
    #[arg(long, value_name = "N")]
    pub(super) level: Option<Level>,

    /// Only cases of this name, or with this text in their name
    #[arg(long, value_name = "NAME")]
    case: Option<String>,
}

impl Selection {
    /// The level that is worked on by who has solved the exercise's.
    pub(super) fn level_of_solution(&self) -> Level {
        self.level.unwrap_or(Level::EXERCISE)
    }

    /// The built-in cases for solutions that go by a clock rule, or all of them; or those of the files and folders that
    /// are named.
    pub(super) fn cases(&self, paths: &[PathBuf], clock: Option<ClockRule>) -> Result<Vec<Case>, Failure> {
        let is_solution = paths.is_empty() && clock.is_some();
        let level = if is_solution { self.level_of_solution() } else { self.level.unwrap_or(Level::LAST) };
        let mut cases = if paths.is_empty() {
            builtin(level, clock)
                .map_err(|faults| Failure::Bug(format!("{} faults in a built-in suite", faults.count())))?
        } else {
            let mut cases = Vec::new();
            for file in files(paths)? {
                cases.extend(cases_of(&file)?);
            }
            cases.retain(|case| case.level <= level);
            cases
        };
        if let Some(name) = &self.case {
            cases = named(cases, name)?;
        }
        Ok(cases)
    }
}

/// The cases of this name; where there are none, those with it in their names.
fn named(cases: Vec<Case>, name: &str) -> Result<Vec<Case>, Failure> {
    let alike = |case: &Case| strsim::jaro_winkler(&case.name, name);
    let exact = cases.iter().any(|case| case.name == name);
    let is_meant = |case: &Case| if exact { case.name == name } else { case.name.contains(name) };
    if !cases.iter().any(is_meant) {
        let nearest = cases.iter().max_by(|a, b| alike(a).total_cmp(&alike(b)));
        let help = nearest.map(|case| format!("\n  = help: did you mean \"{}\"?", plain(&case.name)));
        let message = format!("there is no case \"{}\"{}", plain(name), help.unwrap_or_default());
        return Err(Failure::Usage(message));
    }
    Ok(cases.into_iter().filter(is_meant).collect())
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

/// The cases of a file.
pub(super) fn cases_of(path: &Path) -> Result<Vec<Case>, Failure> {
    let input = Input::open(path)?;
    let name = input.name.clone();
    let bytes = input.read_all()?;
    let refuse = |text: &str, faults| {
        report(&name, text, 1, &faults);
        Failure::Refused
    };
    let text = decode(&bytes).map_err(|fault| refuse(&String::from_utf8_lossy(&bytes), fault.into()))?;
    let arena = Bump::new();
    let suite = read_suite(text, &arena, Rules::default()).map_err(|faults| refuse(text, faults))?;
    Ok(Case::of_suite(&suite))
}

/// How judging is shown.
#[derive(clap::Args)]
pub(super) struct Showing {
    /// Write a report too, as junit=FILE, json=FILE, tap=FILE, exercism=FILE or html=FILE; - is standard output
    #[arg(long = "report", value_name = "FORM=FILE")]
    reports: Vec<Target>,

    /// So many failures of each level are shown in full, the others in a line
    #[arg(long, value_name = "N", default_value_t = 3)]
    in_full: usize,
}

/// A report, and where it goes.
#[derive(Clone)]
pub(super) struct Target {
    form: shown::Form,
    file: PathBuf,
}

impl std::str::FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (form, file) = text.split_once('=').unwrap_or((text, ""));
        if file.is_empty() {
            return Err("write a report as in junit=FILE; - is standard output".to_owned());
        }
        Ok(Self { form: form.parse()?, file: file.into() })
    }
}

impl Showing {
    /// Judges, shows each failure as it comes, and writes the reports.
    pub(super) fn judge(
        &self,
        candidate: &mut dyn Candidate,
        cases: &[Case],
        of: &str,
    ) -> Result<Report, Failure> {
        let mut written = Ok(());
        let mut shown_of_level = (None, 0);
        let report = judge(candidate, cases, |level, case| {
            if shown_of_level.0 != Some(level) {
                shown_of_level = (Some(level), 0);
            }
            shown_of_level.1 += usize::from(case.failed().is_some());
            written = self.print(&shown::case(level, case, shown_of_level.1 <= self.in_full));
            if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        written?;
        for level in &report.levels {
            self.print(&shown::level(level))?;
        }
        self.print(&shown::summary(&report))?;
        self.reports.iter().try_for_each(|target| target.write(&report, of))?;
        Ok(report)
    }

    /// Prints for people: on standard output, unless a report goes there.
    pub(super) fn print(&self, text: &str) -> Result<(), Failure> {
        if self.reports.iter().any(|target| target.file.as_os_str() == "-") {
            return Ok(anstream::stderr().write_all(text.as_bytes())?);
        }
        let mut out = anstream::stdout();
        Ok(out.write_all(text.as_bytes()).and_then(|()| out.flush())?)
    }
}

impl Target {
    fn write(&self, report: &Report, of: &str) -> Result<(), Failure> {
        let text = self.form.render(report, of);
        if self.file.as_os_str() == "-" {
            return Ok(io::stdout().write_all(text.as_bytes())?);
        }
        let written = File::create(&self.file).and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|error| {
            let message = format!("cannot write {}: {error}", self.file.display());
            Failure::Output(io::Error::new(error.kind(), message))
        })
    }
}

/// How a command ends whose verdict this is.
pub(super) fn ended(report: &Report) -> Result<(), Failure> {
    if report.is_passed() { Ok(()) } else { Err(Failure::Negative) }
}
