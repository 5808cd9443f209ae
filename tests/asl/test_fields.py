"""The table of fields: that it says of every field all that the parser and the model need.

And every field with every kind of value, alone and in pairs, as `creation` has the answers of CreateStateMachine.
"""

from __future__ import annotations

import re
from dataclasses import fields
from itertools import combinations
from typing import Any

import pytest

from pytest_sfn.asl import model
from pytest_sfn.asl.fields import FIELDS, LANGUAGES, ROWS, STATE_TYPES, required
from pytest_sfn.asl.parse import told_by_aws
from pytest_sfn.expressions.comparisons import OPERATORS
from tests.asl import creation
from tests.asl.creation import COMPANIONS, GROUPS, KINDS, VALUES
from tests.asl.test_parse import BODY, problems

CLASSES = {
    **{name: getattr(model, f"{name}State") for name in STATE_TYPES},
    "Retrier": model.Retrier,
    "Catcher": model.Catcher,
    "ItemBatcher": model.ItemBatcher,
    "ResultWriter": model.ResultWriter,
}
RENAMED = {"processor"}  # a Map's ItemProcessor is taken apart when it is read


@pytest.mark.parametrize("place", CLASSES)
def test_every_attribute_is_one_of_the_model(place: str) -> None:
    known = {field.name for field in fields(CLASSES[place])}
    assert {row.attribute for row in FIELDS[place].values()} - {None} <= known | RENAMED


def test_no_field_stands_twice_in_a_place() -> None:
    for place, table in FIELDS.items():
        assert len(table) == sum(place in row.places for row in ROWS)


def test_field_that_ends_in_path_sets_the_attribute_without() -> None:
    assert FIELDS["Task"]["TimeoutSecondsPath"].attribute == "timeout_seconds"
    assert FIELDS["Task"]["ResultPath"].attribute == "result_path"
    assert FIELDS["Map"]["Iterator"].attribute == FIELDS["Map"]["ItemProcessor"].attribute == "processor"


def test_required_fields_depend_on_the_language() -> None:
    assert required("Task", "JSONPath") == ("Type", "Resource")
    assert required("ChoiceRule", "JSONata") == ("Next", "Condition")
    assert required("ChoiceRule", "JSONPath") == ("Next",)


def test_bounds_are_those_of_numbers() -> None:
    for row in ROWS:
        assert row.least is None or row.kind in ("integer", "number")
        assert bool(row.values) == (row.kind == "enum")


# Every field, every value


def holders(language: str) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """By place: the place around it, the field that leads there (with `[0]` if that is a list), an object that is right."""
    rule = {"Condition": True} if language == "JSONata" else {"Variable": "$", "IsNull": True}
    call = {"Arguments" if language == "JSONata" else "Parameters": {"Bucket": "b"}}
    states: dict[str, dict[str, Any]] = {
        "Task": {"Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": True},
        "Pass": {"End": True},
        "Choice": {"Choices": [{**rule, "Next": "N"}]},
        "Wait": {"Seconds": 1, "End": True},
        "Succeed": {},
        "Fail": {},
        "Parallel": {"Branches": [BODY], "End": True},
        "Map": {"ItemProcessor": BODY, "End": True},
    }
    return {
        **{type_: ("", "", {"Type": type_, **state}) for type_, state in states.items()},
        "StateMachine": ("", "", BODY),
        "Branch": ("Parallel", "Branches[0]", BODY),
        "ItemProcessor": ("Map", "ItemProcessor", BODY),
        "ProcessorConfig": ("ItemProcessor", "ProcessorConfig", {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}),
        "Retrier": ("Task", "Retry[0]", {"ErrorEquals": ["E"]}),
        "Catcher": ("Task", "Catch[0]", {"ErrorEquals": ["E"], "Next": "N"}),
        "ChoiceRule": ("Choice", "Choices[0]", {**rule, "Next": "N"}),
        "ItemReader": ("Map", "ItemReader", {"Resource": "arn:aws:states:::s3:getObject", **call}),
        "ReaderConfig": ("ItemReader", "ReaderConfig", {}),
        "ItemBatcher": ("Map", "ItemBatcher", {}),
        "ResultWriter": ("Map", "ResultWriter", {"Resource": "arn:aws:states:::s3:putObject", **call}),
        "WriterConfig": ("ResultWriter", "WriterConfig", {}),
    }


