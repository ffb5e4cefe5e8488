//! The solution that is judged: that of a kit, a file as it stands, or whatever a command starts.
//!
//! Invariants: an option says more than `rewind.toml`, and that more than what is usual; nothing is started before
//! it is built.
//!
//! ```text
//!   (nothing), KIT ──► rewind.toml ──┐
//!   mine.py ─────────► own adapter ──┼─► Solution ─► build, candidate, the words that judge it again
//!   -- COMMAND ──────────────────────┘
//! ```

mod settings;
mod target;

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::candidate_args::{CandidateArgs, LimitArgs};
use super::manifest::{self, Manifest};
use super::quote::quote;
use super::{Failure, adapter, say};
use crate::judge::{
    BuildError, Candidate, Launch, Limits, Notes, Protocol, Report, SpawnError, TimeRule, adopt_orphans,
    build, candidate, noted_candidate,
};
use crate::query::{Language, Level};
use crate::script::plain;
use crate::track::records::Records;
pub(super) use settings::Asked;
use target::JudgeTarget;

/// Who is judged, and how.
pub(super) struct Solution {
    pub(super) launch: Launch,
    protocol: Protocol,
    limits: Limits,
    build: Option<String>,
    build_limit: Duration,
    /// What a file says.
    pub(super) told: Manifest,
    /// No time beyond this is used.
    pub(super) max_time: u64,
    /// The folders that it is edited in, where they are known.
    pub(super) folders: Vec<PathBuf>,
    /// Is it told by a `rewind.toml`?
    pub(super) has_manifest: bool,
    /// Options and words that name it, as they were typed.
    again: String,
}

impl Solution {
    /// The solution that is meant.
    pub(super) fn of(args: &CandidateArgs, limits: &LimitArgs) -> Result<Self, Failure> {
        adopt_orphans();
        let again = again(args);
        let (told, launch, folders) = match JudgeTarget::of(args)? {
            JudgeTarget::Command => (Manifest::default(), Launch::from(&args.command), Vec::new()),
            JudgeTarget::Kit(folder) => {
                let manifest = Manifest::read(&folder.join(manifest::NAME))?;
                let launch = in_folder(&manifest.run, &folder)?;
                (manifest, launch, vec![folder])
            }
            JudgeTarget::File { file, program, name, text } => {
                let adapter = adapter::write(name, text)?;
                let words =
                    [Path::new(program), &adapter, &file].map(|word| word.to_string_lossy().into_owned());
                let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
                let folder = folder.unwrap_or(Path::new(".")).to_owned();
                let told = Manifest { protocol: Some(Protocol::Session), ..Manifest::default() };
                (told, Launch::from(&words), vec![folder])
            }
        };
        let limits = limits.or(told.limits);
        Ok(Self {
            has_manifest: !told.run.is_empty(),
            launch,
            protocol: args.protocol.or(told.protocol).unwrap_or(Protocol::List),
            limits: limits.into(),
            build: args.build.clone().or_else(|| told.build.clone()),
            build_limit: limits.build(),
            max_time: args.max_time.or(told.max_time).unwrap_or(u64::MAX),
            folders,
            again,
            told,
        })
    }

    /// Tells what is started, and how, where that is not what was typed.
    pub(super) fn introduce(&self, args: &CandidateArgs, level: Level) {
        let what = match &args.target[..] {
            _ if !args.command.is_empty() => return,
            [] => manifest::NAME.to_owned(),
            [target] if self.has_manifest => kit_folder(target).join(manifest::NAME).display().to_string(),
            [target, ..] => target.display().to_string(),
        };
        let how = if self.has_manifest { self.command() } else { "by the program's own adapter".to_owned() };
        say(&(plain(&format!("{what}  {how}, {}, level {level}", self.protocol)) + "\n"));
    }

    /// The command that starts it, as it was written.
    pub(super) fn command(&self) -> String {
        match &self.launch.words[..] {
            [shell, flag, text] if shell == "sh" && flag == "-c" => text.clone(),
            words => words.join(" "),
        }
    }

    /// Is there something to build?
    pub(super) fn is_built(&self) -> bool {
        self.build.is_some()
    }

