//! Who writes a list.

use super::Draw;
use super::shapes::{BACKUPS, BATCHES, KINDS, Shape, TRANSACTIONS, forms};
use super::texts::names;
use crate::judge::dice::Dice;
use crate::query::{Access, Aliases, Asks, Form, WordKind};
use crate::wire::{Request, Term, raw_query};

/// What begins or ends a transaction where there is something to begin or to end is drawn so often for each time that
/// there is not.
const FITTING: u64 = 6;

/// So many queries a query asks, one less.
const MOST_ASKED: u64 = 5;

/// Who writes a list. It remembers what was said only to come near it again; what a query does it does not know.
pub(super) struct Author {
    pub(super) dice: Dice,
    pub(super) draw: Draw,
    pub(super) shape: &'static Shape,
    pub(super) forms: [Vec<&'static Form>; KINDS],
    pub(super) keys: Vec<String>,
    pub(super) fields: Vec<String>,
    /// The largest timestamp so far or, under the free rule, the last one.
    pub(super) clock: u64,
    /// The timestamp of the query that is being written.
    pub(super) at: u64,
    /// The last word that was one of a few.
    pub(super) chosen: &'static str,
    /// When cells die.
    pub(super) deaths: Vec<u64>,
    /// When backups were taken, and the deaths known then.
    pub(super) backups: Vec<(u64, Vec<u64>)>,
    /// Has a transaction been begun and not ended?
    is_inside: bool,
    /// The other names that were given.
    pub(super) aliases: Aliases,
}

impl Author {
    pub(super) fn new(mut dice: Dice, draw: Draw, shape: &'static Shape) -> Self {
        let [keys, mut fields] = shape.names.map(|most| names(&mut dice, most));
        if dice.one_in(4) {
            // What is called alike must be kept apart all the same.
            fields.extend_from_slice(&keys);
        }
        Self {
            dice,
            draw,
            shape,
            forms: forms(draw.level),
            keys,
            fields,
            clock: 0,
            at: 0,
            chosen: "",
            deaths: vec![1],
            backups: vec![],
            is_inside: false,
            aliases: Aliases::default(),
        }
    }

    /// Writes a query, after a leap of time if one is due.
    pub(super) fn query(&mut self, leap: bool) -> Vec<Term> {
        if leap {
            self.clock = self.clock.max(self.edge());
        }
        let kind = self.kind(self.shape.mix);
        if kind == BATCHES {
            return self.asking();
        }
        let words: Vec<_> = self.plain(kind).into_iter().map(Term::Text).collect();
        if let Ok(Request::One(query)) = Request::parse(&raw_query(&words), &self.aliases, self.draw.level) {
            self.aliases.learn(&query);
        }
        words
    }

    /// A kind of which there are operations.
    pub(super) fn kind(&mut self, mut mix: [u64; KINDS]) -> usize {
        for (weight, forms) in mix.iter_mut().zip(&self.forms) {
            *weight = if forms.is_empty() { 0 } else { *weight };
        }
        self.dice.weighted(&mix)
    }

    /// Writes a query that asks others.
    fn asking(&mut self) -> Vec<Term> {
        let form = *self.dice.pick(&self.forms[BATCHES]);
        let mut words = vec![Term::Text(self.called(form))];
        let mut mix = self.shape.mix;
        mix[TRANSACTIONS..].fill(0);
        for _ in 0..self.dice.below(MOST_ASKED) {
            let kind = self.kind(mix);
            words.push(Term::Array(self.plain(kind)));
        }
        words
    }

    /// Writes a query that asks no others.
    fn plain(&mut self, kind: usize) -> Vec<String> {
        let form = if kind == TRANSACTIONS { self.turn() } else { *self.dice.pick(&self.forms[kind]) };
        // When a backup is taken is remembered, so that restores can come near it.
        let is_backup = kind == BACKUPS;
        let words = form.words().map(|word| match word.kind {
            WordKind::Time if is_backup => self.taken().to_string(),
            kind => self.word(kind),
        });
        let words = words.collect::<Vec<_>>();
        std::iter::once(self.called(form)).chain(words).collect()
    }

    /// What begins or ends a transaction.
    fn turn(&mut self) -> &'static Form {
        let begins = |form: &Form| matches!(form.asks, Asks::One(one) if one.access() == Access::Begin);
        let forms = &self.forms[TRANSACTIONS];
        let fits = |form: &&Form| if begins(form) == self.is_inside { 1 } else { FITTING };
        let form = forms[self.dice.weighted(&forms.iter().map(fits).collect::<Vec<_>>())];
        self.is_inside = begins(form);
        form
    }

    /// What stands in a query for a word of this kind.
    fn word(&mut self, kind: WordKind) -> String {
        match kind {
            WordKind::Key => self.dice.pick(&self.keys).clone(),
            WordKind::Field => self.dice.pick(&self.fields).clone(),
            WordKind::Value | WordKind::Item => self.value(),
            WordKind::Prefix => self.prefix(),
            WordKind::Time => self.timestamp().to_string(),
            WordKind::Moment => self.wanted().to_string(),
            WordKind::Ttl => self.ttl().to_string(),
            WordKind::Choice(names) => {
                self.chosen = *self.dice.pick(names);
                self.chosen.to_owned()
            }
            WordKind::Pattern => self.pattern(),
            WordKind::Name => self.other_name(),
            WordKind::Operation => self.named(),
        }
    }
}
