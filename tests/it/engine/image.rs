//! Images: a database that was image, written down and loaded goes on as if nothing had happened.
//!
//! ```text
//!   list ──► Engine ─┬─ clone ──────────────────────────► the rest of the list ──┐
//!                    ├─ freeze ──► Image ──► loaded ────► the rest of the list ──┼──► same answers, same cells
//!                    └─ goes on before the image is read: the rest of the list ──┘
//! ```

use std::convert::Infallible;

use rewinddb::engine::image::{
    Broken, Image as EngineImage, ImageLoader, RecordImage, State, TextImage, ValueImage, VersionImage,
};
use rewinddb::engine::{Engine, Sizes};
use rewinddb::query::Query;
use rewinddb::time::{ClockRule, Time};
use rewinddb::track::records::requests;

use crate::amounts::{IMAGES, OPEN_IMAGES, SHARED_IMAGES};
use crate::engine::random::parsed;
use crate::judge::lists::{List, any_list_of, list_of};

/// An image that owns its texts, records in order of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Image {
    pub(crate) state: State,
    pub(crate) records: Vec<Row>,
}

/// A record of it: key, versions.
pub(crate) type Row = (String, Vec<Version>);

/// A version of it: field, epoch, content.
pub(crate) type Version = (String, u32, Option<(Held, Time)>);

/// What it holds: the texts of it, and of a list whether it goes on from that of the version before.
pub(crate) type Held = (Vec<String>, Option<bool>);

/// Writes an image down.
pub(crate) fn written(image: EngineImage) -> Image {
    let state = image.state().clone();
    let mut records: Vec<Row> = Vec::new();
    let kept = image.try_each_record(|image| {
        let owned = |version: &VersionImage<'_>| {
            let texts = |value: &ValueImage<'_>| value.texts().iter().map(in_memory).collect();
            let list = |value: &ValueImage<'_>| match value {
                ValueImage::Text(_) => None,
                ValueImage::List { continues, .. } => Some(*continues),
            };
            let content = version.content.as_ref().map(|(value, last)| ((texts(value), list(value)), *last));
            (version.field.to_owned(), version.epoch, content)
        };
        let versions = image.versions.iter().map(owned).collect();
        records.push((image.key.to_owned(), versions));
        Ok::<_, Infallible>(())
    });
    let Ok(()) = kept;
    records.sort();
    Image { state, records }
}

fn in_memory(text: &TextImage<'_>) -> String {
    match text {
        TextImage::Memory(text) => (*text).to_owned(),
        TextImage::Blob(blob) => panic!("{blob:?} in an engine that has no blobs"),
    }
}

/// Brings back what was written down.
pub(crate) fn loaded(image: &Image) -> Result<Engine, Broken> {
    let mut loader = ImageLoader::new(&image.state)?;
    for (key, versions) in &image.records {
        let versions = versions.iter().map(|(field, epoch, content)| VersionImage {
            field,
            epoch: *epoch,
            content: content.as_ref().map(|((texts, list), last)| {
                let mut items = texts.iter().map(|text| TextImage::Memory(text));
                let value = match list {
                    None => ValueImage::Text(items.next().unwrap_or(TextImage::Memory(""))),
                    Some(continues) => ValueImage::List { continues: *continues, items: items.collect() },
                };
                (value, *last)
            }),
        });
        loader.add(&RecordImage { key, versions: versions.collect() })?;
    }
    Ok(loader.finish())
}

/// What an engine answers, refusals too.
pub(crate) fn answer(engine: &mut Engine, words: &[String]) -> Result<String, String> {
    engine.apply(&parsed(words)).map(|reply| reply.to_string()).map_err(|backwards| backwards.to_string())
}

pub(crate) fn rule(free: bool) -> ClockRule {
    if free { ClockRule::Free } else { ClockRule::Monotone }
}

/// The engine after the first queries of a list, and the others.
pub(crate) fn begun(seed: u64, free: bool) -> (Engine, List) {
    let mut list = list_of(seed, free);
    let place = usize::try_from(seed * 31).unwrap() % list.len();
    let rest = list.split_off(place);
    let mut engine = Engine::new(rule(free));
    for words in &list {
        let _ = answer(&mut engine, words);
    }
    (engine, rest)
}

#[test]
fn an_engine_loaded_from_its_image_goes_on_like_a_clone_while_time_moves_forward() {
    IMAGES.seeds().for_each(|seed| check(seed, false));
}

#[test]
fn an_engine_loaded_from_its_image_goes_on_like_a_clone_while_time_jumps_about() {
    IMAGES.seeds().for_each(|seed| check(seed, true));
}

