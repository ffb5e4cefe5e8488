//! The shell on a terminal: a line editor with completion, hints and a history that outlives it.
//!
//! Invariants: a mistake is shown, and the shell goes on; a line goes on with the next while a quote or an array lacks
//! its end; what a terminal would obey is never written as it is.

use std::borrow::Cow;
use std::cell::RefCell;
use std::io::{self, IsTerminal};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anstyle::{AnsiColor, Style};
use rustyline::completion::{Completer, FilenameCompleter, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::{Hint, Hinter};
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Behavior, ColorMode, CompletionType, Config, Context, Editor};

use super::shell::Shell;
use super::words::Refusal;
use super::{commands, complete, interrupt, lines};
use crate::cli::run::ended;
use crate::cli::store_args::StoreArgs;
use crate::cli::{Failure, say};
use crate::script::plain;

/// So many lines are kept from one run to the next.
const MOST_LINES: usize = 2_000;
/// And none that is longer, in bytes.
const LONGEST_KEPT: usize = 1 << 16;

type Shared = Rc<RefCell<Shell>>;

pub(super) fn run(shell: Shell, history: Option<&Path>, storing: &StoreArgs) -> Result<(), Failure> {
    interrupt::note();
    let shell = Rc::new(RefCell::new(shell));
    let ran = converse(&shell, history, storing);
    interrupt::give_back();
    let shell = Rc::try_unwrap(shell).map_err(|_| Failure::Bug("the session is shared".to_owned()))?;
    ended(ran, shell.into_inner().close(storing))
}

/// Reads and answers lines until there are no more.
fn converse(shell: &Shared, history: Option<&Path>, storing: &StoreArgs) -> Result<(), Failure> {
    let color = shell.borrow().out.color;
    let mut editor = editor(shell, color).map_err(broken)?;
    let mut history = LineHistory::of(history);
    history.load(&mut editor);
    let place =
        storing.store.as_ref().map_or("in memory".to_owned(), |store| plain(&store.display().to_string()));
    say(&format!("rewind {}, {place}: .help explains, Ctrl-D ends\n", env!("CARGO_PKG_VERSION")));
    loop {
        let prompt = shell.borrow().prompt();
        let style = if color { AnsiColor::Cyan.on_default().bold() } else { Style::new() };
        interrupt::idle();
        let read = editor.readline(&(prompt.as_str(), format!("{style}{prompt}{style:#}")));
        interrupt::answering();
        let line = match read {
            Ok(line) => line,
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Io(error)) if error.kind() == io::ErrorKind::InvalidData => {
                say("\nwhat was typed is not UTF-8, and is dropped\n");
                continue;
            }
            Err(ReadlineError::Eof) => return Ok(()),
            Err(error) => return Err(broken(error)),
        };
        history.add(&mut editor, &line);
        if answer_all(&mut shell.borrow_mut(), &line)?.is_break() {
            return Ok(());
        }
    }
}

/// Answers what was typed: a line, or several that were pasted, up to the first mistake.
fn answer_all(shell: &mut Shell, text: &str) -> Result<ControlFlow<()>, Failure> {
    let (first, mut rest) = lines::first(text, shell.base.aliases());
    if rest.trim().is_empty() {
        return Ok(answer(shell, first, 1)?.unwrap_or(ControlFlow::Continue(())));
    }
    // Where several were asked it must be seen which answer is whose.
    shell.out.is_typed = false;
    let (mut line, mut number) = (first, 1);
    let done = loop {
        match answer(shell, line, number) {
            Ok(Some(ControlFlow::Continue(()))) if !rest.is_empty() && !interrupt::is_wanted() => {}
            done => break done,
        }
        number += line.matches('\n').count() + 1;
        (line, rest) = lines::first(rest, shell.base.aliases());
    };
    shell.out.is_typed = true;
    let done = done?;
    if done.is_none() && !rest.trim().is_empty() {
        shell.note("what was pasted behind it is not asked")?;
    }
    Ok(done.unwrap_or(ControlFlow::Continue(())))
}

