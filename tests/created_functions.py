"""Functions that a test creates through Lambda's API."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.exceptions import ClientError

ECHO = """\
import os

CALLS = []


def handler(event, context):
    CALLS.append(event)
    stage = os.environ.get("STAGE")
    return {"event": event, "stage": stage, "version": context.function_version, "calls": len(CALLS), "code": 1}
"""


def zipped(files: Mapping[str, str]) -> bytes:
    """The bytes of a zip archive with these files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def role() -> str:
    """The ARN of a role for functions, which moto wants to exist."""
    iam = boto3.client("iam", region_name="us-east-1")
    try:
        return iam.create_role(RoleName="runs-functions", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    except ClientError:
        return iam.get_role(RoleName="runs-functions")["Role"]["Arn"]


def create(client: Any, name: str, code: str = ECHO, *, environment: Mapping[str, str] | None = None, **more: Any) -> str:
    """Create a function in Python, and give its ARN."""
    given = {"Runtime": "python3.12", "Handler": "app.handler", "Code": {"ZipFile": zipped({"app.py": code})}, **more}
    made = client.create_function(FunctionName=name, Role=role(), Environment={"Variables": environment or {}}, **given)
    return made["FunctionArn"]
