//! What lists are like, and how often which operations are drawn.

use std::ops::Range;

use crate::judge::dice::Dice;
use crate::query::{Access, Asks, Form, Language, Level, WordKind};

/// The kinds of operations: what puts a value, what takes away or gives a lifetime, what reads, what saves, what goes
/// back, transactions, queries of queries, other names of operations.
pub(super) const KINDS: usize = 8;
/// The kind of those that save the database.
pub(super) const BACKUPS: usize = 3;
/// The kind of those that begin and end transactions. It and those after it stand in no other query.
pub(super) const TRANSACTIONS: usize = 5;
/// The kind of those that ask queries.
pub(super) const BATCHES: usize = 6;
/// The kind of those that are about other names.
const NAMES: usize = 7;

/// What the lists of a kind are like.
pub(super) struct Shape {
    /// The first level that is drawn so.
    from: u8,
    /// How often a list is of this kind, among all.
    share: u64,
    pub(super) length: Range<u64>,
    /// At most so many keys, and so many fields. Few are odd texts, many are numbered.
    pub(super) names: [u64; 2],
    /// How often an operation of each kind is drawn.
    pub(super) mix: [u64; KINDS],
    /// The longest usual step of time, and the longest usual ttl.
    pub(super) spans: [u64; 2],
    /// One in so many timestamps goes to where a cell dies.
    pub(super) haste: u64,
}

/// Each kind of list is there for a way in which a database breaks.
static SHAPES: [Shape; 7] = [
    // Everything meets everything within a few queries.
    Shape {
        from: 1,
        share: 88,
        length: 20..60,
        names: [3, 6],
        mix: [5, 2, 6, 2, 2, 1, 1, 1],
        spans: [3, 12],
        haste: 4,
    },
    // A long life.
    Shape {
        from: 1,
        share: 2,
        length: 2000..2001,
        names: [3, 8],
        mix: [8, 2, 6, 4, 3, 3, 2, 1],
        spans: [3, 30],
        haste: 6,
    },
    // Wide records, which grow and shrink.
    Shape {
        from: 1,
        share: 4,
        length: 300..900,
        names: [2, 300],
        mix: [40, 4, 9, 1, 1, 1, 1, 1],
        spans: [2, 900],
        haste: 40,
    },
    // One hot cell with a long history.
    Shape {
        from: 1,
        share: 3,
        length: 300..900,
        names: [1, 1],
        mix: [6, 1, 6, 6, 4, 3, 1, 1],
        spans: [3, 40],
        haste: 4,
    },
    // Thousands of cells that die while backups hold some of them, and while none does.
    Shape {
        from: 1,
        share: 2,
        length: 2000..4000,
        names: [30, 40],
        mix: [60, 2, 8, 1, 1, 1, 1, 0],
        spans: [6, 900],
        haste: 40,
    },
    Shape {
        from: 1,
        share: 1,
        length: 2000..4000,
        names: [30, 40],
        mix: [60, 2, 8, 0, 0, 1, 0, 0],
        spans: [6, 900],
        haste: 40,
    },
    // Transactions with a little of everything in them, one after the other.
    Shape {
        from: 6,
        share: 150,
        length: 12..40,
        names: [3, 4],
        mix: [6, 2, 7, 2, 2, 6, 2, 2],
        spans: [3, 12],
        haste: 4,
    },
];

/// What a list of a level is like.
pub(super) fn shape(dice: &mut Dice, level: Level) -> &'static Shape {
    let share = |shape: &Shape| if shape.from <= level.number() { shape.share } else { 0 };
    &SHAPES[dice.weighted(&SHAPES.each_ref().map(share))]
}

/// A set that has a ttl is drawn so often for each that has none.
const TTLS: usize = 3;

/// What deals with one field is drawn so often for each time that it is the whole record, or none would grow wide.
const FIELDS: usize = 20;

/// What goes back to a moment is drawn so often for each time that everything goes.
const RESTORES: usize = 6;

/// Another name is given so often, and looked at, for each time that all are taken away.
const GIVEN: [usize; 2] = [8, 4];

/// The operations up to a level, by their kind, those that are drawn more often more often.
pub(super) fn forms(level: Level) -> [Vec<&'static Form>; KINDS] {
    let language = Language::records();
    let mut forms: [Vec<&'static Form>; KINDS] = Default::default();
    for form in language.forms().iter().filter(|form| form.level <= level) {
        let (kind, times) = kind(form);
        let is_narrow = level > language.exercise()
            && access(form) == Some(Access::Write)
            && form.words().any(|word| word.kind == WordKind::Field);
        let times = if is_narrow { times * FIELDS } else { times };
        forms[kind].extend(std::iter::repeat_n(form, times));
    }
    forms
}

/// What a form does; `None` for a batch.
fn access(form: &Form) -> Option<Access> {
    match form.asks {
        Asks::One(operation) => Some(operation.access()),
        Asks::Batch => None,
    }
}

/// The kind of a form, and how often it is drawn among those.
fn kind(form: &Form) -> (usize, usize) {
    let has = |kind: WordKind| form.words().any(|word| word.kind == kind);
    let words = form.words().len();
    match access(form) {
        // What may not stand in a batch.
        Some(Access::Read) if batch().is_some_and(|batch| batch.level <= form.level) => (NAMES, GIVEN[1]),
        Some(Access::Read) => (2, 1),
        Some(Access::Write) if has(WordKind::Value) || has(WordKind::Item) => {
            (0, if has(WordKind::Ttl) { TTLS } else { 1 })
        }
        Some(Access::Write) if has(WordKind::Key) => (1, 1),
        Some(Access::Write) if words == 1 => (BACKUPS, 1),
        // What empties everything comes seldom.
        Some(Access::Write) => (4, if words == 0 { 1 } else { RESTORES }),
        Some(Access::Begin | Access::Commit | Access::Rollback) => (TRANSACTIONS, 1),
        Some(Access::Alias) => (NAMES, if words == 0 { 1 } else { GIVEN[0] }),
        None => (BATCHES, 1),
    }
}

/// The form of a batch, if there is one.
fn batch() -> Option<&'static Form> {
    Language::records().forms().iter().find(|form| form.asks == Asks::Batch)
}
