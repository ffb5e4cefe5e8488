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
}
