//! Writes the queries of a list, word by word.
//!
//! Invariant: what was written is remembered only to come near it again; what a query does is not known here.

use super::ListOptions;
use super::moments::Moments;
use super::operations::{BACKUPS, BATCHES, DrawnOperations, RETURNS, TRANSACTIONS};
use super::profile::Profile;
use super::texts::{self, Texts};
use crate::judge::exercise::{Exercise, Role, Signature, WordEffect};
use crate::judge::rng::Rng;
use crate::judge::words::QueryList;
use crate::wire::Term;

/// A batch holds fewer queries than this.
const BATCH_END: u64 = 5;

/// Writes the queries of a list.
pub(super) struct Generator<'e> {
    rng: Rng,
    exercise: &'e dyn Exercise,
    profile: &'static Profile,
    operations: DrawnOperations<'e>,
    keys: Vec<String>,
    fields: Vec<String>,
    texts: Texts,
    moments: Moments,
    /// The last word that was one of a few.
    chosen: &'static str,
    /// Has a transaction been begun and not ended?
    in_transaction: bool,
    /// The queries that were about other names.
    renames: QueryList,
    /// The other names that operations have by them.
    aliases: Vec<(String, &'static str)>,
}

impl<'e> Generator<'e> {
    pub(super) fn new(mut rng: Rng, options: ListOptions<'e>, profile: &'static Profile) -> Self {
        let ListOptions { exercise, level, promised, .. } = options;
        let texts = if promised { texts::PRINTABLE } else { texts::ANY };
        let [keys, mut fields] = profile.names.map(|most| texts.names(&mut rng, most));
        if rng.chance(4) {
            // What is called alike must be kept apart all the same.
            fields.extend_from_slice(&keys);
        }
        let operations = if promised {
            // Of what comes after the exercise nothing is promised.
            let level = level.min(exercise.last_level());
            DrawnOperations::new(exercise, level, Some(is_timed(&mut rng, exercise, level)))
        } else {
            DrawnOperations::new(exercise, level, None)
        };
        Self {
            rng,
            exercise,
            profile,
            operations,
            texts,
            keys,
            fields,
            moments: Moments::new(options, profile),
            chosen: "",
            in_transaction: false,
            renames: QueryList::new(),
            aliases: Vec::new(),
        }
    }

    /// Writes a query, after a leap of time if one is due; `None` if no moment is left for it.
    pub(super) fn query(&mut self, leap: bool) -> Option<Vec<Term>> {
        if leap {
            self.moments.leap(&mut self.rng);
        }
        if self.moments.is_over() {
            return None;
        }
        let class = self.operations.class(&mut self.rng, self.profile.mix);
        if class == BATCHES {
            return Some(self.batch());
        }
        // What is to go back must have something to go back to.
        let class = if class == RETURNS && self.moments.lacks_backup() { BACKUPS } else { class };
        let (signature, texts) = self.plain(class);
        let words: Vec<_> = texts.into_iter().map(Term::Text).collect();
        if signature.effect == WordEffect::Rename {
            self.rename(words.clone());
        }
        Some(words)
    }

    /// Takes a query into account that is about other names.
    fn rename(&mut self, words: Vec<Term>) {
        self.renames.push(words);
        match self.exercise.read(&self.renames) {
            Some(read) => self.aliases = read.names,
            None => drop(self.renames.pop()),
        }
    }

    /// Writes a query that asks others.
    fn batch(&mut self) -> Vec<Term> {
        let signature = self.operations.pick(&mut self.rng, BATCHES);
        let mut words = vec![Term::Text(self.called(signature))];
        let mut mix = self.profile.mix;
        mix[TRANSACTIONS..].fill(0);
        for _ in 0..self.rng.below(BATCH_END) {
            let class = self.operations.class(&mut self.rng, mix);
            words.push(Term::Array(self.plain(class).1));
        }
        words
    }

