//! The one table of operations: what can be asked. How a language spells it is what its forms say
//! ([`super::Language`]).
//!
//! A new operation is a row here, a method of the engine, a sentence of `explain`, and a form in each language that has
//! it; the compiler names every place that has to know it.

use super::operation::{Access, Word};
use super::pattern::{MatchMode, Pattern, SearchIn};
use super::word::{Cursor, FromWord, Part, RestorePoint};
use crate::time::{Time, Ttl};

operations! { 'a:
    // reads or writes, its name where no language is at hand, the query that it becomes, what it does
    Write "SET" Set { key: Key, field: Field, value: Value }
        "Puts a value into a field of a record. What the field held is replaced, its lifetime too.";

    Read "GET" Get { key: Key, field: Field }
        "Reads a field of a record.";

    Write "DELETE" Delete { key: Key, field: Field }
        "Removes a field. A record whose last live cell is gone is gone too.";

    Read "SCAN" Scan { key: Key }
        "Lists the live cells of a record in byte order of their fields.";

    Read "SCAN_BY_PREFIX" ScanByPrefix { key: Key, prefix: Prefix }
        "Lists the live cells whose field begins with the prefix; the empty prefix matches all.";

    Write "SET_AT" SetAt { key: Key, field: Field, value: Value, timestamp: Time }
        "SET at a moment. The cell is permanent.";

    Write "SET_AT_WITH_TTL" SetAtWithTtl { key: Key, field: Field, value: Value, timestamp: Time, ttl: Ttl }
        "SET at a moment, for a time: the cell is live from timestamp up to, not including, timestamp + ttl.";

    Write "DELETE_AT" DeleteAt { key: Key, field: Field, timestamp: Time }
        "DELETE at a moment. A cell that has expired by then counts as gone.";

    Read "GET_AT" GetAt { key: Key, field: Field, timestamp: Time }
        "GET at a moment.";

    Read "SCAN_AT" ScanAt { key: Key, timestamp: Time }
        "SCAN at a moment.";

    Read "SCAN_BY_PREFIX_AT" ScanByPrefixAt { key: Key, prefix: Prefix, timestamp: Time }
        "SCAN_BY_PREFIX at a moment.";

    Write "BACKUP" Backup { timestamp: Time }
        "Saves the whole database as it is at a moment.";

    Write "RESTORE" Restore { timestamp: Time, timestamp_to_restore: Moment }
        "Brings back the latest backup taken at or before timestamp_to_restore. Each cell has as much time left as it had at the backup. With no backup that early only the clock moves.";

    Read "TICK" Tick { timestamp: Time }
        "Moves the clock to a moment, and does nothing else. Under the free rule there is none to move.";

    Write "PUT" Put { key: Key, value: Value }
        "Sets a key's own value: that of the cell whose field is the empty string.";

    Write "PUT_WITH_TTL" PutWithTtl { key: Key, value: Value, ttl: Ttl }
        "PUT, for a time: the value is live from now up to, not including, now + ttl.";

    Read "GET" GetOwn { key: Key }
        "Reads a key's own value.";

    Write "DELETE" DeleteRecord { key: Key }
        "Removes a whole record: the key's own value and all its fields.";

    Read "EXISTS" ExistsRecord { key: Key }
        "Looks whether a record has a live cell.";

    Read "EXISTS" Exists { key: Key, field: Field }
        "Looks whether a cell is live, one with an empty value too.";

    Read "KEYS" Keys {}
        "Lists the keys of all records that have a live cell, in byte order.";

    Read "VALUES" Values {}
        "Lists the values of all live cells, in byte order of their keys and then of their fields.";

    Read "ITEMS" Items {}
        "Lists all live cells, in byte order of their keys and then of their fields. A key's own value has no point and no field.";

    Read "SIZE" Size {}
        "Counts the records that have a live cell.";

    Write "CLEAR" Clear {}
        "Empties the database. The clock and the backups stay, and any of these can be restored.";

    Write "FORGET" Forget { before: Moment }
        "Forgets the backups older than the latest one taken at or before a moment, so that RESTORE to that moment or any later one does what it did. The clock stays where it is.";

    Write "EXPIRE" ExpireRecord { key: Key, ttl: Ttl }
        "Gives every live cell of a record a new lifetime: from now up to, not including, now + ttl. With a ttl of 0 they are dead at once.";

    Write "EXPIRE" Expire { key: Key, field: Field, ttl: Ttl }
        "Gives a live cell a new lifetime, as EXPIRE of a record does.";

    Read "TTL" TtlOfRecord { key: Key }
        "Tells how long a record lives if nothing happens to it: as long as that cell of it which lives longest.";

    Read "TTL" TtlOf { key: Key, field: Field }
        "Tells how long a cell lives from now on.";

    Write "PERSIST" PersistRecord { key: Key }
        "Makes every live cell of a record permanent.";

    Write "PERSIST" Persist { key: Key, field: Field }
        "Makes a live cell permanent.";

    Write "APPEND" Append { key: Key, field: Field, item: Item }
        "Adds an item to a list, whose lifetime stays. A text is taken for a list of one; where there is no live cell, a permanent list begins.";

    Read "FIND" Find { what: SearchIn, how: MatchMode, pattern: Pattern }
        "Looks through the keys of all records with a live cell, the fields or the values of all live cells, for what matches: what is KEY, FIELD or VALUE. How is EXACT, LIKE (`*` is any run of characters, `?` is one, the whole text) or REGEX (a regular expression that matches anywhere).";

    Begin "BEGIN" Begin {}
        "Begins a transaction: what is written from now on is seen by this session alone.";

    Commit "COMMIT" Commit {}
        "Ends a transaction: what it has written takes effect as one. If another session has changed a record since BEGIN that the transaction has read or written, nothing does.";

    Rollback "ROLLBACK" Rollback {}
        "Ends a transaction: what it has written, backups too, is as if it had never been. Time stays where it is.";

    Alias "ALIAS" Alias { name: Name, operation: Operation }
        "Gives an operation another name, which stands for it from the next query on, in all its forms. Backups, transactions and CLEAR leave the names alone.";

    Read "ALIASES" Aliases {}
        "Lists the other names of operations, in the order in which they were given.";

    Alias "RESET_ALIASES" ResetAliases {}
        "Takes all other names of operations away.";
}
