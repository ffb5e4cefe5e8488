//! Random lists of queries, answered by the engine and by the [`Model`]: the two must never differ.
//!
//! Invariants: a seed and a clock rule fix a list for good; a failure prints the seed, the list and the smallest list
//! found that still fails; `REWIND_SEED=7` runs that one again.
//!
//! ```text
//!   seed ──► Shape ──► Author ──► list ──┬──► Engine ──┐
//!                                        └──► Model  ──┴──► same answer, same cells, after every query
//! ```

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rewinddb::engine::{Engine, LiveCell};
use rewinddb::judge::QueryList;
use rewinddb::query::{Access, Aliases, Query};
use rewinddb::time::ClockRule;
use rewinddb::wire::{self, Request, Term};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::amounts::{CLONES, LIST_STEP, LISTS};
use crate::engine::model::Model;
use crate::judge::lists::any_list_of;

/// The engine's invariants are checked after every query of this number, which takes as long as ten queries, and after
/// the last; in a list of a hundred or more, after every 64th.
pub(crate) const CHECKED_EACH: usize = 8;

#[test]
fn engine_and_model_agree_while_time_moves_forward() {
    LISTS.seeds().for_each(|seed| check(seed, false));
}

#[test]
fn engine_and_model_agree_while_time_jumps_about() {
    LISTS.seeds().for_each(|seed| check(seed, true));
}

#[test]
fn engine_and_model_agree_on_every_list_of_four_queries_on_two_cells() {
    let untimed = "SET k {f} v|GET k {f}|DELETE k {f}|SCAN k|SCAN_BY_PREFIX k b";
    let writes = "SET_AT k {f} w {t}|SET_AT_WITH_TTL k {f} x {t} 2|DELETE_AT k {f} {t}";
    let reads = "GET_AT k {f} {t}|SCAN_AT k {t}|SCAN_BY_PREFIX_AT k b {t}";
    let backups = "BACKUP {t}|RESTORE {t} 0|RESTORE {t} 9";
    check_every_list(false, 4, &[untimed, writes, reads, backups].join("|"), |now| vec![now, now + 1]);
}

#[test]
fn engine_and_model_agree_on_every_list_of_six_writes_to_one_cell() {
    let forms = "SET k f v|DELETE k f|SET_AT_WITH_TTL k f x {t} 2|BACKUP {t}|RESTORE {t} 0|RESTORE {t} 9";
    check_every_list(false, 6, forms, |now| vec![now, now + 1]);
}

#[test]
fn engine_and_model_agree_on_every_list_of_five_queries_at_jumping_times() {
    let forms =
        "SET k f v|GET k f|DELETE k f|SET_AT_WITH_TTL k f x {t} 1|DELETE_AT k f {t}|BACKUP {t}|RESTORE {t} 1";
    check_every_list(true, 5, forms, |_| vec![0, 1, 2]);
}

#[test]
fn an_engine_and_its_clone_go_their_own_ways() {
    for seed in CLONES.seeds() {
        let free = seed % 2 == 0;
        let (list, other) = (any_list_of(seed, free), any_list_of(seed + 4, free));
        let (first, rest) = list.split_at(list.len() / 2);
        let mut original = Pair::new(free);
        let seen = |why: Result<(), String>| why.unwrap_or_else(|why| panic!("seed {seed}: {why}"));
        for words in first {
            seen(original.apply(words));
        }
        let mut clone = original.clone();
        for (words, others) in rest.iter().zip(&other) {
            // What another list calls by a name of its own may be no query here.
            if Request::parse(&wire::raw_query(others), clone.engine.aliases(), crate::whole()).is_ok() {
                seen(clone.apply_watched(others));
            }
            seen(original.apply_watched(words));
        }
    }
}

#[test]
fn the_model_answers_the_suites_of_the_exercise() {
    for level in ["level1", "level2", "level3", "level4", "level5"] {
        for file in crate::fixtures(level) {
            let text = fs::read_to_string(file).unwrap();
            let suite: Suite = serde_json::from_str(&text).unwrap();
            for case in suite.cases {
                let mut model = Model::new(suite.clock == Some("free"));
                let answers = case.queries.iter().map(|words| model.answer(&texts(words)).unwrap());
                assert_eq!(answers.collect::<Vec<_>>(), case.expected, "{}: {}", suite.name, case.name);
            }
        }
    }
}

/// A file of cases, as far as it matters here.
#[derive(Deserialize)]
struct Suite<'a> {
    name: &'a str,
    clock: Option<&'a str>,
    #[serde(borrow)]
    cases: Vec<Case<'a>>,
}

