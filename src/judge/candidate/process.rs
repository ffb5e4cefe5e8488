//! A candidate's process: what it says in time, what it uses, and its end.
//!
//! Invariants: nothing here waits longer than the deadline it was given; when a `Process` is dropped, nothing that the
//! candidate started is left.

use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::limits::{Deadline, Limits};
use super::pipes::Pipes;
use super::tree::{ProcessTree, hold_if_ending};
use super::{Launch, SpawnError};
use crate::judge::shape::ONE_EACH;
use crate::judge::verdict::{StopReason, Verdict};

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
    tree: ProcessTree,
    pipes: Pipes,
    limits: Limits,
    next_look: Instant,
}

impl Process {
    /// Starts a command in a process group of its own.
    pub(super) fn start(command: &Launch, limits: Limits) -> Result<Self, SpawnError> {
        let cannot = |why: String| SpawnError { why, errors: String::new() };
        let (program, arguments) =
            command.words.split_first().ok_or_else(|| cannot("there is no command".to_owned()))?;
        let mut starting = Command::new(program);
        if let Some(folder) = &command.folder {
            starting.current_dir(folder);
        }
        starting.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let started = ProcessTree::start(&mut starting);
        let (mut child, tree) =
            started.map_err(|error| cannot(format!("cannot start {program}: {error}")))?;
        let pipes =
            Pipes::of(&mut child).map_err(|error| cannot(format!("cannot speak to {program}: {error}")))?;
        Ok(Self { child, tree, pipes, limits, next_look: Instant::now() + LOOKS })
    }

    /// A new list begins: what may be written starts anew, and what was said of an earlier one is forgotten.
    pub(super) fn begin_list(&mut self) {
        self.pipes.begin();
    }

    /// Hands bytes over; they are sent while answers are waited for.
    pub(super) fn send(&mut self, bytes: &[u8]) {
        self.pipes.send(bytes);
    }

    /// Has it written what nobody has asked for?
    pub(super) fn has_leftovers(&self) -> bool {
        self.pipes.has_leftovers()
    }

    /// Waits for a line, without its end.
    pub(super) fn line(&mut self, deadline: Deadline) -> Result<Vec<u8>, StopReason> {
        let mut searched = 0;
        loop {
            let line = self.pipes.line(&mut searched);
            let length = line.as_ref().map_or_else(|length| *length, Vec::len);
            if length > self.limits.line {
                let why = format!("a line longer than {}", size(self.limits.line as u64));
                return Err(StopReason::new(Verdict::OutputLimit, why));
            }
            if let Ok(line) = line {
                // Lines that were there already take time too.
                return if deadline.is_over() { Err(deadline.stop()) } else { Ok(line) };
            }
            if !self.pipes.is_open() {
                // A last line needs no end.
                return self.pipes.rest().ok_or(()).map_err(|()| self.crash());
            }
            self.turn(deadline)?;
        }
    }

    /// Sends what is unsent, closes standard input, and waits for everything up to the end. Where it ends badly that is
    /// told with what it wrote.
    pub(super) fn everything(
        &mut self,
        deadline: Deadline,
    ) -> Result<(Vec<u8>, Option<StopReason>), StopReason> {
        while self.pipes.is_open() {
            self.pipes.close_when_sent();
            self.turn(deadline)?;
        }
        match self.wait_watched(deadline.at_least(SILENCE))? {
            Some(status) => Ok((self.pipes.take_all(), (!status.success()).then(|| ended(status)))),
            None => Err(deadline.stop()),
        }
    }

    /// All answers are there: standard input is closed, and for a moment it may go by itself. What it writes then
    /// is too much, and how it ends is told where that is badly; one that stays is ended without a word.
    pub(super) fn leave(&mut self) -> Result<(), StopReason> {
        self.pipes.close_input();
        let deadline = Deadline::of(ENDING, "its end");
        // What stops it only now says nothing of its answers.
        while self.pipes.is_open() && !self.pipes.has_text() && self.turn(deadline).is_ok() {}
        if self.pipes.has_text() {
            let stop = StopReason::new(Verdict::WrongShape, "more answers than queries");
            return Err(stop.with_hint(ONE_EACH).of_whole());
        }
        match self.wait(deadline.at_least(SILENCE)) {
            Some(status) if !status.success() => Err(after_all(ended(status))),
            _ => Ok(()),
        }
    }

