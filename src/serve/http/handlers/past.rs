//! All cells: as they are, as a backup has them, or as they were after a group of the log.

use serde::Serialize;

use super::records::{LARGEST, PAGE};
use super::shown::Shown;
use crate::db::{LiveCell, Page, PageOfCells};
use crate::serve::http::answer::{Answer, Outcome};
use crate::serve::http::call::{Asked, Call};
use crate::serve::http::problem::Problem;
use crate::serve::refusal::Refusal;
use crate::store::{Store, Until};
use crate::time::Time;

/// A page ends where its texts have so many bytes.
const BYTES: usize = 4 << 20;

/// What is said of a group that is not there.
const NOT_THERE: &str = "the log does not have this group";

/// A cell of a page.
#[derive(Serialize)]
struct Cell {
    key: String,
    field: String,
    value: Shown,
    left: Option<u64>,
}

/// A page as it is told.
#[derive(Serialize)]
struct Told {
    at: u64,
    /// The group of the log after which it was so, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<u64>,
    cells: Vec<Cell>,
    /// What the next page stands behind.
    next: Option<String>,
}

/// Of when cells are asked.
enum Moment {
    Now,
    /// As the latest backup taken then or before has them.
    Backup(Time),
    /// As they were after a group of the log.
    Group(u64),
}

/// Which cells are asked for.
struct Part {
    prefix: String,
    after: Option<(String, String)>,
    limit: usize,
}

impl Part {
    fn of(asked: &Asked) -> Result<Self, Problem> {
        let after = asked.parameter("after").map(serde_json::from_str).transpose();
        let after = after.map_err(|_| Problem::bad("after is the next of the page before"))?;
        let limit = asked.number("limit", 1, LARGEST)?.unwrap_or(PAGE);
        let prefix = asked.parameter("prefix").unwrap_or_default().to_owned();
        Ok(Self { prefix, after, limit: usize::try_from(limit).unwrap_or(usize::MAX) })
    }

    fn page(&self) -> Page<'_> {
        let after = self.after.as_ref().map(|(key, field)| (&**key, &**field));
        Page { prefix: &self.prefix, after, limit: self.limit, bytes: BYTES }
    }
}

pub(in crate::serve::http) fn cells(call: &mut Call<'_>) -> Outcome {
    if call.who.is_some() {
        return Err(Problem::bad("a transaction has no pages of cells"));
    }
    let (moment, part) = (moment(call.asked)?, Part::of(call.asked)?);
    let (moment, group) = match moment {
        Moment::Now => (None, call.desk.see().store().map(Store::last_group)),
        Moment::Backup(moment) => (Some(moment), None),
        Moment::Group(group) => return after_group(call, group, part),
    };
    let found = call.desk.database().page(moment, part.page(), shown)?;
    let gone = || Problem::new(410, "out-of-reach", "there is no backup that early");
    Ok(told(found.ok_or_else(gone)?, group))
}

/// The moment of which they are asked.
fn moment(asked: &Asked) -> Result<Moment, Problem> {
    let Some(text) = asked.parameter("at") else { return Ok(Moment::Now) };
    let moment = match text.strip_prefix('@') {
        Some(time) => time.parse().ok().map(|time| Moment::Backup(Time(time))),
        None => text.parse().ok().map(Moment::Group),
    };
    moment.ok_or_else(|| Problem::bad("at is a group of the log, or @ and a moment"))
}

/// The cells as they were after a group: another thread brings them back from the files.
fn after_group(call: &mut Call<'_>, group: u64, part: Part) -> Outcome {
    let out_of_reach = |detail| Problem::new(410, "out-of-reach", NOT_THERE).with_detail(detail);
    let in_memory =
        || out_of_reach("the database is in memory, without a log; @TIME asks for a backup".into());
    if call.desk.is_full {
        // What is brought back takes memory of its own.
        return Err(Refusal::Memory.into());
    }
    let busy = call.server.http.look_back()?;
    let store = call.desk.database().hot_store()?.ok_or_else(in_memory)?;
    let groups = store.groups();
    if !groups.contains(&group) {
        let (first, last) = groups.into_inner();
        return Err(out_of_reach(format!("the log has the groups from {first} to {last}")));
    }
    Ok(Answer::elsewhere(move || {
        let looked = store.view(Until::Group(group)).and_then(|mut view| view.page(part.page(), shown));
        drop(busy);
        Ok(told(looked?, Some(group)))
    }))
}

fn shown(cell: LiveCell<'_>) -> Cell {
    let LiveCell { key, field, value, remaining, .. } = cell;
    let left = remaining.map(|left| left.0);
    Cell { key: key.to_owned(), field: field.to_owned(), value: Shown(value.into_owned()), left }
}

fn told(page: PageOfCells<Cell>, group: Option<u64>) -> Answer {
    let PageOfCells { at, cells, has_more } = page;
    let last = cells.last().filter(|_| has_more);
    let next = last.and_then(|cell| serde_json::to_string(&(&cell.key, &cell.field)).ok());
    Answer::json(200, &Told { at: at.0, group, cells, next })
}
