//! The page of `rewind explain --html` in a browser without a window. Where there is none the tests say so and pass.
//!
//! ```text
//!   page ─► copy with an ear for errors and a script of the test ─► browser ─► what the script found, in the document
//! ```

mod columns;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use bumpalo::Bump;
use rewinddb::script::{self, Context, read_list, word};
use rewinddb::time::ClockRule;
use rewinddb::trace::{Change, FullStep, Tracer};
use serde::Deserialize;

use crate::{rewind, text, top};

/// Collects what goes wrong from the start on.
const EAR: &str = r#"<script>
const troubles = [];
addEventListener("error", (event) => troubles.push(String(event.message)), true);
addEventListener("securitypolicyviolation", (event) => troubles.push("refused: " + event.violatedDirective));
for (const way of ["error", "warn"]) console[way] = (...told) => troubles.push(told.join(" "));
</script>"#;

/// What every script of a test begins with, in a block of its own: the page has some of these names too. `press` presses a key, `look` tells what is shown, `hover` points at
/// something and tells what pops up.
const TOOLS: &str = r##"
const press = (key, more) => { document.dispatchEvent(new KeyboardEvent("keydown", { key, ...more })); return look(); };
const look = () => ({
  number: at("number").textContent, query: at("query").textContent, answer: at("answer").textContent,
  rule: at("rule").textContent, clock: at("clock").textContent, address: location.hash,
  current: document.querySelector("#steps [aria-current]").textContent,
  state: Array.from(document.querySelectorAll("#cells tr"), (tr) => Array.from(tr.children, (td) => td.textContent).join("|")),
});
const hover = (thing) => {
  const { left, top } = thing.getBoundingClientRect();
  thing.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX: left + 3, clientY: top + 3 }));
  return at("tip").hidden ? "" : at("tip").textContent;
};
const all = (which) => Array.from(document.querySelectorAll(which));
const tell = (found) => {
  const bytes = new TextEncoder().encode(JSON.stringify({ ...found, troubles }));
  document.documentElement.dataset.found = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
};
"##;

/// The browser, if there is one.
fn browser() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let path = env::var_os("PATH")?;
    let found = env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name)));
    let found = found.into_iter().find(|file| file.is_file());
    if found.is_none() {
        eprintln!("no chromium was found: the page was not looked at");
    }
    found
}

/// Opens the page of a file at an address in it, and runs a script there that calls `tell`.
fn run<T: for<'t> Deserialize<'t>>(browser: &Path, file: &str, address: &str, script: &str) -> T {
    let scratch = tempfile::tempdir().expect("there is room");
    let page = scratch.path().join("page.html");
    let written = rewind(&["explain", file, "--html", page.to_str().expect("its name is plain")]).output();
    assert_eq!(written.expect("it runs").status.code(), Some(0));
    let html = fs::read_to_string(&page).expect("it was written");
    let html = html.replace("<head>", &format!("<head>{EAR}"));
    let html = html.replace("</body>", &format!("<script>{{ {TOOLS}{script} }}</script></body>"));
    fs::write(&page, html).expect("there is room");
    found(&opened(browser, scratch.path(), &format!("file://{}{address}", page.display()), &[]))
}

/// What a script has found, as it stands in the document.
fn found<T: for<'t> Deserialize<'t>>(document: &str) -> T {
    let found = document.split("data-found=\"").nth(1).and_then(|rest| rest.split('"').next());
    let found = found.unwrap_or_else(|| panic!("the script found nothing in\n{document}"));
    let byte = |at| u8::from_str_radix(&found[at..at + 2], 16).expect("two digits");
    let bytes: Vec<_> = (0..found.len()).step_by(2).map(byte).collect();
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{error} in {}", text(&bytes)))
}

/// The document of a page once its scripts have run.
fn opened(browser: &Path, scratch: &Path, address: &str, options: &[&str]) -> String {
    let out = scratch.join("document.html");
    let mut child = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"])
        .args(["--disable-background-networking", "--window-size=1400,900", "--dump-dom"])
        .arg(format!("--user-data-dir={}", scratch.join("profile").display()))
        .args(options)
        .arg(address)
        .stdin(Stdio::null())
        .stdout(fs::File::create(&out).expect("there is room"))
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let begun = Instant::now();
    while child.try_wait().expect("it can be waited for").is_none() {
        if begun.elapsed() > Duration::from_mins(2) {
            child.kill().expect("it can be ended");
        }
        thread::sleep(Duration::from_millis(20));
    }
    fs::read_to_string(out).expect("it is UTF-8")
}

/// What is shown of a step.
#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Look {
    number: String,
    query: String,
    answer: String,
    rule: String,
    clock: String,
    address: String,
    /// The query that is marked in the list.
    current: String,
    state: Vec<String>,
}

