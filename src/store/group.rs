//! Groups: queries that take effect as one, between their two forms on disk and the engine.
//!
//! Invariant: a group has all that a database needs to become what it was: the queries that write and, where reads
//! have moved the clock before an operation without a timestamp or at the end, that the clock was moved. Of a
//! transaction that is told as it was asked: to when the clock goes back before its first query. It then goes on to
//! where it was.

use std::borrow::Cow;
use std::ops::Range;

use serde::de::{Error as _, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::log::KEPT;
use super::message::{Group, Packed};
use super::numbering::Numbering;
use crate::query::{Language, Operation, Part, Query, Word};
use crate::time::{Clock, Time};

/// What happened in a group.
#[derive(Debug)]
pub(super) enum Event<'g> {
    /// A query, and which of the group's texts it begins with.
    Query(Query<'g>, usize),
    /// Reads have moved the clock.
    Clock(Time),
}

impl Group {
    pub(super) fn is_empty(&self) -> bool {
        self.operations.is_empty() && self.moved_to.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.operations.clear();
        self.numbers.clear();
        self.lengths.clear();
        self.moved_before.clear();
        self.moved_to.clear();
        self.texts.clear();
        self.texts.shrink_to(KEPT);
    }

    /// Adds a query; `false` if it is too long for a group.
    pub(super) fn push(&mut self, query: &Query<'_>) -> bool {
        self.operations.push(Numbering::own_number(query.operation()));
        let mut fits = true;
        query.each_word(|_, part| match part {
            Part::Number(number) => self.numbers.push(number),
            Part::Text(text) => match u32::try_from(text.len()) {
                Ok(length) => {
                    self.lengths.push(length);
                    self.texts.push_str(text);
                }
                Err(_) => fits = false,
            },
        });
        fits
    }

    /// Adds that the clock was moved.
    pub(super) fn push_clock(&mut self, now: Time) {
        self.moved_before.push(self.operations.len() as u64);
        self.moved_to.push(now.0);
    }

    /// Hands on what happened, in order. The error is the first of `each`, or a reason why this is no group.
    pub(super) fn try_each<E: From<&'static str>>(
        &self,
        numbering: &Numbering,
        mut each: impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut columns = Columns { group: self, number: 0, text: 0, byte: 0, texts: Vec::new() };
        let mut moves = self.moved_before.iter().zip(&self.moved_to).peekable();
        for (place, operation) in self.operations.iter().enumerate() {
            while let Some((_, now)) = moves.next_if(|(before, _)| **before <= place as u64) {
                each(Event::Clock(Time(*now)))?;
            }
            let operation = numbering.operation(*operation).ok_or("a group names no operation")?;
            if !may_stand(operation) {
                return Err("a group has an operation that is in none".into());
            }
            let first = columns.text;
            each(Event::Query(columns.query(operation).ok_or("a query of a group is not whole")?, first))?;
        }
        for (_, now) in moves {
            each(Event::Clock(Time(*now)))?;
        }
        if columns.is_at_end() { Ok(()) } else { Err("a group has more than its queries".into()) }
    }

    /// To when the clock is moved before the first query.
    pub(super) fn begins_at(&self) -> Option<Time> {
        self.moved_before.first().filter(|before| **before == 0)?;
        self.moved_to.first().copied().map(Time)
    }

    /// Can the group be applied where the clock reads this? It then reads what it does at the end. The error is a
    /// reason why not.
    pub(super) fn check(&self, numbering: &Numbering, clock: &mut Clock) -> Result<(), String> {
        self.try_each(numbering, |event| {
            let moment = match event {
                Event::Clock(now) => Some(now),
                Event::Query(query, _) => query.timestamp(),
            };
            clock.advance(moment).map(drop).map_err(|backwards| backwards.to_string())
        })
    }

    /// The same group with operations numbered as this program does; the error is a reason why it is none.
    pub(super) fn renumbered(&self, numbering: &Numbering) -> Result<Self, String> {
        let mut own = Self::default();
        self.try_each(numbering, |event| match event {
            Event::Clock(now) => {
                own.push_clock(now);
                Ok(())
            }
            Event::Query(query, _) if own.push(&query) => Ok(()),
            Event::Query(..) => Err("a text is too long".to_owned()),
        })?;
        Ok(own)
    }

    /// Where each text lies among all texts.
    pub(super) fn text_spans(&self) -> impl Iterator<Item = Range<usize>> {
        self.lengths.iter().scan(0, |at, length| {
            let begin = *at;
            *at += *length as usize;
            Some(begin..*at)
        })
    }
}

/// May a query of this operation be in a group? What begins or ends a transaction is not, but what it came to.
fn may_stand(operation: Operation) -> bool {
    !operation.access().is_of_transactions()
}

/// How many texts a query of this operation has.
pub(super) fn texts(operation: Operation) -> usize {
    operation.words().iter().filter(|word| !word.kind.is_number()).count()
}

/// A place in the columns of a group.
struct Columns<'g> {
    group: &'g Group,
    number: usize,
    text: usize,
    byte: usize,
    texts: Vec<&'g str>,
}

