"""Operations on Map Runs: describe and list. The `MapRun` itself is the engine's; an execution's trace has its Map Runs.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.api.pages import page

if TYPE_CHECKING:
    from pytest_sfn.api.resources import Resources
    from pytest_sfn.engine.run import Run

__all__ = ["describe", "list_all", "shown"]

Params = dict[str, Any]
LISTED = ("executionArn", "mapRunArn", "startDate", "stopDate")


def shown(resources: Resources, params: Params) -> list[Run]:
    map_run = resources.existing_map_run(params["mapRunArn"])
    return [map_run.run, *map_run.runs]


def describe(resources: Resources, params: Params) -> Params:
    return resources.existing_map_run(params["mapRunArn"]).describe()


def list_all(resources: Resources, params: Params) -> Params:
    """ListMapRuns of one execution, latest first."""
    run, found = resources.existing_execution(params["executionArn"]), []
    for map_run in resources.account.world.map_runs.values():
        if map_run.run is not run:
            continue
        described = map_run.describe()
        found.append({name: described[name] for name in LISTED if name in described} | {"stateMachineArn": run.machine.arn})
    return page("mapRuns", found[::-1], params)
