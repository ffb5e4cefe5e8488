//! How the stores in `fixtures/store` are made: good ones, and what is done to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use rewinddb::engine::Session;
use rewinddb::query::{Query, RestorePoint};
use rewinddb::store::{Encoding, Options, SimulatedDisk, Store, SyncPolicy};
use rewinddb::time::{ClockRule, Time, Ttl};

/// The files of a store by name.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

fn options(encoding: Encoding) -> Options {
    Options {
        encoding: Some(encoding),
        grow_by: 0,
        inline_max: 40,
        compact_after: None,
        ..Options::default()
    }
}

fn apply(store: &mut Store, queries: &[Query<'_>]) {
    store.apply(queries, |_, _| {}).expect("it is applied");
    store.commit().expect("it is committed");
}

fn set_at<'q>(key: &'q str, field: &'q str, value: &'q str, at: u64) -> Query<'q> {
    Query::SetAt { key, field, value, timestamp: Time(at) }
}

/// What every store begins with: lifetimes, backups, odd texts, values that stay on disk. A snapshot covers it, if that
/// is wanted.
fn begin(disk: &SimulatedDisk, options: &Options, compacted: bool) -> Store {
    let mut store = Store::open(Arc::new(disk.clone()), options.clone()).expect("it opens");
    let long = "a value that stays on disk, as it is longer than most";
    let (key, field, value) = ("user", "token", "x7");
    let ttl = Query::SetAtWithTtl { key, field, value, timestamp: Time(10), ttl: Ttl(90) };
    apply(
        &mut store,
        &[ttl, set_at("user", "name", "Ada", 20), set_at("odd\n\"key\"", "\u{2028}\0", "é\t😀", 20)],
    );
    apply(&mut store, &[set_at("long", "one", long, 30), set_at("long", "two", &long.repeat(2), 30)]);
    apply(&mut store, &[Query::Backup { timestamp: Time(40) }, set_at("user", "name", "Eve", 41)]);
    if compacted {
        store.compact().expect("it is compacted");
    }
    store
}

/// Goes on with segments of a group or two.
fn go_on(mut store: Store) -> Store {
    let restore = Query::Restore { timestamp: Time(50), timestamp_to_restore: RestorePoint(Time(40)) };
    apply(&mut store, &[restore]);
    apply(
        &mut store,
        &[
            Query::Get { key: "user", field: "name" },
            Query::GetAt { key: "user", field: "x", timestamp: Time(60) },
        ],
    );
    let long = "another value that stays on disk, in the log as yet";
    apply(&mut store, &[Query::Set { key: "long", field: "three", value: long }]);
    apply(&mut store, &[Query::DeleteAt { key: "odd\n\"key\"", field: "\u{2028}\0", timestamp: Time(61) }]);
    apply(&mut store, &[set_at("last", "one", "1", 62), set_at("last", "two", "2", 62)]);
    apply(&mut store, &[set_at("last", "one", "3", 62)]);
    store
}

/// A good store: a snapshot, values, three segments.
fn good(encoding: Encoding) -> Files {
    // Room for a header and a group or two.
    let segment_max = if encoding == Encoding::Binary { 430 } else { 600 };
    let (disk, options) = (SimulatedDisk::new(), Options { segment_max, ..options(encoding) });
    go_on(begin(&disk, &options, true)).close().expect("it closes");
    disk.files()
}

/// A store that was killed when nothing had been synced: a single segment.
fn killed(encoding: Encoding) -> Files {
    let (disk, options) = (SimulatedDisk::new(), Options { sync: SyncPolicy::Never, ..options(encoding) });
    let store = go_on(begin(&disk, &options, false));
    let files = disk.files();
    drop(store);
    files
}

