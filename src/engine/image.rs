//! The whole database as plain data, to be written down while queries go on: [`Engine::image`] one way,
//! [`ImageLoader`] the other.
//!
//! Promises, which tests hold it to: an image never changes; making one costs the same however many
//! cells there are; an engine that was loaded from it answers everything as its own would have.
//!
//! ```text
//!   Engine ── image ──► Image ──► State, RecordImage, RecordImage, ... ──► ImageLoader ──► Engine
//!      │                   │                    written and read elsewhere
//!      └── shares its records until it writes to them
//! ```
//!
//! Only what cannot be told from the rest is in an image: jumps between branches, who is live when and the
//! notes of what a restore undoes are made anew; and of each version of a record what differs from the one
//! that it begins with. Epochs are numbers from 1 on, moments of lifetimes are those of the database's own
//! clock.

mod loader;

use std::fmt;
use std::sync::Arc;

use super::Engine;
use super::backups::Backup;
use super::fields::{Content, Fields};
use super::level3_lifetimes::on_own_clock;
use super::records::Record;
use super::shards::Table;
use super::stored::{StoredText, StoredValue};
use super::timeline::{Position, Runs, Timeline, TimelineImage};
use crate::time::{ClockRule, Time};

pub use super::stored::BlobRef;
pub use loader::ImageLoader;

/// A database as it stood at a moment. It may be read, and dropped, in another thread.
#[derive(Debug)]
pub struct Image {
    state: State,
    /// Which epochs see which, and from where the database is seen.
    timeline: Timeline,
    position: Position,
    /// Which epochs are not those of transactions.
    runs: Runs,
    shards: Vec<Arc<Table<Record>>>,
}

/// What a database holds besides its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The rule of its clock.
    pub rule: ClockRule,
    /// What the caller's clock reads.
    pub now: Time,
    /// What it read when something last changed: to then and no further it can go back.
    pub changed: Time,
    /// How far the database's own clock stands behind it, in milliseconds.
    pub shift: u64,
    /// The open epoch, in which writes happen.
    pub open: u32,
    /// The branches of its timeline, the first one first.
    pub branches: Vec<BranchImage>,
    /// The backups, in order of the caller's time.
    pub backups: Vec<BackupImage>,
    /// Other names of operations with what they stand for, in the order in which they were given.
    pub aliases: Vec<(String, String)>,
}

/// A run of epochs that follow each other, up to the first one of the next branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BranchImage {
    /// Its first epoch.
    pub first: u32,
    /// The last epoch that is seen of its parent; 0 if it has none and is not the first.
    pub fork: u32,
    /// The place of its parent among the branches; 0 where there is none.
    pub parent: u32,
}

/// A backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackupImage {
    /// When it was taken, on the caller's clock.
    pub taken: Time,
    /// The same on the database's own clock.
    pub now: Time,
    /// The epoch that it closed.
    pub epoch: u32,
    /// The place of that epoch's branch.
    pub branch: u32,
}

/// A record with all versions of its cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordImage<'a> {
    /// Its key.
    pub key: &'a str,
    /// The versions of its cells, one at least: in byte order of fields, and of each the oldest first.
    pub versions: Vec<VersionImage<'a>>,
}

/// A version of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionImage<'a> {
    /// The field of the cell.
    pub field: &'a str,
    /// The epoch that it was written in.
    pub epoch: u32,
    /// Its value and the last moment at which it is live, which is [`Time::LAST`] if it is permanent; `None`
    /// if the cell was deleted.
    pub content: Option<(ValueImage<'a>, Time)>,
}

