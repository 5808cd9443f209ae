"""Operations on executions: start, stop, describe, list, history.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html and its neighbours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.api.arns import checked_name, parse_arn
from pytest_sfn.api.json_members import json_problem
from pytest_sfn.api.map_runs import children_of, map_run_of
from pytest_sfn.api.map_runs import find as find_map_run
from pytest_sfn.api.pages import page
from pytest_sfn.errors import JsonValueError
from pytest_sfn.expressions.values import UNDEFINED, json_equal, loads
from pytest_sfn.services.api_error import ApiError
from pytest_sfn.trace.history import events

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_sfn.account.execution import Execution
    from pytest_sfn.account.sfn_mock import SfnMock
    from pytest_sfn.api.service import StepFunctionsApi
    from pytest_sfn.engine.run import MapRunView, Run, TaskRequest

__all__ = ["Executions", "begin", "describe", "history", "list_all", "listed", "shown", "start", "start_sync", "stop"]

Params = dict[str, Any]
NAME_REUSED_AFTER: Final = 90 * 86_400 * 1_000_000
"""Virtual microseconds after its end at which an execution's name may be used again [documented]."""
NOT_FOR_THIS_TYPE: Final = "This operation is not supported by this type of state machine"


class Executions:
    """The executions of an account by ARN, since it last began anew."""

    def __init__(self, account: SfnMock) -> None:
        self._account = account
        self._by_arn: dict[str, Execution] = {}
        self._known = account._since

    def get(self, arn: str) -> Execution | None:
        every = self._account.executions
        for execution in every[self._known :]:
            self._by_arn[execution.arn] = execution
        self._known = len(every)
        return self._by_arn.get(arn)


def find(api: StepFunctionsApi, params: Params) -> Run:
    """The run with this `executionArn`, child executions of Map Runs included.

    Raises:
        ApiError: InvalidArn, of an Express execution too [recorded]; ExecutionDoesNotExist.
    """
    arn = parse_arn(params["executionArn"], ("execution",))
    execution = api.executions.get(arn.text)
    if execution is not None:
        return execution._run
    if "/" in arn.rest:  # of a Map Run: <machine>/<label>:<name>
        for child in children_of(api.account):
            if child.arn == arn.text:
                return child
    raise ApiError("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn.text}'")


def shown(api: StepFunctionsApi, params: Params) -> list[Run]:
    return [find(api, params)]


# -- start and stop ----------------------------------------------------------------------------------------------------


def begin(api: StepFunctionsApi, params: Params, *, request: TaskRequest | None = None, synchronous: bool = False) -> Execution:
    """Start an execution of which nothing runs yet; with the name and input of one that runs, give that one.

    Args:
        params: of StartExecution.
        request: the task that starts it, if one does.
        synchronous: for StartSyncExecution.

    Raises:
        ApiError: StateMachineDoesNotExist, InvalidName, InvalidExecutionInput, ExecutionAlreadyExists,
            StateMachineTypeNotSupported.
    """
    machine, identity = api.machines.addressed(params["stateMachineArn"])
    express = machine.type == "EXPRESS"
    if synchronous and not express:
        raise ApiError("StateMachineTypeNotSupported", NOT_FOR_THIS_TYPE)
    name = params.get("name")
    if name is not None:
        checked_name(name)
    text = params.get("input", "{}")
    try:
        value = loads(text)
        if name is not None and not express:
            prefix = identity.arn.replace(":stateMachine:", ":execution:")
            known = api.executions.get(f"{prefix}:{name}")
            if known is not None and known._run.live and json_equal(known._run.input, value):
                return known
            if known is not None and not _free_again(known._run):
                raise ApiError("ExecutionAlreadyExists", f"Execution Already Exists: '{known.arn}'")
        return machine._begin(
            UNDEFINED,
            input_json=text,
            name=name,
            parent=request.strand if request is not None else None,
            synchronous=synchronous,
            identity=identity,
        )
    except JsonValueError as error:
        problem = json_problem(text, error)
        raise ApiError("InvalidExecutionInput", f"Invalid State Machine Execution Input: '{problem}'") from None


def _free_again(run: Run) -> bool:
    return run.stop is not None and run.scheduler.now >= run.stop + NAME_REUSED_AFTER


def start(api: StepFunctionsApi, params: Params) -> Params:
    execution = begin(api, params)
    api.account.engine.scheduler.pump_instant()
    return {"executionArn": execution.arn, "startDate": execution.start_time}


