"""Mocks of a service's operations, for boto3 clients and for tasks."""

from __future__ import annotations

import io
import json
import re
from contextlib import suppress
from datetime import UTC, datetime

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws

from pytest_sfn import MockError, MockWarning, NotServedError, PytestSfnError, SfnAws, SfnMock
from tests.helpers import recover

REGIONS = {"Regions": [{"RegionName": "eu-west-1", "RegionOptStatus": "ENABLED"}]}


@pytest.fixture
def client():
    return boto3.client("account", region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="k")


def task(resource, **parameters):
    state = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Parameters": parameters, "End": True}
    return {"StartAt": "A", "States": {"A": state}}


@pytest.mark.parametrize("account", [SfnMock, SfnAws])
@pytest.mark.parametrize("name", ["ListRegions", "list_regions", "listRegions"])
def test_a_client_and_a_task_get_the_answer(account, name, client):
    with account() as mock:
        regions = mock.service("account").on(name)
        regions.returns(REGIONS)
        assert client.list_regions(MaxResults=3)["Regions"] == REGIONS["Regions"]
        regions.assert_called_once_with({"MaxResults": 3}, state="account.ListRegions")
        assert mock.load(task("aws-sdk:account:listRegions")).run().output == REGIONS
        assert regions.call_count == 2
        assert regions is mock.resource("arn:aws:states:::aws-sdk:account:listRegions")


def test_the_mock_of_a_resource_answers_clients(client):
    with SfnMock() as mock:
        mock.resource("aws-sdk:account:listRegions").calls(lambda sent: {"NextToken": f"after {sent['MaxResults']}"})
        answer = client.list_regions(MaxResults=7)
        assert answer["NextToken"] == "after 7"
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_narrower_mocks(client):
    with SfnMock() as mock:
        regions = mock.service("account").on("ListRegions")
        regions.returns({"NextToken": "other"}).returns({})
        regions.when(input={"MaxResults": 1}).returns({"NextToken": "one"})
        found = [client.list_regions(MaxResults=count).get("NextToken") for count in (1, 2, 1, 3)]
        assert found == ["one", "other", "one", None]


@pytest.mark.parametrize("error", ["ResourceNotFoundException", "Account.ResourceNotFoundException"])
def test_an_error_has_the_code_and_status_of_the_model(error, client):
    with SfnMock() as mock:
        regions = mock.service("account").on("ListRegions")
        regions.raises(error, "no such account")
        with pytest.raises(client.exceptions.ResourceNotFoundException, match="no such account") as caught:
            client.list_regions()
        assert caught.value.response["Error"] == {"Code": "ResourceNotFoundException", "Message": "no such account"}
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
        execution = mock.load(task("aws-sdk:account:listRegions")).run()
        assert execution.error == "Account.ResourceNotFoundException"
        assert execution.cause.startswith("no such account")


def test_a_client_error_of_boto3(client):
    refusal = ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "gone"}}, "ListRegions")

    def stub(_event):
        raise refusal

    with SfnMock() as mock:
        regions = mock.service("account").on("ListRegions")
        for setting in (lambda: regions.raises(refusal), lambda: regions.calls(stub)):
            setting()
            with pytest.raises(client.exceptions.ResourceNotFoundException) as caught:
                client.list_regions()
            assert caught.value.response["Error"]["Message"] == "gone"
            assert mock.load(task("aws-sdk:account:listRegions")).run().error == "Account.ResourceNotFoundException"


def test_beside_motos_own_decorator(client):
    with SfnMock() as mock, mock_aws():
        mock.service("account").on("ListRegions").returns(REGIONS)
        assert client.list_regions()["Regions"] == REGIONS["Regions"]


def test_other_operations_of_lambda():
    with SfnAws() as mock:
        mock.service("lambda").on("ListFunctions").returns({"Functions": [{"FunctionName": "f"}]})
        assert mock.client("lambda").list_functions()["Functions"] == [{"FunctionName": "f"}]


