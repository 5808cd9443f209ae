"""Whether a JSON value fits a shape; here those of an integration's own, which are tables of members and types."""

from __future__ import annotations

import pytest

from pytest_sfn.services.operations import service_model
from pytest_sfn.services.shapes import Checker

JOB = {"Name!": "string", "Retries": "number", "Quiet": "boolean", "Tags": "object", "Steps": "array", "Any": "any"}


def misfits(shape, value, **options):
    found = []
    Checker(**{"sdk": False, "answer": True, **options}).check_of(shape)(value, found)
    return [(misfit.kind, misfit.where, misfit.text) for misfit in found]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Name": "a", "Retries": 1.5, "Quiet": False, "Tags": {}, "Steps": [], "Any": 1}, []),
        ({"Name": "a", "Retries": None}, []),
        ({}, [("missing", "Name", "")]),
        ({"Name": 1}, [("type", "Name", "must be a string")]),
        ({"Name": "a", "Retries": True}, [("type", "Retries", "must be a number")]),
        ({"Name": "a", "Quiet": 0}, [("type", "Quiet", "must be a boolean")]),
        ({"Name": "a", "Tags": []}, [("type", "Tags", "must be an object")]),
        ({"Name": "a", "Steps": {}}, [("type", "Steps", "must be an array")]),
        ([], [("type", "", "must be an object")]),
    ],
)
def test_types_of_members(value, expected):
    assert misfits(JOB, value) == expected


def test_parameters_are_taken_as_text_where_step_functions_makes_text_of_them():
    assert misfits(JOB, {"Name": "a", "Retries": "1.5", "Quiet": "true"}, answer=False) == []
    assert misfits(JOB, {"Name": 1, "Retries": "x", "Other": 1}, answer=False) == [
        ("type", "Name", "must be a string"),
        ("type", "Retries", "must be a number"),
        ("unknown", "Other", ""),
    ]


def test_tables_inside_tables():
    table = {"Transform!": {"Options": {"Format!": "string"}}}
    assert misfits(table, {"Transform": {"Options": {"Format": "a"}}}) == []
    assert misfits(table, {}) == [("missing", "Transform", "")]
    assert misfits(table, {"Transform": {"Options": {}}}) == [("missing", "Transform.Options.Format", "")]


def test_members_that_an_integration_does_not_take():
    shape = service_model("emr").shape_for("InstanceFleetModifyConfig")
    table, without = {"Fleet": shape}, ["Fleet.InstanceFleetId"]
    assert misfits(table, {"Fleet": {"TargetSpotCapacity": 1}}, answer=False, without=without) == []
    assert misfits(table, {"Fleet": {"InstanceFleetId": "if-1"}}, answer=False, without=without) == [
        ("unknown", "Fleet.InstanceFleetId", "")
    ]


def test_limits_of_a_model():
    memory = service_model("lambda").shape_for("MemorySize")
    assert misfits(memory, 128) == []
    assert misfits(memory, 1) == [("value", "", "is less than the minimum value")]
    name = service_model("dynamodb").shape_for("TableName")
    assert misfits(name, "") == [("value", "", "is smaller than the minimum length")]
    status = service_model("dynamodb").shape_for("TableStatus")
    assert misfits(status, "FINE") == [("value", "", "is not an expected value")]


def test_path_of_a_misfit():
    found = []
    Checker(sdk=False, answer=True).check_of({"Name": "string"})({"Name": 1}, found)
    assert (found[0].name, found[0].path, found[0].expected) == ("Name", ["Name"], "string")