#[derive(Deserialize)]
struct Case<'a> {
    name: String,
    #[serde(borrow)]
    queries: Vec<Vec<&'a RawValue>>,
    expected: Vec<String>,
}

/// The words of a query. What is not a string is a number, of any size, and counts as its digits.
fn texts(words: &[&RawValue]) -> Vec<String> {
    let text = |word: &&RawValue| serde_json::from_str(word.get()).unwrap_or_else(|_| word.get().to_owned());
    words.iter().map(text).collect()
}

/// Random lists prove nothing about answers that they never draw.
#[test]
fn the_lists_draw_every_kind_of_answer() {
    for free in [false, true] {
        let mut drawn = BTreeSet::new();
        for seed in 0..1200 {
            let mut model = Model::new(free);
            for words in any_list_of(seed, free) {
                let name = words[0].text().expect("a name is a text");
                let operation = model.operation(name).to_owned();
                let kind = model.answer_told(&words).map(|answer| match answer.texts() {
                    [text] if matches!(text.as_str(), "" | "0" | "false") => "nothing",
                    [scan] if scan.matches("), ").count() > 100 => "much",
                    [] => "nothing",
                    _ => "something",
                });
                drawn.insert((operation, kind));
            }
        }
        // 10 operations with one kind, 19 with two, the scans, ITEMS and FIND with a third; and 10 with a timestamp
        // that may be refused.
        assert_eq!(drawn.len(), if free { 66 } else { 76 }, "{drawn:?}");
    }
}

/// Runs the list of a seed.
fn check(seed: u64, free: bool) {
    let list = any_list_of(seed, free);
    if let Some((place, why)) = difference(free, &list) {
        let rule = if free { "free" } else { "monotone" };
        let list = &list[..=place];
        let [list, smallest] = [list, &smallest(free, list)].map(|list| serde_json::json!(list));
        panic!("seed {seed}, {rule} clock, query {}: {why}\nlist: {list}\nsmallest: {smallest}", place + 1);
    }
}

/// The first query, counted from 0, at which engine and model differ, and how. In a long list only the answers are
/// compared after every query; the cells, which take longer, now and then.
fn difference(free: bool, list: &[Vec<Term>]) -> Option<(usize, String)> {
    let mut pair = Pair::new(free);
    // Without what gave it, another name means nothing.
    rewinddb::track::records::requests(list)?;
    list.iter().enumerate().find_map(|(place, words)| {
        let closely = list.len() < 100 || place % 16 == 0 || place + 1 == list.len();
        let same = if closely { pair.apply_watched(words) } else { pair.apply(words) };
        let is_due = place % CHECKED_EACH == 0 && (list.len() < 100 || place % 64 == 0);
        let same =
            same.and_then(|()| if is_due || place + 1 == list.len() { pair.engine.check() } else { Ok(()) });
        Some((place, same.err()?))
    })
}

/// The list without the queries that a difference does not need, as far as one pass finds them.
fn smallest(free: bool, list: &[Vec<Term>]) -> QueryList {
    let mut list = list.to_vec();
    let mut place = list.len();
    while place > 0 {
        place -= 1;
        let mut shorter = list.clone();
        shorter.remove(place);
        if difference(free, &shorter).is_some() {
            list = shorter;
        }
    }
    list
}

/// Runs every list of so many queries of these forms, `{f}` being each of two fields and `{t}` each of the times
/// that the clock leaves open.
fn check_every_list(free: bool, length: usize, forms: &str, moments: fn(u64) -> Vec<u64>) {
    let alphabet = |now| {
        let at = |form: &str| {
            moments(now).iter().map(|at| form.replace("{t}", &at.to_string())).collect::<Vec<_>>()
        };
        let of = |form: String| ["a", "b"].map(|field| form.replace("{f}", field));
        let queries: BTreeSet<_> = forms.split('|').flat_map(at).flat_map(of).collect();
        queries.iter().map(|query| query.split(' ').map(Term::from).collect()).collect()
    };
    let alphabets: Vec<QueryList> = (0..=length as u64).map(alphabet).collect();
    check_all_after(&Pair::new(free), &alphabets, length, &mut Vec::new(), &mut 0);
}

