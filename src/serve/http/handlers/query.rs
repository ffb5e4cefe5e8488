//! The exercise's list and its answers.
//!
//! Invariant: a list with a mistake is refused whole, and every mistake of it is told with its place.

use bumpalo::Bump;

use super::cells::signs;
use crate::query::Language;
use crate::script::{Faults, read_list};
use crate::serve::http::answer::{Answer, Outcome};
use crate::serve::http::call::Call;
use crate::serve::http::problem::{Problem, mistakes, too_long};
use crate::serve::http::replies::Replies;
use crate::serve::refusal::Refusal;
use crate::wire::Request;

pub(in crate::serve::http) fn list(call: &mut Call<'_>) -> Outcome {
    let text = std::str::from_utf8(&call.asked.body).map_err(|_| Problem::bad("the list is not UTF-8"))?;
    let most = call.server.limits().queries;
    if has_more_arrays(text, most.saturating_mul(2).saturating_add(1)) {
        return Err(Refusal::Long.into());
    }
    let (arena, level) = (Bump::new(), Language::records().last_level());
    let requests = read_list(text, &arena, level, call.desk.context());
    let requests = requests.map_err(|faults| refused(text, &faults))?;
    let answers = ask(call, &requests)?;
    Ok(Answer::typed(200, "application/json", answers))
}

/// Has a text of JSON more arrays than those? A list that may be asked has one for each query and each batch, and its
/// own: to read all of another takes memory and time that nobody gives back.
fn has_more_arrays(text: &str, most: usize) -> bool {
    memchr::memchr_iter(b'[', text.as_bytes()).nth(most).is_some()
        && signs(text).filter(|sign| *sign == ('[', false)).nth(most).is_some()
}

/// Why a list is refused: only its times may be wrong.
fn refused(text: &str, faults: &Faults) -> Problem {
    let refused = if faults.are_late() {
        Problem::new(422, "backwards", "time runs backwards")
    } else {
        Problem::new(400, "mistake", "a mistake in the list")
    };
    refused.with_mistakes(mistakes(text, faults, 0))
}

/// Asks a list as one group, whose queries are answered one by one.
fn ask(call: &mut Call<'_>, requests: &[Request<'_>]) -> Result<Vec<u8>, Problem> {
    requests.iter().flat_map(Request::queries).try_for_each(|query| call.check_words(query))?;
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
