//! From a list that shows a difference to the smallest one found that still shows it.
//!
//! Delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input"): first over queries,
//! in ever smaller runs of them; then over what stands in them: an operation with fewer words, names toward a and b,
//! times toward 0, lifetimes toward 1. A change that makes no list of queries, or lets time run backwards, is passed
//! over; one that loses the difference is taken back. That goes on until nothing changes any more.

use std::collections::BTreeSet;

use super::case::{List, answers};
use crate::query::{OPERATIONS, Row};
use crate::time::ClockRule;

/// So many of the first queries are tried together with each later one.
const MOST_PAIRED: usize = 10;

/// Makes `list` as small as `shows` allows, which tells whether a list still shows the difference. It is asked
/// `most` times at most; `shows` may end it sooner with an error.
///
/// # Errors
/// What `shows` fails with.
pub(super) fn shrink<E>(
    list: List,
    clock: ClockRule,
    most: usize,
    shows: impl FnMut(&List) -> Result<bool, E>,
) -> Result<List, E> {
    let mut shrinker = Shrinker { list, clock, left: most, tried: BTreeSet::new(), shows };
    loop {
        let before = shrinker.list.clone();
        shrinker.drop_queries()?;
        shrinker.simplify_operations()?;
        shrinker.simplify_texts()?;
        shrinker.simplify_times()?;
        shrinker.simplify_ttls()?;
        if shrinker.list == before || shrinker.left == 0 {
            return Ok(shrinker.list);
        }
    }
}

struct Shrinker<F> {
    list: List,
    clock: ClockRule,
    /// How often may still be asked.
    left: usize,
    /// What lost the difference.
    tried: BTreeSet<List>,
    shows: F,
}

impl<F, E> Shrinker<F>
where
    F: FnMut(&List) -> Result<bool, E>,
{
    /// Takes another list if it still shows the difference.
    fn take(&mut self, other: List) -> Result<bool, E> {
        // An empty list shows nothing.
        let is_new = !other.is_empty() && other != self.list && !self.tried.contains(&other);
        if !is_new || self.left == 0 || answers(&other, self.clock).is_none() {
            return Ok(false);
        }
        self.left -= 1;
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

    /// Puts an operation with fewer words in the place of one whose name begins alike, the fewest first.
    fn simplify_operations(&mut self) -> Result<(), E> {
        for place in 0..self.list.len() {
            let words = self.list[place].clone();
            let mut simpler: Vec<_> = OPERATIONS.iter().filter_map(|row| as_row(&words, row)).collect();
            simpler.sort_by_key(Vec::len);
            for words in simpler {
                let mut other = self.list.clone();
                other[place] = words;
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
        for (name, short) in [("key", names), ("field", names), ("value", values), ("item", values)] {
            for text in self.distinct(name) {
                let short = short.iter().copied().take_while(|short| *short != text);
                let beginnings = beginnings(&text).skip(1);
                for other in short.clone().chain(beginnings) {
                    if self.take(self.replaced(&[name], &text, other))? {
                        break;
                    }
                }
            }
        }
        for text in self.distinct("prefix") {
            for shorter in beginnings(&text) {
                if self.take(self.replaced(&["prefix"], &text, shorter))? {
                    break;
                }
            }
            // A prefix that goes with a field keeps going with it.
            if !text.is_empty() {
                self.take(self.replaced(&["prefix", "field"], &text, "a"))?;
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
                if self.take(self.mapped(&TIMES, later))?
                    || self.take(self.mapped(&TIMES, alone))?
                    || self.take(self.mapped(&NUMBERS, later))?
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
        for place in 0..self.list.len() {
            let Some(at) = word_at(&self.list[place], "ttl") else { continue };
            let Ok(ttl) = self.list[place][at].parse::<u64>() else { continue };
            for target in nearer(1, ttl) {
                let mut other = self.list.clone();
                other[place][at] = target.to_string();
                if self.take(other)? {
                    break;
                }
            }
        }
        Ok(())
    }

    /// The texts that stand for a word of this name, each once, in the order they come.
    fn distinct(&self, name: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for words in &self.list {
            let text = word_at(words, name).map(|at| words[at].clone());
            texts.extend(text.filter(|text| !texts.contains(text)));
        }
        texts
    }

    /// The list with a text replaced wherever it stands for a word of one of these names.
    fn replaced(&self, names: &[&str], text: &str, by: &str) -> List {
        let mut list = self.list.clone();
        for words in &mut list {
            for at in names.iter().filter_map(|name| word_at(words, name)).collect::<Vec<_>>() {
                if words[at] == text {
                    by.clone_into(&mut words[at]);
                }
            }
        }
        list
    }

    /// All moments that the list names, each once, in order.
    fn times(&self) -> Vec<u64> {
        let numbers = self.list.iter().flat_map(|words| {
            let places = TIMES.iter().filter_map(|name| word_at(words, name));
            places.filter_map(|at| words[at].parse().ok()).collect::<Vec<u64>>()
        });
        numbers.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The list with each number that stands for a word of one of these names put through `change`.
    fn mapped(&self, names: &[&str], change: impl Fn(u64) -> u64) -> List {
        let mut list = self.list.clone();
        for words in &mut list {
            for at in names.iter().filter_map(|name| word_at(words, name)).collect::<Vec<_>>() {
                if let Ok(number) = words[at].parse() {
                    words[at] = change(number).to_string();
                }
            }
        }
        list
    }
}

/// The words that are moments.
const TIMES: [&str; 2] = ["timestamp", "timestamp_to_restore"];
/// The words that are numbers.
const NUMBERS: [&str; 3] = ["timestamp", "timestamp_to_restore", "ttl"];
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

/// The row of a query's operation.
fn row_of(words: &[String]) -> Option<&'static Row> {
    let rows = Row::named(words.first()?);
    rows.iter().find(|row| row.words.len() + 1 == words.len()).copied()
}

/// Where the word of this name stands in a query.
fn word_at(words: &[String], name: &str) -> Option<usize> {
    row_of(words)?.words.iter().position(|word| word.name == name).map(|place| place + 1)
}

/// The query as one of a row with fewer words, if the row's name begins that of the query's own.
fn as_row(words: &[String], row: &'static Row) -> Option<Vec<String>> {
    let own = row_of(words)?;
    if row.words.len() >= own.words.len() || !own.name.starts_with(row.name) {
        return None;
    }
    let kept: Option<Vec<_>> =
        row.words.iter().map(|word| Some(words[word_at(words, word.name)?].clone())).collect();
    Some(std::iter::once(row.name.to_owned()).chain(kept?).collect())
}
