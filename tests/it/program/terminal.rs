//! A terminal of our own with the program in it, and the screen that a person would see.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::io::{FdFlags, fcntl_setfd};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

pub(crate) struct Terminal {
    keys: File,
    /// All that was ever drawn.
    pub(crate) drawn: Arc<Mutex<Vec<u8>>>,
    pub(crate) child: Child,
    /// Reads what is drawn.
    reader: Option<JoinHandle<()>>,
}

impl Terminal {
    pub(crate) fn start(mut command: Command) -> Self {
        let ours: OwnedFd = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("there are terminals");
        // The program must not hold it too, or nobody would notice that it is gone.
        fcntl_setfd(&ours, FdFlags::CLOEXEC).expect("it is ours");
        grantpt(&ours).expect("it is ours");
        unlockpt(&ours).expect("it is ours");
        resize(&ours, 100);
        let name = ptsname(&ours, Vec::new()).expect("it has a name").into_string().expect("a plain name");
        let theirs = || Stdio::from(OpenOptions::new().read(true).write(true).open(&name).expect("it opens"));
        let child = command.stdin(theirs()).stdout(theirs()).stderr(theirs()).spawn().expect("it starts");
        let (mut screen, keys) = (File::from(ours.try_clone().expect("it can be shared")), File::from(ours));
        let drawn = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&drawn);
        let reader = std::thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(count @ 1..) = screen.read(&mut chunk) {
                into.lock().expect("nobody panics with it").extend_from_slice(&chunk[..count]);
            }
        });
        Self { keys, drawn, child, reader: Some(reader) }
    }

    /// Waits until a text has been drawn since `since`, and answers how much had been drawn then.
    pub(crate) fn wait_for(&self, text: &str, since: usize) -> usize {
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

    pub(crate) fn press(&mut self, keys: &str) {
        self.press_bytes(keys.as_bytes());
    }

    pub(crate) fn press_bytes(&mut self, keys: &[u8]) {
        self.keys.write_all(keys).expect("it listens");
    }

    /// Gives it so many columns.
    pub(crate) fn resize(&self, columns: u16) {
        resize(&self.keys, columns);
    }

    /// What a person sees, above the screen too.
    pub(crate) fn screen(&self) -> String {
        let drawn = self.drawn.lock().expect("nobody panics with it").clone();
        Screen::of(&String::from_utf8_lossy(&drawn))
    }

    /// Waits until the last line of the screen begins with a text, and answers the screen.
    pub(crate) fn wait_for_last(&self, begin: &str) -> String {
        self.wait_until(begin, |screen| screen.lines().last().is_some_and(|line| line.starts_with(begin)))
    }

    /// Waits until a text that was typed is in the last line of the screen.
    pub(crate) fn wait_for_typed(&self, text: &str) {
        self.wait_until(text, |screen| screen.lines().last().is_some_and(|line| line.contains(text)));
    }

    /// Presses keys that end a line, and waits until the last line of the screen is this one, below.
    pub(crate) fn press_for(&mut self, keys: &str, prompt: &str) {
        let before = self.screen().lines().count();
        self.press(keys);
        self.wait_until(prompt, |screen| {
            screen.lines().last() == Some(prompt) && screen.lines().count() > before
        });
    }

    /// Waits until the screen is as it should be, and answers it.
    pub(crate) fn wait_until(&self, wanted: &str, is_so: impl Fn(&str) -> bool) -> String {
        let begun = Instant::now();
        loop {
            let screen = self.screen();
            if is_so(&screen) {
                return screen;
            }
            assert!(begun.elapsed() < Duration::from_mins(1), "`{wanted}` is not at the end of\n{screen}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Does it show what is typed by itself, as it does while no editor has it?
    pub(crate) fn echoes(&self) -> bool {
        let modes = tcgetattr(&self.keys).expect("it is a terminal").local_modes;
        modes.contains(LocalModes::ECHO | LocalModes::ICANON)
    }

    /// Waits until the program has ended and all that it has drawn is there, and answers with which status.
    pub(crate) fn end(&mut self) -> Option<i32> {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("it is ours") {
                self.reader.take().map_or(Ok(()), JoinHandle::join).expect("it does not panic");
                return status.code();
            }
            assert!(begun.elapsed() < Duration::from_mins(1), "it does not end:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

fn resize(terminal: impl AsFd, columns: u16) {
    let size = Winsize { ws_row: 30, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(terminal, size).expect("it is a terminal");
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // One that has ended is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A screen as high as need be.
#[derive(Default)]
struct Screen {
    rows: Vec<Vec<char>>,
    row: usize,
    column: usize,
}

impl Screen {
    /// What is on it after this was drawn.
    fn of(drawn: &str) -> String {
        let (mut screen, mut chars) = (Self::default(), drawn.chars());
        while let Some(c) = chars.next() {
            match c {
                '\r' => screen.column = 0,
                '\n' => screen.row += 1,
                '\u{8}' => screen.column = screen.column.saturating_sub(1),
                '\u{1b}' => screen.obey(&mut chars),
                c if c.is_control() => {}
                c => screen.draw(c),
            }
        }
        let lines = screen.rows.iter().map(|row| row.iter().collect::<String>().trim_end().to_owned());
        lines.collect::<Vec<_>>().join("\n").trim_end().to_owned()
    }

    /// Obeys what an escape begins.
    fn obey(&mut self, chars: &mut std::str::Chars<'_>) {
        if chars.next() != Some('[') {
            return;
        }
        let mut number = String::new();
        let Some(what) = chars.find(|c| {
            number.push(*c);
            c.is_ascii_alphabetic()
        }) else {
            return;
        };
        number.pop();
        let count = number.parse().unwrap_or(1);
        match what {
            'A' => self.row = self.row.saturating_sub(count),
            'B' => self.row += count,
            'C' => self.column += count,
            'D' => self.column = self.column.saturating_sub(count),
            'K' | 'J' => {
                self.rows.truncate(if what == 'J' { self.row + 1 } else { usize::MAX });
                let column = self.column;
                self.here().truncate(column);
            }
            _ => {}
        }
    }

    fn draw(&mut self, c: char) {
        let column = self.column;
        let row = self.here();
        row.resize(row.len().max(column + 1), ' ');
        row[column] = c;
        self.column += 1;
    }

    fn here(&mut self) -> &mut Vec<char> {
        let rows = self.rows.len().max(self.row + 1);
        self.rows.resize_with(rows, Vec::new);
        &mut self.rows[self.row]
    }
}
