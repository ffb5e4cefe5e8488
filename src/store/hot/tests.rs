use super::*;
use crate::query::Query;
use crate::store::{Disk, Options, SimulatedDisk};

/// A disk that has the files, each read in pieces.
fn copied(files: &[HotFile]) -> Arc<SimulatedDisk> {
    let disk = SimulatedDisk::new();
    for file in files {
        let copy = disk.create(file.name()).expect("it is new");
        let mut bytes = vec![0; usize::try_from(file.length()).expect("it fits")];
        let mut at = 0;
        for piece in bytes.chunks_mut(100) {
            file.read_at(at, piece).expect("it can be read");
            at += piece.len() as u64;
        }
        copy.write_at(0, &bytes).expect("it can be written");
    }
    Arc::new(disk)
}

/// The cells of a view, as they are shown.
fn cells(view: Result<StoreView, Error>) -> Vec<String> {
    let mut cells = Vec::new();
    let told = view.expect("it can be read").try_each_cell(|cell| {
        cells.push(format!("{}={}", cell.key, cell.value));
        Ok::<_, Error>(())
    });
    told.expect("every value can be read");
    cells
}

/// A disk from which files vanish between their listing and their opening.
#[derive(Debug)]
struct Fleeting {
    disk: SimulatedDisk,
    vanish: std::sync::atomic::AtomicUsize,
}

impl Disk for Fleeting {
    fn list(&self) -> io::Result<Vec<String>> {
        self.disk.list()
    }
    fn create(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        self.disk.create(name)
    }
    fn open(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        self.disk.open(name)
    }
    fn open_to_read(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        use std::sync::atomic::Ordering::Relaxed;
        let is_gone = self.vanish.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok();
        if is_gone { Err(ErrorKind::NotFound.into()) } else { self.disk.open_to_read(name) }
    }
    fn find(&self, name: &str) -> io::Result<(FileId, u64)> {
        self.disk.find(name)
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.disk.rename(from, to)
    }
    fn remove(&self, name: &str) -> io::Result<()> {
        self.disk.remove(name)
    }
    fn sync_directory(&self) -> io::Result<()> {
        self.disk.sync_directory()
    }
    fn lock(&self, kind: crate::store::LockKind) -> io::Result<Box<dyn Send + Sync>> {
        self.disk.lock(kind)
    }
}

#[test]
fn files_that_a_compaction_takes_away_meanwhile_are_listed_anew() {
    let disk = Arc::new(Fleeting { disk: SimulatedDisk::new(), vanish: 0.into() });
    let mut store = Store::open(disk.clone(), Options::default()).expect("it opens");
    let mut files = |count| {
        disk.vanish.store(count, std::sync::atomic::Ordering::Relaxed);
        store.hot_files().map(|files| files.len())
    };
    assert_eq!(files(0).expect("there are files"), 2);
    assert_eq!(files(TRIES - 1).expect("they come to rest"), 2);
    assert!(matches!(files(TRIES), Err(Error::Disk { .. })));
}

#[test]
fn another_thread_sees_every_group_while_the_store_goes_on() {
    let options = Options { inline_max: 4, segment_max: 300, ..Options::default() };
    let mut store = Store::open(Arc::new(SimulatedDisk::new()), options).expect("it opens");
    let mut first = 0;
    for group in 1..=40_u64 {
        let (key, value) = (format!("key {:02}", group % 7), format!("a long value {group}"));
        store.apply_committed(&[Query::Put { key: &key, value: &value }], |_, _| ()).expect("it writes");
        let hot = store.hot_store().expect("it can be read");
        if group % 10 == 0 {
            // What is handed out stays, and what comes reaches less far.
            store.compact().expect("it compacts");
        }
        store
            .apply_committed(&[Query::Put { key: "late", value: "later than that" }], |_, _| ())
            .expect("it writes");
        store.apply_committed(&[Query::DeleteRecord { key: "late" }], |_, _| ()).expect("it writes");
        let last = 3 * (group - 1) + 1;
        assert_eq!(hot.groups(), first..=last);
        if group % 10 == 0 {
            first = last;
        }
        std::thread::spawn(move || {
            for until in hot.groups() {
                assert_eq!(hot.view(Until::Group(until)).expect("it is there").last_group(), until);
            }
            assert!(matches!(hot.view(Until::Group(last + 1)), Err(Error::OutOfReach { .. })));
            if let Some(before) = hot.groups().start().checked_sub(1) {
                assert!(matches!(hot.view(Until::Group(before)), Err(Error::OutOfReach { .. })));
            }
            let there = cells(hot.view(Until::Group(last)));
            assert!(there.contains(&format!("{key}={value}")), "{there:?}");
            assert!(!there.iter().any(|cell| cell.starts_with("late")), "{there:?}");
        })
        .join()
        .expect("it looks");
    }
}

#[test]
fn what_is_handed_out_is_the_store_as_it_was_then() {
    let disk = Arc::new(SimulatedDisk::new());
    let mut store = Store::open(disk, Options::default()).expect("it opens");
    let put = |store: &mut Store, key: &str| {
        let value = "long ".repeat(5_000);
        store.apply_committed(&[Query::Put { key, value: &value }], |_, _| ()).expect("there is room");
    };
    for round in 0..6 {
        let keys: Vec<String> = (0..=round).map(|n| format!("key {n}")).collect();
        put(&mut store, &keys[round]);
        if round % 2 == 1 {
            store.compact().expect("it can be compacted");
        }
        let files = store.hot_files().expect("there are files");
        // What comes after is not in them, and what is removed can be read.
        put(&mut store, "later");
        store.compact().expect("it can be compacted");
        store.finish_snapshot().expect("it ends");
        let copy = Store::open(copied(&files), Options::default()).expect("it opens");
        let names: Vec<&str> = copy.names().into_iter().map(|(key, _)| key).collect();
        let wanted = keys.iter().map(String::as_str).chain((round > 0).then_some("later"));
        assert!(names.into_iter().eq(wanted), "round {round}");
    }
}
