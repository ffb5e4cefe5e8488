//! What goes on in the background of a store: snapshots and syncs, while queries are answered.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rewinddb::query::Query;
use rewinddb::store::{
    CacheMax, DiskFault, Encoding, Error, Options, RealDisk, SimulatedDisk, Store, SyncPolicy, verify,
};
use rstest::rstest;

use crate::judge::lists::Rng;

fn get(store: &mut Store, key: &str) -> String {
    let mut value = String::new();
    let query = Query::Get { key, field: "f" };
    store.apply(&[query], |_, reply| value = reply.to_string()).expect("it reads");
    value
}

/// Values are read while a compaction moves them, some of them overwritten and some held by a backup only; what is
/// answered is what was set, then and after it is opened again.
#[rstest]
fn queries_are_answered_while_snapshots_are_written(
    #[values(Encoding::Binary, Encoding::Json)] encoding: Encoding,
    #[values(None, Some(20_000))] compact_after: Option<u64>,
) {
    let directory = tempfile::tempdir().expect("there is room");
    let options = Options {
        encoding: Some(encoding),
        sync: SyncPolicy::Every(Duration::from_millis(1)),
        inline_max: 20,
        cache: CacheMax::Values(3),
        segment_max: 10_000,
        compact_after,
        ..Options::default()
    };
    let open = || {
        let disk = RealDisk::create(directory.path()).expect("there is room");
        Store::open(Arc::new(disk), options.clone()).expect("it opens")
    };
    let (mut store, mut rng, mut model) = (open(), Rng(7), BTreeMap::new());
    for step in 0..3000_u64 {
        let key = format!("key{}", rng.below(40));
        if rng.below(3) > 0 {
            let value = format!("{step} ").repeat(usize::try_from(rng.below(60)).expect("it is small"));
            let set = Query::Set { key: &key, field: "f", value: &value };
            store.apply(&[set], |_, _| {}).expect("there is room");
            model.insert(key, value);
        } else {
            assert_eq!(get(&mut store, &key), model.get(&key).cloned().unwrap_or_default(), "step {step}");
        }
        if step % 500 == 250 {
            let backup = Query::Backup { timestamp: rewinddb::time::Time(step) };
            store.apply(&[backup], |_, _| {}).expect("there is room");
        }
        if compact_after.is_none() && step % 40 == 0 {
            store.snapshot().expect("there is room");
        }
        store.commit().expect("there is room");
    }
    store.close().expect("there is room");
    let mut store = open();
    for (key, value) in &model {
        assert_eq!(get(&mut store, key), *value);
    }
    let stats = store.stats().expect("it can be read");
    assert!(stats.compacted_at.is_some() && stats.compaction_failure.is_none(), "{stats:?}");
    drop(store);
    let disk = RealDisk::new(directory.path());
    assert_eq!(verify(&(Arc::new(disk) as Arc<_>)).expect("it can be read").damages, []);
}

/// A snapshot that cannot be written is told of; nothing that was acknowledged is touched, and writing goes on.
#[test]
fn a_snapshot_that_fails_in_the_background_is_no_reason_to_stop() {
    let options = Options { grow_by: 0, compact_after: None, ..Options::default() };
    let set = |store: &mut Store, value: &str| {
        store
            .apply_committed(&[Query::Set { key: "k", field: "f", value }], |_, _| {})
            .expect("there is room");
    };
    let mut failures = 0;
    for number in 0.. {
        let disk = SimulatedDisk::new();
        let mut store = Store::open(Arc::new(disk.clone()), options.clone()).expect("it opens");
        set(&mut store, "1");
        disk.fail(disk.operations() + number, DiskFault::Full, false);
        let begun = store.snapshot();
        if begun.is_ok() {
            let Err(failed) = store.finish_snapshot() else { break };
            failures += 1;
            let stats = store.stats().expect("it can be read");
            assert_eq!(stats.compaction_failure, Some(failed.to_string()), "operation {number}");
        }
        set(&mut store, "2");
        store.snapshot().expect("there is room again");
        store.finish_snapshot().expect("there is room again");
        store.close().expect("there is room");
        let mut store = Store::open(Arc::new(disk), options.clone()).expect("it opens");
        assert_eq!(get(&mut store, "k"), "2", "operation {number}");
    }
    assert!(failures > 5, "{failures} failures");
}

