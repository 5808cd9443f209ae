"""What is the same in every run: values of two runs, merged."""

from __future__ import annotations

from typing import Any, Final

from pytest_sfn.coverage.python_text import Name
from pytest_sfn.expressions.values import UNDEFINED

__all__ = ["ANY", "same"]

ANY: Final = Name("ANY")
"""`unittest.mock.ANY`, in place of what differs from run to run, as an id does."""


def same(first: Any, second: Any) -> Any:
    """A value with `ANY` where two runs differ; UNDEFINED if nothing is left."""
    merged = _merged(first, second)
    return UNDEFINED if merged is ANY else merged


def _merged(first: Any, second: Any) -> Any:
    if isinstance(first, dict) and isinstance(second, dict) and first.keys() == second.keys():
        return {name: _merged(value, second[name]) for name, value in first.items()}
    if isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        return [_merged(*pair) for pair in zip(first, second, strict=True)]
    return first if type(first) is type(second) and first == second else ANY
