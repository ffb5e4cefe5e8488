//! Between the engine's image of a database and the messages of a snapshot, both ways.

use super::message::{Alias, Backup, Branch, Count, List, Record, State, Version};
use crate::engine::image::{self as engine, RecordImage, ValueImage, VersionImage};
use crate::time::{ClockRule, Time};

/// The message of a state.
pub(super) fn state(state: &engine::State, next_value: u64) -> State {
    let branch = |branch: &engine::BranchImage| {
        let engine::BranchImage { first, fork, parent } = *branch;
        Branch { first, fork, parent }
    };
    let backup = |backup: &engine::BackupImage| {
        let engine::BackupImage { taken: Time(taken), now: Time(now), epoch, branch, live_records } = *backup;
        Backup { taken, now, epoch, branch, live_records }
    };
    let alias = |(name, operation): &(String, String)| {
        let [name, operation] = [name, operation].map(Clone::clone);
        Alias { name, operation }
    };
    State {
        now: state.now.0,
        shift: state.shift,
        settled: state.settled.0,
        live_records: state.live_records,
        open: state.open,
        branches: state.branches.iter().map(branch).collect(),
        backups: state.backups.iter().map(backup).collect(),
        next_value,
        aliases: state.aliases.iter().map(alias).collect(),
    }
}

/// The state in a message.
pub(super) fn state_of(state: &State, rule: ClockRule) -> engine::State {
    let branch = |branch: &Branch| {
        let Branch { first, fork, parent } = *branch;
        engine::BranchImage { first, fork, parent }
    };
    let backup = |backup: &Backup| {
        let Backup { taken, now, epoch, branch, live_records } = *backup;
        engine::BackupImage { taken: Time(taken), now: Time(now), epoch, branch, live_records }
    };
    let alias = |Alias { name, operation }: &Alias| (name.clone(), operation.clone());
    engine::State {
        rule,
        now: Time(state.now),
        shift: state.shift,
        settled: Time(state.settled),
        live_records: state.live_records,
        open: state.open,
        branches: state.branches.iter().map(branch).collect(),
        backups: state.backups.iter().map(backup).collect(),
        aliases: state.aliases.iter().map(alias).collect(),
    }
}

/// The message of a record.
pub(super) fn record(record: &RecordImage<'_>) -> Record {
    let version = |version: &VersionImage<'_>| {
        let (held, last) = version.content.as_ref().map(|(value, last)| (value, *last)).unzip();
        let last = last.filter(|last| *last != Time::LAST).map(|Time(last)| last);
        let (value, items) = match held {
            None => (None, None),
            Some(ValueImage::Text(text)) => (Some((*text).to_owned()), None),
            Some(ValueImage::List { goes_on, items }) => {
                let items = items.iter().map(|item| (*item).to_owned()).collect();
                (None, Some(List { goes_on: *goes_on, items }))
            }
        };
        Version { field: version.field.to_owned(), epoch: version.epoch, value, last, list: items }
    };
    Record {
        key: record.key.to_owned(),
        counts: record.counts.iter().map(|(epoch, cells)| Count { epoch: *epoch, cells: *cells }).collect(),
        versions: record.versions.iter().map(version).collect(),
    }
}

/// The record in a message.
pub(super) fn record_of(record: &Record) -> RecordImage<'_> {
    RecordImage {
        key: &record.key,
        counts: record.counts.iter().map(|count| (count.epoch, count.cells)).collect(),
        versions: record.versions.iter().map(version_of).collect(),
    }
}

fn version_of(version: &Version) -> VersionImage<'_> {
    let list = version.list.as_ref().map(|List { goes_on, items }| ValueImage::List {
        goes_on: *goes_on,
        items: items.iter().map(String::as_str).collect(),
    });
    let value = list.or_else(|| version.value.as_deref().map(ValueImage::Text));
    let content = value.map(|value| (value, version.last.map_or(Time::LAST, Time)));
    VersionImage { field: &version.field, epoch: version.epoch, content }
}
