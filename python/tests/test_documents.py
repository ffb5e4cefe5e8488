"""What docs/python.md and PyPI's page show is run; the rest of docs/python.md is a doctest."""

import json
import pathlib
import re
import subprocess
import sys

import rewinddb

PYTHON = pathlib.Path(__file__).parent.parent
DOCUMENT = PYTHON.parent / "docs" / "python.md"

# What comes of each row that tells how another store's call is made here, asked one after the other.
ROWS = {
    'rewinddb.open(path, clock="wall")': rewinddb.Database,
    "db.put(k, v, ttl=60_000)": None,
    "db.get(k)": "v",
    "db.delete(k)": True,
    "db.expire(k, ttl=60_000)": False,
    "rewinddb.open(directory)": rewinddb.Database,
    "db.put(k, json.dumps(value))": None,
    'db.run([["PUT", k, v] for k, v in d.items()])': ["", ""],
    "db.keys()": ["a", "b", "k"],
    "db.compact()": None,
    "db.set(k, f, v, at=t, ttl=ttl)": None,
    "db.get(k, f, at=t)": "v",
    "db.backup(at=t)": 1,
    "db.restore(at=t, to=to)": None,
}


def test_every_row_of_another_store_is_true(tmp_path):
    text = DOCUMENT.read_text()
    table = text[text.index("| there | here |") :].split("\n\n")[0]
    shown = [code for row in table.splitlines()[2:] for code in re.findall(r"`([^`]+)`", row.split(" | ")[1])]
    assert shown == list(ROWS)
    names = {"rewinddb": rewinddb, "json": json, "path": tmp_path / "kv", "directory": tmp_path / "bc"}
    names |= {"k": "k", "v": "v", "value": {"a": 1}, "d": {"a": "1", "b": "2"}, "f": "f", "t": 10, "to": 10, "ttl": 5}
    for code, wanted in ROWS.items():
        if code.startswith("db.set("):
            names["db"] = rewinddb.open()
        came = eval(code, names)
        if wanted is rewinddb.Database:
            assert isinstance(came, wanted)
            names["db"] = came
        else:
            assert came == wanted, code


def test_the_example_for_pytest_runs(tmp_path):
    (block,) = re.findall(r"```python\n(import pytest\n.*?)```", DOCUMENT.read_text(), re.S)
    (tmp_path / "test_solution.py").write_text(block)
    (tmp_path / "solution.py").write_text((PYTHON / "tests" / "solution.py").read_text())
    command = [sys.executable, "-m", "pytest", "-q", "--color=no", "-p", "no:cacheprovider", tmp_path]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0 and re.search(r"^\d+ passed", ended.stdout, re.M), ended.stdout


def test_the_page_of_pypi_runs(tmp_path, monkeypatch):
    block = re.findall(r"```python\n(.*?)```", (PYTHON / "README.md").read_text(), re.S)[0]
    monkeypatch.chdir(tmp_path)
    exec(block, {})
    with rewinddb.open(tmp_path / "db", clock="wall") as db:
        assert db.items() == [("session", "", "x7")]


def test_the_readme_runs(tmp_path, monkeypatch):
    (block,) = re.findall(r"```python\n(.*?)```", (PYTHON.parent / "README.md").read_text(), re.S)
    monkeypatch.chdir(tmp_path)
    exec(block, {})