fn check(seed: u64, free: bool) {
    let (mut engine, rest) = begun(seed, free);
    let mut clone = engine.clone();
    let image = engine.image();
    let answers: Vec<_> = rest.iter().map(|words| answer(&mut engine, words)).collect();
    let cells = clone.cells();
    let keys = cells.chunk_by(|one, next| one.key == next.key);
    assert_eq!(image.count_live(), (keys.count() as u64, cells.len() as u64), "seed {seed}: it counts");
    // What is shared holds for both.
    assert_eq!(engine.check(), Ok(()), "seed {seed}: counting has changed something");
    let image = written(image);
    assert_eq!(written(clone.clone().image()), image, "seed {seed}: what was image has changed");
    let mut loaded = loaded(&image).unwrap_or_else(|why| panic!("seed {seed}: {why}"));
    assert_eq!(loaded.check(), Ok(()), "seed {seed}");
    assert_eq!(written(loaded.clone().image()), image, "seed {seed}: it is not what was written");
    assert_not_larger(&loaded, &clone, seed);
    for (place, (words, wanted)) in rest.iter().zip(&answers).enumerate() {
        let why = format!("seed {seed}, free: {free}, query {place} after loading: {words:?}");
        assert_eq!((&answer(&mut clone, words), &answer(&mut loaded, words)), (wanted, wanted), "{why}");
        if rest.len() < 100 || place % 16 == 0 || place + 1 == rest.len() {
            assert_eq!((loaded.cells(), loaded.clock()), (clone.cells(), clone.clock()), "{why}");
        }
    }
    // Which of the dead are swept when, and so held by a backup or not, depends on where they were kept.
    for engine in [&mut clone, &mut loaded] {
        engine.sweep(usize::MAX);
        assert_eq!(engine.check(), Ok(()), "seed {seed}");
    }
    assert_eq!(loaded.cells(), clone.cells(), "seed {seed}");
}

/// Holds a database that was loaded no more than the one that it is an image of? Versions that say the same as those
/// before them are not written down.
fn assert_not_larger(loaded: &Engine, original: &Engine, seed: u64) {
    let (sizes, most) = (loaded.sizes(), original.sizes());
    let Sizes { records, cells, versions, deaths, undo, backups, branches } = sizes;
    let is_same = (records, backups, branches) == (most.records, most.backups, most.branches);
    let is_less =
        cells <= most.cells && versions <= most.versions && deaths <= most.deaths && undo <= most.undo;
    assert!(is_same && is_less, "seed {seed}: {sizes:?}, not {most:?}");
}

/// What is image is what is committed, so an open transaction is rolled back before the two go on.
#[test]
fn an_engine_loaded_from_its_image_goes_on_after_transactions() {
    for (seed, free) in OPEN_IMAGES.seeds().flat_map(|seed| [(2 * seed, false), (2 * seed, true)]) {
        let list = any_list_of(seed, free);
        let queries = requests(&list).expect("it is a list of queries");
        let (first, rest) = queries.split_at(usize::try_from(seed * 31).unwrap() % queries.len());
        let mut engine = Engine::new(rule(free));
        for query in first {
            let _ = crate::answer(&mut engine, query);
        }
        let image = written(engine.image());
        engine.apply(&Query::Rollback {}).expect("it needs no time");
        let mut loaded = loaded(&image).unwrap_or_else(|why| panic!("seed {seed}: {why}"));
        for (place, query) in rest.iter().enumerate() {
            let why = || format!("seed {seed}, free: {free}, query {place} after loading: {query:?}");
            assert!(engine.aliases().iter().eq(loaded.aliases().iter()), "{}", why());
            let answers = [&mut engine, &mut loaded].map(|engine| crate::answer(engine, query));
            assert_eq!(answers[0], answers[1], "{}", why());
            if rest.len() < 100 || place % 16 == 0 {
                assert_eq!((loaded.cells(), loaded.clock()), (engine.cells(), engine.clock()), "{}", why());
            }
        }
    }
}

#[test]
fn another_thread_writes_down_what_was_while_queries_go_on() {
    for seed in SHARED_IMAGES.seeds() {
        let (mut engine, rest) = begun(seed, false);
        let wanted = (engine.clone().image().count_live(), written(engine.clone().image()));
        let image = engine.image();
        let image = std::thread::scope(|scope| {
            let writer = scope.spawn(|| (image.count_live(), written(image)));
            for words in rest.iter().cycle().take(2000) {
                let _ = answer(&mut engine, words);
            }
            writer.join().expect("it ends")
        });
        assert_eq!(engine.check(), Ok(()), "seed {seed}");
        assert_eq!(image, wanted, "seed {seed}");
    }
}

#[test]
fn the_first_error_ends_the_walk() {
    let mut engine = Engine::new(ClockRule::Monotone);
    for number in 0..100 {
        let (key, field, value) = (&*number.to_string(), "f", "v");
        engine.apply(&Query::Set { key, field, value }).expect("it needs no time");
    }
    let mut called = 0;
    let walked = engine.image().try_each_record(|_| {
        called += 1;
        if called < 50 { Ok(()) } else { Err("full") }
    });
    assert_eq!((walked, called), (Err("full"), 50));
}

#[test]
fn engines_and_images_may_be_sent_and_shared() {
    fn check<T: Send + Sync>(_: Option<T>) {}
    check(None::<Engine>);
    check(None::<EngineImage>);
    check(None::<ImageLoader>);
}
