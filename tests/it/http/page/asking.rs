//! The query box.

use super::{open, query, rows};
use crate::browser::{Browser, Tab};
use crate::http::client::{Client, start};

/// The answers, the newest first.
fn answers(tab: &Tab<'_>) -> Vec<String> {
    tab.look("Array.from(document.querySelectorAll('#answers li'), (one) => one.textContent)")
}

fn until_answers(tab: &Tab<'_>, count: usize) {
    tab.until(&format!("document.querySelectorAll('#answers li').length === {count}"));
}

#[test]
fn one_query_or_a_list_is_asked_and_answered_as_run_does() {
    let Some(browser) = Browser::start(&[]) else { return };
    let server = start(&[]);
    let tab = open(&browser, &server);
    tab.press("q");
    tab.write("set user \"full name\" 'Ada \"L\"'");
    tab.press("Enter");
    until_answers(&tab, 1);
    tab.write("GET user \"full name\"\nBATCH [PUT a 1] [GET a]\n# a note\n[\"KEYS\"]");
    tab.press("Enter");
    until_answers(&tab, 4);
    tab.write("[[\"BACKUP\",\"now\"],\n [\"SIZE\"]]");
    tab.press("Enter");
    until_answers(&tab, 6);
    assert_eq!(
        answers(&tab),
        [
            "6SIZE => \"2\"",
            "5BACKUP now => \"2\"",
            "4KEYS => \"a, user\"",
            "3BATCH [PUT a 1] [GET a] => [\"\", \"1\"]",
            "2GET user \"full name\" => \"Ada \\\"L\\\"\"",
            "1SET user \"full name\" \"Ada \\\"L\\\"\" => \"\"",
        ]
    );
    // What was asked can be asked again.
    tab.press("ArrowUp");
    let typed = || tab.look::<String>("document.querySelector('#typed').value");
    assert_eq!(typed(), "[[\"BACKUP\",\"now\"],\n [\"SIZE\"]]");
    tab.press("Home");
    tab.press("ArrowUp");
    tab.press("ArrowUp");
    tab.until("document.querySelector('#typed').value.startsWith('GET user')");
    super::assert_quiet(&tab, &server);
}

#[test]
fn mistakes_are_underlined_and_nothing_of_it_is_asked() {
    let Some(browser) = Browser::start(&[]) else { return };
    let server = start(&[]);
    let tab = open(&browser, &server);
    let wrong = || -> Vec<String> {
        tab.look("Array.from(document.querySelectorAll('#under-typed .wrong'), (one) => one.textContent)")
    };
    tab.click("#typed");
    tab.write("PUT ä 1\nEXPIRE ä soon\nGTE ä");
    tab.until("document.querySelectorAll('#under-typed .wrong').length === 2");
    assert_eq!(wrong(), ["soon", "GTE"]);
    assert_eq!(tab.look::<String>("document.querySelector('#typed').getAttribute('aria-invalid')"), "true");
    tab.press("Enter");
    tab.until("document.querySelector('#hint .bad')");
    assert_eq!(Client::to(&server).get("/v1/records").text(), r#"{"keys":[],"next":null}"#);
    assert!(answers(&tab).is_empty());
    // In a list too.
    tab.press("Ctrl+a");
    tab.write("[[\"PUT\",\"a\",\"1\"],\n [\"EXPIRE\",\"a\",\"-1\"]]");
    tab.until("document.querySelector('#under-typed .wrong')?.textContent === '\"-1\"'");
    tab.press("Ctrl+a");
    tab.write("TICK 1");
    tab.until("document.querySelector('#hint .bad')?.textContent.includes('backwards')");
    super::assert_quiet(&tab, &server);
}

#[test]
fn names_and_keys_are_completed() {
    let Some(browser) = Browser::start(&[]) else { return };
    let server = start(&[]);
    query(&server, r#"[["PUT","user:ada","1"],["PUT","user:bob","2"],["PUT","us er","3"]]"#);
    let tab = open(&browser, &server);
    tab.click("#typed");
    tab.write("pe");
    tab.until("document.querySelectorAll('#offers li').length === 1");
    tab.press("Tab");
    tab.write("user:");
    tab.until("document.querySelectorAll('#offers li').length === 2");
    tab.press("ArrowDown");
    tab.press("ArrowDown");
    assert_eq!(
        tab.look::<String>("document.querySelector('#offers [aria-selected=true]').textContent"),
        "user:bob"
    );
    tab.press("Enter");
    assert_eq!(tab.look::<String>("document.querySelector('#typed').value"), "PERSIST user:bob ");
    assert_eq!(tab.look::<String>("document.querySelector('#hint code').textContent"), "PERSIST key field");
    tab.press("Ctrl+a");
    tab.write("GET us");
    tab.until("document.querySelectorAll('#offers li').length === 3");
    tab.press("Tab");
    assert_eq!(tab.look::<String>("document.querySelector('#typed').value"), "GET \"us er\" ");
    super::assert_quiet(&tab, &server);
}

#[test]
fn a_transaction_is_shown_as_open_until_it_ends() {
    let Some(browser) = Browser::start(&[]) else { return };
    let server = start(&["--transaction-timeout", "4000"]);
    let tab = open(&browser, &server);
    let (is_open, is_closed) =
        ("!document.querySelector('#transaction').hidden", "document.querySelector('#transaction').hidden");
    tab.press("q");
    let ask = |line: &str| {
        tab.write(line);
        tab.press("Enter");
        tab.until("document.querySelector('#typed').value === ''");
    };
    ask("BEGIN");
    tab.until(is_open);
    ask("PUT a 1");
    ask("GET a");
    assert_eq!(answers(&tab)[0], "3GET a => \"1\"");
    assert_eq!(rows(&tab), ["no live cell"], "nobody sees it yet");
    tab.click("#commit");
    tab.until(is_closed);
    tab.until("document.querySelector('#rows').textContent.includes('a1')");
    // One that others have crossed takes no effect.
    tab.click("#typed");
    ask("begin");
    ask("GET a");
    ask("PUT b 1");
    query(&server, r#"[["PUT","a","2"]]"#);
    ask("COMMIT");
    assert_eq!(answers(&tab)[0], "8COMMIT => \"false\"");
    tab.until(is_closed);
    // One that a list ends, one that is rolled back, and one that is idle for too long.
    ask("BEGIN");
    ask("PUT c 1\nCOMMIT");
    tab.until(is_closed);
    ask("BEGIN");
    ask("PUT d 1");
    tab.click("#roll-back");
    tab.until(is_closed);
    tab.click("#typed");
    ask("BEGIN");
    tab.until("document.querySelector('#answers li').textContent.includes('idle for too long')");
    tab.until(is_closed);
    assert_eq!(Client::to(&server).get("/v1/records").text(), r#"{"keys":["a","c"],"next":null}"#);
    super::assert_quiet(&tab, &server);
}
