//! The page at the widths that screens have.

use super::{backup, open, query};
use crate::browser::Browser;
use crate::http::client::start;

const WIDTHS: [u32; 5] = [320, 600, 1_024, 1_400, 1_920];

/// What does not fit: whatever lies beyond the window, and rows whose columns lie over each other.
const MEASURE: &str = "(() => {
  const faults = [];
  if (document.documentElement.scrollWidth > innerWidth) faults.push(`scrolls to ${document.documentElement.scrollWidth}`);
  const parts = 'button, input, select, textarea, td, h1, #counters div, .when, #answers li';
  for (const one of document.querySelectorAll(parts)) {
    const { left, right, width } = one.getBoundingClientRect();
    if (width > 0 && (left < -1 || right > innerWidth + 1)) faults.push(`${one.id}${one.className}: ${one.textContent}`);
  }
  for (const tr of document.querySelectorAll('#rows tr')) {
    const boxes = Array.from(tr.children, (td) => [td, td.getBoundingClientRect()]);
    for (const [one, a] of boxes) for (const [other, b] of boxes) {
      const beside = a.left >= b.right - 1 || b.left >= a.right - 1 || a.top >= b.bottom - 1 || b.top >= a.bottom - 1;
      const over = one !== other && !beside;
      if (over) faults.push(`${one.className} over ${other.className}: ${tr.textContent}`);
    }
  }
  return faults;
})()";

#[test]
fn everything_fits_at_every_width_in_light_and_in_dark() {
    let Some(browser) = Browser::start(&[]) else { return };
    let server = start(&[]);
    query(
        &server,
        r#"[["SET","customer_of_the_shop_in_the_long_street","delivery-address","12 Long Street"],
            ["PUT_WITH_TTL","session:9f2c7a","x7","8000000"],["PUT_WITH_TTL","t","1","300000000000"],
            ["APPEND","cart","items","tea"],["APPEND","cart","items","two cups of something longer than that"]]"#,
    );
    let long = "w".repeat(400);
    query(&server, &format!(r#"[["PUT","{long}","{long}"],["SET","k","{long}","1"]]"#));
    backup(&server);
    let tab = open(&browser, &server);
    tab.until("document.querySelector('#counters').textContent.includes('cells6')");
    tab.click("#rows tr");
    tab.press("q");
    tab.write("BEGIN");
    tab.press("Enter");
    tab.until("!document.querySelector('#transaction').hidden");
    tab.write(&format!("GET {long}"));
    tab.press("Enter");
    tab.until("document.querySelectorAll('#answers li').length === 2");
    let fits = |view: &str| {
        for width in WIDTHS {
            for is_dark in [false, true] {
                tab.resize(width, 900, is_dark);
                let faults: Vec<String> = tab.look(MEASURE);
                assert_eq!(faults, Vec::<String>::new(), "{view} at {width}, dark: {is_dark}");
                let (ink, paper): (String, String) = tab.look(
                    "[getComputedStyle(document.documentElement).color, \
                     getComputedStyle(document.documentElement).backgroundColor]",
                );
                assert_eq!(light(&ink) > light(&paper), is_dark, "{ink} on {paper}");
            }
        }
    };
    fits("now");
    tab.press("Escape");
    tab.press("Escape");
    tab.press("ArrowLeft");
    tab.until("document.querySelector('#flag').textContent === 'backup'");
    fits("a backup");
    tab.click("#tab-lists");
    tab.click("#list-text");
    tab.press("Ctrl+a");
    tab.write(&format!("SET_AT_WITH_TTL a b {long} 5 10\nBACKUP 6\nRESTORE 9 8\nGET a b"));
    tab.press("Ctrl+Enter");
    tab.until("document.querySelectorAll('#steps button').length === 4");
    fits("lists");
    super::assert_quiet(&tab, &server);
}

/// How light a colour is, `rgb(r, g, b)`.
fn light(color: &str) -> u32 {
    let digits = color.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse::<u32>().ok());
    digits.take(3).sum()
}
