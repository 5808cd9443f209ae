from __future__ import annotations

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
