//! Right solutions of many shapes, as people have them: each passes all that the exercise promises, with no option, and
//! with a mistake in it does not.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;

use rewinddb::judge::{Case, Exercise, Limits, Notes, Protocol, QueryWords, judge, noted_candidate};
use rewinddb::time::ClockRule;
use rewinddb::track::records::{KITS, Kit, Records, builtin};
use rstest::rstest;

use crate::amounts::{COMPILED_SHAPES, SHAPE_STEP};
use crate::judge::solutions::{has, strips_types};
use crate::{rewind, text, top};

/// The cases of these levels that the exercise promises.
fn promised(levels: std::ops::RangeInclusive<u8>) -> Vec<Case> {
    let cases = builtin(crate::language().last_level(), None).expect("they are good");
    let is_meant = |case: &Case| levels.contains(&case.level);
    let promised = |case: &Case| is_meant(case) && Records.broken_promise(&case.list).is_none();
    cases.into_iter().filter(promised).step_by(SHAPE_STEP.count()).collect()
}

/// The cases that a command fails, and what was found out about it.
fn failures(command: &[String], levels: std::ops::RangeInclusive<u8>) -> (Vec<String>, Vec<String>) {
    let cases = promised(levels);
    assert!(cases.len() * SHAPE_STEP.count() > 40, "there are enough of them");
    failed_of(command, &cases)
}

/// The same of these cases.
fn failed_of(command: &[String], cases: &[Case]) -> (Vec<String>, Vec<String>) {
    let (limits, notes) = (Limits::default(), Notes::default());
    let mut candidate = noted_candidate(&Records, Protocol::Session, command, limits, notes.clone());
    let report = judge(&Records, &mut *candidate, cases, |_, _| ControlFlow::Continue(()));
    assert!(report.cannot_start.is_none(), "{:?}", report.cannot_start);
    let failed = report.cases().filter_map(|case| {
        Some(format!("{}: {} {:?}", case.name, case.failed()?.message, case.failed()?.hint))
    });
    (failed.collect(), notes.told())
}

/// The command that runs a file through the adapter of its language.
fn by_adapter(file: &Path) -> Option<Vec<String>> {
    let kit = Kit::of_file(file).expect("there is one");
    let (program, adapter, _) = kit.adapter().expect("it is run as it stands");
    let folder = top().join("src/track/records/kits").join(kit.name());
    let words = [PathBuf::from(program), folder.join(adapter), file.to_owned()];
    let is_typed = file.extension().is_some_and(|end| end == "ts");
    let runs = has(program) && (!is_typed || strips_types());
    runs.then(|| words.map(|word| word.to_string_lossy().into_owned()).to_vec())
}

fn shape(name: &str) -> PathBuf {
    top().join("fixtures/solutions/shapes").join(name)
}

const FIRST: &[&str] = &["timestamps come first, as "];

#[rstest]
#[case("python_async.py", &[])]
#[case("python_camel.py", &["timestamps come where each method of "])]
#[case("python_function.py", &[])]
#[case("python_list_method.py", &[])]
#[case("python_module.py", &[])]
#[case("python_other_names.py", &[])]
#[case("python_process_queries.py", &[])]
#[case("python_protocol.py", &[])]
#[case("python_query_method.py", &[])]
#[case("python_timestamps_first.py", FIRST)]
#[case("javascript_async.js", &[])]
#[case("javascript_function.js", &[])]
#[case("javascript_list_method.js", &[])]
#[case("javascript_module.mjs", &[])]
#[case("javascript_other_names.js", &[])]
#[case("javascript_timestamps_first.js", FIRST)]
#[case("typescript_class.ts", &[])]
#[case("typescript_module.ts", &[])]
fn a_right_solution_of_any_shape_passes_as_it_stands(#[case] name: &str, #[case] noted: &[&str]) {
    let Some(command) = by_adapter(&shape(name)) else { return };
    let (failed, notes) = failures(&command, 1..=4);
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!(notes.len(), noted.len(), "{notes:?}");
    assert!(notes.iter().zip(noted).all(|(note, wanted)| note.starts_with(wanted)), "{notes:?}");
}

