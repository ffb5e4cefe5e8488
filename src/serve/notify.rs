//! What a service manager is told: a datagram to the socket that it names in `NOTIFY_SOCKET`.
//!
//! Invariant: nothing waits for a manager that does not listen.

use std::os::unix::net::UnixDatagram;

/// Tells it, if there is one. Whether it hears is its own affair.
pub(super) fn notify(state: &str) {
    let Some(name) = std::env::var_os("NOTIFY_SOCKET") else { return };
    let Ok(socket) = UnixDatagram::unbound() else { return };
    let Ok(()) = socket.set_nonblocking(true) else { return };
    if let Some(address) = abstract_address(&name) {
        let _ = socket.send_to_addr(state.as_bytes(), &address);
    } else {
        let _ = socket.send_to(state.as_bytes(), &name);
    }
}

/// The address of a name that begins with `@`, which is in no file system.
#[cfg(target_os = "linux")]
fn abstract_address(name: &std::ffi::OsStr) -> Option<std::os::unix::net::SocketAddr> {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::ffi::OsStrExt;
    let name = name.as_bytes().strip_prefix(b"@")?;
    std::os::unix::net::SocketAddr::from_abstract_name(name).ok()
}

#[cfg(not(target_os = "linux"))]
fn abstract_address(_: &std::ffi::OsStr) -> Option<std::os::unix::net::SocketAddr> {
    None
}
