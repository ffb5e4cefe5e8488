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
    matches!(query.row().access, Access::Write | Access::Language)
}

/// What becomes of what each query writes, with those of batches one by one; of all behind the last it is logged.
pub(super) fn fates(queries: &[Query<'_>], mut is_open: bool, can_begin: bool) -> Vec<Fate> {
    let is_plain =
        |query: &Query<'_>| !matches!(query.row().access, Access::Begin | Access::Commit | Access::Rollback);
    if !is_open && queries.iter().all(is_plain) {
        return Vec::new();
    }
    let (mut fates, mut begun) = (Vec::new(), 0);
    for query in queries.iter().flat_map(Query::asked) {
        let access = query.row().access;
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
            _ => {}
        }
        fates.push(if is_open && access == Access::Write { Fate::Asked } else { Fate::Logged });
    }
    fates
}

fn settle(fates: &mut [Fate], fate: Fate) {
    fates.iter_mut().filter(|waiting| **waiting == Fate::Asked).for_each(|waiting| *waiting = fate);
}
