//! Stores in `fixtures/store`, good and damaged, and what the program says of each as golden text.
//!
//! `REWIND_FIXTURES=write INSTA_UPDATE=always cargo test stored_fixtures` makes them and the golden texts anew. The
//! good ones of a version are never written over: they were written by that version, and all later ones must open
//! them. While a format is still being worked on, delete them before.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Once;

use rstest::rstest;

use crate::program::stored::{Scratch, files};
use crate::program::stored_fixtures_made::made;
use crate::{assert_golden, feed, rewind, text, top};

fn folder() -> PathBuf {
    top().join("fixtures/store")
}

/// The directories of stores, in order, written before if that was asked for.
fn stores() -> Vec<PathBuf> {
    static WRITTEN: Once = Once::new();
    WRITTEN.call_once(|| {
        if std::env::var("REWIND_FIXTURES").is_ok_and(|wanted| wanted == "write") {
            for (name, files) in &made() {
                write(&folder().join(name), files);
            }
        }
    });
    let entries = std::fs::read_dir(folder()).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("it can be listed").path());
    let mut paths: Vec<_> = paths.filter(|path| path.is_dir()).collect();
    paths.sort();
    assert!(paths.len() > 20, "{} fixtures", paths.len());
    paths
}

fn write(directory: &Path, files: &BTreeMap<String, Vec<u8>>) {
    let name = directory.file_name().expect("it has a name").to_string_lossy();
    if directory.exists() {
        if name.starts_with('v') {
            return;
        }
        std::fs::remove_dir_all(directory).expect("it is ours");
    }
    std::fs::create_dir_all(directory).expect("there is room");
    for (name, bytes) in files {
        std::fs::write(directory.join(name), bytes).expect("there is room");
    }
}

/// A copy of a fixture, as everything that opens a store may change it.
fn copy(fixture: &Path) -> Scratch {
    let scratch = Scratch::new();
    write(&scratch.store(), &files(fixture));
    scratch
}

/// What a command says, its status last.
fn said(scratch: &Scratch, command: &[&str], input: &str) -> String {
    let mut arguments = command.to_vec();
    let name = scratch.name();
    arguments.push(&name);
    let output = if input.is_empty() {
        rewind(&arguments).output().expect("it runs")
    } else {
        feed(&arguments, input.as_bytes())
    };
    // Where it lies differs from run to run.
    let shown = (text(&output.stdout) + &text(&output.stderr)).replace(&name, "DIR");
    format!(
        "$ rewind {} DIR\n{shown}status {}\n\n",
        command.join(" "),
        output.status.code().expect("it ends")
    )
}

/// The names of its files, a line each.
fn names(scratch: &Scratch) -> String {
    scratch.files().keys().fold(String::new(), |mut names, name| {
        writeln!(names, "{name}").expect("memory does not fail");
        names
    })
}

const SCAN: &str = r#"[["SCAN", "user"], ["SCAN", "odd\n\"key\""], ["SET", "new", "field", "value"]]"#;

#[test]
fn of_every_store_the_same_is_said() {
    for fixture in stores() {
        let scratch = copy(&fixture);
        let verdict = said(&scratch, &["log", "verify"], "");
        let mut shown = verdict.clone() + &said(&scratch, &["log", "replay", "--format", "text"], "");
        assert_eq!(scratch.files(), files(&fixture), "what only looks changes nothing");
        shown += &said(&copy(&fixture), &["run", "-", "--store"], SCAN);
        shown += &said(&scratch, &["log", "repair"], "");
        if verdict.ends_with("status 0\n\n") {
            assert_eq!(scratch.files(), files(&fixture), "a repair of what is good does nothing");
        } else {
            shown += &said(&scratch, &["log", "verify"], "");
            shown += &said(&scratch, &["run", "-", "--store"], SCAN);
            shown += &said(&scratch, &["log", "replay", "--format", "text"], "");
            write!(shown, "in the end there are\n{}", names(&scratch)).expect("memory does not fail");
        }
        let name = fixture.file_name().expect("it has a name").to_string_lossy();
        assert_golden("store", &name, &shown);
    }
}

#[rstest]
fn a_store_of_each_version_opens_and_holds_what_was_put_in(#[values("v1-", "v2-")] version: &str) {
    let is_of =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(version));
    let ones: Vec<_> = stores().into_iter().filter(is_of).collect();
    assert!(ones.len() >= 4, "{} stores", ones.len());
    for fixture in ones {
        let scratch = copy(&fixture);
        assert!(
            said(&scratch, &["log", "verify"], "").ends_with("all good\nstatus 0\n\n"),
            "{}",
            fixture.display()
        );
        let restored = said(
            &scratch,
            &["run", "-", "--format", "text", "--store"],
            r#"[["SCAN", "user"], ["RESTORE", 1000, 40], ["SCAN_AT", "user", 1059], ["SCAN_AT", "user", 1060]]"#,
        );
        let free = fixture.to_string_lossy().ends_with("-free");
        let token = if free { "name(Ada)" } else { "name(Ada), token(x7)" };
        for part in ["status 0", &format!("\"{token}\"\n")] {
            assert!(restored.contains(part), "{part:?} is missing in {}:\n{restored}", fixture.display());
        }
    }
}

#[test]
fn every_store_that_is_made_is_there() {
    let there: Vec<_> =
        stores().iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
    // Those of an earlier version are made no more.
    let there: Vec<_> = there.into_iter().filter(|name| !name.starts_with("v1-")).collect();
    assert_eq!(there, made().into_keys().collect::<Vec<_>>());
    for fixture in stores() {
        assert!(!fixture.join("lock").exists(), "a lock belongs to a process");
    }
}
