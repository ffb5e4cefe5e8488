"""`rewinddb.testing`: the judge, in pytest's own process."""

import pathlib
import subprocess
import sys
import textwrap

import pytest

from rewinddb.testing import cases

PLAIN = """
class Solution:
    def __init__(self):
        self.cells = {}

    def set(self, key, field, value):
        self.cells.setdefault(key, {})[field] = value
        return ""

    def get(self, key, field):
        return self.cells.get(key, {}).get(field, "")

    def delete(self, key, field):
        return "true" if self.cells.get(key, {}).pop(field, None) is not None else "false"

    def scan(self, key):
        return ", ".join(f"{field}({value})" for field, value in sorted(self.cells.get(key, {}).items()))

    def scan_by_prefix(self, key, prefix):
        cells = sorted(self.cells.get(key, {}).items())
        return ", ".join(f"{field}({value})" for field, value in cells if field.startswith(prefix))
"""


def made(text):
    module = {"__name__": "solution"}
    exec(text, module)
    return module["Solution"]


def failing(solution, level=2):
    failed = {}
    for case in cases(level):
        try:
            case.check(solution)
        except AssertionError as error:
            failed[case.name] = str(error)
    return failed


def test_a_right_class_passes_two_levels():
    assert failing(made(PLAIN)) == {}


def test_a_function_that_gets_all_queries_passes():
    kind = made(PLAIN)

    def solution(queries):
        database = kind()
        return [getattr(database, query[0].lower())(*query[1:]) for query in queries]

    assert failing(solution) == {}


def test_a_failure_is_shown_as_the_judge_does():
    wrong = made(PLAIN.replace("field.startswith(prefix)", "value.startswith(prefix)"))
    failed = failing(wrong)
    assert 0 < len(failed) < 40
    shown = failed["one field has no comma"]
    assert "a prefix that is looked for in the value" in shown
    for part in ("WA ", "why ", "verdict ", "wanted ", "given ", "rule ", "before "):
        assert f"\n{part}" in shown or f"\n  {part}" in shown, part
    assert "\x1b" not in shown


def test_an_exception_is_told_with_its_place_in_the_solution():
    wrong = made(PLAIN.replace('return ""', "return 1 / 0"))
    shown = next(iter(failing(wrong, 1).values()))
    assert "RTE" in shown and "ZeroDivisionError: division by zero" in shown and "in set" in shown
    assert "adapter" not in shown


def test_what_is_missing_is_told():
    shown = next(iter(failing(made(PLAIN.replace("scan", "scam"))).values()))
    assert "NS " in shown and "has no method scan for SCAN" in shown


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        (lambda queries: [""], "1 answers? for"),
        (lambda queries: None, "returned NoneType, not a list"),
        (lambda queries: ["\ud800" for _ in queries], "wrong answer"),
        (lambda queries: [None for _ in queries], "wrong answer"),
    ],
)
def test_answers_of_a_wrong_shape_are_failures(answers, told):
    with pytest.raises(AssertionError, match=told):
        cases(1)[0].check(answers)


def test_what_is_no_failure_goes_through():
    def interrupted(queries):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cases(1)[0].check(interrupted)

    def skipped(queries):
        pytest.skip("not today")

    with pytest.raises(pytest.skip.Exception):
        cases(1)[0].check(skipped)


def test_what_is_no_solution_is_refused():
    class Nothing:
        pass

    with pytest.raises(LookupError, match="neither a method set"):
        cases(1)[0].check(Nothing)
    with pytest.raises(TypeError, match="a class or a function"):
        cases(1)[0].check("solution.py")


def test_a_level_that_there_is_not_is_a_value_error():
    for level in (-1, 0, 7, 300):
        with pytest.raises(ValueError, match="levels go from 1 to 6"):
            cases(level=level)


def test_cases_are_named_and_counted():
    few, all_of_it = cases(level=2), cases(level=2, strict=True)
    assert 50 < len(few) < len(all_of_it) and len(cases()) > len(few)
    for case in cases(6, strict=True):
        assert case.name and case.queries and len(case.queries) == len(case.expected)
    names = [str(case) for case in cases(6, strict=True)]
    assert len(set(names)) == len(names)
    with pytest.raises(ValueError, match="1 to 6"):
        cases(7)
    with pytest.raises(ValueError, match="track"):
        cases(track="flags")


def test_pytest_shows_the_judges_view_as_documented_and_no_frame_of_ours(tmp_path):
    unsorted = PLAIN.replace("sorted(self.cells.get(key, {}).items())", "self.cells.get(key, {}).items()")
    (tmp_path / "solution.py").write_text(unsorted)
    (tmp_path / "test_solution.py").write_text(textwrap.dedent("""
        import pytest
        from rewinddb.testing import cases
        from solution import Solution

        @pytest.mark.parametrize("case", cases(level=2), ids=str)
        def test_solution(case):
            case.check(Solution)
    """))
    ended = subprocess.run([sys.executable, "-m", "pytest", "-q", "--color=no", "-p", "no:cacheprovider", tmp_path],
                           cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 1, ended.stdout
    page = (pathlib.Path(__file__).parents[2] / "docs/judge.md").read_text()
    shown = page.split("## In pytest", 1)[1].split("```text\n", 1)[1].split("```", 1)[0]
    told = "".join(f"{line.rstrip()}\n" for line in ended.stdout.splitlines())
    assert shown in told and "testing.py" not in told
    assert "test_solution[level2-" in ended.stdout
