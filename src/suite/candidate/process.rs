//! A candidate's process: its pipes, its limits, and its end.
//!
//! Invariants: no read or write waits longer than the deadline it was given; what is kept of its output is bounded,
//! and its standard error is read all the time, so that it never waits for us; when a `Process` is dropped, nothing
//! that the candidate started is left.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::ioctl_fionbio;

use super::CannotStart;
use super::limits::{Limits, Millis};
use super::tree::{Tree, hold_if_ending};
use crate::suite::verdict::{Stop, Verdict};

/// So many bytes of standard error are kept, the last ones.
const KEPT_ERRORS: usize = 64 << 10;
/// More processes than this at one time end a candidate.
const MOST_PROCESSES: usize = 256;
/// How often it is looked at what a candidate uses; more seldom where looking takes long.
const LOOKS: Duration = Duration::from_millis(20);
/// So long an output may be silent after the process itself has ended, while something that it started holds it open.
const SILENCE: Duration = Duration::from_millis(50);
/// So long a process that has closed its output may take to end by itself.
const ENDING: Duration = Duration::from_millis(500);
/// So long the system may take to end what was killed.
const DYING: Duration = Duration::from_secs(5);

/// A process that is being judged.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    tree: Tree,
    stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    unsent: VecDeque<u8>,
    arrived: Vec<u8>,
    /// How much of that has been handed on.
    taken: usize,
    /// Bytes on standard output since [`Self::begin_list`].
    received: usize,
    errors: VecDeque<u8>,
    limits: Limits,
    next_look: Instant,
    last_byte: Instant,
}

/// What one limit of time is: when it ends, and how it is called.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    at: Instant,
    given: Duration,
    what: &'static str,
}

impl Deadline {
    pub(super) fn of(given: Duration, what: &'static str) -> Self {
        Self { at: Instant::now() + given, given, what }
    }

    /// Whichever of the two comes first.
    pub(super) fn or(self, other: Self) -> Self {
        if other.at < self.at { other } else { self }
    }

    fn stop(self) -> Stop {
        Stop::new(
            Verdict::TimeLimit,
            format!("no answer within {}, the limit for {}", Millis(self.given), self.what),
        )
    }
}

impl Process {
    /// Starts a command in a process group of its own.
    pub(super) fn start(command: &[String], limits: Limits) -> Result<Self, CannotStart> {
        let cannot = |why: String| CannotStart { why, errors: String::new() };
        let (program, arguments) =
            command.split_first().ok_or_else(|| cannot("there is no command".to_owned()))?;
        let mut starting = Command::new(program);
        starting.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let started = Tree::start(&mut starting);
        let (child, tree) = started.map_err(|error| cannot(format!("cannot start {program}: {error}")))?;
        let now = Instant::now();
        let mut process = Self {
            child,
            tree,
            stdin: None,
            stdout: None,
            stderr: None,
            unsent: VecDeque::new(),
            arrived: Vec::new(),
            taken: 0,
            received: 0,
            errors: VecDeque::new(),
            limits,
            next_look: now + LOOKS,
            last_byte: now,
        };
        process.open_pipes().map_err(|error| cannot(format!("cannot speak to {program}: {error}")))?;
        Ok(process)
    }

    /// Takes the pipes, none of which may make us wait.
    fn open_pipes(&mut self) -> io::Result<()> {
        self.stdin = self.child.stdin.take();
        self.stdout = self.child.stdout.take();
        self.stderr = self.child.stderr.take();
        self.stdin.as_ref().map_or(Ok(()), |pipe| ioctl_fionbio(pipe, true))?;
        self.stdout.as_ref().map_or(Ok(()), |pipe| ioctl_fionbio(pipe, true))?;
        Ok(self.stderr.as_ref().map_or(Ok(()), |pipe| ioctl_fionbio(pipe, true))?)
    }

    /// A new list begins: what may be written starts anew, and what was said of an earlier one is forgotten.
    pub(super) fn begin_list(&mut self) {
        self.received = 0;
        self.errors.clear();
    }

    /// Hands bytes over; they are sent while answers are waited for.
    pub(super) fn send(&mut self, bytes: &[u8]) {
        self.unsent.extend(bytes);
        self.write();
    }

