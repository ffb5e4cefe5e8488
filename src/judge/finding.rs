//! Findings: what is wrong with a candidate, a cause each, however many cases it fails.
//!
//! Invariant: equal causes are the same whatever list shows them.

use std::fmt;

use serde::Serialize;

use super::difference::Deviation;
use super::failed::{Afresh, Failed};
use super::verdict::Verdict;
use super::words::QueryList;

/// What failures have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Cause {
    /// The solution does not load.
    NotLoaded,
    /// In a fresh process the same lists are answered rightly.
    KeepsData,
    /// It may be so: there were too many of them to try them all in fresh processes.
    MayKeepData,
    /// The answer that a suite wants is not the exercise's own.
    WrongSuite,
    /// An operation is missing.
    Missing {
        /// Its name.
        operation: String,
    },
    /// It reports an exception, or crashes.
    Raised {
        /// What, without what is of one list alone.
        what: String,
        /// Where, if that was said.
        place: Option<String>,
    },
    /// It goes beyond a limit.
    Limit {
        /// Which, as a verdict.
        verdict: Verdict,
    },
    /// What it writes is no answer.
    Shape {
        /// How, without what is of one list alone.
        what: String,
    },
    /// The right answer, written in another way.
    Writing {
        /// What differs.
        difference: Deviation,
    },
    /// A mistake that gives just these answers.
    Mistake {
        /// How it is called.
        name: String,
    },
    /// A wrong answer to queries that turn on one rule.
    Rule {
        /// The rule.
        gist: &'static str,
        /// How the answers differ.
        difference: Deviation,
    },
}

/// A cause and the cases that it fails.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// The cause.
    pub cause: Cause,
    /// It in a few words.
    pub title: String,
    /// The lowest level at which it shows.
    pub level: u8,
    /// Its cases, the plainest first.
    pub cases: Vec<CasePlace>,
    /// Two lists of which the first spoils the second, where data is kept and such lists were found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pair: Option<Box<ListPair>>,
}

/// Which case of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CasePlace {
    /// The place of its level in the report, from 0.
    pub level: usize,
    /// Its place among those, from 0.
    pub case: usize,
}

/// Two lists that are answered one after the other in one process.
#[derive(Clone, Debug, Serialize)]
pub struct ListPair {
    /// The first.
    pub first: QueryList,
    /// How the second fails, which is answered rightly by itself.
    pub failed: Failed,
}

impl Cause {
    /// The cause of a failure.
    pub(super) fn of(failed: &Failed) -> Self {
        if failed.is_of_load {
            return Self::NotLoaded;
        }
        match failed.afresh {
            Some(Afresh::Right) => return Self::KeepsData,
            Some(Afresh::Untried) => return Self::MayKeepData,
            Some(Afresh::Wrong) | None => {}
        }
        match failed.verdict {
            Verdict::NotSupported => match &failed.operation {
                Some(operation) => Self::Missing { operation: operation.clone() },
                None => Self::Raised { what: failed.message.clone(), place: None },
            },
            Verdict::RuntimeError => {
                Self::Raised { what: exception(&failed.message), place: place_in(&failed.errors) }
            }
            verdict @ (Verdict::TimeLimit | Verdict::MemoryLimit | Verdict::OutputLimit) => {
                Self::Limit { verdict }
            }
            Verdict::WrongShape => Self::Shape { what: without_values(&failed.message) },
            Verdict::WrongAnswer | Verdict::Accepted if failed.own.is_some() => Self::WrongSuite,
            Verdict::WrongAnswer | Verdict::Accepted => Self::of_answer(failed),
        }
    }

    fn of_answer(failed: &Failed) -> Self {
        let difference = failed.difference.unwrap_or(Deviation::Other);
        match (&failed.mistake, failed.gist) {
            (Some(name), _) => Self::Mistake { name: name.clone() },
            _ if difference.is_of_writing() => Self::Writing { difference },
            (None, gist) => Self::Rule { gist: gist.unwrap_or("each answer is right"), difference },
        }
    }

    /// Might it be due to what an earlier list has left?
    pub(super) fn may_be_kept(&self) -> bool {
        matches!(
            self,
            Self::Raised { .. }
                | Self::Shape { .. }
                | Self::Writing { .. }
                | Self::Mistake { .. }
                | Self::Rule { .. }
        )
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLoaded => f.write_str("it does not load"),
            Self::KeepsData => f.write_str("it keeps data from an earlier list"),
            Self::MayKeepData => f.write_str("it may be that too: not tried in a fresh process"),
            Self::WrongSuite => f.write_str("the suite's own expected looks wrong"),
            Self::Missing { operation } => write!(f, "{operation} has no method"),
            Self::Raised { what, place: Some(place) } => write!(f, "{what}, at {place}"),
            Self::Raised { what, place: None } | Self::Shape { what } => f.write_str(what),
            Self::Limit { verdict } => write!(f, "{verdict}"),
            Self::Writing { difference } => write!(f, "{difference}"),
            Self::Mistake { name } => f.write_str(name),
            Self::Rule { gist, difference } => write!(f, "{gist}, but {difference}"),
        }
    }
}

impl Finding {
    /// The title, with how many cases it fails.
    #[must_use]
    pub fn headline(&self) -> String {
        let count = self.cases.len();
        let cases = if count == 1 { "1 case".to_owned() } else { format!("{count} cases") };
        match &self.cause {
            Cause::Mistake { name } => format!("{name} explains {cases}"),
            _ => format!("{}: {cases}", self.title),
        }
    }
}

