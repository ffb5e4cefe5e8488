//! A dump: the queries that rebuild the database in a fresh engine.
//!
//! Promises, which tests hold it to: the queries depend on what can be seen, now or after a restore, and on
//! nothing else, so that an engine fed with a dump dumps the same; none of them can be left out; there is no
//! RESTORE among them.
//!
//! ```text
//!   backups by time        3 ──────────────── 9 ──────────────── present (17)
//!   what differs from    SET_AT k f v 3     DELETE_AT k f 9      SET_AT_WITH_TTL k g w 17 5
//!   what was told        BACKUP 3           BACKUP 9
//! ```
//!
//! In a fresh engine nothing has been restored, so a cell that is not set anew dies at one moment in all
//! states told. From backup to backup without a RESTORE in between that is so here too: only what was written
//! can differ.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::backups::Backup;
use super::blobs;
use super::fields::{Content, Fields};
use super::records::Record;
use super::stored::BlobRef;
use super::stored::{List, StoredText, StoredValue};
use super::timeline::{Epoch, Timeline, View};
use super::{Engine, Text};
use crate::query::Query;
use crate::time::{ClockRule, Lifetime, Time};

impl Engine {
    /// Hands out the queries that rebuild the database in a fresh engine under the same clock rule: what is
    /// live, for as long as it has left, the clock's reading, and every backup. From then on the two engines
    /// answer alike.
    ///
    /// They come in order of time: for each backup what differs from the one before it, and at last what the
    /// present differs in (under the free rule, which knows no present, at 0). None says what those before it
    /// have said.
    ///
    /// Memory: a few words for each version of a cell. Time: as much for a row of backups without a RESTORE
    /// in between. From a backup to one after a RESTORE all cells are compared, and those with a lifetime,
    /// which ends at another moment there, are told anew; so at worst time and list grow as (number of
    /// backups) x (number of cells).
    ///
    /// What is shared is what a list that only moves forward can share: of two backups in a row, all cells that are
    /// alike in both. What it cannot share is a state that comes back. A database of c cells that was emptied and
    /// restored n times, with a BACKUP each time, holds c versions and n backups, and its list has 2 x n x c queries:
    /// each of those backups is told by what differs from the one before it. So a list is bounded by the sum of those
    /// differences; an [image](Self::image) is bounded by what is distinct.
    ///
    /// # Errors
    /// Whatever `each` fails with; nothing more is handed out then.
    pub fn try_dump<E>(&self, each: impl FnMut(&Query<'_>) -> Result<(), E>) -> Result<(), E> {
        self.try_dump_with(|blob| Ok(blobs::none(blob)), each)
    }

    /// The same where long texts are elsewhere: `fetch` has them.
    ///
    /// # Errors
    /// Whatever `each` or `fetch` fails with; nothing more is handed out then.
    pub(crate) fn try_dump_with<E>(
        &self,
        mut fetch: impl FnMut(BlobRef) -> Result<Arc<str>, E>,
        mut each: impl FnMut(&Query<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let clock = self.common.clock;
        for (name, operation) in self.common.aliases.iter() {
            each(&Query::Alias { name, operation })?;
        }
        let mut reads = Time(0);
        let is_free = clock.rule() == ClockRule::Free;
        let mut tell = |query: &Query<'_>| {
            each(query)?;
            reads = query.timestamp().filter(|_| !is_free).unwrap_or(reads);
            Ok(reads)
        };
        let mut dump = Dump::of(self);
        for (moment, backup) in self.own.backups.iter() {
            dump.tell(moment, backup, &mut DumpOutput { each: &mut tell, fetch: &mut fetch })?;
            dump.reads = tell(&Query::Backup { timestamp: moment })?;
        }
        let timestamp = clock.now();
        let own = &self.own;
        let present =
            Backup { now: own.own_time(timestamp), savepoint: own.position.here(), live: own.live.clone() };
        dump.tell(timestamp, &present, &mut DumpOutput { each: &mut tell, fetch: &mut fetch })?;
        if reads < timestamp {
            // A mere look moves the clock.
            each(&Query::GetAt { key: "", field: "", timestamp })?;
        }
        Ok(())
    }
}

impl Engine {
    /// Hands out the queries that make of records what is wanted, where they hold what was told, at the
    /// clock's reading. (Under the free rule that is 0.)
    pub(super) fn try_tell<E>(
        &self,
        keys: &[Text],
        told: &[Option<&Fields>],
        wanted: &[Option<&Fields>],
        mut fetch: impl FnMut(BlobRef) -> Result<Arc<str>, E>,
        mut each: impl FnMut(&Query<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let moment = self.common.clock.now();
        let own = self.own.own_time(moment);
        let mut each = |query: &Query<'_>| each(query).map(|()| moment);
        let in_callers = |content: &Content| {
            let lifetime = content.lifetime.rebased(own, moment);
            (content.value.clone(), lifetime)
        };
        let versions = told.iter().zip(wanted);
        let versions = versions.map(|(told, wanted)| Fields::differences(*told, *wanted));
        let cells =
            keys.iter().zip(versions).flat_map(|(key, cells)| cells.into_iter().map(move |cell| (key, cell)));
        for (key, (field, told, wanted)) in cells {
            let live = |content: &&Content| content.lifetime.holds_at(own);
            let [told, wanted] = [told, wanted].map(|content| content.filter(live).map(in_callers));
            if told == wanted {
                continue;
            }
            if let (Some((before, _)), Some((value, lifetime))) = (&told, &wanted)
                && before == value
            {
                // Its value need not be said, which may be long.
                each(&match lifetime.left_at(moment) {
                    None => Query::Persist { key, field },
                    Some(ttl) => Query::Expire { key, field, ttl },
                })?;
                continue;
            }
            let [told, wanted] =
                [&told, &wanted].map(|content| content.as_ref().map(|(value, end)| (value, *end)));
            let output = &mut DumpOutput { each: &mut each, fetch: &mut fetch };
            tell((key, field), told, wanted, (moment, moment), output)?;
        }
        Ok(())
    }
}

/// What was told so far, record by record.
struct Dump<'e> {
    timeline: &'e Timeline,
    /// All there are, in byte order of keys.
    records: Vec<DumpedRecord<'e>>,
    /// Which records were written in which epoch, in order of epochs.
    written: Vec<(Epoch, usize)>,
    /// What was told last.
    last: Option<(Time, Backup)>,
    /// What the clock reads by the queries told so far; always 0 under the free rule.
    reads: Time,
}

impl<'e> Dump<'e> {
    /// A dump of which nothing is told.
    fn of(engine: &'e Engine) -> Self {
        let records = engine.common.records.iter().map(|(key, record)| DumpedRecord::of(key, record));
        let mut records: Vec<_> = records.collect();
        records.sort_unstable_by_key(|record| record.key);
        let epochs = |(place, record): (usize, &DumpedRecord<'e>)| {
            record.record.iter().map(move |(epoch, _)| (epoch, place))
        };
        let mut written: Vec<_> = records.iter().enumerate().flat_map(epochs).collect();
        written.sort_unstable();
        let timeline = &engine.common.timeline;
        Self { timeline, records, written, last: None, reads: Time(0) }
    }

