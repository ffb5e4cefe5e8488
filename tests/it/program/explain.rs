//! `rewind explain`: reasons, steps and bars, held against the engine and the model, and its output.

use rewinddb::engine::Engine;
use rewinddb::explain::Reason;
use rewinddb::time::ClockRule;
use rewinddb::trace::{Bars, Change, How, Page, ShownCell, Step, Tracer};
use rewinddb::track::records::requests;
use rewinddb::wire::Request;
use rstest::rstest;
use serde_json::Value;

use crate::amounts::{BARS, EXPLAINED};
use crate::engine::model::Model;
use crate::engine::random::{parsed, spoken};
use crate::judge::lists::any_list_of;
use crate::{assert_golden, feed, fixtures, rewind, text};

const RULES: [ClockRule; 2] = [ClockRule::Monotone, ClockRule::Free];

/// The steps of a list whose queries stand between bars, words separated by spaces.
fn steps_of(list: &str, rule: ClockRule) -> Vec<Step> {
    let list: Vec<Vec<_>> =
        list.split('|').map(|query| query.split(' ').map(str::to_owned).collect()).collect();
    let mut tracer = Tracer::new(rule);
    list.iter()
        .map(|words| tracer.step(&Request::One(parsed(words))).expect("time does not run backwards"))
        .collect()
}

