//! Our server, started as a person starts it, and ended with the test.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use super::client::Client;
use crate::rewind;

/// A server that is ready. It is killed when this is dropped.
pub(crate) struct Server {
    child: Child,
    /// What it has said, up to `ready`.
    lines: Vec<String>,
}

impl Server {
    /// Starts `rewind serve --resp 127.0.0.1:0` with further options.
    pub(crate) fn start(options: &[&str]) -> Self {
        Self::of(rewind(&[&["serve", "--resp", "127.0.0.1:0"], options].concat()))
    }

    /// Starts a command that is a server of ours, and waits until it is ready.
    pub(crate) fn of(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let lines = output.lines().map(|line| line.expect("it says something"));
        let lines: Vec<_> = lines.take_while(|line| line != "ready").collect();
        assert!(child.try_wait().expect("it is a child").is_none(), "it ended: {lines:?}");
        Self { child, lines }
    }

    /// Where it listens with a face, `HOST:PORT` or `unix:PATH`.
    pub(crate) fn address(&self, face: &str) -> &str {
        let place = |line: &&str| line.split_once(' ').is_some_and(|(name, _)| name == face);
        let line = self.lines.iter().map(String::as_str).find(place);
        line.and_then(|line| line.split_once(' ')).expect("it listens").1
    }

    /// The port of its RESP face.
    pub(crate) fn port(&self) -> &str {
        self.address("resp").rsplit_once(':').expect("it has a port").1
    }

    /// Kills it, as the system would.
    pub(crate) fn kill(&self) {
        let killed = Command::new("kill").args(["-KILL", &self.child.id().to_string()]).status();
        assert!(killed.is_ok_and(|status| status.success()), "it is killed");
    }

    /// A socket to its line face.
    pub(crate) fn line_client(&self) -> std::net::TcpStream {
        std::net::TcpStream::connect(self.address("line")).expect("it listens")
    }

    /// Waits until it ends, and tells with what status.
    pub(crate) fn status(&mut self) -> Option<i32> {
        self.child.wait().expect("it is a child").code()
    }

    /// A connection to its RESP face.
    pub(crate) fn client(&self) -> Client {
        Client::to(self.address("resp"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
