"""Fixtures that create the resources of the application's template."""

import pytest


@pytest.fixture
def machine(sfn_aws):
    """The state machine with the code of its functions, and with empty tables, queues and buckets."""
    machine = sfn_aws.load("template.yaml")
    make_resources(sfn_aws, machine.state_machine.template)
    sfn_aws.use_handlers()
    return machine


def make_resources(sfn_aws, template):
    """Create the template's resources with boto3, under the names that the workflow and the functions use."""
    for logical_id, (kind, arn) in template.resolved.items():
        properties = template.resources[logical_id].properties
        name = arn.rpartition(":")[2].removeprefix("table/")
        if kind == "table":
            keys = {key: properties[key] for key in ("KeySchema", "AttributeDefinitions")}
            sfn_aws.client("dynamodb").create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **keys)
        elif kind == "queue":
            sfn_aws.client("sqs").create_queue(QueueName=name)
        elif kind == "bucket":
            sfn_aws.client("s3").create_bucket(Bucket=name)
