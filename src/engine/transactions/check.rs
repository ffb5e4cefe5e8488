//! Whether transactions are as they must be; and who has a present of a database.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{KeptPresent, Transaction};
use crate::engine::Engine;
use crate::engine::backups::Backups;
use crate::engine::invariant::{Found, ensure, hold};
use crate::engine::live::Live;
use crate::engine::timeline::{Epoch, Head, Known, Timeline};
use crate::engine::undo::UndoLog;

/// The present as the database or a transaction has it, whoever was asked last.
pub(in crate::engine) struct Present<'e> {
    /// Of a transaction: its number.
    number: Option<u64>,
    pub(in crate::engine) timeline: Cow<'e, Timeline>,
    pub(in crate::engine) shift: u64,
    pub(in crate::engine) live: &'e Live,
    pub(in crate::engine) undo: &'e UndoLog,
    pub(in crate::engine) backups: &'e Backups,
}

impl Present<'_> {
    pub(in crate::engine) fn is_transaction(&self) -> bool {
        self.number.is_some()
    }

    pub(in crate::engine) fn who(&self) -> String {
        self.number.map_or_else(|| "the database".to_owned(), |number| format!("transaction {number}"))
    }
}

impl Engine {
    /// Everybody's present.
    pub(in crate::engine) fn presents(&self) -> Vec<Present<'_>> {
        let asked = Present {
            number: self.inside.map(|place| self.transactions[place].number),
            timeline: Cow::Borrowed(&self.timeline),
            shift: self.shift,
            live: &self.live,
            undo: &self.undo,
            backups: &self.backups,
        };
        let kept = self.transactions.iter().enumerate().map(|(place, Transaction { other, number, .. })| {
            let mut timeline = self.timeline.clone();
            let KeptPresent { at, shift, live, undo, backups } = other;
            timeline.swap(&mut at.clone());
            // The one that is asked keeps the database's.
            let number = Some(*number).filter(|_| self.inside != Some(place));
            Present { number, timeline: Cow::Owned(timeline), shift: *shift, live, undo, backups }
        });
        kept.chain([asked]).collect()
    }

    /// The epochs that are in a branch.
    pub(in crate::engine) fn known_epochs(&self) -> Known {
        self.timeline.known(self.heads())
    }

    pub(in crate::engine) fn check_timeline(&self) -> Found {
        self.timeline.check(self.heads())
    }

    pub(in crate::engine) fn check_transactions(&self) -> Found {
        hold(
            self,
            &[
                ("a transaction has a number of its own, and a session one transaction", Self::identities),
                ("the one that is asked is open", Self::asked),
                ("what a transaction has closed is recorded", Self::closed),
                ("what a transaction writes it has touched", Self::touched),
            ],
        )
    }

    fn identities(&self) -> Found {
        let mut numbers = BTreeSet::new();
        let mut sessions = BTreeSet::new();
        self.transactions.iter().try_for_each(|Transaction { number, session, .. }| {
            let is_new = numbers.insert(*number) && *number <= self.begun;
            let is_only = sessions.insert(session.as_ref().map(std::sync::Weak::as_ptr));
            ensure(is_new && is_only, || format!("{number} of {}", self.begun))
        })
    }

    fn asked(&self) -> Found {
        ensure(self.inside.is_none_or(|place| place < self.transactions.len()), || {
            format!("{:?} of {} is", self.inside, self.transactions.len())
        })
    }

    /// Checks each transaction, with where it stands and the epochs of its own.
    fn each_transaction(&self, holds: impl Fn(&Transaction, &Head, &BTreeSet<Epoch>) -> Found) -> Found {
        let known = self.known_epochs();
        let own = |head: &Head| -> BTreeSet<Epoch> {
            let versions = self.records.iter().flat_map(|(_, record)| record.iter().map(|(epoch, _)| epoch));
            versions.filter(|epoch| known.are_of(*epoch, head)).collect()
        };
        self.transactions.iter().enumerate().try_for_each(|(place, transaction)| {
            let is_asked = self.inside == Some(place);
            let head = if is_asked { self.timeline.head() } else { &transaction.other.at };
            let why = |why| format!("transaction {}: {why}", transaction.number);
            holds(transaction, head, &own(head)).map_err(why)
        })
    }

    fn closed(&self) -> Found {
        self.each_transaction(|Transaction { closed, .. }, head, own| {
            let notes: BTreeSet<_> = closed.iter().map(|(key, epoch)| (key.as_str(), *epoch)).collect();
            self.records.iter().try_for_each(|(key, record)| {
                let closed = record.iter().map(|(epoch, _)| epoch);
                let mut closed = closed.filter(|epoch| own.contains(epoch) && *epoch != head.open());
                let missing = closed.find(|epoch| !notes.contains(&(key.as_str(), *epoch)));
                missing.map_or(Ok(()), |epoch| Err(format!("{key:?} is not, in {epoch:?}")))
            })
        })
    }

    fn touched(&self) -> Found {
        self.each_transaction(|transaction, _, own| {
            let mut written = self.records.iter().filter(|(_, record)| {
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
                engine.begun = 0;
            }),
            ("the one that is asked is open", &|engine| engine.inside = Some(9)),
            ("what a transaction has closed is recorded", &|engine| engine.transactions[0].closed.clear()),
            ("what a transaction writes it has touched", &|engine| engine.transactions[0].touched.clear()),
        ];
        for (sentence, breaks) in breaks {
            let session = Session::new();
            let mut engine = lived(&session);
            breaks(&mut engine);
            assert_names(&engine.check_transactions(), sentence);
        }
    }
}
