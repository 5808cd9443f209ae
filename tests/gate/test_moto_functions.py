"""What moto's Lambda holds, as it is read."""

from __future__ import annotations

import pytest

from pytest_sfn import SfnAws
from pytest_sfn.gate.moto_functions import answers_simply, held_function, held_names, was_deleted
from tests.created_functions import create, zipped

HERE = ("us-east-1", "123456789012")


@pytest.fixture
def client():
    with SfnAws() as sfn_aws:
        yield sfn_aws.client("lambda")


def test_function_with_all_that_it_was_created_with(client):
    layer = client.publish_layer_version(LayerName="common", Content={"ZipFile": zipped({"python/common.py": ""})})
    arn = create(client, "f", environment={"STAGE": "test"}, Layers=[layer["LayerVersionArn"]], Timeout=7, MemorySize=256)
    found = held_function("f", None, *HERE)
    assert found is not None
    assert (found.arn, found.name, found.version) == (arn, "f", "$LATEST")
    assert (found.runtime, found.handler, found.package_type) == ("python3.12", "app.handler", "Zip")
    assert (found.environment, found.timeout_seconds, found.memory_mb) == ({"STAGE": "test"}, 7, 256)
    assert [each.content[:2] for each in (found.code, *found.layers)] == [b"PK", b"PK"]
    assert held_function("f", None, *HERE) == found


def test_versions_and_aliases(client):
    create(client, "f")
    client.publish_version(FunctionName="f")
    client.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    client.create_alias(FunctionName="f", Name="next", FunctionVersion="$LATEST")
    client.update_function_code(FunctionName="f", ZipFile=zipped({"app.py": "new"}))
    versions = {name: held_function("f", name, *HERE) for name in ("1", "live", "next", "$LATEST")}
    assert {name: found.version for name, found in versions.items()} == {
        "1": "1", "live": "1", "next": "$LATEST", "$LATEST": "$LATEST",
    }  # fmt: skip
    assert versions["1"].code != versions["next"].code


@pytest.mark.parametrize(
    ("name", "qualifier", "region"),
    [("g", None, "us-east-1"), ("f", "7", "us-east-1"), ("f", None, "eu-west-1"), ("f", None, "x")],
)
def test_what_is_not_there(client, name, qualifier, region):
    create(client, "f")
    assert held_function(name, qualifier, region, "123456789012") is None


def test_nothing_is_there_while_moto_does_not_run():
    with SfnAws() as sfn_aws:
        create(sfn_aws.client("lambda"), "f")
    assert held_function("f", None, *HERE) is None


def test_moto_answers_simply_only_if_it_is_told_to():
    from moto import mock_aws

    assert not answers_simply()
    with mock_aws(config={"lambda": {"use_docker": False}}):
        assert answers_simply()


def test_function_that_was_deleted(client):
    arn = create(client, "f")
    assert not was_deleted(arn.replace(":f", ":g"))
    client.delete_function(FunctionName="f")
    assert was_deleted(arn)


def test_names_by_region(client):
    create(client, "f")
    assert held_names()["us-east-1"] == ["f"]
