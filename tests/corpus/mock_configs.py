"""Judges mock configurations: they are read, and each test case runs to the end that its responses explain.

The definitions that some of them are for are of another day, so a test case runs on a machine made for it: its states as
tasks, one after the other, each retried until its response has a result, in a Map if that has several.
"""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pytest_sfn import SfnMock
from pytest_sfn.asl.pointer import last
from pytest_sfn.asl.source import read_loosely
from pytest_sfn.asl.text import Text
from pytest_sfn.commands.mock_config import problems_of
from pytest_sfn.definition import StateMachine
from pytest_sfn.errors import PytestSfnError
from pytest_sfn.mocks.mock_config import Case, Outcome, Response, mock_config_of

Row = dict[str, Any]

TASK = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}}


def judge(folder: Path, row: Row, text: str) -> str | None:
    """Why a configuration is not as its row says, or one of its test cases does not end as it should."""
    if row["shape"] == "responses only":
        case = {"StateMachines": {"M": {"TestCases": {"C": {"S": "R"}}}}}
        text = f'{{"MockedResponses": {{"R": {text}}}, {json.dumps(case)[1:]}'
    try:
        config = mock_config_of(Text(row["file"], text))
        found = {machine: list(cases) for machine, cases in config.machines.items()}
        if row["shape"] != "responses only" and found != row["test_cases"]:
            return f"the test cases are {found}"
        if len(config.responses) != row["responses"]:
            return f"there are {len(config.responses)} responses"
        for definition in row["definitions"]:
            problems = problems_of(config, [StateMachine(read_loosely(folder / definition))])
            absent = sorted({last(problem.pointer) for problem in problems if problem.severity == "ERROR"})
            if absent != sorted(row["mocked_states_not_in_definition"]):
                return f"not in the definition: {absent}"
        ends = [explained(text, case) for cases in config.machines.values() for case in cases.values()]
    except PytestSfnError as error:
        return f"refused: {error}"
    return next((reason for reason in ends if reason is not None), None)


def explained(text: str, case: Case) -> str | None:
    """Why the end of an execution under a test case is not the one that its responses explain."""
    expected = {state: results(response) for state, response in case.states.items()}
    with TemporaryDirectory() as folder, SfnMock() as sfn_mock:
        file = Path(folder, "MockConfigFile.json")
        file.write_text(text, encoding="utf-8")
        sfn_mock.use_mock_config(file, case.name)
        execution = sfn_mock.load(machine_of(case), name=case.machine).run()
        for state, response in case.states.items():
            if not expected[state]:
                thrown = response.outcomes[-1]
                given = execution.status, execution.error, execution.cause
                wanted = "FAILED", thrown.error, thrown.cause
                return None if given == wanted else f"{case.name}: {state}: it ended as {given}, not {wanted}"
            outputs = [visit.output for visit in execution.state(state).visits]
            if outputs != expected[state]:
                return f"{case.name}: {state}: the results are {outputs}, not {expected[state]}"
    return None if execution.succeeded else f"{case.name}: {execution.status}"


def machine_of(case: Case) -> dict[str, Any]:
    """A machine with the states of a test case, each as often as its response has results."""
    chain: dict[str, Any] = {}
    for state, response in case.states.items():
        task = {**TASK, "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": response.outcomes[-1].last}]}
        count = len(results(response))
        if count > 1:
            processor = {"StartAt": state, "States": {state: {**task, "End": True}}}
            items = {"Type": "Pass", "Result": list(range(count)), "Next": f"each {state}"}
            chain |= {
                f"items {state}": items,
                f"each {state}": {"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": processor},
            }
        else:
            chain[state] = dict(task)
    names = list(chain)
    for name, following in zip(names, [*names[1:], "Done"], strict=True):
        chain[name]["Next"] = following
    return {"StartAt": [*names, "Done"][0], "States": {**chain, "Done": {"Type": "Succeed"}}}


def results(response: Response) -> list[Any]:
    """What a state answers in turn, without the errors."""
    return [outcome.result for outcome in response.outcomes if outcome.error is None for _ in invocations(outcome)]


def invocations(outcome: Outcome) -> range:
    return range(outcome.first, outcome.last + 1)
