//! What was once wrong with sessions, found by those who tried to break them.

use std::sync::Arc;

use rewinddb::engine::{Engine, Session};
use rewinddb::query::Query;
use rewinddb::store::{DiskFault, Options, SimulatedDisk, Store};
use rewinddb::time::ClockRule;

use crate::engine::image::{loaded, written};

fn q(line: &str) -> Query<'_> {
    let words: Vec<&str> = line.split(' ').collect();
    crate::language().parse(&words).expect("a query")
}

fn ask(engine: &mut Engine, session: &Session, line: &str) -> String {
    engine.apply_in(session, &q(line)).expect("time").to_string()
}

fn plain(engine: &mut Engine, line: &str) -> String {
    engine.apply(&q(line)).expect("time").to_string()
}

#[test]
fn aliases_in_a_transaction_touch_no_record() {
    for line in ["ALIASES", "ALIAS g GET", "RESET_ALIASES"] {
        let mut engine = Engine::new(ClockRule::Monotone);
        let (one, other) = (Session::new(), Session::new());
        ask(&mut engine, &one, "BEGIN");
        ask(&mut engine, &one, "PUT mine 1");
        ask(&mut engine, &one, line);
        ask(&mut engine, &other, "PUT yours 2");
        assert_eq!(ask(&mut engine, &one, "COMMIT"), "true", "{line}");
    }
}

#[test]
fn what_a_rolled_back_transaction_saw_counts_no_record_out() {
    let mut engine = Engine::new(ClockRule::Free);
    let (one, other) = (Session::new(), Session::new());
    ask(&mut engine, &other, "APPEND k0 f0 v2");
    ask(&mut engine, &one, "BEGIN");
    ask(&mut engine, &other, "SET k2 f1 v2");
    ask(&mut engine, &other, "BACKUP 8");
    ask(&mut engine, &one, "SET k2 f0 v2");
    ask(&mut engine, &other, "SET k2 f2 v1");
    ask(&mut engine, &one, "BACKUP 58");
    ask(&mut engine, &other, "BACKUP 43");
    ask(&mut engine, &one, "DELETE k2 f0");
    ask(&mut engine, &other, "SET_AT_WITH_TTL k2 f1 v1 41 2");
    ask(&mut engine, &other, "BACKUP 43");
    ask(&mut engine, &other, "DELETE k2");
    ask(&mut engine, &one, "ROLLBACK");
    assert_eq!((ask(&mut engine, &one, "KEYS"), ask(&mut engine, &one, "SIZE")), ("k0".into(), "1".into()));
}

#[test]
fn restores_beside_transactions_leave_no_branches() {
    for rounds in [1_000u64, 4_000] {
        let mut engine = Engine::new(ClockRule::Monotone);
        plain(&mut engine, "PUT k v");
        plain(&mut engine, "BACKUP 0");
        for round in 0..rounds {
            let session = Session::new();
            ask(&mut engine, &session, "BEGIN");
            plain(&mut engine, &format!("RESTORE {round} 0"));
        }
        plain(&mut engine, "SIZE");
        assert!(engine.sizes().branches < 100, "{rounds}: {:?}", engine.sizes());
    }
}

#[test]
fn a_commit_whose_disk_failed_cannot_be_had_by_asking_again() {
    for whole in [true, false] {
        let disk = SimulatedDisk::new();
        let mut store = Store::open(Arc::new(disk.clone()), Options::default()).expect("it begins");
        let session = Session::new();
        let mut run = |line: &str| {
            let mut answer = String::new();
            let done = store.apply_in(&session, &[q(line)], |_, reply| answer = reply.to_string());
            done.map(|()| answer).map_err(|error| error.to_string())
        };
        run("PUT a 1").unwrap();
        run("BEGIN").unwrap();
        run("PUT b 2").unwrap();
        if whole {
            run("BACKUP 5").unwrap();
        }
        disk.fail(disk.operations(), DiskFault::Full, true);
        let failed = run("COMMIT").expect_err("the disk is full");
        assert!(failed.starts_with("cannot write log-"), "whole: {whole}, {failed}");
        let again = run("COMMIT");
        assert_ne!(again, Ok("true".to_owned()), "whole: {whole}");
    }
}

#[test]
fn cells_show_nothing_of_a_transaction() {
    let mut engine = Engine::new(ClockRule::Monotone);
    let session = Session::new();
    ask(&mut engine, &session, "BEGIN");
    ask(&mut engine, &session, "PUT a 1");
    assert!(
        engine.cells().is_empty() && engine.cell("a", "").is_none(),
        "not committed: {:?}",
        engine.cells()
    );
}

