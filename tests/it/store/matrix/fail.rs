//! Disks that fail: whatever operation it is, the call says so, nothing more is written, reads go on, and whoever
//! opens the store on a mended disk finds what was acknowledged. What fails of housekeeping is noted, and all goes on.

use rewinddb::store::{DiskFault, Encoding, Error, Options, SimulatedDisk};

use super::ENCODINGS;
use super::crash::{durable, short_segments};
use super::driver::{Driver, Script, Step, words};
use super::scripts::{Author, prelude};
use super::state::look;
use crate::amounts::{FAILURE_STEP, FAILURES, GROWN_FAILURES, READ_FAILURES};

/// A script, and the options of its store.
struct Case {
    seed: u64,
    options: Options,
    script: Script,
}

impl Case {
    fn drawn(seed: u64, grow_by: u64) -> Self {
        let encoding = ENCODINGS[usize::try_from(seed % 2).expect("it is small")];
        let mut script = prelude();
        script.extend(Author::new(seed, encoding).script(22));
        Self { seed, options: Options { grow_by, ..short_segments(encoding, false) }, script }
    }

    fn driver(&self) -> Driver {
        Driver::new(&SimulatedDisk::new(), self.options.clone())
    }

    /// How many operations it takes.
    fn operations(&self, reads: bool) -> usize {
        let mut driver = self.driver();
        driver.disk.count_reads(reads);
        driver.run(&self.script).and_then(|()| driver.close()).expect("nothing fails");
        driver.disk.operations()
    }
}

/// What became of the failures.
#[derive(Debug, Default)]
struct Count {
    failures: usize,
    /// Nobody was told, because nothing was lost.
    unseen: usize,
    /// It was housekeeping, and is noted.
    noted: usize,
    stopped: usize,
    /// After a compaction that has failed the store took writes as before.
    went_on: usize,
    durable: usize,
}

/// Runs a script up to the first failure; behind a compaction that has failed it goes on, if the store does. The
/// answer is whether a call has failed.
fn run(driver: &mut Driver, case: &Case, count: &mut Count, label: &str) -> bool {
    let mut failed = false;
    for step in &case.script {
        match driver.step(step) {
            Ok(()) => {}
            Err(Error::Disk { .. }) if matches!(step, Step::Compact) && driver.store.is_some() => {
                failed = true;
                driver.check_memory();
            }
            Err(Error::Stopped { .. }) if failed => return true,
            Err(Error::Disk { .. }) => return true,
            Err(error) => panic!("{label}: {step:?}: {error}"),
        }
    }
    count.went_on += usize::from(failed);
    match driver.close() {
        Ok(()) => failed,
        Err(Error::Disk { .. } | Error::Stopped { .. }) => true,
        Err(error) => panic!("{label}: {error}"),
    }
}

/// After a failure: the store that is still open writes no more, and reads on.
fn check_stopped(driver: &mut Driver, count: &mut Count, label: &str) {
    if driver.store.is_none() {
        return;
    }
    driver.check_memory();
    let pending = driver.pending.take();
    for _ in 0..2 {
        let answer = driver.step(&Step::Committed(vec![words("SET a y no")]));
        assert!(matches!(answer, Err(Error::Stopped { .. })), "{label}: {answer:?}");
    }
    let commit = driver.step(&Step::Commit);
    assert!(matches!(commit, Err(Error::Stopped { .. })), "{label}: {commit:?}");
    driver.pending = pending;
    driver.check_memory();
    let closed = driver.store.take().expect("it is open").close();
    assert!(matches!(closed, Err(Error::Stopped { .. })), "{label}: {closed:?}");
    count.stopped += 1;
}

