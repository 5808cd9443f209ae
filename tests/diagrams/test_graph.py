import pytest

from pytest_sfn.definition import load
from pytest_sfn.diagrams.graph import condition_text, graph_of
from tests.diagrams.machines import ORDER


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ({"Variable": "$.a", "NumericGreaterThanEquals": 5}, "$.a ≥ 5"),
        ({"Variable": "$.a", "NumericLessThanPath": "$.b"}, "$.a < $.b"),
        ({"Variable": "$.a", "StringEquals": "x"}, '$.a = "x"'),
        ({"Variable": "$.a", "StringMatches": "x*"}, '$.a matches "x*"'),
        ({"Variable": "$.a", "BooleanEquals": False}, "$.a = false"),
        ({"Variable": "$.a", "IsPresent": False}, "$.a is not present"),
        ({"Variable": "$.a", "IsString": True}, "$.a is a string"),
        ({"Not": {"Variable": "$.a", "IsNull": True}}, "not ($.a is null)"),
        (
            {
                "And": [
                    {"Variable": "$.a", "IsNull": True},
                    {"Or": [{"Variable": "$.b", "IsNull": True}, {"Variable": "$.c", "IsNull": True}]},
                ]
            },
            "$.a is null and ($.b is null or $.c is null)",
        ),
        ({"Condition": "{%  $states.input.a\n > 1 %}"}, "$states.input.a > 1"),
    ],
)
def test_a_choice_rule_in_words(rule, text):
    assert condition_text(rule) == text


def test_every_part_carries_its_pointer():
    graphs = list(graph_of(load(ORDER)).walk())
    assert [node.pointer for graph in graphs for node in graph.nodes] == [
        "/States/Charge",
        "/States/Paid?",
        "/States/Ship",
        "/States/Refused",
        "/States/Broken",
        "/States/Ship/Branches/0/States/Print",
        "/States/Ship/Branches/1/States/Parcels",
        "/States/Ship/Branches/1/States/Parcels/ItemProcessor/States/Weigh",
    ]
    assert [edge.pointer for edge in graphs[0].edges] == [
        "/States/Charge/Next",
        "/States/Charge/Catch/0/Next",
        "/States/Charge/Catch/1/Next",
        "/States/Paid?/Choices/0/Next",
        "/States/Paid?/Choices/1/Next",
        "/States/Paid?/Default",
    ]
    (retry,) = graphs[0].nodes[0].retries
    assert [retry.pointer, *(name.pointer for name in retry.names)] == [
        "/States/Charge/Retry/0",
        "/States/Charge/Retry/0/ErrorEquals/0",
        "/States/Charge/Retry/0/ErrorEquals/1",
    ]
