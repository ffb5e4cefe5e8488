//! Completions, as shells take them, and the pages of the manual.

use std::path::Path;
use std::process::{Command, Stdio};

use clap::Command as Node;
use rewinddb::cli::command_line;
use tempfile::TempDir;

use crate::{language, rewind, text};

/// Is a program there? Else that is said.
fn is_there(program: &str) -> bool {
    let asked = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let is_there = asked.is_ok_and(|status| status.success());
    if !is_there {
        eprintln!("skipped: {program} is not there");
    }
    is_there
}

/// The completions of a shell, in a file.
fn completions(shell: &str) -> TempDir {
    let output = rewind(&["completions", shell]).output().expect("it runs");
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""));
    let folder = tempfile::tempdir().expect("there is room");
    std::fs::write(folder.path().join("_rewind"), output.stdout).expect("there is room");
    folder
}

/// What a script of a shell prints, in lines.
fn printed(shell: &str, script: &str, folder: &Path) -> Vec<String> {
    let output = Command::new(shell).args(["-c", script]).current_dir(folder).env("HOME", folder).output();
    let output = output.expect("it runs");
    assert_eq!(text(&output.stderr), "", "{shell}: {script}");
    text(&output.stdout).lines().map(str::to_owned).collect()
}

/// Words before the one that is completed, what that begins with, and what is offered.
fn rows() -> Vec<(&'static str, &'static str, Vec<String>)> {
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let levels = language().levels().map(|level| level.to_string()).collect();
    let operations = language().names().filter(|name| name.starts_with("SC")).map(str::to_owned).collect();
    vec![
        ("", "comp", owned(&["completions"])),
        ("judge --protocol", "", owned(&["list", "lines", "session"])),
        ("judge --level", "", levels),
        ("judge --clock", "f", owned(&["free"])),
        ("run x.json --format", "", owned(&["json", "jsonl", "text", "table"])),
        ("explain x.json --format", "", owned(&["text", "json", "jsonl"])),
        ("serve --compat", "", owned(&["py-in-mem", "pybitcask"])),
        ("serve --encoding", "", owned(&["binary", "json"])),
        ("log compact db --encoding", "b", owned(&["binary"])),
        ("init", "ja", owned(&["javascript", "java"])),
        ("init", "c", owned(&["c++"])),
        ("help", "SC", operations),
        ("help", "com", owned(&["completions"])),
        ("completions", "f", owned(&["fish"])),
    ]
}

#[test]
fn bash_completes_every_closed_set() {
    if !is_there("bash") {
        return;
    }
    let folder = completions("bash");
    for (before, begun, wanted) in rows() {
        let script = format!(
            ". ./_rewind; COMP_WORDS=(rewind {before} '{begun}'); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             _rewind rewind '{begun}' \"${{COMP_WORDS[COMP_CWORD - 1]}}\"; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        assert_eq!(printed("bash", &script, folder.path()), wanted, "{before} {begun}");
    }
}

#[test]
fn fish_completes_the_words_of_options() {
    if !is_there("fish") {
        return;
    }
    let folder = completions("fish");
    // Words that follow no option are not in what is made for it.
    let follows_option = |before: &str| before.is_empty() || before.contains(" --");
    for (before, begun, mut wanted) in rows().into_iter().filter(|row| follows_option(row.0)) {
        let script = format!("source ./_rewind; complete -C 'rewind {before} {begun}'");
        let mut offered: Vec<_> = printed("fish", &script, folder.path())
            .iter()
            .filter_map(|line| line.split('\t').next().map(str::to_owned))
            .filter(|word| word.starts_with(begun))
            .collect();
        offered.sort();
        wanted.sort();
        assert_eq!(offered, wanted, "{before} {begun}");
    }
}

#[test]
fn zsh_takes_its_completions() {
    if !is_there("zsh") {
        return;
    }
    let folder = completions("zsh");
    let script = "fpath=($PWD $fpath); autoload -U compinit; compinit -u -d dump; print $_comps[rewind]; \
                  autoload +X _rewind && whence -w _rewind";
    assert_eq!(printed("zsh", script, folder.path()), ["_rewind", "_rewind: function"]);
    assert_eq!(printed("zsh", "zsh -n ./_rewind", folder.path()), Vec::<String>::new());
}

/// Each option that takes words which can be listed.
fn closed_sets<'t>(node: &'t Node, each: &mut impl FnMut(&'t Node, &'t clap::Arg)) {
    node.get_arguments().filter(|arg| !arg.get_possible_values().is_empty()).for_each(|arg| each(node, arg));
    node.get_subcommands().for_each(|within| closed_sets(within, each));
}

