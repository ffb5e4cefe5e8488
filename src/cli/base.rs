//! What answers the queries of a run: a database in memory, or a store.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use super::Failure;
use super::progress::Progress;
use super::store_args::StoreArgs;
use crate::engine::Engine;
use crate::query::{Aliases, Query};
use crate::script::{Answers, Context, Rules};
use crate::store::Store;
use crate::time::{Backwards, Clock};
use crate::wire::{Answer, Gather, Request};

/// A database that answers.
pub(super) enum Base {
    /// In memory, gone at the end.
    Memory(Box<Engine>),
    /// On disk too.
    Disk(Box<Store>),
}

impl Base {
    /// The store that is asked for, or a fresh database.
    pub(super) fn open(storing: &StoreArgs, rules: Rules) -> Result<Self, Failure> {
        let store = storing.open(rules.clock)?;
        let memory = || Self::Memory(Box::new(Engine::new(rules.clock())));
        Ok(store.map_or_else(memory, |store| Self::Disk(Box::new(store))))
    }

    pub(super) fn clock(&self) -> Clock {
        match self {
            Self::Memory(engine) => engine.clock(),
            Self::Disk(store) => store.clock(),
        }
    }

    /// The other names of operations.
    pub(super) fn aliases(&self) -> &Aliases {
        match self {
            Self::Memory(engine) => engine.aliases(),
            Self::Disk(store) => store.aliases(),
        }
    }

    /// Is a transaction open?
    pub(super) fn is_in_transaction(&self) -> bool {
        match self {
            Self::Memory(engine) => engine.transaction_of(None).is_some(),
            Self::Disk(store) => store.is_in_transaction(),
        }
    }

    /// What reading queries for it depends on.
    pub(super) fn context(&self) -> Context {
        Context { clock: self.clock(), aliases: self.aliases().clone() }
    }

    /// Answers a list, which takes effect as one: with a store, it is committed before the first answer.
    pub(super) fn answer_list(
        &mut self,
        requests: &[Request<'_>],
        out: &mut dyn Answers,
    ) -> Result<(), Failure> {
        let mut progress = Progress::of(requests.len());
        match self {
            Self::Memory(engine) => requests.iter().try_for_each(|request| {
                progress.step();
                answer(engine, request, out)
            }),
            Self::Disk(store) => {
                let mut written = Ok(());
                // An output that takes no more is no reason to leave the rest of the list undone.
                let mut each = |request: &Request<'_>, answer: &Answer<'_>| {
                    progress.step();
                    if written.is_ok() {
                        written = out.answer(request, answer);
                    }
                };
                let queries: Vec<_> = requests.iter().flat_map(Request::queries).cloned().collect();
                let mut gather = Gather::new(requests);
                store.apply_committed(&queries, |_, reply| gather.reply(reply.clone(), &mut each))?;
                gather.finish(&mut each);
                written.map_err(Failure::Output)
            }
        }
    }

    /// Answers a line; with a store, the answer may be written after the next [`Self::commit`].
    pub(super) fn answer_line(
        &mut self,
        request: &Request<'_>,
        out: &mut dyn Answers,
    ) -> Result<(), Failure> {
        match self {
            Self::Memory(engine) => answer(engine, request, out),
            Self::Disk(store) => {
                let mut written = Ok(());
                let mut each =
                    |request: &Request<'_>, answer: &Answer<'_>| written = out.answer(request, answer);
                let mut gather = Gather::new(std::slice::from_ref(request));
                store.apply(request.queries(), |_, reply| gather.reply(reply.clone(), &mut each))?;
                gather.finish(&mut each);
                written.map_err(Failure::Output)
            }
        }
    }

    /// Applies a query whose answer nobody wants.
    pub(super) fn apply(&mut self, query: &Query<'_>) -> Result<(), Failure> {
        match self {
            Self::Memory(engine) => {
                engine.apply(query).map(drop).map_err(|backwards| Failure::Bug(backwards.to_string()))
            }
            Self::Disk(store) => Ok(store.apply(std::slice::from_ref(query), |_, _| {})?),
        }
    }

    /// The same database as it is now, in memory alone.
    pub(super) fn copy(&mut self) -> Result<Engine, Failure> {
        match self {
            Self::Memory(engine) => Ok((**engine).clone()),
            Self::Disk(store) => Ok(store.in_memory()?),
        }
    }

    /// The key and the field of every live cell, in byte order.
    pub(super) fn names(&self) -> Vec<(&str, &str)> {
        match self {
            Self::Memory(engine) => engine.cells().into_iter().map(|cell| (cell.key, cell.field)).collect(),
            Self::Disk(store) => store.names(),
        }
    }

    pub(super) fn commit(&mut self) -> Result<(), Failure> {
        match self {
            Self::Memory(_) => Ok(()),
            Self::Disk(store) => Ok(store.commit()?),
        }
    }

    pub(super) fn close(self, storing: &StoreArgs) -> Result<(), Failure> {
        match self {
            Self::Memory(engine) => {
                // The process ends here: giving a million cells back one by one would only take time.
                std::mem::forget(engine);
                Ok(())
            }
            Self::Disk(store) => storing.close(*store),
        }
    }
}

/// Answers a request in memory. That time runs forward in it was checked when it was read.
pub(super) fn answer(
    engine: &mut Engine,
    request: &Request<'_>,
    out: &mut dyn Answers,
) -> Result<(), Failure> {
    let bug = |backwards: Backwards| Failure::Bug(backwards.to_string());
    let answer = match request {
        Request::One(query) => Answer::One(engine.apply(query).map_err(bug)?),
        Request::Batch(queries) => {
            let mut replies = Vec::new();
            engine.apply_group(None, queries, |reply| replies.push(reply.into_owned())).map_err(bug)?;
            Answer::Batch(replies)
        }
    };
    out.answer(request, &answer).map_err(Failure::Output)
}

/// So many bytes of answers are held before they are committed even if more queries are waiting.
const FULL: usize = 1 << 18;

/// Answers that are not written yet, as what they answer may not be durable.
#[derive(Clone, Default)]
pub(super) struct HeldAnswers(Rc<RefCell<Vec<u8>>>);

impl HeldAnswers {
    pub(super) fn is_full(&self) -> bool {
        self.0.borrow().len() >= FULL
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
