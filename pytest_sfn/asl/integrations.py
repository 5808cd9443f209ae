"""Which services a Task's Resource can name: the data files beside this module, read when first asked for.

* `integrations.json`: the optimized integrations of Step Functions with their actions and patterns, the API operation each
  calls, and the operation that `.sync` polls. From https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
  and the page of each service.
* `sdk_services.json`: the services of `aws-sdk:` integrations, which have the names of AWS's Java SDK 2, with their folder
  in botocore and the first part of their error names. `python -m tests.asl.sdk_services` writes it anew from botocore.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

__all__ = ["action_row", "integrations", "sdk_service", "sdk_services"]


@lru_cache(maxsize=1)
def integrations() -> dict[str, dict[str, Any]]:
    """The optimized integrations by service. Shared: do not change it.

    A service has `service` (its folder in botocore, or None), `service_name` (in the causes of its errors; recorded for
    DynamoDB, SQS, SNS and Lambda), `prefix` (of its error names) and `actions`; an action has
    `operation` (of the API, or None), `patterns` (besides request-response; without the dot), for `.sync` `polling`, and:

    * `json`: the members of which the integration makes text where the definition has JSON;
    * `any_output`: the members of the answer that may be any JSON;
    * `own_input`, `own_output`: what it takes and gives where that differs from the operation: name (with "!" if it must be
      there) to JSON type ("any" for all), to a shape of the service, or to a table of the same form;
    * `without`: the members of the operation's input that it does not take;
    * `one_of`: the members of which there must be one, and no more;
    * `must`: the member that must have a certain value;
    * `sends`: what the API is sent, `answers`: what the task gets, where the page says so, in the words of `polling`: a text
      such as `$parameters.ClusterId` or `$response.StepIds.0` is the value at that place, the members of "" stand beside the
      others;
    * `looks_up`: the operation that lists what a name stands for: it is `$found` of `sends`;
    * `adds`: the members that Step Functions adds to what is sent;
    * `stored`: the members of input and result that may lie in S3 instead, and the fields that say where.

    `polling` has the describing `operation` with its `parameters`, where the `job` is in its answer, the name that it has in
    the task's `result`, its `status` and which ones end it; and `every` (seconds, until when, seconds after that).
    """
    return _read("integrations.json")


def action_row(service: str, action: str) -> dict[str, Any]:
    """The row of an action of an optimized integration; {} if there is none. Shared: do not change it."""
    row: dict[str, Any] = integrations().get(service, {}).get("actions", {}).get(action, {})
    return row


@lru_cache(maxsize=1)
def sdk_services() -> dict[str, tuple[str | None, str]]:
    """The services of `aws-sdk:` integrations: name in a Resource to (folder in botocore, prefix of error names).

    The folder is None for a service that botocore no longer has: AWS has ended it.
    """
    return {name: (folder, prefix) for name, (folder, prefix) in _read("sdk_services.json").items()}


@lru_cache(maxsize=64)
def sdk_service(name: str) -> tuple[str | None, str | None] | None:
    """The row of a service in `sdk_services`; of one that only the installed botocore has (folder, None). None if unknown."""
    row = sdk_services().get(name)
    if row is not None:
        return row
    try:
        from botocore.loaders import Loader
    except ImportError:
        return None
    known = {folder for folder, _ in sdk_services().values()}
    folders = (folder for folder in Loader().list_available_services("service-2") if folder not in known)
    return next(((folder, None) for folder in folders if folder.replace("-", "") == name), None)


def _read(name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(Path(__file__).with_name(name).read_bytes())
    return value
