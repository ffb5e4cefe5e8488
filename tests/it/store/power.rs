//! What a simulated disk may leave after a loss of power: everything that was synced, and any mixture of the rest.

use std::collections::{BTreeMap, BTreeSet};

use rewinddb::store::{Disk, DiskFault, Names, PowerLoss, SimulatedDisk};

type Files = BTreeMap<String, Vec<u8>>;

/// All images, however many.
const ALL: PowerLoss = PowerLoss { names: Names::InOrder, all: usize::MAX, edges: 0, random: 0, seed: 0 };
/// The edges and 500 random ones, however few there are.
const SOME: PowerLoss = PowerLoss { names: Names::InOrder, all: 0, edges: usize::MAX, random: 500, seed: 7 };

/// The files of the images, each once: two images may hold the same, if a change wrote what was there.
fn images(disk: &SimulatedDisk, loss: PowerLoss) -> BTreeSet<Files> {
    disk.durable_images(loss).map(|image| image.files()).collect()
}

/// What becomes of one file in all images.
fn found(disk: &SimulatedDisk, name: &str) -> BTreeSet<Option<Vec<u8>>> {
    let all = images(disk, ALL);
    let some = images(disk, SOME);
    assert!(some.is_subset(&all), "an image at the edges or drawn is none of all there are");
    all.into_iter().map(|mut files| files.remove(name)).collect()
}

/// Texts as [`found`] gives them.
fn texts<const N: usize>(texts: [&str; N]) -> BTreeSet<Option<Vec<u8>>> {
    texts.into_iter().map(|text| Some(text.into())).collect()
}

/// The names of the files in each image, joined.
fn names(disk: &SimulatedDisk, names: Names) -> BTreeSet<String> {
    let joined = |files: Files| files.into_keys().collect::<String>();
    images(disk, PowerLoss { names, ..ALL }).into_iter().map(joined).collect()
}

fn strings<const N: usize>(texts: [&str; N]) -> BTreeSet<String> {
    texts.map(str::to_owned).into()
}

#[test]
fn what_is_synced_is_in_every_image_and_what_is_not_in_some() {
    let disk = SimulatedDisk::new();
    let file = disk.create("a").unwrap();
    file.write_at(0, b"ab").unwrap();
    file.sync().unwrap();
    assert_eq!(
        found(&disk, "a"),
        texts(["ab"]).into_iter().chain([None]).collect(),
        "its name was not synced"
    );
    disk.sync_directory().unwrap();
    assert_eq!(found(&disk, "a"), texts(["ab"]));

    file.write_at(2, b"cd").unwrap();
    assert_eq!(found(&disk, "a"), texts(["ab", "abc", "abcd", "ab\0", "ab\0\0"]));
    file.write_at(0, b"X").unwrap();
    // The sector is found as it was at one moment, whatever the length.
    let halfway = ["ab", "abc", "abcd", "ab\0", "ab\0\0"].into_iter().chain(["Xb", "Xbc", "Xbcd"]);
    assert_eq!(found(&disk, "a"), halfway.map(|text| Some(text.into())).collect());
    file.sync().unwrap();
    assert_eq!(found(&disk, "a"), texts(["Xbcd"]));
}

#[test]
fn a_truncation_may_be_lost() {
    let disk = SimulatedDisk::from_files([("a", "abc")]);
    let file = disk.open("a").unwrap();
    file.truncate(1).unwrap();
    assert_eq!(found(&disk, "a"), texts(["a", "ab", "a\0", "abc", "a\0\0"]));
    file.write_at(1, b"Z").unwrap();
    assert!(
        found(&disk, "a").is_superset(&texts(["aZ", "aZ\0", "a", "ab", "abc"])),
        "{:?}",
        found(&disk, "a")
    );
    file.sync().unwrap();
    assert_eq!(found(&disk, "a"), texts(["aZ"]));
}

