//! What those need to know who answer for a language of kinds, in which a key holds a text, a list or a hash; and the
//! map of keys in parts, and looked at ahead.
//!
//! Invariant: nothing here changes an answer.

use super::head::Head;
use super::records::Record;
use super::shards::PARTS;
use super::stored::{StoredText, StoredValue};
use super::{Common, Engine, OWN, Session};
use crate::query::Query;
use crate::time::Time;

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
    /// In how many parts the map is walked.
    pub const PARTS: usize = PARTS;

    /// What a key holds, as a session or the engine's own sees it. In a transaction that counts as read.
    pub fn kind(&mut self, session: Option<&Session>, key: &str) -> Kind {
        self.kind_and_text(session, key).0
    }

    /// Does a key hold nothing, or a text in memory of no more than so many bytes?
    pub fn holds_short_text(&mut self, session: Option<&Session>, key: &str, most: usize) -> bool {
        let (kind, text) = self.kind_and_text(session, key);
        text.map_or(kind == Kind::Nothing, |text| text.is_short(most))
    }

    /// What a key holds, and the text where it is one.
    fn kind_and_text(&mut self, session: Option<&Session>, key: &str) -> (Kind, Option<&StoredText>) {
        let (common, head) = self.looked_at(session, &Query::ExistsRecord { key });
        let now = head.own_time(common.clock.now());
        let Some(fields) = common.records.seen(key, common.view(head)) else { return (Kind::Nothing, None) };
        let mut live = fields.live("", now);
        match live.next() {
            None => (Kind::Nothing, None),
            Some((field, _)) if field != OWN => (Kind::Hash, None),
            Some(_) if live.next().is_some() => (Kind::Hash, None),
            Some((_, content)) => match &content.value {
                StoredValue::List(_) => (Kind::List, None),
                StoredValue::Text(text) => (Kind::Text, Some(text)),
            },
        }
    }

    /// The live keys of a part of the map, in no order; there are [`Self::PARTS`]. A key is always of the same one.
    pub fn keys_of_part(&mut self, session: Option<&Session>, part: usize) -> Vec<String> {
        let (common, head) = self.looked_at(session, &Query::Size {});
        let (view, now) = (common.view(head), head.own_time(common.clock.now()));
        let is_live = |record: &Record| record.seen(view).is_some_and(|fields| fields.is_live(now));
        let seen = common.records.of_part(part).filter(|(_, record)| is_live(record));
        seen.map(|(key, _)| key.to_string()).collect()
    }

    /// The moments that can be gone back to, as a session or the engine's own sees them, in order, each with how many
    /// records were live then.
    pub fn backups(&mut self, session: Option<&Session>) -> Vec<(Time, u64)> {
        let (_, head) = self.looked_at(session, &Query::Aliases {});
        head.backups.iter().map(|(taken, backup)| (taken, backup.live.count(backup.now))).collect()
    }

    /// Looks at the records of some keys, so that they are near when they are asked: all at once they come in the
    /// time of one.
    pub fn look_ahead<'k>(&self, keys: impl Iterator<Item = &'k str>) {
        std::hint::black_box(self.common.records.look_ahead(keys));
    }

    /// Where a session stands, which has looked at what this query is about.
    fn looked_at(&mut self, session: Option<&Session>, query: &Query<'_>) -> (&Common, &Head) {
        let place = if self.heads.is_empty() { None } else { self.place_beside(session, query) };
        (&self.common, place.map_or(&self.own, |place| &self.heads[place]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::Reply;
    use crate::time::{ClockRule, Ttl};

    #[test]
    fn a_key_holds_what_is_live_of_it_where_a_session_stands() {
        let (mut engine, session) = (Engine::new(ClockRule::Monotone), Session::new());
        let ask = |engine: &mut Engine, query| drop(engine.apply(&query).expect("it is in time"));
        assert_eq!(engine.kind(None, "a"), Kind::Nothing);
        ask(&mut engine, Query::PutWithTtl { key: "a", value: "x", ttl: Ttl(5) });
        assert_eq!(engine.kind(None, "a"), Kind::Text);
        drop(engine.apply_in(&session, &Query::Begin {}));
        ask(&mut engine, Query::Set { key: "a", field: "f", value: "y" });
        ask(&mut engine, Query::Append { key: "l", field: "", item: "i" });
        assert_eq!([engine.kind(None, "a"), engine.kind(None, "l")], [Kind::Hash, Kind::List]);
        assert_eq!(
            ["a", "l", "nothing"].map(|key| engine.holds_short_text(None, key, 9)),
            [false, false, true]
        );
        assert_eq!([0, 1].map(|most| engine.holds_short_text(Some(&session), "a", most)), [false, true]);
        assert_eq!(engine.kind(Some(&session), "a"), Kind::Text);
        ask(&mut engine, Query::tick(Time(5)));
        assert_eq!([engine.kind(Some(&session), "a"), engine.kind(None, "a")], [Kind::Nothing, Kind::Hash]);
        ask(&mut engine, Query::Delete { key: "a", field: "f" });
        assert_eq!(engine.kind(None, "a"), Kind::Nothing);
        // It has looked at a key that was changed.
        drop(engine.apply_in(&session, &Query::Put { key: "mine", value: "1" }));
        assert_eq!(engine.apply_in(&session, &Query::Commit {}), Ok(Reply::Bool(false)));
    }

    #[test]
    fn the_parts_have_every_live_key_once_in_small_maps_and_large_ones() {
        for count in [0, 10, 5_000] {
            let mut engine = Engine::new(ClockRule::Monotone);
            let keys: Vec<String> = (0..count).map(|number: u32| format!("key {number:05}")).collect();
            for key in &keys {
                drop(engine.apply(&Query::Put { key, value: "x" }));
            }
            drop(engine.apply(&Query::DeleteRecord { key: "key 00003" }));
            let parts: Vec<Vec<String>> =
                (0..Engine::PARTS).map(|part| engine.keys_of_part(None, part)).collect();
            engine.look_ahead(keys.iter().map(String::as_str));
            let again = (0..Engine::PARTS).map(|part| engine.keys_of_part(None, part));
            assert!(parts.iter().cloned().eq(again));
            let mut found = parts.concat();
            found.sort();
            assert!(found.iter().eq(keys.iter().filter(|key| *key != "key 00003")));
        }
    }
}
