from __future__ import annotations

import pytest

from pytest_sfn import DefinitionWarning, SfnAws
from tests.deploy.helpers import resource, template


def test_streams_and_senders(sfn_aws: SfnAws) -> None:
    role = "arn:aws:iam::123456789012:role/r"
    destination = {"BucketARN": {"Fn::GetAtt": ["Files", "Arn"]}, "RoleARN": role}
    deployed = sfn_aws.deploy(
        template(
            Files=resource("AWS::S3::Bucket"),
            Clicks=resource("AWS::Kinesis::Stream", Name="clicks", ShardCount="2"),
            Free=resource("AWS::Kinesis::Stream"),
            Store=resource("AWS::KinesisFirehose::DeliveryStream", ExtendedS3DestinationConfiguration=destination),
            Sender=resource("AWS::SES::EmailIdentity", EmailIdentity="shop@example.com"),
        )
    )

    stream = sfn_aws.client("kinesis").describe_stream(StreamName="clicks")["StreamDescription"]
    assert (stream["StreamARN"], len(stream["Shards"])) == (deployed.get_att("Clicks", "Arn"), 2)
    sfn_aws.client("firehose").put_record(DeliveryStreamName="Store", Record={"Data": b"x"})
    assert sfn_aws.client("s3").list_objects_v2(Bucket="files")["KeyCount"] == 1
    mail = {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "b"}}}
    sfn_aws.client("ses").send_email(Source="shop@example.com", Destination={"ToAddresses": ["a@b.c"]}, Message=mail)


def test_what_is_not_delivered_to_s3_goes_to_its_bucket(sfn_aws: SfnAws) -> None:
    place = {"BucketARN": {"Fn::GetAtt": ["Files", "Arn"]}, "RoleARN": "arn:aws:iam::123456789012:role/r"}
    search = {"IndexName": "i", "RoleARN": place["RoleARN"], "S3Configuration": place}
    stream = resource("AWS::KinesisFirehose::DeliveryStream", AmazonopensearchserviceDestinationConfiguration=search)
    with pytest.warns(DefinitionWarning, match="its records go to the bucket of Amazonopensearchservice"):
        sfn_aws.deploy(template(Files=resource("AWS::S3::Bucket"), Store=stream))

    sfn_aws.client("firehose").put_record(DeliveryStreamName="Store", Record={"Data": b"x"})

    assert sfn_aws.client("s3").list_objects_v2(Bucket="files")["KeyCount"] == 1


def test_a_template_of_mails(sfn_aws: SfnAws) -> None:
    mail = {"TemplateName": "hello", "SubjectPart": "Hello", "TextPart": "{{name}}"}
    deployed = sfn_aws.deploy(template(Hello=resource("AWS::SES::Template", Template=mail)))

    assert deployed.ref("Hello") == "hello"
    assert sfn_aws.client("ses").get_template(TemplateName="hello")["Template"]["TextPart"] == "{{name}}"
