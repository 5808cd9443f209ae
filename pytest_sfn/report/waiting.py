"""What an execution that is RUNNING waits for: the tasks that are open, in words, and their Task Tokens.

An execution waits where its innermost states do: in branches, in iterations, in the child executions of a Map Run and in
those that a task with `.sync` has started. So the walk goes down to them, and its text names each on the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_sfn.tasks.waiting import waits
from pytest_sfn.trace.visits import Visits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_sfn.engine.run import Run, TaskRequest
    from pytest_sfn.trace.visits import Visit

__all__ = ["choose", "open_requests", "waits_for"]

_LISTED = 5


def waits_for(run: Run, visits: Visits | None = None) -> str:
    """What a RUNNING execution waits for, in words.

    Args:
        visits: the run's, if they have been read already.
    """
    broken = run.world.broken
    if broken is not None:
        what, _, _ = str(broken).partition("\n")
        return f"nothing: a test error has stopped it, {type(broken).__name__}{f': {what}' if what else ''}"
    visits = visits or Visits(run)
    if visits.stalled is not None:
        return visits.stalled
    counts: dict[str, int] = {}
    for visit in _open_visits(visits):
        sentence = _sentence(visit)
        counts[sentence] = counts.get(sentence, 0) + 1
    parts = [sentence if count == 1 else f"{sentence} ({count:,} times)" for sentence, count in counts.items()]
    more = f" and {len(parts) - _LISTED} more" if len(parts) > _LISTED else ""
    return ", ".join(parts[:_LISTED]) + more or "nothing is scheduled"


def open_requests(run: Run, visits: Visits | None = None) -> Iterator[TaskRequest]:
    """The attempts that wait with a Task Token, in the order in which their states were entered."""
    for visit in _open_visits(visits or Visits(run)):
        request = visit._request
        if request is not None and request.open and request.token is not None:
            yield request
        for child in _live_below(visit):
            yield from open_requests(child)


def choose(
    waiting: Sequence[TaskRequest], state: str | None, item: int | tuple[int, ...] | None
) -> tuple[TaskRequest | None, str]:
    """The one of these attempts that is meant, by its state's name and its Map item; or None and why there is no such one."""
    items = item if isinstance(item, tuple) or item is None else (item,)
    found = [
        each for each in waiting if state in (None, each.state.name) and (items is None or each.item[-len(items) :] == items)
    ]
    if len(found) == 1:
        return found[0], ""
    where = "" if item is None else f", item {item!r},"
    if found:
        problem = f"{len(found)} tasks wait for their task tokens; name the state, and its item="
    elif state is None:
        problem = f"no task{where} waits for its task token"
    else:
        problem = f"state {state!r}{where} does not wait for its task token"
    there = [f"{each.state.name!r}{_item(each)}" for each in waiting]
    more = f" and {len(there) - 2 * _LISTED} more" if len(there) > 2 * _LISTED else ""
    return None, f"{problem}\n  waiting  {', '.join(there[: 2 * _LISTED]) or 'none'}{more}"


def _item(request: TaskRequest) -> str:
    item = request.item
    return "" if not item else f" item {item[0] if len(item) == 1 else item}"


def _open_visits(visits: Visits) -> list[Visit]:
    """The innermost visits that have not ended."""
    return [
        visit
        for visit in visits.all
        if visit.exited is None and visit.error is None and not visit._lines and not _stopped(visit)
    ]


def _stopped(visit: Visit) -> bool:
    """Whether its branch or iteration was stopped, since another one failed."""
    return visit._strand.body is not None and visit._strand.body.over


def _live_below(visit: Visit) -> list[Run]:
    """The child executions for which a visit waits."""
    if visit._map_run is not None:
        return [run for run in visit._map_run.runs if run.live]
    request = visit._request
    if request is None or request.resource.pattern not in (".sync", ".sync:2"):
        return []
    return [run for run in visit._child_runs if run.live]


def _sentence(visit: Visit) -> str:
    name = repr(visit.name)
    below = _live_below(visit)
    if visit._map_run is not None:
        told = [waits_for(child) for child in below[:1]]
        return f"state {name} waits for {len(below):,} child execution{'s' * (len(below) != 1)}" + "".join(
            f": {t}" for t in told
        )
    if below:
        return f"state {name} waits for execution {below[0].name!r} of {below[0].machine.name!r}: {waits_for(below[0])}"
    request = visit._request
    if request is not None and visit.attempts and visit.attempts[-1].error is not None:
        return f"task {name} waits for its next attempt"
    if request is not None and request.open and waits(request.resource):
        return f"state {name} waits for {_awaited(request)}"
    if request is not None and request.answered and waits(request.resource):
        return f"task {name} has its answer, and goes on with run() or advance(...)"
    if visit.type == "Task":
        return f"task {name} waits for an answer"
    if visit.type == "Wait":
        return f"state {name} waits for virtual time to pass"
    return f"state {name} has not gone on yet"


def _awaited(request: TaskRequest) -> str:
    resource = request.resource
    if resource.kind == "activity":
        what, parts = "the worker that took it" if request.token else "a worker", [f"activity {resource.name!r}"]
    else:
        waits = resource.pattern == ".waitForTaskToken"
        what, parts = "its task token" if waits else "the end of its job", [f"{resource.service}:{resource.action}"]
    location = request.location()
    return f"{what} ({', '.join([*parts, *([str(location)] if location else [])])})"
