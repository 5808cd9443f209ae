"""`SfnMock.test_state`: a test of one state as AWS's TestState API makes it, in Python values."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from os import PathLike
from typing import TYPE_CHECKING, Any

from pytest_sfn.account.machine import Machine
from pytest_sfn.api.one_state import Tested, run_state
from pytest_sfn.api.one_state_checks import check_mock
from pytest_sfn.asl.parse import ONE_STATE
from pytest_sfn.definition import StateMachine, load, load_one_state
from pytest_sfn.errors import ExecutionError, JsonValueError, PytestSfnError, UnknownStateError, printable
from pytest_sfn.expressions.values import UNDEFINED, admit, dumps, loads, release
from pytest_sfn.links import see
from pytest_sfn.names import suggest
from pytest_sfn.services.api_error import ApiError
from pytest_sfn.services.misfits import known_members

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_sfn.account.account import Account
    from pytest_sfn.definition import DefinitionLike

__all__ = ["StateTest", "test_state"]


class StateTest:
    """What came of one state that ran alone.

    Attributes:
        state: the state's name.
        status: SUCCEEDED, FAILED, RETRIABLE (a Retrier takes the error) or CAUGHT_ERROR (a Catcher does).
        next_state: the state that follows; None at the end, after a failure, and where a Retrier takes the error.
        error, cause: of a failure, caught or not; else None.
        inspection: the stages of the data flow under the names that the API's InspectionData has, as Python values.
    """

    def __init__(self, name: str, tested: Tested) -> None:
        self.state = name
        self.status = tested.status
        self.next_state = tested.following
        self.error, self.cause = tested.error or (None, None)
        self.inspection: dict[str, Any] = release(tested.inspection(traced=True))
        self._output = tested.output

    @property
    def output(self) -> Any:
        """The state's output.

        Raises:
            ExecutionError: it has none, since the state failed.
        """
        if self._output is UNDEFINED:
            raise ExecutionError(f"state {self.state!r} has no output: it is {self.status} with {self.error}: {self.cause}")
        return release(self._output)

    def __repr__(self) -> str:
        shown = f", {self.error}" if self.error else f", next {self.next_state!r}" if self.next_state else ""
        return printable(f"<StateTest {self.state!r}: {self.status}{shown}>")


def test_state(
    account: Account, source: DefinitionLike | StateMachine | Machine, name: str | None, input: Any, members: Mapping[str, Any]
) -> StateTest:
    """Run one state; see `SfnMock.test_state`.

    Args:
        members: of TestState, with Python values instead of JSON text; None for what is not given.
    """
    machine = _machine(source, name)
    bound = source if isinstance(source, Machine) else None
    region = account.region if bound is None else bound._identity.region
    if name is None:
        name = ONE_STATE
    elif name not in machine.states:
        hint = suggest(name, machine.states, "; did you mean {!r}?")
        raise UnknownStateError(f"{machine.name} has no state {name!r}{hint}")
    params: dict[str, Any] = {key: value for key, value in members.items() if value is not None}
    for key in ("variables", "context"):
        if key in params:
            params[key] = _text(params[key], key)
    params["input"] = _text({} if input is UNDEFINED else input, "input")
    if "mock" in params:
        params["mock"] = _mock(params["mock"])
    begin = partial(account.begin_one_state, region, machine=bound)
    try:
        check_mock(params.get("mock"))
        return StateTest(name, run_state(begin, machine, name, params, account.world.as_of))
    except ApiError as error:
        place = machine.locate(machine.states[name].pointer)
        error.add_note(printable(f"  state  {name!r} of {place or machine.name}\n  see    {see('api#teststate')}", "\n"))
        raise


def _machine(source: DefinitionLike | StateMachine | Machine, name: str | None) -> StateMachine:
    if name is None and not _is_whole(source):
        return load_one_state(source if isinstance(source, str) else _text(source, "the definition"), alone=True)
    machine = source.state_machine if isinstance(source, Machine) else load(source)
    if name is None:
        raise UnknownStateError(f"which state of {machine.name} is tested? {known_members(list(machine.states))}")
    return machine


def _is_whole(source: Any) -> bool:
    """Whether it is a whole state machine, not the JSON of one state."""
    if isinstance(source, str):
        with suppress(JsonValueError):
            source = loads(source)
    return isinstance(source, (Machine, StateMachine, PathLike)) or (isinstance(source, dict) and "States" in source)


def _mock(mock: Any) -> dict[str, Any]:
    if not isinstance(mock, dict) or not mock.keys() <= {"result", "errorOutput", "fieldValidationMode"}:
        raise PytestSfnError(
            f"mock is {mock!r}; it is a dict as the API has it\n"
            f'  fix  mock={{"result": ...}} or mock={{"errorOutput": {{"error": ..., "cause": ...}}}}\n'
            f"  see  {see('api#teststate')}"
        )
    return {**mock, "result": _text(mock["result"], "mock")} if "result" in mock else mock


def _text(value: Any, what: str) -> str:
    return dumps(admit(value)[0])
