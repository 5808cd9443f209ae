"""A suite that annotates all that a test meets: `mypy --strict` finds no mistake, and needs no name that is not public."""

from __future__ import annotations

from pathlib import Path

import pytest

SUITE = """
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import assert_type

import pytest

from pytest_sfn import (
    Attempt, Call, DefinitionError, Deployed, Diagnostic, Execution, Fault, FaultCase, HttpCall, HttpMock, HttpRequest,
    HttpResponse, Line, Location, Machine, MapRun, Mock, Quotas, Script, SfnAws, SfnMock, StateMachine, StateReport, StateTest,
    Visit, load,
)


@pytest.fixture(scope="module")
def shared(sfn_mock_factory: Callable[..., SfnMock]) -> Iterator[SfnMock]:
    with sfn_mock_factory(seed=3, quotas=Quotas(payload=10)) as account:
        assert_type(account, SfnMock)
        yield account


@pytest.fixture
def charge(sfn_mock: SfnMock) -> Mock:
    mock = sfn_mock.lambda_function("charge")
    script = mock.raises("Busy", times=1).returns({"ok": True}).takes(5)
    assert_type(script, Script)
    assert_type(mock.when(item=1), Mock)
    assert_type(sfn_mock.service("account").on("ListRegions"), Mock)
    return mock


def made_by(mock: Mock) -> Sequence[Call]:
    return mock.calls


def test_execution(charge: Mock, sfn_state_machine: Machine) -> None:
    execution = sfn_state_machine.run({"id": 1})
    assert_type(execution, Execution)
    assert_type(execution.status, str)
    assert_type(execution.error, str | None)
    assert_type(execution.elapsed, timedelta)
    assert_type(execution.start_time, datetime)
    assert_type(execution.children, list[Execution])
    assert_type(execution.map_runs, list[MapRun])
    path: list[str] = execution.path
    report = execution.state("Charge")
    assert_type(report, StateReport)
    assert_type(report.visits, list[Visit])
    assert_type(report.iterations[0], Line)
    assert_type(report.visits[0].attempts, list[Attempt])
    assert_type(charge.calls[0], Call)
    assert_type(sfn_state_machine.state_machine, StateMachine)
    print(path, made_by(charge))


def test_account(sfn_mock: SfnMock, sfn_aws: SfnAws, state_machine: Machine, shared: SfnMock) -> None:
    assert_type(sfn_mock.load(load("order.asl.json")), Machine)
    assert_type(sfn_mock.test_state(state_machine, "Charge"), StateTest)
    assert_type(state_machine.state_machine.locate("/States"), Location | None)
    deployed: Deployed[Machine] = sfn_aws.deploy("template.yaml")
    assert_type(deployed.machines["Order"], Machine)
    cases: list[FaultCase[Execution]] = state_machine.faults()
    assert_type(cases[0].run(), Execution)
    shared.reset_calls()


def test_http(sfn_mock: SfnMock) -> None:
    def answer(request: HttpRequest) -> HttpResponse:
        return HttpResponse(json={"path": request.path})

    http: HttpMock = sfn_mock.http("https://api.example.com/*", "POST")
    http.calls(answer)
    assert_type(http.calls[0], HttpCall)


@pytest.mark.sfn_faults("order.asl.json")
def test_fault(sfn_fault: Fault) -> None:
    assert_type(sfn_fault.task, str)


def found_in(error: DefinitionError) -> Sequence[Diagnostic]:
    return error.diagnostics
"""


@pytest.mark.slow
def test_an_annotated_suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    api = pytest.importorskip("mypy.api")
    monkeypatch.setenv("MYPYPATH", str(Path(__file__).parents[2]))
    (tmp_path / "test_suite.py").write_text(SUITE, "utf-8")

    out, err, status = api.run(
        ["--strict", "--config-file=", "--follow-imports=silent", f"--cache-dir={tmp_path}", str(tmp_path / "test_suite.py")]
    )

    assert (status, err) == (0, ""), out
