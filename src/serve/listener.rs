//! Where connections come in.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net as unix;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use rustix::fs::Mode;
use rustix::net::sockopt;
use rustix::process::{Resource, getrlimit, setrlimit, umask};
use tokio::net::{TcpListener, TcpStream, UnixListener};
use tokio::task::spawn_local;

use super::address::Address;
use super::connection::Connection;
use super::face::Face;
use super::http;
use super::line::LineFace;
use super::options::FaceKind;
use super::resp::RespFace;
use super::server::Server;
use super::socket::Socket;

/// So many file handles are kept back for the store.
const KEPT_BACK: u64 = 16;

/// How long nobody is let in where there is no handle left.
const PAUSE: Duration = Duration::from_millis(50);

/// After so long without a word it is asked whether a client is there still.
pub(super) const GONE: Duration = Duration::from_mins(5);

/// An open door.
pub(super) struct Listener {
    face: FaceKind,
    door: Door,
}

enum Door {
    Tcp(TcpListener),
    /// With the file that it is: by the end another may have its place.
    Unix(UnixListener, PathBuf, Option<FileId>),
}

/// Which file something is, whatever its name: device and number.
type FileId = (u64, u64);

impl Drop for Door {
    fn drop(&mut self) {
        if let Self::Unix(_, path, file) = self
            && file.is_some()
            && file_id(path) == *file
        {
            let _ = std::fs::remove_file(path);
        }
    }
}

fn file_id(path: &Path) -> Option<FileId> {
    let there = std::fs::symlink_metadata(path).ok()?;
    Some((there.dev(), there.ino()))
}

impl Listener {
    /// Opens a door.
    ///
    /// # Errors
    /// The address is in use, or is no place to listen at.
    pub(super) fn open(face: FaceKind, address: &Address) -> io::Result<Self> {
        let door = match address {
            Address::Tcp(address) => {
                let listener = std::net::TcpListener::bind(address)?;
                listener.set_nonblocking(true)?;
                Door::Tcp(TcpListener::from_std(listener)?)
            }
            Address::Unix(path) => {
                remove_stale(path)?;
                let listener = bind_alone(path)?;
                listener.set_nonblocking(true)?;
                Door::Unix(UnixListener::from_std(listener)?, path.clone(), file_id(path))
            }
        };
        Ok(Self { face, door })
    }

    /// Where it is, with the port that was taken.
    pub(super) fn line(&self) -> String {
        let address = match &self.door {
            Door::Tcp(listener) => listener.local_addr().map(Address::Tcp).ok(),
            Door::Unix(_, path, _) => Some(Address::Unix(path.clone())),
        };
        format!("{} {}", self.face.name(), address.map_or_else(String::new, |address| address.to_string()))
    }

    /// Lets clients in, for ever.
    pub(super) async fn run(self, server: Rc<Server>) {
        loop {
            let taken = match &self.door {
                Door::Tcp(listener) => listener.accept().await.map(|(socket, peer)| {
                    // Without it pipelines wait for the other side to acknowledge what it has.
                    let _ = socket.set_nodelay(true);
                    let _ = keep_alive(&socket);
                    let local = socket.local_addr().map(|local| local.to_string()).unwrap_or_default();
                    self.welcome(&server, socket, (peer.to_string(), local), Some(peer));
                }),
                Door::Unix(listener, path, _) => listener.accept().await.map(|(socket, _)| {
                    let path = format!("{}:0", path.display());
                    self.welcome(&server, socket, (path.clone(), path), None);
                }),
            };
            if taken.is_err() {
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    fn welcome<S: Socket + 'static>(
        &self,
        server: &Rc<Server>,
        socket: S,
        (peer, local): (String, String),
        from: Option<SocketAddr>,
    ) {
        let desk = &mut *server.desk.borrow_mut();
        let (face, limits) = (self.face, &desk.options.limits);
        let host = from.map(|from| from.ip().to_canonical()).filter(|host| !host.is_loopback());
        let host = host.and_then(|_| peer.rsplit_once(':')).map(|(host, _)| host);
        let are_many = desk.clients.len() >= limits.connections
            || host.is_some_and(|host| desk.clients.of_host(host) >= limits.connections_per_source);
        if are_many {
            desk.metrics.face(face).refused += 1;
            let _ = socket.try_write(match face {
                FaceKind::Resp => b"-ERR max number of clients reached\r\n",
                FaceKind::Line => b"ERROR: too many clients\n",
                FaceKind::Http => http::TOO_MANY,
            });
            return;
        }
        desk.metrics.face(face).connections += 1;
        let client = desk.clients.add(face, peer, local);
        let (shared, room) = (Rc::clone(&client), Rc::clone(server));
        let spoken: Box<dyn Face> = match face {
            FaceKind::Resp => Box::new(RespFace::new(Rc::clone(&client), &desk.options)),
            FaceKind::Line => Box::new(LineFace::new(Rc::clone(&client), &desk.options)),
            FaceKind::Http => {
                let task = spawn_local(http::run(socket, shared, room));
                client.task.replace(Some(task.abort_handle()));
                return;
            }
        };
        let task = spawn_local(Connection::new(socket, spoken, shared, room).run());
        client.task.replace(Some(task.abort_handle()));
    }
}

/// Has the system ask now and then whether the other side is there still: who is idle is not closed, but who is gone.
fn keep_alive(socket: &TcpStream) -> rustix::io::Result<()> {
    sockopt::set_socket_keepalive(socket, true)?;
    sockopt::set_tcp_keepidle(socket, GONE)
}

/// Binds a socket in the file system that its owner alone may use.
fn bind_alone(path: &Path) -> io::Result<unix::UnixListener> {
    let before = umask(Mode::from_raw_mode(0o177));
    let bound = unix::UnixListener::bind(path);
    umask(before);
    bound
}

/// Removes a socket at which nobody listens any more. Nothing else is ever removed.
fn remove_stale(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::FileTypeExt;
    let Ok(there) = std::fs::symlink_metadata(path) else { return Ok(()) };
    if !there.file_type().is_socket() {
        return Err(io::Error::new(io::ErrorKind::AddrInUse, "there is another file at its place"));
    }
    match unix::UnixStream::connect(path) {
        Ok(mut socket) => {
            let _ = socket.flush();
            Err(io::ErrorKind::AddrInUse.into())
        }
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => std::fs::remove_file(path),
        Err(error) => Err(error),
    }
}

/// Takes as many file handles as may be had, and returns how many connections there may be for them.
pub(super) fn connections(wanted: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = rustix::process::Rlimit { current: limit.maximum, maximum: limit.maximum };
    let _ = setrlimit(Resource::Nofile, raised);
    let there = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let open = std::fs::read_dir("/dev/fd").map_or(16, |open| open.count() as u64);
    wanted.min(usize::try_from(there.saturating_sub(open + KEPT_BACK)).unwrap_or(usize::MAX))
}
