"""One state alone, as the TestState API runs it: one attempt, by the engine's own rules, with an answer given beforehand.

A Task, Parallel or Map gets a rule that differs in three points: a Retrier that takes an error ends the run instead of waiting,
earlier retries can be counted, and branches or iterations do not run, since their result is given. All else (fields,
expressions, Catchers, limits) is the rule's that executions have, and the trace is read as theirs is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.dataclass import dataclass
from pytest_sfn.engine.bodies import BodyRule, MapRule, ParallelRule
from pytest_sfn.engine.distributed.item_reader import Dataset, Part, Reading
from pytest_sfn.engine.distributed.rule import EXCEEDED, THRESHOLD_EXCEEDED, DistributedBody, DistributedMapRule
from pytest_sfn.engine.program import compile_program
from pytest_sfn.engine.retry import backoff
from pytest_sfn.engine.run import Attempts, Body, Program, Run, Strand
from pytest_sfn.engine.states import StateRule, TaskRule
from pytest_sfn.errors import StateError
from pytest_sfn.expressions.values import UNDEFINED, loads, measure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_sfn.asl.model import StateMachineModel
    from pytest_sfn.engine.quotas import Quotas
    from pytest_sfn.engine.run import MachineIdentity, TaskRequest, TaskRunner, World
    from pytest_sfn.engine.scheduler import Step
    from pytest_sfn.engine.stages import Sized
    from pytest_sfn.errors import Location

__all__ = ["Answering", "Given", "OneStateRun", "compile_one_state"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a test of one state gives beside the input and the variables.

    Attributes:
        result: what the task, the branches or the iterations bring; UNDEFINED where nothing is mocked or an error is.
        error: the error name and cause with which they fail, or None.
        context: the whole Context Object; None for one as an execution has it.
        name: what the Context Object calls the state.
        item: the Context Object's `Map.Item`, or None.
        role_arn: as the Context Object has it.
        retries: how often the state's Retriers have retried already.
        failures: how many iterations of a Map have failed; None where that is not said.
        items: the text of what an ItemReader reads, or None.
    """

    result: Any = UNDEFINED
    error: tuple[str, str | None] | None = None
    context: dict[str, Any] | None = None
    name: str
    item: dict[str, Any] | None = None
    role_arn: str | None = None
    retries: int = 0
    failures: int | None = None
    items: str | None = None

    @property
    def mocked(self) -> bool:
        """Whether something answers in place of a service, branches or iterations."""
        return self.result is not UNDEFINED or self.error is not None

    def answer(self) -> Sized:
        """The mocked result.

        Raises:
            StateError: the mocked error.
        """
        if self.error is not None:
            name, cause = self.error
            raise StateError(name, cause, catchable=name != "States.Runtime", located=False)
        return self.result, *measure(self.result)


class OneStateRun(Run):
    """The run of one state; an Express execution of a machine of its own, as AWS shows it [recorded].

    Attributes:
        given: what the test gives.
        bound: whether the state is that of a machine of the account, of which coverage counts it.
    """

    __slots__ = ("bound", "given")
    texts: dict[int, tuple[Any, str]]

    def __init__(self, world: World, program: Program, machine: MachineIdentity, quotas: Quotas, given: Given) -> None:
        super().__init__(world, program, machine, quotas, None, synchronous=True, texts={})
        self.given = given
        self.bound = False

    def observed(self) -> bool:
        return self.bound

    @property
    def arn(self) -> str:
        machine = self.machine
        return f"arn:aws:states:{machine.region}:{machine.account_id}:express:{machine.name}:{self.name}"

    def context(
        self,
        name: str,
        entered: int,
        retry_count: int | None,
        token: str | None,
        item: dict[str, Any] | None,
        redrives: int | None = None,
    ) -> dict[str, Any]:
        given = self.given
        item = item or given.item
        if given.context is not None:  # which cannot have `Map`: it is added as in a call without a context [?]
            return given.context if item is None else {**given.context, "Map": {"Item": item}}
        return super().context(given.name, entered, retry_count, token, item)

    def words_of_place(self, strand: Strand) -> str:
        return ""  # [measured]

    def execution_context(self, redrives: int | None = None) -> dict[str, Any]:
        found = super().execution_context()
        found["Execution"]["RoleArn"] = self.given.role_arn
        return found


class Answering:
    """A task runner in front of another: it answers the task of one run with what is given."""

    __slots__ = ("behind", "run")

    def __init__(self, run: OneStateRun, behind: TaskRunner) -> None:
        self.run = run
        self.behind = behind

    def check(self, request: TaskRequest) -> None:
        self.behind.check(request)

    def start(self, request: TaskRequest) -> None:
        if request.run is not self.run:
            self.behind.start(request)
            return
        given = self.run.given
        if given.error is not None:
            request.fail(*given.error)
        else:
            request.succeed(*given.answer())


def compile_one_state(model: StateMachineModel, locate: Callable[[str], Location | None], name: str) -> Program:
    """The program of one state of a machine, at any depth."""
    state: Any = model.all_states[name]
    rules = {**_RULES, "Map": OneDistributedMap} if getattr(state, "mode", "") == "DISTRIBUTED" else _RULES
    return compile_program(model, locate, start_at=name, stop_after=name, alone=rules)


def given_of(strand: Strand) -> Given:
    assert isinstance(strand.run, OneStateRun)
    return strand.run.given


def begin_visit(strand: Strand, retriers: int) -> None:
    """Set the visit of the state, with the retries that it has had."""
    strand.attempts = attempts = Attempts()
    attempts.retry_count = given_of(strand).retries
    attempts.retried = dict.fromkeys(range(retriers), attempts.retry_count)


