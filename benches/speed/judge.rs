//! Judging by the protocol `session`: what it costs beside the candidate's own time, and how soon the first verdict is
//! there. The candidates are the correct solutions of the fixtures in the starter kits.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use rewinddb::judge::{Case, Exercise, Limits, Protocol, candidate, judge};
use rewinddb::time::ClockRule;
use rewinddb::track::records::{Kit, Records, builtin};

use crate::meter::in_turn;

const CASES: usize = 1_000;
const ROUNDS: usize = 7;

/// Answers the same lists in one Python process, and prints how long that took in seconds, reading them aside.
const OWN: &str = "import json,sys,time
sys.path.insert(0, sys.argv[1])
import adapter
lists = json.load(open(sys.argv[2])); solution = adapter.load(sys.argv[1] + '/solution.py')
begun = time.perf_counter()
for queries in lists: solution.reset(); solution.answers(queries)
print(time.perf_counter() - begun)";

/// Prints the table.
pub(crate) fn table() {
    println!("judging {CASES} cases in a session (medians of {ROUNDS} rounds)");
    let cases = builtin(rewinddb::query::Language::records().exercise(), Some(ClockRule::Monotone))
        .expect("they are good");
    // Of one level, so that one process answers them all.
    let cases = cases.into_iter().filter(|case| case.level == Records.last_level());
    let cases: Vec<Case> = cases.collect::<Vec<_>>().into_iter().cycle().take(CASES).collect();
    for (language, solution) in [("python", "python/solution.py"), ("rust", "rust/solution.rs")] {
        match kit(language, solution) {
            Some(folder) => of_kit(Kit::of(language).expect("there is one"), &folder, &cases),
            None => println!("{language:>8}  its toolchain is not there"),
        }
    }
}

fn of_kit(kit: &Kit, folder: &Path, cases: &[Case]) {
    let command: Vec<String> = kit.run.split(' ').map(|word| in_folder(folder, word)).collect();
    let mut judged = || seconds(|| judge_all(&command, cases));
    let mut started = || seconds(|| judge_all(&command, &cases[..1]));
    let mut first = || first_verdict(&command);
    let lists = folder.join("lists.json");
    let written = std::fs::write(
        &lists,
        serde_json::json!(cases.iter().map(|case| &case.list).collect::<Vec<_>>()).to_string(),
    );
    let mut own = || if kit.language == "Python" && written.is_ok() { own(folder, &lists) } else { f64::NAN };
    let medians = in_turn(ROUNDS, &mut [&mut judged, &mut started, &mut own, &mut first]);
    let [judged, started, own, first] = [medians[0], medians[1], medians[2], medians[3]];
    let own_time = if own.is_nan() { 0.0 } else { own };
    println!(
        "{:>8}  {:>7.0} ms in all, start {:>5.1} ms; a case {:>6.3} ms, of it beside its own time {:>6.3} ms; first verdict of the program after {:>5.1} ms",
        kit.language,
        judged * 1e3,
        started * 1e3,
        (judged - started) / CASES as f64 * 1e3,
        (judged - started - own_time) / CASES as f64 * 1e3,
        first * 1e3
    );
}

/// A kit with its solution, built; `None` where that cannot be done.
fn kit(language: &str, solution: &str) -> Option<PathBuf> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("kit-{language}"));
    let kit = Kit::of(language).ok()?;
    std::fs::create_dir_all(&folder).ok()?;
    for (name, text) in kit.files() {
        std::fs::write(folder.join(name), text).ok()?;
    }
    std::fs::copy(top.join("fixtures/solutions").join(solution), folder.join(kit.solution)).ok()?;
    let build = kit.build.unwrap_or("python3 --version");
    let mut command = Command::new("sh");
    command.args(["-c", build]).current_dir(&folder).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().ok()?.success().then_some(folder)
}

/// A word of a kit's command, made good for another folder.
fn in_folder(folder: &Path, word: &str) -> String {
    let path = folder.join(word);
    if path.is_file() { path.to_string_lossy().into_owned() } else { word.to_owned() }
}

fn judge_all(command: &[String], cases: &[Case]) {
    let mut candidate = candidate(&Records, Protocol::Session, command, Limits::default());
    let report = judge(&Records, &mut *candidate, cases, |_, _| ControlFlow::Continue(()));
    assert!(report.is_passed(), "a correct solution passes");
}

/// How long the program takes to its first verdict, the end of a run on the one case that is asked for.
fn first_verdict(command: &[String]) -> f64 {
    let arguments = ["judge", "--protocol", "session", "--case", "a set value is read back", "--"];
    seconds(|| {
        let status = Command::new(env!("CARGO_BIN_EXE_rewind"))
            .args(arguments)
            .args(command)
            .stdout(Stdio::null())
            .status();
        assert!(status.is_ok_and(|status| status.success()), "a correct solution passes");
    })
}

fn own(folder: &Path, lists: &Path) -> f64 {
    let output = Command::new("python3").args(["-c", OWN]).arg(folder).arg(lists).output();
    let printed = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    printed.ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(f64::NAN)
}

fn seconds(work: impl FnOnce()) -> f64 {
    let begun = Instant::now();
    work();
    begun.elapsed().as_secs_f64()
}
