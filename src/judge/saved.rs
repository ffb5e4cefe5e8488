//! Cases as the text of a suite file, a query a line.

use serde_json::json;

use super::case::Case;
use super::exercise::TimeRule;
use crate::wire::Term;

/// The suite that holds these cases, which go by one clock rule; for editors it may name where its schema lies.
#[must_use]
pub fn suite_of(cases: &[Case], schema: Option<&str>) -> String {
    let level = cases.iter().map(|case| case.level).max().unwrap_or(1);
    let name = cases.first().map_or("", |case| &case.suite);
    let is_free = cases.iter().any(|case| case.clock == TimeRule::Free);
    let clock = if is_free { ", \"clock\": \"free\"" } else { "" };
    let schema = schema.map_or_else(String::new, |schema| format!("\"$schema\": {},\n  ", json!(schema)));
    let cases: Vec<_> = cases.iter().map(text).collect();
    format!(
        "{{ {schema}\"name\": {}, \"level\": {level}{clock},\n  \"cases\": [\n{}\n  ] }}\n",
        json!(name),
        cases.join(",\n")
    )
}

fn text(case: &Case) -> String {
    let queries: Vec<_> = case.list.iter().map(|words| format!("        {}", spaced(words))).collect();
    let promised = if case.promised { "\n      \"promised\": true," } else { "" };
    format!(
        "    {{ \"name\": {},\n      \"why\": {},{promised}\n      \"queries\": [\n{}\n      ],\n      \"expected\": {} }}",
        json!(case.name),
        json!(case.why),
        queries.join(",\n"),
        spaced(&case.expected)
    )
}

/// An array, and those in it, with a space after each comma.
fn spaced(all: &[Term]) -> String {
    let array = |parts: Vec<String>| format!("[{}]", parts.join(", "));
    let text = |text: &String| json!(text).to_string();
    let spaced = |term: &Term| match term {
        Term::Text(one) => text(one),
        Term::Array(texts) => array(texts.iter().map(text).collect()),
    };
    array(all.iter().map(spaced).collect())
}
