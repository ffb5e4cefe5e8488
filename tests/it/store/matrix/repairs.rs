//! Repairs: what there is of a damaged store is saved, and what there is not is told.

use std::collections::BTreeMap;

use rewinddb::query::Query;
use rewinddb::store::{DiskFault, Error, Options, Repair, SimulatedDisk, Store, repair, verify};

use super::crash::durable;
use super::driver::Driver;
use super::flip::{closed, flipped};
use super::state::{State, look};
use super::{ENCODINGS, handle};
use crate::amounts::REPAIRED_STEP;

/// What a repair came to.
#[derive(Debug, Default)]
struct Repairs {
    tried: usize,
    hopeless: usize,
    nothing_lost: usize,
}

/// Repairs a store with a changed file. Either nothing can be saved, and all is as it was; or the store opens and is
/// sound, the copies are what was there, and what is missing is told.
fn judge(
    driver: &Driver,
    files: &BTreeMap<String, Vec<u8>>,
    changed: &str,
    repairs: &mut Repairs,
    label: &str,
) {
    let disk = SimulatedDisk::from_files(files.clone());
    repairs.tried += 1;
    let repaired = match repair(&handle(&disk), &driver.options) {
        Ok(repaired) => repaired,
        Err(Error::Damaged(damage)) => {
            assert!(disk.files() == *files, "{label}: {damage}, and yet there is {disk:?}");
            repairs.hopeless += 1;
            return;
        }
        Err(error) => panic!("{label}: {error}"),
    };
    assert!(repaired.damages.iter().any(|damage| damage.file == changed), "{label}: {repaired:?}");
    let after = disk.files();
    for (name, copy) in &repaired.copies {
        assert!(after.get(copy) == files.get(name), "{label}: the copy of {name}");
    }
    for damage in &repaired.damages {
        assert!(repaired.copies.iter().any(|(name, _)| *name == damage.file), "{label}: {repaired:?}");
    }
    let verdict = verify(&handle(&disk)).expect("it can be read");
    assert!(verdict.damages.is_empty() && verdict.torn.is_none(), "{label}: {verdict:?}");
    let found = look(&disk, &driver.options).unwrap_or_else(|error| panic!("{label}: {error}"));
    assert_eq!(found.group, repaired.last_group, "{label}");
    let whole = &driver.moment(found.group).expect("it was written").state;
    assert_honest(&found.state, whole, &repaired, label);
    let groups = match driver.applied() - found.group {
        0 => None,
        1 => Some(format!("group {}", driver.applied())),
        _ => Some(format!("groups {} to {}", found.group + 1, driver.applied())),
    };
    assert!(groups.is_none_or(|groups| repaired.lost.contains(&groups)), "{label}: {repaired:?}");
    repairs.nothing_lost += usize::from(repaired.lost.is_empty());
    let store =
        Store::open(handle(&disk), driver.options.clone()).unwrap_or_else(|error| panic!("{label}: {error}"));
    store.close().unwrap_or_else(|error| panic!("{label}: {error}"));
}

/// What a repair has saved was in the store, and what it has not is told.
fn assert_honest(found: &State, whole: &State, repaired: &Repair, label: &str) {
    assert_eq!(found.now, whole.now, "{label}");
    for (key, field, value, left) in &found.cells {
        let was = whole.cells.iter().find(|was| (&was.0, &was.1) == (key, field));
        let (_, _, text, ttl) = was.unwrap_or_else(|| panic!("{label}: {key} {field} was not there"));
        let emptied = format!("the value of {} {}", key.escape_debug(), field.escape_debug());
        let is_told = value.is_empty() && repaired.lost.iter().any(|lost| lost.starts_with(&emptied));
        assert!(
            left == ttl && (value == text || is_told),
            "{label}: {key} {field} holds {value:?}, {repaired:?}"
        );
    }
    let of_snapshot = repaired.damages.iter().any(|damage| damage.file.starts_with("snapshot"));
    assert!(!of_snapshot || !repaired.lost.is_empty(), "{label}: a snapshot has lost nothing");
    assert!(of_snapshot || found.cells.len() == whole.cells.len(), "{label}: cells are gone, {repaired:?}");
}

/// A repair after any flip, every eighth byte or so, succeeds and is honest, or says that nothing can be saved.
#[test]
fn a_repair_saves_what_there_is_and_tells_what_is_lost() {
    for encoding in ENCODINGS {
        let driver = closed(encoding);
        let files = driver.disk.files();
        let mut repairs = Repairs::default();
        for (name, bytes) in &files {
            for bit in (0..8 * bytes.len()).step_by(REPAIRED_STEP.count()) {
                let mut files = files.clone();
                files.insert(name.clone(), flipped(bytes, bit));
                judge(&driver, &files, name, &mut repairs, &format!("{name}, bit {bit}"));
            }
        }
        println!("{encoding:?}: {repairs:?}");
        assert!(repairs.tried > 400 && repairs.hopeless < repairs.tried / 2, "{repairs:?}");
    }
}

/// A repair that was cut off, by a crash or with the power, has lost nothing that it would have saved: after it a
/// repair comes to the same database, or there is nothing left to do.
#[test]
fn a_repair_that_was_cut_off_can_be_repeated() {
    let mut images = 0;
    for encoding in ENCODINGS {
        let driver = closed(encoding);
        let files = driver.disk.files();
        for (name, bytes) in &files {
            // In the midst of the file, of its first third and of its end.
            for at in [bytes.len() / 2, bytes.len() / 3, bytes.len() - 9] {
                let mut files = files.clone();
                files.insert(name.clone(), flipped(bytes, 8 * at));
                images += cut_off(&driver, &files, &format!("{name} at {at}"));
            }
        }
    }
    println!("{images} repairs were cut off");
    assert!(images > 1000);
}

