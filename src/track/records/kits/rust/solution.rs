//! Your solution of the exercise "In-Memory Database": fill in the methods, level by level.
//!
//! Times and ttls go up to 2^64-1, so mind that a sum may pass the end. An answer is a text. Standard output belongs
//! to the judge: print with `eprintln!` or `dbg!`, never with `println!`.

#![allow(unused_variables)] // take this line away when the methods are filled in

/// The database. Keep all your data in it: every case gets a new one, from `Solution::default()`.
#[derive(Default)]
pub struct Solution {}

impl Solution {
    // Level 1: cells

    /// Puts a value into a field of a record. Answers "".
    pub fn set(&mut self, key: &str, field: &str, value: &str) -> String {
        todo!()
    }

    /// Answers the value, or "" if there is none.
    pub fn get(&mut self, key: &str, field: &str) -> String {
        todo!()
    }

    /// Removes a field. Answers "true" if it was there, else "false".
    pub fn delete(&mut self, key: &str, field: &str) -> String {
        todo!()
    }

    // Level 2: scans

    /// Answers "f1(v1), f2(v2)", in order of the fields, or "".
    pub fn scan(&mut self, key: &str) -> String {
        todo!()
    }

    /// The same for the fields that begin with the prefix.
    pub fn scan_by_prefix(&mut self, key: &str, prefix: &str) -> String {
        todo!()
    }

    // Level 3: time

    /// As `set`, at a moment. The cell is permanent.
    pub fn set_at(&mut self, key: &str, field: &str, value: &str, timestamp: u64) -> String {
        todo!()
    }

    /// As `set_at`, but the cell is live only before timestamp + ttl.
    pub fn set_at_with_ttl(
        &mut self,
        key: &str,
        field: &str,
        value: &str,
        timestamp: u64,
        ttl: u64,
    ) -> String {
        todo!()
    }

    /// As `get`, at a moment.
    pub fn get_at(&mut self, key: &str, field: &str, timestamp: u64) -> String {
        todo!()
    }

    /// As `delete`, at a moment. An expired cell answers "false".
    pub fn delete_at(&mut self, key: &str, field: &str, timestamp: u64) -> String {
        todo!()
    }

    /// As `scan`, at a moment.
    pub fn scan_at(&mut self, key: &str, timestamp: u64) -> String {
        todo!()
    }

    /// As `scan_by_prefix`, at a moment.
    pub fn scan_by_prefix_at(&mut self, key: &str, prefix: &str, timestamp: u64) -> String {
        todo!()
    }

    // Level 4: backups

    /// Saves the whole database. Answers how many records have a live cell.
    pub fn backup(&mut self, timestamp: u64) -> String {
        todo!()
    }

    /// Brings back the latest backup taken at or before `timestamp_to_restore`. Answers "".
    pub fn restore(&mut self, timestamp: u64, timestamp_to_restore: u64) -> String {
        todo!()
    }

    // Level 5: whole keys, lists, lifetimes, search. Beyond the exercise: if you practise for it, leave these alone.

    /// Moves the clock to a moment. All that follows, as it names none, happens then. Answers "".
    pub fn tick(&mut self, timestamp: u64) -> String {
        todo!()
    }

    /// Sets the key's own value, the cell whose field is the empty string. Answers "".
    pub fn put(&mut self, key: &str, value: &str) -> String {
        todo!()
    }

    /// As `put`, but the value is live only before now + ttl.
    pub fn put_with_ttl(&mut self, key: &str, value: &str, ttl: u64) -> String {
        todo!()
    }

    /// Answers the key's own value, or "" if there is none.
    pub fn get_own(&mut self, key: &str) -> String {
        todo!()
    }

    /// Removes a whole record. Answers "true" if one of its cells was live, else "false".
    pub fn delete_record(&mut self, key: &str) -> String {
        todo!()
    }

    /// Answers "true" if the record has a live cell, else "false".
    pub fn exists_record(&mut self, key: &str) -> String {
        todo!()
    }

    /// Answers "true" if the cell is live, also with an empty value, else "false".
    pub fn exists(&mut self, key: &str, field: &str) -> String {
        todo!()
    }