class _Once(StateRule):
    """What the rules of this module share."""

    def retry(self, strand: Strand, error: StateError, index: int) -> None:
        """Note that the Retrier would retry, and for how long it would wait; nobody does."""
        attempts, run = strand.attempts, strand.run
        assert attempts is not None
        delay = backoff(self.retriers[index], attempts.times_retried(index), run.chance)
        run.note("retry", strand, (self, index, delay), error)
        strand.wake += 1
        run.live = False


class OneTask(_Once, TaskRule):
    """A Task: its request is answered by `Answering`, or as in an execution."""

    def work(self, strand: Strand) -> None:
        begin_visit(strand, len(self.retriers))
        self.again(strand)


class _OnceAround(_Once, BodyRule):
    """A Parallel or Map, of which nothing inside runs."""

    def work(self, strand: Strand) -> Step | None:
        begin_visit(strand, len(self.retriers))
        return self.again(strand)

    def finish(self, strand: Strand, body: Body, fields: Mapping[str, Any]) -> Step:
        """Leave a Parallel or Map with what is given.

        Args:
            fields: what the state's own fields came to, for the inspection.
        """
        assert strand.attempts is not None
        strand.attempts.body = body
        body.over = True
        given = given_of(strand)
        strand.run.note("mocked", strand, fields, given.result)
        if given.failures is not None and given.error is None and self._too_many(given.failures, fields):
            raise StateError(EXCEEDED, THRESHOLD_EXCEEDED, catchable=True, located=False)
        result = given.answer()
        succeeded = strand.run.record(self.joined_event, strand.last, strand, self)
        return self.leave_joined(strand, body, succeeded, strand.last, result)

    @staticmethod
    def _too_many(failures: int, fields: Mapping[str, Any]) -> bool:
        """Whether so many failed iterations are more than a threshold says; without one none are too many [recorded]."""
        count, percentage = fields.get("toleratedFailureCount"), fields.get("toleratedFailurePercentage")
        if count is None and percentage is None:
            return False
        return failures > MapRule.allowed(fields["items"], count, percentage)


class OneParallel(_OnceAround, ParallelRule):
    """A Parallel: its branches do not run."""

    def again(self, strand: Strand) -> Step | None:
        self.stages.arguments(strand, self.stages.input(strand))
        strand.last = strand.run.record("ParallelStateStarted", strand.last, strand, self)
        return self.finish(strand, Body(strand, self, 0), {})


def evaluated(rule: MapRule, strand: Strand, data: Sized, length: int) -> dict[str, Any]:
    """The numbers of a Map, under the names of the inspection, and how many items it has."""
    wanted = rule.model.max_concurrency
    fields: dict[str, Any] = {"items": length}
    fields["maxConcurrency"] = 0 if wanted is None else rule.integer(strand, data[0], wanted)
    count, percentage = rule.thresholds(strand, data)
    if count is not None:
        fields["toleratedFailureCount"] = count
    if percentage is not None:
        fields["toleratedFailurePercentage"] = percentage
    return fields


class OneMap(_OnceAround, MapRule):
    """An inline Map: its iterations do not run."""

    def again(self, strand: Strand) -> Step | None:
        self.refuse_fields()
        data = self.stages.input(strand)
        items, *bounds = self.items(strand, data)
        body = Body(strand, self, len(items))
        body.items, body.item_bounds, body.data = items, bounds, data
        fields = evaluated(self, strand, data, len(items))
        strand.last = strand.run.record("MapStateStarted", strand.last, strand, self, len(items))
        selector = self.model.item_selector
        if selector is not None:
            children = (Strand(strand.run, body, index, self, item, 0, 0) for index, item in enumerate(items))
            fields["afterItemSelector"] = [self.stages.template(child, data, selector)[0] for child in children]
        return self.finish(strand, body, fields)


class OneDistributedMap(_OnceAround, DistributedMapRule):
    """A distributed Map: no Map Run begins, and what its ItemReader would read is given."""

    def again(self, strand: Strand) -> Step | None:
        data = self.stages.input(strand)
        reader, text = self.model.item_reader, given_of(strand).items
        if reader is None:
            dataset = Dataset([Part("STATE_DATA", self.state_items(strand, data))])
        elif text is None:
            dataset = Dataset([])
        else:
            reading = ReadingGiven(strand, reader, self.sent(strand, data, reader.parameters))
            reading.text = text
            if reader.max_items is not None:
                reading.limit = self.integer(strand, data[0], reader.max_items)
            dataset = reading.read()
        length = dataset.count()
        fields = evaluated(self, strand, data, length)
        strand.last = strand.run.record("MapStateStarted", strand.last, strand, self, length)
        batching = self.batching(strand, data)
        body = DistributedBody(strand, self)
        body.data = data
        if reader is not None and "ItemsPointer" in reader.reader_config:
            fields["afterItemsPointer"] = [entry.value for entry in dataset]
        values = list(self.selected(body, dataset))
        if self.model.item_selector is not None:
            fields["afterItemSelector"] = values
        if batching is not None:
            fields["afterItemBatcher"] = [batch for batch, _ in batching.batches(iter(values))]
        return self.finish(strand, body, fields)


class ReadingGiven(Reading):
    """An ItemReader that reads a given text instead of S3."""

    __slots__ = ("text",)
    text: str

    def _body(self, parameters: dict[str, Any]) -> str | bytes:
        return self.text

    def _list(self, parameters: dict[str, Any]) -> list[Part]:
        return [Part(f"S3://{parameters.get('Bucket')}", loads(self.text))]


_RULES: Final[Mapping[str, type[StateRule]]] = {"Task": OneTask, "Parallel": OneParallel, "Map": OneMap}
