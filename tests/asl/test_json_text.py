"""The JSON reader: equal to `json.loads` on what is right, one message each for what is wrong."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_sfn.asl import json_text
from pytest_sfn.asl.pointer import child
from pytest_sfn.asl.text import Reading, Substitutions, Text
from pytest_sfn.errors import DefinitionError
from pytest_sfn.expressions import values

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def read(text: str) -> Reading:
    return json_text.read(Text("t", text), Substitutions(None))


@given(JSON_VALUES, st.sampled_from([None, 0, 2, "\t"]), st.booleans())
def test_any_value_is_read_as_json_reads_it_with_its_places(value: object, indent: int | str | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    reading = read(text)
    assert reading.problems == []
    assert values.json_equal(reading.value, value)
    assert values.json_equal(json_text.read_quickly(text), value)
    assert_places(reading, value, "")


def assert_places(reading: Reading, value: object, pointer: str) -> None:
    text = reading.text.text
    start = reading.places.find(pointer, value=True)
    assert values.json_equal(json.JSONDecoder().raw_decode(text, start)[0], value)
    if isinstance(value, dict):
        for key, item in value.items():
            place = child(pointer, key)
            assert json.JSONDecoder().raw_decode(text, reading.places.find(place))[0] == key
            assert_places(reading, item, place)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            assert_places(reading, item, child(pointer, index))


@pytest.mark.parametrize("text", ["1.10", "1e5", "-0", "1E400", "-1.5e-7", "12345678901234567890", "0.1"])
def test_numbers_keep_their_spelling(text: str) -> None:
    for value in (read(text).value, json_text.read_quickly(text)):
        assert values.dumps(value) == text


TOKEN = "was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
WRONG = [
    ("", ["1:1 The definition is empty"]),
    ("{", ["1:1 This object is never closed: the text ends in line 1 without it"]),
    ('{"a": [1,\n2', ["1:7 This array is never closed: the text ends in line 2 without it"]),
    ('{"a":', ["1:6 The text ends where a value is expected"]),
    ('{"a": 1}}', ["1:9 Text after the end of the definition, from '}' on"]),
    ('{"a": 1} {"b": 2}', ["1:10 Text after the end of the definition, from '{' on"]),
    ('{"a": 1 "b": 2}', ["1:8 A comma is missing here"]),
    ('{"a": 1\n\n"b": [1 2]}', ["1:8 A comma is missing here", "3:8 A comma is missing here"]),
    ('{"a": [1,],}', ["1:9 A comma before the closing ']'", "1:11 A comma before the closing '}'"]),
    ('{"a": 1,, "b": 2}', ["1:9 A comma too many"]),
    ('{"a": ,\n"b": 2}', ["1:7 A value is missing before ','"]),
    ('{"a" 1, "b" = 2}', ["1:5 A colon is missing after this key", "1:12 A colon is missing after this key"]),
    ('{"a": "b": "c"}', ["1:10 A second colon after one key"]),
    ('["a": 1]', ["1:5 A colon inside of an array"]),
    ("{a: 'b', 'c': 1}", ["1:2 The key a has no quotes", "1:5 A string in single quotes", "1:10 A key in single quotes"]),
    ('{"a": [1}', ["1:9 '}' where ']' is expected, to close the '[' of line 1, column 7"]),
    ('{"a": [1, }', ["1:11 '}' where ']' is expected, to close the '[' of line 1, column 7"]),
    ('{"a": 1; "b": 2}', ["1:8 Unexpected character ';' where a comma or the closing '}' is expected"]),
    ('{"a": "x\n"}', ["1:7 This string is not closed in its line"]),
    ('{"a": "x', ["1:7 This string is not closed in its line"]),
    ('{"a": "\t", "b": "\\{\\u12"}', ["1:8 A control character inside of a string", "1:18 JSON has no escape \\{"]),
    ('{"a": True}', [f"1:7 Unrecognized token 'True': {TOKEN}"]),
    ('{"a": arn:aws x, "b": NaN}', [f"1:7 Unrecognized token 'arn': {TOKEN}", f"1:23 Unrecognized token 'NaN': {TOKEN}"]),
    ("not a definition", [f"1:1 Unrecognized token 'not': {TOKEN}"]),  # AWS's words, recorded
    ('{"a": 01, "b": .5, "c": 1., "d": +1, "e": 0x1F}', [
        "1:7 '01' is not a JSON number",
        "1:16 '.5' is not a JSON number",
        "1:25 '1.' is not a JSON number",
        "1:34 '+1' is not a JSON number",
        "1:43 '0x1F' is not a JSON number",
    ]),
    ('{"a": ' + "9" * 4301 + "}", ["1:7 An integer of more than 4,300 digits"]),
    ('{"a": 1, // one\n/* two\n */ "b": 2} # three', ["1:10 A comment, which JSON does not have; others in line 2, 3"]),
    ('{"a": 1, "a": {"b": 1, "b": 2, "b": 3}}', [
        '1:10 The key "a" occurs twice, first in line 1',
        '1:24 The key "b" occurs twice, first in line 1',
        '1:32 The key "b" occurs twice, first in line 1',
    ]),
    ("[" * 401 + "]" * 401, ["1:401 Nested deeper than 400 levels"]),
    ('{"a": {% if x %}1{% endif %}}', ["1:7 Unexpected character '{' where a value is expected"]),
    ('{"a": “b”}', [f"1:7 Unrecognized token '“b”': {TOKEN}"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "problems"), WRONG)
def test_what_is_wrong_is_told_at_its_place(text: str, problems: list[str]) -> None:
    found = [f"{p.location.line}:{p.location.column} {p.message}" for p in read(text).problems if p.location]
    assert found == problems
    with pytest.raises(values.JsonValueError):
        json_text.read_quickly(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ('{"a": True}', "JSON spells it true"),
        ('{"a": “b”}', 'these are typographic quotes, as word processors write them; JSON has "'),
        ('{"a": {# x #}}', "this looks like a template (Jinja, Terraform): render it first, or use ${Name} and substitutions"),
        ('{"a": "\\$"}', "to have a backslash in the string write \\\\$"),
        ('{"a": [1}', "a bracket is missing, or one is too many"),
    ],
)
def test_hints(text: str, hint: str) -> None:
    assert [problem.hint for problem in read(text).problems] == [hint]


def test_a_text_that_is_nothing_but_mistakes_is_not_read_for_ever() -> None:
    assert len(read("[" + "None " * 1000).problems) == 25


def test_the_deepest_definition_is_read() -> None:
    text = "[" * 400 + "]" * 400
    assert read(text).problems == []
    assert json_text.read_quickly(text) == read(text).value


DEFINITION = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 1.5, "Next": "${B}"}, "B": [True, None]}})


@given(st.integers(0, len(DEFINITION)), st.integers(0, 3), st.text("\"\\{}[],:$%'/*#{ \n\tae1-.\x00", max_size=4))
def test_a_damaged_definition_is_read_as_json_reads_it_or_has_problems(at: int, cut: int, put: str) -> None:
    text = DEFINITION[:at] + put + DEFINITION[at + cut :]
    reading = read(text)
    try:
        value = values.loads(text, json_text._unique)
    except values.JsonValueError:
        assert reading.problems
    else:
        assert reading.problems == []
        assert values.json_equal(reading.value, value)


@given(st.text("\"\\{}[],:$%'/*#{ \n\tae1-.\x00", max_size=40))
def test_noise_raises_nothing(text: str) -> None:
    reading = read(text)
    assert reading.problems or values.json_equal(reading.value, json.loads(text))


def test_errors_carry_their_diagnostics() -> None:
    from pytest_sfn.asl.source import read_source

    with pytest.raises(DefinitionError) as caught:
        read_source('{"States": {"A": {"Next": 01}}}')
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.pointer, problem.state) == ("INVALID_JSON_DESCRIPTION", "/States/A/Next", "A")
