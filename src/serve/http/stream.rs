//! Lists as JSON Lines that are answered as they come: each line is a group of its own.
//!
//! Invariants: no answer leaves before its commit; no more is read than is taken; a line that is wrong ends the
//! stream with an object that says why, and what was answered before it stays.

use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use bumpalo::Bump;
use hyper::body::{Bytes, Incoming};
use tokio::sync::mpsc;

use super::answer::Answer;
use super::body::piece;
use super::connection::Connection;
use super::problem::{Problem, too_long, uncommitted};
use super::replies::Replies;
use super::service::{hold, settle};
use super::transactions::Open;
use crate::query::RawQuery;
use crate::script::{Faults, words_of_line};
use crate::serve::desk::{Desk, Held, Transaction};
use crate::serve::options::FaceKind;
use crate::serve::turn::Mailbox;

/// So many pieces wait for the client at most.
const AHEAD: usize = 2;

/// So many lines are answered before the others have their turn.
const TURN: usize = 1_024;

/// So many lines are looked at before the first of them is answered.
const WINDOW: usize = 32;

/// So many bytes of answers are committed and sent before more is asked.
const PIECE: usize = 256 << 10;

/// The type of JSON Lines.
pub(super) const LINES: &str = "application/x-ndjson";

/// What is held of a stream.
struct Stream {
    connection: Rc<Connection>,
    /// The transaction that the request names, or one that the stream has begun itself.
    named: Option<Rc<Open>>,
    own: Option<Transaction>,
    mailbox: Rc<Mailbox>,
    /// How many lines there were, and queries among them.
    lines: usize,
    queries: usize,
    out: Vec<u8>,
}

/// Answers what comes.
pub(super) fn answer(connection: &Rc<Connection>, body: Incoming, named: Option<Rc<Open>>) -> Answer {
    let (sender, pieces) = mpsc::channel(AHEAD);
    let connection = Rc::clone(connection);
    let (mailbox, out) = (Rc::default(), Vec::new());
    let stream = Stream { connection, named, own: None, mailbox, lines: 0, queries: 0, out };
    tokio::task::spawn_local(stream.run(body, sender));
    Answer::stream(LINES, pieces)
}

impl Stream {
    async fn run(mut self, body: Incoming, sender: mpsc::Sender<io::Result<Bytes>>) {
        // Who takes nothing any more has gone.
        if let Ok(Some(problem)) = self.lines(body, &sender).await {
            self.connection.server.desk.borrow_mut().metrics.face(FaceKind::Http).error(problem.class());
            let _ = sender.send(Ok(Bytes::from(problem.json() + "\n"))).await;
        }
        hold(&self.connection, 0);
    }

    /// Answers all lines. Returns what ends them too soon.
    async fn lines(
        &mut self,
        mut body: Incoming,
        sender: &mpsc::Sender<io::Result<Bytes>>,
    ) -> Result<Option<Problem>, ()> {
        let limits = self.connection.server.limits().clone();
        let mut rest: Vec<u8> = Vec::new();
        loop {
            let by = Instant::now() + limits.request_timeout.max(Duration::from_millis(1));
            let next = match piece(&mut body, by).await {
                Ok(next) => next,
                Err(problem) => return Ok(Some(problem)),
            };
            let is_last = next.is_none();
            let next = next.unwrap_or_default();
            if next.len() > rest.capacity() - rest.len() {
                // A line that is long holds little more than itself.
                rest.reserve_exact(next.len() + rest.len() / 8);
            }
            rest.extend_from_slice(&next);
            if is_last && !rest.is_empty() {
                rest.push(b'\n');
            }
            let whole = memchr::memrchr(b'\n', &rest).map_or(0, |end| end + 1);
            let ended = self.whole(&rest[..whole], sender).await?;
            rest.drain(..whole);
            if ended.is_some() || is_last {
                return Ok(ended);
            }
            hold(&self.connection, rest.capacity());
            if rest.len() > limits.word {
                return Ok(Some(too_long_line()));
            }
        }
    }

