//! What a store shows: its clock and every live cell, with its value and the time it has left.

use rewinddb::engine::{Engine, LiveCell};
use rewinddb::store::{Error, Options, SimulatedDisk, StoreView, TornEnd, Until};

use super::handle;

/// A live cell: key, field, value and milliseconds left.
pub(super) type Cell = (String, String, String, Option<u64>);

/// What can be seen of a database without a query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    pub(super) now: u64,
    pub(super) cells: Vec<Cell>,
}

impl State {
    pub(super) fn of(engine: &Engine) -> Self {
        Self { now: engine.clock().now().0, cells: engine.cells().iter().map(owned).collect() }
    }
}

fn owned(cell: &LiveCell<'_>) -> Cell {
    (cell.key.to_owned(), cell.field.to_owned(), cell.value.to_string(), cell.remaining.map(|ttl| ttl.0))
}

/// What the files of a disk tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) group: u64,
    pub(super) state: State,
    pub(super) torn: Option<TornEnd>,
}

/// Reads a store; nothing is written. Where there is none yet, nothing is found.
pub(super) fn look(disk: &SimulatedDisk, options: &Options) -> Result<Found, Error> {
    let mut view = match StoreView::open(handle(disk), options, Until::End) {
        Err(Error::NoStore { found: None }) => return Ok(Found::default()),
        view => view?,
    };
    let mut cells = Vec::new();
    view.try_each_cell(|cell| {
        cells.push(owned(cell));
        Ok::<_, Error>(())
    })?;
    let state = State { now: view.clock().now().0, cells };
    Ok(Found { group: view.last_group(), state, torn: view.torn_end().cloned() })
}
