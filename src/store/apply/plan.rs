//! The plan of a call: what each of its queries means for the log, as far as that can be said before any is asked.
//!
//! Invariant: a query that the plan logs does in the database just what it does where the log alone is read.

use crate::query::{Access, Query};

/// What becomes of what a query writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LogPlan {
    /// It goes to the log.
    Log,
    /// It waits for the COMMIT of a transaction.
    Defer,
    /// It is rolled back before the call is over.
    Discard,
}

/// The plans of a row of queries; all behind the last are logged.
#[derive(Debug, Default)]
pub(super) struct LogPlans(Vec<LogPlan>);

/// Does this query leave something in the log?
pub(super) fn is_logged(query: &Query<'_>) -> bool {
    query.operation().access().is_logged()
}

impl LogPlans {
    /// Plans queries that end no transaction which others than they have begun.
    pub(super) fn of(queries: &[Query<'_>], mut is_open: bool, can_begin: bool) -> Self {
        let is_plain = |query: &Query<'_>| !query.operation().access().is_of_transactions();
        if !is_open && queries.iter().all(is_plain) {
            return Self::default();
        }
        let (mut plans, mut begun) = (Vec::with_capacity(queries.len()), 0);
        for query in queries {
            let access = query.operation().access();
            match access {
                Access::Begin if !is_open && can_begin => (is_open, begun) = (true, plans.len()),
                Access::Commit => {
                    decide(&mut plans[begun..], LogPlan::Log);
                    is_open = false;
                }
                Access::Rollback => {
                    decide(&mut plans[begun..], LogPlan::Discard);
                    is_open = false;
                }
                Access::Begin | Access::Read | Access::Write | Access::Alias => {}
            }
            plans.push(if is_open && access == Access::Write { LogPlan::Defer } else { LogPlan::Log });
        }
        Self(plans)
    }

    /// The plan of the query at a place.
    pub(super) fn get(&self, place: usize) -> LogPlan {
        self.0.get(place).copied().unwrap_or(LogPlan::Log)
    }
}

/// Decides what was deferred.
fn decide(plans: &mut [LogPlan], decision: LogPlan) {
    plans.iter_mut().filter(|plan| **plan == LogPlan::Defer).for_each(|plan| *plan = decision);
}

#[cfg(test)]
mod tests {
    use super::LogPlan::{Defer, Discard, Log};
    use super::*;
    use crate::query::Language;

    /// The plans of some queries, separated by semicolons.
    fn plans(queries: &str, is_open: bool) -> Vec<LogPlan> {
        let words: Vec<Vec<&str>> = queries.split("; ").map(|query| query.split(' ').collect()).collect();
        let parse = |words: &Vec<&'static str>| Language::records().parse(words).expect("a query");
        let words: Vec<Vec<&'static str>> =
            words.iter().map(|words| words.iter().map(|word| &*word.to_string().leak()).collect()).collect();
        let queries: Vec<_> = words.iter().map(parse).collect();
        let plans = LogPlans::of(&queries, is_open, true);
        (0..queries.len()).map(|place| plans.get(place)).collect()
    }

    #[test]
    fn what_a_transaction_writes_waits_for_its_end() {
        assert_eq!(plans("PUT a 1; GET a", false), [Log, Log]);
        assert_eq!(plans("BEGIN; PUT a 1; GET a; COMMIT; PUT a 2", false), [Log, Log, Log, Log, Log]);
        assert_eq!(plans("BEGIN; PUT a 1; ROLLBACK; PUT a 2", false), [Log, Discard, Log, Log]);
        assert_eq!(plans("PUT a 1; BEGIN; PUT a 2; BEGIN; PUT a 3", false), [Log, Log, Defer, Log, Defer]);
        assert_eq!(plans("PUT a 1; GET a; ALIAS p PUT", true), [Defer, Log, Log]);
    }
}
