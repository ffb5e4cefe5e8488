//! What a connection goes through.

use std::io;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

/// What a connection is made of, in the network or in the file system.
pub(super) trait Socket: AsyncRead + AsyncWrite + Unpin {
    fn try_write(&self, bytes: &[u8]) -> io::Result<usize>;
}

macro_rules! sockets {
    ($($socket:ty),*) => {$(
        impl Socket for $socket {
            fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
                <$socket>::try_write(self, bytes)
            }
        }
    )*};
}

sockets!(TcpStream, UnixStream);
