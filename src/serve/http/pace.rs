//! A socket that tells how fast it goes.
//!
//! Invariant: a head that has begun and is not whole, and bytes that nobody takes, have a moment since when.

use std::cell::Cell;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

use crate::serve::clients::Client;
use crate::serve::options::FaceKind;
use crate::serve::server::Server;

/// How a connection goes on.
pub(super) struct Pace {
    pub(super) client: Rc<Client>,
    server: Rc<Server>,
    /// Does the next byte belong to a head?
    is_between: Cell<bool>,
}

impl Pace {
    pub(super) fn new(client: Rc<Client>, server: Rc<Server>) -> Self {
        Self { client, server, is_between: Cell::new(true) }
    }

    /// A head is whole.
    pub(super) fn begin(&self) {
        self.is_between.set(false);
        self.client.half.set(None);
    }

    /// What was asked is answered to its end.
    pub(super) fn end(&self) {
        self.is_between.set(true);
    }

    fn read(&self, count: usize) {
        let now = Instant::now();
        self.client.spoke.set(now);
        if self.is_between.get() && self.client.half.get().is_none() {
            self.client.half.set(Some(now));
        }
        self.server.desk.borrow_mut().metrics.face(FaceKind::Http).received += count as u64;
    }

    fn wrote(&self, written: &Poll<io::Result<usize>>) {
        match written {
            Poll::Ready(Ok(count)) => {
                // Who is told something for hours need say nothing.
                self.client.spoke.set(Instant::now());
                self.client.takes();
                self.server.desk.borrow_mut().metrics.face(FaceKind::Http).sent += *count as u64;
            }
            Poll::Ready(Err(_)) => {}
            Poll::Pending => {
                self.client.stalled.set(self.client.stalled.get().or_else(|| Some(Instant::now())));
            }
        }
    }
}

/// Who is answered before all was read may send so long, to read the answer: to close at once would take it away.
const LINGER: Duration = Duration::from_millis(500);

/// The socket.
pub(super) struct Paced<S> {
    socket: S,
    pace: Rc<Pace>,
    /// Nothing more is written, and what comes until then is read by nobody.
    lingers: Option<Pin<Box<Sleep>>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Paced<S> {
    pub(super) fn new(socket: S, pace: Rc<Pace>) -> Self {
        Self { socket, pace, lingers: None }
    }

    /// Reads until the other side has ended too, or time is over.
    fn linger(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let sleep = self.lingers.get_or_insert_with(|| Box::pin(tokio::time::sleep(LINGER)));
        if sleep.as_mut().poll(context).is_ready() || self.pace.server.is_draining.get() {
            return Poll::Ready(());
        }
        let mut bytes = [0; 4 << 10];
        loop {
            let mut buffer = ReadBuf::new(&mut bytes);
            let read = ready!(Pin::new(&mut self.socket).poll_read(context, &mut buffer));
            if read.is_err() || buffer.filled().is_empty() {
                return Poll::Ready(());
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.socket).poll_read(context, buffer))?;
        let count = buffer.filled().len() - before;
        if count > 0 {
            self.pace.read(count);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write(context, bytes);
        self.pace.wrote(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write_vectored(context, parts);
        self.pace.wrote(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.socket).poll_flush(context);
        if flushed.is_ready() {
            self.pace.client.output.set(0);
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.lingers.is_none() {
            ready!(Pin::new(&mut self.socket).poll_shutdown(context))?;
        }
        self.linger(context).map(Ok)
    }
}
