"""`--sfn-target=teststate`: each attempt of each state that a test ran is put to TestState, and both answers are compared.

The same question is sent once in a run of pytest, and of one state only so many in one test: AWS answers one call a second.
"""

from __future__ import annotations

import re
from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.expressions.values import dumps, json_equal, loads
from pytest_sfn.links import see
from pytest_sfn.services.api_error import ApiError
from pytest_sfn.targets.questions import Question, Questions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_sfn.account.account import Account
    from pytest_sfn.account.machine import Machine
    from pytest_sfn.engine.run import Run, TaskRequest
    from pytest_sfn.targets.client import Client

__all__ = ["Comparison", "TestState"]

Params = dict[str, Any]
COMPARED: Final = (
    "status",
    "nextState",
    "output",
    "error",
    "cause",
    "variables",
    "retryIndex",
    "retryBackoffIntervalSeconds",
    "catchIndex",
)
MOST_SHOWN: Final = 10
LONGEST_SHOWN: Final = 300
PLACE: Final = re.compile(r"An error occurred while executing the state '.*?' \(entered at the event id #\d+\)\. ")
PLACEHOLDER: Final = re.compile(r"\$\{(\w+)\}")


class Comparison:
    """What came of the comparison of one test's executions.

    Attributes:
        equal: how many answers are the same here and there.
        left_out: how many visits of states were not compared, by reason.
        differences: a text for each question that is answered differently.
    """

    def __init__(self) -> None:
        self.equal = 0
        self.left_out: Counter[str] = Counter()
        self.differences: list[str] = []

    def text(self, url: str) -> str:
        """The message for a test with differences."""
        shown = self.differences[:MOST_SHOWN]
        more = len(self.differences) - len(shown)
        lines = [
            *shown,
            *([f"and {more:,} more"] if more else []),
            f"  asked      {url}",
            f"  see        {see('targets#teststate')}",
        ]
        return "\n".join(lines)


class TestState:
    """Puts the questions of traces to TestState.

    Args:
        client: that of the run.
        visits: the most questions about one state in one test; 0 for all.
        role_arn: of the role with which AWS runs states that have no mock; None for none.
    """

    __test__ = False  # no class of tests

    def __init__(self, client: Client, visits: int, role_arn: str | None) -> None:
        self._client = client
        self._visits = visits
        self._role = {} if role_arn is None else {"roleArn": role_arn}
        self._answers: dict[bytes, Params] = {}

    def compare(self, account: Account, runs: Iterable[Run]) -> Comparison:
        """Compare what these executions of an account found with what TestState says.

        Raises:
            PytestSfnError: no answer came.
        """
        found = Comparison()
        asked: Counter[tuple[str, str]] = Counter()
        waiting = [*reversed([*runs])]
        while waiting:
            run = waiting.pop()
            machine = account.machine_of(run)
            questions = Questions(run, machine.state_machine.definition, lambda request: mode_of(account, request))
            found.left_out += questions.left_out
            waiting += reversed(questions.below)
            definition = _definition(machine)
            for question in questions.found:
                state = machine.arn, question.rule.name
                if self._visits and asked[state] >= self._visits:
                    found.left_out["visits"] += 1
                    continue
                asked[state] += 1
                self._compare(machine, definition, question, found)
        return found

    def _compare(self, machine: Machine, definition: str, question: Question, found: Comparison) -> None:
        lines = list(_differences(question.expected, self._ask(definition, question)))
        if not lines:
            found.equal += 1
            return
        name = question.rule.name
        place = machine.state_machine.locate(question.rule.model.pointer) or machine.name
        sent = [f"  {key:<9}  {_shown(_sent(value))}" for key, value in question.members.items()]
        found.differences.append("\n".join([f"{place}: state {name!r}: TestState answers differently", *sent, *lines]))

    def _ask(self, definition: str, question: Question) -> Params:
        """TestState's answer; that of the same question before, if there was one."""
        members = {"definition": definition, "stateName": question.rule.name, **self._role, **question.members}
        key = sha256(dumps(members).encode("utf-8", "surrogatepass")).digest()
        answer = self._answers.get(key)
        if answer is None:
            try:
                answer = self._client.call("test_state", inspectionLevel="DEBUG", **members)
            except ApiError as refusal:
                answer = {"status": f"refused, {refusal}"}
            self._answers[key] = answer = _flat(answer)
        return answer


def mode_of(account: Account, request: TaskRequest) -> str:
    """How TestState checks a task's answer: a mock's as the test does, one that a service gave not at all."""
    registry = account.registry
    if request.resource.kind != "service" or not registry.knows(request):
        return "NONE"
    return registry.validate.upper()


def _definition(machine: Machine) -> str:
    """The definition as text; a Resource that is a placeholder becomes a function's ARN, or AWS would refuse it all."""
    identity = machine._identity
    function = f"arn:aws:lambda:{identity.region}:{identity.account_id}:function:"
    return dumps(_filled(machine.state_machine.definition, function))


def _filled(value: Any, function: str) -> Any:
    if isinstance(value, list):
        return [_filled(each, function) for each in value]
    if not isinstance(value, dict):
        return value
    found = {name: _filled(each, function) for name, each in value.items()}
    resource = found.get("Resource")
    if found.get("Type") == "Task" and isinstance(resource, str) and (named := PLACEHOLDER.fullmatch(resource)):
        found["Resource"] = function + named[1]
    return found


def _flat(answer: Params) -> Params:
    """The members that are compared, as values."""
    inspected = answer.get("inspectionData", {})
    found = {**answer, **inspected.get("errorDetails", {})}
    if "output" in answer:
        found["output"] = loads(answer["output"])
    found["variables"] = loads(inspected.get("variables", "{}"))
    return {name: found[name] for name in COMPARED if name in found}


def _differences(expected: Params, answer: Params) -> Iterator[str]:
    """A line for each member with different values."""
    for name in COMPARED:
        ours, theirs = expected.get(name), answer.get(name)
        if name == "status" and ours != theirs:
            yield f"  {name:<9}  {ours} here, {theirs} there"
            if str(theirs).startswith("refused"):
                return
        elif (name in expected or name in ("error", "nextState")) and not _equal(ours, theirs):
            yield f"  {name:<9}  {_shown(ours)} here, {_shown(theirs)} there"


def _equal(ours: Any, theirs: Any) -> bool:
    """Whether values are equal but for AWS's words about where in an execution an error was, which TestState has not."""
    if json_equal(ours, theirs) or (ours in (None, "") and theirs in (None, "")):  # a cause may be no text or none
        return True
    return PLACE.sub("", dumps(ours)) == PLACE.sub("", dumps(theirs))


def _sent(value: Any) -> Any:
    return value if isinstance(value, str) else dumps(value)


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else dumps(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."
