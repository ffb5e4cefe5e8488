#!/usr/bin/env python3
"""How a put and a get compare with a dict, dbm and sqlite3, for a Python where rewinddb is installed.

All are measured in turns in one run, and the median is told, since a machine has other things to do. What it does not
show: many threads, large values, a disk that is slower than this one's."""

import argparse
import dbm
import os
import shutil
import sqlite3
import statistics
import tempfile
import time

import rewinddb


class Dict:
    """Python's own, in memory."""

    def __init__(self, _folder):
        self.cells = {}

    def put(self, key, value):
        self.cells[key] = value

    def put_all(self, pairs):
        self.cells.update(pairs)

    def get(self, key):
        return self.cells.get(key)

    def close(self):
        pass


class Memory(Dict):
    """rewinddb in memory."""

    def __init__(self, _folder):
        self.db = rewinddb.open()
        self.put, self.get, self.close = self.db.put, self.db.get, self.db.close

    def put_all(self, pairs):
        self.db.run([["PUT", key, value] for key, value in pairs])


class Disk(Memory):
    """rewinddb on disk, not synced, as dbm is not either."""

    def __init__(self, folder):
        self.db = rewinddb.open(folder, sync="never")
        self.put, self.get, self.close = self.db.put, self.db.get, self.db.close


class Synced(Memory):
    """rewinddb on disk, each put safe from a loss of power."""

    def __init__(self, folder):
        self.db = rewinddb.open(folder)
        self.put, self.get, self.close = self.db.put, self.db.get, self.db.close


class Dbm(Dict):
    """Python's dbm, with what the system has for it."""

    def __init__(self, folder):
        self.db = dbm.open(os.path.join(folder, "cells"), "c")
        self.close = self.db.close

    def put(self, key, value):
        self.db[key] = value

    def put_all(self, pairs):
        for key, value in pairs:
            self.db[key] = value

    def get(self, key):
        return self.db[key].decode()


class Sqlite(Dict):
    """sqlite3, with a log ahead of the file; not synced, or synced at each put."""

    synchronous = "OFF"

    def __init__(self, folder):
        self.db = sqlite3.connect(os.path.join(folder, "cells.db"), isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute(f"PRAGMA synchronous = {self.synchronous}")
        self.db.execute("CREATE TABLE cells (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID")
        self.close = self.db.close

    def put(self, key, value):
        self.db.execute("INSERT OR REPLACE INTO cells VALUES (?, ?)", (key, value))

    def put_all(self, pairs):
        self.db.execute("BEGIN")
        self.db.executemany("INSERT OR REPLACE INTO cells VALUES (?, ?)", pairs)
        self.db.execute("COMMIT")

    def get(self, key):
        return self.db.execute("SELECT value FROM cells WHERE key = ?", (key,)).fetchone()[0]


class SyncedSqlite(Sqlite):
    synchronous = "FULL"


KINDS = {
    "dict": Dict,
    "rewinddb in memory": Memory,
    "rewinddb on disk": Disk,
    "dbm": Dbm,
    "sqlite3": Sqlite,
    "rewinddb, synced": Synced,
    "sqlite3, synced": SyncedSqlite,
}


def measured(kind, pairs, places):
    """Nanoseconds for a put of one, a put of all together, and a get."""
    folder = tempfile.mkdtemp(dir=places)
    took = {}
    try:
        store = kind(folder)
        # Each put that is synced waits for the disk, so there are fewer of them.
        single = pairs[:200] if "ynced" in kind.__name__ else pairs
        begun = time.perf_counter_ns()
        for key, value in single:
            store.put(key, value)
        took["put"] = (time.perf_counter_ns() - begun) / len(single)
        begun = time.perf_counter_ns()
        store.put_all(pairs)
        took["put together"] = (time.perf_counter_ns() - begun) / len(pairs)
        begun = time.perf_counter_ns()
        for key, value in pairs:
            if store.get(key) != value:
                raise AssertionError(f"{kind.__name__} has lost {key}")
        took["get"] = (time.perf_counter_ns() - begun) / len(pairs)
        store.close()
    finally:
        shutil.rmtree(folder)
    return took


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--keys", type=int, default=100_000)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--folder", help="where files are made [default: the system's place for temporary ones]")
    given = arguments.parse_args()
    pairs = [(f"key:{number:08}", f"value {number}") for number in range(given.keys)]
    rounds = {name: [] for name in KINDS}
    for _ in range(given.rounds):
        for name, kind in KINDS.items():
            rounds[name].append(measured(kind, pairs, given.folder))
    print(f"{given.keys:,} keys, median of {given.rounds} rounds; x is how many times a dict's\n")
    print(f"{'':20}" + "".join(f"{what:>22}" for what in ("put", "put together", "get")))
    own = None
    for name, all_took in rounds.items():
        middle = {what: statistics.median(took[what] for took in all_took) for what in all_took[0]}
        own = own or middle
        cells = "".join(f"{middle[what] / 1000:>11.2f} µs {middle[what] / own[what]:>6.1f} x" for what in middle)
        print(f"{name:20}{cells}")


if __name__ == "__main__":
    main()
