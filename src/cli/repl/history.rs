//! The lines that were typed, and the file that keeps them from one run to the next.
//!
//! Invariant: whatever stands in the file, what a terminal would obey is shown as an escape.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

use rustyline::error::ReadlineError;
use rustyline::history::{FileHistory, History, SearchDirection, SearchResult};
use rustyline::{Config, Editor, Helper, Result};

use crate::cli::say;
use crate::script::{escaped_line, plain};

/// No line is kept that is longer, in bytes.
const LONGEST_KEPT: usize = 1 << 16;

/// The file of lines that were typed.
pub(in crate::cli) struct LineHistory {
    /// None if there is none, or it cannot be written.
    file: Option<PathBuf>,
}

impl LineHistory {
    pub(in crate::cli) fn of(asked: Option<&Path>) -> Self {
        let file = match asked {
            Some(file) => Some(file.to_owned()).filter(|file| file.as_os_str() != "none"),
            None => state_folder().map(|folder| folder.join("rewind").join("history")),
        };
        Self { file }
    }

    pub(in crate::cli) fn load(&mut self, editor: &mut Editor<impl Helper, SeenHistory>) {
        let Some(file) = &self.file else { return };
        let made = file.parent().map_or(Ok(()), std::fs::create_dir_all);
        let is_file = |()| match file.metadata() {
            // Some devices never end.
            Ok(found) if !found.is_file() => Err(io::Error::other("it is no file")),
            found => Ok(found.is_ok()),
        };
        let loaded = made.and_then(is_file).map_err(ReadlineError::from);
        let loaded = loaded.and_then(|is_there| if is_there { editor.load_history(file) } else { Ok(()) });
        self.check(loaded);
    }

    pub(in crate::cli) fn add(&mut self, editor: &mut Editor<impl Helper, SeenHistory>, line: &str) {
        if line.trim().is_empty() || line.len() > LONGEST_KEPT {
            return;
        }
        let added = editor.add_history_entry(line);
        let Some(file) = self.file.as_deref().filter(|_| added.is_ok()) else { return };
        let kept = editor.append_history(file);
        self.check(kept);
    }

    /// Says once that lines are not kept.
    fn check(&mut self, done: Result<()>) {
        let Err(error) = done else { return };
        if let Some(file) = self.file.take() {
            say(&format!("note: lines are not kept in {}: {error}\n", plain(&file.display().to_string())));
        }
    }
}

/// Where a program keeps what a user would not miss much.
fn state_folder() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|folder| !folder.is_empty()).map(PathBuf::from);
    if cfg!(windows) {
        return folder("LOCALAPPDATA");
    }
    let state = folder("XDG_STATE_HOME").filter(|folder| folder.is_absolute());
    state.or_else(|| folder("HOME").map(|home| home.join(".local/state")))
}

/// A history whose lines are shown without what a terminal would obey.
pub(in crate::cli) struct SeenHistory(FileHistory);

impl SeenHistory {
    pub(in crate::cli) fn new(config: &Config) -> Self {
        Self(FileHistory::with_config(config))
    }
}

type Found<'h> = Result<Option<SearchResult<'h>>>;

/// The line as it is shown, with the same place in it.
fn seen(found: Found<'_>) -> Found<'_> {
    let seen = |SearchResult { entry, idx, pos }| match escaped_line(&entry) {
        Cow::Borrowed(_) => SearchResult { entry, idx, pos },
        Cow::Owned(line) => {
            let pos = entry.get(..pos).map_or(0, |before| escaped_line(before).len());
            SearchResult { entry: Cow::Owned(line), idx, pos }
        }
    };
    Ok(found?.map(seen))
}

impl History for SeenHistory {
    fn get(&self, index: usize, direction: SearchDirection) -> Found<'_> {
        seen(self.0.get(index, direction))
    }

    fn search(&self, term: &str, start: usize, direction: SearchDirection) -> Found<'_> {
        seen(self.0.search(term, start, direction))
    }

    fn starts_with(&self, term: &str, start: usize, direction: SearchDirection) -> Found<'_> {
        seen(self.0.starts_with(term, start, direction))
    }

    fn add(&mut self, line: &str) -> Result<bool> {
        self.0.add(line)
    }

    fn add_owned(&mut self, line: String) -> Result<bool> {
        self.0.add_owned(line)
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn set_max_len(&mut self, len: usize) -> Result<()> {
        self.0.set_max_len(len)
    }

    fn ignore_dups(&mut self, yes: bool) -> Result<()> {
        self.0.ignore_dups(yes)
    }

    fn ignore_space(&mut self, yes: bool) {
        self.0.ignore_space(yes);
    }

    fn save(&mut self, path: &Path) -> Result<()> {
        self.0.save(path)
    }

    fn append(&mut self, path: &Path) -> Result<()> {
        self.0.append(path)
    }

    fn load(&mut self, path: &Path) -> Result<()> {
        self.0.load(path)
    }

    fn clear(&mut self) -> Result<()> {
        self.0.clear()
    }
}
