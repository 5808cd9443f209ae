"""What AWS refuses of a request because of the state of a thing, and moto takes: its state is asked from moto, by its own API.

Each rule is known from public reports of AWS's answer, unless it says otherwise.
"""

from __future__ import annotations

import sys
from collections import ChainMap
from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from pytest_sfn.gate import messages
from pytest_sfn.gate.call import Call
from pytest_sfn.gate.refusals import in_json, members_of

if TYPE_CHECKING:
    from collections.abc import Container

    from pytest_sfn.gate.call import Answer

__all__ = ["Ask", "begin_anew", "refused", "tables_changed"]

Ask = Callable[[str, dict[str, Any]], dict[str, Any]]
"""(operation, members) to the answer of the request's service; {} if it refuses. Of XML, the attributes alone."""
_seen: set[tuple[str, str]] = set()
"""(service, operation) of the requests since moto was empty."""


def begin_anew() -> None:
    """Moto is empty."""
    _seen.clear()
    _key_of.clear()


def tables_changed() -> None:
    """Forget what is known of DynamoDB's tables."""
    _key_of.clear()


def refused(service: str, operation: str, request: Any, ask: Ask) -> Answer | None:
    """The refusal of a request; None if the state allows it. May add to the request what moto does not do of itself."""
    _seen.add((service, operation))
    if (service, operation) in _CHANGES_OF_TABLES:
        tables_changed()
    look = STATES.get((service, operation))
    return look(request, ask) if look is not None else None


_CHANGES_OF_TABLES: Final = (("dynamodb", "CreateTable"), ("dynamodb", "DeleteTable"))
_key_of: dict[tuple[str, ...], dict[str, str]] = {}
"""The names and types of the attributes in a table's key, by the table's URL, account and name."""


def _key_of_item(request: Any, ask: Ask) -> Answer | None:
    """A key with attributes of another type than the table's: moto finds nothing, or makes an item [reported]."""
    sent, call = members_of(request.body), Call(request)
    table = str(sent.get("TableName"))
    at = (call.url, call.account or call.access_key, table)
    if at not in _key_of:
        there = ask("DescribeTable", {"TableName": table}).get("Table")
        if not there:
            return None
        types = {each["AttributeName"]: each["AttributeType"] for each in there["AttributeDefinitions"]}
        _key_of[at] = {each["AttributeName"]: types[each["AttributeName"]] for each in there["KeySchema"]}
    if {name: next(iter(value), "") for name, value in sent.get("Key", {}).items()} != _key_of[at]:
        return in_json("ValidationException", "The provided key element does not match the schema")
    return None


def _key_state(request: Any, ask: Ask) -> Answer | None:
    """A key that is disabled or about to be deleted does no work [reported; documented by the errors of each operation]."""
    sent = members_of(request.body)
    if not sent.get("KeyId") or not _seen & {("kms", "DisableKey"), ("kms", "ScheduleKeyDeletion")}:
        return None
    key = ask("DescribeKey", {"KeyId": sent["KeyId"]}).get("KeyMetadata") or {}
    if key.get("KeyState") == "Disabled":
        return in_json("DisabledException", f"{key['Arn']} is disabled.")
    if key.get("KeyState") == "PendingDeletion":
        return in_json("KMSInvalidStateException", f"{key['Arn']} is pending deletion.")
    return None


def _name_of_secret(request: Any, ask: Ask) -> Answer | None:
    """A secret's name that is taken, if only by one that is about to be deleted [reported]; the same token makes nothing new.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
    """
    sent = members_of(request.body)
    secret = ask("DescribeSecret", {"SecretId": sent.get("Name")})
    if secret.get("DeletedDate") is not None:
        text = "You can't create this secret because a secret with this name is already scheduled for deletion."
        return in_json("InvalidRequestException", text)
    if secret and sent.get("ClientRequestToken") not in (secret.get("VersionIdsToStages") or {}):
        return in_json("ResourceExistsException", f"The operation failed because the secret {sent['Name']} already exists.")
    return None