def start_sync(api: StepFunctionsApi, params: Params) -> Params:
    return begin(api, params, synchronous=True).run().describe_sync()


def stop(api: StepFunctionsApi, params: Params) -> Params:
    """StopExecution; one that has ended stays as it is, and the answer says when that was [documented: no error]."""
    run = find(api, params)
    if run.live:
        run.abort(params.get("error"), params.get("cause"))
    assert run.stop is not None
    return {"stopDate": run.datetime_at(run.stop)}


# -- look --------------------------------------------------------------------------------------------------------------


def describe(api: StepFunctionsApi, params: Params) -> Params:
    run = find(api, params)
    found = _facade(api, run).describe()
    if (map_run := map_run_of(api.account, run)) is not None:
        found["mapRunArn"] = map_run.arn
    if params.get("includedData") == "METADATA_ONLY":
        for field in ("input", "output", "error", "cause"):
            found.pop(field, None)
        for field in ("inputDetails", "outputDetails"):
            if field in found:
                found[field] = {"included": False}
    return found


def _facade(api: StepFunctionsApi, run: Run) -> Execution:
    """The execution object of a run; that of a Map Run's child is made when somebody looks."""
    if run.facade is None:
        from pytest_sfn.account.execution import Execution

        above = run
        while above.facade is None:
            assert above.parent is not None
            above = above.parent.run
        Execution(run, above.facade.machine)
    facade: Execution = run.facade
    return facade


def listed(api: StepFunctionsApi, params: Params) -> list[Run]:
    """The runs that ListExecutions shows, latest first; all of its machine or Map Run, whatever the filter.

    Raises:
        ApiError: InvalidArn, StateMachineDoesNotExist, StateMachineTypeNotSupported, ResourceNotFound.
    """
    if "mapRunArn" in params:
        runs = list(find_map_run(api, params).runs)
    elif "stateMachineArn" not in params:
        raise ApiError("ValidationException", "Must provide a StateMachine ARN or MapRun ARN")  # [?] the words
    else:
        machine, identity = api.machines.addressed(params["stateMachineArn"])
        if machine.type == "EXPRESS":
            raise ApiError("StateMachineTypeNotSupported", NOT_FOR_THIS_TYPE)
        runs = [each._run for each in api.account._latest if each._run.machine.arn == identity.arn]
    return sorted(runs, key=lambda run: (run.start, run.sequence), reverse=True)


def list_all(api: StepFunctionsApi, params: Params) -> Params:
    """ListExecutions. No execution can be redriven yet, so none has the redriveFilter REDRIVEN."""
    status = params.get("statusFilter")
    runs = [run for run in listed(api, params) if status in (None, run.status)]
    if params.get("redriveFilter") == "REDRIVEN":
        runs = []
    answer = page("executions", runs, params)
    listing = _listing_of_children(find_map_run(api, params)) if "mapRunArn" in params else _listing
    answer["executions"] = [listing(run) for run in answer["executions"]]
    return answer


def _listing(run: Run) -> Params:
    found: Params = {
        "executionArn": run.arn,
        "stateMachineArn": run.machine.arn,
        "name": run.name,
        "status": run.status,
        "startDate": run.datetime_at(run.start),
    }
    if run.stop is not None:
        found["stopDate"] = run.datetime_at(run.stop)
    found["redriveCount"] = 0
    return found


def _listing_of_children(map_run: MapRunView) -> Callable[[Run], Params]:
    """The same for child executions, with how many items each is for."""
    counts = {id(run): count for run, count in zip(map_run.runs, map_run.counts, strict=True)}
    return lambda run: {**_listing(run), "mapRunArn": map_run.arn, "itemCount": counts[id(run)]}


DATA: Final = frozenset({"input", "output", "parameters", "error", "cause"})


def history(api: StepFunctionsApi, params: Params) -> Params:
    """GetExecutionHistory."""
    found = events(find(api, params))
    if params.get("reverseOrder"):
        found.reverse()
    answer = page("events", found, params)
    if params.get("includeExecutionData") is False:
        answer["events"] = [_without_data(event) for event in answer["events"]]
    return answer


def _without_data(event: Params) -> Params:
    return {
        name: {key: value for key, value in part.items() if key not in DATA and not key.endswith("Details")}
        if isinstance(part, dict)
        else part
        for name, part in event.items()
    }
