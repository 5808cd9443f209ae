from __future__ import annotations

from pathlib import Path

import pytest

from pytest_sfn import SfnAws
from tests.templates.helpers import SAM, told

TEXT = f"""\
{SAM}\
Globals: {{Function: {{Runtime: python3.12, Handler: a.b, InlineCode: 'x = 1'}}, Api: {{StageName: dev}}}}
Resources:
  Api: {{Type: AWS::Serverless::Api}}
  Web: {{Type: AWS::Serverless::HttpApi, Properties: {{StageName: beta}}}}
  fn:
    Type: AWS::Serverless::Function
    Properties:
      AutoPublishAlias: live
      EventInvokeConfig: {{DestinationConfig: {{OnFailure: {{Type: SQS}}}}}}
      Events:
        nightly: {{Type: Schedule, Properties: {{Schedule: rate(1 day)}}}}
        q: {{Type: SQS, Properties: {{Queue: 'arn:aws:sqs:us-east-1:123456789012:q'}}}}
        get: {{Type: Api, Properties: {{Path: /, Method: get}}}}
        own: {{Type: Api, Properties: {{Path: /a, Method: get, RestApiId: !Ref Api}}}}
        web: {{Type: HttpApi}}
        news: {{Type: SNS, Properties: {{Topic: 'arn:aws:sns:us-east-1:123456789012:n', SqsSubscription: true}}}}
  flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition: {{StartAt: A, States: {{A: {{Type: Succeed}}}}}}
      Events: {{tick: {{Type: ScheduleV2, Properties: {{ScheduleExpression: rate(1 day)}}}}}}
  Layer: {{Type: AWS::Serverless::LayerVersion, Properties: {{ContentUri: s3://a/b.zip}}}}
  Kept:
    Type: AWS::SSM::Parameter
    Properties: {{Name: /kept, Type: String, Value: VALUE}}
"""
ARN = "arn:aws:{}:us-east-1:123456789012:{}"
VALUES = {
    "!Ref ApidevStage": "dev",
    "!Ref Api.Stage": "dev",
    "!Sub '${Api.Stage}'": "dev",
    "!Ref Api.Deployment": "ApiDeployment",
    "!Ref WebbetaStage": "beta",
    "!GetAtt fnnightly.Arn": ARN.format("events", "rule/fnnightly"),
    "!Ref fnnightlyPermission": "fnnightlyPermission",
    "!Ref fnq": "fnq",
    "!GetAtt fnnewsQueue.Arn": ARN.format("sqs", "fnnewsQueue"),
    "!Sub 'https://${ServerlessRestApi}.execute-api.${AWS::Region}.amazonaws.com/Prod'": (
        "https://ServerlessRestApi.execute-api.us-east-1.amazonaws.com/Prod"
    ),
    "!Ref ServerlessRestApi.Stage": "Prod",
    "!Ref ServerlessRestApiProdStage": "Prod",
    "!GetAtt ServerlessHttpApi.ApiEndpoint": "https://ServerlessHttpApi.execute-api.us-east-1.amazonaws.com",
    "!GetAtt fnRole.Arn": "arn:aws:iam::123456789012:role/fnRole",
    "!Ref fnRole": "fnRole",
    "!GetAtt flowRole.Arn": "arn:aws:iam::123456789012:role/flowRole",
    "!GetAtt flowtick.Arn": ARN.format("scheduler", "schedule/default/flowtick"),
    "!GetAtt flowtickRole.Arn": "arn:aws:iam::123456789012:role/flowtickRole",
    "!Ref fnAliaslive": ARN.format("lambda", "function:fn:live"),
    "!Ref fn.Alias": ARN.format("lambda", "function:fn:live"),
    "!Ref fn.Version": ARN.format("lambda", "function:fn:1"),
    "!GetAtt fnEventInvokeConfigOnFailureQueue.Arn": ARN.format("sqs", "fnEventInvokeConfigOnFailureQueue"),
}


@pytest.mark.parametrize(("value", "expected"), VALUES.items())
def test_what_sam_makes_has_values(value: str, expected: str, sfn_aws: SfnAws, tmp_path: Path) -> None:
    text = TEXT.replace("VALUE", value)
    path = tmp_path / "template.yaml"
    path.write_text(text, encoding="utf-8")

    assert told(text) == []
    sfn_aws.deploy(path, logical_ids=["Kept"])
    assert sfn_aws.client("ssm").get_parameter(Name="/kept")["Parameter"]["Value"] == expected


@pytest.mark.parametrize(
    "name", ["ApidevStage", "Layer0123456789", "fnget", "fngetPermissiondev", "flowtick", "CodeDeployServiceRole", "fnRole"]
)
def test_what_sam_makes_may_be_waited_for(name: str) -> None:
    assert told(f"{TEXT}    DependsOn: {name}\n") == []


@pytest.mark.parametrize("name", ["Apidevstage", "Layerx", "fnweekly", "Keptdev", "fnn"])
def test_what_sam_does_not_make_is_told(name: str) -> None:
    (found,) = told(f"{TEXT}    DependsOn: {name}\n")

    assert f"error unknown-reference: the template has no resource {name!r}" in found


def test_a_stage_that_is_not_known_here() -> None:
    text = TEXT.replace("StageName: dev", "StageName: !Ref Stage").replace(
        "Resources:", "Parameters: {Stage: {Type: String}}\nResources:"
    )

    assert told(text.replace("VALUE", "!Ref Api.Stage") + "    DependsOn: ApidevStage\n") == []
    assert told(text.replace("VALUE", "!Ref Stage").replace("!Ref Stage", "!Ref ApidevStage")) == []
