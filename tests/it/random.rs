//! Random lists of queries, answered by the engine and by the [`Model`]: the two must never differ.
//!
//! Invariants: a seed and a clock rule fix a list for good; a failure prints the seed, the list and the smallest list
//! found that still fails. `REWIND_LISTS=1000000` runs so many lists under each rule, `REWIND_SEED=7` that one alone.
//!
//! ```text
//!   seed ──► Shape ──► Author ──► list ──┬──► Engine ──┐
//!                                        └──► Model  ──┴──► same answer, same cells, after every query
//! ```

use std::collections::BTreeSet;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::{env, fs};

use rewinddb::engine::{Engine, LiveCell};
use rewinddb::query::{Access, Level, Query};
use rewinddb::time::ClockRule;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::model::Model;

/// Queries as words.
type List = Vec<Vec<String>>;

/// How many lists are run under each rule when the environment does not ask for another number.
const LISTS: u64 = 4000;

#[test]
fn engine_and_model_agree_while_time_moves_forward() {
    seeds(LISTS).for_each(|seed| check(seed, false));
}

#[test]
fn engine_and_model_agree_while_time_jumps_about() {
    seeds(LISTS).for_each(|seed| check(seed, true));
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
    for seed in seeds(LISTS / 10) {
        let free = seed % 2 == 0;
        let (list, other) = (list_of(seed, free), list_of(seed + 1, free));
        let (first, rest) = list.split_at(list.len() / 2);
        let mut original = Pair::new(free);
        let seen = |why: Result<(), String>| why.unwrap_or_else(|why| panic!("seed {seed}: {why}"));
        for words in first {
            seen(original.apply(words));
        }
        let mut clone = original.clone();
        for (words, others) in rest.iter().zip(&other) {
            seen(clone.apply_watched(others));
            seen(original.apply_watched(words));
        }
    }
}

#[test]
fn the_model_answers_the_suites_of_the_exercise() {
    for level in ["level1", "level2", "level3", "level4"] {
        for file in fs::read_dir(format!("{}/fixtures/{level}", env!("CARGO_MANIFEST_DIR"))).unwrap() {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
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
        for seed in 0..600 {
            let mut model = Model::new(free);
            for words in list_of(seed, free) {
                let kind = model.answer(&words).map(|answer| match answer.as_str() {
                    "" | "0" | "false" => "nothing",
                    scan if scan.matches("), ").count() > 100 => "much",
                    _ => "something",
                });
                drawn.insert((words[0].clone(), kind));
            }
        }
        // 4 operations with one kind, 9 with two, 4 scans with a third; and 8 with a timestamp that may be refused.
        assert_eq!(drawn.len(), if free { 26 } else { 34 }, "{drawn:?}");
    }
}

/// The seeds to run: as many as the test has in mind, unless the environment asks for more or for one alone.
fn seeds(usual: u64) -> Range<u64> {
    let number =
        |name| env::var(name).ok().map(|text| text.parse::<u64>().expect("a number in the environment"));
    match number("REWIND_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("REWIND_LISTS").map_or(usual, |lists| lists * usual / LISTS),
    }
}

/// Runs the list of a seed.
fn check(seed: u64, free: bool) {
    let list = list_of(seed, free);
    if let Some((place, why)) = difference(free, &list) {
        let rule = if free { "free" } else { "monotone" };
        let list = &list[..=place];
        let [list, smallest] = [list, &smallest(free, list)].map(|list| serde_json::json!(list));
        panic!("seed {seed}, {rule} clock, query {}: {why}\nlist: {list}\nsmallest: {smallest}", place + 1);
    }
}

/// The first query, counted from 0, at which engine and model differ, and how. In a long list only the answers are
/// compared after every query; the cells, which take longer, now and then.
fn difference(free: bool, list: &[Vec<String>]) -> Option<(usize, String)> {
    let mut pair = Pair::new(free);
    list.iter().enumerate().find_map(|(place, words)| {
        let closely = list.len() < 100 || place % 16 == 0 || place + 1 == list.len();
        let same = if closely { pair.apply_watched(words) } else { pair.apply(words) };
        Some((place, same.err()?))
    })
}

/// The list without the queries that a difference does not need, as far as one pass finds them.
fn smallest(free: bool, list: &[Vec<String>]) -> List {
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
        queries.iter().map(|query| query.split(' ').map(str::to_owned).collect()).collect()
    };
    let alphabets: Vec<List> = (0..=length as u64).map(alphabet).collect();
    check_all_after(&Pair::new(free), &alphabets, length, &mut Vec::new());
}

