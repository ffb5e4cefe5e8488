//! Cells as they were after each group of the log.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::client::{Client, start_still};
use crate::judge::lists::any_list_of;

/// Small segments, and values that stay on disk.
const OPTIONS: [&str; 4] = ["--segment-max", "2KiB", "--inline-max", "3"];

/// Asks each query as a list of its own. Returns what all cells were after each group.
fn ask(client: &mut Client, seed: u64, pages: &mut BTreeMap<u64, String>) {
    for query in any_list_of(seed, false) {
        let list = serde_json::to_string(&[query]).expect("it is JSON");
        assert!([200, 422].contains(&client.post("/v1/query", &list).status), "{list}");
        let page = client.get("/v1/cells?limit=10000").text();
        let told: Json = serde_json::from_str(&page).expect("it is JSON");
        pages.insert(told["group"].as_u64().expect("it is of a group"), page);
    }
}

/// The groups that the statistics tell of.
fn groups(client: &mut Client) -> [u64; 2] {
    let stats: Json = serde_json::from_slice(&client.get("/v1/stats").body).expect("it is JSON");
    ["first", "last"].map(|name| stats["groups"][name].as_u64().expect("it is told"))
}

/// Every group that can be reached is as it was, and no other can be asked.
fn look(client: &mut Client, pages: &BTreeMap<u64, String>, context: &str) {
    let [first, last] = groups(client);
    assert_eq!(pages.keys().last(), Some(&last), "{context}");
    for (group, page) in pages {
        let told = client.get(&format!("/v1/cells?at={group}&limit=10000"));
        if *group < first {
            assert_eq!((told.status, told.problem()), (410, "out-of-reach".to_owned()), "{context}, {group}");
        } else {
            assert_eq!((told.status, &told.text()), (200, page), "{context}, group {group}");
        }
    }
    let beyond = client.get(&format!("/v1/cells?at={}", last + 1));
    assert!(beyond.status == 410 && beyond.text().contains(&format!("from {first} to {last}")), "{beyond:?}");
}

#[test]
fn each_group_is_as_it_was_after_a_kill_and_a_compaction_too() {
    for seed in 0..3 {
        let folder = tempfile::tempdir().expect("there is room");
        let store = folder.path().join("store").display().to_string();
        let options = [&["--store", &store][..], &OPTIONS].concat();
        let mut server = start_still(&options);
        let mut client = Client::to(&server);
        let empty = "{\"at\":0,\"group\":0,\"cells\":[],\"next\":null}".to_owned();
        let mut pages = BTreeMap::from([(0, empty)]);
        ask(&mut client, 10 * seed, &mut pages);
        look(&mut client, &pages, &format!("seed {seed}, at first"));
        // Nothing of it is written, and no clock moves.
        assert_eq!(pages.values().last(), Some(&client.get("/v1/cells?limit=10000").text()));
        server.kill();
        drop(server);
        server = start_still(&options);
        client = Client::to(&server);
        look(&mut client, &pages, &format!("seed {seed}, after a kill"));
        ask(&mut client, 10 * seed + 1, &mut pages);
        assert_eq!(client.ask("POST", "/v1/snapshot", &[], "").status, 202);
        let [first, last] = groups(&mut client);
        assert!(first == last && last > 0, "seed {seed}: {first} {last}");
        ask(&mut client, 10 * seed + 2, &mut pages);
        look(&mut client, &pages, &format!("seed {seed}, after a compaction"));
    }
}

#[test]
fn a_group_is_paged_through_while_the_database_goes_on() {
    let folder = tempfile::tempdir().expect("there is room");
    let store = folder.path().join("store").display().to_string();
    let server = start_still(&["--store", &store]);
    let mut client = Client::to(&server);
    for n in 0..25 {
        let list = format!("[[\"SET\",\"k\",\"{n:02}\",\"{n}\"],[\"PUT\",\"l\",\"{n}\"]]");
        assert_eq!(client.post("/v1/query", &list).status, 200);
    }
    let (mut fields, mut after) = (Vec::new(), String::new());
    loop {
        assert_eq!(client.post("/v1/query", "[[\"DELETE\",\"k\",\"03\"],[\"TICK\",\"7\"]]").status, 200);
        let page = client.get(&format!("/v1/cells?at=20&prefix=k&limit=6{after}"));
        let page: Json = serde_json::from_slice(&page.body).expect("it is JSON");
        assert_eq!((&page["at"], &page["group"]), (&0.into(), &20.into()));
        fields.extend(
            page["cells"].as_array().expect("there are some").iter().map(|cell| cell["field"].clone()),
        );
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={}", next.replace('"', "%22").replace('[', "%5B").replace(']', "%5D"));
    }
    assert_eq!(fields, (0..20).map(|n| Json::from(format!("{n:02}"))).collect::<Vec<_>>());
}