/// Cuts the repair of some files off at each of its operations; the answer is how many images were judged.
fn cut_off(driver: &Driver, files: &BTreeMap<String, Vec<u8>>, label: &str) -> usize {
    let whole = SimulatedDisk::from_files(files.clone());
    if repair(&handle(&whole), &driver.options).is_err() {
        return 0;
    }
    let wanted = look(&whole, &driver.options).expect("it was repaired");
    let mut images = 0;
    for number in 0..whole.operations() {
        let disk = SimulatedDisk::from_files(files.clone());
        disk.crash_after(number);
        repair(&handle(&disk), &driver.options).expect_err("the crash shows");
        for image in [disk.live_image()].into_iter().chain(durable(&disk, 2, number)) {
            let label = format!("{label}, cut off at {number} {:?}", whole.trace()[number]);
            let repaired = repair(&handle(&image), &driver.options);
            repaired.unwrap_or_else(|error| panic!("{label}: {error}"));
            let found = look(&image, &driver.options).unwrap_or_else(|error| panic!("{label}: {error}"));
            assert!(found == wanted, "{label}: {found:?}, not {wanted:?}");
            let kept = image.files();
            let damaged =
                files.iter().filter(|(name, bytes)| driver.disk.bytes(name).as_ref() != Some(bytes));
            for (name, bytes) in damaged {
                let is_kept =
                    kept.iter().any(|(copy, kept)| copy.starts_with(name.as_str()) && kept == bytes);
                assert!(is_kept, "{label}: no copy of {name}");
            }
            images += 1;
        }
    }
    images
}

/// Both items of a list were lost, and one of them was told to be a backup's.
#[test]
fn what_is_lost_of_a_live_list_is_not_told_of_backups() {
    let (disk, options) = (SimulatedDisk::new(), Options { inline_max: 4, ..Options::default() });
    let mut store = Store::open(handle(&disk), options.clone()).expect("it begins");
    for item in ["a long item", "another one"] {
        store.apply(&[Query::Append { key: "k", field: "f", item }], |_, _| {}).expect("it is written");
    }
    store.compact().expect("there is room");
    store.close().expect("there is room");
    let values = "values-00000000000000000001.bin";
    let mut bytes = disk.bytes(values).expect("it has both");
    bytes[60..].fill(0xff);
    disk.set_bytes(values, bytes);
    let repaired = repair(&handle(&disk), &options).expect("the rest is saved");
    assert_eq!(repaired.lost, ["2 of the 2 items of k f, empty strings now"]);
}

/// A full disk kept the beginning of a copy, and each further try another one.
#[test]
fn a_repair_that_has_no_room_leaves_no_part_of_a_copy() {
    let files = {
        let disk = SimulatedDisk::new();
        let mut store = Store::open(handle(&disk), Options::default()).expect("it begins");
        for value in ["1", "2", "3"] {
            store.apply(&[Query::Put { key: "k", value }], |_, _| {}).expect("it is written");
        }
        store.close().expect("there is room");
        let mut files = disk.files();
        let log = files.get_mut("log-00000000000000000001.bin").expect("it is there");
        let at = log.len() - 40;
        log[at] ^= 1;
        files
    };
    let operations = {
        let disk = SimulatedDisk::from_files(files.clone());
        repair(&handle(&disk), &Options::default()).expect("there is room");
        disk.trace().iter().position(|operation| operation.starts_with("rename")).expect("a snapshot")
    };
    for number in 0..operations {
        let disk = SimulatedDisk::from_files(files.clone());
        disk.fail(number, DiskFault::Short(1), false);
        repair(&handle(&disk), &Options::default()).expect_err("there is no room");
        for (name, bytes) in disk.files() {
            let original = name.split(".damaged-").next().expect("it has a name");
            assert!(files.get(original) == Some(&bytes), "{number}: {:?}", disk.trace());
        }
    }
}

/// A values file that could not be removed has other values under its numbers than the snapshot means.
#[test]
fn a_value_whose_place_is_lost_is_not_taken_from_a_file_that_was_left_behind() {
    let options = Options { inline_max: 4, ..Options::default() };
    let values_of = |values: [&str; 2]| {
        let disk = SimulatedDisk::new();
        let mut store = Store::open(handle(&disk), options.clone()).expect("it begins");
        let [first, second] = values.map(|value| Query::Put { key: "k", value });
        for query in [first, second] {
            store
                .apply(&[query, Query::Set { key: "k", field: "f", value: "1" }], |_, _| {})
                .expect("it is written");
            store.compact().expect("there is room");
        }
        store.close().expect("there is room");
        disk
    };
    let (other, disk) =
        (values_of(["something", "something else"]), values_of(["a long value", "another one"]));
    let (left, names) = ("values-00000000000000000001.bin", disk.files());
    let new = other.bytes("values-00000000000000000002.bin").expect("it is there");
    disk.set_bytes(left, new);
    let snapshot = names.keys().find(|name| name.starts_with("snapshot-")).expect("it is there");
    let mut bytes = disk.bytes(snapshot).expect("it is there");
    let place = bytes.windows(6).rposition(|bytes| bytes == b"values").expect("it tells places");
    bytes[place] ^= 1;
    disk.set_bytes(snapshot, bytes);
    let repaired = repair(&handle(&disk), &options).expect("the rest is saved");
    assert_eq!(repaired.damages.len(), 1, "{repaired:?}");
    let mut store = Store::open(handle(&disk), options.clone()).expect("it opens");
    let get = [Query::GetOwn { key: "k" }];
    store.apply(&get, |_, reply| assert_eq!(reply.to_string(), "another one")).expect("it can be read");
}