/// The steps of a list, as the library tells them.
fn steps(file: &str) -> Vec<FullStep> {
    let list = fs::read_to_string(top().join(file)).expect("it is there");
    let arena = Bump::new();
    let queries =
        read_list(&list, &arena, crate::language().last_level(), Context::fresh(ClockRule::Monotone))
            .expect("no faults");
    let mut tracer = Tracer::new(ClockRule::Monotone);
    let mut step = |query| {
        let step = tracer.step(query).expect("time does not run backwards");
        tracer.full(step)
    };
    queries.iter().map(&mut step).collect()
}

/// What should be shown of a step of so many.
fn shown(step: &FullStep, of: usize) -> Look {
    let (query, answer) = (script::line(&step.query), script::shown(&step.answer));
    let live = step.cells.iter().map(|cell| {
        let mark = match cell.change {
            Change::Same => "",
            Change::New => "+",
            Change::Changed => "~",
        };
        let left = match (cell.left, cell.until) {
            (Some(left), Some(until)) => format!("{left} left, until {until}"),
            _ => "permanent".to_owned(),
        };
        ((&cell.key, &cell.field), format!("{mark}|{}.{}|{}|{left}", cell.key, cell.field, word(&cell.value)))
    });
    let gone = step.gone.iter().map(|cell| {
        let how = match cell.ended.to_string() {
            died if died.starts_with("it died") => died.replace("it died", "died"),
            removed if removed.ends_with("removed it") => "removed".to_owned(),
            _ => "not brought back".to_owned(),
        };
        ((&cell.key, &cell.field), format!("−|{}.{}|{}|{how}", cell.key, cell.field, word(&cell.value)))
    });
    let mut state: Vec<_> = live.chain(gone).collect();
    state.sort();
    let mut state: Vec<_> = state.into_iter().map(|(_, row)| row).collect();
    if state.is_empty() {
        state.push("no live cell".to_owned());
    }
    let said = if step.answer == "" { "" } else { &answer };
    Look {
        number: format!("{} of {of}", step.number),
        current: format!("{}{query}{said}", step.number),
        query,
        rule: step.rule.clone(),
        clock: format!("at {}", step.clock.expect("the rule is monotone")),
        address: format!("#step={}", step.number),
        state,
        answer,
    }
}

#[test]
fn a_page_opens_at_a_step_and_the_arrow_keys_go_on_from_there() {
    #[derive(Deserialize)]
    struct Found {
        looks: Vec<Look>,
        troubles: Vec<String>,
        bars: usize,
        arcs: usize,
        backups: usize,
        crosses: usize,
    }
    let Some(browser) = browser() else { return };
    let file = "fixtures/explain/lifetimes.json";
    let script = r##"
        const looks = [press("ArrowRight"), press("End"), press("ArrowRight"), press("Home"), press("ArrowLeft")];
        for (let count = 0; count < 16; count++) looks.push(press("ArrowRight"));
        looks.push(press("Home"), press("ArrowRight", { shiftKey: true }), press("ArrowLeft", { ctrlKey: true }));
        all("#steps button")[4].click();
        looks.push(look());
        tell({ looks, bars: all("#chart .bar").length, arcs: all("#chart .arc").length,
               backups: all("#chart .saved-mark").length, crosses: all("#chart .cross").length });"##;
    let found: Found = run(&browser, file, "#step=5", script);
    let steps = steps(file);
    let wanted = [6, 17, 17, 1, 1].into_iter().chain(2..=17).chain([1, 11, 11, 5]);
    let wanted: Vec<_> = wanted.map(|number| shown(&steps[number - 1], steps.len())).collect();
    assert_eq!(found.troubles, Vec::<String>::new());
    for (look, wanted) in found.looks.iter().zip(&wanted) {
        assert_eq!(look, wanted);
    }
    assert_eq!(found.looks.len(), wanted.len());
    // door: open, open again, shut; name: Ada, Ada again; token: x7, x8, x7 again. Two restores, one of nothing.
    assert_eq!((found.bars, found.arcs, found.backups, found.crosses), (8, 1, 2, 1));
}

