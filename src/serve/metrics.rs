//! What a server counts of its work.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::options::FaceKind;
use crate::time::Time;

/// What is counted of a face.
#[derive(Clone, Debug, Default)]
pub(super) struct FaceMetrics {
    pub(super) connections: u64,
    /// Connections that were not taken, by reason.
    pub(super) refused: BTreeMap<&'static str, u64>,
    /// Requests, by the names of tables alone.
    pub(super) requests: BTreeMap<&'static str, u64>,
    pub(super) all_requests: u64,
    pub(super) errors: BTreeMap<&'static str, u64>,
    pub(super) received: u64,
    pub(super) sent: u64,
}

/// How often something took how long, in classes that double from 10 microseconds on.
#[derive(Clone, Debug, Default)]
pub(super) struct Histogram {
    pub(super) classes: [u64; 20],
    pub(super) count: u64,
    pub(super) sum: Duration,
}

/// All that is counted.
#[derive(Debug)]
pub(super) struct Metrics {
    faces: [FaceMetrics; 3],
    pub(super) began: Instant,
    /// Requests of HTTP, from the head to the answer.
    pub(super) requests_of_http: Histogram,
    pub(super) turns: Histogram,
    pub(super) commits: Histogram,
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
            requests_of_http: Histogram::default(),
            turns: Histogram::default(),
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

    /// Notes that a turn was committed, or why not.
    pub(super) fn committed(&mut self, took: Duration, failed: Option<String>) {
        self.commits.add(took);
        if let Some(why) = failed {
            self.commits_failed += 1;
            if self.commits_failed == 1 {
                self.note(format!("nothing more is written: {why}"));
            }
        }
    }

    /// Notes how long the requests of one connection have kept the loop.
    pub(super) fn turned(&mut self, took: Duration, what: impl FnOnce() -> String) {
        self.turns.add(took);
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

impl Histogram {
    pub(super) fn add(&mut self, took: Duration) {
        let tens = u64::try_from(took.as_micros() / 10).unwrap_or(u64::MAX);
        let class = (u64::BITS - tens.leading_zeros()) as usize;
        self.classes[class.min(self.classes.len() - 1)] += 1;
        self.count += 1;
        self.sum += took;
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

    pub(super) fn refuse(&mut self, reason: &'static str) {
        *self.refused.entry(reason).or_default() += 1;
    }
}