    /// Answers the keys of all records with a live cell, "k1, k2", in order, or "".
    pub fn keys(&mut self) -> String {
        todo!()
    }

    /// Answers the values of all live cells, "v1, v2", in order of their keys and then of their fields, or "".
    pub fn values(&mut self) -> String {
        todo!()
    }

    /// Answers all live cells, "k1(v1), k2.f2(v2)", in that order. A key's own value has no point and no field.
    pub fn items(&mut self) -> String {
        todo!()
    }

    /// Answers how many records have a live cell.
    pub fn size(&mut self) -> String {
        todo!()
    }

    /// Empties the database. The clock and the backups stay. Answers "".
    pub fn clear(&mut self) -> String {
        todo!()
    }

    /// Forgets the backups older than the latest one taken at or before a moment; moves no clock. Answers how many.
    pub fn forget(&mut self, before: u64) -> String {
        todo!()
    }

    /// Gives the live cells of a record a new end, now + ttl. Answers "true" if there were any, else "false".
    pub fn expire_record(&mut self, key: &str, ttl: u64) -> String {
        todo!()
    }

    /// The same for one cell.
    pub fn expire(&mut self, key: &str, field: &str, ttl: u64) -> String {
        todo!()
    }

    /// Answers how long the longest-lived cell has to live: a number, "permanent", or "" if none is live.
    pub fn ttl_of_record(&mut self, key: &str) -> String {
        todo!()
    }

    /// The same for one cell.
    pub fn ttl(&mut self, key: &str, field: &str) -> String {
        todo!()
    }

    /// Makes all live cells of a record permanent. Answers "true" if one was not, else "false".
    pub fn persist_record(&mut self, key: &str) -> String {
        todo!()
    }

    /// The same for one cell.
    pub fn persist(&mut self, key: &str, field: &str) -> String {
        todo!()
    }

    /// Adds to a list, which shows as "[a, b]". A text is a list of one. Answers how many items there are.
    pub fn append(&mut self, key: &str, field: &str, item: &str) -> String {
        todo!()
    }

    /// Finds a "KEY", "FIELD" or "VALUE" by "EXACT", "LIKE" or "REGEX": `rewind help FIND` tells more.
    pub fn find(&mut self, what: &str, how: &str, pattern: &str) -> String {
        todo!()
    }

    // Level 6: transactions and other names. A BATCH is taken apart for you, and an alias comes to the method of what
    // it stands for.

    /// Begins a transaction. Answers "true", or "false" if one is open.
    pub fn begin(&mut self) -> String {
        todo!()
    }

    /// Ends the transaction and keeps what it wrote. Answers "true", or "false" if none is open.
    pub fn commit(&mut self) -> String {
        todo!()
    }

    /// Ends the transaction and undoes what it wrote, backups too, but not time. Answers as `commit` does.
    pub fn rollback(&mut self) -> String {
        todo!()
    }

    /// Gives an operation another name. Answers "false" if the name is taken, or `operation` is not one.
    pub fn alias(&mut self, name: &str, operation: &str) -> String {
        todo!()
    }

    /// Answers all of them, "k: KEYS, v: VALUES", in the order they were given, or "".
    pub fn aliases(&mut self) -> String {
        todo!()
    }

    /// Takes all other names away. Answers "".
    pub fn reset_aliases(&mut self) -> String {
        todo!()
    }
}

/// Is this the name of an operation? No alias may have one, and nothing else may have an alias.
#[allow(dead_code)]
fn is_operation(name: &str) -> bool {
    let all = "
        SET GET DELETE SCAN SCAN_BY_PREFIX SET_AT SET_AT_WITH_TTL GET_AT DELETE_AT SCAN_AT
        SCAN_BY_PREFIX_AT BACKUP RESTORE TICK PUT PUT_WITH_TTL EXISTS KEYS VALUES ITEMS SIZE CLEAR FORGET
        EXPIRE TTL PERSIST APPEND FIND BEGIN COMMIT ROLLBACK BATCH ALIAS ALIASES RESET_ALIASES
    ";
    all.split_whitespace().any(|operation| operation == name)
}
