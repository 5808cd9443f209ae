"""Names and types that are kept: the same checks as with botocore's model, and files that do no harm."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import pytest_sfn
from pytest_sfn.services import parameters
from pytest_sfn.services.operations import service_model
from pytest_sfn.services.parameters import parameters_of
from pytest_sfn.services.shapes import Checker


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as pytest's cache lends it, with a home without models of the user's own."""
    monkeypatch.setattr(pytest_sfn, "_cache_folder", lambda: tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path


def read(service: str, operation: str, model_of: Any = service_model) -> Any:
    return parameters_of.__wrapped__(service, operation, model_of)


def no_model(service: str) -> Any:
    raise AssertionError(f"the model of {service} was read")


def test_the_kept_names_and_types_check_as_the_model_does(folder: Path) -> None:
    values = [
        {}, {"TableName": 1, "Item": {"a": {"M": {"b": {"L": [{"N": 5}, {"X": 1}]}}}}}, {"Item": [], "x.$": 1},
        {"TableName": "t", "Item": {"a": {"S": "x"}}, "ReturnValues": "ALL"}, {"Item": {"x.$": {}}},
    ]  # fmt: skip
    shape = service_model("dynamodb").operation_model("PutItem").input_shape
    for _ in range(2):  # as made, as read
        kept = read("dynamodb", "putItem")
        for value in values:
            for sdk in (True, False):
                found: list[list[Any]] = [[], []]
                for each, of in zip(found, (shape, kept.shape), strict=True):
                    Checker(sdk=sdk, answer=False).check_of(of)(value, each)
                assert found[0] == found[1]


def test_a_second_run_reads_no_model(folder: Path) -> None:
    first = read("sqs", "SendMessage")
    second = read("sqs", "sendMessage", no_model)

    assert first.operation == second.operation == "SendMessage"
    assert second.shape.required_members == ["QueueUrl", "MessageBody"]
    assert [file.name for file in folder.iterdir()] == ["sqs.sendmessage.json"]


def test_what_takes_nothing_and_what_is_not_there(folder: Path) -> None:
    assert read("sts", "getCallerIdentity").shape.members == {}
    assert read("s3", "getObjekt") is None
    assert read("no-such-service", "get") is None
    assert [file.name for file in folder.iterdir()] == ["sts.getcalleridentity.json"]


def test_documents_tokens_and_circles(folder: Path) -> None:
    read("dynamodb", "PutItem")
    kept = read("dynamodb", "PutItem", no_model)
    value = kept.shape_named("AttributeValue")
    assert value.members["M"].value is value.members["L"].member is value
    assert kept.shape_named("Nothing") is None
    assert read("bedrock-runtime", "Converse").shape.members["additionalModelRequestFields"].is_document_type
    token = read("emr-serverless", "StartJobRun").shape
    assert "clientToken" in token.members
    assert "clientToken" not in token.required_members


ABOUT = {"format": 1, "botocore": "?", "service": "sqs", "operation": "SendMessage"}


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"\xff\xfe", b"[]", b"null", b"{}", b"[" * 100_000,
        {**ABOUT, "input": "#A", "shapes": {"A": ["structure", {}, []]}},  # of another botocore
        {"operation": "DeleteMessage"}, {"operation": 5}, {"format": 2}, {"service": "sns"}, {"shapes": []}, {"shapes": None},
        {"input": "#Nowhere"}, {"input": 5}, {"input": ["x"]}, {"input": "rm -rf"}, {"input": ""},
        {"shapes": {"A": ["structure", {"a": "#Nowhere"}, []]}}, {"shapes": {"A": ["structure", {}, ["b"]]}},
        {"shapes": {"A": ["structure", {"a": 1}, []]}}, {"shapes": {"A": ["list"]}}, {"shapes": {"A": "code"}},
        {"shapes": {"A": ["structure", {"a": ""}, []]}}, {"shapes": {"A": ["structure", {"a": "any"}, [{}]]}},
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_of_this_operation_is_made_anew(folder: Path, content: Any) -> None:
    kept = read("sqs", "SendMessage")
    file = folder / "sqs.sendmessage.json"
    right = file.read_bytes()
    if isinstance(content, dict):
        content = json.dumps({**json.loads(right), **content}).encode()
    file.write_bytes(content)

    assert read("sqs", "SendMessage").shape.members.keys() == kept.shape.members.keys()
    assert file.read_bytes() == right


def test_no_name_leads_out_of_the_folder(folder: Path) -> None:
    assert read("s3", "../../evil") is None
    assert read("../s3", "getObject") is None
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_used_is_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuses() -> Path:
        raise PermissionError("read-only")

    monkeypatch.setattr(pytest_sfn, "_cache_folder", refuses)
    assert read("sqs", "SendMessage").operation == "SendMessage"
    monkeypatch.setattr(pytest_sfn, "_cache_folder", lambda: tmp_path / "absent")
    assert read("sqs", "SendMessage").operation == "SendMessage"


def test_models_of_the_users_own_are_not_kept(folder: Path) -> None:
    (folder / "home" / ".aws" / "models").mkdir(parents=True)
    read("sqs", "SendMessage")
    assert [file.name for file in folder.iterdir()] == ["home"]


def test_writers_at_the_same_time_leave_one_whole_file(folder: Path) -> None:
    service_model("sqs")
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: read("sqs", "SendMessage").operation, range(32)))
    assert set(made) == {"SendMessage"}
    assert [file.name for file in folder.iterdir()] == ["sqs.sendmessage.json"]
    assert read("sqs", "SendMessage", no_model).operation == "SendMessage"


def test_the_version_is_that_of_botocore(monkeypatch: pytest.MonkeyPatch) -> None:
    import botocore

    parameters._botocore_version.cache_clear()
    loaded = parameters._botocore_version()
    parameters._botocore_version.cache_clear()
    monkeypatch.setitem(sys.modules, "botocore", None)
    monkeypatch.setattr(parameters, "find_spec", lambda name: botocore.__spec__)
    assert parameters._botocore_version() == loaded == botocore.__version__


TEST = """
    import sys

    from pytest_sfn import load

    task = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True}
    task["Parameters"] = {"QueueUrl": "q", "MessageBody": "b", "DelaySeconds": 5}
    sdk = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:dynamodb:scan", "Next": "B", "Parameters": {"TableName": "t"}}
    load({"StartAt": "A", "States": {"A": sdk, "B": task}})

    def test_it():
        print("botocore loaded:", "botocore" in sys.modules)
"""


def test_a_second_process_loads_no_botocore(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TEST)
    environment = {"HOME": str(pytester.path), "PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)}

    def loaded(*options: str) -> str:
        command = [sys.executable, "-m", "pytest", "-s", "-q", "-p", "no:xdist", "-p", "no:randomly", *options]
        result = subprocess.run(command, capture_output=True, text=True, check=True, cwd=pytester.path, env=environment)
        return result.stdout.split("botocore loaded: ")[1].split()[0]

    assert [loaded(), loaded()] == ["True", "False"]
    kept = pytester.path / ".pytest_cache" / "d" / "sfn_parameters"
    assert sorted(file.name for file in kept.iterdir()) == ["dynamodb.scan.json", "sqs.sendmessage.json"]
    assert loaded("-p", "no:cacheprovider") == "True"
