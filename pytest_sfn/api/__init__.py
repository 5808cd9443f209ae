"""The API of Step Functions itself, in process: what a boto3 client of `stepfunctions` reaches inside a test.

`service.py` has the table of operations, `wire.py` the HTTP that boto3 speaks, `needs.py` what the API asks of its account,
and `resources.py` finds machines, executions and Map Runs by ARN. Other modules have the operations. Machines and
executions belong to the account: a machine that a call creates is loaded as `sfn_mock.load` loads one, and
`sfn_mock.executions` has the executions that calls start.
"""

from pytest_sfn.api.service import StepFunctionsApi
from pytest_sfn.services.api_error import ApiError

__all__ = ["ApiError", "StepFunctionsApi"]
