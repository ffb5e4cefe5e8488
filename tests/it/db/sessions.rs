//! Sessions by their typed methods, in memory and on disk: any number at once, conflicts, sessions that are dropped.

use rewinddb::db::{CommitError, Error};
use rewinddb::store::SimulatedDisk;
use rewinddb::time::ClockRule;

use crate::db::{both, on_disk};

#[test]
fn any_number_of_transactions_is_open_at_once() {
    for mut db in both(ClockRule::Monotone) {
        let sessions: Vec<_> = (0..50).map(|number| (number.to_string(), db.session())).collect();
        for (name, session) in &sessions {
            assert!(db.in_session(session).begin().unwrap());
            assert!(!db.in_session(session).begin().unwrap(), "one at a time");
            db.in_session(session).put(name, name).unwrap();
        }
        assert_eq!(db.size().unwrap(), 0, "nothing is committed");
        for (name, session) in &sessions {
            assert!(db.is_in_transaction(Some(session)));
            assert_eq!(db.in_session(session).get_own(name).unwrap().as_ref(), Some(name));
        }
        for (place, (_, session)) in sessions.iter().enumerate() {
            match place % 2 {
                0 => db.in_session(session).commit().expect("each has a record of its own"),
                _ => assert!(db.in_session(session).rollback().unwrap()),
            }
            assert!(!db.in_session(session).is_in_transaction());
        }
        assert_eq!(db.size().unwrap(), 25);
    }
}

#[test]
fn a_conflict_is_no_missing_transaction() {
    for mut db in both(ClockRule::Monotone) {
        let (one, other) = (db.session(), db.session());
        db.put("seats", "1").unwrap();
        for session in [&one, &other] {
            db.in_session(session).begin().unwrap();
            assert_eq!(db.in_session(session).get_own("seats").unwrap().as_deref(), Some("1"));
            db.in_session(session).put("seats", "0").unwrap();
        }
        db.in_session(&one).commit().expect("it is the first");
        let conflict = db.in_session(&other).commit().unwrap_err();
        assert!(matches!(conflict, CommitError::Conflict), "{conflict:?}");
        let none = db.in_session(&other).commit().unwrap_err();
        assert!(matches!(none, CommitError::NoTransaction), "{none:?}");
        assert!(!db.in_session(&other).rollback().unwrap());
        assert!(matches!(Error::from(conflict), Error::Conflict));
    }
}

#[test]
fn a_session_that_is_dropped_rolls_back() {
    for mut db in both(ClockRule::Monotone) {
        let other = db.session();
        db.in_session(&other).begin().unwrap();
        assert_eq!(db.in_session(&other).size().unwrap(), 0);
        {
            let session = db.session();
            db.in_session(&session).begin().unwrap();
            db.in_session(&session).put("A", "B").unwrap();
            assert_eq!(db.in_session(&session).size().unwrap(), 1);
        }
        assert_eq!(db.size().unwrap(), 0);
        db.in_session(&other).put("A", "C").unwrap();
        db.in_session(&other).commit().expect("nobody else has written");
        assert_eq!(db.get_own("A").unwrap().as_deref(), Some("C"));
    }
}

#[test]
fn what_a_session_has_not_committed_is_not_there_when_the_database_is_opened_anew() {
    let disk = SimulatedDisk::new();
    let mut db = on_disk(&disk, ClockRule::Monotone);
    let (kept, left) = (db.session(), db.session());
    for (session, value) in [(&kept, "kept"), (&left, "left")] {
        db.in_session(session).begin().unwrap();
        db.in_session(session).set(value, "f", value).unwrap();
    }
    db.in_session(&kept).commit().unwrap();
    db.close().unwrap();
    let mut db = on_disk(&disk, ClockRule::Monotone);
    assert!(db.keys().unwrap().eq(["kept"]));
    // A session goes with any database.
    assert!(!db.in_session(&left).rollback().unwrap());
}
