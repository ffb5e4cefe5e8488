"use strict";

/**
 * Your solution of the exercise "In-Memory Database": fill in the methods, level by level.
 *
 * Keys, fields and values are strings, times and ttls BigInts. An answer is a string. undefined, null, booleans,
 * numbers and arrays will do: they are turned into the exercise's texts.
 * What you print goes to standard error, so print as you like.
 */
class Solution {
  /** Times go up to 2^64-1, and a Number is exact only up to 2^53. Without this line they come as Numbers. */
  static bigints = true;

  /** Begins an empty database. Keep all your data in the object: every case gets a new one. */
  constructor() {}

  // Level 1: cells

  /** Puts a value into a field of a record. Answers "". */
  set(key, field, value) {
    throw new Error("not implemented");
  }

  /** Answers the value, or "" if there is none. */
  get(key, field) {
    throw new Error("not implemented");
  }

  /** Removes a field. Answers "true" if it was there, else "false". */
  delete(key, field) {
    throw new Error("not implemented");
  }

  // Level 2: scans

  /** Answers "f1(v1), f2(v2)", in order of the fields' UTF-8 bytes, or "". */
  scan(key) {
    throw new Error("not implemented");
  }

  /** The same for the fields that begin with the prefix. */
  scanByPrefix(key, prefix) {
    throw new Error("not implemented");
  }

  // Level 3: time

  /** As set, at a moment. The cell is permanent. */
  setAt(key, field, value, timestamp) {
    throw new Error("not implemented");
  }

  /** As setAt, but the cell is live only before timestamp + ttl. */
  setAtWithTtl(key, field, value, timestamp, ttl) {
    throw new Error("not implemented");
  }

  /** As get, at a moment. */
  getAt(key, field, timestamp) {
    throw new Error("not implemented");
  }

  /** As delete, at a moment. An expired cell answers "false". */
  deleteAt(key, field, timestamp) {
    throw new Error("not implemented");
  }

  /** As scan, at a moment. */
  scanAt(key, timestamp) {
    throw new Error("not implemented");
  }

  /** As scanByPrefix, at a moment. */
  scanByPrefixAt(key, prefix, timestamp) {
    throw new Error("not implemented");
  }

  // Level 4: backups

  /** Saves the whole database. Answers how many records have a live cell. */
  backup(timestamp) {
    throw new Error("not implemented");
  }

  /** Brings back the latest backup taken at or before timestampToRestore. Answers "". */
  restore(timestamp, timestampToRestore) {
    throw new Error("not implemented");
  }

  // Level 5: whole keys, lists, lifetimes, search. Beyond the exercise: if you practise for it, leave these alone.

  /** Moves the clock to a moment. All that follows, as it names none, happens then. Answers "". */
  tick(timestamp) {
    throw new Error("not implemented");
  }

  /** Sets the key's own value, the cell whose field is the empty string. Answers "". */
  put(key, value) {
    throw new Error("not implemented");
  }

  /** As put, but the value is live only before now + ttl. */
  putWithTtl(key, value, ttl) {
    throw new Error("not implemented");
  }

  /** Answers the key's own value, or "" if there is none. */
  getOwn(key) {
    throw new Error("not implemented");
  }

  /** Removes a whole record. Answers "true" if one of its cells was live, else "false". */
  deleteRecord(key) {
    throw new Error("not implemented");
  }

  /** Answers "true" if the record has a live cell, else "false". */
  existsRecord(key) {
    throw new Error("not implemented");
  }

  /** Answers "true" if the cell is live, also with an empty value, else "false". */
  exists(key, field) {
    throw new Error("not implemented");
  }

  /** Answers the keys of all records with a live cell, "k1, k2", in order, or "". */
  keys() {
    throw new Error("not implemented");
  }

  /** Answers the values of all live cells, "v1, v2", in order of their keys and then of their fields, or "". */
  values() {
    throw new Error("not implemented");
  }

  /** Answers all live cells, "k1(v1), k2.f2(v2)", in that order. A key's own value has no point and no field. */
  items() {
    throw new Error("not implemented");
  }

  /** Answers how many records have a live cell. */
  size() {
    throw new Error("not implemented");
  }

  /** Empties the database. The clock and the backups stay. Answers "". */
  clear() {
    throw new Error("not implemented");
  }

  /** Forgets the backups older than the latest one taken at or before a moment; moves no clock. Answers how many. */
  forget(before) {
    throw new Error("not implemented");
  }

  /** Gives the live cells of a record a new end, now + ttl. Answers "true" if there were any, else "false". */
  expireRecord(key, ttl) {
    throw new Error("not implemented");
  }

  /** The same for one cell. */
  expire(key, field, ttl) {
    throw new Error("not implemented");
  }

  /** Answers how long the longest-lived cell has to live: a number, "permanent", or "" if none is live. */
  ttlOfRecord(key) {
    throw new Error("not implemented");
  }

  /** The same for one cell. */
  ttl(key, field) {
    throw new Error("not implemented");
  }

  /** Makes all live cells of a record permanent. Answers "true" if one was not, else "false". */
  persistRecord(key) {
    throw new Error("not implemented");
  }

  /** The same for one cell. */
  persist(key, field) {
    throw new Error("not implemented");
  }

  /** Adds to a list, which shows as "[a, b]". A text is a list of one. Answers how many items there are. */
  append(key, field, item) {
    throw new Error("not implemented");
  }

  /** Finds a "KEY", "FIELD" or "VALUE" by "EXACT", "LIKE" or "REGEX": `rewind help FIND` tells more. */
  find(what, how, pattern) {
    throw new Error("not implemented");
  }

  // Level 6: transactions and other names. A BATCH is taken apart for you, and an alias comes to the method of what it
  // stands for.

  /** Begins a transaction. Answers "true", or "false" if one is open. */
  begin() {
    throw new Error("not implemented");
  }

  /** Ends the transaction and keeps what it wrote. Answers "true", or "false" if none is open. */
  commit() {
    throw new Error("not implemented");
  }

  /** Ends the transaction and undoes what it wrote, backups too, but not time. Answers as commit does. */
  rollback() {
    throw new Error("not implemented");
  }

  /** Gives an operation another name. Answers "false" if the name is taken, or `operation` is not one. */
  alias(name, operation) {
    throw new Error("not implemented");
  }

  /** Answers all of them, "k: KEYS, v: VALUES", in the order they were given, or "". */
  aliases() {
    throw new Error("not implemented");
  }

  /** Takes all other names away. Answers "". */
  resetAliases() {
    throw new Error("not implemented");
  }
}

// The names that no alias may have, and that alone may have one.
const OPERATIONS = `
  SET GET DELETE SCAN SCAN_BY_PREFIX SET_AT SET_AT_WITH_TTL GET_AT DELETE_AT SCAN_AT SCAN_BY_PREFIX_AT
  BACKUP RESTORE TICK PUT PUT_WITH_TTL EXISTS KEYS VALUES ITEMS SIZE CLEAR FORGET EXPIRE TTL PERSIST APPEND FIND
  BEGIN COMMIT ROLLBACK BATCH ALIAS ALIASES RESET_ALIASES
`.trim().split(/\s+/);

module.exports = Solution;
