//! Where a server listens, and how that is written.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

/// A place to listen at.
///
/// ```
/// use rewinddb::serve::Address;
///
/// assert_eq!("7400".parse::<Address>()?.to_string(), "127.0.0.1:7400");
/// assert_eq!("localhost:0".parse::<Address>()?.to_string(), "127.0.0.1:0");
/// assert!("[::1]:7400".parse::<Address>()?.is_local());
/// assert!(!"0.0.0.0:7400".parse::<Address>()?.is_local());
/// assert!("unix:/run/rewind.sock".parse::<Address>()?.is_local());
/// assert!("db.example:7400".parse::<Address>().is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A host, as a number, and a port; port 0 takes a free one.
    Tcp(SocketAddr),
    /// A socket in the file system.
    Unix(PathBuf),
}

impl Address {
    /// Can only this machine reach it?
    #[must_use]
    pub fn is_local(&self) -> bool {
        match self {
            Self::Tcp(address) => address.ip().is_loopback(),
            Self::Unix(_) => true,
        }
    }
}

impl FromStr for Address {
    type Err = String;

    /// Reads `PORT`, `HOST:PORT`, `[::1]:PORT` or `unix:PATH`. A host is a number or `localhost`; no name is looked up.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("unix:") {
            return if path.is_empty() {
                Err("a path is missing".to_owned())
            } else {
                Ok(Self::Unix(path.into()))
            };
        }
        let (host, port) = text.rsplit_once(':').unwrap_or(("localhost", text));
        let port = port
            .parse()
            .map_err(|_| format!("`{port}` is no port; an address is PORT, HOST:PORT or unix:PATH"))?;
        let within = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let host = match (host, within) {
            ("localhost", _) => Ok(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            (_, Some(host)) => host.parse::<Ipv6Addr>().map(IpAddr::V6),
            _ => host.parse::<Ipv4Addr>().map(IpAddr::V4),
        };
        let host =
            host.map_err(|_| "a host is a number, as in 127.0.0.1 or [::1], or localhost".to_owned())?;
        Ok(Self::Tcp(SocketAddr::new(host, port)))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display().to_string().escape_debug()),
        }
    }
}
