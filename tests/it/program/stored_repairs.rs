//! `rewind log verify` and `rewind log repair`: what is told of damaged stores, and what is left of them.

use crate::program::stored::{Scratch, answers, refusal};
use crate::program::stored_fixtures_made::made;
use crate::program::stored_log::{LINES, filled, replayed};
use crate::text;

/// Turns a bit of a byte around, so far from the end of a file.
fn flip(file: &std::path::Path, from_end: usize) -> usize {
    let mut bytes = std::fs::read(file).expect("it is there");
    let at = bytes.len() - from_end;
    bytes[at] ^= 1;
    std::fs::write(file, bytes).expect("it is ours");
    at
}

/// A copy of a store as it is made for `fixtures/store`.
fn fixture(name: &str) -> Scratch {
    let scratch = Scratch::new();
    std::fs::create_dir(scratch.store()).expect("there is room");
    for (file, bytes) in &made()[name] {
        std::fs::write(scratch.store().join(file), bytes).expect("there is room");
    }
    scratch
}

fn repaired(scratch: &Scratch) -> String {
    let output = scratch.log("repair", &[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(answers(&scratch.log("verify", &[])).ends_with("all good\n"));
    text(&output.stdout)
}

#[test]
fn verify_tells_every_file_and_every_damage() {
    let scratch = filled(&["--segment-max", "1"]);
    let good = answers(&scratch.log("verify", &[]));
    assert_eq!(good.lines().count(), 6, "{good}");
    assert!(good.ends_with("watermark: 1024 bytes read\nall good\n"), "{good}");
    let file = scratch.store().join("log-00000000000000000003.bin");
    flip(&file, 2);
    flip(&scratch.store().join("log-00000000000000000001.bin"), 2);
    let output = scratch.log("verify", &[]);
    let (found, name) = (text(&output.stdout), "log-00000000000000000003.bin is damaged at byte ");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(1), String::new()));
    let damage = found.lines().find(|line| line.starts_with(name)).expect("it is told");
    let (at, why) = damage[name.len()..].split_once(": ").expect("a place and a reason");
    assert!(at.parse::<u64>().expect("it is a number") < std::fs::metadata(file).expect("it is there").len());
    assert_eq!(why, "the checksum does not match");
    assert!(found.ends_with("\n2 places damaged\n"), "{found}");
}

#[test]
fn a_damaged_store_is_refused_until_it_is_repaired() {
    let scratch = filled(&["--segment-max", "1"]);
    let damaged = scratch.store().join("log-00000000000000000003.bin");
    flip(&damaged, 2);
    let bytes = scratch.files();
    for output in [
        scratch.run(&[], LINES),
        scratch.log("replay", &[]),
        scratch.log("stats", &[]),
        scratch.log("compact", &[]),
    ] {
        let (status, message) = refusal(&output);
        assert_eq!(status, Some(74), "{message}");
        let damaged = format!("error: {}: log-00000000000000000003.bin is damaged at byte ", scratch.name());
        assert!(message.starts_with(&damaged), "{message}");
        let help = format!("= help: `rewind log verify {}`", scratch.name());
        assert!(message.contains(&help), "{message}");
    }
    assert_eq!(scratch.files(), bytes, "nobody but repair changes what is damaged");

    let told = answers(&scratch.log("repair", &[]));
    for part in [
        "log-00000000000000000003.bin is damaged at byte ",
        "log-00000000000000000003.bin was copied to log-00000000000000000003.bin.damaged-1\n",
        "log-00000000000000000004.bin was copied to log-00000000000000000004.bin.damaged-1\n",
        "\nlost: groups 3 to 4\n",
        "the store goes on after group 2\n",
    ] {
        assert!(told.contains(part), "{part:?} is missing in\n{told}");
    }
    for number in [3, 4] {
        let name = format!("log-{number:020}.bin");
        assert_eq!(scratch.files()[&format!("{name}.damaged-1")], bytes[&name], "the copy is what was there");
    }
    assert!(answers(&scratch.log("verify", &[])).ends_with("all good\n"));
    assert_eq!(answers(&scratch.log("repair", &[])), "nothing is damaged, and nothing was done\n");
    assert_eq!(answers(&scratch.run(&[], LINES)), "\"\"\n\"\"\n\"\"\n");
    assert_eq!(replayed(&scratch, &[]).len(), 3);
}

