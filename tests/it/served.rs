//! The program as a server: started, asked and ended over real sockets.
//!
//! Invariants: no test waits for a time to pass where it can look; every wait has an end; a server that a test leaves
//! behind is ended with it.

/// What would take all memory, or all attention.
mod bombs;
/// Random bytes.
mod fuzzed;
/// What is held of clients, and for how long.
mod held;
/// What is no client.
mod hostile;
/// A server that is killed, and one whose disk is full.
mod kills;
/// How many clients there may be, and how much they may ask.
mod limits;
/// Who may ask.
mod passwords;
/// What many ask at random, asked again.
mod replayed;
/// Many clients, slow and quick.
mod slow;
/// How a server begins and ends.
mod start_end;
/// The machine's clock, the log and the record.
mod time_log;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::rewind;

/// No wait is longer.
const PATIENCE: Duration = Duration::from_mins(1);

/// Looks again and again until something is there.
fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "{what} does not come");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A server that runs.
struct Server {
    child: Child,
    /// Its listeners' lines.
    lines: Vec<String>,
    told: Arc<Mutex<String>>,
    teller: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts one that listens at free ports for both faces.
    fn start(options: &[&str]) -> Self {
        Self::with(&["--resp", "0", "--line", "0"], options)
    }

    /// Starts one that listens there.
    fn with(listeners: &[&str], options: &[&str]) -> Self {
        Self::run(rewind(&[&["serve"], listeners, options].concat()))
    }

    /// Starts one by a line of a shell, to which the program is `$0`.
    fn by_shell(script: &str, arguments: &[&str]) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", script, env!("CARGO_BIN_EXE_rewind")]).args(arguments);
        Self::run(shell)
    }

    /// Waits until it is ready.
    fn run(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let told = Arc::default();
        let teller = listen(child.stderr.take().expect("it is piped"), Arc::clone(&told));
        let mut said = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let mut lines = Vec::new();
        let mut server = Self { child, lines: Vec::new(), told, teller: Some(teller) };
        loop {
            match said.next() {
                Some(line) if line.as_ref().is_ok_and(|line| line == "ready") => break,
                Some(line) => lines.push(line.expect("it can be read")),
                None => panic!("it does not begin: {:?}", server.wait()),
            }
        }
        server.lines = lines;
        server
    }

    /// Where it listens for a face: `HOST:PORT`, or a path.
    fn address(&self, face: &str) -> &str {
        let of_face = |line: &&String| line.starts_with(face);
        let line = self.lines.iter().find(of_face).expect("it listens for that");
        line.split_once(' ').expect("a face and a place").1
    }

    fn resp(&self) -> Client {
        Client::to(self.address("resp"))
    }

    fn line(&self) -> Client {
        let mut client = Client::to(self.address("line"));
        assert_eq!(client.line(), "Welcome to KVStore Server");
        client
    }

    fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().expect("there is a shell").success());
    }

    /// Waits for its end: the status, and what it has told.
    fn wait(&mut self) -> (Option<i32>, String) {
        let child = &mut self.child;
        let status =
            until("the end of the server", || child.try_wait().expect("it is a child of this process"));
        if let Some(teller) = self.teller.take() {
            teller.join().expect("what it told was read");
        }
        (status.code(), self.told())
    }

    /// Asks it to end, and waits: it has nothing to remark.
    fn stop(mut self) {
        self.signal("TERM");
        let (status, told) = self.wait();
        // How long something takes is not the matter here.
        let told: Vec<_> = told.lines().filter(|line| !line.starts_with("note: slow: ")).collect();
        assert_eq!((status, &told[..]), (Some(0), &[][..]));
    }

    /// What it has told so far.
    fn told(&self) -> String {
        self.told.lock().expect("nobody panics there").clone()
    }

    /// A number that INFO tells.
    fn info(&self, name: &str) -> u64 {
        let info = self.resp().ask(&["INFO"]);
        let line = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("no {name} in {info}"))
    }

    /// MiB that the process has in memory.
    #[cfg(target_os = "linux")]
    fn resident(&self) -> usize {
        let file = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(file).expect("it runs");
        let line =
            status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("it has a high-water mark");
        let kib: usize = line.trim().trim_end_matches(" kB").parse().expect("a number");
        kib >> 10
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn listen(from: ChildStderr, told: Arc<Mutex<String>>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines() {
            let line = line.expect("it tells UTF-8");
            told.lock().expect("nobody panics here").push_str(&(line + "\n"));
        }
    })
}