/// Answers a line of this number, or shows what is wrong with it.
fn answer(shell: &mut Shell, line: &str, number: usize) -> Result<Option<ControlFlow<()>>, Failure> {
    let done = match commands::line(shell, line) {
        Ok(flow) => Some(flow),
        Err(Refusal::Failed(failure)) => return Err(failure),
        Err(Refusal::Reported) => None,
        Err(Refusal::Refused(faults)) => {
            shell.refuse("terminal", line, number, &faults)?;
            None
        }
    };
    shell.settle()?;
    Ok(done)
}

fn editor(shell: &Shared, color: bool) -> rustyline::Result<Editor<Helper, FileHistory>> {
    // Where answers go elsewhere, the line is still edited on the terminal.
    let behavior = if io::stdout().is_terminal() { Behavior::Stdio } else { Behavior::PreferTerm };
    let config = Config::builder()
        .max_history_size(MOST_LINES)?
        .history_ignore_dups(true)?
        .completion_type(CompletionType::List)
        .behavior(behavior)
        .color_mode(if color { ColorMode::Enabled } else { ColorMode::Disabled })
        .build();
    let mut editor = Editor::with_config(config)?;
    editor.set_helper(Some(Helper { shell: Rc::clone(shell), files: FilenameCompleter::new() }));
    Ok(editor)
}

fn broken(error: ReadlineError) -> Failure {
    match error {
        ReadlineError::Io(error) => Failure::Usage(format!("cannot read the terminal: {error}")),
        error => Failure::Usage(format!("cannot use the terminal: {error}")),
    }
}

/// The file of lines that were typed.
struct LineHistory {
    /// None if there is none, or it cannot be written.
    file: Option<PathBuf>,
}

impl LineHistory {
    fn of(asked: Option<&Path>) -> Self {
        let file = match asked {
            Some(file) => Some(file.to_owned()).filter(|file| file.as_os_str() != "none"),
            None => state_folder().map(|folder| folder.join("rewind").join("history")),
        };
        Self { file }
    }

    fn load(&mut self, editor: &mut Editor<Helper, FileHistory>) {
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

    fn add(&mut self, editor: &mut Editor<Helper, FileHistory>, line: &str) {
        if line.trim().is_empty() || line.len() > LONGEST_KEPT {
            return;
        }
        let added = editor.add_history_entry(line);
        let Some(file) = self.file.as_deref().filter(|_| added.is_ok()) else { return };
        let kept = editor.append_history(file);
        self.check(kept);
    }

    /// Says once that lines are not kept.
    fn check(&mut self, done: rustyline::Result<()>) {
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

/// What the editor asks while a line is typed.
struct Helper {
    shell: Shared,
    files: FilenameCompleter,
}

impl Completer for Helper {
    type Candidate = Pair;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        if complete::wants_file(&self.shell.borrow(), &line[..at]) {
            return self.files.complete_path(line, at);
        }
        let found = complete::completions(&self.shell.borrow(), &line[..at]);
        let pair = |word: String| Pair { display: word.trim_end().to_owned(), replacement: word };
        Ok((found.begin, found.words.into_iter().map(pair).collect()))
    }
}

impl Hint for complete::Hint {
    fn display(&self) -> &str {
        &self.shown
    }

    fn completion(&self) -> Option<&str> {
        self.rest.as_deref()
    }
}

impl Hinter for Helper {
    type Hint = complete::Hint;

    fn hint(&self, line: &str, at: usize, _: &Context<'_>) -> Option<complete::Hint> {
        // A long line is not read anew with every key.
        let is_short = line.len() < 4_096;
        (at == line.len() && is_short).then(|| complete::hint(&self.shell.borrow(), line)).flatten()
    }
}

impl Highlighter for Helper {
    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        let faint = Style::new().dimmed();
        Cow::Owned(format!("{faint}{hint}{faint:#}"))
    }
}

impl Validator for Helper {
    fn validate(&self, line: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let is_open = lines::is_open(line.input(), self.shell.borrow().base.aliases());
        Ok(if is_open { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

impl rustyline::Helper for Helper {}
