//! From an image back to a database.
//!
//! Promise, which tests hold it to: an image is refused if an engine made of it could panic, hang, or lose
//! its way; one that merely tells an untruth, as of a number of live records, makes an engine that answers
//! it.

use super::{BackupImage, Broken, RecordImage, State, TextImage, ValueImage, VersionImage};
use crate::engine::backups::{Backup, Backups};
use crate::engine::expiries::{Expiries, PendingExpiry};
use crate::engine::fields::Fields;
use crate::engine::history::History;
use crate::engine::records::{CellHistory, Content, Record};
use crate::engine::stored::{List, StoredText, StoredValue};
use crate::engine::timeline::{Epoch, Timeline};
use crate::engine::undo::{UndoLog, UndoRecord};
use crate::engine::{Engine, Text};
use crate::query::Query;
use crate::time::{ClockRule, Lifetime, Time, Ttl};

/// A database that is made from its image: first its state, then its records one after the other, in any
/// order.
///
/// ```
/// use rewinddb::{engine::{Engine, image::ImageLoader}, query::Query, time::ClockRule};
///
/// let mut engine = Engine::new(ClockRule::Monotone);
/// engine.apply(&Query::Set { key: "A", field: "B", value: "C" })?;
/// let image = engine.image();
/// engine.apply(&Query::Delete { key: "A", field: "B" })?;
///
/// let mut loader = ImageLoader::new(image.state())?;
/// image.try_each_record(|record| loader.add(record))?;
/// assert_eq!(loader.finish().cells().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ImageLoader {
    engine: Engine,
    expiries: Vec<PendingExpiry>,
    undo: Vec<UndoRecord>,
}

impl ImageLoader {
    /// Begins with everything but the records.
    ///
    /// # Errors
    /// [`Broken`] if no database has this state.
    pub fn new(state: &State) -> Result<Self, Broken> {
        let mut engine = Engine::new(state.rule);
        if engine.clock.advance(Some(state.now)).is_err() || engine.clock.now() != state.now {
            return Err(Broken("a clock without a reading has one"));
        }
        let own = state.now.0.checked_sub(state.shift).ok_or(Broken("the clock is shifted too far"))?;
        if state.settled.0 > own || (state.rule == ClockRule::Free && state.settled.0 > 0) {
            return Err(Broken("deaths are counted before their time"));
        }
        if state.changed < Time(state.shift) || state.now < state.changed {
            return Err(Broken("the last change was not in its time"));
        }
        (engine.shift, engine.changed) = (state.shift, state.changed);
        engine.expiries = Expiries::of(state.settled, Vec::new());
        engine.timeline = Timeline::of_image(&state.branches, state.open)?;
        engine.records.set_live_records(state.live_records);
        for (name, operation) in &state.aliases {
            if !engine.aliases.learn(&Query::Alias { name, operation }) {
                return Err(Broken("an operation has a name that it cannot have"));
            }
        }
        state.backups.iter().try_for_each(|backup| engine.add_backup_of(backup))?;
        Ok(Self { engine, expiries: Vec::new(), undo: Vec::new() })
    }

    /// Adds a record.
    ///
    /// # Errors
    /// [`Broken`] if no record of this database looks so, or if it has one of this key already. The record is
    /// not in it then.
    pub fn add(&mut self, image: &RecordImage<'_>) -> Result<(), Broken> {
        let open = self.engine.timeline.open();
        let key = Text::new(image.key);
        let record = Record::of_parts(cells_of(&image.versions, open)?, count_of(&image.counts, open)?);
        if self.engine.records.get(&key).is_some() {
            return Err(Broken("a record stands twice"));
        }
        self.note(&key, &record);
        self.engine.records.add(key, record);
        Ok(())
    }

    /// The database.
    #[must_use]
    pub fn finish(self) -> Engine {
        let Self { mut engine, expiries, undo } = self;
        engine.expiries = Expiries::of(engine.expiries.settled(), expiries);
        engine.undo = UndoLog::of(undo);
        engine
    }

    /// The database of an image that has lost records: how many are live, now and at each backup, is counted
    /// anew, in (number of backups) x (records) steps.
    #[must_use]
    pub fn finish_incomplete(self) -> Engine {
        let mut engine = self.finish();
        let live_records = |timeline: &Timeline| {
            let counts = engine.records.iter().filter_map(|(_, record)| record.count().seen(timeline));
            counts.map(|cells| u64::from(*cells > 0)).sum()
        };
        let (present, mut past) = (live_records(&engine.timeline), engine.timeline.clone());
        past.close();
        let mut backups = Backups::default();
        for (taken, backup) in engine.backups.iter() {
            past.fork(backup.savepoint);
            backups.add(taken, Backup { live_records: live_records(&past), ..backup });
        }
        engine.backups = backups;
        engine.records.set_live_records(present);
        engine
    }

