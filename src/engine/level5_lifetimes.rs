//! Level 5, lifetimes: EXPIRE, TTL and PERSIST, on a cell or on all cells of a record, from the clock's
//! reading on.
//!
//! A lifetime is part of a cell's content, so to change it is to write the cell: backups hold the one that
//! was.

use super::fields::Content;
use super::head::Head;
use super::{Common, Text};
use crate::reply::Reply;
use crate::time::{Lifetime, Time, Ttl};

/// A cell, or without a field all cells of a record.
type Meant<'q> = (&'q str, Option<&'q str>);

impl Common {
    /// Gives the live cells meant another lifetime.
    pub(super) fn expire<V>(
        &mut self,
        head: &mut Head,
        (key, field): Meant<'_>,
        ttl: Ttl,
        now: Time,
    ) -> Reply<'static, V> {
        let lifetime = self.lifetime(head, self.clock.now(), ttl);
        let cells = self.live_of(head, (key, field), now);
        let any = !cells.is_empty();
        for (field, content) in cells {
            match lifetime {
                Some(lifetime) => self.put(head, key, &field, Content { lifetime, ..content }, now),
                None => drop(self.remove(head, key, &field, now)),
            }
        }
        Reply::Bool(any)
    }

    /// Tells how long the cells meant live, the one of them that lives longest.
    pub(super) fn ttl<V>(&self, head: &Head, meant: Meant<'_>, now: Time) -> Reply<'static, V> {
        let lifetimes = self.live_of(head, meant, now).into_iter().map(|(_, content)| content.lifetime);
        match lifetimes.max() {
            Some(lifetime) => Reply::Remaining(self.remaining(head, lifetime).map(|remaining| remaining.0)),
            None => Reply::Value(None),
        }
    }

    /// Makes the live cells meant permanent.
    pub(super) fn persist<V>(
        &mut self,
        head: &mut Head,
        (key, field): Meant<'_>,
        now: Time,
    ) -> Reply<'static, V> {
        let mut cells = self.live_of(head, (key, field), now);
        // What a restore has moved past the end of time never ends either.
        cells.retain(|(_, content)| self.remaining(head, content.lifetime).is_some());
        let any = !cells.is_empty();
        for (field, content) in cells {
            let content = Content { lifetime: Lifetime::PERMANENT, ..content };
            self.put(head, key, &field, content, now);
        }
        Reply::Bool(any)
    }

    /// The live cells meant, with their fields.
    fn live_of(&self, head: &Head, (key, field): Meant<'_>, now: Time) -> Vec<(Text, Content)> {
        let owned = |(field, content): (&Text, &Content)| (field.clone(), content.clone());
        let Some(field) = field else {
            let record = self.records.seen(key, self.view(head)).into_iter();
            return record.flat_map(|fields| fields.live("", now)).map(owned).collect();
        };
        let content = self.records.live_cell(key, field, self.view(head), now);
        content.map(|content| (Text::new(field), content.clone())).into_iter().collect()
    }
}
