//! Each invariant of the whole, found broken where it is.

use super::*;
use crate::engine::fields::{Content, Fields};
use crate::engine::history::History;
use crate::engine::live::Live;
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

/// A permanent text.
pub(in crate::engine) fn content(value: &str) -> Content {
    let value = StoredValue::Text(StoredText::Memory(Text::new(value)));
    Content { value, lifetime: Lifetime::PERMANENT }
}

#[test]
fn each_invariant_of_the_whole_can_be_found_broken() {
    let far = Epoch::new(99).expect("it is not 0");
    let last = |engine: &Engine| {
        let (taken, backup) = engine.heads[0].backups.iter().last().expect("there is one");
        (taken, backup.clone())
    };
    let breaks: [Break<'_, Engine>; 7] = [
        ("no own clock stands before 0, and under the free rule none moves", &|engine| engine.own.shift = 99),
        ("the last change was not before the last backup or restore, nor later than now", &|engine| {
            engine.common.changed = Time(99);
        }),
        ("a version is of an epoch that is in a branch", &|engine| {
            engine.common.records.add(Text::new("new"), History::new(far, Fields::of("f", content("v"))));
        }),
        ("what is live now, or later, is known, as far as it is indexed too", &|engine| {
            engine.own.live = Live::none();
        }),
        ("what was live at a backup, or later, is known, as far as it is indexed too", &|engine| {
            let (taken, backup) = last(engine);
            engine.heads[0].backups.add(taken, Backup { live: Live::none(), ..backup });
        }),
        ("a backup is a closed epoch, and of the past", &|engine| {
            let (taken, backup) = last(engine);
            engine.heads[0].backups.add(Time(99), backup.clone());
            engine.heads[0].backups.add(taken, backup);
        }),
        ("what the open epoch has written is in the undo log", &|engine| {
            engine.own.undo = UndoLog::default();
        }),
    ];
    for (sentence, breaks) in breaks {
        let session = Session::new();
        let mut engine = lived(&session);
        breaks(&mut engine);
        assert_names(&engine.check(), sentence);
    }
}