    /// Writes a query that asks no others.
    fn plain(&mut self, class: usize) -> (&'e Signature, Vec<String>) {
        let signature = if class == TRANSACTIONS {
            let turn = self.operations.transaction(&mut self.rng, self.in_transaction);
            self.in_transaction = turn.effect == WordEffect::Begin;
            turn
        } else {
            self.operations.pick(&mut self.rng, class)
        };
        let words: Vec<_> = signature.words.iter().map(|role| self.word(*role, class == BACKUPS)).collect();
        (signature, std::iter::once(self.called(signature)).chain(words).collect())
    }

    /// What stands in a query for a word of this role. When a backup is taken is remembered, so that restores can come
    /// near it.
    fn word(&mut self, role: Role, is_of_backup: bool) -> String {
        let rng = &mut self.rng;
        match role {
            Role::Key => rng.pick(&self.keys).clone(),
            Role::Field => rng.pick(&self.fields).clone(),
            Role::Value | Role::Item => self.texts.value(rng),
            Role::Prefix => self.texts.prefix(rng, &self.fields),
            Role::Time if is_of_backup => self.moments.backup(rng).to_string(),
            Role::Time => self.moments.timestamp(rng).to_string(),
            Role::Moment => self.moments.wanted(rng).to_string(),
            Role::Ttl => self.moments.ttl(rng).to_string(),
            Role::Choice(names) => {
                self.chosen = *rng.pick(names);
                self.chosen.to_owned()
            }
            Role::Pattern => self.pattern(),
            Role::Name => self.other_name(),
            Role::Operation => self.renamed(),
        }
    }

    /// A key, a field or a value, in part or whole, written as the choice before it wants a pattern to be.
    fn pattern(&mut self) -> String {
        let rng = &mut self.rng;
        let text = match rng.below(3) {
            0 => rng.pick(&self.keys).clone(),
            1 => self.texts.prefix(rng, &self.fields),
            _ => self.texts.value(rng),
        };
        match self.exercise.wildcards(self.chosen) {
            Some(wildcards) => texts::pattern(rng, &text, wildcards),
            None => text,
        }
    }

    /// What an operation is to be called too: mostly a free name, sometimes one that is taken.
    fn other_name(&mut self) -> String {
        match self.rng.below(8) {
            0 => self.operation(),
            1 => self.texts.any(&mut self.rng),
            2 => texts::swapped_case(&self.operation()),
            _ => texts::alias(&mut self.rng),
        }
    }

    /// What is to have another name: mostly an operation that is drawn often, sometimes another name or none at all.
    fn renamed(&mut self) -> String {
        match self.rng.below(10) {
            0 => texts::alias(&mut self.rng),
            1 => texts::swapped_case(&self.operation()),
            _ => self.operation(),
        }
    }

    /// The name of an operation that is drawn often.
    fn operation(&mut self) -> String {
        let class = self.operations.class(&mut self.rng, self.profile.mix);
        self.operations.pick(&mut self.rng, class).name.to_owned()
    }

    /// How an operation is called in a query: often by another name, if it has one.
    fn called(&mut self, signature: &Signature) -> String {
        let others: Vec<_> =
            self.aliases.iter().filter(|(_, operation)| *operation == signature.name).collect();
        let is_renamed = !others.is_empty() && !self.rng.chance(3);
        if is_renamed { self.rng.pick(&others).0.clone() } else { signature.name.to_owned() }
    }
}

/// Is a list of operations with a moment drawn, or of those without? Mostly of those with one, where there are any.
fn is_timed(rng: &mut Rng, exercise: &dyn Exercise, level: u8) -> bool {
    let drawn = || exercise.signatures().iter().filter(|signature| signature.level <= level);
    let (timed, untimed) = (|one: &&Signature| one.has(Role::Time), |one: &&Signature| !one.has(Role::Time));
    drawn().any(|one| timed(&one)) && !(drawn().any(|one| untimed(&one)) && rng.chance(8))
}
