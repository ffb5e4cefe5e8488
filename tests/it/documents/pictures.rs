//! The pictures of the documents: terminals as SVG, printed anew by each run of the tests, and pages as PNG, of which the
//! checksum of the page is held. `REWIND_PICTURES=1 cargo test pictures` takes all of them anew; look at them before
//! they are committed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anstyle::RgbColor;
use anstyle_svg::{Term, WIN10_CONSOLE};

use super::transcripts::shell;
use super::{all, name, read};
use crate::{text, top};

/// Terminals: the name of a picture, and the command that is shown in it.
const TERMINALS: [(&str, &str); 6] = [
    ("failure.svg", "rewind judge mine.py --level 3"),
    ("hunt.svg", "rewind hunt mine.py --level 3 --seed 3"),
    ("level1.svg", "rewind explain level1.json"),
    ("level2.svg", "rewind explain level2.json"),
    ("level3.svg", "rewind explain level3.json"),
    ("level4.svg", "rewind explain level4.json"),
];

/// Pages: the name of a picture, the command that prints the page, and where in it the picture is taken.
const PAGES: [(&str, &str, &str); 1] = [("page.png", "rewind explain list.json --html -", "#step=5")];

/// Columns of a terminal.
const COLUMNS: usize = 100;

/// Where the pictures are.
fn folder() -> PathBuf {
    top().join("docs/pictures")
}

/// Are they taken anew?
fn are_taken() -> bool {
    std::env::var_os("REWIND_PICTURES").is_some()
}

/// What a command prints in the folder of the documents' fixtures.
fn printed(command: &str) -> String {
    let fixtures = top().join("fixtures/readme");
    // Python would leave its own files beside the fixtures.
    let output =
        shell(command, &fixtures).env("CLICOLOR_FORCE", "1").env("PYTHONDONTWRITEBYTECODE", "1").output();
    text(&output.expect("there is a shell").stdout)
}

/// Breaks lines that are too long at a space.
fn wrapped(shown: &str) -> String {
    let (mut wrapped, mut column, mut is_escape, mut space) = (String::new(), 0, false, (0, 0));
    for c in shown.chars() {
        is_escape |= c == '\x1b';
        if c == '\n' {
            column = 0;
        } else if !is_escape {
            if column == COLUMNS {
                wrapped.replace_range(space.0..=space.0, "\n");
                column -= space.1;
            }
            column += 1;
        }
        if c == ' ' {
            space = (wrapped.len(), column);
        }
        wrapped.push(c);
        is_escape &= c != 'm';
    }
    wrapped
}

/// The looks of a terminal: what is dark on dark by default is made to be read.
fn looks() -> Term {
    let mut palette = WIN10_CONSOLE;
    for (color, rgb) in [(1, (255, 107, 107)), (2, (122, 214, 122)), (3, (232, 189, 87))] {
        palette.0[color] = RgbColor(rgb.0, rgb.1, rgb.2);
    }
    let term = Term::new().palette(palette).min_width_px(COLUMNS * 84 / 10);
    term.fg_color(RgbColor(232, 232, 232).into()).bg_color(RgbColor(24, 26, 31).into())
}

/// A terminal in which a command was typed.
fn terminal(command: &str) -> String {
    let shown = format!("\x1b[1m$ {command}\x1b[0m\n{}", printed(command));
    let picture = looks().render_svg(wrapped(&shown).trim_end());
    picture.replace(".dimmed { opacity: 0.4; }", ".dimmed { opacity: 0.65; }")
}

/// The checksum of each page that a picture was taken of.
fn checksums() -> BTreeMap<String, String> {
    let checksum = |command: &str| format!("{:08x}", crc32fast::hash(printed(command).as_bytes()));
    PAGES.iter().map(|(name, command, _)| ((*name).to_owned(), checksum(command))).collect()
}

/// Takes a picture of a page.
fn take(picture: &Path, page: &str, address: &str) {
    let scratch = tempfile::tempdir().expect("there is room");
    let file = scratch.path().join("page.html");
    std::fs::write(&file, page).expect("there is room");
    let status = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1000,560"])
        .arg(format!("--user-data-dir={}", scratch.path().join("profile").display()))
        .arg(format!("--screenshot={}", picture.display()))
        .arg(format!("file://{}{address}", file.display()))
        .stderr(Stdio::null())
        .status();
    assert!(status.expect("pictures of pages are taken by chromium").success());
}

#[test]
fn the_pictures_of_terminals_are_what_is_printed() {
    for (name, command) in TERMINALS {
        let (picture, fresh) = (folder().join(name), terminal(command));
        assert!(fresh.len() <= 30_000, "{name} has {} bytes", fresh.len());
        if are_taken() {
            std::fs::write(&picture, &fresh).expect("it can be written");
        }
        let is_same = std::fs::read_to_string(picture).is_ok_and(|shown| shown == fresh);
        assert!(is_same, "{name} is an old picture: REWIND_PICTURES=1 cargo test pictures takes all anew");
    }
}

#[test]
fn the_pictures_of_pages_were_taken_of_these_pages() {
    let (file, fresh) = (folder().join("pictures.json"), checksums());
    let known = || std::fs::read_to_string(&file).unwrap_or_default();
    if are_taken() {
        for (name, command, address) in PAGES {
            take(&folder().join(name), &printed(command), address);
        }
        let known = serde_json::to_string_pretty(&fresh).expect("texts are JSON") + "\n";
        std::fs::write(&file, known).expect("it can be written");
    }
    let known: BTreeMap<String, String> = serde_json::from_str(&known()).unwrap_or_default();
    assert_eq!(known, fresh, "a page has changed: REWIND_PICTURES=1 cargo test pictures takes all anew");
}

#[test]
fn pictures_are_small_known_and_described() {
    let entries = std::fs::read_dir(folder()).expect("the folder is there");
    let mut bytes = 0;
    for entry in entries.map(|entry| entry.expect("it can be listed")) {
        let (name, length) =
            (entry.file_name().display().to_string(), entry.metadata().expect("it is there").len());
        let is_known = TERMINALS.iter().any(|(known, _)| *known == name)
            || PAGES.iter().any(|(known, ..)| *known == name)
            || name == "pictures.json";
        assert!(is_known, "{name} is no picture of these");
        assert!(length > 0 && length <= 100_000, "{name} has {length} bytes");
        bytes += length;
    }
    assert!(bytes <= 500_000, "all pictures have {bytes} bytes");
    for document in all() {
        for picture in read(&document).split("![").skip(1) {
            let words = picture.split(']').next().unwrap_or_default().split_whitespace().count();
            assert!(words >= 8, "{}: a picture has no description of what is seen", name(&document));
        }
    }
}
