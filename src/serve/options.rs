//! What a server is told.

use std::path::PathBuf;
use std::sync::Arc;

use super::address::Address;
use super::limits::Limits;
use super::lists::Lists;
use super::passwords::Passwords;
use crate::time::Ttl;

/// How clients speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaceKind {
    /// As Redis clients do.
    Resp,
    /// A line a command.
    Line,
    /// As pages and programs of the web do.
    Http,
}

/// What moves the clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClockSource {
    /// The machine's clock.
    #[default]
    Wall,
    /// Timestamps and TICK alone.
    Logical,
}

/// A dialect whose routes are at the root of HTTP as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compat {
    /// That of py-in-mem.
    PyInMem,
    /// That of pybitcask.
    PyBitcask,
}

impl Compat {
    /// The first segment of its paths.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::PyInMem => "pim",
            Self::PyBitcask => "pbc",
        }
    }
}

/// What a server is told.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where it listens, and for whom.
    pub listeners: Vec<(FaceKind, Address)>,
    /// What moves the clock.
    pub clock: ClockSource,
    /// Who may ask.
    pub passwords: Passwords,
    /// Writes are refused.
    pub read_only: bool,
    /// Clients may not end it.
    pub no_shutdown: bool,
    /// Where all queries and answers are written, and whether a file that is there is replaced.
    pub record: Option<(PathBuf, bool)>,
    /// Names that a request of HTTP may call the server by, beside those of this machine.
    pub allowed_hosts: Vec<String>,
    /// Origins whose pages may ask.
    pub cors: Vec<String>,
    /// The dialect whose routes are at the root as well.
    pub compat: Option<Compat>,
    /// How long what py-in-mem's `put` puts lives if it does not say.
    pub default_ttl: Option<Ttl>,
    /// The bounds that clients are kept in.
    pub limits: Limits,
    /// How many bytes are allocated, where that is counted; else the size of the process is all that is known.
    pub in_use: Option<fn() -> usize>,
    /// Lists to learn from, which the page shows.
    pub lists: Option<Arc<dyn Lists>>,
}

impl FaceKind {
    /// As the listeners' lines and the metrics name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Resp => "resp",
            Self::Line => "line",
            Self::Http => "http",
        }
    }
}