/// A connection, of either kind.
trait Stream: Read + Write + Send {
    /// Says that nothing more comes.
    fn finish(&self);
}

macro_rules! streams {
    ($($stream:ty),*) => {$(
        impl Stream for $stream {
            fn finish(&self) {
                // The other side may have closed it.
                let _ = self.shutdown(std::net::Shutdown::Write);
            }
        }
    )*};
}

streams!(TcpStream, UnixStream);

/// A client, which asks for replies one after the other.
struct Client {
    stream: BufReader<Box<dyn Stream>>,
}

impl Client {
    fn to(address: &str) -> Self {
        Self::try_to(address).unwrap_or_else(|error| panic!("{address}: {error}"))
    }

    fn try_to(address: &str) -> std::io::Result<Self> {
        let stream: Box<dyn Stream> = if let Some(path) = address.strip_prefix("unix:") {
            let stream = UnixStream::connect(path)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            Box::new(stream)
        } else {
            let stream = TcpStream::connect(address)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            Box::new(stream)
        };
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// Sends bytes as they are.
    fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.get_mut().write_all(bytes.as_ref()).expect("it listens");
    }

    /// The same to one that may have closed the connection.
    fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> std::io::Result<()> {
        self.stream.get_mut().write_all(bytes.as_ref())
    }

    fn finish(&self) {
        self.stream.get_ref().finish();
    }

    /// A line, without its end.
    fn line(&mut self) -> String {
        self.try_line().expect("it answers")
    }

    fn try_line(&mut self) -> std::io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    }

    /// Asks in the line protocol.
    fn say(&mut self, line: &str) -> String {
        self.send(format!("{line}\n"));
        self.line()
    }

    /// Asks a Redis command.
    fn ask(&mut self, words: &[&str]) -> String {
        self.send(request(words));
        self.reply()
    }

    fn reply(&mut self) -> String {
        self.try_reply().expect("it answers")
    }

    /// A reply as text: its first line, or what it holds.
    fn try_reply(&mut self) -> std::io::Result<String> {
        let line = self.try_line()?;
        let count = line.get(1..).and_then(|count| count.parse::<usize>().ok());
        Ok(match (&line[..1], count) {
            ("$" | "=", Some(count)) => {
                let mut text = vec![0; count + 2];
                self.stream.read_exact(&mut text)?;
                text.truncate(count);
                String::from_utf8_lossy(&text).into_owned()
            }
            ("*" | "%" | "~", Some(count)) => {
                let count = if line.starts_with('%') { 2 * count } else { count };
                let within = (0..count).map(|_| self.try_reply());
                format!("[{}]", within.collect::<Result<Vec<_>, _>>()?.join(", "))
            }
            _ => line,
        })
    }

    /// All that still comes until the other side closes.
    fn end(&mut self) -> String {
        let mut rest = Vec::new();
        match self.stream.read_to_end(&mut rest) {
            Ok(_) => {}
            // What was sent behind the end is not read there.
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {}
            Err(error) => panic!("it stays open: {error}"),
        }
        String::from_utf8_lossy(&rest).into_owned()
    }
}

/// A command as Redis clients send it.
fn request(words: &[&str]) -> Vec<u8> {
    let words = words.iter().map(|word| format!("${}\r\n{word}\r\n", word.len()));
    format!("*{}\r\n{}", words.len(), words.collect::<String>()).into_bytes()
}

/// How a server ends that does not begin.
fn refused(arguments: &[&str]) -> (Option<i32>, String) {
    ended(rewind(&[&["serve"], arguments].concat()))
}

fn ended(mut command: Command) -> (Option<i32>, String) {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let begun = Instant::now();
    while child.try_wait().expect("it is a child of this process").is_none() {
        if begun.elapsed() > PATIENCE {
            child.kill().expect("it runs");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let output = child.wait_with_output().expect("it has ended");
    (output.status.code(), crate::text(&output.stderr))
}
