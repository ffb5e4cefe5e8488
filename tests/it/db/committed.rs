//! No reply is handed out before what it answers is committed: on a disk that fails at every operation in turn.

use std::sync::Arc;

use rewinddb::db::{Database, Error, Pending};
use rewinddb::query::Query;
use rewinddb::store::{self, Disk, DiskFault, Options, PowerLoss, SimulatedDisk, repair};
use rewinddb::time::ClockRule;
use rewinddb::wire::Request;

use crate::db::on_disk;

/// So many values are written.
const VALUES: u64 = 6;

/// How a run writes values; the answer is those that it was told of.
type Run = fn(&mut Database) -> Vec<String>;

#[test]
fn what_a_method_returns_for_is_durable() {
    every_failure(|db| {
        let values = values();
        values.into_iter().take_while(|value| db.set("A", value, value).is_ok()).collect()
    });
}

#[test]
fn what_a_group_is_answered_for_is_durable() {
    every_failure(|db| {
        let (values, mut told) = (values(), Vec::new());
        for pair in values.chunks(2) {
            let requests: Vec<_> = pair.iter().map(|value| set(value)).collect();
            let (before, mut replies) = (told.len(), pair.iter());
            let applied = db.apply_all(&requests, |_, _| told.extend(replies.next().cloned()));
            assert_eq!(told.len() - before, if applied.is_ok() { 2 } else { 0 }, "{applied:?}");
        }
        told
    });
}

#[test]
fn what_is_released_is_durable() {
    every_failure(|db| {
        let (values, mut pending, mut told) = (values(), Pending::<Vec<_>>::default(), Vec::new());
        for pair in values.chunks(2) {
            for value in pair {
                let applied = db
                    .apply_pending(None, &[set(value)], &mut pending, |held, _, _| held.push(value.clone()));
                let Ok(()) = applied else { return told };
            }
            let Ok(committed) = db.commit() else { return told };
            told.append(pending.release(&committed));
        }
        told
    });
}

#[test]
fn what_a_session_commits_is_durable() {
    every_failure(|db| {
        let (values, mut told) = (values(), Vec::new());
        for pair in values.chunks(2) {
            let session = db.session();
            let mut of_session = db.in_session(&session);
            of_session.begin().expect("nothing is written");
            for value in pair {
                of_session.set("A", value, value).expect("nothing is written");
            }
            if of_session.commit().is_ok() {
                told.extend_from_slice(pair);
            }
        }
        told
    });
}

/// Fails each operation of a run in turn, and looks at what may be left of what was told.
fn every_failure(run: Run) {
    let healthy = SimulatedDisk::new();
    let mut db = on_disk(&healthy, ClockRule::Monotone);
    let opened = healthy.operations();
    assert_eq!(run(&mut db).len() as u64, VALUES);
    let (mut refused, ends) = (0, healthy.operations());
    assert!(ends > opened);
    for number in opened..ends {
        let disk = SimulatedDisk::new();
        let mut db = on_disk(&disk, ClockRule::Monotone);
        disk.fail(number, DiskFault::Io, true);
        let told = run(&mut db);
        refused += u64::from((told.len() as u64) < VALUES);
        for image in disk.durable_images(PowerLoss::default()) {
            let mut found = reopened(&image);
            for value in &told {
                let held = found.get("A", value).expect("the image is well");
                assert_eq!(held.as_ref(), Some(value), "operation {number} fails, told of {told:?}");
            }
        }
    }
    assert!(refused > 0, "no failure was noticed");
}

/// The database that is found. If a later group has survived the loss of an earlier one, that is told as damage; nobody was
/// told of either, and a repair leaves what was before.
fn reopened(image: &SimulatedDisk) -> Database {
    let disk: Arc<dyn Disk> = Arc::new(image.clone());
    match Database::open_on(Arc::clone(&disk), Options::default()) {
        Err(Error::Store(store::Error::Damaged(_))) => {
            repair(&disk, &Options::default()).expect("all is there");
            on_disk(image, ClockRule::Monotone)
        }
        opened => opened.expect("the image is well"),
    }
}

