"""What code reads beside its data: secrets, parameters, the Glue Data Catalog; and Step Functions' activities."""

from __future__ import annotations

import random
import string
from typing import TYPE_CHECKING, Any

from pytest_sfn.deploy.wanted import LackError, as_object
from pytest_sfn.errors import JsonValueError
from pytest_sfn.expressions.values import dumps, loads
from pytest_sfn.gate.identities import identify_secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_sfn.deploy.cloud import Cloud
    from pytest_sfn.deploy.wanted import Wanted

__all__ = ["activity", "catalogued", "database", "parameter", "secret", "secret_value"]


def secret(wanted: Wanted, cloud: Cloud) -> None:
    """A secret. A password that AWS would generate is the same in every run."""
    text = wanted.get("SecretString")
    if text is None and wanted.get("GenerateSecretString") is not None:
        text = _generated(wanted.object("GenerateSecretString"), wanted.logical_id)
    given = {} if text is None else {"SecretString": text}
    cloud.call("secretsmanager", "create_secret", Name=wanted.name, **given)
    identify_secret(cloud.account, cloud.region, wanted.name, wanted.ref)


def secret_value(wanted: Wanted, cloud: Cloud) -> None:
    """The value of a secret, which Terraform has as a resource of its own."""
    members = wanted.pick("SecretString")
    if members:
        cloud.call("secretsmanager", "put_secret_value", SecretId=wanted.need("SecretId"), **members)


def _generated(how: Mapping[str, Any], seed: str) -> str:
    """As AWS makes it of letters, digits and signs, but from a seed; in a member of an object, if there is a template."""
    signs = {
        "ExcludeUppercase": string.ascii_uppercase,
        "ExcludeLowercase": string.ascii_lowercase,
        "ExcludeNumbers": string.digits,
        "ExcludePunctuation": string.punctuation,
    }
    excluded = set(str(how.get("ExcludeCharacters", "")))
    kinds = [
        [sign for sign in kind if sign not in excluded] for name, kind in signs.items() if how.get(name) not in (True, "true")
    ]
    kinds = [kind for kind in kinds if kind]
    chance = random.Random(seed)
    length = str(how.get("PasswordLength", 32))
    if not (length.isdecimal() and len(length) <= len("4096") and 0 < int(length) <= 4096):
        raise LackError(f"PasswordLength is {length}; it is a number up to 4096", "correct it", "GenerateSecretString")
    password = "".join(chance.choice(kinds[index % len(kinds)]) for index in range(int(length))) if kinds else ""
    template = how.get("SecretStringTemplate")
    if not template:
        return password
    try:
        around = loads(template if isinstance(template, str) else dumps(template))
    except JsonValueError as error:
        raise LackError(f"SecretStringTemplate: {error}", "it is the text of an object", "GenerateSecretString") from None
    return dumps({**as_object(around, "SecretStringTemplate"), str(how.get("GenerateStringKey")): password})


def parameter(wanted: Wanted, cloud: Cloud) -> None:
    """A parameter of Systems Manager."""
    kind = wanted.get("Type", "String")
    cloud.call("ssm", "put_parameter", Name=wanted.name, Value=wanted.need("Value"), Type=kind)


def database(wanted: Wanted, cloud: Cloud) -> None:
    """A database in the Glue Data Catalog."""
    cloud.call("glue", "create_database", DatabaseInput={"Name": wanted.name})


def catalogued(wanted: Wanted, cloud: Cloud) -> None:
    """A table in the Glue Data Catalog."""
    database = wanted.need("DatabaseName")
    cloud.call("glue", "create_table", DatabaseName=database, TableInput={**wanted.object("TableInput"), "Name": wanted.name})


def activity(wanted: Wanted, cloud: Cloud) -> None:
    """An activity of Step Functions; the account's own API makes it."""
    members = {"activityArn": wanted.ref}
    is_new = not cloud.has("stepfunctions", "describe_activity", **members)
    cloud.call("stepfunctions", "create_activity", name=wanted.name)
    if is_new:
        cloud.undo("delete_activity", **members)
