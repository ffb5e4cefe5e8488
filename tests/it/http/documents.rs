//! What is told for programs: metrics, and the document of all routes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::client::{Client, start_still};

const TEXT: &str = "content-type: text/plain";
const JSON: &str = "content-type: application/json";

/// A sample of a metric: its name, its labels, its value.
type Sample = (String, BTreeMap<String, String>, f64);

/// Reads what Prometheus reads, and holds it against its rules: each sample is of the metric whose help and type stand
/// above it.
fn parsed(text: &str) -> Vec<Sample> {
    let (mut samples, mut metric, mut told) = (Vec::new(), (String::new(), String::new()), BTreeSet::new());
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, _) = help.split_once(' ').expect("it has a text");
            assert!(told.insert(name.to_owned()), "{name} is told twice");
            metric = (name.to_owned(), String::new());
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').expect("it has a type");
            assert!(name == metric.0 && ["counter", "gauge", "histogram"].contains(&kind), "{line}");
            kind.clone_into(&mut metric.1);
        } else {
            let (name, labels, value) = sample(line);
            let base = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
            let base = if metric.1 == "histogram" { base.expect("it is of a histogram") } else { &name };
            assert_eq!(base, metric.0, "{line}");
            assert_eq!(metric.1 == "counter", name.ends_with("_total"), "{line}");
            samples.push((name, labels, value));
        }
    }
    samples
}

fn sample(line: &str) -> Sample {
    let (name, value) = line.rsplit_once(' ').expect("it has a value");
    let value = value.parse().expect("it is a number");
    let Some((name, labels)) = name.split_once('{') else { return (name.to_owned(), BTreeMap::new(), value) };
    let labels = labels.strip_suffix('}').expect("it ends").split(',').map(|label| {
        let (label, value) = label.split_once('=').expect("it has a value");
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).expect("it is quoted");
        assert!(!value.contains(['"', '\\', '\n']), "{line}");
        (label.to_owned(), value.to_owned())
    });
    (name.to_owned(), labels.collect(), value)
}

