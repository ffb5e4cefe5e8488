//! What requests come to: queries of our language, and answers made of their replies.

#![allow(clippy::unnecessary_wraps, reason = "all handlers are of one type")]

pub(super) mod backups;
pub(super) mod cells;
pub(super) mod check;
pub(super) mod events;
pub(super) mod find;
pub(super) mod health;
pub(super) mod hot;
pub(super) mod lists;
pub(super) mod metrics;
pub(super) mod past;
pub(super) mod query;
pub(super) mod records;
pub(super) mod shown;
pub(super) mod store;
pub(super) mod transactions;
