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
}

module.exports = Solution;
