"""AWS's words for what is no JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_sfn.asl.java_json import json_refusal

VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("not a definition", f"Unrecognized token 'not': was expecting {VALUES}", 1, 4),  # recorded
        ("", "No content to map due to end-of-input", 1, 1),
        ('{"a":1,}', "Unexpected character ('}' (code 125)): was expecting double-quote to start field name", 1, 9),
        ("{\n a: 1}", "Unexpected character ('a' (code 97)): was expecting double-quote to start field name", 2, 3),
        ('{"a" 1}', "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value", 1, 7),
        ('{"a":1 "b":2}', "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries", 1, 9),
        ("[1 2]", "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries", 1, 5),
        ('{"a":}', "Unexpected character ('}' (code 125)): expected a value", 1, 7),
        ("[1,]", f"Unexpected character (']' (code 93)): expected a valid value {VALUES}", 1, 5),
        ('["\u2013", \u2013]', f"Unexpected character ('\u2013' (code 8211 / 0x2013)): expected a valid value {VALUES}", 1, 8),
        ("[007]", "Invalid numeric value: Leading zeroes not allowed", 1, 4),
        ('{"a":', "Unexpected end-of-input within/between Object entries", 1, 6),
        ('{"a', "Unexpected end-of-input in field name", 1, 4),
        ('["a', "Unexpected end-of-input: was expecting closing quote for a string value", 1, 4),
        ('["\\x"]', "Unrecognized character escape 'x' (code 120)", 1, 5),
    ],
)
def test_words(text: str, message: str, line: int, column: int) -> None:
    found = json_refusal(text)

    assert found is not None
    place = f'[Source: (String)"{text}"; line: {line}, column: {column}]'
    assert (found.code, found.message, found.pointer) == ("INVALID_JSON_DESCRIPTION", f"{message}\n at {place}", place)


def test_where_what_is_not_closed_begins() -> None:
    found = json_refusal('{"a": [1')

    assert found is not None
    source = '[Source: (String)"{"a": [1"'
    assert found.message == (
        f"Unexpected end-of-input: expected close marker for Array (start marker at {source}; line: 1, column: 7])"
        f"\n at {source}; line: 1, column: 9]"
    )


def test_a_long_text_is_cut() -> None:
    found = json_refusal("x" * 600)

    assert found is not None
    assert found.pointer == f'[Source: (String)"{"x" * 500}"[truncated 100 chars]; line: 1, column: 601]'


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON, st.data())
def test_refuses_what_json_refuses(value: object, data: st.DataObject) -> None:
    text = json.dumps([value], indent=1)
    at = data.draw(st.integers(0, len(text)))
    text = (
        text[:at]
        + data.draw(st.sampled_from(["", "{", "}", "[", "]", ",", ":", '"', "t", "\\", "\n"]))
        + text[at + data.draw(st.integers(0, 1)) :]
    )
    try:
        json.loads(text, parse_constant=int)
    except ValueError as error:
        right = str(error).startswith("Extra data")  # what follows the value is not looked at
    else:
        right = True

    assert (json_refusal(text) is None) is right
