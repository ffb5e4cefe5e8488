//! `rewind judge --watch` in a terminal: it judges again on save, obeys its keys and gives the screen back.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use super::solutions::{python, python_kit};
use super::{rewind, top};

/// A terminal of our own with the program in it.
struct Terminal {
    keys: File,
    /// All that was ever drawn.
    drawn: Arc<Mutex<Vec<u8>>>,
    child: Child,
}

impl Terminal {
    fn start(arguments: &[&str]) -> Self {
        let ours: OwnedFd = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("there are terminals");
        grantpt(&ours).expect("it is ours");
        unlockpt(&ours).expect("it is ours");
        let size = Winsize { ws_row: 30, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&ours, size).expect("it is a terminal");
        let name = ptsname(&ours, Vec::new()).expect("it has a name").into_string().expect("a plain name");
        let theirs = || Stdio::from(OpenOptions::new().read(true).write(true).open(&name).expect("it opens"));
        let child =
            rewind(arguments).stdin(theirs()).stdout(theirs()).stderr(theirs()).spawn().expect("it starts");
        let (mut screen, keys) = (File::from(ours.try_clone().expect("it can be shared")), File::from(ours));
        let drawn = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&drawn);
        std::thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(count @ 1..) = screen.read(&mut chunk) {
                into.lock().expect("nobody panics with it").extend_from_slice(&chunk[..count]);
            }
        });
        Self { keys, drawn, child }
    }

    /// Waits until a text has been drawn since `since`, and answers how much had been drawn then.
    fn wait_for(&self, text: &str, since: usize) -> usize {
        let begun = Instant::now();
        loop {
            let drawn = self.drawn.lock().expect("nobody panics with it").clone();
            if String::from_utf8_lossy(&drawn[since..]).contains(text) {
                return drawn.len();
            }
            let shown = String::from_utf8_lossy(&drawn[since..]).into_owned();
            assert!(begun.elapsed() < Duration::from_mins(1), "`{text}` is not drawn: {shown}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("it listens");
    }
}

#[test]
fn a_saved_file_is_judged_again_and_keys_are_obeyed() {
    let Some(python) = python() else { return };
    let right =
        std::fs::read_to_string(top().join("fixtures/solutions/python/solution.py")).expect("it is there");
    let wrong = right.replace("now < cell.expiry", "now <= cell.expiry");
    let (_kit, adapter, file) = python_kit(&wrong);
    let arguments =
        ["judge", "--watch", "--protocol", "session", "--level", "3", "--", python, &adapter, &file];
    let mut terminal = Terminal::start(&arguments);
    let seen = terminal.wait_for("failed ·", 0);
    terminal.press("\u{1b}[B");
    let seen = terminal.wait_for("failed ·", seen);
    std::fs::write(&file, &right).expect("it is written");
    let seen = terminal.wait_for("passed up to level 3", seen);
    std::fs::write(&file, "def").expect("it is written");
    let seen = terminal.wait_for("cannot be loaded: SyntaxError", seen);
    std::fs::write(&file, &right).expect("it is written");
    let seen = terminal.wait_for("passed ·", seen);
    terminal.press("r");
    let seen = terminal.wait_for("passed ·", seen);
    terminal.press("q");
    assert_eq!(terminal.child.wait().expect("it ends").code(), Some(0));
    terminal.wait_for("\u{1b}[?1049l", seen);
}

#[test]
fn ctrl_c_ends_it_with_status_130() {
    let Some(python) = python() else { return };
    let (_kit, adapter, file) = python_kit("class Solution:\n    def set(self, key, field, value): pass\n");
    let arguments =
        ["judge", "--watch", "--protocol", "session", "--level", "1", "--", python, &adapter, &file];
    let mut terminal = Terminal::start(&arguments);
    let seen = terminal.wait_for("failed ·", 0);
    terminal.press("\u{3}");
    assert_eq!(terminal.child.wait().expect("it ends").code(), Some(130));
    terminal.wait_for("\u{1b}[?1049l", seen);
}

#[test]
fn a_run_that_saves_files_is_not_run_for_ever_and_a_hanging_start_can_be_left() {
    let Some(python) = python() else { return };
    let writes = "import os\nopen(os.path.join(os.path.dirname(__file__), 'log.txt'), 'a').write('x')\n";
    let (_kit, adapter, file) =
        python_kit(&format!("{writes}class Solution:\n    def set(self, key, field, value): pass\n"));
    let arguments =
        ["judge", "--watch", "--protocol", "session", "--level", "1", "--", python, &adapter, &file];
    let mut terminal = Terminal::start(&arguments);
    let seen = terminal.wait_for("failed \u{b7}", 0);
    // It comes to rest: nothing is drawn for as long as a few runs would take.
    let mut drawn = seen;
    let begun = Instant::now();
    loop {
        std::thread::sleep(Duration::from_secs(2));
        let now = terminal.drawn.lock().expect("nobody panics with it").len();
        if now == drawn {
            break;
        }
        drawn = now;
        assert!(begun.elapsed() < Duration::from_mins(2), "it never comes to rest");
    }
    std::fs::write(&file, "import time\ntime.sleep(100)\n").expect("it is written");
    let seen = terminal.wait_for("0 cases", drawn);
    terminal.press("q");
    terminal.child.wait().expect("it ends");
    terminal.wait_for("\u{1b}[?1049l", seen);
}
