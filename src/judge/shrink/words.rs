//! The words of a list by what they are: which query they belong to, and what they are called in its row.

use crate::judge::case::{List, requests};
use crate::query::{Asks, Form, Language};
use crate::wire::{Request, Term};

/// What a word is called that names an operation otherwise than the table does.
pub(super) const CALLED: &str = "called";

/// A query of a list, or one that stands in a query.
#[derive(Clone, Copy)]
pub(super) struct Slot {
    /// The place of the query in the list.
    place: usize,
    /// Which of that one's words it is; 0 for the query itself.
    word: usize,
    form: &'static Form,
}

/// The queries that a list asks, in order. Of one that asks others it is those.
pub(super) fn slots(list: &List) -> Vec<Slot> {
    let language = Language::records();
    let rows: Vec<Vec<_>> = requests(list).map_or_else(Vec::new, |requests| {
        let forms = |request: &Request<'_>| {
            request.queries().iter().filter_map(|query| language.form_of(query.operation())).collect()
        };
        requests.iter().map(forms).collect()
    });
    let in_query = |(place, rows): (usize, Vec<&'static Form>)| {
        // The arrays come right behind the name.
        let first = usize::from(list[place].iter().any(|word| matches!(word, Term::Array(_))));
        rows.into_iter().enumerate().map(move |(number, row)| Slot {
            place,
            word: first * (number + 1),
            form: row,
        })
    };
    rows.into_iter().enumerate().flat_map(in_query).collect()
}

impl Slot {
    /// The words of the query.
    pub(super) fn texts(self, list: &List) -> Vec<String> {
        match (self.word, &list[self.place]) {
            (0, words) => words.iter().filter_map(|word| word.text().map(str::to_owned)).collect(),
            (word, words) => words[word].texts().to_vec(),
        }
    }

    /// Gives the query other words.
    pub(super) fn put(self, list: &mut List, texts: Vec<String>) {
        match self.word {
            0 => list[self.place] = texts.into_iter().map(Term::Text).collect(),
            word => list[self.place][word] = Term::Array(texts),
        }
    }

    /// The query as one of a row with fewer words, if the row's name begins that of the query's own.
    pub(super) fn as_form(self, texts: &[String], form: &'static Form) -> Option<Vec<String>> {
        let is_shorter = form.asks != Asks::Batch && form.words().len() < self.form.words().len();
        if !is_shorter || !self.form.name.starts_with(form.name) {
            return None;
        }
        let own = |name: &str| self.form.words().position(|word| word.name == name);
        let kept: Option<Vec<_>> =
            form.words().map(|word| Some(texts[own(word.name)? + 1].clone())).collect();
        Some(std::iter::once(form.name.to_owned()).chain(kept?).collect())
    }
}

/// All words, each with what it is called.
pub(super) fn named(list: &List) -> Vec<(&'static str, String)> {
    let mut named = Vec::new();
    edited(list, |name, text| named.push((name, text.clone())));
    named
}

/// The list with each word put through `change`, which is told what it is called.
pub(super) fn edited(list: &List, mut change: impl FnMut(&'static str, &mut String)) -> List {
    let mut edited = list.clone();
    for slot in slots(list) {
        let mut texts = slot.texts(list);
        if let Some((first, rest)) = texts.split_first_mut() {
            if first != slot.form.name {
                change(CALLED, first);
            }
            rest.iter_mut().zip(slot.form.words()).for_each(|(text, word)| change(word.name, text));
        }
        slot.put(&mut edited, texts);
    }
    edited
}

/// The list with the operation of a query called as the table calls it, and every query in it too.
pub(super) fn by_own_names(list: &List, place: usize) -> Option<Vec<Term>> {
    requests(list)?.get(place).map(|request| request.words(Language::records()))
}

/// The queries in a query, each for itself.
pub(super) fn unpacked(words: &[Term]) -> List {
    let arrays = words.iter().filter(|word| matches!(word, Term::Array(_)));
    arrays.map(|array| array.texts().iter().cloned().map(Term::Text).collect()).collect()
}
