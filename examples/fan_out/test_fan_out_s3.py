"""The same job on AWS's services, which moto keeps in memory: items in S3, results in DynamoDB, failed items in SQS."""

import json

import pytest

JOB = {"bucket": "jobs", "key": "monday.jsonl"}


@pytest.fixture
def table(sfn_aws):
    dynamodb = sfn_aws.client("dynamodb")
    dynamodb.create_table(
        TableName="items",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

    def saved():
        return {item["id"]["S"]: item["status"]["S"] for item in dynamodb.scan(TableName="items")["Items"]}

    return saved


@pytest.fixture
def put_aside(sfn_aws):
    sqs = sfn_aws.client("sqs")
    url = sqs.create_queue(QueueName="put-aside")["QueueUrl"]

    def messages():
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in found]

    return messages


@pytest.fixture
def bucket(sfn_aws):
    s3 = sfn_aws.client("s3")
    s3.create_bucket(Bucket="jobs")
    s3.put_object(Bucket="jobs", Key="monday.jsonl", Body="".join(f'{{"id": "i-{i}"}}\n' for i in range(25)))
    return s3


@pytest.fixture
def worker(sfn_aws):
    mock = sfn_aws.lambda_function("ProcessItem")
    mock.returns({"status": "done"})
    return mock


@pytest.fixture
def machine(sfn_aws, table, put_aside, bucket, worker):
    return sfn_aws.load("fan_out_s3.asl.json")


def test_every_line_of_the_file_becomes_an_item_of_the_table(machine, table, put_aside):
    execution = machine.run(JOB, name="job-1")

    assert execution.path == ["FindRunningJobs", "IsAnotherJobRunning", "ProcessItems", "JobSummary"]
    assert table() == {f"i-{i}": "done" for i in range(25)}
    assert put_aside() == []


def test_failed_items_are_put_aside(machine, worker, table, put_aside):
    worker.when(input={"id": "i-7"}).raises("BadItem")

    execution = machine.run(JOB)

    assert execution.succeeded
    assert put_aside() == [{"id": "i-7", "reason": "BadItem"}]
    assert len(table()) == 24
    assert execution.state("ProcessItems").iterations[7].path == ["ProcessItem", "PutAside"]


def test_second_run_over_the_same_file_saves_nothing_twice(machine, table):
    machine.run(JOB)

    execution = machine.run(JOB)

    assert execution.succeeded
    assert execution.state("ProcessItems").iterations[0].path == ["ProcessItem", "SaveItem", "Known"]
    assert len(table()) == 25


def test_results_are_written_to_the_bucket(machine, bucket):
    execution = machine.run(JOB)

    manifest = json.load(bucket.get_object(Bucket="jobs", Key=execution.output["results"])["Body"])
    (file,) = manifest["ResultFiles"]["SUCCEEDED"]
    records = json.load(bucket.get_object(Bucket="jobs", Key=file["Key"])["Body"])
    assert len(records) == 25
    assert execution.map_runs[0].item_counts["resultsWritten"] == 25


def test_job_refuses_to_start_while_another_runs(machine, worker):
    worker.returns({"status": "done"}).takes(60)
    first = machine.start(JOB)

    second = machine.start(JOB)

    assert (second.status, second.error) == ("FAILED", "AnotherJobIsRunning")
    assert first.run().succeeded
    assert machine.run(JOB).succeeded


def test_missing_file(machine, bucket):
    bucket.delete_object(Bucket="jobs", Key="monday.jsonl")

    execution = machine.run(JOB)

    assert execution.error == "States.ItemReaderFailed"
    assert "The specified key does not exist" in execution.cause
