"""TestState: one state, run by the engine, and what the trace says of it.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.api import one_state_checks as checks
from pytest_sfn.api.exchange import request_shown, response_shown
from pytest_sfn.api.json_members import json_problem
from pytest_sfn.api.validation import invalid_definition
from pytest_sfn.asl.outline import walk
from pytest_sfn.asl.parse import ONE_STATE, aws_refusal_message
from pytest_sfn.definition import StateMachine, load_one_state
from pytest_sfn.engine import record as r
from pytest_sfn.engine.one_state import Answering, Given
from pytest_sfn.engine.record import records
from pytest_sfn.engine.retry import matches
from pytest_sfn.errors import DefinitionError, JsonValueError
from pytest_sfn.expressions.spelling import spellings
from pytest_sfn.expressions.values import UNDEFINED, dumps, loads
from pytest_sfn.services.api_error import ApiError
from pytest_sfn.trace.inspection import Inspector
from pytest_sfn.trace.visits import following

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from pytest_sfn.api.resources import Resources
    from pytest_sfn.asl.model import State
    from pytest_sfn.engine.one_state import OneStateRun

__all__ = ["Tested", "run_state", "test_state"]

Params = dict[str, Any]
Begin = Callable[[StateMachine, str, Given, Any, "Mapping[str, Any]"], "OneStateRun"]
STAGES: Final = {
    "after_input_path": "afterInputPath",
    "after_items_path": "afterItemsPath",
    "after_parameters": "afterParameters",
    "after_arguments": "afterArguments",
    "result": "result",
    "after_result_selector": "afterResultSelector",
    "after_result_path": "afterResultPath",
}
"""Our names of the stages, and those of `InspectionData`."""
PLAIN: Final = (
    "maxConcurrency",
    "toleratedFailureCount",
    "toleratedFailurePercentage",
    "request",
    "response",
    "errorDetails",
)
"""Members of inspectionData that are no JSON text."""
TIMED_OUT: Final = ("States.Timeout", None)


def test_state(resources: Resources, params: Params) -> Params:
    """TestState.

    Raises:
        ApiError: InvalidDefinition, InvalidExecutionInput, ValidationException.
    """
    checks.check_mock(params.get("mock"))
    machine, name = _definition(params["definition"], params.get("stateName"))
    begin = partial(resources.account.begin_one_state, resources.region)
    found = run_state(begin, machine, name, params, resources.account.world.as_of)
    return found.answer(params.get("inspectionLevel", "INFO"))


def run_state(begin: Begin, machine: StateMachine, name: str, params: Params, as_of: date | None) -> Tested:
    """Run one state of a loaded machine, with the other members of a call of TestState.

    Args:
        begin: starts the run: the account's `begin_one_state`, which knows the region.
        params: as of TestState; `check_mock` has taken the mock.
        as_of: the day whose API models hold for mocks; today's when None.

    Raises:
        ApiError: InvalidExecutionInput, ValidationException; InvalidDefinition for a state that cannot be tested so.
    """
    given = _given(params, machine, name, as_of)
    variables = checks.json_object(params["variables"], "variables") if "variables" in params else {}
    run = begin(machine, name, given, _input(params), variables)
    for text, value in ((params.get("input"), run.input), (params.get("mock", {}).get("result"), given.result)):
        if text is not None and value is not UNDEFINED:
            run.texts |= spellings(text, value)
    if given.context is not None:
        run.texts |= spellings(params["context"], given.context)
    _run(run, given)
    return Tested(run, machine.states[name], variables, reveal=bool(params.get("revealSecrets")))


# -- what is given -----------------------------------------------------------------------------------------------------


def _definition(text: str, name: str | None) -> tuple[StateMachine, str]:
    """The machine and the state's name in it; of a definition that is one state, a machine around it."""
    problem = invalid_definition(text)
    if problem is not None:
        raise problem
    try:
        machine = _loaded(text, name is None)
    except DefinitionError as error:
        raise ApiError("InvalidDefinition", aws_refusal_message(error.diagnostics)) from error
    if name is not None and name not in machine.states:
        raise ApiError("ValidationException", "State not found in definition")
    return machine, name or ONE_STATE


@lru_cache(maxsize=64)
def _loaded(text: str, one: bool) -> StateMachine:
    return load_one_state(text, alone=one)


def _given(params: Params, machine: StateMachine, name: str, as_of: date | None) -> Given:
    state = machine.states[name]
    mock, configuration = params.get("mock"), params.get("stateConfiguration", {})
    checks.check_state(state, params)
    result: Any = UNDEFINED
    error = None
    if mock is not None and "errorOutput" in mock:
        error = mock["errorOutput"]["error"], mock["errorOutput"].get("cause")
    elif mock is not None:
        result = checks.mocked_result(state, mock, as_of)
    value = _input(params)
    return Given(
        result=result,
        error=error,
        context=checks.context(state, params["context"]) if "context" in params else None,
        name=ONE_STATE,
        item={"Index": 0, "Value": value} if _in_map(machine, name) else None,
        role_arn=params.get("roleArn"),
        retries=configuration.get("retrierRetryCount", 0),
        failures=configuration.get("mapIterationFailureCount"),
        items=configuration.get("mapItemReaderData"),
    )


def _in_map(machine: StateMachine, name: str) -> bool:
    around = next(around for state, around in walk(machine._model.states) if state.name == name)
    return any(each.type == "Map" for each in around)


def _input(params: Params) -> Any:
    text = params.get("input", "{}")
    try:
        return loads(text)
    except JsonValueError as error:
        problem = json_problem(text, error)
        raise ApiError("InvalidExecutionInput", f"Invalid State Machine Execution Input: '{problem}'") from None


