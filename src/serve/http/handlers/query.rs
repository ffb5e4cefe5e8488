//! The exercise's list and its answers.
//!
//! Invariant: a list with a mistake is refused whole, and every mistake of it is told with its place.

use bumpalo::Bump;
use serde_json::value::RawValue;

use crate::query::{Aliases, Language};
use crate::script::{Context, read_list};
use crate::serve::http::answer::{Answer, Outcome};
use crate::serve::http::call::Call;
use crate::serve::http::problem::{Mistake, Problem, mistakes, too_long};
use crate::serve::http::replies::Replies;
use crate::serve::own;
use crate::time::Clock;
use crate::wire::{Request, Term, raw_query};

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
    let (clock, aliases) = (call.desk.see().clock(), call.desk.see().aliases().clone());
    let lists = lists(text);
    let is_list = lists.is_some();
    let mut lists = lists.unwrap_or_default();
    if lists.len() > call.desk.options.limits.queries {
        return Err(Problem::new(413, "long", "the list has too many queries"));
    }
    let read = settled(&mut lists, clock, aliases.clone());
    let wrong: Vec<Option<Wrong>> = read.iter().map(|read| read.as_ref().err().copied()).collect();
    if !is_list || wrong.iter().any(Option::is_some) {
        return Err(refused(text, &wrong, Context { clock, aliases }));
    }
    let requests: Vec<Request<'_>> = read.into_iter().flatten().collect();
    let answers = ask(call, &requests)?;
    Ok(Answer::typed(200, "application/json", answers))
}

/// The words of each query; `None` where one has none.
fn lists(text: &str) -> Option<Vec<Option<Vec<Term>>>> {
    if let Some(lists) = own::list_of_json(text) {
        return Some(lists.into_iter().map(Some).collect());
    }
    let queries: Vec<&RawValue> = serde_json::from_str(text).ok()?;
    Some(queries.into_iter().map(|query| own::query_of_json(query.get())).collect())
}

/// What each query asks, with `now` made a moment.
fn settled(
    lists: &mut [Option<Vec<Term>>],
    mut clock: Clock,
    mut aliases: Aliases,
) -> Vec<Result<Request<'_>, Wrong>> {
    let level = Language::records().last_level();
    let read = lists.iter_mut().map(|terms| {
        let terms = terms.as_mut().ok_or(Wrong::Words)?;
        own::settle(terms, &aliases, clock.now());
        let request = Request::parse(&raw_query(terms), &aliases, level).map_err(|_| Wrong::Words)?;
        for query in request.queries() {
            aliases.learn(query);
            clock.advance(query.timestamp()).map_err(|_| Wrong::Late)?;
        }
        Ok(request)
    });
    read.collect()
}

/// Why a list is refused.
fn refused(text: &str, wrong: &[Option<Wrong>], context: Context) -> Problem {
    let mistakes = told(text, wrong, context);
    let is_late = !wrong.is_empty() && !wrong.contains(&Some(Wrong::Words));
    let problem = if is_late {
        Problem::new(422, "backwards", "time runs backwards")
    } else {
        Problem::new(400, "mistake", "a mistake in the list")
    };
    problem.with_mistakes(mistakes)
}

/// The mistakes of a list. That a word says `now` is none.
fn told(text: &str, wrong: &[Option<Wrong>], context: Context) -> Vec<Mistake> {
    let (arena, level) = (Bump::new(), Language::records().last_level());
    let faults = read_list(text, &arena, level, context).err().unwrap_or_default();
    let mut mistakes = mistakes(text, &faults, 0);
    mistakes
        .retain(|mistake| mistake.query.is_none_or(|query| wrong.get(query - 1).is_none_or(Option::is_some)));
    mistakes
}

/// What is wrong with a list, for a database that knows what is in `context`.
pub(super) fn wrong_in_list(text: &str, context: &Context) -> Vec<Mistake> {
    let lists = lists(text);
    let is_list = lists.is_some();
    let mut lists = lists.unwrap_or_default();
    let read = settled(&mut lists, context.clock, context.aliases.clone());
    let wrong: Vec<Option<Wrong>> = read.iter().map(|read| read.as_ref().err().copied()).collect();
    if is_list && wrong.iter().all(Option::is_none) {
        return Vec::new();
    }
    told(text, &wrong, context.clone())
}

/// Asks a list as one group, whose queries are answered one by one, those of its batches too. What it leaves open of
/// its own is rolled back.
fn ask(call: &mut Call<'_>, requests: &[Request<'_>]) -> Result<Vec<u8>, Problem> {
    let shapes: Vec<_> = requests.iter().map(Request::batched).collect();
    let queries: Vec<_> = requests.iter().flat_map(Request::queries).cloned().map(Request::One).collect();
    let limits = &call.desk.options.limits;
    if queries.len() > limits.queries {
        return Err(Problem::new(413, "long", "the list has too many queries"));
    }
    let mut out = vec![b'['];
    let mut replies = Replies::new(&mut out, limits.unread, &shapes);
    let mut each = queries.iter().flat_map(Request::queries);
    let begins = each.any(|query| query.operation().access().is_of_transactions());
    let own = if begins && call.who.is_none() { Some(call.desk.transaction()?) } else { None };
    let who = call.who.or(own.as_ref());
    call.desk.ask_group(who, &queries, call.held, |_, answer| replies.take(answer))?;
    call.held.hold(|held| held.count += queries.len());
    if replies.finish() {
        out.push(b']');
        Ok(out)
    } else {
        Err(too_long())
    }
}
