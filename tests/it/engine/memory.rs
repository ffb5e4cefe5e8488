//! Memory of what nothing can see any more is given back, so that no stream of queries makes the engine grow.

use rewinddb::engine::{Engine, Session, Sizes};
use rewinddb::query::{Query, RestorePoint};
use rewinddb::time::{ClockRule, Time, Ttl};
use rstest::rstest;

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
    let Sizes { records, versions, deaths, undo, branches, .. } = sizes;
    assert!([records, versions, deaths, undo, branches].iter().all(|size| *size < 5_000), "{sizes:?}");
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

/// A text of more than a hundred thousand bytes.
fn long(number: u64) -> String {
    format!("{number} {}", "x".repeat(100_000))
}

#[test]
fn long_texts_do_not_add_up_in_notes_and_deaths() {
    let mut engine = Engine::new(ClockRule::Monotone);
    backup(&mut engine, 0);
    for number in 0..1_000 {
        let key = long(number);
        set(&mut engine, &key, number, 1);
        apply(&mut engine, &Query::Set { key: &key, field: "g", value: "v" });
        apply(&mut engine, &Query::Delete { key: &key, field: "g" });
        let Sizes { records, deaths, undo, .. } = engine.sizes();
        assert!(records + deaths + undo < 40, "{:?}", engine.sizes());
    }
}

#[test]
fn what_only_a_replaced_backup_saw_goes() {
    let mut engine = Engine::new(ClockRule::Monotone);
    for number in 0..1_000 {
        set(&mut engine, "k", 5, 1_000 + number);
        apply(&mut engine, &Query::Set { key: "gone", field: &number.to_string(), value: "v" });
        backup(&mut engine, 5);
        apply(&mut engine, &Query::Delete { key: "gone", field: &number.to_string() });
    }
    backup(&mut engine, 5);
    let Sizes { records, versions, backups, .. } = engine.sizes();
    assert_eq!((records, versions, backups), (1, 1, 1));
    restore(&mut engine, 6, 5);
    assert_eq!(engine.cells().len(), 1);
}

#[test]
fn a_replaced_backup_is_kept_whole_where_another_past_needs_it() {
    let mut engine = Engine::new(ClockRule::Monotone);
    apply(&mut engine, &Query::Set { key: "k", field: "f", value: "first" });
    backup(&mut engine, 1);
    apply(&mut engine, &Query::Set { key: "k", field: "f", value: "second" });
    backup(&mut engine, 2);
    restore(&mut engine, 2, 1);
    // This takes the place of the backup of "second", which lies on another branch.
    backup(&mut engine, 2);
    for (moment, value) in [(1, "first"), (2, "first")] {
        restore(&mut engine, 3, moment);
        assert_eq!(apply(&mut engine, &Query::Get { key: "k", field: "f" }), value);
    }
}

#[test]
fn a_cell_written_on_forty_thousand_side_branches_is_found() {
    // Each branch holds a version that the others do not see: a search that passed them all would take minutes.
    let mut engine = Engine::new(ClockRule::Monotone);
    apply(&mut engine, &Query::Set { key: "k", field: "f", value: "trunk" });
    for round in 0..40_000 {
        backup(&mut engine, 2 * round);
        apply(&mut engine, &Query::Set { key: "k", field: "f", value: "branch" });
        backup(&mut engine, 2 * round + 1);
        restore(&mut engine, 2 * round + 1, 2 * round);
        assert_eq!(apply(&mut engine, &Query::Get { key: "k", field: "f" }), "trunk");
    }
    restore(&mut engine, 80_000, 40_001);
    assert_eq!(apply(&mut engine, &Query::Get { key: "k", field: "f" }), "branch");
}

#[test]
fn a_list_that_grows_between_backups_is_kept_once() {
    let mut engine = Engine::new(ClockRule::Monotone);
    let append = Query::Append { key: "k", field: "f", item: "an item" };
    // Copied at each backup, it would be twenty thousand million items.
    for time in 0..200_000 {
        assert_eq!(apply(&mut engine, &append), (time + 1).to_string());
        backup(&mut engine, time);
    }
    restore(&mut engine, 200_000, 99_999);
    assert_eq!(apply(&mut engine, &append), "100001");
}

