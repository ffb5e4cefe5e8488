//! Between the engine's image of a database and the messages of a snapshot, both ways.
//!
//! Invariant: only here is a reference to a blob spelled as a text: a snapshot has marks in texts, memory has types.
//!
//! ```text
//!   in the snapshot     in memory
//!   "Ada"               the text "Ada"
//!   "\0#17"             a reference to blob 17
//!   "\0\0Ada"           the text "\0Ada"
//! ```

use crate::engine::image::{self as engine, BlobRef, RecordImage, TextImage, ValueImage, VersionImage};
use crate::store::message::{
    AliasMessage, BackupMessage, BranchMessage, ListMessage, RecordMessage, StateMessage, VersionMessage,
};
use crate::time::{ClockRule, Time};

/// What no text in a snapshot begins with unless it is a reference, or was given another of these.
const MARK: char = '\0';

/// What follows the mark in a reference; its number follows.
const REFERENCE: char = '#';

/// A text as a snapshot spells it.
fn spelled(text: TextImage<'_>) -> String {
    match text {
        TextImage::Memory(text) if text.starts_with(MARK) => format!("{MARK}{text}"),
        TextImage::Memory(text) => text.to_owned(),
        TextImage::Blob(BlobRef(number)) => format!("{MARK}{REFERENCE}{number}"),
    }
}

/// The text that a snapshot spells so.
fn text_of(spelled: &str) -> TextImage<'_> {
    let Some(marked) = spelled.strip_prefix(MARK) else { return TextImage::Memory(spelled) };
    let number = marked.strip_prefix(REFERENCE).and_then(|number| number.parse().ok());
    number.map_or(TextImage::Memory(marked), |number| TextImage::Blob(BlobRef(number)))
}

/// The message of a state.
pub(in crate::store) fn state(state: &engine::State, next_value: u64) -> StateMessage {
    let branch = |branch: &engine::BranchImage| {
        let engine::BranchImage { first, fork, parent } = *branch;
        BranchMessage { first, fork, parent }
    };
    let backup = |backup: &engine::BackupImage| {
        let engine::BackupImage { taken: Time(taken), now: Time(now), epoch, branch } = *backup;
        BackupMessage { taken, now, epoch, branch }
    };
    let alias = |(name, operation): &(String, String)| {
        let [name, operation] = [name, operation].map(Clone::clone);
        AliasMessage { name, operation }
    };
    StateMessage {
        now: state.now.0,
        changed: Some(state.changed.0),
        shift: state.shift,
        open: state.open,
        branches: state.branches.iter().map(branch).collect(),
        backups: state.backups.iter().map(backup).collect(),
        next_value,
        aliases: state.aliases.iter().map(alias).collect(),
    }
}

/// The state in a message.
pub(in crate::store) fn state_of(state: &StateMessage, rule: ClockRule) -> engine::State {
    let branch = |branch: &BranchMessage| {
        let BranchMessage { first, fork, parent } = *branch;
        engine::BranchImage { first, fork, parent }
    };
    let backup = |backup: &BackupMessage| {
        let BackupMessage { taken, now, epoch, branch } = *backup;
        engine::BackupImage { taken: Time(taken), now: Time(now), epoch, branch }
    };
    let alias = |AliasMessage { name, operation }: &AliasMessage| (name.clone(), operation.clone());
    engine::State {
        rule,
        now: Time(state.now),
        changed: Time(state.changed.unwrap_or(state.now)),
        shift: state.shift,
        open: state.open,
        branches: state.branches.iter().map(branch).collect(),
        backups: state.backups.iter().map(backup).collect(),
        aliases: state.aliases.iter().map(alias).collect(),
    }
}

/// The message of a record. `keep` is asked of every reference; one that is not kept becomes the empty string.
pub(in crate::store) fn record(
    record: &RecordImage<'_>,
    keep: &mut dyn FnMut(BlobRef) -> bool,
) -> RecordMessage {
    let mut spelled = |text: TextImage<'_>| match text {
        TextImage::Blob(blob) if !keep(blob) => String::new(),
        text => spelled(text),
    };
    let version = |version: &VersionImage<'_>| {
        let (value, last) = version.content.as_ref().map(|(value, last)| (value, *last)).unzip();
        let last = last.filter(|last| *last != Time::LAST).map(|Time(last)| last);
        let (value, items) = match value {
            None => (None, None),
            Some(ValueImage::Text(text)) => (Some(spelled(*text)), None),
            Some(ValueImage::List { continues, items }) => {
                let items = items.iter().map(|item| spelled(*item)).collect();
                (None, Some(ListMessage { goes_on: *continues, items }))
            }
        };
        VersionMessage { field: version.field.to_owned(), epoch: version.epoch, value, last, list: items }
    };
    RecordMessage { key: record.key.to_owned(), versions: record.versions.iter().map(version).collect() }
}

/// The record in a message.
pub(in crate::store) fn record_of(record: &RecordMessage) -> RecordImage<'_> {
    RecordImage { key: &record.key, versions: record.versions.iter().map(version_of).collect() }
}

fn version_of(version: &VersionMessage) -> VersionImage<'_> {
    let list = version.list.as_ref().map(|ListMessage { goes_on, items }| ValueImage::List {
        continues: *goes_on,
        items: items.iter().map(|item| text_of(item)).collect(),
    });
    let value = list.or_else(|| version.value.as_deref().map(|text| ValueImage::Text(text_of(text))));
    let content = value.map(|value| (value, version.last.map_or(Time::LAST, Time)));
    VersionImage { field: &version.field, epoch: version.epoch, content }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_read_back_as_it_was_and_none_is_taken_for_a_reference() {
        for text in ["", "Ada", "\0", "\0#", "\0#17", "\0\0#17", "\0\0", "#17"] {
            let text = TextImage::Memory(text);
            assert_eq!(text_of(&spelled(text)), text);
        }
        let blob = TextImage::Blob(BlobRef(17));
        assert_eq!((spelled(blob).as_str(), text_of("\0#17")), ("\0#17", blob));
    }
}
