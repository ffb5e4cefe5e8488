//! Transactions that requests name.

use super::client::{Client, Response, start, start_still};

const TEXT: &str = "content-type: text/plain";

fn begun(client: &mut Client) -> String {
    let response = client.ask("POST", "/v1/transactions", &[], "");
    assert_eq!(response.status, 201);
    let id = response.header("rewind-transaction").expect("it is named").to_owned();
    assert!(response.text().contains(&format!("\"id\":\"{id}\"")), "{response:?}");
    id
}

fn put(client: &mut Client, key: &str, transaction: Option<&str>) -> Response {
    let named = transaction.map(|id| format!("rewind-transaction: {id}"));
    let headers: Vec<_> = [TEXT].into_iter().chain(named.as_deref()).collect();
    client.ask("PUT", &format!("/v1/records/{key}/value"), &headers, "1")
}

#[test]
fn what_is_written_in_one_is_seen_when_it_is_committed_whoever_asks() {
    let server = start_still(&[]);
    let (mut one, mut two) = (Client::to(&server), Client::to(&server));
    let id = begun(&mut one);
    assert_eq!(put(&mut one, "a", Some(&id)).status, 201);
    assert_eq!(two.get("/v1/records/a/value").status, 404);
    // It goes by its name and not by its connection.
    let named = format!("rewind-transaction: {id}");
    assert_eq!(two.ask("GET", "/v1/records/a/value", &[&named], "").status, 200);
    let list = two.ask("POST", "/v1/query", &[&named, "content-type: application/json"], "[[\"SIZE\"]]");
    assert_eq!(list.text(), "[\"1\"]");
    assert_eq!(two.post("/v1/query", "[[\"SIZE\"]]").text(), "[\"0\"]");
    assert_eq!(one.ask("POST", &format!("/v1/transactions/{id}/commit"), &[], "").status, 204);
    assert_eq!(two.get("/v1/records/a/value").status, 200);
    // It has ended.
    let again = one.ask("POST", &format!("/v1/transactions/{id}/commit"), &[], "");
    assert_eq!((again.status, again.problem()), (410, "gone".to_owned()));
    assert_eq!(put(&mut one, "b", Some(&id)).status, 410);
    assert_eq!(put(&mut one, "b", Some("nobody")).status, 404);
}

#[test]
fn one_that_others_have_crossed_does_not_take_effect() {
    let server = start_still(&[]);
    let mut client = Client::to(&server);
    let (one, two) = (begun(&mut client), begun(&mut client));
    assert_eq!(put(&mut client, "a", Some(&one)).status, 201);
    assert_eq!(put(&mut client, "a", Some(&two)).status, 201);
    assert_eq!(client.ask("POST", &format!("/v1/transactions/{one}/commit"), &[], "").status, 204);
    let crossed = client.ask("POST", &format!("/v1/transactions/{two}/commit"), &[], "");
    assert_eq!((crossed.status, crossed.problem()), (409, "conflict".to_owned()));
    let third = begun(&mut client);
    assert_eq!(put(&mut client, "b", Some(&third)).status, 201);
    assert_eq!(client.ask("DELETE", &format!("/v1/transactions/{third}"), &[], "").status, 204);
    assert_eq!(client.get("/v1/records/b/value").status, 404);
    assert_eq!(client.ask("DELETE", &format!("/v1/transactions/{third}"), &[], "").status, 410);
}

#[test]
fn one_that_nobody_uses_is_rolled_back_and_makes_room() {
    let server = start(&["--transaction-timeout", "300", "--max-transactions", "1"]);
    let mut client = Client::to(&server);
    let id = begun(&mut client);
    assert_eq!(put(&mut client, "a", Some(&id)).status, 201);
    let full = client.ask("POST", "/v1/transactions", &[], "");
    assert_eq!((full.status, full.header("retry-after")), (503, Some("1")));
    std::thread::sleep(std::time::Duration::from_millis(1_200));
    assert_eq!(put(&mut client, "a", Some(&id)).status, 410);
    assert_eq!(put(&mut client, "a", None).status, 201);
    begun(&mut client);
}

#[test]
fn a_list_ends_the_one_that_it_is_part_of() {
    let server = start_still(&[]);
    let mut client = Client::to(&server);
    let id = begun(&mut client);
    let named = format!("rewind-transaction: {id}");
    let headers = [&*named, "content-type: application/json"];
    let list = "[[\"PUT\",\"a\",\"1\"],[\"COMMIT\"]]";
    assert_eq!(client.ask("POST", "/v1/query", &headers, list).text(), "[\"\",\"true\"]");
    assert_eq!(client.ask("POST", "/v1/query", &headers, list).status, 410);
    assert_eq!(client.get("/v1/records/a/value").status, 200);
}

