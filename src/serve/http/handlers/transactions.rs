//! Transactions: begun, and ended either way.

use hyper::header::LOCATION;

use crate::query::Query;
use crate::serve::http::answer::{Answer, Outcome, members};
use crate::serve::http::call::{Call, TRANSACTION};
use crate::serve::http::problem::Problem;

/// Begins one, and names it.
pub(in crate::serve::http) fn begun(call: &mut Call<'_>) -> Result<String, Problem> {
    let transaction = call.desk.transaction()?;
    let has_begun = call.desk.ask(Some(&transaction), &Query::Begin {}, call.held, |_, reply| {
        *reply == crate::reply::Reply::Bool(true)
    })?;
    if has_begun {
        Ok(call.server.http.transactions.add(transaction))
    } else {
        Err(Problem::new(503, "transactions", "too many transactions are open"))
    }
}

/// Ends one that has a name. Returns whether it took effect.
pub(in crate::serve::http) fn ended(call: &mut Call<'_>, id: &str, commits: bool) -> Result<bool, Problem> {
    let open = call.server.http.transactions.get(id)?;
    let query = if commits { Query::Commit {} } else { Query::Rollback {} };
    let is_done = call.desk.ask(Some(&open.transaction), &query, call.held, |_, reply| {
        *reply == crate::reply::Reply::Bool(true)
    })?;
    if commits {
        call.desk.metrics.ended(is_done);
    }
    call.server.http.transactions.remove(id);
    Ok(is_done)
}

pub(in crate::serve::http) fn begin(call: &mut Call<'_>) -> Outcome {
    let id = begun(call)?;
    let idle = u64::try_from(call.server.limits().transaction_timeout.as_millis()).unwrap_or(u64::MAX);
    let answer = Answer::json(201, &members! { "id": id, "idle_ms": idle });
    Ok(answer.with_header(TRANSACTION, &id).with_header(LOCATION, &format!("/v1/transactions/{id}")))
}

pub(in crate::serve::http) fn commit(call: &mut Call<'_>) -> Outcome {
    let asked = call.asked;
    if ended(call, asked.name(0), true)? {
        return Ok(Answer::empty(204));
    }
    let refused = Problem::new(409, "conflict", "the transaction cannot take effect");
    Err(refused.with_detail("another has changed a record that it has read or written; it is rolled back"))
}

pub(in crate::serve::http) fn roll_back(call: &mut Call<'_>) -> Outcome {
    let asked = call.asked;
    ended(call, asked.name(0), false)?;
    Ok(Answer::empty(204))
}