/// What was raised: the exception's name, or the whole message where it begins with none.
fn exception(message: &str) -> String {
    if let Some((head, _)) = message.split_once(":\n") {
        return head.to_owned();
    }
    let (name, _) = message.split_once(':').unwrap_or((message, ""));
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "._$".contains(c));
    if is_name { name.to_owned() } else { message.to_owned() }
}

/// A message up to its first colon, with `…` for its numbers and for what it quotes, so that those of several lists
/// are equal.
fn without_values(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    let (mut quote, mut last) = (None, ' ');
    for c in message.lines().next().unwrap_or_default().chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, ':') => break,
            // An apostrophe within a word opens nothing.
            (None, '\'') if last.is_alphanumeric() => out.push(c),
            (None, '"' | '`' | '\'') => {
                quote = Some(c);
                out.push('…');
            }
            (None, c) => out.push(if c.is_ascii_digit() { '…' } else { c }),
        }
        last = c;
    }
    let words = out.split_whitespace().map(|word| match (word.contains('…'), word.ends_with(',')) {
        (true, true) => "…,",
        (true, false) => "…",
        (false, _) => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The place in a program that a language's own message names: of several the innermost that Python names last, and
/// others first. One in the language's own library stands for many mistakes: only where no other is.
fn place_in(errors: &str) -> Option<String> {
    let own = || errors.lines().filter(|line| !is_of_library(line));
    let of_python =
        own().rev().find_map(place_of_python).or_else(|| errors.lines().rev().find_map(place_of_python));
    of_python.or_else(|| own().find_map(place_in_line)).or_else(|| errors.lines().find_map(place_in_line))
}

/// Is it a place that Python or Java names in its own library?
fn is_of_library(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("at java.")
        || line
            .strip_prefix("File \"")
            .is_some_and(|file| file.starts_with('<') || file.contains("/lib/python"))
}

fn place_of_python(line: &str) -> Option<String> {
    let (file, rest) = line.trim().strip_prefix("File \"")?.split_once("\", line ")?;
    let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some(format!("{}:{number}", name_of(file)))
}

/// A place as most languages write it, as in `at get (/folder/solution.js:12:5)` or `(Solution.java:12)`.
fn place_in_line(line: &str) -> Option<String> {
    let words = line.split(|c: char| c.is_whitespace() || "()[]\"'".contains(c));
    words.rev().find_map(|word| {
        let mut parts = word.trim_end_matches([':', ',']).split(':');
        let (file, number) = (parts.next()?, parts.next()?);
        let is_place = name_of(file).contains('.') && number.bytes().all(|byte| byte.is_ascii_digit());
        (is_place && !number.is_empty()).then(|| format!("{}:{number}", name_of(file)))
    })
}

fn name_of(file: &str) -> &str {
    file.rsplit(['/', '\\']).next().unwrap_or(file)
}

#[cfg(test)]
mod tests {
    use super::{place_in, without_values};

    /// `Preconditions.java` was the one place of all that is out of bounds, and `decoder.py` of all that is no JSON.
    #[test]
    fn a_place_is_the_solutions_own_where_it_has_one() {
        let of_java = "java.lang.IndexOutOfBoundsException: Index -1\n    at java.base/jdk.internal.util.\
                       Preconditions.outOfBounds(Preconditions.java:64)\n    at java.base/java.util.ArrayList.get(\
                       ArrayList.java:427)\n\
                       \u{20}   at Solution.get(Solution.java:68)\n    at Solution.scan(Solution.java:90)\n";
        let of_python = "  File \"mine.py\", line 7, in get\n    return json.loads(x)\n  File \"\
                         /usr/lib/python3.11/json/decoder.py\", line 355, in raw_decode\n  File \"<frozen abc>\", \
                         line 1, in x\n";
        let rows = [
            (of_java, "Solution.java:68"),
            (of_python, "mine.py:7"),
            ("  File \"<string>\", line 3, in <module>\n", "<string>:3"),
            ("    at java.base/java.util.ArrayList.get(ArrayList.java:427)\n", "ArrayList.java:427"),
            (
                "    at get (/folder/solution.js:12:5)\n    at step (/folder/solution.js:3:1)\n",
                "solution.js:12",
            ),
        ];
        for (errors, place) in rows {
            assert_eq!(place_in(errors).as_deref(), Some(place), "{errors}");
        }
    }

    /// Numbers were cut out without a trace, and what a parser says made several findings of one cause.
    #[test]
    fn what_is_left_out_of_a_message_is_no_hole() {
        let rows = [
            ("its output is not JSON: expected value at line 1 column 2: `['']`", "its output is not JSON"),
            (
                "its output is not JSON: invalid type: integer `2`, expected an array",
                "its output is not JSON",
            ),
            ("its output is the string \"a: b\", not an array", "its output is the string …, not an array"),
            ("answer 12 is the number -1.5, not a string", "answer … is the number …, not a string"),
            ("answer 3 is null, not a string", "answer … is null, not a string"),
            ("2 answers for 13 queries", "… answers for … queries"),
            ("`{\"id\": 1}` is no message: expected value", "… is no message"),
            ("a list's answer 'x' is no text", "a list's answer … is no text"),
        ];
        for (message, title) in rows {
            assert_eq!(without_values(message), title);
        }
    }
}