#[rstest]
// What a set does to the lifetime.
#[case("SET A B C", "A.B is new: without a ttl it is permanent")]
#[case("SET A B C|SET A B D", "the old one, and A.B stays permanent")]
#[case("SET_AT_WITH_TTL A B C 1 10", "it lives from 1 up to, but not including, 11 (1+10)")]
#[case(
    "SET_AT_WITH_TTL A B C 1 10|SET A B C",
    "a set without a ttl makes permanent: A.B would have ended at 11"
)]
#[case(
    "SET A B C|SET_AT_WITH_TTL A B C 5 1",
    "A.B was permanent, and now it lives from 5 up to, but not including, 6"
)]
#[case("SET_AT_WITH_TTL A B C 1 4|SET_AT A B C 5", "A.B ended at 5, and is set anew")]
#[case("SET_AT_WITH_TTL A B C 1 0", "a ttl of 0 ends when it begins: A.B is dead on arrival")]
#[case("SET A B C|SET_AT_WITH_TTL A B C 1 0", "dead on arrival, and what it held is gone")]
#[case("SET_AT_WITH_TTL A B C 1 18446744073709551615", "it lives to the end of time")]
// Half-open lifetimes, and the clock's reading.
#[case("SET_AT_WITH_TTL A B C 1 10|GET_AT A B 10", "its lifetime ends at 11, and 10 is before that")]
#[case(
    "SET_AT_WITH_TTL A B C 1 10|GET_AT A B 11",
    "its lifetime ended at 11 and does not include that moment"
)]
#[case("SET_AT_WITH_TTL A B C 1 10|GET_AT A B 12", "A.B is dead: its lifetime ended at 11, before 12")]
#[case("SET_AT_WITH_TTL A B C 1 10|GET A B", "and the clock's reading, 1, is before that")]
#[case("SET_AT_WITH_TTL A B C 1 10|DELETE_AT A B 11", "what has expired cannot be removed")]
#[case("SET A B C|DELETE A B", "it was the last cell of A, and the record goes with it")]
// Why a cell is absent.
#[case("GET A B", "there is no live cell A.B: it was never set")]
#[case("SET A B C|DELETE A B|GET A B", "there is no live cell A.B: query 2 removed it")]
#[case("SET_AT_WITH_TTL A B C 1 4|BACKUP 7|GET_AT A B 9", "no live cell A.B: it died at 5")]
#[case("SET_AT_WITH_TTL A B C 1 4|BACKUP 7|DELETE_AT A B 9", "so nothing is removed: it died at 5")]
#[case(
    "BACKUP 1|SET A B C|RESTORE 3 1|GET A B",
    "no live cell A.B: the restore of query 3 did not bring it back"
)]
#[case(
    "BACKUP 1|SET A B C|DELETE A B|RESTORE 3 1|GET A B",
    "query 3 removed it, and the restore of query 4 did not bring it back"
)]
#[case("SET_AT_WITH_TTL A B C 1 0|GET A B", "no live cell A.B: query 1 set it with a ttl of 0")]
#[case("SCAN A", "A has no live cell: none was ever set")]
#[case(
    "SET A B C|DELETE A B|SCAN_AT A 7",
    "A has no live cell at 7: the last one was B, and query 2 removed it"
)]
// Lists.
#[case("SET A f10 1|SET A f2 2|SCAN A", "in byte order (f10 before f2), with a space after each comma")]
#[case("SET A b 1|SET A B 2|SCAN A", "in byte order (B before b)")]
#[case("SET A a 1|SET A b 2|SCAN A", "A has 2 live cells, in byte order, with a space after each comma")]
#[case("SET A a 1|SCAN A", "A has 1 live cell")]
#[case(
    "SET A B C|SET A D C|SCAN_BY_PREFIX A C",
    "no field begins with C; B does not count, as only its value"
)]
#[case("SET A ab 1|SET A c 1|SCAN_BY_PREFIX A a", "A has 2 live cells; 1 field begins with a")]
#[case("SET A a 1|SCAN_BY_PREFIX A ", "every field begins with the empty prefix")]
#[case(
    "SET_AT_WITH_TTL A B C 1 4|SET A D E|SCAN_AT A 5",
    "B ended at 5, which its lifetime does not include"
)]
#[case("SET_AT_WITH_TTL A B C 1 4|SET A D E|SCAN_AT A 6", "A has 1 live cell at 6; B ended at 5")]
#[case("SET_AT A B C 9|SCAN A", "A has 1 live cell at the clock's reading (9)")]
// Backups.
#[case("SET A B C|SET A D E|BACKUP 3", "records are counted, not cells: 1 record holds all 2 live cells")]
#[case("SET A B C|SET D E F|BACKUP 3", "2 records hold the 2 live cells")]
#[case("SET_AT_WITH_TTL A B C 1 4|BACKUP 5", "none has a live cell; the last cell of A ended at 5")]
#[case("BACKUP 5|BACKUP 5", "this takes the place of the backup of the same time")]
#[case(
    "BACKUP 5|BACKUP 7|RESTORE 9 6",
    "the latest backup at or before 6 is the one taken at 5 (that of 7 is later"
)]
#[case("BACKUP 5|BACKUP 7|RESTORE 9 8", "each cell has as much left from 9 on as it had at 7")]
#[case("RESTORE 9 8", "no backup has been taken")]
#[case("BACKUP 5|RESTORE 9 4", "there is no backup at or before 4, as the first there is was taken at 5")]
#[case(
    "BACKUP 5|BACKUP 7|FORGET 7|RESTORE 9 6",
    "no backup at or before 6, as the first there is was taken at 7"
)]
#[case("BACKUP 5|BACKUP 7|FORGET 7|FORGET 6", "there is no backup at or before 6, so none is forgotten")]
// Sessions.
#[case("BEGIN", "a transaction begins: what it writes is seen in it alone")]
#[case("BEGIN|BEGIN", "a transaction is open already, and they do not nest")]
#[case("COMMIT", "no transaction is open: there is nothing to commit")]
#[case("BEGIN|COMMIT|ROLLBACK", "no transaction is open: there is nothing to roll back")]
#[case("BEGIN|SET A B C|COMMIT", "all that it has written takes effect")]
#[case("BEGIN|TICK 7|ROLLBACK", "all is as it was when it began, but that the clock still reads 7")]
#[case("BEGIN|SET A B C|ROLLBACK|GET A B", "no live cell A.B: query 3 undid what had set it")]
#[case("SET A B C|BEGIN|DELETE A B|ROLLBACK|GET A B", "A.B is live")]
#[case("SET A B C|DELETE A B|BEGIN|SET A B D|ROLLBACK|GET A B", "A.B: query 5 undid what had set it")]
#[case("SET_AT_WITH_TTL A B C 1 4|BEGIN|SET A B D|TICK 9|ROLLBACK|GET A B", "no live cell A.B: it died at 5")]
#[case("BEGIN|BACKUP 3|ROLLBACK|RESTORE 9 8", "no backup has been taken")]
#[case("ALIAS x GET", "from the next query on x stands for GET, in all its forms")]
#[case("ALIAS GET SET", "GET is an operation, and means nothing else")]
#[case("ALIAS x GETT", "GETT is no operation, so it gets no other name")]
#[case("ALIAS x GET|ALIAS x SET", "x is taken: it stands for GET")]
#[case("ALIAS x GET|ALIAS y x", "x is no operation but another name of GET, so it gets none")]
#[case("ALIASES", "no operation has another name")]
#[case("ALIAS x GET|ALIASES", "there is 1 other name, in the order in which they were given")]
#[case("ALIAS x GET|ALIAS y GET|RESET_ALIASES", "there are 2 other names, and none from now on")]
fn a_rule_names_what_decides(#[case] list: &str, #[case] wanted: &str) {
    let steps = steps_of(list, ClockRule::Monotone);
    let rule = &steps.last().expect("there is a query").rule;
    assert!(rule.contains(wanted), "{list}: {rule}");
}

