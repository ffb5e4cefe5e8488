"""What a checker of types knows of the module: `mypy --strict` reads this, nobody runs it."""

from __future__ import annotations

import rewinddb
from rewinddb.testing import Case, cases

with rewinddb.open("db", clock="wall", sync=100) as db:
    db.set("a", "b", "c", at=1, ttl=2)
    value: str | list[str] | None = db.get("a", "b")
    found: bool = db.delete("a")
    cells: dict[str, str | list[str]] = db.scan("a", "f", at=5)
    left: int | str | None = db.ttl("a")
    keys: list[str] = db.find("KEY", "LIKE", "a*")
    fields: list[tuple[str, str]] = db.find("FIELD", "EXACT", "b")
    items: list[tuple[str, str, str | list[str]]] = db.find("VALUE", "REGEX", "c$")
    with db.transaction() as inner:
        size: int = inner.size()
    answers: list[str | list[str]] = db.run([["GET", "a"], ["TICK", 5]])
    db.get("a", 5)  # type: ignore[arg-type]
    db.put("a", None)  # type: ignore[arg-type]

version: str = rewinddb.__version__
made: list[Case] = cases(level=2, strict=True)
