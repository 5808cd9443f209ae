"""The exceptions as users meet them, and how problems of a definition are told."""

from __future__ import annotations

import ast
import bdb
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import pytest_sfn
from pytest_sfn import errors
from pytest_sfn.errors import (
    Absent,
    DefinitionWarning,
    Diagnostic,
    Hint,
    JsonValueError,
    Lacking,
    Location,
    MockError,
    PytestSfnError,
    Site,
    StateError,
    UnknownAttributeError,
    UnknownStateError,
    belongs_to_test,
    definition_error,
    printable,
    warn,
)


@pytest.mark.parametrize(
    ("error", "of_test"),
    [
        (AssertionError(), True),
        (MockError("m"), True),
        (pytest.exit.Exception("bye"), True),
        (unittest.SkipTest("later"), True),
        (bdb.BdbQuit(), True),
        (ValueError(), False),
    ],
)
def test_whose_an_exception_is(error: Exception, of_test: bool) -> None:
    assert belongs_to_test(error) is of_test


def test_every_error_of_the_test_is_public_and_one_of_ours() -> None:
    kinds = {name: kind for name in errors.__all__ if issubclass(type(kind := getattr(errors, name)), type)}
    exceptions = {name: kind for name, kind in kinds.items() if issubclass(kind, Exception)}
    assert set(kinds) - set(exceptions) == {"Absent", "Diagnostic", "Hint", "Lacking", "Location", "Site"}
    for name, kind in exceptions.items():
        if kind is StateError:
            assert not issubclass(kind, PytestSfnError)  # an ASL error, which no test sees
            continue
        assert getattr(pytest_sfn, name) is kind
        assert kind.__module__ == "pytest_sfn"
        assert issubclass(kind, PytestSfnError) or issubclass(kind, UserWarning)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Größe 注文\u3000⚡", "Größe 注文\u3000⚡"),
        ("a\n::error::b", "a\\n::error::b"),
        ("a\r\tb\x00", "a\\r\\tb\\x00"),
        ("\x1b]8;;http://x\x1b\\a\x07", "\\x1b]8;;http://x\\x1b\\a\\x07"),
        ("\x9b31m\x7f", "\\x9b31m\\x7f"),
        ("a\u2028b\u202ec\u2066", "a\\u2028b\\u202ec\\u2066"),
        ("half \ud83d of one", "half \\ud83d of one"),
        ("a\u200bb\ufeff", "a\\u200bb\\ufeff"),
        ("  ::error::b", "  \\x3a:error::b"),
        ("a ##[group]b", "a \\x23#[group]b"),
        ("###vso[a] ##teamcity[b]", "#\\x23#vso[a] \\x23#teamcity[b]"),
        ("AWS::Lambda ::, ## or [b]", "AWS::Lambda ::, ## or [b]"),
        ("family \U0001f468\u200d\U0001f469", "family \U0001f468\u200d\U0001f469"),
    ],
)
def test_what_is_not_printable_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_text_of_several_lines_keeps_them() -> None:
    assert printable("a\nb\x1b[2J", "\n") == "a\nb\\x1b[2J"
    assert printable("a\n\t\u3000::error::b\n::c", "\n\t") == "a\n\t\u3000\\x3a:error::b\n\\x3a:c"


def test_a_warning_of_ours_has_no_control_sequence() -> None:
    assert str(DefinitionWarning("a\n::error::\x1b[2J")) == "a\n\\x3a:error::\\x1b[2J"


def test_no_error_of_ours_has_a_control_sequence() -> None:
    assert str(MockError("one\n\ttwo \x1b[31m")) == "one\n\ttwo \\x1b[31m"
    assert str(UnknownStateError("no state '\x1b[2J'")) == "no state '\\x1b[2J'"