    /// Hands out what makes the state told last that of a backup, taken at `moment`.
    fn tell<E>(&mut self, moment: Time, backup: &Backup, output: &mut DumpOutput<'_, E>) -> Result<(), E> {
        let position = self.timeline.position_at(backup.savepoint);
        let view = self.timeline.view(&position);
        let continues = self.written_since_last(moment, backup);
        let places = continues.clone().unwrap_or_else(|| (0..self.records.len()).collect());
        for place in places {
            let record = &mut self.records[place];
            for (field, content) in record.candidates(view, continues.is_some()) {
                let live = content.filter(|held| held.lifetime.holds_at(backup.now));
                let wanted = live.map(|held| (&held.value, held.lifetime.rebased(backup.now, moment)));
                if record.differs(field, wanted, moment) {
                    self.reads = record.tell(field, wanted, (moment, self.reads), output)?;
                }
            }
        }
        self.last = Some((moment, backup.clone()));
        Ok(())
    }

    /// The places of the records that may differ from what was told last, in order; some may stand twice. `None` if
    /// any may.
    fn written_since_last(&self, moment: Time, backup: &Backup) -> Option<Vec<usize>> {
        let (then, last) = self.last.as_ref()?;
        let is_same_shift = moment.0 - backup.now.0 == then.0 - last.now.0;
        let epochs = backup.savepoint.since(last.savepoint).filter(|_| is_same_shift && moment >= *then)?;
        let from = self.written.partition_point(|(epoch, _)| epoch < epochs.start());
        let to = self.written.partition_point(|(epoch, _)| epoch <= epochs.end());
        let mut places: Vec<_> = self.written[from..to].iter().map(|(_, place)| *place).collect();
        places.sort_unstable();
        Some(places)
    }
}

/// A record, and what its cells hold by the queries told so far, with their lifetimes in the caller's time.
struct DumpedRecord<'e> {
    key: &'e Text,
    record: &'e Record,
    /// The version that was told last.
    version: Option<&'e Fields>,
    told: BTreeMap<&'e Text, (&'e StoredValue, Lifetime)>,
}

impl<'e> DumpedRecord<'e> {
    fn of(key: &'e Text, record: &'e Record) -> Self {
        Self { key, record, version: None, told: BTreeMap::new() }
    }

    /// Goes on to the version that is seen: its cells, and fields that it has no cell of, which may differ from what
    /// was told last.
    fn candidates(&mut self, view: View<'_>, continues: bool) -> Vec<(&'e Text, Option<&'e Content>)> {
        let seen = self.record.seen(view);
        let before = std::mem::replace(&mut self.version, seen);
        if continues {
            let differences = Fields::differences(before, seen).into_iter();
            return differences.map(|(field, _, content)| (field, content)).collect();
        }
        let gone = self.told.keys().map(|field| (*field, None));
        let cells =
            seen.into_iter().flat_map(|fields| fields.cells().map(|(field, held)| (field, Some(held))));
        let all: BTreeMap<_, _> = gone.chain(cells).collect();
        all.into_iter().collect()
    }