/// Lets an operation fail, and looks at everything afterwards.
fn fail(case: &Case, number: usize, fault: DiskFault, forever: bool, count: &mut Count) {
    let label = format!("seed {}, operation {number}, {fault:?}, forever {forever}", case.seed);
    let mut driver = case.driver();
    driver.disk.fail(number, fault, forever);
    count.failures += 1;
    let failed = run(&mut driver, case, count, &label);
    let trace = driver.disk.trace();
    let label = format!("{label}: {:?}", trace.get(number));
    count.noted += usize::from(!failed && driver.noted);
    count.unseen += usize::from(!failed && !driver.noted);
    assert!(failed || driver.noted || case.options.grow_by > 0, "{label}: nobody was told");
    if failed {
        check_stopped(&mut driver, count, &label);
    }
    driver.store = None;
    driver.disk.mend();
    let told = |why: String| panic!("{label}: {why}");
    for (turn, image) in durable(&driver.disk, 0, number).enumerate() {
        driver.check_image(&image, driver.committed, number + turn).unwrap_or_else(told);
        count.durable += 1;
    }
    let group = driver.check_image(&driver.disk.live_image(), driver.applied(), number).unwrap_or_else(told);
    let went_on = driver.goes_on(&driver.disk, group, number);
    let state = went_on.unwrap_or_else(|why| panic!("{label}: {why}"));
    // Names that a failed sync has left in doubt stay so, whatever is done afterwards.
    if driver.disk.trace().iter().any(|line| line == "sync directory: failed") {
        return;
    }
    for image in durable(&driver.disk, 2, number) {
        let found = look(&image, &driver.options).unwrap_or_else(|error| panic!("{label}: gone on, {error}"));
        assert_eq!((found.group, &found.state), (group + 1, &state), "{label}: gone on");
        count.durable += 1;
    }
}

fn fail_each(case: &Case) -> Count {
    let mut count = Count::default();
    let operations = case.operations(false);
    let faults = |number| [DiskFault::Io, DiskFault::Full, DiskFault::Short(1 + number * 37 % 200)];
    let of_one = |number| faults(number).map(|fault| [(number, fault, false), (number, fault, true)]);
    // The step of the quick profile shares no factor with the six ways of an operation.
    let all = (0..operations).flat_map(of_one).flatten();
    for (number, fault, forever) in all.step_by(FAILURE_STEP.count()) {
        fail(case, number, fault, forever, &mut count);
    }
    println!("seed {}: {operations} operations, {count:?}", case.seed);
    count
}

/// Every operation that changes the disk fails, once or for good, with nothing written or a part: the call gives an
/// error, the store takes no more writes and reads on, and after it was opened anew on the mended disk, all that was
/// acknowledged is there, with or without the group that failed.
#[test]
fn whatever_operation_fails_nothing_that_was_acknowledged_is_lost() {
    let step = FAILURE_STEP.count();
    for seed in FAILURES.seeds_from_first() {
        let count = fail_each(&Case::drawn(seed, 0));
        assert!(
            count.failures > 400 / step
                && count.stopped > 100 / step
                && count.noted > 10 / step
                && count.unseen == 0,
            "{count:?}"
        );
    }
}

/// The same with room made ahead. That it could not be made is no failure.
#[test]
fn whatever_operation_fails_beside_preallocation_nothing_is_lost() {
    let step = FAILURE_STEP.count();
    for seed in GROWN_FAILURES.seeds_from_first() {
        let case = Case::drawn(2 * seed, 1024);
        assert_eq!(case.options.encoding, Some(Encoding::Binary), "room is made in binary files only");
        let count = fail_each(&case);
        assert!(count.failures > 400 / step && count.stopped > 100 / step && count.unseen > 0, "{count:?}");
    }
}

/// Calls that only look fail too: no panic, no damage, and what a new process finds is what was acknowledged.
#[test]
fn whatever_look_fails_is_no_damage() {
    let mut failures = 0;
    for seed in READ_FAILURES.seeds_from_first() {
        let case = Case::drawn(seed, 0);
        for number in 0..case.operations(true) {
            let mut driver = case.driver();
            driver.disk.count_reads(true);
            driver.disk.fail(number, DiskFault::Io, number % 2 == 0);
            let ended = driver.run(&case.script).and_then(|()| driver.close());
            let label =
                format!("seed {seed}, operation {number}, {:?}: {ended:?}", driver.disk.trace().last());
            assert!(matches!(ended, Ok(()) | Err(Error::Disk { .. } | Error::Stopped { .. })), "{label}");
            let image = driver.disk.live_image();
            driver
                .check_image(&image, driver.applied(), number)
                .unwrap_or_else(|why| panic!("{label}: {why}"));
            failures += 1;
        }
    }
    println!("{failures} failures of anything");
    assert!(failures > 150 * READ_FAILURES.count());
}
