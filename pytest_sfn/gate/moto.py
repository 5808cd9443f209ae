"""The one place that every request of botocore passes while an `SfnAws` is open; none of them reaches the network.

botocore sends a request in two steps. First the handlers of its `before-send` event may answer it: moto's does, for
clients that were made after moto was imported. What they leave goes to `URLLib3Session.send`, which is ours while the gate
stands: Step Functions is answered by the account (`api/wire.py`), clients that do not know moto (made when the code
under test was imported) by moto, Lambda's Invoke by the mocks of functions, and anything else is an error of the test that
says what to do.

moto is kept from Step Functions and Lambda, and from answering "Not yet implemented" where it knows no service. A client
that was made without credentials gets dummy ones, botocore's pauses between retries take no time, and each model of a
service is read once for all sessions.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import lru_cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol
from unittest.mock import patch
from urllib.parse import parse_qs, unquote, urlsplit

from pytest_sfn.errors import PytestSfnError
from pytest_sfn.gate.moto_gaps import after, before, begin_anew
from pytest_sfn.lambda_.handlers import set_aside
from pytest_sfn.tasks.aws import NotServedError

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse
    from botocore.loaders import Loader

    from pytest_sfn.gate.moto_gaps import Answer

__all__ = ["GATE", "Gate", "not_served"]

_MOTO_ACCOUNT: Final = "123456789012"
"""Where moto puts what comes with credentials that it does not know."""

OURS: Final = frozenset({"stepfunctions", "awslambda"})
"""moto's names of what moto is not asked for."""

OWN_CLIENTS: Final = "docs/services.md#clients-of-the-code-under-test"

_HOSTS: Final = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")


class Account(Protocol):
    """Who answers what moto is not asked for; `account.sfn_aws` fulfils it."""

    @property
    def account_id(self) -> str:
        """Whose requests these are, unless a role of another account sends them."""

    def step_functions(self, request: AWSPreparedRequest) -> Answer:
        """Answer a request to Step Functions."""

    def invoke(self, function: str, qualifier: str | None, payload: str, kind: str) -> Answer:
        """Answer Lambda's Invoke."""

    def broken_by(self, error: BaseException) -> None:
        """Note a test error, which code under test may swallow."""


