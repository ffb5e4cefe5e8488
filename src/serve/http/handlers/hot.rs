//! A hot backup: the files of the store in an archive, as they are after one commit.

use std::io;

use hyper::body::Bytes;
use tokio::sync::mpsc;

use crate::serve::http::answer::{Answer, Outcome};
use crate::serve::http::call::Call;
use crate::serve::http::problem::Problem;
use crate::serve::http::tar;
use crate::store::HotFile;

/// The type of an archive.
pub(in crate::serve::http) const TAR: &str = "application/x-tar";

/// So many bytes are read at once, and so many pieces wait for the client.
const PIECE: usize = 64 << 10;
const AHEAD: usize = 2;

pub(in crate::serve::http) fn archive(call: &mut Call<'_>) -> Outcome {
    let busy = call.server.http.begin_export()?;
    let files = call.desk.database().hot_files()?;
    let files = files.ok_or_else(|| Problem::new(404, "no-store", "the database is in memory alone"))?;
    let (sender, pieces) = mpsc::channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        if let Err(why) = write(&files, &sender) {
            // It is broken off, so that nobody takes it for whole; who has gone takes nothing more.
            let _ = sender.blocking_send(Err(why));
        }
        drop(busy);
    });
    Ok(Answer::stream(TAR, pieces)
        .with_header(hyper::header::CONTENT_DISPOSITION, "attachment; filename=\"store.tar\""))
}

/// Writes all of it.
fn write(files: &[HotFile], sender: &mpsc::Sender<io::Result<Bytes>>) -> io::Result<()> {
    let send = |piece: Vec<u8>| sender.blocking_send(Ok(piece.into())).map_err(io::Error::other);
    for file in files {
        send(tar::header(&format!("store/{}", file.name()), file.length()).to_vec())?;
        let mut at = 0;
        while at < file.length() {
            let left = usize::try_from(file.length() - at).unwrap_or(usize::MAX);
            let mut piece = vec![0; left.min(PIECE)];
            file.read_at(at, &mut piece).map_err(io::Error::other)?;
            at += piece.len() as u64;
            send(piece)?;
        }
        send(vec![0; tar::padding(file.length())])?;
    }
    send(vec![0; tar::END])
}
