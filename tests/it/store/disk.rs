//! The two kinds of disk answer alike, and the simulated one counts and fails as told.

use std::fmt::Debug;
use std::io::{self, ErrorKind};

use rewinddb::store::{Disk, DiskFault, LockKind, PowerLoss, RealDisk, SimulatedDisk};

/// An answer as text; an error as its kind.
fn told<T: Debug>(answer: io::Result<T>) -> String {
    answer.map_or_else(|error| format!("{:?}", error.kind()), |answer| format!("{answer:?}"))
}

/// The bytes of a file, read through the trait.
fn read(disk: &dyn Disk, name: &str) -> io::Result<Vec<u8>> {
    let file = disk.open(name)?;
    let mut bytes = vec![0; usize::try_from(file.length()?).unwrap()];
    file.read_at(0, &mut bytes).map(|()| bytes)
}

/// The same script on both; what each step must answer stands beside it.
fn behaves(disk: &dyn Disk) {
    let read_some = |name: &str, at, length| {
        let mut bytes = vec![0; length];
        disk.open(name).and_then(|file| file.read_at(at, &mut bytes)).map(|()| bytes)
    };
    assert_eq!(told(disk.list()), "[]");
    let file = disk.create("b").unwrap();
    assert_eq!(told(disk.create("b").map(drop)), "AlreadyExists");
    assert_eq!(told(disk.open("a").map(drop)), "NotFound");
    assert_eq!((told(file.length()), told(read(disk, "b"))), ("0".into(), "[]".into()));

    file.write_at(0, b"abc").unwrap();
    file.write_at(3, b"de").unwrap();
    file.write_at(1, b"X").unwrap();
    file.write_at(9, b"").unwrap();
    assert_eq!(read(disk, "b").unwrap(), b"aXcde");
    file.write_at(7, b"z").unwrap();
    assert_eq!(read(disk, "b").unwrap(), b"aXcde\0\0z", "zeros between");
    assert_eq!(told(file.write_at(u64::MAX, b"z")), "InvalidInput");
    assert_eq!(told(file.truncate(u64::MAX)), "InvalidInput");
    file.write_at(u64::MAX, b"").unwrap();
    assert_eq!(told(file.length()), "8");

    assert_eq!(read_some("b", 1, 3).unwrap(), b"Xcd");
    assert_eq!(told(read_some("b", 5, 4)), "UnexpectedEof");
    assert_eq!(told(read_some("b", 8, 1)), "UnexpectedEof");
    assert_eq!(told(read_some("b", u64::MAX, 1)), "UnexpectedEof");
    assert_eq!(told(read_some("b", u64::MAX, 0)), "[]");
    assert_eq!(told(read_some("b", 99, 0)), "[]");

    file.truncate(2).unwrap();
    file.truncate(4).unwrap();
    assert_eq!(read(disk, "b").unwrap(), b"aX\0\0", "what was cut does not come back");
    file.sync().unwrap();
    disk.sync_directory().unwrap();

    disk.create("a").unwrap().write_at(0, b"old").unwrap();
    assert_eq!(told(disk.list()), r#"["a", "b"]"#);
    disk.rename("b", "a").unwrap();
    disk.rename("a", "a").unwrap();
    assert_eq!(told(disk.rename("b", "c")), "NotFound");
    assert_eq!(told(disk.rename("b", "b")), "NotFound");
    assert_eq!((told(disk.list()), read(disk, "a").unwrap()), (r#"["a"]"#.into(), b"aX\0\0".to_vec()));
    file.write_at(4, b"!").unwrap();
    assert_eq!(read(disk, "a").unwrap(), b"aX\0\0!", "it is the same file under another name");
    disk.remove("a").unwrap();
    assert_eq!(told(disk.remove("a")), "NotFound");
    assert_eq!((told(file.length()), told(disk.list())), ("5".into(), "[]".into()));

    for name in ["", ".", "..", "lock", "a/b", "/a", "..\\a", "c:a", "a\0"] {
        assert_eq!(told(disk.create(name).map(drop)), "InvalidInput", "{name:?}");
        assert_eq!(told(disk.open(name).map(drop)), "InvalidInput", "{name:?}");
        assert_eq!(told(disk.remove(name)), "InvalidInput", "{name:?}");
        assert_eq!(told(disk.rename(name, "a")), "InvalidInput", "{name:?}");
        assert_eq!(told(disk.rename("a", name)), "InvalidInput", "{name:?}");
    }

    behaves_when_read(disk);
    locks(disk);
    assert_eq!(told(disk.list()), "[]", "the lock is no file of the store");
}

/// What reads changes nothing, and tells which file it is.
fn behaves_when_read(disk: &dyn Disk) {
    let written = disk.create("r").unwrap();
    written.write_at(0, b"abc").unwrap();
    let file = disk.open_to_read("r").unwrap();
    assert_eq!(told(file.write_at(0, b"x")), "PermissionDenied");
    assert_eq!(told(file.truncate(0)), "PermissionDenied");
    let mut bytes = [0; 3];
    file.read_at(0, &mut bytes).unwrap();
    assert_eq!((&bytes, told(file.length()), told(file.sync())), (b"abc", "3".into(), "()".into()));
    let found = disk.find("r").unwrap();
    assert_eq!(found, (file.id().unwrap(), 3));
    assert_eq!(found.0, written.id().unwrap());
    disk.rename("r", "s").unwrap();
    assert_eq!(disk.find("s").unwrap(), found, "it is the same file under another name");
    let other = disk.create("r").unwrap();
    assert_ne!(disk.find("r").unwrap().0, found.0);
    assert_eq!(disk.find("r").unwrap(), (other.id().unwrap(), 0));
    disk.remove("r").unwrap();
    disk.remove("s").unwrap();
    for told in [told(disk.find("r")), told(disk.open_to_read("r").map(drop))] {
        assert_eq!(told, "NotFound");
    }
    assert_eq!(told(disk.find("a/b")), "InvalidInput");
    assert_eq!(told(disk.open_to_read("a/b").map(drop)), "InvalidInput");
}

/// One who writes has it alone, those who read have it together.
fn locks(disk: &dyn Disk) {
    let taken = |kind| told(disk.lock(kind).map(drop));
    let lock = disk.lock(LockKind::Exclusive).unwrap();
    assert_eq!([LockKind::Exclusive, LockKind::Shared].map(taken), ["WouldBlock", "WouldBlock"]);
    drop(lock);
    let (one, other) = (disk.lock(LockKind::Shared).unwrap(), disk.lock(LockKind::Shared).unwrap());
    assert_eq!(taken(LockKind::Exclusive), "WouldBlock");
    drop(one);
    assert_eq!(taken(LockKind::Exclusive), "WouldBlock", "another has it still");
    drop(other);
    let _again = disk.lock(LockKind::Exclusive).expect("it was given back");
}

#[test]
fn a_simulated_disk_behaves_as_a_disk() {
    behaves(&SimulatedDisk::new());
}

#[test]
fn a_real_disk_behaves_as_a_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("within/another");
    assert_eq!(told(RealDisk::new(&path).list()), "NotFound");
    behaves(&RealDisk::create(&path).unwrap());
    RealDisk::create(&path).expect("it is there already");
    assert!(path.join("lock").is_file(), "the file of the lock stays");

    std::fs::create_dir(path.join("folder")).unwrap();
    std::fs::write(path.join("a"), "by another").unwrap();
    assert_eq!(told(RealDisk::new(&path).list()), r#"["a", "folder"]"#);
    assert_eq!(told(RealDisk::create(path.join("a"))), "AlreadyExists");
    assert_eq!(told(RealDisk::create("")), "InvalidInput");
}

/// Removing a file of a directory that is locked lets nobody in, and whoever reads makes none.
#[cfg(unix)]
#[test]
fn the_lock_of_a_directory_outlives_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let (path, disk) = (folder.path().join("lock"), RealDisk::new(folder.path()));
    let reading = disk.lock(LockKind::Shared).unwrap();
    assert!(!path.exists());
    assert_eq!(told(disk.lock(LockKind::Exclusive).map(drop)), "WouldBlock");
    drop(reading);
    let writing = disk.lock(LockKind::Exclusive).unwrap();
    std::fs::remove_file(&path).unwrap();
    for kind in [LockKind::Exclusive, LockKind::Shared] {
        assert_eq!(told(disk.lock(kind).map(drop)), "WouldBlock");
    }
    assert!(!path.exists(), "who is turned away makes no file either");
    drop(writing);
    // A program that only knows the file is turned away by it.
    let _writing = disk.lock(LockKind::Exclusive).unwrap();
    std::fs::File::open(&path).unwrap().try_lock_shared().expect_err("it is locked too");
}

#[test]
fn a_simulated_disk_that_may_only_be_read_says_so() {
    let disk = SimulatedDisk::from_files([("a", "1")]);
    let file = disk.open_to_read("a").unwrap();
    disk.set_read_only(true);
    let refused = [
        told(disk.create("b").map(drop)),
        told(disk.open("a").map(drop)),
        told(disk.rename("a", "b")),
        told(disk.remove("a")),
        told(disk.lock(LockKind::Exclusive).map(drop)),
    ];
    assert_eq!(refused, ["PermissionDenied"; 5]);
    let _lock = disk.lock(LockKind::Shared).expect("that changes nothing");
    assert_eq!(
        (told(file.length()), told(disk.list()), read(&disk, "a").is_err()),
        ("1".into(), "[\"a\"]".into(), true)
    );
    disk.live_image().lock(LockKind::Exclusive).expect("an image may be written");
}

#[cfg(unix)]
#[test]
fn a_real_disk_lists_what_is_no_file_of_a_store_too() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::write(path.join("a"), "").unwrap();
    std::fs::write(path.join("c:a"), "").unwrap();
    std::os::unix::fs::symlink(path.join("a"), path.join("b")).unwrap();
    // Not every file system takes such a name.
    let _ = std::fs::write(path.join(std::ffi::OsStr::from_bytes(b"\xff")), "");
    let listed = RealDisk::new(path).list().unwrap();
    assert!(["a", "b", "c:a"].iter().all(|name| listed.iter().any(|listed| listed == name)), "{listed:?}");
    assert_eq!(told(RealDisk::new(path).open("c:a").map(drop)), "InvalidInput");
}

/// Creates a file, writes to it twice and syncs it: six operations.
fn six_operations(disk: &SimulatedDisk) -> io::Result<()> {
    let file = disk.create("a")?;
    file.write_at(0, b"12345")?;
    file.write_at(5, b"678")?;
    file.sync()?;
    disk.rename("a", "b")?;
    disk.sync_directory()
}

#[test]
fn operations_are_numbered_and_traced() {
    let disk = SimulatedDisk::new();
    six_operations(&disk).unwrap();
    let mut expected =
        vec!["create a", "write a 0+5", "write a 5+3", "sync a", "rename a b", "sync directory"];
    assert_eq!((disk.trace(), disk.operations(), disk.syncs()), (texts(&expected), 6, 2));
    read(&disk, "b").unwrap();
    assert_eq!(disk.operations(), 6, "reads are not counted unless they are asked for");

    disk.count_reads(true);
    disk.fail(9, DiskFault::Io, false);
    drop((read(&disk, "b").unwrap(), told(disk.list()), disk.lock(LockKind::Exclusive).unwrap()));
    disk.open("b").unwrap().truncate(1).unwrap();
    disk.remove("b").unwrap();
    let reads = ["open b", "length b", "read b 0+8", "list: failed", "lock", "open b"];
    expected.extend(reads.into_iter().chain(["truncate b 1", "remove b"]));
    assert_eq!(disk.trace(), texts(&expected));
    assert_eq!(disk.live_image().operations(), 0);
}

fn texts(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|&line| line.to_owned()).collect()
}