class Gate:
    """Stands while any `SfnAws` is open; requests belong to the one that was opened last."""

    def __init__(self) -> None:
        self._accounts: list[Account] = []
        self._patches = ExitStack()
        self._mock: Any = None

    def enter(self, account: Account) -> None:
        """From now on the account answers; moto begins with nothing, unless the test has moto running already."""
        if not self._accounts:
            self._stand()
        self._accounts.append(account)

    def leave(self, account: Account) -> None:
        """The account answers no more; after the last one botocore is as it was."""
        self._accounts.remove(account)
        if not self._accounts:
            try:
                self._mock.stop()
            finally:
                self._patches.close()

    def _stand(self) -> None:
        import botocore.endpoint
        import botocore.session
        from botocore.httpsession import URLLib3Session
        from botocore.signers import RequestSigner
        from moto import mock_aws
        from moto.core.botocore_stubber import BotocoreStubber

        stub_requests, sign = BotocoreStubber.process_prepared_request, RequestSigner.get_auth_instance

        def send(_session: Any, request: AWSPreparedRequest) -> AWSResponse:
            return self._send(request)

        def before_send(_stubber: Any, event_name: str, request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
            if _moto_service(request.url) in OURS | {None}:
                return None
            return _response(request.url, *self._ask_moto(request))

        def of_requests(stubber: Any, request: Any) -> Any:
            """The same for code that talks to AWS through the library requests."""
            if _moto_service(request.url) in OURS:
                raise self._refused(request, "only boto3 reaches this service here", fix="use a boto3 client")
            return stub_requests(stubber, request)

        def with_credentials(signer: Any, *arguments: Any, **more: Any) -> Any:
            if signer._credentials is not None:
                return sign(signer, *arguments, **more)
            from botocore.credentials import Credentials

            with patch.object(signer, "_credentials", Credentials("testing", "testing")):
                return sign(signer, *arguments, **more)

        patches = self._patches
        patches.enter_context(patch.object(URLLib3Session, "send", send))
        patches.enter_context(patch.object(BotocoreStubber, "__call__", before_send))
        patches.enter_context(patch.object(BotocoreStubber, "process_prepared_request", of_requests))
        patches.enter_context(patch.object(RequestSigner, "get_auth_instance", with_credentials))
        patches.enter_context(patch.object(botocore.session, "create_loader", _loader))
        patches.enter_context(patch.object(botocore.endpoint, "time", SimpleNamespace(sleep=lambda _seconds: None)))
        begin_anew()
        self._mock = mock_aws()
        self._mock.start()

    # -- one request ---------------------------------------------------------------------------------------------------

    def _send(self, request: AWSPreparedRequest) -> AWSResponse:
        """Answer what no handler of `before-send` has answered."""
        service, _ = _called(request)
        account = self._accounts[-1]
        answer: Answer
        if service == "stepfunctions":
            with set_aside():
                answer = account.step_functions(request)
        elif service == "lambda":
            answer = self._lambda(account, request)
        elif _moto_service(request.url) is None:
            host = urlsplit(request.url).hostname or ""
            if host.endswith(_HOSTS):
                raise self._refused(request, f"moto does not have the service {service}")
            reason, fix = f"the client has an endpoint of its own, {host}", "make the client without endpoint_url in tests"
            raise self._refused(request, reason, fix=fix, anchor=OWN_CLIENTS)
        else:
            answer = self._ask_moto(request)
        return _response(request.url, *answer)

    def _ask_moto(self, request: AWSPreparedRequest) -> Answer:
        """What moto answers; where it cannot, the error that says so."""
        from moto.core.models import botocore_stubber

        account, moto_service = self._accounts[-1], _moto_service(request.url) or ""
        elsewhere = account.account_id != _MOTO_ACCOUNT and "x-moto-account-id" not in request.headers
        if elsewhere and _moto_account(request) == _MOTO_ACCOUNT:  # no role of another account
            request.headers["x-moto-account-id"] = account.account_id
        operation, sent = _named(request), _bytes(request.body)
        try:
            answer: Answer | None = before(moto_service, operation, request)
            if answer is None:
                answer = botocore_stubber.process_request(request)
        except PytestSfnError:
            raise
        except NotImplementedError as error:
            raise self._refused(request, f"moto does not have this: {error}") from error
        except ImportError as error:
            install = f"pip install 'moto[{_extra(moto_service)}]'"
            reason = f"moto needs another package for {_called(request)[0]}: {error}"
            raise self._refused(request, reason, install=install) from error
        except Exception as error:
            raise self._refused(request, f"moto failed with {type(error).__name__}: {error}") from error
        if answer is None or (answer[0] == 404 and answer[2] == "Not yet implemented"):
            raise self._refused(request, "moto does not have this operation")
        return after(moto_service, operation, sent, answer)

    def _lambda(self, account: Account, request: AWSPreparedRequest) -> Answer:
        """The answer of a function's mock."""
        parts = urlsplit(request.url)
        path = parts.path.split("/")
        if not (request.method == "POST" and len(path) == 5 and path[2] == "functions" and path[4] == "invocations"):
            reason = "functions are mocks here, and Lambda has nothing but Invoke"
            raise self._refused(request, reason, anchor="docs/services.md#lambda")
        qualifier = parse_qs(parts.query).get("Qualifier", [None])[0]
        kind = _header(request.headers, "X-Amz-Invocation-Type")
        with set_aside():
            return account.invoke(unquote(path[3]), qualifier, _bytes(request.body).decode("utf-8", "replace"), kind)

    def _refused(self, request: Any, reason: str, **more: str) -> NotServedError:
        """The error for a request that nothing answers; it breaks the account, as code under test may swallow it."""
        service, operation = _called(request)
        error = NotServedError(service, operation, request.url, reason, **more)
        self._accounts[-1].broken_by(error)
        return error


GATE: Final = Gate()


def not_served(request: AWSPreparedRequest, who: Literal["handler", "stub"]) -> NotServedError:
    """The error for a request that a handler or stub sends where there are no services."""
    service, operation = _called(request)
    reason = f"a {who} called AWS, and this test has no AWS services"
    instead = "the function, or this call of boto3" if who == "handler" else "this call of boto3"
    fix = f"use the fixture sfn_aws instead of sfn_mock, and moto answers; or mock {instead}"
    anchor = "docs/handlers.md#aws-services" if who == "handler" else OWN_CLIENTS
    return NotServedError(service, operation, request.url, reason, fix=fix, anchor=anchor)


@lru_cache(maxsize=8)
def _shared_loader(search_path: str | None) -> Loader:
    from botocore.loaders import create_loader

    return create_loader(search_path)


def _loader(search_path_string: str | None = None) -> Loader:
    """One reader of service models for all sessions, of which each has its own and reads them anew."""
    loader = _shared_loader(search_path_string)
    loader.search_paths[:] = dict.fromkeys(loader.search_paths)  # every session of boto3 adds the same one
    return loader


# -- what a request is -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _moto_service(url: str) -> str | None:
    """The name that moto has for the service that the URL belongs to; None if it has none."""
    from moto.backend_index import backend_url_patterns
    from moto.core.utils import get_equivalent_url_in_aws_domain

    parsed, _ = get_equivalent_url_in_aws_domain(url)
    clean = f"{parsed.scheme}://{parsed.netloc}{parsed.path}"
    return next((service for service, pattern in backend_url_patterns if pattern.match(clean)), None)


def _called(request: Any) -> tuple[str, str]:
    """(service, operation) of a request, by its target, its parameters, or as method and path.

    The service is boto3's name where the target or the signature says it, else the host's first word.
    """
    headers, parts = request.headers, urlsplit(request.url)
    target = _header(headers, "X-Amz-Target")
    scope = _header(headers, "Authorization").partition("Credential=")[2].split(",")[0].split("/")
    host = (parts.hostname or "").removeprefix("sync-")
    service = scope[3] if len(scope) > 4 else host.partition(".")[0]
    if target.startswith("AWSStepFunctions.") or service == "states":
        return "stepfunctions", target.rpartition(".")[2]
    return service, _named(request) or f"{request.method} {parts.path}"


def _named(request: Any) -> str:
    """The operation that the request names, in a header or in its body; "" if it is said by method and path."""
    target = _header(request.headers, "X-Amz-Target")
    if target:
        return target.rpartition(".")[2]
    if "x-www-form-urlencoded" not in _header(request.headers, "Content-Type"):
        return ""
    return parse_qs(_bytes(request.body).decode("utf-8", "replace")).get("Action", [""])[0]


def _header(headers: Any, name: str) -> str:
    value = headers.get(name, "")
    return value.decode() if isinstance(value, bytes) else str(value)


def _bytes(body: Any) -> bytes:
    """The body of a request, as far as it is no stream."""
    return body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else b""


def _moto_account(request: Any) -> str:
    """The account that moto takes the request's credentials for."""
    from moto.iam.models import get_account_id_from

    key = _header(request.headers, "Authorization").partition("Credential=")[2].partition("/")[0]
    account: str = get_account_id_from(key)
    return account


def _response(url: str, status: int, headers: dict[str, Any], body: bytes | str) -> AWSResponse:
    from botocore.awsrequest import AWSResponse
    from moto.core.botocore_stubber import MockRawResponse

    return AWSResponse(url, status, headers, MockRawResponse(body))


def _extra(service: str) -> str:
    """The extra of moto's package for one of its services."""
    from importlib.metadata import metadata

    return service if service in (metadata("moto").get_all("Provides-Extra") or ()) else "all"
