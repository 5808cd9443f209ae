"""Python's text of values, calls and statements. That it is laid out as ruff does is checked in test_suggest.py."""

import ast

import pytest

from pytest_sfn.coverage.python_text import Chain, Keyword, Name, call, literal, statement

VALUES = [None, True, 1, -1.5, 1e300, "", "a", "it's", 'say "so"', "both ' and \"", "\n\t\\", "##[group]x", "\u202ea", "é"]


@pytest.mark.parametrize("value", [*VALUES, [], {}, [1, {"a": [2]}]])
def test_a_literal_is_the_value(value):
    assert ast.literal_eval(literal(value)) == value


def test_numbers_that_have_no_literal():
    assert literal(float("inf")) == 'float("inf")'


def test_names_and_keywords_are_no_values():
    assert call("f", "a", Name("a"), Keyword("b", Name("c"))) == 'f("a", a, b=c)'


def test_a_long_statement_has_several_lines():
    long = {"a": "x" * 50, "b": ["y" * 50, 1]}

    assert statement("a = f", "b") == '    a = f("b")\n'
    assert statement("a = f", "x" * 76) == f'    a = f(\n        "{"x" * 76}"\n    )\n'
    assert statement("a = f", long, 1, indent=0) == (
        f'a = f(\n    {{\n        "a": "{"x" * 50}",\n        "b": ["{"y" * 50}", 1],\n    }},\n    1,\n)\n'
    )


def test_a_long_chain_gets_a_name():
    chain = Chain((("sfn_mock.state", ("x" * 55,)),)).then("raises", "E").then("returns", {"a": "y" * 30})

    assert str(chain.put("E", "error")) == str(chain).replace('"E"', "error")
    assert chain.statement() == (
        f'    mock = sfn_mock.state("{"x" * 55}")\n    mock.raises("E").returns({{"a": "{"y" * 30}"}})\n'
    )
