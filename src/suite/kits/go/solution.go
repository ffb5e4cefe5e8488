package main

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
