//! Memory of what nothing can see any more is given back, so that no stream of queries makes the engine grow.

use rewinddb::engine::{Engine, Sizes};
use rewinddb::query::{Query, RestorePoint};
use rewinddb::time::{ClockRule, Time, Ttl};

fn apply(engine: &mut Engine, query: &Query<'_>) -> String {
    engine.apply(query).expect("time moves forward").to_string()
}

fn set(engine: &mut Engine, key: &str, at: u64, ttl: u64) {
    let query = Query::SetAtWithTtl { key, field: "f", value: "v", timestamp: Time(at), ttl: Ttl(ttl) };
    apply(engine, &query);
}

fn backup(engine: &mut Engine, at: u64) -> String {
    apply(engine, &Query::Backup { timestamp: Time(at) })
}

fn restore(engine: &mut Engine, at: u64, moment: u64) {
    let timestamp_to_restore = RestorePoint(Time(moment));
    apply(engine, &Query::Restore { timestamp: Time(at), timestamp_to_restore });
}

fn assert_small(sizes: Sizes) {
    let Sizes { records, versions, expiries, unsaved, .. } = sizes;
    assert!([records, versions, expiries, unsaved].iter().all(|size| *size < 5_000), "{sizes:?}");
}

#[test]
fn expired_cells_go_as_time_passes() {
    let mut engine = Engine::new(ClockRule::Monotone);
    (0..100_000).for_each(|time| set(&mut engine, &format!("k{time}"), time, 10));
    assert_small(engine.sizes());
}

#[test]
fn expired_cells_go_after_a_backup_too_if_it_does_not_hold_them() {
    let mut engine = Engine::new(ClockRule::Monotone);
    set(&mut engine, "held", 0, 5);
    assert_eq!(backup(&mut engine, 1), "1");
    (2..100_000).for_each(|time| set(&mut engine, &format!("k{time}"), time, 10));
    assert_small(engine.sizes());
    restore(&mut engine, 100_000, 1);
    assert_eq!(engine.cells().len(), 1, "the backup still holds its cell");
}

#[test]
fn a_lifetime_renewed_again_and_again_leaves_nothing_behind() {
    let mut engine = Engine::new(ClockRule::Monotone);
    (0..100_000).for_each(|time| set(&mut engine, "k", time, 1_000_000 + time));
    assert_small(engine.sizes());
}

#[test]
fn set_and_delete_after_a_backup_leave_nothing_behind() {
    let mut engine = Engine::new(ClockRule::Monotone);
    backup(&mut engine, 0);
    for number in 0..100_000 {
        let key = format!("k{number}");
        apply(&mut engine, &Query::Set { key: &key, field: "f", value: "v" });
        apply(&mut engine, &Query::Delete { key: &key, field: "f" });
    }
    assert_small(engine.sizes());
}

#[test]
fn what_a_restore_takes_back_goes() {
    let mut engine = Engine::new(ClockRule::Monotone);
    backup(&mut engine, 0);
    for round in 0..1_000 {
        (0..100).for_each(|number| set(&mut engine, &format!("k{round} {number}"), round, 1_000_000));
        restore(&mut engine, round, 0);
    }
    assert_small(engine.sizes());
}

#[test]
fn dead_cells_of_a_crowd_are_counted_out_between_backups() {
    let mut engine = Engine::new(ClockRule::Monotone);
    (0..1_000).for_each(|number| set(&mut engine, &format!("k{number}"), 0, 1 + number));
    for time in 0..1_000 {
        assert_eq!(backup(&mut engine, time), (1_000 - time).to_string());
    }
    restore(&mut engine, 2_000, 250);
    assert_eq!(backup(&mut engine, 2_000), "750");
    assert_eq!(backup(&mut engine, 2_749), "1");
    assert_eq!(backup(&mut engine, 2_750), "0");
}
