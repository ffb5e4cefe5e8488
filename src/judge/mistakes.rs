//! Mistakes that show in the answers alone: what a program that makes one answers is what is right for a list that is
//! changed a little.
//!
//! Invariants: a mistake explains an answer only if it gives exactly that one, and all right ones before it; and only
//! where the candidate has answered no list otherwise than who makes this mistake everywhere.

use super::case::{QueryList, QueryWords};
use super::exercise::{Exercise, ReadQuery, Role, TimeRule, WordEffect};
use crate::wire::Term;

/// A mistake: how it is called, and what becomes of a list by it; `None` where it cannot show.
#[derive(Debug)]
struct Mistake {
    name: &'static str,
    change: fn(&dyn Exercise, &[QueryWords]) -> Option<QueryList>,
}

/// All of them.
static MISTAKES: [Mistake; 7] = [
    Mistake {
        name: "an inclusive end",
        change: |exercise, list| with_ttl(exercise, list, |ttl, _| ttl.saturating_add(1)),
    },
    Mistake {
        name: "a lifetime that never ends",
        change: |exercise, list| with_ttl(exercise, list, |_, _| u64::MAX),
    },
    Mistake {
        name: "a ttl that is taken for the moment at which the lifetime ends",
        change: |exercise, list| with_ttl(exercise, list, u64::saturating_sub),
    },
    Mistake {
        name: "a restore that changes nothing",
        change: |exercise, list| {
            with_moment(exercise, list, |_, first| first.checked_sub(1).unwrap_or(first))
        },
    },
    Mistake {
        name: "a backup that is not found at its own moment",
        change: |exercise, list| with_moment(exercise, list, |moment, _| moment.saturating_sub(1)),
    },
    Mistake {
        name: "a restore that brings back the last backup of all",
        change: |exercise, list| with_moment(exercise, list, |_, _| u64::MAX),
    },
    Mistake {
        name: "a restore that brings back the first backup of all",
        change: |exercise, list| with_moment(exercise, list, |_, first| first),
    },
];

/// The mistakes that a candidate may make, by what it has answered so far.
#[derive(Debug)]
pub(super) struct Mistakes<'e> {
    exercise: &'e dyn Exercise,
    tenable: Vec<&'static Mistake>,
}

impl<'e> Mistakes<'e> {
    pub(super) fn of(exercise: &'e dyn Exercise) -> Self {
        Self { exercise, tenable: MISTAKES.iter().collect() }
    }

    /// Takes note of a list that was answered rightly.
    pub(super) fn learn(&mut self, list: &[QueryWords], clock: TimeRule, answers: &[Term]) {
        let exercise = self.exercise;
        self.tenable.retain(|mistake| {
            let made = made(mistake, exercise, list, clock);
            made.is_none_or(|made| made == answers)
        });
    }

    /// The mistake of who gives these answers to a list, the first that is not right among them at its end.
    pub(super) fn explain(
        &self,
        list: &[QueryWords],
        clock: TimeRule,
        answers: &[&Term],
    ) -> Option<&'static str> {
        let explains = |mistake: &&&'static Mistake| {
            made(mistake, self.exercise, list, clock)
                .is_some_and(|made| made.iter().eq(answers.iter().copied()))
        };
        self.tenable.iter().find(explains).map(|mistake| mistake.name)
    }
}

/// What is answered to a list by who makes a mistake; `None` where it cannot show.
fn made(
    mistake: &Mistake,
    exercise: &dyn Exercise,
    list: &[QueryWords],
    clock: TimeRule,
) -> Option<Vec<Term>> {
    let changed = (mistake.change)(exercise, list)?;
    exercise.answers(&changed, clock)
}

/// The list with each ttl changed, which is handed over with its query's timestamp.
fn with_ttl(
    exercise: &dyn Exercise,
    list: &[QueryWords],
    change: impl Fn(u64, u64) -> u64,
) -> Option<QueryList> {
    with_numbers(exercise, list, Role::Ttl, |ttl, query, words| {
        Some(change(ttl, number(query, words, Role::Time)?))
    })
}

/// The list with each moment changed at which a restore looks, which is handed over with that of the first backup.
fn with_moment(
    exercise: &dyn Exercise,
    list: &[QueryWords],
    change: impl Fn(u64, u64) -> u64,
) -> Option<QueryList> {
    let read = exercise.read(list)?;
    let saves = |query: &ReadQuery<'_>| {
        query.signature.effect == WordEffect::Write && query.signature.words == [Role::Time]
    };
    let first = read.queries.iter().zip(list).find(|(query, _)| saves(query));
    let first = first.and_then(|(query, words)| number(query, words, Role::Time))?;
    with_numbers(exercise, list, Role::Moment, |moment, _, _| Some(change(moment, first)))
}

/// The list with each number changed that stands for a word of a role; `None` where nothing changes by that.
fn with_numbers(
    exercise: &dyn Exercise,
    list: &[QueryWords],
    role: Role,
    change: impl Fn(u64, &ReadQuery<'_>, &QueryWords) -> Option<u64>,
) -> Option<QueryList> {
    let read = exercise.read(list)?;
    let mut changed = list.to_vec();
    for (query, words) in read.queries.iter().zip(&mut changed) {
        let new = number(query, words, role).and_then(|old| change(old, query, words));
        let place = query.signature.words.iter().position(|own| *own == role);
        if let Some((new, place)) = new.zip(place) {
            words[place + 1] = Term::Text(new.to_string());
        }
    }
    (changed != list).then_some(changed)
}

/// The number that stands for a word of a role.
fn number(query: &ReadQuery<'_>, words: &QueryWords, role: Role) -> Option<u64> {
    let place = query.signature.words.iter().position(|own| *own == role)?;
    words.get(place + 1)?.text()?.parse().ok()
}
