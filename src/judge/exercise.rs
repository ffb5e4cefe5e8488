//! What the judge has to know of an exercise, all of it in words.
//!
//! Invariants: nothing else in this room depends on which exercise is judged; the same list has the same answers at
//! every time.
//!
//! ```text
//!   generator ──signatures──┐
//!   shrink ─────read────────┤
//!   protocols ──read────────┼──► Exercise ◄── a track
//!   verdicts ───answers─────┤
//!   failures ───view, hint──┘
//! ```

use std::fmt::{self, Debug};

use serde::{Serialize, Serializer};

use super::words::QueryWords;
use crate::wire::Term;

/// An exercise: what may be asked in it, and what is right.
pub trait Exercise: Debug + Sync {
    /// Everything that may be asked, in order of the levels, which go from 1 on without a gap.
    fn signatures(&self) -> &[Signature];

    /// The last level of the exercise. What comes after it is there for those who ask for it.
    fn last_level(&self) -> u8;

    /// What the words of a list are; `None` if some are no query.
    fn read(&self, list: &[QueryWords]) -> Option<ReadList<'_>>;

    /// The right answers to a list; `None` if it is no list of queries, or time runs backwards in it.
    fn answers(&self, list: &[QueryWords], clock: TimeRule) -> Option<Vec<Term>>;

    /// What the exercise promises those who solve it and this list breaks, each once, in the order in which they are
    /// broken; nothing where it promises nothing.
    fn broken_promises(&self, list: &[QueryWords]) -> Vec<Promise> {
        let _ = list;
        Vec::new()
    }

    /// The promise that a list breaks first.
    fn broken_promise(&self, list: &[QueryWords]) -> Option<Promise> {
        self.broken_promises(list).first().copied()
    }

    /// What the last query of a list turns on.
    fn view(&self, list: &[QueryWords], clock: TimeRule) -> FailureView;

    /// Mistakes that are known to be made in it, by their names: what is made in more places stands first.
    fn mistakes(&self) -> &[String] {
        &[]
    }

    /// What is answered to a list by who makes each of these mistakes, by their places, and no other. What cannot
    /// show in the list is left out, and what is not known.
    fn mistaken(&self, list: &[QueryWords], clock: TimeRule, which: &[usize]) -> Vec<(usize, Vec<Term>)> {
        let _ = (list, clock, which);
        Vec::new()
    }

    /// What helps those who gave these answers to a list, not all of which are right, where that shows.
    fn hint(&self, list: &[QueryWords], clock: TimeRule, given: &[Term]) -> Option<String> {
        let _ = (list, clock, given);
        None
    }

    /// How patterns are written behind a choice; `None` where they are plain texts.
    fn wildcards(&self, choice: &str) -> Option<Wildcards> {
        let _ = choice;
        None
    }
}

/// What an exercise promises those who solve it, in a few words that never change. A list that breaks a promise is no
/// measure of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Promise(pub &'static str);

impl fmt::Display for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// What timestamps may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeRule {
    /// They never run backwards.
    #[default]
    Monotone,
    /// Each is judged for itself.
    Free,
}

/// A query that may be asked: its name, and what its words are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The name. Several may have the same, with different numbers of words.
    pub name: &'static str,
    /// What the words behind the name are.
    pub words: Vec<Role>,
    /// The level that brings it in.
    pub level: u8,
    /// What it does.
    pub effect: WordEffect,
}

impl Signature {
    /// Is one of its words of this role?
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.words.contains(&role)
    }

    /// Does it change something, whatever is there, without a word that says what?
    pub(super) fn is_bare_write(&self) -> bool {
        self.effect == WordEffect::Write && self.words.is_empty()
    }
}

/// What a query does, as far as it decides where it may stand in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordEffect {
    /// It only looks.
    Read,
    /// It may change something.
    Write,
    /// It begins a transaction.
    Begin,
    /// It ends one.
    End,
    /// It asks queries, each an array behind its name, and is answered with an array.
    Batch,
    /// It gives operations other names, or takes them away.
    Rename,
}

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The key of a record.
    Key,
    /// A field of a record.
    Field,
    /// A value that is put there.
    Value,
    /// An item that is added to a list.
    Item,
    /// What fields begin with.
    Prefix,
    /// When the query happens.
    Time,
    /// Another moment.
    Moment,
    /// How long something lives.
    Ttl,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// What texts are matched with.
    Pattern,
    /// Another name for an operation.
    Name,
    /// The name of an operation.
    Operation,
}

impl Role {
    /// Is it a moment?
    #[must_use]
    pub fn is_moment(self) -> bool {
        matches!(self, Self::Time | Self::Moment)
    }

    /// Is it a number of milliseconds?
    #[must_use]
    pub fn is_number(self) -> bool {
        self.is_moment() || self == Self::Ttl
    }
}

/// What the words of a list are.
#[derive(Clone, Debug, Default)]
pub struct ReadList<'e> {
    /// Its queries, in order.
    pub queries: Vec<ReadQuery<'e>>,
    /// The other names that operations have after it, each with the operation, in the order in which they were given.
    pub names: Vec<(String, &'static str)>,
}

/// What the words of a query are.
#[derive(Clone, Debug)]
pub struct ReadQuery<'e> {
    /// The query itself.
    pub signature: &'e Signature,
    /// Those that it asks, if it is a batch.
    pub batch: Vec<&'e Signature>,
}

impl<'e> ReadQuery<'e> {
    /// How many texts its answer is an array of; `None` where it is a text.
    #[must_use]
    pub fn array(&self) -> Option<usize> {
        (self.signature.effect == WordEffect::Batch).then_some(self.batch.len())
    }

    /// What it asks: the queries of a batch, or itself.
    #[must_use]
    pub fn asked(&self) -> &[&'e Signature] {
        if self.array().is_some() { &self.batch } else { std::slice::from_ref(&self.signature) }
    }
}

/// How many texts the answer to each query of a list is an array of; `None` where it is a text.
pub(super) fn arrays(exercise: &dyn Exercise, list: &[QueryWords]) -> Vec<Option<usize>> {
    let read = exercise.read(list);
    read.map_or_else(|| vec![None; list.len()], |read| read.queries.iter().map(ReadQuery::array).collect())
}

/// What a query turns on.
#[derive(Clone, Debug, Default)]
pub struct FailureView {
    /// The rule that decides it, in a sentence.
    pub rule: Option<String>,
    /// The same without what is of this list alone: queries that turn on one rule have one gist.
    pub gist: Option<&'static str>,
    /// The state before it; `None` where it is the first.
    pub before: Option<ShownState>,
}

/// A state, as people and programs are shown it.
#[derive(Clone, Debug)]
pub struct ShownState {
    /// What it is, in a few words.
    pub title: String,
    /// Its parts, a line each, and what is added to each in faint letters.
    pub lines: Vec<(String, String)>,
    /// All of it, for programs.
    pub json: serde_json::Value,
}

impl Serialize for ShownState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

/// How patterns are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wildcards {
    /// What stands for any character.
    pub one: &'static str,
    /// What stands for any run of them.
    pub run: &'static str,
    /// What takes its meaning from the character behind it; empty if nothing does.
    pub escape: &'static str,
    /// What stands for the beginning and the end of a text, where a pattern may match in its midst.
    pub ends: Option<[&'static str; 2]>,
}
