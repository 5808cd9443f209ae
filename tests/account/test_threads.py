"""Threads of the code under test: calls are taken one after the other, and a stub may wait for a thread that calls us."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep

import pytest

from pytest_sfn import SfnAws, SfnMock
from pytest_sfn.engine.scheduler import TURN
from pytest_sfn.mocks.condition import Condition
from tests.helpers import arn, machine, task
from tests.well_formed import problems

THREADS, CALLS = 8, 20
RETRY = [{"ErrorEquals": ["FlakyError"], "MaxAttempts": 9, "IntervalSeconds": 1}]
JOB = machine(
    A=task("f", TimeoutSeconds=30, Retry=RETRY, Next="B"),
    B={"Type": "Wait", "Seconds": 10, "Next": "C"},
    C=task("g", TimeoutSeconds=1),
)


class FlakyError(Exception):
    pass


@pytest.fixture(autouse=True)
def eager():
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.fixture
def account():
    with SfnAws() as account:
        yield account


def in_threads(function):
    """What the function gives for each number of a thread."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(function, range(THREADS)))


def flaky():
    calls = Counter()

    def stub(event):
        key = json.dumps(event)
        calls[key] += 1
        if calls[key] == 1:
            raise FlakyError
        return event

    return stub


def prepared(account):
    account.lambda_function("f").calls(flaky())
    account.lambda_function("g").calls(lambda event: event)
    return account.load(JOB)


def poll(client, started):
    while True:
        described = client.describe_execution(executionArn=started["executionArn"])
        if described["status"] != "RUNNING":
            return described["status"], json.loads(described.get("output", "null"))


def check(account, count):
    assert len(account.executions) == count
    for execution in account.executions:
        assert problems(execution.history) == []
        assert execution.path == ["A", "B", "C"]
        assert execution.state("A").retries == 1


def jobs(client, arn, thread):
    """Code under test."""
    for call in range(CALLS):
        started = client.start_execution(stateMachineArn=arn, input=json.dumps([thread, call]))
        assert poll(client, started) == ("SUCCEEDED", [thread, call])


def test_clients_of_boto3_in_many_threads(account):
    job, client = prepared(account), account.client("stepfunctions")
    in_threads(lambda thread: jobs(client, job.arn, thread))
    check(account, THREADS * CALLS)
    assert account.lambda_function("f").call_count == 2 * THREADS * CALLS


def test_machines_and_mocks_in_many_threads():
    account = SfnMock()
    job = prepared(account)

    def work(thread):
        own = account.load(machine(A={"Type": "Pass"}), name=f"m{thread}")
        for call in range(CALLS):
            assert account.lambda_function(f"h{call}") is account.lambda_function(f"h{call}")
            assert own.run({}).succeeded
            started = job.start([thread, call])
            account.advance(1)
            assert started.run().output == [thread, call]

    in_threads(work)
    check_jobs = [each for each in account.executions if each.machine is job]
    assert len(check_jobs) == THREADS * CALLS
    assert [problems(each.history) for each in check_jobs] == [[]] * len(check_jobs)


def test_one_mock_in_many_threads(monkeypatch):
    """The same conditions give the same mock, and no answer is lost."""

    def label(condition):  # when a narrower mock was not found and is being made
        sleep(0)  # lets other threads go on
        return f"item={condition.item}"

    monkeypatch.setattr(Condition, "__str__", label)
    account = SfnMock()
    mock = account.lambda_function("f")
    script = mock.returns(0, times=1)
    together = Barrier(THREADS)

    def register(_number):
        together.wait()
        for item in range(CALLS):
            mock.when(item=item).return_value = item
            script.returns(item, times=1)

    in_threads(register)
    assert len(mock._narrower) == CALLS
    assert script._total == 1 + THREADS * CALLS
    each = {"Type": "Map", "ItemProcessor": machine(F=task("f")), "MaxConcurrency": 1}
    assert account.load(machine(M=each)).run([7] * CALLS).output == list(range(CALLS))


