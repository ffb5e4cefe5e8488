"""Every method, judged by the cases of all six levels; and what only Python has."""

import json
import pathlib
import runpy

import pytest

import rewinddb
from rewinddb.testing import cases

HERE = pathlib.Path(__file__).parent
Solution = runpy.run_path(str(HERE / "solution.py"))["Solution"]


@pytest.fixture
def db():
    with rewinddb.open() as db:
        yield db


@pytest.mark.parametrize("case", cases(level=6, strict=True), ids=str)
def test_the_methods_are_a_solution_of_the_exercise(case):
    case.check(Solution)


@pytest.mark.parametrize("case", cases(level=6, strict=True), ids=str)
def test_run_answers_as_the_exercise_does(case, db):
    assert db.run(case.queries) == case.expected


def test_the_solution_asks_every_method():
    """A method that it does not know of is one that nobody has judged."""
    text = (HERE / "solution.py").read_text()
    own = {"ask", "run", "transaction", "clock", "compact", "stats", "close"}
    methods = {name for name in dir(rewinddb.Database) if name[0] != "_"} - own
    assert {name for name in methods if f"self.db.{name}(" not in text} == set()


def test_missing_is_none_and_never_an_empty_text(db):
    assert db.get("a") is None and db.get("a", "b") is None and db.ttl("a") is None
    db.put("a", "")
    assert db.get("a") == ""


def test_answers_have_types(db):
    assert db.set("u", "b", "1") is None
    assert db.delete("u", "x") is False and db.exists("u") is True
    db.set("u", "a", "2", ttl=10)
    assert list(db.scan("u").items()) == [("a", "2"), ("b", "1")]
    assert db.ttl("u", "a") == 10 and db.ttl("u") == "permanent"
    assert db.append("u", "b", "3") == 2 and db.get("u", "b") == ["1", "3"]
    assert db.items() == [("u", "a", "2"), ("u", "b", ["1", "3"])]
    assert db.find("KEY", "LIKE", "?") == ["u"] and db.find("FIELD", "EXACT", "b") == [("u", "b")]
    assert db.ask("SIZE") == 1 and db.ask("BATCH", ["PUT", "k", "v"], ["GET", "k"]) == [None, "v"]


def test_without_a_moment_it_is_now(db):
    db.tick(5)
    db.set("u", "token", "x7", ttl=10)
    assert db.get("u", "token", at=14) == "x7"
    assert db.backup() == 1
    db.restore(to=14)
    assert db.clock() == 14 and db.get("u", "token", at=15) is None


def test_the_wall_clock_passes_by_itself(tmp_path):
    import time

    with rewinddb.open(clock="wall") as db:
        before = time.time_ns() // 1_000_000
        db.put("long", "x", ttl=60_000)
        db.put("short", "x", ttl=1)
        assert before <= db.clock() <= before + 60_000 and 0 < db.ttl("long") <= 60_000
        time.sleep(0.01)
        assert db.keys() == ["long"]


def test_the_free_clock_has_no_order():
    with rewinddb.open(clock="free") as db:
        db.set("a", "b", "c", at=5)
        assert db.get("a", "b", at=4) == "c" and db.clock() == 0


def test_json_goes_by_dumps_and_loads(db):
    value = {"name": "Ada", "tags": ["a", "\u00e9\U0001f600"], "n": None}
    db.put("doc", json.dumps(value))
    assert json.loads(db.get("doc")) == value


def test_an_integer_is_its_digits_however_it_is_shown(db):
    class Port(int):
        def __str__(self):
            return "Port.HTTP"

    db.ask("PUT", "port", Port(80))
    assert db.run([["BATCH", ["PUT", "other", Port(81)]], ["ITEMS"]])[1] == "other(81), port(80)"


def test_any_text_is_kept(db):
    for text in ["", "\0", "\U0010ffff", "a\nb", "\u00e9"]:
        db.put(text, text)
        assert db.get(text) == text
    assert db.size() == 5


