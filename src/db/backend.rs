//! Where a database is: in memory alone, or on disk too. No other file tells the two apart.
//!
//! Invariant: with `is_committed` no reply is handed on before what it answers is as durable as was asked for.

use super::error::Error;
use super::stats::DatabaseStats;
use crate::engine::{Engine, Session};
use crate::query::{Aliases, Query};
use crate::reply::Reply;
use crate::store::Store;
use crate::time::Clock;

/// What answers.
pub(super) enum Backend {
    /// In memory, gone at the end.
    Memory(Box<Engine>),
    /// On disk too.
    Disk(Box<Store>),
}

impl Backend {
    pub(super) fn clock(&self) -> Clock {
        match self {
            Self::Memory(engine) => engine.clock(),
            Self::Disk(store) => store.clock(),
        }
    }

    pub(super) fn aliases(&self) -> &Aliases {
        match self {
            Self::Memory(engine) => engine.aliases(),
            Self::Disk(store) => store.aliases(),
        }
    }

    /// Has a session, or the database's own, a transaction open?
    pub(super) fn is_in_transaction(&self, session: Option<&Session>) -> bool {
        match self {
            Self::Memory(engine) => engine.transaction_of(session).is_some(),
            Self::Disk(store) => store.is_in_transaction(session),
        }
    }

    /// Applies queries as one group: if a timestamp of it is too early, none takes effect.
    pub(super) fn apply(
        &mut self,
        session: Option<&Session>,
        queries: &[Query<'_>],
        is_committed: bool,
        each: impl FnMut(&Query<'_>, &Reply<'_>),
    ) -> Result<(), Error> {
        match self {
            Self::Memory(engine) => return apply_in_memory(engine, session, queries, each),
            Self::Disk(store) => match (session, is_committed) {
                (None, false) => store.apply(queries, each)?,
                (None, true) => store.apply_committed(queries, each)?,
                (Some(session), false) => store.apply_in(session, queries, each)?,
                (Some(session), true) => store.apply_committed_in(session, queries, each)?,
            },
        }
        Ok(())
    }

    pub(super) fn commit(&mut self) -> Result<(), Error> {
        match self {
            Self::Memory(_) => Ok(()),
            Self::Disk(store) => Ok(store.commit()?),
        }
    }

    pub(super) fn names(&self) -> Vec<(&str, &str)> {
        match self {
            Self::Memory(engine) => engine.cells().into_iter().map(|cell| (cell.key, cell.field)).collect(),
            Self::Disk(store) => store.names(),
        }
    }

    pub(super) fn stats(&mut self) -> Result<DatabaseStats, Error> {
        Ok(match self {
            Self::Memory(engine) => DatabaseStats::of_engine(engine),
            Self::Disk(store) => DatabaseStats::of_store(store.stats()?),
        })
    }

    pub(super) fn compact(&mut self) -> Result<(), Error> {
        match self {
            Self::Memory(_) => Ok(()),
            Self::Disk(store) => Ok(store.compact()?),
        }
    }

    pub(super) fn copy_in_memory(&mut self) -> Result<Engine, Error> {
        match self {
            Self::Memory(engine) => {
                let mut copy = (**engine).clone();
                copy.roll_back(None);
                Ok(copy)
            }
            Self::Disk(store) => Ok(store.in_memory()?),
        }
    }

    pub(super) fn store(&self) -> Option<&Store> {
        match self {
            Self::Memory(_) => None,
            Self::Disk(store) => Some(store),
        }
    }

    pub(super) fn close(self) -> Result<(), Error> {
        match self {
            Self::Memory(_) => Ok(()),
            Self::Disk(store) => Ok(store.close()?),
        }
    }
}

fn apply_in_memory(
    engine: &mut Engine,
    session: Option<&Session>,
    queries: &[Query<'_>],
    mut each: impl FnMut(&Query<'_>, &Reply<'_>),
) -> Result<(), Error> {
    let mut clock = engine.clock();
    for query in queries.iter().flat_map(Query::asked) {
        clock.advance(query.timestamp())?;
    }
    for query in queries {
        let reply = match session {
            None => engine.apply(query)?,
            Some(session) => engine.apply_in(session, query)?,
        };
        each(query, &reply);
    }
    Ok(())
}
