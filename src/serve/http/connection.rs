//! A connection, from its first head to its last response.

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;

use super::pace::{Pace, Paced};
use super::service;
use crate::serve::clients::Client;
use crate::serve::connection::Socket;
use crate::serve::server::Server;
use crate::serve::turn::Mailbox;

/// The largest head, with its first line, and how many headers it may have.
const HEAD: usize = 16 << 10;
const HEADERS: usize = 64;

/// What the requests of a connection have in common.
pub(super) struct Line {
    pub(super) server: Rc<Server>,
    pub(super) client: Rc<Client>,
    pub(super) pace: Rc<Pace>,
    pub(super) mailbox: Rc<Mailbox>,
    /// How many wrong passwords there were.
    pub(super) wrong: Cell<u32>,
}

/// A client goes with its connection.
impl Drop for Line {
    fn drop(&mut self) {
        self.server.desk.borrow_mut().clients.remove(self.client.id);
    }
}

/// Answers what comes in, until either side ends it.
pub(in crate::serve) async fn run<S: Socket>(socket: S, client: Rc<Client>, server: Rc<Server>) {
    client.is_idle.set(false);
    let pace = Rc::new(Pace::new(Rc::clone(&client), Rc::clone(&server)));
    let io = TokioIo::new(Paced::new(socket, Rc::clone(&pace)));
    let line = Rc::new(Line { server, client, pace, mailbox: Rc::default(), wrong: Cell::new(0) });
    let drained = line.server.http.drained();
    let service = service_fn(|request| {
        let line = Rc::clone(&line);
        async move { Ok::<_, std::convert::Infallible>(service::answer(&line, request).await) }
    });
    let mut builder = http1::Builder::new();
    // Heads are timed by whoever looks round: one that has not begun is only idle.
    builder.header_read_timeout(None).max_buf_size(HEAD).max_header_size(HEAD).max_headers(HEADERS);
    let mut connection = pin!(builder.serve_connection(io, service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = drained => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if ended.is_err_and(|error| error.is_parse()) {
        line.server.desk.borrow_mut().metrics.face(line.client.face).error("protocol");
    }
}
