//! Which solution is judged: that of a kit, a file as it stands, or whatever a command starts.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use rstest::rstest;

use crate::judge::solutions::{has, python};
use crate::program::terminal::Terminal;
use crate::{assert_golden, rewind, text, top};

/// The program in a folder, which has its own place for temporary files.
fn in_folder(folder: &Path, arguments: &[&str]) -> Command {
    let temporary = folder.join("temporary");
    fs::create_dir_all(&temporary).expect("there is room");
    let mut command = rewind(arguments);
    command.current_dir(folder).env("TMPDIR", temporary);
    command
}

/// What it does there, as it is typed: words separated by spaces.
fn typed(folder: &Path, line: &str) -> Output {
    let arguments: Vec<_> = line.split(' ').collect();
    let output = in_folder(folder, &arguments).output().expect("it runs");
    let left = fs::read_dir(folder.join("temporary")).expect("it is there").count();
    assert_eq!(left, 0, "`{line}` leaves something behind");
    output
}

/// A folder with a kit for Python in the folder `kit`, whose solution is right.
fn with_kit() -> Option<tempfile::TempDir> {
    python()?;
    let folder = tempfile::tempdir().expect("there is room");
    assert!(typed(folder.path(), "init python kit").status.success());
    fs::copy(top().join("fixtures/solutions/python/solution.py"), folder.path().join("kit/solution.py"))
        .expect("it is copied");
    Some(folder)
}

/// A folder with a `rewind.toml` that says this.
fn with_manifest(manifest: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("there is room");
    fs::write(folder.path().join("rewind.toml"), manifest).expect("there is room");
    folder
}

fn assert_told(output: &Output, status: i32, parts: &[&str]) {
    let told = text(&output.stdout) + &text(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{told}");
    for part in parts {
        assert!(told.contains(part), "{part:?} is missing in\n{told}");
    }
}

#[test]
fn in_a_kit_judge_and_hunt_alone_are_enough_and_from_outside_its_folder_is() {
    let Some(folder) = with_kit() else { return };
    let kit = folder.path().join("kit");
    let started = "rewind.toml  python3 adapter.py solution.py, session, level";
    assert_told(
        &typed(&kit, "judge"),
        0,
        &[
            &format!("{started} 1\n"),
            "level 1  all",
            "level 2 is unlocked\nnext: level = 2 in rewind.toml, or `rewind judge --level 2`\n",
        ],
    );
    let last = typed(&kit, "judge --level 4");
    assert_told(&last, 0, &["all levels are passed"]);
    assert!(!text(&last.stdout).contains("next: "), "{}", text(&last.stdout));
    assert_told(&typed(&kit, "judge --level 2"), 0, &[&format!("{started} 2\n"), "level 2  all"]);
    assert_told(
        &typed(&kit, "hunt --cases 5 --seed 1"),
        0,
        &["no difference in 5 lists of level 1 from seed 1"],
    );
    for named in ["kit", "kit/", "./kit", "kit/rewind.toml"] {
        let output = typed(folder.path(), &format!("judge {named} --case read"));
        assert_told(&output, 0, &["kit/rewind.toml  python3 adapter.py solution.py, session, level 1"]);
    }
    assert_told(&typed(folder.path(), "hunt kit --cases 5 --level 3"), 0, &["of level 3"]);
    let next = "next: level = 3 in rewind.toml, or `rewind judge --level 3 kit`\n";
    assert_told(&typed(folder.path(), "judge kit --level 2"), 0, &[next]);
}

#[test]
fn options_say_more_than_the_file() {
    let Some(folder) = with_kit() else { return };
    let kit = folder.path().join("kit");
    let manifest = fs::read_to_string(kit.join("rewind.toml")).expect("it is there");
    let said = manifest.replace("level = 1", "level = 3\nclock = \"free\"").replace("# [limits]", "[limits]");
    fs::write(kit.join("rewind.toml"), said.replace("# case = \"2s\"", "case = \"1ms\""))
        .expect("there is room");
    let right = fs::read(kit.join("solution.py")).expect("it is there");
    let slow =
        "import time\ndef solution(queries):\n    time.sleep(0.05)\n    return [\"\"] * len(queries)\n";
    fs::write(kit.join("solution.py"), slow).expect("there is room");
    assert_told(
        &typed(&kit, "judge --case read"),
        1,
        &["session, level 3", "within 1 ms, the limit for a list"],
    );
    fs::write(kit.join("solution.py"), right).expect("there is room");
    let output = typed(&kit, "judge --time-limit 10s --level 1 --clock monotone --case read");
    assert_told(&output, 0, &["session, level 1"]);
    let output = typed(&kit, "judge --protocol lines --time-limit 300ms --case read");
    assert_told(&output, 1, &["adapter.py solution.py, lines, level 3"]);
    let output = typed(&kit, "judge --case read -- sh -c cat");
    assert_told(&output, 1, &["level 4"]);
    assert!(!text(&output.stderr).contains("rewind.toml"), "a command asks no file");
}

#[test]
fn the_limits_that_stand_in_a_new_file_are_the_usual_ones() {
    let Some(folder) = with_kit() else { return };
    let file = folder.path().join("kit/rewind.toml");
    let manifest = fs::read_to_string(&file).expect("it is there");
    let uncommented: String = manifest
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(said)
                if said.starts_with('[') || said.contains(" = \"") && !said.starts_with("build = \"a") =>
            {
                said
            }
            _ => line,
        })
        .fold(String::new(), |text, line| text + line + "\n");
    assert_eq!(uncommented.lines().filter(|line| line.starts_with('#')).count(), 3, "{uncommented}");
    fs::write(&file, uncommented).expect("there is room");
    assert_told(&typed(folder.path(), "judge kit"), 0, &["level 1  all"]);
    let help = text(&rewind(&["judge", "--help"]).output().expect("it runs").stdout);
    let limits = manifest.lines().skip_while(|line| *line != "# [limits]").skip(1);
    for line in limits {
        let usual = line.split('"').nth(1).expect("a limit stands in quotes");
        assert!(help.contains(&format!("[default: {usual}]")), "{line}");
    }
}

