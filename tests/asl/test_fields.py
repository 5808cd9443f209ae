"""The table of fields: that it says of every field all that the parser and the model need."""

from __future__ import annotations

from dataclasses import fields

import pytest

from pytest_sfn.asl import model
from pytest_sfn.asl.fields import FIELDS, ROWS, STATE_TYPES, required

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