    /// Waits for a line, without its end.
    pub(super) fn line(&mut self, deadline: Deadline) -> Result<Vec<u8>, Stop> {
        let mut searched = self.taken;
        loop {
            if let Some(length) = self.arrived[searched..].iter().position(|byte| *byte == b'\n') {
                let end = searched + length;
                let line = self.arrived[self.taken..end].to_vec();
                self.taken = end + 1;
                self.check_line(line.len())?;
                // Lines that were there already count too.
                return if Instant::now() < deadline.at { Ok(line) } else { Err(deadline.stop()) };
            }
            self.forget_taken();
            searched = self.arrived.len();
            self.check_line(searched)?;
            if self.stdout.is_none() {
                return Err(self.crash());
            }
            self.turn(deadline)?;
        }
    }

    fn check_line(&self, length: usize) -> Result<(), Stop> {
        if length <= self.limits.line {
            return Ok(());
        }
        Err(Stop::new(Verdict::OutputLimit, format!("a line longer than {}", size(self.limits.line as u64))))
    }

    /// Gives the room of lines back that have been handed on.
    fn forget_taken(&mut self) {
        self.arrived.drain(..self.taken);
        self.taken = 0;
    }

    /// Has it written what nobody has asked for?
    pub(super) fn has_leftovers(&self) -> bool {
        self.taken < self.arrived.len()
    }

    /// Sends what is unsent, closes standard input, and waits for everything up to the end.
    pub(super) fn everything(&mut self, deadline: Deadline) -> Result<Vec<u8>, Stop> {
        while self.stdout.is_some() {
            if self.unsent.is_empty() {
                self.stdin = None;
            }
            self.turn(deadline)?;
        }
        let until = deadline.at.max(Instant::now() + SILENCE);
        match self.wait_watched(until)? {
            Some(status) if status.success() => Ok(std::mem::take(&mut self.arrived)),
            Some(status) => Err(ended(status)),
            None => Err(deadline.stop()),
        }
    }

    /// The end of what it wrote to standard error.
    pub(super) fn errors(&mut self) -> String {
        self.read_errors();
        self.errors.make_contiguous();
        String::from_utf8_lossy(self.errors.as_slices().0).into_owned()
    }

    /// Ends it politely: standard input is closed, and it may go by itself for a moment.
    pub(super) fn dismiss(mut self) {
        self.stdin = None;
        self.wait(Instant::now() + ENDING);
    }

    /// Waits until something can be read or written, or the deadline is over.
    fn turn(&mut self, deadline: Deadline) -> Result<(), Stop> {
        let now = Instant::now();
        if now >= deadline.at {
            return Err(deadline.stop());
        }
        self.look(now)?;
        self.poll(deadline.at.min(self.next_look).saturating_duration_since(now));
        self.write();
        self.read_errors();
        self.read()
    }

