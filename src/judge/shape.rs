//! What a candidate wrote, read as answers; and where it is none, what is wrong with its shape and how to mend it.

use std::fmt;

use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::verdict::{StopReason, Verdict};
use crate::wire::{Brief, Term};

/// Answers, as far as they have the right shape, and what is wrong with the first that has not.
pub(super) type Shaped = (Vec<Term>, Option<StopReason>);

/// Reads what should be one JSON array of as many answers as there were queries: an array of so many texts where
/// `arrays` says so, else a text. What is too much is not kept.
pub(super) fn answers(text: &[u8], arrays: &[Option<usize>]) -> Shaped {
    let text = match std::str::from_utf8(text) {
        Ok(text) => text,
        Err(error) => return (Vec::new(), Some(not_utf8("its output", &error).of_whole())),
    };
    let mut reader = serde_json::Deserializer::from_str(text);
    let read =
        reader.deserialize_any(AnswersVisitor { arrays }).and_then(|shaped| reader.end().map(|()| shaped));
    read.unwrap_or_else(|error| (Vec::new(), Some(unread(text, &error).of_whole())))
}

/// What is wrong with bytes that are no text.
pub(super) fn not_utf8(what: &str, error: &std::str::Utf8Error) -> StopReason {
    let stop = wrong(format!("{what} is not UTF-8 from byte {} on", error.valid_up_to() + 1));
    stop.with_hint("write UTF-8, in which JSON is written")
}

/// What is wrong with an output that is no array.
fn unread(text: &str, error: &serde_json::Error) -> StopReason {
    if text.trim().is_empty() {
        return wrong("it printed nothing").silent().with_hint(
            "print one JSON array with an answer for each query; \
             a class or a function is judged by its file, without --",
        );
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

/// Reads an array of answers to queries.
struct AnswersVisitor<'a> {
    arrays: &'a [Option<usize>],
}

impl<'de> Visitor<'de> for AnswersVisitor<'_> {
    type Value = Shaped;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of answers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Shaped, A::Error> {
        let (mut answers, mut misshapen, mut given) = (Vec::new(), None, 0);
        while let Some(value) = sequence.next_element::<&RawValue>()? {
            given += 1;
            let array = self.arrays.get(given - 1).filter(|_| misshapen.is_none());
            match array.map(|array| answer(value.get(), given, *array)) {
                Some(Ok(answer)) => answers.push(answer),
                Some(Err(stop)) => misshapen = Some(stop),
                None => {}
            }
        }
        let miscounted = (given != self.arrays.len()).then(|| {
            let queries = self.arrays.len();
            let stop = wrong(format!("{given} {} for {queries} queries", plural(given, "answer")));
            let is_nested = self.arrays.iter().any(Option::is_some);
            stop.with_hint(if is_nested { ONE_EACH_NESTED } else { ONE_EACH }).of_whole()
        });
        Ok((answers, miscounted.or(misshapen)))
    }
}

/// What is to be done where there are too many answers or too few.
pub(super) const ONE_EACH: &str =
    "every query has exactly one answer; one that has nothing to tell answers \"\"";
const ONE_EACH_NESTED: &str = "every query has exactly one answer; queries that stand in a query are answered together, in an array of its own";
/// What is to be done where an array is wanted.
const ARRAY: &str =
    "queries that stand in a query are answered with an array of strings, one for each, in their order";

/// Reads one answer, a JSON value, to the query of this number: an array of so many texts, or a text.
pub(super) fn answer(json: &str, number: usize, array: Option<usize>) -> Result<Term, StopReason> {
    let which = format!("answer {number}");
    let Some(queries) = array else { return text(json, &which).map(Term::Text) };
    let Ok(answers) = serde_json::from_str::<Vec<&RawValue>>(json) else {
        return Err(wrong(format!("{which} is {}, not an array", what(json))).with_hint(ARRAY));
    };
    let given = answers.len();
    if given != queries {
        let noun = if queries == 1 { "query" } else { "queries" };
        let why = format!("{which} has {given} {} for {queries} {noun}", plural(given, "answer"));
        return Err(wrong(why).with_hint(ARRAY));
    }
    let inner =
        (1..).zip(answers).map(|(place, json)| text(json.get(), &format!("{which}, number {place} in it,")));
    inner.collect::<Result<_, _>>().map(Term::Array)
}

/// Reads a text of an answer.
fn text(json: &str, which: &str) -> Result<String, StopReason> {
    if let Ok(text) = serde_json::from_str(json) {
        return Ok(text);
    }
    let hint = match json.as_bytes().first() {
        Some(b'n') => "the exercise wants the empty string".to_owned(),
        Some(b'[') => "a list where the text `a, b` is wanted: join it with a comma and a space".to_owned(),
        Some(b'{') => "an object where the text `field(value)` is wanted".to_owned(),
        Some(b'"') => "a character is written as half of a pair".to_owned(),
        _ => format!("the exercise wants the string \"{}\"", Brief(json)),
    };
    Err(wrong(format!("{which} is {}, not a string", what(json))).with_hint(hint))
}