/// A request that writes a value.
fn set(value: &str) -> Request<'_> {
    Request::One(Query::Set { key: "A", field: value, value })
}

fn values() -> Vec<String> {
    (0..VALUES).map(|number| format!("a long value {number}")).collect()
}

#[test]
fn a_call_that_fails_to_commit_has_no_effect_in_memory_and_reads_go_on() {
    let (disk, mut db) = broken();
    assert!(matches!(db.set("A", "B", "D"), Err(Error::Store(_))));
    assert_eq!(db.get("A", "B").expect("it is read from memory").as_deref(), Some("C"));
    disk.mend();
    assert!(matches!(db.set("A", "B", "E"), Err(Error::Store(_))), "no more writes are taken");
    assert_eq!(db.get("A", "B").unwrap().as_deref(), Some("C"));
}

#[test]
fn what_fails_to_be_committed_later_is_seen_but_never_released() {
    let (_disk, mut db) = broken();
    let mut pending = Pending::new(0);
    let request = Request::One(Query::Set { key: "A", field: "B", value: "D" });
    db.apply_pending(None, &[request], &mut pending, |count, _, _| *count += 1).expect("it is only written");
    assert!(matches!(db.commit(), Err(Error::Store(_))));
    assert!(db.commit().is_err(), "it stays so");
    assert_eq!(db.get("A", "B").expect("it is read from memory").as_deref(), Some("D"));
}

#[test]
fn groups_that_wait_for_a_commit_are_one_write_and_one_sync() {
    let disk = SimulatedDisk::new();
    let options = Options { grow_by: 0, ..Options::default() };
    let mut db = Database::open_on(Arc::new(disk.clone()), options).expect("the disk is well");
    let (mut pending, before) = (Pending::new(0), disk.operations());
    for value in values() {
        db.apply_pending(None, &[set(&value)], &mut pending, |count, _, _| *count += 1)
            .expect("there is room");
    }
    assert_eq!(disk.operations(), before, "nothing is written yet");
    let committed = db.commit().expect("the disk is well");
    assert_eq!(*pending.release(&committed), VALUES);
    let writes = disk.trace()[before..].iter().filter(|line| line.starts_with("write log-")).count();
    assert_eq!(
        (writes, disk.trace()[before..].iter().filter(|line| line.starts_with("sync log-")).count()),
        (1, 1)
    );
}

#[test]
fn a_long_value_can_be_read_before_it_is_committed() {
    let options = Options { inline_max: 8, grow_by: 0, ..Options::default() };
    let mut db = Database::open_on(Arc::new(SimulatedDisk::new()), options).expect("the disk is well");
    let (session, mut pending) = (db.session(), Pending::new(Vec::new()));
    let mut ask = |session, query| {
        let asked = db.apply_pending(session, &[Request::One(query)], &mut pending, |told, _, answer| {
            told.push(answer.to_string());
        });
        asked.expect("the disk is well");
    };
    let set = |key| Query::Set { key, field: "B", value: "a long value" };
    ask(None, set("alone"));
    ask(None, Query::Get { key: "alone", field: "B" });
    ask(Some(&session), Query::Begin {});
    ask(Some(&session), set("within"));
    ask(Some(&session), Query::Commit {});
    ask(None, Query::Get { key: "within", field: "B" });
    let committed = db.commit().expect("the disk is well");
    assert_eq!(*pending.release(&committed), ["", "a long value", "true", "", "true", "a long value"]);
}

/// A database whose disk can be written to, but not synced any more.
fn broken() -> (SimulatedDisk, Database) {
    let disk = SimulatedDisk::new();
    let options = || Options { grow_by: 0, ..Options::default() };
    let mut db = Database::open_on(Arc::new(disk.clone()), options()).expect("the disk is well");
    db.set("A", "B", "C").expect("the disk is well");
    // What comes next is the write of a frame, then its sync.
    disk.fail(disk.operations() + 1, DiskFault::Io, true);
    (disk, db)
}
