//! A method for each operation: tests/printed prints them from the table of operations.

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use rewinddb::query::{Query, RestorePoint};
use rewinddb::time::{Time, Ttl};
use rewinddb::wire::Term;

use crate::convert::Milliseconds;
use crate::database::{Answered, Database};

#[pymethods]
#[rustfmt::skip]
impl Database {
    /// SET key field value: Puts a value into a field of a record. What the field held is replaced, its lifetime too.
    /// SET_AT key field value timestamp: SET at a moment. The cell is permanent.
    /// SET_AT_WITH_TTL key field value timestamp ttl: SET at a moment, for a time: the cell is live from timestamp up to, not including, timestamp + ttl.
    #[pyo3(signature = (key, field, value, *, at=None, ttl=None))]
    fn set<'py>(
        &self,
        py: Python<'py>,
        key: PyBackedStr,
        field: PyBackedStr,
        value: PyBackedStr,
        at: Option<Milliseconds>,
        ttl: Option<Milliseconds>,
    ) -> Answered<'py> {
        self.ask_at(py, "set(key, field, value) or set(key, field, value, at=) or set(key, field, value, at=, ttl=)", |now| {
            Some(match (at, ttl,) {
                (None, None,) => Query::Set { key: &key, field: &field, value: &value },
                (Some(at), None,) => Query::SetAt { key: &key, field: &field, value: &value, timestamp: Time(at.0) },
                (None, Some(ttl),) => Query::SetAtWithTtl { key: &key, field: &field, value: &value, timestamp: now, ttl: Ttl(ttl.0) },
                (Some(at), Some(ttl),) => Query::SetAtWithTtl { key: &key, field: &field, value: &value, timestamp: Time(at.0), ttl: Ttl(ttl.0) },
            })
        })
    }

    /// GET key field: Reads a field of a record.
    /// GET_AT key field timestamp: GET at a moment.
    /// GET key: Reads a key's own value.
    #[pyo3(signature = (key, field=None, *, at=None))]
    fn get<'py>(
        &self,
        py: Python<'py>,
        key: PyBackedStr,
        field: Option<PyBackedStr>,
        at: Option<Milliseconds>,
    ) -> Answered<'py> {
        self.ask_at(py, "get(key, field) or get(key, field, at=) or get(key)", |_| {
            Some(match (field.as_deref(), at,) {
                (None, None,) => Query::GetOwn { key: &key },
                (Some(field), None,) => Query::Get { key: &key, field },
                (Some(field), Some(at),) => Query::GetAt { key: &key, field, timestamp: Time(at.0) },
                _ => return None,
            })
        })
    }

    /// DELETE key field: Removes a field. A record whose last live cell is gone is gone too.
    /// DELETE_AT key field timestamp: DELETE at a moment. A cell that has expired by then counts as gone.
    /// DELETE key: Removes a whole record: the key's own value and all its fields.
    #[pyo3(signature = (key, field=None, *, at=None))]
    fn delete<'py>(
        &self,
        py: Python<'py>,
        key: PyBackedStr,
        field: Option<PyBackedStr>,
        at: Option<Milliseconds>,
    ) -> Answered<'py> {
        self.ask_at(py, "delete(key, field) or delete(key, field, at=) or delete(key)", |_| {
            Some(match (field.as_deref(), at,) {
                (None, None,) => Query::DeleteRecord { key: &key },
                (Some(field), None,) => Query::Delete { key: &key, field },
                (Some(field), Some(at),) => Query::DeleteAt { key: &key, field, timestamp: Time(at.0) },
                _ => return None,
            })
        })
    }

    /// SCAN key: Lists the live cells of a record in byte order of their fields.
    /// SCAN_BY_PREFIX key prefix: Lists the live cells whose field begins with the prefix; the empty prefix matches all.
    /// SCAN_AT key timestamp: SCAN at a moment.
    /// SCAN_BY_PREFIX_AT key prefix timestamp: SCAN_BY_PREFIX at a moment.
    #[pyo3(signature = (key, prefix=None, *, at=None))]
    fn scan<'py>(
        &self,
        py: Python<'py>,
        key: PyBackedStr,
        prefix: Option<PyBackedStr>,
        at: Option<Milliseconds>,
    ) -> Answered<'py> {
        self.ask_at(py, "scan(key) or scan(key, prefix) or scan(key, at=) or scan(key, prefix, at=)", |_| {
            Some(match (prefix.as_deref(), at,) {
                (None, None,) => Query::Scan { key: &key },
                (Some(prefix), None,) => Query::ScanByPrefix { key: &key, prefix },
                (None, Some(at),) => Query::ScanAt { key: &key, timestamp: Time(at.0) },
                (Some(prefix), Some(at),) => Query::ScanByPrefixAt { key: &key, prefix, timestamp: Time(at.0) },
            })
        })
    }

    /// BACKUP timestamp: Saves the whole database as it is at a moment.
    #[pyo3(signature = (at=None))]
    fn backup<'py>(&self, py: Python<'py>, at: Option<Milliseconds>) -> Answered<'py> {
        self.ask_at(py, "backup(at)", |now| {
            Some(match (at,) {
                (None,) => Query::Backup { timestamp: now },
                (Some(at),) => Query::Backup { timestamp: Time(at.0) },
            })
        })
    }

    /// RESTORE timestamp timestamp_to_restore: Brings back the latest backup taken at or before timestamp_to_restore. Each cell has as much time left as it had at the backup. With no backup that early only the clock moves.
    #[pyo3(signature = (*, to, at=None))]
    fn restore<'py>(&self, py: Python<'py>, to: Milliseconds, at: Option<Milliseconds>) -> Answered<'py> {
        self.ask_at(py, "restore(to=, at=)", |now| {
            Some(match (at,) {
                (None,) => Query::Restore { timestamp: now, timestamp_to_restore: RestorePoint(Time(to.0)) },
                (Some(at),) => Query::Restore { timestamp: Time(at.0), timestamp_to_restore: RestorePoint(Time(to.0)) },
            })
        })
    }

    /// TICK timestamp: Moves the clock to a moment, and does nothing else. Under the free rule there is none to move.
    #[pyo3(signature = (at))]
    fn tick<'py>(&self, py: Python<'py>, at: Milliseconds) -> Answered<'py> {
        self.ask_at(py, "", |_| Some(Query::Tick { timestamp: Time(at.0) }))
    }

    /// PUT key value: Sets a key's own value: that of the cell whose field is the empty string.
    /// PUT_WITH_TTL key value ttl: PUT, for a time: the value is live from now up to, not including, now + ttl.
    #[pyo3(signature = (key, value, *, ttl=None))]
    fn put<'py>(
        &self,
        py: Python<'py>,
        key: PyBackedStr,
        value: PyBackedStr,
        ttl: Option<Milliseconds>,
    ) -> Answered<'py> {
        self.ask_at(py, "put(key, value) or put(key, value, ttl=)", |_| {
            Some(match (ttl,) {
                (None,) => Query::Put { key: &key, value: &value },
                (Some(ttl),) => Query::PutWithTtl { key: &key, value: &value, ttl: Ttl(ttl.0) },
            })
        })
    }

    /// EXISTS key: Looks whether a record has a live cell.
    /// EXISTS key field: Looks whether a cell is live, one with an empty value too.
    #[pyo3(signature = (key, field=None))]
    fn exists<'py>(&self, py: Python<'py>, key: PyBackedStr, field: Option<PyBackedStr>) -> Answered<'py> {
        self.ask_at(py, "exists(key) or exists(key, field)", |_| {
            Some(match (field.as_deref(),) {
                (None,) => Query::ExistsRecord { key: &key },
                (Some(field),) => Query::Exists { key: &key, field },
            })
        })
    }

    /// KEYS: Lists the keys of all records that have a live cell, in byte order.
    #[pyo3(signature = ())]
    fn keys<'py>(&self, py: Python<'py>) -> Answered<'py> {
        self.ask_at(py, "", |_| Some(Query::Keys {  }))
    }

    /// VALUES: Lists the values of all live cells, in byte order of their keys and then of their fields.
    #[pyo3(signature = ())]
    fn values<'py>(&self, py: Python<'py>) -> Answered<'py> {
        self.ask_at(py, "", |_| Some(Query::Values {  }))
    }

    /// ITEMS: Lists all live cells, in byte order of their keys and then of their fields. A key's own value has no point and no field.
    #[pyo3(signature = ())]
    fn items<'py>(&self, py: Python<'py>) -> Answered<'py> {
        self.ask_at(py, "", |_| Some(Query::Items {  }))
    }

    /// SIZE: Counts the records that have a live cell.
    #[pyo3(signature = ())]
    fn size<'py>(&self, py: Python<'py>) -> Answered<'py> {
        self.ask_at(py, "", |_| Some(Query::Size {  }))
    }

    /// CLEAR: Empties the database. The clock and the backups stay, and any of these can be restored.
    #[pyo3(signature = ())]
    fn clear<'py>(&self, py: Python<'py>) -> Answered<'py> {
        self.ask_at(py, "", |_| Some(Query::Clear {  }))
    }

    /// FORGET before: Forgets the backups older than the latest one taken at or before a moment, so that RESTORE to that moment or any later one does what it did. The clock stays where it is.
    #[pyo3(signature = (before))]
    fn forget<'py>(&self, py: Python<'py>, before: Milliseconds) -> Answered<'py> {
        self.ask_at(py, "", |_| Some(Query::Forget { before: RestorePoint(Time(before.0)) }))
    }

    /// EXPIRE key ttl: Gives every live cell of a record a new lifetime: from now up to, not including, now + ttl. With a ttl of 0 they are dead at once.
    /// EXPIRE key field ttl: Gives a live cell a new lifetime, as EXPIRE of a record does.
    #[pyo3(signature = (key, field=None, *, ttl))]
    fn expire<'py>(
        &self,
        py: Python<'py>,
        key: PyBackedStr,
        field: Option<PyBackedStr>,
        ttl: Milliseconds,
    ) -> Answered<'py> {
        self.ask_at(py, "expire(key, ttl=) or expire(key, field, ttl=)", |_| {
            Some(match (field.as_deref(),) {
                (None,) => Query::ExpireRecord { key: &key, ttl: Ttl(ttl.0) },
                (Some(field),) => Query::Expire { key: &key, field, ttl: Ttl(ttl.0) },
            })
        })
    }

    /// TTL key: Tells how long a record lives if nothing happens to it: as long as that cell of it which lives longest.
    /// TTL key field: Tells how long a cell lives from now on.
    #[pyo3(signature = (key, field=None))]
    fn ttl<'py>(&self, py: Python<'py>, key: PyBackedStr, field: Option<PyBackedStr>) -> Answered<'py> {
        self.ask_at(py, "ttl(key) or ttl(key, field)", |_| {
            Some(match (field.as_deref(),) {
                (None,) => Query::TtlOfRecord { key: &key },
                (Some(field),) => Query::TtlOf { key: &key, field },
            })
        })
    }

    /// PERSIST key: Makes every live cell of a record permanent.
    /// PERSIST key field: Makes a live cell permanent.
    #[pyo3(signature = (key, field=None))]
    fn persist<'py>(&self, py: Python<'py>, key: PyBackedStr, field: Option<PyBackedStr>) -> Answered<'py> {
        self.ask_at(py, "persist(key) or persist(key, field)", |_| {
            Some(match (field.as_deref(),) {
                (None,) => Query::PersistRecord { key: &key },
                (Some(field),) => Query::Persist { key: &key, field },
            })
        })
    }

    /// APPEND key field item: Adds an item to a list, whose lifetime stays. A text is taken for a list of one; where there is no live cell, a permanent list begins.
    #[pyo3(signature = (key, field, item))]
    fn append<'py>(
        &self,
        py: Python<'py>,
        key: PyBackedStr,
        field: PyBackedStr,
        item: PyBackedStr,
    ) -> Answered<'py> {
        self.ask_at(py, "", |_| Some(Query::Append { key: &key, field: &field, item: &item }))
    }

    /// FIND what how pattern: Looks through the keys of all records with a live cell, the fields or the values of all live cells, for what matches: what is KEY, FIELD or VALUE. How is EXACT, LIKE (`*` is any run of characters, `?` is one, the whole text) or REGEX (a regular expression that matches anywhere).
    #[pyo3(signature = (what, how, pattern))]
    fn find<'py>(
        &self,
        py: Python<'py>,
        what: PyBackedStr,
        how: PyBackedStr,
        pattern: PyBackedStr,
    ) -> Answered<'py> {
        self.ask_words(py, &[Term::from("FIND"), Term::from(&*what), Term::from(&*how), Term::from(&*pattern)])
    }

    /// ALIAS name operation: Gives an operation another name, which stands for it from the next query on, in all its forms. Backups, transactions and CLEAR leave the names alone.
    #[pyo3(signature = (name, operation))]
    fn alias<'py>(&self, py: Python<'py>, name: PyBackedStr, operation: PyBackedStr) -> Answered<'py> {
        self.ask_at(py, "", |_| Some(Query::Alias { name: &name, operation: &operation }))
    }

    /// ALIASES: Lists the other names of operations, in the order in which they were given.
    #[pyo3(signature = ())]
    fn aliases<'py>(&self, py: Python<'py>) -> Answered<'py> {
        self.ask_at(py, "", |_| Some(Query::Aliases {  }))
    }

    /// RESET_ALIASES: Takes all other names of operations away.
    #[pyo3(signature = ())]
    fn reset_aliases<'py>(&self, py: Python<'py>) -> Answered<'py> {
        self.ask_at(py, "", |_| Some(Query::ResetAliases {  }))
    }
}
// end
