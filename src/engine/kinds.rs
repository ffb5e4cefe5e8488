//! What those need to know who answer for a language of kinds, in which a key holds a text, a list or a hash; and the
//! map of keys in parts, and looked at ahead.
//!
//! Invariant: nothing here changes an answer.

use super::shards::PARTS;
use super::stored::StoredValue;
use super::{Engine, NoBlobs, OWN, Session};
use crate::query::Query;

/// What a key holds, to those to whom it may hold one thing alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing that is live.
    Nothing,
    /// A text, as its own value, and no field.
    Text,
    /// A list, as its own value, and no field.
    List,
    /// Fields; an own value may be beside them.
    Hash,
}

impl Engine {
    /// What a key holds, as a session or the engine's own sees it. In a transaction that counts as read.
    pub fn kind(&mut self, session: Option<&Session>, key: &str) -> Kind {
        // Where there are transactions this finds the present that the session sees, and notes what it has looked at.
        self.look(session, &Query::ExistsRecord { key });
        let now = self.own_time(self.clock.now());
        let Some(fields) = self.records.seen(key, &self.timeline) else { return Kind::Nothing };
        let mut live = fields.live("", now);
        match live.next() {
            None => Kind::Nothing,
            Some((field, _)) if field != OWN => Kind::Hash,
            Some(_) if live.next().is_some() => Kind::Hash,
            Some((_, content)) => match content.value {
                StoredValue::List(_) => Kind::List,
                StoredValue::Text(_) => Kind::Text,
            },
        }
    }

    /// The live keys of a part of the map, in no order; there are [`Self::PARTS`]. A key is always of the same one.
    pub fn keys_of_part(&mut self, session: Option<&Session>, part: usize) -> Vec<String> {
        self.look(session, &Query::Size {});
        let now = self.own_time(self.clock.now());
        let seen = self
            .records
            .of_part(part)
            .filter(|(_, record)| record.seen(&self.timeline).is_some_and(|fields| fields.is_live(now)));
        seen.map(|(key, _)| key.to_string()).collect()
    }

    /// In how many parts the map is walked.
    pub const PARTS: usize = PARTS;

    /// Looks at the records of some keys, so that they are near when they are asked: all at once they come in the
    /// time of one.
    pub fn look_ahead<'k>(&self, keys: impl Iterator<Item = &'k str>) {
        let near = keys.filter(|key| self.records.seen(key, &self.timeline).is_some()).count();
        std::hint::black_box(near);
    }

    /// Asks something of no consequence but for transactions.
    fn look(&mut self, session: Option<&Session>, query: &Query<'_>) {
        if self.is_shared() {
            let asked = self.apply_with(session, query, &mut NoBlobs);
            debug_assert!(asked.is_ok(), "it has no timestamp");
        }
    }
}
