from __future__ import annotations

from pytest_sfn import SfnAws
from pytest_sfn.gate.identities import identify_secret, label_stream


def test_secrets_and_streams_have_the_names_that_they_are_given(sfn_aws: SfnAws) -> None:
    secrets, dynamodb = sfn_aws.client("secretsmanager"), sfn_aws.client("dynamodb")
    secrets.create_secret(Name="key", SecretString="x")
    dynamodb.create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )

    identify_secret(sfn_aws.account_id, sfn_aws.region, "key", "arn:mine")
    label_stream(sfn_aws.account_id, sfn_aws.region, "t", "2024-01-01T00:00:00.000")

    assert secrets.describe_secret(SecretId="arn:mine")["Name"] == "key"
    stream = dynamodb.describe_table(TableName="t")["Table"]["LatestStreamArn"]
    assert stream.endswith("/stream/2024-01-01T00:00:00.000")
    assert sfn_aws.client("dynamodbstreams").describe_stream(StreamArn=stream)["StreamDescription"]["TableName"] == "t"
