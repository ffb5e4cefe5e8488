//! A connection: it reads, asks, waits for the commit, writes.
//!
//! Invariants: what is held of it is bounded; it gives way to others when it had much to do; when it goes, what it has
//! open is rolled back.
//!
//! ```text
//!   read once ─► answer what is whole ─► commit ─► write ─┐
//!       ▲           up to a turn's worth                  │   who does not read the replies is not read either
//!       └─────────────────────────────────────────────────┘
//! ```

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Instant;

use tokio::io::ReadBuf;

use super::clients::Client;
use super::face::{End, Face, Step};
use super::limits::{PLENTY, SATED};
use super::server::Server;
use super::socket::Socket;
use super::turn::{Mailbox, Ready, commit};

/// An idle connection keeps no more room than this for its replies.
const KEPT: usize = 16 << 10;

/// Who has said no password may leave no more than this of its replies unread.
const STRANGER: usize = 1 << 10;

/// A connection that goes on.
pub(super) struct Connection<S> {
    socket: S,
    face: Box<dyn Face>,
    client: Rc<Client>,
    server: Rc<Server>,
    mailbox: Rc<Mailbox>,
    /// What was read and is not done with.
    input: Vec<u8>,
    /// What is to be written, and how much of it is.
    output: Vec<u8>,
    written: usize,
    /// What it held when all were last held to their bound.
    weighed: usize,
    /// Does a whole request wait for its turn?
    has_more: bool,
    /// Since when requests wait for their commit, and how many.
    in_hand: Option<(Instant, usize)>,
    end: Option<End>,
}

/// What a connection goes on with.
enum Next {
    /// So many bytes were read, which stand in the server's scratch until this task waits again.
    Read(usize),
    /// Something was written.
    Written,
    /// The other side has closed it.
    Closed,
}

impl<S> Drop for Connection<S> {
    fn drop(&mut self) {
        self.server.desk.borrow_mut().clients.remove(self.client.id);
    }
}

impl<S: Socket> Connection<S> {
    pub(super) fn new(socket: S, face: Box<dyn Face>, client: Rc<Client>, server: Rc<Server>) -> Self {
        let output = face.greeting();
        let (mailbox, input) = (Rc::default(), Vec::new());
        let (written, weighed, has_more, in_hand, end) = (0, 0, false, None, None);
        Self {
            socket,
            face,
            client,
            server,
            mailbox,
            input,
            output,
            written,
            weighed,
            has_more,
            in_hand,
            end,
        }
    }

    /// Goes on until either side ends it.
    pub(super) async fn run(mut self) {
        while let Ok(true) = self.round().await {}
    }

    /// One round; `false` at the end.
    async fn round(&mut self) -> io::Result<bool> {
        self.write()?;
        let is_written = self.output.is_empty();
        let is_ended = self.end.is_some() || self.server.is_draining.get() && !self.has_more;
        if is_ended && is_written {
            return Ok(false);
        }
        let is_sated = is_ended || self.unwritten() > SATED;
        let (worked, step) = if self.has_more && !is_sated {
            self.server.turn.room().await;
            // Who has a request waiting for its turn is read when that is answered.
            (self.input.len(), self.answer(None))
        } else {
            match self.next(is_sated).await? {
                Next::Closed => {
                    // It may still read what it has asked for.
                    self.end = Some(End::Close);
                    return Ok(true);
                }
                Next::Written => return Ok(true),
                Next::Read(count) => {
                    let server = Rc::clone(&self.server);
                    let scratch = &server.scratch.borrow()[..count];
                    (count, self.answer(Some(scratch)))
                }
            }
        };
        self.has_more = step.has_more;
        self.end = step.end;
        self.settle().await;
        if self.end == Some(End::Shutdown) {
            // Whether its client reads what it asked before is no matter.
            self.server.shutdown.notify_one();
        }
        if worked > PLENTY || step.has_more {
            tokio::task::yield_now().await;
        }
        Ok(true)
    }

    fn unwritten(&self) -> usize {
        self.output.len() - self.written
    }