#[rstest]
#[case("python_async.py", "now < end", "now <= end")]
#[case("python_other_names.py", "end <= int(ts)", "end < int(ts)")]
#[case("python_list_method.py", "sorted(found)", "found")]
#[case("python_timestamps_first.py", "timestamp < cell[1]", "timestamp <= cell[1]")]
#[case("javascript_other_names.js", "end - at]", "end]")]
#[case("javascript_list_method.js", "? -1 : 1", "? 1 : -1")]
#[case("typescript_class.ts", "now < this.end", "now <= this.end")]
#[case("typescript_module.ts", "now < cell.end", "now <= cell.end")]
fn a_wrong_solution_of_any_shape_stays_red(#[case] name: &str, #[case] right: &str, #[case] wrong: &str) {
    let folder = tempfile::tempdir().expect("there is room");
    let solution = std::fs::read_to_string(shape(name)).expect("it is there");
    assert!(solution.contains(right), "{solution}");
    let file = folder.path().join(name);
    std::fs::write(&file, solution.replace(right, wrong)).expect("it is written");
    let Some(command) = by_adapter(&file) else { return };
    assert!(!failures(&command, 1..=4).0.is_empty());
}

/// A kit with a solution in it, built; the command that starts it.
fn built(folder: &Path, kit: &Kit, solution: &str) -> Vec<String> {
    for (name, text) in kit.files() {
        std::fs::write(folder.join(name), text).expect("it is written");
    }
    std::fs::write(folder.join(kit.solution), solution).expect("it is written");
    let build = kit.build.expect("it is built").replace("-O2", "-O0").replace(" --release", "");
    let told =
        Command::new("sh").args(["-c", &build]).current_dir(folder).env_remove("CARGO_TARGET_DIR").output();
    let told = told.expect("there is a shell");
    assert!(told.status.success(), "{}", text(&told.stderr));
    let run = kit.run.replace("release", "debug");
    ["sh", "-c", &format!("cd '{}' && exec {run}", folder.display())].map(str::to_owned).to_vec()
}

/// A shape of a solution that is compiled.
struct Compiled {
    language: &'static str,
    compiler: &'static str,
    /// The folder that it lies in.
    name: &'static str,
    /// What makes it a wrong one: what stands there, and what instead.
    change: (&'static str, &'static str),
}

const fn compiled(
    language: &'static str,
    compiler: &'static str,
    name: &'static str,
    change: (&'static str, &'static str),
) -> Compiled {
    Compiled { language, compiler, name, change }
}

const COMPILED: [Compiled; 13] = [
    compiled("go", "go", "go_timestamps_first", ("now < *e.end", "now <= *e.end")),
    compiled("cpp", "g++", "cpp_text", ("now < cell.end", "now <= cell.end")),
    compiled("rust", "cargo", "rust_timestamps_first", ("now < end", "now <= end")),
    compiled("java", "javac", "java_texts", ("cell.end <= Long", "cell.end < Long")),
    compiled("go", "go", "go_texts", ("number(now) < c.end", "number(now) <= c.end")),
    compiled("rust", "cargo", "rust_list", ("now < cell.end", "now <= cell.end")),
    compiled("cpp", "g++", "cpp_query", ("now < cell.end", "now <= cell.end")),
    compiled("java", "javac", "java_timestamps_first", ("now < end", "now <= end")),
    compiled("java", "javac", "java_list", ("parseLong(now) < Long", "parseLong(now) <= Long")),
    compiled("go", "go", "go_list", ("now < content.end", "now <= content.end")),
    compiled("rust", "cargo", "rust_answers", ("now < end", "now <= end")),
    compiled("cpp", "g++", "cpp_list", ("now < cell.end", "now <= cell.end")),
    compiled("cpp", "g++", "cpp_timestamps_first", ("now < *cell.end", "now <= *cell.end")),
];

