"""Transactions by `with`, and threads."""

import sys
import threading
import time

import pytest

import rewinddb


@pytest.fixture(params=["memory", "disk"])
def db(request, tmp_path):
    with rewinddb.open(None if request.param == "memory" else tmp_path / "db") as db:
        yield db


def in_thread(work):
    """Does something in another thread, and returns what came of it."""
    came = []
    thread = threading.Thread(target=lambda: came.append(work()))
    thread.start()
    thread.join(60)
    assert not thread.is_alive(), "it hangs"
    return came[0]


def test_it_is_committed_at_the_end(db):
    with db.transaction() as same:
        assert same is db
        db.put("a", "1")
        assert db.get("a") == "1" and in_thread(lambda: db.get("a")) is None
    assert in_thread(lambda: db.get("a")) == "1"


def test_an_exception_rolls_back_and_goes_on(db):
    db.put("a", "1")
    with pytest.raises(KeyError), db.transaction():
        db.clear()
        raise KeyError
    assert db.get("a") == "1"


def test_a_conflict_is_an_error_and_nothing_takes_effect(db):
    db.put("seats", "1")
    with pytest.raises(rewinddb.ConflictError), db.transaction():
        if db.get("seats") == "1":
            in_thread(lambda: db.put("seats", "0"))
            db.put("seats", "0")
            db.put("mine", "yes")
    assert db.get("seats") == "0" and db.get("mine") is None
    with db.transaction():
        db.put("again", "1")


def test_a_thread_has_one_transaction(db):
    with db.transaction():
        with pytest.raises(rewinddb.Error, match="open already"), db.transaction():
            pass
        db.put("a", "1")
    assert db.get("a") == "1"


def test_by_words_they_are_of_the_thread_too(db):
    assert db.ask("BEGIN") is True and db.ask("PUT", "a", "1") is None
    assert in_thread(lambda: (db.get("a"), db.ask("COMMIT"))) == (None, False)
    assert db.ask("COMMIT") is True and db.ask("ROLLBACK") is False
    assert db.run([["BEGIN"], ["PUT", "a", "2"], ["ROLLBACK"], ["GET", "a"]])[-1] == "1"


def test_a_close_within_rolls_back(tmp_path):
    db = rewinddb.open(tmp_path / "db")
    with pytest.raises(rewinddb.Error, match="closed"), db.transaction():
        db.put("a", "1")
        db.close()
    with rewinddb.open(tmp_path / "db") as db:
        assert db.size() == 0


def test_every_thread_may_call(db):
    def work(number):
        for step in range(40):
            db.append("log", "all", f"{number}.{step}")
            with db.transaction():
                db.put(f"k{number}", str(step))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive(), "it hangs"
    told = db.get("log", "all")
    assert len(told) == 320
    for number in range(8):
        mine = [int(item.split(".")[1]) for item in told if item.startswith(f"{number}.")]
        assert mine == list(range(40)) and db.get(f"k{number}") == "39"


def turns_of_another_thread(work):
    """How often another thread was let in while this one worked, if the interpreter takes nothing away from anybody."""
    count, is_done = [0], threading.Event()

    def turn():
        while not is_done.is_set():
            count[0] += 1
            time.sleep(0)

    interval = sys.getswitchinterval()
    thread = threading.Thread(target=turn)
    thread.start()
    try:
        sys.setswitchinterval(1000)
        before = count[0]
        work()
        return count[0] - before
    finally:
        sys.setswitchinterval(interval)
        is_done.set()
        thread.join(60)


def test_the_interpreter_is_let_go_while_a_commit_waits(tmp_path):
    def puts(db):
        for step in range(50):
            db.put("a", str(step))

    with rewinddb.open(tmp_path / "db") as disk, rewinddb.open() as memory:
        assert turns_of_another_thread(lambda: puts(disk)) > 0
        assert turns_of_another_thread(lambda: puts(memory)) == 0
