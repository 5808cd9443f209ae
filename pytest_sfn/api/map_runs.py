"""Operations on Map Runs: describe, list, update. The `MapRun` itself is the engine's; an execution's trace has its Map Runs.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.api.pages import page
from pytest_sfn.services.api_error import ApiError

if TYPE_CHECKING:
    from pytest_sfn.api.resources import Resources
    from pytest_sfn.engine.run import MapRunView, Run

__all__ = ["describe", "list_all", "shown", "update"]

Params = dict[str, Any]
UPDATED: Final = ("maxConcurrency", "toleratedFailurePercentage", "toleratedFailureCount")
LISTED: Final = ("executionArn", "mapRunArn", "startDate", "stopDate")


def shown(resources: Resources, params: Params) -> list[Run]:
    map_run = resources.existing_map_run(params["mapRunArn"])
    return [map_run.run, *map_run.runs]


def describe(resources: Resources, params: Params) -> Params:
    return resources.existing_map_run(params["mapRunArn"]).describe()


def list_all(resources: Resources, params: Params) -> Params:
    """ListMapRuns of one execution, latest first."""
    run = resources.existing_execution(params["executionArn"])
    numbered = enumerate(resources.account.world.map_runs.values())
    found = [(-number, map_run) for number, map_run in numbered if map_run.run is run]
    return page("mapRuns", found[::-1], params, key=itemgetter(0), show=lambda each: _listing(each[1]))


def _listing(map_run: MapRunView) -> Params:
    described = map_run.describe()
    return {name: described[name] for name in LISTED if name in described} | {"stateMachineArn": map_run.run.machine.arn}


def update(resources: Resources, params: Params) -> Params:
    """UpdateMapRun: child executions start or wait, and failures are tolerated, as the new numbers say.

    Raises:
        ApiError: InvalidArn; ResourceNotFound; ValidationException, nothing is given or the Map Run has ended.
    """
    map_run = resources.existing_map_run(params["mapRunArn"])
    given = {name: params[name] for name in UPDATED if name in params}
    if not given:  # [?] the words of both refusals
        message = f"At least one of {', '.join(UPDATED)} must be specified"
        raise ApiError("ValidationException", message, reason="MISSING_REQUIRED_PARAMETER")
    if map_run.status != "RUNNING":
        message = f"Map Run '{map_run.arn}' is {map_run.status} and cannot be updated"
        raise ApiError("ValidationException", message, reason="CANNOT_UPDATE_COMPLETED_MAP_RUN")
    map_run.update(
        max_concurrency=given.get("maxConcurrency"),
        tolerated_failure_count=given.get("toleratedFailureCount"),
        tolerated_failure_percentage=given.get("toleratedFailurePercentage"),
    )
    return {}
