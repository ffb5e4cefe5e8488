//! What a write changes, and how that is afterwards.

use serde_json::{Value as Json, json};

use crate::db::Database;
use crate::query::Query;
use crate::reply::{Reply, Value};
use crate::serve::desk::Held;
use crate::time::Time;

/// Longer values are cut.
const LONG: usize = 1 << 10;

/// What was changed.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(in crate::serve) enum Change {
    Cell(String, String),
    /// Any cells of a record.
    Record(String),
    Backup(Time),
    /// Everything, by going back to a moment.
    Restore(Time),
    /// Everything is gone.
    Clear,
}

/// What is told of it: of a cell, with its key; else with the name of its event.
#[derive(Debug)]
pub(in crate::serve) struct Told {
    pub(super) event: &'static str,
    pub(super) key: String,
    pub(super) json: String,
}

impl Change {
    /// Is nothing left of what was told before?
    pub(super) fn is_of_all(&self) -> bool {
        matches!(self, Self::Restore(_) | Self::Clear)
    }
}

/// What a query changes.
pub(super) fn of(query: &Query<'_>) -> Option<Change> {
    let cell = |key: &str, field: &str| Some(Change::Cell(key.to_owned(), field.to_owned()));
    match query {
        Query::Put { key, .. } | Query::PutWithTtl { key, .. } => cell(key, ""),
        Query::Set { key, field, .. }
        | Query::SetAt { key, field, .. }
        | Query::SetAtWithTtl { key, field, .. }
        | Query::Delete { key, field }
        | Query::DeleteAt { key, field, .. }
        | Query::Expire { key, field, .. }
        | Query::Persist { key, field }
        | Query::Append { key, field, .. } => cell(key, field),
        Query::DeleteRecord { key } | Query::ExpireRecord { key, .. } | Query::PersistRecord { key } => {
            Some(Change::Record((*key).to_owned()))
        }
        Query::Backup { timestamp } => Some(Change::Backup(*timestamp)),
        Query::Restore { timestamp_to_restore, .. } => Some(Change::Restore(timestamp_to_restore.0)),
        Query::Clear {} => Some(Change::Clear),
        _ => None,
    }
}

/// What is told of a change: how it is now.
pub(super) fn told(change: &Change, database: &mut Database) -> Vec<Told> {
    let event = |event, json: Json| vec![Told { event, key: String::new(), json: json.to_string() }];
    match change {
        Change::Cell(key, field) => {
            let value = see(database, &Query::Get { key, field }, |reply| match reply {
                Reply::Value(value) => value.clone().map(Value::into_owned),
                _ => None,
            });
            vec![cell(database, key, Some(field), value.flatten().as_ref())]
        }
        Change::Record(key) => {
            // Whatever it had is gone, but for what it has.
            let cells = see(database, &Query::Scan { key }, |reply| match reply {
                Reply::Cells(cells) => {
                    let cells = cells.iter().take(super::feed::MOST);
                    cells.map(|(field, value)| (field.to_string(), value.clone().into_owned())).collect()
                }
                _ => Vec::new(),
            });
            let mut told = vec![cell(database, key, None, None)];
            for (field, value) in cells.unwrap_or_default() {
                told.push(cell(database, key, Some(&field), Some(&value)));
            }
            told
        }
        Change::Backup(at) => event("backup", json!({ "moment": at.0 })),
        Change::Restore(to) => event("restore", json!({ "to": to.0 })),
        Change::Clear => event("clear", json!({})),
    }
}

/// Looks at something, as it is committed; no record tells of it.
fn see<R>(database: &mut Database, query: &Query<'_>, each: impl FnOnce(&Reply<'_>) -> R) -> Option<R> {
    database.settle(None, query, &mut Held::default(), |_, reply| each(reply)).ok()
}

/// A cell; without a field, that a record has none.
fn cell(database: &mut Database, key: &str, field: Option<&str>, value: Option<&Value<'_>>) -> Told {
    let left = value.zip(field).and_then(|(_, field)| {
        see(database, &Query::TtlOf { key, field }, |reply| match reply {
            Reply::Remaining(left) => *left,
            _ => None,
        })
    });
    let size = value.map_or(0, |value| value.texts().iter().map(|text| text.len()).sum());
    let shown = value.map(|value| match value {
        _ if size > LONG => {
            let text = value.shown();
            Json::from(&text[..text.floor_char_boundary(LONG)])
        }
        Value::List(items) => json!(items),
        text => json!(text.shown()),
    });
    let mut json = json!({ "key": key, "field": field, "value": shown, "left": left.flatten() });
    if size > LONG {
        json["cut"] = true.into();
    }
    Told { event: "group", key: key.to_owned(), json: json.to_string() }
}
