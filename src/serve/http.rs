//! HTTP: the database as resources.
//!
//! Invariants: a request that another page, a rebound name or a stranger sends is refused before anything of it is
//! read but its head; what a handler answers leaves when it is committed; the table of routes is the only list of
//! what there is.
//!
//! ```text
//!   head ─► guard ─► route ─► auth ─► body ─► handler ─► Desk ─► commit ─► response
//!            403      404 405   401    408 413
//! ```
//!
//! The files, in the order to read them: the socket and its pace (`pace`, `connection`), what may be asked (`guard`,
//! `auth`, `target`, `accept`, `conditions`), how it is answered (`answer`, `body`, `problem`), what there is
//! (`routes`, `openapi`, `service`) and what it does (`call`, `handlers`, `dialects`, `transactions`, `shared`,
//! `replies`, `stream`, `feed`, `changes`, `tar`), and the page that shows all of it (`page`).

mod accept;
mod answer;
mod auth;
mod body;
mod call;
mod changes;
mod conditions;
mod connection;
mod dialects;
mod feed;
mod guard;
mod handlers;
mod openapi;
mod pace;
mod page;
mod problem;
mod replies;
mod routes;
mod service;
mod shared;
mod stream;
mod tar;
mod target;
mod transactions;

pub(super) use connection::run;
pub(super) use feed::{Feed, Inside};
pub(super) use shared::Shared;

/// What somebody is told for whom there is no room.
pub(super) const TOO_MANY: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