@pytest.mark.parametrize(
    ("ask", "kind", "text"),
    [
        (lambda db: db.ask("GTE", "a"), rewinddb.MistakeError, "did you mean GET"),
        (lambda db: db.ask(), rewinddb.MistakeError, "empty query"),
        (lambda db: db.ask("SET", "a"), rewinddb.MistakeError, "takes 3 words"),
        (lambda db: db.run([["SIZE"], ["GTE"]]), rewinddb.MistakeError, "query 2: "),
        (lambda db: db.find("KEY", "REGEX", "("), rewinddb.MistakeError, "regular expression"),
        (lambda db: db.find("key", "LIKE", "a"), rewinddb.MistakeError, "KEY, FIELD or VALUE"),
        (lambda db: db.set("a", "b", "c", at=-1), rewinddb.MistakeError, "from 0 to 2"),
        (lambda db: db.put("a", "b", ttl=1 << 64), rewinddb.MistakeError, "from 0 to 2"),
        (lambda db: (db.tick(7), db.get("a", "b", at=5)), rewinddb.BackwardsError, "5 after 7"),
        (lambda db: db.get("a", at=5), TypeError, r"get\(key, field, at=\)"),
        (lambda db: db.put("a", 5), TypeError, "value"),
        (lambda db: db.put("a", b"x"), TypeError, "value"),
        (lambda db: db.tick(1.5), TypeError, "at"),
        (lambda db: db.tick(True), TypeError, "bool"),
        (lambda db: db.ask("PUT", "a", None), TypeError, "a word is a str or an int, not NoneType"),
        (lambda db: db.run(["SIZE"]), TypeError, "list of words"),
        (lambda db: db.get("\ud800"), UnicodeEncodeError, "surrogates"),
        (lambda db: rewinddb.open(clock="sun"), ValueError, "logical"),
        (lambda db: rewinddb.open(sync="never"), ValueError, "path"),
    ],
)
def test_what_is_refused_says_why_and_changes_nothing(db, ask, kind, text):
    db.put("kept", "1")
    with pytest.raises(kind, match=text):
        ask(db)
    assert db.items() == [("kept", "", "1")]


def test_errors_are_of_kinds_that_python_knows():
    for kind in (rewinddb.MistakeError, rewinddb.BackwardsError):
        assert issubclass(kind, ValueError) and issubclass(kind, rewinddb.Error)
    assert issubclass(rewinddb.DiskError, OSError)
    for name in ("LockedError", "DamagedError", "DiskError", "ConflictError"):
        kind = getattr(rewinddb, name)
        assert issubclass(kind, rewinddb.Error) and kind.__module__ == "rewinddb"


def test_a_closed_database_says_so():
    db = rewinddb.open()
    db.close()
    db.close()
    for ask in (db.keys, db.clock, db.stats, db.compact, lambda: db.ask("SIZE"), lambda: db.run([])):
        with pytest.raises(rewinddb.Error, match="closed"):
            ask()
    with pytest.raises(rewinddb.Error, match="closed"), db.transaction():
        pass


def test_a_group_takes_effect_whole_or_not_at_all(db):
    with pytest.raises(rewinddb.BackwardsError):
        db.run([["SET_AT", "a", "b", "c", 5], ["GET_AT", "a", "b", 4]])
    assert db.size() == 0 and db.clock() == 0
    assert db.run([["ALIAS", "n", "SIZE"], ["n"]]) == ["true", "0"]


def test_stats_and_compact(db, tmp_path):
    db.set("a", "b", "c")
    db.backup(at=1)
    db.compact()
    assert db.stats() == {"records": 1, "cells": 1, "backups": 1}
    with rewinddb.open(tmp_path / "db") as disk:
        disk.set("a", "b", "c")
        disk.compact()
        assert disk.stats()["store"]["segments"] >= 1 and disk.stats()["records"] == 1
