//! Every resource, as it is asked and answered.

use super::client::{Client, Transcript, start_still};

const TEXT: &str = "content-type: text/plain";
const JSON: &str = "content-type: application/json";
const BYTES: &str = "content-type: application/octet-stream";

#[test]
fn cells_are_put_read_and_removed() {
    let server = start_still(&[]);
    let mut told = Transcript::of(&server);
    told.part("A text");
    told.ask("PUT", "/v1/records/user/fields/token?ttl=10", &[TEXT], "x7");
    told.ask("GET", "/v1/records/user/fields/token", &[], "");
    told.ask("HEAD", "/v1/records/user/fields/token", &[], "");
    told.ask("GET", "/v1/records/user/fields/token", &["accept: text/plain"], "");
    told.ask("PUT", "/v1/records/user/fields/token", &[TEXT], "x8");
    told.ask("PUT", "/v1/records/user/value", &[JSON], "\"Ada\"");
    told.ask("GET", "/v1/records/user/value", &["accept: application/octet-stream"], "");
    told.ask("GET", "/v1/records/user/value", &["accept: image/png"], "");
    told.part("What lives no time at all is dead on arrival");
    told.ask("PUT", "/v1/records/user/fields/brief?ttl=0", &[TEXT], "x7");
    told.ask("GET", "/v1/records/user/fields/brief", &[], "");
    told.part("Lists, and other JSON");
    told.ask("PUT", "/v1/records/l/value?ttl=500", &[JSON], "[\"a\", \"b\"]");
    told.ask("POST", "/v1/records/l/value/items", &[JSON], "{\"item\":\"c\"}");
    told.ask("POST", "/v1/records/l/fields/f/items", &[JSON], "{\"item\":\"c\"}");
    told.ask("GET", "/v1/records/l/value", &[], "");
    told.ask("GET", "/v1/records/l/value?as=json", &[], "");
    told.ask("GET", "/v1/records/l/value", &["accept: text/plain"], "");
    told.ask("PUT", "/v1/records/j/value", &[JSON], "{ \"b\": [1, 2],\n \"a\": null }");
    told.ask(
        "PUT",
        "/v1/records/n/value",
        &[JSON],
        "[12345678901234567890123, 2.50,\t\" a \\\" b \\\\\", \"é \"]",
    );
    told.ask("GET", "/v1/records/n/value", &["accept: text/plain"], "");
    told.ask("GET", "/v1/records/j/value", &[], "");
    told.ask("GET", "/v1/records/j/value?as=json", &[], "");
    told.ask("GET", "/v1/records/user/value?as=json", &[], "");
    told.ask("GET", "/v1/records/user/value?as=xml", &[], "");
    told.part("What is wrong");
    told.ask("GET", "/v1/records/nobody/value", &[], "");
    told.ask("PUT", "/v1/records/j/value", &[JSON], "{");
    told.ask("PUT", "/v1/records/j/value", &["content-type: text/html"], "x");
    told.ask("PUT", "/v1/records/j/value?ttl=-1", &[TEXT], "x");
    told.ask("PUT", "/v1/records/j/value?tll=5", &[TEXT], "x");
    told.ask("DELETE", "/v1/records/j/value?ttl=5", &[], "");
    told.ask("PUT", "/v1/records/j/ttl", &[JSON], "5");
    told.ask("POST", "/v1/records/l/value/items", &[JSON], "{\"item\":7}");
    told.ask("POST", "/v1/records/l/value", &[JSON], "{}");
    told.part("Names with anything in them");
    told.ask("PUT", "/v1/records/a%2Fb/fields/%C3%A9%20?ttl=7", &[TEXT], "1");
    told.ask("GET", "/v1/records/a%2fb/fields/%c3%a9%20", &[], "");
    told.ask("GET", "/v1/records//value", &[], "");
    told.ask("GET", "/v1/records/a%2/value", &[], "");
    told.assert("cells");
}

#[test]
fn a_cell_is_written_if_it_is_as_it_was() {
    let server = start_still(&[]);
    let mut told = Transcript::of(&server);
    let tag = told.ask("PUT", "/v1/records/k/value", &[TEXT, "if-none-match: *"], "1");
    let tag = tag.header("etag").expect("it has one").to_owned();
    told.ask("PUT", "/v1/records/k/value", &[TEXT, "if-none-match: *"], "2");
    told.ask("GET", "/v1/records/k/value", &[&format!("if-none-match: {tag}")], "");
    let other = told.ask("PUT", "/v1/records/k/value", &[TEXT, &format!("if-match: \"x\", {tag}")], "2");
    let other = other.header("etag").expect("it has one").to_owned();
    told.ask("PUT", "/v1/records/k/value", &[TEXT, &format!("if-match: {tag}")], "3");
    told.ask("DELETE", "/v1/records/k/value", &[&format!("if-match: {tag}")], "");
    told.ask("DELETE", "/v1/records/k/value", &[&format!("if-match: {other}")], "");
    told.ask("PUT", "/v1/records/k/value", &[TEXT, "if-match: *"], "3");
    told.ask("DELETE", "/v1/records/k/value", &[], "");
    told.part("A list of one is not its item");
    told.ask("PUT", "/v1/records/k/value", &[JSON], "[\"1\"]");
    told.ask("PUT", "/v1/records/k/value", &[TEXT, &format!("if-match: {tag}")], "1");
    told.assert("conditions");
}

