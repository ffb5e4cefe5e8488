//! JSON Schemas (draft 7) of files of queries, for editors: they complete names, tell what each word is, and mark the
//! word that is wrong.
//!
//! Invariants: whatever the readers of this room take, a schema takes; all that it tells comes from the forms.
//!
//! A query is checked in two steps, so that what is wrong is one word and not the whole query: its name is one of those
//! that are open, and *if* it is this name, *then* the words are those of its form.

mod words;

use serde_json::{Map, Value, json};

use crate::query::{Access, Asks, Form, Language, Level, WordKind};
use words::word;

/// Draft 7, which editors know.
const DRAFT: &str = "http://json-schema.org/draft-07/schema#";

/// The schema of a list of queries.
#[must_use]
pub fn list_schema(language: &Language) -> Value {
    let mut schema = json!({
        "$schema": DRAFT,
        "title": "Queries for rewind",
        "description": "A list of queries, each an array of words whose first is the name of an operation.",
        "definitions": definitions(language, &[language.last_level()]),
    });
    let queries = queries(language, language.last_level());
    schema.as_object_mut().into_iter().for_each(|schema| schema.extend(queries.clone()));
    schema
}

/// The schema of a suite.
#[must_use]
pub fn suite_schema(language: &Language) -> Value {
    let levels: Vec<_> = language.levels().collect();
    let numbers: Vec<_> = levels.iter().map(|level| level.number()).collect();
    json!({
        "$schema": DRAFT,
        "title": "A suite for rewind",
        "description": "Named cases, each a list of queries for a fresh database.",
        "type": "object",
        "properties": {
            "$schema": {"type": "string", "description": "Where this schema lies; for editors alone."},
            "name": {"type": "string", "description": "The name of the suite."},
            "level": {
                "enum": numbers, "default": language.last_level().number(),
                "description": "The highest level whose operations may be asked.",
            },
            "clock": {
                "enum": ["monotone", "free"], "default": "monotone",
                "enumDescriptions": [
                    "Time only moves forward; an operation without a timestamp happens now.",
                    "Each timestamp is judged for itself; an operation without one ignores expiry.",
                ],
                "description": "What timestamps may do.",
            },
            "cases": {"type": "array", "items": case(), "description": "The cases, in the order in which they are judged."},
        },
        "required": ["cases"],
        "additionalProperties": false,
        "allOf": levels.iter().map(|level| of_level(*level, &levels)).collect::<Vec<_>>(),
        "definitions": definitions(language, &levels),
    })
}

/// A case, but for what its queries may be.
fn case() -> Value {
    json!({
        "type": "object",
        "properties": {
            "name": {"type": "string", "description": "The name of the case."},
            "why": {"type": "string", "description": "The rule that the case holds, in a sentence."},
            "promised": {
                "type": "boolean",
                "description": "Does it keep the promises of the exercise, though it looks otherwise?",
            },
            "queries": {"type": "array", "description": "What is asked, one after the other."},
            "expected": {
                "type": "array",
                "items": {"type": ["string", "array"], "items": {"type": "string"}},
                "description": "The right answer to each query; without it our engine answers.",
            },
        },
        "required": ["name", "queries"],
        "additionalProperties": false,
    })
}

/// What queries may be in a suite of a level; in one that names none, as in one of the last.
fn of_level(level: Level, levels: &[Level]) -> Value {
    let queries = json!({"properties": {"cases": {"items": {"properties": {
        "queries": {"$ref": format!("#/definitions/queries-of-level-{level}")},
    }}}}});
    let is = |numbers: &[u8]| json!({"properties": {"level": {"enum": numbers}}, "required": ["level"]});
    match levels.split_last() {
        Some((last, before)) if *last == level => {
            let before: Vec<_> = before.iter().map(|level| level.number()).collect();
            json!({"if": is(&before), "else": queries})
        }
        _ => json!({"if": is(&[level.number()]), "then": queries}),
    }
}

/// What `$ref` may name: the forms, and queries and lists of them up to each of these levels.
fn definitions(language: &Language, levels: &[Level]) -> Map<String, Value> {
    let mut all = Map::new();
    for form in language.forms() {
        for names in Names::BOTH {
            all.insert(name_of(form, names), words_of(form, names));
        }
        if form.asks == Asks::Batch {
            let within: Vec<_> = language.forms().iter().filter(|one| stands_within(one, form)).collect();
            for names in Names::BOTH {
                all.insert(names.of("query-of-a-batch"), query(&within, names));
            }
        }
    }
    for level in levels {
        all.insert(format!("queries-of-level-{level}"), Value::Object(queries(language, *level)));
        let open: Vec<_> = language.forms().iter().filter(|form| form.level <= *level).collect();
        for names in
            Names::BOTH.into_iter().filter(|names| *names == Names::Own || alias(language, *level).is_some())
        {
            all.insert(names.of(&format!("query-of-level-{level}")), query(&open, names));
        }
    }
    all
}

