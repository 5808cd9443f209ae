"""One request of a botocore client: the service, operation, region and account that it names, and the form of an answer."""

from __future__ import annotations

import io
import re
import sys
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

from pytest_sfn.errors import PytestSfnError
from pytest_sfn.links import see

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

__all__ = ["LACKS", "OWN_CLIENTS", "Answer", "Call", "ClientCall", "NotServedError", "Parsed", "response"]

Answer = tuple[int, dict[str, Any], "bytes | str"]
"""Status, headers and body of an HTTP response."""

Parsed = tuple[int, dict[str, Any]]
"""Status of a response, and what botocore makes of it: the members of the answer, or `Error`, with `ResponseMetadata`."""


class ClientCall(NamedTuple):
    """A call of an operation by a botocore client, before it is sent.

    Attributes:
        service: boto3's name.
        operation: as the API has it.
        parameters: as the client sends them; do not change them.
    """

    service: str
    operation: str
    parameters: Any
    region: str | None


LACKS: Final = see("services#what-moto-lacks")
OWN_CLIENTS: Final = see("services#clients-of-the-code-under-test")


class Call:
    """A request to AWS.

    Args:
        request: botocore's, or one of the library requests.

    Attributes:
        service: boto3's name where the request's target or signature says it, else the host's first word.
        operation: of the service's API; method and path where neither the client nor the request names it.
        region: the one that it is signed for, else the one in its host; None if neither says it.
        account: the account that it names; None for the account of its credentials.
    """

    __slots__ = ("account", "operation", "region", "request", "service", "url")

    def __init__(self, request: AWSPreparedRequest) -> None:
        self.request = request
        self.url = str(request.url)
        parts = urlsplit(self.url)
        target = self.header("X-Amz-Target")
        scope = self.header("Authorization").partition("Credential=")[2].split(",")[0].split("/")
        host = (parts.hostname or "").removeprefix("sync-")
        service = scope[3] if len(scope) > 4 else host.partition(".")[0]
        if target.startswith("AWSStepFunctions.") or service == "states":
            self.service, self.operation = "stepfunctions", target.rpartition(".")[2]
        else:
            self.service, self.operation = self._asked or (service, self.named or f"{request.method} {parts.path}")
        named = _REGION.search(host)
        self.region = scope[2] if len(scope) > 4 else named[0] if named else None
        self.account = self.header("x-moto-account-id") or None

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def at_aws(self) -> bool:
        """Whether it goes to a host of AWS, and not to an endpoint of the client's own."""
        return self.host.endswith(_HOSTS)

    @property
    def body(self) -> bytes:
        """The request's body; empty for a stream."""
        body = self.request.body
        return body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else b""

    @property
    def named(self) -> str:
        """The operation that the request names, in a header or in its body; "" if method and path say it."""
        target = self.header("X-Amz-Target")
        if target:
            return target.rpartition(".")[2]
        if "x-www-form-urlencoded" not in self.header("Content-Type"):
            return ""
        return parse_qs(self.body.decode("utf-8", "replace")).get("Action", [""])[0]

    @property
    def access_key(self) -> str:
        """The access key that the request is signed with."""
        return self.header("Authorization").partition("Credential=")[2].partition("/")[0]

    def header(self, name: str) -> str:
        """The value of a header; "" if it is not there."""
        value = self.request.headers.get(name, "")
        return value.decode() if isinstance(value, bytes) else str(value)

    def not_served(self, reason: str, *, install: str = "", fix: str = "", anchor: str = LACKS) -> NotServedError:
        """The error for a call that nothing answers here."""
        from pytest_sfn.asl.files import shown_line  # for an error alone
        from pytest_sfn.callers import user_line

        at = shown_line(user_line(sys._getframe(1)))
        fix = fix or f"{install}{', or ' * bool(install)}mock this call: {self.mock()}"
        return NotServedError(self.service, self.operation, self.url, reason, install=install, fix=fix, anchor=anchor, at=at)

    @property
    def _asked(self) -> tuple[str, str] | None:
        """Service and operation, where a client of botocore has made the request and elsewhere.py has seen it."""
        asked: tuple[str, str] | None = getattr(self.request, "operation", None)
        return asked

    @property
    def invokes(self) -> bool:
        """Whether it is Lambda's Invoke, which mocks of functions answer."""
        return self.service == "lambda" and urlsplit(self.url).path.endswith("/invocations")

    def mock(self, fixture: str = "sfn_aws") -> str:
        """What mocks the operation, for advice."""
        service, operation = self._asked or (self.service, self.named or "...")
        return f'{fixture}.service("{service}").on("{operation}").returns(...)'


_HOSTS: Final = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")
_REGION: Final = re.compile(r"(?<=\.)[a-z]{2}(-[a-z]+)+-\d(?=\.)")


class NotServedError(PytestSfnError):
    """A request to an AWS service that nothing answers here; always an error of the test.

    Attributes:
        service: the service's name, as far as the request names it.
        operation: of its API, or method and path.
        url: where the request was to go.
        reason: why nothing answers it.
        install: what could be installed so that moto answers it; "" if nothing could.
        at: `file:line` of the code that called, where it is known.
    """

    __module__ = "pytest_sfn"  # where users import it from

    def __init__(
        self,
        service: str,
        operation: str,
        url: str,
        reason: str,
        *,
        fix: str,
        install: str = "",
        anchor: str = LACKS,
        at: str = "",
    ) -> None:
        self.service = service
        self.operation = operation
        self.url = url
        self.reason = reason
        self.install = install
        where = f"\n  at       {at}" if at else ""
        super().__init__(f"{service}.{operation}: {reason}{where}\n  request  {url}\n  fix      {fix}\n  see      {anchor}")

    def install_or(self, mock: str) -> str:
        """The hint: install a missing package, if that would help, or mock."""
        return f"{self.install}, or {mock}" if self.install else mock


class _Body(io.BytesIO):
    """The body of a response, as urllib3 has it."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def response(url: str, status: int, headers: dict[str, Any], body: bytes | str) -> AWSResponse:
    """An answer as botocore's transport gives it."""
    from botocore.awsrequest import AWSResponse

    return AWSResponse(url, status, headers, _Body(body.encode() if isinstance(body, str) else body))
