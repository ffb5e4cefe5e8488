//! The dialects of py-in-mem and pybitcask.

use std::process::Command;

use super::client::{Client, Transcript, start, start_still};
use crate::text;

const JSON: &str = "content-type: application/json";

#[test]
fn py_in_mem_is_spoken() {
    let server = start_still(&[]);
    let mut told = Transcript::of(&server);
    let line = |words: &str| serde_json::json!({ "command": words }).to_string();
    told.part("Keys and values");
    told.ask("PUT", "/pim/put", &[JSON], &line("a 10 10000"));
    told.ask("POST", "/pim/put", &[JSON], &line("b 'two words'"));
    told.ask("POST", "/pim/get", &[JSON], &line("a"));
    told.ask("POST", "/pim/get", &[JSON], &line("nobody"));
    told.ask("POST", "/pim/exists", &[JSON], &line("a"));
    told.ask("POST", "/pim/exists", &[JSON], &line("nobody"));
    for path in ["keys", "values", "items", "size", "help"] {
        told.ask("GET", &format!("/pim/{path}"), &[], "");
    }
    told.part("What matches");
    for words in ["-k a", "-v -l 't*'", "-k -r '[ab]'", "-v -r words", "-k -r (", "a", "-k a b"] {
        told.ask("POST", "/pim/find", &[JSON], &line(words));
    }
    told.part("Several as one");
    told.ask("PUT", "/pim/batch", &[JSON], "[\"put c 3 60\", \"begin\", \"get c\", \"delete b\"]");
    told.ask("PUT", "/pim/batch", &[JSON], &line("-c put d ';'; size"));
    told.ask("PUT", "/pim/batch", &[JSON], "{\"command\":[\"put e 5\",\"put f\"]}");
    told.ask("GET", "/pim/keys", &[], "");
    told.part("Other names");
    told.ask("POST", "/pim/alias", &[JSON], &line("k keys"));
    told.ask("POST", "/pim/alias", &[JSON], &line("k size"));
    told.ask("POST", "/pim/alias", &[JSON], &line("l load"));
    told.ask("GET", "/pim/show-alias", &[], "");
    told.ask("PUT", "/pim/batch", &[JSON], "[\"k\"]");
    told.ask("DELETE", "/pim/reset-alias", &[], "");
    told.ask("GET", "/pim/show-alias", &[], "");
    told.part("What is wrong");
    for words in ["a ''", "'' a", "a", "a b -1", "a b soon", "a 'b"] {
        told.ask("PUT", "/pim/put", &[JSON], &line(words));
    }
    told.ask("PUT", "/pim/put", &[JSON], "{");
    told.ask("POST", "/pim/get", &[JSON], "{\"command\":7}");
    told.ask("POST", "/pim/get", &["content-type: text/plain"], &line("a"));
    told.ask("GET", "/pim/commit", &[], "");
    told.ask("GET", "/pim/rollback", &[], "");
    told.part("Removed");
    told.ask("DELETE", "/pim/delete", &[JSON], &line("a"));
    told.ask("DELETE", "/pim/delete", &[JSON], &line("a"));
    told.ask("POST", "/pim/clear", &[JSON], "{\"command\":\"\"}");
    told.ask("GET", "/pim/size", &[], "");
    told.assert("py-in-mem");
}

#[test]
fn its_transactions_are_named_by_a_header() {
    let server = start_still(&[]);
    let mut client = Client::to(&server);
    let mut ask = |method: &str, path: &str, transaction: &str, body: &str| {
        let named = format!("rewind-transaction: {transaction}");
        let headers: &[&str] = if transaction.is_empty() { &[JSON] } else { &[JSON, &named] };
        let response = client.ask(method, &format!("/pim/{path}"), headers, body);
        let told: serde_json::Value = serde_json::from_slice(&response.body).expect("it is JSON");
        let id = response.header("rewind-transaction").unwrap_or_default().to_owned();
        (told["message"].as_str().unwrap_or_default().to_owned(), told["data"].clone(), response.status, id)
    };
    let (message, _, status, one) = ask("GET", "begin", "", "");
    assert_eq!((&*message, status), ("Transaction started successfully", 200));
    let (_, _, _, two) = ask("GET", "begin", "", "");
    assert_eq!(ask("GET", "begin", &one, "").2, 400);
    ask("PUT", "put", &one, "{\"command\":\"a 1\"}");
    ask("PUT", "put", &two, "{\"command\":\"a 2\"}");
    assert_eq!(ask("GET", "keys", "", "").1, serde_json::json!([]));
    assert_eq!(ask("PUT", "batch", &one, "[\"get a\"]").1[0]["data"], "1");
    let (message, _, status, _) = ask("GET", "commit", &one, "");
    assert_eq!((&*message, status), ("Transaction committed successfully.", 200));
    let (message, _, status, _) = ask("GET", "commit", &two, "");
    assert!(status == 500 && message.starts_with("Error committing transaction: "), "{message}");
    let (_, _, _, three) = ask("GET", "begin", "", "");
    ask("POST", "clear", &three, "");
    let (message, _, status, _) = ask("GET", "rollback", &three, "");
    assert_eq!((&*message, status), ("Transaction rolled back successfully.", 200));
    assert_eq!(ask("GET", "items", "", "").1, serde_json::json!([["a", "1"]]));
}

