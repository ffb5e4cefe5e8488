//! The page of a server, by keys and clicks in a browser.

/// The query box.
mod asking;
/// Many cells.
mod large;
/// Lists to learn from.
mod lists;
/// Backups, groups, the difference between moments.
mod moments;
/// Who may have the page, and what it may do.
mod safety;
/// Narrow and wide, light and dark.
mod widths;

use std::thread;
use std::time::Duration;

use super::client::{Client, start, start_still};
use crate::browser::{Browser, Tab};
use crate::serve::server::Server;

const TEXT: &str = "content-type: text/plain";

/// The address of a server's page.
fn address(server: &Server) -> String {
    format!("http://{}/", server.address("http"))
}

/// Opens the page of a server, and waits until it lives.
fn open<'b>(browser: &'b Browser, server: &Server) -> Tab<'b> {
    let tab = browser.open(&address(server));
    tab.until(
        "document.querySelector('#link')?.dataset.state === 'live' && document.querySelector('#rows tr')",
    );
    tab
}

/// Asks a list.
fn query(server: &Server, list: &str) {
    let response = Client::to(server).post("/v1/query", list);
    assert_eq!(response.status, 200, "{list}: {}", response.text());
}

fn backup(server: &Server) {
    assert_eq!(Client::to(server).ask("POST", "/v1/backups", &[], "").status, 201);
    // No two backups are of one moment.
    thread::sleep(Duration::from_millis(3));
}

/// The rows that are shown, each as its columns.
fn rows(tab: &Tab<'_>) -> Vec<String> {
    tab.look(
        "Array.from(document.querySelectorAll('#rows tr'), (tr) => \
         Array.from(tr.children, (td) => td.textContent).join('|'))",
    )
}

/// Nothing has gone wrong, and nobody else was asked.
fn assert_quiet(tab: &Tab<'_>, server: &Server) {
    assert_eq!(tab.troubles(), Vec::<String>::new());
    let (own, requests) = (address(server), tab.requests());
    let strange: Vec<_> =
        requests.iter().filter(|url| !url.starts_with(&own) && !url.starts_with("data:")).collect();
    assert!(strange.is_empty() && !requests.is_empty(), "{strange:?}");
}

