"""Reading mock configurations: what they say, and each mistake with its place."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from pytest_sfn.asl.text import Text
from pytest_sfn.definition import load
from pytest_sfn.errors import MockError
from pytest_sfn.mocks.mock_config import MockConfig, find_mock_config, mock_config_of, read_mock_config
from tests.helpers import machine, task

RETURN = {"0": {"Return": 1}}


def config(responses: Any = None, cases: Any = None, **more: Any) -> dict[str, Any]:
    cases = {"Happy": {"Charge": "Charged"}} if cases is None else cases
    return {
        "StateMachines": {"order": {"TestCases": cases}},
        "MockedResponses": {"Charged": RETURN} if responses is None else responses,
        **more,
    }


def problems(value: Any) -> list[str]:
    text = value if isinstance(value, str) else json.dumps(value, indent=1)
    return [f"{each.location.line}: {each.message}" for each in MockConfig(Text("m.json", text)).problems if each.location]


def test_what_a_file_says():
    throw = {"Error": "E", "Cause": "c"}
    read = mock_config_of(Text("m.json", json.dumps(config({"Charged": {"2": {"Return": None}, "0-1": {"Throw": throw}}}))))

    case = read.machines["order"]["Happy"]
    assert (case.machine, case.name, list(case.states)) == ("order", "Happy", ["Charge"])
    outcomes = case.states["Charge"].outcomes
    assert [(each.first, each.last, each.error, each.cause, each.result) for each in outcomes] == [
        (0, 1, "E", "c", None),
        (2, 2, None, None, None),
    ]
    assert str(outcomes[0].location) == "m.json:1:134"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", ["1: the file is empty"]),
        ("[]", ["1: a mock configuration is an object, not a value of the type array"]),
        ('{"a": 1,}', ["1: A comma before the closing '}'"]),
        ({}, ["1: StateMachines is missing"]),
        ({"StateMachines": 1}, ["2: StateMachines is an object, not a value of the type number"]),
        ({"StateMachines": {"order": []}}, ["3: state machine 'order' is an object, not a value of the type array"]),
        ({"StateMachines": {"order": {}}}, ["3: state machine 'order' has no TestCases"]),
        (
            {"StateMachines": {"order": {"TestCase": {}}}},
            ["4: there is no field 'TestCase' here", "3: state machine 'order' has no TestCases"],
        ),
        (config(cases=[]), ["4: TestCases is an object, not a value of the type array"]),
        (config(cases={"Happy": 1}), ["5: test case 'Happy' is an object, not a value of the type number"]),
        (
            config(cases={"Happy": {"Charge": {}}}),
            ["6: state 'Charge' names a response by its text, not by a value of the type object"],
        ),
        (config(cases={"Happy": {"Charge": "charged"}}), ["6: state 'Charge': MockedResponses has no 'charged'"]),
        (
            config([]),
            [
                "11: MockedResponses is an object, not a value of the type array",
                "6: state 'Charge': MockedResponses has no 'Charged'",
            ],
        ),
        (config({"Charged": {}}), ["12: response 'Charged' is empty"]),
        (config({"Charged": 1}), ["12: response 'Charged' is an object, not a value of the type number"]),
        (config({"Charged": {"one": {"Return": 1}}}), ["13: 'one' is no invocation"]),
        (config({"Charged": {"01": {"Return": 1}}}), ["13: '01' is no invocation"]),
        (config({"Charged": {"2-1": {"Return": 1}}}), ["13: '2-1' ends before it begins"]),
        (config({"Charged": {"0": []}}), ["13: an outcome is an object, not a value of the type array"]),
        (config({"Charged": {"0": {}}}), ["13: an outcome has neither Return nor Throw"]),
        (config({"Charged": {"0": {"Return": 1, "Throw": {}}}}), ["13: an outcome has both Return and Throw"]),
        (
            config({"Charged": {"0": {"return": 1}}}),
            ["14: there is no field 'return' here", "13: an outcome has neither Return nor Throw"],
        ),
        (config({"Charged": {"0": {"Throw": {"Error": "E"}}}}), ["14: Throw needs Error and Cause, and Cause is missing"]),
        (
            config({"Charged": {"0": {"Throw": {"Error": 1, "Cause": ""}}}}),
            ["15: Error is text, not a value of the type number"],
        ),
        (config({"Charged": {"0": {"Throw": 1}}}), ["14: Throw is an object, not a value of the type number"]),
        (
            config({"Charged": {"0-2": {"Return": 1}, "2": {"Return": 2}}}),
            ["16: response 'Charged' has invocation 2 twice, first in line 13"],
        ),
        (config(MockedResponse={}), ["18: there is no field 'MockedResponse' here"]),
        (config(Comment="any"), []),
    ],
)  # fmt: skip
def test_each_mistake_has_its_place(value: Any, expected: list[str]) -> None:
    assert problems(value) == expected


def test_a_refused_file_lists_all_its_mistakes():
    text = json.dumps(config({"Charged": {"0": {"Throw": {"Error": "E"}}}}, {"Happy": {"Charge": "Chargd"}}), indent=1)
    with pytest.raises(MockError) as caught:
        mock_config_of(Text("m.json", text))

    assert str(caught.value) == (
        "m.json has 2 problems\n"
        "m.json:6:6: INVALID_MOCK_CONFIG: state 'Charge': MockedResponses has no 'Chargd'\n"
        '    6 |      "Charge": "Chargd"\n'
        "      |      ^\n"
        "  fix  did you mean 'Charged'? it has 'Charged'\n"
        "m.json:14:5: INVALID_MOCK_CONFIG: Throw needs Error and Cause, and Cause is missing\n"
        '   14 |     "Throw": {\n'
        "      |     ^\n"
        '  fix  "Cause": "..."\n'
        "  see  pytest-sfn docs mock-config#the-file (https://pytest-sfn.readthedocs.io/en/latest/mock-config.html#the-file)"
    )


def test_a_test_case_that_is_not_there():
    read = mock_config_of(Text("m.json", json.dumps(config(), indent=1)))

    assert read.case("order", "Happy").name == "Happy"
    with pytest.raises(MockError, match=r"m.json:3:3: .* state machine 'order' has no test case 'happy'(?s:.*)mean 'Happy'\?"):
        read.case("order", "happy")
    with pytest.raises(MockError, match=r"m.json:2:2: .* there is no state machine 'Order'(?s:.*)did you mean 'order'\?"):
        read.case("Order", "Happy")


def test_states_that_the_machine_does_not_have():
    cases = {"Happy": {"charge": "Charged", "Wait": "Charged", "Charge": "Charged"}}
    case = mock_config_of(Text("m.json", json.dumps(config(cases=cases), indent=1))).case("order", "Happy")

    found = case.misfits(load(machine(Charge=task(Next="Wait"), Wait={"Type": "Wait", "Seconds": 1})))

    assert [(each.severity, str(each.location), each.message, each.hint) for each in found] == [
        (
            "ERROR",
            "m.json:6:6",
            "test case 'Happy': the state machine has no state 'charge'",
            "did you mean 'Charge'? its Task states are 'Charge'",
        ),
        ("WARNING", "m.json:7:6", "'Wait' is a Wait state, which calls nothing, so its response is never used", "leave it out"),
    ]


def test_responses_that_no_test_case_names():
    read = mock_config_of(Text("m.json", json.dumps(config({"Charged": RETURN, "Other": RETURN}), indent=1)))

    (found,) = read.unused()
    assert (str(found.location), found.message) == ("m.json:17:3", "no test case names response 'Other'")


def test_a_file_is_read_anew_when_it_has_changed(tmp_path: Path) -> None:
    file = tmp_path / "MockConfigFile.json"
    file.write_text(json.dumps(config()))
    first = read_mock_config(file)
    assert read_mock_config(file) is first

    file.write_text(json.dumps(config(cases={"Sad": {}})))
    os.utime(file, ns=(0, 0))

    assert list(read_mock_config(file).machines["order"]) == ["Sad"]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(MockError, match=r"mock configuration 'no\.json' not found"):
        find_mock_config("no.json", [tmp_path])
    with pytest.raises(MockError, match="a mock configuration is a path, not 1"):
        find_mock_config(1, [tmp_path])  # type: ignore[arg-type]
    with pytest.raises(MockError, match="cannot be read: No such file"):
        read_mock_config(tmp_path / "no.json")
    (tmp_path / "latin.json").write_bytes(b'{"\xff": 1}')
    with pytest.raises(MockError, match=r"latin.json:1:3: .* not UTF-8"):
        read_mock_config(tmp_path / "latin.json")
    assert find_mock_config("latin.json", [tmp_path]) == tmp_path / "latin.json"