impl Compiled {
    /// What comes of it, as it stands or with another text in the place of one; nothing where there is no compiler.
    fn judged(&self, from: &str, to: &str) -> Option<(Vec<String>, Vec<String>)> {
        let version = if self.compiler == "go" { "version" } else { "--version" };
        let told = Command::new(self.compiler).arg(version).output();
        if !told.is_ok_and(|told| told.status.success()) {
            eprintln!("skipped: {} is not there", self.compiler);
            return None;
        }
        let (folder, kit) =
            (tempfile::tempdir().expect("there is room"), Kit::of(self.language).expect("there is one"));
        let solution = std::fs::read_to_string(shape(self.name).join(kit.solution)).expect("it is there");
        assert!(solution.contains(from), "{}: {from} is not there", self.name);
        Some(failures(&built(folder.path(), kit, &solution.replace(from, to)), 1..=4))
    }
}

#[test]
fn compiled_solutions_of_other_shapes_pass_as_they_stand() {
    for shape in COMPILED.iter().take(COMPILED_SHAPES.count()) {
        let Some((failed, notes)) = shape.judged("", "") else { continue };
        assert!(failed.is_empty(), "{}: {failed:#?}", shape.name);
        let is_first = shape.name.ends_with("timestamps_first") || shape.name == "java_texts";
        let is_told = notes.iter().any(|note| note.starts_with(FIRST[0]));
        assert_eq!(is_told, is_first && shape.compiler != "g++", "{}: {notes:?}", shape.name);
    }
}

#[test]
fn compiled_wrong_solutions_of_other_shapes_stay_red() {
    for shape in COMPILED.iter().take(COMPILED_SHAPES.count()) {
        let Some((failed, _)) = shape.judged(shape.change.0, shape.change.1) else { continue };
        assert!(!failed.is_empty(), "{} passes", shape.name);
    }
}

/// Every operation, for a test that compiles may be asked of few solutions only.
#[test]
fn what_a_rust_solution_may_leave_out_is_every_method_that_is_called() {
    let kit = Kit::of("rust").expect("there is one");
    let (_, adapter) = kit.files().find(|(name, _)| *name == "main.rs").expect("it has an adapter");
    let (calls, left_out) = adapter.split_once("pub struct NotWritten").expect("both are there");
    let names = calls.split("database.").skip(1).filter_map(|call| call.split_once('('));
    let called: Vec<_> = names.map(|(name, _)| name).filter(|name| !name.contains([' ', '.', '$'])).collect();
    assert!(called.len() > 30, "{called:?}");
    for method in called {
        let is_there = left_out.lines().any(|line| line.trim_start().starts_with(&format!("{method}(")));
        assert!(is_there, "a solution without {method} does not compile");
    }
}

#[test]
fn no_shape_is_left_out() {
    let source = std::fs::read_to_string(top().join("tests/it/judge/shapes.rs")).expect("it is there");
    for entry in std::fs::read_dir(top().join("fixtures/solutions/shapes")).expect("it is there").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        // A part of another one.
        let is_part = name == "javascript_parts.js";
        assert!(is_part || source.contains(&format!("\"{name}\"")), "{name} is judged by no test");
    }
    assert_eq!(KITS.len(), 6);
}

/// Each operation was told to have no method.
#[test]
fn a_kit_for_cpp_with_a_class_of_another_name_does_not_load() {
    if !has("g++") {
        return;
    }
    let folder = tempfile::tempdir().expect("there is room");
    let command = built(folder.path(), Kit::of("c++").expect("it is there"), "class Mine {};\n");
    let (failed, _) = failed_of(&command, &promised(1..=1)[..1]);
    assert!(failed.iter().any(|told| told.contains("there is no class Solution")), "{failed:?}");
}

