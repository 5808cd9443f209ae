"""`--sfn-target`, from outside: options, what a run says, and the examples against our own API on this machine."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pytest_sfn.targets.reasons import NOT_AT_AN_ENDPOINT
from tests.targets.conftest import endpoint
from tests.targets.loopback import Endpoint

__all__ = ["endpoint"]
EXAMPLES = Path(__file__).parents[2] / "examples"
TEST = """
    ORDER = {{"StartAt": "A", "States": {{"A": {{"Type": "Pass", "Result": {result}, "End": True}}}}}}

    def test_order(sfn_mock):
        assert sfn_mock.load(ORDER, name="order").run().output == {result}
    """

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester, endpoint: Endpoint) -> Run:
    """Run pytest in a process of its own, with a target at the endpoint."""

    def run(target: str, *arguments: object) -> pytest.RunResult:
        url = f"--sfn-target-endpoint-url={endpoint.url}"
        return pytester.runpytest_subprocess("-W", "error", "-p", "no:cacheprovider", f"--sfn-target={target}", url, *arguments)

    return run


def lines(result: pytest.RunResult, *beginnings: str) -> list[str]:
    return [line for line in result.outlines if line.startswith(beginnings)]


def test_teststate_says_where_it_asks_and_what_came_of_it(pytester: pytest.Pytester, endpoint: Endpoint, run: Run) -> None:
    pytester.makepyfile(TEST.format(result=1))

    result = run("teststate")

    result.assert_outcomes(passed=1)
    assert lines(result, "sfn target:") == [f"sfn target: teststate at {endpoint.url} (us-east-1)"]
    assert lines(result, "1 answer") == [f"1 answers of TestState equal ours, 0 differ ({endpoint.url})"]
    assert [operation for operation, _ in endpoint.calls] == ["TestState"]


def test_a_difference_fails_the_test(pytester: pytest.Pytester, endpoint: Endpoint, run: Run) -> None:
    endpoint.alter = lambda operation, members, answer: (200, {**answer, "output": "2"})
    pytester.makepyfile(TEST.format(result=1))

    result = run("teststate", "-rf", "-p", "no:logging")

    result.assert_outcomes(failed=1)
    at = result.outlines.index("order: state 'A': TestState answers differently")
    assert result.outlines[at + 1 : at + 5] == [
        "  input      {}",
        "  output     1 here, 2 there",
        f"  asked      {endpoint.url}",
        "  see        pytest-sfn docs targets#teststate (https://pytest-sfn.readthedocs.io/en/latest/targets.html#teststate)",
    ]
    assert f"0 answers of TestState equal ours, 1 differ ({endpoint.url})" in result.outlines


def test_a_failed_test_asks_nothing(pytester: pytest.Pytester, endpoint: Endpoint, run: Run) -> None:
    pytester.makepyfile(TEST.format(result=1) + "    assert False\n    ")

    run("teststate").assert_outcomes(failed=1)

    assert endpoint.calls == []


def test_the_summary_counts_what_workers_compared(pytester: pytest.Pytester, endpoint: Endpoint, run: Run) -> None:
    pytest.importorskip("xdist")
    items = """
        ITEMS = {"StartAt": "M", "States": {"M": {"Type": "Map", "End": True, "ItemProcessor": {
            "StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}}}}

        def test_items(sfn_mock):
            assert sfn_mock.load(ITEMS).run([1, 2, 3, 4]).succeeded
        """
    pytester.makepyfile(test_a=TEST.format(result=1), test_b=items)

    result = run("teststate", "-n2", "--sfn-target-visits=3", "--sfn-target-rate=1000")

    result.assert_outcomes(passed=2)
    assert lines(result, "5 answers", "1 not compared") == [
        f"5 answers of TestState equal ours, 0 differ ({endpoint.url})",
        "1 not compared, visits: as many visits of this state as --sfn-target-visits allows were compared in this test",
    ]


def test_the_target_can_be_in_the_ini_file(pytester: pytest.Pytester, endpoint: Endpoint) -> None:
    pytester.makeini(
        f"[pytest]\nsfn_target = endpoint\nsfn_target_endpoint_url = {endpoint.url}\nsfn_target_region = eu-west-1\n"
    )
    pytester.makepyfile(TEST.format(result=1))

    result = pytester.runpytest_subprocess("-W", "error")

    result.assert_outcomes(passed=1)
    assert lines(result, "sfn target:") == [f"sfn target: endpoint at {endpoint.url} (eu-west-1)"]
    assert endpoint.calls[0][0] == "CreateStateMachine"
    assert pytester.runpytest_subprocess("--sfn-target=embedded").ret == 0


def test_without_the_option_nothing_of_it_is_loaded(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_modules(sfn_mock):
            assert not [name for name in sys.modules if name.startswith(("pytest_sfn.targets", "pytest_sfn.hooks.target"))]
            assert not sys.modules.keys() & {"boto3", "botocore"}
        """
    )

    pytester.runpytest_subprocess("--sfn-target=embedded").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--sfn-target=nowhere"], "--sfn-target: 'nowhere' is none of embedded, teststate, endpoint"),
        (
            ["--sfn-target=endpoint", "--sfn-intercept"],
            "--sfn-intercept answers clients in this process, --sfn-target=endpoint elsewhere: choose one",
        ),
        (["--sfn-target=endpoint", "--sfn-target-mocks=no"], "--sfn-target-mocks: 'no' is neither 'skip' nor 'ignore'"),
        (["--sfn-target=teststate", "--sfn-target-rate=fast"], "--sfn-target-rate: 'fast' is not a number, or is less than 0"),
        (
            ["--sfn-target=endpoint", "-o", "sfn_target_rate=nan"],
            "ini sfn_target_rate: 'nan' is not a number, or is less than 0",
        ),
        (["--sfn-target=endpoint", "-o", "sfn_target_mocks=no"], "ini sfn_target_mocks: 'no' is neither 'skip' nor 'ignore'"),
        (["--sfn-target=endpoint", "--sfn-target-timeout=-1"], "--sfn-target-timeout: '-1' is not a number, or is less than 0"),
    ],
)
def test_a_mistake_in_the_options_ends_the_run(pytester: pytest.Pytester, arguments: list[str], message: str) -> None:
    result = pytester.runpytest_inprocess(*arguments, "--sfn-target-endpoint-url=http://127.0.0.1:9")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert f"ERROR: {message}" in result.errlines


def test_at_aws_teststate_asks_once_a_second(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")

    result = pytester.runpytest_inprocess("--sfn-target=teststate")

    assert lines(result, "sfn target:") == [
        "sfn target: teststate at https://states.eu-west-1.amazonaws.com (eu-west-1, at most 1 call a second)"
    ]


def test_accounts_of_factories_are_at_the_endpoint_too(pytester: pytest.Pytester, endpoint: Endpoint, run: Run) -> None:
    pytester.makepyfile(
        """
        FLOW = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}

        def test_flow(sfn_mock_factory):
            with sfn_mock_factory() as sfn_mock:
                assert sfn_mock.load(FLOW).run(1).output == 1

        def test_services(sfn_aws_factory): ...
        """
    )

    result = run("endpoint", "-rs")

    result.assert_outcomes(passed=1, skipped=1)
    assert skips(result) == {"services"}
    assert "StartExecution" in [operation for operation, _ in endpoint.calls]


# -- the examples ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def served() -> Iterator[str]:
    """The URL of our own server."""
    command = [sys.executable, "-m", "pytest_sfn", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield server.stdout.readline().split()[-1]
        server.terminate()


@pytest.fixture
def examples(pytester: pytest.Pytester) -> None:
    shutil.copytree(EXAMPLES, pytester.path / "examples", ignore=shutil.ignore_patterns("__pycache__"))


def skips(result: pytest.RunResult) -> set[str]:
    """The reasons of skipped tests."""
    shown = lines(result, "SKIPPED")
    assert all("--sfn-target=endpoint: " in line for line in shown)
    return {re.search(r"\(([\w-]+); pytest-sfn docs targets\)", line)[1] for line in shown}  # type: ignore[index]


@pytest.mark.slow
@pytest.mark.usefixtures("examples")
def test_the_examples_agree_with_teststate(pytester: pytest.Pytester, served: str) -> None:
    result = pytester.runpytest_subprocess("--sfn-target=teststate", f"--sfn-target-endpoint-url={served}", "-p", "no:randomly")

    outcomes = result.parseoutcomes()
    assert outcomes.keys() == {"passed"}
    (counted,) = (line for line in lines(result, *"123456789") if " of TestState " in line)
    found = re.match(r"(\d+) answers of TestState equal ours, 0 differ", counted)
    assert found is not None
    assert int(found[1]) > 300


@pytest.mark.slow
@pytest.mark.usefixtures("examples")
def test_each_example_at_an_endpoint_is_skipped_for_a_reason(pytester: pytest.Pytester, served: str) -> None:
    result = pytester.runpytest_subprocess("--sfn-target=endpoint", f"--sfn-target-endpoint-url={served}", "-rs")

    assert result.parseoutcomes().keys() == {"skipped"}
    assert skips(result) == {"faults", "mocks", "services"}


@pytest.mark.usefixtures("examples")
def test_an_example_at_an_endpoint_that_has_the_functions(endpoint: Endpoint, run: Run) -> None:
    answers = {"ProcessPaymentFunction": {"paid": True}, "CheckInventoryFunction": {"inventoryResult": True}}
    for function, answer in {**answers, "InitiateShippingFunction": {"trackingId": "T-1"}}.items():
        endpoint.account.lambda_function(function).returns(answer)

    result = run("endpoint", "--sfn-target-mocks=ignore", "-rs", "examples/order_processing", "-k", "happy_path or all_is_well")

    assert skips(result) <= NOT_AT_AN_ENDPOINT.keys()
    assert [operation for operation, _ in endpoint.calls][:2] == ["CreateStateMachine", "StartExecution"]
    assert endpoint.account.executions[0].output == {"trackingId": "T-1"}


def test_a_whole_machine_without_tasks_runs_at_an_endpoint(pytester: pytest.Pytester, endpoint: Endpoint, run: Run) -> None:
    definition = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "No"}}}
    pytester.makefile(".asl.json", order=json.dumps(definition, indent=2))
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.sfn("order.asl.json")
        def test_fixture(state_machine):
            assert state_machine.run().error == "No"

        def test_report(sfn_mock):
            assert sfn_mock.load("order.asl.json").run().succeeded
        """
    )

    result = run("endpoint")

    result.assert_outcomes(passed=1, failed=1)
    assert lines(result, "  +00:00:00  F") == ["  +00:00:00  F  Fail  No"]
    assert any(re.match(r"order-[0-9a-f]{12}: FAILED", line) for line in result.outlines)
