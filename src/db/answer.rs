//! Replies as the typed methods return them: owned, so that nothing stays borrowed from the database.
//!
//! Invariant: an operation always answers with the same kind of reply; each method names the type of its own.

use super::entries::Entries;
use crate::reply::{Item, Reply, Value};
use crate::time::Ttl;

/// A live cell of any record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// The key of its record.
    pub key: String,
    /// Its field; that of the key's own value is empty.
    pub field: String,
    /// Its value; a list as GET answers it: `[a, b]`.
    pub value: String,
}

/// How long something lives from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Remaining {
    /// There is no live cell.
    NotThere,
    /// It never ends by itself.
    Permanent,
    /// So long.
    For(Ttl),
}

/// What a typed method returns, made of its operation's reply.
pub(super) trait FromReply {
    fn from_reply(reply: &Reply<'_>) -> Self;
}

/// Another operation was asked than the method says.
#[cold]
fn unexpected(reply: &Reply<'_>) -> ! {
    unreachable!("no operation of this method answers {reply:?}")
}

impl FromReply for () {
    fn from_reply(reply: &Reply<'_>) -> Self {
        match reply {
            Reply::Done => {}
            other => unexpected(other),
        }
    }
}

impl FromReply for bool {
    fn from_reply(reply: &Reply<'_>) -> Self {
        match reply {
            Reply::Bool(truth) => *truth,
            other => unexpected(other),
        }
    }
}

impl FromReply for u64 {
    fn from_reply(reply: &Reply<'_>) -> Self {
        match reply {
            Reply::Count(count) => *count,
            other => unexpected(other),
        }
    }
}

/// A value as it is answered.
impl FromReply for Option<String> {
    fn from_reply(reply: &Reply<'_>) -> Self {
        match reply {
            Reply::Value(value) => value.as_ref().map(Value::to_string),
            other => unexpected(other),
        }
    }
}

/// A value as a list; a text is a list of one.
impl FromReply for Option<Vec<String>> {
    fn from_reply(reply: &Reply<'_>) -> Self {
        match reply {
            Reply::Value(value) => {
                let texts = value.as_ref().map(Value::texts);
                texts.map(|texts| texts.iter().map(ToString::to_string).collect())
            }
            other => unexpected(other),
        }
    }
}

impl FromReply for Remaining {
    fn from_reply(reply: &Reply<'_>) -> Self {
        match reply {
            Reply::Value(None) => Self::NotThere,
            Reply::Remaining(None) => Self::Permanent,
            Reply::Remaining(Some(left)) => Self::For(Ttl(*left)),
            other => unexpected(other),
        }
    }
}

/// Fields with their values, or keys with their fields.
impl FromReply for Entries<(String, String)> {
    fn from_reply(reply: &Reply<'_>) -> Self {
        match reply {
            Reply::Cells(cells) => {
                cells.iter().map(|(field, value)| (field.to_string(), value.to_string())).collect()
            }
            Reply::Fields(fields) => {
                fields.iter().map(|(key, field)| (key.to_string(), field.to_string())).collect()
            }
            other => unexpected(other),
        }
    }
}

/// Keys, or values.
impl FromReply for Entries<String> {
    fn from_reply(reply: &Reply<'_>) -> Self {
        match reply {
            Reply::Keys(keys) => keys.iter().map(ToString::to_string).collect(),
            Reply::Values(values) => values.iter().map(ToString::to_string).collect(),
            other => unexpected(other),
        }
    }
}

impl FromReply for Entries<Cell> {
    fn from_reply(reply: &Reply<'_>) -> Self {
        match reply {
            Reply::Items(items) => items.iter().map(Cell::of).collect(),
            other => unexpected(other),
        }
    }
}

impl Cell {
    fn of(item: &Item<'_>) -> Self {
        Self { key: item.key.to_string(), field: item.field.to_string(), value: item.value.to_string() }
    }
}