#[rstest]
#[case("SET_AT_WITH_TTL A B C 1 4|GET A B", "under the free rule a query without a timestamp ignores expiry")]
#[case("SET_AT_WITH_TTL A B C 9 4", "it is seen at every timestamp before 13 (9+4)")]
#[case("SET_AT_WITH_TTL A B C 9 4|GET_AT A B 2", "its lifetime ends at 13, and 2 is before that")]
#[case("SET_AT_WITH_TTL A B C 9 4|SCAN A", "without a timestamp the free rule ignores expiry")]
fn a_rule_names_what_decides_under_the_free_rule(#[case] list: &str, #[case] wanted: &str) {
    let steps = steps_of(list, ClockRule::Free);
    let rule = &steps.last().expect("there is a query").rule;
    assert!(rule.contains(wanted), "{list}: {rule}");
}

#[test]
fn a_query_back_in_time_is_refused_and_its_reason_says_so() {
    let words = |query: &str| query.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let (late, early) = (words("GET_AT A B 9"), words("GET_AT A B 5"));
    let (mut engine, mut tracer) = (Engine::new(ClockRule::Monotone), Tracer::new(ClockRule::Monotone));
    engine.apply(&parsed(&late)).expect("time moves forward");
    tracer.step(&Request::One(parsed(&late))).expect("time moves forward");
    let sentence = Reason::of(&engine, &parsed(&early)).to_string();
    assert_eq!(sentence, "time may not run backwards: the clock reads 9, and 5 is before that");
    assert!(tracer.step(&Request::One(parsed(&early))).is_err());
    let next = tracer.step(&Request::One(parsed(&late))).expect("time stands still");
    assert_eq!(next.number, 2, "what is refused is not counted");
}

