"""Definitions that people wrote run end to end: fault-free and with each single fault, twice, and through a boto3 client."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest

from pytest_sfn import Execution, Fault, Machine, PytestSfnError, SfnMock, StateMachine
from pytest_sfn.engine.quotas import Quotas
from pytest_sfn.expressions.values import dumps
from pytest_sfn.faults.enumerate import enumerate_faults, faults_by_task, representatives, task_names
from tests.hostile.conftest import Meant
from tests.hostile.corpus import DEFINITIONS, FOLDER, bind, machine_of, sample
from tests.well_formed import mistyped, problems

pytestmark = pytest.mark.slow

MOST_EVENTS = 1000  # that are compared
QUOTAS = Quotas(history=3000)  # some loop until the history is full


def params() -> list[Any]:
    there = [pytest.param(path, id="/".join(path.parts[-3:])) for path in DEFINITIONS]
    if not FOLDER.is_dir():
        there.append(pytest.param(None, id="corpus", marks=pytest.mark.skip(reason="no corpus beside the project")))
    return there


def bound(account: SfnMock, machine: StateMachine, answer: Any, fault: Fault | None) -> Machine:
    bind(account, machine, answer)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loaded = account.load(machine)
    if fault is not None:
        account.inject(fault)
    return loaded


def executed(machine: StateMachine, answer: Any, fault: Fault | None) -> Execution:
    return bound(SfnMock(quotas=QUOTAS), machine, answer, fault).run(answer, name="e")


def faults_of(machine: StateMachine, every: bool) -> list[Fault | None]:
    """None, and a fault for each way through Retriers and Catchers; or every fault."""
    if not task_names(machine):
        return [None]
    if every:
        return [None, *enumerate_faults(machine)]
    return [None, *(fault for faults in faults_by_task(machine).values() for fault in representatives(faults))]


@pytest.mark.parametrize("path", params())
def test_every_execution_is_well_formed_and_repeats_itself(path: Path, meant: Meant, request: pytest.FixtureRequest) -> None:
    machine = machine_of(path)
    if machine is None:
        return  # tests.corpus has an eye on those
    seeds = range(20 if request.config.getoption("--hostile") else 1)
    for seed in seeds:
        answer = sample(machine, seed)
        for fault in faults_of(machine, len(seeds) > 1):
            with meant((path, seed, str(fault))):
                execution = executed(machine, answer, fault)
                history = execution.history
                assert problems(history, ended=execution.status != "RUNNING") + mistyped(history) == [], (fault, seed)
                assert execution.timeline()
                if fault is None or len(history) < MOST_EVENTS:
                    assert executed(machine, answer, fault).history == history, (fault, seed)


@cache
def client() -> Any:
    return boto3.client("stepfunctions", region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing")


def through_client(machine: StateMachine, role: str, answer: Any) -> Iterator[dict[str, Any]]:
    """The events that GetExecutionHistory gives, page by page, once the execution stands still."""
    with SfnMock() as account:
        bind(account, machine, answer)
        created = client().create_state_machine(name=machine.name, definition=json.dumps(machine.definition), roleArn=role)
        arn = client().start_execution(stateMachineArn=created["stateMachineArn"], name="e", input=dumps(answer))
        account.executions[0].run()
        for page in (
            client()
            .get_paginator("get_execution_history")
            .paginate(executionArn=arn["executionArn"], PaginationConfig={"PageSize": 100})
        ):
            yield from page["events"]


@pytest.mark.parametrize("path", params())
def test_a_client_sees_the_same_history(path: Path, meant: Meant) -> None:
    machine = machine_of(path)
    if machine is None:
        return
    answer = sample(machine)
    with meant(path):
        loaded = bound(SfnMock(), machine, answer, None)
        try:
            execution = loaded.run(answer, name="e")
        except PytestSfnError as error:
            with pytest.raises(type(error)):
                list(through_client(machine, loaded.role_arn, answer))
            return
        if len(execution.history) < MOST_EVENTS:
            given = list(through_client(machine, loaded.role_arn, answer))
            assert problems(given, ended=execution.status != "RUNNING") == []
            assert given == execution.history