    /// Notes when the versions of a record die, and what a restore undoes.
    fn note(&mut self, key: &Text, record: &Record) {
        let open = self.engine.timeline.open();
        let (passes, is_saved) =
            (self.engine.clock.rule() == ClockRule::Monotone, !self.engine.backups.is_empty());
        for (field, cell) in record.cells() {
            for (epoch, content) in cell.iter().filter(|_| passes) {
                let last = content.as_ref().map(|content| content.lifetime.last());
                if let Some(last) = last.filter(|last| *last < Time::LAST) {
                    self.expiries.push(PendingExpiry { last, epoch, key: key.clone(), field: field.clone() });
                }
            }
            if is_saved && cell.is_of(open) {
                self.undo.push((key.clone(), Some(field.clone())));
            }
        }
        // As when it was written: a count with no other version goes with its record.
        if is_saved && record.count().is_of(open) && !record.count().is_only_of(open) {
            self.undo.push((key.clone(), None));
        }
    }
}

impl Engine {
    /// Adds a backup that is later than all before it.
    fn add_backup_of(&mut self, image: &BackupImage) -> Result<(), Broken> {
        let BackupImage { taken, now, epoch, branch, live_records } = *image;
        let is_in_time = match self.clock.rule() {
            ClockRule::Monotone => now <= taken && taken <= self.changed,
            ClockRule::Free => now == taken,
        };
        if !is_in_time {
            return Err(Broken("a backup is of another time"));
        }
        if self.backups.last().is_some_and(|last| last >= taken) {
            return Err(Broken("backups do not ascend"));
        }
        let savepoint = self.timeline.savepoint_of_image(epoch, branch)?;
        self.backups.add(taken, Backup { now, savepoint, live_records });
        Ok(())
    }
}

/// The epoch of a version.
fn epoch_of(number: u32, open: Epoch) -> Result<Epoch, Broken> {
    Epoch::new(number).filter(|epoch| *epoch <= open).ok_or(Broken("a version is of no epoch"))
}

/// The count of a record.
fn count_of(counts: &[(u32, u32)], open: Epoch) -> Result<History<u32>, Broken> {
    let [(first, cells), rest @ ..] = counts else { return Err(Broken("a record has no count")) };
    let mut count = History::new(epoch_of(*first, open)?, *cells);
    for (epoch, cells) in rest {
        push(&mut count, epoch_of(*epoch, open)?, *cells)?;
    }
    Ok(count)
}

/// The cells of a record.
fn cells_of(versions: &[VersionImage<'_>], open: Epoch) -> Result<Fields, Broken> {
    let mut cells: Vec<(Text, CellHistory)> = Vec::with_capacity(versions.len());
    for cell in versions.chunk_by(|version, next| version.field == next.field) {
        cells.push(cell_of(cell, open)?);
    }
    if cells.is_empty() {
        return Err(Broken("a record has no cell"));
    }
    if !cells.is_sorted_by(|(field, _), (next, _)| field < next) {
        return Err(Broken("fields do not ascend"));
    }
    Ok(Fields::of_sorted(cells))
}

/// A cell with its field, of its versions, of which there is one at least.
fn cell_of(versions: &[VersionImage<'_>], open: Epoch) -> Result<(Text, CellHistory), Broken> {
    let [first, rest @ ..] = versions else { return Err(Broken("a cell has no version")) };
    let mut before = content_of(first, None)?;
    let mut cell = History::new(epoch_of(first.epoch, open)?, before.clone());
    for version in rest {
        before = content_of(version, before.as_ref())?;
        push(&mut cell, epoch_of(version.epoch, open)?, before.clone())?;
    }
    if cell.is_deleted_for_good() {
        return Err(Broken("a cell was never set"));
    }
    Ok((Text::new(first.field), cell))
}

/// What a version holds, where this is the one before it.
fn content_of(version: &VersionImage<'_>, before: Option<&Content>) -> Result<Option<Content>, Broken> {
    let Some((value, last)) = &version.content else { return Ok(None) };
    let value = value_of(value, before.map(|content| &content.value))?;
    // From its last moment on it lives for one millisecond more, or to the end of time.
    Ok(Lifetime::starting(*last, Ttl(1)).map(|lifetime| Content { value, lifetime }))
}

fn value_of(value: &ValueImage<'_>, before: Option<&StoredValue>) -> Result<StoredValue, Broken> {
    let (continues, items) = match value {
        ValueImage::Text(text) => return Ok(StoredValue::Text(text_of(text))),
        ValueImage::List { continues, items } => (*continues, items),
    };
    let mut items = items.iter().map(text_of);
    let mut list = match (continues, before) {
        (true, Some(StoredValue::List(before))) => before.clone(),
        (true, _) => return Err(Broken("a list goes on from what is none")),
        (false, _) => List::of(items.next().ok_or(Broken("a list has no item"))?),
    };
    for item in items {
        list.push(item);
    }
    Ok(StoredValue::List(list))
}

fn text_of(text: &TextImage<'_>) -> StoredText {
    match text {
        TextImage::Memory(text) => StoredText::Memory(Text::new(text)),
        TextImage::Blob(blob) => StoredText::Blob(*blob),
    }
}

fn push<T>(history: &mut History<T>, epoch: Epoch, value: T) -> Result<(), Broken> {
    if history.push(epoch, value) { Ok(()) } else { Err(Broken("versions do not ascend")) }
}
