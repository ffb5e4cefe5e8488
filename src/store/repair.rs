//! Repair: the way on for a store that is damaged. It is only done when asked for, keeps a copy of every file that it
//! takes something from, and reports what is lost.
//!
//! Invariant: what is saved was in the store; a group that comes after a damage is not applied, as nobody knows what
//! it was applied to.

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::Arc;

use super::aside::copy_file;
use super::compaction::{remove, remove_covered};
use super::data_file::{FileKind, FileName};
use super::disk::{Disk, LockKind};
use super::error::{Damage, Error};
use super::listing::FileListing;
use super::opening::lock_existing;
use super::options::{Encoding, Options};
use super::recovery::{Recovered, salvage};
use super::snapshot::{self, Material};
use super::verify::{Verification, verify_listed};
use super::watermark;
use crate::engine::image::BlobRef;
use crate::engine::{StoredText, StoredValue};

/// What a repair has done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repair {
    /// What was damaged.
    pub damages: Vec<Damage>,
    /// The copies of what was there: name, and name of the copy.
    pub copies: Vec<(String, String)>,
    /// What is lost.
    pub lost: Vec<String>,
    /// The last group that the store has now.
    pub last_group: u64,
}

/// Repairs a store: everything that stands before the first damage in its log is written into a new snapshot, and
/// files that were damaged, or of which something is lost, are copied before. Nothing is done if nothing is damaged.
///
/// # Errors
/// [`Error::Damaged`] if nothing can be saved, and everything is as it was; [`Error::Locked`], [`Error::NoStore`],
/// [`Error::Disk`].
pub fn repair(disk: &Arc<dyn Disk>, options: &Options) -> Result<Repair, Error> {
    let (_lock, listing) = lock_existing(&**disk, LockKind::Exclusive)?;
    let Verification { damages, last_group, .. } = verify_listed(disk, &listing)?;
    if damages.is_empty() {
        return Ok(Repair::default());
    }
    let mut losses = Vec::new();
    let (mut recovered, group) = salvage(disk, &listing, options, &mut losses)?;
    let mut repair = Repair { last_group: group.sequence, damages, ..Repair::default() };
    let behind: Vec<FileName> =
        listing.segments.iter().filter(|name| name.sequence > group.sequence).copied().collect();
    repair.report(&losses, last_group);
    let lost = repair.lost_blobs(&**disk, &mut recovered)?;
    let mut copied = behind.clone();
    if !lost.is_empty() {
        // What has become of them may yet be found in there.
        copied.extend(&listing.values);
    }
    repair.copy(&**disk, &copied)?;
    let encoding = options.encoding.or(listing.segments.last().map(|name| name.encoding));
    let source = Material {
        image: recovered.engine.image(),
        covers: group,
        locations: recovered.blobs.locations.clone(),
        next_blob: recovered.blobs.next,
        encoding: encoding.unwrap_or(Encoding::Binary),
        thorough: true,
        lost,
    };
    let written = snapshot::write(&**disk, source)?;
    // What was saved of a damaged store is looked at once more before anything of that store goes.
    snapshot::read(&**disk, written.size.name, None)?;
    // From here on the snapshot is the store; until it is done the damage is still noticed.
    let needed = written.locations.values().map(|location| location.file).collect();
    for name in behind {
        let name = name.to_string();
        disk.remove(&name).map_err(Error::disk("remove", &name))?;
    }
    watermark::create(&**disk, group)?;
    remove_covered(&**disk, Some(written.size.name), &needed)?;
    remove(&**disk, FileListing::read(&**disk)?.aside)?;
    Ok(repair)
}

impl Repair {
    /// Reports what is lost of the snapshot and of the log.
    fn report(&mut self, losses: &[Damage], last_group: u64) {
        let is_snapshot = |damage: &&Damage| damage.file.starts_with(FileKind::Snapshot.name());
        for damage in losses.iter().filter(is_snapshot) {
            self.lost.push(format!("what stood in {} at byte {}", damage.file, damage.at));
        }
        let first = self.last_group.saturating_add(1);
        match last_group.checked_sub(self.last_group) {
            None | Some(0) => {}
            Some(1) => self.lost.push(format!("group {first}")),
            Some(_) => self.lost.push(format!("groups {first} to {last_group}")),
        }
    }

    /// The blobs that cannot be read, or that nobody knows the location of.
    fn lost_blobs(&mut self, disk: &dyn Disk, recovered: &mut Recovered) -> Result<HashSet<BlobRef>, Error> {
        let (locations, mut lost) = (recovered.blobs.locations.clone(), HashSet::new());
        recovered.engine.image().try_each_record(|record| {
            for blob in snapshot::blobs_of(record) {
                match locations.get(blob).map(|location| location.read(disk)) {
                    Some(Ok(_)) => {}
                    None | Some(Err(Error::Damaged(_))) => {
                        lost.insert(blob);
                    }
                    Some(Err(error)) => return Err(error),
                }
            }
            Ok(())
        })?;
        let lost_of = |text: &&StoredText| match text {
            StoredText::Blob(blob) => lost.get(blob).copied(),
            StoredText::Memory(_) => None,
        };
        let mut live = HashSet::new();
        let Ok(cells) = recovered.engine.try_cells(Ok::<_, Infallible>);
        for cell in cells {
            let texts = cell.value.texts();
            let gone: Vec<_> = texts.iter().filter_map(lost_of).collect();
            let (key, field) = (cell.key.escape_debug(), cell.field.escape_debug());
            self.lost.extend(match cell.value {
                _ if gone.is_empty() => None,
                StoredValue::Text(_) => {
                    Some(format!("the value of {key} {field}, which is the empty string now"))
                }
                StoredValue::List(_) => {
                    let items = format!("{} of the {} items of {key} {field}", gone.len(), texts.len());
                    Some(items + ", empty strings now")
                }
            });
            live.extend(gone);
        }
        if lost.len() > live.len() {
            let others = lost.len() - live.len();
            self.lost.push(format!("values that only backups have, which are empty strings now: {others}"));
        }
        Ok(lost)
    }

    /// Copies every file that is damaged, or that something is lost of.
    fn copy(&mut self, disk: &dyn Disk, behind: &[FileName]) -> Result<(), Error> {
        let mut names: Vec<_> = self.damages.iter().map(|damage| damage.file.clone()).collect();
        names.extend(behind.iter().map(ToString::to_string));
        names.sort_unstable();
        names.dedup();
        let listed = disk.list().map_err(Error::disk("list", "the directory"))?;
        for name in names.into_iter().filter(|name| listed.contains(name)) {
            let copies = (1..).map(|number| format!("{name}.damaged-{number}"));
            let Some(copy) = copies.into_iter().find(|copy| !listed.contains(copy)) else { continue };
            copy_file(disk, &name, &copy)?;
            self.copies.push((name, copy));
        }
        disk.sync_directory().map_err(Error::disk("sync", "the directory"))
    }
}
