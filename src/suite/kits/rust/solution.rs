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
}
