"""The judge's cases, for a solution in the same process: in pytest, or anywhere.

>>> from rewinddb.testing import cases
>>> case = cases(level=1)[0]
>>> case.name, case.queries[0]
('a set value is read back', ['SET', 'ada', 'email', 'ada@example.org'])
"""

from __future__ import annotations

import collections.abc
import functools
import inspect
import json
import linecache
import types
import typing

from . import _rewinddb

__all__ = ["Case", "cases"]

_Words = typing.Union[str, "list[str]"]
_Stopped = typing.Union["tuple[str, str, str]", None]


class Case:
    """A list of queries with the answers that are right."""

    def __init__(self, held: _rewinddb.HeldCase, track: str) -> None:
        self.name: str = held.name
        self.why: str = held.why
        self.level: int = held.level
        self.track: str = track
        self.queries: list[list[_Words]] = held.queries
        self.expected: list[_Words] = held.expected
        self._held = held

    def __str__(self) -> str:
        return f"level{self.level}-{self.name}".replace(" ", "_")

    def __repr__(self) -> str:
        return f"<case {self.name!r} of level {self.level}>"

    def check(self, solution: type | collections.abc.Callable[..., typing.Any]) -> None:
        """Judges a class, or a function that gets all queries; AssertionError with what the judge shows of a failure.

        It is called as the adapter of a kit does. There are no limits, and nothing is judged apart: what a solution
        keeps outside of its instances reaches the next case.
        """
        __tracebackhide__ = True
        adapted = _adapted(solution)
        shown = _rewinddb.failure(self._held, functools.partial(_answers, adapted))
        if shown is not None:
            _fail(shown)


def cases(level: int = 4, track: str = "records", strict: bool = False) -> list[Case]:
    """The cases of the built-in suites up to a level, as `rewind judge` has them.

    level: 1 to 4, or 5 and 6 beyond the exercise.
    strict: those too that break what the exercise promises.
    """
    if track != "records":
        raise ValueError(f"there is no track {track!r}; the one there is is 'records'")
    return [Case(held, track) for held in _rewinddb.cases(level, strict)]


def _fail(shown: str) -> typing.NoReturn:
    __tracebackhide__ = True
    raise AssertionError(f"\n{shown}")


def _adapter(kept: list[typing.Any] = []) -> typing.Any:
    """The kit's adapter, as `rewind init python` writes it."""
    if kept:
        return kept[0]
    text, name = _rewinddb.adapter(), "<the adapter of a kit>"
    module = types.ModuleType("rewinddb._adapter")
    module.__file__ = name
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    exec(compile(text, name, "exec"), module.__dict__)
    kept.append(module)
    return module


def _adapted(solution: type | collections.abc.Callable[..., typing.Any]) -> typing.Any:
    """A solution as the adapter asks it."""
    adapter = _adapter()
    if inspect.isclass(solution):
        return adapter.ClassSolution(solution) if adapter.has_set(solution) else adapter.one_method(solution)
    if not callable(solution):
        raise TypeError(f"a class or a function is wanted, not {type(solution).__name__}")
    return adapter.FunctionSolution(solution, getattr(solution, "__name__", type(solution).__name__))


def _answers(adapted: typing.Any, queries: list[list[_Words]], one_by_one: bool) -> tuple[bytes, _Stopped]:
    """Answers a list on a fresh database: its answers as JSON, and how it has stopped, if it has."""
    adapter, answers, stopped = _adapter(), [], None
    try:
        adapted.reset()
        if one_by_one:
            for query in queries:
                answers.append(adapted.answer(query))
        else:
            answers = adapted.answers(queries)
    except NotImplementedError as error:
        stopped = ("not-supported", adapter.one_line(error), "")
    except (Exception, SystemExit) as error:
        # It is told from the adapter on, which leaves itself out.
        error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
        stopped = ("exception", adapter.one_line(error), adapter.paragraph(error))
    return json.dumps(answers, ensure_ascii=False).encode("utf-8", "replace"), stopped
