//! The format on disk: what FORMAT.md and `format.proto` say of it is what the files are.
//!
//! FORMAT.md shows the bytes of a tiny store. `INSTA_UPDATE=always cargo test` prints them anew; look at the
//! difference, since files that were written before must still be read.

mod dump;
mod schema;
pub(crate) mod second_reader;

use std::sync::Arc;

use rewinddb::engine::Engine;
use rewinddb::query::{Access, Query};
use rewinddb::store::{Encoding, Options, SimulatedDisk, Store, SyncPolicy};
use rewinddb::time::{ClockRule, Time};

use crate::judge::lists::list_of;
use crate::{assert_document, top, with_part};

/// The tiny store's groups, and what is asked between them.
const GROUPS: [&[&str]; 3] = [
    &["SET_AT_WITH_TTL user token x7 1 10", "SET user name Ada"],
    &["GET_AT user token 3"],
    &["SET user note A-value-that-is-not-short", "BACKUP 5"],
];

/// A store that is easily looked through: long values have more than 16 bytes, the log has room for 16 more.
fn options(encoding: Encoding) -> Options {
    Options {
        encoding: Some(encoding),
        inline_max: 16,
        grow_by: 128,
        compact_after: None,
        ..Options::default()
    }
}

/// Parses queries of words.
fn parsed<'w>(words: &'w [Vec<&'w str>]) -> Vec<Query<'w>> {
    words.iter().map(|words| crate::language().parse(words).expect("it is a query")).collect()
}

/// The files of the tiny store as they are while it is open, and after it was compacted and closed.
fn tiny_store(encoding: Encoding) -> [second_reader::Files; 2] {
    let disk = Arc::new(SimulatedDisk::new());
    let mut store = Store::open(disk.clone(), options(encoding)).expect("it begins");
    for group in GROUPS {
        let words: Vec<Vec<_>> = group.iter().map(|query| query.split(' ').collect()).collect();
        store.apply_committed(&parsed(&words), |_, _| {}).expect("it is written");
    }
    let before = disk.files();
    store.compact().expect("it is compacted");
    store.close().expect("it is closed");
    [before, disk.files()]
}

/// The dump that FORMAT.md shows.
fn printed() -> String {
    let (schema, store) = (schema::of_proto(), tiny_store(Encoding::Binary));
    let mut out = dump::watermark(&store[0]["watermark"]);
    for (name, bytes) in shown(&store) {
        out.push_str(&format!("\n{}", dump::file(name, bytes, &schema)));
    }
    format!("```text\n{out}```\n")
}

/// The same store in JSON.
fn printed_json() -> String {
    let store = tiny_store(Encoding::Json);
    let files = shown(&store).map(|(name, bytes)| format!("{name}\n\n{}", crate::text(bytes)));
    format!("```text\n{}```\n", files.collect::<Vec<_>>().join("\n"))
}

/// The files of frames, but for the second segment, which has nothing but a header.
fn shown([before, after]: &[second_reader::Files; 2]) -> impl Iterator<Item = (&String, &Vec<u8>)> {
    let is_log = |name: &String| name.starts_with("log-");
    let logs = before.iter().filter(move |(name, _)| is_log(name));
    logs.chain(after.iter().filter(move |(name, _)| !is_log(name) && *name != "watermark"))
}

#[test]
fn the_dumps_in_format_md_are_the_bytes_of_the_tiny_store() {
    assert_document(&top().join("src/store/FORMAT.md"), |text| {
        let text = with_part(text, "the tiny store in binary", &printed());
        with_part(&text, "the tiny store in JSON", &printed_json())
    });
}

#[test]
fn the_messages_of_format_proto_are_those_of_the_code() {
    let (proto, code) = (schema::of_proto(), schema::of_code());
    for message in proto.keys().chain(code.keys()) {
        assert_eq!(proto.get(message), code.get(message), "{message} in format.proto, and in message.rs");
    }
    let fields: usize = proto.values().map(std::collections::BTreeMap::len).sum();
    assert_eq!(fields, schema::tags_in_code(), "every attribute was understood");
    assert!(fields > 40, "only {fields} fields were found");
}

#[test]
fn a_second_reader_finds_in_the_tiny_store_what_was_written() {
    let [before, after] = tiny_store(Encoding::Binary);
    let told = second_reader::groups(&before["log-00000000000000000001.bin"]);
    let told: Vec<_> = told
        .iter()
        .map(|(group, queries)| (*group, queries.iter().map(|words| words.join(" ")).collect()))
        .collect();
    // The second only reads, and moves the clock.
    let wanted: [(u64, Vec<_>); 3] = [
        (1, GROUPS[0].iter().map(ToString::to_string).collect()),
        (2, vec!["clock 3".to_owned()]),
        (3, GROUPS[2].iter().map(ToString::to_string).collect()),
    ];
    assert_eq!(told, wanted);
    let cells = second_reader::live_cells(&after, "snapshot-00000000000000000003.bin");
    let wanted =
        [("name", "Ada", None), ("note", "A-value-that-is-not-short", None), ("token", "x7", Some(6))];
    let wanted =
        wanted.map(|(field, value, left)| ("user".to_owned(), field.to_owned(), value.to_owned(), left));
    assert_eq!(cells, wanted);
}

#[test]
fn a_second_reader_finds_in_any_store_what_was_written() {
    let mut groups = 0;
    for seed in 0..120 {
        println!("seed {seed}");
        let free = seed % 3 == 0;
        let rule = if free { ClockRule::Free } else { ClockRule::Monotone };
        let list = list_of(seed, free);
        let disk = Arc::new(SimulatedDisk::new());
        let options = Options { clock: Some(rule), sync: SyncPolicy::Never, ..options(Encoding::Binary) };
        let mut store = Store::open(disk.clone(), options).expect("it begins");
        let mut engine = Engine::new(rule);
        let mut wanted = Vec::new();
        for words in list.chunks(7) {
            let borrowed: Vec<Vec<_>> =
                words.iter().map(|words| words.iter().map(String::as_str).collect()).collect();
            let queries = parsed(&borrowed);
            // Lists have queries that run backwards in time, and those are refused.
            let mut fork = engine.clone();
            if queries.iter().all(|query| fork.apply(query).is_ok()) {
                store.apply(&queries, |_, _| {}).expect("it is written");
                engine = fork;
                let writes = queries.iter().filter(|query| query.operation().access() == Access::Write);
                wanted.extend(writes.map(|query| {
                    crate::language().words(query).iter().map(ToString::to_string).collect::<Vec<_>>()
                }));
            }
        }
        let segment = &disk.files()["log-00000000000000000001.bin"];
        let told = second_reader::groups(segment);
        groups += told.len();
        let told: Vec<_> =
            told.into_iter().flat_map(|(_, queries)| queries).filter(|words| words[0] != "clock").collect();
        assert_eq!(told, wanted);
        store.compact().expect("it is compacted");
        let name = format!("snapshot-{:020}.bin", store.last_group());
        let cells = engine.cells();
        let cells: Vec<_> = cells
            .iter()
            .map(|cell| {
                let [key, field, value] = [cell.key, cell.field, &cell.value.shown()].map(str::to_owned);
                (key, field, value, cell.remaining.map(|remaining| remaining.0))
            })
            .collect();
        assert_eq!(second_reader::live_cells(&disk.files(), &name), cells);
    }
    assert!(groups > 500, "only {groups} groups were read");
}

#[test]
fn a_file_of_a_newer_version_is_not_told_as_damage() {
    let [mut files, _] = tiny_store(Encoding::Json);
    let log = files.get_mut("log-00000000000000000001.jsonl").expect("it is there");
    let text = crate::text(log);
    let header = text.lines().next().expect("a header").replace("\"version\":2", "\"version\":999") + "\n";
    let (_, covered) = header.split_at(22);
    let checksum = second_reader::crc32(0, covered.as_bytes());
    *log = format!("{{\"checksum\":\"{checksum:08x}\"{covered}").into_bytes();
    let disk = Arc::new(SimulatedDisk::from_files(files));
    let refused = Store::open(disk, options(Encoding::Json)).expect_err("it is not known").to_string();
    assert!(refused.contains("version 999"), "{refused}");
    assert!(!refused.contains("damaged"), "{refused}");
}

#[test]
fn groups_in_json_are_never_packed() {
    let value = "a value that packs well, ".repeat(4);
    let sets = vec![Query::Set { key: "A", field: "B", value: &value }; 200];
    for (encoding, is_packed) in [(Encoding::Binary, true), (Encoding::Json, false)] {
        let disk = Arc::new(SimulatedDisk::new());
        let options = Options { lz4: true, inline_max: 4096, ..options(encoding) };
        let mut store = Store::open(disk.clone(), options).expect("it begins");
        store.apply_committed(&sets, |_, _| {}).expect("it is written");
        let files = disk.files();
        let log = files.iter().find(|(name, _)| name.starts_with("log-")).expect("there is one").1;
        assert_eq!(log.len() < sets.len() * value.len(), is_packed, "{encoding:?}: {} bytes", log.len());
    }
}

/// A thousand backups of ten thousand cells, between which one cell changes, take a few bytes more each; copies would
/// take ten thousand cells each.
#[test]
fn a_snapshot_has_what_backups_share_once() {
    let size = |backups: u64| {
        let disk = SimulatedDisk::new();
        let mut store = Store::open(Arc::new(disk.clone()), options(Encoding::Binary)).expect("it opens");
        let keys: Vec<_> = (0..1_000).map(|number| format!("key{number}")).collect();
        let fields: Vec<_> = (0..10).map(|number| format!("field{number}")).collect();
        let cells = keys.iter().flat_map(|key| fields.iter().map(move |field| (key, field)));
        let sets: Vec<_> = cells.map(|(key, field)| Query::Set { key, field, value: "a value" }).collect();
        store.apply(&sets, |_, _| {}).expect("there is room");
        for time in 0..backups {
            let (timestamp, value) = (Time(time), time.to_string());
            let set = Query::SetAt { key: "key7", field: "field7", value: &value, timestamp };
            store.apply(&[set, Query::Backup { timestamp }], |_, _| {}).expect("there is room");
        }
        store.compact().expect("there is room");
        let files = disk.files();
        let snapshot = files.iter().find(|(name, _)| name.starts_with("snapshot-")).expect("it is there");
        snapshot.1.len()
    };
    let (none, many) = (size(0), size(1_000));
    assert!(
        none > 200_000 && many < none + 60 * 1_000,
        "{none} bytes without backups, {many} with a thousand"
    );
}
