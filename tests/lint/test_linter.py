"""What the parser says as problems of the linter; what settings and Comments leave out."""

from __future__ import annotations

import pytest

from pytest_sfn.asl.source import read_source
from pytest_sfn.lint.linter import Settings, lint_source
from pytest_sfn.lint.rules import chosen
from tests.lint.definitions import (
    ASSIGNED,
    END,
    JSONATA,
    Json,
    faults,
    in_parallel,
    lint,
    only,
    passes,
    retried,
    right,
    service,
    task,
)

FAULTS = [
    ("unknown-code", passes(Comment="sfn-lint: ignore=SFN999"), "/States/A/Comment"),
    ("schema", passes(Retry=[]), "/States/A/Retry"),
    ("schema", passes(Next="A"), "/States/A/End"),
    ("missing-target", only({"A": {"Type": "Pass", "Next": "B"}, "C": END}), "/States/A/Next"),
    ("no-end", only({"A": {"Type": "Pass", "Next": "A"}}), "/States"),
    ("duplicate-state-name", in_parallel({"P": END}), "/States/P/Branches[0]/States/P"),
    ("state-name", only({"A" * 81: END}), f"/States/{'A' * 81}"),
    ("label", only({"M": {"Type": "Map", "Label": "a b", "ItemProcessor": only({"A": END}), "End": True}}), "/States/M/Label"),
    ("expression-syntax", passes(InputPath="$."), "/States/A/InputPath"),
    ("expression-syntax", passes(Parameters={"a.$": "States.Nope()"}), "/States/A/Parameters/a.$"),
    ("expression-syntax", passes(Output="{% 1 + %}", **JSONATA), "/States/A/Output"),
    ("jsonata-reference", passes(Output="{% $states.result %}", **JSONATA), "/States/A/Output"),
    ("unknown-resource", service("dynamodb:query"), "/States/A/Resource"),
    (
        "states-all",
        task(Retry=[{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["E"]}]),
        "/States/A/Retry[0]/ErrorEquals[0]",
    ),
    ("variable-name", passes(Assign={"a-b": 1}), "/States/A/Assign/a-b"),
    ("unreachable-state", only({"A": END, "B": END}), "/States/B"),
    (
        "unreachable-cycle",
        only({"A": END, "B": {"Type": "Pass", "Next": "C"}, "C": {"Type": "Pass", "Next": "B"}}),
        "/States/B",
    ),
    ("unknown-error-name", retried("States.Timeouts"), "/States/A/Retry[0]/ErrorEquals[0]"),
    ("questionable-expression", passes(Parameters={"a.$": "States.UUID(1)"}), "/States/A/Parameters"),
    ("questionable-expression", passes(Parameters={"a.$": "States.MathAdd(1, '2')"}), "/States/A/Parameters"),
    ("missing-substitution", only({"W": {"Type": "Wait", "Seconds": "${Seconds}", "End": True}}), "/States/W/Seconds"),
    (
        "variable-reused-around",
        only(
            {
                "P": {
                    "Type": "Parallel",
                    "Assign": {"x": 1},
                    "Branches": [only({"A": {**ASSIGNED, "Next": "C"}, "C": END})],
                    "End": True,
                }
            }
        ),
        "/States/P/Branches[0]/States/A/Assign/x",
    ),
    ("resource-no-arn", task(Resource="Charge"), "/States/A/Resource"),
]
CLEAN = [
    ("unknown-code", passes(Comment="sfn-lint: ignore=SFN203, forgotten-path,SFN4,all")),
    ("unreachable-state", only({"A": {"Type": "Pass", "Next": "${B}"}, "C": END})),
    ("missing-target", only({"A": {"Type": "Pass", "Next": "B"}, "${B}": END})),
    ("no-end", only({"A": {"Type": "Pass", "Next": "${B}"}})),
    ("schema", passes(Type="${Type}")),
    ("schema", only({"W": {"Type": "Wait", "Seconds": "${Seconds}", "End": True}})),
    ("schema", only({"C": {"Type": "Choice", "Choices": "${Rules}", "Default": "A"}, "A": END})),
    ("expression-syntax", passes(Output="{% ${Text} %}", **JSONATA)),
    (
        "unknown-error-name",
        only({"P": in_parallel({"F": {"Type": "Fail", "Error": "States.Mine"}})["States"]["P"]} | {"E": END}),
    ),
    ("questionable-expression", passes(Parameters={"a.$": "States.MathAdd(1, $.b)"})),
]


