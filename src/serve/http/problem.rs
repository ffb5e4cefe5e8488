//! What is wrong with a request, as `application/problem+json`.

use hyper::body::Bytes;
use hyper::header::{ALLOW, CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use serde::Serialize;

use super::answer::Answer;
use crate::db;
use crate::script::Faults;
use crate::serve::refusal::Refusal;
use crate::store;

/// What is wrong.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) status: u16,
    told: Box<Told>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// What is told of it.
#[derive(Debug, Serialize)]
struct Told {
    #[serde(rename = "type")]
    kind: String,
    title: String,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// The query of a list, from 1, and the line of the body and the column in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mistakes: Vec<Mistake>,
}

/// One of the mistakes of a list.
#[derive(Debug, Serialize)]
pub(super) struct Mistake {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) query: Option<usize>,
    pub(super) line: usize,
    pub(super) column: usize,
    /// So many characters are wrong.
    pub(super) length: usize,
    pub(super) text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) help: Option<String>,
}

/// The faults of the part of a text that begins at `offset`, each with its place in the text.
pub(super) fn mistakes(text: &str, faults: &Faults, offset: usize) -> Vec<Mistake> {
    let told = faults.first().iter().map(|fault| {
        let start = text.floor_char_boundary(offset + fault.span.start);
        let end = text.floor_char_boundary(offset + fault.span.end).max(start);
        let before = &text[..start];
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let length = text[start..end].chars().count().max(1);
        let (text, help) = (fault.message.clone(), fault.help.clone());
        Mistake { query: fault.query, line, column, length, text, help }
    });
    told.collect()
}

impl Problem {
    /// A problem of a kind, which programs tell it by, with a title for people.
    pub(super) fn new(status: u16, kind: &str, title: &str) -> Self {
        let (kind, title) = (format!("/problems/{kind}"), title.to_owned());
        let headers = match status {
            503 => vec![(RETRY_AFTER, HeaderValue::from_static("1"))],
            _ => Vec::new(),
        };
        let (detail, query, line, column, mistakes) = (None, None, None, None, Vec::new());
        let told = Told { kind, title, status, detail, query, line, column, mistakes };
        Self { status, told: Box::new(told), headers }
    }

    /// A request that cannot be understood.
    pub(super) fn bad(title: &str) -> Self {
        Self::new(400, "bad-request", title)
    }

    pub(super) fn not_found() -> Self {
        Self::new(404, "not-found", "there is no such thing")
    }

    pub(super) fn not_allowed(allow: &str) -> Self {
        let refused = Self::new(405, "method", "this method has no meaning here");
        refused.with_detail(format!("the methods here are {allow}")).with_header(ALLOW, allow)
    }

    pub(super) fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.told.detail = Some(detail.into());
        self
    }

    /// In this line, and the query of this number, both from 1.
    pub(super) fn in_line(mut self, line: usize, query: usize) -> Self {
        (self.told.line, self.told.query) = (Some(line), Some(query));
        self
    }

    /// With all mistakes, the first of which has the place of the whole.
    pub(super) fn with_mistakes(mut self, mistakes: Vec<Mistake>) -> Self {
        if let Some(first) = mistakes.first() {
            self.told.query = first.query;
            (self.told.line, self.told.column) = (Some(first.line), Some(first.column));
            self.told.detail = Some(first.text.clone());
        }
        self.told.mistakes = mistakes;
        self
    }

    pub(super) fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        self.headers.extend(HeaderValue::from_str(value).map(|value| (name, value)));
        self
    }

    /// Nothing more is read of the connection.
    pub(super) fn closing(self) -> Self {
        self.with_header(CONNECTION, "close")
    }

    /// As JSON, on one line.
    pub(super) fn json(&self) -> String {
        // Texts and numbers can always be written.
        serde_json::to_string(&self.told).unwrap_or_default()
    }

    /// How it is counted.
    pub(super) fn class(&self) -> &'static str {
        match self.status {
            401 => "unauthorized",
            403 => "forbidden",
            404 | 410 => "not-found",
            409 | 412 => "conflict",
            500.. => "server",
            _ => "client",
        }
    }
}

impl From<Problem> for Answer {
    fn from(problem: Problem) -> Self {
        let mut answer = Self::bytes(problem.status, Bytes::from(problem.json()));
        answer.headers.push((CONTENT_TYPE, HeaderValue::from_static("application/problem+json")));
        answer.headers.extend(problem.headers);
        answer
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            Refusal::Database(error) => error.into(),
            Refusal::Ahead { .. } => {
                Self::new(422, "ahead", "time runs with the machine").with_detail(detail)
            }
            Refusal::ReadOnly => Self::new(403, "read-only", "the server is read-only"),
            Refusal::Memory => Self::new(503, "memory", "there is no memory for more"),
            Refusal::Transactions => Self::new(503, "transactions", "too many transactions are open"),
            Refusal::Long => Self::new(413, "long", "there are too many queries"),
        }
    }
}

impl From<db::Error> for Problem {
    fn from(error: db::Error) -> Self {
        let detail = error.to_string();
        match error {
            db::Error::Backwards(_) => Self::new(422, "backwards", "time runs backwards").with_detail(detail),
            db::Error::Mistake(_) => Self::new(400, "mistake", "that is no query").with_detail(detail),
            db::Error::Pattern(_) => Self::new(400, "pattern", "that is no pattern").with_detail(detail),
            db::Error::Conflict => {
                Self::new(409, "conflict", "the transaction cannot take effect").with_detail(detail)
            }
            db::Error::NoTransaction => Self::new(409, "no-transaction", "no transaction is open"),
            db::Error::Store(error) => error.into(),
        }
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        let detail = error.to_string();
        match error {
            store::Error::Damaged(_) | store::Error::Newer { .. } => {
                Self::new(500, "unreadable", "the store cannot be read").with_detail(detail)
            }
            store::Error::TooLarge => Self::new(413, "large", "that is too large").with_detail(detail),
            store::Error::OutOfReach { .. } => {
                Self::new(410, "out-of-reach", "the log does not have this group").with_detail(detail)
            }
            _ => uncommitted(&detail),
        }
    }
}

/// What was asked is done, but its answer cannot be held.
pub(super) fn too_long() -> Problem {
    Problem::new(500, "too-long", "the answer is too long").with_detail("what was asked is done")
}

/// What was asked could not be written.
pub(super) fn uncommitted(why: &str) -> Problem {
    Problem::new(503, "storage", "nothing more is written").with_detail(why)
}
