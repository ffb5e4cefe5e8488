//! Each invariant of the whole, found broken where it is.

use super::*;
use crate::engine::expiries::Expiries;
use crate::engine::fields::Fields;
use crate::engine::history::History;
use crate::engine::stored::StoredValue;
use crate::engine::undo::UndoLog;
use crate::engine::{Session, StoredText, Text};
use crate::query::{Query, RestorePoint};
use crate::time::{Lifetime, Ttl};

/// A sentence, and what makes it untrue.
pub(in crate::engine) type Break<'b, T> = (&'b str, &'b dyn Fn(&mut T));

/// A database with backups, branches, lifetimes and a list, and a transaction of the session, which was
/// asked last.
pub(in crate::engine) fn lived(session: &Session) -> Engine {
    let mut engine = Engine::new(ClockRule::Monotone);
    let (key, value, at) = ("k", "v", Time);
    let set = |field| Query::Set { key, field, value };
    let mortal = |field| Query::SetAtWithTtl { key, field, value, timestamp: at(1), ttl: Ttl(50) };
    let backup = |time| Query::Backup { timestamp: at(time) };
    let restore = Query::Restore { timestamp: at(4), timestamp_to_restore: RestorePoint(at(2)) };
    let append = || Query::Append { key: "list", field: "l", item: "i" };
    let delete = || Query::Delete { key, field: "g" };
    let first = [set("f"), mortal("g"), append(), backup(2), append(), backup(3), restore, set("h")];
    for query in &first {
        engine.apply(query).expect("time is in order");
    }
    let own = [Query::Begin {}, set("f"), backup(5), set("f"), mortal_now(), delete()];
    for query in &own {
        engine.apply_in(session, query).expect("time is in order");
    }
    engine.apply(&set("f")).expect("it has no timestamp");
    engine.apply(&delete()).expect("it has no timestamp");
    engine.apply_in(session, &Query::Keys {}).expect("it has no timestamp");
    assert_eq!(engine.check(), Ok(()));
    engine
}

fn mortal_now() -> Query<'static> {
    Query::SetAtWithTtl { key: "k", field: "m", value: "v", timestamp: Time(5), ttl: Ttl(50) }
}

/// Is just this invariant found to be broken?
pub(in crate::engine) fn assert_names(found: &Found, sentence: &str) {
    let why = found.as_ref().expect_err(sentence);
    assert!(why.starts_with(&format!("broken: {sentence}: ")), "{why}, not: {sentence}");
}

fn stored(value: &str) -> StoredValue {
    StoredValue::Text(StoredText::Memory(Text::new(value)))
}

fn add(engine: &mut Engine, epoch: Epoch, value: Option<&str>, count: u32) {
    let content = value.map(|value| Content { value: stored(value), lifetime: Lifetime::PERMANENT });
    let fields = Fields::of_sorted(vec![(Text::new("f"), History::new(epoch, content))]);
    engine.records.add(Text::new("new"), Record::of_parts(fields, History::new(epoch, count)));
}

#[test]
fn each_invariant_of_the_whole_can_be_found_broken() {
    let far = Epoch::new(99).expect("it is not 0");
    let last = |engine: &Engine| engine.backups.iter().last().expect("there is one");
    let breaks: [Break<'_, Engine>; 12] = [
        ("no own clock stands before 0, and under the free rule none moves", &|engine| engine.shift = 99),
        ("the last change was not before the last backup or restore, nor later than now", &|engine| {
            engine.changed = Time(99);
        }),
        ("what is settled is past", &|engine| {
            engine.expiries = Expiries::of(Time(99), Vec::new());
        }),
        ("a version is of an epoch that is in a branch", &|engine| add(engine, far, Some("v"), 1)),
        ("a cell was set once, unless a transaction is told that it was not", &|engine| {
            add(engine, Epoch::FIRST, None, 0);
        }),
        ("the count of a record is that of its cells live when expiries were settled", &|engine| {
            add(engine, Epoch::FIRST, Some("v"), 2);
        }),
        ("the number of live records is that of records with a count", &|engine| {
            engine.records.set_live_records(7);
        }),
        ("the number of a backup is that of records with a count there", &|engine| {
            let (taken, backup) = last(engine);
            engine.backups.add(taken, Backup { live_records: 7, ..backup });
        }),
        ("a backup is a closed epoch, and of the past", &|engine| {
            let (taken, backup) = last(engine);
            engine.backups.add(Time(99), backup);
            engine.backups.add(taken, backup);
        }),
        ("what dies later than is settled has its expiry", &|engine| {
            engine.expiries = Expiries::of(Time(3), Vec::new());
        }),
        ("what dies later than a backup has its expiry in the index", &|engine| {
            let session = Session::new();
            *engine = lived(&session);
            engine.roll_back(Some(&session));
            let own = engine.expiries.settled();
            engine.expiries = Expiries::of(own, Vec::new());
        }),
        ("what the open epoch has written is in the undo log", &|engine| {
            engine.undo = UndoLog::default();
        }),
    ];
    for (sentence, breaks) in breaks {
        let session = Session::new();
        let mut engine = lived(&session);
        breaks(&mut engine);
        assert_names(&engine.check(), sentence);
    }
}