#[test]
fn a_transaction_of_a_list_is_the_lists_own_and_what_it_leaves_open_is_rolled_back() {
    let server = start_still(&[]);
    let mut client = Client::to(&server);
    let list = "[[\"BEGIN\"],[\"PUT\",\"a\",\"1\"],[\"GET\",\"a\"]]";
    assert_eq!(client.post("/v1/query", list).text(), "[\"true\",\"\",\"1\"]");
    assert_eq!(client.post("/v1/query", "[[\"GET\",\"a\"],[\"COMMIT\"]]").text(), "[\"\",\"false\"]");
    let list = "[[\"BEGIN\"],[\"PUT\",\"a\",\"1\"],[\"COMMIT\"],[\"SIZE\"]]";
    assert_eq!(client.post("/v1/query", list).text(), "[\"true\",\"\",\"true\",\"1\"]");
    // None of them counts any more.
    (0..200).for_each(|_| assert_eq!(client.post("/v1/query", "[[\"BEGIN\"]]").text(), "[\"true\"]"));
}

/// It was left under its name, and could be named again.
#[test]
fn lines_end_the_one_that_they_are_part_of_and_go_on_outside() {
    let server = start_still(&[]);
    let mut client = Client::to(&server);
    let id = begun(&mut client);
    let named = format!("rewind-transaction: {id}");
    let headers = [&*named, "content-type: application/x-ndjson"];
    let lines = "[\"PUT\",\"a\",\"1\"]\n[\"COMMIT\"]\n[\"ROLLBACK\"]\n[\"BEGIN\"]\n[\"PUT\",\"b\",\"1\"]\n";
    let answers = client.ask("POST", "/v1/query", &headers, lines).text();
    assert_eq!(answers, "\"\"\n\"true\"\n\"false\"\n\"true\"\n\"\"\n");
    assert_eq!(client.ask("POST", "/v1/query", &headers, lines).status, 410);
    assert_eq!(client.post("/v1/query", "[[\"KEYS\"]]").text(), "[\"a\"]");
}

#[test]
fn nothing_is_written_in_one_that_has_ended_since_the_request_began() {
    let server = start_still(&[]);
    let (mut slow, mut other) = (Client::to(&server), Client::to(&server));
    for commits in [false, true] {
        let id = begun(&mut other);
        let end = |other: &mut Client| {
            let (method, path) = if commits { ("POST", "/commit") } else { ("DELETE", "") };
            assert_eq!(other.ask(method, &format!("/v1/transactions/{id}{path}"), &[], "").status, 204);
        };
        // A body that takes its time.
        slow.send(
            format!(
                "PUT /v1/records/a/value HTTP/1.1\r\nhost: localhost\r\n{TEXT}\r\ncontent-length: 2\r\n\
                 rewind-transaction: {id}\r\n\r\n1"
            )
            .as_bytes(),
        );
        // It has begun: what is asked behind it is answered.
        std::thread::sleep(std::time::Duration::from_millis(50));
        end(&mut other);
        slow.send(b"2");
        let response = slow.response(false).expect("it is answered");
        assert_eq!((response.status, response.problem()), (410, "gone".to_owned()));
        assert_eq!(other.get("/v1/records/a/value").status, 404);
    }
    // Lines that come after its end.
    let id = begun(&mut other);
    slow.send(
        format!(
            "POST /v1/query HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-ndjson\r\n\
             transfer-encoding: chunked\r\nrewind-transaction: {id}\r\n\r\n"
        )
        .as_bytes(),
    );
    let line = |key: &str| {
        let line = format!("[\"PUT\",\"{key}\",\"1\"]\n");
        format!("{:x}\r\n{line}\r\n", line.len())
    };
    slow.send(line("a").as_bytes());
    assert_eq!(slow.head().expect("it is answered").status, 200);
    assert_eq!(slow.chunk().expect("it is answered"), b"\"\"\n");
    assert_eq!(other.ask("DELETE", &format!("/v1/transactions/{id}"), &[], "").status, 204);
    slow.send((line("b") + "0\r\n\r\n").as_bytes());
    let told = slow.chunk().expect("it is answered");
    assert!(crate::text(&told).contains("/problems/gone"), "{}", crate::text(&told));
    assert_eq!(slow.chunk(), None);
    assert_eq!(other.post("/v1/query", "[[\"KEYS\"]]").text(), "[\"\"]");
}
