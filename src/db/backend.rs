//! Where a database is: in memory alone, or on disk too. No other file knows the two apart.
//!
//! Invariant: with `is_committed` no reply is handed on before what it answers is as durable as was asked for.

use super::error::Error;
use super::stats::UncountedStats;
use crate::engine::{Engine, Session};
#[cfg(feature = "serve")]
use crate::engine::{LiveCell, Page, PageOfCells};
use crate::query::{Aliases, Query};
use crate::reply::Reply;
#[cfg(feature = "store")]
use crate::store::{self, Store};
use crate::time::{Backwards, Clock, Time};
#[cfg(feature = "store")]
use crate::wire::Gather;
use crate::wire::{Answer, Request};

/// What answers.
pub(super) enum Backend {
    /// In memory, gone at the end.
    Memory(Box<Engine>),
    /// On disk too.
    #[cfg(feature = "store")]
    Disk(Box<Store>),
}

#[cfg_attr(not(feature = "store"), expect(clippy::unnecessary_wraps, reason = "only a store can fail"))]
impl Backend {
    pub(super) fn clock(&self) -> Clock {
        match self {
            Self::Memory(engine) => engine.clock(),
            #[cfg(feature = "store")]
            Self::Disk(store) => store.clock(),
        }
    }

    pub(super) fn pass_time(&mut self, now: Time) -> Result<(), Backwards> {
        match self {
            Self::Memory(engine) => engine.tick(now),
            #[cfg(feature = "store")]
            Self::Disk(store) => store.pass_time(now),
        }
    }

    pub(super) fn aliases(&self) -> &Aliases {
        match self {
            Self::Memory(engine) => engine.aliases(),
            #[cfg(feature = "store")]
            Self::Disk(store) => store.aliases(),
        }
    }

    /// Has a session, or the database's own, a transaction open?
    pub(super) fn is_in_transaction(&self, session: Option<&Session>) -> bool {
        match self {
            Self::Memory(engine) => engine.transaction_of(session).is_some(),
            #[cfg(feature = "store")]
            Self::Disk(store) => store.is_in_transaction(session),
        }
    }

    #[cfg(feature = "serve")]
    pub(super) fn engine(&self) -> &Engine {
        match self {
            Self::Memory(engine) => engine,
            Self::Disk(store) => store.engine(),
        }
    }

    /// The engine itself, for what no log must have.
    #[cfg(feature = "serve")]
    pub(super) fn engine_mut(&mut self) -> &mut Engine {
        match self {
            Self::Memory(engine) => engine,
            Self::Disk(store) => store.engine_mut(),
        }
    }

    /// The files of the store, as they are after a commit.
    #[cfg(feature = "serve")]
    pub(super) fn hot_files(&mut self) -> Result<Option<Vec<store::HotFile>>, Error> {
        match self {
            Self::Memory(_) => Ok(None),
            Self::Disk(store) => Ok(Some(store.hot_files()?)),
        }
    }

    /// The store as it is after a commit.
    #[cfg(feature = "serve")]
    pub(super) fn hot_store(&mut self) -> Result<Option<store::HotStore>, Error> {
        match self {
            Self::Memory(_) => Ok(None),
            Self::Disk(store) => Ok(Some(store.hot_store()?)),
        }
    }