#[rstest]
#[case("python3", "python_camel.py")]
#[case("python3", "python_function.py")]
#[case("python3", "python_protocol.py")]
#[case("node", "javascript_function.js")]
#[case("node", "javascript_module.mjs")]
fn a_file_is_judged_as_it_stands(#[case] program: &str, #[case] file: &str) {
    if !has(program) {
        return;
    }
    let folder = tempfile::tempdir().expect("there is room");
    fs::create_dir(folder.path().join("my code")).expect("there is room");
    let mine = folder.path().join("my code").join(file);
    fs::copy(top().join("fixtures/solutions/shapes").join(file), &mine).expect("it is copied");
    let output = in_folder(folder.path(), &["judge", &format!("my code/{file}"), "--level", "2"]).output();
    let start = format!("my code/{file}  by the program's own adapter, session, level 2\n");
    assert_told(&output.expect("it runs"), 0, &[&start, "level 2  all"]);
    let output = in_folder(&folder.path().join("my code"), &["hunt", file, "--cases", "3"]).output();
    assert_told(&output.expect("it runs"), 0, &["no difference in 3 lists of level 4"]);
}

#[test]
fn the_line_that_hunts_again_says_what_was_typed() {
    let Some(folder) = with_kit() else { return };
    let solution = folder.path().join("kit/solution.py");
    let wrong = fs::read_to_string(&solution).expect("it is there").replace("return \"\"", "return \"no\"");
    fs::write(&solution, wrong).expect("there is room");
    let cases = [("", "kit", ""), (" kit", "", " kit"), (" kit/solution.py", "", " kit/solution.py")];
    for (target, place, again) in cases {
        let output = typed(&folder.path().join(place), &format!("hunt{target} --level 1 --seed 1"));
        assert_told(&output, 1, &[]);
        let shown = text(&output.stdout);
        let told =
            shown.lines().last().and_then(|line| line.trim().strip_prefix("again")).expect("the last line");
        let told = told.trim().strip_prefix("rewind ").expect("it is a command");
        assert!(told.ends_with(&format!("--cases 1{again}")), "{told}");
        assert_told(&typed(&folder.path().join(place), told), 1, &[]);
    }
}

