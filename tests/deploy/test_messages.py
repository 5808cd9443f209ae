from __future__ import annotations

import json

import pytest

from pytest_sfn import DefinitionWarning, SfnAws
from tests.deploy.helpers import resource, template


def test_queues_have_their_dead_letter_queues_whatever_the_order(sfn_aws: SfnAws) -> None:
    redrive = {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": "3"}
    deployed = sfn_aws.deploy(
        template(
            Work=resource("AWS::SQS::Queue", QueueName="work", RedrivePolicy=redrive, VisibilityTimeout="7"),
            Dead=resource("AWS::SQS::Queue"),
        )
    )

    sqs = sfn_aws.client("sqs")
    attributes = sqs.get_queue_attributes(QueueUrl=deployed.ref("Work"), AttributeNames=["All"])["Attributes"]
    assert sqs.get_queue_url(QueueName="work")["QueueUrl"] == deployed.ref("Work")
    assert attributes["VisibilityTimeout"] == "7"
    assert json.loads(attributes["RedrivePolicy"])["deadLetterTargetArn"] == deployed.get_att("Dead", "Arn")


def test_a_fifo_queue_without_a_name_gets_one_that_sqs_takes(sfn_aws: SfnAws) -> None:
    deployed = sfn_aws.deploy(
        template(
            Line=resource("AWS::SQS::Queue", FifoQueue=True, ContentBasedDeduplication=True),
            News=resource("AWS::SNS::Topic", FifoTopic="true"),
            Plain=resource("AWS::SQS::Queue", FifoQueue=False),
        )
    )

    assert deployed.ref("Line").endswith("/Line.fifo")
    assert deployed.ref("News").endswith(":News.fifo")
    sent = sfn_aws.client("sqs").send_message(QueueUrl=deployed.ref("Line"), MessageBody="1", MessageGroupId="g")
    assert "SequenceNumber" in sent


@pytest.mark.parametrize("inline", [True, False])
def test_what_a_topic_gets_reaches_its_queue(sfn_aws: SfnAws, inline: bool) -> None:
    aim = {"Protocol": "sqs", "Endpoint": {"Fn::GetAtt": "Inbox.Arn"}}
    topic = resource("AWS::SNS::Topic", Subscription=[aim] if inline else [])
    own = {} if inline else {"Sub": resource("AWS::SNS::Subscription", TopicArn={"Ref": "News"}, **aim)}
    deployed = sfn_aws.deploy(template(News=topic, Inbox=resource("AWS::SQS::Queue"), **own))

    sfn_aws.client("sns").publish(TopicArn=deployed.ref("News"), Message="hello")

    (message,) = sfn_aws.client("sqs").receive_message(QueueUrl=deployed.ref("Inbox"))["Messages"]
    assert json.loads(message["Body"])["Message"] == "hello"


def test_a_subscriber_that_nothing_reaches_is_told_and_breaks_nothing(sfn_aws: SfnAws) -> None:
    function = {"Protocol": "lambda", "Endpoint": "arn:aws:lambda:us-east-1:123456789012:function:f"}
    mail = {"Protocol": "email", "Endpoint": {"Ref": "Nobody"}}
    with pytest.warns(DefinitionWarning, match="nothing that is published reaches its subscriber of lambda"):
        deployed = sfn_aws.deploy(
            {
                **template(News=resource("AWS::SNS::Topic", Subscription=[function, mail])),
                "Parameters": {"Nobody": {"Type": "String"}},
            }
        )

    sfn_aws.client("sns").publish(TopicArn=deployed.ref("News"), Message="hello")
    assert [each.logical_id for each in deployed.undelivered] == ["News"]
