//! Lists of queries drawn from a seed, biased to what breaks databases.
//!
//! Invariant: a seed and a clock rule fix a list for good, on every machine.

use std::ops::Range;

/// Queries as words.
pub(crate) type List = Vec<Vec<String>>;

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
pub(crate) fn list_of(seed: u64, free: bool) -> List {
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
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.roll() % end
    }

    pub(crate) fn within(&mut self, range: &Range<u64>) -> u64 {
        range.start + self.below(range.end - range.start)
    }

    pub(crate) fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[usize::try_from(self.below(from.len() as u64)).unwrap()]
    }

    /// One of the parts between the bars.
    fn part<'a>(&mut self, text: &'a str) -> &'a str {
        let place = self.below(text.split('|').count() as u64);
        text.split('|').zip(0..=place).last().unwrap().0
    }

    /// A place, each as likely as its weight among all of them.
    pub(crate) fn weighted(&mut self, weights: &[u64]) -> usize {
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
