//! The pictures of the documents: terminals as SVG, printed anew by each run of the tests, and pages as PNG, of which the
//! checksum of the page is held. `REWIND_PICTURES=1 cargo test pictures` takes all of them anew; look at them before
//! they are committed.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anstyle::RgbColor;
use anstyle_svg::{Term, WIN10_CONSOLE};

use super::transcripts::shell;
use super::{all, name, read};
use crate::browser::{Browser, Tab};
use crate::serve::server::Server;
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

/// Pages: the name of a picture, and how a browser comes to what is seen in it.
const PAGES: [(&str, Visit); 2] = [("page.png", explained), ("live.png", live)];

/// How a page comes to be.
type Visit = fn() -> Page;

/// A page to take a picture of.
struct Page {
    html: String,
    /// Shows it in a browser, and gives back the picture in base 64.
    show: fn(&Browser, &Page) -> String,
    /// Who answers it, if it is asked for.
    server: Option<Server>,
}

/// What is in the server whose page is seen.
const CELLS: &str = r#"[["SET_AT","user","name","Ada","1"],["SET_AT","user","city","London","2"],["BACKUP","3"],
["SET_AT","user","city","Turin","5"],["SET_AT_WITH_TTL","user","token","x7","6","60000"],["BACKUP","8"],
["APPEND","cart","items","apples"],["APPEND","cart","items","pears"],["PUT_WITH_TTL","session","open","600000"],
["TICK","20000"]]"#;

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

/// The page of an explained list, at its restore.
fn explained() -> Page {
    let show = |browser: &Browser, page: &Page| {
        let scratch = tempfile::tempdir().expect("there is room");
        let file = scratch.path().join("page.html");
        std::fs::write(&file, &page.html).expect("there is room");
        let tab = browser.open(&format!("file://{}#step=5", file.display()));
        tab.until("document.querySelector('#steps [aria-current]')");
        shot(&tab)
    };
    Page { html: printed("rewind explain list.json --html -"), show, server: None }
}

/// The page of a server, with a few cells.
fn live() -> Page {
    let server = Server::start(&["--http", "127.0.0.1:0", "--clock", "logical"]);
    let html = asked(&server, "GET", "/", "");
    let show = |browser: &Browser, page: &Page| {
        let server = page.server.as_ref().expect("it serves the page");
        asked(server, "POST", "/v1/query", CELLS);
        let tab = browser.open(&format!("http://{}/", server.address("http")));
        tab.until(
            "document.querySelector('#link')?.dataset.state === 'live' && document.querySelector('#rows tr')",
        );
        tab.click("#typed");
        tab.write("SCAN user");
        tab.press("Enter");
        tab.until("document.querySelector('#answers li')");
        shot(&tab)
    };
    Page { html, show, server: Some(server) }
}

/// What a server answers.
fn asked(server: &Server, method: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(server.address("http")).expect("it listens");
    let head = "host: localhost\r\nconnection: close\r\ncontent-type: application/json";
    let length = body.len();
    write!(stream, "{method} {path} HTTP/1.1\r\n{head}\r\ncontent-length: {length}\r\n\r\n{body}")
        .expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers in UTF-8");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    answer.split_once("\r\n\r\n").expect("the head ends").1.to_owned()
}

/// A picture of what a tab shows, in base 64.
fn shot(tab: &Tab<'_>) -> String {
    tab.resize(1000, 560, false);
    // What is drawn anew for this width is drawn when a frame has passed.
    tab.look::<bool>("new Promise((done) => setTimeout(() => done(true), 300))");
    tab.ask("Page.captureScreenshot", &serde_json::json!({}))["data"]
        .as_str()
        .expect("it is a picture")
        .to_owned()
}

/// Takes a picture of a page.
fn take(picture: &Path, page: &Page) {
    let browser = Browser::start(&["--hide-scrollbars"]).expect("pictures of pages are taken by chromium");
    let mut child = Command::new("base64")
        .arg("-d")
        .stdin(Stdio::piped())
        .stdout(std::fs::File::create(picture).expect("it can be written"))
        .spawn()
        .expect("base64 is there");
    let encoded = (page.show)(&browser, page);
    child.stdin.take().expect("it is piped").write_all(encoded.as_bytes()).expect("it reads");
    assert!(child.wait().expect("it ends").success());
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
    let (file, mut fresh) = (folder().join("pictures.json"), BTreeMap::new());
    for (name, page) in PAGES {
        let page = page();
        fresh.insert(name.to_owned(), format!("{:08x}", crc32fast::hash(page.html.as_bytes())));
        if are_taken() {
            take(&folder().join(name), &page);
        }
    }
    if are_taken() {
        let known = serde_json::to_string_pretty(&fresh).expect("texts are JSON") + "\n";
        std::fs::write(&file, known).expect("it can be written");
    }
    let known = std::fs::read_to_string(&file).unwrap_or_default();
    let known: BTreeMap<String, String> = serde_json::from_str(&known).unwrap_or_default();
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
