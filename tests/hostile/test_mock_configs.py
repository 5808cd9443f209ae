"""Mock configurations with odd values and broken texts, and histories with odd events."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_sfn import MockError, SfnMock
from pytest_sfn.asl.text import Text
from pytest_sfn.commands.mock_config import problems_of
from pytest_sfn.commands.mock_config_python import Loaded, to_python
from pytest_sfn.definition import load
from pytest_sfn.mocks.mock_config import MockConfig, mock_config_of
from pytest_sfn.mocks.mock_config_history import config_of_history
from tests.helpers import machine, task
from tests.hostile.conftest import Meant, Trials
from tests.hostile.mutations import mutated, mutated_text, text_of
from tests.well_formed import problems

pytestmark = pytest.mark.slow

INVOKE = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}}
RETRY = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}]
DEFINITION = machine(
    A={**INVOKE, "Retry": RETRY, "Next": "B"},
    B=task(Retry=RETRY, Next="C"),
    C={
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": "q", "MessageBody": {"token.$": "$$.Task.Token"}},
    },
)
CONFIG = {
    "StateMachines": {"order": {"TestCases": {"Case": {"A": "One", "B": "Two", "C": "Three"}, "Other": {"A": "Two"}}}},
    "MockedResponses": {
        "One": {"0": {"Throw": {"Error": "E", "Cause": "c"}}, "1-2": {"Return": {"StatusCode": 200, "Payload": {}}}},
        "Two": {"0-1": {"Throw": {"Error": "E", "Cause": ""}}, "2": {"Return": {"StatusCode": 200, "Payload": [1]}}},
        "Three": {"0": {"Return": None}, "7": {"Return": 1.5}},
    },
}


def text(random: Random) -> str:
    value = mutated(CONFIG, random)
    written = text_of(value, 1)
    return mutated_text(written, random) if random.randrange(2) else written


def test_files(trials: Trials, meant: Meant, tmp_path: Path) -> None:
    for random in trials(400):
        written = text(random)
        with meant(written), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            config = MockConfig(Text("m.json", written))
            found = problems_of(config, [load(DEFINITION)])
            assert all(problem.location is not None and str(problem.location) for problem in found)
            if config.problems:
                with pytest.raises(MockError, match=r"m\.json:\d+:\d+: "):
                    mock_config_of(config.text)
            code = to_python(config, {"order": Loaded(load(DEFINITION), "order.asl.json", None)})
            compile(code.encode("utf-8", "backslashreplace"), "test_it.py", "exec")  # as it is written
            file = tmp_path / "MockConfigFile.json"
            file.write_bytes(written.encode("utf-8", "surrogatepass"))
            account = SfnMock()
            account.use_mock_config(file, "Case")
            execution = account.load(DEFINITION, name="order").run()
            assert problems(execution.history, ended=True) == []
            assert execution.timeline()


def test_histories(trials: Trials, meant: Meant) -> None:
    account = SfnMock()
    account.lambda_function("f").raises("E").returns(1)
    account.state("C").returns(1)
    history = json.loads(json.dumps(account.load(DEFINITION).run().history, default=str))
    for random in trials(300):
        value: Any = mutated({"events": history}, random)
        with meant(value):
            mock_config_of(Text("m.json", json.dumps(config_of_history(value, "order", "Case"))))


OUTCOMES = st.one_of(
    st.fixed_dictionaries(
        {"Return": st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=3)}
    ),
    st.fixed_dictionaries({"Throw": st.fixed_dictionaries({"Error": st.text(min_size=1), "Cause": st.text()})}),
)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4), OUTCOMES), min_size=1, max_size=5))
def test_a_right_response_answers_each_invocation_by_its_key(parts: list[tuple[int, int, dict[str, Any]]]) -> None:
    response: dict[str, Any] = {}
    wanted: list[dict[str, Any] | None] = []
    for gap, count, outcome in parts:
        wanted += [None] * gap
        first, last = len(wanted), len(wanted) + count - 1
        response[str(first) if first == last else f"{first}-{last}"] = outcome
        wanted += [outcome] * count

    config = {"StateMachines": {"m": {"TestCases": {"C": {"A": "R"}}}}, "MockedResponses": {"R": response}}
    case = mock_config_of(Text("m.json", json.dumps(config))).case("m", "C")

    found: list[dict[str, Any] | None] = [None] * len(wanted)
    for each in case.states["A"].outcomes:
        for number in range(each.first, each.last + 1):
            error = {"Throw": {"Error": each.error, "Cause": each.cause}}
            found[number] = {"Return": each.result} if each.error is None else error
    assert found == wanted