def test_a_problem_begins_no_line_of_its_own() -> None:
    place = Location("a\n::error::.json", 1, 1)
    item = Diagnostic(
        code="X", message="Bad 'a\n::error::b'", pointer="/a\nb", state="c\n::error::d", hint="e\nf", location=place
    )
    assert str(definition_error(None, [item])) == (
        "a\\n::error::.json:1:1: state 'c\\n::error::d': X: Bad 'a\\n::error::b'\n  fix  e\\nf"
    )


def test_what_tools_read() -> None:
    missing = MockError("no mock", state="Charge", candidates=["function:charge"])
    assert (missing.state, missing.candidates) == ("Charge", ("function:charge",))
    assert JsonValueError("bad", "$.a").path == "$.a"
    assert isinstance(JsonValueError("bad"), ValueError)


def test_unknown_state_is_a_key_error_without_quotes() -> None:
    assert isinstance(UnknownStateError(), KeyError)
    assert str(UnknownStateError("no state 'A'")) == "no state 'A'"


def test_cause_put_in_place_is_final() -> None:
    error = StateError("States.Timeout", "late", catchable=True, heartbeat=True).with_cause("An error occurred. late")
    assert (error.error, error.cause, error.catchable, error.located, error.heartbeat) == (
        "States.Timeout",
        "An error occurred. late",
        True,
        False,
        True,
    )


def test_the_error_of_a_parallel_keeps_where_it_arose():
    inside = StateError("States.Runtime", "no", site=Site("Output", "/States/A/Output"), hints=lambda: [Hint("look")])
    inside.state = "A"
    error = inside.with_cause("An error occurred. no").of_body()
    assert (error.cause, error.bare_cause, error.state, error.site, error.catchable, error.located) == (
        "An error occurred. no",
        "no",
        "A",
        Site("Output", "/States/A/Output"),
        True,
        False,
    )
    assert error.hints is inside.hints


def test_public_names_are_loaded_when_asked_for() -> None:
    assert dir(pytest_sfn) == sorted(pytest_sfn.__all__)
    for name in pytest_sfn.__all__:
        assert getattr(pytest_sfn, name) is not None
    with pytest.raises(AttributeError, match="module 'pytest_sfn' has no attribute 'SfnMok'"):
        pytest_sfn.SfnMok  # noqa: B018


# -- problems of a definition ------------------------------------------------------------------------------------------


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


def test_without_a_line_of_the_user_a_warning_names_the_file_that_it_is_about() -> None:
    """As when a fixture ends; never a line of pytest or of ours."""
    issue = compile("warn('not meant', file='order.asl.json')", "<string>", "exec")
    with pytest.warns(DefinitionWarning) as caught, ThreadPoolExecutor() as pool:
        pool.submit(exec, issue, {"warn": warn}).result()
    assert (caught[0].filename, caught[0].lineno) == ("order.asl.json", 1)


def test_every_warning_of_ours_is_issued_in_one_place() -> None:
    """So each points at the user's line. The methods that `lambda_/process.py` puts back are no calls."""
    folder = Path(pytest_sfn.__file__).parent
    calls = [
        str(file.relative_to(folder))
        for file in folder.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("warnings.warn", "warnings.warn_explicit")
    ]
    assert set(calls) == {"errors.py"}


class Kind(Lacking):
    __slots__ = ("there",)
    gone = Absent(lambda kind, name: f"{type(kind).__name__} has no {name}")


class Other(Kind):
    __slots__ = ()
    gone = 1  # type: ignore[assignment]


def test_an_attribute_that_an_object_does_not_have_says_why() -> None:
    with pytest.raises(UnknownAttributeError, match=r"^Kind has no gone$"):
        _ = Kind().gone
    assert not hasattr(Kind(), "gone")
    assert not hasattr(Kind, "gone")
    assert "there" in dir(Kind())
    assert "gone" not in dir(Kind())


def test_a_subclass_may_have_what_its_base_lacks() -> None:
    assert Other().gone == 1
    assert "gone" in dir(Other())
