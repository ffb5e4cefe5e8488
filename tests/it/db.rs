//! The library's front door, in memory and on a simulated disk.

/// Replies and what is durable.
pub(crate) mod committed;

/// Sessions by their typed methods.
pub(crate) mod sessions;

/// Each typed method against its operation in words.
pub(crate) mod typed;

use std::sync::Arc;

use rewinddb::db::{Committed, Database, Entries, Error, Pending, Session};
use rewinddb::query::{MatchMode, Query};
use rewinddb::store::{self, Options, SimulatedDisk};
use rewinddb::time::{ClockRule, Time};
use rewinddb::wire::Request;

/// Both kinds of database, empty.
pub(crate) fn both(rule: ClockRule) -> [Database; 2] {
    [Database::in_memory_with(rule), on_disk(&SimulatedDisk::new(), rule)]
}

/// The database on this disk; long values begin early there.
pub(crate) fn on_disk(disk: &SimulatedDisk, rule: ClockRule) -> Database {
    let options = Options { clock: Some(rule), inline_max: 8, ..Options::default() };
    Database::open_on(Arc::new(disk.clone()), options).expect("the disk is well")
}

#[test]
fn a_database_may_be_sent_to_another_thread() {
    fn is_send<T: Send + 'static>() {}
    is_send::<Database>();
    is_send::<Session>();
    is_send::<Error>();
    is_send::<Entries<String>>();
    is_send::<Pending<Vec<u8>>>();
    is_send::<Committed<'static>>();
}

#[test]
fn a_group_with_a_timestamp_that_is_too_early_leaves_everything_as_it_was() {
    for mut db in both(ClockRule::Monotone) {
        db.set_at("A", "B", "C", 5).expect("time moves forward");
        let requests = [
            Request::One(Query::SetAt { key: "A", field: "B", value: "D", timestamp: Time(7) }),
            Request::One(Query::GetAt { key: "A", field: "B", timestamp: Time(6) }),
        ];
        let refused = db.apply_all(&requests, |_, answer| panic!("{answer:?} is handed out"));
        let Err(Error::Backwards(backwards)) = refused else { panic!("{db:?}: {refused:?}") };
        assert_eq!((backwards.now, backwards.given), (Time(7), Time(6)));
        assert_eq!((db.now(), db.get("A", "B").unwrap().as_deref()), (Time(5), Some("C")));
    }
}

#[test]
fn words_that_are_no_query_and_patterns_that_are_none_are_told_apart() {
    for mut db in both(ClockRule::Monotone) {
        let unknown = db.query(&["GETT", "A"]).unwrap_err();
        assert!(matches!(unknown, Error::Mistake(_)), "{unknown:?}");
        assert_eq!(unknown.to_string(), "unknown operation `GETT`");
        assert!(matches!(db.query(&[]), Err(Error::Mistake(_))));
        let bad = db.find_keys(MatchMode::Regex, "(").unwrap_err();
        assert!(matches!(bad, Error::Pattern(_)), "{bad:?}");
    }
}

#[test]
fn the_clock_rule_of_a_database_on_disk_stays() {
    let disk = SimulatedDisk::new();
    let db = on_disk(&disk, ClockRule::Free);
    assert_eq!((db.clock_rule(), db.now()), (ClockRule::Free, Time(0)));
    db.close().expect("the disk is well");
    let options = |clock| Options { clock, ..Options::default() };
    let other = Database::open_on(Arc::new(disk.clone()), options(Some(ClockRule::Monotone)));
    let kept = store::Error::ClockRule { kept: ClockRule::Free };
    assert_eq!(other.unwrap_err().to_string(), kept.to_string());
    let db = Database::open_on(Arc::new(disk), options(None)).expect("it has a rule");
    assert_eq!(db.clock_rule(), ClockRule::Free);
}

#[test]
fn a_list_is_read_as_a_list_or_as_it_is_answered() {
    for mut db in both(ClockRule::Monotone) {
        assert_eq!(db.append("A", "B", "a text longer than is kept in memory").unwrap(), 1);
        assert_eq!(db.append("A", "B", "y").unwrap(), 2);
        let list = db.get_list("A", "B").unwrap().expect("it is live");
        assert_eq!(list, ["a text longer than is kept in memory", "y"]);
        assert_eq!(db.get("A", "B").unwrap().unwrap(), "[a text longer than is kept in memory, y]");
        db.set("A", "C", "z").unwrap();
        assert_eq!(db.get_list("A", "C").unwrap().expect("it is live"), ["z"]);
        assert_eq!(db.get_list("A", "D").unwrap(), None);
    }
}

#[test]
fn what_is_found_is_what_was_there_however_the_database_goes_on() {
    for mut db in both(ClockRule::Monotone) {
        for field in ["a", "b", "c"] {
            db.set("A", field, field).unwrap();
        }
        let mut found = db.scan("A").unwrap();
        assert_eq!(found.len(), 3);
        for (field, _) in found.clone() {
            assert!(db.delete("A", &field).unwrap());
        }
        assert_eq!(found.next_back(), Some(("c".to_owned(), "c".to_owned())));
        assert_eq!(format!("{found:?}"), r#"[("a", "a"), ("b", "b")]"#);
        assert_eq!(db.scan("A").unwrap().len(), 0);
    }
}

#[test]
fn a_database_counts_what_it_holds_and_is_copied_with_all_of_it() {
    for mut db in both(ClockRule::Monotone) {
        db.set("A", "B", "a text longer than is kept in memory").unwrap();
        db.set("A", "C", "D").unwrap();
        db.put("E", "F").unwrap();
        db.backup(3).unwrap();
        db.compact().unwrap();
        db.query(&["BEGIN"]).unwrap();
        db.clear().unwrap();
        let stats = db.stats().unwrap();
        assert_eq!((stats.backups, stats.store.is_some()), (1, db.store().is_some()));
        let mut copy = Database::from(db.copy_in_memory().unwrap());
        assert!(!copy.is_in_transaction(None) && db.is_in_transaction(None));
        db.query(&["ROLLBACK"]).unwrap();
        for db in [&mut db, &mut copy] {
            let stats = db.stats().unwrap();
            assert_eq!((stats.records, stats.cells, stats.backups), (2, 3, 1));
            assert_eq!(db.names(), [("A", "B"), ("A", "C"), ("E", "")]);
            db.clear().unwrap();
            db.restore(7, 3).unwrap();
        }
        assert!(db.items().unwrap().eq(copy.items().unwrap()));
        assert_eq!(db.size().unwrap(), 2);
    }
}
