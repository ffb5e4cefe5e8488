//! A connection that shows replies as they are, byte for byte.
//!
//! Invariant: a reply is read whole and nothing behind it, whatever its type.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// A server that says nothing for so long has hung.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a connection goes through.
trait Socket: Read + Write + Send {
    /// Sends nothing more, if it is still connected.
    fn end(&self);
}

impl Socket for TcpStream {
    fn end(&self) {
        let _ = self.shutdown(Shutdown::Write);
    }
}

impl Socket for UnixStream {
    fn end(&self) {
        let _ = self.shutdown(Shutdown::Write);
    }
}

/// A connection.
pub(crate) struct Client(BufReader<Box<dyn Socket>>);

impl Client {
    /// Connects to `HOST:PORT` or `unix:PATH`.
    pub(crate) fn to(address: &str) -> Self {
        let socket: Box<dyn Socket> = if let Some(path) = address.strip_prefix("unix:") {
            let socket = UnixStream::connect(path).expect("it listens");
            socket.set_read_timeout(Some(PATIENCE)).expect("it has time");
            Box::new(socket)
        } else {
            let socket = TcpStream::connect(address).expect("it listens");
            socket.set_read_timeout(Some(PATIENCE)).expect("it has time");
            socket.set_nodelay(true).expect("it can be quick");
            Box::new(socket)
        };
        Self(BufReader::new(socket))
    }

    /// Sends bytes as they are.
    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).expect("it reads");
    }

    /// Sends a command.
    pub(crate) fn send(&mut self, words: &[impl AsRef<[u8]>]) {
        self.send_bytes(&request(words));
    }

    /// Sends a command and reads its reply.
    pub(crate) fn ask(&mut self, words: &[impl AsRef<[u8]>]) -> Vec<u8> {
        self.send(words);
        self.reply()
    }

    /// Sends bytes as the last ones, and reads all that comes back.
    pub(crate) fn end_with(mut self, bytes: &[u8]) -> Vec<u8> {
        // Who has read enough may have closed the connection.
        let _ = self.0.get_mut().write_all(bytes);
        self.0.get_ref().end();
        let mut all = Vec::new();
        match self.0.read_to_end(&mut all) {
            // Not all was read that was sent.
            Err(error) if error.kind() == ErrorKind::ConnectionReset => all,
            read => read.map(|_| all).expect("it ends"),
        }
    }

    /// Sends commands, whose words have no spaces, at once, so that nothing ends meanwhile; and reads their replies.
    pub(crate) fn ask_at_once(&mut self, commands: &[impl AsRef<str>]) -> Vec<Vec<u8>> {
        let requests =
            commands.iter().map(|command| request(&command.as_ref().split(' ').collect::<Vec<_>>()));
        self.send_bytes(&requests.collect::<Vec<_>>().concat());
        commands.iter().map(|_| self.reply()).collect()
    }

    /// Reads one line, with its end; nothing where the connection was closed.
    pub(crate) fn line(&mut self) -> Vec<u8> {
        let mut line = Vec::new();
        self.0.read_until(b'\n', &mut line).expect("it answers");
        line
    }

    /// Reads one whole reply; nothing where the connection was closed.
    pub(crate) fn reply(&mut self) -> Vec<u8> {
        let (mut reply, mut missing) = (Vec::new(), 1_u64);
        while missing > 0 {
            let line = self.line();
            missing -= 1;
            missing += values_within(&line);
            let text = text_behind(&line);
            reply.extend(line);
            let begin = reply.len();
            reply.resize(begin + text, 0);
            self.0.read_exact(&mut reply[begin..]).expect("it is whole");
            if reply.is_empty() {
                break;
            }
        }
        reply
    }
}

/// The words of a command that has no spaces in them.
pub(crate) fn words(command: &str) -> Vec<Vec<u8>> {
    command.split(' ').map(|word| word.as_bytes().to_vec()).collect()
}

/// The bytes of a command.
pub(crate) fn request(words: &[impl AsRef<[u8]>]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        bytes.extend(format!("${}\r\n", word.as_ref().len()).into_bytes());
        bytes.extend(word.as_ref());
        bytes.extend(b"\r\n");
    }
    bytes
}

/// The number in a header; none is nothing.
fn number(line: &[u8]) -> u64 {
    let number = std::str::from_utf8(&line[1..]).expect("it is a number").trim_end();
    if number == "-1" { 0 } else { number.parse().expect("it is a number") }
}

/// How many values belong to the one that begins so.
fn values_within(line: &[u8]) -> u64 {
    match line.first() {
        Some(b'*' | b'~' | b'>') => number(line),
        Some(b'%') => 2 * number(line),
        Some(b'+' | b'-' | b':' | b'_' | b'#' | b',' | b'(' | b'$' | b'=') | None => 0,
        Some(_) => panic!("no reply begins with {}", line.escape_ascii()),
    }
}

/// How many bytes of a text are behind such a line, with their end.
fn text_behind(line: &[u8]) -> usize {
    match line.first() {
        Some(b'$' | b'=') if line != b"$-1\r\n" => {
            usize::try_from(number(line)).expect("memory holds it") + 2
        }
        _ => 0,
    }
}

/// The header of a reply and the values within, one by one.
pub(crate) fn taken_apart(reply: &[u8]) -> (&[u8], Vec<&[u8]>) {
    let (header, mut rest) = reply.split_at(line_end(reply));
    let mut values = Vec::new();
    while !rest.is_empty() {
        let (value, behind) = rest.split_at(value_end(rest));
        values.push(value);
        rest = behind;
    }
    (header, values)
}

fn line_end(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| *byte == b'\n').expect("a line ends") + 1
}

/// Where the first value of these bytes ends.
pub(super) fn value_end(bytes: &[u8]) -> usize {
    let (mut end, mut missing) = (0, 1_u64);
    while missing > 0 {
        let line = &bytes[end..end + line_end(&bytes[end..])];
        missing = missing - 1 + values_within(line);
        end += line.len() + text_behind(line);
    }
    end
}
