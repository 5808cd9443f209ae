"""The loop alone, with targets that note when they were advanced."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pytest_sfn.engine import scheduler as module
from pytest_sfn.engine.scheduler import PRIORITY_ANSWER, PRIORITY_END, PRIORITY_TIMEOUT, Scheduler, Turn
from pytest_sfn.errors import ExecutionError, StateError, UnplacedError


class Target:
    def __init__(self, scheduler: Scheduler, name: str, seen: list[Any]) -> None:
        self.scheduler, self.name, self.seen = scheduler, name, seen
        self.step: Any = None
        self.wake = 0

    def note(self, _: Any) -> None:
        self.seen.append((self.name, self.scheduler.now))

    def failed(self, error: StateError) -> Any:
        self.seen.append(error.error)

    def broke(self, error: BaseException) -> BaseException:
        self.seen.append("broke")
        return error

    def endless(self) -> Exception | None:
        return RuntimeError(f"{self.name} goes round")


@pytest.fixture
def loop() -> tuple[Scheduler, list[Any], Target, Target]:
    scheduler = Scheduler()
    seen: list[Any] = []
    return scheduler, seen, Target(scheduler, "a", seen), Target(scheduler, "b", seen)


def test_ties_go_by_priority_then_by_order(loop: Any) -> None:
    scheduler, seen, a, b = loop
    for target, time, priority in (
        (a, 5, PRIORITY_END),
        (b, 5, PRIORITY_TIMEOUT),
        (b, 5, PRIORITY_ANSWER),
        (a, 5, PRIORITY_ANSWER),
        (a, 3, PRIORITY_END),
    ):
        scheduler.call_at(time, priority, target, target.note)
    while scheduler.pump_next():
        pass
    assert seen == [("a", 3), ("b", 5), ("a", 5), ("b", 5), ("a", 5)]


def test_stale_timer_neither_fires_nor_moves_the_clock(loop: Any) -> None:
    scheduler, seen, a, b = loop
    scheduler.call_at(5, PRIORITY_ANSWER, a, a.note)
    scheduler.call_at(7, PRIORITY_ANSWER, b, b.note)
    a.wake += 1
    assert scheduler.next_time() == 7
    scheduler.pump_until(6)
    assert (scheduler.now, seen) == (6, [])
    scheduler.pump_until(7)  # the end point included
    assert seen == [("b", 7)]
    assert not scheduler.pump_next()


def test_stale_timers_can_be_dropped(loop: Any) -> None:
    scheduler, seen, a, b = loop
    for time in (9, 7, 8, 5):
        scheduler.call_at(time, PRIORITY_ANSWER, b, b.note)
        scheduler.call_at(time, PRIORITY_ANSWER, a, a.note)
    a.wake += 1
    scheduler.drop_stale()
    assert len(scheduler.timers) == 4
    scheduler.pump_until(10)
    assert seen == [("b", 5), ("b", 7), ("b", 8), ("b", 9)]


def test_instant_is_first_in_first_out(loop: Any) -> None:
    scheduler, seen, a, b = loop
    scheduler.post(a, lambda target: scheduler.post(a, target.note))
    scheduler.post(b, b.note)
    scheduler.call_at(0, PRIORITY_ANSWER, b, b.note)
    scheduler.call_at(1, PRIORITY_ANSWER, b, b.note)
    scheduler.pump_instant()
    assert seen == [("b", 0), ("a", 0), ("b", 0)]


def test_errors_go_to_the_target(loop: Any) -> None:
    scheduler, seen, a, b = loop

    def fail(_: Any) -> None:
        raise StateError("E")

    def crash(_: Any) -> None:
        raise ZeroDivisionError

    scheduler.post(a, fail)
    scheduler.post(b, crash)
    with pytest.raises(ZeroDivisionError):
        scheduler.pump_instant()
    assert seen == ["E", "broke"]


@pytest.mark.parametrize("watched", [False, True])
def test_target_may_end_with_an_error(loop: Any, watched: bool) -> None:
    scheduler, seen, a, b = loop
    if watched:
        scheduler.pause = lambda: False

    def crash(_: Any) -> None:
        raise ZeroDivisionError

    a.broke = lambda error: seen.append(type(error))
    scheduler.post(a, crash)
    scheduler.post(b, b.note)
    scheduler.pump_instant()
    assert seen == [ZeroDivisionError, ("b", 0)]


def test_pause_is_asked_after_each_step(loop: Any) -> None:
    scheduler, seen, a, _ = loop
    scheduler.pause = lambda: len(seen) == 1

    def first(target: Target) -> Any:
        target.note(None)
        return target.note

    scheduler.post(a, first)
    scheduler.pump_instant()
    assert seen == [("a", 0)]
    scheduler.pause = None
    scheduler.pump_instant()
    assert seen == [("a", 0), ("a", 0)]


@pytest.mark.parametrize("watched", [False, True])
def test_steps_without_time_have_an_end(loop: Any, watched: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    scheduler, seen, a, _ = loop
    monkeypatch.setattr(module, "STEPS_WITHOUT_TIME", 10)
    scheduler.pause = (lambda: False) if watched else None

    def round_and_round(_: Any) -> Any:
        return round_and_round

    scheduler.post(a, round_and_round)
    with pytest.raises(RuntimeError, match="a goes round"):
        scheduler.pump_instant()
    assert seen == ["broke"]


def test_time_ends(loop: Any) -> None:
    _, seen, *_ = loop
    scheduler = Scheduler(end=10)
    target = Target(scheduler, "a", seen)
    scheduler.call_at(10, PRIORITY_ANSWER, target, target.note)
    scheduler.call_at(11, PRIORITY_ANSWER, target, target.note)
    scheduler.pump_until(10)
    assert seen == [("a", 10)]
    with pytest.raises(UnplacedError, match="comes after the year 9999"):
        scheduler.pump_next()
    assert seen == [("a", 10), "broke"]
    with pytest.raises(ExecutionError, match="virtual time ends with the year 9999"):
        scheduler.pump_until(11)


@pytest.mark.parametrize("watched", [False, True])
def test_the_caller_is_that_of_the_innermost_run_of_the_loop(loop: Any, watched: bool) -> None:
    scheduler, seen, a, b = loop
    scheduler.pause = (lambda: False) if watched else None

    def inner(target: Any) -> None:
        scheduler.caller = target
        seen.append(scheduler.nested)

    def outer(target: Any) -> None:
        scheduler.caller = target
        scheduler.post(b, inner)
        scheduler.pump_instant()
        seen.append((scheduler.nested, scheduler.caller is target))

    scheduler.post(a, outer)
    scheduler.pump_instant()
    assert seen == [2, (1, True)]
    assert (scheduler.nested, scheduler.caller) == (0, None)


# -- the turn ----------------------------------------------------------------------------------------------------------


def in_a_thread(function: Any) -> Any:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function).result()


def takes(turn: Turn, seen: list[Any], name: str) -> None:
    with turn:
        seen.append(name)


def test_a_turn_may_be_taken_again_by_its_thread() -> None:
    turn, seen = Turn(), []
    with turn, turn:
        takes(turn, seen, "inner")
        with turn.lent:
            takes(turn, seen, "of the stub")
    takes(turn, seen, "outer")
    assert seen == ["inner", "of the stub", "outer"]
    in_a_thread(lambda: takes(turn, seen, "other"))
    assert seen[-1] == "other"


def test_a_stub_may_wait_for_another_thread_whose_call_is_over_before_the_stubs_goes_on() -> None:
    turn, seen = Turn(patience=0.001), []
    with turn, turn.lent:
        in_a_thread(lambda: takes(turn, seen, "other"))
        seen.append("stub")
    assert seen == ["other", "stub"]


def test_a_thread_that_need_not_wait_does_not_interrupt_a_stub() -> None:
    turn, seen, about = Turn(patience=60), [], threading.Event()

    def other() -> None:
        about.set()
        takes(turn, seen, "other")

    thread = threading.Thread(target=other)
    with turn:
        with turn.lent:
            thread.start()
            assert about.wait(60)
            seen.append("stub")
        seen.append("its call")
    thread.join()
    assert seen == ["stub", "its call", "other"]


def test_a_stub_whose_inner_call_never_ends_goes_on_after_the_limit() -> None:
    turn, inside, end = Turn(patience=0.001, limit=0.001), threading.Event(), threading.Event()

    def inner() -> None:
        with turn, turn.lent:
            inside.set()
            assert end.wait(60)

    thread = threading.Thread(target=inner)
    with turn:
        with turn.lent:
            thread.start()
            assert inside.wait(60)
        end.set()
    thread.join()
    assert turn._lent == []


def test_code_that_no_call_runs_lends_nothing() -> None:
    turn, seen = Turn(patience=0.001), []
    with turn.lent:
        takes(turn, seen, "own")
        in_a_thread(lambda: takes(turn, seen, "other"))
    assert (seen, turn._lent) == (["own", "other"], [])