#[test]
fn an_interrupted_judging_leaves_no_adapter_behind() {
    let Some(_) = python() else { return };
    let folder = tempfile::tempdir().expect("there is room");
    fs::write(folder.path().join("mine.py"), "import time\ntime.sleep(60)\n").expect("there is room");
    let mut child = in_folder(folder.path(), &["judge", "mine.py"]).spawn().expect("it starts");
    let temporary = folder.path().join("temporary");
    let holds = |wanted: usize| {
        let begun = Instant::now();
        while fs::read_dir(&temporary).expect("it is there").count() != wanted {
            assert!(begun.elapsed() < Duration::from_mins(1), "there should be {wanted}");
            std::thread::sleep(Duration::from_millis(10));
        }
    };
    holds(1);
    let kill = Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status();
    assert!(kill.expect("there is a shell").success());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    holds(0);
}

#[rstest]
#[case("judge", "there is no rewind.toml in this folder")]
#[case("judge", "help: `rewind init LANGUAGE kit` makes a kit")]
#[case("judge", "help: any other program by the command that starts it: rewind judge -- COMMAND")]
#[case("hunt", "there is no rewind.toml in this folder")]
#[case("judge python3 solution.rb", "a command comes after --: rewind judge -- python3 solution.rb")]
#[case(
    "judge Main.java",
    "`rewind init java kit`, put your solution into kit/Solution.java, then `rewind judge kit`"
)]
#[case("judge main.go", "`rewind init go kit`, put your solution into kit/solution.go")]
#[case("judge Main.CPP", "`rewind init c++ kit`, put your solution into kit/solution.hpp")]
#[case("judge lib.rs", "`rewind init rust kit`, put your solution into kit/solution.rs")]
#[case("judge solution.rb", "the command that starts it comes after --: rewind judge -- ./solution.rb")]
#[case("judge program", "the command that starts it comes after --: rewind judge -- ./program")]
#[case("judge cases.json", "cases to judge by are named by --suite cases.json")]
#[case("judge mien.py", "there is no file or folder mien.py\n  = help: did you mean mine.py?")]
#[case("judge python", "`rewind init python kit` makes a kit for it")]
#[case("judge sh", "a command comes after --: rewind judge -- sh")]
#[case("judge 3", "a level is named by --level 3")]
#[case("judge empty", "empty has no rewind.toml that tells what is judged")]
#[case("judge empty", "`rewind init LANGUAGE empty` writes a kit there")]
#[case("judge old", "judge the file itself: rewind judge old/solution.py")]
#[case("judge zzz", "name the folder of a kit, or a solution in Python or JavaScript")]
#[case("judge kit/inner", "kit/inner has no rewind.toml")]
#[case("judge kit/adapter.py", "kit/adapter.py connects a solution to the judge, and is none")]
#[case("judge mine.py -- python3 mine.py", "cannot be used with")]
#[case("judge --protocol sesion mine.py", "the protocols are list, lines and session")]
#[case("judge --build-limit soon mine.py", "write a time as in 2s or 500ms")]
fn whoever_names_no_solution_is_told_how_to(#[case] line: &str, #[case] message: &str) {
    let folder = tempfile::tempdir().expect("there is room");
    for inner in ["empty", "old", "kit/inner"] {
        fs::create_dir_all(folder.path().join(inner)).expect("there is room");
    }
    let files =
        ["mine.py", "Main.java", "main.go", "Main.CPP", "lib.rs", "solution.rb", "program", "cases.json"];
    for file in files.iter().chain(&["old/solution.py", "kit/rewind.toml"]) {
        fs::write(folder.path().join(file), "").expect("there is room");
    }
    fs::copy(top().join("src/track/records/kits/python/adapter.py"), folder.path().join("kit/adapter.py"))
        .expect("it is copied");
    let output = typed(folder.path(), line);
    assert_told(&output, 2, &[message]);
    assert_eq!(text(&output.stdout), "");
}

#[test]
fn in_a_folder_below_a_kit_the_kit_is_pointed_to() {
    let folder = with_manifest("run = \"cat\"\n");
    fs::create_dir(folder.path().join("inner")).expect("there is room");
    assert_told(
        &typed(&folder.path().join("inner"), "judge"),
        2,
        &["the folder above has one: rewind judge .."],
    );
}

