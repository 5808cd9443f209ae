"""Operations on executions: start, stop, describe, list, history.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html and its neighbours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.api.arns import checked_name
from pytest_sfn.api.json_members import json_problem
from pytest_sfn.api.pages import page
from pytest_sfn.errors import JsonValueError
from pytest_sfn.expressions.values import json_equal, loads
from pytest_sfn.services.api_error import ApiError
from pytest_sfn.trace.history import events
from pytest_sfn.trace.outcome import describe as describe_run
from pytest_sfn.trace.outcome import describe_sync, redrives, summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_sfn.api.resources import Resources
    from pytest_sfn.engine.run import MapRunView, Run, TaskRequest

__all__ = ["begin", "describe", "history", "list_all", "listed", "shown", "split_test_case", "start", "start_sync", "stop"]

Params = dict[str, Any]
NAME_REUSED_AFTER: Final = 90 * 86_400 * 1_000_000
"""Virtual microseconds after its end at which an execution's name may be used again [documented]."""
NOT_FOR_THIS_TYPE: Final = "This operation is not supported by this type of state machine"


def shown(resources: Resources, params: Params) -> list[Run]:
    """The runs whose progress an operation on one execution shows."""
    return [resources.existing_execution(params["executionArn"])]


# -- start and stop ----------------------------------------------------------------------------------------------------


def begin(resources: Resources, params: Params, *, request: TaskRequest | None = None, synchronous: bool = False) -> Run:
    """Start an execution of which nothing runs yet; with the name and input of one that runs, give that one.

    A name is used up in all versions of a machine, since an execution's ARN has no version.

    Args:
        params: of StartExecution.
        request: the task that starts it, if one does.
        synchronous: for StartSyncExecution.

    Raises:
        ApiError: StateMachineDoesNotExist, StateMachineDeleting, InvalidName, InvalidExecutionInput,
            ExecutionAlreadyExists, StateMachineTypeNotSupported; UnsupportedOperation for a test case with
            StartSyncExecution, as Step Functions Local answers.
        MockError: the mock configuration has no such test case of that machine.
    """
    arn, test_case = split_test_case(resources, params["stateMachineArn"])
    if synchronous and test_case:
        raise ApiError("UnsupportedOperation", "StartSyncExecution does not take a test case")  # [?] the words
    address = resources.machines.addressed(arn)
    address.entry.check_active()
    express = address.entry.type == "EXPRESS"
    if synchronous and not express:
        raise ApiError("StateMachineTypeNotSupported", NOT_FOR_THIS_TYPE)
    name = params.get("name")
    if name is not None:
        checked_name(name)
    text = params.get("input", "{}")
    try:
        value = loads(text)
        if name is not None and not express:
            known = resources.execution(f"{address.arn.replace(':stateMachine:', ':execution:')}:{name}")
            if known is not None and known.live and json_equal(known.input, value):
                return known
            if known is not None and not _free_again(known):
                raise ApiError("ExecutionAlreadyExists", f"Execution Already Exists: '{known.arn}'")
        machine, identity = address.start(resources.account.world.chance)
        run = machine._begin(
            input_json=text,
            name=name,
            parent=request.strand if request is not None else None,
            synchronous=synchronous,
            identity=identity,
            test_case=test_case,
        )
    except JsonValueError as error:
        problem = json_problem(text, error)
        raise ApiError("InvalidExecutionInput", f"Invalid State Machine Execution Input: '{problem}'") from None
    if header := params.get("traceHeader"):
        resources.trace_headers[run] = header
    return run


def split_test_case(resources: Resources, arn: str) -> tuple[str, str | None]:
    """The ARN of a machine and the test case behind its `#`, if there is one and a mock configuration is in use.

    Without a configuration the `#` is a part of the name, as on AWS, so there is no such machine. Nothing behind it means no
    test case, not even that of the account.
    """
    if "#" not in arn or resources.account.mock_config is None:
        return arn, None
    arn, _, test_case = arn.partition("#")
    return arn, test_case


def _free_again(run: Run) -> bool:
    return run.stop is not None and run.scheduler.now >= run.stop + NAME_REUSED_AFTER


def start(resources: Resources, params: Params) -> Params:
    run = begin(resources, params)
    resources.pace.started(run)
    return {"executionArn": run.arn, "startDate": run.datetime_at(run.start)}


