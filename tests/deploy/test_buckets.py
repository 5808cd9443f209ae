from __future__ import annotations

import json

import pytest

from pytest_sfn import DefinitionWarning, SfnAws
from tests.deploy.helpers import resource, template


def test_a_bucket_sends_what_the_template_says(sfn_aws: SfnAws) -> None:
    queue = {
        "Event": "s3:ObjectCreated:*",
        "Queue": {"Fn::GetAtt": ["Inbox", "Arn"]},
        "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": "in-"}]}},
    }
    sent = {"QueueConfigurations": [queue]}
    deployed = sfn_aws.deploy(
        template(
            Files=resource("AWS::S3::Bucket", VersioningConfiguration={"Status": "Enabled"}, NotificationConfiguration=sent),
            Inbox=resource("AWS::SQS::Queue"),
        )
    )

    s3, sqs = sfn_aws.client("s3"), sfn_aws.client("sqs")
    assert deployed.ref("Files") == "files"
    assert s3.get_bucket_versioning(Bucket="files")["Status"] == "Enabled"
    for key in ("in-a", "out-b"):
        s3.put_object(Bucket="files", Key=key, Body=b"")
    messages = sqs.receive_message(QueueUrl=deployed.ref("Inbox"), MaxNumberOfMessages=10)["Messages"]
    records = [record for each in messages for record in json.loads(each["Body"]).get("Records", ())]
    assert [record["s3"]["object"]["key"] for record in records] == ["in-a"]


def test_a_bucket_sends_to_eventbridge(sfn_aws: SfnAws) -> None:
    machine = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    target = {"Id": "t", "Arn": {"Ref": "Flow"}}
    sfn_aws.deploy(
        template(
            Files=resource("AWS::S3::Bucket", NotificationConfiguration={"EventBridgeConfiguration": {}}),
            Flow=resource("AWS::StepFunctions::StateMachine", Definition=machine),
            OnFile=resource("AWS::Events::Rule", EventPattern={"detail-type": ["Object Created"]}, Targets=[target]),
        )
    )

    sfn_aws.client("s3").put_object(Bucket="files", Key="a", Body=b"")

    (execution,) = sfn_aws.executions
    assert execution.output["detail"]["object"]["key"] == "a"


def test_events_for_a_function_are_told(sfn_aws: SfnAws) -> None:
    sent = {"LambdaConfigurations": [{"Event": "s3:ObjectCreated:*", "Function": "f"}]}
    with pytest.warns(DefinitionWarning, match="none of its events reaches a function"):
        sfn_aws.deploy(template(Files=resource("AWS::S3::Bucket", NotificationConfiguration=sent)))


def test_a_bucket_in_another_region() -> None:
    with SfnAws(region="eu-west-1") as account:
        account.deploy(template(Files=resource("AWS::S3::Bucket")))

        assert account.client("s3").get_bucket_location(Bucket="files")["LocationConstraint"] == "eu-west-1"


def test_notifications_of_the_cdk(sfn_aws: SfnAws) -> None:
    queue = {"Events": ["s3:ObjectCreated:*"], "QueueArn": {"Fn::GetAtt": ["Inbox", "Arn"]}}
    sent = {"QueueConfigurations": [queue], "LambdaFunctionConfigurations": [{"LambdaFunctionArn": "arn"}]}
    notifications = resource(
        "Custom::S3BucketNotifications", ServiceToken="arn", BucketName={"Ref": "Files"}, NotificationConfiguration=sent
    )
    with pytest.warns(DefinitionWarning, match="none of its events reaches a function"):
        deployed = sfn_aws.deploy(
            template(Notify=notifications, Files=resource("AWS::S3::Bucket"), Inbox=resource("AWS::SQS::Queue"))
        )

    sfn_aws.client("s3").put_object(Bucket="files", Key="a", Body=b"x")

    assert "files" in sfn_aws.client("sqs").receive_message(QueueUrl=deployed.ref("Inbox"))["Messages"][0]["Body"]


def test_a_logical_id_that_is_too_short_for_a_bucket(sfn_aws: SfnAws) -> None:
    assert sfn_aws.deploy(template(B=resource("AWS::S3::Bucket"))).ref("B") == "stack-b"
