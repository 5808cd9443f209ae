"""moto as an answerer at the gate: its in-memory AWS has every service but Step Functions and Lambda.

moto has a handler of botocore's event `before-send` for clients that were made after moto was imported. The gate switches it
off (elsewhere.py), so that all requests reach the gate, also those of clients that were made before, when the code under test
was imported. Where moto answers "Not yet implemented" or fails, the answer is an error of the test with a way to fix it.

While moto runs, botocore's pauses between retries take no time, each model of a service is read once for all sessions, and what
moto finds out of its own classes is found once.
"""

from __future__ import annotations

import json
import re
from contextlib import ExitStack
from functools import lru_cache, partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self
from unittest.mock import patch
from urllib.parse import urlencode

from pytest_sfn.errors import PytestSfnError
from pytest_sfn.gate.call import OWN_CLIENTS, Call
from pytest_sfn.gate.constraints import refused
from pytest_sfn.gate.moto_gaps import after, before, begin_anew
from pytest_sfn.gate.moto_state import empty, keep
from pytest_sfn.gate.objects import no_such_upload

if TYPE_CHECKING:
    from botocore.loaders import Loader

    from pytest_sfn.gate.call import Answer

__all__ = ["Moto"]

_STREAMS: Final = re.compile(r"//\d{12}\.streams-ddb\.")
"""The host of DynamoDB Streams for one account, which moto does not know."""


class Moto:
    """moto for one account; it begins with nothing when it is entered. One at a time, since moto has one memory.

    Args:
        account_id: the account that requests belong to unless they name another one.
    """

    ACCOUNT: ClassVar = "123456789012"
    """The account that moto uses for credentials that it does not know."""
    running: ClassVar[ExitStack | None] = None
    """What ends it; None while it does not run."""
    around: ClassVar[bool] = False
    """Whether moto runs for the whole run of pytest, with a memory of its own."""

    def __init__(self, account_id: str) -> None:
        self._account_id = account_id

    def __enter__(self) -> Self:
        with ExitStack() as started:
            _start(started)
            Moto.running = started.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        running, Moto.running = Moto.running, None
        if running is not None:
            running.close()

    def __call__(self, call: Call) -> Answer:
        """The answer of moto, or an error of the test where moto has none."""
        from moto.core.models import botocore_stubber

        call.request.url = call.url = _STREAMS.sub("//streams.dynamodb.", call.url)
        service = _moto_service(call.url)
        if service is None:
            raise self._unknown(call)
        request = call.request
        elsewhere = self._account_id != self.ACCOUNT and call.account is None
        if elsewhere and _moto_account(call) == self.ACCOUNT:  # no role of another account
            request.headers["x-moto-account-id"] = self._account_id
        operation, sent = call.named, call.body
        try:
            answer: Answer | None = refused(call) or before(service, operation, request, partial(_ask, request))
            if answer is None:
                answer = botocore_stubber.process_request(request)
        except PytestSfnError:
            raise
        except NotImplementedError as error:
            raise call.not_served(f"moto does not have this: {error}") from None
        except ImportError as error:
            install = f"pip install 'moto[{_extra(service)}]'"
            raise call.not_served(f"moto needs another package for {call.service}: {error}", install=install) from error
        except Exception as error:
            if service == "s3" and isinstance(error, KeyError) and "uploadId=" in call.url:
                return no_such_upload()
            raise call.not_served(f"moto failed with {type(error).__name__}: {error}") from error
        if answer is None or (answer[0] == 404 and answer[2] == "Not yet implemented"):
            raise call.not_served("moto does not have this operation")
        return after(service, operation, sent, answer)

    @staticmethod
    def _unknown(call: Call) -> PytestSfnError:
        """The error for a request to a service that moto does not have, or to no service at all."""
        if call.at_aws:
            return call.not_served(f"moto does not have the service {call.service}")
        reason, fix = f"the client has an endpoint of its own, {call.host}", "make the client without endpoint_url in tests"
        return call.not_served(reason, fix=fix, anchor=OWN_CLIENTS)


def _ask(request: Any, operation: str, members: dict[str, Any]) -> dict[str, Any]:
    """The answer of moto to another operation of the request's service; {} if it refuses. Of XML, the attributes alone."""
    from botocore.awsrequest import AWSPreparedRequest
    from moto.core.models import botocore_stubber

    headers, target = request.headers.copy(), Call(request).header("X-Amz-Target")
    if target:
        headers["X-Amz-Target"] = f"{target.rpartition('.')[0]}.{operation}"
        body = json.dumps(members)
    else:
        body = urlencode({"Action": operation, **members})
    other = AWSPreparedRequest(request.method, request.url, headers, body.encode(), stream_output=False)
    answer = botocore_stubber.process_request(other)
    if answer is None or answer[0] != 200:
        return {}
    text = answer[2] if isinstance(answer[2], str) else answer[2].decode()
    found: dict[str, Any] = json.loads(text) if target else {"Attributes": dict(_ENTRY.findall(text))}
    return found


_ENTRY: Final = re.compile(r"<key>(.*?)</key>\s*<value>(.*?)</value>", re.DOTALL)


def _start(running: ExitStack) -> None:
    """Start moto, and patch botocore while moto runs."""
    import botocore.endpoint
    import botocore.session
    from moto import mock_aws

    running.enter_context(patch.object(botocore.session, "create_loader", _loader))
    running.enter_context(patch.object(botocore.endpoint, "time", SimpleNamespace(sleep=lambda _seconds: None)))
    running.enter_context(patch("moto.core.responses.method_names_from_class", _methods, create=True))
    if Moto.around:
        running.callback(keep())
        empty()
    begin_anew()
    mock: Any = mock_aws()
    mock.start()
    running.callback(mock.stop)


@lru_cache(maxsize=8)
def _shared_loader(search_path: str | None) -> Loader:
    from botocore.loaders import create_loader

    return create_loader(search_path)


def _loader(search_path_string: str | None = None) -> Loader:
    """One reader of service models for all sessions; botocore gives each session its own, which reads them again."""
    loader = _shared_loader(search_path_string)
    loader.search_paths[:] = dict.fromkeys(loader.search_paths)  # every session of boto3 adds the same path
    return loader


@lru_cache(maxsize=1024)
def _methods(kind: type) -> list[str]:
    """What moto finds out anew for each request: the names of the methods of the class that answers."""
    from moto.core.utils import method_names_from_class

    names: list[str] = method_names_from_class(kind)
    return names


@lru_cache(maxsize=1024)
def _moto_service(url: str) -> str | None:
    """The name that moto has for the service that the URL belongs to; None if it has none."""
    from moto.backend_index import backend_url_patterns
    from moto.core.utils import get_equivalent_url_in_aws_domain

    parsed, _ = get_equivalent_url_in_aws_domain(url)
    clean = f"{parsed.scheme}://{parsed.netloc}{parsed.path}"
    return next((service for service, pattern in backend_url_patterns if pattern.match(clean)), None)


def _moto_account(call: Call) -> str:
    """The account that moto takes the request's credentials for."""
    from moto.iam.models import get_account_id_from

    account: str = get_account_id_from(call.access_key)
    return account


def _extra(service: str) -> str:
    """The extra of moto's package for one of its services."""
    from importlib.metadata import metadata

    return service if service in (metadata("moto").get_all("Provides-Extra") or ()) else "all"
