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

use std::sync::Arc;

use super::backups::Backup;
use super::blobs;
use super::records::{CellHistory, Content, live};
use super::stored::BlobRef;
use super::stored::{List, StoredText, StoredValue};
use super::timeline::{Epoch, Timeline};
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
    /// # Errors
    /// Whatever `each` fails with; nothing more is handed out then.
    pub fn try_dump<E>(&mut self, each: impl FnMut(&Query<'_>) -> Result<(), E>) -> Result<(), E> {
        self.try_dump_with(|blob| Ok(blobs::none(blob)), each)
    }

    /// The same where long texts are elsewhere: `fetch` has them.
    ///
    /// # Errors
    /// Whatever `each` or `fetch` fails with; nothing more is handed out then.
    pub(crate) fn try_dump_with<E>(
        &mut self,
        mut fetch: impl FnMut(BlobRef) -> Result<Arc<str>, E>,
        mut each: impl FnMut(&Query<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.leave();
        for (name, operation) in self.aliases.iter() {
            each(&Query::Alias { name, operation })?;
        }
        let mut reads = Time(0);
        let is_free = self.clock.rule() == ClockRule::Free;
        let mut tell = |query: &Query<'_>| {
            each(query)?;
            reads = query.timestamp().filter(|_| !is_free).unwrap_or(reads);
            Ok(reads)
        };
        let (mut dump, present) = Dump::of(self);
        for (moment, backup) in self.backups.iter() {
            dump.tell(moment, backup, &mut DumpOutput { each: &mut tell, fetch: &mut fetch })?;
            dump.reads = tell(&Query::Backup { timestamp: moment })?;
        }
        let timestamp = self.clock.now();
        dump.tell(timestamp, present, &mut DumpOutput { each: &mut tell, fetch: &mut fetch })?;
        if reads < timestamp {
            // A mere look moves the clock.
            each(&Query::GetAt { key: "", field: "", timestamp })?;
        }
        Ok(())
    }
}

impl Engine {
    /// Hands out the queries that make of cells what is wanted, where they hold what was told, at the clock's
    /// reading. (Under the free rule that is 0.)
    pub(super) fn try_tell<E>(
        &self,
        cells: &[(Text, Text)],
        told: Vec<Option<Content>>,
        wanted: Vec<Option<Content>>,
        mut fetch: impl FnMut(BlobRef) -> Result<Arc<str>, E>,
        mut each: impl FnMut(&Query<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let moment = self.clock.now();
        let mut each = |query: &Query<'_>| each(query).map(|()| moment);
        let in_callers = |Content { value, lifetime }| {
            let lifetime = lifetime.rebased(self.own_time(moment), moment);
            (value, lifetime)
        };
        for ((key, field), (told, wanted)) in cells.iter().zip(told.into_iter().zip(wanted)) {
            let [told, wanted] = [told, wanted].map(|content| content.map(in_callers));
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

/// What was told so far, cell by cell.
struct Dump<'e> {
    timeline: Timeline,
    /// All there are, in byte order of keys and then fields.
    cells: Vec<DumpedCell<'e>>,
    /// Which cells were written in which epoch, in order of epochs.
    written: Vec<(Epoch, usize)>,
    /// What was told last.
    last: Option<(Time, Backup)>,
    /// What the clock reads by the queries told so far; always 0 under the free rule.
    reads: Time,
}

impl<'e> Dump<'e> {
    /// A dump of which nothing is told, and the present as if a backup were taken of it.
    fn of(engine: &'e Engine) -> (Self, Backup) {
        let mut timeline = engine.timeline.clone();
        let now = engine.own_time(engine.clock.now());
        let present =
            Backup { now, savepoint: timeline.close(), live_records: engine.records.live_records() };
        let cells = engine.records.iter().flat_map(|(key, record)| {
            record.cells().map(move |(field, cell)| DumpedCell { key, field, cell, told: None })
        });
        let mut cells: Vec<_> = cells.collect();
        cells.sort_unstable_by_key(|cell| (cell.key, cell.field));
        let epochs =
            |(place, cell): (usize, &DumpedCell<'e>)| cell.cell.iter().map(move |(epoch, _)| (epoch, place));
        let mut written: Vec<_> = cells.iter().enumerate().flat_map(epochs).collect();
        written.sort_unstable();
        (Self { timeline, cells, written, last: None, reads: Time(0) }, present)
    }

    /// Hands out what makes the state told last that of a backup, taken at `moment`.
    fn tell<E>(&mut self, moment: Time, backup: Backup, output: &mut DumpOutput<'_, E>) -> Result<(), E> {
        self.timeline.fork(backup.savepoint);
        for place in self.candidates(moment, backup) {
            let cell = &mut self.cells[place];
            let content = live(cell.cell, &self.timeline, backup.now);
            let wanted = content.map(|held| (&held.value, held.lifetime.rebased(backup.now, moment)));
            if cell.differs(wanted, moment) {
                self.reads = cell.tell(wanted, (moment, self.reads), output)?;
            }
        }
        self.last = Some((moment, backup));
        Ok(())
    }

    /// The cells that may differ from what was told last, in order; some may stand twice.
    fn candidates(&self, moment: Time, backup: Backup) -> Vec<usize> {
        let continues = |&(then, last): &(Time, Backup)| {
            let same_shift = moment.0 - backup.now.0 == then.0 - last.now.0;
            backup.savepoint.since(last.savepoint).filter(|_| same_shift && moment >= then)
        };
        let Some(epochs) = self.last.as_ref().and_then(continues) else {
            return (0..self.cells.len()).collect();
        };
        let from = self.written.partition_point(|(epoch, _)| epoch < epochs.start());
        let to = self.written.partition_point(|(epoch, _)| epoch <= epochs.end());
        let mut places: Vec<_> = self.written[from..to].iter().map(|(_, place)| *place).collect();
        places.sort_unstable();
        places
    }
}

/// A cell, and what it holds by the queries told so far, with its lifetime in the caller's time.
struct DumpedCell<'e> {
    key: &'e Text,
    field: &'e Text,
    cell: &'e CellHistory,
    told: Option<(&'e StoredValue, Lifetime)>,
}

impl<'e> DumpedCell<'e> {
    /// Does what was told differ from what is wanted at `moment`? What is dead by then need not be deleted.
    fn differs(&self, wanted: Option<(&StoredValue, Lifetime)>, moment: Time) -> bool {
        match wanted {
            Some(_) => self.told != wanted,
            None => self.told.is_some_and(|(_, lifetime)| lifetime.holds_at(moment)),
        }
    }

    /// Hands out the queries that put there what is wanted, at a moment or, without a timestamp, where the
    /// clock reads what it does. The answer is what it reads then.
    fn tell<E>(
        &mut self,
        wanted: Option<(&'e StoredValue, Lifetime)>,
        times: (Time, Time),
        output: &mut DumpOutput<'_, E>,
    ) -> Result<Time, E> {
        let told = std::mem::replace(&mut self.told, wanted);
        tell((self.key, self.field), told, wanted, times, output)
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
