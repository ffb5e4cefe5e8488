//! The table of routes as `OpenAPI` has them, and the language that lists are written in.

use std::sync::LazyLock;

use hyper::body::Bytes;
use serde_json::{Map, Value as Json, json};

use self::schema::{MAYBE, kind, object, reference};
use super::answer::{Answer, Outcome};
use super::call::Call;
use super::handlers::events::EVENTS;
use super::routes::{Gives, ROUTES, Route, Takes};
use crate::query::{Form, Language};

mod schema;

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
            "schemas": schema::all(),
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
        let is_required = !matches!(route.takes, Takes::Value | Takes::Json(_));
        operation["requestBody"] = json!({ "required": is_required, "content": taken(route.takes) });
    }
    operation
}

fn parameters(route: &Route) -> Vec<Json> {
    let names = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let in_path = names.map(|name| {
        json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string", "minLength": 1 } })
    });
    let in_query = route.parameters.iter().map(|(name, of, about)| {
        let is_required = !of.starts_with(MAYBE);
        json!({
            "name": name, "in": "query", "required": is_required, "description": about, "schema": kind(of),
        })
    });
    let is_known = route.gives.iter().any(|(status, _)| *status == 304);
    let (writes, is_of_api) = (route.problems.contains(&412), route.path.starts_with("/v1/"));
    let in_head = [
        ("If-Match", writes),
        ("If-None-Match", writes || is_known),
        ("Last-Event-ID", route.gives == [(200, Gives::Text(EVENTS))]),
        ("Rewind-Transaction", is_of_api),
    ];
    let in_head = in_head.into_iter().filter(|(_, is_read)| *is_read);
    let in_head =
        in_head.map(|(name, _)| json!({ "name": name, "in": "header", "schema": { "type": "string" } }));
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
    json!({ "description": about, "content": { "application/problem+json": { "schema": reference("Problem") } } })
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
            (Takes::Object(members), _) => {
                let mut object = object(members);
                object["additionalProperties"] = false.into();
                object
            }
            (Takes::List, "application/json") => reference("List"),
            (Takes::Value, "application/json") => json!({}),
            (Takes::Json(of), "application/json") => schema::kind(of),
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
