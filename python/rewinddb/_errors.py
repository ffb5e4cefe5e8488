"""What a database says when it does not do what it is asked."""


class Error(Exception):
    """A database does not do what it is asked; all other errors are of this kind."""


class MistakeError(Error, ValueError):
    """The words are no query, or a pattern or a number is none; nothing has taken effect."""


class BackwardsError(Error, ValueError):
    """A timestamp is earlier than one already seen; nothing has taken effect."""


class LockedError(Error):
    """The directory is open already, in this process or another."""


class DamagedError(Error):
    """A file does not hold what was written into it: see `rewind log verify` and `rewind log repair`."""


class DiskError(Error, OSError):
    """The disk has refused; `errno` says why, where the system told it."""


class ConflictError(Error):
    """Another thread has changed a record that the transaction has read or written; nothing of it has taken effect."""


for _kind in (Error, MistakeError, BackwardsError, LockedError, DamagedError, DiskError, ConflictError):
    _kind.__module__ = "rewinddb"
