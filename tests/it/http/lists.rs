//! Lists of queries, streams of lines, and exports.

use super::client::{Client, Transcript, start_still};
use crate::{feed, text};

const JSON: &str = "content-type: application/json";
const LINES: &str = "content-type: application/x-ndjson";

#[test]
fn a_list_is_answered_or_refused_whole_with_all_mistakes() {
    let server = start_still(&[]);
    let mut told = Transcript::of(&server);
    told.ask("POST", "/v1/query", &[JSON], "[[\"PUT\",\"a\",\"1\"],[\"GET\",\"a\"]]");
    told.ask("POST", "/v1/query", &[JSON], "[[\"BATCH\",[\"PUT\",\"b\",\"2\"],[\"GET\",\"b\"]],[\"set_at\",\"a\",\"f\",\"x\",\"7\"],[\"BACKUP\",\"now\"]]");
    told.ask("POST", "/v1/query", &[JSON], "[[\"ALIAS\",\"lies\",\"GET\"],[\"lies\",\"a\"]]");
    told.ask("POST", "/v1/query", &[JSON], "[]");
    told.part("What is wrong");
    told.ask("POST", "/v1/query", &[JSON], "[[\"SET\",\"A\",\"B\"]]");
    told.ask(
        "POST",
        "/v1/query",
        &[JSON],
        "[[\"PUT\",\"c\",\"1\"],\n [\"BACKUP\",\"now\"],\n [\"SCNA\",\"é\"], 7]",
    );
    told.ask(
        "POST",
        "/v1/query",
        &[JSON],
        "[[\"GET_AT\",\"a\",\"f\",\"9\"],[\"BACKUP\",\"now\"],[\"GET_AT\",\"a\",\"f\",\"8\"]]",
    );
    told.ask("POST", "/v1/query", &[JSON], "{\"a\":1}");
    told.ask("POST", "/v1/query", &[JSON], "[[\"SIZE\"]");
    told.ask(
        "POST",
        "/v1/query",
        &[JSON],
        "[[\"BACKUP\",\"now\"],[\"SET_AT_WITH_TTL\",\"a\",\"f\",\"x\",\"now\",\"now\"]",
    );
    told.ask("POST", "/v1/query", &[JSON], "[[\"BACKUP\",\"now\"],[\"GTE\",\"a\"],[\"RESTORE\",\"now\",\"n");
    told.ask(
        "POST",
        "/v1/query",
        &[JSON],
        "[[\"BATCH\",[\"BACKUP\",\"now\"]],[\"RESTORE\",\"now\",\"x\"],[\"put\",\"a\",1.5]]",
    );
    told.ask("POST", "/v1/query", &[JSON], "[[\"BACKUP\",\"now\"],[\"backup\",0]]");
    let usual = "[\"backup\",\"now\"],".repeat(25);
    told.ask("POST", "/v1/query", &[JSON], &format!("[{usual}[\"GTE\",\"a\"]]"));
    told.ask("POST", "/v1/query", &["content-type: text/plain"], "[]");
    told.part("Nothing of them was done");
    told.ask("POST", "/v1/query", &[JSON], "[[\"KEYS\"],[\"BACKUP\",\"now\"]]");
    told.assert("lists");
    let mut client = Client::to(&server);
    let deep = "[".repeat(100_000);
    assert_eq!(client.post("/v1/query", &deep).status, 400);
    let mut deep = "[".repeat(200);
    deep.push_str(&"]".repeat(200));
    assert_eq!(client.ask("PUT", "/v1/records/d/value", &[JSON], &deep).status, 400);
    let many = format!("[{}[\"SIZE\"]]", "[\"SIZE\"],".repeat(65_536));
    assert_eq!(client.post("/v1/query", &many).status, 413);
    // It is not read whole for that, nor for its mistakes; what stands in a value is none of it.
    for query in ["[\"BATCH\"]", "[\"GTE\"]"] {
        let many = format!("[{}{query}]", format!("{query},").repeat(131_073));
        assert_eq!(client.post("/v1/query", &many).status, 413, "{query}");
    }
    let value = format!("[[\"PUT\",\"a\",\"\\\"{}\"]]", "[".repeat(200_000));
    assert_eq!(client.post("/v1/query", &value).status, 200);
}

