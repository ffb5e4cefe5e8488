//! All tests that use the project from outside, in one binary.

/// What was once wrong with sessions.
mod session_regression;
/// Sessions: a naive model over random interleavings, and stories of two sessions.
mod sessions;

/// Snapshots and syncs in the background of a store.
mod background;
/// Images with a mistake in them are refused, or do no harm.
mod broken_image;
/// Candidates that misbehave.
mod candidates;
/// Both kinds of disk, by one script; counting, crashes and faults.
mod disk;
/// A database as the queries that rebuild it.
mod dump;
/// Lists explained step by step, as text and as a page.
mod explain;
/// The format on disk, held against its documents.
mod format;
/// Suites by level: expected answers, and golden transcripts under both clock rules.
mod golden;
/// Databases that are frozen, written down and brought back.
mod image;
/// Suites, judging and hunting from the command line.
mod judging;
/// Lists drawn from a seed.
mod lists;
/// What may befall a store, case by case: cuts, flipped bits, crashes, failures of the disk.
mod matrix;
/// Memory that nothing can see any more is given back.
mod memory;
/// An independent model: plain maps and full copies.
mod model;
/// Mistakes that stores have been known for.
mod older_stores;
/// The page of an explained list, in a browser.
mod page;
/// What a loss of power may leave on a simulated disk.
mod power;
/// The program as a person or a pipe uses it.
mod program;
/// Random and exhaustive lists: the engine against the model.
mod random;
/// The JSON reader against `serde_json`.
mod reader;
/// The README's commands, run as written.
mod readme;
/// Inputs that are refused, with their messages as golden text.
mod refused;
/// What was once wrong.
mod regression;
/// The shell: in a terminal, from a pipe, and what it saves.
mod repl;
/// Who may import whom.
mod rooms;
/// Correct solutions in every language, and the starter kits.
mod solutions;
/// What was once wrong with the store.
mod store_regression;
/// A store in a directory of its own, for the tests of the program.
mod stored;
/// Disks that take no more, and directories that another process has.
mod stored_failures;
/// Stores in `fixtures/store`, and what is said of each.
mod stored_fixtures;
/// How those are made.
mod stored_fixtures_made;
/// The program, killed in the midst of its work.
mod stored_kills;
/// What lies in the directory of a store.
mod stored_log;
/// What is told of damaged stores, and what is left of them.
mod stored_repairs;
/// Runs against a store, and those that are refused.
mod stored_runs;
/// Transactions on disk.
mod stored_sessions;
/// What the table of operations says of itself, and the documents printed from it.
mod table;
/// A terminal with the program in it.
#[cfg(unix)]
mod terminal;
/// Judging again on save, in a terminal.
#[cfg(unix)]
mod watched;
/// Wrong solutions: a classic mistake each.
mod wrong;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The top of the project.
fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a folder of `fixtures` that hold queries, in order. Listed when the tests run, so that a new file
/// needs no rebuild.
fn fixtures(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(top().join("fixtures").join(folder)).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("it can be listed").path());
    let holds_queries = |path: &PathBuf| {
        path.extension().is_some_and(|extension| extension == "json" || extension == "jsonl")
    };
    let mut paths: Vec<_> = paths.filter(holds_queries).collect();
    paths.sort();
    assert!(!paths.is_empty(), "no fixtures in {folder}");
    paths
}

/// A run of the program from the top of the project, with nothing of the terminal it was started from.
fn rewind(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rewind"));
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command.current_dir(top()).args(arguments).stdin(Stdio::null());
    command
}

/// Runs the program with an input.
fn feed(arguments: &[&str], input: &[u8]) -> Output {
    feed_to(rewind(arguments), input)
}

/// Runs a command with an input.
fn feed_to(mut command: Command, input: &[u8]) -> Output {
    let piped = || Stdio::piped();
    let mut child = command.stdin(piped()).stdout(piped()).stderr(piped()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // A program that refuses its input need not read all of it.
        let _ = std::io::Write::write_all(&mut stdin, &input);
    });
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("the writer ends");
    output
}

/// The text of an output.
fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the program writes UTF-8")
}

/// Compares a document with what it should say, which `fresh` makes of what it says.
///
/// `INSTA_UPDATE=always cargo test` writes it anew; look at the difference before it is committed.
fn assert_document(path: &Path, fresh: impl FnOnce(&str) -> String) {
    let text = std::fs::read_to_string(path).expect("the document is there");
    let fresh = fresh(&text);
    if text == fresh {
        return;
    }
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(path, &fresh).expect("it can be written");
        return;
    }
    let same = text.lines().zip(fresh.lines()).take_while(|(says, should)| says == should).count();
    let [says, should] = [&text, &fresh].map(|text| text.lines().nth(same).unwrap_or("(the end)"));
    panic!(
        "{}, line {}:\n  says        {says}\n  should say  {should}\n\
         INSTA_UPDATE=always cargo test prints it anew",
        path.display(),
        same + 1,
    );
}

/// A document in which what stands between a mark and `<!-- end -->` is put in place of what stood there.
fn with_part(text: &str, mark: &str, part: &str) -> String {
    let begin = format!("<!-- {mark} -->\n");
    let from = text.find(&begin).unwrap_or_else(|| panic!("there is no {begin}")) + begin.len();
    let to = from + text[from..].find("<!-- end -->").expect("the part has an end");
    [&text[..from], part, &text[to..]].concat()
}

/// Compares text with the golden file `name` in a folder below `fixtures`.
///
/// `INSTA_UPDATE=always cargo test` writes the golden files anew; look at the difference before it is committed.
fn assert_golden(folder: &str, name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(top().join("fixtures").join(folder));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(format!("{name}.golden"), text));
}
