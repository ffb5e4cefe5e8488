//! The shell on a terminal: a line editor with completion, hints and a history that outlives it.
//!
//! Invariants: a mistake is shown, and the shell goes on; a line goes on with the next while a quote or an array lacks
//! its end; what a terminal would obey is never written as it is.

use std::borrow::Cow;
use std::cell::RefCell;
use std::io::{self, IsTerminal};
use std::ops::ControlFlow;
use std::path::Path;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

use anstyle::{AnsiColor, Style};
use rustyline::completion::{Completer, FilenameCompleter, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::{Hint, Hinter};
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{
    Behavior, Cmd, ColorMode, CompletionType, ConditionalEventHandler, Config, Context, Editor, Event,
    EventContext, EventHandler, KeyEvent, RepeatCount,
};

use super::history::{LineHistory, SeenHistory};
use super::shell::Shell;
use super::words::Refusal;
use super::{commands, complete, interrupt, lines};
use crate::cli::run::ended;
use crate::cli::store_args::StoreArgs;
use crate::cli::{Failure, say};
use crate::script::plain;

/// So many lines are kept from one run to the next.
const MOST_LINES: usize = 2_000;

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
    let color = shell.borrow().out.style.color;
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
    shell.out.style.is_typed = false;
    let (mut line, mut number) = (first, 1);
    let done = loop {
        match answer(shell, line, number) {
            Ok(Some(ControlFlow::Continue(()))) if !rest.is_empty() && !interrupt::is_wanted() => {}
            done => break done,
        }
        number += line.matches('\n').count() + 1;
        (line, rest) = lines::first(rest, shell.base.aliases());
    };
    shell.out.style.is_typed = true;
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

fn editor(shell: &Shared, color: bool) -> rustyline::Result<Editor<Helper, SeenHistory>> {
    // Where answers go elsewhere, the line is still edited on the terminal.
    let behavior = if io::stdout().is_terminal() { Behavior::Stdio } else { Behavior::PreferTerm };
    let config = Config::builder()
        .max_history_size(MOST_LINES)?
        .history_ignore_dups(true)?
        .completion_type(CompletionType::List)
        .behavior(behavior)
        .color_mode(if color { ColorMode::Enabled } else { ColorMode::Disabled })
        .build();
    let history = SeenHistory::new(&config);
    let mut editor = Editor::with_history(config, history)?;
    editor.bind_sequence(KeyEvent::ctrl('D'), EventHandler::Conditional(Box::new(EndOfInput)));
    editor.set_helper(Some(Helper { shell: Rc::clone(shell), files: FilenameCompleter::new() }));
    Ok(editor)
}

fn broken(error: ReadlineError) -> Failure {
    match error {
        ReadlineError::Io(error) => Failure::Usage(format!("cannot read the terminal: {error}")),
        error => Failure::Usage(format!("cannot use the terminal: {error}")),
    }
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
        let open = lines::open(line.input(), self.shell.borrow().base.aliases());
        let is_ended = IS_ENDED.swap(false, Ordering::Relaxed);
        Ok(match open {
            // The line stays as it is, with this below.
            Some(what) if is_ended => {
                ValidationResult::Invalid(Some(format!("\n{what}; Ctrl-C drops the line")))
            }
            None if is_ended => ValidationResult::Invalid(Some(String::new())),
            Some(_) => ValidationResult::Incomplete,
            None => ValidationResult::Valid(None),
        })
    }
}

impl rustyline::Helper for Helper {}

/// Was the end of the input typed behind a line?
static IS_ENDED: AtomicBool = AtomicBool::new(false);

/// Ctrl-D behind a line: whoever types it there may not know what is still open.
struct EndOfInput;

impl ConditionalEventHandler for EndOfInput {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, typed: &EventContext<'_>) -> Option<Cmd> {
        let is_behind = !typed.line().is_empty() && typed.pos() == typed.line().len();
        IS_ENDED.store(is_behind, Ordering::Relaxed);
        is_behind.then_some(Cmd::AcceptOrInsertLine { accept_in_the_middle: true })
    }
}