    /// Does what was told differ from what is wanted at `moment`? What is dead by then need not be deleted.
    fn differs(&self, field: &Text, wanted: Option<(&StoredValue, Lifetime)>, moment: Time) -> bool {
        let told = self.told.get(field).copied();
        match wanted {
            Some(_) => told != wanted,
            None => told.is_some_and(|(_, lifetime)| lifetime.holds_at(moment)),
        }
    }

    /// Hands out the queries that put there what is wanted, at a moment or, without a timestamp, where the
    /// clock reads what it does. The answer is what it reads then.
    fn tell<E>(
        &mut self,
        field: &'e Text,
        wanted: Option<(&'e StoredValue, Lifetime)>,
        times: (Time, Time),
        output: &mut DumpOutput<'_, E>,
    ) -> Result<Time, E> {
        let told = match wanted {
            Some(wanted) => self.told.insert(field, wanted),
            None => self.told.remove(field),
        };
        tell((self.key, field), told, wanted, times, output)
    }
}

/// Who takes the queries, and answers with what the clock reads then; and who has the long texts that are
/// elsewhere.
struct DumpOutput<'o, E> {
    each: &'o mut dyn FnMut(&Query<'_>) -> Result<Time, E>,
    fetch: &'o mut dyn FnMut(BlobRef) -> Result<Arc<str>, E>,
}

impl<E> DumpOutput<'_, E> {
    /// Sets a text.
    fn set(
        &mut self,
        (key, field): (&str, &str),
        text: &StoredText,
        lifetime: Lifetime,
        timestamp: Time,
    ) -> Result<Time, E> {
        let value = &*text.text(&mut self.fetch)?;
        (self.each)(&match lifetime.left_at(timestamp) {
            None => Query::SetAt { key, field, value, timestamp },
            Some(ttl) => Query::SetAtWithTtl { key, field, value, timestamp, ttl },
        })
    }

    /// Adds an item.
    fn append(&mut self, (key, field): (&str, &str), item: &StoredText) -> Result<Time, E> {
        let item = &*item.text(&mut self.fetch)?;
        (self.each)(&Query::Append { key, field, item })
    }
}

/// Hands out the queries that put into a cell what is wanted, where there is what was told before.
fn tell<E>(
    (key, field): (&str, &str),
    told: Option<(&StoredValue, Lifetime)>,
    wanted: Option<(&StoredValue, Lifetime)>,
    (timestamp, reads): (Time, Time),
    output: &mut DumpOutput<'_, E>,
) -> Result<Time, E> {
    let Some((value, lifetime)) = wanted else {
        return (output.each)(&Query::DeleteAt { key, field, timestamp });
    };
    let list = match value {
        StoredValue::Text(text) => return output.set((key, field), text, lifetime, timestamp),
        StoredValue::List(list) => list,
    };
    let begun = told.filter(|(_, before)| *before == lifetime).and_then(|(told, _)| rest(told, list));
    let (mut reads, rest) = match begun {
        Some(rest) => (reads, rest),
        None => match &list.items()[..] {
            [item] => return alone((key, field, item), told, (lifetime, reads), output),
            // Two texts and more begin as one.
            [first, rest @ ..] => (output.set((key, field), first, lifetime, timestamp)?, rest.to_vec()),
            [] => return Ok(reads),
        },
    };
    for item in rest {
        reads = output.append((key, field), item)?;
    }
    Ok(reads)
}

/// What a list has beyond what is there already, if it begins like that.
fn rest<'l>(told: &StoredValue, list: &'l List) -> Option<Vec<&'l StoredText>> {
    let told = match told {
        // Only where there is a text and more can it be the first item.
        StoredValue::Text(_) if list.len() == 1 => return None,
        StoredValue::Text(text) => vec![text],
        StoredValue::List(told) => match list.beyond(told) {
            None if told.len() <= list.len() => told.items(),
            beyond => return beyond,
        },
    };
    let mut items = list.items();
    items.starts_with(&told).then(|| items.split_off(told.len()))
}

/// A list of one item begins where there is no cell, and is given its lifetime then.
fn alone<E>(
    (key, field, item): (&str, &str, &StoredText),
    told: Option<(&StoredValue, Lifetime)>,
    (lifetime, reads): (Lifetime, Time),
    output: &mut DumpOutput<'_, E>,
) -> Result<Time, E> {
    // At 0, where the free rule looks, everything that was set is there.
    if told.is_some_and(|(_, lifetime)| lifetime.holds_at(reads)) {
        (output.each)(&Query::Delete { key, field })?;
    }
    output.append((key, field), item)?;
    match lifetime.left_at(reads) {
        None => Ok(reads),
        Some(ttl) => (output.each)(&Query::Expire { key, field, ttl }),
    }
}
