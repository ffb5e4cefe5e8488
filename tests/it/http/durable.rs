//! What is answered is on the disk, or is refused.

use std::process::{Command, Stdio};

use super::client::{Client, start};
use crate::serve::server::Server;

const TEXT: &str = "content-type: text/plain";

#[test]
fn where_the_disk_is_full_reads_go_on_and_writes_are_refused() {
    let folder = tempfile::tempdir().expect("there is room");
    let store = folder.path().join("store").display().to_string();
    let script = "trap '' XFSZ; ulimit -f 60; exec \"$0\" serve --http 127.0.0.1:0 --store \"$1\"";
    let mut shell = Command::new("sh");
    shell.args(["-c", script, env!("CARGO_BIN_EXE_rewind"), &store]).stderr(Stdio::null());
    let server = Server::of(shell);
    let mut client = Client::to(&server);
    assert_eq!(client.get("/readyz").status, 200);
    let value = "x".repeat(300);
    let mut put = |n: usize| client.ask("PUT", &format!("/v1/records/k/fields/{n}"), &[TEXT], &value);
    let written = (0..10_000).take_while(|n| put(*n).status == 201).count();
    assert!((20..9_999).contains(&written), "{written}");
    let refused = put(0);
    assert_eq!((refused.status, refused.problem()), (503, "storage".to_owned()));
    assert!(refused.header("etag").is_none() && refused.header("retry-after").is_some(), "{refused:?}");
    let mut client = Client::to(&server);
    for n in 0..written {
        let found = client.ask("GET", &format!("/v1/records/k/fields/{n}"), &["accept: text/plain"], "");
        assert!(found.status == 200 && found.text() == value, "{n}");
    }
    let lines =
        client.ask("POST", "/v1/query", &["content-type: application/x-ndjson"], "[\"PUT\",\"a\",\"1\"]\n");
    assert!(lines.text().contains("\"status\":503"), "{}", lines.text());
    assert_eq!(client.post("/v1/query", "[[\"PUT\",\"a\",\"1\"]]").status, 503);
    assert_eq!([client.get("/readyz").status, client.get("/healthz").status], [503, 200]);
    assert!(client.get("/metrics").text().contains("\nrewind_store_stopped 1\n"));
}

/// The files of an archive.
fn unpacked(mut archive: &[u8], folder: &std::path::Path) -> usize {
    let mut count = 0;
    while archive[0] != 0 {
        let (header, rest) = archive.split_at(512);
        let text = |range: std::ops::Range<usize>| {
            let text = std::str::from_utf8(&header[range]).expect("it is ASCII");
            text.trim_end_matches('\0').to_owned()
        };
        let length = usize::from_str_radix(&text(124..136), 8).expect("it is a number");
        let path = folder.join(text(0..100));
        std::fs::create_dir_all(path.parent().expect("it is in a folder")).expect("there is room");
        std::fs::write(path, &rest[..length]).expect("there is room");
        archive = &rest[length.next_multiple_of(512)..];
        count += 1;
    }
    assert_eq!(archive, [0; 1024]);
    count
}

#[test]
fn a_hot_backup_opens_as_it_was_after_a_commit() {
    let folder = tempfile::tempdir().expect("there is room");
    let store = folder.path().join("here").display().to_string();
    let server = start(&[
        "--store",
        &store,
        "--segment-max",
        "64KiB",
        "--compact-after",
        "128KiB",
        "--inline-max",
        "100",
    ]);
    assert_eq!(Client::to(&start(&[])).get("/v1/store.tar").status, 404);
    let is_over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|threads| {
        // All the while somebody writes.
        threads.spawn(|| {
            let mut client = Client::to(&server);
            for n in 0.. {
                if is_over.load(std::sync::atomic::Ordering::Relaxed) {
                    break;
                }
                let value = format!("{n} {}", "x".repeat(500));
                let list = format!("[[\"PUT\",\"a\",\"{value}\"],[\"PUT\",\"b\",\"{value}\"]]");
                assert_eq!(client.post("/v1/query", &list).status, 200);
            }
        });
        let mut client = Client::to(&server);
        for round in 0..8 {
            let put = client.ask("PUT", "/v1/records/round/value", &[TEXT], &format!("{round}"));
            assert!([201, 204].contains(&put.status), "{put:?}");
            let response = client.get("/v1/store.tar");
            assert_eq!((response.status, response.header("content-type")), (200, Some("application/x-tar")));
            let copy = folder.path().join(format!("copy {round}"));
            assert!(unpacked(&response.body, &copy) >= 2);
            let copy = copy.join("store").display().to_string();
            let verified = crate::rewind(&["log", "verify", &copy]).output().expect("it runs");
            assert_eq!(verified.status.code(), Some(0), "{verified:?}");
            let list = b"[[\"GET\",\"round\"],[\"GET\",\"a\"],[\"GET\",\"b\"]]";
            let output = crate::feed(&["run", "--format", "json", "--store", &copy, "-"], list);
            let answers: Vec<String> = serde_json::from_slice(&output.stdout).expect("it is JSON");
            assert_eq!(answers[0], round.to_string());
            // A group is there whole or not at all.
            assert_eq!(answers[1], answers[2]);
        }
        let metrics = client.get("/metrics").text();
        let bytes = metrics.lines().find_map(|line| line.strip_prefix("rewind_log_bytes "));
        assert!(
            bytes.and_then(|bytes| bytes.parse().ok()).is_some_and(|bytes: u64| bytes > 500),
            "{metrics}"
        );
        is_over.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

#[test]
fn what_was_acknowledged_before_a_kill_is_there_after_it() {
    let folder = tempfile::tempdir().expect("there is room");
    let store = folder.path().join("store").display().to_string();
    for kill in 1_u64..4 {
        let server = start(&["--store", &store, "--segment-max", "16KiB", "--compact-after", "32KiB"]);
        let acknowledged: Vec<u64> = std::thread::scope(|threads| {
            let clients: Vec<_> = (0..8)
                .map(|who| {
                    let mut client = Client::to(&server);
                    threads.spawn(move || {
                        let mut last = 0;
                        for number in kill * 1_000_000.. {
                            let put = format!(
                                "PUT /v1/records/{who}/value HTTP/1.1\r\nhost: localhost\r\n{TEXT}\r\n\
                                 content-length: 7\r\n\r\n{number}"
                            );
                            if !client.try_send(put.as_bytes()) {
                                break;
                            }
                            let Some(response) = client.response(false) else { break };
                            assert!([201, 204].contains(&response.status), "{response:?}");
                            last = number;
                        }
                        last
                    })
                })
                .collect();
            std::thread::sleep(std::time::Duration::from_millis(150 * kill));
            server.kill();
            clients.into_iter().map(|client| client.join().expect("it ends")).collect()
        });
        drop(server);
        let server = start(&["--store", &store]);
        let mut client = Client::to(&server);
        for (who, number) in acknowledged.iter().enumerate() {
            let there = client.ask("GET", &format!("/v1/records/{who}/value"), &["accept: text/plain"], "");
            let there = there.text().parse().unwrap_or(0);
            assert!(*number > 0 && there >= *number, "{who} has {there}, and {number} was acknowledged");
        }
    }
}