def _stage_of_secret(request: Any, ask: Ask) -> Answer | None:
    """A secret that has no version with that label is not a secret that does not exist [reported]."""
    sent = members_of(request.body)
    label = sent.get("VersionStage")
    stages = ask("DescribeSecret", {"SecretId": sent.get("SecretId")}).get("VersionIdsToStages") if label else None
    if not stages or any(label in labels for labels in stages.values()):
        return None
    text = f"Secrets Manager can't find the specified secret value for staging label: {label}"
    return in_json("ResourceNotFoundException", text)


def _name_of_queue(request: Any, ask: Ask) -> Answer | None:
    """A queue that exists with other attributes: the refusal names the first one that differs [reported].

    Attributes that moto does not show are not compared.
    """
    sent = members_of(request.body)
    may_be = sent.get("Attributes") and sent.get("QueueName") in _queues()
    url = ask("GetQueueUrl", {"QueueName": sent["QueueName"]}).get("QueueUrl") if may_be else None
    there = ask("GetQueueAttributes", {"QueueUrl": url, "AttributeNames": ["All"]}).get("Attributes", {}) if url else sent
    for name, value in (sent.get("Attributes") or {}).items():
        if url and name in there and _plain(there[name]) != _plain(value):
            text = f"A queue already exists with the same name and a different value for attribute {name}"
            return messages.refused("QueueAlreadyExists", text, "QueueNameExists")
    return None


def _queues() -> Container[str]:
    """The names of all queues, whatever their account and region: to ask moto about one that is not there takes as long as
    to make it.
    """
    models = sys.modules.get("moto.sqs.models")
    accounts = dict.values(models.sqs_backends) if models is not None else ()
    return ChainMap(*(backend.queues for regions in accounts for backend in dict.values(regions)))


def _plain(attribute: str) -> str:
    """An attribute that may be JSON, without blanks and quotes: `maxReceiveCount` may be a number or its text."""
    return "".join(attribute.split()).replace('"', "")


def _name_of_stream(request: Any, ask: Ask) -> Answer | None:
    name = members_of(request.body).get("StreamName")
    arn = ask("DescribeStreamSummary", {"StreamName": name}).get("StreamDescriptionSummary", {}).get("StreamARN")
    if arn is None:
        return None
    return in_json("ResourceInUseException", f"Stream {name} under account {arn.split(':')[4]} already exists.")  # reported


def _deduplicated(request: Any, ask: Ask) -> None:
    """A topic that tells messages apart by their content gives queues the SHA-256 of it; moto gives them nothing [documented].

    https://docs.aws.amazon.com/sns/latest/dg/fifo-message-dedup.html
    """
    sent = members_of(request.body)
    if not str(sent.get("TopicArn")).endswith(".fifo"):
        return
    texts = [name for name in sent if name == "Message" or name.endswith(".Message")]  # the latter of a batch
    missing = [at for at in (name.removesuffix("Message") for name in texts) if f"{at}MessageDeduplicationId" not in sent]
    attributes = ask("GetTopicAttributes", {"TopicArn": sent["TopicArn"]}).get("Attributes", {}) if missing else {}
    if attributes.get("ContentBasedDeduplication") == "true":
        for at in missing:
            sent[f"{at}MessageDeduplicationId"] = sha256(sent[f"{at}Message"].encode()).hexdigest()
        request.body = urlencode(sent).encode()


STATES: Final[dict[tuple[str, str], Callable[[Any, Ask], Answer | None]]] = {
    **{
        ("kms", name): _key_state
        for name in (
            "Decrypt",
            "Encrypt",
            "GenerateDataKey",
            "GenerateDataKeyWithoutPlaintext",
            "GenerateMac",
            "Sign",
            "Verify",
        )
    },
    **{("dynamodb", f"{name}Item"): _key_of_item for name in ("Delete", "Get", "Update")},
    ("kinesis", "CreateStream"): _name_of_stream,
    ("secretsmanager", "CreateSecret"): _name_of_secret,
    ("secretsmanager", "GetSecretValue"): _stage_of_secret,
    ("sns", "Publish"): _deduplicated,
    ("sns", "PublishBatch"): _deduplicated,
    ("sqs", "CreateQueue"): _name_of_queue,
}
