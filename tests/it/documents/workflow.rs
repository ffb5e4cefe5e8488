//! The workflow of a release is taken by actionlint and zizmor, which lie beside the Python of `REWIND_PYTHON` or on
//! the path; mistakes that are planted are found. What it does at GitHub nobody here can try.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::read;
use crate::{text, top};

const WORKFLOW: &str = ".github/workflows/release.yml";

/// Mistakes: what stands there, what stands there instead, and who finds it.
const PLANTED: &[(&str, &str, &str)] = &[
    ("runs-on:", "run-on:", "actionlint"),
    ("github.token", "github.tokens", "actionlint"),
    ("run: cargo test --locked", "run: echo ${{ github.head_ref }}", "zizmor"),
    ("- name: tools\n", "- uses: actions/checkout@v4\n      - name: tools\n", "zizmor"),
];

/// A program of the tools for workflows, to read one.
fn linter(name: &str) -> Command {
    let beside =
        std::env::var_os("REWIND_PYTHON").and_then(|python| Some(Path::new(&python).parent()?.join(name)));
    let mut command =
        Command::new(beside.filter(|path| path.exists()).unwrap_or_else(|| PathBuf::from(name)));
    match name {
        "zizmor" => command.args(["--offline", "--no-progress", "--no-config"]),
        _ => command.args(["-shellcheck=", "-pyflakes="]),
    };
    command
}

#[test]
fn the_workflow_is_taken_by_those_who_look_for_mistakes() {
    let workflow = read(&top().join(WORKFLOW));
    assert!(!workflow.contains("uses:"), "foreign actions are not pinned by anything here");
    // Each reads a file where GitHub would.
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join(WORKFLOW);
    std::fs::create_dir_all(file.parent().expect("it has a folder")).expect("there is room");
    for name in ["actionlint", "zizmor"] {
        let is_found = |workflow: &str| {
            std::fs::write(&file, workflow).expect("there is room");
            let output = linter(name).arg(&file).current_dir(&folder).output().expect("it starts");
            (!output.status.success(), text(&output.stdout))
        };
        if linter(name).arg("--version").output().is_err() {
            eprintln!("skipped: no {name} was found, so it did not look at the workflow");
            continue;
        }
        let (is_refused, why) = is_found(&workflow);
        assert!(!is_refused, "{name}: {why}");
        for (right, wrong, _) in PLANTED.iter().filter(|(_, _, finder)| *finder == name) {
            let planted = workflow.replacen(right, wrong, 1);
            assert_ne!(planted, workflow, "{right} is not there any more");
            assert!(is_found(&planted).0, "{name} does not find {wrong}");
        }
    }
}
