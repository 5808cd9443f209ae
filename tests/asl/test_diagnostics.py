"""How problems of a definition are told."""

from __future__ import annotations

import pytest

from pytest_sfn.asl.diagnostics import Diagnostic, Location, definition_error, warn
from pytest_sfn.errors import DefinitionWarning


def problem(line: int | None, message: str = "Wrong", hint: str = "") -> Diagnostic:
    location = None if line is None else Location("a.json", line, 3)
    return Diagnostic(code="CODE", message=message, pointer="/States/A", state="A", location=location, hint=hint)


def test_one_problem_with_its_line() -> None:
    error = definition_error("a.json", [problem(2, hint="mend it")], "{\n\t x\n}")
    assert str(error) == "a.json:2:3: state 'A': CODE: Wrong\n    2 |   x\n      |   ^\n  fix  mend it"


def test_several_stand_in_the_order_of_the_text() -> None:
    error = definition_error("a.json", [problem(None, "last"), problem(3, "second"), problem(1, "first")])
    assert [found.message for found in error.diagnostics] == ["first", "second", "last"]
    assert str(error).splitlines() == [
        "a.json has 3 problems",
        "a.json:1:3: state 'A': CODE: first",
        "a.json:3:3: state 'A': CODE: second",
        "a.json at /States/A: state 'A': CODE: last",
    ]


def test_long_line_is_cut_around_the_column() -> None:
    location = Location("a.json", 1, 501)
    error = definition_error("a.json", [Diagnostic(code="C", message="m", pointer="", location=location)], "x" * 1000)
    _, shown, caret = str(error).splitlines()
    assert len(shown) < 120
    assert shown[caret.index("^")] == "x"
    assert caret.index("^") == 8 + 3 + 50


def test_warning_points_at_the_user() -> None:
    with pytest.warns(DefinitionWarning, match="not meant") as caught:
        warn("not meant")
    assert caught[0].filename == __file__