    /// Waits on the pipes. A failure to wait shows as a deadline that is over.
    fn poll(&self, at_most: Duration) {
        let mut pipes = Vec::with_capacity(3);
        pipes.extend(self.stdout.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::IN)));
        pipes.extend(self.stderr.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::IN)));
        let sending = self.stdin.as_ref().filter(|_| !self.unsent.is_empty());
        pipes.extend(sending.map(|pipe| PollFd::new(pipe, PollFlags::OUT)));
        let wait = Timespec::try_from(at_most).ok();
        if poll(&mut pipes, wait.as_ref()).is_err() {
            std::thread::sleep(at_most.min(Duration::from_millis(1)));
        }
    }

    /// Sends what the pipe takes. Whoever does not listen will be noticed by what is not answered.
    fn write(&mut self) {
        while let (Some(pipe), false) = (&mut self.stdin, self.unsent.is_empty()) {
            match pipe.write(self.unsent.as_slices().0) {
                Ok(sent) => drop(self.unsent.drain(..sent)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(_) => {
                    self.unsent.clear();
                    self.stdin = None;
                }
            }
        }
    }

    /// Reads what has arrived on standard output.
    fn read(&mut self) -> Result<(), Stop> {
        let mut chunk = [0; 1 << 14];
        while let Some(pipe) = &mut self.stdout {
            match pipe.read(&mut chunk) {
                Ok(0) => self.stdout = None,
                Ok(count) => {
                    self.arrived.extend_from_slice(&chunk[..count]);
                    self.received += count;
                    self.last_byte = Instant::now();
                    if self.received > self.limits.output {
                        let most = self.limits.output >> 10;
                        return Err(Stop::new(
                            Verdict::OutputLimit,
                            format!("more than {most} KiB of output"),
                        ));
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(_) => self.stdout = None,
            }
        }
        Ok(())
    }

    /// Reads what has arrived on standard error, and keeps the end of it. A flood is left for the next turn.
    fn read_errors(&mut self) {
        let mut chunk = [0; 1 << 14];
        for _ in 0..16 {
            let Some(pipe) = &mut self.stderr else { return };
            match pipe.read(&mut chunk) {
                Ok(0) => self.stderr = None,
                Ok(count) => {
                    self.errors.extend(&chunk[..count]);
                    let surplus = self.errors.len().saturating_sub(KEPT_ERRORS);
                    self.errors.drain(..surplus);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(_) => self.stderr = None,
            }
        }
    }

    /// Looks now and then at what the candidate uses, and whether it still runs.
    fn look(&mut self, now: Instant) -> Result<(), Stop> {
        if now < self.next_look {
            return Ok(());
        }
        let usage = self.tree.usage(self.limits.memory);
        // Looking may take no more than a tenth of the time.
        self.next_look = Instant::now() + LOOKS.max(now.elapsed() * 10);
        let silent = now.duration_since(self.last_byte) > SILENCE;
        if silent && matches!(self.child.try_wait(), Ok(Some(_))) {
            // What it wrote last may have come since; what others may still write there is not waited for.
            self.read()?;
            self.stdout = None;
        }
        if usage.processes > MOST_PROCESSES {
            return Err(Stop::new(Verdict::RuntimeError, format!("more than {MOST_PROCESSES} processes")));
        }
        if usage.memory > self.limits.memory {
            let why = format!("more than {} of memory", size(self.limits.memory));
            return Err(Stop::new(Verdict::MemoryLimit, why));
        }
        Ok(())
    }

    /// Why nothing more will come.
    fn crash(&mut self) -> Stop {
        match self.wait(Instant::now() + ENDING) {
            Some(status) => ended(status),
            None => Stop::new(Verdict::RuntimeError, "it closed its standard output"),
        }
    }

    /// Waits for the process itself to end, with an eye on what it uses.
    fn wait_watched(&mut self, until: Instant) -> Result<Option<ExitStatus>, Stop> {
        loop {
            let status = self.wait(until.min(Instant::now() + LOOKS));
            if status.is_some() || Instant::now() >= until {
                return Ok(status);
            }
            self.look(Instant::now())?;
        }
    }

    /// Waits for the process itself to end.
    fn wait(&mut self, until: Instant) -> Option<ExitStatus> {
        let mut pause = Duration::from_micros(50);
        loop {
            self.read_errors();
            match self.child.try_wait() {
                Ok(Some(status)) => return Some(status),
                _ if Instant::now() >= until => return None,
                _ => std::thread::sleep(pause),
            }
            pause = (pause * 2).min(Duration::from_millis(5));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.tree.kill();
        // It has been killed, so this does not last, unless the system holds it fast.
        self.wait(Instant::now() + DYING);
        self.tree.forget();
    }
}

/// What a status at the end of a process means, where more was to come from it.
fn ended(status: ExitStatus) -> Stop {
    hold_if_ending();
    let why = match (status.code(), status.signal()) {
        (Some(code), _) => format!("it ended with status {code}"),
        (None, Some(signal)) => format!("it was ended by signal {signal}{}", meaning(signal)),
        (None, None) => "it ended".to_owned(),
    };
    Stop::new(Verdict::RuntimeError, why)
}

/// A number of bytes as a person reads it.
fn size(bytes: u64) -> String {
    match bytes {
        bytes if bytes >= 10 << 20 => format!("{} MiB", bytes >> 20),
        bytes if bytes >= 10 << 10 => format!("{} KiB", bytes >> 10),
        bytes => format!("{bytes} bytes"),
    }
}

/// What a signal mostly means.
fn meaning(signal: i32) -> &'static str {
    match signal {
        6 => " (it gave up, as by a failed assertion)",
        8 => " (a division by zero)",
        9 => " (killed, perhaps by the system for want of memory)",
        11 => " (an access to memory that it has not, as by a recursion without end)",
        _ => "",
    }
}
