//! From a head to a response.

use std::rc::Rc;
use std::time::Instant;

use hyper::body::{Bytes, Incoming};
use hyper::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ALLOW, CACHE_CONTROL, HeaderName,
    HeaderValue, IF_MATCH, IF_NONE_MATCH, ORIGIN, VARY, X_CONTENT_TYPE_OPTIONS,
};
use hyper::http::request::Parts;
use hyper::{Method, Request, Response};

use super::answer::{Answer, Outcome};
use super::body::{self, Body};
use super::call::{Asked, Call, TRANSACTION};
use super::connection::Connection;
use super::problem::{Problem, too_long, uncommitted};
use super::routes::{self, Found, Route, Takes};
use super::target::Target;
use super::transactions::Open;
use super::{auth, guard, stream};
use crate::serve::options::FaceKind;
use crate::serve::passwords::TRIES;
use crate::serve::server::Server;
use crate::serve::turn::{Mailbox, Ready, commit};

/// Who holds no more is not worth a look at all others.
const LITTLE: usize = 16 << 10;

/// Answers one request.
pub(super) async fn answer(connection: &Rc<Connection>, request: Request<Incoming>) -> Response<Body> {
    // It was read then.
    let begun = connection.client.spoke.get();
    connection.pace.begin();
    let (head, body) = request.into_parts();
    let origin = allowed_origin(connection, &head);
    let answered = answer_to(connection, head, body).await;
    let mut answer = answered.unwrap_or_else(|problem| {
        connection.server.desk.borrow_mut().metrics.face(FaceKind::Http).error(problem.class());
        problem.into()
    });
    if let Some(origin) = origin {
        answer.headers.push((ACCESS_CONTROL_ALLOW_ORIGIN, origin));
        let exposed = HeaderValue::from_static("ETag, Location, Rewind-Transaction");
        answer.headers.push((ACCESS_CONTROL_EXPOSE_HEADERS, exposed));
        answer.headers.push((VARY, HeaderValue::from_static("Origin")));
    }
    answer.headers.push((X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")));
    answer.headers.push((CACHE_CONTROL, HeaderValue::from_static("no-cache")));
    connection.server.desk.borrow_mut().metrics.answered(FaceKind::Http, begun.elapsed(), 1);
    answer.into_response(Rc::clone(&connection.pace))
}

/// The origin that a request comes from, where its pages may ask.
fn allowed_origin(connection: &Connection, head: &Parts) -> Option<HeaderValue> {
    let origin = head.headers.get(ORIGIN)?;
    let desk = connection.server.desk.borrow();
    desk.options.cors.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes()).then(|| origin.clone())
}

async fn answer_to(connection: &Rc<Connection>, head: Parts, body: Incoming) -> Outcome {
    guard::check(&head, &connection.client, &connection.server.desk.borrow().options)?;
    let target = Target::parse(head.uri.path(), head.uri.query())?;
    let found = routes::find(&head.method, &target.segments, connection.server.desk.borrow().options.compat);
    let (route, names) = match found {
        Found::Route(route, names) => (route, names),
        Found::Options(allow) => return Ok(options(&head, &allow)),
        Found::OtherMethod(allow) => return Err(Problem::not_allowed(&allow)),
        Found::Nothing if matches!(head.method, Method::CONNECT | Method::TRACE) => {
            return Err(Problem::not_allowed(Method::GET.as_str()));
        }
        Found::Nothing => {
            admit(connection, &head)?;
            return Err(Problem::not_found().with_detail("/openapi.json tells of all paths"));
        }
    };
    connection.client.command.set(route.name);
    connection.server.desk.borrow_mut().metrics.face(FaceKind::Http).request(route.name, 1);
    if !route.is_open {
        admit(connection, &head)?;
    }
    check_parameters(route, &target.query)?;
    check_conditions(route, &head)?;
    let mut asked = Asked { names, query: target.query, headers: head.headers, body: Bytes::new() };
    check_type(route, &asked)?;
    let open = transaction(connection, &asked)?;
    if route.takes == Takes::List && asked.kind().as_deref() == Some(stream::LINES) {
        return Ok(stream::answer(connection, body, open));
    }
    drop(open);
    let limits = connection.server.limits();
    let counted = |length| hold(connection, length);
    // Of strangers little is read.
    let most = if route.is_open { LITTLE.min(limits.request) } else { limits.request };
    asked.body = body::read(body, most, limits.request_timeout, counted).await?;
    let outcome = check_body(route, &asked.body);
    // The body has taken its time: somebody else may have ended the transaction.
    let open = outcome.and_then(|()| transaction(connection, &asked));
    let outcome = open.and_then(|open| carry_out(connection, route, &asked, open.as_deref()));
    drop(asked);
    // It waits: what the codec writes meanwhile is of an earlier answer.
    connection.client.queued.set(outcome.as_ref().map_or(0, Answer::len));
    hold(connection, 0);
    let settled = settle(&connection.server, &connection.mailbox).await;
    connection.client.queued.set(0);
    // What is not written was not done, whatever was to be said of it.
    let answer = settled.map_err(|why| uncommitted(&why)).and(outcome)?.arrived().await?;
    let answer = hold_to_length(connection, answer)?;
    connection.client.output.set(answer.len());
    hold(connection, 0);
    Ok(answer)
}

/// What may be asked of a path, and by whose pages.
fn options(head: &Parts, allow: &str) -> Answer {
    let answer = Answer::empty(204).with_header(ALLOW, allow);
    if !head.headers.contains_key("access-control-request-method") {
        return answer;
    }
    let headers = "Authorization, Content-Type, If-Match, If-None-Match, Last-Event-ID, Rewind-Transaction";
    answer
        .with_header(HeaderName::from_static("access-control-allow-methods"), allow)
        .with_header(HeaderName::from_static("access-control-allow-headers"), headers)
        .with_header(HeaderName::from_static("access-control-max-age"), "600")
}

/// Lets somebody in who may ask.
fn admit(connection: &Connection, head: &Parts) -> Result<(), Problem> {
    let checked = auth::check(&head.headers, &connection.server.desk.borrow().options.passwords);
    checked.map_err(|(problem, is_wrong)| {
        connection.wrong.set(connection.wrong.get() + u32::from(is_wrong));
        if connection.wrong.get() >= TRIES { problem.closing() } else { problem }
    })
}

/// Does the route know all parameters? A lifetime under a name that is misspelt would be none.
fn check_parameters(route: &Route, given: &[(String, String)]) -> Result<(), Problem> {
    let known = || route.parameters.iter().map(|(name, ..)| *name);
    // Dialects and pages are lax, as what they stand for is.
    let unknown = given.iter().find(|(name, _)| known().all(|known| known != name));
    let Some((name, _)) = unknown.filter(|_| route.path.starts_with("/v1/")) else { return Ok(()) };
    let known: Vec<_> = known().collect();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    Err(Problem::bad("a parameter is unknown here").with_detail(format!("`{name}`; known: {known}")))
}

/// May what is written depend on what was there? It would be done whatever that was.
fn check_conditions(route: &Route, head: &Parts) -> Result<(), Problem> {
    let is_conditional = [IF_MATCH, IF_NONE_MATCH].iter().any(|name| head.headers.contains_key(name));
    let is_lax = route.method == Method::GET || !route.path.starts_with("/v1/");
    if !is_conditional || is_lax || route.problems.contains(&412) {
        return Ok(());
    }
    Err(Problem::bad("a condition has no meaning here").with_detail("only a value has an ETag"))
}

/// Does a body say something where nothing is asked for? It would be done otherwise than it says.
fn check_body(route: &Route, body: &[u8]) -> Result<(), Problem> {
    let says_nothing = matches!(body.trim_ascii(), b"" | b"{}" | b"null");
    let is_lax =
        route.takes != Takes::Nothing || !route.path.starts_with("/v1/") || route.method == Method::GET;
    if says_nothing || is_lax {
        return Ok(());
    }
    Err(Problem::bad("a body has no meaning here").with_detail("what it says would not be done"))
}

/// Is the body of a type that the route takes?
fn check_type(route: &Route, asked: &Asked) -> Result<(), Problem> {
    let has_body =
        asked.headers.contains_key("content-length") || asked.headers.contains_key("transfer-encoding");
    let is_taken = match asked.kind() {
        None => !has_body || asked.headers.get("content-length").is_some_and(|length| length == "0"),
        Some(kind) => route.takes.types().contains(&&*kind),
    };
    if route.takes.types().is_empty() || is_taken {
        return Ok(());
    }
    let refused = Problem::new(415, "type", "a body of this type is not taken");
    Err(refused.with_detail(format!("its Content-Type may be {}", route.takes.types().join(", "))))
}

/// The transaction that a request names.
fn transaction(connection: &Connection, asked: &Asked) -> Result<Option<Rc<Open>>, Problem> {
    let Some(name) = asked.headers.get(TRANSACTION) else { return Ok(None) };
    connection.server.http.transactions.get(name.to_str().unwrap_or_default()).map(Some)
}

/// Does what is asked; nothing of it is committed yet.
fn carry_out(connection: &Connection, route: &Route, asked: &Asked, open: Option<&Open>) -> Outcome {
    let begun = Instant::now();
    let desk = &mut *connection.server.desk.borrow_mut();
    let held = &mut *connection.mailbox.held.borrow_mut();
    desk.pass_time();
    let who = open.map(|open| &open.transaction);
    let mut call = Call { desk, held, server: &connection.server, who, asked, gathered: 0 };
    let outcome = (route.handler)(&mut call);
    // A list has counted its queries.
    let queries = held.measure(|replies| replies.count.max(1));
    if let Some(open) = open {
        connection.server.http.transactions.is_open(open, desk);
    }
    desk.metrics
        .turned(begun.elapsed(), queries, || format!("{} of client {}", route.name, connection.client.id));
    outcome.and_then(|answer| hold_to_length(connection, answer))
}

/// Refuses an answer that is longer than a client may leave unread.
fn hold_to_length(connection: &Connection, answer: Answer) -> Outcome {
    if answer.len() > connection.server.limits().unread { Err(too_long()) } else { Ok(answer) }
}

/// Counts what a connection holds, and closes who holds most where all hold too much.
pub(super) fn hold(connection: &Connection, length: usize) {
    connection.client.input.set(length);
    if connection.client.held() > LITTLE {
        connection.server.desk.borrow().clients.hold_to(connection.server.limits().buffers);
    }
}

/// Waits until what was asked is committed.
///
/// # Errors
/// Why it is not.
pub(super) async fn settle(server: &Server, mailbox: &Rc<Mailbox>) -> Result<(), String> {
    let is_committed = server.desk.borrow().see().is_committed();
    if is_committed {
        commit(&mut server.desk.borrow_mut(), std::iter::once(&**mailbox));
    } else {
        server.turn.end(mailbox).await;
    }
    match mailbox.ready.take() {
        Ready::Failed { why, .. } => Err(why),
        // What is answered stands elsewhere.
        Ready::Bytes(_) | Ready::TooLong => Ok(()),
    }
}