/// A text of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextImage<'a> {
    /// The text itself.
    Memory(&'a str),
    /// A reference to one that is elsewhere.
    Blob(BlobRef),
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueImage<'a> {
    /// A text.
    Text(TextImage<'a>),
    /// A list.
    List {
        /// Does it go on from that of the version before? Then it has all items of that one first.
        continues: bool,
        /// Its own items.
        items: Vec<TextImage<'a>>,
    },
}

impl<'a> TextImage<'a> {
    fn of(text: &'a StoredText) -> Self {
        match text {
            StoredText::Memory(text) => Self::Memory(text),
            StoredText::Blob(blob) => Self::Blob(*blob),
        }
    }

    /// The reference, if it is one.
    #[must_use]
    pub fn blob(&self) -> Option<BlobRef> {
        match self {
            Self::Memory(_) => None,
            Self::Blob(blob) => Some(*blob),
        }
    }
}

impl<'a> ValueImage<'a> {
    /// Its own texts.
    #[must_use]
    pub fn texts(&self) -> &[TextImage<'a>] {
        match self {
            Self::Text(text) => std::slice::from_ref(text),
            Self::List { items, .. } => items,
        }
    }

    fn of(value: &'a StoredValue, before: Option<&'a Content>) -> Self {
        let list = match value {
            StoredValue::Text(text) => return Self::Text(TextImage::of(text)),
            StoredValue::List(list) => list,
        };
        let images = |items: Vec<&'a StoredText>| items.into_iter().map(TextImage::of).collect();
        let beyond = before.and_then(|content| match &content.value {
            StoredValue::List(before) => list.beyond(before),
            StoredValue::Text(_) => None,
        });
        match beyond {
            Some(items) => Self::List { continues: true, items: images(items) },
            None => Self::List { continues: false, items: images(list.items()) },
        }
    }
}

/// Why an image is that of no database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken(pub &'static str);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Broken {}

impl Engine {
    /// The database as it stands now, for another thread to write down while queries go on here.
    ///
    /// No cell is walked or copied. A later write to a part that somebody still reads copies that part first:
    /// one in 256 of all records or, if there are few, all. To any other it costs nothing.
    ///
    /// Transactions are no part of it.
    pub fn image(&mut self) -> Image {
        let timeline = self.common.timeline.image(self.positions());
        let Self { common, own, .. } = self;
        let state = State {
            rule: common.clock.rule(),
            now: common.clock.now(),
            changed: common.changed,
            shift: own.shift,
            open: own.position.open().number(),
            branches: timeline.branches.clone(),
            backups: own
                .backups
                .iter()
                .map(|(taken, backup)| BackupImage::of(taken, backup, &timeline))
                .collect(),
            aliases: common
                .aliases
                .iter()
                .map(|(name, operation)| (name.to_owned(), operation.to_owned()))
                .collect(),
        };
        let shards = common.records.snapshot();
        let position = own.position.clone();
        Image { state, timeline: common.timeline.clone(), position, runs: timeline.runs, shards }
    }
}

impl Image {
    /// Everything but the records.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// How many records have a live cell, and how many cells are live. All cells are walked.
    #[must_use]
    pub fn count_live(&self) -> (u64, u64) {
        let (view, now) =
            (self.timeline.view(&self.position), on_own_clock(self.state.now, self.state.shift));
        let records = self.shards.iter().flat_map(|shard| shard.iter());
        let seen = records.filter_map(|(_, record)| record.seen(view));
        let lives = seen.map(|fields| fields.live("", now).count() as u64).filter(|cells| *cells > 0);
        lives.fold((0, 0), |(records, all), cells| (records + 1, all + cells))
    }

    /// The long texts that transactions see and the database does not any more, each as often as it is met. They are in
    /// no record that is handed over, and are needed as long as the transactions are open.
    #[must_use]
    pub fn blobs_of_transactions(&self) -> Vec<BlobRef> {
        let shards = if self.runs.have_all() { &[][..] } else { &self.shards };
        let records = shards.iter().flat_map(|shard| shard.iter());
        let versions = records.flat_map(|(_, record)| record.iter());
        let hidden = versions.filter(|(epoch, _)| !self.runs.have(*epoch));
        let cells = hidden.flat_map(|(_, fields)| fields.cells());
        let images = cells.map(|(_, content)| ValueImage::of(&content.value, None));
        images
            .flat_map(|value| value.texts().iter().filter_map(TextImage::blob).collect::<Vec<_>>())
            .collect()
    }

    /// Hands over one record after the other, in no order. What was walked is given back to the engine on the
    /// way.
    ///
    /// # Errors
    /// The first error of `each`, which is not called again then.
    pub fn try_each_record<E>(
        self,
        mut each: impl FnMut(&RecordImage<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        for shard in self.shards {
            let mut image = RecordImage { key: "", versions: Vec::new() };
            for (key, record) in shard.iter() {
                image.show(key, record, (&self.timeline, &self.runs));
                if !image.versions.is_empty() {
                    each(&image)?;
                }
            }
        }
        Ok(())
    }
}

impl BackupImage {
    fn of(taken: Time, backup: &Backup, timeline: &TimelineImage) -> Self {
        let (epoch, branch) = timeline.of_savepoint(backup.savepoint);
        Self { taken, now: backup.now, epoch, branch }
    }
}

impl<'a> RecordImage<'a> {
    /// Becomes the image of another record, in the same memory.
    fn show(&mut self, key: &'a str, record: &'a Record, (timeline, runs): (&Timeline, &Runs)) {
        self.key = key;
        self.versions.clear();
        let mut memo = None;
        let mut cells = Vec::new();
        for (epoch, fields) in record.iter().filter(|(epoch, _)| runs.have(*epoch)) {
            let seen = |other| timeline.seen_looking_from(runs, epoch, other);
            let before = record.seen_before(epoch, &mut memo, seen);
            let differences = Fields::differences(before, Some(fields)).into_iter();
            let differences = differences.filter(|(_, before, content)| before != content);
            cells.extend(differences.map(|(field, _, content)| (field, epoch, content)));
        }
        cells.sort_unstable_by_key(|(field, epoch, _)| (*field, *epoch));
        for cell in cells.chunk_by(|(field, ..), (next, ..)| field == next) {
            let mut before = None;
            self.versions.extend(cell.iter().map(|(field, epoch, held)| {
                let content = held.map(|held| (ValueImage::of(&held.value, before), held.lifetime.last()));
                before = *held;
                VersionImage { field, epoch: epoch.number(), content }
            }));
        }
    }
}
