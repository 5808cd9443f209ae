"""Mocks as the text of calls."""

import itertools
import warnings

import pytest

from pytest_sfn import SfnMock, load
from pytest_sfn.coverage.chains import Chains, called, of_s3
from tests.helpers import machine, task


def mocks(**states):
    names = list(states)
    for name, following in itertools.pairwise(names):
        states[name] = {**states[name], "Next": following}
        states[name].pop("End", None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        chains = Chains(load(machine(**states)))
    return [str(chains.mock(each)) for each in chains.tasks.values()]


def test_a_mock_is_as_short_as_it_is_clear():
    activity = {"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:paint"}
    service = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": "q", "MessageBody": "b"},
    }

    assert mocks(One=task("f"), Two=task("g"), Again=task("g"), Paint=activity, Send=service) == [
        'sfn_mock.lambda_function("f")',
        'sfn_mock.state("Two")',
        'sfn_mock.state("Again")',
        'sfn_mock.activity("paint")',
        'sfn_mock.state("Send")',
    ]


@pytest.mark.parametrize(
    ("name", "mock"),
    [
        ("arn:aws:lambda:eu-west-1:${Account}:function:${Name}", 'sfn_mock.lambda_function("Name")'),
        ("shop-${Stage}-charge", 'sfn_mock.state("One")'),
    ],
)
def test_a_name_that_is_not_known_here(name, mock):
    invoke = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke"}
    invoke["Parameters"] = {"FunctionName": name}

    assert mocks(One=invoke) == [mock]


def test_what_a_chain_says_is_done():
    loaded = load(machine(One=task("f")))
    chains = Chains(loaded)
    one = chains.tasks["One"]
    with SfnMock() as sfn_mock:
        mock = called(sfn_mock, chains.answered(chains.mock(one), one, {"a": 1}))
        assert sfn_mock.load(loaded).run().output == {"a": 1}
    assert mock.called


def test_rows_for_a_map():
    reader = {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
    }
    reader["Parameters"] = {"Bucket": "b", "Key": "k"}
    processor = {**machine(Item=task()), "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    state = load(machine(Each={"Type": "Map", "ItemReader": reader, "ItemProcessor": processor})).states["Each"]

    assert of_s3(state, "arn:aws:states:::s3:getObject", {"a": "x", "b": "x"}, 2) == {"Body": "a,b\nx,x\nx,x\n"}
