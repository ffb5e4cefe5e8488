"""What the package promises beside its functions."""

import pathlib
import re
import subprocess
import sys
from importlib import metadata

import pytest

import rewinddb

HERE = pathlib.Path(__file__).parent
PYTHON = HERE.parent


def test_unsafe_stands_in_no_source():
    sources = list((PYTHON / "src").rglob("*.rs"))
    assert len(sources) > 5
    for source in sources:
        code = re.sub(r"//.*", "", source.read_text())
        assert not re.search(r"\bunsafe\b", code), source


def test_there_is_one_version():
    version = re.compile(r'^version = "(.*)"', re.M)
    own = version.search((PYTHON / "Cargo.toml").read_text())[1]
    assert own == version.search((PYTHON.parent / "Cargo.toml").read_text())[1] == metadata.version("rewinddb")
    assert rewinddb.__version__ == own


def test_the_page_of_pypi_stands_alone():
    page = (PYTHON / "README.md").read_text()
    assert len(page.splitlines()) <= 30
    assert not re.search(r"!\[|<img|\]\((?!https?://)", page)


def test_the_document_is_short():
    assert len((PYTHON.parent / "docs" / "python.md").read_text().splitlines()) <= 200


def test_dash_m_is_the_program_or_says_why_not():
    ended = subprocess.run([sys.executable, "-m", "rewinddb", "--version"], capture_output=True, text=True, timeout=60)
    if any(file.name == "rewind" for file in metadata.files("rewinddb")):
        assert (ended.returncode, ended.stdout) == (0, f"rewind {metadata.version('rewinddb')}\n")
    else:
        assert ended.returncode == 69 and "was not installed" in ended.stderr


@pytest.mark.skipif(not any(file.name == "rewind" for file in metadata.files("rewinddb")), reason="no program here")
def test_dash_m_replaces_itself_by_the_program():
    command = [sys.executable, "-m", "rewinddb", "run", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(b'[["SIZE"]]\n')
        process.stdin.flush()
        deadline = 200
        while b"rewind" not in pathlib.Path(f"/proc/{process.pid}/exe").readlink().name.encode() and deadline:
            deadline -= 1
            __import__("time").sleep(0.05)
        assert deadline
        assert process.communicate(timeout=60)[0].strip() == b'["0"]'


def test_all_is_there():
    assert set(rewinddb.__all__) <= set(dir(rewinddb))
    assert all(getattr(rewinddb.Database, name).__doc__ for name in dir(rewinddb.Database) if name[0] != "_")
