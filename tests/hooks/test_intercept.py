"""`--sfn-intercept` and ini `sfn_intercept`, from outside: suites that know nothing of pytest-sfn."""

from __future__ import annotations

import os
from textwrap import dedent

import pytest

import pytest_sfn.account.interception  # noqa: F401 - here, as moto is, or each run in this process would load them anew

COMMON = """
import json
import time

import boto3

ROLE = "arn:aws:iam::123456789012:role/states"
GREET = json.dumps({"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "Result": "hello", "End": True}}})
NAP = json.dumps({"StartAt": "Nap", "States": {"Nap": {"Type": "Wait", "Seconds": 3600, "End": True}}})
CHARGE = json.dumps({"StartAt": "Charge", "States": {"Charge": {
    "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "End": True,
}}})
client = boto3.client("stepfunctions", endpoint_url="http://localhost:8083")


def create(name, definition=NAP, client=client):
    return client.create_state_machine(name=name, definition=definition, roleArn=ROLE)["stateMachineArn"]


def start(arn, client=client, **more):
    return client.start_execution(stateMachineArn=arn, **more)["executionArn"]


def poll(arn, client=client):
    while (described := client.describe_execution(executionArn=arn))["status"] == "RUNNING":
        time.sleep(0)
    return described


def names(client=client):
    return [each["name"] for each in client.list_state_machines()["stateMachines"]]
"""


@pytest.fixture
def project(pytester, monkeypatch):
    """A folder with helpers; `project(test, *arguments)` runs pytest there, without any settings of AWS."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    pytester.makepyfile(common=COMMON)

    def run(test, *arguments, **files):
        pytester.makepyfile(test_it=f"from common import *\n{dedent(test)}", **files)
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:randomly", "-W", "error", *arguments)

    return run


def test_a_suite_without_any_fixture_of_ours(project):
    result = project(
        """
        def test_polling():
            described = poll(start(create("Nap")))
            assert (described["status"], described["output"]) == ("SUCCEEDED", "{}")

        def test_region_of_the_client_and_each_test_begins_with_nothing():
            ireland = boto3.client("stepfunctions", region_name="eu-west-1")
            assert names() == names(ireland) == []
            arn = create("Greet", GREET, ireland)
            assert arn.startswith("arn:aws:states:eu-west-1:123456789012:")
            assert (names(), names(ireland)) == ([], ["Greet"])

        def test_sync():
            arn = client.create_state_machine(name="Fast", definition=GREET, roleArn=ROLE, type="EXPRESS")["stateMachineArn"]
            assert client.start_sync_execution(stateMachineArn=arn)["output"] == '"hello"'

        def test_refusal():
            import pytest

            with pytest.raises(client.exceptions.StateMachineDoesNotExist, match="State Machine Does Not Exist: 'arn"):
                start("arn:aws:states:us-east-1:123456789012:stateMachine:None")
        """,
        "--sfn-intercept",
    )
    result.assert_outcomes(passed=4)


def test_ini(project, pytester):
    pytester.makeini("[pytest]\nsfn_intercept = true\nsfn_region = eu-west-3\n")
    result = project("def test_it():\n    assert ':eu-west-3:' in create('A')")
    result.assert_outcomes(passed=1)


def test_settings_hold_for_conftest_files(project, pytester):
    pytester.makeini("[pytest]\nsfn_parameter_check = warning\n")
    pytester.makeconftest(
        """
        from common import *

        SEND = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {"No": 1}, "End": True}
        DRAW = {"Type": "Pass", "Parameters": {"id.$": "States.UUID()"}, "End": True}
        create("Unknown", json.dumps({"StartAt": "A", "States": {"A": SEND}}))
        RAN = start(create("Random", json.dumps({"StartAt": "A", "States": {"A": DRAW}})))
        """
    )
    ids = set()
    for seed in "122":
        test = "def test_it():\n    from conftest import RAN\n    print('\\nid', poll(RAN)['output'])"
        result = project(test, "--sfn-intercept", "-s", f"--sfn-seed={seed}")
        result.assert_outcomes(passed=1)
        ids.update(line for line in result.outlines if line.startswith("id"))
    assert len(ids) == 2


def test_without_it_nobody_answers(project, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "mine")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    result = project(
        """
        import pytest
        from botocore.exceptions import EndpointConnectionError

        def test_it():
            with pytest.raises(EndpointConnectionError):
                boto3.client("stepfunctions", endpoint_url="http://localhost:9").list_state_machines()
        """
    )
    result.assert_outcomes(passed=1)


FIXTURES = """
from common import *
import pytest

