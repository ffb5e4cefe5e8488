//! Lists of queries drawn from a seed, biased to what breaks databases.
//!
//! Invariants: a seed and a [`Draw`] fix a list for good, on every machine; which operations there are and which words
//! they take is read from their table.

use std::ops::Range;

use super::case::{Case, List, answers};
use super::dice::Dice;
use crate::query::{Access, Level, OPERATIONS, Row, WordKind};
use crate::time::ClockRule;

/// What lists are drawn for.
#[derive(Clone, Copy, Debug)]
pub struct Draw {
    /// The highest level whose operations are drawn.
    pub level: Level,
    /// The clock rule that the lists are for.
    pub clock: ClockRule,
    /// Under the monotone rule: is a timestamp seldom too early, so that it is refused?
    pub refusals: bool,
    /// No time beyond this is drawn.
    pub max_time: u64,
}

impl Draw {
    /// Lists without a mistake, for any time there is.
    #[must_use]
    pub fn new(level: Level, clock: ClockRule) -> Self {
        Self { level, clock, refusals: false, max_time: u64::MAX }
    }
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

/// A set that has a ttl is drawn so often for each that has none.
const TTLS: usize = 3;

/// What deals with one field is drawn so often for each time that it is the whole record, or none would grow wide.
const FIELDS: usize = 20;

/// What goes back to a moment is drawn so often for each time that everything goes.
const RESTORES: usize = 6;

/// Texts with a trap in each: nothing, case, numbers, prefixes of prefixes, pairs that run together, the answer's own
/// marks, blanks and NUL, orders that differ between bytes and UTF-16, lengths past what may be held in place.
const TEXTS: [&str; 23] = [
    "",
    ".",
    "a",
    "B",
    "ab",
    "b",
    "bc",
    "f",
    "f1",
    "f10",
    "f100",
    "f2",
    "fé",
    "é",
    "日本",
    "～",
    "😀",
    "a(b), c",
    ", ",
    " a",
    "a\0",
    "a name that is not short at all",
    "a name that is not short at all, and longer still",
];

/// Moments at which numbers break: the ends of 31, 32, 53, 63 and 64 bits.
const EDGES: [u64; 6] = [0, 1 << 31, 1 << 32, 1 << 53, 1 << 63, u64::MAX];

/// The list that belongs to a seed.
#[must_use]
pub fn list_of(seed: u64, draw: Draw) -> List {
    let mut dice = Dice(seed);
    let shape = &SHAPES[dice.weighted(&SHAPES.each_ref().map(|shape| shape.share))];
    let length = dice.within(&shape.length);
    // In every other list time leaps to one of the edges, mostly in the midst of lifetimes and backups.
    let leap = dice.below(2 * length);
    let mut author = Author::new(dice, draw, shape);
    (0..length).map(|place| author.query(place == leap)).collect()
}

/// The list of a seed as a case of the level that it is drawn for; `again` is a command that draws it again.
#[must_use]
pub fn fresh_case(seed: u64, draw: Draw, again: &str) -> Case {
    let list = list_of(seed, draw);
    Case {
        suite: "fresh lists".to_owned(),
        level: draw.level,
        clock: draw.clock,
        name: format!("list {seed}"),
        why: format!("a random list; this makes it small: {again}"),
        expected: answers(&list, draw.clock).unwrap_or_default(),
        list,
    }
}

/// The operations up to a level, in the order of a shape's mix.
fn forms(level: Level) -> [Vec<&'static Row>; 5] {
    let mut forms: [Vec<&'static Row>; 5] = Default::default();
    for row in OPERATIONS.iter().filter(|row| row.level <= level) {
        let has = |name: &str| row.words.iter().any(|word| word.name == name);
        let (kind, times) = match row.access {
            Access::Read => (2, 1),
            Access::Write if has("value") || has("item") => (0, if has("ttl") { TTLS } else { 1 }),
            Access::Write if has("key") => (1, 1),
            Access::Write if row.words.len() == 1 => (3, 1),
            // What empties everything comes seldom.
            Access::Write => (4, if row.words.is_empty() { 1 } else { RESTORES }),
            Access::Begin | Access::Commit | Access::Rollback => (1, 1),
            Access::Each | Access::Language => continue,
        };
        let is_narrow = level > Level::EXERCISE && row.access == Access::Write && has("field");
        let times = if is_narrow { times * FIELDS } else { times };
        forms[kind].extend(std::iter::repeat_n(row, times));
    }
    forms
}

/// Who writes a list. It remembers what was said only to come near it again; what a query does it does not know.
struct Author {
    dice: Dice,
    draw: Draw,
    shape: &'static Shape,
    forms: [Vec<&'static Row>; 5],
    keys: Vec<String>,
    fields: Vec<String>,
    /// The largest timestamp so far or, under the free rule, the last one.
    clock: u64,
    /// The timestamp of the query that is being written.
    at: u64,
    /// The last word that was one of a few.
    chosen: &'static str,
    /// When cells die.
    deaths: Vec<u64>,
    /// When backups were taken, and the deaths known then.
    backups: Vec<(u64, Vec<u64>)>,
}

impl Author {
    fn new(mut dice: Dice, draw: Draw, shape: &'static Shape) -> Self {
        let [keys, mut fields] = shape.names.map(|most| names(&mut dice, most));
        if dice.one_in(4) {
            // What is called alike must be kept apart all the same.
            fields.extend_from_slice(&keys);
        }
        Self {
            dice,
            draw,
            shape,
            forms: forms(draw.level),
            keys,
            fields,
            clock: 0,
            at: 0,
            chosen: "",
            deaths: vec![1],
            backups: vec![],
        }
    }

    /// Writes a query, after a leap of time if one is due.
    fn query(&mut self, leap: bool) -> Vec<String> {
        if leap {
            self.clock = self.clock.max(self.edge());
        }
        let mut mix = self.shape.mix;
        for (weight, forms) in mix.iter_mut().zip(&self.forms) {
            *weight = if forms.is_empty() { 0 } else { *weight };
        }
        let kind = self.dice.weighted(&mix);
        let row = *self.dice.pick(&self.forms[kind]);
        // When a backup is taken is remembered, so that restores can come near it.
        let is_backup = kind == 3;
        let words = row.words.iter().map(|word| match word.kind {
            WordKind::Timestamp if is_backup => self.taken().to_string(),
            WordKind::Choice(names) => {
                self.chosen = *self.dice.pick(names);
                self.chosen.to_owned()
            }
            WordKind::Pattern => self.pattern(),
            _ => self.word(word.name),
        });
        std::iter::once(row.name.to_owned()).chain(words.collect::<Vec<_>>()).collect()
    }

    /// What stands in a query for a word of its row.
    fn word(&mut self, name: &str) -> String {
        match name {
            "key" => self.dice.pick(&self.keys).clone(),
            "field" => self.dice.pick(&self.fields).clone(),
            "prefix" => self.prefix(),
            "timestamp" => self.timestamp().to_string(),
            "ttl" => self.ttl().to_string(),
            "timestamp_to_restore" => self.wanted().to_string(),
            _ => self.value(),
        }
    }

    /// A key, a field or a value, in part or whole, with wildcards here and there; of a regular expression no more than
    /// points, stars and ends.
    fn pattern(&mut self) -> String {
        let text = match self.dice.below(3) {
            0 => self.dice.pick(&self.keys).clone(),
            1 => self.prefix(),
            _ => self.value(),
        };
        let [any, run, is_regex] = match self.chosen {
            "LIKE" => ["?", "*", ""],
            "REGEX" => [".", ".*", "\\"],
            _ => return text,
        };
        let mut pattern = String::new();
        for char in text.chars() {
            match self.dice.below(8) {
                0 => pattern.push_str(any),
                // Few of them, for whoever matches by trying everything.
                1 if pattern.matches(run).count() < 3 => pattern.push_str(run),
                _ if char.is_ascii_punctuation() => pattern.extend([is_regex, char.encode_utf8(&mut [0; 4])]),
                _ => pattern.push(char),
            }
        }
        match self.dice.below(6) {
            0 => pattern + run,
            1 if !is_regex.is_empty() => format!("^{pattern}"),
            2 if !is_regex.is_empty() => format!("{pattern}$"),
            _ => pattern,
        }
    }

    /// The beginning of a field, from nothing to all of it; seldom any text, a piece from within, or in other letters.
    fn prefix(&mut self) -> String {
        let text =
            if self.dice.one_in(8) { *self.dice.pick(&TEXTS) } else { self.dice.pick(&self.fields).as_str() };
        let length = text.chars().count();
        let skip = usize::from(length > 0 && self.dice.one_in(8));
        let taken = self.dice.below(length as u64 + 1);
        let prefix: String = text.chars().skip(skip).zip(0..taken).map(|(char, _)| char).collect();
        match self.dice.below(16) {
            0 => swapped_case(&prefix),
            1 => prefix + *self.dice.pick(&ENDS),
            _ => prefix,
        }
    }

    /// Mostly a number, so that an old value is told from a new one.
    fn value(&mut self) -> String {
        let number = self.dice.below(1000).to_string();
        if self.dice.one_in(8) { (*self.dice.pick(&TEXTS)).to_owned() } else { number }
    }

    /// When the query happens: now, soon, about when a cell dies; under the free rule also earlier or anywhere, under
    /// the monotone one seldom too early, if that is wanted.
    fn timestamp(&mut self) -> u64 {
        let (now, free) = (self.clock, self.draw.clock == ClockRule::Free);
        let step = self.dice.within(&(1..self.shape.spans[0] + 1));
        let next = match self.dice.below(8) {
            _ if self.dice.one_in(self.shape.haste) => self.death(),
            0..=3 => now,
            4 if free => now.saturating_sub(step),
            5 if free && self.dice.one_in(3) => self.edge(),
            _ => now.saturating_add(step),
        };
        let next = next.min(self.draw.max_time);
        self.clock = if free { next } else { next.max(now) };
        let refused = self.draw.refusals && !free && self.dice.one_in(40);
        self.at = if refused { now.saturating_sub(step) } else { self.clock };
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
            2 => self.draw.max_time.saturating_sub(self.at),
            3 => self.draw.max_time.saturating_sub(self.at).saturating_add(1),
            4 => self.edge(),
            _ => self.dice.within(&(1..self.shape.spans[1] + 1)),
        };
        // Under the free rule a lifetime that ends at 0 has no moment at all, which is a question of its own.
        let least = u64::from(self.at == 0 && self.draw.clock == ClockRule::Free);
        let ttl = ttl.min(self.draw.max_time).max(least);
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
            0 => *self.dice.pick(&[0, self.at, self.draw.max_time]),
            1 => backup.saturating_sub(1),
            2 => backup.saturating_add(1),
            _ => backup,
        };
        let early_enough = self.backups.iter().filter(|(taken, _)| *taken <= wanted);
        if let Some((taken, deaths)) = early_enough.max_by_key(|(taken, _)| *taken) {
            self.deaths =
                deaths.iter().map(|death| self.at.saturating_add(death.saturating_sub(*taken))).collect();
        }
        wanted.min(self.draw.max_time)
    }

    /// A moment from a little before one of the edges to just past it.
    fn edge(&mut self) -> u64 {
        let edge = *self.dice.pick(&EDGES);
        let edge = edge.saturating_add(self.dice.below(4)).saturating_sub(self.dice.below(20));
        edge.min(self.draw.max_time)
    }
}

/// Names for keys or fields, at most so many. Where there are few they are odd ones, and many are kin to one before.
fn names(dice: &mut Dice, most: u64) -> Vec<String> {
    let count = dice.within(&(1..most + 1));
    let mut names: Vec<String> = Vec::new();
    for number in 0..count {
        names.push(match names.last() {
            _ if most > 20 => format!("f{number}"),
            Some(last) if dice.one_in(3) => kin(dice, last),
            _ => (*dice.pick(&TEXTS)).to_owned(),
        });
    }
    names
}

/// A name that a careless program takes for another one, or puts on its wrong side.
fn kin(dice: &mut Dice, name: &str) -> String {
    match dice.below(3) {
        0 => swapped_case(name),
        1 => name.chars().skip(1).collect(),
        _ => name.to_owned() + *dice.pick(&ENDS),
    }
}

/// What makes a longer name of another.
const ENDS: [&str; 8] = ["0", "!", " ", ".", ".a", "*", "(", "~é"];

fn swapped_case(text: &str) -> String {
    let lower = text.to_lowercase();
    if lower == text { text.to_uppercase() } else { lower }
}