#[test]
fn steps_have_the_answers_of_the_engine_and_the_cells_of_the_model() {
    for (seed, rule) in EXPLAINED.seeds().flat_map(|seed| RULES.map(|rule| (seed, rule))) {
        let free = rule == ClockRule::Free;
        let (mut tracer, mut engine, mut model) = (Tracer::new(rule), Engine::new(rule), Model::new(free));
        let mut number = 0;
        for words in any_list_of(seed, free).iter().take(300) {
            let request = spoken(words, &engine.aliases().clone());
            let reason = match &request {
                Request::One(query) => Reason::of(&engine, query),
                Request::Batch(queries) => Reason::Asks { queries: queries.len() },
            };
            let reason = reason.to_string();
            assert!(reason.len() < 1_000 && !reason.contains(char::is_control), "seed {seed}: {reason:?}");
            let before: Vec<_> = tracer.cells().collect();
            let wanted = crate::answer(&mut engine, &request);
            let step = tracer.step(&request);
            assert_eq!(step.as_ref().map(|step| &step.answer), wanted.as_ref(), "seed {seed}: {words:?}");
            let refused = model.answer_told(words).is_err();
            let Ok(step) = step else {
                let is_said = request.batched().is_some() || reason.starts_with("time may not run backwards");
                assert!(refused && is_said, "seed {seed}: {words:?}");
                continue;
            };
            number += 1;
            assert_eq!((step.number, &step.query), (number, &request.words(crate::language())));
            assert!(step.rule.starts_with(&reason), "seed {seed}: {} / {reason}", step.rule);
            let cells: Vec<_> = tracer.cells().collect();
            let held = cells.iter().map(|cell| (&*cell.key, &*cell.field, &*cell.value, cell.left));
            assert!(held.eq(model.cells()), "seed {seed}, query {number}: {cells:?}");
            let ends = cells.iter().map(|cell| cell.until);
            assert!(ends.eq(engine.cells().iter().map(|cell| cell.ends.map(|end| end.0))), "seed {seed}");
            let changes = changes_between(&before, &cells, &step);
            assert!(changes.is_ok(), "seed {seed}, query {number}: {changes:?}");
            assert_eq!(tracer.full(step).cells, cells);
        }
    }
}

/// Does a step tell of all that differs between two states, and of nothing else?
fn changes_between(before: &[ShownCell], after: &[ShownCell], step: &Step) -> Result<(), ShownCell> {
    let find = |cells: &[ShownCell], one: &ShownCell| {
        let found = cells.iter().find(|cell| (&cell.key, &cell.field) == (&one.key, &one.field));
        found.cloned()
    };
    for cell in after {
        let was = find(before, cell);
        let is_right = match (cell.change, &was) {
            (Change::Same, Some(was)) => (&was.value, was.until) == (&cell.value, cell.until),
            (Change::New, None) | (Change::Changed, Some(_)) => step.changed.contains(cell),
            (Change::Same | Change::Changed, None) | (Change::New, Some(_)) => false,
        };
        if !is_right {
            return Err(cell.clone());
        }
    }
    let went = before.iter().filter(|cell| find(after, cell).is_none());
    let told = step.gone.iter().map(|cell| (&cell.key, &cell.field));
    assert!(went.map(|cell| (&cell.key, &cell.field)).eq(told), "{:?}", step.gone);
    let changed = after.iter().filter(|cell| cell.change != Change::Same);
    assert!(changed.eq(&step.changed), "{:?}", step.changed);
    Ok(())
}

/// What the bars tell of the state after a query: key, field, value, and where it ends.
fn state_of_bars(bars: &Bars, number: usize) -> Vec<(String, String, String, Option<u64>)> {
    let mut state = Vec::new();
    for cell in bars.cells() {
        assert!(cell.bars.windows(2).all(|pair| pair[0].end.is_some_and(|end| end.query <= pair[1].query)));
        let live = cell.bars.iter().filter(|bar| bar.query <= number);
        let live = live.filter(|bar| bar.end.is_none_or(|end| number < end.query));
        state.extend(
            live.map(|bar| (cell.key.to_owned(), cell.field.to_owned(), bar.value.clone(), bar.until)),
        );
    }
    state
}

#[test]
fn bars_tell_the_state_after_every_query() {
    for (seed, rule) in BARS.seeds().flat_map(|seed| RULES.map(|rule| (seed, rule))) {
        let (mut tracer, mut bars, mut steps) = (Tracer::new(rule), Bars::default(), Vec::new());
        let list = any_list_of(seed, rule == ClockRule::Free);
        for query in requests(&list).expect("it is one").iter().take(120) {
            if let Ok(step) = tracer.step(query) {
                bars.add(&step);
                steps.push(tracer.full(step));
            }
        }
        for step in &steps {
            let cells = step.cells.iter();
            let wanted: Vec<_> = cells
                .map(|cell| (cell.key.clone(), cell.field.clone(), cell.value.clone(), cell.until))
                .collect();
            assert_eq!(state_of_bars(&bars, step.number), wanted, "seed {seed}, query {}", step.number);
        }
    }
}

