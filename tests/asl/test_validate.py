"""Rules across fields and states: transitions, exclusive fields, error names, names, variables, Resources."""

from typing import Any

import pytest

from pytest_sfn.errors import Diagnostic
from tests.asl.test_parse import BODY, JSONATA, LAMBDA, machine_of, parsed, problems, told

END = {"Type": "Pass", "End": True}
TASK = {"Type": "Task", "Resource": LAMBDA, "End": True}


def states(start: str = "A", /, **by_name: dict[str, Any]) -> dict[str, Any]:
    return {"StartAt": start, "States": by_name}


def goes(to: str) -> dict[str, Any]:
    return {"Type": "Pass", "Next": to}


def missing(target: str, place: str) -> str:
    return f"Missing 'Next' target: {target} at {place}"


def unreachable(name: str, place: str) -> str:
    return f'State "{name}" is not reachable. at {place}'


NO_END = "Workflow has no terminal state at "


# Transitions. AWS's answers to such definitions: floci pull request 2786, cfn-lint issues 4073 and 4074.
@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        (states(A=goes("B"), B=goes("A")), [NO_END]),
        (states(A=goes("B"), B=goes("A"), C=goes("A")), [NO_END]),
        (states(A=goes("B"), B=goes("A"), C=END), [unreachable("C", "/States/C")]),
        (states(A=goes("X")), [missing("X", "/States/A/Next"), NO_END]),
        (states("X", A=goes("B"), B=END), [missing("X", "/StartAt"), unreachable("A", "/States/A")]),
        (
            states(
                A={"Type": "Choice", "Choices": [{"Variable": "$", "IsNull": True, "Next": "X"}], "Default": "Y"},
                E=END,
                F=goes("E"),
            ),
            [missing("X", "/States/A/Choices[0]/Next"), missing("Y", "/States/A/Default"), unreachable("F", "/States/F")],
        ),
        (states(A=TASK | {"Catch": [{"ErrorEquals": ["E"], "Next": "X"}]}), [missing("X", "/States/A/Catch[0]/Next")]),
        (states(A={"Type": "Fail"}), []),
        (states(A={"Type": "Succeed"}), []),
        (states(A={"Type": "Choice", "Choices": [{"Variable": "$", "IsNull": True, "Next": "B"}]}, B=END), []),
        # inside of branches and processors
        (
            machine_of({"Type": "Parallel", "Branches": [BODY, states("X", C=END)], "End": True}),
            [missing("X", "/States/A/Branches[1]/StartAt"), unreachable("C", "/States/A/Branches[1]/States/C")],
        ),
        (
            machine_of({"Type": "Map", "ItemProcessor": states("B", B=goes("B")), "End": True}),
            [NO_END + "/States/A/ItemProcessor"],
        ),
    ],
)
def test_transitions(definition: dict[str, Any], expected: list[str]) -> None:
    assert told(problems(definition)) == expected


TYPES = (
    "The field 'Type' should have one of these values: "
    "[Task, Pass, Choice, Wait, Succeed, Fail, Parallel, Map] at /States/A/Type"
)


def test_a_state_of_unknown_type_does_not_make_others_unreachable() -> None:
    definition = states(A={"Type": "Tsk", "Next": "B"}, B=END)
    assert told(problems(definition)) == [TYPES]


def test_a_detached_cycle_is_a_warning() -> None:
    definition = states(A=END, B=goes("C"), C=goes("B"))
    assert problems(definition) == []
    assert [(item.code, item.state) for item in problems(definition, "WARNING")] == [
        ("UNREACHABLE_STATE", "B"),
        ("UNREACHABLE_STATE", "C"),
    ]


BORDER = "a transition cannot lead into or out of a branch or an item processor"


@pytest.mark.parametrize(
    ("definition", "hint"),
    [
        (states(Order=goes("ordr"), ordR=END) | {"StartAt": "Order"}, "did you mean 'ordR'?"),
        (states(A=goes("Charge"), Chrge=END), "did you mean 'Chrge'?"),
        (states(A=goes("Q"), Zebra=END), "the states here are 'A', 'Zebra'"),
        (
            states(A={"Type": "Map", "ItemProcessor": states("B", B=goes("Tail")), "Next": "Tail"}, Tail=END),
            f"'Tail' is among the machine's own states; {BORDER}",
        ),
        (
            states(A={"Type": "Map", "ItemProcessor": states("Inner", Inner=END), "Next": "Inner"}, Zz=END),
            f"'Inner' is inside of 'A'; {BORDER}",
        ),
    ],
)
def test_hints_for_dangling_targets(definition: dict[str, Any], hint: str) -> None:
    assert problems(definition)[0].hint == hint


