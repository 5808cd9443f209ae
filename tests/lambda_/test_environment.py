"""Variables of a function, in `os.environ` and the process for the time of a call."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pytest_sfn.lambda_.environment import Environment, runtime_variables


def of_process(name):
    """What a child process gets."""
    code = f"import os; print(os.environ.get({name!r}))"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(autouse=True)
def outside(monkeypatch):
    monkeypatch.setenv("KEPT", "outside")
    monkeypatch.setenv("HIDDEN", "outside")
    monkeypatch.delenv("OWN", raising=False)


def test_in_place_and_taken_away():
    before = dict(os.environ)
    environment = Environment({"OWN": "1", "HIDDEN": "inside", "TZ": ":UTC"})
    environment.set()
    assert [os.environ[name] for name in ("OWN", "HIDDEN", "KEPT")] == ["1", "inside", "outside"]
    assert of_process("OWN") == "1"
    environment.restore()
    assert dict(os.environ) == before
    assert [of_process(name) for name in ("OWN", "HIDDEN")] == ["None", "outside"]


def test_changes_are_undone_and_kept_for_the_next_time():
    before = dict(os.environ)
    environment = Environment({"OWN": "1", "TZ": ":UTC"})
    environment.set()
    os.environ["OWN"] = "2"
    os.environ["NEW"] = "3"
    del os.environ["KEPT"]
    environment.restore()
    assert dict(os.environ) == before
    assert [of_process(name) for name in ("NEW", "KEPT")] == ["None", "outside"]
    environment.set()
    assert [os.environ[name] for name in ("OWN", "NEW")] == ["2", "3"]
    environment.restore()
    assert dict(os.environ) == before


@pytest.mark.parametrize("outside", [None, "of the test"])
@pytest.mark.parametrize("changes", [False, True])
def test_the_trace_id_is_that_of_the_call(outside, changes, monkeypatch):
    if outside is not None:
        monkeypatch.setenv("_X_AMZN_TRACE_ID", outside)
    before = dict(os.environ)
    environment = Environment({"OWN": "1", "TZ": ":UTC"})
    for trace in ("Root=1", "Root=2"):
        environment.set()
        assert os.environ.get("_X_AMZN_TRACE_ID") == outside
        environment.trace(trace)
        assert os.environ["_X_AMZN_TRACE_ID"] == trace
        if changes:
            os.environ["OWN"] = trace
        environment.restore()
        assert dict(os.environ) == before
    assert of_process("_X_AMZN_TRACE_ID") == str(outside)


def test_an_environment_that_was_replaced():
    environ, before = os.environ, dict(os.environ)
    environment = Environment({"OWN": "1", "TZ": ":UTC"})
    environment.set()
    os.environ = {"OTHER": "1"}  # noqa: B003
    environment.reinstate()
    environment.restore()
    assert os.environ is environ
    assert dict(os.environ) == before


def test_a_time_zone_that_the_code_sets():
    before = time.tzname
    environment = Environment({"TZ": ":UTC"})
    environment.set()
    os.environ["TZ"] = "XYZ-5"
    time.tzset()
    environment.restore()
    assert time.tzname == before
    environment.set()
    assert time.tzname[0] == "XYZ"  # the code's next call finds its own
    environment.restore()
    assert time.tzname == before


def test_what_lambda_sets():
    day = datetime(2024, 1, 2, tzinfo=UTC)
    found = runtime_variables(
        "f", "app.handler", Path("code"), runtime="python3.12", memory_mb=512, region="eu-west-1", day=day
    )
    assert found["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.12"
    assert found["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "512"
    assert found["AWS_LAMBDA_LOG_STREAM_NAME"] == f"2024/01/02/[$LATEST]{'0' * 32}"
    assert (found["AWS_REGION"], found["LAMBDA_TASK_ROOT"], found["_HANDLER"]) == ("eu-west-1", "code", "app.handler")
