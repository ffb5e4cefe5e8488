//! What transactions are told of each other: what each has touched, and what others have changed.

use std::collections::BTreeMap;

use super::{Snapshots, Transaction};
use crate::engine::head::Head;
use crate::engine::timeline::Epoch;
use crate::engine::{Common, Text};
use crate::query::{Operation, Query};

/// Changes of so few records are not swept.
const FEW: usize = 64;

/// How a transaction makes more of a database than its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum WholeDbWrite {
    /// It takes a backup.
    Saved,
    /// It leaves all that was there behind: it restores a backup, or empties the database.
    Left,
}

/// What was changed last when: changes are counted, so that a transaction needs to know only when it began.
#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct Changes {
    count: u64,
    /// Of which records.
    records: BTreeMap<Text, u64>,
    /// Of any record, of all at once, and of the backups.
    last: u64,
    all: u64,
    backups: u64,
    /// How many records were left when those were taken out that nobody asks for.
    left: usize,
}

impl Changes {
    /// How many there were.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    fn note(&mut self, change: WriteTarget<'_>) {
        self.count += 1;
        match change {
            WriteTarget::All => self.all = self.count,
            WriteTarget::Backups => self.backups = self.count,
            WriteTarget::Record(key) => {
                self.last = self.count;
                match self.records.get_mut(key) {
                    Some(last) => *last = self.count,
                    None => drop(self.records.insert(Text::new(key), self.count)),
                }
            }
        }
    }

    /// Once they have doubled: forgets what was changed before all that are open have begun.
    fn sweep(&mut self, open: &[Transaction]) {
        if self.records.len() <= 2 * self.left + FEW {
            return;
        }
        let first = open.iter().map(|transaction| transaction.since).min();
        self.records.retain(|_, last| Some(*last) > first && first.is_some());
        self.left = self.records.len();
    }

    /// Nobody asks for what was changed until now.
    pub(super) fn forget(&mut self) {
        *self = Self { count: self.count, ..Self::default() };
    }

    /// How many records are known to have changed.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }
}

/// What a write is about to change.
#[derive(Clone, Copy)]
pub(in crate::engine) enum WriteTarget<'c> {
    /// A record.
    Record(&'c str),
    /// All records.
    All,
    /// The backups.
    Backups,
}

impl Transaction {
    /// Has it read or written what another one has changed since it began?
    fn is_in_conflict(&self, changes: &Changes) -> bool {
        let Changes { records, last, all, backups, .. } = changes;
        let since = |change: &u64| self.since < *change;
        let touches = self.all || !self.touched.is_empty();
        (since(all) && touches)
            || (self.all && since(last))
            || (!self.whole_writes.is_empty() && (since(all) || since(backups)))
            || (since(last) && self.touched.keys().any(|key| records.get(key).is_some_and(since)))
    }

    /// Notes what a query reads or writes that is part of it.
    pub(super) fn touch_keys(&mut self, query: &Query<'_>) {
        if !is_of_records(query.operation()) {
            return;
        }
        let mut keys = 0;
        query.each_key(|key| {
            keys += 1;
            self.touch(Some(key), false);
        });
        if keys == 0 {
            self.touch(None, false);
        }
    }

    fn touch(&mut self, key: Option<&str>, writes: bool) {
        match key {
            None => self.all = true,
            Some(key) => match self.touched.get_mut(key) {
                Some(is_written) => *is_written |= writes,
                None => drop(self.touched.insert(Text::new(key), writes)),
            },
        }
    }
}

impl Common {
    /// Has the transaction at a place read or written what another one has changed since it began?
    pub(super) fn is_in_conflict(&self, place: usize) -> bool {
        self.transactions[place].is_in_conflict(&self.changes)
    }

    /// The transaction that a head is of.
    fn transaction(&mut self, head: &Head) -> Option<&mut Transaction> {
        head.transaction.map(|place| &mut self.transactions[place])
    }

    /// Notes that the transaction makes more of the database than its records.
    pub(in crate::engine) fn touch_whole(&mut self, head: &Head, how: WholeDbWrite) {
        if let Some(transaction) = self.transaction(head) {
            // Which came first, and which there were: that is at most two.
            if !transaction.whole_writes.contains(&how) {
                transaction.whole_writes.push(how);
            }
        }
    }

