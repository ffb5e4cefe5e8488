//! All tests that use the project from outside, in one binary.

/// How much is tried.
#[cfg(feature = "judge")]
mod amounts;
/// A browser that pages are tried in.
#[cfg(all(unix, feature = "cli"))]
mod browser;
/// The front door.
#[cfg(all(feature = "store", feature = "judge"))]
mod db;
/// What people read.
#[cfg(all(unix, feature = "cli"))]
mod documents;
mod engine;
/// The server, as it is asked over HTTP.
#[cfg(all(unix, feature = "cli"))]
mod http;
#[cfg(feature = "judge")]
mod judge;
mod language;
#[cfg(feature = "cli")]
mod program;
/// The server, as its clients find it.
#[cfg(all(unix, feature = "cli"))]
mod serve;
/// The program as a server.
#[cfg(all(feature = "cli", unix))]
mod served;
/// The program, started.
#[cfg(feature = "cli")]
mod started;
// Lists drawn from a seed are of the room `judge`.
#[cfg(all(feature = "store", feature = "judge"))]
mod store;

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rewinddb::engine::Engine;
use rewinddb::query::{Language, Level};
use rewinddb::time::Backwards;
use rewinddb::wire::{Request, Term};

#[cfg(feature = "cli")]
use crate::started::{feed, feed_to, rewind, text};

/// The language that the tests are written in.
fn language() -> &'static Language {
    Language::records()
}

/// All of it.
fn whole() -> Level {
    language().last_level()
}

/// What a request is answered, in memory.
fn answer(engine: &mut Engine, request: &Request<'_>) -> Result<Term, Backwards> {
    let mut replies = Vec::new();
    engine.apply_group(None, request.queries(), |reply| replies.push(reply.to_string()))?;
    Ok(match request {
        Request::One(_) => Term::Text(replies.pop().expect("a query has a reply")),
        Request::Batch(_) => Term::Array(replies),
    })
}

/// The top of the project.
fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a folder of `fixtures` that hold queries, in order. Listed when the tests run, so that a new file
/// needs no rebuild.
#[cfg(feature = "judge")]
fn fixtures(folder: &str) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(top().join("fixtures").join(folder)).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("it can be listed").path());
    let holds_queries = |path: &std::path::PathBuf| {
        path.extension().is_some_and(|extension| extension == "json" || extension == "jsonl")
    };
    let mut paths: Vec<_> = paths.filter(holds_queries).collect();
    paths.sort();
    assert!(!paths.is_empty(), "no fixtures in {folder}");
    paths
}

/// Compares a document with what it should say, which `fresh` makes of what it says.
///
/// `INSTA_UPDATE=always cargo test` writes it anew; look at the difference before it is committed.
fn assert_document(path: &Path, fresh: impl FnOnce(&str) -> String) {
    /// Several tests print a part each of one document: not at the same time.
    static PRINTING: Mutex<()> = Mutex::new(());
    let prints = std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always");
    let _turn = prints.then(|| PRINTING.lock().unwrap_or_else(PoisonError::into_inner));
    let text = std::fs::read_to_string(path).expect("the document is there");
    let fresh = fresh(&text);
    if text == fresh {
        return;
    }
    if prints {
        // Whoever reads it meanwhile finds all of it.
        let beside = path.with_extension("new");
        std::fs::write(&beside, &fresh).expect("it can be written");
        std::fs::rename(&beside, path).expect("it can be replaced");
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
#[cfg(feature = "cli")]
fn assert_golden(folder: &str, name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(top().join("fixtures").join(folder));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(format!("{name}.golden"), text));
}
