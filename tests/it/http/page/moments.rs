//! Other moments than now.

use super::{backup, open, query, rows};
use crate::browser::Browser;
use crate::http::client::{Client, start, start_still};
use crate::serve::server::Server;

const FLAG: &str = "document.querySelector('#flag').textContent";

#[test]
fn the_slider_shows_backups_and_what_they_show_is_read_only() {
    let Some(browser) = Browser::start(&[]) else { return };
    let server = start(&[]);
    query(&server, r#"[["PUT","a","1"]]"#);
    backup(&server);
    query(&server, r#"[["PUT","a","2"],["PUT_WITH_TTL","b","x","60000"]]"#);
    backup(&server);
    query(&server, r#"[["PUT","a","3"]]"#);
    let tab = open(&browser, &server);
    tab.until("document.querySelector('#count').textContent === '2 backups'");
    tab.press("ArrowLeft");
    tab.until("document.querySelector('#rows .value').textContent === '2'");
    let told: String = tab.look("document.querySelector('#moment').textContent");
    assert!(told.ends_with("ago · read-only"), "{told}");
    // It stands still there, whatever happens now.
    query(&server, r#"[["PUT","a","4"]]"#);
    tab.press("ArrowLeft");
    tab.until("document.querySelectorAll('#rows tr').length === 1");
    assert_eq!(rows(&tab), ["|a|1|text|permanent"]);
    assert_eq!(tab.look::<String>(FLAG), "backup");
    // A query asks now, and says so.
    let said: String = tab
        .look("getComputedStyle(document.querySelector('#asking'), '::before').getPropertyValue('content')");
    assert!(said.contains("as it is now"), "{said}");
    tab.press("n");
    tab.until("document.querySelector('#rows .value').textContent === '4'");
    assert_eq!(tab.look::<String>(FLAG), "now");
    super::assert_quiet(&tab, &server);
}

#[test]
fn the_difference_between_two_moments_is_shown() {
    let Some(browser) = Browser::start(&[]) else { return };
    let server = start_still(&[]);
    let list = |list: &str| query(&server, list);
    list(
        r#"[["SET_AT","k","a","1","1"],["SET_AT","k","b","1","1"],["SET_AT_WITH_TTL","k","c","1","1","50"]]"#,
    );
    list(
        r#"[["BACKUP","2"],["SET_AT","k","a","2","3"],["DELETE_AT","k","b","3"],["SET_AT","k","d","1","4"]]"#,
    );
    list(r#"[["BACKUP","5"],["SET_AT","k","e","1","6"],["SET_AT","k","c","1","60"]]"#);
    let tab = open(&browser, &server);
    tab.until("document.querySelector('#count').textContent === '2 backups'");
    // From the last backup to now; a cell that was set anew with another lifetime has changed.
    tab.click("#compare");
    tab.until("document.querySelector('#place').textContent === '2 differences'");
    assert_eq!(rows(&tab), ["~|k.c|1|text|permanent", "+|k.e|1|text|permanent"]);
    tab.press("ArrowLeft");
    tab.until("document.querySelector('#place').textContent === '5 differences'");
    assert_eq!(
        rows(&tab),
        [
            "~|k.a|1 2|text|permanent",
            "−|k.b|1|text|gone",
            "~|k.c|1|text|permanent",
            "+|k.d|1|text|permanent",
            "+|k.e|1|text|permanent",
        ]
    );
    let told: String = tab.look("document.querySelector('.when').textContent");
    assert_eq!(told, "difference from backup moment 2 to now · read-only");
    // From one backup to another.
    tab.click("#compare");
    tab.until(&format!("{FLAG} === 'now'"));
    tab.press("ArrowLeft");
    tab.until(&format!("{FLAG} === 'backup'"));
    tab.click("#compare");
    tab.press("ArrowLeft");
    tab.press("ArrowLeft");
    tab.until("document.querySelector('#place').textContent === '3 differences'");
    assert_eq!(rows(&tab), ["~|k.a|1 2|text|permanent", "−|k.b|1|text|gone", "+|k.d|1|text|permanent"]);
    super::assert_quiet(&tab, &server);
}

#[test]
fn backup_and_restore_are_a_click_each_and_restore_asks() {
    let Some(browser) = Browser::start(&[]) else { return };
    let server = start(&[]);
    query(&server, r#"[["PUT","a","1"]]"#);
    let tab = open(&browser, &server);
    assert!(tab.look::<bool>("document.querySelector('#restore').disabled"));
    tab.click("#backup");
    tab.until("document.querySelector('#count').textContent === '1 backup'");
    query(&server, r#"[["PUT","a","2"],["PUT","b","2"]]"#);
    tab.until("document.querySelectorAll('#rows tr').length === 2");
    tab.click("#restore");
    tab.until("document.querySelector('#confirm').open");
    let asked: String = tab.look("document.querySelector('#confirm-text').textContent");
    // By their years: hours may begin like them, and did from 8 to 9 in the evening.
    let moments = asked.split(' ').filter(|word| word.starts_with("20") && word.ends_with(',')).count();
    assert!(moments == 2 && asked.contains(" s ago, ") && asked.contains("(1 record)"), "{asked}");
    // Who does not mean it changes nothing.
    tab.press("Escape");
    tab.until("!document.querySelector('#confirm').open");
    assert_eq!(Client::to(&server).get("/v1/records/b").status, 200);
    tab.click("#restore");
    tab.until("document.querySelector('#confirm').open");
    tab.click("#backup-first");
    tab.click("#confirm button[value=yes]");
    tab.until("document.querySelector('#rows').textContent === 'a1textpermanent'");
    tab.until("document.querySelector('#count').textContent === '2 backups'");
    assert_eq!(Client::to(&server).get("/v1/records/b").status, 404);
    // The way back.
    tab.press("ArrowLeft");
    tab.until("document.querySelectorAll('#rows tr').length === 2");
    tab.click("#restore");
    tab.until("document.querySelector('#confirm').open");
    tab.click("#confirm button[value=yes]");
    tab.until(&format!("{FLAG} === 'now' && document.querySelectorAll('#rows tr:not(.gone)').length === 2"));
    super::assert_quiet(&tab, &server);
}

#[test]
fn a_moment_that_is_written_leads_to_the_backup_at_or_before_it() {
    let Some(browser) = Browser::start(&[]) else { return };
    let server = start_still(&[]);
    query(&server, r#"[["SET_AT","k","a","1","1"],["BACKUP","10"],["BACKUP","20"],["BACKUP","30"]]"#);
    let tab = open(&browser, &server);
    tab.until("document.querySelector('#count').textContent === '3 backups'");
    let seek = |moment: &str| {
        tab.click("#sought");
        tab.press("Ctrl+a");
        tab.write(moment);
        tab.press("Enter");
    };
    seek("29");
    tab.until("document.querySelector('#moment').textContent.startsWith('moment 20 · ')");
    seek("30");
    tab.until("document.querySelector('#moment').textContent.startsWith('moment 30 · ')");
    seek("9");
    tab.until("document.querySelector('#notice').textContent.includes('no backup that early')");
    seek("soon");
    tab.until("document.querySelector('#notice').textContent.includes('no moment')");
    // A backup that is forgotten is not shown any longer.
    seek("29");
    tab.until("document.querySelector('#moment').textContent.startsWith('moment 20 · ')");
    query(&server, r#"[["FORGET","30"]]"#);
    tab.until("document.querySelector('#flag').textContent === 'now'");
    super::assert_quiet(&tab, &server);
}

#[test]
fn a_cell_tells_what_it_held_at_each_backup() {
    let Some(browser) = Browser::start(&[]) else { return };
    let server = start_still(&[]);
    let mut list =
        vec![r#"["SET_AT","k","a","x","0"]"#.to_owned(), r#"["SET_AT","k","own","x","0"]"#.to_owned()];
    for moment in 1..=30 {
        list.push(format!(r#"["SET_AT","k","f","{moment}","{moment}"]"#));
        if moment == 7 {
            list.push(format!(r#"["DELETE_AT","k","f","{moment}"]"#));
        }
        list.push(format!(r#"["BACKUP","{moment}"]"#));
    }
    query(&server, &format!("[{}]", list.join(",")));
    let tab = open(&browser, &server);
    tab.until("document.querySelector('#count').textContent === '30 backups'");
    tab.click("#rows tr:nth-child(2)");
    tab.until("document.querySelectorAll('#cell-then li').length === 20");
    tab.click("#cell-older");
    tab.until("document.querySelectorAll('#cell-then li').length === 30");
    let held: Vec<String> =
        tab.look("Array.from(document.querySelectorAll('#cell-then .value'), (one) => one.textContent)");
    let wanted =
        (1..=30).rev().map(|moment| if moment == 7 { "not live".to_owned() } else { moment.to_string() });
    assert_eq!(held, wanted.collect::<Vec<_>>());
    tab.click("#cell-then li:nth-child(3) button");
    tab.until("document.querySelector('#moment').textContent.startsWith('moment 28 · ')");
    super::assert_quiet(&tab, &server);
}

#[test]
fn the_slider_goes_over_the_groups_of_a_log_too() {
    let Some(browser) = Browser::start(&[]) else { return };
    let folder = tempfile::tempdir().expect("there is room");
    let server = start_still(&["--store", &folder.path().join("store").display().to_string()]);
    query(&server, r#"[["SET_AT","k","a","1","10"]]"#);
    query(&server, r#"[["SET_AT_WITH_TTL","k","b","2","20","100"],["DELETE_AT","k","a","20"]]"#);
    query(&server, r#"[["SET_AT","k","c","3","30"],["BACKUP","30"]]"#);
    query(&server, r#"[["SET_AT","k","d","4","40"]]"#);
    let tab = open(&browser, &server);
    tab.until("!document.querySelector('#stops').hidden");
    tab.click("#stops");
    tab.press("g");
    tab.press("Enter");
    tab.until("document.querySelector('#count').textContent === '5 groups'");
    let at =
        |told: &str| tab.until(&format!("document.querySelector('.when').textContent.startsWith('{told}')"));
    for _ in 0..3 {
        tab.press("ArrowLeft");
    }
    at("group 2 moment 20 · 20 ms ago · read-only");
    assert_eq!(rows(&tab), ["|k.b|2|text|100 ms"]);
    tab.press("ArrowLeft");
    at("group 1 moment 10");
    assert_eq!(rows(&tab), ["|k.a|1|text|permanent"]);
    // The difference between two groups.
    tab.click("#compare");
    tab.press("ArrowLeft");
    tab.press("ArrowLeft");
    tab.until("document.querySelector('#place').textContent === '3 differences'");
    at("difference from group 1 moment 10 to group 3 moment 30 · read-only");
    assert_eq!(rows(&tab), ["−|k.a|1|text|gone", "+|k.b|2|text|90 ms", "+|k.c|3|text|permanent"]);
    // Time: the group that was the last at a moment.
    tab.click("#to-now");
    tab.click("#sought");
    tab.write("29");
    tab.press("Enter");
    at("group 2 moment 20");
    // Now goes on.
    tab.press("Escape");
    tab.press("n");
    query(&server, r#"[["SET_AT","k","e","5","50"]]"#);
    tab.until("document.querySelector('#count').textContent === '6 groups'");
    super::assert_quiet(&tab, &server);
}

#[test]
fn a_moment_that_was_chosen_while_nobody_answered_is_shown_when_somebody_does() {
    let Some(browser) = Browser::start(&[]) else { return };
    let folder = tempfile::tempdir().expect("there is room");
    let store = folder.path().join("store").display().to_string();
    let server = start(&["--store", &store]);
    query(&server, r#"[["PUT","a","1"],["BACKUP","now"]]"#);
    query(&server, r#"[["PUT","a","2"]]"#);
    let port = server.address("http").to_owned();
    let tab = open(&browser, &server);
    tab.until("document.querySelector('#count').textContent === '1 backup'");
    server.kill();
    tab.until("document.querySelector('#link').dataset.state === 'lost'");
    drop(server);
    tab.press("ArrowLeft");
    tab.until(&format!("{FLAG} === 'backup'"));
    let server = Server::of(crate::rewind(&["serve", "--http", &port, "--store", &store]));
    tab.until("document.querySelector('#link').dataset.state === 'live'");
    tab.until("document.querySelector('#rows .value').textContent === '1'");
    assert_eq!(tab.look::<String>(FLAG), "backup");
    super::assert_quiet(&tab, &server);
}

#[test]
fn differences_begin_anew_with_another_prefix_and_end_where_they_end() {
    let Some(browser) = Browser::start(&[]) else { return };
    let server = start_still(&[]);
    let puts: Vec<_> = (0..250).map(|n| format!(r#"["PUT","k{n:03}","1"]"#)).collect();
    query(&server, &format!(r#"[["BACKUP","1"],{},["BACKUP","2"]]"#, puts.join(",")));
    query(&server, r#"[["TICK","3"]]"#);
    let tab = open(&browser, &server);
    tab.until("document.querySelector('#count').textContent === '2 backups'");
    tab.click("#compare");
    tab.press("ArrowLeft");
    let first = |key: &str, count: usize| {
        tab.until(&format!("document.querySelector('#rows .name')?.textContent === '{key}'"));
        assert_eq!(rows(&tab).len(), count);
    };
    first("k000", 100);
    tab.press("]");
    first("k100", 100);
    tab.press("]");
    first("k200", 50);
    // There are no more.
    tab.press("]");
    std::thread::sleep(std::time::Duration::from_millis(400));
    first("k200", 50);
    tab.click("#prefix");
    tab.write("k05");
    first("k050", 10);
    super::assert_quiet(&tab, &server);
}

#[test]
fn a_comparison_with_a_moment_that_is_gone_ends() {
    let Some(browser) = Browser::start(&[]) else { return };
    let server = start_still(&[]);
    query(
        &server,
        r#"[["SET_AT","k","a","1","1"],["BACKUP","2"],["SET_AT","k","a","2","3"],["BACKUP","4"]]"#,
    );
    let tab = open(&browser, &server);
    tab.until("document.querySelector('#count').textContent === '2 backups'");
    tab.press("ArrowLeft");
    tab.press("ArrowLeft");
    tab.click("#compare");
    tab.until("document.querySelector('#place').textContent === '1 difference'");
    query(&server, r#"[["FORGET","4"],["SET_AT","k","a","3","5"]]"#);
    tab.until(&format!("{FLAG} === 'now'"));
    tab.until("document.querySelector('#rows .value').textContent === '3'");
    assert_eq!(tab.look::<String>("document.querySelector('#compare').textContent"), "compare");
    super::assert_quiet(&tab, &server);
}

#[test]
fn a_backup_and_a_group_are_compared_in_their_order() {
    let Some(browser) = Browser::start(&[]) else { return };
    let folder = tempfile::tempdir().expect("there is room");
    let server = start_still(&["--store", &folder.path().join("store").display().to_string()]);
    query(&server, r#"[["SET_AT","k","a","1","10"],["BACKUP","20"]]"#);
    query(&server, r#"[["SET_AT","k","b","2","30"]]"#);
    let tab = open(&browser, &server);
    tab.until("document.querySelector('#count').textContent === '1 backup'");
    tab.press("ArrowLeft");
    tab.until("document.querySelector('#moment').textContent.startsWith('moment 20')");
    tab.click("#compare");
    let over_groups = || {
        tab.click("#stops");
        tab.press("g");
        tab.press("Enter");
        tab.until("document.querySelector('#count').textContent === '3 groups'");
    };
    over_groups();
    tab.press("ArrowLeft");
    let told = "difference from backup moment 20 to group 2 moment 30 · read-only";
    tab.until(&format!("document.querySelector('.when').textContent === '{told}'"));
    assert_eq!(rows(&tab), ["+|k.b|2|text|permanent"]);
    // A backup that is chosen while the slider goes over groups has no place there.
    tab.press("n");
    over_groups();
    tab.click("#compare");
    tab.until("document.querySelector('#place').textContent === '1 difference'");
    let slider: (String, String) =
        tab.look("[document.querySelector('#stops').value, document.querySelector('#slider').value]");
    assert_eq!(slider, ("backups".to_owned(), "0".to_owned()));
    super::assert_quiet(&tab, &server);
}