    /// Writes what the socket takes.
    fn write(&mut self) -> io::Result<()> {
        while self.written < self.output.len() {
            match self.socket.try_write(&self.output[self.written..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => {
                    self.written += count;
                    self.server.desk.borrow_mut().metrics.face(self.client.face).sent += count as u64;
                    self.client.takes();
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if self.unwritten() > STRANGER && !self.client.is_admitted.get() {
                        return Err(error);
                    }
                    if self.client.stalled.get().is_none() {
                        self.client.stalled.set(Some(Instant::now()));
                    }
                    self.count();
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
        if self.written > 0 {
            self.forget_output();
            self.count();
        }
        Ok(())
    }

    fn forget_output(&mut self) {
        self.written = 0;
        self.output.clear();
        if self.output.capacity() > KEPT {
            self.output = Vec::new();
        }
    }

    /// Waits until the socket has taken or given something. What it gives is read at once and no second time: a read
    /// that does not fill its room has found the socket empty.
    async fn next(&mut self, is_sated: bool) -> io::Result<Next> {
        self.client.is_idle.set(self.output.is_empty() && self.input.is_empty());
        let next = poll_fn(|context| {
            if !self.output.is_empty() {
                let left = &self.output[self.written..];
                if let Poll::Ready(count) = Pin::new(&mut self.socket).poll_write(context, left) {
                    let count = count?;
                    self.written += count;
                    self.server.desk.borrow_mut().metrics.face(self.client.face).sent += count as u64;
                    self.client.takes();
                    return Poll::Ready(Ok(Next::Written));
                }
            }
            if is_sated {
                return Poll::Pending;
            }
            if !self.server.turn.has_room() {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            let scratch = &mut *self.server.scratch.borrow_mut();
            let mut read = ReadBuf::new(scratch);
            std::task::ready!(Pin::new(&mut self.socket).poll_read(context, &mut read))?;
            let count = read.filled().len();
            Poll::Ready(Ok(if count == 0 { Next::Closed } else { Next::Read(count) }))
        });
        let next = next.await;
        self.client.is_idle.set(false);
        next
    }

    /// Answers what is whole of the input and of what was just read.
    fn answer(&mut self, read: Option<&[u8]>) -> Step {
        let desk = &mut *self.server.desk.borrow_mut();
        let (begun, count) = (Instant::now(), read.map_or(0, <[u8]>::len));
        desk.pass_time();
        desk.metrics.face(self.client.face).received += count as u64;
        self.client.spoke.set(begun);
        let held = &mut *self.mailbox.held.borrow_mut();
        let step = match read {
            // Nothing is copied of what comes whole.
            Some(read) if self.input.is_empty() => {
                let step = self.face.answer(read, desk, held);
                self.input.extend_from_slice(&read[step.consumed..]);
                step
            }
            read => {
                self.input.extend_from_slice(read.unwrap_or_default());
                let step = self.face.answer(&self.input, desk, held);
                self.input.drain(..step.consumed);
                step
            }
        };
        if self.input.is_empty() && self.input.capacity() > KEPT {
            self.input = Vec::new();
        }
        let is_half = !self.input.is_empty() && !step.has_more;
        // Behind a request that was whole another half begins.
        let since = self.client.half.get().filter(|_| step.consumed == 0);
        self.client.half.set(is_half.then(|| since.unwrap_or(begun)));
        let (took, requests) = (begun.elapsed(), held.measure(|replies| replies.count));
        desk.metrics
            .turned(took, requests, || format!("{} of client {}", self.client.command.get(), self.client.id));
        if desk.see().is_committed() {
            desk.metrics.answered(self.client.face, took, requests);
        } else {
            self.in_hand = Some((begun, requests));
        }
        step
    }

    /// Waits for the commit of what was asked, and takes the replies.
    async fn settle(&mut self) {
        // Where all is committed nothing is waited for.
        if let Some((begun, requests)) = self.in_hand.take() {
            self.server.turn.end(&self.mailbox).await;
            let metrics = &mut self.server.desk.borrow_mut().metrics;
            metrics.answered(self.client.face, begun.elapsed(), requests);
        } else {
            commit(&mut self.server.desk.borrow_mut(), std::iter::once(&*self.mailbox));
        }
        // Of what is written nothing is kept, though it may never be all.
        self.output.drain(..std::mem::take(&mut self.written));
        let ready = self.mailbox.ready.take();
        match ready {
            Ready::Bytes(bytes) if self.output.is_empty() => self.output = bytes,
            Ready::Bytes(bytes) => self.output.extend_from_slice(&bytes),
            Ready::Failed { why, count } => {
                let uncommitted = self.face.uncommitted(&why);
                (0..count).for_each(|_| self.output.extend_from_slice(&uncommitted));
            }
            Ready::TooLong => return self.cut(),
        }
        if self.unwritten() > self.server.limits().unread {
            return self.cut();
        }
        self.count();
    }

    /// Ends it without what it would have to read.
    fn cut(&mut self) {
        self.end = self.end.or(Some(End::Close));
        self.forget_output();
        self.count();
    }

    /// Tells what it holds, and closes who holds most where all hold too much.
    fn count(&mut self) {
        self.client.input.set(self.input.capacity());
        self.client.output.set(self.output.capacity());
        let held = self.client.held();
        self.weighed = self.weighed.min(held);
        if held > self.weighed + KEPT {
            self.weighed = held;
            self.server.desk.borrow().clients.hold_to(self.server.limits().buffers);
        }
    }
}