# -- the run -----------------------------------------------------------------------------------------------------------


def _run(run: OneStateRun, given: Given) -> None:
    """Run the state to its end, or until a Retrier would wait."""
    world = run.world
    behind = world.runner
    if given.mocked:
        world.runner = Answering(run, behind)
    try:
        while run.live and run.scheduler.pump_next():
            pass
    finally:
        world.runner = behind


# -- the answer --------------------------------------------------------------------------------------------------------


class Tested:
    """The records of a run, as TestState speaks of them.

    Attributes:
        run: what ran.
        entered, exited, caught, retry, chosen, exchanged: the record of each, None where there is none.
        fields: what the fields of a Map came to.
        error: its name and cause, None where the state failed in no way.
        failure: the error as the engine has it, None where there is none.

    Raises:
        ApiError: more iterations of a Map are said to have failed than it has.
    """

    def __init__(self, run: OneStateRun, state: State, variables: Mapping[str, Any], *, reveal: bool = False) -> None:
        self.run = run
        self._reveal = reveal
        self._state = state
        self._variables = variables
        self.fields: Mapping[str, Any] = {}
        self.failure: Any = None
        self.entered: r.StateEntered
        self.exited: r.StateExited | None = None
        self.caught: r.CatchTaken | None = None
        self.retry: r.RetryChosen | None = None
        self.chosen: r.ChoiceTaken | None = None
        self.exchanged: r.HttpExchanged | None = None
        for record in records(run):
            if isinstance(record, r.StateEntered):
                self.entered = record
            elif isinstance(record, r.StateExited):
                self.exited = record
            elif isinstance(record, r.BodyMocked):
                self.fields = record.fields
            elif isinstance(record, r.ChoiceTaken):
                self.chosen = record
            elif isinstance(record, r.HttpExchanged):
                self.exchanged = record
            else:
                self._failed(record)
        checks.check_failures(run.given.failures, self.fields)
        if run.status == "SUCCEEDED" and self.caught is None:
            self.failure = None
        self.error: tuple[str | None, str | None] | None = TIMED_OUT if run.status == "TIMED_OUT" else None
        if self.failure is not None:
            self.error = self.failure.error, self.failure.cause

    def _failed(self, record: r.Record) -> None:
        if isinstance(record, r.CatchTaken):
            self.caught, self.failure = record, record.error
        elif isinstance(record, r.RetryChosen):
            self.retry, self.failure = record, record.error
        elif isinstance(record, r.StrandFailed):
            self.failure = record.error

    def answer(self, level: str) -> Params:
        """What TestState answers.

        Args:
            level: INFO, DEBUG or TRACE.
        """
        found: Params = {"status": self.status}
        if self.output is not UNDEFINED:
            found["output"] = dumps(self.output, self.run.texts)
        if (following := self.following) is not None:
            found["nextState"] = following
        if self.error is not None:
            found |= {key: text for key, text in zip(("error", "cause"), self.error, strict=True) if text is not None}
        if level != "INFO":
            text = partial(dumps, texts=self.run.texts)
            values = self.inspection(traced=level == "TRACE")
            found["inspectionData"] = {name: value if name in PLAIN else text(value) for name, value in values.items()}
        return found

    @property
    def output(self) -> Any:
        """The state's output; UNDEFINED where it has none."""
        return UNDEFINED if self.exited is None or not self._left else self.exited.output

    @property
    def _left(self) -> bool:
        return self.status in ("SUCCEEDED", "CAUGHT_ERROR")

    @property
    def status(self) -> str:
        if self.retry is not None:
            return "RETRIABLE"
        if self.run.status != "SUCCEEDED":
            return "FAILED"
        return "SUCCEEDED" if self.caught is None else "CAUGHT_ERROR"

    @property
    def following(self) -> str | None:
        """The name of the next state, None at the end."""
        if not self._left:
            return None
        choice = self.chosen.choice if self.chosen is not None else None
        return following(self._state, choice, self.caught.catcher if self.caught is not None else None)

    def details(self) -> Params:
        """errorDetails: the Retrier and the Catcher that take the error, a Retrier that is used up as well [recorded]."""
        found: Params = {}
        if self.failure is None:
            return found
        rule = self.entered.rule
        for index, retrier in enumerate(rule.retriers if self.failure.catchable else ()):
            if matches(retrier.error_equals, self.failure):
                found["retryIndex"] = index
                break
        if self.retry is not None:
            found["retryBackoffIntervalSeconds"] = round(self.retry.delay / 1_000_000)
        if self.caught is not None:
            found["catchIndex"] = rule.catchers.index(self.caught.catcher)
        return found

    def inspection(self, *, traced: bool) -> Params:
        """The members of inspectionData, as values.

        Args:
            traced: whether the request and the response of an HTTP task are among them.
        """
        found: Params = {"input": self.entered.input}
        for name, value in Inspector(self.run).values(self.entered.event_id).items():
            if name != "result" or self._state.type not in ("Map", "Parallel"):  # which show none [recorded for Map]
                found[STAGES[name]] = value
        found |= {name: value for name, value in self.fields.items() if name != "items"}
        if traced and self.exchanged is not None:
            sent, response = self.exchanged.sent, self.exchanged.response
            found["request"] = request_shown(sent, reveal=self._reveal)
            found["response"] = response_shown(sent, response)
        if details := self.details():
            found["errorDetails"] = details
        assigned = (self.exited.variables if self.exited is not None else None) or {}
        if known := {**self._variables, **assigned}:
            found["variables"] = known
        return found
