//! Which of the queries of a call go to the log, as far as that can be told before they are asked.

use crate::query::{Access, Query};

/// What becomes of what a query writes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It goes to the log.
    Logged,
    /// It waits for the COMMIT of a transaction.
    Asked,
    /// It is rolled back before the call is over.
    Gone,
}

/// Does this query leave something in the log?
pub(super) fn writes(query: &Query<'_>) -> bool {
    query.operation().access().is_logged()
}

/// What becomes of what each query writes, with those of batches one by one; of all behind the last it is logged.
pub(super) fn fates(queries: &[Query<'_>], mut is_open: bool, can_begin: bool) -> Vec<Fate> {
    let is_plain = |query: &Query<'_>| !query.operation().access().is_of_transactions();
    if !is_open && queries.iter().all(is_plain) {
        return Vec::new();
    }
    let (mut fates, mut begun) = (Vec::new(), 0);
    for query in queries {
        let access = query.operation().access();
        match access {
            Access::Begin if !is_open && can_begin => (is_open, begun) = (true, fates.len()),
            Access::Commit => {
                settle(&mut fates[begun..], Fate::Logged);
                is_open = false;
            }
            Access::Rollback => {
                settle(&mut fates[begun..], Fate::Gone);
                is_open = false;
            }
            Access::Begin | Access::Read | Access::Write | Access::Alias => {}
        }
        fates.push(if is_open && access == Access::Write { Fate::Asked } else { Fate::Logged });
    }
    fates
}

fn settle(fates: &mut [Fate], fate: Fate) {
    fates.iter_mut().filter(|waiting| **waiting == Fate::Asked).for_each(|waiting| *waiting = fate);
}
