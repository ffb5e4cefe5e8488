//! What the exercise promises those who solve it, and which of that a list breaks.
//!
//! Invariants: a list is read once, in order; no operation is named here: what a word may be, its kind says. Where
//! all is kept, both clock rules give the same answers.

use super::reading::requests;
use crate::judge::{Promise, QueryWords};
use crate::query::{Access, Language, Part, Query, WordKind};
use crate::wire::Request;

/// Every timestamp is later than those before it.
pub const TIMES_RISE: Promise = Promise("timestamps rise");
/// Operations with a timestamp and those without stand in lists of their own.
pub const NOT_MIXED: Promise = Promise("timed and untimed operations are not mixed");
/// What lives for a time lives at all.
pub const TTL_POSITIVE: Promise = Promise("a ttl is 1 or more");
/// There is something to restore, whenever that is asked.
pub const BACKUP_EARLY_ENOUGH: Promise = Promise("a backup is early enough");
/// Every text is of the characters from space to tilde.
pub const TEXTS_PRINTABLE: Promise = Promise("texts are printable ASCII");
/// Only a prefix may be empty.
pub const NOT_EMPTY: Promise = Promise("keys, fields and values are not empty");
/// A double holds every number and every moment at which a cell dies.
pub const NUMBERS_EXACT: Promise = Promise("times, ttls and their sums are below 2^53");

/// The first number that is too large.
const END: u64 = 1 << 53;

/// The promises that a list breaks, in the order in which it does. None is broken by what is no list of queries, nor by
/// one that asks more than the exercise has: of that nothing is promised.
pub(super) fn broken_promises(list: &[QueryWords]) -> Vec<Promise> {
    let (requests, language) = (requests(list).unwrap_or_default(), Language::records());
    let queries = || requests.iter().flat_map(Request::queries);
    let is_of_exercise = requests.iter().all(|request| request.batched().is_none())
        && queries().all(|query| {
            language.form_of(query.operation()).is_some_and(|form| form.level <= language.exercise())
        });
    let (mut kept, mut broken) = (Kept::default(), Vec::new());
    for promise in queries().filter(|_| is_of_exercise).flat_map(|query| kept.broken_by(query)) {
        if !broken.contains(&promise) {
            broken.push(promise);
        }
    }
    broken
}

/// What has been asked so far, as far as a promise turns on it.
#[derive(Default)]
struct Kept {
    /// Has the first query a timestamp?
    is_timed: Option<bool>,
    last_time: Option<u64>,
    first_backup: Option<u64>,
    longest_ttl: u64,
}

impl Kept {
    /// The promises that the next query breaks.
    fn broken_by(&mut self, query: &Query<'_>) -> Vec<Promise> {
        let (time, mut broken) = (query.timestamp().map(|time| time.0), Vec::new());
        query.each_word(|word, part| {
            broken.extend(match part {
                Part::Text(text) => broken_by_text(word.kind, text),
                Part::Number(number) => broken_by_number(word.kind, number),
            });
        });
        broken.extend(self.broken_by_time(time));
        if let Some(time) = time {
            if saves(query) {
                self.first_backup.get_or_insert(time);
            }
            query.each_word(|word, part| {
                if let Part::Number(number) = part {
                    broken.extend(self.broken_by_moment(word.kind, number, time));
                }
            });
        }
        broken
    }

    fn broken_by_time(&mut self, time: Option<u64>) -> Option<Promise> {
        if *self.is_timed.get_or_insert(time.is_some()) != time.is_some() {
            return Some(NOT_MIXED);
        }
        let rises = self.last_time < time || time.is_none();
        self.last_time = self.last_time.max(time);
        (!rises).then_some(TIMES_RISE)
    }

    /// Promises about a backup, and about when cells die: what is brought back has at most its whole ttl left.
    fn broken_by_moment(&mut self, kind: WordKind, number: u64, time: u64) -> Option<Promise> {
        match kind {
            WordKind::Ttl => {
                self.longest_ttl = self.longest_ttl.max(number);
                (time.saturating_add(number) >= END).then_some(NUMBERS_EXACT)
            }
            WordKind::Moment if self.first_backup.is_none_or(|first| number < first) => {
                Some(BACKUP_EARLY_ENOUGH)
            }
            WordKind::Moment => (time.saturating_add(self.longest_ttl) >= END).then_some(NUMBERS_EXACT),
            _ => None,
        }
    }
}

fn broken_by_text(kind: WordKind, text: &str) -> Option<Promise> {
    if !text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Some(TEXTS_PRINTABLE);
    }
    (text.is_empty() && kind != WordKind::Prefix).then_some(NOT_EMPTY)
}

fn broken_by_number(kind: WordKind, number: u64) -> Option<Promise> {
    match number {
        0 if kind == WordKind::Ttl => Some(TTL_POSITIVE),
        END.. => Some(NUMBERS_EXACT),
        _ => None,
    }
}

