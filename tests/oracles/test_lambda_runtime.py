"""A handler's answers and exceptions against Lambda's own runtime, the package `awslambdaric`, where it is installed.

Compared are the JSON of an answer and errorType, errorMessage and stackTrace of an exception. NaN and infinity are left out:
Lambda sends words for them that are no JSON.
"""

from __future__ import annotations

import ast
import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from pytest_sfn import SfnMock

bootstrap = pytest.importorskip("awslambdaric.bootstrap", reason="needs awslambdaric, Lambda's runtime")

CODE = """
from collections import OrderedDict, namedtuple
from decimal import Decimal


class OutOfStock(Exception):
    def __init__(self, sku):
        super().__init__(f"no {sku} left")


class Silent(Exception):
    def __str__(self):
        return ""


def deeper(n):
    if n:
        return deeper(n - 1)
    raise OutOfStock("tea")


def text(event, context):
    return "é\\u2028\\U0001f600"


def scalars(event, context):
    return [None, True, 1, -0.0, 1e22, 1.5, Decimal("1.10"), 10**30]


def containers(event, context):
    return {"t": (1, (2,)), "o": OrderedDict(b=1, a=2), "n": namedtuple("P", "x y")(1, 2), 1: "int", None: "none", True: "true"}


def the_event(event, context):
    return event


def nothing(event, context):
    pass


def own_error(event, context):
    raise OutOfStock("tea")


def from_below(event, context):
    deeper(3)


def without_text(event, context):
    raise Silent


def several_arguments(event, context):
    raise ValueError("a", 2)


def missing_key(event, context):
    return event["missing"]


def division(event, context):
    return 1 / 0


def assertion(event, context):
    assert event == 1, "not one"


def chained(event, context):
    try:
        1 / 0
    except ZeroDivisionError as error:
        raise RuntimeError("while dividing") from error


def several_lines(event, context):
    raise ValueError("first\\nsecond")


def a_set(event, context):
    return {1}


def key_is_a_tuple(event, context):
    return {(1,): 2}


def circular(event, context):
    value = []
    value.append(value)
    return value
"""
HANDLERS = [node.name for node in ast.parse(CODE).body if isinstance(node, ast.FunctionDef) and len(node.args.args) == 2]
EVENT = {"n": 1.50, "text": "é", "list": [1, None]}


class Client:
    """Takes what the runtime would send to Lambda."""

    def __init__(self) -> None:
        from awslambdaric.lambda_runtime_marshaller import LambdaMarshaller

        self.marshaller = LambdaMarshaller()
        self.sent: Any = None

    def post_invocation_result(self, invoke_id: str, result: str, *_: Any) -> None:
        self.sent = ("answer", json.loads(result))

    def post_invocation_error(self, invoke_id: str, error: str, *_: Any) -> None:
        found = json.loads(error)
        self.sent = ("error", found["errorType"], found["errorMessage"], found["stackTrace"])


class Sink:
    def log_error(self, lines: Any) -> None:
        pass


def theirs(handler: Any) -> Any:
    client = Client()
    bootstrap.handle_event_request(
        client, handler, "id", json.dumps(EVENT), "application/json", None, None, "arn:aws:lambda:x", 10**13, None, Sink()
    )
    return client.sent


@pytest.mark.parametrize("name", HANDLERS)
def test_an_invocation(name: str, tmp_path: Path) -> None:
    file = tmp_path / "app.py"
    file.write_text(CODE, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("app_of_the_runtime", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    expected = theirs(getattr(module, name))

    account = SfnMock()
    task = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": True}
    account.lambda_function("f").calls_handler(f"app.{name}", root=str(tmp_path))
    execution = account.load({"StartAt": "A", "States": {"A": task}}).run(EVENT)
    if execution.succeeded:
        assert ("answer", execution.output) == expected
        return
    cause = json.loads(execution.cause or "")
    trace = [line.replace("/var/task/app.py", str(file)) for line in cause.get("stackTrace", [])]
    assert ("error", execution.error, cause["errorMessage"], trace) == expected