fn wrong(why: impl Into<String>) -> StopReason {
    StopReason::new(Verdict::WrongShape, why)
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
fn not_json(text: &str) -> String {
    let text = text.trim();
    if let Some(line) = before_array(text) {
        let line = Brief(line);
        return format!(
            "print nothing but the array: `{line}` is too much; messages belong to standard error"
        );
    }
    let hint = if text.starts_with("['") || text.contains(", '") {
        "this looks like a language's own way to write a list: print json.dumps(answers), or JSON.stringify(answers)"
    } else if text.starts_with('[') && text.contains('\n') {
        "print one array and nothing after it"
    } else if text.contains('[') {
        "print nothing but the array; messages belong to standard error"
    } else {
        "print one JSON array with an answer for each query"
    };
    hint.to_owned()
}

/// The first line of what stands before an array of answers at the end of an output; `None` where there is no such
/// array, or that line is the same array.
fn before_array(text: &str) -> Option<&str> {
    let is_array = |place: &usize| serde_json::from_str::<Vec<Term>>(&text[*place..]).is_ok();
    let place = text.match_indices('[').map(|(place, _)| place).find(is_array)?;
    let line = text[..place].lines().next()?.trim_end();
    (line != &text[place..]).then_some(line)
}

/// A noun after a number.
pub(super) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrong_shape_is_reported_with_a_hint() {
        let rows: [(&str, usize, &str, &str); 17] = [
            ("", 2, "printed nothing", "one JSON array"),
            ("['', 'C']", 2, "not JSON", "json.dumps"),
            ("[\"\"]\n[\"\"]", 1, "not JSON", "nothing after it"),
            ("ready\n[\"\"]", 1, "not JSON", "standard error"),
            // A list that is printed on the way is no reason to doubt how the answers are printed.
            ("debug ['SET', 'a']\nb\n[\"\"]\n", 1, "not JSON", "`debug ['SET', 'a']` is too much"),
            ("[\"GET\", \"a\"]\n[\n  \"\"\n]", 1, "not JSON", "`[\"GET\", \"a\"]` is too much"),
            ("got ['a'] [\"[1]\", [\"\"]]", 2, "not JSON", "`got ['a']` is too much"),
            ("['a', '[]']\n['a', []]", 2, "not JSON", "json.dumps"),
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
            let (_, stop) = answers(text.as_bytes(), &vec![None; queries]);
            let stop = stop.unwrap_or_else(|| panic!("{text} is refused"));
            assert!(stop.why.contains(why), "{text}: {}", stop.why);
            assert!(stop.hint.as_ref().is_some_and(|told| told.contains(hint)), "{text}: {:?}", stop.hint);
        }
        assert_eq!(answers(b" [\"\", \"C\"]\n", &[None; 2]), (vec!["".into(), "C".into()], None));
    }

    #[test]
    fn an_array_stands_where_one_is_wanted_and_nowhere_else() {
        let rows: [(&str, &str, &str); 8] = [
            ("[\"x\", \"\"]", "answer 1 is the string \"x\", not an array", "one for each"),
            ("[\"[x, y]\", \"\"]", "answer 1 is the string", "array of strings"),
            ("[null, \"\"]", "answer 1 is null, not an array", "array of strings"),
            ("[[\"x\"], \"\"]", "answer 1 has 1 answer for 2 queries", "one for each"),
            ("[[\"x\", null], \"\"]", "answer 1, number 2 in it, is null, not a string", "empty string"),
            ("[[\"x\", [\"y\"]], \"\"]", "number 2 in it, is a list", "`a, b`"),
            ("[[\"x\", \"y\"], [\"\"]]", "answer 2 is a list, not a string", "`a, b`"),
            ("[\"x\", \"y\", \"\"]", "3 answers for 2 queries", "in an array of its own"),
        ];
        for (text, why, hint) in rows {
            let (_, stop) = answers(text.as_bytes(), &[Some(2), None]);
            let stop = stop.unwrap_or_else(|| panic!("{text} is refused"));
            assert!(stop.why.contains(why), "{text}: {}", stop.why);
            assert!(stop.hint.as_ref().is_some_and(|told| told.contains(hint)), "{text}: {:?}", stop.hint);
        }
        let shaped = answers(b"[[\"x\", \"y\"], [], \"z\"]", &[Some(2), Some(0), None]);
        let array = |texts: &[&str]| Term::Array(texts.iter().map(|text| (*text).to_owned()).collect());
        assert_eq!(shaped, (vec![array(&["x", "y"]), array(&[]), "z".into()], None));
    }

    #[test]
    fn answers_before_a_misshapen_one_are_kept() {
        let (answers, stop) = answers(b"[\"a\", null, \"b\"]", &[None; 3]);
        assert_eq!(answers, ["a"]);
        assert!(stop.is_some_and(|stop| !stop.is_of_whole));
    }
}
