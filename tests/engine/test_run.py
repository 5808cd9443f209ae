"""One execution as the loop knows it: names, chance, ends."""

from __future__ import annotations

import pytest

from pytest_sfn import InternalError, SfnMock
from pytest_sfn.engine.run import Run
from pytest_sfn.engine.states import PassRule
from pytest_sfn.errors import ExecutionError
from tests.helpers import events, machine, run, task

PASS = machine(A={"Type": "Pass"})


def engine(account: SfnMock | None = None) -> Run:
    return run(PASS, account=account)._run


def test_uuids_repeat_with_the_seed_and_differ_by_purpose() -> None:
    first, again, other = engine(), engine(), engine(SfnMock(seed=1))
    assert first.uuid("token") == again.uuid("token") != other.uuid("token")
    assert len({first.uuid("token"), first.uuid("token"), first.uuid("request")}) == 3
    assert first.uuid("token")[14] == "4"  # version 4


def test_what_one_purpose_draws_moves_no_other() -> None:
    first, again = engine(), engine()
    first.random("uuid").random()
    assert first.random("jitter").random() == again.random("jitter").random()


def test_noted_draw_can_be_drawn_again() -> None:
    execution = engine()
    drawn = execution.draw(execution.main, "intrinsic").random()
    assert execution.drawn("intrinsic", 1).random() == drawn


def test_express_arn_has_one_more_part() -> None:
    account = SfnMock()
    assert account.load(PASS, name="M").run(name="n").arn.endswith(":execution:M:n")
    arn = account.load(PASS, name="M", type="EXPRESS").run(name="n").arn
    assert ":express:M:n:" in arn


def test_token_nobody_waits_with() -> None:
    with pytest.raises(ExecutionError, match="no task has the token 'x'; 0 tokens were handed out"):
        SfnMock().send_task_success("x", None)


def test_timeout_of_the_machine_is_nothing_a_catcher_sees() -> None:
    wait = {"Type": "Wait", "Seconds": 60}
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "B"}]
    parallel = {"Type": "Parallel", "Branches": [machine(W=wait)], "Catch": catch}
    execution = run({**machine(A=parallel, B={"Type": "Pass"}), "TimeoutSeconds": 10})
    assert (execution.status, execution.error, execution.elapsed.total_seconds()) == ("TIMED_OUT", None, 10)
    assert events(execution)[-1] == "ExecutionTimedOut"


def test_bug_of_ours_asks_for_a_report(monkeypatch: pytest.MonkeyPatch) -> None:
    def work(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(PassRule, "work", work)
    machine_ = SfnMock().load({**PASS, "Comment": "a bug"}, name="M")
    with pytest.raises(InternalError) as caught:
        machine_.run()
    assert str(caught.value) == (
        "M: state 'A': KeyError: 'x'\n"
        "  This is a bug in pytest-sfn, not in your workflow. Please report it with the definition and this text.\n"
        "  last events  ExecutionStarted, PassStateEntered"
    )


def test_test_error_breaks_the_account_until_somebody_has_seen_it() -> None:
    account = SfnMock()
    loaded = account.load(machine(A=task()))
    with pytest.raises(Exception, match="no mock answers"):
        loaded.run()
    account.lambda_function("f").returns(1)
    with pytest.raises(Exception, match="no mock answers"):
        loaded.run()
    account.recover()
    assert account.executions[0].status == "ABORTED"
    assert loaded.run().output == 1
