"""`load` of a template: which machine, what it is in an account, the cache, and mocks by logical id."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from pytest_sfn import DefinitionError, MockError, SfnMock, load
from pytest_sfn.defaults import defaults
from tests.loaders.conftest import CHILD, DONE, TEMPLATE


def refusal(*arguments: Any, **options: Any) -> str:
    with pytest.raises(DefinitionError) as caught:
        load(*arguments, **options)
    return str(caught.value)


@pytest.mark.parametrize("name", ["OrderFunction", "dev-order-fn"])
def test_function_is_mocked_by_its_logical_id_or_its_name(template: Path, name: str) -> None:
    with SfnMock() as sfn_mock:
        order = sfn_mock.load(template, logical_id="Order")
        child = sfn_mock.load(template, logical_id="Child")
        function = sfn_mock.lambda_function(name).returns({"n": 1}).returns({"n": 2})
        execution = order.run({})
        assert execution.output == {"n": 2}
        assert function.call_count == 2
        assert execution.children[0].machine.name == child.name == "dev-child"


def test_child_by_its_logical_id(template: Path) -> None:
    with SfnMock() as sfn_mock:
        order = sfn_mock.load(template, logical_id="Order")
        sfn_mock.load(DONE, name="Child")
        sfn_mock.lambda_function("OrderFunction").returns({"n": 1})
        assert order.run({}).output == {"n": 1}


def test_mock_of_no_function_of_the_template(template: Path) -> None:
    sfn_mock = SfnMock()
    sfn_mock.load(template, logical_id="Order")
    sfn_mock.lambda_function("OrderFunktion").returns({})
    message = "OrderFunktion was never called: no state calls this function; did you mean 'OrderFunction'"
    with pytest.raises(MockError, match=message):
        sfn_mock.close()


def test_account_and_parameters(template: Path) -> None:
    sfn_mock = SfnMock(region="eu-west-1", account_id="999999999999")
    resource = sfn_mock.load(template, logical_id="Order").state_machine.definition["States"]["Call"]["Resource"]
    assert resource == "arn:aws:lambda:eu-west-1:999999999999:function:dev-order-fn"
    loaded = load(template, logical_id="Child", parameters={"Env": "prod"})
    assert (loaded.name, loaded.logical_id) == ("prod-child", "Child")
    assert loaded.template is not None
    assert [function.name for function in loaded.template.functions] == ["prod-order-fn"]


def test_express(write: Any) -> None:
    path = write(
        {"t.yaml": TEMPLATE.replace("      DefinitionUri", "      Type: EXPRESS\n      DefinitionUri"), "child.asl.json": CHILD}
    )
    assert SfnMock().load(path, logical_id="Child").type == "EXPRESS"
    assert SfnMock().load(path, logical_id="Child", type="STANDARD").type == "STANDARD"
    assert SfnMock().load(path, logical_id="Order").type == "STANDARD"


@pytest.mark.parametrize("options", [{"logical_id": "Order"}, {"parameters": {"Env": "x"}}])
def test_options_of_templates_are_refused_for_definitions(options: Any) -> None:
    assert refusal(DONE, **options).startswith(
        f"<definition>: this is a definition itself, no template\n  fix  leave out {next(iter(options))}"
    )


def test_cache(template: Path, write: Any) -> None:
    first = load(template, logical_id="Child")
    assert load(template, logical_id="Child") is first
    assert load(template, logical_id="Child", parameters={"Env": "x"}) is not first
    write({"child.asl.json": CHILD.replace("$.Payload", "$.Payload.x")})
    again = load(template, logical_id="Child")
    assert again is not first
    assert again.definition["States"]["Call"]["OutputPath"] == "$.Payload.x"
    (template.parent / "child.asl.json").unlink()
    assert "there is no file 'child.asl.json'" in refusal(template, logical_id="Child")


def test_defaults(template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(defaults, "parameters", {"Env": "ini", "Unknown": "x"})
    monkeypatch.setattr(defaults, "substitutions", {"Arn": "by-default", "Unused": "x"})
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # nobody minds that they are not used
        assert load(template, logical_id="Child").name == "ini-child"
        assert load(template, logical_id="Child", parameters={"Env": "x"}).name == "x-child"
        plain = load(template.parent / "child.asl.json")
    assert plain.definition["States"]["Call"]["Parameters"]["FunctionName"] == "by-default"
    by_template = load(template, logical_id="Child").definition["States"]["Call"]["Parameters"]["FunctionName"]
    assert by_template.endswith(":ini-order-fn")  # the template knows better than a default


def test_coverage_tells_the_machines_of_a_template_apart(template: Path) -> None:
    from pytest_sfn.coverage.elements import outline

    order = load(template, logical_id="Order")
    assert order.file is None
    assert json.loads(outline(order).text) == order.definition


def test_a_loop_over_machines_is_named(write: Any) -> None:
    loop = ["Name", ["A", "B"], {"M${Name}": {"Type": "AWS::StepFunctions::StateMachine"}}]
    path = write({"t.json": json.dumps({"Resources": {"Fn::ForEach::Machines": loop}})})
    assert "it has no resources, and Fn::ForEach::Machines, which is not evaluated" in refusal(path)