#[test]
fn bars_tell_how_they_ended() {
    let list =
        "SET_AT_WITH_TTL A B C 1 4|SET A D E|SET A D F|BACKUP 6|DELETE A D|SET A G H|RESTORE 9 8|GET A D";
    let (mut bars, steps) = (Bars::default(), steps_of(list, ClockRule::Monotone));
    for step in &steps {
        bars.add(step);
    }
    let ends: Vec<_> = bars
        .cells()
        .flat_map(|cell| {
            cell.bars.iter().map(|bar| (cell.field.to_owned(), bar.query, bar.restored, bar.end))
        })
        .map(|(field, began, restored, end)| {
            (field, began, restored, end.map(|end| (end.query, end.at, end.how)))
        })
        .collect();
    let row = |field: &str, began, restored, end| (field.to_owned(), began, restored, end);
    assert_eq!(
        ends,
        [
            row("B", 1, false, Some((4, Some(5), How::Expired))),
            row("D", 2, false, Some((3, Some(1), How::Replaced))),
            row("D", 3, false, Some((5, Some(6), How::Removed))),
            row("D", 7, true, None),
            row("G", 6, false, Some((7, Some(9), How::Restored))),
        ]
    );
    assert_eq!((bars.backups().len(), bars.restores()[0].backup, bars.restores()[0].taken), (1, 4, 6));
}

#[test]
fn transcripts_of_explained_lists() {
    for path in fixtures("explain") {
        let path = path.to_str().expect("its name is plain");
        let output = rewind(&["explain", path]).output().expect("it runs");
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()), "{path}");
        let shown = text(&output.stdout);
        assert!(!shown.contains(['\u{1b}', '\u{7}', '\t', '\u{202e}']), "{path} shows what a terminal obeys");
        let name = std::path::Path::new(path).file_stem().expect("it has a name").to_string_lossy();
        assert_golden("explain", &name, &shown);
    }
}

#[test]
fn json_and_json_lines_hold_every_step() {
    let file = "fixtures/explain/free_clock.json";
    let json = text(&rewind(&["explain", file, "--format", "json"]).output().expect("it runs").stdout);
    let cases: Vec<Value> = serde_json::from_str(&json).expect("it is JSON");
    let lines = text(&rewind(&["explain", file, "--format", "jsonl"]).output().expect("it runs").stdout);
    let lines: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect();
    let mut of_cases = Vec::new();
    for case in &cases {
        for step in case["steps"].as_array().expect("a case has steps") {
            let mut step = step.clone();
            step["case"] = case["name"].clone();
            of_cases.push(step);
        }
    }
    assert_eq!((cases.len(), &of_cases), (2, &lines));
    assert_eq!(lines[0]["cells"][0]["until"], 15);
    assert_eq!(lines[0]["clock"], Value::Null);

    let (list, queries) = (
        br#"[["SET","A","B","C"],["GET","A","B"]]"#,
        b"[\"SET\",\"A\",\"B\",\"C\"]\n[\"GET\",\"A\",\"B\"]\n",
    );
    let steps = |input: &[u8]| {
        let output = feed(&["explain", "-", "--format", "json"], input);
        serde_json::from_slice::<Vec<Value>>(&output.stdout).expect("it is JSON")
    };
    assert_eq!(steps(list), steps(queries));
    assert_eq!(steps(list)[1]["answer"], "C");
    assert_eq!((steps(b"[]").len(), text(&feed(&["explain", "-"], b"[]").stdout)), (0, String::new()));
    let none = br#"{"name":"s","cases":[]}"#;
    assert_eq!(steps(none), Vec::<Value>::new());
}

