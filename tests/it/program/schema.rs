//! The schemas of files of queries, as VS Code's own JSON service goes by them. `REWIND_NODE_MODULES` names a folder with
//! `vscode-json-languageservice`; where there is none, that is said.

use std::env;
use std::process::{Command, Stdio};

use rewinddb::script::InputKind;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{feed, feed_to, fixtures, language, rewind, text, top};

/// What the service makes of a document.
#[derive(Deserialize)]
struct Looked {
    /// What is marked, and what is said of it.
    marks: Vec<(String, String)>,
    /// What is offered, and what it does.
    offered: Vec<(String, String)>,
    /// What is told of what stands there.
    told: String,
}

fn node() -> Command {
    let mut node = Command::new("node");
    node.envs(env::var_os("REWIND_NODE_MODULES").map(|folder| ("NODE_PATH", folder)));
    node
}

fn is_there() -> bool {
    let mut asking = node();
    asking.args(["-e", "require('vscode-json-languageservice')"]);
    let asked = asking.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let is_there = asked.is_ok_and(|status| status.success());
    if !is_there {
        eprintln!("skipped: vscode-json-languageservice is not there");
    }
    is_there
}

fn schema(what: &str) -> Value {
    let output = rewind(&["schema", what]).output().expect("it runs");
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
    serde_json::from_slice(&output.stdout).expect("it is JSON")
}

/// What the service makes of documents, each with a place where something is asked, if there is one.
fn looked(what: &str, documents: &[(String, Option<usize>)]) -> Vec<Looked> {
    let documents: Vec<_> = documents
        .iter()
        .map(|(text, at)| json!({"text": text, "at": at.map_or(-1, |at| i64::try_from(at).expect("it is small"))}))
        .collect();
    let input = json!({"schema": schema(what), "documents": documents}).to_string();
    let mut node = node();
    node.arg(top().join("tests/it/program/scripts/schema.cjs"));
    let output = feed_to(node, input.as_bytes());
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("it is JSON")
}

/// A document in which `|` marks the place where something is asked.
fn marked(document: &str) -> (String, Option<usize>) {
    (document.replacen('|', "", 1), document.find('|'))
}

/// Files below `fixtures` of a kind: name and text.
fn files(folders: &[&str], kind: InputKind) -> Vec<(String, String)> {
    let paths = folders.iter().flat_map(|folder| fixtures(folder));
    let paths = paths.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let read = paths.filter_map(|path| {
        let text = std::fs::read_to_string(&path).ok()?;
        let name = path.file_name()?.to_string_lossy().into_owned();
        (InputKind::of(text.as_bytes()) == Some(kind)).then_some((name, text))
    });
    read.collect()
}

fn looked_all(what: &str, files: &[(String, String)]) -> Vec<Looked> {
    looked(what, &files.iter().map(|(_, text)| (text.clone(), None)).collect::<Vec<_>>())
}

const LEVELS: [&str; 6] = ["level1", "level2", "level3", "level4", "level5", "level6"];

#[test]
fn every_fixture_is_accepted() {
    if !is_there() {
        return;
    }
    let suites = files(&LEVELS, InputKind::Suite);
    let lists = files(&["explain", "readme", "repl"], InputKind::List);
    assert!(suites.len() >= 35 && lists.len() >= 4, "{} {}", suites.len(), lists.len());
    for (what, files) in [("suite", suites), ("list", lists)] {
        for ((name, text), looked) in files.iter().zip(looked_all(what, &files)) {
            let is_good = feed(&["run", "-"], text.as_bytes()).status.success();
            assert_eq!(looked.marks.is_empty(), is_good, "{name}: {:?}", looked.marks);
        }
    }
}

/// What no schema can see: what another name stands for, time that goes backwards, how many answers there are, `--level`,
/// and how a number or a character is written.
const UNSEEN: [&str; 18] = [
    "alias-after-a-reset.json",
    "alias-bad-number.json",
    "alias-that-was-not-made.json",
    "alias-time-backwards.json",
    "alias-too-few-words.json",
    "alias-used-before-it-is-made.json",
    "batch-by-alias-begins-a-transaction.json",
    "batch-time-backwards.json",
    "exponent-as-a-word.json",
    "level2-begin.json",
    "level2-timed-operation.json",
    "lone-surrogate.json",
    "number-too-large.json",
    "time-backwards-after-restore-without-backup.json",
    "time-backwards-after-restore.json",
    "time-backwards.json",
    "suite-time-backwards.json",
    "suite-wrong-number-of-answers.json",
];

#[test]
fn every_refused_input_is_marked_but_for_what_no_schema_sees() {
    if !is_there() {
        return;
    }
    let mut unseen = Vec::new();
    for (what, kind) in [("list", InputKind::List), ("suite", InputKind::Suite)] {
        let files = files(&["bad"], kind);
        for ((name, _), looked) in files.iter().zip(looked_all(what, &files)) {
            if looked.marks.is_empty() {
                unseen.push(name.clone());
            }
        }
    }
    assert_eq!(unseen, UNSEEN);
}

