from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.deploy.serverless_events import rules_of, source_of

AIM = {"Arn": "arn", "Id": "serverless"}


@pytest.mark.parametrize(
    ("kind", "given", "rules"),
    [
        ("schedule", "rate(1 day)", [{"ScheduleExpression": "rate(1 day)", "Targets": [AIM]}]),
        (
            "schedule",
            {"rate": ["rate(1 day)", "cron(0 0 * * ? *)"], "enabled": False, "input": {"n": 1}},
            [
                {"ScheduleExpression": each, "State": "DISABLED", "Targets": [{**AIM, "Input": {"n": 1}}]}
                for each in ("rate(1 day)", "cron(0 0 * * ? *)")
            ],
        ),
        (
            "eventBridge",
            {
                "eventBus": "shop",
                "pattern": {"source": ["shop"]},
                "inputTransformer": {"inputPathsMap": {"a": "$.b"}, "inputTemplate": "<a>"},
            },
            [
                {
                    "EventBusName": "shop",
                    "EventPattern": {"source": ["shop"]},
                    "Targets": [{**AIM, "InputTransformer": {"InputPathsMap": {"a": "$.b"}, "InputTemplate": "<a>"}}],
                }
            ],
        ),
        ("cloudwatchEvent", {"event": {"source": ["x"]}}, [{"EventPattern": {"source": ["x"]}, "Targets": [AIM]}]),
        ("http", "GET /", []),
    ],
)
def test_rules_of_an_event(kind: str, given: Any, rules: list[dict[str, Any]]) -> None:
    assert rules_of("arn", kind, given) == rules


@pytest.mark.parametrize(
    ("kind", "given", "made"),
    [
        ("sns", "paid-orders", ("SNSTopicPaidOrders", "AWS::SNS::Topic", {"TopicName": "paid-orders"})),
        ("sns", {"topicName": "paid", "displayName": "x"}, ("SNSTopicPaid", "AWS::SNS::Topic", {"TopicName": "paid"})),
        ("s3", "files", ("S3BucketFiles", "AWS::S3::Bucket", {"BucketName": "files"})),
        ("s3", {"bucket": "files", "existing": True}, None),
        ("sns", {"arn": "arn:aws:sns:us-east-1:1:paid", "topicName": "paid"}, None),
        ("sns", "arn:aws:sns:us-east-1:1:paid", None),
        ("sns", {"topicName": {"Ref": "Paid"}}, None),
        ("sqs", "arn", None),
    ],
)
def test_the_topic_or_the_bucket_of_an_event(kind: str, given: object, made: object) -> None:
    assert source_of(kind, given) == made
