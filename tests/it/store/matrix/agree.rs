//! Random lists: what is in memory, what the log tells, and what a snapshot tells are the same database.

use rewinddb::engine::Engine;
use rewinddb::store::{Encoding, Options, SimulatedDisk, SyncPolicy};
use rewinddb::time::ClockRule;

use super::driver::{Driver, Script, Step, parsed};
use super::state::look;
use super::{ENCODINGS, options, other};
use crate::amounts::STORED_LISTS;
use crate::judge::lists::{List, Rng, list_of};

/// Of so many lists one has its store checked: that reads all of its files.
const CHECKED: u64 = 8;

/// The list of a seed without the queries that run backwards.
fn accepted(seed: u64, free: bool) -> List {
    let mut engine = Engine::new(if free { ClockRule::Free } else { ClockRule::Monotone });
    let mut list = list_of(seed, free);
    list.retain(|words| engine.apply(&parsed(words)).is_ok());
    list
}

/// The queries in groups of random sizes.
fn grouped(list: &[Vec<String>], rng: &mut Rng) -> Script {
    let (mut groups, mut rest) = (Script::new(), list);
    while !rest.is_empty() {
        let most = (list.len() as u64 / 15).clamp(4, rest.len().max(4) as u64);
        let size = usize::try_from(1 + rng.below(most)).expect("it is small").min(rest.len());
        let (group, behind) = rest.split_at(size);
        groups.push(Step::Applied(group.to_vec()));
        rest = behind;
    }
    groups
}

/// The ways on from one place in a script: straight on, from the log, from a snapshot and a log, in the other encoding.
fn ways(groups: &Script, encoding: Encoding, rng: &mut Rng) -> [Script; 4] {
    let mut place = |end: usize| usize::try_from(rng.below(end as u64 + 1)).expect("it is small");
    let turn = place(groups.len());
    let (early, late) = (place(turn), turn + place(groups.len() - turn));
    let with = |steps: &[(usize, Step)]| {
        let mut script = groups.clone();
        for (at, step) in steps.iter().rev() {
            script.insert(*at, step.clone());
        }
        script
    };
    [
        groups.clone(),
        with(&[(turn, Step::Reopen(encoding))]),
        with(&[(early, Step::Compact), (turn, Step::Reopen(encoding))]),
        with(&[
            (turn, Step::Reopen(other(encoding))),
            (late, Step::Compact),
            (late, Step::Reopen(other(encoding))),
        ]),
    ]
}

/// Runs the list of a seed in all ways. Every answer is compared by the driver; here the cells are, and what each of
/// some backups brings.
fn check(seed: u64, free: bool) -> usize {
    let mut rng = Rng(seed ^ 0x5eed);
    let encoding = *rng.pick(&ENCODINGS);
    let options = Options {
        clock: Some(if free { ClockRule::Free } else { ClockRule::Monotone }),
        sync: SyncPolicy::Never,
        // The usual values have three digits.
        inline_max: *rng.pick(&[0, 2, 2, 24]),
        segment_max: *rng.pick(&[200, 4000, 1 << 20]),
        ..options(encoding)
    };
    let groups = grouped(&accepted(seed, free), &mut rng);
    let ways = ways(&groups, encoding, &mut rng);
    let label = format!("seed {seed}, free {free}, {options:?}");
    let mut states = Vec::new();
    for (way, script) in ways.iter().enumerate() {
        let mut driver = Driver::new(&SimulatedDisk::new(), options.clone());
        driver.run(script).unwrap_or_else(|error| panic!("{label}, way {way}: {error}"));
        driver.check_memory();
        if seed % CHECKED == 0 {
            driver.store().check().unwrap_or_else(|why| panic!("{label}, way {way}: {why}"));
        }
        driver.close().unwrap_or_else(|error| panic!("{label}, way {way}: {error}"));
        let found =
            look(&driver.disk, &driver.options).unwrap_or_else(|error| panic!("{label}, {way}: {error}"));
        assert!(found.state == driver.last().state, "{label}, way {way}: other cells");
        for turn in 0..3 {
            let went_on = driver.goes_on(&driver.disk.live_image(), found.group, turn);
            states.push((
                turn,
                went_on.unwrap_or_else(|why| panic!("{label}, way {way}, restore {turn}: {why}")),
            ));
        }
    }
    // The ways differ in how they got there only.
    assert!(states.chunks(3).all(|restored| restored == &states[..3]), "{label}");
    ways.len()
}

/// Random lists under each clock rule, each in random groups: straight on, replayed from the log, from a snapshot
/// and the log behind it, and after a switch of encodings the answers, the cells, the clock and what backups bring
/// are the same.
#[test]
fn memory_log_and_snapshot_agree() {
    let lists = STORED_LISTS.seeds_from_first();
    let count = |free| -> usize { lists.clone().map(|seed| check(seed, free)).sum() };
    let ways = count(false) + count(true);
    println!("lists of the seeds {lists:?} under each rule, {ways} ways");
    assert!(ways >= 8 * STORED_LISTS.count());
}
