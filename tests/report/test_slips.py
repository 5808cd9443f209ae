"""What a report says of a slip in a name of ours."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from pytest_sfn import SfnAws, SfnMock
from pytest_sfn.report.slips import OF_SFN_AWS, add_hint
from tests.helpers import machine

OLD = sys.version_info < (3, 12)  # later versions of Python propose an attribute that is read


def notes_of(act: Callable[[], Any]) -> list[str]:
    with pytest.raises((AttributeError, KeyError)) as caught:
        act()
    for _ in range(2):  # tests that share a fixture share its error
        if isinstance(caught.value, AttributeError):
            add_hint(caught.value)
    return getattr(caught.value, "__notes__", [])


def test_an_attribute_that_is_set() -> None:
    mock = SfnMock().lambda_function("f")
    assert notes_of(lambda: setattr(mock, "return_values", 1)) == ["did you mean 'return_value'?"]
    assert notes_of(lambda: setattr(mock, "xyz", 1)) == []


def test_what_sfn_aws_alone_has() -> None:
    public = [{name for name in dir(kind) if not name.startswith("_")} for kind in (SfnAws, SfnMock)]
    assert public[0] - public[1] == OF_SFN_AWS
    for name in OF_SFN_AWS:
        fix = "fix  use the fixture sfn_aws instead of sfn_mock, or SfnAws instead of SfnMock"
        assert notes_of(lambda name=name: getattr(SfnMock(), name)) == [fix]  # type: ignore[misc]


@pytest.mark.skipif(not OLD, reason="Python proposes it")
@pytest.mark.parametrize(
    ("owner", "name", "meant"),
    [
        (lambda sfn_mock, execution: execution, "outputs", "output"),
        (lambda sfn_mock, execution: execution.state("A"), "vists", "visits"),
        (lambda sfn_mock, execution: execution.machine, "runn", "run"),
        (lambda sfn_mock, execution: sfn_mock, "lambda_functon", "lambda_function"),
        (lambda sfn_mock, execution: sfn_mock.service("sqs"), "On", "on"),
    ],
)
def test_an_attribute_that_is_read(owner: Callable[..., Any], name: str, meant: str) -> None:
    sfn_mock = SfnMock()
    execution = sfn_mock.load(machine(A={"Type": "Pass"})).run()
    assert notes_of(lambda: getattr(owner(sfn_mock, execution), name)) == [f"did you mean {meant!r}?"]


def test_what_is_not_ours() -> None:
    assert notes_of(lambda: getattr("", "uper")) == []  # noqa: B009 - it is not there


def test_a_variable() -> None:
    state = {"Type": "Pass", "Assign": {"total": 1}}
    execution = SfnMock().load(machine(A=state)).run(variables={"count": 2})
    for values, meant in ((execution.variables, "total"), (execution.state("A").variables, "count")):
        slip = f"{meant}s"
        assert notes_of(lambda: values[slip]) == [f"did you mean the variable {meant!r}?"]  # noqa: B023 - called at once
        assert notes_of(lambda: values["xyz"]) == []  # noqa: B023
    assert notes_of(lambda: execution.state("A").assigned["totl"]) == ["did you mean the variable 'total'?"]
    assert notes_of(lambda: execution.variables[1]) == []  # type: ignore[index]
    assert notes_of(lambda: {"other": 1}["totl"]) == []


def test_variables_are_values_as_any_dict() -> None:
    execution = SfnMock().load(machine(A={"Type": "Pass", "Assign": {"total": {"n": 1}}})).run()
    again = execution.machine.run(execution.variables, variables=execution.variables)
    assert again.output == {"total": {"n": 1}}
    assert repr(again.variables) == "{'total': {'n': 1}}"


def test_an_error_that_has_advice_of_its_own() -> None:
    execution = SfnMock().load(machine(A={"Type": "Pass"})).run()
    assert notes_of(lambda: execution.state("B")) == []
