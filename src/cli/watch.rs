//! `rewind judge --watch`: judges again whenever a file is saved, on one screen that is drawn anew.
//!
//! ```text
//!   a key, a saved file ──► Event ──► judge again, scroll, end
//!                                        │ breaks off a judging that is under way
//!   levels, summary, failures ──► Screen ◄──┘
//! ```

use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, poll, read};
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode, size,
};
use crossterm::{execute, queue};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use unicode_width::UnicodeWidthChar;

use super::Failure;

/// So long after a save it is waited for more of them, as editors and compilers save in several steps.
const SETTLING: Duration = Duration::from_millis(60);
/// How often keys and saves are looked for while nothing happens.
const TICK: Duration = Duration::from_millis(40);
/// So many folders are watched at most.
const MOST_FOLDERS: usize = 500;
/// Folders whose files nobody edits.
const GENERATED: [&str; 4] = ["target", "node_modules", "__pycache__", "out"];

/// Is the screen taken?
static TAKEN: AtomicBool = AtomicBool::new(false);

/// What a person wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// Judge again.
    Again,
    /// Stop watching.
    End,
    /// Stop at once, as Ctrl-C asks for.
    Interrupt,
    /// Show more of what lies below, or above.
    Scroll(isize),
    /// Draw the same again, as the window has another size.
    Redraw,
}

/// The screen while it is watched, and what is watched.
pub(super) struct Watch {
    saves: Receiver<()>,
    /// It watches as long as it lives.
    _watcher: RecommendedWatcher,
    watched: String,
    top: usize,
}

impl Watch {
    /// Watches the folders of the files that a command names, or else the current one, and takes the screen.
    pub(super) fn begin(command: &[String]) -> Result<Self, Failure> {
        let cannot = |error: &dyn std::fmt::Display| Failure::Usage(format!("cannot watch: {error}"));
        let (sender, saves) = channel();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            if event.is_ok_and(|event| is_save(&event)) {
                // Where nobody listens any more, nothing is watched.
                let _ = sender.send(());
            }
        })
        .map_err(|error| cannot(&error))?;
        let (named, mut folders) = (named_folders(command), Vec::new());
        for folder in &named {
            with_inner(folder.clone(), &mut folders);
        }
        for folder in &folders {
            watcher.watch(folder, RecursiveMode::NonRecursive).map_err(|error| cannot(&error))?;
        }
        let shown = named.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(", ");
        enable_raw_mode().map_err(|error| cannot(&error))?;
        TAKEN.store(true, Ordering::Relaxed);
        execute!(io::stdout(), EnterAlternateScreen, Hide)?;
        Ok(Self { saves, _watcher: watcher, watched: shown, top: 0 })
    }

    /// Waits for a wish.
    pub(super) fn wait(&mut self) -> Result<Wish, Failure> {
        loop {
            if let Some(wish) = self.wish(TICK)? {
                return Ok(wish);
            }
        }
    }

    /// A wish, if there is one within the time.
    pub(super) fn wish(&mut self, within: Duration) -> Result<Option<Wish>, Failure> {
        if self.saves.try_recv().is_ok() {
            while self.saves.recv_timeout(SETTLING).is_ok() {}
            return Ok(Some(Wish::Again));
        }
        if !poll(within)? {
            return Ok(None);
        }
        Ok(match read()? {
            Event::Key(key) if key.kind != KeyEventKind::Release => wish_of(key),
            Event::Resize(..) => Some(Wish::Redraw),
            _ => None,
        })
    }

    /// Scrolls a text.
    pub(super) fn scroll(&mut self, by: isize, text: &str) {
        let (columns, rows) = size().unwrap_or((80, 24));
        let last = rows_of(text, usize::from(columns)).len().saturating_sub(usize::from(rows).max(1) - 1);
        self.top = self.top.saturating_add_signed(by).min(last);
    }

    /// Begins at the top again.
    pub(super) fn rewind(&mut self) {
        self.top = 0;
    }

    /// Draws a text and the keys below it.
    pub(super) fn draw(&self, text: &str, state: &str) -> Result<(), Failure> {
        let (columns, rows) = size().unwrap_or((80, 24));
        let mut out = io::stdout().lock();
        queue!(out, MoveTo(0, 0))?;
        let body = usize::from(rows.saturating_sub(1));
        let lines = rows_of(text, usize::from(columns));
        let lines: Vec<_> = lines.iter().skip(self.top).take(body).collect();
        for row in 0..body {
            queue!(out, MoveTo(0, u16::try_from(row).unwrap_or(u16::MAX)), Clear(ClearType::UntilNewLine))?;
            write!(out, "{}", lines.get(row).map_or("", |line| line))?;
        }
        let keys = format!("{state} · r run again · ↑ ↓ scroll · q quit · watching {}", self.watched);
        let keys: String = keys.chars().take(usize::from(columns)).collect();
        queue!(out, MoveTo(0, rows.saturating_sub(1)), Clear(ClearType::UntilNewLine))?;
        write!(out, "\x1b[7m{keys}\x1b[0m")?;
        Ok(out.flush()?)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        give_back();
    }
}

