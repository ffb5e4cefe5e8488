//! `rewind judge --watch`: judges again whenever a file is saved, on one screen that is drawn anew.
//!
//! ```text
//!   a key, a saved file ──► Event ──► judge again, scroll, end
//!                                        │ breaks off a judging that is under way
//!   levels, summary, failures ──► Screen ◄──┘
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, poll, read};
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode, size,
};
use crossterm::{execute, queue};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use unicode_width::UnicodeWidthChar;

use super::Failure;
use super::solution::Solution;

/// So long after a save it is waited for more of them, as editors and compilers save in several steps.
const SETTLING: Duration = Duration::from_millis(60);
/// After so many of those waits it is enough.
const MOST_WAITS: usize = 8;
/// So long after a run it may still be notified of what was saved during it.
const TRAILING: Duration = Duration::from_millis(300);
/// How often keys and saves are looked for while nothing happens.
pub(super) const TICK: Duration = Duration::from_millis(40);
/// A file that is saved during so many runs in a row is saved by them, and none of a person's.
const MOST_SAVES: usize = 3;
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

impl Wish {
    /// Does it break off a judging that is under way?
    pub(super) fn breaks_off(self) -> bool {
        matches!(self, Self::Again | Self::End | Self::Interrupt)
    }
}

/// The screen while it is watched, and what is watched.
pub(super) struct Watch {
    saves: Receiver<PathBuf>,
    /// Which files were saved during the present run, and during how many runs in a row before.
    saved: BTreeSet<PathBuf>,
    saved_before: BTreeMap<PathBuf, usize>,
    /// When the run ended; `None` while it is under way.
    ended: Option<Instant>,
    /// It watches as long as it lives.
    _watcher: RecommendedWatcher,
    watched: String,
    top: usize,
}

impl Watch {
    /// Watches the folders that a solution is edited in: those of the files that a command names, or else the current
    /// one, where they are not known. Takes the screen.
    pub(super) fn begin(solution: &Solution) -> Result<Self, Failure> {
        let cannot = |error: &dyn std::fmt::Display| Failure::Usage(format!("cannot watch: {error}"));
        let (sender, saves) = channel();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            for path in event.map(saved_files).unwrap_or_default() {
                // Where nobody listens any more, nothing is watched.
                let _ = sender.send(path);
            }
        })
        .map_err(|error| cannot(&error))?;
        let named = match &solution.folders[..] {
            [] => named_folders(&solution.launch.words),
            folders => folders.to_vec(),
        };
        let mut folders = Vec::new();
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
        Ok(Self {
            saves,
            saved: BTreeSet::new(),
            saved_before: BTreeMap::new(),
            ended: None,
            _watcher: watcher,
            watched: shown,
            top: 0,
        })
    }

    /// A run begins, and what it shows begins at the top. What was saved during the one before may be its own doing.
    pub(super) fn begin_run(&mut self) {
        let before = std::mem::take(&mut self.saved_before);
        let saved = std::mem::take(&mut self.saved);
        let runs = |path: &PathBuf| before.get(path).map_or(1, |runs| (runs + 1).min(MOST_SAVES));
        self.saved_before = saved.into_iter().map(|path| (path.clone(), runs(&path))).collect();
        (self.ended, self.top) = (None, 0);
    }

    /// Was a file saved, and not by the run itself? What is saved while none is under way is a person's again, who may
    /// have saved during each of the runs before.
    fn take_saves(&mut self) -> bool {
        let mut is_saved = false;
        let may_be_own = self.ended.is_none_or(|ended| ended.elapsed() < TRAILING);
        for path in self.saves.try_iter() {
            is_saved |= !may_be_own || self.saved_before.get(&path).is_none_or(|runs| *runs < MOST_SAVES);
            if may_be_own {
                self.saved.insert(path);
            }
        }
        is_saved
    }

    /// Waits for a wish, now that no run is under way.
    pub(super) fn wait(&mut self) -> Result<Wish, Failure> {
        self.ended.get_or_insert_with(Instant::now);
        loop {
            if let Some(wish) = self.wish(TICK)? {
                return Ok(wish);
            }
        }
    }

    /// A wish, if there is one within the time. Keys come before saves.
    pub(super) fn wish(&mut self, within: Duration) -> Result<Option<Wish>, Failure> {
        if poll(within)? {
            let wish = match read()? {
                Event::Key(key) if key.kind != KeyEventKind::Release => wish_of(key),
                Event::Resize(..) => Some(Wish::Redraw),
                _ => None,
            };
            if wish == Some(Wish::Again) {
                self.saved_before.clear();
            }
            return Ok(wish);
        }
        if !self.take_saves() {
            return Ok(None);
        }
        for _ in 0..MOST_WAITS {
            std::thread::sleep(SETTLING);
            if !self.take_saves() {
                break;
            }
        }
        Ok(Some(Wish::Again))
    }

    /// Scrolls a text.
    pub(super) fn scroll(&mut self, by: isize, text: &str) {
        let (columns, rows) = size().unwrap_or((80, 24));
        let last = rows_of(text, usize::from(columns)).len().saturating_sub(usize::from(rows).max(1) - 1);
        self.top = self.top.saturating_add_signed(by).min(last);
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

/// The files that were saved, of those that somebody may have edited.
fn saved_files(event: notify::Event) -> Vec<PathBuf> {
    let changes = matches!(event.kind, EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_));
    let is_meant = |path: &PathBuf| path.file_name().is_some_and(is_edited) && !is_built(path);
    event.paths.into_iter().filter(|path| changes && is_meant(path)).collect()
}

/// Is it what a compiler has made?
fn is_built(path: &Path) -> bool {
    let is_script = std::fs::File::open(path).is_ok_and(|mut file| {
        let mut head = [0; 2];
        file.read_exact(&mut head).is_ok() && head == *b"#!"
    });
    std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o111 != 0) && !is_script
}

/// Hidden files and what tools generate are none of a person's.
fn is_edited(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    !name.starts_with('.') && !name.ends_with('~') && !GENERATED.contains(&&*name)
}

/// The folders of the files that a command names, or else the current one.
fn named_folders(command: &[String]) -> Vec<PathBuf> {
    // A program that is called by its whole path is that of the system, such as an interpreter.
    let is_meant = |(place, path): &(usize, &Path)| path.is_file() && (*place > 0 || path.is_relative());
    let named = command.iter().map(Path::new).enumerate().filter(is_meant).map(|(_, path)| path);
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