@faults(FAULTS)
def test_finds(rule: str, definition: Json, place: str) -> None:
    assert (rule, place) in lint(definition)


@right(CLEAN)
def test_leaves_alone(rule: str, definition: Json) -> None:
    assert rule not in [name for name, _ in lint(definition)]


# What is left out

ASKS = {"Type": "Choice", "Choices": [{"Variable": "$.x", "StringEquals": "$.y", "Next": "B"}]}


def said(comment="", machine_comment="", rule_comment="", settings=None):
    rule = {**ASKS["Choices"][0], "Comment": rule_comment}
    states = {"A": {**ASKS, "Choices": [rule], "Comment": comment}, "B": {"Type": "Succeed"}}
    definition = {"Comment": machine_comment, "StartAt": "A", "States": states}
    return [each.code for each in lint_source(read_source(definition, loose=True), "STANDARD", settings)]


def test_says_everything_by_default():
    assert said() == ["SFN203", "SFN401"]


@pytest.mark.parametrize(
    "comment",
    [
        "sfn-lint: ignore=SFN203,SFN401",
        "Asks twice. SFN-Lint: ignore = choice-without-default, forgotten-path. Really.",
        "sfn-lint: ignore=SFN2 sfn-lint: ignore=SFN401",
        "sfn-lint: ignore=all",
    ],
)
def test_a_comment_silences_its_state_or_the_machine(comment):
    assert said(comment) == []
    assert said("", comment) == []


def test_a_comment_silences_only_the_object_it_stands_in():
    assert said("", "", "sfn-lint: ignore=SFN203,SFN401") == ["SFN203"]


def test_an_unknown_code_is_told():
    found = lint_source(
        read_source({"Comment": "sfn-lint: ignore=SFN20x,forgoten-path", "StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    )

    assert [(each.code, each.message, each.hint) for each in found] == [
        ("SFN001", "'SFN20x' is not a rule of the linter", "did you mean SFN206?"),
        ("SFN001", "'forgoten-path' is not a rule of the linter", "did you mean forgotten-path?"),
    ]


@pytest.mark.parametrize(
    "comment", ["sfn-lint ignore SFN203", "sfn-lint: ignore", "SFN-lint: noqa: SFN203", "sfn-lint: disable=SFN203"]
)
def test_a_comment_that_silences_nothing_is_told(comment):
    (found,) = lint_source(read_source({"Comment": f"Asks. {comment}", "StartAt": "A", "States": {"A": {"Type": "Succeed"}}}))

    assert (found.code, found.message) == ("SFN001", f"'{comment}' is not a rule of the linter")
    assert found.hint == 'a Comment silences rules by "sfn-lint: ignore=SFN203"'


def test_a_comment_that_speaks_of_the_linter_is_not_told():
    assert said("Checked by sfn-lint in CI.") == ["SFN203", "SFN401"]


def test_settings_silence_and_select():
    assert said(settings=Settings(chosen(ignore=["SFN4"]))) == ["SFN203"]
    assert said(settings=Settings(chosen(ignore=["all"]))) == []
    placeholder = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": "${S}", "End": True}}}
    assert lint_source(read_source(placeholder, loose=True)) == []
    (told,) = lint_source(read_source(placeholder, loose=True), settings=Settings(chosen(["SFN405"])))
    assert (told.code, told.severity) == ("SFN405", "info")
