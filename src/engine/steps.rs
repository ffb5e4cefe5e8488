//! How many steps the engine has taken: counted in tests alone, which hold it to its bounds by them, as no
//! clock could.
//!
//! Invariant: whatever is walked over, searched or swept by the engine is a step for each thing looked at.

#[cfg(not(test))]
#[inline]
pub(super) fn step(_: usize) {}

#[cfg(test)]
pub(super) use tests::step;
#[cfg(all(test, feature = "store"))]
pub(crate) use tests::steps_taken;

#[cfg(test)]
#[path = "../../benches/speed/growth/lists.rs"]
mod lists;

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::lists::KINDS;
    use crate::engine::Engine;
    use crate::query::Language;
    use crate::time::ClockRule;

    thread_local! {
        static STEPS: Cell<u64> = const { Cell::new(0) };
    }

    pub(in crate::engine) fn step(things: usize) {
        STEPS.set(STEPS.get() + things as u64);
    }

    /// How many there have been in this thread.
    #[cfg(feature = "store")]
    pub(crate) fn steps_taken() -> u64 {
        STEPS.get()
    }

    /// The steps that a list takes.
    fn steps(list: &[String], is_free: bool) -> u64 {
        let mut engine = Engine::new(if is_free { ClockRule::Free } else { ClockRule::Monotone });
        STEPS.set(0);
        for words in list {
            let words: Vec<_> = words.split(' ').collect();
            engine
                .apply(&Language::records().parse(&words).expect("it is a query"))
                .expect("time moves forward");
        }
        STEPS.get()
    }

    #[test]
    fn lists_made_to_be_slow_take_steps_in_proportion_to_their_length() {
        for (name, is_free, list) in KINDS {
            let [short, long] = [1_000, 8_000].map(|length| steps(&list(length), is_free));
            // Eight times the steps, a few more for the logarithm; with their square they were sixty-four times.
            assert!(long < 14 * short, "{name}: {short} steps, and {long}");
            assert!(long < 8_000 * 200, "{name}: {long} steps of 8,000 queries");
        }
    }
}
