//! The exercise's list and its answers.
//!
//! Invariant: a list with a mistake is refused whole, and every mistake of it is told with its place.

use std::fmt;

use bumpalo::Bump;
use serde::Deserializer;
use serde::de::{SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::db::Error;
use crate::query::Language;
use crate::script::{Context, read_list};
use crate::serve::http::answer::{Answer, Outcome};
use crate::serve::http::call::Call;
use crate::serve::http::problem::{Mistake, Problem, mistakes, too_long};
use crate::serve::http::replies::Replies;
use crate::serve::own::{self, ListReader};
use crate::wire::{Request, Term};

/// Why a query of a list asks nothing.
#[derive(Clone, Copy, PartialEq)]
enum Wrong {
    /// The words are none.
    Words,
    /// It would happen before what has happened.
    Late,
}

pub(in crate::serve::http) fn list(call: &mut Call<'_>) -> Outcome {
    let text = std::str::from_utf8(&call.asked.body).map_err(|_| Problem::bad("the list is not UTF-8"))?;
    let (mut lists, is_list) = lists(text);
    if lists.len() > call.desk.options.limits.queries {
        return Err(Problem::new(413, "long", "the list has too many queries"));
    }
    let mut reader = ListReader::of(call.desk);
    let read = lists.iter_mut().map(|terms| read(&mut reader, terms.as_mut())).collect::<Vec<_>>();
    let wrong: Vec<Option<Wrong>> = read.iter().map(|read| read.as_ref().err().copied()).collect();
    if !is_list || wrong.iter().any(Option::is_some) {
        let (clock, aliases) = (call.desk.see().clock(), call.desk.see().aliases().clone());
        let is_late = is_list && !wrong.contains(&Some(Wrong::Words));
        return Err(refused(is_late).with_mistakes(told(text, &wrong, is_list, Context { clock, aliases })));
    }
    let requests: Vec<Request<'_>> = read.into_iter().flatten().collect();
    let answers = ask(call, &requests)?;
    Ok(Answer::typed(200, "application/json", answers))
}

/// The words of each query, `None` where one has none, as far as the text is a list; and whether it is one to its end.
fn lists(text: &str) -> (Vec<Option<Vec<Term>>>, bool) {
    if let Some(lists) = own::list_of_json(text) {
        return (lists.into_iter().map(Some).collect(), true);
    }
    let (mut lists, mut json) = (Vec::new(), serde_json::Deserializer::from_str(text));
    let read = json.deserialize_seq(Lists(&mut lists)).and_then(|()| json.end());
    (lists, read.is_ok())
}

/// Keeps what it has read of a list that breaks off.
struct Lists<'l>(&'l mut Vec<Option<Vec<Term>>>);

impl<'de> Visitor<'de> for Lists<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of queries")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut queries: A) -> Result<(), A::Error> {
        while let Some(query) = queries.next_element::<&RawValue>()? {
            self.0.push(own::query_of_json(query.get()));
        }
        Ok(())
    }
}

/// What a query asks.
fn read<'t>(reader: &mut ListReader, terms: Option<&'t mut Vec<Term>>) -> Result<Request<'t>, Wrong> {
    let terms = terms.ok_or(Wrong::Words)?;
    reader
        .read(terms)
        .map_err(|error| if matches!(error, Error::Backwards(_)) { Wrong::Late } else { Wrong::Words })
}

/// Why a list is refused: only its times may be wrong.
fn refused(is_late: bool) -> Problem {
    if is_late {
        Problem::new(422, "backwards", "time runs backwards")
    } else {
        Problem::new(400, "mistake", "a mistake in the list")
    }
}

/// The mistakes of a list. That a word says `now` is none.
fn told(text: &str, wrong: &[Option<Wrong>], is_list: bool, context: Context) -> Vec<Mistake> {
    let (arena, level) = (Bump::new(), Language::records().last_level());
    let faults = read_list(text, &arena, level, context).err().unwrap_or_default();
    let mut mistakes = mistakes(text, &faults, 0);
    // What breaks a list off stands last, and is not the query's before it. Behind too many others it is not told.
    let is_told = !is_list && faults.count() == faults.first().len();
    let broken = if is_told { mistakes.pop() } else { None };
    mistakes
        .retain(|mistake| mistake.query.is_none_or(|query| wrong.get(query - 1).is_none_or(Option::is_some)));
    mistakes.extend(broken);
    mistakes
}

/// What is wrong with a list, for a database that knows what is in `context`.
pub(super) fn wrong_in_list(text: &str, context: &Context) -> Vec<Mistake> {
    let (mut lists, is_list) = lists(text);
    let mut reader = ListReader::behind(context.clock, context.aliases.clone());
    let read = lists.iter_mut().map(|terms| read(&mut reader, terms.as_mut())).collect::<Vec<_>>();
    let wrong: Vec<Option<Wrong>> = read.iter().map(|read| read.as_ref().err().copied()).collect();
    if is_list && wrong.iter().all(Option::is_none) {
        return Vec::new();
    }
    told(text, &wrong, is_list, context.clone())
}

/// Asks a list as one group, whose queries are answered one by one.
fn ask(call: &mut Call<'_>, requests: &[Request<'_>]) -> Result<Vec<u8>, Problem> {
    let shapes: Vec<_> = requests.iter().map(Request::batched).collect();
    let mut out = vec![b'['];
    let mut replies = Replies::new(&mut out, call.desk.options.limits.unread, &shapes);
    let queries = call.desk.ask_list(call.who, requests, call.held, |_, answer| replies.take(answer))?;
    call.held.hold(|held| held.count += queries);
    if replies.finish() {
        out.push(b']');
        Ok(out)
    } else {
        Err(too_long())
    }
}
