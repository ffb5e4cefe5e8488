//! What may be drawn, by classes: signatures stand together that do the same to a list.

use crate::judge::exercise::{Exercise, Role, Signature, WordEffect};
use crate::judge::rng::Rng;

/// The classes: what puts a value, what takes away or gives a lifetime, what reads, what saves, what goes back,
/// transactions, batches, other names of operations.
const CLASSES: usize = 8;
/// A weight for each class.
pub(super) type Mix = [u64; CLASSES];
const SETS: usize = 0;
const CHANGES: usize = 1;
const READS: usize = 2;
/// The class of those that save the database.
pub(super) const BACKUPS: usize = 3;
/// The class of those that go back.
pub(super) const RETURNS: usize = 4;
/// The class of those that begin and end transactions. It and those after it stand in no batch.
pub(super) const TRANSACTIONS: usize = 5;
/// The class of batches.
pub(super) const BATCHES: usize = 6;
const NAMES: usize = 7;

/// What puts a value for a time is drawn so often for each that puts one for good.
const TTLS: usize = 3;
/// What deals with one field is drawn so often for each time that it is the whole record, or none would grow wide.
const FIELDS: usize = 20;
/// What goes back to a moment is drawn so often for each time that everything goes.
const RESTORES: usize = 6;
/// Another name is given so often for each time that all are taken away.
const ALIASES: usize = 8;
/// They are listed so often.
const LISTINGS: usize = 4;
/// What begins or ends a transaction where there is something to begin or to end is drawn so often for each time that
/// there is not.
const FITTING: u64 = 6;

/// The signatures up to a level, by their class, those that are drawn more often more often.
pub(super) struct DrawnOperations<'e>([Vec<&'e Signature>; CLASSES]);

impl<'e> DrawnOperations<'e> {
    /// Those up to a level; with `has_moment` only those that have a moment, or only those that have none.
    pub(super) fn new(exercise: &'e dyn Exercise, level: u8, has_moment: Option<bool>) -> Self {
        let all = exercise.signatures();
        let batches = all.iter().find(|one| one.effect == WordEffect::Batch).map_or(u8::MAX, |one| one.level);
        let mut classes: [Vec<&Signature>; CLASSES] = Default::default();
        let is_meant = |one: &&Signature| has_moment.is_none_or(|has| one.has(Role::Time) == has);
        for signature in all.iter().filter(|one| one.level <= level).filter(is_meant) {
            let (class, times) = class(signature, signature.level < batches);
            let is_narrow = level > exercise.last_level()
                && signature.effect == WordEffect::Write
                && signature.has(Role::Field);
            let times = if is_narrow { times * FIELDS } else { times };
            classes[class].extend(std::iter::repeat_n(signature, times));
        }
        Self(classes)
    }

    /// A class, as likely as its weight, of those that have a signature.
    pub(super) fn class(&self, rng: &mut Rng, mut mix: Mix) -> usize {
        for (weight, signatures) in mix.iter_mut().zip(&self.0) {
            *weight = if signatures.is_empty() { 0 } else { *weight };
        }
        rng.weighted(&mix)
    }

    /// One of a class, which must have some.
    pub(super) fn pick(&self, rng: &mut Rng, class: usize) -> &'e Signature {
        let &signature = rng.pick(&self.0[class]);
        signature
    }

    /// What begins or ends a transaction, mostly what fits.
    pub(super) fn transaction(&self, rng: &mut Rng, in_transaction: bool) -> &'e Signature {
        let all = &self.0[TRANSACTIONS];
        let begins = |signature: &&Signature| signature.effect == WordEffect::Begin;
        let weight = |signature| if begins(signature) == in_transaction { 1 } else { FITTING };
        all[rng.weighted(&all.iter().map(weight).collect::<Vec<_>>())]
    }
}

/// The class of a signature, and how often it is drawn among those. One that only looks and may not stand in a batch
/// lists other names.
fn class(signature: &Signature, may_be_batched: bool) -> (usize, usize) {
    let count = signature.words.len();
    match signature.effect {
        WordEffect::Read if !may_be_batched => (NAMES, LISTINGS),
        WordEffect::Read => (READS, 1),
        WordEffect::Write if signature.has(Role::Value) || signature.has(Role::Item) => {
            (SETS, if signature.has(Role::Ttl) { TTLS } else { 1 })
        }
        WordEffect::Write if signature.has(Role::Key) => (CHANGES, 1),
        WordEffect::Write if count == 1 => (BACKUPS, 1),
        // What empties everything comes seldom.
        WordEffect::Write => (RETURNS, if count == 0 { 1 } else { RESTORES }),
        WordEffect::Begin | WordEffect::End => (TRANSACTIONS, 1),
        WordEffect::Batch => (BATCHES, 1),
        WordEffect::Rename => (NAMES, if count == 0 { 1 } else { ALIASES }),
    }
}
