//! From an image back to a database.
//!
//! Promise, which tests hold it to: an image is refused if an engine made of it could panic, hang, or lose
//! its way; one that merely tells an untruth, as of a number of live records, makes an engine that answers
//! it.

use super::{BackupImage, Broken, RecordImage, State, TextImage, ValueImage, VersionImage};
use crate::engine::backups::{Backup, Backups};
use crate::engine::fields::{Content, Fields};
use crate::engine::history::History;
use crate::engine::live::Live;
use crate::engine::records::Record;
use crate::engine::stored::{List, StoredText, StoredValue};
use crate::engine::timeline::{Epoch, Runs, Timeline};
use crate::engine::undo::UndoLog;
use crate::engine::{Common, Engine, Text};
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
    runs: Runs,
    deaths: Vec<DeathChange>,
    undo: Vec<Text>,
}

/// A version of a record, as to when it dies: so many more die then, where its epoch is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct DeathChange {
    epoch: Epoch,
    more: i8,
    death: Time,
}

impl ImageLoader {
    /// Begins with everything but the records.
    ///
    /// # Errors
    /// [`Broken`] if no database has this state.
    pub fn new(state: &State) -> Result<Self, Broken> {
        let mut engine = Engine::new(state.rule);
        let Engine { common, own, .. } = &mut engine;
        if common.clock.advance(Some(state.now)).is_err() || common.clock.now() != state.now {
            return Err(Broken("a clock without a reading has one"));
        }
        if state.shift > state.now.0 {
            return Err(Broken("the clock is shifted too far"));
        }
        if state.changed < Time(state.shift) || state.now < state.changed {
            return Err(Broken("the last change was not in its time"));
        }
        (own.shift, common.changed) = (state.shift, state.changed);
        (common.timeline, own.position) = Timeline::of_image(&state.branches, state.open)?;
        for (name, operation) in &state.aliases {
            if !common.aliases.learn(&Query::Alias { name, operation }) {
                return Err(Broken("an operation has a name that it cannot have"));
            }
        }
        state.backups.iter().try_for_each(|backup| engine.add_backup_of(backup))?;
        let runs = engine.common.timeline.image(std::iter::empty()).runs;
        Ok(Self { engine, runs, deaths: Vec::new(), undo: Vec::new() })
    }

    /// Adds a record.
    ///
    /// # Errors
    /// [`Broken`] if no record of this database looks so, or if it has one of this key already. The record is
    /// not in it then.
    pub fn add(&mut self, image: &RecordImage<'_>) -> Result<(), Broken> {
        let (key, known) = (Text::new(image.key), self.deaths.len());
        let record = self.record_of(&image.versions);
        if record.is_err() || self.engine.common.records.has(&key) {
            self.deaths.truncate(known);
            return record.and(Err(Broken("a record stands twice")));
        }
        let record = record?;
        if record.is_never() {
            // Older versions have written down records that are not there any more.
            return Ok(());
        }
        if !self.engine.own.backups.is_empty() && record.is_of(self.engine.own.position.open()) {
            self.undo.push(key.clone());
        }
        self.engine.common.records.add(key, record);
        Ok(())
    }

