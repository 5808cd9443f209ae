from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_sfn import DefinitionWarning, PytestSfnError, SfnAws

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
Globals: {Function: {Runtime: python3.12, Handler: app.handler}}
Resources:
  Save:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src, Environment: {Variables: {TABLE: !Ref Orders}}}
  Orders:
    Type: AWS::Serverless::SimpleTable
    Properties: {TableName: !Sub "orders-${Stage}"}
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: Save
        States: {Save: {Type: Task, Resource: !GetAtt Save.Arn, End: true}}
"""
HANDLER = """
import os
import boto3

def handler(event, context):
    table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
    table.put_item(Item=event)
    return table.name
"""


@pytest.fixture
def application(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text(HANDLER)
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    return tmp_path / "template.yaml"


def test_an_application_runs(sfn_aws: SfnAws, application: Path) -> None:
    deployed = sfn_aws.deploy(application, parameters={"Stage": "test"})

    assert deployed.machine.run({"id": "1"}).output == "orders-test"
    assert sfn_aws.client("dynamodb").scan(TableName=deployed.ref("Orders"))["Items"] == [{"id": {"S": "1"}}]


def test_a_mock_comes_before_the_code(sfn_aws: SfnAws, application: Path) -> None:
    sfn_aws.lambda_function("Save").returns("mocked")

    assert sfn_aws.deploy(application, parameters={"Stage": "test"}).machine.run({"id": "1"}).output == "mocked"


def test_every_test_deploys_anew(application: Path) -> None:
    for region in ("us-east-1", "eu-west-1", "us-east-1"):
        with SfnAws(region=region) as account:
            machine: Any = account.deploy(application, parameters={"Stage": "test"})["Flow"]
            assert machine.run({"id": "1"}).succeeded
            assert f":{region}:" in machine.arn


def test_the_settings_of_use_handlers_stay(sfn_aws: SfnAws, application: Path) -> None:
    sfn_aws.use_handlers(environment={"TABLE": "orders-test"})
    deployed = sfn_aws.deploy(application, parameters={"Stage": "test"})

    assert deployed.machine.run({"id": "1"}).output == "orders-test"


def test_functions_without_a_machine_run_too(sfn_aws: SfnAws, application: Path) -> None:
    sfn_aws.deploy(application, parameters={"Stage": "test"}, logical_ids=["Save"])

    answer = sfn_aws.client("lambda").invoke(FunctionName="Save", Payload=b'{"id": "1"}')

    assert answer["Payload"].read() == b'"orders-test"'


def test_a_parameter_that_nothing_takes_is_told(sfn_aws: SfnAws, application: Path) -> None:
    with pytest.warns(DefinitionWarning, match=r"nothing takes the parameter 'Stge' \(did you mean 'Stage'\?\)"):
        sfn_aws.deploy(application, parameters={"Stage": "test", "Stge": "x"})


def test_an_account_that_is_not_open(application: Path) -> None:
    with pytest.raises(PytestSfnError, match="this SfnAws is not open"):
        SfnAws().deploy(application)
