//! Two crashes: the second while the store is being opened again or soon after, and the power goes with it.

use rewinddb::store::{Encoding, SimulatedDisk};

use super::crash::{durable, short_segments};
use super::driver::{Driver, Script, Step, words};
use super::other;
use super::scripts::{Author, prelude};
use super::state::look;
use crate::amounts::SECOND_CRASHES;

/// A script with every kind of step.
fn script(seed: u64) -> Script {
    let mut script = prelude();
    let mut author = Author::new(seed, Encoding::Binary);
    script.push(Step::Compact);
    script.extend((0..4).map(|_| Step::Committed(author.group())));
    script.extend([Step::Compact, Step::Compact, Step::Reopen(Encoding::Json)]);
    script.extend([Step::Committed(vec![words("SET b x 1")]), Step::Compact, Step::Reopen(Encoding::Binary)]);
    script.extend((0..2).map(|_| Step::Committed(author.group())));
    script
}

/// Opens what a first crash has left, writes a group, and crashes at every operation of that with a loss of power. What
/// the first process had left in memory only must not be built on.
#[test]
fn a_second_crash_with_a_loss_of_power_loses_nothing_either() {
    let (mut pairs, mut images) = (0, 0);
    for seed in SECOND_CRASHES.seeds_from_first() {
        let options = short_segments(Encoding::Binary, false);
        let prepared = || Driver::new(&SimulatedDisk::new(), options.clone());
        let script = script(seed);
        let mut whole = prepared();
        whole.run(&script).and_then(|()| whole.close()).expect("nothing fails");
        for first in 0..whole.disk.operations() {
            let mut driver = prepared();
            driver.disk.crash_after(first);
            driver.run(&script).and_then(|()| driver.close()).expect_err("the crash shows");
            driver.store = None;
            let label = format!("seed {seed}, first crash at {first} {:?}", whole.disk.trace()[first]);
            (pairs, images) = crash_again(&driver, first, &label, pairs, images);
        }
    }
    println!("{pairs} pairs of crashes, {images} images");
    assert!(pairs > 1000 && images > 2 * pairs);
}

/// The second crashes after a first one. The answer is how many pairs and images there were.
fn crash_again(first: &Driver, number: usize, label: &str, pairs: usize, images: usize) -> (usize, usize) {
    let (mut pairs, mut images) = (pairs, images);
    let found = look(&first.disk.live_image(), &first.options).expect("a crash leaves it sound");
    let history = first.history[..=usize::try_from(first.applied()).expect("it is small")].to_vec();
    for second in 0.. {
        // What the second process finds has been found, and is there from now on.
        let image = first.disk.live_image();
        let mut driver = first.on(&image, first.options.clone());
        driver.history.clone_from(&history);
        driver.committed = first.committed;
        if found.group > first.applied() {
            driver.history.extend(first.pending.clone());
        }
        if number.is_multiple_of(2) {
            driver.options.encoding = driver.options.encoding.map(other);
        }
        image.crash_after(second);
        let opened = driver.open_torn();
        if opened.is_ok() {
            driver.committed = driver.applied();
        }
        let group = vec![words("SET c x again")];
        let ended = opened.and_then(|()| driver.step(&Step::Committed(group))).and_then(|()| driver.close());
        driver.store = None;
        let last = image.trace().last().cloned();
        for (turn, lost) in durable(&image, 1, second).enumerate() {
            let judged = driver.check_image(&lost, driver.committed, turn);
            judged.unwrap_or_else(|why| panic!("{label}, second at {second} after {last:?}: {why}"));
            images += 1;
        }
        pairs += 1;
        if ended.is_ok() {
            return (pairs, images);
        }
    }
    (pairs, images)
}
