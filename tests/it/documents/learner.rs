//! LEVELS.md as somebody follows it: from the first page to the last in one folder, each block of Python that is for a
//! file is put there, and each `$ command` is run.

use std::path::Path;

use rewinddb::track::records::promises;

use super::read;
use super::transcripts::printed;
use crate::{assert_document, top};

/// A block of the document, while it lasts.
enum Block<'d> {
    /// Commands, and what they print.
    Console,
    /// Text for a file of this name.
    File(&'d str, String),
    Other,
}

impl<'d> Block<'d> {
    /// The block that a fence opens: "```python NAME" begins a file, "```python NAME goes on" adds to it.
    fn of(fence: &'d str, folder: &Path) -> Self {
        let Some(rest) = fence.strip_prefix("```python ") else {
            return if fence == "```console" { Self::Console } else { Self::Other };
        };
        match rest.strip_suffix(" goes on") {
            None => Self::File(rest, String::new()),
            Some(name) => {
                let before = std::fs::read_to_string(folder.join(name)).expect("it has begun");
                Self::File(name, before + "\n")
            }
        }
    }
}

/// The document with what each of its commands prints now.
fn followed(document: &str) -> String {
    let folder = tempfile::tempdir().expect("there is room");
    let (mut fresh, mut block) = (String::new(), None);
    for line in document.lines() {
        let is_fence = line.starts_with("```");
        match (&mut block, line.strip_prefix("$ ")) {
            (Some(Block::Console), Some(command)) => {
                fresh.push_str(&format!("{line}\n{}", printed(command, folder.path())));
                continue;
            }
            (Some(Block::Console), None) if !is_fence => continue,
            (Some(Block::File(_, text)), _) if !is_fence => text.push_str(&format!("{line}\n")),
            _ => {}
        }
        if is_fence {
            block = match block.take() {
                None => Some(Block::of(line, folder.path())),
                Some(Block::File(name, text)) => {
                    std::fs::write(folder.path().join(name), text).expect("its folder is there");
                    None
                }
                Some(_) => None,
            };
        }
        fresh.push_str(&format!("{line}\n"));
    }
    fresh
}

#[test]
fn who_follows_levels_md_sees_what_it_shows() {
    let path = top().join("LEVELS.md");
    let text = read(&path);
    let commands = text.lines().filter(|line| line.starts_with("$ rewind ")).count();
    assert!(commands >= 7, "it shows {commands} commands");
    assert_document(&path, followed);
}

#[test]
fn levels_md_has_every_promise_of_the_exercise() {
    let text = read(&top().join("LEVELS.md"));
    for promise in [
        promises::TIMES_RISE,
        promises::NOT_MIXED,
        promises::TTL_POSITIVE,
        promises::BACKUP_EARLY_ENOUGH,
        promises::TEXTS_PRINTABLE,
        promises::NOT_EMPTY,
        promises::NUMBERS_EXACT,
    ] {
        assert!(text.contains(&format!("\n| {} | ", promise.0)), "it has no row of \"{}\"", promise.0);
    }
}