#[test]
fn lines_are_answered_as_they_come_each_by_itself() {
    let server = start_still(&[]);
    let (mut client, mut other) = (Client::to(&server), Client::to(&server));
    client.send(format!("POST /v1/query HTTP/1.1\r\nhost: localhost\r\n{LINES}\r\n").as_bytes());
    client.send(b"transfer-encoding: chunked\r\n\r\n");
    let chunk = |text: &str| format!("{:x}\r\n{text}\r\n", text.len());
    client.send(chunk("[\"PUT\",\"a\",\"1\"]\n\n[\"GET\",").as_bytes());
    let head = client.head().expect("it is answered");
    assert_eq!((head.status, head.header("content-type")), (200, Some("application/x-ndjson")));
    assert_eq!(client.chunk().as_deref(), Some(&b"\"\"\n"[..]));
    // It is done, though more comes.
    assert_eq!(other.get("/v1/records/a/value").status, 200);
    client.send(chunk("\"a\"]\n[\"BEGIN\"]\n[\"PUT\",\"b\",\"2\"]\n").as_bytes());
    assert_eq!(client.chunk().as_deref(), Some(&b"\"1\"\n\"true\"\n\"\"\n"[..]));
    assert_eq!(other.get("/v1/records/b/value").status, 404);
    // The last line needs no end; what is open then is rolled back.
    client.send((chunk("[\"BATCH\",[\"GET\",\"b\"]]") + "0\r\n\r\n").as_bytes());
    assert_eq!(client.chunk().as_deref(), Some(&b"[\"2\"]\n"[..]));
    assert_eq!(client.chunk(), None);
    assert_eq!(other.get("/v1/records/b/value").status, 404);
    // The connection goes on.
    assert_eq!(client.get("/healthz").status, 200);
}

#[test]
fn a_line_that_is_wrong_ends_the_stream_and_says_why() {
    let server = start_still(&[]);
    let mut client = Client::to(&server);
    let lines = "[\"PUT\",\"a\",\"1\"]\n\n[\"SCNA\",\"a\"]\n[\"PUT\",\"b\",\"1\"]\n";
    let response = client.ask("POST", "/v1/query", &[LINES], lines);
    let text = response.text();
    let (first, problem) = text.split_once('\n').expect("it has two lines");
    let problem: serde_json::Value = serde_json::from_str(problem).expect("it is JSON");
    assert_eq!((first, &problem["status"]), ("\"\"", &400.into()));
    assert_eq!((&problem["line"], &problem["query"]), (&3.into(), &2.into()));
    assert_eq!(Client::to(&server).post("/v1/query", "[[\"KEYS\"]]").text(), "[\"a\"]");
}

#[test]
fn many_lines_are_answered_as_the_program_answers_them() {
    let server = start_still(&[]);
    let mut lines = String::new();
    for n in 0..20_000 {
        lines += &format!("[\"APPEND\",\"k{}\",\"f\",\"{n}\"]\n[\"SCAN\",\"k{}\"]\n", n % 700, n % 300);
    }
    let response = Client::to(&server).ask("POST", "/v1/query", &[LINES], &lines);
    let output = feed(&["run", "--format", "jsonl", "-"], lines.as_bytes());
    assert_eq!(output.status.code(), Some(0));
    assert!(response.text() == text(&output.stdout), "they differ");
}

#[test]
fn an_export_rebuilds_the_database() {
    let folder = tempfile::tempdir().expect("there is room");
    let store = folder.path().join("store").display().to_string();
    for options in [&[][..], &["--store", &store]] {
        let server = start_still(options);
        let mut client = Client::to(&server);
        let long = "x".repeat(100_000);
        let list = format!(
            "[[\"SET_AT_WITH_TTL\",\"a\",\"f\",\"1\",\"5\",\"100\"],[\"PUT\",\"long\",\"{long}\"],[\"BACKUP\",7],\
              [\"APPEND\",\"l\",\"\",\"x\"],[\"DELETE\",\"a\",\"f\"]]"
        );
        assert_eq!(client.post("/v1/query", &list).status, 200);
        let exported = client.get("/v1/export");
        assert_eq!(exported.header("content-type"), Some("application/x-ndjson"));
        let mut lines = exported.text();
        lines.push_str(
            "[\"ITEMS\"]\n[\"RESTORE\",9,7]\n[\"TTL\",\"a\",\"f\"]\n"
                .replace(",9,7", ",\"9\",\"7\"")
                .as_str(),
        );
        let output = feed(&["run", "--format", "jsonl", "-"], lines.as_bytes());
        let answers = text(&output.stdout);
        let ends = format!("\"l([x]), long({long})\"\n\"\"\n\"98\"\n");
        assert!(answers.ends_with(&ends), "{}", &answers[..200.min(answers.len())]);
        if !options.is_empty() {
            assert_eq!(client.ask("POST", "/v1/snapshot", &[], "").status, 202);
            let stats: serde_json::Value =
                serde_json::from_slice(&client.get("/v1/stats").body).expect("JSON");
            assert_eq!((&stats["records"], &stats["store"]["keys"]), (&2.into(), &2.into()));
        }
    }
}
