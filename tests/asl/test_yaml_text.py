"""The YAML reader, with PyYAML's C parser and its Python one."""

import json
import subprocess
import sys
import warnings
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pytest_sfn.asl import yaml_text
from pytest_sfn.asl.source import read_source
from pytest_sfn.asl.text import Reading, Substitutions, Text
from pytest_sfn.errors import DefinitionError
from pytest_sfn.expressions import values
from tests.asl.test_json_text import JSON_VALUES


@pytest.fixture(params=["C", "Python"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "Python":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)


def read(text: str) -> Reading:
    return yaml_text.read(Text("t", text), Substitutions(None))


def problems(text: str) -> list[str]:
    return [f"{p.location.line}:{p.location.column} {p.message}" for p in read(text).problems if p.location]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1_000", "1_000"),
        *((word, word) for word in ("Yes", "No", "on", "off", "y", "tRue", "2015-03-14", "2015-03-14T01:59:00Z", "1:30")),
        *((word, True) for word in ("true", "True", "TRUE")),
        *((word, None) for word in ("", "~", "null", "Null", "NULL")),
        ("false", False),
        ("15", 15),
        ("-0.5", -0.5),
        ("+5", 5),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("0x1F", 31),
        ("0o17", 15),
        ("012345678901", "012345678901"),  # an account id
        ("'15'", "15"),
        ('"true"', "true"),
        ("!!str 15", "15"),
        ("!!int 15", 15),
        ("! 15", "15"),
        ("\n-", [None]),
        ("$.a[0]['b'].c", "$.a[0]['b'].c"),
        ("'{% $x %}'", "{% $x %}"),
        ("|\n  a\n   b\n", "a\n b\n"),
        (">-\n  a\n  b\n", "a b"),
        ("{b: [1, {c: d}], e: {}}", {"b": [1, {"c": "d"}], "e": {}}),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("parser")
def test_scalars(text: str, value: object) -> None:
    reading = read(f"a: {text}\n")
    assert reading.problems == []
    assert values.json_equal(reading.value, {"a": value})


def test_numbers_keep_their_spelling() -> None:
    assert values.dumps(read("[1.10, 1e5, -0, 5.50]").value) == "[1.10,1e5,-0,5.50]"


@pytest.mark.usefixtures("parser")
def test_keys_are_text() -> None:
    assert read("No: 1\n200: 2\ntrue: 3\n~: 4\n'<<': 5\n").value == {"No": 1, "200": 2, "true": 3, "~": 4, "<<": 5}


SHARED = """\
retry: &retry
  - ErrorEquals: [States.ALL]
    MaxAttempts: 2
base: &base {Type: Task, End: true}
States:
  A:
    <<: *base
    End: false
    Retry: *retry
  B:
    <<: [{Type: Pass}, *base]
"""


@pytest.mark.usefixtures("parser")
def test_aliases_and_merge_keys_and_their_places() -> None:
    reading = read(SHARED)
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}]
    assert reading.problems == []
    assert reading.value["States"] == {
        "A": {"Type": "Task", "End": False, "Retry": retry},
        "B": {"Type": "Pass", "End": True},
    }

    def at(pointer: str, *, value: bool = False) -> str:
        location = reading.text.location(reading.places.find(pointer, value=value))
        return f"{location.line}:{location.column}"

    assert at("/States/A/Retry") == "9:5"
    assert at("/States/A/Retry", value=True) == "9:12"
    assert at("/States/A/Retry/0/MaxAttempts") == "3:5"
    assert at("/States/A/Type") == "4:14"
    assert at("/States/A/End") == "8:5"
    assert at("/States/B/End") == "4:26"
    assert at("/States/B/Type") == "11:11"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["1:1 The definition is empty"]),
        ("# only this\n", ["1:1 The definition is empty"]),
        ("a: 1\na: 2\n", ['2:1 The key "a" occurs twice, first in line 1']),
        ("a: b: c\n", ["1:5 Mapping values are not allowed"]),
        ("a:\n\t- b\n", ["2:1 Found character"]),
        ("a: {% $x %}\n", ["1:5 Found character"]),
        ('a: "x\nb: 1\n', ["1:4 Found unexpected end of stream (while scanning a quoted scalar from line 1 on)"]),
        ("a: 1\n---\nb: 2\n", ["2:1 A second document"]),
        ("? [1]\n: 2\n", ["1:3 A key that is not text"]),
        ("a: *x\n", ["1:4 The alias *x repeats the anchor &x, which is not above it"]),
        ("a: &x [*x]\n", ["1:8 The alias *x is inside of what it repeats"]),
        ("<<: 3\n", ["1:5 << can merge objects only"]),
        ("a: .inf\nb: .NaN\n", [
            "1:4 .inf is not a number in JSON; put quotes around it if it is text",
            "2:4 .NaN is not a number in JSON; put quotes around it if it is text",
        ]),
        ("a: !Sub x\nb: !Sub y\nc: !GetAtt [a, b]\nd: !!binary aGk=\n", [
            "1:4 The tag !Sub has no meaning in a definition",
            "3:4 The tag !GetAtt has no meaning in a definition",
            "4:4 The tag !!binary has no meaning in a definition",
        ]),
        ("a: \x07\n", ["1:4 The character U+0007, which YAML does not allow"]),
        ("a: \ud800\n", ["1:4 The character U+D800, which YAML does not allow"]),
        ("a: " + "[" * 400 + "]" * 400, ["1:403 Nested deeper than 400 levels"]),
        ("[" * 100_000, ["1:401 Nested deeper than 400 levels"]),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("parser")