def test_an_error_that_is_misspelt(client):
    with SfnMock() as mock:
        mock.service("account").on("ListRegions").raises("ResourceNotFoundExeption")
        with pytest.warns(MockWarning, match="did you mean 'ResourceNotFoundException'"), pytest.raises(ClientError):
            client.list_regions()


def test_an_error_that_the_service_does_not_have():
    with SfnMock() as mock:
        mock.service("dynamodb").on("GetItem").raises("Throttled")
        with pytest.warns(MockWarning, match=r"dynamodb\.GetItem has no error 'Throttled'; it can raise .*ResourceNotFound"):
            mock.load(task("aws-sdk:dynamodb:getItem", TableName="t", Key={})).run()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("service", "operation", "error"),
    [
        ("dynamodb", "GetItem", "ThrottlingException"),
        ("dynamodb", "GetItem", "AccessDeniedException"),
        ("dynamodb", "GetItem", "DynamoDb.ConditionalCheckFailedException"),
        ("dynamodb", "GetItem", "DynamoDB.AmazonDynamoDBException"),
        ("dynamodb", "GetItem", "DynamoDb.DynamoDbException"),
        ("dynamodb", "GetItem", "States.Timeout"),
        ("s3", "GetObject", "SlowDown"),
        ("s3", "GetObject", "PreconditionFailed"),
        ("s3", "HeadObject", "404"),
        ("sqs", "SendMessage", "AWS.SimpleQueueService.NonExistentQueue"),
        ("sqs", "SendMessage", "QueueDoesNotExist"),
    ],
)
def test_errors_that_a_service_may_give(service, operation, error):
    with SfnMock(strict=False) as mock:
        mock.service(service).on(operation).raises(error)
        client = boto3.client(service, region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="k")
        parameters = (
            {"Bucket": "b", "Key": "k"} if service == "s3" else {"QueueUrl": "https://q.example/1/q", "MessageBody": "m"}
        )
        parameters = {"TableName": "t", "Key": {}} if service == "dynamodb" else parameters
        with pytest.raises(ClientError):
            getattr(client, re.sub("(?<=.)([A-Z])", r"_\1", operation).lower())(**parameters)


def test_an_error_without_a_shape(client):
    with SfnMock() as mock:
        mock.service("account").on("ListRegions").raises("ServiceUnavailable", "later")
        with pytest.raises(ClientError, match="later") as caught:
            client.list_regions()
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
        assert mock.load(task("aws-sdk:account:listRegions")).run().error == "Account.AccountException"


def test_the_client_retries_as_it_does_on_aws(client):
    with SfnMock() as mock:
        regions = mock.service("account").on("ListRegions")
        regions.raises("ThrottlingException", "slow down", times=2).returns(REGIONS)
        assert client.list_regions()["ResponseMetadata"]["RetryAttempts"] == 2
        assert regions.call_count == 3


def test_types_of_boto3():
    with SfnMock() as mock:
        stored = mock.service("s3").on("get_object")
        stored.returns({"Body": "text", "LastModified": "2024-05-01T10:00:00Z", "ContentLength": 4})
        put = mock.service("s3").on("put_object")
        put.returns({})
        s3 = boto3.client("s3", region_name="us-east-1")
        answer = s3.get_object(Bucket="orders", Key="a")
        assert answer["Body"].read() == b"text"
        assert answer["LastModified"] == datetime(2024, 5, 1, 10, tzinfo=UTC)
        s3.put_object(Bucket="orders", Key="a", Body=io.BytesIO(b"new"), Expires=datetime(2024, 6, 1, tzinfo=UTC))
        assert put.calls[0].input == {"Bucket": "orders", "Key": "a", "Body": "new", "Expires": "2024-06-01T00:00:00Z"}


