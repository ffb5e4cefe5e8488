//! The database on the network: faces that turn bytes into queries and replies into bytes, and one loop that owns the
//! database.
//!
//! Invariants: whatever depends on the state, on the machine's clock or on chance is settled before a query is made, so
//! the log holds plain queries and replays to the same answers anywhere; nothing is written to a socket before what it
//! answers is committed; no connection holds more memory, time or attention than its limits say.
//!
//! ```text
//!  socket ─► codec ─► request ─► settle ─► Query ┐                              ┌─► Reply ─► codec ─► socket
//!  socket ─► codec ─► request ─► settle ─► Query ┴─► Desk: apply … then commit ─┴─► Reply ─► codec ─► socket
//! ```
//!
//! The files, in the order to read them: what a server is told (`options`, `address`, `limits`, `passwords`, `lists`),
//! who owns the database (`desk`, and what it keeps: `clock`, `clients`, `metrics`, `record`, `refusal`), how a
//! connection goes on (`face`, `own`, `socket`, `connection`, `turn`), how all begins and ends (`listener`, `server`,
//! `notify`). Each face has a folder:
//! `resp`, `line`, and `http`, which has its own way from a socket to a request.

mod address;
mod clients;
mod clock;
mod connection;
mod desk;
mod face;
mod http;
mod limits;
pub mod line;
mod listener;
mod lists;
mod metrics;
mod notify;
mod options;
mod own;
mod passwords;
mod record;
mod refusal;
pub mod resp;
mod server;
mod socket;
mod turn;

pub use address::Address;
pub use limits::Limits;
pub use lists::{ListCase, Lists, Unshown};
pub use options::{ClockSource, Compat, FaceKind, Options};
pub use passwords::{Passwords, Unsafe};
pub use server::{Event, Failure, serve};