    /// Keeps the notes of an epoch that a backup closes, where a transaction may have to undo it.
    pub(in crate::engine) fn keep_closed(&mut self, head: &Head, notes: &[Text], epoch: Epoch) {
        if let Some(transaction) = self.transaction(head) {
            transaction.closed.extend(notes.iter().map(|note| (note.clone(), epoch)));
        }
    }

    /// May what only a backup closed at `epoch` sees be forgotten?
    pub(in crate::engine) fn is_seen_by_backups_only(&self, epoch: Epoch) -> bool {
        self.transactions.iter().all(|transaction| transaction.snapshot < epoch)
    }

    /// Is there a transaction that is open?
    #[inline]
    pub(in crate::engine) fn is_shared(&self) -> bool {
        !self.transactions.is_empty()
    }

    /// Takes out what was written since the last backup, or since ever. A transaction has noted all that it
    /// has written.
    pub(in crate::engine) fn written(&self, head: &mut Head) -> Vec<Text> {
        if head.is_inside() || !head.backups.is_empty() {
            return head.undo.take();
        }
        self.records.iter().map(|(key, _)| key.clone()).collect()
    }

    /// Undoes what the open epoch has written.
    pub(in crate::engine) fn undo_open(&mut self, head: &Head, written: Vec<Text>) {
        for key in written {
            if self.is_shared() && !head.is_inside() {
                self.preserve(&head.position, &key);
            }
            self.records.take(&key, head.position.open());
        }
    }

    /// Notes that something changes now, unless it is in a transaction.
    #[inline]
    pub(in crate::engine) fn note_moment_of_change(&mut self, head: &Head) {
        if !head.is_inside() {
            self.changed = self.clock.now();
        }
    }

    /// Tells the transactions of what is about to be changed.
    #[cold]
    pub(in crate::engine) fn note_change(&mut self, head: &Head, change: WriteTarget<'_>) {
        if let Some(transaction) = self.transaction(head) {
            if let WriteTarget::Record(key) = change {
                transaction.touch(Some(key), true);
            }
            return;
        }
        self.changed = self.clock.now();
        if let WriteTarget::Record(key) = change {
            self.preserve(&head.position, key);
        }
        self.tell(change);
    }

    /// Tells the transactions of a change.
    fn tell(&mut self, change: WriteTarget<'_>) {
        if self.is_shared() {
            self.changes.note(change);
            self.changes.sweep(&self.transactions);
        }
    }

    /// The epochs in which transactions are told what others change in the open one, which they see. They may have
    /// taken a backup there, and restore what has died since.
    pub(in crate::engine) fn told_of_open(&self, head: &Head) -> Vec<Epoch> {
        let open = head.position.open();
        let own = self.snapshots.iter().filter(|_| !head.is_inside());
        own.filter(|snapshots| snapshots.fork == open).filter_map(Snapshots::latest).collect()
    }

    /// Tells the other transactions which records one has written that has ended.
    pub(in crate::engine) fn tell_others(&mut self, touched: &BTreeMap<Text, bool>) {
        for (key, _) in touched.iter().filter(|(_, is_written)| **is_written) {
            self.tell(WriteTarget::Record(key));
        }
    }
}

/// Does an operation read or write records? Each is named, so that a new one is not left out of what conflicts.
fn is_of_records(operation: Operation) -> bool {
    match operation {
        Operation::Set
        | Operation::Get
        | Operation::Delete
        | Operation::Scan
        | Operation::ScanByPrefix
        | Operation::SetAt
        | Operation::SetAtWithTtl
        | Operation::DeleteAt
        | Operation::GetAt
        | Operation::ScanAt
        | Operation::ScanByPrefixAt
        | Operation::Backup
        | Operation::Restore
        | Operation::Forget
        | Operation::Put
        | Operation::PutWithTtl
        | Operation::GetOwn
        | Operation::DeleteRecord
        | Operation::ExistsRecord
        | Operation::Exists
        | Operation::Keys
        | Operation::Values
        | Operation::Items
        | Operation::Size
        | Operation::Clear
        | Operation::ExpireRecord
        | Operation::Expire
        | Operation::TtlOfRecord
        | Operation::TtlOf
        | Operation::PersistRecord
        | Operation::Persist
        | Operation::Append
        | Operation::Find => true,
        Operation::Tick
        | Operation::Begin
        | Operation::Commit
        | Operation::Rollback
        | Operation::Alias
        | Operation::Aliases
        | Operation::ResetAliases => false,
    }
}
