//! Entity tags, and what a request makes depend on them.

use std::hash::{DefaultHasher, Hash, Hasher};

use hyper::HeaderMap;
use hyper::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};

use super::problem::Problem;
use crate::reply::Value;

/// The tag of a value: the same for the same value of the same kind, whenever it was written.
pub(super) fn tag(value: &Value<'_>) -> String {
    let half = |seed: u8| {
        let mut hasher = DefaultHasher::new();
        (seed, matches!(value, Value::List(_)), value.texts()).hash(&mut hasher);
        hasher.finish()
    };
    format!("\"{:016x}{:016x}\"", half(0), half(1))
}

/// Does a header of tags name this one? `None` if there is no such header.
fn names(headers: &HeaderMap, name: HeaderName, tag: Option<&str>) -> Option<bool> {
    let mut values = headers.get_all(name).iter().peekable();
    values.peek()?;
    let mut tags = values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    Some(tags.any(|one| {
        let one = one.trim();
        tag.is_some_and(|tag| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
    }))
}

/// May a cell that is like this be written?
///
/// # Errors
/// 412: it is not as the request says.
pub(super) fn check(headers: &HeaderMap, tag: Option<&str>) -> Result<(), Problem> {
    let changed = || Problem::new(412, "changed", "the cell has changed");
    if names(headers, IF_MATCH, tag) == Some(false) {
        return Err(changed());
    }
    if names(headers, IF_NONE_MATCH, tag) == Some(true) {
        return Err(changed().with_detail("there is one already"));
    }
    Ok(())
}

/// Does the client have what it asks for?
pub(super) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    names(headers, IF_NONE_MATCH, Some(tag)) == Some(true)
}
