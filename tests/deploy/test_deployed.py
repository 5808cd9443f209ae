from __future__ import annotations

from pathlib import Path

import pytest

from pytest_sfn import DefinitionError, PytestSfnError, SfnAws
from tests.deploy.helpers import resource, template

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
FLOW = resource("AWS::StepFunctions::StateMachine", StateMachineName="orders-flow", Definition=PASS)


def test_machines_and_names(sfn_aws: SfnAws) -> None:
    deployed = sfn_aws.deploy(template(Flow=FLOW, News=resource("AWS::SNS::Topic"), Fn=resource("AWS::Lambda::Function")))

    assert deployed["Flow"] is deployed["orders-flow"] is deployed.machine
    assert deployed.ref("Flow") == deployed.machine.arn
    assert deployed.ref("Fn") == "Fn"
    assert deployed.get_att("Fn") == "arn:aws:lambda:us-east-1:123456789012:function:Fn"
    assert repr(deployed) == "<Deployed '<template>': 1 machine, 1 resource>"


def test_what_is_not_there(sfn_aws: SfnAws) -> None:
    deployed = sfn_aws.deploy(
        template(News=resource("AWS::SNS::Topic"), Url=resource("AWS::Lambda::Url"), Seed=resource("Custom::LogRetention"))
    )

    with pytest.raises(PytestSfnError, match="<template> has 0 state machines: none"):
        _ = deployed.machine
    with pytest.raises(PytestSfnError, match="'News' is no state machine that was deployed"):
        deployed["News"]
    with pytest.raises(DefinitionError, match="no resource 'Nws'\n  fix  did you mean 'News'"):
        deployed.ref("Nws")
    assert deployed.get_att("Url", "FunctionUrl") == "https://Url.lambda-url.us-east-1.on.aws/"
    with pytest.raises(PytestSfnError, match=r"what Seed.Id gives is known only once it is deployed on AWS"):
        deployed.get_att("Seed", "Id")


def test_what_is_misspelt_is_told_with_what_would_fit(sfn_aws: SfnAws) -> None:
    table = resource("AWS::DynamoDB::Table", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}])
    table["Properties"]["AttributeDefinitions"] = [{"AttributeName": "id", "AttributeType": "S"}]
    deployed = sfn_aws.deploy(template(InvoiceTable=table, InvoiceFlow=FLOW))

    with pytest.raises(
        PytestSfnError, match=r"^InvoiceTable: an AWS::DynamoDB::Table has no attribute 'Arnn'; did you mean 'Arn'\?$"
    ):
        deployed.get_att("InvoiceTable", "Arnn")
    with pytest.raises(DefinitionError, match="no state machine 'Invoice'\n  fix  did you mean 'InvoiceFlow'"):
        deployed["Invoice"]
    with pytest.raises(PytestSfnError, match="'InvoiceTable' is no state machine that was deployed"):
        deployed["InvoiceTable"]


def test_an_empty_template_is_called_empty(sfn_aws: SfnAws, tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text("\n", encoding="utf-8")

    with pytest.raises(DefinitionError, match=r"template\.yaml: the file is empty\n  fix  name a template"):
        sfn_aws.deploy(tmp_path / "template.yaml")