#[rstest]
#[case(&["--case", "nothing to store"], "did you mean \"nothing to restore\"?")]
#[case(&["--case", "xyzzy"], "the cases are \"time jumps about\", \"nothing to restore\"")]
#[case(&["--format", "table"], "the formats here are text, json and jsonl")]
#[case(&["--level", "3"], "belongs to level 4")]
#[case(&["--clock", "monotone"], "time runs backwards")]
fn what_cannot_be_explained_ends_with_status_2(#[case] arguments: &[&str], #[case] message: &str) {
    let all = [&["explain", "fixtures/explain/free_clock.json"], arguments].concat();
    let output = rewind(&all).output().expect("it runs");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments:?}");
    assert!(text(&output.stderr).contains(message), "{}", text(&output.stderr));
}

#[test]
fn one_case_of_a_suite_is_explained_alone() {
    let file = "fixtures/level4/interview_walkthrough.json";
    let arguments = ["explain", file, "--case", "the whole exercise in one sitting"];
    let shown = text(&rewind(&arguments).output().expect("it runs").stdout);
    assert_eq!(shown.matches("    1  ").count(), 1, "{shown}");
    assert!(shown.starts_with("# the whole exercise in one sitting\n"), "{shown}");
    assert!(shown.contains("it died at 201,\n       and the restore of query 23"), "{shown}");
    let built_in = ["explain", "--case", "THE WHOLE EXERCISE"];
    assert_eq!(text(&rewind(&built_in).output().expect("it runs").stdout), shown);
    let neither = rewind(&["explain"]).output().expect("it runs");
    assert_eq!((neither.status.code(), neither.stdout.len()), (Some(2), 0));
    let list = feed(&["explain", "-", "--case", "x"], b"[]");
    assert_eq!(list.status.code(), Some(2));
    assert!(text(&list.stderr).contains("--case is for a suite"));
}

#[test]
fn of_json_lines_what_came_before_a_mistake_is_explained() {
    let output = feed(&["explain", "-"], b"[\"SET\",\"A\",\"B\",\"C\"]\n[\"GTE\",\"A\",\"B\"]\n");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stdout).contains("A.B is new"));
    assert!(text(&output.stderr).contains("did you mean GET?"), "{}", text(&output.stderr));
}

#[test]
fn colors_mark_what_changed() {
    let output = rewind(&["explain", "fixtures/readme/list.json", "--color", "always"]).output();
    let shown = text(&output.expect("it runs").stdout);
    for part in ["\u{1b}[32m+ user.token", "\u{1b}[33m~ user.token", "\u{1b}[31m- user.name"] {
        assert!(shown.contains(part), "{part:?} is missing in {shown:?}");
    }
}

#[test]
fn a_page_that_would_be_too_large_is_refused() {
    let many = |count| format!("[{}]", vec!["[\"SET\",\"A\",\"B\",\"C\"]"; count].join(","));
    let page = |count| feed(&["explain", "-", "--html", "-"], many(count).as_bytes());
    assert_eq!(page(2_000).status.code(), Some(0));
    let refused = page(2_001);
    assert_eq!((refused.status.code(), refused.stdout.len()), (Some(2), 0));
    assert!(text(&refused.stderr).contains("a page shows 2000 queries"), "{}", text(&refused.stderr));
    // Each restore begins a bar of each cell anew.
    let mut page = Page::default();
    page.begin("restores", "", ClockRule::Monotone);
    let mut list: Vec<_> = (0..200).map(|n| format!("SET_AT_WITH_TTL A f{n} x 1 9")).collect();
    list.push("BACKUP 1".to_owned());
    list.extend((2..110).map(|n| format!("RESTORE {n} 1")));
    let added = steps_of(&list.join("|"), ClockRule::Monotone).iter().try_for_each(|step| page.add(step));
    assert!(added.is_err());
}

#[test]
fn a_page_that_cannot_be_written_ends_with_status_74() {
    let output = rewind(&["explain", "fixtures/readme/list.json", "--html", "no/such/folder/page.html"]);
    let output = { output }.output().expect("it runs");
    assert_eq!(output.status.code(), Some(74));
    assert!(text(&output.stderr).contains("no/such/folder/page.html"), "{}", text(&output.stderr));
}
