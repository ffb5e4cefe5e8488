//! A proxy between a client and our server that keeps what goes to and fro.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::client::{taken_apart, value_end};
use super::server::Server;

/// The bytes of a connection in one direction.
type Bytes = Arc<Mutex<Vec<u8>>>;

/// A proxy. It lives as long as the process.
pub(super) struct Proxy {
    pub(super) port: u16,
    /// What each connection asked and was answered.
    connections: Arc<Mutex<Vec<[Bytes; 2]>>>,
}

/// A command as it was asked, and its reply.
pub(super) type Exchange = (Vec<Vec<u8>>, Vec<u8>);

impl Proxy {
    pub(super) fn to(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let connections = Arc::<Mutex<Vec<[Bytes; 2]>>>::default();
        let (noted, to) = (Arc::clone(&connections), server.address("resp").to_owned());
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(&to) else { return };
                let both = <[Bytes; 2]>::default();
                noted.lock().expect("nobody panics with it").push(both.clone());
                join(&client, &server, both);
            }
        });
        Self { port, connections }
    }

    /// What was exchanged on the first connection.
    pub(super) fn exchanged_first(&self) -> Vec<Exchange> {
        exchanges(&self.connections.lock().expect("nobody panics with it")[0])
    }

    /// What was exchanged on a connection up to a command, which is sought on all of them.
    pub(super) fn exchanged_before(&self, last: &[&str]) -> Vec<Exchange> {
        let connections = self.connections.lock().expect("nobody panics with it");
        let same = |(one, other): (&Vec<u8>, &&str)| one.eq_ignore_ascii_case(other.as_bytes());
        let is_last = |(words, _): &Exchange| words.len() == last.len() && words.iter().zip(last).all(same);
        let found = connections.iter().map(exchanges).find(|all| all.iter().any(is_last));
        let found = found.unwrap_or_else(|| panic!("nobody asked {last:?}"));
        found.into_iter().take_while(|exchange| !is_last(exchange)).collect()
    }
}

/// Hands on what comes from either side, and notes it.
fn join(client: &TcpStream, server: &TcpStream, [asked, answered]: [Bytes; 2]) {
    for (from, to, note) in [(client, server, asked), (server, client, answered)] {
        let [mut from, mut to] = [from, to].map(|socket| socket.try_clone().expect("it can be shared"));
        thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(count @ 1..) = from.read(&mut chunk) {
                note.lock().expect("nobody panics with it").extend_from_slice(&chunk[..count]);
                if to.write_all(&chunk[..count]).is_err() {
                    break;
                }
            }
            // The other side may have gone already.
            let _ = to.shutdown(Shutdown::Write);
        });
    }
}

/// The commands of a connection that were answered.
fn exchanges([asked, answered]: &[Bytes; 2]) -> Vec<Exchange> {
    let [asked, answered] =
        [asked, answered].map(|bytes| values(&bytes.lock().expect("nobody panics with it")));
    let words = asked.iter().map(|request| taken_apart(request).1.into_iter().map(text).collect());
    words.zip(answered).collect()
}

fn values(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut values = Vec::new();
    while !bytes.is_empty() {
        let (value, behind) = bytes.split_at(value_end(bytes));
        values.push(value.to_vec());
        bytes = behind;
    }
    values
}

/// The bytes of a text.
fn text(value: &[u8]) -> Vec<u8> {
    let begin = value.iter().position(|byte| *byte == b'\n').expect("a line ends") + 1;
    value[begin..value.len() - 2].to_vec()
}
