//! A command that is run once before the judging, such as a compiler.
//!
//! Invariants: no longer than its limit; what it prints is held up to a bound, its beginning and its end; when it has
//! ended, nothing that it started is left.

use std::collections::VecDeque;
use std::io::Read;
use std::path::Path;
use std::process::{ChildStdout, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::SpawnError;
use super::limits::Millis;
use super::process::ending;
use super::tree::{ProcessTree, hold_if_ending};

/// So many bytes of what it prints are kept of the beginning, and as many of the end.
const KEPT: usize = 32 << 10;
/// How often it is looked whether it has ended.
const LOOKS: Duration = Duration::from_millis(5);
/// So long what was killed may hold the output open.
const DYING: Duration = Duration::from_secs(2);
/// What a shell ends with if it does not find a command, or cannot start it.
const NOT_STARTED: [i32; 2] = [126, 127];

/// Why nothing was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuildError {
    /// The command cannot be started.
    NotStarted(SpawnError),
    /// It ended badly, or not in time.
    Failed {
        /// How, in a sentence.
        why: String,
        /// What it printed.
        output: String,
    },
}

/// Runs a command as a shell reads it, in a folder, for so long at most.
///
/// # Errors
/// [`BuildError`] if it does not end in time, and well.
pub fn build(command: &str, folder: Option<&Path>, limit: Duration) -> Result<(), BuildError> {
    let cannot = |why: String| BuildError::NotStarted(SpawnError { why, errors: String::new() });
    let mut starting = Command::new("sh");
    // Both outputs are one, so that what is said stands in the order in which it was said.
    starting.args(["-c", &format!("exec 2>&1\n{command}")]).stdin(Stdio::null()).stdout(Stdio::piped());
    if let Some(folder) = folder {
        starting.current_dir(folder);
    }
    let started = ProcessTree::start(&mut starting);
    let (mut child, tree) = started.map_err(|error| cannot(format!("cannot start a shell: {error}")))?;
    let reader = child.stdout.take().map(read_on);
    let begun = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Some(status),
            _ if begun.elapsed() >= limit => break None,
            _ => std::thread::sleep(LOOKS),
        }
    };
    tree.kill();
    let _ = child.wait();
    tree.forget();
    hold_if_ending();
    verdict(status, reader.map(output_of).unwrap_or_default(), limit)
}

/// What was read. An output that something still holds open is not waited for.
fn output_of(reader: JoinHandle<String>) -> String {
    let ended = Instant::now();
    while !reader.is_finished() {
        if ended.elapsed() > DYING {
            return String::new();
        }
        std::thread::sleep(LOOKS);
    }
    reader.join().unwrap_or_default()
}

/// What came of a command that has ended with this status, or not in time.
fn verdict(status: Option<ExitStatus>, output: String, limit: Duration) -> Result<(), BuildError> {
    let why = match status {
        Some(status) if status.success() => return Ok(()),
        Some(status) if status.code().is_some_and(|code| NOT_STARTED.contains(&code)) => {
            let why = "the build command cannot be started".to_owned();
            return Err(BuildError::NotStarted(SpawnError { why, errors: output }));
        }
        Some(status) => ending(status),
        None => format!("it did not end within {}", Millis(limit)),
    };
    Err(BuildError::Failed { why, output })
}

/// Reads an output to its end; the middle of a long one is left out.
fn read_on(mut output: ChildStdout) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let (mut head, mut tail, mut left_out) = (Vec::new(), VecDeque::new(), 0);
        let mut chunk = [0; 1 << 13];
        while let Ok(count @ 1..) = output.read(&mut chunk) {
            let (first, rest) = chunk[..count].split_at(count.min(KEPT - head.len()));
            head.extend_from_slice(first);
            tail.extend(rest);
            let surplus = tail.len().saturating_sub(KEPT);
            tail.drain(..surplus);
            left_out += surplus;
        }
        let mut text = String::from_utf8_lossy(&head).into_owned();
        if left_out > 0 {
            text.push_str(&format!("\n… {left_out} bytes …\n"));
        }
        text + &String::from_utf8_lossy(tail.make_contiguous())
    })
}