#[test]
fn mistakes_in_a_rewind_toml_are_told_with_their_places() {
    let mut count = 0;
    let entries = fs::read_dir(top().join("fixtures/manifest")).expect("the folder is there");
    for path in entries.map(|entry| entry.expect("it can be listed").path()) {
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let folder = with_manifest(&fs::read_to_string(&path).expect("it is UTF-8"));
        let output = typed(folder.path(), "judge");
        let name = path.file_name().expect("it has a name").to_string_lossy();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{name}");
        let message = text(&output.stderr);
        assert!(!message.contains(['\u{1b}', '\u{202e}']), "{name}");
        assert_golden("manifest", &name, &message);
        count += 1;
    }
    assert!(count >= 10, "only {count} files");
}

#[test]
fn a_rewind_toml_that_is_no_file_or_no_text_is_refused() {
    let folder = tempfile::tempdir().expect("there is room");
    fs::create_dir(folder.path().join("rewind.toml")).expect("there is room");
    assert_told(&typed(folder.path(), "judge"), 2, &["cannot read rewind.toml: it is no file"]);
    fs::remove_dir(folder.path().join("rewind.toml")).expect("it is empty");
    fs::write(folder.path().join("rewind.toml"), b"run = \"\xff\"\n").expect("there is room");
    assert_told(&typed(folder.path(), "judge"), 2, &["cannot read rewind.toml", "UTF-8"]);
    fs::write(folder.path().join("rewind.toml"), vec![b'#'; 2 << 20]).expect("there is room");
    assert_told(&typed(folder.path(), "judge"), 2, &["cannot read rewind.toml: it is too large"]);
}

#[test]
fn a_solution_is_built_once_before_and_in_its_folder() {
    let Some(folder) = with_kit() else { return };
    let kit = folder.path().join("kit");
    fs::rename(kit.join("solution.py"), kit.join("source.py")).expect("it is there");
    let build = "build = \"echo built >> log; cp source.py solution.py\"\n";
    let manifest = fs::read_to_string(kit.join("rewind.toml")).expect("it is there");
    let limited = format!("{build}{manifest}[limits]\nbuild = \"20s\"\n");
    fs::write(kit.join("rewind.toml"), limited).expect("there is room");
    assert_told(&typed(folder.path(), "judge kit"), 0, &["level 1  all"]);
    assert_eq!(fs::read_to_string(kit.join("log")).expect("it was built in its folder"), "built\n");
    assert_told(&typed(folder.path(), "hunt kit --cases 2"), 0, &["no difference"]);
    assert_eq!(fs::read_to_string(kit.join("log")).expect("it is there"), "built\nbuilt\n");
    let output = in_folder(folder.path(), &["judge", "kit", "--build", "echo no >&2; exit 3"]).output();
    assert_told(
        &output.expect("it runs"),
        1,
        &["the build failed: it ended with status 3\n", "  echo no", "| no\n"],
    );
}

#[rstest]
#[case("echo one; echo two >&2; exit 1", 1, "the build failed: it ended with status 1", "  | one\n  | two\n")]
#[case("kill -9 $$", 1, "the build failed: it was ended by signal 9", "")]
#[case("sleep 100", 1, "the build failed: it did not end within 200 ms", "")]
#[case("sleep 100 & exit 1", 1, "the build failed: it ended with status 1", "")]
#[case("no-such-compiler x.c", 3, "the build command cannot be started", "no-such-compiler")]
#[case("printf '\\033[2J\\377'; false", 1, "the build failed", "  | \\u{1b}[2J")]
#[case("yes | head -c 100000000; exit 2", 1, "it ended with status 2", " bytes …\n")]
fn a_build_that_fails_is_told_and_nothing_is_judged(
    #[case] build: &str,
    #[case] status: i32,
    #[case] why: &str,
    #[case] output: &str,
) {
    let folder = tempfile::tempdir().expect("there is room");
    let limit = if build.starts_with("sleep 100") && !build.contains('&') { "200ms" } else { "100s" };
    for subcommand in ["judge", "hunt"] {
        let arguments = [subcommand, "--build", build, "--build-limit", limit, "--", "touch", "started"];
        let begun = Instant::now();
        let told = in_folder(folder.path(), &arguments).output().expect("it runs");
        assert_told(&told, status, &[why, output]);
        assert!(told.stdout.len() < 500_000 && begun.elapsed() < Duration::from_mins(1));
        assert!(!folder.path().join("started").exists());
        assert_eq!(text(&told.stderr), "");
    }
}