/// A good store of the free rule, and one with packed groups.
fn other_good() -> [Files; 2] {
    let free = SimulatedDisk::new();
    let options_of_free = Options { clock: Some(ClockRule::Free), ..options(Encoding::Json) };
    go_on(begin(&free, &options_of_free, false)).close().expect("it closes");
    let packed = SimulatedDisk::new();
    let options = Options { lz4: true, ..options(Encoding::Binary) };
    let mut store = begin(&packed, &options, false);
    let fields: Vec<_> = (0..300).map(|number| format!("field {number}")).collect();
    let many: Vec<_> = fields.iter().map(|field| set_at("many", field, "the same value", 45)).collect();
    let gone: Vec<_> =
        fields.iter().map(|field| Query::DeleteAt { key: "many", field, timestamp: Time(46) }).collect();
    apply(&mut store, &many);
    apply(&mut store, &gone);
    go_on(store).close().expect("it closes");
    [free.files(), packed.files()]
}

/// The last name that begins so.
fn last(files: &Files, begin: &str) -> String {
    files.keys().rfind(|name| name.starts_with(begin)).expect("there is one").clone()
}

fn first(files: &Files, begin: &str) -> String {
    files.keys().find(|name| name.starts_with(begin)).expect("there is one").clone()
}

/// The bytes of the last file whose name begins so.
fn bytes<'f>(files: &'f mut Files, begin: &str) -> &'f mut Vec<u8> {
    let name = last(files, begin);
    files.get_mut(&name).expect("it is there")
}

fn flip(files: &mut Files, name: &str, part: f64) {
    let bytes = files.get_mut(name).expect("it is there");
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place"
    )]
    let at = (bytes.len() as f64 * part) as usize;
    bytes[at] ^= 4;
}

/// What is done to a good store.
fn damaged(files: &mut Files, how: &str) {
    let (first_log, last_log) = (first(files, "log"), last(files, "log"));
    let middle = files.keys().filter(|name| name.starts_with("log")).nth(1).expect("there are three").clone();
    match how {
        "flip-in-log" => flip(files, &middle, 0.95),
        "flip-in-first-log" => flip(files, &first_log, 0.95),
        "flip-in-last-group" => flip(files, &last_log, 0.99),
        "flip-in-header" => flip(files, &middle, 0.1),
        "flip-in-snapshot" => flip(files, &last(&files.clone(), "snapshot"), 0.5),
        "flip-in-state" => flip(files, &last(&files.clone(), "snapshot"), 0.2),
        "flip-in-places" => flip(files, &last(&files.clone(), "snapshot"), 0.8),
        "flip-in-snapshot-header" => flip(files, &last(&files.clone(), "snapshot"), 0.05),
        "flip-in-values" => flip(files, &last(&files.clone(), "values"), 0.5),
        "several-flips" => {
            flip(files, &last_log, 0.99);
            flip(files, &last(&files.clone(), "values"), 0.5);
            flip(files, &last(&files.clone(), "snapshot"), 0.5);
        }
        "cut-log" => bytes(files, &middle).truncate(300),
        "cut-last-log" => bytes(files, "log").truncate(400),
        "cut-snapshot" => bytes(files, "snapshot").truncate(150),
        "cut-values" => bytes(files, "values").truncate(150),
        "empty-log" => bytes(files, "log").clear(),
        "missing-segment" => drop(files.remove(&middle)),
        "missing-first-segment" => drop(files.remove(&first_log)),
        "missing-last-segment" => drop(files.remove(&last_log)),
        "missing-snapshot" => drop(files.remove(&last(files, "snapshot"))),
        "missing-values" => drop(files.remove(&last(files, "values"))),
        "missing-watermark" => drop(files.remove("watermark")),
        "watermark-of-one-slot" => flip(files, "watermark", 0.01),
        "watermark-of-no-slot" => {
            flip(files, "watermark", 0.01);
            flip(files, "watermark", 0.51);
        }
        "watermark-cut" => bytes(files, "watermark").truncate(512),
        "swapped-segments" => {
            let (one, two) = (files[&first_log].clone(), files[&middle].clone());
            files.extend([(first_log, two), (middle, one)]);
        }
        "a-segment-too-many" => {
            let bytes = files[&first_log].clone();
            files.insert("log-00000000000000000099.bin".to_owned(), bytes);
        }
        _ => panic!("{how} is not known"),
    }
}