    /// Builds it.
    pub(super) fn build(&self) -> Result<(), Box<Unbuilt>> {
        let Some(command) = &self.build else { return Ok(()) };
        let unbuilt = |why, errors, failure| {
            Err(Box::new(Unbuilt { command: command.clone(), cannot: SpawnError { why, errors }, failure }))
        };
        match build(command, self.launch.folder.as_deref(), self.build_limit) {
            Ok(()) => Ok(()),
            Err(BuildError::NotStarted(SpawnError { why, errors })) => {
                unbuilt(why, errors, Failure::NotBuilt)
            }
            Err(BuildError::Failed { why, output }) => {
                unbuilt(format!("the build failed: {why}"), output, Failure::Negative)
            }
        }
    }

    /// What comes next where a level is passed that `rewind.toml` names; an empty string where it names none.
    pub(super) fn next(&self, level: Level) -> String {
        let next = Language::records().level(level.number() + 1);
        let next = next.filter(|next| self.has_manifest && *next <= Language::records().exercise());
        next.map_or_else(String::new, |next| {
            let (file, again) = (manifest::NAME, plain(&self.again));
            format!("next: level = {next} in {file}, or `rewind judge --level {next}{again}`\n")
        })
    }

    /// The candidate that it is. Nothing is started yet.
    pub(super) fn candidate(&self) -> Box<dyn Candidate> {
        // What is found out about it is told as it is found.
        self.noted_candidate(Notes::to(|line| say(&format!("note: {line}\n"))))
    }

    /// The same, where what is found out about it is told elsewhere.
    pub(super) fn noted_candidate(&self, notes: Notes) -> Box<dyn Candidate> {
        noted_candidate(&Records, self.protocol, self.launch.clone(), self.limits, notes)
    }

    /// Another candidate, whose command is one text, as a shell reads it.
    pub(super) fn other(&self, command: &str) -> Box<dyn Candidate> {
        candidate(&Records, self.protocol, &["sh", "-c", command].map(str::to_owned), self.limits)
    }

    /// The options, the limits aside, that run it again as it was run, and who it is; as a shell reads them.
    pub(super) fn again(&self, clock: TimeRule) -> String {
        let clock = if clock == TimeRule::Free { " --clock free" } else { "" };
        format!("{clock}{}", self.again)
    }
}

/// A command of a `rewind.toml`, run in its folder.
fn in_folder(words: &[String], folder: &Path) -> Result<Launch, Failure> {
    let cannot =
        |error| Failure::Usage(format!("cannot find {}: {error}", plain(&folder.display().to_string())));
    let folder = folder.canonicalize().map_err(cannot)?;
    let mut words = words.to_vec();
    // A name with no `/` in it is looked for where programs lie.
    if let Some(program) = words.first_mut().filter(|program| program.contains('/')) {
        *program = folder.join(&*program).to_string_lossy().into_owned();
    }
    Ok(Launch { words, folder: Some(folder) })
}

/// The folder of the kit that a path names, which may be its `rewind.toml`.
fn kit_folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if path.ends_with(manifest::NAME) && path.is_file() => folder,
        _ => path,
    }
}

/// What was typed of who is judged.
fn again(args: &CandidateArgs) -> String {
    let mut text = String::new();
    if let Some(protocol) = args.protocol {
        text.push_str(&format!(" --protocol {protocol}"));
    }
    if let Some(build) = &args.build {
        text.push_str(&format!(" --build {}", quote(build)));
    }
    if let Some(max_time) = args.max_time {
        text.push_str(&format!(" --max-time {max_time}"));
    }
    for target in &args.target {
        text.push_str(&format!(" {}", quote(&target.to_string_lossy())));
    }
    if !args.command.is_empty() {
        let words: Vec<_> = args.command.iter().map(|word| quote(word)).collect();
        text.push_str(&format!(" -- {}", words.join(" ")));
    }
    text
}

/// A build that did not come to a good end.
pub(super) struct Unbuilt {
    command: String,
    /// Why, and what it said.
    cannot: SpawnError,
    pub(super) failure: Failure,
}

impl Unbuilt {
    /// As it is shown.
    pub(super) fn text(&self) -> String {
        let bad = anstyle::AnsiColor::Red.on_default().bold();
        let mut text = format!("{bad}{}{bad:#}\n  {}\n", self.cannot.why, plain(&self.command));
        for line in self.cannot.errors.lines() {
            text.push_str(&format!("  | {}\n", plain(&line.replace('\t', "    "))));
        }
        text
    }

    /// What reports say of it.
    pub(super) fn report(&self) -> Report {
        let SpawnError { why, errors } = self.cannot.clone();
        let cannot = SpawnError { why: format!("{why}\n  {}", self.command), errors };
        Report { cannot_start: Some(cannot), is_partial: true, ..Report::default() }
    }
}