# Fields


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"Type": "Pass"}, "This object should have only one of the following fields: [Next, End]"),
        ({"Type": "Pass", "End": False}, "This object should have only one of the following fields: [Next, End]"),
        ({"Type": "Pass", "End": True, "Next": "A"}, "There should only be one of the following fields: [Next, End]"),
        (
            {"Type": "Wait", "End": True},
            "This object should have only one of the following fields: [SecondsPath, Seconds, TimestampPath, Timestamp]",
        ),
        (
            {"Type": "Wait", "End": True, **JSONATA},
            "This object should have only one of the following fields: [Seconds, Timestamp]",
        ),
        (
            {"Type": "Wait", "Seconds": 1, "SecondsPath": "$.s", "End": True},
            "There should only be one of the following fields: [SecondsPath, Seconds, TimestampPath, Timestamp]",
        ),
        (
            TASK | {"TimeoutSeconds": 1, "TimeoutSecondsPath": "$.t"},
            "There should only be one of the following fields: [TimeoutSeconds, TimeoutSecondsPath]",
        ),
        (
            {"Type": "Fail", "Error": "E", "ErrorPath": "$.e"},
            "There should only be one of the following fields: [Error, ErrorPath]",
        ),
        ({"Type": "Map", "End": True}, "This object should have only one of the following fields: [ItemProcessor, Iterator]"),
        (
            {"Type": "Map", "ItemProcessor": BODY, "ItemSelector": {}, "Parameters": {}, "End": True},
            "There should only be one of the following fields: [ItemSelector, Parameters]",
        ),
    ],
)
def test_exclusive_fields(state: dict[str, Any], expected: str) -> None:
    assert told(problems(machine_of(state))) == [f"{expected} at /States/A"]


def test_next_beside_end_false_is_right() -> None:
    assert parsed(states(A=goes("B") | {"End": False}, B=END)).states.states["A"].next == "B"


def test_a_key_that_a_payload_template_would_make_twice() -> None:
    state = END | {"Parameters": {"a.$": "$.a", "b": [{"c": 1, "c.$": "$.c"}], "c": 2}}
    assert told(problems(machine_of(state))) == [
        "The field 'c' is given twice, as 'c' and as 'c.$' at /States/A/Parameters/b[0]"
    ]


# Retry and Catch


@pytest.mark.parametrize(
    ("names", "places"),
    [
        ([["States.ALL"]], []),
        ([["E"], ["States.ALL"]], []),
        ([["States.ALL", "E"]], ["[0]/ErrorEquals[0]"]),
        ([["E", "States.ALL"]], ["[0]/ErrorEquals[1]"]),
        ([["States.ALL"], ["E"]], ["[0]/ErrorEquals[0]"]),
        ([["States.ALL"], ["States.ALL"]], ["[0]/ErrorEquals[0]"]),
    ],
)
def test_states_all_stands_alone_and_last(names: list[list[str]], places: list[str]) -> None:
    """The text and the place: aws-cdk issue 10530."""
    definition = machine_of(TASK | {"Retry": [{"ErrorEquals": each} for each in names]})
    assert told(problems(definition)) == [
        f"States.ALL must appear alone and at end of list at /States/A/Retry{place}" for place in places
    ]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("States.Timout", "did you mean 'States.Timeout'?"),
        ("States.all", "did you mean 'States.ALL'?"),
        ("States.Qwertzuiop", ""),
    ],
)
def test_an_error_name_that_never_matches_is_a_warning(name: str, hint: str) -> None:
    definition = machine_of(TASK | {"Catch": [{"ErrorEquals": [name], "Next": "N"}]}, "N")
    assert problems(definition) == []
    [warning] = problems(definition, "WARNING")
    assert (warning.code, warning.pointer, warning.hint) == ("UNKNOWN_ERROR_NAME", "/States/A/Catch[0]/ErrorEquals[0]", hint)


def test_known_error_names() -> None:
    names = ["States.TaskFailed", "States.Http.StatusCode.404", "States.Http.Socket", "Lambda.Unknown"]
    assert problems(machine_of(TASK | {"Retry": [{"ErrorEquals": names}]}), "WARNING") == []


# Names


