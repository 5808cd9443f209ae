from __future__ import annotations

import pytest

from pytest_sfn import DeploymentError, SfnAws
from tests.deploy.helpers import resource, template

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
CALL = {
    "StartAt": "A",
    "States": {
        "A": {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Parameters": {"StateMachineArn": {"Ref": "Live"}},
            "OutputPath": "$.StateMachineVersionArn",
            "End": True,
        }
    },
}
FLOW = resource("AWS::StepFunctions::StateMachine", Definition=PASS)
FIRST = resource("AWS::StepFunctions::StateMachineVersion", StateMachineArn={"Ref": "Flow"}, Description="the first")
ROUTES = [{"StateMachineVersionArn": {"Ref": "First"}, "Weight": 100}]
LIVE = resource("AWS::StepFunctions::StateMachineAlias", Name="live", RoutingConfiguration=ROUTES)


def test_versions_and_aliases(sfn_aws: SfnAws) -> None:
    preferred = {"StateMachineVersionArn": {"Ref": "First"}, "Type": "LINEAR", "Percentage": 10, "Interval": 1}
    beta = resource("AWS::StepFunctions::StateMachineAlias", Name="beta", DeploymentPreference=preferred)
    caller = resource("AWS::StepFunctions::StateMachine", Definition=CALL)
    deployed = sfn_aws.deploy(template(Live=LIVE, Beta=beta, First=FIRST, Caller=caller, Flow=FLOW))

    arn = deployed["Flow"].arn
    assert (deployed.ref("First"), deployed.ref("Live"), deployed.get_att("Beta")) == (f"{arn}:1", f"{arn}:live", f"{arn}:beta")
    assert deployed["Caller"].run({}).output == f"{arn}:1"
    described = sfn_aws.client("stepfunctions").describe_state_machine_alias(stateMachineAliasArn=f"{arn}:beta")
    assert described["routingConfiguration"] == [{"stateMachineVersionArn": f"{arn}:1", "weight": 100}]


def test_an_alias_is_a_target(sfn_aws: SfnAws) -> None:
    rule = resource("AWS::Events::Rule", EventPattern={"source": ["shop"]}, Targets=[{"Id": "t", "Arn": {"Ref": "Live"}}])
    sfn_aws.deploy(template(Live=LIVE, First=FIRST, Flow=FLOW, Rule=rule))

    sfn_aws.client("events").put_events(Entries=[{"Source": "shop", "DetailType": "Paid", "Detail": "{}"}])

    assert [each.succeeded for each in sfn_aws.executions] == [True]


def test_sam_publishes_an_alias(sfn_aws: SfnAws) -> None:
    flow = resource("AWS::Serverless::StateMachine", Definition=PASS, AutoPublishAlias="live")
    deployed = sfn_aws.deploy({"Transform": "AWS::Serverless-2016-10-31", **template(Flow=flow)})

    assert deployed.made == ["FlowVersion", "FlowAlias"]
    assert deployed.ref("FlowAlias") == f"{deployed.machine.arn}:live"
    sfn_aws.client("stepfunctions").start_execution(stateMachineArn=deployed.ref("FlowAlias"))
    assert [each.succeeded for each in sfn_aws.executions] == [True]


def test_an_alias_without_a_version(sfn_aws: SfnAws) -> None:
    with pytest.raises(DeploymentError, match="it has neither RoutingConfiguration nor DeploymentPreference"):
        sfn_aws.deploy(template(Live=resource("AWS::StepFunctions::StateMachineAlias", Name="live"), Flow=FLOW))


def test_what_was_made_before_an_alias_that_is_refused_is_undone(sfn_aws: SfnAws) -> None:
    half = [{"StateMachineVersionArn": {"Ref": "First"}, "Weight": 50}]
    live = resource("AWS::StepFunctions::StateMachineAlias", Name="live", RoutingConfiguration=half)

    with pytest.raises(DeploymentError, match="Sum of routing configuration weights must equal to 100"):
        sfn_aws.deploy(template(Live=live, First=FIRST, Flow=FLOW, Orders=resource("AWS::SQS::Queue")))

    assert sfn_aws.client("stepfunctions").list_state_machines()["stateMachines"] == []
    assert "QueueUrls" not in sfn_aws.client("sqs").list_queues()
