//! Whether the server is well.

use crate::serve::http::answer::{Answer, Outcome};
use crate::serve::http::call::Call;
use crate::serve::http::problem::Problem;

const TEXT: &str = "text/plain; charset=utf-8";

pub(in crate::serve::http) fn health(_: &mut Call<'_>) -> Outcome {
    Ok(Answer::typed(200, TEXT, "ok\n"))
}

pub(in crate::serve::http) fn readiness(call: &mut Call<'_>) -> Outcome {
    let why = if call.server.is_draining.get() {
        "the server ends"
    } else if call.desk.has_failed {
        "the store has stopped"
    } else {
        return Ok(Answer::typed(200, TEXT, "ready\n"));
    };
    Err(Problem::new(503, "not-ready", why))
}