/// May a query be in a batch?
fn stands_within(form: &Form, batch: &Form) -> bool {
    let Asks::One(operation) = form.asks else { return false };
    form.level < batch.level && matches!(operation.access(), Access::Read | Access::Write)
}

/// Which names a query may begin with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    /// Those of the operations.
    Own,
    /// Any: operations were given other names.
    Any,
}

impl Names {
    const BOTH: [Self; 2] = [Self::Own, Self::Any];

    /// The name of a definition for it.
    fn of(self, what: &str) -> String {
        match self {
            Self::Own => what.to_owned(),
            Self::Any => format!("{what}-by-any-name"),
        }
    }
}

/// The operation that gives others another name, if a level has it.
fn alias(language: &Language, level: Level) -> Option<&Form> {
    let gives = |form: &&Form| form.words().any(|word| word.kind == WordKind::Name);
    language.forms().iter().filter(|form| form.level <= level).find(gives)
}

/// A list of queries; where one of them gives other names, any name is right.
fn queries(language: &Language, level: Level) -> Map<String, Value> {
    let items = |names: Names| json!({"$ref": format!("#/definitions/{}", names.of(&format!("query-of-level-{level}")))});
    let list = match alias(language, level) {
        None => json!({"type": "array", "items": items(Names::Own)}),
        Some(alias) => json!({
            "type": "array",
            "if": {"contains": {"type": "array", "items": [{"const": alias.name}], "minItems": 1}},
            "then": {"items": items(Names::Any)},
            "else": {"items": items(Names::Own)},
        }),
    };
    match list {
        Value::Object(list) => list,
        _ => Map::new(),
    }
}

/// A query that is of one of these forms.
fn query(forms: &[&Form], names: Names) -> Value {
    let mut by_name: Vec<(&str, Vec<&Form>)> = Vec::new();
    for form in forms {
        match by_name.iter_mut().find(|(name, _)| *name == form.name) {
            Some((_, same)) => same.push(form),
            None => by_name.push((form.name, vec![form])),
        }
    }
    let own = json!({
        "enum": by_name.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        "enumDescriptions": by_name.iter().map(|(_, forms)| told(forms)).collect::<Vec<_>>(),
        "errorMessage": "no operation that may be asked here has this name",
    });
    let name = if names == Names::Own { own } else { json!({"type": "string", "anyOf": [own, {}]}) };
    let rule = |(name, forms): &(&str, Vec<&Form>)| json!({"if": {"items": [{"const": name}], "minItems": 1}, "then": one_of(forms, names)});
    json!({
        "type": "array",
        "minItems": 1,
        "items": [name],
        "allOf": by_name.iter().map(rule).collect::<Vec<_>>(),
    })
}

/// The form of a name that takes so many words.
fn one_of(forms: &[&Form], names: Names) -> Value {
    let mut forms = forms.to_vec();
    forms.sort_by_key(|form| std::cmp::Reverse(form.words().len()));
    let refer = |form: &Form| json!({"$ref": format!("#/definitions/{}", name_of(form, names))});
    let Some((longest, shorter)) = forms.split_first() else { return json!({}) };
    shorter.iter().fold(refer(longest), |longer, form| {
        json!({"if": {"maxItems": form.words().len() + 1}, "then": refer(form), "else": longer})
    })
}

/// What the definition of a form is called.
fn name_of(form: &Form, names: Names) -> String {
    // Only a batch has queries within, whose names may be any.
    let names = if form.asks == Asks::Batch { names } else { Names::Own };
    let words = form.words().map(|word| word.name);
    names.of(&std::iter::once(form.name).chain(words).collect::<Vec<_>>().join("-"))
}

/// The words of a form.
fn words_of(form: &Form, names: Names) -> Value {
    // What it does stands beside its name.
    let name = json!({});
    if form.asks == Asks::Batch {
        let within = format!("#/definitions/{}", names.of("query-of-a-batch"));
        return json!({"items": [name], "additionalItems": {"$ref": within}});
    }
    let words: Vec<_> = std::iter::once(name).chain(form.words().map(|one| word(form.name, one))).collect();
    json!({"minItems": words.len(), "maxItems": words.len(), "items": words})
}

/// What the forms of a name do.
fn told(forms: &[&Form]) -> String {
    let told = |form: &&Form| format!("{}: {} Answers {}.", form.usage(), form.does(), form.answers);
    forms.iter().map(told).collect::<Vec<_>>().join("\n\n")
}
