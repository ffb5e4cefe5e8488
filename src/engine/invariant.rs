//! How an invariant is written down: a sentence, and what finds out whether it is true.

/// `Ok` where an invariant holds, else what breaks it.
pub(super) type Found = Result<(), String>;

/// A sentence, and what finds out whether it is true of a part of the engine.
pub(super) type Invariant<T> = (&'static str, fn(&T) -> Found);

/// Looks for the first invariant that does not hold.
pub(super) fn hold<T>(part: &T, invariants: &[Invariant<T>]) -> Found {
    let broken = |sentence, why: String| format!("broken: {sentence}: {why}");
    invariants.iter().try_for_each(|(sentence, holds)| holds(part).map_err(|why| broken(sentence, why)))
}

/// An error unless it holds.
pub(super) fn ensure(holds: bool, why: impl FnOnce() -> String) -> Found {
    if holds { Ok(()) } else { Err(why()) }
}
