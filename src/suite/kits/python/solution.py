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
