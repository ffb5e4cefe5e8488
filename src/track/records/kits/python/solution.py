"""Your solution of the exercise "In-Memory Database": fill in the methods, level by level.

Keys, fields and values are texts (str). Times and ttls are whole numbers (int), up to 2**64 - 1.
An answer is a text. None, booleans, numbers and lists will do: they are turned into the exercise's texts.
What you print goes to standard error, so print as you like.
"""


class Solution:
    def __init__(self):
        """Begins an empty database. Keep all your data in the object: every case gets a new one."""

    # Level 1: cells

    def set(self, key: str, field: str, value: str) -> str:
        """Puts a value into a field of a record. Answers ""."""
        raise NotImplementedError

    def get(self, key: str, field: str) -> str:
        """Answers the value, or "" if there is none."""
        raise NotImplementedError

    def delete(self, key: str, field: str) -> str:
        """Removes a field. Answers "true" if it was there, else "false"."""
        raise NotImplementedError

    # Level 2: scans

    def scan(self, key: str) -> str:
        """Answers "f1(v1), f2(v2)", in order of the fields, or ""."""
        raise NotImplementedError

    def scan_by_prefix(self, key: str, prefix: str) -> str:
        """The same for the fields that begin with the prefix."""
        raise NotImplementedError

    # Level 3: time

    def set_at(self, key: str, field: str, value: str, timestamp: int) -> str:
        """As set, at a moment. The cell is permanent."""
        raise NotImplementedError

    def set_at_with_ttl(self, key: str, field: str, value: str, timestamp: int, ttl: int) -> str:
        """As set_at, but the cell is live only before timestamp + ttl."""
        raise NotImplementedError

    def get_at(self, key: str, field: str, timestamp: int) -> str:
        """As get, at a moment."""
        raise NotImplementedError

    def delete_at(self, key: str, field: str, timestamp: int) -> str:
        """As delete, at a moment. An expired cell answers "false"."""
        raise NotImplementedError

    def scan_at(self, key: str, timestamp: int) -> str:
        """As scan, at a moment."""
        raise NotImplementedError

    def scan_by_prefix_at(self, key: str, prefix: str, timestamp: int) -> str:
        """As scan_by_prefix, at a moment."""
        raise NotImplementedError

    # Level 4: backups

    def backup(self, timestamp: int) -> str:
        """Saves the whole database. Answers how many records have a live cell."""
        raise NotImplementedError

    def restore(self, timestamp: int, timestamp_to_restore: int) -> str:
        """Brings back the latest backup taken at or before timestamp_to_restore. Answers ""."""
        raise NotImplementedError

    # Level 5: whole keys, lists, lifetimes, search. Beyond the exercise: if you practise for it, leave these alone.

    def tick(self, timestamp: int) -> str:
        """Moves the clock to a moment. All that follows, as it names none, happens then. Answers ""."""
        raise NotImplementedError

    def put(self, key: str, value: str) -> str:
        """Sets the key's own value, the cell whose field is the empty string. Answers ""."""
        raise NotImplementedError

    def put_with_ttl(self, key: str, value: str, ttl: int) -> str:
        """As put, but the value is live only before now + ttl."""
        raise NotImplementedError

    def get_own(self, key: str) -> str:
        """Answers the key's own value, or "" if there is none."""
        raise NotImplementedError

    def delete_record(self, key: str) -> str:
        """Removes a whole record. Answers "true" if one of its cells was live, else "false"."""
        raise NotImplementedError

    def exists_record(self, key: str) -> str:
        """Answers "true" if the record has a live cell, else "false"."""
        raise NotImplementedError

    def exists(self, key: str, field: str) -> str:
        """Answers "true" if the cell is live, also with an empty value, else "false"."""
        raise NotImplementedError

    def keys(self) -> str:
        """Answers the keys of all records with a live cell, "k1, k2", in order, or ""."""
        raise NotImplementedError

    def values(self) -> str:
        """Answers the values of all live cells, "v1, v2", in order of their keys and then of their fields, or ""."""
        raise NotImplementedError

    def items(self) -> str:
        """Answers all live cells, "k1(v1), k2.f2(v2)", in that order. A key's own value has no point and no field."""
        raise NotImplementedError

    def size(self) -> str:
        """Answers how many records have a live cell."""
        raise NotImplementedError

    def clear(self) -> str:
        """Empties the database. The clock and the backups stay. Answers ""."""
        raise NotImplementedError

    def forget(self, before: int) -> str:
        """Forgets the backups older than the latest one taken at or before a moment; moves no clock. Answers how many."""
        raise NotImplementedError

    def expire_record(self, key: str, ttl: int) -> str:
        """Gives the live cells of a record a new end, now + ttl. Answers "true" if there were any, else "false"."""
        raise NotImplementedError

    def expire(self, key: str, field: str, ttl: int) -> str:
        """The same for one cell."""
        raise NotImplementedError

    def ttl_of_record(self, key: str) -> str:
        """Answers how long the longest-lived cell has to live: a number, "permanent", or "" if none is live."""
        raise NotImplementedError

    def ttl(self, key: str, field: str) -> str:
        """The same for one cell."""
        raise NotImplementedError

    def persist_record(self, key: str) -> str:
        """Makes all live cells of a record permanent. Answers "true" if one was not, else "false"."""
        raise NotImplementedError

    def persist(self, key: str, field: str) -> str:
        """The same for one cell."""
        raise NotImplementedError

    def append(self, key: str, field: str, item: str) -> str:
        """Adds to a list, which shows as "[a, b]". A text is a list of one. Answers how many items there are."""
        raise NotImplementedError

    def find(self, what: str, how: str, pattern: str) -> str:
        """Finds a "KEY", "FIELD" or "VALUE" by "EXACT", "LIKE" or "REGEX": `rewind help FIND` tells more."""
        raise NotImplementedError

    # Level 6: transactions and other names. A BATCH is taken apart for you, and an alias comes to the method of what it
    # stands for.

    def begin(self) -> str:
        """Begins a transaction. Answers "true", or "false" if one is open."""
        raise NotImplementedError

    def commit(self) -> str:
        """Ends the transaction and keeps what it wrote. Answers "true", or "false" if none is open."""
        raise NotImplementedError

    def rollback(self) -> str:
        """Ends the transaction and undoes what it wrote, backups too, but not time. Answers as commit does."""
        raise NotImplementedError

    def alias(self, name: str, operation: str) -> str:
        """Gives an operation another name. Answers "false" if the name is taken, or `operation` is not one."""
        raise NotImplementedError

    def aliases(self) -> str:
        """Answers all of them, "k: KEYS, v: VALUES", in the order they were given, or ""."""
        raise NotImplementedError

    def reset_aliases(self) -> str:
        """Takes all other names away. Answers ""."""
        raise NotImplementedError


# The names that no alias may have, and that alone may have one.
OPERATIONS = """
    SET GET DELETE SCAN SCAN_BY_PREFIX SET_AT SET_AT_WITH_TTL GET_AT DELETE_AT SCAN_AT SCAN_BY_PREFIX_AT
    BACKUP RESTORE TICK PUT PUT_WITH_TTL EXISTS KEYS VALUES ITEMS SIZE CLEAR FORGET EXPIRE TTL PERSIST APPEND FIND
    BEGIN COMMIT ROLLBACK BATCH ALIAS ALIASES RESET_ALIASES
""".split()
