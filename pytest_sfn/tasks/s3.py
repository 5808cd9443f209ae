"""How the calls to S3 that a distributed Map makes are answered: by a mock of the Resource, or by the account's S3.

`s3:getObject`, `s3:listObjectsV2` and `s3:putObject` are mocked as any Resource is, with what S3's API answers. Only the
`Body` of an object is more than JSON can say: a stub may give it as bytes, or as anything that can be read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.errors import MockError
from pytest_sfn.gate.call import ClientCall
from pytest_sfn.links import see
from pytest_sfn.names import suggest
from pytest_sfn.services.operations import operation_of
from pytest_sfn.services.refusals import refusal
from pytest_sfn.tasks.functions import PlainTask
from pytest_sfn.tasks.missing_resources import Refused
from pytest_sfn.tasks.request import place

if TYPE_CHECKING:
    from pytest_sfn.tasks.functions import Invocation
    from pytest_sfn.tasks.request import Request
    from pytest_sfn.tasks.services import Mocked, Services

__all__ = ["S3_ANSWERS", "ObjectCall", "call_s3"]

METHODS: Final = {"getObject": "get_object", "listObjectsV2": "list_objects_v2", "putObject": "put_object"}


class ObjectCall(PlainTask):
    """A mock of a Resource that an ItemReader or ResultWriter calls.

    Args:
        label: the mock's.
        mode: how its answers are checked; every mode checks that there is something to read.
    """

    __slots__ = ("label", "mode")

    def __init__(self, label: str, mode: str) -> None:
        super().__init__(None)
        self.label = label
        self.mode = mode

    def returned(self, request: Request, value: Any, size: int, depth: int, after: int) -> None:
        problem = _misfit(request.resource.action or "", value, self.mode)
        if problem is not None:
            raise self._impossible(request, value, problem)
        super().returned(request, value, size, depth, after)

    def _impossible(self, request: Request, value: Any, problem: str) -> MockError:
        state, action = request.state.name, request.resource.action or ""
        names = ", ".join(map(str, value)) if isinstance(value, dict) else ""
        return MockError(
            f"{place(request)}: S3 could never give this answer: {problem}\n"
            f"  resource  {request.resource.text}\n"
            f"  mock      {self.label}\n"
            f"  answer    {f'has {names}' if names else 'has no fields'}\n"
            f"  fix       answer as S3's {action[:1].upper()}{action[1:]} does: {S3_ANSWERS.get(action, '{}')}\n"
            f"  see       {see('distributed-map#mocking-s3')}",
            state=state,
            candidates=(self.label,),
        )

    def answered(self, invocation: Invocation, result: Any) -> None:
        body: Any = result.get("Body") if isinstance(result, dict) else None
        if hasattr(body, "read"):
            body = body.read()
            result = {**result, "Body": body}
        if isinstance(body, (bytes, bytearray)):
            value, size, depth = invocation.admitted({**result, "Body": ""})
            self.returned(invocation.request, {**value, "Body": bytes(body)}, size, depth, invocation.after)
        else:
            super().answered(invocation, result)

    def submitted(self, request: Request, value: Any, size: int, depth: int, after: int) -> None:
        raise MockError(
            f"{place(request)}: {request.resource.action} of S3 does not stay open\n"
            f"  fix  answer with returns(...), calls(...) or raises(...)\n"
            f"  see  {see('distributed-map#mocking-s3')}",
            state=request.state.name,
        )


def _misfit(action: str, answer: Any, mode: str) -> str | None:
    """Why S3 could not answer with this; None if it could."""
    if not isinstance(answer, dict):
        return f"it is {_kind(answer)}, not an object"
    member = {"getObject": "Body", "listObjectsV2": "Contents"}.get(action)
    if member is None:
        return None
    if member not in answer:
        others = [name for name in answer if name not in _MEMBERS]
        if action == "listObjectsV2" and (not others or mode == "none"):
            return None  # a listing of nothing has no Contents
        return f"'{member}' is missing{suggest(member, others, '; did you mean it by {!r}?')}"
    value = answer[member]
    if action == "getObject":
        fits = isinstance(value, (str, bytes))
        return None if fits else f"'Body' is {_kind(value)}, not text or bytes"
    if not isinstance(value, list):
        return f"'Contents' is {_kind(value)}, not an array"
    for index, item in enumerate(value):
        if not (isinstance(item, dict) and isinstance(item.get("Key"), str)):
            return f"'Contents[{index}]' is not an object with a 'Key' that is text"
    return None


def _kind(value: Any) -> str:
    for kind, name in ((str, "text"), (bool, "a boolean"), (list, "an array"), (dict, "an object"), (type(None), "null")):
        if isinstance(value, kind):
            return name
    return "a number"


S3_ANSWERS: Final = {"getObject": '{"Body": "..."}', "listObjectsV2": '{"Contents": [{"Key": "..."}]}', "putObject": "{}"}
_MEMBERS: Final = (
    "CommonPrefixes", "ContinuationToken", "Delimiter", "EncodingType", "IsTruncated", "KeyCount", "MaxKeys", "Name",
    "NextContinuationToken", "Prefix", "RequestCharged", "StartAfter",
)  # fmt: skip
"""What else a listing says, beside its Contents."""


def call_s3(request: Request, services: Services, mocked: Mocked) -> None:
    """Answer with S3's answer, or with that of the operation's mock."""
    from botocore.exceptions import ClientError, ParamValidationError

    action, region = request.resource.action or "", request.machine.region
    found = mocked(ClientCall("s3", action[:1].upper() + action[1:], request.parameters, region), request)
    try:
        if found is None:
            answer = getattr(services.client("s3", region, None), METHODS.get(action, ""))(**request.parameters)
        elif found[0] >= 300:
            request.fail(*_refusal(request, found[1]))
            return
        else:
            answer = found[1]
    except ClientError as error:
        name, cause = _refusal(request, error.response)
        call = Refused("s3", action, error.response["Error"]["Code"], request.parameters, region, None)
        request.fail(name, cause, hints=services.hints(call, request.world))
        return
    except ParamValidationError as error:
        request.fail("S3.InvalidParameter", str(error))
        return
    answer.pop("ResponseMetadata", None)
    if "Body" in answer:
        answer["Body"] = answer["Body"].read()
    request.succeed(answer, 0, 0)


def _refusal(request: Request, response: Any) -> tuple[str, str]:
    """Error name and cause, as a task that calls S3 has them; the text that an ItemReader puts around them is not known [?]."""
    operation = operation_of(parse_resource(f"arn:aws:states:::aws-sdk:s3:{request.resource.action}"))
    assert operation is not None
    error, status = response["Error"], response["ResponseMetadata"]["HTTPStatusCode"]
    request_id, as_of = request.request_id(), request.world.as_of
    return refusal(operation, error["Code"], error.get("Message", ""), request_id, as_of, status=status)
