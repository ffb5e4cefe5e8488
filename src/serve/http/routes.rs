//! What there is: the one table of routes, from which requests find their way, and everybody is told of it.
//!
//! Invariant: a path is of one route for each method, so the order of the rows means nothing.

use hyper::Method;

use super::answer::Outcome;
use super::call::Call;
use super::handlers::{backups, cells, find, health, metrics, query, records, store, transactions};
use super::{openapi, stream};

/// A method of a path.
pub(super) struct Route {
    pub(super) method: Method,
    /// With names in braces, each of which stands for one segment that is not empty.
    pub(super) path: &'static str,
    /// What it is counted and told by.
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// The parameters of a query, each with what it is.
    pub(super) parameters: &'static [(&'static str, &'static str)],
    pub(super) takes: Takes,
    /// The statuses of what is no problem, each with what is answered.
    pub(super) gives: &'static [(u16, Gives)],
    /// Those of problems that not every route has.
    pub(super) problems: &'static [u16],
    /// May it be asked without a password?
    pub(super) is_open: bool,
    pub(super) handler: fn(&mut Call<'_>) -> Outcome,
}

/// What a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// There is none.
    Nothing,
    /// An object with these members, each with its type.
    Object(&'static [(&'static str, &'static str)]),
    /// A value.
    Value,
    /// A list of queries.
    List,
}

/// What an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gives {
    /// Nothing but its status.
    Nothing,
    /// JSON with these members, each with its type; one that is `maybe` there is not always.
    Object(&'static [(&'static str, &'static str)]),
    /// A value, of the type that is wanted.
    Value,
    /// The answers of a list.
    Answers,
    /// Text of this type.
    Text(&'static str),
}

impl Takes {
    /// The types that it may have.
    pub(super) fn types(self) -> &'static [&'static str] {
        match self {
            Self::Nothing => &[],
            Self::Object(_) => &["application/json"],
            Self::Value => &["application/json", "text/plain", "application/octet-stream"],
            Self::List => &["application/json", stream::LINES],
        }
    }
}

/// Where a request goes.
pub(super) enum Found {
    /// To a route; the names of its path stand for these.
    Route(&'static Route, Vec<String>),
    /// It asks for the methods of the path.
    Options(String),
    /// The path has only those.
    OtherMethod(String),
    /// There is no such path.
    Nothing,
}

/// The table.
macro_rules! routes {
    ($($method:ident $path:literal $name:literal $about:literal
        $parameters:expr, $takes:expr, $gives:expr, $problems:expr, $is_open:literal, $handler:path;)*) => {
        /// All routes.
        pub(super) static ROUTES: &[Route] = &[$(Route {
            method: Method::$method,
            path: $path,
            name: $name,
            about: $about,
            parameters: $parameters,
            takes: $takes,
            gives: $gives,
            problems: $problems,
            is_open: $is_open,
            handler: $handler,
        }),*];
    };
}

const PAGE: &[(&str, &str)] = &[
    ("prefix", "only what begins with it"),
    ("after", "only what stands behind it: the `next` of the page before"),
    ("limit", "how many at most: 100 unless told, 10000 at most"),
];
const TTL: &[(&str, &str)] = &[("ttl", "how many milliseconds it lives; for ever unless told")];
const AS: &[(&str, &str)] = &[("as", "`json` for the value read as JSON")];
const SEARCH: &[(&str, &str)] = &[
    ("what", "KEY, FIELD or VALUE"),
    ("how", "EXACT, LIKE or REGEX; LIKE unless told"),
    ("pattern", "what is looked for"),
];
const CELL: &[(u16, Gives)] = &[(200, Gives::Value), (304, Gives::Nothing)];
const WRITTEN: &[(u16, Gives)] = &[(201, Gives::Nothing), (204, Gives::Nothing)];
const DONE: &[(u16, Gives)] = &[(204, Gives::Nothing)];
const LENGTH: &[(u16, Gives)] = &[(200, Gives::Object(&[("length", "integer")]))];
const LEFT: &[(u16, Gives)] = &[(200, Gives::Object(&[("left", "integer?")]))];
const LIFETIME: Takes = Takes::Object(&[("ttl", "integer")]);
const ITEM: Takes = Takes::Object(&[("item", "string")]);
const KEYS: Gives = Gives::Object(&[("keys", "texts"), ("next", "string?")]);
const RECORD: Gives =
    Gives::Object(&[("key", "string"), ("value", "value?"), ("left", "integer?"), ("fields", "cells")]);
const FIELDS: Gives = Gives::Object(&[("fields", "cells"), ("next", "string?")]);
const FOUND: Gives =
    Gives::Object(&[("keys", "maybe texts"), ("fields", "maybe objects"), ("items", "maybe objects")]);
const BACKUP: Gives = Gives::Object(&[("at", "integer"), ("records", "integer")]);
const BACKUPS: Gives = Gives::Object(&[("backups", "objects")]);
const RESTORED: Gives = Gives::Object(&[("at", "integer"), ("to", "integer")]);
const BEGUN: Gives = Gives::Object(&[("id", "string"), ("idle_ms", "integer")]);
const STATS: Gives = Gives::Object(&[
    ("records", "integer"),
    ("cells", "integer"),
    ("backups", "integer"),
    ("now", "integer"),
    ("store", "object?"),
]);
const PLAIN: Gives = Gives::Text("text/plain; charset=utf-8");
const NOTHING: Takes = Takes::Nothing;

routes! {
    GET "/v1/records" "listRecords" "The keys of live records, in byte order."
        PAGE, NOTHING, &[(200, KEYS)], &[400], false, records::list;
    GET "/v1/records/{key}" "getRecord" "A record: its own value, and its fields."
        &[], NOTHING, &[(200, RECORD)], &[404], false, records::get;
    DELETE "/v1/records/{key}" "deleteRecord" "Removes a record with all its cells."
        &[], NOTHING, DONE, &[403, 404], false, records::delete;
    GET "/v1/records/{key}/fields" "listFields" "The live fields of a record, in byte order."
        PAGE, NOTHING, &[(200, FIELDS)], &[400, 404], false, records::fields;
    GET "/v1/records/{key}/ttl" "getRecordTtl" "How long a record lives: as long as its longest-lived cell."
        &[], NOTHING, LEFT, &[404], false, records::ttl;
    PUT "/v1/records/{key}/ttl" "setRecordTtl" "Gives all cells of a record a new lifetime."
        &[], LIFETIME, DONE, &[400, 403, 404], false, records::expire;
    DELETE "/v1/records/{key}/ttl" "persistRecord" "Makes all cells of a record permanent."
        &[], NOTHING, DONE, &[403, 404], false, records::persist;
    GET "/v1/records/{key}/value" "getValue" "A key's own value."
        AS, NOTHING, CELL, &[404, 406], false, cells::get;
    PUT "/v1/records/{key}/value" "putValue" "Puts a key's own value."
        TTL, Takes::Value, WRITTEN, &[400, 403, 412, 415], false, cells::put;
    DELETE "/v1/records/{key}/value" "deleteValue" "Removes a key's own value."
        &[], NOTHING, DONE, &[403, 404, 412], false, cells::delete;
    POST "/v1/records/{key}/value/items" "appendToValue" "Adds an item to the list that a key's own value is."
        &[], ITEM, LENGTH, &[400, 403, 412, 415], false, cells::append;
    GET "/v1/records/{key}/fields/{field}" "getField" "A field."
        AS, NOTHING, CELL, &[404, 406], false, cells::get;
    PUT "/v1/records/{key}/fields/{field}" "putField" "Puts a field."
        TTL, Takes::Value, WRITTEN, &[400, 403, 412, 415], false, cells::put;
    DELETE "/v1/records/{key}/fields/{field}" "deleteField" "Removes a field."
        &[], NOTHING, DONE, &[403, 404, 412], false, cells::delete;
    POST "/v1/records/{key}/fields/{field}/items" "appendToField" "Adds an item to the list that a field is."
        &[], ITEM, LENGTH, &[400, 403, 412, 415], false, cells::append;
    GET "/v1/records/{key}/fields/{field}/ttl" "getFieldTtl" "How long a field lives."
        &[], NOTHING, LEFT, &[404], false, cells::ttl;
    PUT "/v1/records/{key}/fields/{field}/ttl" "setFieldTtl" "Gives a field a new lifetime."
        &[], LIFETIME, DONE, &[400, 403, 404], false, cells::expire;
    DELETE "/v1/records/{key}/fields/{field}/ttl" "persistField" "Makes a field permanent."
        &[], NOTHING, DONE, &[403, 404], false, cells::persist;
    GET "/v1/find" "find" "Keys, fields or values that match a pattern."
        SEARCH, NOTHING, &[(200, FOUND)], &[400], false, find::find;
    POST "/v1/query" "query" "Asks a list of queries as one group; as JSON Lines, each line by itself."
        &[], Takes::List, &[(200, Gives::Answers)], &[400, 403, 415, 422], false, query::list;
    GET "/v1/backups" "listBackups" "The moments that can be gone back to."
        &[], NOTHING, &[(200, BACKUPS)], &[], false, backups::list;
    POST "/v1/backups" "backup" "Saves the whole database as it is now."
        &[], NOTHING, &[(201, BACKUP)], &[403], false, backups::backup;
    POST "/v1/restore" "restore" "Brings back the latest backup taken at or before a moment."
        &[], Takes::Object(&[("to", "integer")]), &[(200, RESTORED)], &[400, 403, 404, 415], false,
        backups::restore;
    POST "/v1/transactions" "begin" "Begins a transaction. Requests that name it in Rewind-Transaction are part of it."
        &[], NOTHING, &[(201, BEGUN)], &[], false, transactions::begin;
    POST "/v1/transactions/{id}/commit" "commit" "Ends a transaction: what it has written takes effect as one."
        &[], NOTHING, DONE, &[404, 409, 410], false, transactions::commit;
    DELETE "/v1/transactions/{id}" "rollback" "Ends a transaction: what it has written is as if it had never been."
        &[], NOTHING, DONE, &[404, 410], false, transactions::roll_back;
    GET "/v1/stats" "stats" "What the database holds, and what lies on disk."
        &[], NOTHING, &[(200, STATS)], &[], false, store::stats;
    POST "/v1/snapshot" "snapshot" "Replaces the log so far by a snapshot of what can still be seen."
        &[], NOTHING, &[(202, Gives::Nothing)], &[404], false, store::snapshot;
    GET "/v1/export" "export" "The queries that rebuild the database, as JSON Lines."
        &[], NOTHING, &[(200, Gives::Text(stream::LINES))], &[], false, store::export;
    GET "/healthz" "health" "Does the server turn?"
        &[], NOTHING, &[(200, PLAIN)], &[], true, health::health;
    GET "/readyz" "readiness" "Does the server take what is asked?"
        &[], NOTHING, &[(200, PLAIN)], &[503], false, health::readiness;
    GET "/metrics" "metrics" "What the server counts of its work, for Prometheus."
        &[], NOTHING, &[(200, Gives::Text(metrics::TYPE))], &[], false, metrics::metrics;
    GET "/openapi.json" "openapi" "This document."
        &[], NOTHING, &[(200, Gives::Object(&[("openapi", "string"), ("paths", "object")]))], &[], false,
        openapi::openapi;
}

/// Finds a request's way.
pub(super) fn find(method: &Method, segments: &[String]) -> Found {
    let mut allowed: Vec<&str> = Vec::new();
    for route in ROUTES {
        let Some(names) = matched(route.path, segments) else { continue };
        if route.method == *method || route.method == Method::GET && *method == Method::HEAD {
            return Found::Route(route, names);
        }
        allowed.push(route.method.as_str());
        if route.method == Method::GET {
            allowed.push(Method::HEAD.as_str());
        }
    }
    if allowed.is_empty() {
        return Found::Nothing;
    }
    allowed.push(Method::OPTIONS.as_str());
    let allowed = allowed.join(", ");
    if *method == Method::OPTIONS { Found::Options(allowed) } else { Found::OtherMethod(allowed) }
}

/// What the names of a path stand for, if it is this one.
fn matched(path: &str, segments: &[String]) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut given = segments.iter();
    for part in path.split('/').skip(1) {
        let segment = given.next()?;
        if part.starts_with('{') {
            if segment.is_empty() {
                return None;
            }
            names.push(segment.clone());
        } else if part != segment {
            return None;
        }
    }
    given.next().is_none().then_some(names)
}
