//! The JSON reader against `serde_json`: on lists that a random hand has damaged, both refuse the same and read the
//! same.

use bumpalo::Bump;
use rewinddb::query::Aliases;
use rewinddb::script::{Context, read_list};
use rewinddb::time::{Clock, ClockRule};
use rewinddb::wire::{self, Request, Term};
use serde_json::value::RawValue;

/// Reads a list by way of `serde_json`.
fn oracle(text: &str) -> Option<Vec<Vec<Term>>> {
    let list: Vec<Vec<&RawValue>> = serde_json::from_str(text).ok()?;
    let mut clock = Clock::new(ClockRule::Monotone);
    let mut read = Vec::new();
    for query in list {
        let words: Vec<Term> = query.into_iter().map(told).collect::<Option<_>>()?;
        let request = Request::parse(&wire::raw_query(&words), &Aliases::default(), crate::whole()).ok()?;
        request.queries().iter().try_for_each(|query| clock.advance(query.timestamp()).map(drop)).ok()?;
        read.push(words);
    }
    Some(read)
}

fn told(value: &RawValue) -> Option<Term> {
    let Ok(values) = serde_json::from_str::<Vec<&RawValue>>(value.get()) else {
        return word(value).map(Term::Text);
    };
    values.into_iter().map(word).collect::<Option<_>>().map(Term::Array)
}

fn word(value: &RawValue) -> Option<String> {
    let text = value.get();
    let is_integer = text.bytes().all(|byte| byte.is_ascii_digit());
    if is_integer { Some(text.to_owned()) } else { serde_json::from_str(text).ok() }
}

const WHOLE: &str = r#" [ ["SET", "k\u00e9y", "", "v\\\" \ud83d\ude00"],
["GET_AT","é日",7,"7"] ,["SCAN_BY_PREFIX" ,"a,b[c]" , "x"], ["BACKUP", 9], ["RESTORE", "10", 0], [ "SCAN", "a	b" ],
["BATCH" , ["SET_AT","a","b","[]", 10],[ "GET" ,"a]", "b" ] , ["TICK",11]], ["BATCH"], ["ALIASES"] ] "#;
const PIECES: [&str; 22] = [
    "\"",
    "\\",
    ",",
    "[",
    "]",
    "{",
    "}",
    "0",
    "7",
    "-",
    ".",
    "e",
    " ",
    "\n",
    "\t",
    "é",
    "\\u",
    "d83d",
    "null",
    "\"\"",
    "[]",
    "18446744073709551615",
];

#[test]
fn damaged_lists_are_read_as_serde_json_reads_them() {
    let seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut state = seed;
    let mut random = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits") % bound
    };
    let whole = WHOLE.replace("a\tb", "a b");
    let mut accepted = 0;
    for round in 0..60_000 {
        let mut text = whole.clone();
        for _ in 0..random(3) {
            let places: Vec<_> = text.char_indices().map(|(at, _)| at).collect();
            let (at, to) = (places[random(places.len())], places[random(places.len())]);
            let end = if random(2) == 0 { at } else { at.max(to.min(at + 4)) };
            let end = places.iter().copied().find(|place| *place >= end).unwrap_or(at);
            text.replace_range(at..end, PIECES[random(PIECES.len())]);
        }
        let arena = Bump::new();
        let ours = read_list(&text, &arena, crate::language().last_level(), Context::default());
        let ours = ours
            .ok()
            .map(|list| list.iter().map(|request| request.words(crate::language())).collect::<Vec<_>>());
        let theirs = oracle(&text);
        accepted += usize::from(theirs.is_some());
        assert_eq!(ours, theirs, "seed {seed}, round {round}: {text}");
    }
    assert!((5_000..55_000).contains(&accepted), "{accepted} of 60000 lists could be read");
}

#[test]
fn a_deep_nest_of_arrays_is_refused_and_not_descended() {
    for text in ["[".repeat(1_000_000), format!("[[{}", "[".repeat(1_000_000)), "[[\"SET\",".repeat(200_000)]
    {
        let arena = Bump::new();
        assert!(read_list(&text, &arena, crate::language().last_level(), Context::default()).is_err());
    }
}