    /// A page of cells as they are or as a backup has them.
    #[cfg(feature = "serve")]
    pub(super) fn page<C>(
        &mut self,
        moment: Option<Time>,
        page: Page<'_>,
        each: impl FnMut(LiveCell<'_>) -> C,
    ) -> Result<Option<PageOfCells<C>>, Error> {
        match self {
            Self::Memory(engine) => Ok(engine.page(moment, page, each)),
            Self::Disk(store) => Ok(store.page(moment, page, each)?),
        }
    }

    /// Answers one query that is not committed yet.
    #[cfg(feature = "serve")]
    pub(super) fn settle<R>(
        &mut self,
        session: Option<&Session>,
        query: &Query<'_>,
        each: impl FnOnce(&Reply<'_>) -> R,
    ) -> Result<R, Error> {
        match self {
            Self::Memory(engine) => Ok(each(&in_engine(engine, session, query)?)),
            Self::Disk(store) => {
                let (mut each, mut answer) = (Some(each), None);
                in_store(store, (session, false), std::slice::from_ref(query), |reply| {
                    answer = each.take().map(|each| each(reply));
                })?;
                Ok(answer.expect("a query that does not fail has a reply"))
            }
        }
    }

    /// Answers one query, once it is committed.
    pub(super) fn ask<T>(
        &mut self,
        session: Option<&Session>,
        query: &Query<'_>,
        take: impl Fn(&Reply<'_>) -> T,
    ) -> Result<T, Error> {
        match self {
            Self::Memory(engine) => Ok(take(&in_engine(engine, session, query)?)),
            #[cfg(feature = "store")]
            Self::Disk(store) => {
                let mut answer = None;
                in_store(store, (session, true), std::slice::from_ref(query), |reply| {
                    answer = Some(take(reply));
                })?;
                Ok(answer.expect("a query that does not fail has a reply"))
            }
        }
    }

    /// Answers one request, once it is committed. In memory the answer is borrowed, from disk it is not.
    pub(super) fn answer(
        &mut self,
        session: Option<&Session>,
        request: &Request<'_>,
    ) -> Result<Answer<'_>, Error> {
        match self {
            Self::Memory(engine) => Ok(answer_in_engine(engine, session, request)?),
            #[cfg(feature = "store")]
            Self::Disk(_) => {
                let mut answered = None;
                self.apply(session, std::slice::from_ref(request), true, |_, answer| {
                    answered = Some(answer.clone().into_owned());
                })?;
                Ok(answered.expect("a request that does not fail is answered"))
            }
        }
    }

    /// Applies requests as one group: if a timestamp of it is too early, none takes effect.
    pub(super) fn apply(
        &mut self,
        session: Option<&Session>,
        requests: &[Request<'_>],
        is_committed: bool,
        mut each: impl FnMut(&Request<'_>, &Answer<'_>),
    ) -> Result<(), Error> {
        match self {
            Self::Memory(engine) => {
                // In memory there is nothing to wait for.
                let _ = is_committed;
                let mut clock = engine.clock();
                for request in requests {
                    for query in request.queries() {
                        clock.advance(query.timestamp())?;
                    }
                }
                requests.iter().try_for_each(|request| {
                    let answer = answer_in_engine(engine, session, request)?;
                    each(request, &answer);
                    Ok(())
                })
            }
            #[cfg(feature = "store")]
            Self::Disk(store) => {
                let queries: Vec<_> = requests.iter().flat_map(Request::queries).cloned().collect();
                let mut gather = Gather::new(requests);
                in_store(store, (session, is_committed), &queries, |reply| {
                    gather.reply(reply.clone(), &mut each);
                })?;
                gather.finish(&mut each);
                Ok(())
            }
        }
    }

    pub(super) fn commit(&mut self) -> Result<(), Error> {
        match self {
            Self::Memory(_) => Ok(()),
            #[cfg(feature = "store")]
            Self::Disk(store) => Ok(store.commit()?),
        }
    }

    #[cfg(feature = "serve")]
    pub(super) fn is_committed(&self) -> bool {
        match self {
            Self::Memory(_) => true,
            Self::Disk(store) => store.is_committed(),
        }
    }

    pub(super) fn names(&self) -> Vec<(&str, &str)> {
        match self {
            Self::Memory(engine) => engine.cells().into_iter().map(|cell| (cell.key, cell.field)).collect(),
            #[cfg(feature = "store")]
            Self::Disk(store) => store.names(),
        }
    }

    pub(super) fn uncounted_stats(&mut self) -> Result<UncountedStats, Error> {
        Ok(match self {
            Self::Memory(engine) => UncountedStats::of_engine(engine),
            #[cfg(feature = "store")]
            Self::Disk(store) => UncountedStats::of_store(store.uncounted_stats()?),
        })
    }

    pub(super) fn compact(&mut self) -> Result<(), Error> {
        match self {
            Self::Memory(_) => Ok(()),
            #[cfg(feature = "store")]
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
            #[cfg(feature = "store")]
            Self::Disk(store) => Ok(store.in_memory()?),
        }
    }

    pub(super) fn finish_compaction(&mut self) -> Result<(), Error> {
        match self {
            Self::Memory(_) => Ok(()),
            #[cfg(feature = "store")]
            Self::Disk(store) => Ok(store.finish_snapshot()?),
        }
    }

    #[cfg(feature = "store")]
    pub(super) fn store(&self) -> Option<&Store> {
        match self {
            Self::Memory(_) => None,
            Self::Disk(store) => Some(store),
        }
    }

    pub(super) fn close(self) -> Result<(), Error> {
        match self {
            Self::Memory(_) => Ok(()),
            #[cfg(feature = "store")]
            Self::Disk(store) => Ok(store.close()?),
        }
    }

    #[cfg(feature = "cli")]
    pub(super) fn close_at_exit(self) -> Result<(), Error> {
        match self {
            Self::Memory(engine) => std::mem::forget(engine),
            Self::Disk(store) => store.close_at_exit()?,
        }
        Ok(())
    }
}

#[inline]
fn in_engine<'e>(
    engine: &'e mut Engine,
    session: Option<&Session>,
    query: &Query<'_>,
) -> Result<Reply<'e>, Backwards> {
    match session {
        None => engine.apply(query),
        Some(session) => engine.apply_in(session, query),
    }
}

#[inline]
fn answer_in_engine<'e>(
    engine: &'e mut Engine,
    session: Option<&Session>,
    request: &Request<'_>,
) -> Result<Answer<'e>, Backwards> {
    match request {
        Request::One(query) => in_engine(engine, session, query).map(Answer::One),
        Request::Batch(queries) => {
            let mut replies = Vec::with_capacity(queries.len());
            engine.apply_group(session, queries, |reply| replies.push(reply.into_owned()))?;
            Ok(Answer::Batch(replies))
        }
    }
}

/// Applies queries as one group, which is committed before the first reply if that is asked for.
#[cfg(feature = "store")]
fn in_store(
    store: &mut Store,
    (session, is_committed): (Option<&Session>, bool),
    queries: &[Query<'_>],
    mut each: impl FnMut(&Reply<'_>),
) -> Result<(), store::Error> {
    let each = |_: &Query<'_>, reply: &Reply<'_>| each(reply);
    match (session, is_committed) {
        (session, false) => store.apply_pending(session, queries, each),
        (None, true) => store.apply_committed(queries, each),
        (Some(session), true) => store.apply_committed_in(session, queries, each),
    }
}
