from __future__ import annotations

from pytest_sfn import SfnAws
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