/// Gives the screen back as it was, if it was taken.
pub(super) fn give_back() {
    if !TAKEN.swap(false, Ordering::Relaxed) {
        return;
    }
    let _ = disable_raw_mode();
    let _ = execute!(io::stdout(), Show, LeaveAlternateScreen);
}

fn rows() -> u16 {
    size().map_or(24, |(_, rows)| rows)
}

fn wish_of(key: KeyEvent) -> Option<Wish> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let page = isize::try_from(rows()).unwrap_or(24) - 2;
    match key.code {
        KeyCode::Char('c') if control => Some(Wish::Interrupt),
        KeyCode::Char('q') | KeyCode::Esc => Some(Wish::End),
        KeyCode::Char('d') if control => Some(Wish::End),
        KeyCode::Char('r') | KeyCode::Enter => Some(Wish::Again),
        KeyCode::Up | KeyCode::Char('k') => Some(Wish::Scroll(-1)),
        KeyCode::Down | KeyCode::Char('j') => Some(Wish::Scroll(1)),
        KeyCode::PageUp => Some(Wish::Scroll(-page)),
        KeyCode::PageDown | KeyCode::Char(' ') => Some(Wish::Scroll(page)),
        KeyCode::Home => Some(Wish::Scroll(isize::MIN)),
        KeyCode::End => Some(Wish::Scroll(isize::MAX)),
        _ => None,
    }
}

/// Was a file saved that somebody may have edited?
fn is_save(event: &notify::Event) -> bool {
    let changes = matches!(event.kind, EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_));
    changes && event.paths.iter().filter_map(|path| path.file_name()).any(is_edited)
}

/// Hidden files and what tools generate are none of a person's.
fn is_edited(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    !name.starts_with('.') && !name.ends_with('~') && !GENERATED.contains(&&*name)
}

/// The folders of the files that a command names, or else the current one.
fn named_folders(command: &[String]) -> Vec<PathBuf> {
    let named = command.iter().map(Path::new).filter(|path| path.is_file());
    let mut folders: Vec<PathBuf> = named
        .filter_map(|path| path.parent())
        .map(|folder| if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() })
        .collect();
    folders.sort();
    folders.dedup();
    if folders.is_empty() { vec![PathBuf::from(".")] } else { folders }
}

/// A folder and those in it that people edit in, as many as there is room for. A link is not followed.
fn with_inner(folder: PathBuf, folders: &mut Vec<PathBuf>) {
    let inner = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    let inner = inner.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let inner: Vec<_> =
        inner.filter(|entry| is_edited(&entry.file_name())).map(|entry| entry.path()).collect();
    folders.push(folder);
    for folder in inner {
        if folders.len() < MOST_FOLDERS {
            with_inner(folder, folders);
        }
    }
}

/// A text as rows of a screen of this width; sequences that colour it take no room.
fn rows_of(text: &str, columns: usize) -> Vec<String> {
    let mut rows = Vec::new();
    for line in text.lines() {
        let (mut row, mut room, mut in_sequence) = (String::new(), columns, false);
        for c in line.chars() {
            if c == '\u{1b}' || in_sequence {
                in_sequence = !(in_sequence && c.is_ascii_alphabetic());
            } else if let Some(left) = room.checked_sub(c.width().unwrap_or(0)) {
                room = left;
            } else {
                rows.push(std::mem::take(&mut row));
                room = columns.saturating_sub(c.width().unwrap_or(0));
            }
            row.push(c);
        }
        rows.push(row);
    }
    rows
}
