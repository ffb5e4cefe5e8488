//! Lists to learn from.

use std::time::Instant;

use serde_json::Value as Json;

use super::open;
use crate::browser::Browser;
use crate::http::client::{Client, start, start_still};

#[test]
fn a_case_of_the_course_is_shown_step_by_step() {
    let Some(browser) = Browser::start(&[]) else { return };
    let server = start(&[]);
    let tab = open(&browser, &server);
    tab.until("!document.querySelector('#tab-lists').hidden");
    tab.click("#tab-cells");
    tab.press("ArrowRight");
    tab.until("!document.querySelector('#view-lists').hidden");
    let keys = "document.querySelector('footer .of-lists').checkVisibility()";
    // It begins with a list of its own, not with an empty box.
    tab.until("document.querySelectorAll('#steps button').length === 5");
    let typed: String = tab.look("document.querySelector('#list-text').value");
    assert!(typed.starts_with("SET_AT_WITH_TTL user token x7 1 10\n"), "{typed}");
    let levels: Vec<String> =
        tab.look("Array.from(document.querySelectorAll('#case optgroup'), (one) => one.label)");
    assert_eq!(levels, ["level 1", "level 2", "level 3", "level 4", "level 5", "level 6"]);
    tab.look::<bool>(
        "(() => { const cases = document.querySelector('#case'); \
         cases.value = Array.from(cases.options).find((one) => one.text === 'step one: a small address book').value; \
         cases.dispatchEvent(new Event('change')); return true; })()",
    );
    tab.until("document.querySelector('#name').textContent === 'step one: a small address book'");
    tab.until("document.querySelectorAll('#chart .bar').length > 1");
    assert!(tab.look::<bool>(keys));
    let steps: usize = tab.look("document.querySelectorAll('#steps button').length");
    tab.click("#steps button");
    tab.press("End");
    assert_eq!(
        tab.look::<String>("document.querySelector('#number').textContent"),
        format!("{steps} of {steps}")
    );
    tab.press("ArrowLeft");
    assert_eq!(
        tab.look::<String>("document.querySelector('#number').textContent"),
        format!("{} of {steps}", steps - 1)
    );
    // Nothing of it is in the database that is served.
    assert_eq!(Client::to(&server).get("/v1/records").text(), r#"{"keys":[],"next":null}"#);
    super::assert_quiet(&tab, &server);
}

#[test]
fn a_list_of_ones_own_is_shown_or_its_mistakes_are() {
    let Some(browser) = Browser::start(&[]) else { return };
    let server = start(&[]);
    let tab = open(&browser, &server);
    tab.until("!document.querySelector('#tab-lists').hidden");
    tab.click("#tab-lists");
    tab.click("#list-text");
    tab.press("Ctrl+a");
    tab.write("SET_AT_WITH_TTL a b 1 5 10\nBACKUP 6\nSETT a b\nSCAN_AT a 4");
    tab.press("Ctrl+Enter");
    tab.until("document.querySelectorAll('#under-list .wrong').length > 0");
    let wrong: Vec<String> =
        tab.look("Array.from(document.querySelectorAll('#under-list .wrong'), (one) => one.textContent)");
    assert_eq!(wrong, ["SETT", "4"]);
    tab.press("Ctrl+a");
    tab.write("SET_AT_WITH_TTL a b <i>1</i> 5 10\nBACKUP 6\nGET_AT a b 15\nRESTORE 20 6\nSCAN_AT a 20");
    tab.press("Ctrl+Enter");
    tab.until("document.querySelectorAll('#steps button').length === 5");
    tab.until("document.querySelector('#steps li:nth-child(3)').textContent.includes('GET_AT a b 15')");
    tab.click("#steps li:nth-child(3) button");
    let told: Vec<String> = tab
        .look("['number', 'query', 'answer', 'rule'].map((id) => document.getElementById(id).textContent)");
    assert_eq!(told[..3], ["3 of 5", "GET_AT a b 15", "\"\""]);
    assert!(told[3].contains("ended at 15"), "{}", told[3]);
    assert_eq!(tab.look::<usize>("document.querySelectorAll('#chart .arc').length"), 1);
    super::assert_quiet(&tab, &server);
}

#[test]
fn lists_have_bounds_and_the_loop_goes_on() {
    let server = start_still(&[]);
    let mut client = Client::to(&server);
    let body = |text: &str| serde_json::json!({ "text": text }).to_string();
    let mut steps = |text: &str| {
        let response = client.post("/v1/lists", &body(text));
        (response.status, response)
    };
    assert_eq!(steps(&"PUT a 1\n".repeat(501)).0, 413);
    assert_eq!(steps(&format!("PUT a {}", "x".repeat(128 << 10))).0, 413);
    assert_eq!(steps("PUT a").0, 400);
    let (status, response) = steps(&"PUT a 1\n".repeat(500));
    let list: Json = serde_json::from_slice(&response.body).expect("it is JSON");
    assert_eq!((status, list["steps"].as_array().map(Vec::len)), (200, Some(500)));
    let mut client = Client::to(&server);
    assert_eq!(client.post("/v1/lists", r#"{"text":"","clock":"mad"}"#).status, 400);
    assert_eq!(client.get("/v1/lists/0").status, 404);
    // What is heavy to show does not hold others up, and ends.
    let heavy: Vec<_> = (0..499).map(|at| format!("SET_AT k{at} f {} {at}", "v".repeat(90))).collect();
    let heavy = heavy.join("\n") + "\nFIND VALUE REGEX (v|vv|vvv)*w";
    let begun = Instant::now();
    let mut others = std::thread::scope(|scope| {
        let asked = scope.spawn(|| Client::to(&server).post("/v1/lists", &body(&heavy)).status);
        let mut waits = Vec::new();
        while !asked.is_finished() {
            let begun = Instant::now();
            assert_eq!(Client::to(&server).get("/healthz").status, 200);
            waits.push(begun.elapsed());
        }
        let status = asked.join().expect("it ends");
        assert!([200, 503].contains(&status), "{status}");
        waits
    });
    assert!(begun.elapsed().as_secs() < 10);
    others.sort();
    assert!(others[others.len() / 2].as_millis() < 500, "{others:?}");
}

#[test]
fn a_server_with_a_store_has_no_lists() {
    let folder = tempfile::tempdir().expect("there is room");
    let server = start(&["--store", &folder.path().join("store").display().to_string()]);
    let mut client = Client::to(&server);
    assert_eq!(client.get("/v1/lists").text(), r#"{"cases":[]}"#);
    assert_eq!(client.post("/v1/lists", r#"{"text":"PUT a 1"}"#).problem(), "no-lists");
    let Some(browser) = Browser::start(&[]) else { return };
    let tab = open(&browser, &server);
    tab.until("document.querySelector('#counters').textContent.includes('log')");
    assert!(tab.look::<bool>("document.querySelector('#tab-lists').hidden"));
    super::assert_quiet(&tab, &server);
}