#[test]
fn sectors_are_old_or_new_and_never_mixed() {
    let disk = SimulatedDisk::from_files([("a", vec![b'o'; 4 * 512])]);
    let file = disk.open("a").unwrap();
    file.write_at(500, &[b'n'; 1000]).unwrap();
    let now = disk.bytes("a").unwrap();
    let mut seen = BTreeSet::new();
    for files in images(&disk, ALL) {
        let sectors = files["a"].chunks(512).zip(now.chunks(512));
        let is_new = |(found, new): (&[u8], &[u8])| {
            assert!(found == new || found == [b'o'; 512], "neither old nor new");
            found == new
        };
        seen.insert(sectors.map(is_new).collect::<Vec<_>>());
    }
    assert_eq!(seen.len(), 8, "three sectors, each for itself: {seen:?}");
    assert!(seen.iter().all(|sectors| sectors[3]), "the fourth is not in doubt");
    // The edges hold each sector unlike the others, which with three of them is everything.
    assert_eq!(images(&disk, PowerLoss { random: 0, ..SOME }), images(&disk, ALL));
}

#[test]
fn names_are_lost_from_the_last_change_on_or_each_for_itself() {
    let disk = SimulatedDisk::from_files([("a", "1"), ("b", "2")]);
    disk.create("c").unwrap();
    disk.rename("a", "d").unwrap();
    disk.remove("b").unwrap();
    assert_eq!(names(&disk, Names::InOrder), strings(["ab", "abc", "bcd", "cd"]));
    let apart = ["ab", "abc", "bd", "bcd", "a", "ac", "d", "cd"];
    assert_eq!(names(&disk, Names::Apart), strings(apart));
    disk.sync_directory().unwrap();
    assert_eq!(names(&disk, Names::Apart), strings(["cd"]));
}

#[test]
fn a_rename_without_a_sync_of_the_directory_leaves_either_file_whole() {
    let disk = SimulatedDisk::from_files([("a", "old")]);
    let file = disk.create("a.new").unwrap();
    file.write_at(0, b"new").unwrap();
    file.sync().unwrap();
    disk.rename("a.new", "a").unwrap();
    for rule in [Names::InOrder, Names::Apart] {
        let all = images(&disk, PowerLoss { names: rule, ..ALL });
        let found: BTreeSet<_> = all.iter().map(|files| files.get("a").cloned()).collect();
        assert_eq!(found, texts(["old", "new"]));
    }
    disk.sync_directory().unwrap();
    assert_eq!(found(&disk, "a"), texts(["new"]));
}

#[test]
fn a_failed_sync_is_not_made_good_by_a_later_one() {
    let disk = SimulatedDisk::from_files([("a", "")]);
    let file = disk.open("a").unwrap();
    file.write_at(0, &[b'1'; 600]).unwrap();
    disk.fail(disk.operations(), DiskFault::Io, false);
    file.sync().unwrap_err();
    file.write_at(600, &[b'2'; 600]).unwrap();
    file.sync().unwrap();
    let lost = [[0; 512].as_slice(), &[b'1'; 88], &[b'2'; 600]].concat();
    let whole = disk.bytes("a").unwrap();
    // What shares a sector with a later write is written again with it; the first sector is not.
    assert_eq!(found(&disk, "a"), [Some(lost), Some(whole.clone())].into());
    assert_eq!(disk.live_image().bytes("a").unwrap(), whole, "those who look do not see it");
    assert_eq!(found(&disk.live_image(), "a").len(), 2, "nor does a new process mend it with a sync");

    file.write_at(0, &[b'1'; 512]).unwrap();
    file.sync().unwrap();
    assert_eq!(found(&disk, "a"), [Some(whole)].into(), "writing it again does");
}

#[test]
fn a_failed_sync_of_the_directory_is_not_made_good_by_a_later_one() {
    let disk = SimulatedDisk::from_files([("a", "1")]);
    disk.create("b").unwrap();
    disk.fail(disk.operations(), DiskFault::Io, false);
    disk.sync_directory().unwrap_err();
    disk.create("c").unwrap();
    disk.sync_directory().unwrap();
    for rule in [Names::InOrder, Names::Apart] {
        assert_eq!(names(&disk, rule), strings(["ac", "abc"]));
    }
}

