//! The database as a whole: what it holds, and as a list.

use std::io;

use hyper::body::Bytes;
use serde_json::json;
use tokio::sync::mpsc;

use crate::query::Language;
use crate::serve::http::answer::{Answer, Outcome, members};
use crate::serve::http::call::Call;
use crate::serve::http::problem::Problem;
use crate::serve::http::stream::LINES;
use crate::serve::options::ClockSource;

/// So many bytes of an export are handed on at once, and so many pieces wait for the client.
const PIECE: usize = 64 << 10;
const AHEAD: usize = 2;

/// What there is: another thread counts the cells.
pub(in crate::serve::http) fn stats(call: &mut Call<'_>) -> Outcome {
    let busy = call.server.http.begin_count()?;
    let stats = call.desk.database().uncounted_stats()?;
    let now = call.desk.now().0;
    let clock = match call.desk.options.clock {
        ClockSource::Wall => "wall",
        ClockSource::Logical => "logical",
    };
    Ok(Answer::elsewhere(move || {
        let stats = stats.count();
        drop(busy);
        // Those that cells can be asked of.
        let groups = stats.store.as_ref().map(|store| {
            let first = store.compacted_at.unwrap_or(0);
            json!({ "first": first, "last": store.last_group })
        });
        Ok(Answer::json(
            200,
            &members! {
                "records": stats.records,
                "cells": stats.cells,
                "backups": stats.backups,
                "now": now,
                "groups": groups,
                "clock": clock,
                "store": stats.store,
            },
        ))
    }))
}

pub(in crate::serve::http) fn snapshot(call: &mut Call<'_>) -> Outcome {
    if !call.desk.is_durable() {
        return Err(Problem::new(404, "no-store", "the database is in memory alone"));
    }
    call.desk.database().compact()?;
    Ok(Answer::empty(202))
}

/// A list of queries that rebuilds what is there now: another thread tells it, of a copy.
pub(in crate::serve::http) fn export(call: &mut Call<'_>) -> Outcome {
    let busy = call.server.http.begin_export()?;
    let copy = call.desk.database().copy_in_memory()?;
    let (sender, pieces) = mpsc::channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        let mut piece = Vec::new();
        let told = copy.try_dump(|query| {
            let words = Language::records().words(query);
            serde_json::to_writer(&mut piece, &words).map_err(io::Error::from)?;
            piece.push(b'\n');
            if piece.len() < PIECE { Ok(()) } else { send(&sender, &mut piece) }
        });
        // Who has gone takes nothing more.
        let _ = told.and_then(|()| send(&sender, &mut piece));
        drop(busy);
    });
    Ok(Answer::stream(LINES, pieces))
}

fn send(sender: &mpsc::Sender<io::Result<Bytes>>, piece: &mut Vec<u8>) -> io::Result<()> {
    let piece = std::mem::take(piece);
    if piece.is_empty() {
        return Ok(());
    }
    sender.blocking_send(Ok(piece.into())).map_err(io::Error::other)
}