/// A list or the list of a case, what is marked in it, and a part of what is said.
const MISTAKES: [(&str, &str, &str); 14] = [
    (r#"[["GTE","A","B"]]"#, r#""GTE""#, "no operation"),
    (r#"[["get","A","B"]]"#, r#""get""#, "no operation"),
    (r#"[["GET","A","B","C"]]"#, r#"["GET","A","B","C"]"#, "too many items"),
    (r#"[["SET","A","B"]]"#, r#"["SET","A","B"]"#, "too few items"),
    (r#"[["GET_AT","A","B","x"]]"#, r#""x""#, "the timestamp of GET_AT is a number: digits alone"),
    (r#"[["GET_AT","A","B","007"]]"#, r#""007""#, "a number"),
    (r#"[["GET_AT","A","B","18446744073709551616"]]"#, r#""18446744073709551616""#, "a number"),
    (r#"[["SET","A","B",-1]]"#, "-1", "below the minimum"),
    (r#"[["SET","A","B",1.5]]"#, "1.5", "Incorrect type"),
    (r#"[["SET","A","B",null]]"#, "null", "Incorrect type"),
    (r#"[["FIND","VALUE","LIK","1?"]]"#, r#""LIK""#, "LIKE"),
    (r#"[["BATCH",["BEGIN"]]]"#, r#""BEGIN""#, "no operation that may be asked here"),
    (r#"[["BATCH",["GET_AT","A","B","x"]]]"#, r#""x""#, "the timestamp of GET_AT"),
    (r#"[["ALIAS","g","GET"],["g","A"],["GET_AT","A","B","x"]]"#, r#""x""#, "the timestamp of GET_AT"),
];

#[test]
fn the_one_wrong_word_is_marked() {
    if !is_there() {
        return;
    }
    let suite = |list: &str| format!(r#"{{"cases": [{{"name": "c", "queries": {list}}}]}}"#);
    let lists: Vec<_> = MISTAKES.iter().map(|(list, ..)| ((*list).to_owned(), None)).collect();
    let suites: Vec<_> = MISTAKES.iter().map(|(list, ..)| (suite(list), None)).collect();
    for (what, documents) in [("list", lists), ("suite", suites)] {
        for ((list, mark, said), looked) in MISTAKES.iter().zip(looked(what, &documents)) {
            let [(marked, message)] = &looked.marks[..] else { panic!("{what} {list}: {:?}", looked.marks) };
            assert_eq!(marked, mark, "{what} {list}: {message}");
            assert!(message.contains(said), "{what} {list}: {message}");
            assert_eq!(feed(&["run", "-"], list.as_bytes()).status.code(), Some(2), "{list}");
        }
    }
}

#[test]
fn a_suite_opens_the_operations_of_its_level() {
    if !is_there() {
        return;
    }
    let suite = |level: &str, queries: &str| {
        (format!(r#"{{{level} "cases": [{{"name": "c", "queries": [{queries}]}}]}}"#), None)
    };
    let rows = [
        (suite(r#""level": 1,"#, r#"["SCAN","A"]"#), Some(r#""SCAN""#)),
        (suite(r#""level": 2,"#, r#"["SCAN","A"]"#), None),
        // The key alone is of level 5.
        (suite(r#""level": 4,"#, r#"["GET","A"]"#), Some(r#"["GET","A"]"#)),
        (suite(r#""level": 5,"#, r#"["GET","A"]"#), None),
        (suite(r#""level": 5,"#, r#"["BEGIN"]"#), Some(r#""BEGIN""#)),
        (suite("", r#"["BEGIN"]"#), None),
        (suite(r#""level": 7,"#, r#"["BEGIN"]"#), Some("7")),
        (suite(r#""clock": "wall","#, r#"["BEGIN"]"#), Some(r#""wall""#)),
        (suite(r#""$schema": "./suite.schema.json","#, r#"["BEGIN"]"#), None),
    ];
    let documents: Vec<_> = rows.iter().map(|(document, _)| document.clone()).collect();
    for (((document, _), mark), looked) in rows.iter().zip(looked("suite", &documents)) {
        let marks: Vec<_> = looked.marks.iter().map(|(marked, _)| marked.as_str()).collect();
        assert_eq!(marks, mark.iter().copied().collect::<Vec<_>>(), "{document}");
        let is_good = feed(&["run", "-"], document.as_bytes()).status.success();
        assert_eq!(is_good, mark.is_none(), "{document}");
    }
}

#[test]
fn names_and_words_are_offered_and_told() {
    if !is_there() {
        return;
    }
    let documents = [
        marked(r#"[["|"]]"#),
        marked(r#"[["FIND","|"]]"#),
        marked(r#"[["SET_|AT","A","B","C","1"]]"#),
        marked(r#"[["SET_AT","A","B","C","|1"]]"#),
        marked(r#"[["ALIAS","g","GET"],["|"]]"#),
    ];
    let lists = looked("list", &documents);
    let names = |looked: &Looked| -> Vec<String> {
        let mut names: Vec<_> =
            looked.offered.iter().map(|(label, _)| label.trim_matches('"').to_owned()).collect();
        names.sort();
        names
    };
    let mut all: Vec<_> = language().names().map(str::to_owned).collect();
    all.sort();
    assert_eq!(names(&lists[0]), all);
    let get = lists[0].offered.iter().find(|(label, _)| label == "\"GET\"").expect("it is offered");
    assert!(get.1.contains("GET key field: Reads a field of a record. Answers the value"), "{}", get.1);
    assert_eq!(names(&lists[1]), ["FIELD", "KEY", "VALUE"]);
    assert!(lists[2].told.contains("SET at a moment. The cell is permanent."), "{}", lists[2].told);
    assert!(lists[3].told.contains("timestamp: when it happens, in milliseconds."), "{}", lists[3].told);
    assert_eq!(names(&lists[4]), all);

    let suites = looked("suite", &[marked(r#"{"level": 1, "cases": [{"name": "c", "queries": [["|"]]}]}"#)]);
    assert_eq!(names(&suites[0]), ["DELETE", "GET", "SET"]);
}
