//! What a candidate wrote, read as answers; and where it is none, what is wrong with its shape and how to mend it.

use std::fmt;

use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::verdict::{Stop, Verdict};
use crate::query::Brief;

/// Answers, as far as they have the right shape, and what is wrong with the first that has not.
pub(super) type Shaped = (Vec<String>, Option<Stop>);

/// Reads what should be one JSON array of as many answers as there were queries. What is too much is not kept.
pub(super) fn answers(text: &[u8], queries: usize) -> Shaped {
    let text = String::from_utf8_lossy(text);
    let mut reader = serde_json::Deserializer::from_str(&text);
    let read = reader.deserialize_any(Answers { queries }).and_then(|shaped| reader.end().map(|()| shaped));
    read.unwrap_or_else(|error| (Vec::new(), Some(unread(&text, &error).of_whole())))
}

/// What is wrong with an output that is no array.
fn unread(text: &str, error: &serde_json::Error) -> Stop {
    if text.trim().is_empty() {
        return wrong("it printed nothing").with_hint("print one JSON array with an answer for each query");
    }
    if let (true, Ok(value)) = (error.is_data(), serde_json::from_str::<&RawValue>(text.trim())) {
        let stop = wrong(format!("its output is {}, not an array of answers", what(value.get())));
        // An adapter answers what it does not know with a message.
        return stop.with_hint(if value.get().contains("\"type\"") {
            "this is an adapter of `rewind init`: add --protocol session"
        } else {
            "answer with an array of strings, one for each query"
        });
    }
    let stop = wrong(format!("its output is not JSON: {error}: `{}`", Brief(text.trim())));
    stop.with_hint(not_json(text))
}

/// Reads an array of answers to so many queries.
struct Answers {
    queries: usize,
}

impl<'de> Visitor<'de> for Answers {
    type Value = Shaped;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of answers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Shaped, A::Error> {
        let (mut answers, mut misshapen, mut given) = (Vec::new(), None, 0);
        while let Some(value) = sequence.next_element::<&RawValue>()? {
            given += 1;
            if misshapen.is_none() && given <= self.queries {
                match answer(value.get(), given) {
                    Ok(answer) => answers.push(answer),
                    Err(stop) => misshapen = Some(stop),
                }
            }
        }
        let miscounted = (given != self.queries).then(|| {
            let stop = wrong(format!("{given} {} for {} queries", plural(given, "answer"), self.queries));
            stop.with_hint("every query has exactly one answer; one that has nothing to tell answers \"\"")
                .of_whole()
        });
        Ok((answers, miscounted.or(misshapen)))
    }
}

/// Reads one answer, a JSON value, to the query of this number.
pub(super) fn answer(json: &str, number: usize) -> Result<String, Stop> {
    if let Ok(text) = serde_json::from_str(json) {
        return Ok(text);
    }
    let hint = match json.as_bytes().first() {
        Some(b'n') => "the exercise wants the empty string".to_owned(),
        Some(b'[') => "a list where the text `a, b` is wanted: join it with a comma and a blank".to_owned(),
        Some(b'{') => "an object where the text `field(value)` is wanted".to_owned(),
        Some(b'"') => "a character is written as half of a pair".to_owned(),
        _ => format!("the exercise wants the string \"{}\"", Brief(json)),
    };
    Err(wrong(format!("answer {number} is {}, not a string", what(json))).with_hint(hint))
}

fn wrong(why: impl Into<String>) -> Stop {
    Stop::new(Verdict::WrongShape, why)
}

/// A JSON value as a sentence names it.
fn what(json: &str) -> String {
    match json.as_bytes().first() {
        Some(b'n') => "null".to_owned(),
        Some(b't' | b'f') => format!("{json} without quotes"),
        Some(b'"') => format!("the string {}", Brief(json)),
        Some(b'[') => "a list".to_owned(),
        Some(b'{') => "an object".to_owned(),
        _ => format!("the number {}", Brief(json)),
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
