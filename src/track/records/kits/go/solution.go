package main

import "strings"

// Solution is your solution of the exercise "In-Memory Database": fill in the methods, level by level.
//
// Times and ttls go up to 2^64-1, so mind that a sum may pass the end. An answer is a text. What you print goes
// to standard error, so print as you like.
type Solution struct {
}

// NewSolution begins an empty database. Keep all your data in the object: every case gets a new one.
func NewSolution() *Solution {
	return &Solution{}
}

// Level 1: cells

// Set puts a value into a field of a record. It answers "".
func (s *Solution) Set(key, field, value string) string {
	panic("not implemented")
}

// Get answers the value, or "" if there is none.
func (s *Solution) Get(key, field string) string {
	panic("not implemented")
}

// Delete removes a field. It answers "true" if it was there, else "false".
func (s *Solution) Delete(key, field string) string {
	panic("not implemented")
}

// Level 2: scans

// Scan answers "f1(v1), f2(v2)", in order of the fields, or "".
func (s *Solution) Scan(key string) string {
	panic("not implemented")
}

// ScanByPrefix does the same for the fields that begin with the prefix.
func (s *Solution) ScanByPrefix(key, prefix string) string {
	panic("not implemented")
}

// Level 3: time

// SetAt is Set at a moment. The cell is permanent.
func (s *Solution) SetAt(key, field, value string, timestamp uint64) string {
	panic("not implemented")
}

// SetAtWithTTL is SetAt, but the cell is live only before timestamp + ttl.
func (s *Solution) SetAtWithTTL(key, field, value string, timestamp, ttl uint64) string {
	panic("not implemented")
}

// GetAt is Get at a moment.
func (s *Solution) GetAt(key, field string, timestamp uint64) string {
	panic("not implemented")
}

// DeleteAt is Delete at a moment. An expired cell answers "false".
func (s *Solution) DeleteAt(key, field string, timestamp uint64) string {
	panic("not implemented")
}

// ScanAt is Scan at a moment.
func (s *Solution) ScanAt(key string, timestamp uint64) string {
	panic("not implemented")
}

// ScanByPrefixAt is ScanByPrefix at a moment.
func (s *Solution) ScanByPrefixAt(key, prefix string, timestamp uint64) string {
	panic("not implemented")
}

// Level 4: backups

// Backup saves the whole database. It answers how many records have a live cell.
func (s *Solution) Backup(timestamp uint64) string {
	panic("not implemented")
}

// Restore brings back the latest backup taken at or before timestampToRestore. It answers "".
func (s *Solution) Restore(timestamp, timestampToRestore uint64) string {
	panic("not implemented")
}

// Level 5: whole keys, lists, lifetimes, search. Beyond the exercise: if you practise for it, leave these alone.

// Tick moves the clock to a moment. All that follows, as it names none, happens then. It answers "".
func (s *Solution) Tick(timestamp uint64) string {
	panic("not implemented")
}

// Put sets the key's own value, the cell whose field is the empty string. It answers "".
func (s *Solution) Put(key, value string) string {
	panic("not implemented")
}

// PutWithTTL is Put, but the value is live only before now + ttl.
func (s *Solution) PutWithTTL(key, value string, ttl uint64) string {
	panic("not implemented")
}

// GetOwn answers the key's own value, or "" if there is none.
func (s *Solution) GetOwn(key string) string {
	panic("not implemented")
}

// DeleteRecord removes a whole record. It answers "true" if one of its cells was live, else "false".
func (s *Solution) DeleteRecord(key string) string {
	panic("not implemented")
}

// ExistsRecord answers "true" if the record has a live cell, else "false".
func (s *Solution) ExistsRecord(key string) string {
	panic("not implemented")
}

// Exists answers "true" if the cell is live, also with an empty value, else "false".
func (s *Solution) Exists(key, field string) string {
	panic("not implemented")
}

