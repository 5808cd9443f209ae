"""Writes `pytest_sfn/asl/sdk_services.json` anew from the botocore that is installed: `python -m tests.asl.sdk_services`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest_sfn.asl.integrations
from pytest_sfn.asl.integrations import sdk_services
from pytest_sfn.services.operations import sdk_prefix, service_model

FILE = Path(pytest_sfn.asl.integrations.__file__).with_name("sdk_services.json")


def from_botocore() -> dict[str, tuple[str, str]]:
    """Every service of botocore: name in a Resource to (folder, prefix of error names)."""
    from botocore.loaders import Loader

    rows: dict[str, tuple[str, str]] = {}
    for folder in Loader().list_available_services("service-2"):
        prefix = sdk_prefix(service_model(folder).metadata["serviceId"])
        rows.setdefault(prefix.lower(), (folder, prefix))  # two folders have the same service: sms-voice comes second
    return rows


def table() -> dict[str, tuple[str | None, str]]:
    """What belongs into the file: botocore's services, and those it no longer has."""
    ended = {name: (None, prefix) for name, (_, prefix) in sdk_services().items()}
    return dict(sorted({**ended, **from_botocore()}.items()))


def text(rows: dict[str, tuple[str | None, str]]) -> str:
    """One service a line."""
    lines = (f" {json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    FILE.write_text(text(table()), encoding="utf-8")