/// What options of closed sets call their value.
const SETS: [&str; 9] =
    ["FORMAT", "PROTOCOL", "RULE", "CLOCK", "ENCODING", "LANGUAGE", "DIALECT", "SHELL", "WHAT"];

/// The options of a command, and of all below it, whose value is called so and that take anything.
fn open(node: &Node, found: &mut Vec<String>) {
    for arg in node.get_arguments().filter(|arg| arg.get_possible_values().is_empty()) {
        let named = arg.get_value_names().unwrap_or_default().iter().any(|name| SETS.contains(&&**name));
        if named || arg.get_id() == "level" {
            found.push(format!("{} {}", node.get_name(), arg.get_id()));
        }
    }
    node.get_subcommands().for_each(|within| open(within, found));
}

#[test]
fn every_option_named_for_a_closed_set_declares_it() {
    let (program, mut found, mut declared) = (command_line(), Vec::new(), 0);
    open(&program, &mut found);
    assert!(found.is_empty(), "{found:?} take anything");
    closed_sets(&program, &mut |_, _| declared += 1);
    assert!(declared >= 30, "{declared}");
}

#[test]
fn every_word_that_is_offered_is_taken() {
    let program = command_line();
    let mut tried = 0;
    closed_sets(&program, &mut |node, arg| {
        for value in arg.get_possible_values() {
            let alone = clap::Arg::new("it").value_parser(arg.get_value_parser().clone());
            let read = Node::new("alone").arg(alone).try_get_matches_from(["alone", value.get_name()]);
            assert!(read.is_ok(), "{} {}: {}", node.get_name(), arg.get_id(), value.get_name());
            tried += 1;
        }
    });
    assert!(tried >= 100, "{tried}");
}

/// The names of the pages of a command and of all below it.
fn pages(node: &Node, above: &str, found: &mut Vec<String>) {
    let name = format!("{above}{}", node.get_name());
    found.push(format!("{name}.1"));
    node.get_subcommands().for_each(|within| pages(within, &format!("{name}-"), found));
}

/// The manual, in a folder that is made for it.
fn manual() -> TempDir {
    let folder = tempfile::tempdir().expect("there is room");
    let output = rewind(&["man", &folder.path().join("a/man").to_string_lossy()]).output().expect("it runs");
    assert_eq!((output.status.code(), output.stdout.len(), output.stderr.len()), (Some(0), 0, 0));
    folder
}

#[test]
fn the_manual_has_a_page_for_each_subcommand() {
    let (folder, mut wanted) = (manual(), Vec::new());
    pages(&command_line(), "", &mut wanted);
    wanted.sort();
    let entries = std::fs::read_dir(folder.path().join("a/man")).expect("it is there");
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("it is listed").file_name().into_string().expect("a plain name"))
        .collect();
    names.sort();
    assert_eq!(names, wanted);
    assert!(names.len() >= 20);
}

#[test]
fn man_has_nothing_to_warn_of() {
    if !is_there("man") {
        return;
    }
    let folder = manual();
    for entry in std::fs::read_dir(folder.path().join("a/man")).expect("it is there") {
        let path = entry.expect("it is listed").path();
        let mut command = Command::new("man");
        command.args(["--warnings", "-l"]).arg(&path).envs([("LC_ALL", "C.UTF-8"), ("MANWIDTH", "80")]);
        let output = command.stdin(Stdio::null()).output().expect("it runs");
        assert_eq!(text(&output.stderr), "", "{}", path.display());
        let shown = text(&output.stdout);
        assert!(shown.contains("SYNOPSIS") && shown.contains("OPTIONS"), "{shown}");
        if path.ends_with("rewind.1") {
            for line in ["EXIT STATUS", "78   a server that others could reach"] {
                assert!(shown.contains(line), "{line}: {shown}");
            }
        }
    }
}

#[test]
fn a_folder_that_takes_no_pages_is_told() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("file");
    std::fs::write(&file, "").expect("there is room");
    let output = rewind(&["man", &file.to_string_lossy()]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(74));
    assert!(text(&output.stderr).contains("file: "), "{}", text(&output.stderr));
}
