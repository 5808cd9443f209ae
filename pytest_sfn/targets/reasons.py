"""Why a target leaves something out: every reason, in one table, which docs/targets.md explains.

`--sfn-target=endpoint` skips a test that asks for what an endpoint cannot do. `--sfn-target=teststate` skips no test; it counts
the visits of states that it could not compare.
"""

from __future__ import annotations

from typing import Final, NoReturn

__all__ = ["NOT_AT_AN_ENDPOINT", "NOT_COMPARED", "skip"]

NOT_AT_AN_ENDPOINT: Final = {
    "mocks": "an endpoint has no mocks; --sfn-target-mocks=ignore lets its own functions and services answer",
    "calls": "an endpoint does not say how its functions were called",
    "faults": "an endpoint's tasks do not fail on demand",
    "time": "an endpoint's clock is the real one: a test cannot move it, or stop an execution at a state",
    "part": "an endpoint runs a whole machine, from its first state to its end",
    "variables": "an endpoint starts an execution without variables",
    "outside": "answers to tokens and the work on activities come from outside of this process",
    "services": "sfn_aws has AWS's services in this process, which an endpoint does not reach",
    "handlers": "the code of functions runs at the endpoint, not in this process",
    "redrive": "an execution that is redriven at an endpoint is not read again",
    "express": "an Express execution has no history that could be read",
    "stages": "a history does not have the values between a state's input and output",
    "children": "child executions have histories of their own, which are not read",
    "one-state": "--sfn-target=teststate tests single states",
    "api": "the API of Step Functions in this process knows nothing of an endpoint",
}
"""Reasons for which a test is skipped with `--sfn-target=endpoint`."""

NOT_COMPARED: Final = {
    "chance": "it draws random values or reads the clock",
    "context": "it reads a part of the Context Object that TestState cannot be given",
    "wait": "it waits for more than 5 seconds, and TestState really waits",
    "heartbeat": "a missed heartbeat ended it, which no mock can say",
    "nameless": "its error has no name, which no mock can have",
    "absent": "its task was not tried, since what it calls is not in the test's account",
    "quota": "the execution's history was full, and a state alone has none",
    "distributed": "what its data or its results in S3 were is not in the trace",
    "size": "it has values larger than TestState takes: the test lifts AWS's quotas, or a result was refused for its size",
    "visits": "as many visits of this state as --sfn-target-visits allows were compared in this test",
}
"""Reasons for which a visit of a state is not compared with `--sfn-target=teststate`."""


def skip(reason: str) -> NoReturn:
    """Skip the test that asks an endpoint for what it cannot do.

    Args:
        reason: a key of `NOT_AT_AN_ENDPOINT`.
    """
    import pytest

    __tracebackhide__ = True
    pytest.skip(f"--sfn-target=endpoint: {NOT_AT_AN_ENDPOINT[reason]} ({reason}; pytest-sfn docs targets)")
