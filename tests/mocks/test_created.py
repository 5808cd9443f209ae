"""Functions created through Lambda's API: tasks and clients run their own code."""

from __future__ import annotations

import glob
import json
import tempfile

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws

from pytest_sfn import MockError, NotServedError, SfnAws, SfnMock
from pytest_sfn.account.sfn_mock import account_of
from tests.created_functions import ECHO, create, role, zipped
from tests.helpers import recover

NODE = {"Runtime": "nodejs22.x"}


@pytest.fixture(params=["sfn_aws", "mock_aws"])
def account(request):
    """An account whose moto is its own, or the test's."""
    if request.param == "sfn_aws":
        with SfnAws() as account:
            yield account
    else:
        with mock_aws(), SfnMock() as account:
            yield account


@pytest.fixture
def client(account):
    return boto3.client("lambda", region_name="us-east-1")


def task(account, resource, **fields):
    return account.load({"StartAt": "Call", "States": {"Call": {"Type": "Task", "Resource": resource, "End": True, **fields}}})


def invoke(client, **given):
    return json.loads(client.invoke(FunctionName="f", **given)["Payload"].read())


def test_a_task_and_a_client_run_the_code(account, client):
    arn = create(client, "f", environment={"STAGE": "test"})
    expected = {"stage": "test", "version": "$LATEST", "code": 1}
    assert task(account, arn).run({"n": 1}).output == {"event": {"n": 1}, "calls": 1, **expected}
    assert invoke(client, Payload=b'{"n": 2}') == {"event": {"n": 2}, "calls": 2, **expected}
    parameters = {"FunctionName": "f", "Payload.$": "$"}
    result = task(account, "arn:aws:states:::lambda:invoke", Parameters=parameters).run({"n": 3}).output
    assert result["Payload"] == {"event": {"n": 3}, "calls": 3, **expected}
    assert result["ExecutedVersion"] == "$LATEST"
    assert account.lambda_function("f").call_count == 3


def test_code_from_s3(account, client):
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="code")
    s3.put_object(Bucket="code", Key="f.zip", Body=zipped({"app.py": ECHO}))
    arn = create(client, "f", Code={"S3Bucket": "code", "S3Key": "f.zip"})
    assert task(account, arn).run({}).output["code"] == 1
    s3.put_object(Bucket="code", Key="f.zip", Body=zipped({"app.py": ECHO.replace('"code": 1', '"code": 2')}))
    assert task(account, arn).run({}).output["code"] == 1, "as it was when the function was created"
    client.update_function_code(FunctionName="f", S3Bucket="code", S3Key="f.zip")
    assert task(account, arn).run({}).output["code"] == 2


def test_versions_aliases_and_updates(account, client):
    arn = create(client, "f")
    client.publish_version(FunctionName="f")
    client.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    client.update_function_code(FunctionName="f", ZipFile=zipped({"app.py": ECHO.replace('"code": 1', '"code": 2')}))
    client.update_function_configuration(FunctionName="f", Environment={"Variables": {"STAGE": "new"}})
    old, new = (task(account, resource) for resource in (f"{arn}:live", arn))
    assert [(got["code"], got["stage"], got["version"]) for got in (old.run({}).output, new.run({}).output)] == [
        (1, None, "1"), (2, "new", "$LATEST"),
    ]  # fmt: skip
    answer = client.invoke(FunctionName="f", Qualifier="live")
    assert (answer["ExecutedVersion"], json.loads(answer["Payload"].read())["code"]) == ("1", 1)
    client.publish_version(FunctionName="f")
    client.update_alias(FunctionName="f", Name="live", FunctionVersion="2")
    assert old.run({}).output["version"] == "2"


def test_layers_and_files_beside_the_code(account, client):
    layer = zipped({"python/common.py": "NAME = 'layer'"})
    layer_arn = client.publish_layer_version(LayerName="common", Content={"ZipFile": layer})["LayerVersionArn"]
    code = (
        "import common, pathlib\n\n\ndef run(event, context):\n    return [common.NAME, pathlib.Path('data.txt').read_text()]\n"
    )
    files = {"src/main.py": code, "data.txt": "data"}
    arn = create(client, "f", Handler="src/main.run", Layers=[layer_arn], Code={"ZipFile": zipped(files)})
    assert task(account, arn).run({}).output == ["layer", "data"]


def test_deleted_function_is_not_found(account, client):
    arn = create(client, "f")
    machine = task(account, arn)
    assert machine.run({}).succeeded
    client.delete_function(FunctionName="f")
    execution = machine.run({})
    assert execution.error == "Lambda.ResourceNotFoundException"
    assert execution.cause.startswith(f"Function not found: {arn} (Service: ")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.invoke(FunctionName="f")
    create(client, "f", ECHO.replace('"code": 1', '"code": 3'))
    assert machine.run({}).output["code"] == 3


def test_version_that_was_not_published(account, client):
    arn = create(client, "f")
    assert task(account, f"{arn}:7").run({}).error == "Lambda.ResourceNotFoundException"


def test_a_mock_wins(account, client):
    arn = create(client, "f")
    account.lambda_function("f").returns("mocked", times=1).calls_handler()
    machine = task(account, arn)
    assert machine.run({}).output == "mocked"
    assert machine.run({}).output["code"] == 1
    assert invoke(client)["code"] == 1


