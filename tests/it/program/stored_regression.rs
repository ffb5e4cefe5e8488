//! What was once wrong with the store, found by fresh readers.

use std::sync::Arc;

use rewinddb::query::Query;
use rewinddb::store::{DiskFault, Error, Options, SimulatedDisk, Store, SyncPolicy, repair, verify};
use rewinddb::time::Time;

use crate::program::stored::{Scratch, answers};
use crate::text;

/// Without room for frames to come, and compacted only when it is asked for.
fn plain() -> Options {
    Options { grow_by: 0, compact_after: None, ..Options::default() }
}

fn opened(disk: &SimulatedDisk, options: Options) -> Store {
    Store::open(Arc::new(disk.clone()), options).expect("it opens")
}

fn set(store: &mut Store, key: &str, value: &str) -> Result<(), Error> {
    store.apply_committed(&[Query::Set { key, field: "f", value }], |_, _| {})
}

/// Turns a bit of the last byte of a text in a file around.
fn damage(disk: &SimulatedDisk, kind: &str, text: &str) {
    let names: Vec<_> = disk.files().into_keys().filter(|name| name.starts_with(kind)).collect();
    let bytes = disk.bytes(&names[0]).expect("it is there");
    let at = bytes.windows(text.len()).position(|part| part == text.as_bytes()).expect("it is in there");
    let mut bytes = bytes.clone();
    bytes[at + text.len() - 1] ^= 1;
    disk.set_bytes(&names[0], bytes);
}

/// A store whose value of `k` is on disk and cannot be read.
fn with_a_lost_value() -> (SimulatedDisk, Options) {
    let (disk, options) = (SimulatedDisk::new(), Options { inline_max: 10, ..plain() });
    let mut store = opened(&disk, options.clone());
    set(&mut store, "k", "a value that is long").expect("there is room");
    store.compact().expect("there is room");
    store.close().expect("there is room");
    damage(&disk, "values-", "a value that is long");
    (disk, options)
}

/// A closed store with a snapshot, and a group after it.
fn with_a_group_behind_its_snapshot() -> SimulatedDisk {
    let disk = SimulatedDisk::new();
    let mut store = opened(&disk, plain());
    set(&mut store, "k", "1").expect("there is room");
    store.compact().expect("there is room");
    set(&mut store, "k", "2").expect("there is room");
    store.close().expect("there is room");
    disk
}

#[test]
fn behind_an_answer_that_cannot_be_told_there_is_none() {
    let (disk, options) = with_a_lost_value();
    let mut store = opened(&disk, options);
    let list = [
        Query::Set { key: "z", field: "f", value: "7" },
        Query::Get { key: "k", field: "f" },
        Query::Get { key: "z", field: "f" },
    ];
    let mut told = Vec::new();
    let failed = store.apply(&list, |_, reply| told.push(reply.to_string()));
    assert!(matches!(failed, Err(Error::Damaged(_))), "{failed:?}");
    // "7" would have stood in the place of the value that cannot be read.
    assert_eq!(told, [""]);
    store.apply(&list[2..], |_, reply| assert_eq!(reply.to_string(), "7")).expect("all took effect");
}

#[test]
fn lines_before_one_that_cannot_be_answered_are_answered() {
    let scratch = Scratch::new();
    let options = ["--inline-max", "10"];
    let compacting = ["--inline-max", "10", "--compact-after", "0"];
    let dead = "[\"SET\", \"x\", \"f\", \"1\"], ".repeat(50);
    let list = format!("[{dead}[\"SET\", \"k\", \"f\", \"a value that is long\"]]");
    answers(&scratch.run(&compacting, &list));
    let values = scratch.store().join("values-00000000000000000001.bin");
    let mut bytes = std::fs::read(&values).expect("it is there");
    let at = bytes.windows(6).position(|part| part == b"a valu").expect("it is in there");
    bytes[at] ^= 1;
    std::fs::write(&values, bytes).expect("it is ours");
    let lines = "[\"SET\", \"z\", \"f\", \"7\"]\n[\"GET\", \"z\", \"f\"]\n[\"GET\", \"k\", \"f\"]\n[\"GET\", \"z\", \"f\"]\n";
    let output = scratch.run(&options, lines);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(74), "\"\"\n\"7\"\n".to_owned()));
}

#[test]
fn a_compaction_is_worth_it_for_values_alone() {
    let disk = SimulatedDisk::new();
    let options = Options { inline_max: 10, compact_after: Some(2_000), sync: SyncPolicy::Never, ..plain() };
    let mut store = opened(&disk, options);
    let long = "x".repeat(1_000);
    for number in 0..20 {
        set(&mut store, &number.to_string(), &long).expect("there is room");
    }
    store.compact().expect("there is room");
    let bytes = |disk: &SimulatedDisk| disk.files().values().map(Vec::len).sum::<usize>();
    assert!(bytes(&disk) > 20_000);
    // Few bytes are written, but they leave most of the values dead.
    for number in 0..19 {
        let key = number.to_string();
        store.apply_committed(&[Query::Delete { key: &key, field: "f" }], |_, _| {}).expect("there is room");
    }
    for number in 0..100 {
        set(&mut store, "short", &number.to_string()).expect("there is room");
    }
    store.close().expect("there is room");
    assert!(bytes(&disk) < 10_000, "{} bytes", bytes(&disk));
}