def code_and_place(found: list[Diagnostic]) -> list[tuple[str, str]]:
    return [(item.code, item.pointer) for item in found]


def test_state_names_are_unique_in_the_whole_definition() -> None:
    branches = [states("B", B=END), states("C", B=END, C=goes("B"))]
    definition = machine_of({"Type": "Parallel", "Branches": branches, "End": True})
    [problem] = problems(definition)
    assert (problem.code, problem.message, problem.pointer) == (
        "DUPLICATE_STATE_NAME",
        "Duplicate State name: B",
        "/States/A/Branches[1]/States/B",
    )
    assert problem.hint == "state names are unique in the whole definition; the first is /States/A/Branches[0]/States/B"


def test_the_length_of_state_names() -> None:
    assert problems(states("x" * 80, **{"x" * 80: END})) == []
    assert code_and_place(problems(states("x" * 81, **{"x" * 81: END}))) == [("INVALID_STATE_NAME", f"/States/{'x' * 81}")]


def test_labels() -> None:
    def labelled(*labels: str) -> dict[str, Any]:
        maps = {
            f"M{index}": {
                "Type": "Map",
                "Label": label,
                "ItemProcessor": states(f"S{index}", **{f"S{index}": END}),
                "Next": f"M{index + 1}",
            }
            for index, label in enumerate(labels)
        }
        return states("M0", **maps, **{f"M{len(labels)}": END})

    assert problems(labelled("a", "b" * 40)) == []
    assert code_and_place(problems(labelled("b" * 41))) == [("INVALID_LABEL_NAME", "/States/M0/Label")]
    assert code_and_place(problems(labelled("a b"))) == [("INVALID_LABEL_NAME", "/States/M0/Label")]
    assert code_and_place(problems(labelled("a", "a"))) == [("DUPLICATE_LABEL_NAME", f"/States/M{n}/Label") for n in (0, 1)]


# Variables: https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("x", True),
        ("größe_2", True),
        ("x" * 80, True),
        ("x" * 81, False),
        ("2x", False),
        ("a-b", False),
        ("a.b", False),
        ("a[0]", False),
        ("states", False),
    ],
)
def test_variable_names(name: str, right: bool) -> None:
    for assign in ({name: 1}, {f"{name}.$": "$"}):
        found = problems(machine_of({"Type": "Pass", "Assign": assign, "End": True}))
        assert [item.pointer for item in found] == ([] if right else ["/States/A/Assign"])


def assigning(name: str, **more: Any) -> dict[str, Any]:
    return {"Type": "Pass", "Assign": {name: 1}, "End": True, **more}


def test_an_inner_scope_cannot_assign_what_an_outer_one_assigns() -> None:
    inner = {"Type": "Map", "ItemProcessor": states("B", B=assigning("v")), "Next": "C"}
    [problem] = problems(states(A=inner, C=assigning("v")))
    assert problem.message == "The variable 'v' is assigned in an outer scope too, which an inner scope cannot change"
    assert problem.pointer == "/States/A/ItemProcessor/States/B/Assign"
    assert problems(states(A=inner, C=assigning("w"))) == []
    around = states(A=inner | {"Assign": {"v": 1}, "Next": "C"}, C=END)
    assert problems(around) == []
    assert [item.pointer for item in problems(around, "WARNING")] == ["/States/A/ItemProcessor/States/B/Assign"]


def test_scopes_beside_each_other_and_distributed_maps_are_apart() -> None:
    branches = [states("B", B=assigning("v")), states("C", C=assigning("v"))]
    assert problems(machine_of({"Type": "Parallel", "Branches": branches, "End": True})) == []
    config = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    distributed = {"Type": "Map", "ItemProcessor": states("B", B=assigning("v")) | config, "Next": "C"}
    assert problems(states(A=distributed, C=assigning("v"))) == []


# Query language


def test_no_way_back_to_jsonpath() -> None:
    found = problems(machine_of(END | {"QueryLanguage": "JSONPath"}, **JSONATA))
    assert told(found) == ["'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine at /States/A"]