/// A list that is answered by `echo`.
const ONE_LIST: &str =
    r#"{"name": "s", "level": 1, "cases": [{"name": "c", "queries": [["GET", "A", "B"]]}]}"#;

#[test]
fn the_time_of_a_build_is_outside_all_limits_but_its_own() {
    let folder = tempfile::tempdir().expect("there is room");
    fs::write(folder.path().join("one.json"), ONE_LIST).expect("there is room");
    let limits = ["--start-limit", "2s", "--time-limit", "2s", "--query-limit", "2s"];
    let fixed = ["judge", "--suite", "one.json", "--build", "sleep 2.1; echo '[\"\"]' > answers"];
    let arguments = [&fixed[..], &limits, &["--", "cat", "answers"]].concat();
    assert_told(&in_folder(folder.path(), &arguments).output().expect("it runs"), 0, &["passed"]);
    let arguments = [&fixed[..], &["--build-limit", "100ms", "--", "cat", "answers"]].concat();
    let told = in_folder(folder.path(), &arguments).output().expect("it runs");
    assert_told(&told, 1, &["the build failed: it did not end within 100 ms"]);
}

#[test]
fn a_report_is_written_too_where_nothing_could_be_judged() {
    let Some(folder) = with_kit() else { return };
    let kit = folder.path().join("kit");
    let reports: Vec<_> = ["text", "json", "junit", "tap", "exercism", "html"]
        .iter()
        .map(|form| format!("--report {form}=a.{form}"))
        .collect();
    let line = format!("judge --build false {}", reports.join(" "));
    assert_told(&typed(&kit, &line), 1, &["the build failed: it ended with status 1"]);
    for form in ["text", "json", "junit", "tap", "exercism", "html"] {
        let report = fs::read_to_string(kit.join(format!("a.{form}"))).expect("it is written");
        assert!(report.contains("the build failed: it ended with status 1"), "{form}: {report}");
    }
    fs::write(kit.join("solution.py"), "def set(:\n").expect("there is room");
    assert_told(&typed(&kit, &format!("judge {}", reports.join(" "))), 1, &["it does not load"]);
    for form in ["text", "json", "junit", "tap", "exercism", "html"] {
        let report = fs::read_to_string(kit.join(format!("a.{form}"))).expect("it is written");
        assert!(report.contains("it does not load") && report.contains("solution.py"), "{form}: {report}");
    }
}

#[test]
fn reports_say_each_value_and_where_it_comes_from() {
    let Some(folder) = with_kit() else { return };
    let kit = folder.path().join("kit");
    let manifest = fs::read_to_string(kit.join("rewind.toml")).expect("it is there");
    let limited = manifest.replace("# [limits]", "[limits]").replace("# case = \"2s\"", "case = \"2500ms\"");
    fs::write(kit.join("rewind.toml"), limited).expect("there is room");
    let line = "judge --case read --memory-limit 1GiB --report text=a.txt --report json=a.json";
    assert_told(&typed(&kit, line), 0, &[]);
    let report = fs::read_to_string(kit.join("a.txt")).expect("it is written");
    for said in [
        "run             python3 adapter.py solution.py (rewind.toml)",
        "protocol        session (rewind.toml)",
        "level           1 (rewind.toml)",
        "clock           monotone (default)",
        "limits.start    10s (default)",
        "limits.case     2500ms (rewind.toml)",
        "limits.memory   1GiB (option)",
        "limits.output   16MiB (default)",
    ] {
        assert!(report.contains(&format!("{said}\n")), "{said:?} is missing in\n{report}");
    }
    let report: serde_json::Value =
        serde_json::from_slice(&fs::read(kit.join("a.json")).expect("it is written")).expect("it is JSON");
    let settings = report["about"]["settings"].as_array().expect("they are there");
    let level = serde_json::json!({"key": "level", "value": "1", "from": "rewind.toml"});
    assert!(settings.contains(&level), "{settings:?}");
}