#[test]
fn after_a_crash_nothing_goes_through() {
    for number in 0..6 {
        let disk = SimulatedDisk::new();
        disk.crash_after(number);
        assert_eq!(told(six_operations(&disk)), "Other");
        let file = disk.live_image().files();
        let written = file.get("a").or(file.get("b")).map(Vec::len);
        assert_eq!(written, [None, Some(0), Some(5), Some(8), Some(8), Some(8)][number]);
        let dead = [
            told(disk.list()),
            told(disk.open("a").map(drop)),
            told(disk.lock(LockKind::Exclusive).map(drop)),
        ];
        assert_eq!((dead, disk.operations()), (["Other"; 3].map(str::to_owned), number));
    }
    let disk = SimulatedDisk::new();
    disk.crash_after(6);
    six_operations(&disk).expect("six go through");
}

#[test]
fn a_crash_within_a_write_leaves_its_first_bytes() {
    for (bytes, found) in [(0, "12345"), (1, "123456"), (2, "1234567"), (3, "12345678"), (9, "12345678")] {
        let disk = SimulatedDisk::new();
        disk.crash_within(2, bytes);
        assert_eq!(told(six_operations(&disk)), "Other");
        assert_eq!(disk.bytes("a").unwrap(), found.as_bytes());
    }
}