MADE = create("Conftest", GREET)


@pytest.fixture(scope="session", autouse=True)
def of_the_session():
    arn = create("Session")
    yield arn
    client.delete_state_machine(stateMachineArn=arn)


@pytest.fixture(scope="module")
def of_the_module():
    return create("Module")


@pytest.fixture
def of_the_test():
    return create("Test")
"""


def test_machines_of_wider_scopes_are_there_for_each_test(project):
    result = project(
        """
        import pytest

        AT_IMPORT = create("AtImport")

        @pytest.mark.parametrize("number", [1, 2])
        def test_it(number, of_the_session, of_the_module, of_the_test):
            assert names() == ["AtImport", "Conftest", "Module", "Session", "Test"]
            assert poll(start(of_the_session, name="same"))["status"] == "SUCCEEDED"
            client.update_state_machine(stateMachineArn=of_the_module, definition=GREET)
            assert poll(start(of_the_module))["output"] == '"hello"'
            client.delete_state_machine(stateMachineArn=of_the_session)

        def test_other():
            assert names() == ["AtImport", "Conftest", "Module", "Session"]
            assert client.list_executions(stateMachineArn=AT_IMPORT)["executions"] == []
        """,
        "--sfn-intercept",
        conftest=FIXTURES,
    )
    result.assert_outcomes(passed=3)


def test_what_a_wider_scope_deletes_at_its_end_is_gone(project):
    result = project(
        """
        import pytest

        @pytest.fixture(scope="class")
        def of_the_class():
            arn = create("Class")
            yield arn
            client.delete_state_machine(stateMachineArn=arn)

        @pytest.fixture(scope="class")
        def above(of_the_class):
            yield create("Above")
            assert names() == ["Above", "Class"]
            client.delete_state_machine(stateMachineArn=of_the_class.replace("Class", "Above"))

        class TestOrders:
            def test_first(self, above):
                create("Own")

            def test_last(self, of_the_class):
                assert names() == ["Above", "Class"]

        @pytest.fixture(scope="class")
        def broken():
            create("Broken")
            raise ZeroDivisionError

        class TestBroken:
            def test_it(self, broken):
                pass

        def test_after():
            create("Own")
            assert names() == ["Broken", "Own"]

        def test_afterwards():
            assert names() == ["Broken"]
        """,
        "--sfn-intercept",
    )
    result.assert_outcomes(passed=4, errors=1)


def test_unittest(project):
    result = project(
        """
        from unittest import TestCase

        class TestOrders(TestCase):
            @classmethod
            def setUpClass(cls):
                cls.machine = create("Class")
                cls.execution = start(cls.machine)

            def setUp(self):
                self.own = create("Own")

            def test_execution_of_the_class(self):
                self.assertEqual(client.describe_execution(executionArn=self.execution)["status"], "RUNNING")
                self.assertEqual(poll(self.execution)["status"], "SUCCEEDED")
                self.assertEqual(names(), ["Class", "Own"])

            def test_own_execution(self):
                self.assertEqual(client.list_executions(stateMachineArn=self.machine)["executions"], [])
                self.assertEqual(poll(start(self.machine))["status"], "SUCCEEDED")

            @classmethod
            def tearDownClass(cls):
                assert client.describe_execution(executionArn=cls.execution)["status"] == "SUCCEEDED"
                client.delete_state_machine(stateMachineArn=cls.machine)
        """,
        "--sfn-intercept",
    )
    result.assert_outcomes(passed=2)


def test_mock_aws_in_each_of_its_forms(project):
    result = project(
        """
        from unittest import TestCase
        from moto import mock_aws

        TABLE = dict(
            TableName="orders",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        PUT = json.dumps({"StartAt": "Put", "States": {"Put": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:dynamodb:putItem",
            "Parameters": {"TableName": "orders", "Item": {"id": {"S.$": "$.id"}}},
            "End": True,
        }}})

        def put():
            stepfunctions = boto3.client("stepfunctions", region_name="us-west-2")
            assert names(stepfunctions) == []
            role = boto3.client("iam").create_role(RoleName="states", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
            dynamodb = boto3.client("dynamodb", region_name="us-west-2")
            dynamodb.create_table(**TABLE)
            arn = stepfunctions.create_state_machine(name="Put", definition=PUT, roleArn=role)["stateMachineArn"]
            assert arn.split(":")[4] == role.split(":")[4]
            assert poll(start(arn, stepfunctions, input='{"id": "1"}'), stepfunctions)["status"] == "SUCCEEDED"
            assert dynamodb.scan(TableName="orders")["Items"] == [{"id": {"S": "1"}}]

        @mock_aws
        def test_decorated():
            put()

        def test_context():
            with mock_aws():
                put()

        @mock_aws
        class TestDecorated:
            def test_it(self):
                put()

            def test_again(self):
                put()

        @mock_aws
        class TestCases(TestCase):
            def setUp(self):
                put()

            def test_it(self):
                self.assertEqual(names(boto3.client("stepfunctions", region_name="us-west-2")), ["Put"])
        """,
        "--sfn-intercept",
        "-W",
        "default",
    )
    result.assert_outcomes(passed=5)


def test_functions_that_a_suite_creates_in_moto(project):
    """In a fixture of a module, and in a test, whose changes are moto's."""
    result = project(
        """
        import io
        import zipfile
        import pytest
        from moto import mock_aws

        CODE = "import os\\ndef handler(event, context):\\n    return [event, os.environ['STAGE']]"

        def zipped():
            content = io.BytesIO()
            with zipfile.ZipFile(content, "w") as archive:
                archive.writestr("app.py", CODE)
            return content.getvalue()

        @pytest.fixture(scope="module", autouse=True)
        def function():
            with mock_aws():
                role = boto3.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
                functions = boto3.client("lambda", region_name="us-east-1")
                made = functions.create_function(
                    FunctionName="charge", Runtime="python3.12", Handler="app.handler", Role=role,
                    Code={"ZipFile": zipped()}, Environment={"Variables": {"STAGE": "test"}},
                )
                yield functions

        @pytest.fixture(scope="module")
        def machine(function):
            return create("Charge", CHARGE)

        @pytest.mark.parametrize("number", ["1", "2"])
        def test_task(machine, number):
            assert poll(start(machine, input=number))["output"] == f'[{number},"test"]'

        def test_client_of_the_module(function):
            assert json.loads(function.invoke(FunctionName="charge", Payload=b"3")["Payload"].read()) == [3, "test"]

        def test_deleted(function, machine):
            function.delete_function(FunctionName="charge")
            described = poll(start(machine))
            assert (described["status"], described["error"]) == ("FAILED", "Lambda.ResourceNotFoundException")
        """,
        "--sfn-intercept",
        "-W",
        "default",
    )
    result.assert_outcomes(passed=4)


def test_fixtures_of_ours_are_the_account_of_the_test(project):
    result = project(
        """
        import pytest

        @pytest.fixture(autouse=True)
        def before():
            create("Before")

        @pytest.mark.sfn(seed=7)
        def test_mocks_answer(sfn_mock, of_the_module, of_the_session):
            sfn_mock.lambda_function("charge").returns({"paid": True})
            assert names() == ["Before", "Conftest", "Module", "Session"]
            assert poll(start(create("Charge", CHARGE)))["output"] == '{"paid":true}'
            assert [each.status for each in sfn_mock.executions] == ["SUCCEEDED"]

        def test_services(sfn_aws):
            assert names() == ["Before", "Conftest", "Module", "Session"]
            assert sfn_aws.client("s3").list_buckets()["Buckets"] == []
            assert {each.name for each in sfn_aws.machines} == {"Before", "Conftest", "Module", "Session"}

        def test_later(request):
            sfn_aws = request.getfixturevalue("sfn_aws")
            create("Later")
            assert "Later" in {each.name for each in sfn_aws.machines}

        def test_own_account():
            from pytest_sfn import SfnMock

            with SfnMock():
                assert names() == []
            assert names() == ["Before", "Conftest", "Module", "Session"]
        """,
        "--sfn-intercept",
        conftest=FIXTURES,
    )
    result.assert_outcomes(passed=4)


def test_a_task_without_a_mock_fails_the_test_also_if_it_is_swallowed(project):
    result = project(
        """
        def test_raises():
            poll(start(create("Charge", CHARGE)))

        def test_swallows():
            try:
                poll(start(create("Charge", CHARGE)))
            except Exception:
                pass

        def test_is_not_touched_by_those_before():
            assert names() == []
        """,
        "--sfn-intercept",
    )
    result.assert_outcomes(passed=2, failed=1, errors=1)
    result.stdout.fnmatch_lines(["*MockError: no mock answers*", "*sfn_mock.lambda_function(*charge*"])
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_swallows*", "*The test went on after this, because*"])


def test_the_report_of_a_failed_test_has_its_executions(project):
    result = project("def test_it():\n    poll(start(create('Nap')))\n    assert False", "--sfn-intercept")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*execution*", "Nap: SUCCEEDED after 1 h of virtual time", "*+00:00:00  Nap*"])


def test_a_suite_for_localstack_which_does_not_run(project):
    """Its clients have an endpoint at which nothing listens: moto answers them, with one memory for the whole run."""
    result = project(
        """
        import io
        import zipfile
        import pytest

        HERE = {"endpoint_url": "http://localhost:1", "region_name": "us-east-1"}
        functions, s3, sqs = (boto3.client(service, **HERE) for service in ("lambda", "s3", "sqs"))
        ROLE = "arn:aws:iam::000000000000:role/nobody-has-made-it"
        CODE = '''
        import boto3

        def handler(event, context):
            sqs = boto3.client("sqs", endpoint_url="http://localhost:1", region_name="us-east-1")
            sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName="orders")["QueueUrl"], MessageBody=str(event))
            return event * 2
        '''

        def zipped():
            content = io.BytesIO()
            with zipfile.ZipFile(content, "w") as archive:
                archive.writestr("app.py", CODE)
            return content.getvalue()

        @pytest.fixture(scope="module", autouse=True)
        def queue():
            return sqs.create_queue(QueueName="orders")["QueueUrl"]

        @pytest.fixture(scope="module", autouse=True)
        def charge():
            s3.create_bucket(Bucket="code")
            s3.put_object(Bucket="code", Key="charge.zip", Body=zipped())
            made = {"FunctionName": "charge", "Runtime": "python3.12", "Handler": "app.handler", "Role": ROLE}
            functions.create_function(**made, Code={"S3Bucket": "code", "S3Key": "charge.zip"})
            functions.get_waiter("function_active_v2").wait(FunctionName="charge")

        @pytest.mark.parametrize("account", ["123456789012", "000000000000"])
        def test_function(account, queue):
            machine = create("Charge", CHARGE.replace("123456789012", account))
            assert poll(start(machine, input="21"))["output"] == "42"
            assert sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"][-1]["Body"] == "21"
            assert functions.invoke(FunctionName="charge", Payload=b"2")["Payload"].read() == b"4"

        def test_tasks_reach_the_same_services(queue):
            parameters = {"QueueUrl": queue, "MessageBody": "task"}
            send = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": parameters, "End": True}
            poll(start(create("Send", json.dumps({"StartAt": "Send", "States": {"Send": send}}))))
            bodies = [each["Body"] for each in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]]
            assert "task" in bodies
        """,
        "--sfn-intercept",
        "-W",
        "default",
    )
    result.assert_outcomes(passed=3)


def test_the_mock_of_an_operation(project):
    result = project(
        """
        def test_clients_and_tasks_of_the_suite(sfn_mock):
            queues = sfn_mock.service("sqs").on("ListQueues")
            queues.returns({"QueueUrls": ["https://q"]})
            assert boto3.client("sqs").list_queues()["QueueUrls"] == ["https://q"]
            task = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sqs:listQueues", "Parameters": {}, "End": True}
            machine = create("List", json.dumps({"StartAt": "List", "States": {"List": task}}))
            assert json.loads(poll(start(machine))["output"]) == {"QueueUrls": ["https://q"]}
            assert queues.call_count == 2

        def test_the_next_one_has_none():
            boto3.client("sqs").list_queues()
        """,
        "--sfn-intercept",
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*NotServedError: sqs.ListQueues: the test's own code called AWS*"])


def test_other_services_are_refused(project):
    result = project("def test_it():\n    boto3.client('sqs').list_queues()", "--sfn-intercept")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*NotServedError: sqs.ListQueues: the test's own code called AWS*"])


def test_workers_of_xdist(project):
    result = project(
        """
        import pytest

        @pytest.mark.parametrize("number", range(4))
        def test_it(number, of_the_module):
            assert names() == ["Conftest", "Module", "Session"]
            assert poll(start(of_the_module))["status"] == "SUCCEEDED"
        """,
        "--sfn-intercept",
        "-n2",
        conftest=FIXTURES,
    )
    result.assert_outcomes(passed=4)


TIMES = """
from datetime import UTC, datetime, timedelta

import pytest

BEGAN = datetime.now(UTC) - timedelta(minutes=1)


@pytest.fixture(scope="module")
def of_the_module():
    return client.describe_state_machine(stateMachineArn=create("Module"))["creationDate"]


def created():
    return client.describe_state_machine(stateMachineArn=create("Test"))["creationDate"]
"""


def test_the_account_of_a_suite_that_does_not_know_us_begins_now(project):
    result = project(
        TIMES
        + """
def test_now(of_the_module):
    assert BEGAN < of_the_module <= created()

def test_a_wait_until_a_time_of_the_suites_own():
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    wait = json.dumps({"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "TimestampPath": "$", "End": True}}})
    described = poll(start(create("Wait", wait), input=json.dumps(until)))
    assert described["status"] == "SUCCEEDED"
    assert timedelta(minutes=59) < described["stopDate"] - described["startDate"] <= timedelta(hours=1, milliseconds=1)

def test_of_ours(sfn_mock):
    assert created().isoformat() == sfn_mock.now.isoformat() == "2024-01-01T00:00:00+00:00"

@pytest.mark.sfn(start_time="2025-05-05T00:00:00Z")
def test_that_says_when():
    assert created() == datetime(2025, 5, 5, tzinfo=UTC)

def test_sleeping_passes_time_between_two_calls():
    arn = create("A")
    time.sleep(0.002)
    client.update_state_machine(stateMachineArn=arn, definition=GREET)
    (first, second) = (created(), created())
    assert first == second > client.describe_state_machine(stateMachineArn=arn)["creationDate"]
""",
        "--sfn-intercept",
    )
    result.assert_outcomes(passed=5)


def test_the_ini_file_says_when_accounts_begin(project, pytester):
    pytester.makeini("[pytest]\nsfn_intercept = true\nsfn_start_time = 2025-05-05T00:00:00Z")
    result = project(
        TIMES
        + """
def test_it(of_the_module):
    assert of_the_module == created() == datetime(2025, 5, 5, tzinfo=UTC)
"""
    )
    result.assert_outcomes(passed=1)


def test_nothing_is_left_after_the_run(pytester, monkeypatch):
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_ACCESS_KEY_ID"):
        monkeypatch.delenv(name, raising=False)
    pytester.makepyfile(
        common=COMMON,
        test_it="from common import *\ndef test_it():\n    create('A')",
        runs="""
        import http.client, os, socket, sys, time
        import boto3, moto, pytest
        from botocore.httpsession import URLLib3Session
        from botocore.signers import RequestSigner
        from moto.core.botocore_stubber import BotocoreStubber

        def state():
            places = URLLib3Session.send, BotocoreStubber.__call__, RequestSigner.get_auth_instance, socket.getaddrinfo
            return (*places, time.sleep), http.client.HTTPConnection.putheader, [*sys.meta_path], {
                name: value for name, value in os.environ.items() if name.startswith("AWS_")
            }

        before = state()
        for arguments in (["--sfn-intercept"], ["--sfn-intercept", "-k", "none"], ["--sfn-intercept", "--sfn-seed=x"]):
            pytest.main(["-q", "-p", "no:cacheprovider", *arguments])
            print("left", [was is now or was == now for was, now in zip(before, state())])
        """,
    )
    result = pytester.runpython("runs.py")
    assert result.outlines.count("left [True, True, True, True]") == 3
    assert "1 passed" in result.stdout.str()