    /// The record of versions of cells.
    fn record_of(&mut self, versions: &[VersionImage<'_>]) -> Result<Record, Broken> {
        let mut cells = cells_of(versions, self.engine.own.position.open())?;
        cells.sort_by_key(|(epoch, ..)| *epoch);
        let (mut record, mut memo) = (None::<Record>, None);
        for cells in cells.chunk_by_mut(|(epoch, ..), (next, ..)| epoch == next) {
            let epoch = cells[0].0;
            let seen = |other| self.engine.common.timeline.seen_looking_from(&self.runs, epoch, other);
            let before = record.as_ref().and_then(|record| record.seen_before(epoch, &mut memo, seen));
            let death = before.and_then(Fields::death);
            let fields = changed(before, cells);
            self.note(epoch, death, fields.death());
            match &mut record {
                Some(record) => drop(record.push(epoch, fields)),
                None => record = Some(History::new(epoch, fields)),
            }
        }
        record.ok_or(Broken("a record has no cell"))
    }

    /// Notes when a record dies in an epoch, and when it did in what is seen before.
    fn note(&mut self, epoch: Epoch, before: Option<Time>, death: Option<Time>) {
        let changes = [(before, -1), (death, 1)].into_iter();
        let changes = changes.filter_map(|(death, more)| Some(DeathChange { epoch, more, death: death? }));
        self.deaths.extend(changes.filter(|_| before != death));
    }

    /// The database.
    #[must_use]
    pub fn finish(self) -> Engine {
        let Self { mut engine, runs, mut deaths, undo } = self;
        deaths.sort_unstable();
        let Engine { common: Common { timeline, .. }, own, .. } = &engine;
        let saved = own.backups.iter().map(|(_, backup)| backup.savepoint.epoch());
        let mut epochs: Vec<_> = saved.chain(deaths.iter().map(|change| change.epoch)).collect();
        epochs.extend(timeline.forks().chain([own.position.open()]));
        epochs.sort_unstable();
        epochs.dedup();
        let befores = timeline.before_each(&runs, &epochs);
        let mut lives: Vec<Live> = Vec::with_capacity(epochs.len());
        let live_at = |lives: &[Live], epoch: Option<Epoch>| {
            let place = epoch.and_then(|epoch| epochs.binary_search(&epoch).ok());
            place.and_then(|place| lives.get(place)).cloned().unwrap_or_default()
        };
        let mut deaths = &deaths[..];
        for (epoch, before) in epochs.iter().zip(befores) {
            let own;
            (own, deaths) = deaths.split_at(deaths.partition_point(|change| change.epoch <= *epoch));
            let own = own.iter().map(|change| (change.death, i64::from(change.more)));
            lives.push(live_at(&lives, before).changed(own));
        }
        let Engine { common, own, .. } = &mut engine;
        own.live = live_at(&lives, Some(own.position.open()));
        own.live.drop_past(common.gone(own.own_time(common.changed)));
        let mut backups = Backups::default();
        for (taken, backup) in own.backups.iter() {
            let mut live = live_at(&lives, Some(backup.savepoint.epoch()));
            live.drop_past(common.gone(backup.now));
            backups.add(taken, Backup { live, ..backup.clone() });
        }
        own.backups = backups;
        own.undo = UndoLog::of(undo);
        engine
    }
}

/// What a record holds where these cells are written, or deleted, in what it held before.
fn changed(before: Option<&Fields>, cells: &mut [(Epoch, Text, Option<Content>)]) -> Fields {
    let cells = cells.iter_mut().map(|(_, field, content)| (std::mem::take(field), content.take()));
    let Some(before) = before.filter(|fields| !fields.is_empty()) else {
        return cells.filter_map(|(field, content)| Some((field, content?))).collect();
    };
    let mut fields = before.clone();
    for (field, content) in cells {
        match content {
            Some(content) => fields.put(&field, content, Time(0)),
            None => fields.remove(&field),
        }
    }
    fields
}

impl Engine {
    /// Adds a backup that is later than all before it.
    fn add_backup_of(&mut self, image: &BackupImage) -> Result<(), Broken> {
        let BackupImage { taken, now, epoch, branch } = *image;
        let Self { common, own, .. } = self;
        let is_in_time = match common.clock.rule() {
            ClockRule::Monotone => now <= taken && taken <= common.changed,
            ClockRule::Free => now == taken,
        };
        if !is_in_time {
            return Err(Broken("a backup is of another time"));
        }
        if own.backups.last().is_some_and(|last| last >= taken) {
            return Err(Broken("backups do not ascend"));
        }
        let savepoint = common.timeline.savepoint_of_image(&own.position, (epoch, branch))?;
        own.backups.add(taken, Backup { now, savepoint, live: Live::default() });
        Ok(())
    }
}

/// The epoch of a version.
fn epoch_of(number: u32, open: Epoch) -> Result<Epoch, Broken> {
    Epoch::new(number).filter(|epoch| *epoch <= open).ok_or(Broken("a version is of no epoch"))
}

/// The cells of a record, of which there is one at least, with the epoch of each version.
fn cells_of(
    versions: &[VersionImage<'_>],
    open: Epoch,
) -> Result<Vec<(Epoch, Text, Option<Content>)>, Broken> {
    let mut cells: Vec<(Epoch, Text, Option<Content>)> = Vec::with_capacity(versions.len());
    for version in versions {
        let epoch = epoch_of(version.epoch, open)?;
        let before = cells.last().filter(|(_, field, _)| *field == version.field);
        if before.is_some_and(|(before, ..)| *before >= epoch) {
            return Err(Broken("versions do not ascend"));
        }
        let content = content_of(version, before.and_then(|(.., content)| content.as_ref()))?;
        cells.push((epoch, Text::new(version.field), content));
    }
    if !cells.is_sorted_by(|(_, field, _), (_, next, _)| field <= next) {
        return Err(Broken("fields do not ascend"));
    }
    Ok(cells)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_were_written_down_as_deleted_and_nothing_else_are_passed_over() {
        let mut engine = Engine::new(ClockRule::Monotone);
        engine.apply(&Query::Backup { timestamp: Time(1) }).expect("time is in order");
        let mut loader = ImageLoader::new(engine.image().state()).expect("it is an image");
        let deleted = |field, epoch| VersionImage { field, epoch, content: None };
        let set = VersionImage {
            content: Some((ValueImage::Text(TextImage::Memory("v")), Time(9))),
            ..deleted("g", 1)
        };
        let never = RecordImage { key: "never", versions: vec![deleted("f", 1), deleted("f", 2)] };
        let seen = RecordImage { key: "seen", versions: vec![deleted("f", 1), deleted("f", 2), set] };
        assert_eq!((loader.add(&never), loader.add(&seen)), (Ok(()), Ok(())));
        let engine = loader.finish();
        assert_eq!((engine.check(), engine.common.records.len(), engine.cells().len()), (Ok(()), 1, 1));
    }
}
