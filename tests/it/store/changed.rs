//! Files that are changed beneath a store, and directories that may only be read, on a simulated disk.

use std::sync::Arc;
use std::time::Duration;

use rewinddb::query::Query;
use rewinddb::store::{
    Disk, Encoding, Error, Options, SimulatedDisk, Store, StoreView, SyncPolicy, Until, cat, repair, verify,
};
use rstest::rstest;

const SEGMENT: &str = "log-00000000000000000001.bin";

fn opened(disk: &SimulatedDisk, sync: SyncPolicy) -> Store {
    let options = Options { sync, compact_after: None, ..Options::default() };
    Store::open(Arc::new(disk.clone()), options).expect("it opens")
}

fn set(store: &mut Store, value: &str) -> Result<(), Error> {
    store.apply_committed(&[Query::Set { key: "k", field: "f", value }], |_, _| {})
}

fn remove(disk: &SimulatedDisk) {
    disk.remove(SEGMENT).expect("it is there");
}

fn replace(disk: &SimulatedDisk) {
    let copy = disk.create("copy").expect("there is room");
    copy.write_at(0, &disk.bytes(SEGMENT).expect("it is there")).expect("there is room");
    disk.rename("copy", SEGMENT).expect("it is there");
}

fn truncate(disk: &SimulatedDisk) {
    disk.open(SEGMENT).and_then(|file| file.truncate(100)).expect("it is there");
}

type Harm = fn(&SimulatedDisk);

/// What is synced by itself is looked at before anything is written: all that was harmed stays as it is, reads go
/// on, and nothing is tried again.
#[rstest]
#[case(remove, "it is gone")]
#[case(replace, "another file has its name")]
#[case(truncate, "it has 100 bytes instead of ")]
fn a_segment_that_is_changed_is_not_written_on(#[case] harm: Harm, #[case] told: &str) {
    let disk = SimulatedDisk::new();
    let mut store = opened(&disk, SyncPolicy::Always);
    set(&mut store, "1").expect("there is room");
    harm(&disk);
    let before = disk.files();
    let refused = set(&mut store, "2").expect_err("it is noticed");
    assert!(matches!(&refused, Error::Changed { file, .. } if file == SEGMENT), "{refused}");
    assert!(refused.to_string().ends_with(told) || refused.to_string().contains(told), "{refused}");
    assert!(matches!(set(&mut store, "2"), Err(Error::Stopped { why }) if why == refused.to_string()));
    let get = Query::Get { key: "k", field: "f" };
    store.apply(&[get], |_, reply| assert_eq!(reply.to_string(), "1")).expect("it reads on");
    assert!(matches!(store.compact(), Err(Error::Stopped { .. })));
    assert!(matches!(store.close(), Err(Error::Stopped { .. })));
    assert_eq!(disk.files(), before, "nothing is overwritten");
}

/// What was cut off between two looks is missed, though the length is as it should be: the next write had to fill
/// it up.
#[test]
fn a_segment_that_was_cut_and_written_on_is_noticed() {
    let disk = SimulatedDisk::new();
    let mut store = opened(&disk, SyncPolicy::Never);
    let wait = || std::thread::sleep(Duration::from_millis(1001));
    set(&mut store, "1").expect("there is room");
    wait();
    set(&mut store, "2").expect("it is as it was left");
    truncate(&disk);
    // Where this is slow, the next look comes already here.
    let failed = set(&mut store, "3").err().or_else(|| {
        wait();
        set(&mut store, "4").err()
    });
    assert!(matches!(failed, Some(Error::Changed { .. })), "{failed:?}");
}

/// A thread that syncs looks first, too.
#[rstest]
#[case(remove)]
#[case(replace)]
fn a_segment_that_is_changed_is_not_synced_in_the_background(#[case] harm: Harm) {
    let disk = SimulatedDisk::new();
    let mut store = opened(&disk, SyncPolicy::Every(Duration::from_millis(1)));
    harm(&disk);
    let (files, syncs) = (disk.files(), disk.syncs());
    // The thread looks in its own time.
    let failed = (0..100_000).find_map(|_| {
        let failed = set(&mut store, "1").err();
        std::thread::sleep(Duration::from_micros(100));
        failed
    });
    let told = failed.expect("the thread has looked").to_string();
    assert!(told.contains("was changed by something else"), "{told}");
    assert_eq!((disk.files(), disk.syncs()), (files, syncs));
}

/// At its end a store does not cut off what was put in the place of its room.
#[rstest]
#[case(remove)]
#[case(replace)]
#[case(truncate)]
fn a_segment_that_is_changed_is_left_alone_at_the_end(
    #[case] harm: Harm,
    #[values(SyncPolicy::Always, SyncPolicy::Never, SyncPolicy::Every(Duration::from_hours(1)))]
    sync: SyncPolicy,
) {
    let disk = SimulatedDisk::new();
    let mut store = opened(&disk, sync);
    set(&mut store, "1").expect("there is room");
    harm(&disk);
    let before = disk.files();
    assert!(matches!(store.close(), Err(Error::Changed { .. })));
    assert_eq!(disk.files(), before);
}

/// A store that may only be read is read, by several at once, and nothing is written.
#[rstest]
fn a_disk_that_may_only_be_read_is_read(#[values(Encoding::Binary, Encoding::Json)] encoding: Encoding) {
    let disk = SimulatedDisk::new();
    let options =
        Options { encoding: Some(encoding), inline_max: 10, compact_after: None, ..Options::default() };
    let mut store = Store::open(Arc::new(disk.clone()), options.clone()).expect("it opens");
    set(&mut store, "a value that is long").expect("there is room");
    store.compact().expect("there is room");
    set(&mut store, "another value that is long").expect("there is room");
    store.close().expect("there is room");
    disk.set_read_only(true);
    let begun = disk.operations();
    let handle: Arc<dyn Disk> = Arc::new(disk.clone());
    let open = || StoreView::open(Arc::clone(&handle), &options, Until::End).expect("it can be read");
    let (mut view, mut other) = (open(), open());
    assert_eq!(view.stats().expect("it can be read").fields, 1);
    for view in [&mut view, &mut other] {
        let mut queries = Vec::new();
        let dumped = view.try_dump(|query| {
            queries.push(format!("{query:?}"));
            Ok::<_, Error>(())
        });
        dumped.expect("it can be read");
        assert!(queries.concat().contains("another value"), "{queries:?}");
    }
    assert_eq!(verify(&handle).expect("it can be read").damages, []);
    let mut lines = 0;
    cat(&*handle, &[], |_| {
        lines += 1;
        Ok::<_, Error>(())
    })
    .expect("it can be read");
    assert_eq!(lines, 2);
    let refused = Store::open(Arc::clone(&handle), options.clone());
    assert!(matches!(refused, Err(Error::Locked)), "others read it: {refused:?}");
    drop((view, other));
    for refused in [Store::open(Arc::clone(&handle), options.clone()).err(), repair(&handle, &options).err()]
    {
        assert!(matches!(refused, Some(Error::Disk { .. })), "{refused:?}");
    }
    assert_eq!(disk.operations(), begun, "{:?}", disk.trace());
}
