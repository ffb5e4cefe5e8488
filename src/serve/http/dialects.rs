//! The dialects of two systems that others' programs speak: their routes, bodies and texts.
//!
//! Invariant: both are about keys' own values alone; fields, which they have no words for, are left as they are.

pub(super) mod pbc;
pub(super) mod pim;
mod shell;

use serde_json::Value as Json;

use super::call::Call;
use super::problem::Problem;
use crate::query::Query;
use crate::reply::{Reply, Value};

/// All own values with their keys, in byte order.
fn own_values<T>(call: &mut Call<'_>, each: impl Fn(&str, &Value<'_>) -> T) -> Result<Vec<T>, Problem> {
    call.ask(&Query::Items {}, |reply| match reply {
        Reply::Items(items) => {
            let own = items.iter().filter(|item| item.field.is_empty());
            own.map(|item| each(&item.key, &item.value)).collect()
        }
        _ => Vec::new(),
    })
}

/// All keys that have one.
fn keys(call: &mut Call<'_>) -> Result<Vec<Json>, Problem> {
    own_values(call, |key, _| key.into())
}

/// A key's own value, if it is live.
fn own_value(call: &mut Call<'_>, key: &str) -> Result<Option<Value<'static>>, Problem> {
    call.ask(&Query::GetOwn { key }, |reply| match reply {
        Reply::Value(value) => value.clone().map(Value::into_owned),
        _ => None,
    })
}