def test_error_of_the_code(account, client):
    arn = create(client, "f", "def handler(event, context):\n    raise KeyError('no')\n")
    assert task(account, arn).run({}).error == "KeyError"
    answer = client.invoke(FunctionName="f")
    assert (answer["FunctionError"], json.loads(answer["Payload"].read())["errorType"]) == ("Unhandled", "KeyError")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (NODE, "its runtime is nodejs22.x, and only Python runs here"),
        ({"Code": {"ZipFile": b"no zip"}}, "its code is not read: it cannot be unzipped: File is not a zip file"),
    ],
)
def test_code_that_cannot_run(account, client, given, reason):
    arn = create(client, "f", **given)
    with pytest.raises(MockError) as raised:
        task(account, arn).run({})
    recover(account)
    fixture = "sfn_aws" if isinstance(account, SfnAws) else "sfn_mock"
    assert f"the code of function 'f' cannot run here: {reason}\n" in str(raised.value)
    assert f"  function  {arn}, created through Lambda's API\n" in str(raised.value)
    assert f'  fix       mock it: {fixture}.lambda_function("f").returns(...)\n' in str(raised.value)
    account.lambda_function("f").returns("mocked")
    assert task(account, arn).run({}).output == "mocked"


def test_a_message_reaches_a_function(account, client):
    s3, sns = (boto3.client(service, region_name="us-east-1") for service in ("s3", "sns"))
    s3.create_bucket(Bucket="seen")
    put = "boto3.client('s3').put_object(Bucket='seen', Key='message', Body=event['Records'][0]['Sns']['Message'])"
    arn = create(client, "f", f"import boto3\n\n\ndef handler(event, context):\n    {put}\n")
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
    if isinstance(account, SfnAws):
        sns.publish(TopicArn=topic, Message="tea")
        assert s3.get_object(Bucket="seen", Key="message")["Body"].read() == b"tea"


def test_one_region_does_not_have_the_functions_of_another(account, client):
    arn = create(boto3.client("lambda", region_name="eu-west-1"), "f")
    assert task(account, arn).run({}).output["code"] == 1
    with pytest.raises(MockError):
        task(account, arn.replace("eu-west-1", "us-east-1")).run({})
    recover(account)


def test_nothing_stays_on_the_disk():
    before = set(glob.glob(f"{tempfile.gettempdir()}/pytest-sfn-*"))  # noqa: PTH207 - of paths as texts
    with SfnAws() as account:
        arn = create(account.client("lambda"), "f")
        assert task(account, arn).run({}).succeeded
        folders = account_of(account).registry.handlers._folders._made
        mine = {folder.name for folder in folders}
        assert mine
    assert not mine & set(glob.glob(f"{tempfile.gettempdir()}/pytest-sfn-*")) - before  # noqa: PTH207


def test_moto_that_answers_simply_goes_on_to_do_so():
    with mock_aws(config={"lambda": {"use_docker": False}}), SfnMock():
        client = boto3.client("lambda", region_name="us-east-1")
        create(client, "f")
        assert client.invoke(FunctionName="f")["Payload"].read() == b"Simple Lambda happy path OK"


def test_functions_begin_anew_with_each_fault():
    """The services are put back, and so are functions that one case has deleted."""
    with SfnAws() as account:
        client = account.client("lambda")
        machine = task(account, create(client, "f"), Retry=[{"ErrorEquals": ["States.ALL"]}])
        cases = machine.faults({}, errors=["Lambda.TooManyRequestsException", "States.TaskFailed"])
        calls = []
        for case in cases:
            execution = case.run()
            calls += [execution.output["calls"]] if execution.succeeded else []
            client.delete_function(FunctionName="f")
        assert calls
        assert {*calls} == {1}


def test_the_role_of_the_helper_is_made_once():
    with SfnAws():
        assert role() == role()


def test_mock_of_a_function_answers_clients_beside_the_tests_own_moto():
    with SfnMock() as sfn_mock:
        client = boto3.client("lambda", region_name="us-east-1")
        sfn_mock.lambda_function("charge").returns({"paid": True})
        with mock_aws():
            assert json.loads(client.invoke(FunctionName="charge")["Payload"].read()) == {"paid": True}
            with pytest.raises(client.exceptions.ResourceNotFoundException):
                client.invoke(FunctionName="refund")
            assert client.list_functions()["Functions"] == []
        with pytest.raises(NotServedError):
            client.invoke(FunctionName="charge")
        recover(sfn_mock)


def test_lambda_at_an_endpoint_of_the_clients_own_is_left_to_what_listens_there():
    with mock_aws(), SfnMock():
        client = boto3.client("lambda", region_name="us-east-1", endpoint_url="http://localhost:1")
        with pytest.raises(EndpointConnectionError):
            client.list_functions()


@pytest.mark.parametrize(
    ("created", "called", "hint"),
    [
        ("charge", "chrage", "did you mean 'charge', which was created through Lambda's API?"),
        ("f", "f", "'f' was created through Lambda's API in us-east-1"),
    ],
    ids=["misspelt", "another region"],
)
def test_the_error_names_the_created_function_that_was_meant(account, client, created, called, hint):
    create(client, created)
    with pytest.raises(MockError, match=f" {hint[:-1]}"):
        task(account, f"arn:aws:lambda:eu-west-1:123456789012:function:{called}").run()
    recover(account)


def test_the_account_of_localstack_is_ours(account, client):
    create(client, "f")
    assert task(account, "arn:aws:lambda:us-east-1:000000000000:function:f").run({}).output["calls"] == 1
    with pytest.raises(MockError, match="no mock answers this task"):
        task(account, "arn:aws:lambda:us-east-1:111111111111:function:f").run({})
    recover(account)