def test_both_spellings_of_members():
    with SfnMock() as mock:
        item = mock.service("dynamodb").on("GetItem")
        table = boto3.client("dynamodb", region_name="us-east-1")
        machine = mock.load(task("aws-sdk:dynamodb:getItem", TableName="orders", Key={"id": {"S": "1"}}))
        for spelling in ("BOOL", "Bool"):
            item.returns({"Item": {"paid": {spelling: True}}})
            assert table.get_item(TableName="orders", Key={"id": {"S": "1"}})["Item"] == {"paid": {"BOOL": True}}
            assert machine.run().output == {"Item": {"paid": {"Bool": True}}}


def test_head_has_no_body():
    with SfnMock() as mock:
        mock.service("s3").on("HeadObject").raises("404")
        with pytest.raises(ClientError) as caught:
            boto3.client("s3", region_name="us-east-1").head_object(Bucket="orders", Key="a")
        assert caught.value.response["Error"] == {"Code": "404", "Message": "Not Found"}


def swallowing(client, answer, times=None, calls=1):
    """Call a mocked operation; the account hears of an error that the code swallows."""
    with SfnMock() as mock:
        mock.service("account").on("ListRegions").returns(answer, times=times)
        for _ in range(calls):
            with suppress(MockError):
                client.list_regions()


def test_an_answer_that_the_service_could_never_give(client):
    with pytest.raises(MockError, match="AWS could never give this answer: Field 'Regions' must be an array") as caught:
        swallowing(client, {"Regions": 3})
    assert "a boto3 client's account.ListRegions" in str(caught.value)
    with SfnMock() as mock:
        mock.service("account").on("ListRegions", validate="none").returns({"NextToken": 3})
        assert client.list_regions()["NextToken"] == 3


def test_answers_that_are_used_up(client):
    with pytest.raises(MockError, match=r"account\.ListRegions: .*all answers of service:account:ListRegions are used"):
        swallowing(client, {}, times=1, calls=2)


def test_other_operations_are_answered_as_without_a_mock():
    with SfnAws() as mock:
        mock.service("sqs").on("ListQueues").returns({"QueueUrls": ["mocked"]})
        sqs = boto3.client("sqs", region_name="us-east-1")
        sqs.create_queue(QueueName="q")
        assert sqs.list_queues()["QueueUrls"] == ["mocked"]
        assert sqs.get_queue_url(QueueName="q")["QueueUrl"].endswith("/q")


KEY = {"TableName": "orders", "Key": {"id": {"S": "1"}}}


@pytest.mark.parametrize("account", [SfnMock, SfnAws])
def test_an_optimized_task_gets_the_answer(account):
    with account() as mock:
        item = mock.service("dynamodb").on("GetItem")
        item.returns({"Item": {"paid": {"BOOL": True}}})
        output = mock.load(task("dynamodb:getItem", **KEY)).run().output
        assert output["Item"] == {"paid": {"BOOL": True}}
        assert output["SdkHttpMetadata"]["HttpStatusCode"] == 200
        item.assert_called_once_with(KEY, state="A")


def test_an_optimized_task_beside_motos_own_decorator():
    with mock_aws(), SfnMock() as mock:
        mock.service("dynamodb").on("GetItem").returns({})
        assert mock.load(task("dynamodb:getItem", **KEY)).run().status == "SUCCEEDED"


@pytest.mark.parametrize("prefix", ["", "DynamoDB.", "DynamoDb."])
def test_an_optimized_task_gets_the_error_as_its_own(prefix):
    with SfnMock() as mock:
        mock.service("dynamodb").on("GetItem").raises(f"{prefix}ResourceNotFoundException", "no")
        execution = mock.load(task("dynamodb:getItem", **KEY)).run()
        assert execution.error == "DynamoDB.ResourceNotFoundException"
        assert execution.cause.startswith("no (Service: AmazonDynamoDBv2; Status Code: 400; ")
        assert mock.load(task("aws-sdk:dynamodb:getItem", **KEY)).run().error == "DynamoDb.ResourceNotFoundException"
        with pytest.raises(ClientError, match=r"\(ResourceNotFoundException\)"):
            boto3.client("dynamodb", region_name="us-east-1").get_item(**KEY)


