//! The database of a run: how it is opened for a command, answers a list, and is closed.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use super::Failure;
use super::progress::Progress;
use super::store_args::StoreArgs;
use crate::db::Database;
use crate::script::{Answers, Context, Rules};
use crate::wire::Request;

/// The store that is asked for, or a fresh database.
pub(super) fn open(storing: &StoreArgs, rules: Rules) -> Result<Database, Failure> {
    let stored = storing.open(rules.clock)?;
    Ok(stored.unwrap_or_else(|| Database::in_memory_with(rules.clock())))
}

/// The database that files are answered on: a store for all of them, or a fresh one for each.
pub(super) struct Base<'a> {
    storing: &'a StoreArgs,
    rules: Rules,
    open: Option<Database>,
}

impl<'a> Base<'a> {
    /// None is open yet.
    pub(super) fn new(storing: &'a StoreArgs, rules: Rules) -> Self {
        Self { storing, rules, open: None }
    }

    /// The next file is answered: on a fresh database, where there is no store.
    pub(super) fn begin_file(&mut self) {
        if self.storing.store.is_none() {
            self.open = None;
        }
    }

    /// What reading queries for it depends on. No store is made for that.
    pub(super) fn context(&mut self) -> Result<Context, Failure> {
        if self.open.is_none() && !self.storing.exists()? {
            return Ok(Context::fresh(self.rules.clock()));
        }
        Ok(context(self.database()?))
    }

    /// The database itself.
    pub(super) fn database(&mut self) -> Result<&mut Database, Failure> {
        let opened = match self.open.take() {
            Some(open) => open,
            None => open(self.storing, self.rules)?,
        };
        Ok(self.open.insert(opened))
    }

    /// Ends the work with it.
    pub(super) fn close(self) -> Result<(), Failure> {
        self.open.map_or(Ok(()), |base| self.storing.close(base))
    }
}

/// What reading queries for a database depends on.
pub(super) fn context(base: &Database) -> Context {
    Context { clock: base.clock(), aliases: base.aliases().clone(), settles: false }
}

/// Answers a list, which takes effect as one: it is committed before the first answer.
pub(super) fn answer_list(
    base: &mut Database,
    requests: &[Request<'_>],
    out: &mut dyn Answers,
) -> Result<(), Failure> {
    let (mut progress, mut written) = (Progress::of(requests.len()), Ok(()));
    base.apply_all(requests, |request, answer| {
        progress.step();
        // An output that takes no more is no reason to leave the rest of the list undone.
        if written.is_ok() {
            written = out.answer(request, answer);
        }
    })?;
    written.map_err(Failure::Output)
}

/// Where answers are written that are held, so that they can be taken from there.
#[derive(Clone, Default)]
pub(super) struct HeldAnswers(Rc<RefCell<Vec<u8>>>);

impl HeldAnswers {
    pub(super) fn len(&self) -> usize {
        self.0.borrow().len()
    }

    /// Writes them.
    pub(super) fn hand_on(&self) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        let written = out.write_all(&self.0.borrow()).and_then(|()| out.flush());
        self.0.borrow_mut().clear();
        written.map_err(Failure::Output)
    }
}

impl Write for HeldAnswers {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