// Keys answers the keys of all records with a live cell, "k1, k2", in order, or "".
func (s *Solution) Keys() string {
	panic("not implemented")
}

// Values answers the values of all live cells, "v1, v2", in order of their keys and then of their fields, or "".
func (s *Solution) Values() string {
	panic("not implemented")
}

// Items answers all live cells, "k1(v1), k2.f2(v2)", in that order. A key's own value has no point and no field.
func (s *Solution) Items() string {
	panic("not implemented")
}

// Size answers how many records have a live cell.
func (s *Solution) Size() string {
	panic("not implemented")
}

// Clear empties the database. The clock and the backups stay. It answers "".
func (s *Solution) Clear() string {
	panic("not implemented")
}

// Forget forgets the backups older than the latest one taken at or before a moment; it moves no clock. It answers how
// many.
func (s *Solution) Forget(before uint64) string {
	panic("not implemented")
}

// ExpireRecord gives the live cells of a record the end now + ttl. It answers "true" if there were any, else "false".
func (s *Solution) ExpireRecord(key string, ttl uint64) string {
	panic("not implemented")
}

// Expire does the same for one cell.
func (s *Solution) Expire(key, field string, ttl uint64) string {
	panic("not implemented")
}

// TTLOfRecord answers how long the longest-lived cell has to live: a number, "permanent", or "" if none is live.
func (s *Solution) TTLOfRecord(key string) string {
	panic("not implemented")
}

// TTL does the same for one cell.
func (s *Solution) TTL(key, field string) string {
	panic("not implemented")
}

// PersistRecord makes all live cells of a record permanent. It answers "true" if one was not, else "false".
func (s *Solution) PersistRecord(key string) string {
	panic("not implemented")
}

// Persist does the same for one cell.
func (s *Solution) Persist(key, field string) string {
	panic("not implemented")
}

// Append adds to a list, which shows as "[a, b]". A text is a list of one. It answers how many items there are.
func (s *Solution) Append(key, field, item string) string {
	panic("not implemented")
}

// Find finds a "KEY", "FIELD" or "VALUE" by "EXACT", "LIKE" or "REGEX": `rewind help FIND` tells more.
func (s *Solution) Find(what, how, pattern string) string {
	panic("not implemented")
}

// Level 6: transactions and other names. A BATCH is taken apart for you, and an alias comes to the method of what it
// stands for.

// Begin begins a transaction. It answers "true", or "false" if one is open.
func (s *Solution) Begin() string {
	panic("not implemented")
}

// Commit ends the transaction and keeps what it wrote. It answers "true", or "false" if none is open.
func (s *Solution) Commit() string {
	panic("not implemented")
}

// Rollback ends the transaction and undoes what it wrote, backups too, but not time. It answers as Commit does.
func (s *Solution) Rollback() string {
	panic("not implemented")
}

// Alias gives an operation another name. It answers "false" if the name is taken, or operation is not one.
func (s *Solution) Alias(name, operation string) string {
	panic("not implemented")
}

// Aliases answers all of them, "k: KEYS, v: VALUES", in the order they were given, or "".
func (s *Solution) Aliases() string {
	panic("not implemented")
}

// ResetAliases takes all other names away. It answers "".
func (s *Solution) ResetAliases() string {
	panic("not implemented")
}

// The names that no alias may have, and that alone may have one.
var operations = strings.Fields(`
	SET GET DELETE SCAN SCAN_BY_PREFIX SET_AT SET_AT_WITH_TTL GET_AT DELETE_AT SCAN_AT SCAN_BY_PREFIX_AT
	BACKUP RESTORE TICK PUT PUT_WITH_TTL EXISTS KEYS VALUES ITEMS SIZE CLEAR FORGET EXPIRE TTL PERSIST APPEND FIND
	BEGIN COMMIT ROLLBACK BATCH ALIAS ALIASES RESET_ALIASES
`)
