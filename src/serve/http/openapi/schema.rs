//! The types of the table of routes as JSON Schema has them, and the language: what fits is taken, but for what turns
//! on time, on the names that others have given, or on a pattern.

use serde_json::{Map, Value as Json, json};

use crate::query::{Asks, Form, Language, Word, WordKind};
use crate::serve::http::handlers::records::LARGEST;

/// What stands before the type of a member that need not be there.
pub(super) const MAYBE: &str = "maybe ";

/// A number as text, as far as no digit of it can make it too large.
const DIGITS: &str = "(0|[1-9][0-9]{0,18})";

/// A key and a field, as a JSON array.
const PAIR: &str =
    concat!(r#"^\[("([^"\\\x00-\x1f]|\\["\\/bfnrt])*"),("#, r#""([^"\\\x00-\x1f]|\\["\\/bfnrt])*")\]$"#);

/// An object with these members, each with its type.
pub(super) fn object(members: &[(&'static str, &'static str)]) -> Json {
    let required: Vec<_> =
        members.iter().filter(|(_, kind)| !kind.starts_with(MAYBE)).map(|(name, _)| *name).collect();
    let properties: Map<_, _> = members.iter().map(|(name, of)| ((*name).to_owned(), kind(of))).collect();
    json!({ "type": "object", "required": required, "properties": properties })
}

/// One of [`all`].
pub(super) fn reference(name: &str) -> Json {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// A type of the table.
pub(super) fn kind(name: &str) -> Json {
    match name.strip_prefix(MAYBE).unwrap_or(name) {
        "any" => json!({}),
        "number" => json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX }),
        "limit" => json!({ "type": "integer", "minimum": 1, "maximum": LARGEST }),
        "at" => json!({ "type": "string", "pattern": format!("^@?{DIGITS}$") }),
        "pair" => json!({ "type": "string", "pattern": PAIR }),
        "json" => json!({ "enum": ["json"] }),
        "as cells" => json!({ "enum": ["cells"] }),
        "clock" => json!({ "enum": ["monotone", "free"] }),
        "what" => json!({ "enum": ["KEY", "FIELD", "VALUE"] }),
        "how" => json!({ "enum": ["EXACT", "LIKE", "REGEX"] }),
        "integer?" => json!({ "type": ["integer", "null"] }),
        "string?" => json!({ "type": ["string", "null"] }),
        "object?" => json!({ "type": ["object", "null"] }),
        "texts" => json!({ "type": "array", "items": { "type": "string" } }),
        "objects" => json!({ "type": "array", "items": { "type": "object" } }),
        "lists" => json!({ "type": "array", "items": { "type": "array" } }),
        "value?" => json!({ "oneOf": [kind("answer"), { "type": "null" }] }),
        "answer" => json!({ "oneOf": [{ "type": "string" }, kind("texts")] }),
        "cells" => json!({ "type": "object", "additionalProperties": reference("Cell") }),
        "command" => object(&[("command", "string")]),
        "commands" => json!({ "anyOf": [kind("texts"), kind("command")] }),
        "pair of key and value" => object(&[("key", "string"), ("value", "any")]),
        "data" => object(&[("data", "object")]),
        kind => json!({ "type": kind }),
    }
}

/// A query of one form: its name, in capitals, and its words.
fn query(form: &Form) -> Json {
    let words: Vec<_> = [json!({ "const": form.name })].into_iter().chain(form.words().map(word)).collect();
    json!({ "type": "array", "minItems": words.len(), "maxItems": words.len(), "prefixItems": words })
}

fn word(word: &Word) -> Json {
    match word.kind {
        WordKind::Time | WordKind::Moment => number(&format!("^(now|{DIGITS})$")),
        WordKind::Ttl => number(&format!("^{DIGITS}$")),
        WordKind::Choice(words) => json!({ "enum": words }),
        WordKind::Operation => {
            let names = Language::records().forms().iter().map(|form| form.name);
            json!({ "enum": names.collect::<std::collections::BTreeSet<_>>() })
        }
        // A number stands for its digits.
        _ => json!({ "type": ["string", "integer"] }),
    }
}

fn number(pattern: &str) -> Json {
    json!({ "type": ["string", "integer"], "pattern": pattern, "minimum": 0, "maximum": u64::MAX })
}

/// All that have names.
pub(super) fn all() -> Json {
    let forms = Language::records().forms().iter().filter(|form| form.asks != Asks::Batch);
    let batches = Language::records().forms().iter().filter(|form| form.asks == Asks::Batch);
    let batches = batches.map(|form| {
        json!({
            "type": "array", "minItems": 1, "prefixItems": [{ "const": form.name }], "items": reference("Query"),
        })
    });
    let of_list: Vec<_> = [reference("Query")].into_iter().chain(batches).collect();
    json!({
        "Cell": object(&[("value", "answer"), ("left", "integer?")]),
        "Query": { "anyOf": forms.map(query).collect::<Vec<_>>() },
        "List": { "type": "array", "items": { "anyOf": of_list } },
        "Problem": object(&[
            ("type", "string"),
            ("title", "string"),
            ("status", "integer"),
            ("detail", "maybe string"),
            ("query", "maybe integer"),
            ("line", "maybe integer"),
            ("column", "maybe integer"),
            ("mistakes", "maybe objects"),
        ]),
    })
}
