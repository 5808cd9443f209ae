"""The API of Step Functions itself, in process: what a boto3 client of `stepfunctions` reaches inside a test.

`service.py` has the table of operations, `wire.py` the HTTP that boto3 speaks, and the other modules the operations by what
they are about. Nothing is held here that the account does not hold: a machine created by a call is one that
`sfn_mock.load` could have loaded, an execution started by a call stands in `sfn_mock.executions`.
"""

from pytest_sfn.api.service import StepFunctionsApi
from pytest_sfn.services.api_error import ApiError

__all__ = ["ApiError", "StepFunctionsApi"]
