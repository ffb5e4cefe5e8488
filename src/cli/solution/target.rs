//! Which solution is meant by what was typed, and what is said where that names none.

use std::path::{Path, PathBuf};

use super::kit_folder;
use crate::cli::Failure;
use crate::cli::candidate_args::CandidateArgs;
use crate::cli::manifest;
use crate::cli::nearest;
use crate::script::plain;
use crate::track::records::{KITS, Kit};

/// What is judged.
pub(super) enum JudgeTarget {
    /// What a command starts.
    Command,
    /// What the `rewind.toml` in a folder tells of.
    Kit(PathBuf),
    /// A file that a program runs as it stands, through an adapter with this name and text.
    File { file: PathBuf, program: &'static str, name: &'static str, text: &'static str },
}

impl JudgeTarget {
    /// What was typed.
    pub(super) fn of(args: &CandidateArgs) -> Result<Self, Failure> {
        match &args.target[..] {
            _ if !args.command.is_empty() => Ok(Self::Command),
            [] => Self::here(),
            [target] => Self::of_path(target),
            words => {
                let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
                let command = plain(&words.join(" "));
                Err(wrong(
                    "more than one solution is named",
                    &format!("a command comes after --: rewind judge -- {command}"),
                ))
            }
        }
    }

    /// The kit in this folder.
    fn here() -> Result<Self, Failure> {
        let here = Path::new(".");
        if is_there(&here.join(manifest::NAME)) {
            return Ok(Self::Kit(here.to_owned()));
        }
        let above = if is_there(&Path::new("..").join(manifest::NAME)) {
            Some("the folder above has one: rewind judge ..".to_owned())
        } else {
            lying_in(here).map(|file| format!("judge the file itself: rewind judge {file}"))
        };
        let helps = [
            above,
            Some(
                "`rewind init LANGUAGE kit` makes a kit, and `rewind judge kit` judges what you write in it"
                    .to_owned(),
            ),
            Some(
                "a solution in Python or JavaScript is judged as it stands: rewind judge mine.py".to_owned(),
            ),
            Some("any other program by the command that starts it: rewind judge -- COMMAND".to_owned()),
        ];
        let helps: Vec<_> = helps.into_iter().flatten().collect();
        Err(wrong(
            "there is no rewind.toml in this folder that tells what is judged",
            &helps.join("\n  = help: "),
        ))
    }

    /// What a path names.
    fn of_path(path: &Path) -> Result<Self, Failure> {
        let folder = kit_folder(path);
        let shown = plain(&path.display().to_string());
        if folder.is_dir() {
            if is_there(&folder.join(manifest::NAME)) {
                return Ok(Self::Kit(folder.to_owned()));
            }
            let file = lying_in(folder);
            let help = file.map_or_else(
                || format!("`rewind init LANGUAGE {shown}` writes a kit there"),
                |file| format!("judge the file itself: rewind judge {file}"),
            );
            return Err(wrong(&format!("{shown} has no rewind.toml that tells what is judged"), &help));
        }
        if !is_there(path) {
            return Err(missing(path, &shown));
        }
        Self::of_file(path, &shown)
    }

    /// A solution in a file.
    fn of_file(path: &Path, shown: &str) -> Result<Self, Failure> {
        if let Some(target) = as_it_stands(path) {
            return match target {
                Self::File { text, .. } if std::fs::read(path).is_ok_and(|read| read == text.as_bytes()) => {
                    let help = "name the solution, or stand in the kit's folder and type `rewind judge`";
                    Err(wrong(&format!("{shown} connects a solution to the judge, and is none"), help))
                }
                target => Ok(target),
            };
        }
        if path.extension().is_some_and(|ending| ending == "json") {
            let help = format!("cases to judge by are named by --suite {shown}");
            return Err(wrong(&format!("{shown} is no solution"), &help));
        }
        Err(Kit::of_file(path).map_or_else(
            || {
                let help =
                    format!("the command that starts it comes after --: rewind judge -- {}", started(path));
                wrong(&format!("{shown} is in no language that there is a kit for"), &help)
            },
            |kit| {
                let (name, file) = (kit.name(), kit.solution);
                let put = format!("`rewind init {name} kit`, put your solution into kit/{file}");
                let message = format!("a solution in {} is judged in a kit", kit.language);
                wrong(&message, &format!("{put}, then `rewind judge kit`"))
            },
        ))
    }
}

/// A file that is judged as it stands, if its language allows for that.
fn as_it_stands(path: &Path) -> Option<JudgeTarget> {
    let (program, name, text) = Kit::of_file(path)?.adapter()?;
    Some(JudgeTarget::File { file: path.to_owned(), program, name, text })
}

/// What is said of a path where nothing is.
fn missing(path: &Path, shown: &str) -> Failure {
    let name = path.to_string_lossy();
    let help = if Kit::of(&name).is_ok() {
        format!(
            "`rewind init {shown} kit` makes a kit for it, and `rewind judge kit` judges what you write in it"
        )
    } else if name.parse::<u8>().is_ok() {
        format!("a level is named by --level {shown}")
    } else if on_path(path) {
        format!("a command comes after --: rewind judge -- {shown}")
    } else if let Some(near) = nearest(path) {
        format!("did you mean {near}?")
    } else {
        "name the folder of a kit, or a solution in Python or JavaScript; a command comes after --".to_owned()
    };
    wrong(&format!("there is no file or folder {shown}"), &help)
}

/// How a file may be started.
fn started(path: &Path) -> String {
    let shown = plain(&path.display().to_string());
    if path.components().count() == 1 { format!("./{shown}") } else { shown }
}

/// A file in a folder that is judged as it stands, by the name that kits give it.
fn lying_in(folder: &Path) -> Option<String> {
    let files = KITS.iter().filter(|kit| kit.adapter().is_some()).map(|kit| folder.join(kit.solution));
    let file = files.into_iter().find(|file| is_there(file))?;
    let file = file.strip_prefix(".").unwrap_or(&file).display().to_string();
    Some(plain(&file))
}

/// The file beside a missing one whose name is most like its.
fn nearest(path: &Path) -> Option<String> {
    let (folder, name) = (path.parent()?, path.file_name()?.to_str()?);
    let place = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = std::fs::read_dir(place).ok()?.flatten().take(1_000);
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    Some(plain(&folder.join(nearest::nearest(names, name)?).display().to_string()))
}

/// Is it a program that is called by its name alone?
fn on_path(name: &Path) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    name.components().count() == 1
        && std::env::split_paths(&folders).any(|folder| folder.join(name).is_file())
}

fn is_there(file: &Path) -> bool {
    file.symlink_metadata().is_ok()
}

fn wrong(message: &str, help: &str) -> Failure {
    Failure::Usage(format!("{message}\n  = help: {help}"))
}