#[test]
fn a_clock_that_changes_nothing_is_said_to() {
    let Some(folder) = with_kit() else { return };
    let note = "note: --clock changes nothing without --strict";
    assert_told(&typed(folder.path(), "hunt kit --cases 2 --clock free"), 0, &[note]);
    for line in
        ["hunt kit --cases 2 --clock monotone --strict", "hunt kit --cases 2", "hunt kit --cases 2 --level 5"]
    {
        let output = typed(folder.path(), line);
        assert!(output.status.success() && !text(&output.stderr).contains(note), "{line}");
    }
}

/// A byte order mark hid the first declaration, and Python asked for an ending in small letters.
#[rstest]
#[case("python3", "python/solution.py", "MINE.PY", "")]
#[case("python3", "python/solution.py", "mine.py", "")]
#[case("node", "javascript/solution.js", "mine.js", "module.exports = Solution;")]
fn a_file_of_an_editor_of_windows_is_judged_as_it_stands(
    #[case] program: &str,
    #[case] solution: &str,
    #[case] name: &str,
    #[case] without: &str,
) {
    if !has(program) {
        return;
    }
    let folder = tempfile::tempdir().expect("there is room");
    let solution = fs::read_to_string(top().join("fixtures/solutions").join(solution)).expect("it is there");
    let solution = solution.replace(without, "").replace('\n', "\r\n");
    let class = solution.find("class Solution").filter(|_| program == "node").unwrap_or_default();
    fs::write(folder.path().join(name), format!("\u{feff}{}", &solution[class..])).expect("there is room");
    let output = in_folder(folder.path(), &["judge", name, "--level", "2"]).output();
    assert_told(&output.expect("it runs"), 0, &["level 2  all"]);
}

/// Four saves in a row, each during a run, made it deaf to the file.
#[test]
fn a_file_that_was_saved_during_many_runs_is_watched_all_the_same() {
    let Some(folder) = with_kit() else { return };
    let (manifest, solution) = (folder.path().join("kit/rewind.toml"), folder.path().join("kit/solution.py"));
    let told = fs::read_to_string(&manifest).expect("it is there");
    fs::write(&manifest, format!("build = \"sleep 1\"\n{told}")).expect("there is room");
    let right = fs::read_to_string(&solution).expect("it is there");
    let mut terminal = Terminal::start(in_folder(folder.path(), &["judge", "kit", "--watch"]));
    let mut seen = terminal.wait_for("building…", 0);
    for _ in 0..5 {
        std::thread::sleep(Duration::from_millis(400));
        fs::write(&solution, &right).expect("there is room");
    }
    seen = terminal.wait_for("passed ·", seen);
    std::thread::sleep(Duration::from_secs(1));
    fs::write(&solution, "class Solution:\n    def set(self, key, field, value): pass\n")
        .expect("there is room");
    seen = terminal.wait_for("failed ·", seen);
    terminal.press("q");
    assert!(terminal.child.wait().expect("it ends").code().is_some());
    terminal.wait_for("\u{1b}[?1049l", seen);
}

#[test]
fn the_watch_screen_tells_that_it_builds_and_builds_again_on_save() {
    let Some(folder) = with_kit() else { return };
    let kit = folder.path().join("kit");
    let manifest = fs::read_to_string(kit.join("rewind.toml")).expect("it is there");
    fs::write(kit.join("rewind.toml"), format!("build = \"sleep 0.3; sh build.sh\"\n{manifest}"))
        .expect("there is room");
    fs::write(kit.join("build.sh"), "true\n").expect("there is room");
    let mut terminal = Terminal::start(in_folder(folder.path(), &["judge", "kit", "--watch"]));
    let seen = terminal.wait_for("building…", 0);
    let seen = terminal.wait_for("passed ·", seen);
    fs::write(kit.join("build.sh"), "echo line 7: no such name; exit 1\n").expect("there is room");
    let seen = terminal.wait_for("building…", seen);
    terminal.wait_for("| line 7: no such name", seen);
    let seen = terminal.wait_for("failed ·", seen);
    fs::write(kit.join("build.sh"), "sleep 100\n").expect("there is room");
    let seen = terminal.wait_for("building…", seen);
    terminal.press("q");
    assert!(terminal.child.wait().expect("it ends").code().is_some());
    terminal.wait_for("\u{1b}[?1049l", seen);
}
