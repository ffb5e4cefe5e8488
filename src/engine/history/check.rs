//! Whether versions stand in order, and whether what a search has found is true.

use super::History;
use crate::engine::invariant::{Found, ensure};
use crate::engine::timeline::{Epoch, Pasts};

impl<T> History<T> {
    pub(in crate::engine) fn check(&self, pasts: &Pasts<'_>) -> Found {
        let epochs: Vec<Epoch> = self.iter().map(|(epoch, _)| epoch).collect();
        ensure(epochs.is_sorted_by(|epoch, next| epoch < next), || format!("{epochs:?}"))?;
        let Some((from, found)) = self.memo.get() else { return Ok(()) };
        // Else an epoch may be opened that has this number and another past.
        ensure(from < self.epoch, || format!("a memo of {from:?} is not before {:?}", self.epoch))?;
        let holds = pasts.see(&epochs, from, found);
        ensure(holds, || format!("of {epochs:?} {from:?} does not see what the memo says: {found:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::timeline::{Position, Timeline};

    #[test]
    fn versions_out_of_order_and_false_memos_are_found() {
        let (mut timeline, mut at) = (Timeline::new(), Position::START);
        let savepoint = timeline.close(&mut at);
        let (first, open) = (Epoch::FIRST, at.open());
        let mut history = History::new(first, 'a');
        history.begin(open, 'b');
        let found = |history: &History<char>| history.check(&timeline.pasts([savepoint].into_iter()));
        history.memo.set(first, Some(first));
        assert_eq!(found(&history), Ok(()));
        history.memo.set(first, None);
        assert!(found(&history).is_err_and(|why| why.ends_with("the memo says: None")));
        history.memo.set(open, Some(open));
        assert!(found(&history).is_err_and(|why| why.contains("is not before")));
        history.older.push((open, 'c'));
        assert!(found(&history).is_err_and(|why| why.starts_with('[')));
    }
}
