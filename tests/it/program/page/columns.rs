//! Names, values and times in the columns of a page, measured at every width that screens mostly have.
//!
//! ```text
//!   page × width, each in a frame ─► what is cut or overflows at any step ─► message ─► outer page ─► browser's document
//! ```

use std::fs;

use serde::Deserialize;

use super::{browser, found, opened};
use crate::amounts::PAGE_WIDTHS;
use crate::rewind;

/// Those that are most apart come first.
const WIDTHS: [u32; 7] = [600, 1_920, 1_000, 1_200, 800, 1_280, 1_400];
const LENGTHS: [usize; 3] = [5, 20, 200];

/// What a frame tells of itself: words of up to twenty characters that are cut, but for behind a hyphen, and what does
/// not fit.
const MEASURE: &str = r##"
const faults = new Set();
const tell = (what, text) => faults.add(`${what}: ${text.slice(0, 40)}`);
const words = (thing) => {
  const walker = document.createTreeWalker(thing, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    for (const { 0: word, index } of node.data.matchAll(/[^\s-]+-?/g)) {
      if (word.length > 20) continue;
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const tops = Array.from(range.getClientRects(), (rect) => Math.round(rect.top));
      if (new Set(tops).size > 1) tell("cut", word);
    }
  }
};
const row = (tr) => {
  const cells = Array.from(tr.children), edge = tr.getBoundingClientRect();
  cells.forEach((cell, place) => {
    const at = cell.getBoundingClientRect(), next = cells[place + 1]?.getBoundingClientRect();
    if (cell.scrollWidth > cell.clientWidth + 1 || at.right > edge.right + 1) tell("overflows", cell.textContent);
    if (next && next.top < at.bottom - 1 && next.left < at.right - 1) tell("overlaps", cell.textContent);
  });
};
for (let number = 1; number <= trace.steps.length; number++) {
  go(number);
  document.querySelectorAll("#cells, #query, #answer, #rule, #clock, #steps .q").forEach(words);
  document.querySelectorAll("#cells tr").forEach(row);
  const lefts = Array.from(document.querySelectorAll("#cells .value"), (td) => Math.round(td.getBoundingClientRect().left));
  if (new Set(lefts).size > 1) tell("no column", lefts.join());
  if (document.documentElement.scrollWidth > innerWidth) tell("scrolls", String(document.documentElement.scrollWidth));
}
parent.postMessage({ name: window.name, rows: document.querySelectorAll("#cells tr").length, faults: Array.from(faults) }, "*");
"##;

#[derive(Debug, Deserialize)]
struct Frame {
    name: String,
    rows: usize,
    faults: Vec<String>,
}

/// A list with names and values of this length, short and long times, and a cell that goes.
fn list(length: usize) -> String {
    let name = |text: &str| text.chars().cycle().take(length).collect::<String>();
    let (key, field, value) =
        (name("customer_of_the_shop"), name("delivery-address-of"), name("12 Long Street, "));
    let queries = [
        format!(r#"["SET_AT","{key}","{field}","{value}","1"]"#),
        format!(r#"["SET_AT_WITH_TTL","{key}","token","x7","2","10"]"#),
        format!(r#"["SCAN_AT","{key}","3"]"#),
        format!(r#"["SET_AT","{key}","b","{value}","14"]"#),
        format!(r#"["SET_AT_WITH_TTL","{key}","{field}2","{value}","1700000000000","86400000"]"#),
        r#"["BACKUP","1700000000003"]"#.to_owned(),
        format!(r#"["DELETE_AT","{key}","b","1700000000004"]"#),
        r#"["RESTORE","1700000000010","1700000000003"]"#.to_owned(),
        format!(r#"["SET_AT_WITH_TTL","k","{field}","1","9223372036854775807","9223372036854775807"]"#),
    ];
    format!("[{}]", queries.join(","))
}

#[test]
fn no_short_word_is_cut_and_every_column_fits_at_every_width() {
    let Some(browser) = browser() else { return };
    let scratch = tempfile::tempdir().expect("there is room");
    let mut frames = String::new();
    for length in LENGTHS {
        let file = |end: &str| scratch.path().join(format!("{length}.{end}")).to_string_lossy().into_owned();
        fs::write(file("json"), list(length)).expect("there is room");
        let written = rewind(&["explain", &file("json"), "--html", &file("html")]).output();
        assert_eq!(written.expect("it runs").status.code(), Some(0));
        let html = fs::read_to_string(file("html")).expect("it was written");
        let measured = html.replace("</body>", &format!("<script>{{ {MEASURE} }}</script></body>"));
        fs::write(file("html"), &measured).expect("there is room");
        // What must be found: columns that are too narrow.
        let spoilt = measured.replace("</style>", "td { max-width: 4ch; }</style>");
        fs::write(file("spoilt.html"), spoilt).expect("there is room");
        let widths = WIDTHS.iter().take(PAGE_WIDTHS.count());
        for (kind, width) in widths.map(|width| ("html", *width)).chain([("spoilt.html", 1_000)]) {
            frames.push_str(&format!(
                "<iframe name=\"{length}-{width}-{kind}\" src=\"{length}.{kind}\" style=\"width: {width}px; height: 900px; border: 0\"></iframe>"
            ));
        }
    }
    let count = frames.matches("<iframe").count();
    let outer = format!(
        r#"<body><script>
        const told = [];
        addEventListener("message", ({{ data }}) => {{
          if (told.push(data) < {count}) return;
          const bytes = new TextEncoder().encode(JSON.stringify(told));
          document.documentElement.dataset.found = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
        }});
        </script>{frames}</body>"#
    );
    let page = scratch.path().join("outer.html");
    fs::write(&page, outer).expect("there is room");
    let address = format!("file://{}", page.display());
    let document = opened(&browser, scratch.path(), &address, &["--virtual-time-budget=60000"]);
    let told: Vec<Frame> = found(&document);
    assert_eq!(told.len(), count);
    for Frame { name, rows, faults } in told {
        assert!(rows >= 3, "{name} shows {rows} cells");
        if name.ends_with("spoilt.html") {
            assert!(faults.iter().any(|fault| fault.starts_with("cut")), "{name}: {faults:?}");
        } else {
            assert_eq!(faults, Vec::<String>::new(), "{name}");
        }
    }
}
