//! Lists to learn from: those that are there, and what one does step by step, on a database of its own.
//!
//! Invariant: whatever a list does, the loop goes on: another thread shows it, within bounds.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::json;

use super::check::{Checked, check};
use crate::script::Context;
use crate::serve::http::answer::{Answer, Outcome, members};
use crate::serve::http::call::Call;
use crate::serve::http::problem::Problem;
use crate::serve::lists::{ListCase, Lists, Unshown};
use crate::time::ClockRule;

/// So many bytes a list may have, so many queries, and so long it may take.
const BYTES: usize = 64 << 10;
const QUERIES: usize = 500;
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = r#"an object, as in {"text": "GET a"}"#)]
struct List {
    text: String,
    clock: Option<String>,
}

fn lists(call: &Call<'_>) -> Result<Arc<dyn Lists>, Problem> {
    let none = || Problem::new(404, "no-lists", "this server has no lists to learn from");
    call.desk.options.lists.clone().ok_or_else(none)
}

pub(in crate::serve::http) fn cases(call: &mut Call<'_>) -> Outcome {
    let lists = call.desk.options.lists.as_deref();
    let cases = (1..).zip(lists.map_or(&[][..], |lists| lists.cases()));
    let cases = cases.map(|(number, case): (usize, &ListCase)| {
        json!({ "number": number, "level": case.level, "name": case.name, "why": case.why })
    });
    Ok(Answer::json(200, &members! { "cases": cases.collect::<Vec<_>>() }))
}

pub(in crate::serve::http) fn case(call: &mut Call<'_>) -> Outcome {
    let lists = lists(call)?;
    let place = call.asked.name(0).parse().ok().and_then(|number: usize| number.checked_sub(1));
    let case = place.and_then(|place| lists.cases().get(place)).ok_or_else(Problem::not_found)?;
    let clock = if case.clock == ClockRule::Free { "free" } else { "monotone" };
    Ok(Answer::json(
        200,
        &members! {
            "level": case.level, "name": case.name, "why": case.why, "clock": clock, "text": case.list,
        },
    ))
}

pub(in crate::serve::http) fn steps(call: &mut Call<'_>) -> Outcome {
    let lists = lists(call)?;
    let List { text, clock } = call.asked.json()?;
    let clock = match clock.as_deref() {
        None | Some("monotone") => ClockRule::Monotone,
        Some("free") => ClockRule::Free,
        Some(_) => return Err(Problem::bad("clock is monotone or free")),
    };
    let large = || Problem::new(413, "large", "the list is too large to be shown step by step");
    if text.len() > BYTES {
        return Err(large().with_detail(format!("{} KiB at most", BYTES >> 10)));
    }
    let Checked { settled, mistakes, .. } = check(&text, Context { settles: true, ..Context::fresh(clock) });
    if !mistakes.is_empty() {
        return Err(Problem::new(400, "mistake", "a mistake in the list").with_mistakes(mistakes));
    }
    if settled.len() > QUERIES {
        return Err(large().with_detail(format!("{QUERIES} queries at most")));
    }
    let busy = call.server.http.show_list()?;
    Ok(Answer::elsewhere(move || {
        let steps = lists.steps(&settled, clock, Instant::now() + PATIENCE);
        drop(busy);
        let shown = steps.map(|json| Answer::typed(200, "application/json", json));
        shown.map_err(|why| match why {
            Unshown::Large => large(),
            Unshown::Slow => Problem::new(503, "slow", "the list takes too long to be shown step by step"),
        })
    }))
}
