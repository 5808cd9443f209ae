"""`App`: what an HTTP request gets as its answer. Knows no sockets and no threads but the account's turn.

`POST /` is a call of the API, as SDKs of all languages and the AWS CLI send it; `GET /health` says that the server is there.
The region is the one that a request is signed for. Signatures are not checked.

An account of a test breaks with an error of the test. This one outlives it: the execution concerned fails with States.Runtime
and the error's text as its cause, or the call is refused with that text. What has ended long ago is forgotten.
"""

from __future__ import annotations

import gc
import json
import re
import sys
import traceback
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pytest_sfn.api.wire import refusal, respond
from pytest_sfn.engine.scheduler import TURN
from pytest_sfn.errors import InternalError, MockError, PytestSfnError, UnsupportedError
from pytest_sfn.gate.call import Call
from pytest_sfn.lambda_.handlers import set_aside
from pytest_sfn.links import see

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest

    from pytest_sfn.account.account import Account
    from pytest_sfn.gate.call import Answer

__all__ = ["App", "ClosingError"]

REGION: Final = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d+")
MOST_OF_A_CAUSE: Final = 32_768
"""Characters of a cause that AWS keeps."""


class ClosingError(PytestSfnError):
    """A call waits while the server closes."""


REFUSALS: Final[dict[type[Exception], tuple[int, str]]] = {
    ClosingError: (503, "ServiceUnavailable"),
    InternalError: (500, "InternalFailure"),
    UnsupportedError: (400, "UnknownOperationException"),
}
"""Status and code for errors of the test that are no fault of the request; others have their own names."""


class App:
    """Answers requests out of one account.

    Args:
        account: whose machines and executions they are.
        keep: how many executions the account keeps; more if more of them run.
    """

    def __init__(self, account: Account, keep: int) -> None:
        self._account = account
        self._keep = keep
        account.world.forgives = _cause

    def answer(self, request: AWSPreparedRequest) -> Answer:
        """Status, headers and body."""
        path = urlsplit(request.url).path
        if request.method == "POST" and path == "/":
            return self._call(request)
        if request.method in ("GET", "HEAD") and path == "/health":
            body = json.dumps({"status": "running", "executions": len(self._account.executions)})
            return 200, {"Content-Type": "application/json"}, body
        message = f"{request.method} {path}: there is nothing here; calls of Step Functions are POST /, and GET /health says ok"
        return refusal(404, "NotFoundException", message)

    def _call(self, request: AWSPreparedRequest) -> Answer:
        account = self._account
        region = Call(request).region or account.region
        if not REGION.fullmatch(region):
            return refusal(400, "IncompleteSignatureException", f"the request is signed for {region!r}, which is no region")
        with TURN, set_aside():
            try:
                return respond(account.api_in(region), request)
            except PytestSfnError as error:
                status, code = REFUSALS.get(type(error), (400, type(error).__name__))
                return refusal(status, code, str(error))
            except Exception as error:  # noqa: BLE001 - the server goes on
                traceback.print_exception(error, file=sys.stderr)
                return refusal(500, "InternalFailure", f"a bug in pytest-sfn, please report it: {error!r}")
            finally:
                self.tidy()

    def tidy(self) -> None:
        """After each change: be usable, and as large as before."""
        if self._account.world.broken is not None:
            self._account.recover()
        if self._account.forget(self._keep):
            gc.collect()  # executions are cycles, which Python by itself would let lie for thousands of them


def _cause(error: Exception) -> str:
    """The cause of an execution that an error of the test ends."""
    fix = ""
    if isinstance(error, MockError):
        fix = f"\n  serve     name a template that has the function's code, or --mock-config; {see('serve#tasks')}"
    return str(error)[: MOST_OF_A_CAUSE - len(fix)] + fix