/// Tries every query of the alphabet that belongs to the clock's reading, and after it again, so many times; where a
/// run is quick not every query is the last of a list. What has been tried is counted.
fn check_all_after(
    pair: &Pair,
    alphabets: &[QueryList],
    length: usize,
    list: &mut QueryList,
    tried: &mut u64,
) {
    if length == 0 {
        return;
    }
    for words in &alphabets[usize::try_from(pair.now).unwrap()] {
        *tried += 1;
        if length == 1 && !(*tried).is_multiple_of(LIST_STEP.get()) {
            continue;
        }
        let mut next = pair.clone();
        list.push(words.clone());
        let same = next.apply_watched(words);
        assert_eq!(same, Ok(()), "list: {}", serde_json::json!(list));
        // Once for each list but the longest: there are so many that a check of all takes too long.
        assert!(length == 1 || next.engine.check() == Ok(()), "{:?}: {list:?}", next.engine.check());
        check_all_after(&next, alphabets, length - 1, list, tried);
        list.pop();
    }
}

/// Engine and model side by side.
#[derive(Clone)]
struct Pair {
    engine: Engine,
    model: Model,
    free: bool,
    /// The clock's reading as told by the queries alone; always 0 under the free rule.
    now: u64,
}

/// A live cell: key, field, value and milliseconds left.
type Seen = (String, String, String, Option<u64>);

impl Pair {
    fn new(free: bool) -> Self {
        let rule = if free { ClockRule::Free } else { ClockRule::Monotone };
        Self { engine: Engine::new(rule), model: Model::new(free), free, now: 0 }
    }

    /// Hands both a query; an error tells how their answers differ. A panic is an answer too.
    fn apply(&mut self, words: &[Term]) -> Result<(), String> {
        let request = spoken(words, self.engine.aliases());
        let engine = || crate::answer(&mut self.engine, &request).map_err(drop);
        let given = catch_unwind(AssertUnwindSafe(engine)).map_err(|_| "a panic, told above".to_owned())?;
        let wanted = self.model.answer_told(words);
        // What a refused batch would have done to time it has not.
        let times =
            request.queries().iter().filter_map(Query::timestamp).filter(|_| wanted.is_ok() && !self.free);
        self.now = times.fold(self.now, |now, time| now.max(time.0));
        ensure(given == wanted, || format!("the engine answers {given:?}, the model {wanted:?}"))
    }

    /// The same with an eye on everything else that must hold around a query.
    fn apply_watched(&mut self, words: &[Term]) -> Result<(), String> {
        let aliases = self.engine.aliases().clone();
        let request = spoken(words, &aliases);
        let back = request.words(crate::language());
        ensure(spoken(&back, &aliases) == request, || format!("it is written back as {back:?}"))?;
        ensure(back == words || aliases.iter().next().is_some(), || {
            format!("it is written back as {back:?}")
        })?;
        let refused = !self.free && goes_back(&request, self.now);
        let (before, then) = (self.cells(), self.now);
        self.apply(words)?;
        let (cells, model) = (self.cells(), self.model.cells());
        let held = cells.iter().map(|(key, field, value, left)| (&key[..], &field[..], &value[..], *left));
        ensure(held.eq(model.iter().copied()), || format!("the engine holds {cells:?}, not {model:?}"))?;
        let reads = |query: &Query<'_>| query.operation().access() == Access::Read;
        let idle = refused || request.queries().iter().all(reads);
        ensure(!idle || cells == aged(before, self.now - then), || "a mere look changed cells".to_owned())
    }

    /// What the engine holds.
    fn cells(&self) -> Vec<Seen> {
        let owned = |cell: &LiveCell<'_>| {
            (
                cell.key.to_owned(),
                cell.field.to_owned(),
                cell.value.to_string(),
                cell.remaining.map(|ttl| ttl.0),
            )
        };
        self.engine.cells().iter().map(owned).collect()
    }
}

/// What is still live of these cells when so many milliseconds have gone by.
fn aged(mut cells: Vec<Seen>, gone: u64) -> Vec<Seen> {
    cells.retain(|(.., left)| left.is_none_or(|left| left > gone));
    for (.., left) in &mut cells {
        *left = left.map(|left| left - gone);
    }
    cells
}

/// Does time run backwards in it?
fn goes_back(request: &Request<'_>, mut now: u64) -> bool {
    let mut times = request.queries().iter().filter_map(Query::timestamp);
    times.any(|time| time.0 < std::mem::replace(&mut now, time.0))
}

/// A request of its words, as a database with these other names of operations reads it.
pub(crate) fn spoken<'a>(words: &'a [Term], aliases: &Aliases) -> Request<'a> {
    Request::parse(&wire::raw_query(words), aliases, crate::whole()).expect("a query of the language")
}

/// A query of its words.
pub(crate) fn parsed(words: &[String]) -> Query<'_> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    crate::language().parse(&words).expect("a query of the language")
}

fn ensure(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}
