//! Whether transactions are as they must be.

use std::collections::BTreeSet;

use super::snapshots::Snapshot;
use super::{Snapshots, Transaction};
use crate::engine::invariant::{Found, ensure, hold};
use crate::engine::timeline::{Epoch, Known, Position};
use crate::engine::{Common, Engine};

impl Engine {
    pub(in crate::engine) fn check_transactions(&self) -> Found {
        hold(
            self,
            &[
                ("a transaction has a number of its own, and a session one transaction", Self::identities),
                ("each has a head, which knows its place", Self::places),
                ("what a transaction has closed is recorded", Self::closed),
                ("what a transaction writes it has touched", Self::touched),
                ("snapshots stand in order, and each has transactions", Self::snapshots),
                ("what is in a snapshot is recorded", Self::preserved),
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

    fn known(&self) -> Known {
        self.common.timeline.known(self.positions().chain([&self.own.position]))
    }

    /// Checks each transaction, with where it stands and the epochs of its own.
    fn each_transaction(&self, holds: impl Fn(&Transaction, &Position, &BTreeSet<Epoch>) -> Found) -> Found {
        let known = self.known();
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

    fn snapshots(&self) -> Found {
        let Common { snapshots, transactions, .. } = &self.common;
        let mut seen: Vec<_> = transactions.iter().map(|transaction| transaction.snapshot).collect();
        seen.sort_unstable();
        seen.dedup();
        let mut known: Vec<_> =
            snapshots.iter().flat_map(|one| one.all.iter().map(|one| one.epoch)).collect();
        known.sort_unstable();
        ensure(known == seen, || format!("{known:?} are, {seen:?} are seen"))?;
        let in_order = |one: &Snapshots| one.all.is_sorted_by(|one, next| one.epoch > next.epoch);
        let unordered = snapshots.iter().find(|one| !in_order(one) || one.all.is_empty());
        unordered.map_or(Ok(()), |one| Err(format!("{one:?}")))
    }

    fn preserved(&self) -> Found {
        let known = self.known();
        self.common.snapshots.iter().try_for_each(|snapshots| {
            let changed =
                |one: &Snapshot| one.changed.iter().map(|key| (key.clone(), one.epoch)).collect::<Vec<_>>();
            let notes: BTreeSet<_> = snapshots.all.iter().flat_map(changed).collect();
            self.common.records.iter().try_for_each(|(key, record)| {
                let epochs = record.iter().map(|(epoch, _)| epoch);
                let mut epochs = epochs.filter(|epoch| known.are_of_snapshots(*epoch, &snapshots.epochs));
                let missing = epochs.find(|epoch| !notes.contains(&(key.clone(), *epoch)));
                missing.map_or(Ok(()), |epoch| Err(format!("{key:?} is not, in {epoch:?}")))
            })
        })
    }

    fn touched(&self) -> Found {
        self.each_transaction(|transaction, _, own| {
            let mut written = self.common.records.iter().filter(|(_, record)| {
                let mut epochs = record.iter().map(|(epoch, _)| epoch);
                epochs.any(|epoch| own.contains(&epoch))
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
        let breaks: [Break<'_, Engine>; 6] = [
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
            ("snapshots stand in order, and each has transactions", &|engine| {
                engine.common.snapshots.clear();
            }),
            ("what is in a snapshot is recorded", &|engine| {
                engine.common.snapshots[0].all[0].changed.clear();
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
