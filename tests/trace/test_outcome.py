"""What became of an execution."""

from __future__ import annotations

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.trace.outcome import describe, describe_sync, handled
from tests.helpers import machine, run, task

WAIT = {"Type": "Wait", "Seconds": 3}


def test_describe_while_it_runs_and_after_it_failed() -> None:
    execution = SfnMock().load(machine(A=WAIT)).start({"a": 1}, name="n")
    running = describe(execution._run)
    assert (running["status"], running["redriveStatusReason"]) == ("RUNNING", "Execution is RUNNING and cannot be redriven")
    assert not {"stopDate", "output", "error"} & running.keys()
    ended = describe(execution.stop("E", "why")._run)
    assert (ended["status"], ended["error"], ended["cause"], ended["redriveStatus"]) == ("ABORTED", "E", "why", "REDRIVABLE")
    assert ended["stopDate"] == execution.stop_time


@pytest.mark.parametrize(("seconds", "milliseconds"), [(0, 100), (3, 3000)])
def test_express_is_billed_in_steps_of_a_tenth_of_a_second(seconds: int, milliseconds: int) -> None:
    described = describe_sync(SfnMock().load(machine(A={**WAIT, "Seconds": seconds}), type="EXPRESS").run_sync()._run)
    assert described["billingDetails"] == {"billedMemoryUsedInMB": 64, "billedDurationInMilliseconds": milliseconds}
    assert not any(name.startswith("redrive") for name in described)


FAIL = {"Type": "Fail", "Error": "Gone"}


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        (machine(A={"Type": "Pass"}), True),
        (machine(A=FAIL), True),
        (machine(A={"Type": "Parallel", "Branches": [machine(B={"Type": "Pass"}), machine(C=FAIL)]}), True),
        (machine(A={"Type": "Parallel", "Branches": [machine(B=task())]}), False),
    ],
)
def test_handled_is_a_success_or_a_fail_state_that_was_entered(definition: dict[str, object], expected: bool) -> None:
    def fails(event: object) -> None:
        raise ValueError

    execution = run(definition, f=fails)
    assert handled(execution._run) is execution.handled is expected


def test_an_execution_that_runs_is_not_handled_yet() -> None:
    assert not handled(SfnMock().load(machine(A=WAIT)).start()._run)
