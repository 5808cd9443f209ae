"""What a test gives to a mock's verbs, checked when it is given."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import DEFAULT

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.errors import MockError
from pytest_sfn.mocks.arguments import (
    cause_of,
    error_of,
    is_default,
    is_exception,
    microseconds_of,
    pull,
    times_of,
    wants_context,
    with_default,
)


def test_error_names():
    assert error_of("m", "raises", "E", "c") == ("E", "c")
    assert error_of("m", "raises", KeyError, "c") == ("KeyError", "c")
    assert error_of("m", "raises", ValueError("bad"), "") == ("ValueError", "bad")
    for wrong in ("", 5, KeyboardInterrupt):
        with pytest.raises(MockError, match=r"m\.raises: got"):
            error_of("m", "raises", wrong, "")


def test_cause_is_text():
    assert (cause_of("m", "raises", None), cause_of("m", "raises", "c")) == (None, "c")
    with pytest.raises(MockError, match="a cause is text; for JSON give raw_cause"):
        cause_of("m", "raises", {})


def test_spans_of_time():
    assert microseconds_of("m", "takes", 1.5) == microseconds_of("m", "takes", timedelta(seconds=1.5)) == 1_500_000
    for wrong in (-1, float("inf"), True, "5"):
        with pytest.raises(MockError, match=r"m\.takes: got"):
            microseconds_of("m", "takes", wrong)


def test_times():
    assert (times_of("m", "returns", None), times_of("m", "returns", 2)) == (None, 2)
    for wrong in (0, True, 1.0):
        with pytest.raises(MockError, match=r"m\.returns: got times="):
            times_of("m", "returns", wrong)


@pytest.mark.parametrize(
    ("stub", "wanted"),
    [
        (lambda event: 1, False),
        (lambda event, context: 1, True),
        (lambda event, other=1: 1, False),
        (lambda event, context=None: 1, True),
        (lambda *rest: 1, True),
        (len, False),
    ],
)
def test_who_wants_the_context(stub, wanted):
    assert wants_context("m", stub) is wanted


def test_answers_of_unittest_mock():
    assert [is_exception(each) for each in (KeyError, KeyError(), int, "KeyError")] == [True, True, False, False]
    assert is_default(DEFAULT)
    assert [with_default(effect, 7)() for effect in (lambda: DEFAULT, lambda: 1)] == [7, 1]
    stub = pull("m", iter([1, KeyError("k")]))
    assert stub(None) == 1
    with pytest.raises(KeyError):
        stub(None)
    with pytest.raises(MockError, match="m: the side_effect has no more answers"):
        stub(None)


def test_a_wrong_argument_that_is_nested_too_deep_to_be_shown():
    deep = 1
    for _ in range(3000):
        deep = [deep]
    with pytest.raises(MockError, match="got a list that is nested too deep to be shown"):
        SfnMock().state("A").takes(deep)