    /// Answers whole lines, some at a time.
    async fn whole(
        &mut self,
        mut lines: &[u8],
        sender: &mpsc::Sender<io::Result<Bytes>>,
    ) -> Result<Option<Problem>, ()> {
        while !lines.is_empty() {
            let mut ended = self.some(&mut lines);
            let settled = settle(&self.connection.server, &self.mailbox).await;
            let mut out = std::mem::take(&mut self.out);
            if let Err(why) = settled {
                // None of them is acknowledged.
                out.clear();
                ended = Some(uncommitted(&why));
            }
            if !out.is_empty() {
                self.connection.client.output.set(out.len());
                sender.send(Ok(out.into())).await.map_err(drop)?;
            }
            if ended.is_some() {
                return Ok(ended);
            }
            tokio::task::yield_now().await;
        }
        Ok(None)
    }

    /// Answers the first lines, as many as one turn has.
    fn some(&mut self, lines: &mut &[u8]) -> Option<Problem> {
        let server = Rc::clone(&self.connection.server);
        let desk = &mut *server.desk.borrow_mut();
        desk.pass_time();
        let mailbox = Rc::clone(&self.mailbox);
        let held = &mut *mailbox.held.borrow_mut();
        let (begun, first) = (Instant::now(), self.lines);
        // Somebody else may have ended it since the lines before.
        let named = self.named.as_ref().map(|open| server.http.transactions.get(&open.name));
        let mut problem = named.and_then(Result::err);
        while problem.is_none() && !lines.is_empty() && self.lines - first < TURN && self.out.len() <= PIECE {
            problem = self.window(lines, desk, held);
        }
        let lines = self.lines - first;
        desk.metrics
            .turned(begun.elapsed(), lines, || format!("lines of client {}", self.connection.client.id));
        problem
    }

    /// Answers a few lines, whose records are looked at together before the first is asked.
    fn window(&mut self, lines: &mut &[u8], desk: &mut Desk, held: &mut Held) -> Option<Problem> {
        let arena = Bump::new();
        let window = lines.split_inclusive(|byte| *byte == b'\n').take(WINDOW).map(|line| {
            let is_blank = line.trim_ascii().is_empty();
            (line.len(), (!is_blank).then(|| words_of_line(line, &arena)))
        });
        let window: Vec<_> = window.collect();
        let read = window.iter().filter_map(|(_, read)| read.as_ref()?.as_ref().ok());
        desk.see().look_ahead(read.filter_map(|raw| raw.words.get(1).copied()));
        for (length, read) in window {
            *lines = &lines[length..];
            self.lines += 1;
            let Some(read) = read else { continue };
            self.queries += 1;
            let is_long = length > desk.options.limits.word;
            let asked = if is_long { Err(too_long_line()) } else { self.one(read, &arena, desk, held) };
            if let Err(problem) = asked {
                return Some(problem.in_line(self.lines, self.queries));
            }
            if self.out.len() > PIECE {
                // What stands behind it is read anew.
                break;
            }
        }
        None
    }

    /// Answers one line.
    fn one<'a>(
        &mut self,
        read: Result<RawQuery<'a>, Faults>,
        arena: &'a Bump,
        desk: &mut Desk,
        held: &mut Held,
    ) -> Result<(), Problem> {
        let wrong = || Problem::new(400, "mistake", "a line is a query, an array of strings");
        let raw = read.map_err(|faults| wrong().with_detail(faults.message()))?;
        let request = desk.read(&raw, arena);
        let request = request.map_err(|mistake| Problem::from(crate::db::Error::from(mistake)))?;
        let before = self.out.len();
        let shapes = [request.batched()];
        let mut replies = Replies::new(&mut self.out, desk.options.limits.unread, &shapes);
        let requests = std::slice::from_ref(&request);
        match &self.named {
            None => desk.ask_own(&mut self.own, &request, held, |_, answer| replies.take(answer))?,
            Some(open) => {
                desk.ask_list(Some(&open.transaction), requests, held, |_, answer| replies.take(answer))?;
                if !self.connection.server.http.transactions.is_open(open, desk) {
                    self.named = None;
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

fn too_long_line() -> Problem {
    Problem::new(413, "large", "a line is too long")
}
