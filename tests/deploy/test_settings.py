from __future__ import annotations

import json

import pytest

from pytest_sfn import SfnAws
from tests.deploy.helpers import resource, template


def test_a_secret_has_its_value_and_the_arn_of_the_template(sfn_aws: SfnAws) -> None:
    deployed = sfn_aws.deploy(template(Key=resource("AWS::SecretsManager::Secret", Name="api-secret", SecretString="s3")))

    secrets = sfn_aws.client("secretsmanager")
    found = secrets.get_secret_value(SecretId=deployed.ref("Key"))
    assert (found["SecretString"], found["ARN"]) == ("s3", deployed.ref("Key"))
    assert secrets.get_secret_value(SecretId="api-secret")["SecretString"] == "s3"


def test_a_password_is_the_same_in_every_run() -> None:
    how = {
        "SecretStringTemplate": '{"user": "admin"}',
        "GenerateStringKey": "password",
        "PasswordLength": "20",
        "ExcludePunctuation": True,
        "ExcludeCharacters": "abc",
    }
    found = []
    for _ in range(2):
        with SfnAws() as account:
            account.deploy(template(Key=resource("AWS::SecretsManager::Secret", GenerateSecretString=how)))
            found.append(json.loads(account.client("secretsmanager").get_secret_value(SecretId="Key")["SecretString"]))

    assert found[0] == found[1]
    assert (found[0]["user"], len(found[0]["password"])) == ("admin", 20)
    assert found[0]["password"].isalnum()
    assert not set("abc") & set(found[0]["password"])


def test_a_secret_without_signs_to_choose_from_is_empty(sfn_aws: SfnAws) -> None:
    how = dict.fromkeys(("ExcludePunctuation", "ExcludeUppercase", "ExcludeNumbers", "ExcludeLowercase"), True)
    template_ = template(Key=resource("AWS::SecretsManager::Secret", GenerateSecretString=how))

    assert sfn_aws.deploy(template_, partial=True).ref("Key").endswith(":secret:Key")


def test_parameters_log_groups_and_activities(sfn_aws: SfnAws) -> None:
    resources = template(
        Limit=resource("AWS::SSM::Parameter", Name="/shop/limit", Type="String", Value=5),
        Logs=resource("AWS::Logs::LogGroup", LogGroupName="/shop", RetentionInDays={"Ref": "Nobody"}),
        Review=resource("AWS::StepFunctions::Activity", Name="review"),
    )
    deployed = sfn_aws.deploy({**resources, "Parameters": {"Nobody": {"Type": "Number"}}})

    assert sfn_aws.client("ssm").get_parameter(Name=deployed.ref("Limit"))["Parameter"]["Value"] == "5"
    (group,) = sfn_aws.client("logs").describe_log_groups()["logGroups"]
    assert group["arn"] == deployed.get_att("Logs", "Arn")
    assert sfn_aws.get_activity_task(deployed.ref("Review")) == {}


def test_the_catalogue_of_glue(sfn_aws: SfnAws) -> None:
    pytest.importorskip("pyparsing")  # moto[glue]
    columns = {"Columns": [{"Name": "id", "Type": "string"}], "Location": "s3://lake/orders/"}
    table = {"Name": "orders", "StorageDescriptor": columns, "PartitionKeys": [{"Name": "day", "Type": "string"}]}
    deployed = sfn_aws.deploy(
        template(
            Orders=resource("AWS::Glue::Table", DatabaseName={"Ref": "Sales"}, TableInput=table),
            Sales=resource("AWS::Glue::Database", DatabaseInput={"Name": "sales"}),
        )
    )

    assert (deployed.ref("Sales"), deployed.ref("Orders")) == ("sales", "orders")
    found = sfn_aws.client("glue").get_table(DatabaseName="sales", Name="orders")["Table"]
    assert found["StorageDescriptor"]["Columns"] == columns["Columns"]
