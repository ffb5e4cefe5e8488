//! From a list that shows a difference to the smallest one found that still shows it.
//!
//! Delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input"): first over queries,
//! in ever smaller runs of them; then over what stands in them: queries asked by themselves, an operation with fewer
//! words, its own name, names toward a and b, times toward 0, lifetimes toward 1. A change that makes no list of queries,
//! lets time run backwards, or breaks a promise that the list kept, is skipped; one that loses the difference is undone.
//! That goes on until nothing changes.

use std::collections::BTreeSet;

use super::exercise::{Exercise, Promise, Role, Signature, TimeRule, WordEffect};
use super::typed::{by_own_names, edited, slots, unpacked, words_of};
use super::words::QueryList;
use crate::wire::Term;

/// So many of the first queries are tried together with each later one.
const MOST_PAIRED: usize = 10;

/// Makes `list` as small as `shows` allows, which says whether a list still shows the difference. It is called
/// `most` times at most; `shows` may end it sooner with an error.
///
/// # Errors
/// What `shows` fails with.
pub(super) fn shrink<E>(
    exercise: &dyn Exercise,
    list: QueryList,
    clock: TimeRule,
    most: usize,
    shows: impl FnMut(&QueryList) -> Result<bool, E>,
) -> Result<QueryList, E> {
    let (broken, tried) = (exercise.broken_promises(&list), BTreeSet::new());
    let mut shrinker = Shrinker { exercise, list, clock, broken, remaining: most, tried, shows };
    loop {
        let before = shrinker.list.clone();
        shrinker.drop_queries()?;
        shrinker.unpack()?;
        shrinker.without_times()?;
        shrinker.simplify_operations()?;
        shrinker.simplify_texts()?;
        shrinker.simplify_times()?;
        shrinker.simplify_ttls()?;
        if shrinker.list == before || shrinker.remaining == 0 {
            return Ok(shrinker.list);
        }
    }
}

struct Shrinker<'e, F> {
    exercise: &'e dyn Exercise,
    list: QueryList,
    clock: TimeRule,
    /// The promises that the list broke when it was found.
    broken: Vec<Promise>,
    /// How often it may still be called.
    remaining: usize,
    /// What lost the difference.
    tried: BTreeSet<QueryList>,
    shows: F,
}

