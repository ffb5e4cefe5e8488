//! Lists as JSON Lines that are answered as they come: each line is a group of its own.
//!
//! Invariants: no answer leaves before its commit; no more is read than is taken; a line that is wrong ends the
//! stream with an object that says why, and what was answered before it stays.

use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use hyper::body::{Bytes, Incoming};
use tokio::sync::mpsc;

use super::answer::Answer;
use super::body::piece;
use super::connection::Line;
use super::problem::{Problem, too_long, uncommitted};
use super::replies::Replies;
use super::service::settle;
use super::transactions::Open;
use crate::query::Language;
use crate::serve::desk::{Desk, Held, Transaction};
use crate::serve::options::FaceKind;
use crate::serve::own;
use crate::serve::turn::Mailbox;
use crate::wire::{Request, raw_query};

/// So many pieces wait for the client at most.
const AHEAD: usize = 2;

/// So many lines are answered before the others have their turn.
const TURN: usize = 1_024;

/// So many bytes of answers are committed and sent before more is asked.
const PIECE: usize = 256 << 10;

/// The type of JSON Lines.
pub(super) const LINES: &str = "application/x-ndjson";

/// What is held of a stream.
struct Stream {
    line: Rc<Line>,
    /// The transaction that the request names, or one that the stream has begun itself.
    named: Option<Rc<Open>>,
    own: Option<Transaction>,
    mailbox: Rc<Mailbox>,
    count: usize,
    out: Vec<u8>,
}

/// Answers what comes.
pub(super) fn answer(line: &Rc<Line>, body: Incoming, named: Option<Rc<Open>>) -> Answer {
    let (sender, pieces) = mpsc::channel(AHEAD);
    let line = Rc::clone(line);
    let stream = Stream { line, named, own: None, mailbox: Rc::default(), count: 0, out: Vec::new() };
    tokio::task::spawn_local(stream.run(body, sender));
    Answer::stream(LINES, pieces)
}

impl Stream {
    async fn run(mut self, body: Incoming, sender: mpsc::Sender<io::Result<Bytes>>) {
        // Who takes nothing any more has gone.
        if let Ok(Some(problem)) = self.lines(body, &sender).await {
            self.line.server.desk.borrow_mut().metrics.face(FaceKind::Http).error(problem.class());
            let _ = sender.send(Ok(Bytes::from(problem.json() + "\n"))).await;
        }
    }

    /// Answers all lines. Returns what ends them too soon.
    async fn lines(
        &mut self,
        mut body: Incoming,
        sender: &mpsc::Sender<io::Result<Bytes>>,
    ) -> Result<Option<Problem>, ()> {
        let limits = self.line.server.limits().clone();
        let mut rest: Vec<u8> = Vec::new();
        loop {
            let by = Instant::now() + limits.request_timeout.max(Duration::from_millis(1));
            let next = match piece(&mut body, by).await {
                Ok(next) => next,
                Err(problem) => return Ok(Some(problem)),
            };
            let is_last = next.is_none();
            rest.extend_from_slice(&next.unwrap_or_default());
            if is_last && !rest.is_empty() {
                rest.push(b'\n');
            }
            let whole = memchr::memrchr(b'\n', &rest).map_or(0, |end| end + 1);
            let ended = self.whole(&rest[..whole], sender).await?;
            rest.drain(..whole);
            if ended.is_some() || is_last {
                return Ok(ended);
            }
            if rest.len() > limits.word {
                return Ok(Some(Problem::new(413, "large", "a line is too long")));
            }
        }
    }

    /// Answers whole lines, some at a time.
    async fn whole(
        &mut self,
        lines: &[u8],
        sender: &mpsc::Sender<io::Result<Bytes>>,
    ) -> Result<Option<Problem>, ()> {
        let mut lines = lines.split_inclusive(|byte| *byte == b'\n').peekable();
        while lines.peek().is_some() {
            let mut ended = self.some(lines.by_ref().take(TURN));
            let settled = settle(&self.line.server, &self.mailbox).await;
            let mut out = std::mem::take(&mut self.out);
            if let Err(why) = settled {
                // None of them is acknowledged.
                out.clear();
                ended = Some(uncommitted(&why));
            }
            if !out.is_empty() {
                sender.send(Ok(out.into())).await.map_err(drop)?;
            }
            if ended.is_some() {
                return Ok(ended);
            }
            tokio::task::yield_now().await;
        }
        Ok(None)
    }

    fn some<'l>(&mut self, lines: impl Iterator<Item = &'l [u8]>) -> Option<Problem> {
        let server = Rc::clone(&self.line.server);
        let desk = &mut *server.desk.borrow_mut();
        desk.pass_time();
        let mailbox = Rc::clone(&self.mailbox);
        let held = &mut *mailbox.held.borrow_mut();
        let begun = Instant::now();
        for line in lines {
            self.count += 1;
            if line.trim_ascii().is_empty() {
                continue;
            }
            held.hold(|replies| replies.count += 1);
            if let Err(problem) = self.one(line, desk, held) {
                return Some(problem.in_query(self.count));
            }
            if self.out.len() > PIECE {
                break;
            }
        }
        let queries = held.measure(|replies| replies.count);
        desk.metrics.turned(begun.elapsed(), queries, || format!("lines of client {}", self.line.client.id));
        None
    }

    /// Answers one line.
    fn one(&mut self, line: &[u8], desk: &mut Desk, held: &mut Held) -> Result<(), Problem> {
        let shape = || Problem::new(400, "mistake", "a line is a query, an array of strings");
        let text = std::str::from_utf8(line).map_err(|_| shape())?;
        let mut terms = own::query_of_json(text).ok_or_else(shape)?;
        own::settle(&mut terms, desk.see().aliases(), desk.now());
        let level = Language::records().last_level();
        let request = Request::parse(&raw_query(&terms), desk.see().aliases(), level);
        let request = request.map_err(|mistake| Problem::from(crate::db::Error::from(mistake)))?;
        let before = self.out.len();
        let shapes = [request.batched()];
        let mut replies = Replies::new(&mut self.out, desk.options.limits.unread, &shapes);
        let requests = std::slice::from_ref(&request);
        match &self.named {
            None => desk.ask_own(&mut self.own, &request, held, |_, answer| replies.take(answer))?,
            Some(open) => {
                let who = Some(&open.transaction);
                match shapes[0] {
                    None => desk.ask_group(who, requests, held, |_, answer| replies.take(answer))?,
                    Some(_) => desk.ask_list(who, requests, held, |_, answer| replies.take(answer))?,
                }
            }
        }
        if !replies.finish() {
            self.out.truncate(before);
            return Err(too_long());
        }
        self.out.push(b'\n');
        Ok(())
    }
}
