//! What the matrix has found, each as small as it could be made.

use rewinddb::store::{DiskFault, Encoding, Names, Options, PowerLoss, SimulatedDisk, repair};

use super::driver::{Driver, Step, words};
use super::frames::ends;
use super::scripts::only_file;
use super::state::look;
use super::{ENCODINGS, handle, options};

fn set(text: &str) -> Step {
    Step::Committed(vec![words(text)])
}

/// Of two segments that begin with the same group, the one without groups may be the longer file: the header of a
/// binary segment is longer than that of a JSON one and a short group.
#[test]
fn the_twin_that_a_switch_of_encodings_has_left_is_told_by_its_groups_and_not_by_its_length() {
    let mut driver = Driver::new(&SimulatedDisk::new(), options(Encoding::Binary));
    driver.run(&[Step::Reopen(Encoding::Json), set("SET a b c")]).expect("nothing fails");
    for names in [Names::InOrder, Names::Apart] {
        for image in driver.disk.durable_images(PowerLoss { names, ..PowerLoss::default() }) {
            assert_eq!(driver.check_image(&image, 1, 0), Ok(1), "{names:?} {image:?}");
        }
    }
}

/// A snapshot that has lost the frame with the places of its values can be repaired all the same: values are found by
/// the numbers that stand beside them; and what cannot be repaired is left as it was.
#[test]
fn a_repair_goes_on_where_the_places_of_values_are_lost() {
    let mut driver = Driver::new(&SimulatedDisk::new(), options(Encoding::Binary));
    let long = words(&format!("SET a b {}", "long".repeat(9)));
    let script = [Step::Committed(vec![long, words("SET a c short")]), Step::Compact];
    driver.run(&script).and_then(|()| driver.close()).expect("nothing fails");
    let (name, mut bytes) = only_file(&driver.disk, "snapshot");
    let ends = ends(&bytes, Encoding::Binary);
    // Of header, state, records, places and end the fourth.
    bytes[ends[3] - 1] ^= 1;
    driver.disk.set_bytes(&name, bytes);
    let before = driver.disk.files();
    let repaired = repair(&handle(&driver.disk), &driver.options);
    assert!(repaired.is_ok() || driver.disk.files() == before, "{repaired:?} leaves {:?}", driver.disk);
    repaired.expect("the records are there");
    let cells = look(&driver.disk, &driver.options).expect("it is sound").state.cells;
    assert_eq!(cells.iter().map(|cell| &cell.2[..]).collect::<Vec<_>>(), [&*"long".repeat(9), "short"]);
}

/// After a sync that failed, the system takes what it could not write for written. Whoever opens the store anew must
/// write it again before anything is built on it.
#[test]
fn what_is_built_on_a_sync_that_failed_is_durable() {
    // The second group has sectors of its own.
    let script = [set("SET a b c"), set(&format!("SET a c {}", "d".repeat(3000)))];
    for encoding in ENCODINGS {
        let mut whole = Driver::new(&SimulatedDisk::new(), options(encoding));
        whole.run(&script).expect("nothing fails");
        let trace = whole.disk.trace();
        let number = trace.iter().rposition(|line| line.starts_with("sync log")).expect("it is there");
        let mut driver = Driver::new(&SimulatedDisk::new(), options(encoding));
        driver.disk.fail(number, DiskFault::Io, false);
        driver.run(&script).expect_err("the sync fails");
        driver.store = None;
        let state = driver.goes_on(&driver.disk, 2, 0).expect("the system has it in memory");
        for image in driver.disk.durable_images(PowerLoss::default()) {
            let found = look(&image, &driver.options);
            let found = found.unwrap_or_else(|error| panic!("{encoding:?}: {error}, {image:?}"));
            assert_eq!((found.group, &found.state), (3, &state), "{encoding:?}");
        }
    }
}

/// The same where nothing more comes into the segment: its length must be made durable, too.
#[test]
fn what_a_sync_that_failed_has_left_is_durable_in_a_full_segment() {
    for encoding in ENCODINGS {
        let options = Options { segment_max: 1, ..options(encoding) };
        let mut driver = Driver::new(&SimulatedDisk::new(), options.clone());
        driver.open().expect("nothing fails");
        // A write, then the sync.
        driver.disk.fail(driver.disk.operations() + 1, DiskFault::Io, false);
        driver.run(&[set("SET a b c")]).expect_err("the sync fails");
        driver.store = None;
        let state = driver.goes_on(&driver.disk, 1, 0).expect("the system has it in memory");
        for image in driver.disk.durable_images(PowerLoss::default()) {
            let found =
                look(&image, &options).unwrap_or_else(|error| panic!("{encoding:?}: {error}, {image:?}"));
            assert_eq!((found.group, &found.state), (2, &state), "{encoding:?}");
        }
    }
}

/// The sync of the directory fails that was to make a snapshot's name durable. What it covers must not be removed, not
/// by the next process either, before the name was made durable in another way.
#[test]
fn a_snapshot_whose_name_is_in_doubt_takes_the_place_of_nothing() {
    let script = [set("SET a b c"), Step::Compact];
    let mut whole = Driver::new(&SimulatedDisk::new(), options(Encoding::Binary));
    whole.run(&script).expect("nothing fails");
    let trace = whole.disk.trace();
    let renamed = trace.iter().position(|line| line.starts_with("rename snapshot")).expect("it is there");
    let mut driver = Driver::new(&SimulatedDisk::new(), options(Encoding::Binary));
    driver.disk.fail(renamed + 1, DiskFault::Io, false);
    driver.run(&script).expect_err("the sync of the directory fails");
    driver.store = None;
    driver.open().and_then(|()| driver.close()).expect("nothing fails any more");
    for image in driver.disk.durable_images(PowerLoss::default()) {
        assert_eq!(driver.check_image(&image, 1, 0), Ok(1), "{image:?}");
    }
}

/// A process is killed before it has synced the directory; the next one finds the file under its name, and must make
/// that durable before it acknowledges what it writes there.
#[test]
fn names_that_a_killed_process_has_left_are_made_durable_before_they_are_built_on() {
    let script = [set("SET a b c")];
    let mut whole = Driver::new(&SimulatedDisk::new(), options(Encoding::Binary));
    whole.run(&script).expect("nothing fails");
    let number = whole.disk.trace().iter().rposition(|line| line == "sync directory").expect("it is there");
    let mut killed = Driver::new(&SimulatedDisk::new(), options(Encoding::Binary));
    killed.disk.crash_after(number);
    killed.run(&script).expect_err("it is killed");
    let mut driver = Driver::new(&killed.disk.live_image(), options(Encoding::Binary));
    driver.run(&script).expect("nothing fails");
    for image in driver.disk.durable_images(PowerLoss::default()) {
        assert_eq!(driver.check_image(&image, 1, 0), Ok(1), "{image:?}");
    }
}