#[test]
fn what_is_cleared_goes_where_no_backup_holds_it() {
    let mut engine = Engine::new(ClockRule::Monotone);
    let clear = Query::Clear {};
    let fill = |engine: &mut Engine, from: u64| {
        (from..from + 10_000).for_each(|time| set(engine, &format!("k{time}"), time, 1_000_000));
    };
    fill(&mut engine, 0);
    apply(&mut engine, &clear);
    assert_eq!((engine.sizes().records, engine.sizes().deaths), (0, 0));
    set(&mut engine, "held", 10_000, 1_000_000);
    assert_eq!(backup(&mut engine, 10_000), "1");
    for round in 1..20 {
        fill(&mut engine, round * 10_000);
        apply(&mut engine, &clear);
        assert_eq!(apply(&mut engine, &Query::Size {}), "0");
        let Sizes { records, versions, deaths, undo, .. } = engine.sizes();
        assert_eq!((records, versions, undo), (1, 1, 0));
        // Those are swept when they have doubled.
        assert!(deaths < 30_000, "{deaths} after {round} rounds");
    }
    restore(&mut engine, 300_000, 10_000);
    assert_eq!(apply(&mut engine, &Query::Keys {}), "held");
}

#[test]
fn lists_walk_over_no_records_that_only_a_backup_holds() {
    let mut engine = Engine::new(ClockRule::Monotone);
    let keys: Vec<_> = (0..100_000).map(|number| format!("k{number:05}")).collect();
    for key in &keys {
        set(&mut engine, key, 0, 1_000_000);
    }
    backup(&mut engine, 0);
    for key in &keys[10..] {
        apply(&mut engine, &Query::DeleteRecord { key });
    }
    // Over all records these were a thousand million steps.
    for round in 0..10_000 {
        assert_eq!(apply(&mut engine, &Query::Keys {}), keys[..10].join(", "), "round {round}");
    }
    apply(&mut engine, &Query::Clear {});
    for key in &keys[..10_000] {
        apply(&mut engine, &Query::Put { key, value: "v" });
        assert_eq!(apply(&mut engine, &Query::Keys {}), *key);
        apply(&mut engine, &Query::DeleteRecord { key });
    }
    restore(&mut engine, 1, 0);
    assert_eq!(apply(&mut engine, &Query::Keys {}), keys.join(", "));
}

/// Asks something in a session.
fn ask(engine: &mut Engine, session: &Session, query: &Query<'_>) -> String {
    engine.apply_in(session, query).expect("it has no timestamp").to_string()
}

fn put(engine: &mut Engine, session: &Session, key: &str) {
    ask(engine, session, &Query::Set { key, field: "f", value: "v" });
}

#[test]
fn transactions_leave_nothing_behind() {
    let mut engine = Engine::new(ClockRule::Monotone);
    set(&mut engine, "k", 0, 1_000_000);
    backup(&mut engine, 0);
    for round in 0..20_000_u64 {
        let session = Session::new();
        ask(&mut engine, &session, &Query::Begin {});
        put(&mut engine, &session, "k");
        put(&mut engine, &session, &format!("k{round}"));
        ask(&mut engine, &session, &Query::Delete { key: "k", field: "f" });
        match round % 3 {
            // What others do meanwhile is put aside for it.
            0 => put(&mut engine, &Session::new(), "k"),
            1 => drop(ask(&mut engine, &session, &Query::Rollback {})),
            _ => {
                assert_eq!(ask(&mut engine, &session, &Query::Commit {}), "true");
                ask(&mut engine, &Session::new(), &Query::DeleteRecord { key: &format!("k{round}") });
            }
        }
    }
    assert_small(engine.sizes());
}

#[test]
fn transactions_that_overlap_for_ever_leave_nothing_behind() {
    let mut engine = Engine::new(ClockRule::Monotone);
    let (mut older, mut younger) = (Session::new(), Session::new());
    ask(&mut engine, &older, &Query::Begin {});
    for round in 0..20_000 {
        ask(&mut engine, &younger, &Query::Begin {});
        put(&mut engine, &younger, &format!("y{}", round % 7));
        // Each record is changed by everybody else too, and goes again.
        put(&mut engine, &Session::new(), &format!("k{round}"));
        ask(&mut engine, &Session::new(), &Query::DeleteRecord { key: &format!("k{round}") });
        ask(&mut engine, &older, if round % 2 == 0 { &Query::Commit {} } else { &Query::Rollback {} });
        std::mem::swap(&mut older, &mut younger);
    }
    assert_small(engine.sizes());
}