#[test]
fn pybitcask_is_spoken() {
    let server = start_still(&[]);
    let mut told = Transcript::of(&server);
    told.ask("GET", "/pbc", &[], "");
    told.ask("GET", "/pbc/health", &[], "");
    told.part("Any JSON");
    told.ask("POST", "/pbc/put", &[JSON], "{\"key\":\"k\",\"value\":{\"b\":[1, 2.50],\"a\":null}}");
    told.ask("GET", "/pbc/get/k", &[], "");
    told.ask("POST", "/pbc/put", &[JSON], "{\"key\":\"none\",\"value\":null}");
    told.ask("GET", "/pbc/get/none", &[], "");
    told.ask("GET", "/pbc/get/nobody", &[], "");
    told.ask("POST", "/pbc/batch", &[JSON], "{\"data\":{\"x\":1,\"y\":\"é\"}}");
    told.ask("GET", "/pbc/get/y", &[], "");
    told.ask("GET", "/pbc/keys", &[], "");
    told.ask("DELETE", "/pbc/delete/x", &[], "");
    told.ask("DELETE", "/pbc/delete/x", &[], "");
    told.part("What others have put");
    told.ask(
        "POST",
        "/v1/query",
        &[JSON],
        "[[\"PUT\",\"t\",\"not JSON\"],[\"APPEND\",\"l\",\"\",\"i\"],[\"GET\",\"y\"]]",
    );
    told.ask("GET", "/pbc/get/t", &[], "");
    told.ask("GET", "/pbc/get/l", &[], "");
    told.part("What is wrong");
    for body in ["", "{", "[]", "{\"value\":1}", "{\"key\":7,\"value\":1}", "{\"key\":\"k\"}"] {
        told.ask("POST", "/pbc/put", &[JSON], body);
    }
    told.ask("POST", "/pbc/batch", &[JSON], "{\"data\":[]}");
    told.part("Emptied");
    told.ask("POST", "/pbc/clear", &[], "");
    told.ask("GET", "/pbc/keys", &[], "");
    told.assert("pybitcask");
    let deep = format!("{{\"key\":\"k\",\"value\":{}{}}}", "[".repeat(200), "]".repeat(200));
    assert_eq!(Client::to(&server).post("/pbc/put", &deep).status, 422);
}

#[test]
fn a_dialect_may_be_at_the_root_too() {
    let server = start_still(&["--compat", "py-in-mem", "--default-ttl", "7000"]);
    let mut client = Client::to(&server);
    assert_eq!(client.ask("PUT", "/put", &[JSON], "{\"command\":\"a 1\"}").status, 200);
    assert_eq!(client.get("/v1/records/a/ttl").text(), "{\"left\":7000}");
    assert_eq!([client.get("/keys").status, client.get("/pim/keys").status], [200, 200]);
    assert_eq!([client.get("/").status, client.get("/nothing").status], [200, 404]);
    assert_eq!(client.ask("PUT", "/keys", &[], "").status, 405);
    let server = start_still(&["--compat", "pybitcask"]);
    let mut client = Client::to(&server);
    assert_eq!(client.post("/put", "{\"key\":\"a\",\"value\":1}").status, 200);
    assert_eq!(client.get("/").text(), client.get("/pbc").text());
    assert_eq!(client.get("/get/a").text(), "{\"key\":\"a\",\"value\":1,\"found\":true}");
    assert_eq!(client.get("/healthz").text(), "ok\n");
    let server = start_still(&[]);
    assert_eq!(Client::to(&server).get("/keys").status, 404);
}

#[test]
fn their_examples_go_by_curl_and_by_urllib() {
    let server = start(&["--compat", "pybitcask"]);
    let address = server.address("http");
    let curl = |words: &[&str]| Command::new("curl").args(["-s", "--noproxy", "*"]).args(words).output();
    let put = format!("http://{address}/put");
    let is_there =
        curl(&["-X", "POST", &put, "-H", JSON, "-d", "{\"key\":\"user\",\"value\":{\"name\":\"Ada\"}}"]);
    if let Ok(output) = is_there {
        assert_eq!(text(&output.stdout), "{\"status\":\"success\",\"key\":\"user\"}");
        let output = curl(&[&format!("http://{address}/get/user")]).expect("it runs");
        assert_eq!(text(&output.stdout), "{\"key\":\"user\",\"value\":{\"name\":\"Ada\"},\"found\":true}");
    }
    let script = "import json, sys, urllib.request as r\n\
                  r.install_opener(r.build_opener(r.ProxyHandler({})))\n\
                  def ask(method, path, body=None):\n\
                  \x20   data = None if body is None else json.dumps(body).encode()\n\
                  \x20   q = r.Request(sys.argv[1] + path, data, {'Content-Type': 'application/json'}, method=method)\n\
                  \x20   return json.load(r.urlopen(q))\n\
                  print(ask('PUT', '/pim/put', {'command': 'a 10 10000'})['message'])\n\
                  print(ask('GET', '/pim/items')['data'][0])\n\
                  print(ask('DELETE', '/delete/a'))\n";
    let python = Command::new("python3").args(["-c", script, &format!("http://{address}")]).output();
    if let Ok(output) = python {
        let wanted = "Key 'a' set with value '10' and expiration time '10000'\n['a', '10']\n\
                      {'key': 'a', 'deleted': True}\n";
        assert_eq!((text(&output.stdout), text(&output.stderr)), (wanted.to_owned(), String::new()));
    }
}
