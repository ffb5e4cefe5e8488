//! A connection that sends bytes and reads responses.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::serve::server::Server;

/// A connection to a server's HTTP face.
pub(super) struct Client {
    socket: BufReader<TcpStream>,
}

/// A response.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) status: u16,
    /// In the order in which they came, their names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// Starts a server with a HTTP face.
pub(super) fn start(options: &[&str]) -> Server {
    Server::of(crate::rewind(&[&["serve", "--http", "127.0.0.1:0"], options].concat()))
}

/// One whose clock stands.
pub(super) fn start_still(options: &[&str]) -> Server {
    start(&[&["--clock", "logical"], options].concat())
}

impl Client {
    pub(super) fn to(server: &Server) -> Self {
        let socket = TcpStream::connect(server.address("http")).expect("it listens");
        socket.set_read_timeout(Some(Duration::from_secs(20))).expect("it can be set");
        socket.set_nodelay(true).expect("it can be set");
        Self { socket: BufReader::new(socket) }
    }

    /// Sends bytes as they are.
    pub(super) fn send(&mut self, bytes: &[u8]) {
        self.socket.get_mut().write_all(bytes).expect("it is sent");
    }

    /// The same; `false` where nobody is there any more.
    pub(super) fn try_send(&mut self, bytes: &[u8]) -> bool {
        self.socket.get_mut().write_all(bytes).is_ok()
    }

    /// The first line of a response and its headers; `None` where the connection ends.
    pub(super) fn head(&mut self) -> Option<Response> {
        let status = self.line()?.split(' ').nth(1)?.parse().expect("a status is a number");
        let mut headers = Vec::new();
        loop {
            let line = self.line().expect("a head ends");
            let Some((name, value)) = line.split_once(": ") else { break };
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        Some(Response { status, headers, body: Vec::new() })
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        // Whoever refuses a body may close before it is sent.
        let read = self.socket.read_line(&mut line).unwrap_or(0);
        (read > 0).then(|| line.trim_end().to_owned())
    }

    /// The next piece of a body that comes in pieces; `None` at its end.
    pub(super) fn chunk(&mut self) -> Option<Vec<u8>> {
        let size = usize::from_str_radix(&self.line()?, 16).expect("it is a size");
        let mut chunk = vec![0; size + 2];
        self.socket.read_exact(&mut chunk).expect("it comes whole");
        chunk.truncate(size);
        (size > 0).then_some(chunk)
    }

    /// A whole response; `None` where the connection ends.
    pub(super) fn response(&mut self, is_head: bool) -> Option<Response> {
        let mut response = self.head()?;
        if response.header("transfer-encoding") == Some("chunked") {
            while let Some(chunk) = self.chunk() {
                response.body.extend(chunk);
            }
        } else if !is_head {
            let length =
                response.header("content-length").map_or(0, |length| length.parse().expect("it is one"));
            response.body.resize(length, 0);
            self.socket.read_exact(&mut response.body).expect("it comes whole");
        }
        Some(response)
    }

    /// What is answered to a request with these headers, each `name: value`.
    pub(super) fn ask(&mut self, method: &str, target: &str, headers: &[&str], body: &str) -> Response {
        let mut request = format!("{method} {target} HTTP/1.1\r\nhost: localhost\r\n");
        for header in headers {
            request.push_str(&format!("{header}\r\n"));
        }
        if !body.is_empty() {
            request.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        self.send(format!("{request}\r\n{body}").as_bytes());
        self.response(method == "HEAD").expect("it is answered")
    }

    pub(super) fn get(&mut self, target: &str) -> Response {
        self.ask("GET", target, &[], "")
    }

    /// A list, or an object.
    pub(super) fn post(&mut self, target: &str, json: &str) -> Response {
        self.ask("POST", target, &["content-type: application/json"], json)
    }

    /// Has the other side closed it?
    pub(super) fn is_closed(&mut self) -> bool {
        matches!(self.socket.fill_buf(), Ok([]) | Err(_))
    }
}

impl Response {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| &**value)
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The last part of the type of a problem.
    pub(super) fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        let problem: serde_json::Value = serde_json::from_slice(&self.body).expect("it is JSON");
        assert_eq!(problem["status"], self.status, "{problem}");
        problem["type"]
            .as_str()
            .and_then(|kind| kind.strip_prefix("/problems/"))
            .expect("it has one")
            .to_owned()
    }
}

/// Requests and what was answered to them, as they are kept.
pub(super) struct Transcript<'s> {
    server: &'s Server,
    client: Client,
    text: String,
}

impl<'s> Transcript<'s> {
    pub(super) fn of(server: &'s Server) -> Self {
        Self { server, client: Client::to(server), text: String::new() }
    }

    /// Asks, and writes down both sides; without a date, which is another each time.
    pub(super) fn ask(&mut self, method: &str, target: &str, headers: &[&str], body: &str) -> Response {
        let response = self.client.ask(method, target, headers, body);
        if response.header("connection") == Some("close") {
            self.client = Client::to(self.server);
        }
        self.text.push_str(&format!("> {method} {target}\n"));
        for header in headers {
            self.text.push_str(&format!("> {header}\n"));
        }
        for line in body.lines() {
            self.text.push_str(&format!("> | {line}\n"));
        }
        self.text.push_str(&format!("< {}\n", response.status));
        for (name, value) in &response.headers {
            if !["date", "content-length", "x-content-type-options", "cache-control"].contains(&&**name) {
                self.text.push_str(&format!("< {name}: {value}\n"));
            }
        }
        for line in response.text().lines() {
            self.text.push_str(&format!("< | {line}\n"));
        }
        self.text.push('\n');
        response
    }

    /// A part of it begins.
    pub(super) fn part(&mut self, title: &str) {
        self.text.push_str(&format!("# {title}\n\n"));
    }

    /// Holds it against what was kept.
    pub(super) fn assert(&self, name: &str) {
        crate::assert_golden("http", name, &self.text);
    }
}