def test_the_mock_of_a_resource_answers_no_other_resource():
    with SfnAws() as mock:
        mock.resource("aws-sdk:dynamodb:getItem").returns({})
        assert mock.load(task("dynamodb:getItem", **KEY)).run().error == "DynamoDB.ResourceNotFoundException"
        assert mock.load(task("aws-sdk:dynamodb:getItem", **KEY)).run().output == {}


def test_a_job_is_polled():
    with SfnMock() as mock:
        mock.service("glue").on("StartJobRun").returns({"JobRunId": "jr"})
        poll = mock.service("glue").on("GetJobRun")
        poll.returns({"JobRun": {"JobRunState": "RUNNING"}}, times=2).returns({"JobRun": {"JobRunState": "SUCCEEDED"}})
        execution = mock.load(task("glue:startJobRun.sync", JobName="nightly")).run()
        assert execution.output["JobRunState"] == "SUCCEEDED"
        assert [call.input for call in poll.calls] == [{"JobName": "nightly", "RunId": "jr"}] * 3


def test_a_job_whose_poll_nothing_answers():
    mock = SfnMock()
    mock.service("glue").on("StartJobRun").returns({"JobRunId": "jr"})
    with pytest.raises(MockError) as caught:
        mock.load(task("glue:startJobRun.sync", JobName="nightly")).run()
    lines = str(caught.value).splitlines()
    assert lines[0].endswith("state 'A': no mock answers this task, and this test has no AWS services")
    assert lines[3] == "  request   glue.GetJobRun"
    assert 'or sfn_mock.service("glue").on("GetJobRun").returns(...)' in lines[5]


@pytest.mark.parametrize("resource", ["dynamodb:getItem", "glue:startJobRun.sync"])
def test_a_task_whose_call_is_never_answered(resource):
    mock = SfnMock()
    mock.service("dynamodb").on("GetItem").times_out()
    mock.service("glue").on("StartJobRun").returns({"JobRunId": "jr"})
    mock.service("glue").on("GetJobRun").times_out()
    definition = task(resource, **({"JobName": "nightly"} if "glue" in resource else KEY))
    with pytest.raises(MockError, match=r"state 'A': times_out\(\) would wait for ever\n  fix  give the state TimeoutSeconds"):
        mock.load(definition).run()
    recover(mock)
    definition["States"]["A"]["TimeoutSeconds"] = 90
    execution = mock.load(definition).run()
    assert (execution.error, execution.elapsed.total_seconds()) == ("States.Timeout", 90)


def test_a_task_that_waits_for_its_token():
    with SfnMock() as mock:
        sent = mock.service("sqs").on("SendMessage")
        sent.returns({"MessageId": "1", "MD5OfMessageBody": "0"})
        body = {"token.$": "$$.Task.Token"}
        url = "https://sqs.us-east-1.amazonaws.com/123456789012/q"
        machine = mock.load(task("sqs:sendMessage.waitForTaskToken", QueueUrl=url, MessageBody=body))
        execution = machine.start()
        mock.send_task_success(json.loads(sent.calls[0].input["MessageBody"])["token"], "done")
        assert execution.run().output == "done"