/// Whatever finds no room when a compaction begins, rotates or ends, the caller does not see it: it is noted, and
/// the store takes writes as before.
#[rstest]
#[case(SyncPolicy::Always, 0)]
#[case(SyncPolicy::Always, 1 << 16)]
#[case(SyncPolicy::Never, 0)]
fn a_full_disk_at_any_point_of_a_compaction_fails_no_caller(#[case] sync: SyncPolicy, #[case] grow_by: u64) {
    let options = Options { grow_by, sync, compact_after: None, ..Options::default() };
    let compacting = Options { compact_after: Some(2_000), ..options.clone() };
    let set = |store: &mut Store, value: &str| {
        let set = Query::Set { key: "k", field: "f", value };
        store.apply_committed(&[set], |_, _| {})
    };
    let mut noted = 0;
    for number in 0.. {
        let disk = SimulatedDisk::new();
        let open =
            |options: &Options| Store::open(Arc::new(disk.clone()), options.clone()).expect("it opens");
        let mut store = open(&options);
        for value in 0..100 {
            set(&mut store, &value.to_string()).expect("there is room");
        }
        drop(store);
        let mut store = open(&compacting);
        let begun = disk.operations();
        disk.fail(begun + number, DiskFault::Full, false);
        // The compaction begins when a list is done that needs nothing itself.
        let read = Query::Get { key: "k", field: "f" };
        store.apply_committed(&[read], |_, reply| assert_eq!(reply.to_string(), "99")).expect("it reads");
        let _ = store.finish_snapshot();
        let trace = disk.trace();
        let Some(failed) = trace.get(begun + number) else { break };
        let stats = store.stats().expect("it can be read");
        assert!(stats.compaction_failure.is_some(), "{failed}");
        noted += 1;
        set(&mut store, "100").unwrap_or_else(|error| panic!("{failed}: {error}"));
        store.close().unwrap_or_else(|error| panic!("{failed}: {error}"));
        let mut store = open(&options);
        assert_eq!(get(&mut store, "k"), "100", "{failed}");
        assert_eq!(store.check(), Ok(()), "{failed}");
    }
    assert!(noted > 12, "{noted} failures");
}

/// What a compaction has left behind may stay where an opening finds no room to take it away: the store opens,
/// notes it, and the next opening does it.
#[test]
fn a_full_disk_at_any_point_of_tidying_fails_no_opening() {
    let options = Options { grow_by: 0, compact_after: None, ..Options::default() };
    let mut noted = 0;
    for number in 0.. {
        let disk = SimulatedDisk::new();
        let open = || Store::open(Arc::new(disk.clone()), options.clone());
        let mut store = open().expect("it opens");
        let set = Query::Set { key: "k", field: "f", value: "1" };
        store.apply_committed(&[set], |_, _| {}).expect("there is room");
        // The snapshot is there, and what it covers could not be removed.
        let removal = (0..50).find(|more| {
            let image = disk.live_image();
            let mut store = Store::open(Arc::new(image.clone()), options.clone()).expect("it opens");
            image.fail(image.operations() + more, DiskFault::Full, false);
            let _ = store.compact();
            image.trace().iter().any(|line| line == "remove log-00000000000000000001.bin: failed")
        });
        disk.fail(disk.operations() + removal.expect("it removes something"), DiskFault::Full, false);
        store.compact().expect_err("it is told");
        store.close().expect("there is room");
        let covered = disk.files().contains_key("log-00000000000000000001.bin");
        disk.set_bytes("watermark.new", "");
        assert!(covered, "{:?}", disk.trace());
        // The first operation makes names durable that everything relies on.
        let begun = disk.operations();
        disk.fail(begun + 1 + number, DiskFault::Full, false);
        let mut store = open().unwrap_or_else(|error| panic!("operation {number}: {error}"));
        let failed = disk.trace().get(begun + 1 + number).cloned().unwrap_or_default();
        if !failed.ends_with(": failed") {
            break;
        }
        assert!(store.compaction_failure().is_some(), "{failed}");
        noted += 1;
        assert_eq!(get(&mut store, "k"), "1");
        store.close().expect("there is room");
        let mut store = open().expect("it opens");
        assert_eq!(
            (get(&mut store, "k"), store.check(), store.compaction_failure()),
            ("1".to_owned(), Ok(()), None)
        );
        let left: Vec<_> = disk.files().into_keys().filter(|name| name.contains(".new")).collect();
        assert!(
            left.is_empty() && !disk.files().contains_key("log-00000000000000000001.bin"),
            "{failed}: {left:?}"
        );
    }
    assert!(noted > 7, "{noted} failures");
}

