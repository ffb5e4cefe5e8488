//! Redis, where it is installed.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use tempfile::TempDir;

use super::client::Client;

/// A redis-server of the test's own. It is killed when this is dropped.
pub(super) struct Redis {
    child: Child,
    directory: TempDir,
}

impl Redis {
    /// Starts one, if there is one; else says that there is none.
    pub(super) fn start() -> Option<Self> {
        let directory = tempfile::tempdir().expect("there is room");
        let options =
            ["--port", "0", "--unixsocket", "socket", "--save", "", "--appendonly", "no", "--databases", "1"];
        let child = Command::new("redis-server")
            .args(options)
            .current_dir(directory.path())
            .stdout(Stdio::null())
            .spawn();
        let Ok(child) = child else {
            eprintln!("skipped: there is no redis-server to compare with");
            return None;
        };
        let redis = Self { child, directory };
        let is_there = (0..500).any(|_| {
            redis.listens() || {
                sleep(Duration::from_millis(20));
                false
            }
        });
        assert!(is_there, "redis-server does not listen");
        Some(redis)
    }

    fn socket(&self) -> std::path::PathBuf {
        self.directory.path().join("socket")
    }

    fn listens(&self) -> bool {
        std::os::unix::net::UnixStream::connect(self.socket()).is_ok()
    }

    /// A connection to it.
    pub(super) fn client(&self) -> Client {
        let path: &Path = &self.socket();
        Client::to(&format!("unix:{}", path.display()))
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