def test_what_is_wrong_is_told_at_its_place(text: str, expected: list[str]) -> None:
    found = problems(text)
    assert len(found) == len(expected)
    assert all(message.startswith(start) for message, start in zip(found, expected, strict=True)), found


@pytest.mark.usefixtures("parser")
def test_columns_count_characters() -> None:
    assert problems("äöü: {😀: 1, 😀: 2}\n") == ['1:13 The key "😀" occurs twice, first in line 1']


def test_hints() -> None:
    assert read("a: {% $x %}\n").problems[0].hint == "put quotes around JSONata: '{% ... %}'"
    assert read("a:\n\t- b\n").problems[0].hint == "YAML indents with blanks, not with tabs"
    assert read("a: !Sub x\n").problems[0].hint.startswith("!Sub belongs to a CloudFormation template")


def test_aliases_cannot_blow_up() -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    assert [problem.code for problem in read("\n".join(levels)).problems] == ["DEFINITION_TOO_LARGE"]
    deep = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 500))]
    assert problems("\n".join(deep))[0].endswith("Nested deeper than 400 levels")


@given(JSON_VALUES)
def test_what_pyyaml_writes_is_read(value: object) -> None:
    text = yaml.dump({"a": value}, Dumper=_Plain, allow_unicode=True)
    if yaml_text._NOT_YAML.search(text):
        return
    reading = read(text)
    assert reading.problems == []
    assert values.json_equal(reading.value, {"a": value})


class _Plain(yaml.SafeDumper):
    """Texts in double quotes, as PyYAML leaves those without that are dates for others; no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Plain.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))

DEFINITION = 'StartAt: A\nStates:\n  A: &a\n    Type: Wait\n    Seconds: ${W}\n    Next: "B"\n  B: {<<: *a, End: true}\n'


@given(st.integers(0, len(DEFINITION)), st.integers(0, 3), st.text("\"'{}[],:&*!|>%@`#-?<~ \n\ta1${\x00\ud800", max_size=4))
def test_a_damaged_definition_raises_nothing_but_our_error(at: int, cut: int, put: str) -> None:
    with warnings.catch_warnings(action="ignore"):
        try:
            source = read_source(DEFINITION[:at] + put + DEFINITION[at + cut :] + "\n", substitutions={"W": 3})
        except DefinitionError:
            return
    json.dumps(source.value)


def test_only_yaml_loads_pyyaml() -> None:
    code = "import sys; from pytest_sfn.asl.source import read_source; read_source('{}'); assert 'yaml' not in sys.modules; "
    code += "read_source('a: 1\\n'); assert 'yaml' in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_bracket_that_is_not_closed_has_a_fix() -> None:
    reading = yaml_text.read(Text("a.yaml", "a: {b: 1\nc: 2\n"), Substitutions(None))

    (problem,) = reading.problems
    assert "Did not find expected ',' or '}'" in problem.message
    assert problem.hint.startswith("a comma is missing, or a bracket is not closed")
