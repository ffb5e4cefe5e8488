//! Logs that end at every byte: what was acknowledged is there, or its loss is told.

use rewinddb::store::{Encoding, Error, Options, SimulatedDisk, SyncPolicy};

use super::driver::{Driver, Step};
use super::frames::ends;
use super::scripts::{Author, only_file, packed, prelude};
use super::state::look;
use super::{ENCODINGS, options};
use crate::amounts::{CUT_GROUPS, SEGMENT_STEP};

/// A store with a log of one segment: groups, packed ones, long values.
fn logged(options: Options, groups: usize, close: bool) -> Driver {
    let encoding = options.encoding.expect("it is told");
    let mut author = Author::new(1, encoding);
    let mut driver = Driver::new(&SimulatedDisk::new(), options);
    let mut script = prelude();
    if encoding == Encoding::Binary {
        script.push(Step::Applied(packed(2)));
    }
    script.extend((0..groups).map(|_| Step::Applied(author.group())));
    driver.run(&script).expect("nothing fails");
    if close {
        driver.close().expect("nothing fails");
    }
    driver
}

/// What a cut leaves in place of the rest: nothing, or zeros.
#[derive(Clone, Copy, PartialEq)]
enum Rest {
    Nothing,
    Zeros,
}

/// Cuts the log at every byte, or every n-th, and counts the cuts.
fn each_cut(
    driver: &Driver,
    encoding: Encoding,
    rest: Rest,
    mut check: impl FnMut(&SimulatedDisk, &str, usize, &[u8], &[usize]),
) -> usize {
    let disk = SimulatedDisk::from_files(driver.disk.files());
    let (name, log) = only_file(&disk, "log");
    let ends = ends(&log, encoding);
    // A long log is cut at hundreds of places that lie anywhere in its frames, a short one at all.
    let (step, mut cuts) = (if log.len() > 100_000 { 2999 } else { 1 }, 0);
    for cut in (0..log.len()).step_by(step) {
        let mut bytes = log[..cut].to_vec();
        if rest == Rest::Zeros {
            bytes.resize(log.len(), 0);
        }
        disk.set_bytes(&name, bytes.clone());
        // A frame is there as long as its bytes are: zeros in place of zeros make no difference.
        let same = bytes.iter().zip(&log).take_while(|(found, was)| found == was).count();
        let whole = &ends[..ends.partition_point(|end| *end <= same)];
        check(&disk, &name, cut, &bytes, whole);
        cuts += 1;
    }
    cuts
}

/// More cuts there must be than this: of a few groups some hundred bytes each, of many only the places tried.
fn least_cuts() -> usize {
    (100 * CUT_GROUPS.count()).min(4000)
}

/// A log of which nothing is known to be synced opens to the groups that are whole, wherever it ends, and the torn
/// rest is told: file, place, length and group.
#[test]
fn a_log_that_was_never_synced_opens_to_the_groups_before_the_cut() {
    for encoding in ENCODINGS {
        let options = Options { sync: SyncPolicy::Never, ..options(encoding) };
        let driver = logged(options.clone(), CUT_GROUPS.count(), false);
        for rest in [Rest::Nothing, Rest::Zeros] {
            let cuts = each_cut(&driver, encoding, rest, |disk, name, cut, bytes, whole| {
                let found = look(disk, &options);
                if whole.is_empty() {
                    // A file bears its name when its header is durable: this is no torn end.
                    assert!(
                        matches!(&found, Err(Error::Damaged(damage)) if damage.file == *name),
                        "cut at {cut}: {found:?}"
                    );
                    return;
                }
                let found = found.unwrap_or_else(|error| panic!("cut at {cut}: {error}"));
                let (group, end) = (whole.len() as u64 - 1, whole[whole.len() - 1]);
                let wanted = &driver.moment(group).expect("it was written").state;
                assert_eq!((found.group, &found.state), (group, wanted), "cut at {cut}");
                let torn = bytes[end..].iter().any(|byte| *byte != 0);
                let torn = torn.then(|| (name.to_owned(), end as u64, (bytes.len() - end) as u64, group + 1));
                let told = found.torn.map(|torn| (torn.file, torn.at, torn.bytes, torn.group));
                assert_eq!(told, torn, "cut at {cut}");
            });
            println!("{encoding:?}: {cuts} cuts of a log that was never synced");
            assert!(cuts > least_cuts());
        }
    }
}

/// A log that was synced to its end is refused wherever it is cut, with the name of the file.
#[test]
fn a_log_that_was_synced_is_refused_with_any_part_missing() {
    for encoding in ENCODINGS {
        let driver = logged(options(encoding), CUT_GROUPS.count(), true);
        for rest in [Rest::Nothing, Rest::Zeros] {
            let cuts = each_cut(&driver, encoding, rest, |disk, name, cut, _, whole| {
                let found = look(disk, &driver.options);
                if whole.len() == driver.history.len() {
                    assert_eq!(found.expect("all is there").state, driver.last().state);
                    return;
                }
                assert!(
                    matches!(&found, Err(Error::Damaged(damage)) if damage.file == *name),
                    "cut at {cut}: {found:?}"
                );
            });
            println!("{encoding:?}: {cuts} cuts of a log that was synced");
            assert!(cuts > least_cuts());
        }
    }
}

/// What stands before the cut is served by the store itself, which goes on there: the torn end is gone from the file.
#[test]
fn a_store_goes_on_where_its_log_was_cut() {
    for encoding in ENCODINGS {
        let options = Options { sync: SyncPolicy::Never, ..options(encoding) };
        let driver = logged(options, 12, false);
        let mut turn = 0;
        each_cut(&driver, encoding, Rest::Nothing, |disk, _, cut, _, whole| {
            if let Some(last) = whole.len().checked_sub(1) {
                turn += 1;
                let copy = SimulatedDisk::from_files(disk.files());
                let group = driver.check_image(&copy, last as u64, turn);
                assert_eq!(group, Ok(last as u64), "cut at {cut}");
            }
        });
        println!("{encoding:?}: {turn} stores have gone on");
        assert!(turn > 1000, "{turn} stores");
    }
}

/// A segment that others follow is no end of the log: cut anywhere, it is damaged, whatever the watermark says.
#[test]
fn a_cut_segment_before_the_last_is_damage() {
    for encoding in ENCODINGS {
        let options = Options { sync: SyncPolicy::Never, segment_max: 500, ..options(encoding) };
        let driver = logged(options, 20, false);
        let files = driver.disk.files();
        let mut logs: Vec<_> = files.keys().filter(|name| name.starts_with("log")).cloned().collect();
        assert!(logs.pop().is_some() && logs.len() > 2, "{logs:?}");
        // A watermark that knows of nothing: the empty store's.
        let mut fresh = Driver::new(&SimulatedDisk::new(), driver.options.clone());
        fresh.open().expect("nothing fails");
        let start = fresh.disk.bytes("watermark").expect("it is there");
        for name in logs {
            let disk = SimulatedDisk::from_files(files.clone());
            disk.set_bytes("watermark", start.clone());
            let bytes = &files[&name];
            for cut in (0..bytes.len()).step_by(SEGMENT_STEP.count()) {
                disk.set_bytes(&name, &bytes[..cut]);
                let found = look(&disk, &driver.options);
                assert!(matches!(found, Err(Error::Damaged(_))), "{name} cut at {cut}: {found:?}");
            }
        }
    }
}
