"""The table of intrinsic functions; what each answers is in test_intrinsics.py."""

from __future__ import annotations

import pytest

from pytest_sfn.expressions.intrinsic_functions import FUNCTIONS, EvaluationError, placeholders


def test_all_that_aws_documents_are_there() -> None:
    assert sorted(FUNCTIONS) == [
        "Array", "ArrayContains", "ArrayGetItem", "ArrayLength", "ArrayPartition", "ArrayRange", "ArrayUnique",
        "Base64Decode", "Base64Encode", "Format", "Hash", "JsonMerge", "JsonToString", "MathAdd", "MathRandom", "StringSplit",
        "StringToJson", "UUID",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "counts", "arity"),
    [
        ("UUID", [0], "0 arguments"),
        ("ArrayLength", [1], "1 argument"),
        ("MathRandom", [2, 3], "2 or 3 arguments"),
        ("Format", [1, 2, 9], "1 argument or more"),
        ("Array", [0, 1, 9], "0 arguments or more"),
    ],
)
def test_how_many_arguments_each_takes(name: str, counts: list[int], arity: str) -> None:
    function = FUNCTIONS[name]
    assert [count for count in range(10) if function.checks(count) is not None][:1] == counts[:1]
    for count in counts:
        checks = function.checks(count)
        assert checks is not None
        assert len(checks) == count
    assert function.arity() == arity


def test_placeholders() -> None:
    assert placeholders(r"a{}b\{\}\'{}") == ["a", r"b{}'", ""]
    assert placeholders("") == [""]
    for template in ("{", "}", "{x}"):
        with pytest.raises(EvaluationError, match=r"Invalid template in States\.Format: matching"):
            placeholders(template)
