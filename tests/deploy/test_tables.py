from __future__ import annotations

from pytest_sfn import SfnAws
from tests.deploy.helpers import resource, template

KEYS = {
    "AttributeDefinitions": [
        {"AttributeName": "id", "AttributeType": "S"},
        {"AttributeName": "at", "AttributeType": "N"},
    ],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}
INDEX = {
    "IndexName": "by-time",
    "KeySchema": [{"AttributeName": "at", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
}


def test_a_table_has_its_keys_indexes_and_time_to_live(sfn_aws: SfnAws) -> None:
    local = {
        **INDEX,
        "IndexName": "local",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
    }
    keys = {**KEYS, "KeySchema": local["KeySchema"]}
    throughput = {"ReadCapacityUnits": "5", "WriteCapacityUnits": "5"}
    deployed = sfn_aws.deploy(
        template(
            Orders=resource(
                "AWS::DynamoDB::Table",
                TableName="orders",
                **keys,
                ProvisionedThroughput=throughput,
                GlobalSecondaryIndexes=[{**INDEX, "ProvisionedThroughput": throughput}],
                LocalSecondaryIndexes=[local],
                TimeToLiveSpecification={"AttributeName": "ttl", "Enabled": "true"},
            )
        )
    )

    dynamodb = sfn_aws.client("dynamodb")
    table = dynamodb.describe_table(TableName="orders")["Table"]
    assert table["TableArn"] == deployed.get_att("Orders")
    assert [each["IndexName"] for each in table["GlobalSecondaryIndexes"]] == ["by-time"]
    assert [each["IndexName"] for each in table["LocalSecondaryIndexes"]] == ["local"]
    assert dynamodb.describe_time_to_live(TableName="orders")["TimeToLiveDescription"]["AttributeName"] == "ttl"


def test_the_stream_has_the_arn_that_the_template_gives_it(sfn_aws: SfnAws) -> None:
    keys = {**KEYS, "AttributeDefinitions": KEYS["AttributeDefinitions"][:1]}
    stream = {"StreamViewType": "NEW_IMAGE"}
    deployed = sfn_aws.deploy(template(Orders=resource("AWS::DynamoDB::Table", **keys, StreamSpecification=stream)))

    table = sfn_aws.client("dynamodb").describe_table(TableName="Orders")["Table"]
    assert table["LatestStreamArn"] == deployed.get_att("Orders", "StreamArn")


def test_sam_makes_a_table_with_the_key_id(sfn_aws: SfnAws) -> None:
    other = resource("AWS::Serverless::SimpleTable", PrimaryKey={"Name": "n", "Type": "Number"})
    sfn_aws.deploy(template(Simple=resource("AWS::Serverless::SimpleTable"), Other=other))

    keys = {
        name: sfn_aws.client("dynamodb").describe_table(TableName=name)["Table"]["AttributeDefinitions"]
        for name in ("Simple", "Other")
    }
    assert keys == {
        "Simple": [{"AttributeName": "id", "AttributeType": "S"}],
        "Other": [{"AttributeName": "n", "AttributeType": "N"}],
    }
