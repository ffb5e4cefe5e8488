//! The table of routes as `OpenAPI` has them, and the language that lists are written in.

use std::sync::LazyLock;

use hyper::body::Bytes;
use serde_json::{Map, Value as Json, json};

use super::answer::{Answer, Outcome};
use super::call::Call;
use super::routes::{Gives, ROUTES, Route, Takes};
use crate::query::{Form, Language};

/// What the document is told as.
#[expect(clippy::unnecessary_wraps, reason = "all handlers are of one type")]
pub(super) fn openapi(_: &mut Call<'_>) -> Outcome {
    static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| document().to_string().into());
    Ok(Answer::typed(200, "application/json", DOCUMENT.clone()))
}

fn document() -> Json {
    let mut paths: Map<String, Json> = Map::new();
    for route in ROUTES {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.as_str().to_ascii_lowercase()] = operation(route);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "rewind",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "A deterministic database: records, lifetimes, backups, transactions.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer" },
                "basic": { "type": "http", "scheme": "basic" },
            },
        },
        "security": [{}, { "bearer": [] }, { "basic": [] }],
        "x-language": Language::records().forms().iter().map(form).collect::<Vec<_>>(),
    })
}

/// An operation of the language: its name, and its words.
fn form(form: &Form) -> Json {
    let words: Vec<_> = form.words().map(|word| word.name).collect();
    json!({ "name": form.name, "usage": form.usage(), "words": words })
}

fn operation(route: &Route) -> Json {
    let mut operation = json!({
        "operationId": route.name,
        "summary": route.about,
        "parameters": parameters(route),
        "responses": responses(route),
    });
    if route.takes != Takes::Nothing {
        let is_required = !matches!(route.takes, Takes::Value | Takes::Json);
        operation["requestBody"] = json!({ "required": is_required, "content": taken(route.takes) });
    }
    operation
}

fn parameters(route: &Route) -> Vec<Json> {
    let names = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let in_path = names.map(|name| {
        json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string", "minLength": 1 } })
    });
    let in_query = route.parameters.iter().map(|(name, about)| {
        let kind = if matches!(*name, "limit" | "ttl") { "integer" } else { "string" };
        json!({ "name": name, "in": "query", "description": about, "schema": { "type": kind } })
    });
    let in_head = ["If-Match", "If-None-Match"].into_iter().filter(|_| route.problems.contains(&412));
    let in_head = in_head
        .chain(["Rewind-Transaction"].into_iter().filter(|_| route.path.starts_with("/v1/")))
        .map(|name| json!({ "name": name, "in": "header", "schema": { "type": "string" } }));
    in_path.chain(in_query).chain(in_head).collect()
}

fn responses(route: &Route) -> Json {
    let mut responses = Map::new();
    for (status, gives) in route.gives {
        let mut response = json!({ "description": said(*status) });
        let content = given(*gives);
        if !content.is_empty() {
            response["content"] = content.into();
        }
        responses.insert(status.to_string(), response);
    }
    for status in route.problems {
        responses.insert(status.to_string(), problem(said(*status)));
    }
    responses.insert("default".to_owned(), problem("a problem"));
    responses.into()
}

fn problem(about: &str) -> Json {
    let schema = json!({ "$ref": "#/components/schemas/Problem" });
    json!({ "description": about, "content": { "application/problem+json": { "schema": schema } } })
}

/// What a status says here.
fn said(status: u16) -> &'static str {
    match status {
        200 => "it is answered",
        201 => "it is new",
        202 => "it is under way",
        204 => "it is done",
        304 => "it is as it was",
        400 => "it cannot be understood",
        403 => "writes are refused",
        404 => "it is not there",
        406 => "it has no such type",
        409 => "others have crossed it",
        410 => "it has ended",
        413 => "it is too much",
        412 => "it is not as it was",
        415 => "a body of this type is not taken",
        429 => "too many are watching",
        500 => "it has failed",
        422 => "time would run backwards, or ahead",
        _ => "not now",
    }
}

fn taken(takes: Takes) -> Map<String, Json> {
    let of_type = |kind: &&'static str| {
        let schema = match (takes, *kind) {
            (Takes::Object(members), _) => object(members),
            (Takes::List, "application/json") => json!({ "$ref": "#/components/schemas/List" }),
            (Takes::Value | Takes::Json, "application/json") => json!({}),
            _ => json!({ "type": "string" }),
        };
        ((*kind).to_owned(), json!({ "schema": schema }))
    };
    takes.types().iter().map(of_type).collect()
}

fn given(gives: Gives) -> Map<String, Json> {
    let one =
        |kind: &str, schema: Json| [(kind.to_owned(), json!({ "schema": schema }))].into_iter().collect();
    match gives {
        Gives::Nothing => Map::new(),
        Gives::Object(members) => one("application/json", object(members)),
        Gives::Text(kind) => one(kind, json!({ "type": "string" })),
        Gives::Answers => {
            let mut types: Map<_, _> =
                one("application/json", json!({ "type": "array", "items": kind("answer") }));
            types.extend(one(super::stream::LINES, json!({ "type": "string" })));
            types
        }
        Gives::Value => {
            let mut types: Map<_, _> = one("application/json", json!({}));
            types.extend(one("text/plain", json!({ "type": "string" })));
            types.extend(one("application/octet-stream", json!({ "type": "string", "format": "binary" })));
            types
        }
    }
}

fn object(members: &[(&'static str, &'static str)]) -> Json {
    let required: Vec<_> =
        members.iter().filter(|(_, kind)| !kind.starts_with("maybe ")).map(|(name, _)| *name).collect();
    let properties: Map<_, _> = members.iter().map(|(name, of)| ((*name).to_owned(), kind(of))).collect();
    json!({ "type": "object", "required": required, "properties": properties })
}

/// A type of the table.
fn kind(name: &str) -> Json {
    match name.strip_prefix("maybe ").unwrap_or(name) {
        "any" => json!({}),
        "integer?" => json!({ "type": ["integer", "null"] }),
        "string?" => json!({ "type": ["string", "null"] }),
        "object?" => json!({ "type": ["object", "null"] }),
        "texts" => json!({ "type": "array", "items": { "type": "string" } }),
        "objects" => json!({ "type": "array", "items": { "type": "object" } }),
        "lists" => json!({ "type": "array", "items": { "type": "array" } }),
        "value?" => json!({ "oneOf": [kind("answer"), { "type": "null" }] }),
        "answer" => json!({ "oneOf": [{ "type": "string" }, kind("texts")] }),
        "cells" => {
            let cell = json!({ "$ref": "#/components/schemas/Cell" });
            json!({ "type": "object", "additionalProperties": cell })
        }
        kind => json!({ "type": kind }),
    }
}

fn schemas() -> Json {
    let word = json!({ "oneOf": [{ "type": "string" }, { "type": "number" }, { "type": "array" }] });
    let query = json!({ "type": "array", "minItems": 1, "items": word });
    json!({
        "Cell": object(&[("value", "answer"), ("left", "integer?")]),
        "List": { "type": "array", "items": query, "minItems": 0 },
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
