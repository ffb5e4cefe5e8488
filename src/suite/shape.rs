//! What a candidate wrote, read as answers; and where it is none, what is wrong with its shape and how to mend it.

use serde_json::Value;

use super::verdict::{Stop, Verdict};
use crate::query::Brief;

/// Answers, as far as they have the right shape, and what is wrong with the first that has not.
pub(super) type Shaped = (Vec<String>, Option<Stop>);

/// Reads what should be one JSON array of as many answers as there were queries.
pub(super) fn answers(text: &[u8], queries: usize) -> Shaped {
    let text = String::from_utf8_lossy(text);
    match serde_json::from_str(&text) {
        Ok(value) => of_value(value, queries),
        Err(_) if text.trim().is_empty() => {
            let stop =
                wrong("it printed nothing").with_hint("print one JSON array with an answer for each query");
            (Vec::new(), Some(stop.of_whole()))
        }
        Err(error) => {
            let stop = wrong(format!("its output is not JSON: {error}: `{}`", Brief(text.trim())));
            (Vec::new(), Some(stop.with_hint(not_json(&text)).of_whole()))
        }
    }
}

/// Reads the answers out of a JSON value.
pub(super) fn of_value(value: Value, queries: usize) -> Shaped {
    let Value::Array(values) = value else {
        let stop = wrong(format!("its output is {}, not an array of answers", what(&value)));
        // An adapter answers what it does not know with a message.
        let hint = match value.get("type") {
            Some(_) => "this is an adapter of `rewind init`: add --protocol session",
            None => "answer with an array of strings, one for each query",
        };
        return (Vec::new(), Some(stop.with_hint(hint).of_whole()));
    };
    let given = values.len();
    let mut answers = Vec::with_capacity(given);
    let misshapen =
        values.into_iter().enumerate().find_map(|(place, value)| match answer(value, place + 1) {
            Ok(answer) => {
                answers.push(answer);
                None
            }
            Err(stop) => Some(stop),
        });
    let miscounted = (given != queries).then(|| {
        let stop = wrong(format!("{given} {} for {queries} queries", plural(given, "answer")));
        stop.with_hint("every query has exactly one answer; one that has nothing to tell answers \"\"")
            .of_whole()
    });
    (answers, miscounted.or(misshapen))
}

/// Reads one answer, to the query of this number.
pub(super) fn answer(value: Value, number: usize) -> Result<String, Stop> {
    let hint = match &value {
        Value::String(_) => None,
        Value::Null => Some("the exercise wants the empty string".to_owned()),
        Value::Bool(truth) => Some(format!("the exercise wants the string \"{truth}\"")),
        Value::Number(number) => Some(format!("the exercise wants the string \"{number}\"")),
        Value::Array(_) => {
            Some("a list where the text `a, b` is wanted: join it with a comma and a blank".to_owned())
        }
        Value::Object(_) => Some("an object where the text `field(value)` is wanted".to_owned()),
    };
    match (value, hint) {
        (Value::String(text), _) => Ok(text),
        (value, hint) => {
            let stop = wrong(format!("answer {number} is {}, not a string", what(&value)));
            Err(Stop { hint, ..stop })
        }
    }
}

fn wrong(why: impl Into<String>) -> Stop {
    Stop::new(Verdict::WrongShape, why)
}

/// A value as a sentence names it.
fn what(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => format!("{truth} without quotes"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => format!("the string `{}`", Brief(text)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// What is probably meant by an output that is not JSON.
fn not_json(text: &str) -> &'static str {
    let text = text.trim();
    if text.starts_with("['") || text.contains(", '") {
        "this looks like a language's own way to write a list: print json.dumps(answers), or JSON.stringify(answers)"
    } else if text.starts_with('[') && text.contains('\n') {
        "print one array and nothing after it"
    } else if text.contains('[') {
        "print nothing but the array; messages belong to standard error"
    } else {
        "print one JSON array with an answer for each query"
    }
}

/// A noun after a number.
pub(super) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrong_shape_is_told_with_a_hint() {
        let rows: [(&str, usize, &str, &str); 13] = [
            ("", 2, "printed nothing", "one JSON array"),
            ("['', 'C']", 2, "not JSON", "json.dumps"),
            ("[\"\"]\n[\"\"]", 1, "not JSON", "nothing after it"),
            ("ready\n[\"\"]", 1, "not JSON", "standard error"),
            ("oops", 1, "not JSON", "one JSON array"),
            ("{\"answers\": []}", 1, "an object, not an array", "array of strings"),
            ("{\"type\": \"error\"}", 1, "an object, not an array", "--protocol session"),
            ("[\"\", \"C\"]", 3, "2 answers for 3 queries", "exactly one answer"),
            ("[\"\", \"C\", null]", 3, "answer 3 is null", "empty string"),
            ("[true]", 1, "answer 1 is true without quotes", "\"true\""),
            ("[7]", 1, "answer 1 is the number 7", "\"7\""),
            ("[[\"a(1)\"]]", 1, "answer 1 is a list", "`a, b`"),
            ("[{\"a\": 1}]", 1, "answer 1 is an object", "field(value)"),
        ];
        for (text, queries, why, hint) in rows {
            let (_, stop) = answers(text.as_bytes(), queries);
            let stop = stop.unwrap_or_else(|| panic!("{text} is refused"));
            assert!(stop.why.contains(why), "{text}: {}", stop.why);
            assert!(stop.hint.as_ref().is_some_and(|told| told.contains(hint)), "{text}: {:?}", stop.hint);
        }
        assert_eq!(answers(b" [\"\", \"C\"]\n", 2), (vec![String::new(), "C".to_owned()], None));
    }

    #[test]
    fn answers_before_a_misshapen_one_are_kept() {
        let (answers, stop) = answers(b"[\"a\", null, \"b\"]", 3);
        assert_eq!(answers, ["a"]);
        assert!(stop.is_some_and(|stop| !stop.is_of_whole));
    }
}