const DAMAGES: [&str; 26] = [
    "a-segment-too-many",
    "cut-last-log",
    "cut-log",
    "cut-snapshot",
    "cut-values",
    "empty-log",
    "flip-in-first-log",
    "flip-in-header",
    "flip-in-last-group",
    "flip-in-log",
    "flip-in-places",
    "flip-in-snapshot",
    "flip-in-snapshot-header",
    "flip-in-state",
    "flip-in-values",
    "missing-first-segment",
    "missing-last-segment",
    "missing-segment",
    "missing-snapshot",
    "missing-values",
    "missing-watermark",
    "several-flips",
    "swapped-segments",
    "watermark-cut",
    "watermark-of-no-slot",
    "watermark-of-one-slot",
];

/// A good store with a transaction that has taken a backup, and was committed later.
fn goes_back() -> Files {
    let (disk, session) = (SimulatedDisk::new(), Session::new());
    let mut store = begin(&disk, &options(Encoding::Json), false);
    let (key, field, value) = ("user", "name", "Ida");
    let asked = [
        Query::Begin {},
        Query::Set { key, field, value },
        Query::Backup { timestamp: Time(45) },
        Query::Set { key, field, value: "Ada" },
    ];
    store.apply_in(&session, &asked, |_, _| {}).expect("it is applied");
    // The user's token dies.
    apply(&mut store, &[Query::Tick { timestamp: Time(200) }]);
    store.compact().expect("it is compacted");
    apply(&mut store, &[Query::Tick { timestamp: Time(300) }]);
    store
        .apply_in(&session, &[Query::Commit {}], |_, reply| assert_eq!(reply.to_string(), "true"))
        .expect("it is applied");
    store.close().expect("it closes");
    disk.files()
}

/// A store of a later version: it is whole, and not for this one to touch.
fn of_a_later_version() -> Files {
    let mut files = killed(Encoding::Json);
    let log = String::from_utf8(bytes(&mut files, "log").clone()).expect("it is text");
    let (header, rest) = log.split_once('\n').expect("a header is a line");
    let header = header.replace("\"version\":2", "\"version\":999") + "\n";
    // The checksum stands first, and covers what stands behind it.
    let checksum = crc32fast::hash(&header.as_bytes()[22..]);
    let header = format!("{{\"checksum\":\"{checksum:08x}\"{}", &header[22..]);
    *bytes(&mut files, "log") = (header + rest).into_bytes();
    files
}

/// All stores by the names of their directories.
pub(super) fn made() -> BTreeMap<String, Files> {
    let [free, packed] = other_good();
    let mut made = BTreeMap::from([
        ("v2-binary".to_owned(), good(Encoding::Binary)),
        ("v2-json".to_owned(), good(Encoding::Json)),
        ("v2-free".to_owned(), free),
        ("v2-packed".to_owned(), packed),
        ("v2-goes-back".to_owned(), goes_back()),
        ("later-version".to_owned(), of_a_later_version()),
    ]);
    for how in DAMAGES {
        let mut files = good(Encoding::Binary);
        damaged(&mut files, how);
        made.insert(how.to_owned(), files);
    }
    for how in ["flip-in-log", "flip-in-snapshot", "flip-in-values", "several-flips"] {
        let mut files = good(Encoding::Json);
        damaged(&mut files, how);
        made.insert(format!("{how}-json"), files);
    }
    for (encoding, ending) in [(Encoding::Binary, "binary"), (Encoding::Json, "json")] {
        let whole = killed(encoding);
        let mut add = |name: &str, change: &dyn Fn(&mut Vec<u8>)| {
            let mut files = whole.clone();
            change(bytes(&mut files, "log"));
            made.insert(format!("{name}-{ending}"), files);
        };
        add("killed", &|_| {});
        add("torn-in-frame", &|log| log.truncate(log.len() - 10));
        add("torn-in-head", &|log| log.extend(&log.clone()[..7]));
        add("torn-to-zeros", &|log| {
            let end = log.len();
            log[end - 30..].fill(0);
        });
        add("room-behind", &|log| log.extend([0; 100]));
        add("garbage-behind", &|log| log.extend(b"garbage that no frame begins with\n"));
        // What follows was never synced, but it is there: so this is no torn end.
        add("flip-before-the-end", &|log| {
            let at = log.len() - 250;
            log[at] ^= 1;
        });
    }
    made
}
