"""What an expression gives, a value or an error's code, to compare with what the reference gives."""

from __future__ import annotations

from typing import Any

from pytest_sfn import jsonata

__all__ = ["Code", "answer"]


class Code(str):
    """The code of an error."""

    __slots__ = ()


def answer(expression: str) -> Any:
    """The value or the code; numbers that JSON lacks come out as text."""
    try:
        return jsonata.compile(expression)()
    except jsonata.JsonataError as error:
        return Code(error.code)
