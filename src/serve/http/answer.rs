//! What is answered.

use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use serde::Serialize;
use tokio::sync::{mpsc, oneshot};

use super::body::{Body, Content};
use super::pace::Pace;
use super::problem::Problem;

/// An object whose members stay in the order in which they are written down.
pub(super) struct Members(pub(super) Vec<(&'static str, serde_json::Value)>);

impl Serialize for Members {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// Such an object.
macro_rules! members {
    ($($name:literal: $value:expr),* $(,)?) => {
        $crate::serve::http::answer::Members(vec![$(($name, serde_json::json!($value))),*])
    };
}

pub(super) use members;

/// What is answered to a request.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    content: Content,
    /// Another thread answers instead.
    elsewhere: Option<oneshot::Receiver<Outcome>>,
}

/// An answer has about so many headers.
const HEADERS: usize = 6;

/// What comes of a request.
pub(super) type Outcome = Result<Answer, Problem>;

impl Answer {
    /// A status alone.
    pub(super) fn empty(status: u16) -> Self {
        Self::bytes(status, Bytes::new())
    }

    /// Bytes, of whose type the headers tell.
    pub(super) fn bytes(status: u16, bytes: Bytes) -> Self {
        Self { status, headers: Vec::with_capacity(HEADERS), content: Content::Whole(bytes), elsewhere: None }
    }

    /// What another thread answers: the loop goes on meanwhile.
    pub(super) fn elsewhere(answer: impl FnOnce() -> Outcome + Send + 'static) -> Self {
        let (sender, elsewhere) = oneshot::channel();
        tokio::task::spawn_blocking(move || {
            // Who has gone takes nothing.
            let _ = sender.send(answer());
        });
        Self { elsewhere: Some(elsewhere), ..Self::empty(200) }
    }

    /// The same, once it is there.
    ///
    /// # Errors
    /// What the other thread has refused.
    pub(super) async fn arrived(mut self) -> Outcome {
        let Some(elsewhere) = self.elsewhere.take() else { return Ok(self) };
        let panicked = |_| Err(Problem::new(500, "bug", "what was to answer has ended"));
        elsewhere.await.unwrap_or_else(panicked)
    }

    /// How many bytes there are of it already.
    pub(super) fn len(&self) -> usize {
        match &self.content {
            Content::Whole(bytes) => bytes.len(),
            Content::Stream(_) => 0,
        }
    }

    /// A value as JSON.
    pub(super) fn json(status: u16, value: &impl Serialize) -> Self {
        // Texts, numbers and maps by text can always be written.
        let json = serde_json::to_vec(value).unwrap_or_default();
        Self::typed(status, "application/json", json)
    }

    /// Bytes of a type.
    pub(super) fn typed(status: u16, kind: &'static str, bytes: impl Into<Bytes>) -> Self {
        let mut answer = Self::bytes(status, bytes.into());
        answer.headers.push((CONTENT_TYPE, HeaderValue::from_static(kind)));
        answer
    }

    /// What comes piece by piece.
    pub(super) fn stream(kind: &'static str, pieces: mpsc::Receiver<std::io::Result<Bytes>>) -> Self {
        let headers = vec![(CONTENT_TYPE, HeaderValue::from_static(kind))];
        Self { headers, content: Content::Stream(pieces), ..Self::empty(200) }
    }

    /// A header that is always the same.
    pub(super) fn with_static(mut self, name: HeaderName, value: &'static str) -> Self {
        self.headers.push((name, HeaderValue::from_static(value)));
        self
    }

    pub(super) fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        self.headers.extend(HeaderValue::from_str(value).map(|value| (name, value)));
        self
    }

    /// On its way.
    pub(super) fn into_response(self, pace: std::rc::Rc<Pace>) -> Response<Body> {
        let mut response = Response::new(Body::new(self.content, pace));
        // Each is one of the table of routes.
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.headers_mut().reserve(self.headers.len());
        for (name, value) in self.headers {
            response.headers_mut().append(name, value);
        }
        response
    }
}