@pytest.mark.parametrize(
    ("field", "value", "right"),
    [
        ("Output", "{% $states.result %}", True),
        ("Assign", {"v": "{% $states.result.a %}"}, True),
        ("Output", "{% $states %}", True),
        ("Arguments", "{% $states.result %}", False),
        ("Output", "{% $states.errorOutput %}", False),
        ("Catch", [{"ErrorEquals": ["E"], "Next": "N", "Output": "{% $states.errorOutput %}"}], True),
        ("Catch", [{"ErrorEquals": ["E"], "Next": "N", "Assign": {"v": "{% $states.errorOutput.Cause %}"}}], True),
        ("Catch", [{"ErrorEquals": ["E"], "Next": "N", "Output": "{% $states.result %}"}], False),
        ("TimeoutSeconds", "{% $states.result %}", False),
        ("TimeoutSeconds", "{% $states.input.t %}", True),
    ],
)
def test_parts_of_states_where_they_exist(field: str, value: Any, right: bool) -> None:
    state = {"Type": "Task", "Resource": LAMBDA, field: value, "Next": "N"}
    assert [item.code for item in problems(machine_of(state, "N", **JSONATA))] == (
        [] if right else ["UNSUPPORTED_JSONATA_EXPRESSION"]
    )


def test_a_pass_state_has_no_result() -> None:
    found = problems(machine_of(END | {"Output": {"a": "{% $states.result %}"}}, **JSONATA))
    assert told(found) == ["Reference to '$states.result' is not supported in this field. at /States/A/Output/a"]


@pytest.mark.parametrize("text", ["{% 1 %", "{% 1", "{% 1 %}."])
def test_an_expression_without_its_end_is_refused(text: str) -> None:
    found = problems(machine_of(END | {"Output": {"a": [text]}}, **JSONATA))
    assert told(found) == ["JSONata string must start with {% and end with %} at /States/A/Output/a[0]"]


@pytest.mark.parametrize("text", [" {% 1 %}", "1 %}"])
def test_text_that_looks_like_an_expression_is_a_warning(text: str) -> None:
    definition = machine_of(END | {"Output": {"a": [text]}}, **JSONATA)
    assert problems(definition) == []
    assert code_and_place(problems(definition, "WARNING")) == [("NO_EXPRESSION", "/States/A/Output/a[0]")]


# Resources

UNRECOGNIZED = "The value is not a valid resource ARN, or the resource is not available in this region."


@pytest.mark.parametrize(
    ("resource", "machine_type", "expected"),
    [
        (
            "arn:aws:states:::dynamodb:query",
            "STANDARD",
            f"The resource provided arn:aws:states:::dynamodb:query is not recognized. {UNRECOGNIZED}",
        ),
        ("arn:aws:lambda:eu-west-1:123456789012:function:", "STANDARD", "Value is not a valid resource ARN"),
        ("arn:aws:states:::ecs:runTask.sync", "EXPRESS", "Express state machine does not support '.sync' service integration"),
        (
            "arn:aws:states:::states:startExecution.sync:2",
            "EXPRESS",
            "Express state machine does not support '.sync' service integration",
        ),
        (
            "arn:aws:states:::sns:publish.waitForTaskToken",
            "EXPRESS",
            "Express state machine does not support '.waitForTaskToken' service integration ",
        ),
        ("arn:aws:states:eu-west-1:123456789012:activity:a", "EXPRESS", "Express state machine does not support Activity ARN"),
    ],
)
def test_resources_that_aws_refuses(resource: str, machine_type: str, expected: str) -> None:
    definition = machine_of({"Type": "Task", "Resource": resource, "End": True})
    assert told(problems(definition, machine_type=machine_type)) == [f"{expected} at /States/A/Resource"]


def test_resources_that_are_no_arn_yet_are_warnings() -> None:
    for resource, expected in (("charge", 1), ("arn:aws:swf:us-east-1:123456789012:task:X", 1), ("${Charge}", 0), (LAMBDA, 0)):
        definition = machine_of({"Type": "Task", "Resource": resource, "End": True})
        assert problems(definition) == []
        assert [item.message for item in problems(definition, "WARNING")] == ["Value is not a valid resource ARN"] * expected


def test_long_names() -> None:
    """AWS's text about a state's: asl-validator issue 69; the end of a Label's: cdk-preflight, pf-sfn-asl-name-limits."""
    name, label = "A" * 81, "l" * 41
    processor = BODY | {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    assert told(problems(states(name, **{name: END}))) == [
        f"Invalid State name: State '{name}' exceeds the 80-character limit allowed by the service at /States/{name}"
    ]
    assert told(problems(machine_of({"Type": "Map", "Label": label, "ItemProcessor": processor, "End": True}))) == [
        f"Invalid Label name: Label '{label}' exceeds the 40-character limit allowed by the service at /States/A/Label"
    ]
