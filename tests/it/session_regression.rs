//! Attempts to break sessions, transactions, BATCH and ALIAS.

use std::sync::Arc;

use rewinddb::engine::{Engine, Session};
use rewinddb::query::{Level, Query};
use rewinddb::store::{Fault, Options, SimulatedDisk, Store};
use rewinddb::time::ClockRule;

use crate::image::{thawed, written};

fn q<'a>(line: &'a str) -> Query<'a> {
    let words: Vec<&str> = line.split(' ').collect();
    Query::parse(&words, Level::LAST).expect("a query")
}

fn ask(engine: &mut Engine, session: &Session, line: &str) -> String {
    engine.apply_in(session, &q(line)).expect("time").to_string()
}

fn plain(engine: &mut Engine, line: &str) -> String {
    engine.apply(&q(line)).expect("time").to_string()
}

#[test]
fn adv_aliases_in_a_transaction_touch_no_record() {
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
fn adv_count_of_a_record_that_two_transactions_made() {
    for end in ["COMMIT", "ROLLBACK"] {
        let mut engine = Engine::new(ClockRule::Monotone);
        let (a, b) = (Session::new(), Session::new());
        ask(&mut engine, &a, "BEGIN");
        ask(&mut engine, &b, "BEGIN");
        ask(&mut engine, &a, "SET k f 1");
        ask(&mut engine, &b, "SET k g 1");
        ask(&mut engine, &a, "DELETE k f");
        // The notes are swept.
        for number in 0..1200 {
            ask(&mut engine, &a, &format!("SET z{number} f 1"));
            ask(&mut engine, &a, &format!("DELETE z{number} f"));
        }
        ask(&mut engine, &a, if end == "COMMIT" { "ROLLBACK" } else { "ROLLBACK" });
        assert_eq!(ask(&mut engine, &b, "COMMIT"), "true");
        let image = written(engine.clone().freeze());
        println!("{image:?}");
        // The next transaction gets the epochs of the first.
        ask(&mut engine, &a, "BEGIN");
        assert_eq!(ask(&mut engine, &a, "SIZE"), "1");
        ask(&mut engine, &a, "SET k h 1");
        assert_eq!(ask(&mut engine, &a, "SIZE"), "1");
        ask(&mut engine, &a, "ROLLBACK");
        for round in 0..12 {
            assert_eq!(plain(&mut engine, &format!("BACKUP {round}")), "1", "round {round}");
            plain(&mut engine, "SET k h 1");
            assert_eq!(plain(&mut engine, "SIZE"), "1", "round {round}");
            plain(&mut engine, "DELETE k h");
            assert_eq!(plain(&mut engine, "SIZE"), "1", "round {round}");
        }
        thawed(&written(engine.freeze())).expect("an image");
    }
}

#[test]
fn adv_restores_beside_transactions_leave_no_branches() {
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
        println!("{rounds}: {:?}", engine.sizes());
        assert!(engine.sizes().branches < 100, "{rounds}: {:?}", engine.sizes());
    }
}

#[test]
fn adv_a_commit_whose_disk_failed_cannot_be_had_by_asking_again() {
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
        disk.fail(disk.operations(), Fault::Full, true);
        println!("{:?}", run("COMMIT"));
        let again = run("COMMIT");
        println!("{again:?}");
        println!("{:?}", run("ROLLBACK"));
        println!("{:?}", run("ITEMS"));
        assert_ne!(again, Ok("true".to_owned()), "whole: {whole}");
    }
}

#[test]
fn adv_cells_show_nothing_of_a_transaction() {
    let mut engine = Engine::new(ClockRule::Monotone);
    let session = Session::new();
    ask(&mut engine, &session, "BEGIN");
    ask(&mut engine, &session, "PUT a 1");
    assert!(engine.cells().is_empty() && engine.cell("a", "").is_none(), "not committed: {:?}", engine.cells());
}

#[test]
fn adv_at_the_end_of_epochs_a_transaction_stays_alone() {
    for left in 0..8 {
        let mut image = written(Engine::new(ClockRule::Monotone).freeze());
        image.state.open = u32::MAX - left;
        let mut engine = thawed(&image).expect("an epoch like any other");
        let (a, b) = (Session::new(), Session::new());
        let began = ask(&mut engine, &a, "BEGIN");
        println!("left {left}: {began}");
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
