//! What people read: transcripts run, links lead somewhere, tables are those of the code, words are the field's.

/// The document of all commands and options, as the program knows them.
mod commands;

/// LEVELS.md, followed word by word.
mod learner;

/// Links, lengths, and files that are named.
mod links;

/// What is seen.
mod pictures;

/// Words that are said no longer.
mod words;

/// What other programs are given.
mod services;

/// Commands, run as written.
mod transcripts;

/// What is run at GitHub.
mod workflow;

use std::path::{Path, PathBuf};

use crate::top;

/// Those of a folder that are written in Markdown, in order.
fn markdown(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("it can be listed").path());
    let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|kind| kind == "md")).collect();
    paths.sort();
    paths
}

/// The documents for users: the README, and `docs`.
fn for_users() -> Vec<PathBuf> {
    [vec![top().join("README.md")], markdown(&top().join("docs"))].concat()
}

/// All documents.
fn all() -> Vec<PathBuf> {
    let beside_code = ["src/store/FORMAT.md", "src/judge/PROTOCOL.md", "fixtures/wrong/README.md"];
    let beside_code = beside_code.map(|file| top().join(file)).into_iter().filter(|file| file.exists());
    let folders = ["", "docs", "release"].map(|folder| markdown(&top().join(folder)));
    folders.into_iter().flatten().chain(beside_code).collect()
}

/// What a document says.
fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Where it lies, from the top of the project.
fn name(path: &Path) -> String {
    path.strip_prefix(top()).expect("it is of the project").display().to_string()
}
