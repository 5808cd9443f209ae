"""The fixture `sfn_aws`, from outside."""

import pytest

TASK = """
    TABLE = dict(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    PUT = {"StartAt": "Put", "States": {"Put": {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:putItem",
        "Parameters": {"TableName": "orders", "Item": {"id": {"S.$": "$.id"}}},
        "End": True,
    }}}
"""


def test_each_test_has_services_of_its_own(run):
    result = run(
        TASK
        + """
    import pytest

    @pytest.mark.parametrize("number", [1, 2])
    def test_it(sfn_aws, number):
        dynamodb = sfn_aws.client("dynamodb")
        dynamodb.create_table(**TABLE)
        sfn_aws.load(PUT).run({"id": "42"})
        assert dynamodb.scan(TableName="orders")["Count"] == 1

    def test_without():
        import os
        assert os.environ.get("AWS_ACCESS_KEY_ID") != "testing"
    """
    )
    result.assert_outcomes(passed=3)


def test_both_fixtures_are_one_account(run):
    result = run(
        """
        def test_it(sfn_mock, sfn_aws):
            assert sfn_mock is sfn_aws

        def test_other_way_round(sfn_aws, sfn_mock):
            assert sfn_mock is sfn_aws
        """
    )
    result.assert_outcomes(passed=2)


def test_services_cannot_come_after_the_account(run):
    result = run(
        """
        def test_it(sfn_mock, request):
            request.getfixturevalue("sfn_aws")
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*sfn_aws was requested after sfn_mock: make it an argument of the test or fixture*"])


def test_settings_hold_for_it(run):
    result = run(
        """
        import pytest
        from pytest_sfn.account.sfn_mock import account_of

        @pytest.mark.sfn(region="eu-west-1", account_id="111122223333", seed=7)
        def test_it(sfn_aws):
            assert sfn_aws.region == "eu-west-1"
            assert sfn_aws.client("sts").get_caller_identity()["Account"] == "111122223333"
            assert account_of(sfn_aws).world.seed == 7
        """
    )
    result.assert_outcomes(passed=1)


def test_reports_and_the_check_at_the_end_are_those_of_sfn_mock(run):
    result = run(
        TASK
        + """
    def test_fails(sfn_aws):
        assert sfn_aws.load(PUT).run({"id": "42"}).succeeded

    def test_has_a_mock_that_nothing_calls(sfn_aws):
        sfn_aws.load(PUT)
        sfn_aws.state("put").returns({})
    """
    )
    result.assert_outcomes(passed=1, failed=1, errors=1)
    result.stdout.fnmatch_lines(["*DynamoDB.ResourceNotFoundException: Requested resource not found*"])
    result.stdout.fnmatch_lines(["*state:put was never called: no machine has this state; did you mean 'Put'?*"])


def test_a_function_that_only_boto3_calls_needs_no_state(run):
    """Its mock is no mistake, whether or not this test comes to the call."""
    result = run(
        TASK
        + """
    import json
    import boto3
    import pytest

    @pytest.mark.parametrize("audited", [True, False])
    def test_it(sfn_aws, audited):
        sfn_aws.state("Put").returns({})
        sfn_aws.lambda_function("audit").returns("ok")
        sfn_aws.load(PUT).run({"id": "42"})
        if audited:
            answer = boto3.client("lambda").invoke(FunctionName="audit")
            assert json.load(answer["Payload"]) == "ok"
    """
    )
    result.assert_outcomes(passed=2)


def test_failing_test_leaves_nothing_open(run):
    result = run(
        """
        import os
        import botocore.httpsession

        SEND = botocore.httpsession.URLLib3Session.send

        def test_fails(sfn_aws):
            assert botocore.httpsession.URLLib3Session.send is not SEND
            assert 0

        def test_it():
            assert botocore.httpsession.URLLib3Session.send is SEND
        """
    )
    result.assert_outcomes(passed=1, failed=1)


def test_unmocked_service_task_mentions_the_fixture(run):
    result = run(
        TASK
        + """
    def test_it(sfn_mock):
        sfn_mock.load(PUT).run({"id": "42"})
    """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*or use the fixture sfn_aws, and moto answers: pytest-sfn docs services (https://pytest-sfn.readthedocs.io/en/latest/services.html)*"
        ]
    )


@pytest.mark.parametrize(("fixture", "loaded"), [("sfn_mock", "[]"), ("sfn_aws", "['boto3', 'botocore', 'moto']")])
def test_only_who_asks_for_services_loads_them(run, fixture, loaded):
    result = run(
        f"""
        import sys

        def test_it({fixture}):
            {fixture}.state("Charge").returns({{"paid": True}})
            {fixture}.load("order.asl.json").run({{}})
            print("loaded", [name for name in ("boto3", "botocore", "moto") if name in sys.modules])
        """,
        "-s",
        subprocess=True,
    )
    result.assert_outcomes(passed=1)
    assert f"loaded {loaded}" in result.stdout.str()


def test_client_of_a_module_reaches_the_services(run, pytester):
    pytester.makepyfile(
        shop="""
        import boto3

        sqs = boto3.client("sqs", region_name="us-east-1")

        def handler(event):
            url = sqs.get_queue_url(QueueName="orders")["QueueUrl"]
            return sqs.send_message(QueueUrl=url, MessageBody="hello")["MessageId"]
        """
    )
    result = run(
        """
        import shop

        def test_it(sfn_aws):
            sfn_aws.client("sqs").create_queue(QueueName="orders")
            sfn_aws.lambda_function("charge").calls(shop.handler)
            execution = sfn_aws.load("order.asl.json").run({})
            assert execution.output["payment"]
        """,
        subprocess=True,
    )
    result.assert_outcomes(passed=1)