#[test]
fn an_operation_fails_once_or_from_then_on() {
    for number in 0..6 {
        for (fault, kind) in
            [(DiskFault::Io, "Other"), (DiskFault::Full, "StorageFull"), (DiskFault::Short(2), "StorageFull")]
        {
            for forever in [false, true] {
                let disk = SimulatedDisk::new();
                disk.fail(number, fault, forever);
                assert_eq!(told(six_operations(&disk)), kind, "operation {number}, {fault:?}");
                assert_eq!(disk.operations(), number + 1);
                assert!(disk.trace()[number].ends_with(": failed"));
                let short = if fault == DiskFault::Short(2) { 2 } else { 0 };
                let written = disk.bytes("a").or(disk.bytes("b")).map(|bytes| bytes.len());
                let expected = [None, Some(short), Some(5 + short), Some(8), Some(8), Some(8)];
                assert_eq!(written, expected[number], "operation {number}, {fault:?}");
                assert_eq!(told(disk.sync_directory()), if forever { kind } else { "()" });
                disk.mend();
                assert_eq!(told(disk.sync_directory()), "()");
            }
        }
    }
}

#[test]
fn a_lock_is_held_on_one_disk_and_not_on_its_images() {
    let disk = SimulatedDisk::from_files([("a", "1")]);
    let lock = disk.lock(LockKind::Exclusive).unwrap();
    assert_eq!(
        disk.clone().lock(LockKind::Exclusive).err().map(|error| error.kind()),
        Some(ErrorKind::WouldBlock)
    );
    disk.live_image().lock(LockKind::Exclusive).expect("the new process finds it free");
    for image in disk.durable_images(PowerLoss::default()) {
        image.lock(LockKind::Exclusive).expect("so does the machine that comes up again");
    }
    drop(lock);
    disk.clone().lock(LockKind::Exclusive).expect("it was given back");
}

#[test]
fn tests_may_change_bytes_and_images_go_their_own_ways() {
    let disk = SimulatedDisk::from_files([("a", "1"), ("b", "2")]);
    let file = disk.open("a").unwrap();
    file.write_at(1, b"unsynced").unwrap();
    disk.set_bytes("a", "x");
    disk.set_bytes("c", "3");
    let image = disk.live_image();
    let expected = [("a", "x"), ("b", "2"), ("c", "3")].map(|(name, bytes)| (name.into(), bytes.into()));
    let images: Vec<_> = disk.durable_images(PowerLoss::default()).map(|image| image.files()).collect();
    assert_eq!(images, [expected.into()], "all of it is durable");
    file.write_at(0, b"y").unwrap();
    image.open("a").unwrap().write_at(0, b"z").unwrap();
    assert_eq!((disk.bytes("a"), image.bytes("a")), (Some(b"y".to_vec()), Some(b"z".to_vec())));
    assert_eq!(disk.bytes("d"), None);
    assert_eq!(format!("{disk:?}"), r#"{"a": 1, "b": 1, "c": 1}"#);
}