#[test]
fn at_the_end_of_epochs_a_transaction_stays_alone() {
    for left in 0..8 {
        let mut image = written(Engine::new(ClockRule::Monotone).image());
        image.state.open = u32::MAX - left;
        let mut engine = loaded(&image).expect("an epoch like any other");
        let (a, b) = (Session::new(), Session::new());
        let began = ask(&mut engine, &a, "BEGIN");
        if began == "false" {
            continue;
        }
        ask(&mut engine, &a, "PUT a 1");
        plain(&mut engine, "BACKUP 1");
        plain(&mut engine, "PUT c 1");
        assert_eq!(plain(&mut engine, "ITEMS"), "c(1)", "left {left}");
        assert_eq!(ask(&mut engine, &b, "SIZE"), "1", "left {left}");
        assert_eq!(ask(&mut engine, &a, "ITEMS"), "a(1)", "left {left}");
        ask(&mut engine, &a, "ROLLBACK");
        assert_eq!(plain(&mut engine, "ITEMS"), "c(1)", "left {left}");
        assert_eq!(plain(&mut engine, "SIZE"), "1", "left {left}");
    }
}

/// Two transactions make one record; the cells of the first go again, its notes are swept, and it rolls back: its
/// count of the record stays. (A third keeps the record there, as the store needs it for this.)
fn leave_a_count(ask: &mut dyn FnMut(usize, &str)) {
    let first = [
        "0 BEGIN",
        "1 BEGIN",
        "2 BEGIN",
        "0 SET k f 1",
        "1 SET k g 1",
        "1 SET k h 1",
        "2 SET k d 1",
        "0 DELETE k f",
    ];
    let then = ["0 ROLLBACK", "1 COMMIT", "2 ROLLBACK"];
    let swept =
        (0..1200).flat_map(|number| [format!("0 SET z{number} f 1"), format!("0 DELETE z{number} f")]);
    let all = first.map(str::to_owned).into_iter().chain(swept).chain(then.map(str::to_owned));
    for line in all {
        let (session, query) = line.split_once(' ').expect("it has both");
        ask(session.parse().expect("a number"), query);
    }
}

#[test]
fn a_count_that_is_left_is_of_no_other_transaction_or_backup() {
    let mut engine = Engine::new(ClockRule::Monotone);
    let sessions = [Session::new(), Session::new(), Session::new()];
    leave_a_count(&mut |session, line| drop(ask(&mut engine, &sessions[session], line)));
    loaded(&written(engine.clone().image())).expect("an image");
    for line in ["BACKUP 1", "BACKUP 2", "SET k i 1"] {
        plain(&mut engine, line);
    }
    assert_eq!(plain(&mut engine, "KEYS"), "k");
    assert_eq!(plain(&mut engine, "SIZE"), "1");
}

#[test]
fn a_snapshot_after_it_can_be_read() {
    let disk = SimulatedDisk::new();
    let mut store = Store::open(Arc::new(disk.clone()), Options::default()).expect("it begins");
    let sessions = [Session::new(), Session::new(), Session::new()];
    leave_a_count(&mut |session, line| {
        store.apply_in(&sessions[session], &[q(line)], |_, _| {}).expect("it is well");
    });
    store.compact().expect("it is well");
    store.close().expect("it is well");
    let mut store = Store::open(Arc::new(disk), Options::default()).expect("it opens");
    store
        .apply(&[q("ITEMS")], |_, reply| assert_eq!(reply.to_string(), "k.g(1), k.h(1)"))
        .expect("it is well");
}

#[test]
fn a_count_that_is_taken_back_before_the_last_cell_leaves_nothing() {
    let mut engine = Engine::new(ClockRule::Monotone);
    let (a, b) = (Session::new(), Session::new());
    ask(&mut engine, &a, "BEGIN");
    ask(&mut engine, &a, "SET k f 1");
    ask(&mut engine, &b, "BEGIN");
    ask(&mut engine, &a, "SET k g 1");
    ask(&mut engine, &b, "SET k h 1");
    drop(b);
    assert_eq!(ask(&mut engine, &a, "COMMIT"), "true");
    loaded(&written(engine.image())).expect("an image");
    assert_eq!(plain(&mut engine, "SIZE"), "1");
}

/// Found by `Engine::check`: the count stayed in the epoch of a transaction whose undo log did not have it.
#[test]
fn a_count_whose_cell_another_transaction_has_undone_is_still_recorded() {
    let mut engine = Engine::new(ClockRule::Monotone);
    let other = Session::new();
    plain(&mut engine, "BEGIN");
    plain(&mut engine, "SET_AT k f v 2");
    ask(&mut engine, &other, "BEGIN");
    ask(&mut engine, &other, "SET k f v");
    ask(&mut engine, &Session::new(), "PUT k v");
    plain(&mut engine, "SET_AT_WITH_TTL k f v 6 0");
    assert_eq!(ask(&mut engine, &other, "COMMIT"), "false");
    assert_eq!(engine.check(), Ok(()));
    plain(&mut engine, "ROLLBACK");
    assert_eq!((engine.check(), plain(&mut engine, "ITEMS")), (Ok(()), "k(v)".to_owned()));
}