def test_a_map_reads_what_a_mock_answers():
    with SfnMock() as mock:
        body = mock.service("s3").on("GetObject")
        body.returns({"Body": "[1, 2]"})
        reader = {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"}}
        reader["Parameters"] = {"Bucket": "bucket", "Key": "key"}
        processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
        processor |= {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
        state = {"Type": "Map", "ItemReader": reader, "ItemProcessor": processor, "End": True}
        machine = mock.load({"StartAt": "M", "States": {"M": state}})
        assert machine.run().output == [1, 2]
        body.raises("NoSuchKey", "no")
        assert machine.run().error == "States.ItemReaderFailed"


def test_an_answer_that_an_optimized_task_could_never_get():
    mock = SfnMock()
    mock.service("dynamodb").on("GetItem").returns({"Item": 1})
    with pytest.raises(MockError, match=r"state 'A': AWS could never give this answer: Field 'Item' must be an object"):
        mock.load(task("dynamodb:getItem", **KEY)).run()


@pytest.mark.parametrize(
    ("call", "fix"),
    [
        (lambda mock: mock.load(task("dynamodb:getItem", **KEY)).run(), 'sfn_mock.state("A").returns(...) or '),
        (lambda mock: boto3.client("dynamodb", region_name="us-east-1").get_item(**KEY), ""),
    ],
    ids=["of a task", "of a client"],
)
def test_a_call_that_no_narrower_mock_takes(call, fix):
    fix += 'sfn_mock.service("dynamodb").on("GetItem").returns(...)'
    mock = SfnMock()
    mock.service("dynamodb").on("GetItem").when(input={"TableName": "other"}).returns({})
    with pytest.raises(MockError, match=f"for the other calls: {re.escape(fix)}\n"), mock:
        call(mock)


def test_a_stubber_of_the_test_comes_first(client):
    with SfnMock() as mock, Stubber(client) as stubber:
        stubber.add_response("list_regions", {"NextToken": "stubbed"})
        mock.service("account").on("ListRegions").returns({"NextToken": "mocked"})
        assert client.list_regions()["NextToken"] == "stubbed"


def test_a_handler_is_served(tmp_path):
    code = 'import boto3\n\ndef handler(event, _):\n    return boto3.client("account").list_regions()["Regions"]\n'
    (tmp_path / "app.py").write_text(code)
    with SfnMock() as mock:
        mock.lambda_function("f").calls_handler("app.handler", root=tmp_path)
        mock.service("account").on("ListRegions").returns(REGIONS)
        definition = {
            "StartAt": "A",
            "States": {"A": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": True}},
        }
        assert mock.load(definition).run().output == REGIONS["Regions"]


def test_the_error_of_what_nothing_answers_names_the_way_out(client):
    way_out = r'mock this call: {}\.service\("account"\)\.on\("GetAccountInformation"\)\.returns\(\.\.\.\)'
    with pytest.raises(NotServedError, match=f"; or {way_out.format('sfn_mock')}"), SfnMock():
        client.get_account_information()
    with pytest.raises(PytestSfnError, match=way_out.format("sfn_aws")), SfnAws():
        client.get_account_information()


def test_the_clients_of_a_closed_account_are_not_answered(client):
    with SfnMock() as mock:
        mock.service("account").on("ListRegions").returns({})
    with pytest.raises(NotServedError), SfnMock():
        client.list_regions()


@pytest.mark.parametrize(
    ("service", "operation", "text"),
    [
        ("acount", "ListRegions", r"service\('acount'\): this is no service of AWS; did you mean 'account'\?"),
        ("account", "ListRegion", r"service\('account'\)\.on\('ListRegion'\): .* no such operation; did you mean ListRegions"),
        ("lambda", "invoke", "functions have mocks of their own"),
        ("stepfunctions", "StartExecution", "Step Functions is answered by this account"),
        (None, "x", "this is no service of AWS\n"),
        ("account", 3, "no such operation\n"),
    ],
)
def test_misuse(service, operation, text):
    with pytest.raises(MockError, match=text):
        SfnMock().service(service).on(operation)


def test_a_mock_for_clients_alone_is_no_mistake(client):
    with SfnMock() as mock:
        mock.load({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
        mock.service("account").on("ListRegions").returns({})
        mock.resource("aws-sdk:account:getContactInformation").returns({})
    mock = SfnMock()
    mock.load(task("aws-sdk:account:listRegions"))
    mock.resource("aws-sdk:account:listRegion").returns({})
    with pytest.raises(MockError, match="did you mean 'aws-sdk:account:listRegions'"):
        mock.close()