#[test]
fn records_are_listed_read_and_removed() {
    let server = start_still(&[]);
    let mut told = Transcript::of(&server);
    let list = "[[\"PUT\",\"a\",\"own\"],[\"SET\",\"a\",\"f\",\"1\"],[\"SET\",\"a\",\"g\",\"2\"],[\"EXPIRE\",\"a\",\"g\",\"9\"],\
                [\"PUT\",\"ab\",\"\"],[\"SET\",\"b\",\"x\",\"3\"],[\"SET\",\"b\",\"y\",\"4\"]]";
    told.ask("POST", "/v1/query", &[JSON], list);
    told.ask("GET", "/v1/records", &[], "");
    told.ask("GET", "/v1/records?limit=2", &[], "");
    told.ask("GET", "/v1/records?limit=2&after=ab", &[], "");
    told.ask("GET", "/v1/records?prefix=a", &[], "");
    told.ask("GET", "/v1/records?limit=10001", &[], "");
    told.ask("GET", "/v1/records/a", &[], "");
    told.ask("GET", "/v1/records/b", &[], "");
    told.ask("GET", "/v1/records/a/fields", &[], "");
    told.ask("GET", "/v1/records/a/fields?prefix=g", &[], "");
    told.ask("GET", "/v1/records/b/fields?limit=1", &[], "");
    told.ask("GET", "/v1/records/b/fields?after=x", &[], "");
    told.ask("GET", "/v1/records/nobody/fields", &[], "");
    told.ask("DELETE", "/v1/records/a", &[], "");
    told.ask("DELETE", "/v1/records/a", &[], "");
    told.ask("GET", "/v1/records/a", &[], "");
    told.part("Lifetimes");
    told.ask("GET", "/v1/records/b/ttl", &[], "");
    told.ask("PUT", "/v1/records/b/ttl", &[JSON], "{\"ttl\":5000}");
    told.ask("GET", "/v1/records/b/ttl", &[], "");
    told.ask("PUT", "/v1/records/b/fields/x/ttl", &[JSON], "{\"ttl\":70}");
    told.ask("GET", "/v1/records/b/fields/x/ttl", &[], "");
    told.ask("DELETE", "/v1/records/b/fields/x/ttl", &[], "");
    told.ask("GET", "/v1/records/b", &[], "");
    told.ask("DELETE", "/v1/records/b/ttl", &[], "");
    told.ask("PUT", "/v1/records/b/fields/x/ttl", &[JSON], "{\"ttl\":\"soon\"}");
    told.ask("PUT", "/v1/records/nobody/ttl", &[JSON], "{\"ttl\":1}");
    told.ask("GET", "/v1/records/nobody/fields/x/ttl", &[], "");
    told.ask("DELETE", "/v1/records/nobody/fields/x/ttl", &[], "");
    told.part("What matches");
    told.ask("GET", "/v1/find?what=KEY&how=LIKE&pattern=a*", &[], "");
    told.ask("GET", "/v1/find?what=field&pattern=%3F", &[], "");
    told.ask("GET", "/v1/find?what=value&how=regex&pattern=%5E%5B34%5D%24", &[], "");
    told.ask("GET", "/v1/find?what=value&how=regex&pattern=(", &[], "");
    told.ask("GET", "/v1/find?what=colour&pattern=a", &[], "");
    told.ask("GET", "/v1/find?what=KEY", &[], "");
    told.assert("records");
}

