"""Which arguments a signature lets through, and what becomes of them."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.jsonata.errors import JsonataError
from pytest_sfn.jsonata.signatures import Signature
from pytest_sfn.jsonata.values import UNDEFINED


@pytest.mark.parametrize(
    ("signature", "args", "context", "expected"),
    [
        ("<s-nn?:s>", ["a", 1], None, ["a", 1, UNDEFINED]),
        ("<s-nn?:s>", [1], "ctx", ["ctx", 1, UNDEFINED]),
        ("<a<n>:n>", [[1, 2.5]], None, [[1, 2.5]]),
        ("<a<n>:n>", [1], None, [[1]]),
        ("<x-:b>", [], UNDEFINED, [UNDEFINED]),
        ("<(sf)n?:x>", ["a"], None, ["a", UNDEFINED]),
    ],
)
def test_let_through(signature: str, args: list[Any], context: Any, expected: list[Any]) -> None:
    checked = Signature(signature)
    for _ in range(2):  # what is remembered makes no difference, but for optional arguments at the end
        found = checked.validate(args, context)
        assert found + [UNDEFINED] * (len(expected) - len(found)) == expected


@pytest.mark.parametrize(
    ("signature", "args", "context", "code", "index"),
    [
        ("<s-:s>", [1], None, "T0410", 1),
        ("<n-:n>", [1, 2], None, "T0410", 2),
        ("<s-:s>", [], 1, "T0411", 1),
        ("<a<n>:n>", [["a"]], None, "T0412", 1),
    ],
)
def test_refused(signature: str, args: list[Any], context: Any, code: str, index: int) -> None:
    with pytest.raises(JsonataError) as caught:
        Signature(signature).validate(args, context)
    assert (caught.value.code, caught.value.values["index"]) == (code, index)


def test_a_context_is_looked_at_each_time() -> None:
    signature = Signature("<s-:n>")
    assert signature.validate([], UNDEFINED) == [UNDEFINED]
    assert signature.validate([], "abc") == ["abc"]


def test_lists_are_looked_into_each_time() -> None:
    signature = Signature("<a<n>:n>")
    assert signature.validate([[1]], None) == [[1]]
    with pytest.raises(JsonataError):
        signature.validate([["a"]], None)
