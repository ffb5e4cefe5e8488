//! A hundred thousand cells.

use super::{open, query, rows};
use crate::browser::Browser;
use crate::http::client::{Client, start, start_still};

/// So many cells.
const CELLS: usize = 100_000;

/// So long a page of them may take to be shown, in milliseconds. Code that is not optimised has ten times as long.
const SHOWN: f64 = if cfg!(debug_assertions) { 1_000.0 } else { 100.0 };

#[test]
fn a_hundred_thousand_cells_are_a_page_at_a_time() {
    let Some(browser) = Browser::start(&["--enable-precise-memory-info"]) else { return };
    let server = start(&[]);
    for part in 0..10 {
        let queries = (0..CELLS / 10).map(|place| {
            let place = part * CELLS / 10 + place;
            format!(r#"["SET","key{place:06}","field","value {place}"]"#)
        });
        super::query(&server, &format!("[{}]", queries.collect::<Vec<_>>().join(",")));
    }
    super::backup(&server);
    let tab = open(&browser, &server);
    assert_eq!(rows(&tab).len(), 100);
    tab.until("document.querySelector('#counters').textContent.includes('cells100,000')");
    // From the key to the rows, as a person waits.
    let shown = |key: &str, first: &str| -> f64 {
        tab.look::<bool>(&format!(
            "(() => {{ window.took = null; addEventListener('keydown', () => {{ const begun = performance.now(); \
             new MutationObserver((_, watcher) => {{ \
             if (!document.querySelector('#rows tr')?.textContent.includes('{first}')) return; \
             window.took = performance.now() - begun; watcher.disconnect(); }}) \
             .observe(document.querySelector('#rows'), {{ childList: true }}); }}, {{ once: true, capture: true }}); \
             return true; }})()"
        ));
        tab.press(key);
        tab.until("window.took !== null");
        tab.look("window.took")
    };
    let mut times: Vec<f64> = (1..=10).map(|page| shown("]", &format!("key{:06}", page * 100))).collect();
    times.push(shown("ArrowLeft", "key000000"));
    times.push(shown("n", "key000000"));
    times.sort_by(f64::total_cmp);
    // The whole difference between two moments, of which there is none.
    tab.click("#compare");
    tab.until("document.querySelector('#place').textContent.includes('difference')");
    tab.press("n");
    // Writes all the while.
    for round in 0..20 {
        let queries = (0..1_000).map(|place| format!(r#"["SET","key{place:06}","field","round {round}"]"#));
        super::query(&server, &format!("[{}]", queries.collect::<Vec<_>>().join(",")));
    }
    tab.until("document.querySelector('#rows .value').textContent === 'round 19'");
    tab.ask("HeapProfiler.collectGarbage", &serde_json::json!({}));
    let heap: f64 = tab.look("performance.memory.usedJSHeapSize");
    let nodes = tab.ask("Memory.getDOMCounters", &serde_json::json!({}))["nodes"].as_u64();
    eprintln!(
        "a page of {CELLS} cells: {:.1} ms in the middle, {:.1} ms at most, {:.1} MB of memory, {nodes:?} nodes",
        times[times.len() / 2],
        times[times.len() - 1],
        heap / 1e6
    );
    assert!(heap < 50e6 && nodes.is_some_and(|nodes| nodes < 20_000), "{heap} bytes, {nodes:?} nodes");
    assert!(times[times.len() / 2] < SHOWN, "{times:?}");
    assert_eq!(Client::to(&server).get("/v1/find?what=KEY&pattern=key*&as=cells&limit=3").status, 200);
    super::assert_quiet(&tab, &server);
}

#[test]
fn whoever_turns_twice_before_a_page_is_there_has_turned_once() {
    let Some(browser) = Browser::start(&[]) else { return };
    let server = start_still(&[]);
    let puts: Vec<_> = (0..250).map(|n| format!(r#"["PUT","k{n:03}","1"]"#)).collect();
    query(&server, &format!("[{}]", puts.join(",")));
    let tab = open(&browser, &server);
    assert!(tab.look::<Option<bool>>("turn(1), turn(1), null").is_none());
    tab.until("document.querySelector('#place').textContent === 'page 2 · 100 cells'");
    assert_eq!(rows(&tab)[0], "|k100|1|text|permanent");
    tab.press("[");
    tab.until("document.querySelector('#place').textContent === 'page 1 · 100 cells'");
    assert_eq!(rows(&tab)[0], "|k000|1|text|permanent");
}
