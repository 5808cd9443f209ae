"""Payload Templates: what they build, what they share, errors with their place, bounds."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_sfn.errors import Site, StateError
from pytest_sfn.expressions.env import ExpressionSyntaxError
from pytest_sfn.expressions.payload_templates import (
    compile_expression,
    compile_jsonata_template,
    compile_payload_template,
    jsonata_source,
)
from pytest_sfn.expressions.values import DEPTH_LIMIT, dumps, json_equal, measure
from tests.expressions.environment import StubEnv

DATA = {"a": {"b": 1}, "list": [{"id": 1}, {"id": 2}], "name": "Ada"}
ENV = StubEnv({"Execution": {"Name": "run"}}, {"v": {"w": 5}})


@pytest.mark.parametrize(
    ("template", "built"),
    [
        ({"x.$": "$"}, {"x": DATA}),
        ({"x.$": "$.a.b"}, {"x": 1}),
        ({"z": 1, "y.$": "$.a", "x": [2]}, {"z": 1, "y": {"b": 1}, "x": [2]}),
        ({"x.$": "$$.Execution.Name", "y.$": "$v.w"}, {"x": "run", "y": 5}),
        ({"x.$": "$.list[*].id", "y.$": "$.no[*]"}, {"x": [1, 2], "y": []}),
        ({"x.$": "States.Format('{}!', $.name)"}, {"x": "Ada!"}),
        ({"o": {"p": {"q.$": "$.name", "r": None}}}, {"o": {"p": {"q": "Ada", "r": None}}}),
        ({"o": [1, {"q.$": "$.name"}, [{"r.$": "$.a.b"}]]}, {"o": [1, {"q": "Ada"}, [{"r": 1}]]}),
        ([{"x.$": "$.name"}], [{"x": "Ada"}]),
        ({"x.$": "$.list[2]", "y.$": "$.list[9]"}, {"x": None, "y": None}),  # measured: past the end is null
        ({"x": "$.name", "y": "{% $states.input %}"}, {"x": "$.name", "y": "{% $states.input %}"}),
        ({".$": "$.name"}, {"": "Ada"}),
        ("$.name", "$.name"),
    ],
)
def test_payload(template: Any, built: Any) -> None:
    result = compile_payload_template(template, "Parameters").evaluate(DATA, ENV)
    assert dumps(result) == dumps(built)  # the order of keys counts too


def test_constants_are_shared_and_computed_parts_are_new() -> None:
    value = {"fixed": {"deep": [1, 2]}, "x.$": "$.a"}
    template = compile_payload_template(value, "Parameters")
    first, second = template.evaluate(DATA, ENV), template.evaluate(DATA, ENV)
    assert first is not second
    assert first["fixed"] is value["fixed"]
    assert first["x"] is DATA["a"]
    assert not template.constant
    constant = compile_payload_template(value["fixed"], "Parameters")
    assert constant.constant
    assert constant.evaluate(DATA, ENV) is value["fixed"]
    assert (constant.size_const, constant.size_factor, constant.depth_const) == (14, 0, 2)


@pytest.mark.parametrize(
    ("template", "cause"),
    [
        (
            {"value.$": "$.no_such_jsonpath"},  # recorded
            "The JSONPath '$.no_such_jsonpath' specified for the field 'value.$' could not be found in the input '{\"a\":[1]}'",
        ),
        (
            {"Key": {"id": {"S.$": "$.a.x"}}},
            "The JSONPath '$.a.x' specified for the field 'S.$' could not be found in the input '{\"a\":[1]}'",
        ),
        ({"x.$": "$$.no"}, "The JSONPath '$$.no' specified for the field 'x.$' could not be found in the input '{\"a\":[1]}'"),
        ({"x.$": "$no"}, "The JSONPath '$no' specified for the field 'x.$' could not be found in the input '{\"a\":[1]}'"),
        (
            {"x.$": "$.a.sum()"},
            "The JSONPath '$.a.sum()' specified for the field 'x.$' could not be found in the input '{\"a\":[1]}'",
        ),
    ],
)
def test_nothing_found(template: Any, cause: str) -> None:
    with pytest.raises(StateError) as failure:
        compile_payload_template(template, "Parameters").evaluate({"a": [1]}, ENV)
    error = failure.value
    assert (error.error, error.cause, error.catchable, error.located) == ("States.Runtime", cause, False, True)


def test_the_error_has_the_site_of_the_leaf() -> None:
    template = compile_payload_template({"a": [1, {"x.$": "$.no"}], "y.$": "$.a"}, "Parameters", "/States/A/Parameters")
    data = {"a": [1]}
    with pytest.raises(StateError) as failure:
        template.evaluate(data, ENV)
    assert failure.value.site == Site("x.$", "/States/A/Parameters", ("a", 1, "x.$"), "$.no", data)
    assert failure.value.site.value is data


def test_the_error_of_an_intrinsic_has_its_own_site() -> None:
    text = "States.Format('{}', $.no)"
    template = compile_payload_template([{"x.$": "$"}, {"y.$": text}], "Parameters", "/P")
    with pytest.raises(StateError) as failure:
        template.evaluate({}, ENV)
    assert failure.value.site == Site("y.$", "/P", (1, "y.$"), text, {})


@pytest.mark.parametrize("path", ["$", "$.a", "$[*]"])
def test_null_has_nothing_to_read(path: str) -> None:
    template = compile_payload_template({"x.$": path}, "Parameters")
    with pytest.raises(StateError) as failure:
        template.evaluate(None, ENV)
    assert failure.value.cause == "Unable to apply Path transformation to null or empty input."
    assert compile_payload_template({"x.$": "$v.w"}, "Parameters").evaluate(None, ENV) == {"x": 5}


def test_expression() -> None:
    assert compile_expression(Site("CausePath", "", (), "$.name")).evaluate(DATA, ENV) == "Ada"
    assert compile_expression(Site("CausePath", "", (), "States.Format('{}', $.a.b)")).evaluate(DATA, ENV) == "1"
    with pytest.raises(StateError) as failure:
        compile_expression(Site("ErrorPath", "", (), "$.ErrorX")).evaluate({"Error": 1}, ENV)
    assert failure.value.cause == (
        "The JSONPath '$.ErrorX' specified for the field 'ErrorPath' could not be found in the input '{\"Error\":1}'"
    )


def test_all_syntax_errors_are_collected_with_their_places() -> None:
    template = {"a": [{"b.$": "$.x."}], "c.$": 5, "d.$": "name", "e.$": "States.Nope()", "fine.$": "$.x"}
    with pytest.raises(ExpressionSyntaxError) as refusal:
        compile_payload_template(template, "Parameters")
    errors = [refusal.value, *refusal.value.others]
    assert [(error.path, error.message, error.column) for error in errors] == [
        (["a", 0, "b.$"], "a name is missing after the dot", 4),
        (["c.$"], "a key that ends in .$ holds a path or an intrinsic function, as text; c.$ does not", None),
        (["d.$"], "a path starts with '$', an intrinsic function with 'States.'", 0),
        (["e.$"], "there is no intrinsic function 'States.Nope'", 0),
    ]
    assert errors[2].hint == "leave the .$ out of d.$ for plain text"


def test_a_template_nested_without_end_is_refused() -> None:
    value: Any = {"x.$": "$"}
    for _ in range(5000):
        value = [value]
    with pytest.raises(ExpressionSyntaxError, match=r"^Parameters is nested too deep$"):
        compile_payload_template(value, "Parameters")


@pytest.mark.parametrize(
    ("template", "uses"),
    [
        ({"x.$": "$.a"}, (False, False)),
        ({"x": [{"y.$": "$$.a"}]}, (True, False)),
        ({"x": [{"y.$": "$v.a"}]}, (False, True)),
        ({"x.$": "States.Format('{}{}', $$.a, $v)"}, (True, True)),
    ],
)
def test_what_a_template_uses(template: Any, uses: tuple[bool, bool]) -> None:
    compiled = compile_payload_template(template, "Parameters")
    assert (compiled.uses_context, compiled.uses_variables) == uses


def test_bounds_count_every_reading() -> None:
    compiled = compile_payload_template({"x.$": "$", "y": [{"z.$": "$$.a"}, {"w.$": "$..a"}], "k": "text"}, "Parameters")
    assert (compiled.size_factor, compiled.depth_const) == (2 + DEPTH_LIMIT + 1, 4)


def test_warnings_come_from_all_parts() -> None:
    compiled = compile_payload_template({"x": [{"y.$": "$.a[-1]"}], "z.$": "$.b.length()"}, "Parameters")
    assert [warning.split(":")[0] for warning in compiled.warnings] == ["column 5", "column 5"]


# JSONata


@pytest.mark.parametrize(
    ("value", "source"),
    [("{% 1 %}", " 1 "), ("{%%}", ""), ("{%}", None), (" {% 1 %}", None), ("{% 1 %} ", None), ("{% 1", None), (5, None)],
)
def test_jsonata_source(value: Any, source: str | None) -> None:
    assert jsonata_source(value) == source


def test_jsonata_template() -> None:
    template = compile_jsonata_template(
        {
            "a": "{% $states.input.name %}",
            "b": [1, ["{% $v.w + 1 %}"]],
            "c.$": "$.plain",
            "d": "{% $states.context.Execution.Name %}",
        },
        "Output",
    )
    built = template.evaluate({"input": DATA}, ENV)
    assert built == {"a": "Ada", "b": [1, [6]], "c.$": "$.plain", "d": "run"}
    assert (template.uses_context, template.uses_variables, template.constant) == (True, True, False)


def test_jsonata_names_the_place() -> None:
    template = compile_jsonata_template({"a": {"b": [0, [0, "{% $states.input.no %}"]]}}, "Output", "/States/A/Output")
    with pytest.raises(StateError) as failure:
        template.evaluate({"input": {}}, ENV)
    assert (failure.value.error, failure.value.cause) == (
        "States.QueryEvaluationError",
        "The JSONata expression '$states.input.no' specified for the field 'Output/a/b[1][1]' returned nothing (undefined).",
    )
    place = Site("Output/a/b[1][1]", "/States/A/Output", ("a", "b", 1, 1), "$states.input.no")
    assert failure.value.site == place.on({"input": {}})


def test_jsonata_syntax_error_has_its_place() -> None:
    with pytest.raises(ExpressionSyntaxError) as refusal:
        compile_jsonata_template({"a": ["{% 1 + %}", "{% phone %}"]}, "Output")
    (second,) = refusal.value.others
    assert (refusal.value.path, refusal.value.code) == (["a", 0], "INVALID_JSONATA_EXPRESSION")
    assert (second.path, second.code) == (["a", 1], "UNSUPPORTED_JSONATA_EXPRESSION")


def test_wrong_type() -> None:
    computed = compile_jsonata_template("{% $states.input.n %}", "Items").wrong_type("array", 1)
    assert (computed.error, computed.cause, computed.catchable) == (
        "States.QueryEvaluationError",
        (
            "The JSONata expression '$states.input.n' specified for the field 'Items' returned an unexpected result type. "
            "Expected 'array', but was 'number' for value: 1"
        ),
        True,
    )
    assert (
        compile_jsonata_template(1, "Items").wrong_type("array", 1).cause == "Expected 'array', but was 'number' for value: 1"
    )


# Properties

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
leaves = st.sampled_from(["$", "$.a", "$..a", "$[*]", "$.a.b", "$[0]", "$['a','b']", "States.Array($, $.a)"])
templates = st.recursive(
    json_values | st.dictionaries(st.sampled_from(["x.$", "y.$", 'é".$']), leaves, max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["k", "l", 'm"']), inner, max_size=3),
    max_leaves=6,
)


@given(templates, json_values)
def test_bounds_hold_and_nothing_given_changes(value: Any, data: Any) -> None:
    before = copy.deepcopy((value, data))
    template = compile_payload_template(value, "Parameters")
    try:
        built = template.evaluate(data, ENV)
    except StateError:
        return
    finally:
        assert json_equal([value, data], list(before))
    size, depth = measure(built)
    data_size, data_depth = measure(data)
    assert size <= template.size_const + template.size_factor * data_size
    assert depth <= template.depth_const + data_depth
