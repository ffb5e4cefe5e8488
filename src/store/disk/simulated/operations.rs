//! What is done to a simulated disk: numbers, the trace, and what fails when.
//!
//! Invariant: the trace has a line for each number; once the process is dead every call fails and none is numbered.

use std::fmt::Arguments;
use std::io::{self, ErrorKind};

/// How an operation of a simulated disk fails.
///
/// Only [`DiskFault::Short`] changes anything, and a failed sync: what was not durable by then may be lost for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskFault {
    /// An input or output error, of no kind that has a name.
    Io,
    /// No space is left: `StorageFull`. A write writes nothing.
    Full,
    /// No space is left after so many bytes of a write; as [`DiskFault::Full`] for anything else.
    Short(usize),
}

impl DiskFault {
    fn error(self) -> io::Error {
        match self {
            Self::Io => io::Error::other("input or output error (simulated)"),
            Self::Full | Self::Short(_) => ErrorKind::StorageFull.into(),
        }
    }
}

#[derive(Default)]
pub(super) struct DiskOperations {
    trace: Vec<String>,
    syncs: usize,
    counts_reads: bool,
    /// The number at which the process dies, and how many bytes of a write then go through.
    crash: Option<(usize, usize)>,
    dead: bool,
    /// Number, fault, and whether it stays.
    faults: Vec<(usize, DiskFault, bool)>,
}

impl DiskOperations {
    pub(super) fn trace(&self) -> &[String] {
        &self.trace
    }

    pub(super) fn syncs(&self) -> usize {
        self.syncs
    }

    pub(super) fn is_dead(&self) -> bool {
        self.dead
    }

    pub(super) fn count_reads(&mut self, counted: bool) {
        self.counts_reads = counted;
    }

    pub(super) fn crash(&mut self, number: usize, bytes: usize) {
        self.crash = Some((number, bytes));
    }

    pub(super) fn fail(&mut self, number: usize, fault: DiskFault, forever: bool) {
        self.faults.push((number, fault, forever));
    }

    pub(super) fn mend(&mut self) {
        self.faults.clear();
    }

    /// Begins an operation that only looks.
    pub(super) fn look(&mut self, what: Arguments<'_>) -> io::Result<()> {
        if self.counts_reads || self.dead { self.change(what) } else { Ok(()) }
    }

    /// Begins an operation that changes something; an error if it must not.
    pub(super) fn change(&mut self, what: Arguments<'_>) -> io::Result<()> {
        self.write(what, 0).1
    }

    /// The same for a sync.
    pub(super) fn sync(&mut self, what: Arguments<'_>) -> io::Result<()> {
        self.change(what)?;
        self.syncs += 1;
        Ok(())
    }

    /// Begins a write: how many of its bytes go through, and what it answers.
    pub(super) fn write(&mut self, what: Arguments<'_>, length: usize) -> (usize, io::Result<()>) {
        let number = self.trace.len();
        let dead = || Err(io::Error::other("the process is dead (simulated)"));
        if self.dead {
            return (0, dead());
        }
        if let Some((_, bytes)) = self.crash.filter(|(last, _)| *last <= number) {
            self.dead = true;
            return (bytes.min(length), dead());
        }
        let strikes =
            |&&(first, _, forever): &&(usize, DiskFault, bool)| number == first || forever && number > first;
        let Some(&(_, fault, _)) = self.faults.iter().find(strikes) else {
            self.trace.push(what.to_string());
            return (length, Ok(()));
        };
        self.trace.push(format!("{what}: failed"));
        let through = if let DiskFault::Short(bytes) = fault { bytes.min(length) } else { 0 };
        (through, Err(fault.error()))
    }
}
