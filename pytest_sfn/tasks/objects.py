"""How the calls to S3 that a distributed Map makes are answered: by a mock of the Resource, or by the account's S3.

`s3:getObject`, `s3:listObjectsV2` and `s3:putObject` are mocked as any Resource is, with what S3's API answers. Only the
`Body` of an object is more than JSON can say: a stub may give it as bytes, or as anything that can be read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.errors import MockError
from pytest_sfn.tasks.asked import place
from pytest_sfn.tasks.lambda_ import PlainTask
from pytest_sfn.tasks.operations import operation_of
from pytest_sfn.tasks.refusals import refusal

if TYPE_CHECKING:
    from pytest_sfn.asl.model import MapState, State
    from pytest_sfn.engine.objects import ObjectRequest
    from pytest_sfn.engine.requests import TaskRequest
    from pytest_sfn.tasks.lambda_ import Invocation

__all__ = ["ObjectCall", "call_s3", "resources_of"]

METHODS: Final = {"getObject": "get_object", "listObjectsV2": "list_objects_v2", "putObject": "put_object"}
GET_OBJECT: Final = "arn:aws:states:::s3:getObject"


def resources_of(state: State) -> list[str]:
    """The Resources that a Map calls for its own data: those of ItemReader and ResultWriter."""
    if state.type != "Map":
        return []
    model = cast("MapState", state)
    reader, writer = model.item_reader, model.result_writer
    found = []
    if reader is not None:
        found.append(reader.resource.text)
        if reader.reader_config.get("Transformation") == "LOAD_AND_FLATTEN":
            found.append(GET_OBJECT)
    if writer is not None and writer.resource is not None:
        found.append(writer.resource.text)
    return found


class ObjectCall(PlainTask):
    """A mock of a Resource that an ItemReader or ResultWriter calls."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(None)

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

    def submitted(self, request: TaskRequest, value: Any, size: int, depth: int, after: int) -> None:
        raise MockError(
            f"{place(request)}: state '{request.state.name}': {request.resource.action} of S3 does not stay open\n"
            f"  fix  answer with returns(...), calls(...) or raises(...)\n"
            f"  see  docs/distributed-map.md#mocking-s3",
            state=request.state.name,
        )


def call_s3(request: ObjectRequest, client: Any) -> None:
    """Answer with what S3 says.

    Args:
        client: of boto3, for S3.
    """
    from botocore.exceptions import ClientError, ParamValidationError

    method = METHODS.get(request.resource.action or "", "")
    try:
        answer = getattr(client, method)(**request.parameters)
    except ClientError as error:
        request.fail(*_refusal(request, error.response))
        return
    except ParamValidationError as error:
        request.fail("S3.InvalidParameter", str(error))
        return
    answer.pop("ResponseMetadata", None)
    if "Body" in answer:
        answer["Body"] = answer["Body"].read()
    request.succeed(answer, 0, 0)


def _refusal(request: ObjectRequest, response: Any) -> tuple[str, str]:
    """Error name and cause, as a task that calls S3 has them; what an ItemReader says around them is not known [?]."""
    operation = operation_of(parse_resource(f"arn:aws:states:::aws-sdk:s3:{request.resource.action}"))
    assert operation is not None
    error, status = response["Error"], response["ResponseMetadata"]["HTTPStatusCode"]
    as_task = cast("TaskRequest", request)  # it has what the words are made of
    return refusal(as_task, operation, error["Code"], error.get("Message", ""), status)