def test_moto_in_many_threads(account):
    client = account.client("dynamodb")
    client.create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

    def count(thread):
        for _ in range(CALLS):
            client.update_item(
                TableName="t",
                Key={"id": {"S": "x"}},
                UpdateExpression="ADD n :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )

    in_threads(count)
    item = client.get_item(TableName="t", Key={"id": {"S": "x"}})["Item"]
    assert item["n"] == {"N": str(THREADS * CALLS)}


@pytest.mark.parametrize("way", ["to_thread", "run_in_executor"])
def test_asyncio(account, way):
    job, client = prepared(account), account.client("stepfunctions")

    async def work(thread):
        if way == "to_thread":
            await asyncio.to_thread(jobs, client, job.arn, thread)
        else:
            await asyncio.get_running_loop().run_in_executor(None, jobs, client, job.arn, thread)

    async def main():
        await asyncio.gather(*map(work, range(THREADS)))

    asyncio.run(main())
    check(account, THREADS * CALLS)


# -- a stub waits for other threads ------------------------------------------------------------------------------------


def test_a_stub_waits_for_threads_that_it_starts(account):
    job, client = prepared(account), account.client("stepfunctions")
    account.lambda_function("all").calls(lambda event: in_threads(lambda thread: jobs(client, job.arn, thread)) and "done")
    outer = account.load(machine(All=task("all")), name="outer")
    assert outer.run().output == "done"
    assert problems(outer.run().history) == []
    inner = [each for each in account.executions if each.machine is job]
    assert {each.status for each in inner} == {"SUCCEEDED"}
    assert [problems(each.history) for each in inner] == [[]] * len(inner)


def test_a_stub_waits_for_a_thread_that_was_there_before(monkeypatch):
    monkeypatch.setattr(TURN, "patience", 0.01)
    account = SfnMock()
    job = prepared(account)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()
        account.lambda_function("all").calls(lambda event: pool.submit(lambda: job.run(["x"]).output).result())
        assert account.load(machine(All=task("all")), name="outer").run().output == ["x"]
    assert TURN._lent == []


def test_stubs_of_all_threads_wait_for_each_other(monkeypatch):
    monkeypatch.setattr(TURN, "patience", 0.01)
    account, barrier = SfnMock(), threading.Barrier(THREADS)
    account.lambda_function("f").calls(lambda event: barrier.wait(60) and None)
    job = account.load(machine(A=task("f", Next="B"), B={"Type": "Wait", "Seconds": 10}))
    executions = in_threads(lambda thread: job.run())
    assert [each.status for each in executions] == ["SUCCEEDED"] * THREADS
    assert [problems(each.history) for each in executions] == [[]] * THREADS


def test_no_thread_moves_the_clock_while_a_stub_takes_its_time():
    account = SfnMock()
    begun, release = threading.Event(), threading.Event()

    def slow(event):
        begun.set()
        assert release.wait(60)
        return "in time"

    account.lambda_function("slow").calls(slow)
    timed = account.load(machine(A=task("slow", TimeoutSeconds=5)), name="timed")
    waits = account.load(machine(A={"Type": "Wait", "Seconds": 100}), name="waits")
    with ThreadPoolExecutor(2) as pool, pytest.MonkeyPatch.context() as patch:
        patch.setattr(TURN, "patience", 60)
        first = pool.submit(timed.run)
        assert begun.wait(60)
        second = pool.submit(waits.run)
        release.set()
        assert first.result().output == "in time"
        assert second.result().succeeded


def test_run_until_stops_although_another_thread_runs_meanwhile():
    account = SfnMock()
    job = prepared(account)

    def other(event):
        thread = threading.Thread(target=job.run, args=([1],))
        thread.start()
        thread.join()

    account.lambda_function("h").calls(other)
    wait = {"Type": "Wait", "Seconds": 1, "Next": "A"}
    execution = account.load(machine(W=wait, A=task("h", Next="B"), B={"Type": "Pass"}), name="outer").start()
    assert execution.run_until("B").path == ["W", "A", "B"]
    assert execution.status == "RUNNING"


# -- handlers ----------------------------------------------------------------------------------------------------------

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Outer: {Type: AWS::Serverless::Function, Properties: {CodeUri: outer, Handler: app.handler, Runtime: python3.12}}
  Inner: {Type: AWS::Serverless::Function, Properties: {CodeUri: inner, Handler: app.handler, Runtime: python3.12,
    Environment: {Variables: {NAME: inner}}}}
"""
OUTER = """
import json, os
from concurrent.futures import ThreadPoolExecutor
import boto3

client = boto3.client("lambda")

def call(number):
    return json.loads(client.invoke(FunctionName="Inner", Payload=json.dumps(number))["Payload"].read())

def handler(event, context):
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(call, range(12)))
    return [found, os.environ["AWS_LAMBDA_FUNCTION_NAME"], "NAME" in os.environ]
"""
INNER = """
import os

def handler(event, context):
    return [event, os.environ["NAME"]]
"""


def test_a_handler_calls_another_from_its_threads(account, tmp_path):
    for name, text in {"outer": OUTER, "inner": INNER}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "app.py").write_text(text)
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    account.use_handlers(tmp_path / "template.yaml")
    execution = account.load(machine(A={"Type": "Task", "Resource": arn("Outer")})).run()
    assert execution.output == [[[number, "inner"] for number in range(12)], "Outer", False]
