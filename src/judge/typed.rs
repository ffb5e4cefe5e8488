//! The words of a list by what they are: which query they belong to, and their roles there.

use super::exercise::{Exercise, Role, Signature, WordEffect};
use super::words::{QueryList, QueryWords};
use crate::wire::Term;

/// A query of a list, or one that stands in a query.
#[derive(Clone, Copy)]
pub(super) struct Slot<'e> {
    /// The place of the query in the list.
    place: usize,
    /// Which of that one's words it is; 0 for the query itself.
    word: usize,
    pub(super) signature: &'e Signature,
}

/// The queries that a list asks, in order. Of a batch it is those in it.
pub(super) fn slots<'e>(exercise: &'e dyn Exercise, list: &QueryList) -> Vec<Slot<'e>> {
    let mut slots = Vec::new();
    for (place, query) in exercise.read(list).unwrap_or_default().queries.iter().enumerate() {
        // The arrays come right behind the name.
        let first = usize::from(query.array().is_some());
        let asked = query.asked().iter().enumerate();
        slots.extend(asked.map(|(number, signature)| Slot { place, word: first * (number + 1), signature }));
    }
    slots
}

impl Slot<'_> {
    /// The words of the query.
    pub(super) fn texts(self, list: &QueryList) -> Vec<String> {
        match (self.word, &list[self.place]) {
            (0, words) => words.iter().filter_map(|word| word.text().map(str::to_owned)).collect(),
            (word, words) => words[word].texts().to_vec(),
        }
    }

    /// Gives the query other words.
    pub(super) fn put(self, list: &mut QueryList, texts: Vec<String>) {
        match self.word {
            0 => list[self.place] = texts.into_iter().map(Term::Text).collect(),
            word => list[self.place][word] = Term::Array(texts),
        }
    }

    /// The query as one with fewer words, if that one's name begins its own and has words for all of its roles.
    pub(super) fn shortened(self, texts: &[String], other: &Signature) -> Option<Vec<String>> {
        let is_shorter = other.effect != WordEffect::Batch && other.words.len() < self.signature.words.len();
        if !is_shorter || !self.signature.name.starts_with(other.name) {
            return None;
        }
        // The second key of one is the second key of the other.
        let of_role =
            |words: &[Role], role| words.iter().filter(|other| **other == role).count().saturating_sub(1);
        let own = |(place, role): (usize, &Role)| {
            let number = of_role(&other.words[..=place], *role);
            let alike = self.signature.words.iter().enumerate().filter(|(_, own)| *own == role);
            let (place, _) = alike.clone().nth(number)?;
            texts.get(place + 1).cloned()
        };
        let kept: Option<Vec<_>> = other.words.iter().enumerate().map(own).collect();
        Some(std::iter::once(other.name.to_owned()).chain(kept?).collect())
    }
}

/// All words, each with its role; a name that the exercise does not give an operation has none.
pub(super) fn words_of(exercise: &dyn Exercise, list: &QueryList) -> Vec<(Option<Role>, String)> {
    let mut words = Vec::new();
    edited(exercise, list, |role, text| words.push((role, text.clone())));
    words
}

/// The list with each word put through `change`, which is handed its role too, or none for another name of an operation.
pub(super) fn edited(
    exercise: &dyn Exercise,
    list: &QueryList,
    mut change: impl FnMut(Option<Role>, &mut String),
) -> QueryList {
    let mut edited = list.clone();
    for slot in slots(exercise, list) {
        let mut texts = slot.texts(list);
        if let Some((first, rest)) = texts.split_first_mut() {
            if first != slot.signature.name {
                change(None, first);
            }
            rest.iter_mut().zip(&slot.signature.words).for_each(|(text, role)| change(Some(*role), text));
        }
        slot.put(&mut edited, texts);
    }
    edited
}

/// The words of a query with its operation called as the exercise calls it, and every query in it too.
pub(super) fn by_own_names(exercise: &dyn Exercise, list: &QueryList, place: usize) -> Option<QueryWords> {
    let read = exercise.read(list)?;
    let query = read.queries.get(place)?;
    let mut words = list[place].clone();
    let mut inner = query.batch.iter();
    for (number, word) in words.iter_mut().enumerate() {
        let signature = match word {
            Term::Text(_) if number == 0 => Some(query.signature),
            Term::Text(_) => None,
            Term::Array(_) => inner.next().copied(),
        };
        if let (Some(signature), Some(name)) = (signature, word.texts_mut().first_mut()) {
            signature.name.clone_into(name);
        }
    }
    Some(words)
}

/// The queries in a query, each for itself.
pub(super) fn unpacked(words: &QueryWords) -> QueryList {
    let arrays = words.iter().filter(|word| matches!(word, Term::Array(_)));
    arrays.map(|array| array.texts().iter().cloned().map(Term::Text).collect()).collect()
}
