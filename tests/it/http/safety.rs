//! What is refused for how it is asked, and what holds clients in bounds.

use std::io::Write;
use std::time::{Duration, Instant};

use super::client::{Client, start, start_still};
use crate::rewind;
use crate::serve::server::Server;

const JSON: &str = "content-type: application/json";

/// What comes of a head, and whether the connection is closed behind it.
fn sent(server: &Server, head: &[u8]) -> (u16, bool) {
    let mut client = Client::to(server);
    client.send(head);
    // Nothing behind it is read where it is closed.
    client.send(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
    let Some(first) = client.response(false) else { return (0, true) };
    let next = client.response(false);
    assert!(next.as_ref().is_none_or(|next| next.status == 200), "{first:?} {next:?}");
    (first.status, next.is_none())
}

#[test]
fn a_head_that_two_readers_may_read_in_two_ways_closes_the_connection() {
    let server = start_still(&[]);
    let post = |headers: &str| format!("POST /v1/backups HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n");
    let rows = [
        (post("content-length: 4\r\ncontent-length: 5\r\n"), 400),
        (post("content-length: +4\r\n"), 400),
        (post("content-length: 4, 4\r\n"), 400),
        (post("content-length: -1\r\n"), 400),
        (post("transfer-encoding: gzip\r\n"), 400),
        (post("transfer-encoding: gzip, chunked\r\n"), 501),
        (post("x: a\r\n b\r\n"), 400),
        (post("x : a\r\n"), 400),
        (post("x: a\0b\r\n"), 400),
        (post("x: a\rb\r\n"), 400),
        (post("host: localhost\r\n"), 400),
        ("GET /healthz HTTP/1.1\r\n\r\n".to_owned(), 400),
        (
            "GET /healthz HTTP/1.0\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"
                .to_owned(),
            400,
        ),
        ("GET /healthz\r\n\r\n".to_owned(), 400),
        ("GET /v1/records/%zz HTTP/1.1\r\nhost: localhost\r\n\r\n".to_owned(), 400),
        ("*1\r\n$4\r\nPING\r\n".to_owned(), 400),
    ];
    for (head, status) in rows {
        assert_eq!(sent(&server, head.as_bytes()), (status, true), "{head:?}");
    }
    // Chunks win over a length, and the connection ends.
    let both = post("content-length: 40\r\ntransfer-encoding: chunked\r\n") + "0\r\n\r\n";
    assert_eq!(sent(&server, both.as_bytes()), (201, true));
    // What is good goes on.
    assert_eq!(sent(&server, post("").as_bytes()), (201, false));
    assert_eq!(
        sent(&server, (post("transfer-encoding: chunked\r\n") + "0\r\n\r\n").as_bytes()),
        (201, false)
    );
}

fn get(target: &str, headers: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n").into_bytes()
}

#[test]
fn heads_and_bodies_have_bounds() {
    let server = start_still(&["--max-request", "1MiB", "--max-word", "1000"]);
    let long = "x".repeat(8_200);
    assert_eq!(sent(&server, &get(&format!("/v1/{long}"), "")), (414, true));
    assert_eq!(sent(&server, &get("/healthz", &format!("x: {long}{long}\r\n"))), (431, true));
    assert_eq!(sent(&server, &get("/healthz", &"x: y\r\n".repeat(70))), (431, true));
    assert_eq!(sent(&server, &get("/healthz", &"x: y\r\n".repeat(60))), (200, false));
    // It is refused before it is sent, and when it says nothing of its length too.
    let mut client = Client::to(&server);
    client.send(format!("POST /v1/query HTTP/1.1\r\nhost: localhost\r\n{JSON}\r\n").as_bytes());
    client.send(b"content-length: 1048577\r\n\r\n");
    assert_eq!(client.response(false).expect("it is answered").status, 413);
    assert!(client.is_closed());
    let mut client = Client::to(&server);
    client.send(format!("POST /v1/query HTTP/1.1\r\nhost: localhost\r\n{JSON}\r\n").as_bytes());
    client.send(b"transfer-encoding: chunked\r\n\r\n");
    // It may be closed before it has sent all, and reads why.
    let _ = client.try_send(format!("800400\r\n{}", " ".repeat(0x80_0400)).as_bytes());
    assert_eq!(client.response(false).expect("it is answered").status, 413);
    let value = "x".repeat(1_001);
    let put = |client: &mut Client, value: &str| {
        client.ask("PUT", "/v1/records/a/value", &["content-type: text/plain"], value).status
    };
    let mut client = Client::to(&server);
    assert_eq!([put(&mut client, &value), put(&mut client, &value[1..])], [413, 201]);
    // Where no password is asked for, little is read.
    let mut get = |length: usize| client.ask("GET", "/healthz", &[JSON], &"x".repeat(length)).status;
    assert_eq!([get(10_000), get(100_000)], [200, 413]);
}

#[test]
fn words_and_queries_have_bounds_wherever_they_stand() {
    let server = start_still(&["--max-word", "1000", "--max-queries", "10", "--max-unread", "8000"]);
    let mut client = Client::to(&server);
    let (json, lines) = (["content-type: application/json"], ["content-type: application/x-ndjson"]);
    let bodies = |word: &str| {
        let command = format!("{{\"command\":\"k {word}\"}}");
        [
            ("/v1/records/k/value/items", format!("{{\"item\":\"{word}\"}}")),
            ("/v1/query", format!("[[\"SIZE\"],[\"BATCH\",[\"PUT\",\"k\",\"{word}\"]]]")),
            ("/pbc/put", format!("{{\"key\":\"k\",\"value\":\"{word}\"}}")),
            ("/pbc/batch", format!("{{\"data\":{{\"{word}\":1}}}}")),
            ("/pim/put", command),
        ]
    };
    for (path, body) in bodies(&"x".repeat(1_001)) {
        assert_eq!(client.ask("POST", path, &json, &body).status, 413, "{path}");
    }
    for (path, body) in bodies(&"x".repeat(900)) {
        assert_eq!(client.ask("POST", path, &json, &body).status, 200, "{path}");
    }
    let line = |word: &str| format!("[\"PUT\",\"k\",\"{word}\"]\n");
    let told = client.ask("POST", "/v1/query", &lines, &line(&"x".repeat(1_001))).text();
    assert!(told.contains("/problems/large"), "{told}");
    assert_eq!(client.ask("POST", "/v1/query", &lines, &line(&"x".repeat(900))).text(), "\"\"\n");
    // The items of a list are as many queries.
    let many = |count: usize| format!("[{}\"\"]", "\"\",".repeat(count - 1));
    let mut put = |count: usize| client.ask("PUT", "/v1/records/l/value", &json, &many(count)).status;
    assert_eq!([put(11), put(9)], [413, 201]);
    let data = |count: usize| {
        let data: serde_json::Map<_, _> = (0..count).map(|n| (n.to_string(), n.into())).collect();
        serde_json::json!({ "data": data }).to_string()
    };
    let mut put = |count: usize| client.ask("POST", "/pbc/batch", &json, &data(count)).status;
    assert_eq!([put(11), put(9)], [413, 200]);
    // The answers of a batch are one answer.
    client.ask("POST", "/pim/put", &json, &format!("{{\"command\":\"k {}\"}}", "x".repeat(900)));
    for command in ["get k", "values", "items", "find -v -l x*"] {
        let mut batch = |count: usize| {
            let batch = serde_json::json!(vec![command; count]).to_string();
            client.ask("PUT", "/pim/batch", &json, &batch).status
        };
        assert_eq!([batch(3), batch(9)], [200, 500], "{command}");
    }
}

#[test]
fn an_answer_that_waits_for_its_commit_is_counted_until_it_is_taken() {
    let folder = tempfile::tempdir().expect("there is room");
    let store = folder.path().join("store").display().to_string();
    let server = start(&["--resp", "127.0.0.1:0", "--store", &store]);
    let (mut client, mut redis) = (Client::to(&server), server.client());
    let value = "x".repeat(16 << 20);
    assert_eq!(client.ask("PUT", "/v1/records/k/value", &["content-type: text/plain"], &value).status, 201);
    let list = r#"[["PUT","w","1"],["GET","k"]]"#;
    let length = list.len();
    client.send(
        format!(
            "POST /v1/query HTTP/1.1\r\nhost: localhost\r\n{JSON}\r\ncontent-length: {length}\r\n\r\n{list}"
        )
        .as_bytes(),
    );
    let begun = Instant::now();
    let is_counted = |list: Vec<u8>| {
        let list = crate::text(&list);
        let held = list.split_whitespace().filter_map(|word| word.strip_prefix("tot-mem=")?.parse().ok());
        held.max() >= Some(16 << 20)
    };
    while !is_counted(redis.ask(&["CLIENT", "LIST"])) {
        assert!(begun.elapsed() < Duration::from_secs(10), "it is not counted");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(client.response(false).expect("it is answered").body.len(), value.len() + r#"["",""]"#.len());
    assert!(!is_counted(redis.ask(&["CLIENT", "LIST"])));
}

#[test]
fn what_a_head_may_have_is_an_option() {
    let bounds = ["--max-head", "400", "--max-headers", "4", "--max-target", "20", "--max-readers", "1"];
    let server = start_still(&bounds);
    assert_eq!(sent(&server, &get("/v1/find?what=KEY&p", "")).0, 400);
    assert_eq!(sent(&server, &get("/v1/find?what=KEY&pat=", "")), (414, true));
    assert_eq!(sent(&server, &get("/healthz", &"x: y\r\n".repeat(2))).0, 200);
    assert_eq!(sent(&server, &get("/healthz", &"x: y\r\n".repeat(4))), (431, true));
    assert_eq!(sent(&server, &get("/healthz", &format!("x: {}\r\n", "y".repeat(100)))).0, 200);
    assert_eq!(sent(&server, &get("/healthz", &format!("x: {}\r\n", "y".repeat(500)))), (431, true));
    let (mut one, mut two) = (Client::to(&server), Client::to(&server));
    one.send(b"GET /v1/events HTTP/1.1\r\nhost: localhost\r\n\r\n");
    assert_eq!(one.head().expect("it is answered").status, 200);
    assert_eq!(two.get("/v1/events").status, 429);
}

#[test]
fn only_its_own_hosts_and_pages_are_served() {
    let server = start_still(&["--allow-host", "db.example", "--cors", "https://app.example"]);
    let get = |host: &str, more: &str| {
        sent(&server, format!("GET /healthz HTTP/1.1\r\nhost: {host}\r\n{more}\r\n").as_bytes()).0
    };
    for host in
        ["localhost", "LOCALHOST:80", "127.0.0.1", "127.0.0.1:9", "[::1]", "[::1]:7480", "db.example:1"]
    {
        assert_eq!(get(host, ""), 200, "{host}");
    }
    for host in [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "",
        "[",
        "10.0.0.1",
        "a@localhost",
    ] {
        assert_eq!(get(host, ""), 403, "{host}");
    }
    let absolute = |host: &str| {
        let head = format!("GET http://{host}/healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
        sent(&server, head.as_bytes()).0
    };
    assert_eq!([absolute("localhost"), absolute("evil.example")], [200, 403]);
    let rows = [
        ("origin: http://localhost:7480", "localhost:7480", 200),
        ("origin: http://localhost:7481", "localhost:7480", 403),
        ("origin: https://evil.example", "localhost", 403),
        ("origin: null", "localhost", 403),
        ("origin: https://app.example\r\nsec-fetch-site: cross-site", "localhost", 200),
        ("sec-fetch-site: same-origin", "localhost", 200),
        ("sec-fetch-site: none", "localhost", 200),
        ("sec-fetch-site: same-site", "localhost", 403),
        ("sec-fetch-site: cross-site", "localhost", 403),
    ];
    for (headers, host, status) in rows {
        assert_eq!(get(host, &format!("{headers}\r\n")), status, "{headers}");
    }
    let mut client = Client::to(&server);
    // A form of another page has no JSON, and what needs to be asked first is refused.
    assert_eq!(client.ask("POST", "/v1/query", &["content-type: text/plain"], "[]").status, 415);
    let preflight = "access-control-request-method: PUT";
    let mut client = Client::to(&server);
    let allowed =
        client.ask("OPTIONS", "/v1/records/a/value", &["origin: https://app.example", preflight], "");
    assert_eq!(
        (allowed.status, allowed.header("access-control-allow-origin")),
        (204, Some("https://app.example"))
    );
    assert_eq!(allowed.header("access-control-allow-methods"), Some("GET, HEAD, PUT, DELETE, OPTIONS"));
    let refused =
        client.ask("OPTIONS", "/v1/records/a/value", &["origin: https://evil.example", preflight], "");
    assert_eq!((refused.status, refused.header("access-control-allow-origin")), (403, None));
    assert_eq!(client.get("/healthz").header("access-control-allow-origin"), None);
}

#[test]
fn a_password_is_a_bearers_or_a_names() {
    let mut command = rewind(&["serve", "--http", "127.0.0.1:0"]);
    command.env("REWIND_AUTH", "secret\nada:x:y\nzoë:pässwörd");
    let server = Server::of(command);
    let mut client = Client::to(&server);
    let rows = [
        (None, 401),
        (Some("Bearer secret"), 200),
        (Some("bearer ada:x:y"), 200),
        (Some("Bearer zoë:pässwörd"), 200),
        (Some("Basic YWRhOng6eQ=="), 200),
        (Some("Basic OnNlY3JldA=="), 200),
        (Some("Bearer secre"), 401),
        (Some("Basic !"), 401),
        (Some("secret"), 401),
    ];
    for (said, status) in rows {
        let header = said.map(|said| format!("authorization: {said}"));
        let headers: Vec<&str> = header.as_deref().into_iter().collect();
        let response = client.ask("GET", "/v1/records", &headers, "");
        assert_eq!(response.status, status, "{said:?}");
        assert_eq!(response.header("www-authenticate").is_some(), status == 401);
    }
    // Nobody is told what there is; one thing is open.
    assert_eq!(client.get("/v1/nothing").status, 401);
    assert_eq!(client.get("/readyz").status, 401);
    assert_eq!(client.get("/healthz").status, 200);
    for _ in 3..5 {
        assert_eq!(client.ask("GET", "/v1/records", &["authorization: Bearer no"], "").status, 401);
    }
    assert!(client.is_closed());
}

#[test]
fn who_is_slow_is_closed() {
    let server = start(&["--head-timeout", "300", "--request-timeout", "400", "--idle-timeout", "1500"]);
    let closed_after = |sent: &[u8]| {
        let mut client = Client::to(&server);
        let begun = Instant::now();
        client.send(sent);
        let response = client.response(false);
        assert!(client.is_closed());
        (response.map(|response| response.status), begun.elapsed())
    };
    let (answered, took) = closed_after(b"GET /healthz HTTP/1.1\r\nhost: loc");
    assert!(answered.is_none() && took < Duration::from_millis(1_400), "{took:?}");
    let slow = format!("POST /v1/query HTTP/1.1\r\nhost: localhost\r\n{JSON}\r\ncontent-length: 9\r\n\r\n[");
    let (answered, took) = closed_after(slow.as_bytes());
    assert!(answered == Some(408) && took < Duration::from_millis(1_400), "{answered:?} {took:?}");
    // Who is only idle has more time, and after a request too.
    let (answered, took) = closed_after(b"");
    assert!(answered.is_none() && took > Duration::from_millis(1_400), "{took:?}");
    let (answered, took) = closed_after(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
    assert!(answered == Some(200) && took > Duration::from_millis(1_400), "{took:?}");
}

#[test]
fn who_takes_no_answers_is_closed_and_holds_little() {
    let server = start(&["--write-timeout", "500", "--max-connections", "2"]);
    let mut client = Client::to(&server);
    let value = "x".repeat(1 << 20);
    assert_eq!(client.ask("PUT", "/v1/records/a/value", &["content-type: text/plain"], &value).status, 201);
    let begun = Instant::now();
    // Two hundred megabytes are asked for, and nothing is read.
    let get = "GET /v1/records/a/value HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(200);
    client.send(get.as_bytes());
    let mut other = Client::to(&server);
    let resident = |other: &mut Client| -> f64 {
        let text = other.get("/metrics").text();
        let line = text.lines().find(|line| line.starts_with("process_resident_memory_bytes "));
        line.and_then(|line| line.rsplit(' ').next())
            .and_then(|bytes| bytes.parse().ok())
            .expect("it is told")
    };
    assert!(resident(&mut other) < 150e6);
    let open =
        |other: &mut Client| other.get("/metrics").text().contains("rewind_connections{face=\"http\"} 2\n");
    assert!(open(&mut other));
    while open(&mut other) {
        assert!(begun.elapsed() < Duration::from_secs(20), "it is open still");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(begun.elapsed() > Duration::from_millis(400) && resident(&mut other) < 150e6);
}

/// A body that was refused would have been counted as held for as long as its connection was open.
#[test]
fn what_is_refused_is_not_held() {
    let server = start_still(&["--max-buffers", "4MiB"]);
    let body = format!("{{\"at\":\"{}\"}}", "x".repeat(1 << 20));
    let refused = || {
        let mut client = Client::to(&server);
        assert_eq!(client.post("/v1/backups", &body).status, 400);
        client
    };
    let mut clients: Vec<Client> = (0..8).map(|_| refused()).collect();
    for client in &mut clients {
        assert_eq!(client.get("/healthz").status, 200, "it is open still");
    }
}

/// Half lines of streams counted for nothing.
#[test]
fn who_holds_most_by_half_a_line_is_closed_where_all_hold_too_much() {
    let server = start_still(&["--max-buffers", "4MiB"]);
    let head = "POST /v1/query HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-ndjson\r\n\
                transfer-encoding: chunked\r\n\r\n180000\r\n";
    let half = format!("{head}[\"PUT\",\"{}", "k".repeat(0x18_0000 - 8));
    let clients = (0..6).map(|_| {
        let mut client = Client::to(&server);
        // Who is closed meanwhile takes no more.
        client.try_send(half.as_bytes());
        client
    });
    let mut clients: Vec<Client> = clients.collect();
    let mut other = Client::to(&server);
    assert_eq!(other.get("/healthz").status, 200);
    // A stream's head comes at once; who is closed may have none.
    for client in &mut clients {
        drop(client.head());
    }
    let mut open = || -> usize {
        let metrics = other.get("/metrics").text();
        let open = metrics.lines().find_map(|line| line.strip_prefix("rewind_connections{face=\"http\"} "));
        open.and_then(|open| open.parse().ok()).expect("it is told")
    };
    // What was sent is read by and by.
    let begun = std::time::Instant::now();
    while open() > 3 && begun.elapsed().as_secs() < 20 {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    // Two of six are within the bound.
    assert_eq!(open(), 3);
    drop(clients);
}

#[test]
fn who_is_one_too_many_is_told_so() {
    let server = start(&["--max-connections", "1"]);
    let mut first = Client::to(&server);
    assert_eq!(first.get("/healthz").status, 200);
    let mut second = Client::to(&server);
    assert_eq!(second.response(false).expect("it is told").status, 503);
    assert!(second.is_closed());
}

#[test]
fn a_server_that_is_read_only_is_read() {
    let server = start_still(&["--read-only"]);
    let mut client = Client::to(&server);
    let refused = client.ask("PUT", "/v1/records/a/value", &["content-type: text/plain"], "1");
    assert_eq!((refused.status, refused.problem()), (403, "read-only".to_owned()));
    assert_eq!(client.get("/v1/records").status, 200);
}

#[test]
fn answers_have_a_bound_too() {
    let server = start_still(&["--max-unread", "100KiB"]);
    let mut client = Client::to(&server);
    let put = format!("[[\"PUT\",\"a\",\"{}\"]]", "x".repeat(30_000));
    assert_eq!(client.post("/v1/query", &put).status, 200);
    let gets = |count: usize| format!("[{}[\"PUT\",\"b\",\"1\"]]", "[\"GET\",\"a\"],".repeat(count));
    assert_eq!(client.post("/v1/query", &gets(3)).status, 200);
    let refused = client.post("/v1/query", &gets(10_000));
    assert_eq!((refused.status, refused.problem()), (500, "too-long".to_owned()));
    let batch = format!("[\"BATCH\"{}]", ",[\"GET\",\"a\"]".repeat(10_000));
    let lines = client.ask("POST", "/v1/query", &["content-type: application/x-ndjson"], &batch);
    assert!(lines.body.len() < 1_000 && lines.text().contains("too-long"), "{}", lines.body.len());
    // A stream of them has none.
    let lines = client.ask(
        "POST",
        "/v1/query",
        &["content-type: application/x-ndjson"],
        &"[\"GET\",\"a\"]\n".repeat(500),
    );
    assert_eq!(lines.body.len(), 500 * 30_003);
    // What is gathered from several cells is not gathered further.
    for field in 0..5 {
        let text = ["content-type: text/plain"];
        let path = format!("/v1/records/r/fields/{field}");
        assert_eq!(client.ask("PUT", &path, &text, &"x".repeat(30_000)).status, 201);
    }
    for (path, status) in [
        ("/v1/records/r", 500),
        ("/v1/records/r/fields?limit=3", 200),
        ("/v1/records/r/fields", 500),
        ("/v1/find?what=KEY&pattern=r&as=cells&limit=3", 200),
        ("/v1/find?what=KEY&pattern=r&as=cells", 500),
    ] {
        assert_eq!(client.get(path).status, status, "{path}");
    }
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let server = start_still(&[]);
    let mut client = Client::to(&server);
    let mut all = Vec::new();
    for n in 0..500 {
        let put = format!("PUT /v1/records/k/fields/{n} HTTP/1.1\r\nhost: localhost\r\n");
        write!(all, "{put}content-type: text/plain\r\ncontent-length: 1\r\n\r\nx").expect("it is memory");
        write!(all, "GET /v1/records/k/fields/{n} HTTP/1.1\r\nhost: localhost\r\n\r\n")
            .expect("it is memory");
    }
    client.send(&all);
    for _ in 0..500 {
        assert_eq!(client.response(false).expect("it is answered").status, 201);
        assert_eq!(client.response(false).expect("it is answered").status, 200);
    }
}

#[test]
fn what_is_in_hand_is_answered_when_the_server_ends() {
    let folder = tempfile::tempdir().expect("there is room");
    let store = folder.path().join("store").display().to_string();
    let mut server = start(&["--store", &store, "--line", "127.0.0.1:0"]);
    let mut client = Client::to(&server);
    client.send(format!("POST /v1/query HTTP/1.1\r\nhost: localhost\r\n{JSON}\r\n").as_bytes());
    client.send(b"content-length: 17\r\n\r\n[[\"PUT\",");
    std::thread::sleep(Duration::from_millis(50));
    let mut line = server.line_client();
    line.write_all(b"SHUTDOWN\n").expect("it is sent");
    std::thread::sleep(Duration::from_millis(100));
    client.send(b"\"a\",\"1\"]]");
    let response = client.response(false).expect("it is answered");
    assert_eq!((response.status, response.text()), (200, "[\"\"]".to_owned()));
    assert!(client.is_closed());
    assert_eq!(server.status(), Some(0));
    let output = crate::feed(&["run", "--store", &store, "-"], b"[[\"GET\",\"a\"]]");
    assert!(crate::text(&output.stdout).contains("\"1\""), "{output:?}");
}