#[test]
fn a_page_tells_what_is_under_the_pointer() {
    #[derive(Deserialize)]
    struct Found {
        bar: String,
        query: String,
        backup: String,
        ends: Vec<[String; 2]>,
        troubles: Vec<String>,
    }
    let Some(browser) = browser() else { return };
    let script = r##"
        const bar = hover(all("#chart .bar")[5]), query = hover(all("#steps button")[10]);
        const backup = hover(all("#chart .saved-mark")[1]);
        const wide = () => all("#chart .bar").map((bar) => bar.getAttribute("width"));
        const before = wide();
        press("t");
        const after = wide();
        press("t");
        tell({ bar, query, backup, ends: wide().map((width, place) => [width === before[place] ? "same" : width, after[place] === width ? "same" : "other"]) });"##;
    let found: Found = run(&browser, "fixtures/explain/lifetimes.json", "", script);
    assert_eq!(found.troubles, Vec::<String>::new());
    for part in
        ["user.token = x7", "1  SET_AT_WITH_TTL user token x7 1 10 → \"\"", "user.token is new", "until 11"]
    {
        assert!(found.bar.contains(part), "{part:?} is missing in {:?}", found.bar);
    }
    assert!(found.bar.contains("10 left at query 1 · set anew by query 7"), "{:?}", found.bar);
    assert!(
        found.query.starts_with("11  RESTORE 20 8 → \"\"the latest backup at or before 8"),
        "{:?}",
        found.query
    );
    assert!(found.backup.contains("10  BACKUP 9 → \"1\"records are counted"), "{:?}", found.backup);
    assert!(
        found.ends.iter().all(|[again, linear]| again == "same" && linear == "other"),
        "{:?}",
        found.ends
    );
}

#[test]
fn nothing_of_a_list_becomes_markup_in_its_page() {
    #[derive(Deserialize)]
    struct Found {
        images: usize,
        scripts: usize,
        title: String,
        value: String,
        unseen: bool,
        troubles: Vec<String>,
    }
    let Some(browser) = browser() else { return };
    let script = r##"
        hover(all("#chart .bar")[1]);
        const unseen = /[\u0007\u001b\u202e]/.test(document.body.innerText);
        tell({ images: document.images.length, scripts: document.scripts.length, title: document.title,
               value: at("answer").textContent, unseen });"##;
    let found: Found = run(&browser, "fixtures/explain/odd_names.json", "#step=9", script);
    assert_eq!(found.troubles, Vec::<String>::new());
    // The ear, the data, the page's own script and that of the test.
    assert_eq!((found.images, found.scripts), (0, 4));
    assert_eq!(found.title, "odd_names.json – rewind explain");
    assert_eq!(found.value, "\"</script><img src=x onerror=\\\"document.title='no'\\\">\"");
    assert!(!found.unseen, "a character that cannot be seen is shown as it is");
}

#[test]
fn a_page_of_a_suite_lets_choose_among_its_cases() {
    #[derive(Deserialize)]
    struct Found {
        name: String,
        bars: usize,
        chosen: (String, String, String),
        troubles: Vec<String>,
    }
    let Some(browser) = browser() else { return };
    let script = r##"
        const [name, bars] = [at("name").textContent, all("#chart .bar").length];
        at("cases").value = "0";
        at("cases").dispatchEvent(new Event("change"));
        tell({ name, bars, chosen: [at("name").textContent, at("number").textContent, location.hash] });"##;
    let found: Found = run(&browser, "fixtures/level4/long.json", "#case=2&step=179", script);
    assert_eq!((found.troubles, found.name.as_str()), (vec![], "carts with goods on hold"));
    assert!(found.bars > 60, "{} bars", found.bars);
    let chosen = ("feature flags saved and rolled back", "1 of 160", "#case=1&step=1");
    assert_eq!(found.chosen, (chosen.0.into(), chosen.1.into(), chosen.2.into()));
}

#[test]
fn a_page_of_nothing_and_one_of_the_free_rule_open() {
    #[derive(Deserialize)]
    struct Found {
        bars: usize,
        troubles: Vec<String>,
    }
    let Some(browser) = browser() else { return };
    let scratch = tempfile::tempdir().expect("there is room");
    let write = |name: &str, content: &str| {
        let path = scratch.path().join(name);
        fs::write(&path, content).expect("there is room");
        path.to_str().expect("its name is plain").to_owned()
    };
    let script = r##"
        for (const key of ["ArrowRight", "End", "t", "ArrowLeft"]) document.dispatchEvent(new KeyboardEvent("keydown", { key }));
        if (document.querySelector("#chart .hover")) at("chart").lastChild.dispatchEvent(new PointerEvent("pointermove", { clientX: 200 }));
        tell({ bars: all("#chart .bar").length });"##;
    let files = [
        (write("list.json", "[]"), 0),
        (write("suite.json", r#"{"cases": []}"#), 0),
        (write("none.json", r#"{"cases": [{"name": "none", "queries": []}]}"#), 0),
        ("fixtures/explain/free_clock.json".to_owned(), 2),
        // Moments beyond what a number of the script holds.
        ("fixtures/explain/odd_names.json".to_owned(), 6),
    ];
    for (file, bars) in files {
        let found: Found = run(&browser, &file, "#step=999", script);
        assert_eq!((found.troubles, found.bars), (vec![], bars), "{file}");
    }
}