HOLDERS = {language: holders(language) for language in LANGUAGES}


def refusals(place: str, language: str, value: dict[str, Any]) -> list[tuple[str, str]]:
    """What creation says to an object in a definition that is right otherwise: texts, each with its place below the object.

    Where the states lead is not looked at, save that a target is missing.
    """
    pointer = ""
    while place != "StateMachine":
        outer, field, _ = HOLDERS[language][place]
        if outer:
            value = {**HOLDERS[language][outer][2], field.removesuffix("[0]"): [value] if field.endswith("[0]") else value}
        else:
            outer, field, value = "StateMachine", "States/A", {"StartAt": "A", "States": {"A": value, "N": {"Type": "Succeed"}}}
        place, pointer = outer, f"/{field}{pointer}"
    if language == "JSONata":
        value = {"QueryLanguage": "JSONata", **value}
    told = []
    for each in told_by_aws(problems(value)):
        if each.code != "MISSING_END_STATE" and not each.message.endswith("is not reachable."):
            code = "" if each.code == "SCHEMA_VALIDATION_FAILED" else f"{each.code}: "
            at = "" if each.pointer == "/" else each.pointer
            told.append((code + each.message, at[len(pointer) :] if at.startswith(pointer) else f"not below {pointer}: {at}"))
    return told


def read_rows() -> dict[tuple[str, str], dict[str, tuple[str, list[str], bool]]]:
    """By place and field, by the languages that have it: the kind of value, its arguments, whether it is an expression."""
    table: dict[tuple[str, str], dict[str, tuple[str, list[str], bool]]] = {}
    for places, names, holds, _ in creation.ROWS:
        kind, _, arguments = holds.partition(": ")
        only, _, rest = kind.partition(" ")
        for place in places.split():
            for name in names.replace("!", "").split():
                for language in [only] if only in LANGUAGES else LANGUAGES:
                    plain = rest if only in LANGUAGES else kind
                    entry = (plain.removesuffix(" {%"), arguments.split(", "), plain.endswith(" {%"))
                    assert table.setdefault((place, name), {}).setdefault(language, entry) == entry, (place, name)
    return table


TABLE = read_rows()


def answer(kind: str, arguments: list[str], value: str) -> str:
    """The answer of the first line of the kind that names the value."""
    text = next(text for values, text, _ in KINDS[kind] if values == "*" or value in values.split(", "))
    if text == "bounds":
        number, (least, most) = VALUES[value], arguments
        text = f"Minimum value is {least}" if number < float(least) else "ok"
        return f"Maximum value is {most}" if most and number > float(most) else text
    missing = f"{creation.REQUIRED}[{', '.join(arguments)}]" if arguments[0] else "ok"
    fillings = {"{}": ", ".join(arguments), "{0}": arguments[0], "{value}": str(VALUES[value]), "{required}": missing}
    for mark, filling in fillings.items():
        text = text.replace(mark, filling)
    return text


def expected(place: str, name: str, language: str, value: str) -> list[tuple[str, str]]:
    languages = TABLE[place, name]
    if language not in languages:
        [its] = languages
        return [(other_language(name, language, its), "")]
    kind, arguments, expression = languages[language]
    if expression and language == "JSONata" and value in ("expression", "unclosed"):
        return [] if value == "expression" else [(creation.UNCLOSED, f"/{name}")]
    return placed(answer(kind, arguments, value), name)


def placed(answer: str, name: str) -> list[tuple[str, str]]:
    """The texts of an answer, each with its place below the object that has the field."""
    found = [each.partition(" @") for each in answer.split(" && ")]
    return [(text, "" if at == "^" else f"/{name}{at}") for text, _, at in found if text != "ok"]


def other_language(name: str, language: str, its: str) -> str:
    return f"The QueryLanguage is set to '{language}', but field '{name}' is only supported for the '{its}' QueryLanguage"


def rivals(place: str, name: str) -> set[str]:
    """The other fields of the groups that a field belongs to."""
    groups = [names.split() for places, names, _, _ in GROUPS if place in places.split()]
    return {other for group in groups if name in group for other in group} - {name}


