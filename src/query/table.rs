//! The one table of operations. The parser, the way back to words, `rewind help`, the level gate and the tables
//! in LEVELS.md are all read from it: a new operation is a new row here and a method of the engine.

use super::Level;
use super::row::{Access, Example, Row};
use super::word::{FromWord, Part, RestorePoint, Word};
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
}