impl<'e, F, E> Shrinker<'e, F>
where
    F: FnMut(&QueryList) -> Result<bool, E>,
{
    /// Takes another list if it still shows the difference.
    fn take(&mut self, other: QueryList) -> Result<bool, E> {
        // An empty list shows nothing.
        let is_new = !other.is_empty() && other != self.list && !self.tried.contains(&other);
        if !is_new || self.remaining == 0 || self.exercise.answers(&other, self.clock).is_none() {
            return Ok(false);
        }
        if self.exercise.broken_promises(&other).iter().any(|promise| !self.broken.contains(promise)) {
            return Ok(false);
        }
        self.remaining -= 1;
        let shows = (self.shows)(&other)?;
        if shows {
            self.list = other;
        } else {
            self.tried.insert(other);
        }
        Ok(shows)
    }

    /// Leaves out runs of queries, from half of them down to single ones.
    fn drop_queries(&mut self) -> Result<(), E> {
        let mut size = self.list.len().div_ceil(2);
        while size > 0 {
            let mut end = self.list.len();
            while end > 0 {
                let begin = end.saturating_sub(size);
                let mut shorter = self.list.clone();
                shorter.drain(begin..end);
                self.take(shorter)?;
                end = begin.min(self.list.len());
            }
            size /= 2;
        }
        self.drop_pairs()
    }

    /// Leaves out two queries that go together, such as one that is there to undo the other.
    fn drop_pairs(&mut self) -> Result<(), E> {
        let mut first = 0;
        while first < self.list.len().min(MOST_PAIRED) {
            let mut second = first + 1;
            while second < self.list.len() {
                let mut shorter = self.list.clone();
                shorter.remove(second);
                shorter.remove(first);
                second = if self.take(shorter)? { first + 1 } else { second + 1 };
            }
            first += 1;
        }
        Ok(())
    }

    /// Takes queries out of the one they stand in, to ask them for themselves or not at all.
    fn unpack(&mut self) -> Result<(), E> {
        let mut place = 0;
        while place < self.list.len() {
            let mut apart = self.list.clone();
            apart.splice(place..=place, unpacked(&self.list[place]));
            if self.list[place].len() == 1 || !self.take(apart)? {
                self.drop_words(place)?;
                place += 1;
            }
        }
        Ok(())
    }

    /// Leaves out queries that stand in one.
    fn drop_words(&mut self, place: usize) -> Result<(), E> {
        let mut word = self.list[place].len();
        while word > 1 {
            word -= 1;
            let mut shorter = self.list.clone();
            if matches!(shorter[place].remove(word), Term::Array(_)) {
                self.take(shorter)?;
            }
        }
        Ok(())
    }

    /// What the levels have that the list is of: nothing is asked of a higher one.
    fn known(&self) -> Vec<&'e Signature> {
        let level = slots(self.exercise, &self.list).iter().map(|slot| slot.signature.level).max();
        self.exercise.signatures().iter().filter(|other| Some(other.level) <= level).collect()
    }

    /// Asks every query without a moment at once, for a list is of those with one or of those without.
    fn without_times(&mut self) -> Result<(), E> {
        let (exercise, known, mut other) = (self.exercise, self.known(), self.list.clone());
        for slot in slots(exercise, &self.list).into_iter().filter(|slot| slot.signature.has(Role::Time)) {
            let texts = slot.texts(&self.list);
            let plain = known.iter().filter(|signature| !signature.has(Role::Time));
            let shortened = plain.filter_map(|signature| slot.shortened(&texts, signature));
            let Some(texts) = shortened.max_by_key(Vec::len) else { return Ok(()) };
            slot.put(&mut other, texts);
        }
        self.take(other).map(drop)
    }

    /// Puts an operation with fewer words in the place of one whose name begins alike, the fewest first, or one without
    /// any in the place of one that changes something too; and its own name in the place of another one.
    fn simplify_operations(&mut self) -> Result<(), E> {
        for place in 0..self.list.len() {
            let Some(words) = by_own_names(self.exercise, &self.list, place) else { continue };
            let mut other = self.list.clone();
            other[place] = words;
            self.take(other)?;
        }
        let exercise = self.exercise;
        let known = self.known();
        let bare: Vec<_> = known.iter().filter(|other| other.is_bare_write()).collect();
        for slot in slots(exercise, &self.list) {
            let texts = slot.texts(&self.list);
            let mut simpler: Vec<_> =
                known.iter().filter_map(|other| slot.shortened(&texts, other)).collect();
            if slot.signature.effect == WordEffect::Write {
                simpler.extend(bare.iter().map(|other| vec![other.name.to_owned()]));
            }
            simpler.sort_by_key(Vec::len);
            for texts in simpler {
                let mut other = self.list.clone();
                slot.put(&mut other, texts);
                if self.take(other)? {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Puts short names in the place of keys, fields and values, everywhere alike, and shortens what must stay.
    fn simplify_texts(&mut self) -> Result<(), E> {
        let (names, values) = (["a", "b", "c"], ["x", "y", "z"]);
        let all = [
            (Role::Key, names),
            (Role::Field, names),
            (Role::Value, values),
            (Role::Item, values),
            (Role::Name, names),
        ];
        for (role, short) in all {
            // Another name of an operation changes with its uses.
            let roles = [Some(role), (role != Role::Name).then_some(role)];
            for text in self.distinct(role) {
                let short = short.iter().copied().take_while(|short| *short != text);
                let beginnings = beginnings(&text).skip(1);
                for other in short.clone().chain(beginnings) {
                    if self.take(self.replaced(&roles, &text, other))? {
                        break;
                    }
                }
            }
        }
        for text in self.distinct(Role::Prefix) {
            for shorter in beginnings(&text) {
                if self.take(self.replaced(&[Some(Role::Prefix)], &text, shorter))? {
                    break;
                }
            }
            // A prefix that goes with a field keeps going with it.
            if !text.is_empty() {
                self.take(self.replaced(&[Some(Role::Prefix), Some(Role::Field)], &text, "a"))?;
            }
        }
        Ok(())
    }

    /// Moves every moment as near to the one before it as it goes, and all later ones with it.
    fn simplify_times(&mut self) -> Result<(), E> {
        let mut before = 0;
        for place in 0..self.times().len() {
            let Some(time) = self.times().get(place).copied() else { break };
            for target in nearer(before, time) {
                let later = |number| if number >= time { number - (time - target) } else { number };
                let alone = |number| if number == time { target } else { number };
                // Where later moments must stay, this one alone may still move; and where a lifetime leads there, it
                // may have to move along.
                if self.take(self.mapped(Role::is_moment, later))?
                    || self.take(self.mapped(Role::is_moment, alone))?
                    || self.take(self.mapped(Role::is_number, later))?
                {
                    break;
                }
            }
            before = self.times().get(place).copied().unwrap_or(before);
        }
        Ok(())
    }

    /// Shortens lifetimes, but not to nothing: a cell that is dead on arrival is a rule of its own.
    fn simplify_ttls(&mut self) -> Result<(), E> {
        for (place, text) in self.of_role(Role::Ttl).iter().enumerate() {
            let Ok(ttl) = text.parse::<u64>() else { continue };
            for target in nearer(1, ttl) {
                let mut number = 0..;
                let other = edited(self.exercise, &self.list, |role, text| {
                    if role == Some(Role::Ttl) && number.next() == Some(place) {
                        *text = target.to_string();
                    }
                });
                if self.take(other)? {
                    break;
                }
            }
        }
        Ok(())
    }

    /// The texts that stand for a word of this role, in the order they come.
    fn of_role(&self, role: Role) -> Vec<String> {
        let words = words_of(self.exercise, &self.list).into_iter();
        words.filter(|(own, _)| *own == Some(role)).map(|(_, text)| text).collect()
    }

    /// The same, each once.
    fn distinct(&self, role: Role) -> Vec<String> {
        let mut texts = Vec::new();
        for text in self.of_role(role) {
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        texts
    }

    /// The list with a text replaced wherever it stands for a word of one of these roles.
    fn replaced(&self, roles: &[Option<Role>], text: &str, by: &str) -> QueryList {
        edited(self.exercise, &self.list, |role, own| {
            if roles.contains(&role) && own == text {
                by.clone_into(own);
            }
        })
    }

    /// All moments that the list names, each once, in order.
    fn times(&self) -> Vec<u64> {
        let words = words_of(self.exercise, &self.list).into_iter();
        let moments = words.filter(|(role, _)| role.is_some_and(Role::is_moment));
        moments.filter_map(|(_, text)| text.parse().ok()).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The list with each number that stands for a word of such a role put through `change`.
    fn mapped(&self, is_meant: fn(Role) -> bool, change: impl Fn(u64) -> u64) -> QueryList {
        edited(self.exercise, &self.list, |role, text| {
            if let Some(number) = text.parse().ok().filter(|_| role.is_some_and(is_meant)) {
                *text = change(number).to_string();
            }
        })
    }
}

/// Numbers at which something may change: another digit, and what numbers of a kind can hold.
const MARKS: [u64; 6] = [10, 100, 1 << 31, 1 << 32, 1 << 53, 1 << 63];

/// Numbers from `floor` up to just below `number`, the smallest first: a few small ones, marks, then by halves.
fn nearer(floor: u64, number: u64) -> impl Iterator<Item = u64> {
    let small = (0..4).map(move |more| floor.saturating_add(more)).chain(MARKS);
    let halves = std::iter::successors(Some(number.saturating_sub(floor) / 2), |gap| Some(gap / 2));
    let halves = halves.take_while(|gap| *gap > 0).map(move |gap| number - gap);
    let mut last = None;
    small.chain(halves).filter(move |target| {
        let is_new = *target < number && last.is_none_or(|last| last < *target);
        last = if is_new { Some(*target) } else { last };
        is_new
    })
}

/// The first few beginnings of a text, from the empty one on.
fn beginnings(text: &str) -> impl Iterator<Item = &str> {
    text.char_indices().map(|(at, _)| &text[..at]).take(5)
}
