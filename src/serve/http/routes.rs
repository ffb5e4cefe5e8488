//! What there is: the one [`table`] of routes, from which requests find their way, and everybody is told of it.
//!
//! Invariant: a path is of one route for each method, so the order of the rows means nothing.

mod table;

use std::sync::LazyLock;

use hyper::Method;

use super::answer::Outcome;
use super::call::Call;
use super::stream;
use crate::serve::options::Compat;

pub(super) use table::ROUTES;

/// A method of a path.
pub(super) struct Route {
    pub(super) method: Method,
    /// With names in braces, each of which stands for one segment that is not empty.
    pub(super) path: &'static str,
    /// What it is counted and told by.
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// The parameters of a query, each with its type and what it is.
    pub(super) parameters: &'static [(&'static str, &'static str, &'static str)],
    pub(super) takes: Takes,
    /// The statuses of what is no problem, each with what is answered.
    pub(super) gives: &'static [(u16, Gives)],
    /// Those of problems that not every route has.
    pub(super) problems: &'static [u16],
    /// May it be asked without a password?
    pub(super) is_open: bool,
    pub(super) handler: fn(&mut Call<'_>) -> Outcome,
}

/// What a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// There is none.
    Nothing,
    /// An object with these members, each with its type, and no others.
    Object(&'static [(&'static str, &'static str)]),
    /// JSON of a type, which the handler looks at itself.
    Json(&'static str),
    /// A value.
    Value,
    /// A list of queries.
    List,
}

/// What an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gives {
    /// Nothing but its status.
    Nothing,
    /// JSON with these members, each with its type; one that is `maybe` there is not always.
    Object(&'static [(&'static str, &'static str)]),
    /// A value, of the type that is wanted.
    Value,
    /// The answers of a list.
    Answers,
    /// Text of this type.
    Text(&'static str),
}

impl Takes {
    /// The types that it may have.
    pub(super) fn types(self) -> &'static [&'static str] {
        match self {
            Self::Nothing => &[],
            Self::Object(_) | Self::Json(_) => &["application/json"],
            Self::Value => &["application/json", "text/plain", "application/octet-stream"],
            Self::List => &["application/json", stream::LINES],
        }
    }
}

/// Where a request goes.
pub(super) enum Found {
    /// To a route; the names of its path stand for these.
    Route(&'static Route, Vec<String>),
    /// It asks for the methods of the path.
    Options(String),
    /// The path has only those.
    OtherMethod(String),
    /// There is no such path.
    Nothing,
}

/// The parts of each route's path.
static PARTS: LazyLock<Vec<Vec<&str>>> =
    LazyLock::new(|| ROUTES.iter().map(|route| route.path.split('/').skip(1).collect()).collect());

/// Finds a request's way; the routes of a dialect may be at the root as well.
pub(super) fn find(method: &Method, segments: &[String], root: Option<Compat>) -> Found {
    let of_dialect = |root: Compat| {
        let within = segments.iter().filter(|segment| segments.len() > 1 || !segment.is_empty());
        let segments: Vec<_> = [root.path().to_owned()].into_iter().chain(within.cloned()).collect();
        of_table(method, &segments)
    };
    let of_root = || root.map_or(Found::Nothing, of_dialect);
    // The page gives way at the root itself.
    let is_root = matches!(segments, [only] if only.is_empty());
    let first = if is_root { of_root() } else { of_table(method, segments) };
    match first {
        Found::Nothing if is_root => of_table(method, segments),
        Found::Nothing => of_root(),
        found => found,
    }
}

fn of_table(method: &Method, segments: &[String]) -> Found {
    let mut allowed: Vec<&str> = Vec::new();
    for (route, parts) in ROUTES.iter().zip(&*PARTS) {
        let Some(names) = matched(parts, segments) else { continue };
        if route.method == *method || route.method == Method::GET && *method == Method::HEAD {
            return Found::Route(route, names);
        }
        allowed.push(route.method.as_str());
        if route.method == Method::GET {
            allowed.push(Method::HEAD.as_str());
        }
    }
    if allowed.is_empty() {
        return Found::Nothing;
    }
    allowed.push(Method::OPTIONS.as_str());
    let allowed = allowed.join(", ");
    if *method == Method::OPTIONS { Found::Options(allowed) } else { Found::OtherMethod(allowed) }
}

/// What the names of a path stand for, if it is this one.
fn matched(parts: &[&str], segments: &[String]) -> Option<Vec<String>> {
    let both = || parts.iter().zip(segments);
    let is_name = |part: &str| part.starts_with('{');
    let fits = |(part, segment): (&&str, &String)| {
        if is_name(part) { !segment.is_empty() } else { *part == segment }
    };
    let is_it = parts.len() == segments.len() && both().all(fits);
    is_it.then(|| both().filter(|(part, _)| is_name(part)).map(|(_, segment)| segment.clone()).collect())
}
