"""A deterministic database, in memory or on disk, whose only clock is the one you hand it.

>>> import rewinddb
>>> with rewinddb.open() as db:
...     db.set("user", "token", "x7", at=1, ttl=10)
...     db.get("user", "token", at=10), db.get("user", "token", at=11)
('x7', None)
"""

from __future__ import annotations

import os

from . import _rewinddb
from ._errors import BackwardsError, ConflictError, DamagedError, DiskError, Error, LockedError, MistakeError
from ._rewinddb import Database, Transaction, __version__

__all__ = [
    "BackwardsError",
    "ConflictError",
    "DamagedError",
    "Database",
    "DiskError",
    "Error",
    "LockedError",
    "MistakeError",
    "Transaction",
    "__version__",
    "open",
]


def open(
    path: str | bytes | os.PathLike[str] | os.PathLike[bytes] | None = None,
    *,
    clock: str = "logical",
    sync: str | int | None = None,
) -> Database:
    """Opens a database: in a directory, which is made if it is not there, or without one in memory.

    clock: "logical" reads the largest timestamp that it was handed; "wall" reads the machine's, in milliseconds since
    1970; "free" judges each timestamp by itself, and has no order.
    sync: when what is written is safe from a loss of power: "always" (as without it), "never", or after so many
    milliseconds. From a crash of the process it always is.

    LockedError if the directory is open already, in this process or another.
    """
    if path is not None:
        path = os.fsdecode(path)
    if path == "":
        raise ValueError("the path is empty: name a directory, or leave it out for a database in memory")
    if path is None and sync is not None:
        raise ValueError("sync is for a database on disk: give it a path")
    return _rewinddb.open(path, clock, None if sync is None else str(sync))