/// A log that cannot go on in a new segment goes on in the one it has, and is tried again.
#[test]
fn a_full_disk_at_any_point_of_a_rotation_fails_no_caller() {
    let options = Options { grow_by: 0, segment_max: 300, compact_after: None, ..Options::default() };
    for number in 0.. {
        let disk = SimulatedDisk::new();
        let mut store = Store::open(Arc::new(disk.clone()), options.clone()).expect("it opens");
        let mut noted = None;
        for value in 0..30 {
            // The fifth does not fit into the first segment any more.
            if value == 5 {
                disk.fail(disk.operations() + number, DiskFault::Full, false);
            }
            let value = value.to_string();
            let set = Query::Set { key: "k", field: "f", value: &value };
            let begun = disk.operations();
            let failed = store.apply_committed(&[set], |_, _| {});
            let trace = &disk.trace()[begun..];
            let is_of_rotation = trace.iter().any(|line| line.contains(".new") && line.ends_with(": failed"));
            if let Err(error) = failed {
                assert!(!is_of_rotation, "{error}");
                return assert!(number > 4, "{trace:?}");
            }
            noted = noted.or(store.rotation_failure().map(str::to_owned));
        }
        assert!(noted.is_some() && store.rotation_failure().is_none(), "operation {number}");
        let stats = store.stats().expect("it can be read");
        assert!(stats.segments > 1, "it was tried again");
        store.close().expect("there is room");
        let mut store = Store::open(Arc::new(disk), options.clone()).expect("it opens");
        assert_eq!(get(&mut store, "k"), "29", "operation {number}");
        assert_eq!(store.check(), Ok(()), "operation {number}");
    }
}

/// What a thread could not sync stops the store as any sync that fails does.
#[test]
fn a_sync_that_fails_in_the_background_stops_the_store() {
    let disk = SimulatedDisk::new();
    let sync = SyncPolicy::Every(Duration::from_millis(1));
    let options = Options { sync, compact_after: None, ..Options::default() };
    let mut store = Store::open(Arc::new(disk.clone()), options).expect("it opens");
    let set = Query::Set { key: "k", field: "f", value: "1" };
    store.apply(std::slice::from_ref(&set), |_, _| {}).expect("there is room");
    let begun = disk.syncs();
    disk.fail(disk.operations(), DiskFault::Io, true);
    // The thread syncs in its own time.
    let failed = (0..10_000).find_map(|_| {
        let failed = store.commit().err();
        std::thread::sleep(Duration::from_millis(1));
        failed
    });
    let told = failed.as_ref().map(ToString::to_string).expect("the thread has synced");
    assert!(told.contains("cannot sync log-") && disk.syncs() == begun, "{told}, {:?}", disk.trace());
    let refused = store.apply(&[set], |_, _| {});
    assert!(matches!(refused, Err(Error::Stopped { .. })), "{refused:?}");
    assert_eq!(get(&mut store, "k"), "1");
}

/// The thread found a segment gone that a compaction had removed, and the store stopped.
#[test]
fn a_segment_that_a_compaction_removes_is_not_missed_by_the_thread_that_syncs() {
    let disk = SimulatedDisk::new();
    let sync = SyncPolicy::Every(Duration::from_millis(1));
    let options = Options { sync, compact_after: None, ..Options::default() };
    for value in ["1", "2"].repeat(10) {
        let open = || Store::open(Arc::new(disk.clone()), options.clone()).expect("it opens");
        let mut store = open();
        store.apply(&[Query::Set { key: "k", field: "f", value }], |_, _| {}).expect("there is room");
        store.close().expect("there is room");
        // All is synced, so the thread has nothing to do when it is asked.
        let mut store = open();
        store.commit().expect("there is room");
        store.compact().expect("there is room");
        std::thread::sleep(Duration::from_millis(3));
        store.commit().expect("nothing is missed");
    }
}
