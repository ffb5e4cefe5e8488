//! RESP, the language of Redis: from bytes to words, and from replies to bytes.
//!
//! Invariants: nothing here knows the database or a socket; no input makes it panic, recurse, or keep more than the
//! limits that it was given.
//!
//! ```text
//!   bytes ──► Parser ──► words ──► escape::text      …      Reply ──► reply::write ──► Writer ──► bytes
//!               └─ inline                                                                └─ escape::append_bytes
//! ```

mod call;
mod commands;
pub mod escape;
mod face;
pub mod glob;
pub mod guard;
pub mod inline;
mod ours;
pub mod parser;
#[cfg(test)]
pub(in crate::serve) mod random;
pub mod reply;
pub mod value;
mod whose;
pub mod writer;

pub(super) use face::RespFace;
