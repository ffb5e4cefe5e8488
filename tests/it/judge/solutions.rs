//! Correct solutions in every language whose toolchain is there: each passes every built-in case, through the adapter
//! of its kit.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use rewinddb::query::Level;
use rewinddb::track::records::builtin;
use rstest::rstest;

use crate::amounts::COMPILED_KITS;
use crate::{rewind, text, top};

/// The level up to which the solutions go.
const SOLVED: u8 = 6;

pub(crate) fn solved() -> Level {
    Level::new(SOLVED)
}

/// Is a program there? On a continuous run it must be.
pub(crate) fn has(program: &str) -> bool {
    let started = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let is_there = started.is_ok_and(|status| status.success());
    let must = ["python3", "node", "javac"].contains(&program) && std::env::var_os("CI").is_some();
    assert!(is_there || !must, "{program} is missing on the continuous run");
    if !is_there {
        eprintln!("skipped: {program} is not there");
    }
    is_there
}

/// Does the node that is there take the types out of TypeScript?
pub(crate) fn strips_types() -> bool {
    let asked = "!!require('module').stripTypeScriptTypes";
    let told = Command::new("node").args(["-p", asked]).output();
    told.is_ok_and(|told| told.stdout.starts_with(b"true"))
}

/// The program that runs Python: the interpreter itself, past any script that only looks for it.
pub(crate) fn python() -> Option<&'static str> {
    static PYTHON: LazyLock<Option<String>> = LazyLock::new(|| {
        let told = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().ok()?;
        has("python3").then(|| text(&told.stdout).trim().to_owned())
    });
    PYTHON.as_deref()
}

/// A kit with this solution in it: its folder, and the files of adapter and solution.
pub(crate) fn python_kit(solution: &str) -> (tempfile::TempDir, String, String) {
    let folder = tempfile::tempdir().expect("there is room");
    let [adapter, file] = ["adapter.py", "solution.py"].map(|name| folder.path().join(name));
    std::fs::copy(top().join("src/track/records/kits/python/adapter.py"), &adapter).expect("it is copied");
    std::fs::write(&file, solution).expect("it is written");
    let [adapter, file] = [adapter, file].map(|path| path.to_string_lossy().into_owned());
    (folder, adapter, file)
}

/// A kit as `rewind init` writes it.
fn kit(language: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("there is room");
    let written = rewind(&["init", language, &folder.path().to_string_lossy()]).output().expect("it runs");
    assert!(written.status.success(), "{}", text(&written.stderr));
    folder
}

/// Runs a command of a kit's README in its folder.
fn in_kit(folder: &Path, command: &str) -> std::process::Output {
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).current_dir(folder).env_remove("CARGO_TARGET_DIR");
    shell.output().expect("there is a shell")
}

/// Judges what a command starts, in its folder.
fn judged(folder: &Path, arguments: &str, command: &str) -> std::process::Output {
    let program = env!("CARGO_BIN_EXE_rewind");
    in_kit(folder, &format!("'{program}' judge --protocol session --in-full 1 {arguments} -- {command}"))
}

#[rstest]
#[case("python", "python3", "python/solution.py")]
#[case("javascript", "node", "javascript/solution.js")]
#[case("java", "javac", "java/Solution.java")]
#[case("go", "go", "go/solution.go")]
#[case("cpp", "g++", "cpp/solution.hpp")]
#[case("rust", "cargo", "rust/solution.rs")]
fn a_correct_solution_passes_everything_and_an_empty_one_nothing(
    #[case] language: &str,
    #[case] toolchain: &str,
    #[case] solution: &str,
) {
    let compiled = ["go", "rust", "cpp", "java"];
    if compiled.iter().skip(COMPILED_KITS.count()).any(|other| *other == language) {
        return;
    }
    // Go tells its version otherwise.
    let is_there = if toolchain == "go" {
        in_kit(Path::new("."), "go version").status.success()
    } else {
        has(toolchain)
    };
    if !is_there {
        eprintln!("skipped: {language}, as {toolchain} is not there");
        return;
    }
    let kit_of = rewinddb::track::records::Kit::of(language).expect("there is one");
    let folder = kit(language);
    let build = |command: &str| {
        let built = in_kit(folder.path(), command);
        assert!(built.status.success(), "{language}: {}", text(&built.stderr));
    };
    let command = kit_of.build.unwrap_or("true");
    // What answers nothing need not be fast.
    build(&command.replace("-O2", "-O0"));
    let all = builtin(Level::new(1), None).expect("they are good").len();
    let empty = judged(folder.path(), "--level 1 --strict", kit_of.run);
    let shown = text(&empty.stdout);
    assert_eq!(empty.status.code(), Some(1), "{language}: {shown}{}", text(&empty.stderr));
    assert!(
        shown.contains("NS   SET has no method")
            && shown.contains(&format!("level 1  {all} of {all} cases failed")),
        "{language}: {shown}"
    );

    let file: PathBuf = top().join("fixtures/solutions").join(solution);
    std::fs::copy(file, folder.path().join(kit_of.solution)).expect("it is copied");
    build(command);
    let full = judged(folder.path(), &format!("--level {SOLVED} --strict --fresh 100 --seed 7"), kit_of.run);
    let shown = text(&full.stdout);
    assert_eq!(full.status.code(), Some(0), "{language}: {shown}{}", text(&full.stderr));
    assert!(shown.contains("all levels are passed"), "{language}: {shown}");
}

