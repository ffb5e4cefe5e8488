//! Bodies: one that is read within its bounds, and one that is written, whole or as it comes.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http_body_util::BodyExt;
use hyper::body::{Body as _, Bytes, Frame, Incoming, SizeHint};
use tokio::sync::mpsc;

use super::pace::Pace;
use super::problem::Problem;

/// Once the first patience is over, a body comes with so many bytes a second at least.
const BYTES_A_SECOND: usize = 1 << 10;

/// What is written.
pub(super) enum Content {
    /// All of it.
    Whole(Bytes),
    /// As it comes; an error breaks it off, so that nobody takes it for whole.
    Stream(mpsc::Receiver<io::Result<Bytes>>),
}

/// The same on its way: when it is gone, the request is answered.
pub(super) struct Body {
    content: Content,
    pace: Rc<Pace>,
}

impl Body {
    pub(super) fn new(content: Content, pace: Rc<Pace>) -> Self {
        Self { content, pace }
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        self.pace.end();
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match &mut self.content {
            Content::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Content::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Content::Stream(pieces) => {
                pieces.poll_recv(context).map(|piece| piece.map(|piece| piece.map(Frame::data)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(&self.content, Content::Whole(bytes) if bytes.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Content::Stream(_) => SizeHint::default(),
        }
    }
}

/// The next piece of a body; `None` at its end.
///
/// # Errors
/// 408 if it does not come by then, 400 if it is broken.
pub(super) async fn piece(body: &mut Incoming, by: Instant) -> Result<Option<Bytes>, Problem> {
    let slow = || Problem::new(408, "slow", "the body comes too slowly").closing();
    let broken = || Problem::new(400, "broken", "the body is broken").closing();
    loop {
        let frame = tokio::time::timeout_at(by.into(), body.frame()).await.map_err(|_| slow())?;
        match frame {
            None => return Ok(None),
            Some(Err(_)) => return Err(broken()),
            Some(Ok(frame)) => {
                // What is no data is trailers.
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
        }
    }
}

/// Reads a body to its end.
///
/// # Errors
/// 413 if it is larger than that; else as [`piece`].
pub(super) async fn read(
    mut body: Incoming,
    most: usize,
    patience: Duration,
    mut held: impl FnMut(usize),
) -> Result<Bytes, Problem> {
    let large = || Problem::new(413, "large", "the body is too large").closing();
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    if body.size_hint().lower() > most as u64 {
        return Err(large());
    }
    let (begun, mut pieces, mut length) = (Instant::now(), Vec::new(), 0);
    loop {
        let by = begun + patience + Duration::from_secs((length / BYTES_A_SECOND) as u64);
        let Some(next) = piece(&mut body, by).await? else { break };
        length += next.len();
        if length > most {
            return Err(large());
        }
        held(length);
        pieces.push(next);
    }
    Ok(match &mut pieces[..] {
        [] => Bytes::new(),
        [one] => std::mem::take(one),
        several => several.concat().into(),
    })
}
