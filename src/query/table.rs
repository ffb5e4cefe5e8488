//! The one table of operations. The parser, the way back to words, `rewind help`, the level gate and the tables
//! in LEVELS.md are all read from it: a new operation is a new row here and a method of the engine.

use super::Level;
use super::pattern::{How, Pattern, Sought};
use super::row::{Access, Example, Row};
use super::word::{FromWord, Part, Queries, RestorePoint, Word};
use crate::time::{Time, Ttl};

operations! { 'a:
    // level, reads or writes, name, the query it becomes with words that live for 'a
    1 Write "SET" Set { key: &'a str, field: &'a str, value: &'a str }
        does "Puts a value into a field of a record. What the field held is replaced, its lifetime too."
        answers "the empty text"
        example ["SET A B C", "GET A B"] => "C";

    1 Read "GET" Get { key: &'a str, field: &'a str }
        does "Reads a field of a record."
        answers "the value, or the empty text if there is no live cell"
        example ["SET A B C", "GET A X"] => "";

    1 Write "DELETE" Delete { key: &'a str, field: &'a str }
        does "Removes a field. A record whose last live cell is gone is gone too."
        answers "`true` if a live cell was removed, else `false`"
        example ["SET A B C", "DELETE A B"] => "true";

    2 Read "SCAN" Scan { key: &'a str }
        does "Lists the live cells of a record in byte order of their fields."
        answers "`f1(v1), f2(v2)`, or the empty text if there are none"
        example ["SET A b 1", "SET A B 2", "SCAN A"] => "B(2), b(1)";

    2 Read "SCAN_BY_PREFIX" ScanByPrefix { key: &'a str, prefix: &'a str }
        does "Lists the live cells whose field begins with the prefix; the empty prefix matches all."
        answers "as SCAN"
        example ["SET A f10 1", "SET A f2 2", "SET A g 3", "SCAN_BY_PREFIX A f"] => "f10(1), f2(2)";

    3 Write "SET_AT" SetAt { key: &'a str, field: &'a str, value: &'a str, timestamp: Time }
        does "SET at a moment. The cell is permanent."
        answers "the empty text"
        example ["SET_AT A B C 5", "GET_AT A B 9"] => "C";

    3 Write "SET_AT_WITH_TTL" SetAtWithTtl {
        key: &'a str, field: &'a str, value: &'a str, timestamp: Time, ttl: Ttl
    }
        does "SET at a moment, for a time: the cell is live from timestamp up to, not including, timestamp + ttl."
        answers "the empty text"
        example ["SET_AT_WITH_TTL A B C 1 10", "GET_AT A B 11"] => "";

    3 Write "DELETE_AT" DeleteAt { key: &'a str, field: &'a str, timestamp: Time }
        does "DELETE at a moment. A cell that has expired by then counts as gone."
        answers "`true` if a live cell was removed, else `false`"
        example ["SET_AT_WITH_TTL A B C 1 10", "DELETE_AT A B 11"] => "false";

    3 Read "GET_AT" GetAt { key: &'a str, field: &'a str, timestamp: Time }
        does "GET at a moment."
        answers "the value, or the empty text if there is no live cell"
        example ["SET_AT_WITH_TTL A B C 1 10", "GET_AT A B 10"] => "C";

    3 Read "SCAN_AT" ScanAt { key: &'a str, timestamp: Time }
        does "SCAN at a moment."
        answers "as SCAN"
        example ["SET_AT_WITH_TTL A B C 1 10", "SET_AT A D E 2", "SCAN_AT A 11"] => "D(E)";

    3 Read "SCAN_BY_PREFIX_AT" ScanByPrefixAt { key: &'a str, prefix: &'a str, timestamp: Time }
        does "SCAN_BY_PREFIX at a moment."
        answers "as SCAN"
        example ["SET_AT A BC 1 1", "SET_AT A BD 2 2", "SCAN_BY_PREFIX_AT A B 3"] => "BC(1), BD(2)";

    4 Write "BACKUP" Backup { timestamp: Time }
        does "Saves the whole database as it is at a moment."
        answers "how many records have a live cell"
        example ["SET_AT A B C 1", "SET_AT A D E 2", "BACKUP 3"] => "1";

    4 Write "RESTORE" Restore { timestamp: Time, timestamp_to_restore: RestorePoint }
        does "Brings back the latest backup taken at or before timestamp_to_restore. Each cell has as much time left as it had at the backup. With no backup that early only the clock moves."
        answers "the empty text"
        example ["SET_AT_WITH_TTL A B C 1 10", "BACKUP 3", "RESTORE 10 3", "GET_AT A B 17"] => "C";

    5 Read "TICK" Tick { timestamp: Time }
        does "Moves the clock to a moment, and does nothing else. Under the free rule there is none to move."
        answers "the empty text"
        example ["SET_AT_WITH_TTL A B C 1 10", "TICK 11", "GET A B"] => "";

    5 Write "PUT" Put { key: &'a str, value: &'a str }
        does "Sets a key's own value: that of the cell whose field is the empty text."
        answers "the empty text"
        example ["PUT A C", "GET A"] => "C";

    5 Write "PUT_WITH_TTL" PutWithTtl { key: &'a str, value: &'a str, ttl: Ttl }
        does "PUT, for a time: the value is live from now up to, not including, now + ttl."
        answers "the empty text"
        example ["TICK 5", "PUT_WITH_TTL A C 10", "TICK 15", "GET A"] => "";

    5 Read "GET" GetOwn { key: &'a str }
        does "Reads a key's own value."
        answers "the value, or the empty text if there is none"
        example ["SET A B C", "PUT A D", "GET A"] => "D";

    5 Write "DELETE" DeleteRecord { key: &'a str }
        does "Removes a whole record: the key's own value and all its fields."
        answers "`true` if one of its cells was live, else `false`"
        example ["SET A B 1", "PUT A 2", "DELETE A", "SCAN A"] => "";

    5 Read "EXISTS" ExistsRecord { key: &'a str }
        does "Looks whether a record has a live cell."
        answers "`true` or `false`"
        example ["SET A B C", "EXISTS A"] => "true";

    5 Read "EXISTS" Exists { key: &'a str, field: &'a str }
        does "Looks whether a cell is live, one with an empty value too."
        answers "`true` or `false`"
        example ["SET A B \"\"", "EXISTS A B"] => "true";

    5 Read "KEYS" Keys {}
        does "Lists the keys of all records that have a live cell, in byte order."
        answers "`k1, k2`, or the empty text if there are none"
        example ["SET b f 1", "PUT a 2", "SET b g 3", "KEYS"] => "a, b";

    5 Read "VALUES" Values {}
        does "Lists the values of all live cells, in byte order of their keys and then of their fields."
        answers "`v1, v2`, or the empty text if there are none"
        example ["SET b f 1", "PUT b 3", "PUT a 2", "VALUES"] => "2, 3, 1";

    5 Read "ITEMS" Items {}
        does "Lists all live cells, in byte order of their keys and then of their fields. A key's own value has no point and no field."
        answers "`k1(v1), k2.f2(v2)`, or the empty text if there are none"
        example ["SET b f 2", "PUT a 1", "ITEMS"] => "a(1), b.f(2)";

    5 Read "SIZE" Size {}
        does "Counts the records that have a live cell."
        answers "how many they are"
        example ["SET A B 1", "SET A C 2", "PUT D 3", "SIZE"] => "2";

    5 Write "CLEAR" Clear {}
        does "Empties the database. The clock and the backups stay, and any of these can be restored."
        answers "the empty text"
        example ["PUT A B", "BACKUP 1", "CLEAR", "RESTORE 2 1", "KEYS"] => "A";

    5 Write "EXPIRE" ExpireRecord { key: &'a str, ttl: Ttl }
        does "Gives every live cell of a record a new lifetime: from now up to, not including, now + ttl. With a ttl of 0 they are dead at once."
        answers "`true` if there was one, else `false`"
        example ["SET A B C", "TICK 5", "EXPIRE A 10", "GET_AT A B 15"] => "";

    5 Write "EXPIRE" Expire { key: &'a str, field: &'a str, ttl: Ttl }
        does "Gives a live cell a new lifetime, as EXPIRE of a record does."
        answers "`true` if it was live, else `false`"
        example ["SET A B 1", "SET A C 2", "EXPIRE A B 10", "SCAN_AT A 10"] => "C(2)";

    5 Read "TTL" TtlOfRecord { key: &'a str }
        does "Tells how long a record lives if nothing happens to it: as long as that cell of it which lives longest."
        answers "milliseconds, `permanent`, or the empty text if there is no live cell"
        example ["SET_AT_WITH_TTL A B 1 0 10", "SET_AT_WITH_TTL A C 2 0 20", "TICK 4", "TTL A"] => "16";

    5 Read "TTL" TtlOf { key: &'a str, field: &'a str }
        does "Tells how long a cell lives from now on."
        answers "milliseconds, `permanent`, or the empty text if it is not live"
        example ["SET A B C", "TTL A B"] => "permanent";

    5 Write "PERSIST" PersistRecord { key: &'a str }
        does "Makes every live cell of a record permanent."
        answers "`true` if the lifetime of one would have ended, else `false`"
        example ["SET_AT_WITH_TTL A B C 1 10", "PERSIST A", "GET_AT A B 11"] => "C";

    5 Write "PERSIST" Persist { key: &'a str, field: &'a str }
        does "Makes a live cell permanent."
        answers "`true` if its lifetime would have ended, else `false`"
        example ["SET A B C", "PERSIST A B"] => "false";

    5 Write "APPEND" Append { key: &'a str, field: &'a str, item: &'a str }
        does "Adds an item to a list, whose lifetime stays. A text is taken for a list of one; where there is no live cell, a permanent list begins."
        answers "how many items there are then"
        example ["SET A B x", "APPEND A B y", "APPEND A B z", "GET A B"] => "[x, y, z]";

    5 Read "FIND" Find { what: Sought, how: How, pattern: Pattern<'a> }
        does "Looks through the keys of all records with a live cell, the fields or the values of all live cells, for what matches: what is KEY, FIELD or VALUE. How is EXACT, LIKE (`*` is any run of characters, `?` is one, the whole text) or REGEX (a regular expression that matches anywhere)."
        answers "keys as KEYS, fields as `k1.f1, k2.f2`, values as ITEMS, in their order"
        example ["SET a f 12", "SET b g 2", "PUT b 12", "FIND VALUE LIKE 1?"] => "a.f(12), b(12)";

    6 Begin "BEGIN" Begin {}
        does "Begins a transaction: what is written from now on is seen by this session alone."
        answers "`true`, or `false` in a transaction"
        example ["BEGIN", "PUT A B", "GET A"] => "B";

    6 Commit "COMMIT" Commit {}
        does "Ends a transaction: what it has written takes effect as one. If another session has changed a record since BEGIN that the transaction has read or written, nothing does."
        answers "`true`; `false` if nothing takes effect, or outside a transaction"
        example ["BEGIN", "PUT A B", "COMMIT", "ROLLBACK", "GET A"] => "B";

    6 Rollback "ROLLBACK" Rollback {}
        does "Ends a transaction: what it has written, backups too, is as if it had never been. Time stays where it is."
        answers "`true`, or `false` outside a transaction"
        example ["PUT A B", "BEGIN", "CLEAR", "ROLLBACK", "GET A"] => "B";

    6 Each "BATCH" Batch { queries: Queries<'a> }
        does "Asks queries that take effect as one. They may be of any level before this one, and each is an array of words."
        answers "an array of their answers"
        example ["BATCH [PUT A B] [GET A]"] => "[\"\", \"B\"]";

    6 Language "ALIAS" Alias { name: &'a str, operation: &'a str }
        does "Gives an operation another name, which stands for it from the next query on, in all its forms. Backups, transactions and CLEAR leave the names alone."
        answers "`true`, or `false` if the name is taken or there is no such operation"
        example ["ALIAS put PUT", "put A B", "GET A"] => "B";

    6 Read "ALIASES" Aliases {}
        does "Lists the other names of operations, in the order in which they were given."
        answers "`name1: OPERATION1, name2: OPERATION2`, or the empty text if there are none"
        example ["ALIAS k KEYS", "ALIAS g GET", "ALIASES"] => "k: KEYS, g: GET";

    6 Language "RESET_ALIASES" ResetAliases {}
        does "Takes all other names of operations away."
        answers "the empty text"
        example ["ALIAS k KEYS", "RESET_ALIASES", "ALIASES"] => "";
}