#[test]
fn a_snapshot_that_claims_more_than_was_synced_is_damage() {
    let disk = with_a_group_behind_its_snapshot();
    let renamed = |name: &str| name.replace("snapshot-00000000000000000001", "snapshot-00000000000000000009");
    let files = disk.files().into_iter().map(|(name, bytes)| (renamed(&name), bytes));
    let disk = SimulatedDisk::from_files(files);
    // It would have covered group 2, which would have been removed.
    let refused = Store::open(Arc::new(disk.clone()), plain());
    assert!(matches!(refused, Err(Error::Damaged(_))), "{refused:?}");
    assert_eq!(verify(&(Arc::new(disk) as Arc<_>)).expect("it can be read").damages.len(), 1);
}

#[test]
fn a_compaction_that_finds_no_room_leaves_nothing_behind() {
    for number in 0.. {
        let disk = SimulatedDisk::new();
        let mut store = opened(&disk, Options { inline_max: 10, ..plain() });
        set(&mut store, "k", "a value that is long").expect("there is room");
        disk.fail(disk.operations() + number, DiskFault::Full, false);
        let compacted = store.compact();
        assert!(!disk.files().keys().any(|name| name.contains(".new")), "operation {number}");
        if compacted.is_ok() {
            assert!(number > 10, "nothing has failed");
            return;
        }
    }
}

#[test]
fn a_group_that_breaks_in_its_middle_is_not_saved_in_part() {
    let disk = SimulatedDisk::new();
    let options = Options { encoding: Some(rewinddb::store::Encoding::Json), ..plain() };
    let mut store = opened(&disk, options.clone());
    set(&mut store, "k", "1").expect("there is room");
    let timed =
        |key, time| Query::SetAt { key, field: "f", value: "2", timestamp: rewinddb::time::Time(time) };
    store.apply_committed(&[timed("a", 6), timed("b", 7)], |_, _| {}).expect("there is room");
    store.close().expect("there is room");
    let name = "log-00000000000000000001.jsonl";
    let log = text(&disk.bytes(name).expect("it is there")).replace("\"7\"]", "\"2\"]");
    let lines: Vec<_> = log.lines().map(|line| format!("{line}\n")).collect();
    let summed = format!("{:08x}", crate::store::format::second_reader::crc32(0, &lines[2].as_bytes()[22..]));
    let broken = format!("{{\"checksum\":\"{summed}\"{}", &lines[2][22..]);
    disk.set_bytes(name, [&lines[0], &lines[1], &broken[..]].concat());
    let repaired = repair(&(Arc::new(disk.clone()) as Arc<_>), &options).expect("there is something to save");
    assert_eq!((repaired.last_group, repaired.lost), (1, vec!["group 2".to_owned()]));
    let mut store = opened(&disk, options);
    let get = Query::Get { key: "a", field: "f" };
    store.apply(&[get], |_, reply| assert_eq!(reply.to_string(), "")).expect("it reads");
}

#[test]
fn where_few_files_may_be_open_many_may_hold_values() {
    let scratch = Scratch::new();
    let script =
        "ulimit -n 40; exec \"$0\" run - --store \"$1\" --segment-max 1KiB --inline-max 10 --sync never";
    let lines: Vec<_> = (0..200)
        .map(|number| format!("[\"SET\",\"k{number}\",\"f\",\"{}\"]\n", "long".repeat(300)))
        .collect();
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", script, env!("CARGO_BIN_EXE_rewind"), &scratch.name()]);
    let mut child = shell
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("there is a shell");
    std::io::Write::write_all(&mut child.stdin.take().expect("it is piped"), lines.concat().as_bytes())
        .expect("it reads");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    let shown = answers(&scratch.run(&[], "[[\"GET\", \"k7\", \"f\"]]"));
    assert_eq!(shown.len(), 4 * 300 + 5);
}

#[test]
fn a_group_whose_replies_were_not_taken_to_the_end_is_the_last_of_its_store() {
    let disk = SimulatedDisk::new();
    let mut store = opened(&disk, plain());
    let timed =
        |key, time| Query::SetAt { key, field: "f", value: "1", timestamp: rewinddb::time::Time(time) };
    let list = [timed("a", 50), timed("b", 100)];
    let cut_short = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        store.apply(&list, |_, _| panic!("the caller's own"))
    }));
    let thrown = cut_short.expect_err("the reply is not taken");
    assert_eq!(thrown.downcast_ref(), Some(&"the caller's own"));
    // In memory only half of it has taken effect, so nothing may follow that is made of that half.
    let refused = set(&mut store, "c", "2");
    assert!(matches!(refused, Err(Error::Stopped { .. })), "{refused:?}");
    drop(store);
    let mut store = opened(&disk, plain());
    let get = Query::Get { key: "b", field: "f" };
    store.apply(&[get], |_, reply| assert_eq!(reply.to_string(), "1")).expect("it reads");
}

