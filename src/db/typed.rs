//! A method for each operation, written once for all that can be asked.
//!
//! Invariant: a method asks the query of its own name and returns the reply; it decides nothing.

use super::answer::{Cell, Remaining};
use super::ask::Ask;
use super::entries::Entries;
use super::{Database, Error, InSession};
use crate::query::{MatchMode, Pattern, Query, RestorePoint, SearchIn};
use crate::time::{Time, Ttl};

/// The methods, for types that implement [`Ask`].
macro_rules! typed_methods {
    ($($type:ty),*) => {$(
        /// A method for each operation. Without a timestamp it happens now, under the free rule without regard to
        /// expiry; with one it fails with [`Error::Backwards`] where time would run backwards. On disk each may fail
        /// with [`Error::Store`].
        #[allow(clippy::missing_errors_doc, reason = "they are the same for all, and stand above")]
        impl $type {
            /// Puts a value into a field of a record. What the field held is replaced, its lifetime too.
            pub fn set(&mut self, key: &str, field: &str, value: &str) -> Result<(), Error> {
                self.ask(&Query::Set { key, field, value })
            }

            /// Reads a field of a record; a list as it is answered: `[a, b]`.
            pub fn get(&mut self, key: &str, field: &str) -> Result<Option<String>, Error> {
                self.ask(&Query::Get { key, field })
            }

            /// Reads a field of a record as a list; a text is a list of one.
            pub fn get_list(&mut self, key: &str, field: &str) -> Result<Option<Vec<String>>, Error> {
                self.ask(&Query::Get { key, field })
            }

            /// Removes a field; `true` if it was live.
            pub fn delete(&mut self, key: &str, field: &str) -> Result<bool, Error> {
                self.ask(&Query::Delete { key, field })
            }

            /// The live cells of a record, fields with values, in byte order of the fields.
            pub fn scan(&mut self, key: &str) -> Result<Entries<(String, String)>, Error> {
                self.ask(&Query::Scan { key })
            }

            /// Those whose field begins with the prefix.
            pub fn scan_by_prefix(
                &mut self,
                key: &str,
                prefix: &str,
            ) -> Result<Entries<(String, String)>, Error> {
                self.ask(&Query::ScanByPrefix { key, prefix })
            }

            /// [`Self::set`] at a moment.
            pub fn set_at(
                &mut self,
                key: &str,
                field: &str,
                value: &str,
                timestamp: impl Into<Time>,
            ) -> Result<(), Error> {
                self.ask(&Query::SetAt { key, field, value, timestamp: timestamp.into() })
            }

            /// [`Self::set`] at a moment, for a time: the cell is live up to, not including, `timestamp + ttl`.
            pub fn set_at_with_ttl(
                &mut self,
                key: &str,
                field: &str,
                value: &str,
                timestamp: impl Into<Time>,
                ttl: impl Into<Ttl>,
            ) -> Result<(), Error> {
                let (timestamp, ttl) = (timestamp.into(), ttl.into());
                self.ask(&Query::SetAtWithTtl { key, field, value, timestamp, ttl })
            }

            /// [`Self::delete`] at a moment.
            pub fn delete_at(
                &mut self,
                key: &str,
                field: &str,
                timestamp: impl Into<Time>,
            ) -> Result<bool, Error> {
                self.ask(&Query::DeleteAt { key, field, timestamp: timestamp.into() })
            }

            /// [`Self::get`] at a moment.
            pub fn get_at(
                &mut self,
                key: &str,
                field: &str,
                timestamp: impl Into<Time>,
            ) -> Result<Option<String>, Error> {
                self.ask(&Query::GetAt { key, field, timestamp: timestamp.into() })
            }

            /// [`Self::scan`] at a moment.
            pub fn scan_at(
                &mut self,
                key: &str,
                timestamp: impl Into<Time>,
            ) -> Result<Entries<(String, String)>, Error> {
                self.ask(&Query::ScanAt { key, timestamp: timestamp.into() })
            }

            /// [`Self::scan_by_prefix`] at a moment.
            pub fn scan_by_prefix_at(
                &mut self,
                key: &str,
                prefix: &str,
                timestamp: impl Into<Time>,
            ) -> Result<Entries<(String, String)>, Error> {
                self.ask(&Query::ScanByPrefixAt { key, prefix, timestamp: timestamp.into() })
            }

            /// Saves the whole database as it is at a moment; returns how many records have a live cell.
            pub fn backup(&mut self, timestamp: impl Into<Time>) -> Result<u64, Error> {
                self.ask(&Query::Backup { timestamp: timestamp.into() })
            }

            /// Brings back the latest backup taken at or before `to`. Each cell has as much time left at `timestamp`
            /// as it had at the backup. With no backup that early only the clock moves.
            pub fn restore(
                &mut self,
                timestamp: impl Into<Time>,
                to: impl Into<Time>,
            ) -> Result<(), Error> {
                let timestamp_to_restore = RestorePoint(to.into());
                self.ask(&Query::Restore { timestamp: timestamp.into(), timestamp_to_restore })
            }

            /// Moves the clock to a moment, and does nothing else.
            pub fn tick(&mut self, timestamp: impl Into<Time>) -> Result<(), Error> {
                self.ask(&Query::Tick { timestamp: timestamp.into() })
            }

            /// Sets a key's own value: that of the cell whose field is empty.
            pub fn put(&mut self, key: &str, value: &str) -> Result<(), Error> {
                self.ask(&Query::Put { key, value })
            }

            /// [`Self::put`], for a time: the value is live from now up to, not including, now + ttl.
            pub fn put_with_ttl(
                &mut self,
                key: &str,
                value: &str,
                ttl: impl Into<Ttl>,
            ) -> Result<(), Error> {
                self.ask(&Query::PutWithTtl { key, value, ttl: ttl.into() })
            }

            /// Reads a key's own value.
            pub fn get_own(&mut self, key: &str) -> Result<Option<String>, Error> {
                self.ask(&Query::GetOwn { key })
            }

            /// Removes a whole record; `true` if one of its cells was live.
            pub fn delete_record(&mut self, key: &str) -> Result<bool, Error> {
                self.ask(&Query::DeleteRecord { key })
            }

            /// Has the record a live cell?
            pub fn exists_record(&mut self, key: &str) -> Result<bool, Error> {
                self.ask(&Query::ExistsRecord { key })
            }

            /// Is the cell live?
            pub fn exists(&mut self, key: &str, field: &str) -> Result<bool, Error> {
                self.ask(&Query::Exists { key, field })
            }

            /// The keys of all records with a live cell, in byte order.
            pub fn keys(&mut self) -> Result<Entries<String>, Error> {
                self.ask(&Query::Keys {})
            }

            /// The values of all live cells, in byte order of their keys and then of their fields.
            pub fn values(&mut self) -> Result<Entries<String>, Error> {
                self.ask(&Query::Values {})
            }

            /// All live cells, in byte order of their keys and then of their fields.
            pub fn items(&mut self) -> Result<Entries<Cell>, Error> {
                self.ask(&Query::Items {})
            }

            /// How many records have a live cell.
            pub fn size(&mut self) -> Result<u64, Error> {
                self.ask(&Query::Size {})
            }

            /// Empties the database. The clock and the backups stay, and any of these can be restored.
            pub fn clear(&mut self) -> Result<(), Error> {
                self.ask(&Query::Clear {})
            }

            /// Forgets the backups older than the latest one taken at `before` or earlier, so that a restore to it or
            /// any later moment does what it did; how many.
            pub fn forget(&mut self, before: impl Into<Time>) -> Result<u64, Error> {
                self.ask(&Query::Forget { before: RestorePoint(before.into()) })
            }

            /// Gives every live cell of a record a new lifetime, from now on; `true` if there was one.
            pub fn expire_record(&mut self, key: &str, ttl: impl Into<Ttl>) -> Result<bool, Error> {
                self.ask(&Query::ExpireRecord { key, ttl: ttl.into() })
            }

            /// Gives a live cell a new lifetime, from now on; `true` if it was live.
            pub fn expire(&mut self, key: &str, field: &str, ttl: impl Into<Ttl>) -> Result<bool, Error> {
                self.ask(&Query::Expire { key, field, ttl: ttl.into() })
            }

            /// How long a record lives if nothing happens to it: as long as that cell of it which lives longest.
            pub fn ttl_of_record(&mut self, key: &str) -> Result<Remaining, Error> {
                self.ask(&Query::TtlOfRecord { key })
            }

            /// How long a cell lives from now on.
            pub fn ttl(&mut self, key: &str, field: &str) -> Result<Remaining, Error> {
                self.ask(&Query::TtlOf { key, field })
            }

            /// Makes every live cell of a record permanent; `true` if the lifetime of one would have ended.
            pub fn persist_record(&mut self, key: &str) -> Result<bool, Error> {
                self.ask(&Query::PersistRecord { key })
            }

            /// Makes a live cell permanent; `true` if its lifetime would have ended.
            pub fn persist(&mut self, key: &str, field: &str) -> Result<bool, Error> {
                self.ask(&Query::Persist { key, field })
            }

            /// Adds an item to a list, whose lifetime stays; returns how many items there are then. A text is taken
            /// for a list of one; where there is no live cell, a permanent list begins.
            pub fn append(&mut self, key: &str, field: &str, item: &str) -> Result<u64, Error> {
                self.ask(&Query::Append { key, field, item })
            }

            /// The keys that match, of records with a live cell. A pattern that is none is an [`Error::Pattern`].
            pub fn find_keys(&mut self, mode: MatchMode, pattern: &str) -> Result<Entries<String>, Error> {
                let pattern = Pattern::new(pattern, mode)?;
                self.ask(&Query::Find { what: SearchIn::Key, how: mode, pattern })
            }

            /// The live cells whose field matches, as keys with fields.
            pub fn find_fields(
                &mut self,
                mode: MatchMode,
                pattern: &str,
            ) -> Result<Entries<(String, String)>, Error> {
                let pattern = Pattern::new(pattern, mode)?;
                self.ask(&Query::Find { what: SearchIn::Field, how: mode, pattern })
            }

            /// The live cells whose value matches.
            pub fn find_values(&mut self, mode: MatchMode, pattern: &str) -> Result<Entries<Cell>, Error> {
                let pattern = Pattern::new(pattern, mode)?;
                self.ask(&Query::Find { what: SearchIn::Value, how: mode, pattern })
            }

            /// Gives an operation another name for [`Database::query`]; `false` if the name is taken or there is no
            /// such operation.
            pub fn alias(&mut self, name: &str, operation: &str) -> Result<bool, Error> {
                self.ask(&Query::Alias { name, operation })
            }

            /// Takes all other names of operations away.
            pub fn reset_aliases(&mut self) -> Result<(), Error> {
                self.ask(&Query::ResetAliases {})
            }
        }
    )*};
}

typed_methods!(Database, InSession<'_>);
