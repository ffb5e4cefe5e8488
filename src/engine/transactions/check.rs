//! Whether transactions are as they must be.

use std::collections::BTreeSet;

use super::Transaction;
use crate::engine::Engine;
use crate::engine::invariant::{Found, ensure, hold};
use crate::engine::timeline::{Epoch, Position};

impl Engine {
    pub(in crate::engine) fn check_transactions(&self) -> Found {
        hold(
            self,
            &[
                ("a transaction has a number of its own, and a session one transaction", Self::identities),
                ("each has a head, which knows its place", Self::places),
                ("what a transaction has closed is recorded", Self::closed),
                ("what a transaction writes it has touched", Self::touched),
            ],
        )
    }

    fn identities(&self) -> Found {
        let mut numbers = BTreeSet::new();
        let mut sessions = BTreeSet::new();
        self.common.transactions.iter().try_for_each(|Transaction { number, session, .. }| {
            let is_new = numbers.insert(*number) && *number <= self.common.begun;
            let is_only = sessions.insert(session.as_ref().map(std::sync::Weak::as_ptr));
            ensure(is_new && is_only, || format!("{number} of {}", self.common.begun))
        })
    }

    fn places(&self) -> Found {
        let places: Vec<_> = self.heads.iter().map(|head| head.transaction).collect();
        let own = self.own.transaction;
        let holds = places.iter().copied().eq((0..self.common.transactions.len()).map(Some));
        ensure(holds && own.is_none(), || format!("{own:?} and {places:?}"))
    }

    /// Checks each transaction, with where it stands and the epochs of its own.
    fn each_transaction(&self, holds: impl Fn(&Transaction, &Position, &BTreeSet<Epoch>) -> Found) -> Found {
        let known = self.common.timeline.known(self.positions().chain([&self.own.position]));
        let own = |at: &Position| -> BTreeSet<Epoch> {
            let records = self.common.records.iter();
            let versions = records.flat_map(|(_, record)| record.iter().map(|(epoch, _)| epoch));
            versions.filter(|epoch| known.are_of(*epoch, at)).collect()
        };
        self.common.transactions.iter().zip(self.positions()).try_for_each(|(transaction, at)| {
            let why = |why| format!("transaction {}: {why}", transaction.number);
            holds(transaction, at, &own(at)).map_err(why)
        })
    }

    fn closed(&self) -> Found {
        self.each_transaction(|Transaction { closed, .. }, at, own| {
            let notes: BTreeSet<_> = closed.iter().map(|(key, epoch)| (key.as_str(), *epoch)).collect();
            self.common.records.iter().try_for_each(|(key, record)| {
                let closed = record.iter().map(|(epoch, _)| epoch);
                let mut closed = closed.filter(|epoch| own.contains(epoch) && *epoch != at.open());
                let missing = closed.find(|epoch| !notes.contains(&(key.as_str(), *epoch)));
                missing.map_or(Ok(()), |epoch| Err(format!("{key:?} is not, in {epoch:?}")))
            })
        })
    }

    fn touched(&self) -> Found {
        self.each_transaction(|transaction, _, own| {
            let mut written = self.common.records.iter().filter(|(_, record)| {
                let mut epochs = record.iter().map(|(epoch, _)| epoch);
                epochs.any(|epoch| epoch != transaction.first && own.contains(&epoch))
            });
            let missing = written.find(|(key, _)| transaction.touched.get(*key) != Some(&true));
            missing.map_or(Ok(()), |(key, _)| Err(format!("{key:?} is not")))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Session;
    use crate::engine::check::tests::{Break, assert_names, lived};

    #[test]
    fn each_invariant_of_transactions_can_be_found_broken() {
        let breaks: [Break<'_, Engine>; 4] = [
            ("a transaction has a number of its own, and a session one transaction", &|engine| {
                engine.common.begun = 0;
            }),
            ("each has a head, which knows its place", &|engine| engine.heads[0].transaction = Some(9)),
            ("what a transaction has closed is recorded", &|engine| {
                engine.common.transactions[0].closed.clear();
            }),
            ("what a transaction writes it has touched", &|engine| {
                engine.common.transactions[0].touched.clear();
            }),
        ];
        for (sentence, breaks) in breaks {
            let session = Session::new();
            let mut engine = lived(&session);
            breaks(&mut engine);
            assert_names(&engine.check_transactions(), sentence);
        }
    }
}
