"""Machines that nobody would write have histories that AWS could write."""

from __future__ import annotations

from collections import Counter

import pytest

from pytest_sfn import ExecutionError
from tests.generated import generated
from tests.well_formed import mistyped, problems

pytestmark = pytest.mark.slow

BATCH = 250
KINDS = {f"{state}StateEntered" for state in ("Choice", "Fail", "Map", "Parallel", "Pass", "Succeed", "Task", "Wait")}
KINDS |= {"EvaluationFailed", "LambdaFunctionTimedOut", "MapIterationAborted", "MapRunSucceeded", "ParallelStateAborted"}
KINDS |= {"ExecutionFailed", "ExecutionSucceeded", "ExecutionTimedOut", "TaskStateAborted", "WaitStateAborted"}


@pytest.mark.parametrize("first", range(0, 2000, BATCH))
def test_histories_are_well_formed(first: int, request: pytest.FixtureRequest) -> None:
    seen: Counter[str] = Counter()
    more = int(request.config.getoption("--hostile")) * 10
    for seed in (*range(first, first + BATCH), *range(2000 + first * more, 2000 + (first + BATCH) * more)):
        made = generated(seed)
        try:
            history = made.machine().run(made.input).history
        except ExecutionError as error:
            assert "nested deeper than" in str(error)
            continue
        assert problems(history) + mistyped(history) == [], seed
        seen.update(event["type"] for event in history)
    assert len(seen & Counter(KINDS)) > len(KINDS) - 5  # or it tries too little
