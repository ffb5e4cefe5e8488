//! The README's commands, run as written: each `$ rewind …` of its console blocks prints what stands below it.

use std::path::Path;

use crate::{assert_document, rewind, text, top};

/// What a command of a console block prints, errors included.
pub(super) fn printed(command: &str, directory: &Path) -> String {
    let folder = Path::new(env!("CARGO_BIN_EXE_rewind")).parent().expect("it lies in a folder");
    let path = std::env::join_paths(
        std::iter::once(folder.to_owned())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    )
    .expect("the folders have plain names");
    // What starts the program of a fresh clone starts the one that was built for the tests.
    let command = command.replace("cargo run --release --", "rewind");
    let output = std::process::Command::new("sh")
        .args(["-c", &format!("{{ {command}\n}} 2>&1")])
        .current_dir(directory)
        .env("PATH", &path)
        .output()
        .expect("there is a shell");
    text(&output.stdout)
}

/// A directory for the commands of a block: empty, but for the README's own fixtures.
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
    let path = top().join("README.md");
    let readme = std::fs::read_to_string(&path).expect("README.md is there");
    let commands =
        readme.lines().filter(|line| line.starts_with("$ rewind") || line.contains("| rewind")).count();
    assert!(commands >= 9, "the README shows {commands} commands");
    assert_document(&path, rerun);
}

/// The lines of a help that begin with a name of this kind, and that name.
fn named(arguments: &[&str], begin: &str) -> Vec<String> {
    let help = text(&rewind(arguments).output().expect("it runs").stdout);
    let names = help.lines().filter(|line| line.starts_with(begin) && !line[begin.len()..].starts_with(' '));
    names.map(|line| line.split_whitespace().next().expect("a name").to_owned()).collect()
}

#[test]
fn the_documents_tell_every_option_and_every_subcommand_of_log() {
    let readme = std::fs::read_to_string(top().join("README.md")).expect("README.md is there");
    let protocol =
        std::fs::read_to_string(top().join("src/judge/PROTOCOL.md")).expect("PROTOCOL.md is there");
    for (subcommand, least) in [("run", 13), ("repl", 13), ("judge", 16), ("hunt", 14), ("test", 4)] {
        let options = named(&[subcommand, "--help"], "      --");
        assert!(options.len() >= least, "{subcommand}: {options:?}");
        for option in options {
            let row = readme.lines().chain(protocol.lines()).any(|line| {
                line.starts_with("| `")
                    && line.split_once(" | ").is_some_and(|(first, _)| first.contains(&option))
            });
            let in_row = readme.contains(&format!("`{option} S`")) || row;
            assert!(in_row, "the README has no row of {option}");
        }
    }
    let mut subcommands = named(&["log", "--help"], "  ");
    subcommands.retain(|name| !name.starts_with('-'));
    assert!(subcommands.len() >= 7, "{subcommands:?}");
    for name in subcommands {
        assert!(readme.contains(&format!("| `{name} DIR")), "the README has no row of {name}");
    }
}

#[test]
fn the_readme_tells_the_exit_statuses_of_the_help() {
    let help = text(&rewind(&["--help"]).output().expect("it runs").stdout);
    let statuses = help.lines().skip_while(|line| !line.starts_with("Exit status:")).skip(1);
    let statuses = statuses.take_while(|line| !line.is_empty()).map(|line| {
        let (status, meaning) = line.trim().split_once(' ').expect("a number and what it means");
        format!("| {status} | {} |", meaning.trim())
    });
    let readme = std::fs::read_to_string(top().join("README.md")).expect("README.md is there");
    let rows = readme.lines().skip_while(|line| !line.starts_with("| exit status |")).skip(2);
    let rows: Vec<_> = rows.take_while(|line| line.starts_with('|')).collect();
    assert_eq!(rows, statuses.collect::<Vec<_>>());
    assert!(rows.len() >= 7);
}

#[test]
fn continuous_integration_runs_the_commands_of_the_readme() {
    let read = |file: &str| std::fs::read_to_string(top().join(file)).expect("it is there");
    let (readme, ci) = (read("README.md"), read(".ci/run"));
    let commands =
        readme.lines().skip_while(|line| *line != "```sh").skip(1).take_while(|line| *line != "```");
    let mut found = 0;
    for command in commands {
        assert!(ci.lines().any(|line| line == command), ".ci/run does not run `{command}`");
        found += 1;
    }
    assert!(found >= 2);
}