/// The code that LEVELS.md has of a level, which goes on from what `before` has if it says so.
fn code_of(document: &str, level: u8, before: &str) -> String {
    let chapter = document.split(&format!("\n## Level {level}: ")).nth(1).expect("it has a chapter");
    let chapter = chapter.split("\n## ").next().expect("it has an end");
    let mut code = String::new();
    for block in chapter.split("\n```python kit/solution.py").skip(1) {
        let (fence, rest) = block.split_once('\n').expect("a fence is a line");
        match fence {
            "" => code.clear(),
            _ if code.is_empty() => code = format!("{before}\n"),
            _ => code.push('\n'),
        }
        code.push_str(&rest.split("```").next().expect("the block has an end").replace('\r', ""));
    }
    code
}

/// Joined as the document says it is what `rewind solution` prints, and right, whatever is asked.
#[rstest]
#[case(1)]
#[case(2)]
#[case(3)]
#[case(4)]
fn the_code_of_levels_md_is_a_solution_as_it_stands(#[case] level: u8) {
    let document = std::fs::read_to_string(top().join("LEVELS.md")).expect("it is there");
    let code = (1..=level).fold(String::new(), |before, level| code_of(&document, level, &before));
    let number = level.to_string();
    let printed = rewind(&["solution", "python", "--level", &number]).output().expect("it runs");
    assert_eq!(text(&printed.stdout), code, "LEVELS.md has another solution of level {level}");
    if !has("python3") {
        return;
    }
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("naive.py").to_string_lossy().into_owned();
    std::fs::write(&file, &code).expect("it is written");
    for strict in [&[][..], &["--strict"]] {
        let arguments = [&["judge", &file, "--level", &number][..], strict].concat();
        let output = rewind(&arguments).output().expect("it runs");
        let shown = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{shown}{}", text(&output.stderr));
        assert!(shown.contains(&format!("\nlevel {level}  all ")) || level == 1, "{shown}");
    }
}

/// What docs/beyond.md shows of levels 5 and 6 is a part of a solution: right where nothing else is asked.
#[test]
fn the_code_of_beyond_md_is_right_as_far_as_it_goes() {
    let document = std::fs::read_to_string(top().join("docs/beyond.md")).expect("it is there");
    let before = rewind(&["solution", "python", "--level", "4"]).output().expect("it runs");
    let code = (5..=6).fold(text(&before.stdout), |before, level| code_of(&document, level, &before));
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("naive.py");
    std::fs::write(&file, code).expect("it is written");
    let Some(command) = by_adapter(&file) else { return };
    let known = "SET GET/2 DELETE/2 SCAN SCAN_BY_PREFIX SET_AT SET_AT_WITH_TTL BACKUP RESTORE ITEMS EXPIRE CLEAR BEGIN \
                 ROLLBACK COMMIT";
    let is_known = |query: &QueryWords| {
        let name = &query[0].texts()[0];
        let counted = format!("{name}/{}", query.len() - 1);
        known.split_whitespace().any(|known| known == name || known == counted)
    };
    let cases = builtin(crate::language().last_level(), Some(ClockRule::Monotone)).expect("they are good");
    let cases: Vec<_> =
        cases.into_iter().filter(|case| case.level > 4 && case.list.iter().all(is_known)).collect();
    assert!(cases.len() > 15, "{} cases", cases.len());
    let failed = failed_of(&command, &cases).0;
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn a_solution_is_printed_as_it_is_judged() {
    for kit in &KITS {
        let printed = rewind(&["solution", kit.name()]).output().expect("it runs");
        assert_eq!(text(&printed.stdout), kit.reference);
        let folder = if kit.name() == "c++" { "cpp" } else { kit.name() };
        let file = top().join("fixtures/solutions").join(folder).join(kit.solution);
        assert_eq!(std::fs::read_to_string(file).expect("it is there"), kit.reference);
    }
    let refused = rewind(&["solution", "go", "--level", "2"]).output().expect("it runs");
    let told = text(&refused.stderr);
    assert!(refused.status.code() == Some(2) && told.contains("one solution, of all levels"), "{told}");
}
