//! What a server counts of its work.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::options::FaceKind;
use crate::time::Time;

/// What is counted of a face.
#[derive(Clone, Debug, Default)]
pub(super) struct FaceMetrics {
    pub(super) connections: u64,
    /// Connections that were not taken, as there were too many.
    pub(super) refused: u64,
    /// Requests, by the names of tables alone.
    pub(super) requests: BTreeMap<&'static str, u64>,
    pub(super) all_requests: u64,
    pub(super) errors: BTreeMap<&'static str, u64>,
    pub(super) received: u64,
    pub(super) sent: u64,
}

/// How often something had which size, in classes that double from the first, whose bound it has, on; the last has no
/// bound.
#[derive(Clone, Debug, Default)]
pub(super) struct Histogram<const FIRST: u64> {
    pub(super) classes: [u64; CLASSES],
    pub(super) count: u64,
    pub(super) sum: u64,
}

/// So many classes has a histogram.
const CLASSES: usize = 20;

/// Of nanoseconds, from ten microseconds on.
pub(super) type Durations = Histogram<10_000>;

/// Of numbers, from one on.
pub(super) type Counts = Histogram<1>;

/// All that is counted.
#[derive(Debug)]
pub(super) struct Metrics {
    faces: [FaceMetrics; 3],
    pub(super) began: Instant,
    /// Requests of each face, from what was read of them to what is to be written.
    requests: [Durations; 3],
    /// What the requests of one connection are while it has the loop: how long they keep it, and how many there are.
    pub(super) turns: Durations,
    pub(super) turn_queries: Counts,
    pub(super) commits: Durations,
    pub(super) commits_failed: u64,
    pub(super) committed_transactions: u64,
    pub(super) refused_transactions: u64,
    /// What the line protocol's STATS counts, and when it last made the store smaller.
    pub(super) puts: u64,
    pub(super) deletes: u64,
    pub(super) compacted: Option<Time>,
    /// What is to be told on standard error.
    notes: Vec<String>,
}

/// What takes longer is told.
const SLOW: Duration = Duration::from_millis(100);

/// So many notes wait at most.
const NOTES: usize = 100;

impl Metrics {
    pub(super) fn new() -> Self {
        Self {
            faces: Default::default(),
            began: Instant::now(),
            requests: Default::default(),
            turns: Histogram::default(),
            turn_queries: Histogram::default(),
            commits: Histogram::default(),
            commits_failed: 0,
            committed_transactions: 0,
            refused_transactions: 0,
            puts: 0,
            deletes: 0,
            compacted: None,
            notes: Vec::new(),
        }
    }

    pub(super) fn face(&mut self, kind: FaceKind) -> &mut FaceMetrics {
        &mut self.faces[kind as usize]
    }

    pub(super) fn faces(&self) -> &[FaceMetrics] {
        &self.faces
    }

    /// Notes how long requests took, all of which were read and answered together.
    pub(super) fn answered(&mut self, kind: FaceKind, took: Duration, requests: usize) {
        self.requests[kind as usize].add(nanoseconds(took), requests as u64);
    }

    pub(super) fn requests(&self, kind: FaceKind) -> &Durations {
        &self.requests[kind as usize]
    }

    /// Notes that a turn was committed, or why not.
    pub(super) fn committed(&mut self, took: Duration, failed: Option<String>) {
        self.commits.add(nanoseconds(took), 1);
        if let Some(why) = failed {
            self.commits_failed += 1;
            if self.commits_failed == 1 {
                self.note(format!("nothing more is written: {why}"));
            }
        }
    }

    /// Notes how long the requests of one connection have kept the loop, and how many queries they were.
    pub(super) fn turned(&mut self, took: Duration, queries: usize, what: impl FnOnce() -> String) {
        self.turns.add(nanoseconds(took), 1);
        self.turn_queries.add(queries as u64, 1);
        if took > SLOW {
            let what = what();
            self.note(format!("slow: {what} took {} ms", took.as_millis()));
        }
    }

    /// Notes that a transaction has taken effect, or was refused.
    pub(super) fn ended(&mut self, took_effect: bool) {
        let count =
            if took_effect { &mut self.committed_transactions } else { &mut self.refused_transactions };
        *count += 1;
    }

    /// Keeps what is to be told.
    pub(super) fn note(&mut self, text: String) {
        if self.notes.len() < NOTES {
            self.notes.push(text);
        }
    }

    pub(super) fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }
}

fn nanoseconds(took: Duration) -> u64 {
    u64::try_from(took.as_nanos()).unwrap_or(u64::MAX)
}

impl<const FIRST: u64> Histogram<FIRST> {
    pub(super) fn add(&mut self, size: u64, times: u64) {
        let class = u64::BITS - size.div_ceil(FIRST).saturating_sub(1).leading_zeros();
        self.classes[(class as usize).min(CLASSES - 1)] += times;
        self.count += times;
        self.sum = self.sum.saturating_add(size.saturating_mul(times));
    }

    /// The bound of a class, which is of it; `None` for the last.
    pub(super) fn bound(class: usize) -> Option<u64> {
        (class < CLASSES - 1).then_some(FIRST << class)
    }
}

impl FaceMetrics {
    /// Counts requests.
    pub(super) fn request(&mut self, name: &'static str, times: u64) {
        self.all_requests += times;
        *self.requests.entry(name).or_default() += times;
    }

    pub(super) fn error(&mut self, kind: &'static str) {
        *self.errors.entry(kind).or_default() += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_as_large_as_a_bound_is_of_its_class() {
        for class in 0..CLASSES {
            let Some(bound) = Durations::bound(class) else { continue };
            let mut durations = Durations::default();
            durations.add(bound, 3);
            durations.add(bound + 1, 1);
            assert_eq!((durations.classes[class], durations.classes[class + 1]), (3, 1), "{class}");
        }
        let mut counts = Counts::default();
        for count in [0, 1, 2, 3, 4, u64::MAX] {
            counts.add(count, 1);
        }
        assert_eq!((&counts.classes[..3], counts.classes[CLASSES - 1]), (&[2, 1, 2][..], 1));
        assert_eq!((counts.count, counts.sum), (6, u64::MAX));
    }
}