def test_every_field_has_a_row() -> None:
    assert {(place, name) for place, names in FIELDS.items() for name in names} == set(TABLE)
    for (place, name), languages in TABLE.items():
        assert FIELDS[place][name].language in ((None,) if len(languages) == 2 else languages), (place, name)


def test_every_answer_has_a_source() -> None:
    rows = [*creation.ROWS, *GROUPS, *COMPANIONS, *(line for lines in KINDS.values() for line in lines)]
    assert {row[-1] for row in rows} == {"rec", "meas", "doc", "rule", "ours", "?"}
    named = {name for lines in KINDS.values() for values, _, _ in lines for name in values.split(", ")}
    assert named == {"*", *VALUES}
    kinds = {kind for languages in TABLE.values() for kind, _, _ in languages.values()}
    assert kinds | {kind for _, kind in creation.OPERATORS} == set(KINDS)


@pytest.mark.parametrize(("place", "name"), TABLE)
def test_every_value_of_a_field_at_creation(place: str, name: str) -> None:
    for language in LANGUAGES:
        around = HOLDERS["JSONata" if name == "QueryLanguage" else language][place][2]  # a wrong language counts as JSONata
        if language in TABLE[place, name]:
            around = {key: item for key, item in around.items() if key not in rivals(place, name)}
        for value, item in VALUES.items():
            told = refusals(place, language, {**around, name: item})
            assert told == expected(place, name, language, value), (language, value)


@pytest.mark.parametrize("name", ["Variable", *OPERATORS])
def test_every_value_of_an_operator_at_creation(name: str) -> None:
    kind = next(kind for pattern, kind in creation.OPERATORS if re.fullmatch(pattern, name))
    rule = {"Variable": "$", "IsNull" if name == "Variable" else name: True, "Next": "N"}
    for value, item in VALUES.items():
        assert refusals("ChoiceRule", "JSONPath", {**rule, name: item}) == placed(answer(kind, [""], value), name), value


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", FIELDS)
def test_every_pair_of_fields_at_creation(place: str, language: str) -> None:
    """Only the fields of a group exclude each other."""
    groups = [names.split() for places, names, _, _ in GROUPS if place in places.split()]
    known = [[name for name in group if language in TABLE[place, name]] for group in groups]
    holder = HOLDERS[language][place][2]
    for pair in combinations(FIELDS[place], 2):
        value = {"Type": place, **{name: holder.get(name, language if name == "QueryLanguage" else True) for name in pair}}
        told = [text for text, _ in refusals(place, language, value) if text.startswith("There should only be one")]
        assert told == [
            f"There should only be one of the following fields: [{', '.join(group)}]" for group in known if {*pair} <= {*group}
        ], pair


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", FIELDS)
def test_what_an_object_must_have(place: str, language: str) -> None:
    rows = [names.split() for places, names, _, _ in creation.ROWS if place in places.split()]
    marked = {name[:-1] for names in rows for name in names if name.endswith("!")}
    needed = {name for name in marked if language in TABLE[place, name]}
    assert needed == set(required(place, language))
    whole = HOLDERS[language][place][2]
    assert refusals(place, language, whole) == []
    for name in needed:
        told = refusals(place, language, {key: item for key, item in whole.items() if key != name})
        assert told == [(f"{creation.REQUIRED}[{name}]", "")]
    for places, names, how_many, _ in GROUPS:
        if place in places.split() and how_many == "one":
            told = refusals(place, language, {key: item for key, item in whole.items() if key not in names.split()})
            known = [name for name in names.split() if language in TABLE[place, name]]
            assert told == [(f"This object should have only one of the following fields: [{', '.join(known)}]", "")]


@pytest.mark.parametrize(("place", "language", "value", "told", "source"), COMPANIONS)
def test_fields_that_want_others(place: str, language: str, value: dict[str, Any], told: str, source: str) -> None:
    text, _, at = told.partition(" @")
    if text.startswith("LANGUAGE "):
        _, name, its = text.split()
        text = other_language(name, language, its)
    assert refusals(place, language, value) == ([] if text == "ok" else [(text, at)])
