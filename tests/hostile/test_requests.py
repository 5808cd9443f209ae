"""Whatever a client sends, the server answers: with AWS's errors, or its own that are meant, and never with a bug of ours."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest

from pytest_sfn import SfnMock
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.api.pace import Pace
from pytest_sfn.server.app import App
from pytest_sfn.services.operations import service_model
from tests.helpers import machine, task
from tests.hostile.conftest import Trials

pytestmark = pytest.mark.slow

MODEL = service_model("stepfunctions")
PREFIX = "arn:aws:states:us-east-1:123456789012:"
DEFINITIONS = [json.dumps(machine(A=state)) for state in ({"Type": "Pass"}, task(), {"Type": "Wait", "Seconds": 5})]
ARNS = [
    *(f"{PREFIX}{rest}" for rest in ("stateMachine:m", "stateMachine:m:1", "stateMachine:m:live", "stateMachine:m/label")),
    *(f"{PREFIX}{rest}" for rest in ("stateMachine:", "execution:m:e", "express:m:e:1", "mapRun:m/l:1", "activity:a")),
    *("arn:aws:states:::", "arn:aws:iam::123456789012:role/r", ":::::::"),
]
TEXTS = ["", "m", "#", "a" * 81, "\ud800", "\x00", "é", "{}", "[1]", "null", "NaN", "{" * 50, *DEFINITIONS, *ARNS]
ODD = [0, 1, -1, 10**30, 1.5, True, None, [], {}, ["a"], {"a": 1}, "x"]


def value(shape: Any, random: Random, wildness: float) -> Any:
    """A value of a shape of the model, or something else."""
    if random.random() < wildness:
        return random.choice(ODD)
    kind = shape.type_name
    if kind == "structure":
        return {
            name: value(member, random, wildness)
            for name, member in shape.members.items()
            if random.random() < (0.9 if name in shape.required_members else 0.35)
        }
    if kind == "list":
        return [value(shape.member, random, wildness) for _ in range(random.randrange(3))]
    if kind == "string":
        return random.choice(_texts(shape) if random.random() > wildness * 3 else TEXTS)
    return random.choice({"boolean": [True, False]}.get(kind, [0, 1, 5, 1000, -1, 10**12]))


def _texts(shape: Any) -> list[str]:
    if shape.enum:
        return list(shape.enum)
    by_name = {"Arn": ARNS, "Name": ["m", "e", "a", "live"], "Definition": DEFINITIONS, "Sensitive": ["{}", "[1]", "x"]}
    return next((texts for part, texts in by_name.items() if part in shape.name), TEXTS)


def test_requests(trials: Trials) -> None:
    for random in trials(30):
        account = account_of(SfnMock())
        account.paced(Pace(account, idle_reads=None))
        app = App(account, keep=20)
        wildness = random.choice([0, 0.02, 0.1])
        for _ in range(100):
            operation = random.choice(MODEL.operation_names)
            members = value(MODEL.operation_model(operation).input_shape, random, wildness)
            headers = {"X-Amz-Target": f"AWSStepFunctions.{operation}"}
            body = json.dumps(members).encode()
            status, _, answer = app.answer(AWSPreparedRequest("POST", "http://h/", headers, body, False))
            said = json.loads(answer)
            assert status in (200, 400, 402, 409), (operation, body, said)
            if status != 200:
                assert said["__type"], (operation, body)
                assert not said["__type"].endswith("Error") or said["__type"] == "ValidationError", (operation, body, said)