/// Tries every query of the alphabet that belongs to the clock's reading, and after it again, so many times.
fn check_all_after(pair: &Pair, alphabets: &[List], length: usize, list: &mut List) {
    if length == 0 {
        return;
    }
    for words in &alphabets[usize::try_from(pair.now).unwrap()] {
        let mut next = pair.clone();
        list.push(words.clone());
        let same = next.apply_watched(words);
        assert_eq!(same, Ok(()), "list: {}", serde_json::json!(list));
        check_all_after(&next, alphabets, length - 1, list);
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
    fn apply(&mut self, words: &[String]) -> Result<(), String> {
        let query = parsed(words);
        let engine = || self.engine.apply(&query).map(|reply| reply.to_string()).map_err(drop);
        let given = catch_unwind(AssertUnwindSafe(engine)).map_err(|_| "a panic, told above".to_owned())?;
        let wanted = self.model.answer(words);
        if let (Some(time), false) = (query.timestamp(), self.free) {
            self.now = self.now.max(time.0);
        }
        ensure(given == wanted, || format!("the engine answers {given:?}, the model {wanted:?}"))
    }

    /// The same with an eye on everything else that must hold around a query.
    fn apply_watched(&mut self, words: &[String]) -> Result<(), String> {
        let query = parsed(words);
        ensure(query.words() == words, || format!("it is written back as {:?}", query.words()))?;
        let refused = !self.free && query.timestamp().is_some_and(|time| time.0 < self.now);
        let (before, then) = (self.cells(), self.now);
        self.apply(words)?;
        let (cells, model) = (self.cells(), self.model.cells());
        let held = cells.iter().map(|(key, field, value, left)| (&key[..], &field[..], &value[..], *left));
        ensure(held.eq(model.iter().copied()), || format!("the engine holds {cells:?}, not {model:?}"))?;
        let idle = refused || query.row().access == Access::Read;
        ensure(!idle || cells == aged(before, self.now - then), || "a mere look changed cells".to_owned())
    }

    /// What the engine holds.
    fn cells(&self) -> Vec<Seen> {
        let owned = |cell: &LiveCell<'_>| {
            (cell.key.to_owned(), cell.field.to_owned(), cell.value.to_owned(), cell.left.map(|ttl| ttl.0))
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

fn parsed(words: &[String]) -> Query<'_> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    Query::parse(&words, Level::LAST).expect("a query of the language")
}

fn ensure(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}

/// What the lists of a kind are like.
struct Shape {
    /// How many of a hundred lists are of this kind.
    share: u64,
    length: Range<u64>,
    /// At most so many keys, and so many fields. Few are odd texts, many are numbered.
    names: [u64; 2],
    /// How often a set, a delete, a read, a backup and a restore is drawn.
    mix: [u64; 5],
    /// The longest usual step of time, and the longest usual ttl.
    spans: [u64; 2],
    /// One in so many timestamps goes to where a cell dies.
    haste: u64,
}

/// Each kind of list is there for a way in which a database breaks.
static SHAPES: [Shape; 6] = [
    // Everything meets everything within a few queries.
    Shape { share: 88, length: 20..60, names: [3, 6], mix: [5, 2, 6, 2, 2], spans: [3, 12], haste: 4 },
    // A long life.
    Shape { share: 2, length: 2000..2001, names: [3, 8], mix: [8, 2, 6, 4, 3], spans: [3, 30], haste: 6 },
    // Wide records, which grow and shrink.
    Shape { share: 4, length: 300..900, names: [2, 300], mix: [40, 4, 9, 1, 1], spans: [2, 900], haste: 40 },
    // One hot cell with a long history.
    Shape { share: 3, length: 300..900, names: [1, 1], mix: [6, 1, 6, 6, 4], spans: [3, 40], haste: 4 },
    // Thousands of cells that die while backups hold some of them, and while none does.
    Shape {
        share: 2,
        length: 2000..4000,
        names: [30, 40],
        mix: [60, 2, 8, 1, 1],
        spans: [6, 900],
        haste: 40,
    },
    Shape {
        share: 1,
        length: 2000..4000,
        names: [30, 40],
        mix: [60, 2, 8, 0, 0],
        spans: [6, 900],
        haste: 40,
    },
];

/// The forms of the operations, in the order of a shape's mix. Most sets have a ttl.
const FORMS: [&str; 5] = [
    "SET key field value|SET_AT key field value timestamp|SET_AT_WITH_TTL key field value timestamp ttl\
    |SET_AT_WITH_TTL key field value timestamp ttl|SET_AT_WITH_TTL key field value timestamp ttl",
    "DELETE key field|DELETE_AT key field timestamp",
    "GET key field|GET_AT key field timestamp|SCAN key|SCAN_AT key timestamp\
    |SCAN_BY_PREFIX key prefix|SCAN_BY_PREFIX_AT key prefix timestamp",
    "BACKUP taken",
    "RESTORE timestamp wanted",
];

/// Texts with a trap in each: nothing, case, numbers, prefixes of prefixes, pairs that run together, the answer's own
/// marks, blanks and NUL, orders that differ between bytes and UTF-16, lengths past what may be held in place.
const TEXTS: &str = "|a|B|ab|b|bc|f|f1|f10|f100|f2|fé|é|日本|～|😀|a(b), c|, | a|a\0\
    |a name that is not short at all|a name that is not short at all, and longer still";

/// Moments at which numbers break: the ends of 31, 32, 53, 63 and 64 bits.
const EDGES: [u64; 6] = [0, 1 << 31, 1 << 32, 1 << 53, 1 << 63, u64::MAX];

/// The list that belongs to a seed.
fn list_of(seed: u64, free: bool) -> List {
    let mut dice = Dice(seed);
    let shape = &SHAPES[dice.weighted(&SHAPES.each_ref().map(|shape| shape.share))];
    let length = dice.within(&shape.length);
    // In every other list time leaps to one of the edges, mostly in the midst of lifetimes and backups.
    let leap = dice.below(2 * length);
    let mut author = Author::new(dice, free, shape);
    (0..length).map(|place| author.query(place == leap)).collect()
}

/// Who writes a list. It remembers what was said only to come near it again; what a query does it does not know.
struct Author {
    dice: Dice,
    free: bool,
    shape: &'static Shape,
    keys: Vec<String>,
    fields: Vec<String>,
    /// The largest timestamp so far or, under the free rule, the last one.
    clock: u64,
    /// The timestamp of the query that is being written.
    at: u64,
    /// When cells die.
    deaths: Vec<u64>,
    /// When backups were taken, and the deaths known then.
    backups: Vec<(u64, Vec<u64>)>,
}

impl Author {
    fn new(mut dice: Dice, free: bool, shape: &'static Shape) -> Self {
        let [keys, fields] = shape.names.map(|most| dice.names(most));
        Self { dice, free, shape, keys, fields, clock: 0, at: 0, deaths: vec![1], backups: vec![] }
    }

    /// Writes a query, after a leap of time if one is due.
    fn query(&mut self, leap: bool) -> Vec<String> {
        if leap {
            self.clock = self.clock.max(self.dice.edge());
        }
        let forms = FORMS[self.dice.weighted(&self.shape.mix)];
        self.dice.part(forms).split(' ').map(|word| self.word(word)).collect()
    }

    /// What stands in a query for a word of its form.
    fn word(&mut self, word: &str) -> String {
        match word {
            "key" => self.dice.pick(&self.keys).clone(),
            "field" => self.dice.pick(&self.fields).clone(),
            "prefix" => self.prefix(),
            "value" => self.value(),
            "timestamp" => self.timestamp().to_string(),
            "ttl" => self.ttl().to_string(),
            "taken" => self.taken().to_string(),
            "wanted" => self.wanted().to_string(),
            name => name.to_owned(),
        }
    }

    /// The beginning of a field, from nothing to all of it; seldom any text.
    fn prefix(&mut self) -> String {
        let text = if self.dice.one_in(8) { self.dice.part(TEXTS) } else { self.dice.pick(&self.fields) };
        let length = self.dice.below(text.chars().count() as u64 + 1);
        text.chars().zip(0..length).map(|(char, _)| char).collect()
    }

    /// Mostly a number, so that an old value is told from a new one.
    fn value(&mut self) -> String {
        let number = self.dice.below(1000).to_string();
        if self.dice.one_in(8) { self.dice.part(TEXTS).to_owned() } else { number }
    }

    /// When the query happens: now, soon, about when a cell dies; under the free rule also earlier or anywhere, under
    /// the monotone one seldom too early.
    fn timestamp(&mut self) -> u64 {
        let now = self.clock;
        let step = self.dice.within(&(1..self.shape.spans[0] + 1));
        let next = match self.dice.below(8) {
            _ if self.dice.one_in(self.shape.haste) => self.death(),
            0..=3 => now,
            4 if self.free => now.saturating_sub(step),
            5 if self.free && self.dice.one_in(3) => self.dice.edge(),
            _ => now.saturating_add(step),
        };
        self.clock = if self.free { next } else { next.max(now) };
        self.at = if !self.free && self.dice.one_in(40) { now.saturating_sub(step) } else { self.clock };
        self.at
    }

    /// A moment at which a cell dies, or one beside it. To one that lies far off only now and then, for the monotone
    /// rule knows no way back.
    fn death(&mut self) -> u64 {
        let death = *self.dice.pick(&self.deaths);
        let far = death > self.clock.saturating_add(10_000);
        let near = if far && !self.dice.one_in(100) { self.clock } else { death };
        near.saturating_add(self.dice.below(3)).saturating_sub(1)
    }

    /// None at all, up to the very last moment, one past it, any, and mostly a small one.
    fn ttl(&mut self) -> u64 {
        let ttl = match self.dice.below(16) {
            0..=1 => 0,
            2 => u64::MAX - self.at,
            3 => (u64::MAX - self.at).saturating_add(1),
            4 => self.dice.edge(),
            _ => self.dice.within(&(1..self.shape.spans[1] + 1)),
        };
        self.deaths.push(self.at.saturating_add(ttl));
        // What was long ago is forgotten, or a long list would never meet a death of its own time.
        self.deaths.drain(..self.deaths.len().saturating_sub(12));
        ttl
    }

    /// When a backup is taken.
    fn taken(&mut self) -> u64 {
        let at = self.timestamp();
        self.backups.push((at, self.deaths.clone()));
        at
    }

    /// Which moment is to be restored: mostly that of a backup, also one beside it, the first, the last, now.
    fn wanted(&mut self) -> u64 {
        let backup = if self.backups.is_empty() { self.at } else { self.dice.pick(&self.backups).0 };
        let wanted = match self.dice.below(8) {
            0 => *self.dice.pick(&[0, self.at, u64::MAX]),
            1 => backup.saturating_sub(1),
            2 => backup.saturating_add(1),
            _ => backup,
        };
        let early_enough = self.backups.iter().filter(|(taken, _)| *taken <= wanted);
        if let Some((taken, deaths)) = early_enough.max_by_key(|(taken, _)| *taken) {
            self.deaths =
                deaths.iter().map(|death| self.at.saturating_add(death.saturating_sub(*taken))).collect();
        }
        wanted
    }
}

/// Random numbers from a seed: splitmix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators").
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.roll() % end
    }

    fn within(&mut self, range: &Range<u64>) -> u64 {
        range.start + self.below(range.end - range.start)
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[usize::try_from(self.below(from.len() as u64)).unwrap()]
    }

    /// One of the parts between the bars.
    fn part<'a>(&mut self, text: &'a str) -> &'a str {
        let place = self.below(text.split('|').count() as u64);
        text.split('|').zip(0..=place).last().unwrap().0
    }

    /// A place, each as likely as its weight among all of them.
    fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut rest = self.below(weights.iter().sum());
        let passes = |weight: &&u64| rest.checked_sub(**weight).map(|less| rest = less).is_some();
        weights.iter().take_while(passes).count()
    }

    /// Names for keys or fields, at most so many. Where there are few they are odd ones.
    fn names(&mut self, most: u64) -> Vec<String> {
        let count = self.within(&(1..most + 1));
        (0..count).map(|n| if most > 20 { format!("f{n}") } else { self.part(TEXTS).to_owned() }).collect()
    }

    /// A moment from a little before one of the edges to just past it.
    fn edge(&mut self) -> u64 {
        let edge = *self.pick(&EDGES);
        edge.saturating_add(self.below(4)).saturating_sub(self.below(20))
    }
}
