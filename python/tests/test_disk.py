"""A database in a directory: crashes, other processes, forks, damage."""

import errno
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time

import pytest

import rewinddb

PUTS = """
import rewinddb, sys
db = rewinddb.open(sys.argv[1])
begun = int(db.get("last") or -1) + 1
for number in range(begun, begun + 100_000):
    db.put(f"k{number}", str(number))
    db.put("last", str(number))
    print(number, flush=True)
"""


def test_it_is_there_again(tmp_path):
    with rewinddb.open(tmp_path / "db") as db:
        db.set("user", "name", "Ada", at=5)
    with rewinddb.open(str(tmp_path / "db")) as db:
        assert db.scan("user") == {"name": "Ada"} and db.clock() == 5


def test_what_was_acknowledged_is_there_after_kill_9(tmp_path):
    told = -1
    for _ in range(5):
        process = subprocess.Popen([sys.executable, "-c", PUTS, tmp_path / "db"], stdout=subprocess.PIPE, text=True)
        for _ in range(random.randrange(1, 40)):
            told = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().split("\n")[:-1]
        told = int(rest[-1]) if rest else told
        process.wait(60)
        with rewinddb.open(tmp_path / "db") as db:
            assert int(db.get("last")) in (told, told + 1)
            assert all(db.get(f"k{number}") == str(number) for number in range(told + 1))


def test_an_interpreter_that_ends_without_a_close_loses_nothing(tmp_path):
    code = "import rewinddb, sys; db = rewinddb.open(sys.argv[1]); db.put('a', '1'); db.ask('BEGIN'); db.put('a', '2')"
    subprocess.run([sys.executable, "-c", code, tmp_path / "db"], check=True, timeout=60)
    with rewinddb.open(tmp_path / "db") as db:
        assert db.get("a") == "1"


def test_two_processes_do_not_share_a_directory(tmp_path):
    code = """
import rewinddb, sys
try:
    rewinddb.open(sys.argv[1])
except rewinddb.LockedError:
    print("locked")
"""

    def tried():
        command = [sys.executable, "-c", code, tmp_path / "db"]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return ended.stdout, ended.stderr

    with rewinddb.open(tmp_path / "db"):
        for _ in range(2):
            assert tried() == ("locked\n", "")
    assert tried() == ("", "")


def test_it_says_where_it_is_and_whether_it_is_closed(tmp_path):
    db = rewinddb.open(tmp_path / "db")
    # A cell of a notebook that is run twice.
    with pytest.raises(rewinddb.LockedError, match="open already, in this process or another"):
        rewinddb.open(tmp_path / "db")
    assert repr(db) == f"<rewinddb.Database in {tmp_path / 'db'}>"
    db.close()
    assert repr(db) == f"<rewinddb.Database in {tmp_path / 'db'}, closed>"
    assert repr(rewinddb.open()) == "<rewinddb.Database in memory>"


def test_it_stays_in_its_directory_when_the_process_goes_to_another(tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    with rewinddb.open("db") as db:
        db.put("a", "1")
        monkeypatch.chdir("elsewhere")
        db.compact()
        db.put("b", "2")
    assert os.listdir() == []
    with rewinddb.open("../db") as db:
        assert db.keys() == ["a", "b"]


def asks(db, queue):
    try:
        db.put("a", "of the child")
        queue.put("it wrote")
    except rewinddb.Error as error:
        queue.put(str(error))
    del db


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_fork_may_not_use_what_its_parent_has_open(tmp_path):
    fork = multiprocessing.get_context("fork")
    with rewinddb.open(tmp_path / "db") as db:
        db.put("a", "1")
        queue = fork.Queue()
        child = fork.Process(target=asks, args=(db, queue))
        child.start()
        assert "another process" in queue.get(timeout=60)
        child.join(60)
        assert child.exitcode == 0
        db.put("b", "2")
    with rewinddb.open(tmp_path / "db") as db:
        assert db.items() == [("a", "", "1"), ("b", "", "2")]


def test_a_damaged_store_is_told(tmp_path):
    with rewinddb.open(tmp_path / "db") as db:
        for number in range(100):
            db.put(f"k{number}", "x" * 100)
    log = next(path for path in (tmp_path / "db").iterdir() if path.name.startswith("log-"))
    content = bytearray(log.read_bytes())
    content[2000] ^= 1
    log.write_bytes(content)
    with pytest.raises(rewinddb.DamagedError, match=r"log-\d+\.bin is damaged at byte"):
        rewinddb.open(tmp_path / "db")


def test_the_disk_says_why_it_refuses(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(rewinddb.DiskError) as refused:
        rewinddb.open(tmp_path / "file" / "db")
    assert refused.value.errno == errno.ENOTDIR and isinstance(refused.value, OSError)


def test_an_empty_path_is_refused():
    """It may come from a variable that is empty."""
    with pytest.raises(ValueError, match="the path is empty"):
        rewinddb.open("")


def test_a_path_may_be_bytes(tmp_path):
    """Python's own functions take such a path too; here the message was about a conversion."""
    with rewinddb.open(os.fsencode(tmp_path / "db")) as db:
        db.put("a", "1")
    with rewinddb.open(tmp_path / "db") as db:
        assert db.get("a") == "1"
    with pytest.raises(ValueError, match="the path is empty"):
        rewinddb.open(b"")


def test_a_closed_database_cannot_be_entered(tmp_path):
    for db in [rewinddb.open(), rewinddb.open(tmp_path / "db")]:
        db.close()
        with pytest.raises(rewinddb.Error, match="the database is closed"):
            with db:
                pass


def test_a_directory_of_other_files_is_left_alone(tmp_path):
    (tmp_path / "diary.txt").write_text("mine")
    with pytest.raises(rewinddb.Error, match="there is no store here"):
        rewinddb.open(tmp_path)
    assert os.listdir(tmp_path) == ["diary.txt"]


def test_a_store_keeps_its_clock(tmp_path):
    rewinddb.open(tmp_path / "db", clock="free").close()
    with pytest.raises(rewinddb.Error, match="free clock rule"):
        rewinddb.open(tmp_path / "db")


@pytest.mark.parametrize("sync", ["always", "never", 100, "100"])
def test_sync_says_when_it_is_safe_from_a_loss_of_power(tmp_path, sync):
    with rewinddb.open(tmp_path / "db", sync=sync) as db:
        db.put("a", "1")
    with rewinddb.open(tmp_path / "db") as db:
        assert db.get("a") == "1"


def test_a_bad_sync_is_refused(tmp_path):
    for sync in ["sometimes", 0, -1, 1.5]:
        with pytest.raises(ValueError, match="^sync: it is always, never, or a number of milliseconds from 1 on$"):
            rewinddb.open(tmp_path / "db", sync=sync)


def test_a_hundred_thousand_keys(tmp_path):
    begun = time.monotonic()
    with rewinddb.open(tmp_path / "db", sync="never") as db:
        for start in range(0, 100_000, 10_000):
            db.run([["PUT", f"k{number}", "v"] for number in range(start, start + 10_000)])
        assert db.size() == 100_000 and db.get("k99999") == "v"
    with rewinddb.open(tmp_path / "db") as db:
        assert db.size() == 100_000
    assert time.monotonic() - begun < 60
