//! Looking for what matches a pattern.

use serde_json::{Value as Json, json};

use super::cells::item;
use crate::db::Error;
use crate::query::{Language, RawQuery};
use crate::reply::Reply;
use crate::serve::http::answer::{Answer, Outcome};
use crate::serve::http::call::Call;
use crate::serve::http::problem::Problem;
use crate::wire::{Answer as Replied, Request};

pub(in crate::serve::http) fn find(call: &mut Call<'_>) -> Outcome {
    let asked = call.asked;
    let word = |name| {
        let missing = || Problem::bad("a parameter is missing").with_detail(format!("`{name}` is asked for"));
        asked.parameter(name).ok_or_else(missing)
    };
    let (what, pattern) = (word("what")?.to_ascii_uppercase(), word("pattern")?);
    let how = asked.parameter("how").unwrap_or("LIKE").to_ascii_uppercase();
    let raw = RawQuery { words: vec!["FIND", &what, &how, pattern], arrays: Vec::new() };
    let request = Request::parse(&raw, call.desk.see().aliases(), Language::records().last_level());
    let request = request.map_err(|mistake| Problem::from(Error::from(mistake)))?;
    let mut found = Json::Null;
    call.desk.ask_group(call.who, &[request], call.held, |_, answer| {
        if let Replied::One(reply) = answer {
            found = shown(reply);
        }
    })?;
    Ok(Answer::json(200, &found))
}

fn shown(reply: &Reply<'_>) -> Json {
    match reply {
        Reply::Fields(fields) => {
            let fields = fields.iter().map(|(key, field)| json!({ "key": key, "field": field }));
            json!({ "fields": fields.collect::<Vec<_>>() })
        }
        Reply::Items(items) => {
            let items = items.iter().map(|one| item(&one.key, &one.field, one.value.clone()));
            json!({ "items": items.collect::<Vec<_>>() })
        }
        Reply::Keys(keys) => json!({ "keys": keys }),
        _ => Json::Null,
    }
}