#[test]
fn a_sync_that_the_process_did_not_live_to_see_may_still_be_made() {
    let disk = SimulatedDisk::from_files([("a", "")]);
    let file = disk.open("a").unwrap();
    disk.crash_after(1);
    file.write_at(0, b"1").unwrap();
    file.sync().unwrap_err();
    assert_eq!(found(&disk, "a"), texts(["", "1", "\0"]));
    let next = disk.live_image();
    assert_eq!(found(&next, "a"), texts(["", "1", "\0"]), "a kill makes nothing durable");
    next.open("a").unwrap().sync().unwrap();
    assert_eq!(found(&next, "a"), texts(["1"]), "the next process can");

    next.remove("a").unwrap();
    next.crash_after(next.operations());
    next.sync_directory().unwrap_err();
    assert_eq!(names(&next, Names::Apart), strings(["", "a"]));
    let last = next.live_image();
    last.sync_directory().unwrap();
    assert_eq!(names(&last, Names::Apart), strings([""]));
}

#[test]
fn the_edges_hold_every_moment_since_the_last_sync() {
    let mut disk = SimulatedDisk::from_files([("a", "")]);
    let mut moments = vec![disk.files()];
    for number in 0..20_u64 {
        if number == 10 {
            disk = disk.live_image();
        }
        let file = disk.open("a").unwrap();
        match number % 5 {
            4 => drop(disk.create(&format!("b{number}")).unwrap()),
            3 => file.truncate(number * 100).unwrap(),
            _ => file.write_at(number * 130, &[u8::try_from(number + 1).unwrap(); 300]).unwrap(),
        }
        moments.push(disk.files());
    }
    for rule in [Names::InOrder, Names::Apart] {
        let nothing = images(&SimulatedDisk::new(), PowerLoss { names: rule, ..SOME });
        assert_eq!(nothing, [Files::new()].into(), "nothing is in doubt");
        let edges = images(&disk, PowerLoss { names: rule, random: 0, ..SOME });
        for (number, moment) in moments.iter().enumerate() {
            assert!(edges.contains(moment), "{rule:?}, after {number} changes");
        }
    }
}

#[test]
fn edges_are_bounded_and_other_seeds_give_others() {
    let disk = SimulatedDisk::from_files([("a", "")]);
    disk.open("a").unwrap().write_at(0, &vec![1; 500 * 512]).unwrap();
    let edges = |edges, seed| {
        let loss = PowerLoss { edges, seed, all: 0, random: 0, ..PowerLoss::default() };
        disk.durable_images(loss).map(|image| image.files()).collect::<BTreeSet<_>>()
    };
    // Each sector old among new ones or new among old ones, each cut but the first and the last, and nothing at all,
    // everything, and zeros.
    assert_eq!(edges(usize::MAX, 0).len(), 500 + 500 + 499 + 3);
    let (few, others) = (edges(40, 0), edges(40, 1));
    assert!((23..=43).contains(&few.len()), "{}", few.len());
    assert_eq!(few.intersection(&others).count(), 3, "those that come always");
}

#[test]
fn images_are_the_same_for_the_same_seed_and_none_comes_twice() {
    let disk = SimulatedDisk::from_files([("a", vec![1; 3000])]);
    disk.open("a").unwrap().write_at(700, &[2; 4000]).unwrap();
    // In images without its name, nothing of it makes a difference.
    disk.create("b").unwrap().write_at(0, &[3; 1000]).unwrap();
    let draw = |seed| {
        let loss = PowerLoss { seed, random: 200, ..PowerLoss::default() };
        disk.durable_images(loss).map(|image| image.files()).collect::<Vec<_>>()
    };
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
    assert_eq!(draw(1).iter().collect::<BTreeSet<_>>().len(), draw(1).len(), "seed 1");
    let all_durable = disk.durable_images(ALL).next().unwrap();
    assert_eq!(images(&all_durable, ALL), [all_durable.files()].into(), "an image is all durable");
}