#[rstest]
#[case("python3", "python/adapter.py", "python_function.py")]
#[case("python3", "python/adapter.py", "python_timestamps_first.py")]
#[case("python3", "python/adapter.py", "python_camel.py")]
#[case("node", "javascript/adapter.js", "javascript_function.js")]
#[case("node", "javascript/adapter.js", "javascript_timestamps_first.js")]
#[case("node", "javascript/adapter.js", "javascript_module.mjs")]
fn an_existing_solution_of_either_shape_is_accepted_unchanged(
    #[case] program: &str,
    #[case] adapter: &str,
    #[case] solution: &str,
) {
    if !has(program) {
        return;
    }
    let command = format!("{program} src/track/records/kits/{adapter} fixtures/solutions/shapes/{solution}");
    let output = judged(top(), "", &command);
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
}

#[test]
fn a_function_gets_queries_in_queries_and_may_answer_with_lists() {
    let Some(python) = python() else { return };
    let class =
        std::fs::read_to_string(top().join("fixtures/solutions/python/solution.py")).expect("it is there");
    // The adapter itself is the function: it gets what it hands on.
    let function = "\n\ndef solution(queries):\n    from adapter import ClassSolution\n    database = ClassSolution(Solution)\n    return [database.answer(query) for query in queries]\n";
    let (_kit, adapter, file) = python_kit(&(class + function));
    let output = judged(top(), "--level 6 --fresh 20 --seed 3", &format!("{python} {adapter} {file}"));
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{shown}{}", text(&output.stderr));
    assert!(shown.contains("all levels are passed"), "{shown}");
}

#[test]
fn the_readme_of_a_kit_has_its_commands_and_no_gap() {
    for kit in &rewinddb::track::records::KITS {
        let (_, readme) = kit.files().find(|(name, _)| *name == "README.md").expect("there is one");
        for part in [kit.language, kit.solution] {
            assert!(readme.contains(part), "{}: {part} is missing", kit.language);
        }
        for command in [
            "rewind judge --level 1\n",
            "--watch",
            "rewind solution",
            "rewind hunt --level 4\n",
            "rewind.toml",
            "one of these shapes: a ",
        ] {
            assert!(readme.contains(command), "{}: {command} is missing", kit.language);
        }
        assert!(!readme.contains('{') && !readme.contains('}'), "{}: {readme}", kit.language);
    }
}

#[test]
fn a_kit_is_not_written_over_what_is_there() {
    let folder = kit("python");
    let place = folder.path().to_string_lossy().into_owned();
    std::fs::write(folder.path().join("solution.py"), "mine").expect("it is written");
    std::fs::remove_file(folder.path().join("adapter.py")).expect("it is there");
    let again = rewind(&["init", "py", &place]).output().expect("it runs");
    assert_eq!(again.status.code(), Some(2));
    assert!(
        text(&again.stderr).contains("has solution.py, README.md, rewind.toml already"),
        "{}",
        text(&again.stderr)
    );
    assert!(!folder.path().join("adapter.py").exists(), "nothing was written");
    let none = rewind(&["init"]).output().expect("it runs");
    let help = "which language?\n  = help: there are kits for python, javascript, java, go, c++, rust: rewind init python";
    assert!(none.status.code() == Some(2) && text(&none.stderr).contains(help), "{}", text(&none.stderr));
    let unknown = rewind(&["init", "cobol"]).output().expect("it runs");
    assert_eq!(unknown.status.code(), Some(2));
    assert!(
        text(&unknown.stderr).contains("python, javascript, java, go, c++, rust"),
        "{}",
        text(&unknown.stderr)
    );
}
