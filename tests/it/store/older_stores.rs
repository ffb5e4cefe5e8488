//! Mistakes that stores have been known for, each as a test that this one does not make it.

use std::fmt::Write;
use std::sync::Arc;

use rewinddb::query::{Query, RestorePoint};
use rewinddb::store::{
    Disk, Encoding, Error, Options, RealDisk, SimulatedDisk, Store, SyncPolicy, TornEnd, repair, verify,
};
use rewinddb::time::{ClockRule, Time, Ttl};
use rstest::rstest;

fn options(encoding: Encoding) -> Options {
    Options { encoding: Some(encoding), grow_by: 0, compact_after: None, ..Options::default() }
}

fn open(disk: &SimulatedDisk, options: &Options) -> Store {
    Store::open(Arc::new(disk.clone()), options.clone()).expect("the store opens")
}

fn set<'q>(field: &'q str, value: &'q str) -> Query<'q> {
    Query::Set { key: "k", field, value }
}

/// Applies queries as one group; the answers, `; ` between them.
fn apply(store: &mut Store, queries: &[Query<'_>]) -> String {
    let mut answers = Vec::new();
    store.apply(queries, |_, reply| answers.push(reply.to_string())).expect("it is applied");
    store.commit().expect("it is committed");
    answers.join("; ")
}

fn scan(store: &mut Store) -> String {
    apply(store, &[Query::Scan { key: "k" }])
}

/// The name of the last segment.
fn last_segment(disk: &SimulatedDisk) -> String {
    disk.files().into_keys().rfind(|name| name.starts_with("log-")).expect("there is one")
}

/// A store of three groups whose third was cut short when the process was killed.
fn torn(encoding: Encoding, cut: usize) -> SimulatedDisk {
    let disk = SimulatedDisk::new();
    let mut store = open(&disk, &Options { sync: SyncPolicy::Never, ..options(encoding) });
    for field in ["a", "b", "c"] {
        apply(&mut store, &[set(field, "a value of some length")]);
    }
    let (image, name) = (disk.live_image(), last_segment(&disk));
    let bytes = &disk.files()[&name];
    image.set_bytes(&name, &bytes[..bytes.len() - cut]);
    image
}

/// Elsewhere new writes were appended behind the torn tail of the log, where no later opening could find them.
#[rstest]
fn writes_after_a_torn_tail_are_there_at_the_next_opening(
    #[values(Encoding::Binary, Encoding::Json)] encoding: Encoding,
    #[values(1, 2, 20, 40)] cut: usize,
) {
    let disk = torn(encoding, cut);
    let mut store = open(&disk, &options(encoding));
    let torn = store.torn_end().cloned().expect("it is told");
    assert_eq!((torn.file.as_str(), torn.group), (last_segment(&disk).as_str(), 3));
    apply(&mut store, &[set("d", "new")]);
    store.close().expect("it closes");
    for _ in 0..2 {
        let mut store = open(&disk, &options(encoding));
        assert_eq!(store.torn_end(), None::<&TornEnd>);
        assert_eq!(scan(&mut store), "a(a value of some length), b(a value of some length), d(new)");
    }
    assert_eq!(verify(&(Arc::new(disk) as Arc<dyn Disk>)).expect("it can be read").damages, []);
}

/// Elsewhere a flipped bit was handed on as data, or the rest of the log was dropped behind it without a word.
#[rstest]
fn no_flipped_bit_is_served_or_cuts_off_what_was_acknowledged(
    #[values(Encoding::Binary, Encoding::Json)] encoding: Encoding,
) {
    let disk = SimulatedDisk::new();
    let kept = Options { inline_max: 30, ..options(encoding) };
    let long = "a value that stays on disk, as it is long";
    let mut store = open(&disk, &kept);
    apply(&mut store, &[set("a", "1"), set("long", long), set("b", "2")]);
    store.compact().expect("it is compacted");
    apply(&mut store, &[set("c", "3"), set("longer", long)]);
    apply(&mut store, &[set("d", "4")]);
    store.close().expect("it closes");
    let (wanted, mut noticed) = (format!("a(1), b(2), c(3), d(4), long({long}), longer({long})"), 0);
    for (name, bytes) in disk.files() {
        for at in 0..bytes.len() {
            let image = SimulatedDisk::from_files(disk.files());
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            image.set_bytes(&name, flipped);
            let mut shown = String::new();
            let opened = Store::open(Arc::new(image), kept.clone()).and_then(|mut store| {
                store.apply(&[Query::Scan { key: "k" }], |_, reply| shown = reply.to_string())
            });
            match opened {
                // One of the watermark's two slots is enough.
                Ok(()) => assert_eq!(shown, wanted, "{name} at {at}"),
                Err(Error::Damaged(damage)) => {
                    assert_eq!(damage.file, name, "{damage} after a flip at {at}");
                    noticed += 1;
                }
                Err(error) => panic!("{name} at {at}: {error}"),
            }
        }
    }
    assert!(noticed > 500, "{noticed}");
}

/// Elsewhere files were put in order as text, so that the tenth came before the second and brought deleted keys back.
#[rstest]
fn what_was_deleted_is_not_back_after_the_tenth_file(
    #[values(Encoding::Binary, Encoding::Json)] encoding: Encoding,
) {
    let disk = SimulatedDisk::new();
    let small = Options { segment_max: 1, ..options(encoding) };
    for round in 0..13 {
        let mut store = open(&disk, &small);
        for field in ["a", "b", "c", "d", "e", "f", "g", "h", "i"] {
            let value = round.to_string();
            apply(&mut store, &[set(field, &value)]);
            apply(&mut store, &[Query::Delete { key: "k", field }]);
        }
    }
    assert!(disk.files().len() > 100, "{} files", disk.files().len());
    let mut store = open(&disk, &small);
    assert_eq!(scan(&mut store), "");
    store.compact().expect("it is compacted");
    drop(store);
    assert_eq!(scan(&mut open(&disk, &small)), "");
}

/// Elsewhere the later of two writes in one millisecond was told by the clock, and the earlier one came back.
#[rstest]
fn of_two_writes_in_one_millisecond_the_later_wins(
    #[values(Encoding::Binary, Encoding::Json)] encoding: Encoding,
    #[values(ClockRule::Monotone, ClockRule::Free)] rule: ClockRule,
) {
    let disk = SimulatedDisk::new();
    let kept = Options { clock: Some(rule), segment_max: 1, ..options(encoding) };
    let at = |field, value| Query::SetAt { key: "k", field, value, timestamp: Time(5) };
    let ttl = |value| Query::SetAtWithTtl { key: "k", field: "t", value, timestamp: Time(5), ttl: Ttl(9) };
    let mut store = open(&disk, &kept);
    // In one group, and in two that lie in two files.
    apply(&mut store, &[at("one", "z"), at("one", "a"), ttl("long"), at("two", "z"), at("gone", "z")]);
    apply(&mut store, &[at("two", "a"), Query::DeleteAt { key: "k", field: "gone", timestamp: Time(5) }]);
    apply(&mut store, &[at("t", "for ever")]);
    drop(store);
    let shown = |store: &mut Store| apply(store, &[Query::ScanAt { key: "k", timestamp: Time(99) }]);
    let wanted = "one(a), t(for ever), two(a)";
    assert_eq!(shown(&mut open(&disk, &kept)), wanted);
    open(&disk, &kept).compact().expect("it is compacted");
    assert_eq!(shown(&mut open(&disk, &kept)), wanted);
}

/// Elsewhere a batch was written entry by entry, and a part of it was there after a crash.
#[rstest]
fn a_batch_is_whole_or_not_there_wherever_the_process_is_killed(
    #[values(Encoding::Binary, Encoding::Json)] encoding: Encoding,
    #[values(false, true)] lz4: bool,
) {
    let values: Vec<_> = (0..40).map(|number| format!("a value of some length {number}")).collect();
    let batch: Vec<_> = values.iter().map(|value| set(&value[23..], value)).collect();
    let kept = Options { lz4, segment_max: 100, inline_max: 24, ..options(encoding) };
    let (mut whole, mut none) = (0, 0);
    for number in 0..200 {
        let disk = SimulatedDisk::new();
        apply(&mut open(&disk, &kept), &[set("first", "there")]);
        disk.crash_within(disk.operations() + number / 20, number % 20 * 120);
        if let Ok(mut store) = Store::open(Arc::new(disk.clone()), kept.clone()) {
            let _ = store.apply(&batch, |_, _| {}).and_then(|()| store.commit());
        }
        let mut store = open(&disk.live_image(), &kept);
        match store.stats().expect("it can be counted").fields {
            1 => none += 1,
            fields => {
                assert_eq!(fields, 41, "crash {number}");
                whole += 1;
            }
        }
    }
    assert!(whole > 10 && none > 10, "{whole} whole, {none} not there");
}

/// Elsewhere a line break or a quote in a key or a value broke the log's own lines, or ended a text.
#[rstest]
fn every_character_is_kept_in_keys_fields_and_values(
    #[values(Encoding::Binary, Encoding::Json)] encoding: Encoding,
    #[values(0, 4096)] inline_max: usize,
) {
    let control = (0..=0x20_u8).chain([b'"', b'\\', b'/', 0x7f]).map(char::from);
    let odd =
        control.chain("\u{80}\u{85}\u{9b}\u{2028}\u{2029}\u{feff}\u{fffd}\u{ffff}\u{202e}😀,({[]})".chars());
    let mut texts: Vec<String> = odd.map(String::from).collect();
    texts.push(texts.concat());
    texts.extend(
        ["", "\n\n", "\0#17", "\0\0", "null", "\\u0000", "{\"checksum\":\"00000000\"}\n", "e\u{301}", "é"]
            .map(str::to_owned),
    );
    let disk = SimulatedDisk::new();
    let kept = Options { inline_max, ..options(encoding) };
    let check = |store: &mut Store| {
        for (place, text) in texts.iter().enumerate() {
            let other = &texts[(place + 1) % texts.len()];
            let mut shown = String::new();
            let read = Query::Get { key: text, field: other };
            store.apply(&[read], |_, reply| shown = reply.to_string()).expect("it can be read");
            assert_eq!(&shown, text);
        }
        let stats = store.stats().expect("it can be counted");
        assert_eq!([stats.keys, stats.fields], [texts.len() as u64; 2], "no two are taken for one");
    };
    let mut store = open(&disk, &kept);
    for (place, value) in texts.iter().enumerate() {
        apply(&mut store, &[Query::Set { key: value, field: &texts[(place + 1) % texts.len()], value }]);
    }
    check(&mut store);
    store.close().expect("it closes");
    if encoding == Encoding::Json {
        let bytes = disk.bytes(&last_segment(&disk)).expect("it is there");
        let lines = String::from_utf8(bytes).expect("it is text").split('\n').count();
        assert_eq!(lines, 1 + texts.len() + 1, "a frame is a line");
    }
    let mut store = open(&disk, &kept);
    check(&mut store);
    store.compact().expect("it is compacted");
    check(&mut store);
    drop(store);
    check(&mut open(&disk, &kept));
}

/// Elsewhere a restart or a compaction wrote down what was left of a lifetime, and it began anew.
#[rstest]
fn a_lifetime_does_not_begin_anew(#[values(Encoding::Binary, Encoding::Json)] encoding: Encoding) {
    let disk = SimulatedDisk::new();
    let (mut told, scan_at) = (String::new(), |at| Query::ScanAt { key: "k", timestamp: Time(at) });
    let ttl = |field, at, ttl| Query::SetAtWithTtl {
        key: "k",
        field,
        value: "v",
        timestamp: Time(at),
        ttl: Ttl(ttl),
    };
    let restore =
        |at, to| Query::Restore { timestamp: Time(at), timestamp_to_restore: RestorePoint(Time(to)) };
    // Each step in an opening of its own, now and then after a compaction.
    let steps = [
        vec![ttl("a", 10, 100), ttl("b", 20, 10)],
        vec![Query::Backup { timestamp: Time(25) }],
        vec![scan_at(29), scan_at(30)],
        vec![scan_at(109), scan_at(110)],
        vec![restore(200, 25)],
        vec![scan_at(204), scan_at(205)],
        vec![Query::Backup { timestamp: Time(284) }, scan_at(284), scan_at(285)],
        vec![restore(1000, 300), scan_at(1000), scan_at(1001), restore(1002, 30)],
        vec![scan_at(1006), scan_at(1007), scan_at(1086), scan_at(1087)],
    ];
    for (place, step) in steps.iter().enumerate() {
        let mut store = open(&disk, &options(encoding));
        if place % 2 == 1 {
            store.compact().expect("it is compacted");
        }
        writeln!(told, "{}", apply(&mut store, step)).expect("memory does not fail");
    }
    assert_eq!(
        told,
        "; \n1\na(v), b(v); a(v)\na(v); \n\na(v), b(v); a(v)\n1; a(v); \n; a(v); ; \na(v), b(v); a(v); a(v); \n"
    );
}

/// Elsewhere two processes had a directory open, and each wrote over what the other had written.
#[test]
fn a_directory_is_opened_once_at_a_time() {
    let directory = tempfile::tempdir().expect("there is room");
    let real: Arc<dyn Disk> = Arc::new(RealDisk::new(directory.path()));
    let simulated: Arc<dyn Disk> = Arc::new(SimulatedDisk::new());
    // Another way to the same directory leads to the same lock.
    let round_about: Arc<dyn Disk> = Arc::new(RealDisk::new(directory.path().join(".")));
    for [first, second] in [[&real, &round_about], [&simulated, &simulated]] {
        let mut store = Store::open(Arc::clone(first), Options::default()).expect("the store opens");
        apply(&mut store, &[set("a", "1")]);
        let is_locked = |error| matches!(error, Error::Locked);
        assert!(Store::open(Arc::clone(second), Options::default()).is_err_and(is_locked));
        assert!(verify(second).is_err_and(is_locked));
        assert!(repair(second, &Options::default()).is_err_and(is_locked));
        apply(&mut store, &[set("b", "2")]);
        drop(store);
        let mut store = Store::open(Arc::clone(second), Options::default()).expect("it was given back");
        assert_eq!(scan(&mut store), "a(1), b(2)");
    }
}