#[test]
fn what_others_restore_beside_a_transaction_leaves_nothing_behind() {
    let mut engine = Engine::new(ClockRule::Monotone);
    set(&mut engine, "k", 0, 1_000_000);
    backup(&mut engine, 0);
    for round in 0..3_000 {
        let (session, other) = (Session::new(), Session::new());
        ask(&mut engine, &session, &Query::Begin {});
        (0..10).for_each(|number| put(&mut engine, &other, &format!("k{number}")));
        let (timestamp, timestamp_to_restore) = (Time(round), RestorePoint(Time(0)));
        ask(&mut engine, &other, &Query::Restore { timestamp, timestamp_to_restore });
        assert_eq!(ask(&mut engine, &session, &Query::Size {}), "1");
        assert_eq!(ask(&mut engine, &session, &Query::Commit {}), "false");
    }
    assert_small(engine.sizes());
}

#[test]
fn databases_that_transactions_leave_behind_are_given_back() {
    let mut engine = Engine::new(ClockRule::Monotone);
    for round in 0..6_000 {
        (0..10).for_each(|number| set(&mut engine, &format!("{round} {number}"), round, 1_000_000));
        for query in [Query::Begin {}, Query::Clear {}, Query::Put { key: "k", value: "v" }, Query::Commit {}]
        {
            assert_ne!(apply(&mut engine, &query), "false");
        }
        assert_eq!(apply(&mut engine, &Query::Size {}), "1");
    }
    assert_small(engine.sizes());
}

fn forget(engine: &mut Engine, before: u64) -> String {
    apply(engine, &Query::Forget { before: RestorePoint(Time(before)) })
}

/// Forgets all but the ten latest backups, time and again, while states are written, restored and left behind.
#[rstest]
fn what_only_forgotten_backups_held_is_given_back(
    #[values(ClockRule::Monotone, ClockRule::Free)] rule: ClockRule,
) {
    let mut engine = Engine::new(rule);
    let (mut most, mut forgotten) = (0, 0);
    for time in 1..3_000_u64 {
        let key = format!("k{}", time * 7 % 50);
        match time % 11 {
            0 => drop(apply(&mut engine, &Query::DeleteRecord { key: &key })),
            1 => set(&mut engine, &key, time, 40),
            2 if time % 3 == 0 => drop(apply(&mut engine, &Query::Clear {})),
            _ => drop(apply(&mut engine, &Query::Put { key: &key, value: "v" })),
        }
        backup(&mut engine, time);
        if time % 5 == 0 {
            restore(&mut engine, time, time.saturating_sub(time % 9));
        }
        let count = forget(&mut engine, time.saturating_sub(10));
        forgotten += count.parse::<u64>().expect("it is a number");
        let Sizes { versions, branches, backups, .. } = engine.sizes();
        assert!(backups <= 11, "{backups} backups");
        most = most.max(versions).max(branches);
        if time % 100 == 0 {
            engine.check().expect("all is as it should be");
        }
    }
    assert_eq!(forgotten, 2_999 - 11);
    assert!(most < 600, "{most} versions or branches of 50 records");
}

/// A CLEAR writes nothing, so what it left was kept until somebody did.
#[test]
fn what_only_a_forgotten_backup_held_is_given_back_on_demand() {
    let mut engine = Engine::new(ClockRule::Monotone);
    for number in 0..100 {
        apply(&mut engine, &Query::Put { key: &number.to_string(), value: "v" });
    }
    backup(&mut engine, 1);
    apply(&mut engine, &Query::Clear {});
    backup(&mut engine, 2);
    engine.give_back();
    assert_eq!(engine.sizes().versions, 100, "the first backup has them");
    assert_eq!(forget(&mut engine, 2), "1");
    engine.give_back();
    assert_eq!(engine.sizes().versions, 0);
    engine.check().expect("all is as it should be");
}

#[test]
fn what_a_transaction_still_sees_is_given_back_when_it_has_ended() {
    let (mut engine, session) = (Engine::new(ClockRule::Monotone), Session::new());
    apply(&mut engine, &Query::Put { key: "k", value: "first" });
    backup(&mut engine, 1);
    engine.apply_in(&session, &Query::Begin {}).expect("time moves forward");
    for time in 2..1_000 {
        apply(&mut engine, &Query::Put { key: "k", value: &time.to_string() });
        backup(&mut engine, time);
        assert_eq!(forget(&mut engine, time), "1");
    }
    let get = Query::GetOwn { key: "k" };
    assert_eq!(engine.apply_in(&session, &get).expect("time moves forward").to_string(), "first");
    assert!(engine.sizes().versions > 900);
    engine.apply_in(&session, &Query::Rollback {}).expect("time moves forward");
    assert_eq!((engine.sizes().versions, engine.sizes().backups, engine.check()), (1, 1, Ok(())));
    restore(&mut engine, 2_000, 999);
    assert_eq!(apply(&mut engine, &get), "999");
}
