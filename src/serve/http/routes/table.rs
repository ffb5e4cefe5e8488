//! The rows of the table of routes.

use hyper::Method;

use super::{Gives, Route, Takes};
use crate::serve::http::dialects::{pbc, pim};
use crate::serve::http::handlers::{
    backups, cells, check, events, find, health, hot, lists, metrics, past, query, records, store,
    transactions,
};
use crate::serve::http::{openapi, page, stream};

/// The table.
macro_rules! routes {
    ($($method:ident $path:literal $name:literal $about:literal
        $parameters:expr, $takes:expr, $gives:expr, $problems:expr, $is_open:literal, $handler:path;)*) => {
        /// All routes.
        pub(in crate::serve::http) static ROUTES: &[Route] = &[$(Route {
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

const PAGE: &[(&str, &str, &str)] = &[
    ("prefix", "maybe string", "only what begins with it"),
    ("after", "maybe string", "only what stands behind it: the `next` of the page before"),
    ("limit", "maybe limit", "how many at most: 100 unless told"),
];
const CELLS: &[(&str, &str, &str)] = &[
    (
        "at",
        "maybe at",
        "`@` and a moment: as the latest backup taken at it or before has them; a number: as they were \
        after this group of the log",
    ),
    ("prefix", "maybe string", "only cells whose key begins with it"),
    (
        "after",
        "maybe pair",
        "only what stands behind it: the `next` of the page before, key and field as JSON",
    ),
    ("limit", "maybe limit", "how many at most: 100 unless told; fewer where they are long"),
];
const TTL: &[(&str, &str, &str)] =
    &[("ttl", "maybe number", "how many milliseconds it lives; for ever unless told")];
const AS: &[(&str, &str, &str)] = &[("as", "maybe json", "`json` for the value read as JSON")];
const SEARCH: &[(&str, &str, &str)] = &[
    ("what", "what", "what is looked through"),
    ("how", "maybe how", "LIKE unless told"),
    ("pattern", "string", "what is looked for"),
    (
        "as",
        "maybe as cells",
        "`cells` for live cells with what they have left: of a key all those of its record",
    ),
    ("limit", "maybe limit", "how many at most: all unless told"),
];
const WATCHED: &[(&str, &str, &str)] = &[("prefix", "maybe string", "only cells whose key begins with it")];
const CELL: &[(u16, Gives)] = &[(200, Gives::Value), (304, Gives::Nothing)];
const WRITTEN: &[(u16, Gives)] = &[(201, Gives::Nothing), (204, Gives::Nothing)];
const DONE: &[(u16, Gives)] = &[(204, Gives::Nothing)];
const LENGTH: &[(u16, Gives)] = &[(200, Gives::Object(&[("length", "integer")]))];
const LEFT: &[(u16, Gives)] = &[(200, Gives::Object(&[("left", "integer?")]))];
const LIFETIME: Takes = Takes::Object(&[("ttl", "number")]);
const ITEM: Takes = Takes::Object(&[("item", "string")]);
const KEYS: Gives = Gives::Object(&[("keys", "texts"), ("next", "string?")]);
const RECORD: Gives =
    Gives::Object(&[("key", "string"), ("value", "value?"), ("left", "integer?"), ("fields", "cells")]);
const FIELDS: Gives = Gives::Object(&[("fields", "cells"), ("next", "string?")]);
const FOUND: Gives = Gives::Object(&[
    ("keys", "maybe texts"),
    ("fields", "maybe objects"),
    ("items", "maybe objects"),
    ("at", "maybe integer"),
    ("count", "maybe integer"),
    ("cells", "maybe objects"),
]);
const CHECKED: Gives = Gives::Object(&[("queries", "lists"), ("mistakes", "objects")]);
const CASES: Gives = Gives::Object(&[("cases", "objects")]);
const CASE: Gives = Gives::Object(&[
    ("level", "integer"),
    ("name", "string"),
    ("why", "string"),
    ("clock", "string"),
    ("text", "string"),
]);
const STEPS: Gives = Gives::Object(&[
    ("name", "string"),
    ("why", "string"),
    ("free", "boolean"),
    ("steps", "objects"),
    ("cells", "objects"),
    ("backups", "objects"),
    ("restores", "objects"),
]);
const BACKUP: Gives = Gives::Object(&[("at", "integer"), ("records", "integer")]);
const BACKUPS: Gives = Gives::Object(&[("backups", "objects")]);
const RESTORED: Gives = Gives::Object(&[("at", "integer"), ("to", "integer")]);
const BEGUN: Gives = Gives::Object(&[("id", "string"), ("idle_ms", "integer")]);
const STATS: Gives = Gives::Object(&[
    ("records", "integer"),
    ("cells", "integer"),
    ("backups", "integer"),
    ("now", "integer"),
    ("groups", "object?"),
    ("clock", "string"),
    ("store", "object?"),
]);
const PAST: &[(u16, Gives)] = &[(
    200,
    Gives::Object(&[
        ("at", "integer"),
        ("group", "maybe integer"),
        ("cells", "objects"),
        ("next", "string?"),
    ]),
)];
const PIM: &[(u16, Gives)] = &[(200, SAID), (400, SAID)];
const PIM_ENDS: &[(u16, Gives)] = &[(200, SAID), (500, SAID)];
const SAID: Gives =
    Gives::Object(&[("received", "any"), ("status", "integer"), ("message", "string"), ("data", "any")]);
const DETAIL: Gives = Gives::Object(&[("detail", "objects")]);
const PBC: &[(u16, Gives)] = &[(200, SUCCESS), (422, DETAIL)];
const SUCCESS: Gives = Gives::Object(&[
    ("status", "string"),
    ("key", "maybe string"),
    ("count", "maybe integer"),
    ("message", "maybe string"),
]);
const PBC_STATUS: Gives = Gives::Object(&[
    ("status", "string"),
    ("mode", "string"),
    ("data_dir", "string"),
    ("keys_count", "integer"),
]);
const PBC_FOUND: Gives = Gives::Object(&[("key", "string"), ("value", "any"), ("found", "boolean")]);
const PBC_KEYS: Gives = Gives::Object(&[("keys", "texts"), ("count", "integer")]);
const PBC_DELETED: Gives = Gives::Object(&[("key", "string"), ("deleted", "boolean")]);
const PBC_HEALTH: Gives = Gives::Object(&[("status", "string"), ("service", "string")]);
const PLAIN: Gives = Gives::Text("text/plain; charset=utf-8");
const NOTHING: Takes = Takes::Nothing;
const COMMAND: Takes = Takes::Json("command");

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
    POST "/v1/check" "check" "Reads a text as people type it, lines as in the shell or a list, and asks nothing."
        &[], Takes::Object(&[("text", "string")]), &[(200, CHECKED)], &[400, 413, 415], false, check::check_text;
    GET "/v1/lists" "listCases" "The lists to learn from."
        &[], NOTHING, &[(200, CASES)], &[], false, lists::cases;
    GET "/v1/lists/{number}" "listCase" "One of them: its queries."
        &[], NOTHING, &[(200, CASE)], &[404], false, lists::case;
    POST "/v1/lists" "listSteps" "What a list does step by step, on a database of its own."
        &[], Takes::Object(&[("text", "string"), ("clock", "maybe clock")]), &[(200, STEPS)],
        &[400, 404, 413, 415, 503], false, lists::steps;
    GET "/v1/backups" "listBackups" "The moments that can be gone back to."
        &[], NOTHING, &[(200, BACKUPS)], &[], false, backups::list;
    POST "/v1/backups" "backup" "Saves the whole database as it is now."
        &[], NOTHING, &[(201, BACKUP)], &[400, 403], false, backups::backup;
    POST "/v1/restore" "restore" "Brings back the latest backup taken at or before a moment."
        &[], Takes::Object(&[("to", "number")]), &[(200, RESTORED)], &[400, 403, 404, 415], false,
        backups::restore;
    POST "/v1/transactions" "begin" "Begins a transaction. Requests that name it in Rewind-Transaction are part of it."
        &[], NOTHING, &[(201, BEGUN)], &[], false, transactions::begin;
    POST "/v1/transactions/{id}/commit" "commit" "Ends a transaction: what it has written takes effect as one."
        &[], NOTHING, DONE, &[404, 409, 410], false, transactions::commit;
    DELETE "/v1/transactions/{id}" "rollback" "Ends a transaction: what it has written is as if it had never been."
        &[], NOTHING, DONE, &[404, 410], false, transactions::roll_back;
    GET "/v1/stats" "stats" "What the database holds, and what lies on disk."
        &[], NOTHING, &[(200, STATS)], &[503], false, store::stats;
    POST "/v1/snapshot" "snapshot" "Replaces the log so far by a snapshot of what can still be seen."
        &[], NOTHING, &[(202, Gives::Nothing)], &[404], false, store::snapshot;
    GET "/v1/export" "export" "The queries that rebuild the database, as JSON Lines."
        &[], NOTHING, &[(200, Gives::Text(stream::LINES))], &[], false, store::export;
    GET "/v1/cells" "cells" "All live cells in byte order: now, as a backup has them, or after a group of the log."
        CELLS, NOTHING, PAST, &[400, 410, 503], false, past::cells;
    GET "/v1/events" "events" "What changes, as it is committed: a stream of server-sent events."
        WATCHED, NOTHING, &[(200, Gives::Text(events::EVENTS))], &[429],
        false, events::events;
    GET "/v1/store.tar" "archive" "A hot backup: a folder that --store opens, as it was after one commit."
        &[], NOTHING, &[(200, Gives::Text(hot::TAR))], &[404], false, hot::archive;
    GET "/healthz" "health" "Does the server turn?"
        &[], NOTHING, &[(200, PLAIN)], &[], true, health::health;
    GET "/readyz" "readiness" "Does the server take what is asked?"
        &[], NOTHING, &[(200, PLAIN)], &[503], false, health::readiness;
    GET "/metrics" "metrics" "What the server counts of its work, for Prometheus."
        &[], NOTHING, &[(200, Gives::Text(metrics::TYPE))], &[], false, metrics::metrics;
    GET "/" "page" "The page: what is there, as it changes."
        &[], NOTHING, &[(200, Gives::Text(page::HTML))], &[], true, page::page;
    GET "/ui" "ui" "The same, where a dialect has the root."
        &[], NOTHING, &[(200, Gives::Text(page::HTML))], &[], true, page::page;
    GET "/openapi.json" "openapi" "This document."
        &[], NOTHING, &[(200, Gives::Object(&[("openapi", "string"), ("paths", "object")]))], &[], false,
        openapi::openapi;
    GET "/pim/keys" "pimKeys" "py-in-mem: all keys." &[], NOTHING, PIM, &[], false, pim::keys;
    GET "/pim/values" "pimValues" "py-in-mem: all values." &[], NOTHING, PIM, &[], false, pim::values;
    GET "/pim/items" "pimItems" "py-in-mem: all keys with their values." &[], NOTHING, PIM, &[], false, pim::items;
    GET "/pim/size" "pimSize" "py-in-mem: how many keys there are." &[], NOTHING, PIM, &[], false, pim::size;
    GET "/pim/help" "pimHelp" "py-in-mem: its commands." &[], NOTHING, PIM, &[], false, pim::help;
    GET "/pim/show-alias" "pimShowAlias" "py-in-mem: other names of commands."
        &[], NOTHING, PIM, &[], false, pim::show_alias;
    GET "/pim/begin" "pimBegin" "py-in-mem: begins a transaction, which Rewind-Transaction names."
        &[], NOTHING, PIM, &[], false, pim::begin;
    GET "/pim/commit" "pimCommit" "py-in-mem: ends the transaction." &[], NOTHING, PIM_ENDS, &[], false, pim::commit;
    GET "/pim/rollback" "pimRollback" "py-in-mem: ends the transaction, which had no effect."
        &[], NOTHING, PIM_ENDS, &[], false, pim::roll_back;
    POST "/pim/get" "pimGet" "py-in-mem: `key`." &[], COMMAND, PIM, &[415], false, pim::get;
    POST "/pim/exists" "pimExists" "py-in-mem: `key`." &[], COMMAND, PIM, &[415], false, pim::exists;
    POST "/pim/alias" "pimAlias" "py-in-mem: `name command`." &[], COMMAND, PIM, &[403, 415], false, pim::alias;
    POST "/pim/find" "pimFind" "py-in-mem: `-k pattern`, `-v -l pattern`, `-k -r pattern`."
        &[], COMMAND, PIM, &[415], false, pim::find;
    POST "/pim/clear" "pimClear" "py-in-mem: empties the database." &[], COMMAND, PIM, &[403, 415], false, pim::clear;
    POST "/pim/put" "pimPost" "py-in-mem: `key value seconds`." &[], COMMAND, PIM, &[403, 415], false, pim::put;
    PUT "/pim/put" "pimPut" "py-in-mem: `key value seconds`." &[], COMMAND, PIM, &[403, 415], false, pim::put;
    PUT "/pim/batch" "pimBatch" "py-in-mem: a list of commands, as one."
        &[], Takes::Json("commands"), PIM, &[403, 415], false, pim::batch;
    DELETE "/pim/delete" "pimDelete" "py-in-mem: `key`." &[], COMMAND, PIM, &[403, 415], false, pim::delete;
    DELETE "/pim/reset-alias" "pimResetAlias" "py-in-mem: takes all other names away."
        &[], COMMAND, PIM, &[403, 415], false, pim::reset_alias;
    GET "/pbc" "pbcStatus" "pybitcask: what there is." &[], NOTHING, &[(200, PBC_STATUS)], &[], false, pbc::status;
    GET "/pbc/health" "pbcHealth" "pybitcask: is it well?" &[], NOTHING, &[(200, PBC_HEALTH)], &[], false, pbc::health;
    GET "/pbc/keys" "pbcKeys" "pybitcask: all keys." &[], NOTHING, &[(200, PBC_KEYS)], &[], false, pbc::list;
    GET "/pbc/get/{key}" "pbcGet" "pybitcask: a key's value." &[], NOTHING, &[(200, PBC_FOUND)], &[], false, pbc::get;
    DELETE "/pbc/delete/{key}" "pbcDelete" "pybitcask: removes a key."
        &[], NOTHING, &[(200, PBC_DELETED)], &[403], false, pbc::delete;
    POST "/pbc/put" "pbcPut" "pybitcask: puts any JSON."
        &[], Takes::Json("pair of key and value"), PBC, &[403, 415], false, pbc::put;
    POST "/pbc/batch" "pbcBatch" "pybitcask: puts several at once."
        &[], Takes::Json("data"), PBC, &[403, 415], false, pbc::batch;
    POST "/pbc/clear" "pbcClear" "pybitcask: empties the database."
        &[], Takes::Json("any"), PBC, &[403, 415], false, pbc::clear;
}
