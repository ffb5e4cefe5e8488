//! All cells, as they are or as a backup has them.

use serde::Serialize;

use super::records::{LARGEST, PAGE};
use super::shown::Shown;
use crate::db::{Page, PageOfCells};
use crate::serve::http::answer::{Answer, Outcome};
use crate::serve::http::call::{Asked, Call};
use crate::serve::http::problem::Problem;
use crate::time::Time;

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
    cells: Vec<Cell>,
    /// What the next page stands behind.
    next: Option<String>,
}

pub(in crate::serve::http) fn cells(call: &mut Call<'_>) -> Outcome {
    let asked = call.asked;
    if call.who.is_some() {
        return Err(Problem::bad("a transaction has no pages of cells"));
    }
    let moment = moment(asked)?;
    let after = asked.parameter("after").map(serde_json::from_str::<(String, String)>).transpose();
    let after = after.map_err(|_| Problem::bad("after is the next of the page before"))?;
    let limit = asked.number("limit", 1, LARGEST)?.unwrap_or(PAGE);
    let page = Page {
        prefix: asked.parameter("prefix").unwrap_or_default(),
        after: after.as_ref().map(|(key, field)| (&**key, &**field)),
        limit: usize::try_from(limit).unwrap_or(usize::MAX),
    };
    let found = call.desk.database().page(moment, page, |cell| Cell {
        key: cell.key.to_owned(),
        field: cell.field.to_owned(),
        value: Shown(cell.value.into_owned()),
        left: cell.remaining.map(|left| left.0),
    })?;
    let gone = || Problem::new(410, "out-of-reach", "there is no backup that early");
    let PageOfCells { at, cells, has_more } = found.ok_or_else(gone)?;
    let last = cells.last().filter(|_| has_more);
    let next = last.and_then(|cell| serde_json::to_string(&(&cell.key, &cell.field)).ok());
    Ok(Answer::json(200, &Told { at: at.0, cells, next }))
}

/// The moment of which they are asked.
fn moment(asked: &Asked) -> Result<Option<Time>, Problem> {
    let Some(text) = asked.parameter("at") else { return Ok(None) };
    let moment = text.strip_prefix('@').and_then(|digits| digits.parse().ok());
    moment.map(|moment| Some(Time(moment))).ok_or_else(|| Problem::bad("at is @ and a moment"))
}