#[test]
fn a_store_repaired_twice_keeps_both_copies() {
    let (scratch, all) = (filled(&[]), 3);
    for number in 1..=2 {
        let watermark = scratch.store().join("watermark");
        std::fs::write(&watermark, format!("bad {number}")).expect("it is ours");
        assert_eq!(refusal(&scratch.run(&[], "[]")).0, Some(74));
        let told = answers(&scratch.log("repair", &[]));
        assert!(told.contains(&format!("watermark was copied to watermark.damaged-{number}\n")), "{told}");
        assert!(told.contains("\nnothing is lost\n"), "{told}");
        assert_eq!(replayed(&scratch, &[]).len(), all);
    }
    for number in 1..=2 {
        assert_eq!(
            scratch.files()[&format!("watermark.damaged-{number}")],
            format!("bad {number}").as_bytes()
        );
    }
}

/// A bad end of the log was left for later, and later never came.
#[test]
fn verify_tells_damage_at_the_end_of_the_log_beside_other_damage() {
    let told = text(&fixture("several-flips").log("verify", &[]).stdout);
    assert!(told.ends_with("\n3 places damaged\n"), "{told}");
}

/// A value without a place was an error of the snapshot that was to be written.
#[test]
fn repair_goes_on_without_the_places_of_values() {
    let scratch = fixture("flip-in-places");
    let told = repaired(&scratch);
    // Each stands with its number in a file of its own.
    assert!(!told.contains("lost: the value"), "{told}");
    let answer = answers(&scratch.run(&[], r#"[["SCAN", "long"]]"#));
    assert!(answer.starts_with("[\"one(a value that stays on disk") && !answer.contains("()"), "{answer}");
}

/// Only what was held now was looked at, not what a restore would bring back.
#[test]
fn repair_tells_of_lost_values_that_only_a_backup_holds() {
    let scratch = Scratch::new();
    let long = "x".repeat(5000);
    let list = format!(r#"[["SET", "k", "f", "{long}"], ["BACKUP", 1], ["SET", "k", "f", "short"]]"#);
    answers(&scratch.run(&[], &list));
    answers(&scratch.log("compact", &[]));
    let file = scratch.file("values-");
    let mut bytes = std::fs::read(&file).expect("it is there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(file, bytes).expect("it is ours");
    let told = repaired(&scratch);
    assert!(told.contains("\nlost: ") && !told.contains("nothing is lost"), "{told}");
}

/// It was an error of the disk, and neither verify nor repair got past it.
#[test]
fn a_missing_values_file_is_damage() {
    let scratch = fixture("missing-values");
    let output = scratch.log("verify", &[]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("values-00000000000000000001.bin is damaged at byte 0: "));
    assert!(repaired(&scratch).contains("\nlost: the value of long one"));
}

/// Groups that no file has any more were passed over in silence.
#[test]
fn repair_tells_that_missing_groups_are_lost() {
    let told = repaired(&fixture("missing-last-segment"));
    assert!(told.contains("\nlost: ") && !told.contains("nothing is lost"), "{told}");
}

/// With no segment left, the log began anew in binary.
#[test]
fn a_store_keeps_its_encoding_after_a_repair() {
    let scratch = fixture("flip-in-log-json");
    repaired(&scratch);
    answers(&scratch.run(&[], r#"[["SET", "A", "B", "C"]]"#));
    let names: Vec<_> = scratch.files().into_keys().filter(|name| name.contains(".bin")).collect();
    assert_eq!(names, [""; 0]);
}

/// What another version has written is not damaged, and nothing that this one should repair.
#[test]
fn a_store_of_a_later_version_is_not_called_damaged() {
    let scratch = fixture("later-version");
    let before = scratch.files();
    for output in [scratch.run(&[], "[]"), scratch.log("verify", &[]), scratch.log("repair", &[])] {
        let told = text(&output.stderr) + &text(&output.stdout);
        assert!(told.contains("version 999") && !output.status.success(), "{told}");
        assert!(!told.contains("damaged at") && !told.contains("log repair"), "{told}");
    }
    assert_eq!(scratch.files(), before);
}

/// It sent people round in a circle.
#[test]
fn a_repair_that_fails_does_not_recommend_itself() {
    let scratch = fixture("flip-in-snapshot-header");
    let before = scratch.files();
    let output = scratch.log("repair", &[]);
    assert_eq!(output.status.code(), Some(74));
    assert!(!text(&output.stderr).contains("log repair"), "{}", text(&output.stderr));
    assert_eq!(scratch.files(), before);
}
