/**
 * Your solution of the exercise "In-Memory Database": fill in the methods, level by level.
 *
 * <p>Times and ttls are unsigned: up to 2^64-1, so the upper half looks negative. Compare them with
 * {@link Long#compareUnsigned}, and mind that a sum may pass the end. An answer is a text; null will do for "".
 * What you print goes to standard error, so print as you like.
 */
public class Solution {

    /** Begins an empty database. Keep all your data in the object: every case gets a new one. */
    public Solution() {
    }

    // Level 1: cells

    /** Puts a value into a field of a record. Answers "". */
    public String set(String key, String field, String value) {
        throw new UnsupportedOperationException("not implemented");
    }

    /** Answers the value, or "" if there is none. */
    public String get(String key, String field) {
        throw new UnsupportedOperationException("not implemented");
    }

    /** Removes a field. Answers "true" if it was there, else "false". */
    public String delete(String key, String field) {
        throw new UnsupportedOperationException("not implemented");
    }

    // Level 2: scans

    /** Answers "f1(v1), f2(v2)", in order of the fields' UTF-8 bytes, or "". */
    public String scan(String key) {
        throw new UnsupportedOperationException("not implemented");
    }

    /** The same for the fields that begin with the prefix. */
    public String scanByPrefix(String key, String prefix) {
        throw new UnsupportedOperationException("not implemented");
    }

    // Level 3: time

    /** As set, at a moment. The cell is permanent. */
    public String setAt(String key, String field, String value, long timestamp) {
        throw new UnsupportedOperationException("not implemented");
    }

    /** As setAt, but the cell is live only before timestamp + ttl. */
    public String setAtWithTtl(String key, String field, String value, long timestamp, long ttl) {
        throw new UnsupportedOperationException("not implemented");
    }

    /** As get, at a moment. */
    public String getAt(String key, String field, long timestamp) {
        throw new UnsupportedOperationException("not implemented");
    }

    /** As delete, at a moment. An expired cell answers "false". */
    public String deleteAt(String key, String field, long timestamp) {
        throw new UnsupportedOperationException("not implemented");
    }

    /** As scan, at a moment. */
    public String scanAt(String key, long timestamp) {
        throw new UnsupportedOperationException("not implemented");
    }

    /** As scanByPrefix, at a moment. */
    public String scanByPrefixAt(String key, String prefix, long timestamp) {
        throw new UnsupportedOperationException("not implemented");
    }

    // Level 4: backups

    /** Saves the whole database. Answers how many records have a live cell. */
    public String backup(long timestamp) {
        throw new UnsupportedOperationException("not implemented");
    }

    /** Brings back the latest backup taken at or before timestampToRestore. Answers "". */
    public String restore(long timestamp, long timestampToRestore) {
        throw new UnsupportedOperationException("not implemented");
    }

    // Level 5: whole keys, lists, lifetimes, search. Beyond the exercise: if you practise for it, leave these alone.

    /** Moves the clock to a moment. All that follows, as it names none, happens then. Answers "". */
    public String tick(long timestamp) {
        throw new UnsupportedOperationException("not implemented");
    }

    /** Sets the key's own value, the cell whose field is the empty string. Answers "". */
    public String put(String key, String value) {
        throw new UnsupportedOperationException("not implemented");
    }

    /** As put, but the value is live only before now + ttl. */
    public String putWithTtl(String key, String value, long ttl) {
        throw new UnsupportedOperationException("not implemented");
    }

    /** Answers the key's own value, or "" if there is none. */
    public String getOwn(String key) {
        throw new UnsupportedOperationException("not implemented");
    }

    /** Removes a whole record. Answers "true" if one of its cells was live, else "false". */
    public String deleteRecord(String key) {
        throw new UnsupportedOperationException("not implemented");
    }

    /** Answers "true" if the record has a live cell, else "false". */
    public String existsRecord(String key) {
        throw new UnsupportedOperationException("not implemented");
    }

    /** Answers "true" if the cell is live, also with an empty value, else "false". */
    public String exists(String key, String field) {
        throw new UnsupportedOperationException("not implemented");
    }

