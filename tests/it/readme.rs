//! The README's commands, run as written: each `$ rewind …` of its console blocks prints what stands below it.

use super::{rewind, text, top};

/// The console blocks: commands with the output that follows them.
fn transcripts(readme: &str) -> Vec<(String, String)> {
    let mut transcripts: Vec<(String, String)> = Vec::new();
    let mut in_console = false;
    for line in readme.lines() {
        if line.starts_with("```") {
            in_console = line == "```console";
        } else if in_console {
            match (line.strip_prefix("$ "), transcripts.last_mut()) {
                (Some(command), _) => transcripts.push((command.to_owned(), String::new())),
                (None, Some((_, output))) => *output += &format!("{line}\n"),
                (None, None) => panic!("output before any command: {line}"),
            }
        }
    }
    transcripts
}

#[test]
fn every_transcript_is_what_the_program_prints() {
    let readme = std::fs::read_to_string(top().join("README.md")).expect("README.md is there");
    let transcripts = transcripts(&readme);
    assert!(transcripts.len() >= 3, "the README shows {} commands", transcripts.len());
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_rewind")).parent().expect("it lies in a folder");
    let path = std::env::join_paths(
        std::iter::once(folder.to_owned())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    )
    .expect("the folders have plain names");
    for (command, wanted) in transcripts {
        // What starts the program of a fresh clone starts the one that was built for the tests.
        let command = command.replace("cargo run --release --", "rewind");
        let output = std::process::Command::new("sh")
            .args(["-c", &format!("{{ {command}\n}} 2>&1")])
            .current_dir(top())
            .env("PATH", &path)
            .output()
            .expect("there is a shell");
        assert_eq!(text(&output.stdout), wanted, "$ {command}");
    }
}

#[test]
fn the_readme_tells_the_exit_statuses_of_the_help() {
    let help = text(&rewind(&["--help"]).output().expect("it runs").stdout);
    let readme = std::fs::read_to_string(top().join("README.md")).expect("README.md is there");
    let statuses = help.lines().skip_while(|line| !line.starts_with("Exit status:")).skip(1);
    let statuses = statuses.take_while(|line| !line.is_empty());
    let mut told = 0;
    for line in statuses {
        let (status, meaning) = line.trim().split_once(' ').expect("a number and what it means");
        let row = format!("| {status} | {} |", meaning.trim());
        assert!(readme.contains(&row), "the README has no row {row:?}");
        told += 1;
    }
    assert!(told >= 5);
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
