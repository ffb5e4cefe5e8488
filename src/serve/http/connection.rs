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
use crate::serve::server::Server;
use crate::serve::socket::Socket;
use crate::serve::turn::Mailbox;

/// The codec reads into a buffer of so many bytes at least.
const LEAST: usize = 8 << 10;

/// What the requests of a connection have in common.
pub(super) struct Connection {
    pub(super) server: Rc<Server>,
    pub(super) client: Rc<Client>,
    pub(super) pace: Rc<Pace>,
    pub(super) mailbox: Rc<Mailbox>,
    /// How many wrong passwords there were.
    pub(super) wrong: Cell<u32>,
}

/// A client goes with its connection.
impl Drop for Connection {
    fn drop(&mut self) {
        self.server.desk.borrow_mut().clients.remove(self.client.id);
    }
}

/// Answers what comes in, until either side ends it.
pub(in crate::serve) async fn run<S: Socket>(socket: S, client: Rc<Client>, server: Rc<Server>) {
    client.is_idle.set(false);
    let pace = Rc::new(Pace::new(Rc::clone(&client), Rc::clone(&server)));
    let io = TokioIo::new(Paced::new(socket, Rc::clone(&pace)));
    let connection =
        Rc::new(Connection { server, client, pace, mailbox: Rc::default(), wrong: Cell::new(0) });
    let drained = connection.server.http.drained();
    let limits = connection.server.limits();
    let (head, headers) = (limits.head, limits.headers);
    let service = service_fn(|request| {
        let connection = Rc::clone(&connection);
        async move { Ok::<_, std::convert::Infallible>(service::answer(&connection, request).await) }
    });
    let mut builder = http1::Builder::new();
    // Heads are timed by whoever looks round: one that has not begun is only idle.
    builder
        .header_read_timeout(None)
        .max_buf_size(head.max(LEAST))
        .max_header_size(head)
        .max_headers(headers);
    let mut exchange = pin!(builder.serve_connection(io, service));
    let ended = tokio::select! {
        ended = exchange.as_mut() => ended,
        () = drained => {
            exchange.as_mut().graceful_shutdown();
            exchange.await
        }
    };
    if ended.is_err_and(|error| error.is_parse()) {
        connection.server.desk.borrow_mut().metrics.face(connection.client.face).error("protocol");
    }
}
