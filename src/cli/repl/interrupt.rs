//! What Ctrl-C means: while a line is typed the editor takes it, while one is answered the answer is not cut short.
//!
//! Invariant: a write that has begun is done; whoever insists, and presses it again, ends the program, and then the
//! terminal is as it was before.

use std::sync::atomic::{AtomicU8, Ordering};

/// Nothing is being answered.
const IDLE: u8 = 0;
/// Something is.
const BUSY: u8 = 1;
/// And a person wants it to end.
const WANTED: u8 = 2;

static STATE: AtomicU8 = AtomicU8::new(IDLE);

/// A line was typed, and is answered from now on.
pub(super) fn answering() {
    STATE.store(BUSY, Ordering::SeqCst);
}

/// The next line may be typed.
pub(super) fn idle() {
    STATE.store(IDLE, Ordering::SeqCst);
}

/// Does a person want what goes on to end? It is asked between any two queries of a file.
pub(super) fn is_wanted() -> bool {
    STATE.load(Ordering::SeqCst) == WANTED
}

/// Takes an interrupt, if the shell is answering and this is the first.
pub(crate) fn takes_interrupt() -> bool {
    STATE.compare_exchange(BUSY, WANTED, Ordering::SeqCst, Ordering::SeqCst).is_ok()
}

#[cfg(unix)]
mod terminal {
    use std::io::stdin;
    use std::sync::Mutex;

    use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

    static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

    /// Notes how the terminal is before it is changed.
    pub(crate) fn note() {
        if let (Ok(mut before), Ok(now)) = (BEFORE.lock(), tcgetattr(stdin())) {
            *before = Some(now);
        }
    }

    /// Gives the terminal back as it was, if it was noted.
    pub(crate) fn give_back() {
        if let Some(before) = BEFORE.lock().ok().and_then(|mut before| before.take()) {
            let _ = tcsetattr(stdin(), OptionalActions::Now, &before);
        }
    }
}

#[cfg(not(unix))]
mod terminal {
    pub(crate) fn note() {}
    pub(crate) fn give_back() {}
}

pub(crate) use terminal::{give_back, note};