#[test]
fn values_are_found_again_where_the_snapshot_has_lost_their_places() {
    let (disk, options) = (SimulatedDisk::new(), Options { inline_max: 10, ..plain() });
    let mut store = opened(&disk, options.clone());
    set(&mut store, "k", "a value that is long").expect("there is room");
    store.compact().expect("there is room");
    store.close().expect("there is room");
    damage(&disk, "snapshot-", "values-0000");
    let repaired = repair(&(Arc::new(disk.clone()) as Arc<_>), &options).expect("there is something to save");
    assert_eq!(repaired.damages.len(), 1);
    let mut store = opened(&disk, options);
    let get = Query::Get { key: "k", field: "f" };
    store.apply(&[get], |_, reply| assert_eq!(reply.to_string(), "a value that is long")).expect("it reads");
}

#[test]
fn a_file_with_a_value_that_is_lost_is_kept_by_a_repair() {
    let (disk, options) = with_a_lost_value();
    let before = disk.bytes("values-00000000000000000001.bin");
    repair(&(Arc::new(disk.clone()) as Arc<_>), &options).expect("there is something to save");
    assert_eq!(disk.bytes("values-00000000000000000001.bin.damaged-1"), before);
}

#[test]
fn without_the_groups_at_the_beginning_nothing_is_saved_and_nothing_touched() {
    let disk = with_a_group_behind_its_snapshot();
    let mut files = disk.files();
    files.retain(|name, _| !name.starts_with("snapshot-"));
    let disk = SimulatedDisk::from_files(files.clone());
    let refused = repair(&(Arc::new(disk.clone()) as Arc<_>), &plain());
    assert!(matches!(refused, Err(Error::Damaged(_))), "{refused:?}");
    assert_eq!(disk.files(), files);
}

#[test]
fn a_line_is_answered_while_a_part_of_the_next_is_there() {
    let mut child = crate::rewind(&["run", "-"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    std::io::Write::write_all(&mut stdin, b"[\"SCAN\", \"A\"]\n[\"SCAN\",").expect("it reads");
    let mut answer = String::new();
    let mut stdout = std::io::BufReader::new(child.stdout.take().expect("it is piped"));
    std::io::BufRead::read_line(&mut stdout, &mut answer).expect("it answers");
    assert_eq!(answer, "\"\"\n");
    child.kill().expect("it runs");
    child.wait().expect("it ends");
}

#[test]
fn what_is_asked_of_values_on_disk_is_asked_of_what_they_are() {
    let disk = SimulatedDisk::new();
    let options = Options { inline_max: 4, ..plain() };
    let list = [
        Query::Put { key: "text", value: "a long text" },
        Query::Append { key: "list", field: "f", item: "a long item" },
        Query::Append { key: "list", field: "f", item: "b" },
        Query::Backup { timestamp: Time(1) },
        Query::Append { key: "list", field: "f", item: "another long item" },
    ];
    let mut store = opened(&disk, options.clone());
    store.apply_committed(&list, |_, _| {}).expect("there is room");
    for look in ["as it is", "from the log", "from a snapshot"] {
        assert_eq!(
            asked(&mut store, &["VALUES"]),
            "[a long item, b, another long item], a long text",
            "{look}"
        );
        assert_eq!(
            asked(&mut store, &["FIND", "VALUE", "LIKE", "*long text"]),
            "text(a long text)",
            "{look}"
        );
        assert_eq!(
            asked(&mut store, &["FIND", "VALUE", "REGEX", "item, b, an"]),
            "list.f([a long item, b, another long item])",
            "{look}"
        );
        assert_eq!(asked(&mut store, &["FIND", "VALUE", "REGEX", "#"]), "", "{look}: a reference shows");
        if look == "from the log" {
            store.compact().expect("there is room");
        }
        store.close().expect("there is room");
        store = opened(&disk, options.clone());
    }
    assert_eq!(asked(&mut store, &["RESTORE", "2", "1"]), "");
    assert_eq!(asked(&mut store, &["GET", "list", "f"]), "[a long item, b]");
}

/// The answer of a store to a query.
fn asked(store: &mut Store, words: &[&str]) -> String {
    let mut answer = String::new();
    let query = crate::language().parse(words).expect("it is a query");
    store.apply_committed(&[query], |_, reply| answer = reply.to_string()).expect("the store answers");
    answer
}