#[test]
fn cells_light_up_as_they_come_change_and_go() {
    let Some(browser) = Browser::start(&[]) else { return };
    let server = start(&[]);
    query(&server, r#"[["SET","user","name","Ada"],["PUT","motd","hello"],["APPEND","cart","items","tea"]]"#);
    let tab = open(&browser, &server);
    assert_eq!(
        rows(&tab),
        [
            "|cart.items|[tea]|list of 1|permanent",
            "|motd|hello|text|permanent",
            "|user.name|Ada|text|permanent"
        ]
    );
    query(&server, r#"[["SET","user","city","London"]]"#);
    tab.until("document.querySelector('#rows tr.new')?.textContent === '+user.cityLondontextpermanent'");
    query(&server, r#"[["SET","user","name","Grace"]]"#);
    tab.until("document.querySelector('#rows tr.changed')?.textContent === '~user.nameGracetextpermanent'");
    query(&server, r#"[["DELETE","motd"]]"#);
    tab.until("document.querySelector('#rows tr.gone .mark')?.textContent === '−'");
    tab.until("!document.body.textContent.includes('motd')");
    assert_eq!(rows(&tab).len(), 3);
    assert_quiet(&tab, &server);
}

#[test]
fn a_lifetime_runs_down_and_its_cell_goes_by_itself() {
    let Some(browser) = Browser::start(&[]) else { return };
    let server = start(&[]);
    let tab = open(&browser, &server);
    query(&server, r#"[["PUT_WITH_TTL","token","x7","5000"]]"#);
    tab.until("document.querySelector('.meter')");
    let part = "parseFloat(document.querySelector('.meter').style.getPropertyValue('--part'))";
    let asked = tab.requests().len();
    let first: f64 = tab.look(part);
    tab.until(&format!("{part} < {}", first - 10.0));
    let left: String = tab.look("document.querySelector('#rows .left').textContent");
    assert!(left.ends_with(" s") && left.len() == 5, "{left}");
    // So far no event told of it, and nobody asked for cells: the page counts by itself.
    let cells = |urls: &[String]| urls.iter().filter(|url| url.contains("/v1/cells")).count();
    assert_eq!(cells(&tab.requests()[asked..]), 0);
    tab.until("document.querySelector('#rows tr.gone .left')?.textContent === 'expired'");
    tab.until("document.querySelector('#rows').textContent === 'no live cell'");
    assert_quiet(&tab, &server);
}

#[test]
fn names_and_values_are_text_and_what_cannot_be_seen_is_shown() {
    let Some(browser) = Browser::start(&[]) else { return };
    let server = start(&[]);
    let evil = r#"[["PUT","<script>document.title='no'</script>","<img src=x onerror=\"document.title='no'\">"],
        ["SET","a\u0007\u202eb","f\u200bg","x\ty\nz"],["APPEND","l","f","<b>1</b>"]]"#;
    query(&server, evil);
    backup(&server);
    let tab = open(&browser, &server);
    assert_eq!(
        rows(&tab),
        [
            "|<script>document.title='no'</script>|<img src=x onerror=\"document.title='no'\">|text|permanent",
            "|a\\u{7}\\u{202e}b.f\\u{200b}g|x\\ty\\nz|text|permanent",
            "|l.f|[<b>1</b>]|list of 1|permanent",
        ]
    );
    // Wherever else it is told, too.
    tab.click("#rows tr");
    tab.until("document.querySelectorAll('#cell-then li').length === 1");
    tab.click("#typed");
    tab.write("GET \"<script>document.title='no'</script>\"");
    tab.press("Enter");
    tab.until("document.querySelector('#answers li')?.textContent.includes('<img src=x')");
    let found: (usize, usize, String) =
        tab.look("[document.images.length, document.scripts.length, document.title]");
    assert_eq!(found, (0, 1, "rewind".to_owned()));
    let is_unseen: bool =
        tab.look("/[\\u0007\\u202e\\u200b]/.test(document.querySelector('main').innerText)");
    assert!(!is_unseen);
    assert_quiet(&tab, &server);
}

#[test]
fn keys_sift_find_and_go_from_row_to_row() {
    let Some(browser) = Browser::start(&[]) else { return };
    let server = start(&[]);
    query(
        &server,
        r#"[["SET","user:1","name","Ada"],["SET","user:2","name","Grace"],["PUT","shop","open"]]"#,
    );
    backup(&server);
    query(&server, r#"[["SET","user:1","name","Ada L"]]"#);
    let tab = open(&browser, &server);
    tab.press("/");
    tab.write("user:");
    tab.until("document.querySelectorAll('#rows tr').length === 2");
    tab.press("Escape");
    tab.press("ArrowDown");
    tab.press("ArrowDown");
    tab.press("ArrowUp");
    tab.press("Enter");
    tab.until("document.querySelector('#cell-then .value')?.textContent === 'Ada'");
    let opened: String = tab.look("document.querySelector('#cell').innerText");
    assert!(opened.starts_with("user:1.name") && opened.contains("Ada L"), "{opened}");
    tab.press("Escape");
    tab.until("document.querySelector('#cell').hidden");
    tab.press("f");
    tab.write("s*");
    tab.until("document.querySelectorAll('#rows tr').length === 1");
    assert_eq!(rows(&tab), ["|shop|open|text|permanent"]);
    tab.look::<bool>("(document.querySelector('#find-what').value = 'VALUE', true)");
    tab.press("Ctrl+a");
    tab.write("Gr*");
    tab.press("Enter");
    tab.until("document.querySelector('#rows tr').textContent.includes('Grace')");
    tab.press("Ctrl+a");
    tab.write("[");
    tab.look::<bool>("(document.querySelector('#find-how').value = 'REGEX', true)");
    tab.press("Enter");
    tab.until("document.querySelector('#notice.bad:not([hidden])')");
    assert_quiet(&tab, &server);
}

#[test]
fn two_pages_at_once_show_what_either_does() {
    let Some(browser) = Browser::start(&[]) else { return };
    let server = start(&[]);
    let (one, other) = (open(&browser, &server), open(&browser, &server));
    one.press("q");
    one.write("PUT a 1");
    one.press("Enter");
    other.until("document.querySelector('#rows tr.new')?.textContent.includes('a1')");
    other.click("#backup");
    one.until("document.querySelector('#count').textContent === '1 backup'");
    other.press("q");
    other.write("CLEAR");
    other.press("Enter");
    one.until("document.querySelector('#rows').textContent === 'no live cell'");
    assert_quiet(&one, &server);
    assert_quiet(&other, &server);
}

#[test]
fn a_server_that_dies_and_comes_back_is_found_again() {
    let Some(browser) = Browser::start(&[]) else { return };
    let folder = tempfile::tempdir().expect("there is room");
    let store = folder.path().join("store").display().to_string();
    let server = start(&["--store", &store]);
    query(&server, r#"[["PUT","a","1"]]"#);
    let port = server.address("http").to_owned();
    let tab = open(&browser, &server);
    server.kill();
    tab.until("document.querySelector('#link').dataset.state === 'lost'");
    assert_eq!(rows(&tab), ["|a|1|text|permanent"], "what was shown stays");
    drop(server);
    let server = Server::of(crate::rewind(&["serve", "--http", &port, "--store", &store]));
    query(&server, r#"[["PUT","b","2"]]"#);
    tab.until("document.querySelector('#link').dataset.state === 'live'");
    tab.until("document.querySelectorAll('#rows tr').length === 2");
    // And it lives on.
    query(&server, r#"[["PUT","c","3"]]"#);
    tab.until("document.querySelectorAll('#rows tr').length === 3");
    assert_quiet(&tab, &server);
}

#[test]
fn where_timestamps_move_time_lifetimes_stand_still_until_then() {
    let Some(browser) = Browser::start(&[]) else { return };
    let server = start_still(&[]);
    query(&server, r#"[["SET_AT_WITH_TTL","a","f","1","5","10"]]"#);
    let tab = open(&browser, &server);
    tab.until("document.querySelector('#moment').textContent.startsWith('moment 5')");
    assert_eq!(rows(&tab), ["|a.f|1|text|10 ms"]);
    Client::to(&server).ask("PUT", "/v1/records/b/value", &[TEXT], "2");
    query(&server, r#"[["TICK","9"]]"#);
    tab.until("document.querySelector('#rows .left').textContent === '6 ms'");
    query(&server, r#"[["TICK","15"]]"#);
    tab.until("document.querySelector('#rows').textContent === 'b2textpermanent'");
    assert_quiet(&tab, &server);
}