#[test]
fn metrics_are_as_prometheus_reads_them() {
    let folder = tempfile::tempdir().expect("there is room");
    let store = folder.path().join("store").display().to_string();
    let faces = ["--resp", "127.0.0.1:0", "--line", "127.0.0.1:0"];
    let server = start_still(&[&faces[..], &["--store", &store]].concat());
    let mut client = Client::to(&server);
    server.client().ask(&["SET", "evil\"} 1", "x"]);
    assert_eq!(server.client().ask_at_once(&["PING"; 64]).len(), 64);
    client.post("/v1/query", "[[\"PUT\",\"a\",\"0\"],[\"BATCH\",[\"SIZE\"],[\"KEYS\"]]]");
    client.ask("POST", "/v1/snapshot", &[], "");
    client.ask("PUT", "/v1/records/a/value", &[TEXT], "1");
    client.get("/v1/records/evil/value");
    client.get("/no/such%22place");
    client.ask("POST", "/v1/transactions", &[], "");
    // A list and an EXEC take effect, and an EXEC does not.
    client.post("/v1/query", "[[\"BEGIN\"],[\"PUT\",\"b\",\"1\"],[\"COMMIT\"]]");
    let mut resp = server.client();
    for words in [&["WATCH", "b"][..], &["SET", "b", "2"], &["MULTI"], &["GET", "b"], &["EXEC"]] {
        resp.ask(words);
    }
    for words in [&["MULTI"][..], &["DEL", "b"], &["PING"], &["EXEC"]] {
        resp.ask(words);
    }
    let response = client.get("/metrics");
    assert_eq!(response.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let text = response.text();
    assert!(!text.contains("evil") && !text.contains("such"), "{text}");
    let samples = parsed(&text);
    let value = |name: &str, labels: &[(&str, &str)]| {
        let is_one = |(own, with, _): &&Sample| {
            own == name
                && labels.iter().all(|(label, value)| with.get(*label).is_some_and(|own| own == value))
        };
        samples.iter().find(is_one).unwrap_or_else(|| panic!("{name} {labels:?}")).2
    };
    let http = ("face", "http");
    assert!((value("rewind_requests_total", &[http, ("operation", "putValue")]) - 1.0).abs() < 0.1);
    assert!((value("rewind_errors_total", &[http, ("kind", "not-found")]) - 2.0).abs() < 0.1);
    assert!((value("rewind_records", &[]) - 2.0).abs() < 0.1);
    assert!((value("rewind_transactions_open", &[]) - 1.0).abs() < 0.1);
    let ended = |result| value("rewind_transactions_total", &[("result", result)]);
    assert!((ended("committed") - 2.0).abs() < 0.1 && (ended("refused") - 1.0).abs() < 0.1);
    assert!(value("process_resident_memory_bytes", &[]) > 1e6 && value("process_open_fds", &[]) > 3.0);
    assert!(value("process_start_time_seconds", &[]) > 1.6e9);
    assert!(value("rewind_received_bytes_total", &[http]) > 200.0);
    // Classes grow, and the last has all.
    let of = |name: &str| -> Vec<f64> {
        samples.iter().filter(|(own, ..)| own == name).map(|(.., value)| *value).collect()
    };
    for name in ["rewind_request_duration_seconds", "rewind_turn_duration_seconds", "rewind_turn_queries"] {
        let all = of(&format!("{name}_bucket"));
        let counts = of(&format!("{name}_count"));
        assert_eq!(all.len(), 20 * counts.len());
        for (classes, count) in all.chunks(20).zip(counts) {
            assert!(classes.is_sorted() && (classes[19] - count).abs() < 0.1, "{classes:?}");
        }
    }
    // All that were read at once are counted, each with the time that they took together.
    let name = "rewind_request_duration_seconds_count";
    assert!(value(name, &[("face", "resp")]) > 64.5 && value(name, &[http]) > 5.0);
    assert!(value("rewind_turn_queries_sum", &[]) > value("rewind_turn_queries_count", &[]) + 40.0);
    assert!((value("rewind_compactions_total", &[("result", "written")]) - 1.0).abs() < 0.1);
    let [dead, bytes] = ["rewind_dead_bytes", "rewind_log_bytes"].map(|name| value(name, &[]));
    assert!(0.0 < dead && dead < bytes && bytes < 10_000.0, "{dead} of {bytes}");
    let mut names = String::new();
    for (name, labels, _) in
        samples.iter().filter(|(_, labels, _)| labels.get("le").is_none_or(|le| le == "+Inf"))
    {
        let labels: Vec<_> = labels
            .iter()
            .map(|(label, value)| format!("{label}={}", if label == "version" { "…" } else { value }))
            .collect();
        names.push_str(&format!("{name} {}\n", labels.join(" ")));
    }
    crate::assert_golden("http", "metrics", &names);
    let in_memory = Client::to(&start_still(&[])).get("/metrics").text();
    parsed(&in_memory);
    assert!(!in_memory.contains("rewind_dead_bytes") && !in_memory.contains("rewind_groups_total"));
}

/// What is dead is what was written over, and is counted anew when there is more of it.
#[test]
fn dead_bytes_grow_with_what_is_written_over_and_go_with_a_compaction() {
    let folder = tempfile::tempdir().expect("there is room");
    let store = folder.path().join("store").display().to_string();
    let server = start_still(&["--store", &store]);
    let mut client = Client::to(&server);
    let dead = |client: &mut Client| -> u64 {
        let text = client.get("/metrics").text();
        let dead = text.lines().find_map(|line| line.strip_prefix("rewind_dead_bytes "));
        dead.expect("it is told").parse().expect("it is a number")
    };
    let put = |client: &mut Client, n: usize| {
        let list = format!("[[\"PUT\",\"k\",\"{}\"]]", format!("{n}").repeat(2_000));
        assert_eq!(client.post("/v1/query", &list).status, 200);
    };
    put(&mut client, 1);
    let first = dead(&mut client);
    assert!(first < 2_000, "{first}");
    (2..=9).for_each(|n| put(&mut client, n));
    let then = dead(&mut client);
    assert!((16_000..20_000).contains(&then), "{then}");
    assert_eq!(client.ask("POST", "/v1/snapshot", &[], "").status, 202);
    let last = dead(&mut client);
    assert!(last < 2_000, "{last}");
}

/// The parser of Prometheus' own client reads what we write: `REWIND_PYTHON` names a Python that has it.
#[test]
fn prometheus_client_reads_the_metrics() {
    let python = || std::process::Command::new(std::env::var_os("REWIND_PYTHON").unwrap_or("python3".into()));
    let asked = python().args(["-c", "import prometheus_client"]).output();
    if !asked.is_ok_and(|asked| asked.status.success()) {
        eprintln!("skipped: prometheus_client is not installed");
        return;
    }
    let folder = tempfile::tempdir().expect("there is room");
    let store = folder.path().join("store").display().to_string();
    let server = start_still(&["--resp", "127.0.0.1:0", "--store", &store]);
    let mut client = Client::to(&server);
    server.client().ask(&["SET", "a", "x"]);
    client.get("/v1/records/b");
    let file = folder.path().join("metrics");
    std::fs::write(&file, client.get("/metrics").body).expect("there is room");
    let script = "import sys\n\
        from prometheus_client.parser import text_string_to_metric_families as families\n\
        for one in families(open(sys.argv[1]).read()):\n    \
            assert one.documentation and one.type in ('counter', 'gauge', 'histogram') and one.samples, one\n    \
            print(one.name, one.type, len(one.samples))\n";
    let output = python().args(["-c", script]).arg(&file).output().expect("it runs");
    let told = crate::text(&output.stdout);
    assert!(output.status.success(), "{}", crate::text(&output.stderr));
    for wanted in
        ["rewind_turn_queries histogram 22", "rewind_compactions counter 3", "rewind_dead_bytes gauge 1"]
    {
        assert!(told.lines().any(|line| line == wanted), "{wanted} in {told}");
    }
}

/// A request of each operation, which it answers well, and what is answered.
const SAMPLES: [(&str, &str, &str, u16); 70] = [
    ("putValue", "/v1/records/a/value", "1", 201),
    ("getValue", "/v1/records/a/value", "", 200),
    ("putField", "/v1/records/a/fields/f", "1", 201),
    ("getField", "/v1/records/a/fields/f", "", 200),
    ("appendToValue", "/v1/records/l/value/items", "{\"item\":\"x\"}", 200),
    ("appendToField", "/v1/records/l/fields/f/items", "{\"item\":\"x\"}", 200),
    ("setFieldTtl", "/v1/records/a/fields/f/ttl", "{\"ttl\":5}", 204),
    ("getFieldTtl", "/v1/records/a/fields/f/ttl", "", 200),
    ("persistField", "/v1/records/a/fields/f/ttl", "", 204),
    ("setRecordTtl", "/v1/records/a/ttl", "{\"ttl\":5}", 204),
    ("getRecordTtl", "/v1/records/a/ttl", "", 200),
    ("persistRecord", "/v1/records/a/ttl", "", 204),
    ("listRecords", "/v1/records?prefix=a&limit=1", "", 200),
    ("getRecord", "/v1/records/a", "", 200),
    ("listFields", "/v1/records/a/fields", "", 200),
    ("find", "/v1/find?what=KEY&how=EXACT&pattern=a", "", 200),
    ("find", "/v1/find?what=KEY&pattern=a&as=cells&limit=1", "", 200),
    ("query", "/v1/query", "[[\"SIZE\"]]", 200),
    ("check", "/v1/check", "{\"text\":\"PUT a\\nGET a\"}", 200),
    ("listCases", "/v1/lists", "", 200),
    ("listCase", "/v1/lists/1", "", 404),
    ("listSteps", "/v1/lists", "{\"text\":\"\"}", 404),
    ("backup", "/v1/backups", "", 201),
    ("listBackups", "/v1/backups", "", 200),
    ("cells", "/v1/cells?at=@5", "", 200),
    ("restore", "/v1/restore", "{\"to\":5}", 200),
    ("begin", "/v1/transactions", "", 201),
    ("commit", "/v1/transactions/{id}/commit", "", 204),
    ("begin", "/v1/transactions", "", 201),
    ("rollback", "/v1/transactions/{id}", "", 204),
    ("stats", "/v1/stats", "", 200),
    ("snapshot", "/v1/snapshot", "", 202),
    ("export", "/v1/export", "", 200),
    ("archive", "/v1/store.tar", "", 200),
    ("health", "/healthz", "", 200),
    ("readiness", "/readyz", "", 200),
    ("metrics", "/metrics", "", 200),
    ("openapi", "/openapi.json", "", 200),
    ("page", "/", "", 200),
    ("ui", "/ui", "", 200),
    ("deleteField", "/v1/records/l/fields/f", "", 204),
    ("deleteRecord", "/v1/records/l", "", 204),
    ("pimPut", "/pim/put", "{\"command\":\"a 1\"}", 200),
    ("pimPost", "/pim/put", "{\"command\":\"a\"}", 400),
    ("pimGet", "/pim/get", "{\"command\":\"a\"}", 200),
    ("pimExists", "/pim/exists", "{\"command\":\"a\"}", 200),
    ("pimFind", "/pim/find", "{\"command\":\"-k a\"}", 200),
    ("pimAlias", "/pim/alias", "{\"command\":\"k keys\"}", 200),
    ("pimShowAlias", "/pim/show-alias", "", 200),
    ("pimResetAlias", "/pim/reset-alias", "", 200),
    ("pimBatch", "/pim/batch", "[\"size\"]", 200),
    ("pimKeys", "/pim/keys", "", 200),
    ("pimValues", "/pim/values", "", 200),
    ("pimItems", "/pim/items", "", 200),
    ("pimSize", "/pim/size", "", 200),
    ("pimHelp", "/pim/help", "", 200),
    ("pimBegin", "/pim/begin", "", 200),
    ("pimCommit", "/pim/commit", "", 500),
    ("pimRollback", "/pim/rollback", "", 500),
    ("pimDelete", "/pim/delete", "{\"command\":\"a\"}", 200),
    ("pimClear", "/pim/clear", "", 200),
    ("pbcPut", "/pbc/put", "{\"key\":\"a\",\"value\":1}", 200),
    ("pbcPut", "/pbc/put", "{}", 422),
    ("pbcGet", "/pbc/get/a", "", 200),
    ("pbcKeys", "/pbc/keys", "", 200),
    ("pbcDelete", "/pbc/delete/a", "", 200),
    ("pbcBatch", "/pbc/batch", "{\"data\":{}}", 200),
    ("pbcStatus", "/pbc", "", 200),
    ("pbcHealth", "/pbc/health", "", 200),
    ("pbcClear", "/pbc/clear", "", 200),
];

#[test]
fn the_document_tells_of_every_route_and_each_does_what_it_tells() {
    let folder = tempfile::tempdir().expect("there is room");
    let store = folder.path().join("store").display().to_string();
    let server = start_still(&["--store", &store]);
    let mut client = Client::to(&server);
    let document: Json = serde_json::from_slice(&client.get("/openapi.json").body).expect("it is JSON");
    assert_eq!(document["openapi"], "3.1.0");
    let mut operations: BTreeMap<String, (String, String, Json)> = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().expect("there are paths") {
        let methods = methods.as_object().expect("there are methods");
        for (method, operation) in methods {
            let id = operation["operationId"].as_str().expect("it has a name").to_owned();
            let told = (method.to_uppercase(), path.clone(), operation.clone());
            assert!(operations.insert(id.clone(), told).is_none(), "{id} is there twice");
        }
        // The same table says which methods a path has.
        let allow = client.ask("OPTIONS", &path.replace(['{', '}'], "x"), &[], "");
        let allow: BTreeSet<_> = allow.header("allow").expect("it has methods").split(", ").collect();
        let told = methods.keys().map(|method| method.to_uppercase()).collect::<BTreeSet<_>>();
        let allowed = allow.iter().filter(|method| !["HEAD", "OPTIONS"].contains(method));
        assert!(allowed.eq(told.iter()), "{path}: {allow:?}");
    }
    // Events have a test of their own: they do not end.
    let mut asked: BTreeSet<&str> = ["deleteValue", "events"].into();
    let mut id = String::new();
    for (name, target, body, status) in SAMPLES {
        let (method, path, operation) = &operations[name];
        let target = target.replace("{id}", &id);
        let kind = if name.starts_with("put") { TEXT } else { JSON };
        let headers: &[&str] = if body.is_empty() { &[] } else { &[kind] };
        let response = client.ask(method, &target, headers, body);
        assert_eq!(response.status, status, "{name} {target}: {response:?}");
        if let Some(transaction) = response.header("rewind-transaction") {
            transaction.clone_into(&mut id);
        }
        fits(&document, operation, &response, path);
        asked.insert(name);
    }
    client.ask("PUT", "/v1/records/a/value", &[TEXT], "1");
    let deleted = client.ask("DELETE", "/v1/records/a/value", &[], "");
    fits(&document, &operations["deleteValue"].2, &deleted, "deleteValue");
    assert!(operations.keys().all(|name| asked.contains(&**name)), "{:?}", operations.keys());
    // The language is there as well.
    let language = document["x-language"].as_array().expect("it is an array");
    assert_eq!(language.len(), rewinddb::query::Language::records().forms().len());
}

/// Is a response one of those that an operation is said to have?
fn fits(document: &Json, operation: &Json, response: &super::client::Response, path: &str) {
    let told = &operation["responses"][response.status.to_string()];
    assert!(told.is_object(), "{path}: {} is not told", response.status);
    let Some(content) = told["content"].as_object() else {
        return assert!(response.body.is_empty(), "{path}: {response:?}");
    };
    let kind = response.header("content-type").expect("it has a type");
    let schema = &content.get(kind).unwrap_or_else(|| panic!("{path}: {kind} is not told"))["schema"];
    if kind == "application/json" {
        let body: Json = serde_json::from_slice(&response.body).expect("it is JSON");
        is_of(document, schema, &body, path);
        let properties = schema["properties"].as_object();
        let is_told =
            |name: &String| properties.is_none_or(|told| told.contains_key(name) || path == "/openapi.json");
        assert!(body.as_object().is_none_or(|body| body.keys().all(is_told)), "{path}: {body}");
    }
}

/// Is this of a schema? Of what the document uses of those.
fn is_of(document: &Json, schema: &Json, value: &Json, path: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().expect("it has a name");
        let schema = &document["components"]["schemas"][name];
        assert!(schema.is_object(), "{name} is not there");
        return is_of(document, schema, value, path);
    }
    let kind = match value {
        Json::Null => "null",
        Json::String(_) => "string",
        Json::Number(_) => "integer",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
        Json::Bool(_) => "boolean",
    };
    let is_one = match &schema["type"] {
        Json::String(one) => one == kind,
        Json::Array(kinds) => kinds.iter().any(|one| one == kind),
        _ => true,
    };
    assert!(is_one, "{path}: {value} is not of {schema}");
    for name in schema["required"].as_array().into_iter().flatten() {
        let name = name.as_str().expect("it is a name");
        assert!(value.get(name).is_some(), "{path}: {name} is missing in {value}");
    }
    for (name, value) in value.as_object().into_iter().flatten() {
        let within = schema["properties"].get(name).unwrap_or(&schema["additionalProperties"]);
        is_of(document, within, value, path);
    }
    for value in value.as_array().into_iter().flatten() {
        is_of(document, &schema["items"], value, path);
    }
}
