//! Who may have the page, and what it may do.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::{address, open, query, rows};
use crate::browser::Browser;
use crate::http::client::{Client, start, start_still};

#[test]
fn the_page_is_told_what_it_may_do() {
    let server = start_still(&[]);
    let mut client = Client::to(&server);
    let page = client.get("/");
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let html = page.text();
    let hash = |name: &str| {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let (_, rest) = html.split_once(&open).expect("it is there");
        let (text, rest) = rest.split_once(&close).expect("it ends");
        assert!(!rest.contains(&open), "there is one {name}");
        format!("'sha256-{}'", BASE64_STANDARD.encode(hmac_sha256::Hash::hash(text.as_bytes())))
    };
    let wanted = format!(
        "default-src 'none'; script-src {}; style-src {}; img-src data:; connect-src 'self'; \
         frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'",
        hash("script"),
        hash("style")
    );
    assert_eq!(page.header("content-security-policy"), Some(&*wanted));
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(page.header(name), Some(value), "{name}");
    }
    // It says nothing of where else to go, and carries no styles or handlers of its own elements.
    for never in ["http:", "https:", " style=", " onclick", "innerHTML", "eval("] {
        let rest = html.replace("http://www.w3.org/2000/svg", "");
        assert!(!rest.contains(never), "{never}");
    }
    assert_eq!(client.get("/ui").body, page.body);
    assert_eq!(client.ask("HEAD", "/", &[], "").header("content-security-policy"), Some(&*wanted));
    assert_eq!(client.ask("POST", "/", &["content-type: application/json"], "{}").status, 405);
}

#[test]
fn a_dialect_at_the_root_has_the_page_beside_it() {
    for (dialect, first) in [("pybitcask", "{"), ("py-in-mem", "<!doctype html>")] {
        let server = start_still(&["--compat", dialect]);
        let mut client = Client::to(&server);
        // One of them answers at the root itself.
        assert!(client.get("/").text().starts_with(first), "{dialect}");
        assert!(client.get("/ui").text().starts_with("<!doctype html>"), "{dialect}");
        assert_eq!(client.get("/keys").status, 200);
    }
}

#[test]
fn the_page_asks_for_a_password_once_and_keeps_it_in_memory_alone() {
    let Some(browser) = Browser::start(&[]) else { return };
    let mut command = crate::rewind(&["serve", "--http", "127.0.0.1:0"]);
    command.env("REWIND_AUTH", "zoë:sésame\nplain");
    let server = crate::serve::server::Server::of(command);
    let put = ["content-type: text/plain", "authorization: Bearer plain"];
    assert_eq!(Client::to(&server).ask("PUT", "/v1/records/a/value", &put, "1").status, 201);
    // The page itself is open, its data are not.
    assert_eq!(Client::to(&server).get("/").status, 200);
    assert_eq!(Client::to(&server).get("/v1/cells").status, 401);
    let tab = browser.open(&address(&server));
    tab.until("document.querySelector('#locked')?.open");
    tab.write("no");
    tab.press("Enter");
    tab.until("document.querySelector('#locked-told').textContent === 'That was not it.'");
    tab.until("document.querySelector('#locked').open");
    tab.write("zoë:sésame");
    tab.press("Enter");
    tab.until("document.querySelector('#rows tr .value')?.textContent === '1'");
    assert!(!tab.look::<bool>("document.querySelector('#locked').open"));
    let kept: (usize, usize, String) =
        tab.look("[localStorage.length, sessionStorage.length, document.cookie]");
    assert_eq!(kept, (0, 0, String::new()));
    assert!(!tab.look::<String>("document.documentElement.outerHTML").contains("sésame"));
    assert!(tab.requests().iter().all(|url| !url.contains("sésame")));
    // Everything goes on with it: writes, and what is told.
    tab.press("q");
    tab.write("PUT b 2");
    tab.press("Enter");
    tab.until("document.querySelectorAll('#rows tr').length === 2");
    super::assert_quiet(&tab, &server);
}

/// Where somebody else serves a page, which nothing holds back.
fn stranger() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("it is free");
    let address = listener.local_addr().expect("it has one");
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.expect("it comes");
            // What is asked is all the same.
            let _ = socket.read(&mut [0; 4096]);
            let page = "<!doctype html><title>other</title>";
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length";
            let _ = write!(socket, "{head}: {}\r\n\r\n{page}", page.len());
        }
    });
    address
}

#[test]
fn pages_of_other_origins_and_rebound_names_are_refused() {
    let Some(browser) = Browser::start(&["--host-resolver-rules=MAP evil.example 127.0.0.1"]) else { return };
    let server = start(&[]);
    query(&server, r#"[["PUT","a","1"]]"#);
    let (own, port) = (address(&server), server.address("http").rsplit_once(':').expect("it has one").1);
    let other = browser.open(&format!("http://{}/", stranger()));
    other.until("document.title === 'other'");
    let asks = |options: &str| -> String {
        other.look(&format!(
            "fetch('{own}v1/query', {options}).then((told) => told.text(), (error) => 'refused: ' + error.name)"
        ))
    };
    let body = r#"body: '[["PUT","evil","1"]]'"#;
    assert_eq!(asks("{}"), "refused: TypeError");
    assert_eq!(
        asks(&format!("{{ method: 'POST', headers: {{ 'Content-Type': 'application/json' }}, {body} }}")),
        "refused: TypeError"
    );
    // What needs no leave is sent, and does nothing.
    assert_eq!(asks(&format!("{{ method: 'POST', mode: 'no-cors', {body} }}")), "");
    // It cannot show the page as a part of itself.
    let framed: bool = other.look(&format!(
        "new Promise((done) => {{ const frame = document.createElement('iframe'); frame.src = '{own}'; \
         frame.onload = () => {{ try {{ done(frame.contentWindow.location.href.startsWith('http')); }} \
         catch {{ done(frame.contentDocument !== null); }} }}; document.body.append(frame); }})"
    ));
    assert!(!framed);
    // A name that has come to mean this machine.
    let rebound = browser.open(&format!("http://evil.example:{port}/"));
    rebound.until("document.body?.textContent.includes('/problems/host')");
    // The page itself goes on, and nothing has changed.
    let tab = open(&browser, &server);
    assert_eq!(rows(&tab), ["|a|1|text|permanent"]);
    super::assert_quiet(&tab, &server);
}
