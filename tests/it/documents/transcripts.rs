//! Each `$ command` of the console blocks prints what stands below it.

use std::path::Path;
use std::process::Command;

use super::{for_users, name, read};
use crate::{assert_document, text, top};

/// A shell that runs a command in a directory, with the program of the tests on its path, and errors among what it
/// prints.
pub(super) fn shell(command: &str, directory: &Path) -> Command {
    let folder = Path::new(env!("CARGO_BIN_EXE_rewind")).parent().expect("it lies in a folder");
    let path = std::env::join_paths(
        std::iter::once(folder.to_owned())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    )
    .expect("the folders have plain names");
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{{ {command}\n}} 2>&1")]).current_dir(directory).env("PATH", &path);
    shell
}

/// What a command of a console block prints, errors included.
pub(super) fn printed(command: &str, directory: &Path) -> String {
    text(&shell(command, directory).output().expect("there is a shell").stdout)
}

/// A directory for the commands of a block: empty, but for the documents' own fixtures.
fn scratch() -> tempfile::TempDir {
    let scratch = tempfile::tempdir().expect("there is room");
    let fixtures = scratch.path().join("fixtures/readme");
    std::fs::create_dir_all(&fixtures).expect("it can be made");
    for entry in std::fs::read_dir(top().join("fixtures/readme")).expect("the folder is there") {
        let entry = entry.expect("it can be listed");
        std::fs::copy(entry.path(), fixtures.join(entry.file_name())).expect("it is copied");
    }
    scratch
}

/// A document with each `$ command` of its console blocks run, and followed by what it prints. The commands of a block
/// share a directory, so that one finds what another has left.
fn rerun(document: &str) -> String {
    let (mut fresh, mut block) = (String::new(), None);
    for line in document.lines() {
        if line.starts_with("```") {
            block = (line == "```console").then(scratch);
        }
        match (&block, line.strip_prefix("$ ")) {
            (Some(scratch), Some(command)) => {
                fresh.push_str(&format!("{line}\n{}", printed(command, scratch.path())));
            }
            (Some(_), None) if !line.starts_with("```") => {}
            _ => fresh.push_str(&format!("{line}\n")),
        }
    }
    fresh
}

#[test]
fn every_transcript_is_what_the_program_prints() {
    let documents = for_users();
    let run = |path: &Path| {
        let document = read(path);
        let is_run = |line: &&str| line.starts_with("$ rewind") || line.contains("| rewind");
        let commands = document.lines().filter(is_run).count();
        if document.contains("```console") {
            assert_document(path, rerun);
        }
        (name(path), commands)
    };
    let counts: Vec<_> = documents.iter().map(|path| run(path)).collect();
    let least = [("README.md", 6), ("docs/files.md", 5), ("docs/judge.md", 3), ("docs/store.md", 6)];
    for (file, least) in least {
        let count = counts.iter().find(|(name, _)| name == file).expect("it is there").1;
        assert!(count >= least, "{file} shows {count} commands");
    }
}

#[test]
fn continuous_integration_runs_the_commands_of_the_readme() {
    let (readme, ci) = (read(&top().join("README.md")), read(&top().join(".ci/run")));
    let commands =
        readme.lines().skip_while(|line| *line != "```sh").skip(1).take_while(|line| *line != "```");
    let mut found = 0;
    for command in commands {
        assert!(ci.lines().any(|line| line.trim_start() == command), ".ci/run does not run `{command}`");
        found += 1;
    }
    assert!(found >= 3);
}