def start_sync(resources: Resources, params: Params) -> Params:
    run = begin(resources, params, synchronous=True)
    resources.pace.finish(run)
    return _with(resources, run, params, describe_sync(run))


def _with(resources: Resources, run: Run, params: Params, described: Params) -> Params:
    """A description with the trace header that the start had, and without data if the call wants none."""
    if run in resources.trace_headers:
        described["traceHeader"] = resources.trace_headers[run]
    if params.get("includedData") == "METADATA_ONLY":
        for field in ("input", "output", "error", "cause"):
            described.pop(field, None)
        for field in ("inputDetails", "outputDetails"):
            if field in described:
                described[field] = {"included": False}
    return described


def stop(resources: Resources, params: Params) -> Params:
    """StopExecution; one that has ended stays as it is, and the answer says when that was [documented: no error]."""
    run = resources.existing_execution(params["executionArn"])
    if run.live:
        run.abort(params.get("error"), params.get("cause"))
    assert run.stop is not None
    return {"stopDate": run.datetime_at(run.stop)}


# -- look --------------------------------------------------------------------------------------------------------------


def describe(resources: Resources, params: Params) -> Params:
    run = resources.existing_execution(params["executionArn"])
    found = describe_run(run)
    if (map_run := resources.map_run_of(run)) is not None:
        found["mapRunArn"] = map_run.arn
    return _with(resources, run, params, found)


def listed(resources: Resources, params: Params) -> list[Run]:
    """The runs that ListExecutions shows, latest first; all of its machine or Map Run, whatever the filter.

    Raises:
        ApiError: InvalidArn, StateMachineDoesNotExist, StateMachineTypeNotSupported, ResourceNotFound.
    """
    if "mapRunArn" in params:
        runs = list(resources.existing_map_run(params["mapRunArn"]).runs)
    elif "stateMachineArn" not in params:
        raise ApiError("ValidationException", "Must provide a StateMachine ARN or MapRun ARN")  # as users report it
    else:
        address = resources.machines.addressed(params["stateMachineArn"])
        if address.entry.type == "EXPRESS":
            raise ApiError("StateMachineTypeNotSupported", NOT_FOR_THIS_TYPE)
        runs = resources.machines.started(address)
    return sorted(runs, key=_place)


def _place(run: Run) -> list[int]:
    """Where an execution is listed: those that run by their start, others by their end, the latest first [documented]."""
    return [-(run.start if run.stop is None else run.stop), -run.sequence]


def list_all(resources: Resources, params: Params) -> Params:
    """ListExecutions. What is of Map Runs alone cannot be asked of a machine [documented; the words ?]."""
    status, redriven = params.get("statusFilter"), params.get("redriveFilter")
    if "mapRunArn" not in params and (redriven is not None or status == "PENDING_REDRIVE"):
        name = "redriveFilter" if redriven is not None else "statusFilter PENDING_REDRIVE"
        raise ApiError("ValidationException", f"{name} is supported only with a MapRun ARN")
    wanted = redriven == "REDRIVEN"
    runs = [
        run
        for run in listed(resources, params)
        if status in (None, run.status) and (redriven is None or bool(run.redriven) == wanted)
    ]
    listing = _listing_of_children(resources.existing_map_run(params["mapRunArn"])) if "mapRunArn" in params else _listing
    return page("executions", runs, params, key=_place, show=listing)


def _listing(run: Run) -> Params:
    return {**summary(run), **redrives(run)}


def _listing_of_children(map_run: MapRunView) -> Callable[[Run], Params]:
    """The same for child executions, with how many items each is for."""
    counts = {id(run): count for run, count in zip(map_run.runs, map_run.counts, strict=True)}
    return lambda run: {**_listing(run), "mapRunArn": map_run.arn, "itemCount": counts[id(run)]}


DATA: Final = frozenset({"input", "output", "parameters", "error", "cause"})


def history(resources: Resources, params: Params) -> Params:
    """GetExecutionHistory."""
    found = events(resources.existing_execution(params["executionArn"]))
    sign = 1
    if params.get("reverseOrder"):
        found.reverse()
        sign = -1
    show = _without_data if params.get("includeExecutionData") is False else dict
    return page("events", found, params, key=lambda event: sign * event["id"], show=show)


def _without_data(event: Params) -> Params:
    return {
        name: {key: value for key, value in part.items() if key not in DATA and not key.endswith("Details")}
        if isinstance(part, dict)
        else part
        for name, part in event.items()
    }