    /** Answers the keys of all records with a live cell, "k1, k2", in order, or "". */
    public String keys() {
        throw new UnsupportedOperationException("not implemented");
    }

    /** Answers the values of all live cells, "v1, v2", in order of their keys and then of their fields, or "". */
    public String values() {
        throw new UnsupportedOperationException("not implemented");
    }

    /** Answers all live cells, "k1(v1), k2.f2(v2)", in that order. A key's own value has no point and no field. */
    public String items() {
        throw new UnsupportedOperationException("not implemented");
    }

    /** Answers how many records have a live cell. */
    public String size() {
        throw new UnsupportedOperationException("not implemented");
    }

    /** Empties the database. The clock and the backups stay. Answers "". */
    public String clear() {
        throw new UnsupportedOperationException("not implemented");
    }

    /** Forgets the backups older than the latest one taken at or before a moment; moves no clock. Answers how many. */
    public String forget(long before) {
        throw new UnsupportedOperationException("not implemented");
    }

    /** Gives the live cells of a record a new end, now + ttl. Answers "true" if there were any, else "false". */
    public String expireRecord(String key, long ttl) {
        throw new UnsupportedOperationException("not implemented");
    }

    /** The same for one cell. */
    public String expire(String key, String field, long ttl) {
        throw new UnsupportedOperationException("not implemented");
    }

    /** Answers how long the longest-lived cell has to live: a number, "permanent", or "" if none is live. */
    public String ttlOfRecord(String key) {
        throw new UnsupportedOperationException("not implemented");
    }

    /** The same for one cell. */
    public String ttl(String key, String field) {
        throw new UnsupportedOperationException("not implemented");
    }

    /** Makes all live cells of a record permanent. Answers "true" if one was not, else "false". */
    public String persistRecord(String key) {
        throw new UnsupportedOperationException("not implemented");
    }

    /** The same for one cell. */
    public String persist(String key, String field) {
        throw new UnsupportedOperationException("not implemented");
    }

    /** Adds to a list, which shows as "[a, b]". A text is a list of one. Answers how many items there are. */
    public String append(String key, String field, String item) {
        throw new UnsupportedOperationException("not implemented");
    }

    /** Finds a "KEY", "FIELD" or "VALUE" by "EXACT", "LIKE" or "REGEX": `rewind help FIND` tells more. */
    public String find(String what, String how, String pattern) {
        throw new UnsupportedOperationException("not implemented");
    }

    // Level 6: transactions and other names. A BATCH is taken apart for you, and an alias comes to the method of what it
    // stands for.

    /** The names that no alias may have, and that alone may have one. */
    private static final java.util.Set<String> OPERATIONS = java.util.Set.of((
        "SET GET DELETE SCAN SCAN_BY_PREFIX SET_AT SET_AT_WITH_TTL GET_AT DELETE_AT SCAN_AT"
        + " SCAN_BY_PREFIX_AT BACKUP RESTORE TICK PUT PUT_WITH_TTL EXISTS KEYS VALUES ITEMS SIZE"
        + " CLEAR FORGET EXPIRE TTL PERSIST APPEND FIND BEGIN COMMIT ROLLBACK BATCH ALIAS ALIASES"
        + " RESET_ALIASES").split(" "));

    /** Begins a transaction. Answers "true", or "false" if one is open. */
    public String begin() {
        throw new UnsupportedOperationException("not implemented");
    }

    /** Ends the transaction and keeps what it wrote. Answers "true", or "false" if none is open. */
    public String commit() {
        throw new UnsupportedOperationException("not implemented");
    }

    /** Ends the transaction and undoes what it wrote, backups too, but not time. Answers as commit does. */
    public String rollback() {
        throw new UnsupportedOperationException("not implemented");
    }

    /** Gives an operation another name. Answers "false" if the name is taken, or `operation` is not one. */
    public String alias(String name, String operation) {
        throw new UnsupportedOperationException("not implemented");
    }

    /** Answers all of them, "k: KEYS, v: VALUES", in the order they were given, or "". */
    public String aliases() {
        throw new UnsupportedOperationException("not implemented");
    }

    /** Takes all other names away. Answers "". */
    public String resetAliases() {
        throw new UnsupportedOperationException("not implemented");
    }
}
