"""Elements: what is possible, how it is named, where it stands."""

import json

import pytest

from pytest_sfn import load
from pytest_sfn.coverage.elements import elements, outline, outline_of_file
from tests.helpers import machine, task

RETRY = [{"ErrorEquals": ["A", "B"]}]
CATCH = [{"ErrorEquals": ["States.ALL"], "Next": "End"}]
NESTED = machine(
    Ask={"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": True, "Next": "Each"}], "Default": "Both"},
    Each={"Type": "Map", "ItemProcessor": machine(One=task(Retry=RETRY, TimeoutSeconds=5, HeartbeatSeconds=2)), "Next": "End"},
    Both={"Type": "Parallel", "Branches": [machine(Left=task()), machine(Right=task())], "Catch": CATCH, "Next": "End"},
    End={"Type": "Succeed"},
)


def pointers(found, *kinds):
    return [element.pointer for element in found if element.kind in kinds]


def test_every_kind_of_element():
    found = elements(load(NESTED))

    assert pointers(found, "state") == [
        "/States/Ask",
        "/States/Each",
        "/States/Each/ItemProcessor/States/One",
        "/States/Both",
        "/States/Both/Branches/0/States/Left",
        "/States/Both/Branches/1/States/Right",
        "/States/End",
    ]
    assert pointers(found, "transition") == [
        "/States/Ask/Choices/0/Next",
        "/States/Ask/Default",
        "/States/Each/Next",
        "/States/Both/Next",
    ]
    one = "/States/Each/ItemProcessor/States/One"
    assert pointers(found, "error") == [
        f"{one}/Retry/0/ErrorEquals/0",
        f"{one}/Retry/0/ErrorEquals/1",
        "/States/Both/Catch/0/ErrorEquals/0",
    ]
    assert pointers([element for element in found if element.error_path], "error") == pointers(found, "error")


def test_what_is_shown_beside():
    found = outline(load({**NESTED, "TimeoutSeconds": 9})).elements

    assert sorted(element.label for element in found if element.kind == "side") == [
        "Both: a branch fails",
        "Each: an item fails",
        "Each: many items",
        "Each: no items",
        "Each: one item",
        "One: Retry[0]: exhausted",
        "One: heartbeat missed",
        "One: times out",
        "the machine: times out",
    ]


def test_places_are_those_of_the_text():
    text = json.dumps(machine(A={"Type": "Pass", "Next": "B"}, B={"Type": "Succeed"}), indent=2)
    found = {element.pointer: element for element in elements(load(text))}

    assert [found[at].line for at in ("/States/A", "/States/A/Next", "/States/B")] == [4, 6, 8]
    assert found["/States/A/Next"].target == "B"


def test_a_dict_has_no_location():
    assert all(element.location is None for element in elements(load(NESTED)))


JSON = """{"StartAt": "Work ${Stage}", "States": {
  "Work ${Stage}": {"Type": "Parallel", "Next": "Done", "Branches": [
    {"StartAt": "In ${Stage}", "States": {
      "In ${Stage}": {"Type": "Wait", "Seconds": ${Wait}, "End": true}}}]},
  "Done": {"Type": "Succeed"}
}}"""
YAML = """\
StartAt: Work ${Stage}
States:
  Work ${Stage}:
    Type: Parallel
    Next: Done
    Branches:
      - StartAt: In ${Stage}
        States:
          "In ${Stage}": {Type: Wait, Seconds: 1, End: true}
  Done:
    Type: Succeed
"""


@pytest.mark.filterwarnings("ignore::pytest_sfn.DefinitionWarning")
@pytest.mark.parametrize("text", [JSON, YAML])
def test_identity_is_that_of_the_text_before_substitutions(text):
    machines = [load(text, substitutions={"Stage": stage, "Wait": 5}) for stage in ("test", "prod")]
    first, second = ([element.pointer for element in elements(machine)] for machine in machines)

    assert first == second
    assert "/States/Work ${Stage}/Branches/0/States/In ${Stage}" in first
    assert outline(machines[1]).identity("/States/Work prod/Next") == "/States/Work ${Stage}/Next"
    assert outline(machines[1]).identity("/States/Done") == "/States/Done"


def test_a_file_that_needs_substitutions_has_elements_without_them(tmp_path):
    file = tmp_path / "work.asl.json"
    file.write_text(JSON, encoding="utf-8")
    found = outline_of_file(file, "work.asl.json").elements

    assert [str(element.location) for element in found if element.state == "Done"] == ["work.asl.json:5:3"]
    assert "/States/Work ${Stage}/Next" in [element.pointer for element in found]
