//! A connection to a server, as a client of Redis has it.
//!
//! Invariant: one query is asked at a time, and its answer read whole.

use std::io::{self, BufReader, IsTerminal, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;

use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

use crate::cli::repl::{give_back, note};
use crate::cli::{Failure, say};
use crate::query::{Access, Asks, Language};
use crate::script::{plain, to_json};
use crate::serve::Address;
pub(super) use crate::serve::resp::value::Value;
use crate::serve::resp::value::read_value;
use crate::wire::Term;

/// A stream in both directions.
trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

/// An operation, as the server explains it.
pub(super) struct Doc {
    pub(super) name: String,
    pub(super) summary: String,
    pub(super) arguments: Vec<String>,
}

impl Doc {
    /// What the server tells of a name: nothing if it is no operation of the language. Where the language that is known
    /// here has it, that tells more: a name may be Redis's too, and have several forms.
    fn of(name: &Value, doc: &Value) -> Vec<Self> {
        let name = name.text().to_uppercase();
        let forms = Language::records().named(&name).iter();
        let known = forms.map(|form| Self {
            name: name.clone(),
            summary: form.does().to_owned(),
            arguments: form.words().map(|word| word.name.to_owned()).collect(),
        });
        let known: Vec<_> = known.collect();
        let of = |doc: &Value, key: &str| {
            let found = doc.pairs().into_iter().find(|(name, _)| name.text() == key);
            found.map_or(Value::Null, |(_, value)| value)
        };
        if !known.is_empty() || of(doc, "group").text() != "rewind" {
            return known;
        }
        let arguments = of(doc, "arguments").items();
        let arguments = arguments.iter().map(|argument| of(argument, "name").text()).collect();
        vec![Self { name, summary: of(doc, "summary").text(), arguments }]
    }
}

/// A connection.
pub(super) struct Remote {
    stream: BufReader<Box<dyn Stream>>,
    /// What can be asked.
    pub(super) docs: Vec<Doc>,
    /// Is a transaction open?
    pub(super) is_inside: bool,
}

impl Remote {
    /// Connects, says who is there, and agrees on the language.
    pub(super) fn open(address: &Address, user: &str) -> Result<Self, Failure> {
        let stream = connect(address).map_err(|error| {
            let help = "`rewind serve` starts one";
            Failure::NoServer(format!("no server answers at {address}: {error}\n  = help: {help}"))
        })?;
        let mut remote = Self { stream: BufReader::new(stream), docs: Vec::new(), is_inside: false };
        remote.greet(user)?;
        match remote.send(&["REWIND", "TEXT"])? {
            Value::Error(error) => {
                Err(Failure::NoServer(format!("{address} is no server of rewind: {}", plain(&error))))
            }
            _ => Ok(remote),
        }
    }

    /// Says who is there; the password is asked for where one is wanted.
    fn greet(&mut self, user: &str) -> Result<(), Failure> {
        let given = std::env::var("REWIND_AUTH").ok();
        let mut answer = match &given {
            Some(given) => {
                self.send(&["HELLO", "3", "AUTH", name_of(given, user).0, name_of(given, user).1])?
            }
            None => self.send(&["HELLO", "3"])?,
        };
        let is_wanted = |answer: &Value| matches!(answer, Value::Error(error) if error.starts_with("NOAUTH"));
        if is_wanted(&answer) && io::stdin().is_terminal() {
            let password = ask_password(user)?;
            answer = self.send(&["HELLO", "3", "AUTH", user, &password])?;
        }
        match answer {
            Value::Error(error) => Err(Failure::Usage(plain(&error))),
            _ => Ok(()),
        }
    }

    /// Learns what can be asked, for who types it.
    pub(super) fn learn(&mut self) -> Result<(), Failure> {
        let docs = self.send(&["REDIS", "COMMAND", "DOCS"])?;
        let mut docs: Vec<Doc> = docs.pairs().iter().flat_map(|(name, doc)| Doc::of(name, doc)).collect();
        docs.sort_by(|one, other| one.name.cmp(&other.name));
        self.docs = docs;
        Ok(())
    }

    /// Asks a query.
    pub(super) fn ask(&mut self, terms: &[Term]) -> Result<Value, Failure> {
        let word = |term: &Term| match term {
            Term::Text(text) => text.clone(),
            Term::Array(_) => to_json(term),
        };
        let words: Vec<_> = terms.iter().map(word).collect();
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        let answer = self.send(&words)?;
        let forms = words.first().map(|name| Language::records().named(&name.to_uppercase()));
        let access = forms.and_then(|forms| forms.first()).and_then(|form| match form.asks {
            Asks::One(operation) => Some(operation.access()),
            Asks::Batch => None,
        });
        match access {
            Some(Access::Begin) if answer.text() == "true" => self.is_inside = true,
            Some(Access::Commit | Access::Rollback) if !matches!(answer, Value::Error(_)) => {
                self.is_inside = false;
            }
            _ => {}
        }
        Ok(answer)
    }

    /// Sends words, and reads the answer.
    fn send(&mut self, words: &[&str]) -> Result<Value, Failure> {
        let mut request = format!("*{}\r\n", words.len()).into_bytes();
        for word in words {
            request.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
            request.extend_from_slice(word.as_bytes());
            request.extend_from_slice(b"\r\n");
        }
        let sent = self.stream.get_mut().write_all(&request);
        let answered = sent.and_then(|()| read_value(&mut self.stream));
        answered.map_err(|error| {
            // The port of HTTP answers too.
            Failure::NoServer(if error.kind() == io::ErrorKind::InvalidData {
                let help = "the address is the one behind `resp` where `rewind serve` says where it listens";
                format!("{error}\n  = help: {help}")
            } else {
                format!("the server has gone: {error}")
            })
        })
    }
}

fn connect(address: &Address) -> io::Result<Box<dyn Stream>> {
    Ok(match address {
        Address::Tcp(address) => {
            let stream = TcpStream::connect(address)?;
            stream.set_nodelay(true)?;
            Box::new(stream)
        }
        Address::Unix(path) => Box::new(UnixStream::connect(path)?),
    })
}

/// A name and a password, as `NAME:PASSWORD` or the password alone.
fn name_of<'a>(given: &'a str, user: &'a str) -> (&'a str, &'a str) {
    let line = given.lines().next().unwrap_or_default();
    line.split_once(':').unwrap_or((user, line))
}

/// Asks for a password on the terminal, which does not show it.
fn ask_password(user: &str) -> Result<String, Failure> {
    let broken = |error: io::Error| Failure::Usage(format!("cannot read the password: {error}"));
    let terminal = io::stdin();
    let mut silent = tcgetattr(&terminal).map_err(|error| broken(error.into()))?;
    silent.local_modes.remove(LocalModes::ECHO);
    // Who interrupts it has the terminal back as well.
    note();
    tcsetattr(&terminal, OptionalActions::Flush, &silent).map_err(|error| broken(error.into()))?;
    say(&format!("password of {user}: "));
    let mut line = String::new();
    let read = terminal.read_line(&mut line);
    give_back();
    say("\n");
    read.map_err(broken)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
