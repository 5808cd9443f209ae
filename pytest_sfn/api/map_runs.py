"""Operations on Map Runs: describe and list. The record itself is the engine's; an execution's log says which it has.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.api.arns import parse_arn
from pytest_sfn.api.pages import page
from pytest_sfn.services.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.account.sfn_mock import SfnMock
    from pytest_sfn.api.service import StepFunctionsApi
    from pytest_sfn.engine.run import MapRunView, Run

__all__ = ["children_of", "describe", "find", "list_all", "map_run_of", "shown"]

Params = dict[str, Any]
LISTED = ("executionArn", "mapRunArn", "startDate", "stopDate")


def children_of(account: SfnMock) -> Iterator[Run]:
    """The child executions of all Map Runs."""
    return (child for map_run in account.engine.map_runs.values() for child in map_run.runs)


def map_run_of(account: SfnMock, run: Run) -> MapRunView | None:
    """The Map Run that a run is a child execution of."""
    if not run.items_above:
        return None
    return next((map_run for map_run in account.engine.map_runs.values() if run in map_run.runs), None)


def find(api: StepFunctionsApi, params: Params) -> MapRunView:
    """The Map Run with this `mapRunArn`.

    Raises:
        ApiError: InvalidArn, ResourceNotFound.
    """
    arn = parse_arn(params["mapRunArn"], ("mapRun",)).text
    map_run = api.account.engine.map_runs.get(arn)
    if map_run is None:
        raise ApiError("ResourceNotFound", f"Resource not found: '{arn}'")  # text as recorded for TagResource
    return map_run


def shown(api: StepFunctionsApi, params: Params) -> list[Run]:
    map_run = find(api, params)
    return [map_run.run, *map_run.runs]


def describe(api: StepFunctionsApi, params: Params) -> Params:
    return find(api, params).describe()


def list_all(api: StepFunctionsApi, params: Params) -> Params:
    """ListMapRuns of one execution, latest first."""
    from pytest_sfn.api.executions import find as find_execution

    run, found = find_execution(api, params), []
    for map_run in api.account.engine.map_runs.values():
        if map_run.run is not run:
            continue
        described = map_run.describe()
        found.append({name: described[name] for name in LISTED if name in described} | {"stateMachineArn": run.machine.arn})
    return page("mapRuns", found[::-1], params)