#[test]
fn moments_are_saved_and_brought_back() {
    let server = start_still(&[]);
    let mut told = Transcript::of(&server);
    told.ask(
        "POST",
        "/v1/query",
        &[JSON],
        "[[\"SET_AT_WITH_TTL\",\"a\",\"f\",\"1\",\"5\",\"10\"],[\"PUT\",\"b\",\"2\"]]",
    );
    told.ask("POST", "/v1/backups", &[], "");
    told.ask("DELETE", "/v1/records/a", &[], "");
    told.ask("POST", "/v1/query", &[JSON], "[[\"TICK\",\"100\"],[\"BACKUP\",\"now\"]]");
    told.ask("GET", "/v1/backups", &[], "");
    told.ask("POST", "/v1/restore", &[JSON], "{\"to\":4}");
    told.ask("POST", "/v1/restore", &[JSON], "{\"to\":99}");
    told.ask("GET", "/v1/records/a", &[], "");
    told.ask("POST", "/v1/restore", &[JSON], "{}");
    told.ask("POST", "/v1/restore", &[], "");
    told.ask("POST", "/v1/backups", &[JSON], "{\"at\":5}");
    told.ask("GET", "/v1/stats", &[], "");
    told.ask("POST", "/v1/snapshot", &[], "");
    told.part("Cells, then and now");
    told.ask(
        "POST",
        "/v1/query",
        &[JSON],
        "[[\"PUT\",\"c\",\"3\"],[\"APPEND\",\"b\",\"l\",\"i\"],[\"DELETE\",\"a\"]]",
    );
    told.ask("GET", "/v1/cells", &[], "");
    told.ask("GET", "/v1/cells?limit=2", &[], "");
    told.ask("GET", "/v1/cells?after=%5B%22b%22,%22l%22%5D", &[], "");
    told.ask("GET", "/v1/cells?at=@99", &[], "");
    told.ask("GET", "/v1/cells?at=@99&prefix=b", &[], "");
    told.ask("GET", "/v1/cells?at=@100", &[], "");
    told.ask("GET", "/v1/cells?at=@4", &[], "");
    told.ask("GET", "/v1/cells?at=4", &[], "");
    told.ask("GET", "/v1/cells?after=b", &[], "");
    told.part("Whether it is well");
    told.ask("GET", "/healthz", &[], "");
    told.ask("GET", "/readyz", &[], "");
    told.part("What there is");
    told.ask("OPTIONS", "/v1/records/a/value", &[], "");
    told.ask("PATCH", "/v1/records/a/value", &[], "");
    told.ask("GET", "/v1/nothing", &[], "");
    told.ask("TRACE", "/v1/nothing", &[], "");
    told.ask("POST", "/v1/backups", &[JSON], " {}\n");
    told.assert("moments");
}

#[test]
fn any_bytes_are_kept_and_given_back() {
    let server = start_still(&["--resp", "127.0.0.1:0"]);
    let mut client = Client::to(&server);
    client.send(b"PUT /v1/records/%ff/value HTTP/1.1\r\nhost: localhost\r\n");
    client.send(format!("{BYTES}\r\ncontent-length: 3\r\n\r\n").as_bytes());
    client.send(b"\x80a\xff");
    assert_eq!(client.response(false).expect("it is answered").status, 201);
    let response = client.ask("GET", "/v1/records/%FF/value", &["accept: application/octet-stream"], "");
    assert_eq!(response.body, b"\x80a\xff");
    client.send(b"GET /v1/records/%FF/value HTTP/1.1\r\nhost: localhost\r\naccept: text/plain\r\n\r\n");
    assert!(std::str::from_utf8(&client.response(false).expect("it is answered").body).is_ok());
    client.send(format!("PUT /v1/records/t/value HTTP/1.1\r\nhost: localhost\r\n{TEXT}\r\n").as_bytes());
    client.send(b"content-length: 1\r\n\r\n\xff");
    assert_eq!(client.response(false).expect("it is answered").status, 400);
    // Redis's clients have the same bytes.
    assert_eq!(server.client().ask(&[&b"GET"[..], b"\xff"]), b"$3\r\n\x80a\xff\r\n");
}

#[test]
fn lifetimes_run_with_the_machine() {
    let server = super::client::start(&[]);
    let mut client = Client::to(&server);
    assert_eq!(client.ask("PUT", "/v1/records/k/value?ttl=60000", &[TEXT], "1").status, 201);
    assert_eq!(client.ask("PUT", "/v1/records/gone/value?ttl=1", &[TEXT], "1").status, 201);
    std::thread::sleep(std::time::Duration::from_millis(20));
    assert_eq!(client.get("/v1/records/gone/value").status, 404);
    let left: serde_json::Value =
        serde_json::from_slice(&client.get("/v1/records/k/ttl").body).expect("JSON");
    let left = left["left"].as_u64().expect("it has one");
    assert!((1..=59_980).contains(&left), "{left}");
    let ahead = client.post("/v1/query", "[[\"BACKUP\",\"99999999999999\"]]");
    assert_eq!((ahead.status, ahead.problem()), (422, "ahead".to_owned()));
}

#[test]
fn a_condition_is_refused_where_nothing_can_depend_on_it() {
    let server = start_still(&[]);
    let mut client = Client::to(&server);
    client.post("/v1/query", r#"[["SET","k","f","1"]]"#);
    let rows = [
        ("DELETE", "/v1/records/k", ""),
        ("PUT", "/v1/records/k/ttl", r#"{"ttl":5}"#),
        ("DELETE", "/v1/records/k/fields/f/ttl", ""),
        ("POST", "/v1/query", r#"[["CLEAR"]]"#),
    ];
    for condition in ["if-match: \"other\"", "if-none-match: *"] {
        for (method, path, body) in rows {
            let response = client.ask(method, path, &["content-type: application/json", condition], body);
            assert_eq!((response.status, response.problem()), (400, "bad-request".to_owned()), "{path}");
        }
    }
    assert_eq!(
        client.get("/v1/records/k").text(),
        r#"{"key":"k","value":null,"left":null,"fields":{"f":{"value":"1","left":null}}}"#
    );
    // What is read has its own.
    assert_eq!(client.ask("GET", "/v1/records/k", &["if-none-match: *"], "").status, 200);
}
