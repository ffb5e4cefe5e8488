//! `rewind judge --watch` in a terminal: it judges again on save, obeys its keys and gives the screen back.

use std::time::{Duration, Instant};

use crate::judge::solutions::{python, python_kit};
use crate::program::terminal::Terminal;
use crate::{rewind, top};

#[test]
fn a_saved_file_is_judged_again_and_keys_are_obeyed() {
    let Some(python) = python() else { return };
    let right =
        std::fs::read_to_string(top().join("fixtures/solutions/python/solution.py")).expect("it is there");
    let wrong = right.replace("now < cell.expiry", "now <= cell.expiry");
    let (_kit, adapter, file) = python_kit(&wrong);
    let arguments =
        ["judge", "--watch", "--protocol", "session", "--level", "3", "--", python, &adapter, &file];
    let mut terminal = Terminal::start(rewind(&arguments));
    let seen = terminal.wait_for("failed ·", 0);
    terminal.press("\u{1b}[B");
    let seen = terminal.wait_for("failed ·", seen);
    std::fs::write(&file, &right).expect("it is written");
    let seen = terminal.wait_for("passed up to level 3", seen);
    std::fs::write(&file, "def").expect("it is written");
    let seen = terminal.wait_for("SyntaxError", seen);
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
    let mut terminal = Terminal::start(rewind(&arguments));
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
    let mut terminal = Terminal::start(rewind(&arguments));
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
