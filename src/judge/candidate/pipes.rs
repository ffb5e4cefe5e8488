//! The pipes of a candidate's process, none of which may make us wait.
//!
//! Invariants: what is kept is bounded by who asks for it (standard output) or cut to its end (standard error); standard
//! error is read whenever standard output is, so that a candidate never waits for us.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::ioctl_fionbio;

/// So many bytes of standard error are kept, the last ones.
const KEPT_ERRORS: usize = 64 << 10;
/// So many bytes are read at a time.
const CHUNK: usize = 1 << 14;
/// So many chunks of standard error are read in a row; a flood is left for the next time.
const CHUNKS: usize = 16;

/// The pipes, and what went through them.
#[derive(Debug)]
pub(super) struct Pipes {
    stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    unsent: VecDeque<u8>,
    arrived: Vec<u8>,
    /// How much of that has been handed on.
    taken: usize,
    /// Bytes on standard output since [`Self::begin`].
    received: usize,
    errors: VecDeque<u8>,
    last_byte: Instant,
}

impl Pipes {
    /// Takes the pipes of a process.
    pub(super) fn of(child: &mut Child) -> io::Result<Self> {
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        stdin.as_ref().map_or(Ok(()), |pipe| ioctl_fionbio(pipe, true))?;
        stdout.as_ref().map_or(Ok(()), |pipe| ioctl_fionbio(pipe, true))?;
        stderr.as_ref().map_or(Ok(()), |pipe| ioctl_fionbio(pipe, true))?;
        Ok(Self {
            stdin,
            stdout,
            stderr,
            unsent: VecDeque::new(),
            arrived: Vec::new(),
            taken: 0,
            received: 0,
            errors: VecDeque::new(),
            last_byte: Instant::now(),
        })
    }

    /// What is received is counted anew, and what was said on standard error is forgotten.
    pub(super) fn begin(&mut self) {
        self.received = 0;
        self.errors.clear();
    }

    /// Hands bytes over. What the pipe does not take yet is sent with the next turns.
    pub(super) fn send(&mut self, bytes: &[u8]) {
        self.unsent.extend(bytes);
        self.write();
    }

    /// Closes standard input once all is sent.
    pub(super) fn close_when_sent(&mut self) {
        if self.unsent.is_empty() {
            self.stdin = None;
        }
    }

    /// Closes standard input.
    pub(super) fn close_input(&mut self) {
        self.stdin = None;
    }

    /// Reads no more of standard output.
    pub(super) fn close_output(&mut self) {
        self.stdout = None;
    }

    /// May more come on standard output?
    pub(super) fn is_open(&self) -> bool {
        self.stdout.is_some()
    }

    /// Bytes on standard output since the last [`Self::begin`].
    pub(super) fn received(&self) -> usize {
        self.received
    }

    /// When something came on standard output last.
    pub(super) fn last_byte(&self) -> Instant {
        self.last_byte
    }

    /// Has something arrived that was not handed on?
    pub(super) fn has_leftovers(&self) -> bool {
        self.taken < self.arrived.len()
    }

    /// The same, spaces and ends of lines aside.
    pub(super) fn has_text(&self) -> bool {
        self.arrived.iter().skip(self.taken).any(|byte| !byte.is_ascii_whitespace())
    }

    /// The next line that has arrived, without its end; or how long what there is of it is. `searched` is where to look
    /// from, and is moved on.
    pub(super) fn line(&mut self, searched: &mut usize) -> Result<Vec<u8>, usize> {
        let from = (*searched).max(self.taken);
        if let Some(length) = self.arrived[from..].iter().position(|byte| *byte == b'\n') {
            let line = self.arrived[self.taken..from + length].to_vec();
            self.taken = from + length + 1;
            return Ok(line);
        }
        // The room of lines that have been handed on is given back.
        self.arrived.drain(..self.taken);
        self.taken = 0;
        *searched = self.arrived.len();
        Err(self.arrived.len())
    }

    /// What has arrived of a line that will have no end.
    pub(super) fn rest(&mut self) -> Option<Vec<u8>> {
        self.has_text().then(|| self.arrived.split_off(self.taken))
    }

    /// Everything that has arrived.
    pub(super) fn take_all(&mut self) -> Vec<u8> {
        self.taken = 0;
        std::mem::take(&mut self.arrived)
    }

    /// The end of what was written to standard error.
    pub(super) fn errors(&mut self) -> String {
        self.read_errors();
        String::from_utf8_lossy(self.errors.make_contiguous()).into_owned()
    }

    /// Waits until something can be read or written, and does so.
    pub(super) fn turn(&mut self, at_most: Duration) {
        self.wait(at_most);
        self.write();
        self.read_errors();
        self.read();
    }

    /// Waits on the pipes. A failure to wait shows as time that is over.
    fn wait(&self, at_most: Duration) {
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
            match moved(pipe.write(self.unsent.as_slices().0)) {
                Moved::Some(sent) => drop(self.unsent.drain(..sent)),
                Moved::NothingNow => break,
                Moved::NothingMore => {
                    self.unsent.clear();
                    self.stdin = None;
                }
            }
        }
    }

    /// Reads what has arrived on standard output, up to a chunk.
    pub(super) fn read(&mut self) {
        let mut chunk = [0; CHUNK];
        let Some(pipe) = &mut self.stdout else { return };
        match moved(pipe.read(&mut chunk)) {
            Moved::Some(count) => {
                self.arrived.extend_from_slice(&chunk[..count]);
                self.received += count;
                self.last_byte = Instant::now();
            }
            Moved::NothingNow => {}
            Moved::NothingMore => self.stdout = None,
        }
    }

    /// Reads what has arrived on standard error, and keeps the end of it.
    pub(super) fn read_errors(&mut self) {
        let mut chunk = [0; CHUNK];
        for _ in 0..CHUNKS {
            let Some(pipe) = &mut self.stderr else { return };
            match moved(pipe.read(&mut chunk)) {
                Moved::Some(count) => {
                    self.errors.extend(&chunk[..count]);
                    let surplus = self.errors.len().saturating_sub(KEPT_ERRORS);
                    self.errors.drain(..surplus);
                }
                Moved::NothingNow => return,
                Moved::NothingMore => self.stderr = None,
            }
        }
    }
}

/// What came of reading or writing.
enum Moved {
    /// So many bytes.
    Some(usize),
    /// The pipe is empty, or full.
    NothingNow,
    /// The other end is closed.
    NothingMore,
}

fn moved(result: io::Result<usize>) -> Moved {
    match result {
        Ok(0) => Moved::NothingMore,
        Ok(count) => Moved::Some(count),
        Err(error) if matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock) => {
            Moved::NothingNow
        }
        Err(_) => Moved::NothingMore,
    }
}