#[test]
fn one_looks_back_at_a_time_and_others_may_try_again() {
    let folder = tempfile::tempdir().expect("there is room");
    let store = folder.path().join("store").display().to_string();
    let server = start_still(&["--store", &store, "--sync", "never"]);
    let lines: Vec<String> = (0..20_000).map(|n| format!("[\"PUT\",\"k{n}\",\"{n}\"]\n")).collect();
    let lines = lines.concat();
    let lines = Client::to(&server).ask("POST", "/v1/query", &["content-type: application/x-ndjson"], &lines);
    assert_eq!(lines.status, 200);
    let mut clients: Vec<Client> = (0..8).map(|_| Client::to(&server)).collect();
    for client in &mut clients {
        client.send(b"GET /v1/cells?at=20000&limit=1 HTTP/1.1\r\nhost: localhost\r\n\r\n");
    }
    let mut answered = 0;
    for client in &mut clients {
        let response = client.response(false).expect("it is answered");
        match response.status {
            200 => answered += 1,
            status => assert_eq!((status, response.header("retry-after")), (503, Some("1")), "{response:?}"),
        }
    }
    assert!((1..8).contains(&answered), "{answered}");
    // The others are answered all the while, and it is free again.
    assert_eq!(clients[0].get("/v1/cells?at=1").status, 200);
}

#[test]
fn a_damaged_log_is_told_and_the_server_goes_on() {
    let folder = tempfile::tempdir().expect("there is room");
    let store = folder.path().join("store");
    let server = start_still(&["--store", &store.display().to_string()]);
    let mut client = Client::to(&server);
    for n in 0..20 {
        assert_eq!(client.post("/v1/query", &format!("[[\"PUT\",\"k\",\"{n}\"]]")).status, 200);
    }
    assert_eq!(client.get("/v1/cells?at=3").status, 200);
    let log = store.join("log-00000000000000000001.bin");
    let mut bytes = std::fs::read(&log).expect("it is there");
    bytes[200] ^= 1;
    // In place: it stays the file that the server writes on.
    std::fs::write(&log, bytes).expect("it can be written");
    let told = client.get("/v1/cells?at=3");
    assert_eq!((told.status, told.problem()), (500, "unreadable".to_owned()));
    assert!(told.text().contains("is damaged at byte"), "{}", told.text());
    assert_eq!(client.post("/v1/query", "[[\"GET\",\"k\"]]").text(), "[\"19\"]");
}

#[test]
fn where_memory_is_short_nothing_is_brought_back() {
    let folder = tempfile::tempdir().expect("there is room");
    let store = folder.path().join("store").display().to_string();
    let server = start_still(&["--store", &store, "--max-memory", "1MiB"]);
    let mut client = Client::to(&server);
    let begun = std::time::Instant::now();
    while client.get("/v1/cells?at=0").status == 200 {
        assert!(begun.elapsed().as_secs() < 20, "it is not seen");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let told = client.get("/v1/cells?at=0");
    assert_eq!((told.status, told.problem()), (503, "memory".to_owned()));
    assert_eq!(client.get("/v1/cells").status, 200);
}

#[test]
fn in_memory_no_group_can_be_reached() {
    let server = start_still(&[]);
    let mut client = Client::to(&server);
    client.post("/v1/query", "[[\"PUT\",\"k\",\"1\"]]");
    let told = client.get("/v1/cells?at=1");
    assert_eq!((told.status, told.problem()), (410, "out-of-reach".to_owned()));
    assert!(told.text().contains("without a log"), "{}", told.text());
    for nonsense in ["", "-1", "1.5", "@", "@x", "18446744073709551616"] {
        assert_eq!(client.get(&format!("/v1/cells?at={nonsense}")).status, 400, "{nonsense}");
    }
}