    /// The end of what it wrote to standard error.
    pub(super) fn errors(&mut self) -> String {
        self.pipes.errors()
    }

    /// Ends it politely: standard input is closed, and it may go by itself for a moment. How it went, where badly.
    pub(super) fn shutdown(mut self) -> Option<StopReason> {
        self.pipes.close_input();
        self.wait(Instant::now() + ENDING).and_then(bad_end)
    }

    /// How it has ended by itself after all it was asked, if it has and badly.
    pub(super) fn bad_end(&mut self) -> Option<StopReason> {
        self.child.try_wait().ok().flatten().and_then(bad_end)
    }

    /// Waits until something can be read or written, or the deadline is over.
    fn turn(&mut self, deadline: Deadline) -> Result<(), StopReason> {
        let now = Instant::now();
        if deadline.is_over() {
            return Err(deadline.stop());
        }
        self.look(now)?;
        self.pipes.turn(deadline.left().min(self.next_look.saturating_duration_since(now)));
        if self.pipes.received() > self.limits.output {
            let why = format!("more than {} of output", size(self.limits.output as u64));
            return Err(StopReason::new(Verdict::OutputLimit, why));
        }
        Ok(())
    }

    /// Looks now and then at what the candidate uses, and whether it still runs.
    fn look(&mut self, now: Instant) -> Result<(), StopReason> {
        if now < self.next_look {
            return Ok(());
        }
        let usage = self.tree.usage(self.limits.memory);
        // Looking may take no more than a tenth of the time.
        self.next_look = Instant::now() + LOOKS.max(now.elapsed() * 10);
        if usage.processes > MOST_PROCESSES {
            return Err(StopReason::new(
                Verdict::RuntimeError,
                format!("more than {MOST_PROCESSES} processes"),
            ));
        }
        if usage.memory > self.limits.memory {
            let why = format!("more than {} of memory", size(self.limits.memory));
            return Err(StopReason::new(Verdict::MemoryLimit, why));
        }
        self.notice_end(now);
        Ok(())
    }

    /// Notices that the process has ended while something that it started holds its output open. What it wrote last
    /// is read; what others may still write there is not waited for.
    fn notice_end(&mut self, now: Instant) {
        let is_silent = now.duration_since(self.pipes.last_byte()) > SILENCE;
        if is_silent && matches!(self.child.try_wait(), Ok(Some(_))) {
            let before = self.pipes.received();
            self.pipes.read();
            if self.pipes.received() == before {
                self.pipes.close_output();
            }
        }
    }

    /// Why nothing more will come.
    fn crash(&mut self) -> StopReason {
        match self.wait(Instant::now() + ENDING) {
            Some(status) => ended(status),
            None => StopReason::new(Verdict::RuntimeError, "it closed its standard output"),
        }
    }

    /// Waits for the process itself to end, with an eye on what it uses.
    fn wait_watched(&mut self, until: Instant) -> Result<Option<ExitStatus>, StopReason> {
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
            self.pipes.read_errors();
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

fn bad_end(status: ExitStatus) -> Option<StopReason> {
    (!status.success()).then(|| after_all(ended(status)).of_whole())
}

/// What it means that a process ended badly once it had given all its answers.
pub(super) fn after_all(stop: StopReason) -> StopReason {
    let why = format!("{} after its last answer", stop.why);
    StopReason { why, ..stop }.with_hint("at the end of its input a program ends by itself, with status 0")
}

/// What a status at the end of a process means, where more was to come from it.
fn ended(status: ExitStatus) -> StopReason {
    hold_if_ending();
    if status.success() {
        let stop = StopReason::new(Verdict::WrongShape, "it ended before the last query was answered");
        return stop.silent().with_hint(ONE_EACH);
    }
    StopReason::new(Verdict::RuntimeError, ending(status))
}

/// How a process ended, in a sentence.
pub(super) fn ending(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("it ended with status {code}"),
        (None, Some(signal)) => format!("it was ended by signal {signal}{}", meaning(signal)),
        (None, None) => "it ended".to_owned(),
    }
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