/// Does it save the database? It writes, and says no more than when.
fn saves(query: &Query<'_>) -> bool {
    let operation = query.operation();
    operation.access() == Access::Write && matches!(operation.words(), [word] if word.kind == WordKind::Time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Term;

    fn first(list: &[QueryWords]) -> Option<Promise> {
        broken_promises(list).first().copied()
    }

    #[test]
    fn all_that_a_list_breaks_is_told_once_in_order() {
        let words = |query: &str| query.split(' ').map(Term::from).collect();
        let queries = "SET_AT a b c 5 / SET_AT  é c 4 / GET_AT a b 3 / RESTORE 9 1 / GET a b";
        let list: Vec<QueryWords> = queries.split(" / ").map(words).collect();
        let all = [NOT_EMPTY, TEXTS_PRINTABLE, TIMES_RISE, BACKUP_EARLY_ENOUGH, NOT_MIXED];
        assert_eq!(broken_promises(&list), all);
    }

    #[test]
    fn the_first_promise_that_a_list_breaks_is_told() {
        let rows = [
            ("SET a b c / GET a b / SCAN_BY_PREFIX a ", None),
            ("SET_AT a b c 1 / BACKUP 2 / RESTORE 9 2 / RESTORE 10 5 / SCAN_AT a 11", None),
            ("SET_AT a b c 0 / BACKUP 1", None),
            ("SET_AT a b c 1 / GET_AT a b 1", Some(TIMES_RISE)),
            ("SET_AT a b c 2 / DELETE_AT a b 1", Some(TIMES_RISE)),
            ("BACKUP 1 / RESTORE 1 1", Some(TIMES_RISE)),
            ("SET a b c / GET_AT a b 1", Some(NOT_MIXED)),
            ("GET_AT a b 1 / GET a b", Some(NOT_MIXED)),
            ("SET a b c / BACKUP 1", Some(NOT_MIXED)),
            ("SET_AT_WITH_TTL a b c 1 1", None),
            ("SET_AT_WITH_TTL a b c 1 0", Some(TTL_POSITIVE)),
            ("RESTORE 2 1", Some(BACKUP_EARLY_ENOUGH)),
            ("BACKUP 2 / BACKUP 3 / RESTORE 4 1", Some(BACKUP_EARLY_ENOUGH)),
            ("BACKUP 2 / BACKUP 3 / RESTORE 4 2", None),
            ("RESTORE 2 1 / BACKUP 3", Some(BACKUP_EARLY_ENOUGH)),
            ("SET é b c", Some(TEXTS_PRINTABLE)),
            ("SET a b\u{7f} c", Some(TEXTS_PRINTABLE)),
            ("SET a b c\n", Some(TEXTS_PRINTABLE)),
            ("SCAN_BY_PREFIX a é", Some(TEXTS_PRINTABLE)),
            ("SET  b c", Some(NOT_EMPTY)),
            ("GET a ", Some(NOT_EMPTY)),
            ("SET a b ", Some(NOT_EMPTY)),
            ("SET a ~ !", None),
            ("GET_AT a b 9007199254740991", None),
            ("GET_AT a b 9007199254740992", Some(NUMBERS_EXACT)),
            ("BACKUP 1 / RESTORE 2 9007199254740992", Some(NUMBERS_EXACT)),
            ("SET_AT_WITH_TTL a b c 1 9007199254740990", None),
            ("SET_AT_WITH_TTL a b c 1 9007199254740991", Some(NUMBERS_EXACT)),
            ("SET_AT_WITH_TTL a b c 9007199254740991 9007199254740991", Some(NUMBERS_EXACT)),
            ("SET_AT_WITH_TTL a b c 1 9007199254740980 / BACKUP 5 / RESTORE 6 5", None),
            ("SET_AT_WITH_TTL a b c 1 9007199254740980 / BACKUP 5 / RESTORE 12 5", Some(NUMBERS_EXACT)),
            // The first that is broken, not the first in a table.
            ("SET_AT a b c 1 / GET a b / SET_AT  b c 1", Some(NOT_MIXED)),
            ("SET_AT a b c 1 / SET_AT  b c 1 / GET a b", Some(NOT_EMPTY)),
            // Of what comes after the exercise nothing is promised.
            ("SET_AT a b c 1 / SET_AT a b c 1 / KEYS", None),
            ("BEGIN / SET é b c", None),
            ("nothing that can be asked", None),
        ];
        for (queries, broken) in rows {
            let words = |query: &str| query.split(' ').map(Term::from).collect();
            let list: Vec<QueryWords> = queries.split(" / ").map(words).collect();
            assert_eq!(first(&list), broken, "{queries}");
        }
    }

    #[test]
    fn a_batch_is_more_than_the_exercise_has() {
        let inner = ["SET", "", "b", "c"].map(str::to_owned).to_vec();
        assert_eq!(first(&[vec!["BATCH".into(), Term::Array(inner.clone())]]), None);
        assert_eq!(first(&[inner.into_iter().map(Term::Text).collect()]), Some(NOT_EMPTY));
    }
}