impl<'g> Columns<'g> {
    /// Takes what a query of this operation needs.
    fn query(&mut self, operation: Operation) -> Option<Query<'g>> {
        self.texts.clear();
        let first = self.number;
        for word in operation.words() {
            if word.kind.is_number() {
                self.number += 1;
                continue;
            }
            let end = self.byte.checked_add(*self.group.lengths.get(self.text)? as usize)?;
            self.texts.push(self.group.texts.get(self.byte..end)?);
            (self.text, self.byte) = (self.text + 1, end);
        }
        Query::from_parts(operation, &self.texts, self.group.numbers.get(first..self.number)?)
    }

    fn is_at_end(&self) -> bool {
        let Group { numbers, lengths, texts, moved_before, moved_to, .. } = self.group;
        (self.number, self.text, self.byte) == (numbers.len(), lengths.len(), texts.len())
            && moved_before.len() == moved_to.len()
    }
}

/// Packs the message of a group, if that makes it smaller.
pub(super) fn pack(group: &Group) -> Option<Packed> {
    let message = prost::Message::encode_to_vec(group);
    let bytes = lz4_flex::block::compress(&message);
    let unpacked = u32::try_from(message.len()).ok()?;
    (bytes.len() < message.len()).then_some(Packed { unpacked, bytes })
}

/// The group that was packed; the error is a reason.
pub(super) fn unpack(packed: &Packed) -> Result<Group, String> {
    // No input of lz4 grows more than this, so nothing larger is set aside for it.
    if packed.unpacked as usize / 255 > packed.bytes.len() {
        return Err("a packed group claims to be larger than it can be".to_owned());
    }
    let message = lz4_flex::block::decompress(&packed.bytes, packed.unpacked as usize);
    let message = message.map_err(|error| error.to_string())?;
    prost::Message::decode(&*message).map_err(|error| error.to_string())
}

/// In JSON, a move of the clock among the queries.
#[derive(Serialize, Deserialize)]
struct ClockMoved {
    clock: u64,
}

/// A query of a group, or a move of the clock.
#[derive(Deserialize)]
#[serde(untagged)]
enum Element<'a> {
    Query(#[serde(borrow)] Vec<Cow<'a, str>>),
    ClockMoved(ClockMoved),
}

impl Serialize for Group {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct GroupFailed(String);
        impl From<&'static str> for GroupFailed {
            fn from(why: &'static str) -> Self {
                Self(why.to_owned())
            }
        }
        let mut elements = serializer.serialize_seq(None)?;
        let written = self.try_each(&Numbering::own(), |event| {
            let written = match event {
                Event::Query(query, _) => elements.serialize_element(&Language::records().words(&query)),
                Event::Clock(Time(clock)) => elements.serialize_element(&ClockMoved { clock }),
            };
            written.map_err(|error| GroupFailed(error.to_string()))
        });
        written.map_err(|GroupFailed(why)| serde::ser::Error::custom(why))?;
        elements.end()
    }
}

impl<'de> Deserialize<'de> for Group {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ElementsVisitor;
        impl<'de> Visitor<'de> for ElementsVisitor {
            type Value = Group;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an array of queries")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Group, A::Error> {
                let mut group = Group::default();
                while let Some(element) = elements.next_element()? {
                    match element {
                        Element::ClockMoved(ClockMoved { clock }) => group.push_clock(Time(clock)),
                        Element::Query(words) => {
                            let words: Vec<_> = words.iter().map(AsRef::as_ref).collect();
                            let query = Language::records().parse(&words).map_err(A::Error::custom)?;
                            if !may_stand(query.operation()) || !group.push(&query) {
                                return Err(A::Error::custom(
                                    "it has an operation that is in no group, or a text that is too long",
                                ));
                            }
                        }
                    }
                }
                Ok(group)
            }
        }
        deserializer.deserialize_seq(ElementsVisitor)
    }
}

/// Where the texts of a group lie in its JSON, quotes included, in order; `None` if this is not the JSON of a group.
pub(super) fn literals(json: &[u8]) -> Option<Vec<Range<usize>>> {
    #[derive(Deserialize)]
    struct Elements<'a> {
        #[serde(borrow)]
        group: Vec<&'a RawValue>,
    }
    let elements: Elements<'_> = serde_json::from_slice(json).ok()?;
    let place = |word: &RawValue| {
        let at = (word.get().as_ptr() as usize).checked_sub(json.as_ptr() as usize)?;
        Some(at..at + word.get().len())
    };
    let mut literals = Vec::new();
    for element in elements.group.iter().filter(|element| element.get().starts_with('[')) {
        let words: Vec<&RawValue> = serde_json::from_str(element.get()).ok()?;
        let texts: Vec<Cow<'_, str>> = serde_json::from_str(element.get()).ok()?;
        let operation = Operation::named(texts.first()?, texts.len() - 1)?;
        let is_text = |word: &Word| !word.kind.is_number();
        for (_, literal) in operation.words().iter().zip(&words[1..]).filter(|(word, _)| is_text(word)) {
            literals.push(place(literal)?);
        }
    }
    Some(literals)
}
