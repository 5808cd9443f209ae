"""The rule of each state type.

A rule is a compiled state: `enter` writes the Entered event, `work` does what the type does, and whatever ends the
state goes through `leave`. Each is a step for the scheduler: it returns the next step, or None when the strand must
wait. Nothing that decides how a state behaves lives elsewhere, save what Parallel and Map do with their children
(bodies.py), which Retrier or Catcher takes an error (retry.py), and how a query language supplies values (stages.py).

https://docs.aws.amazon.com/step-functions/latest/dg/workflow-states.html and the Amazon States Language specification,
https://states-language.net/spec.html; recorded answers win over both.
"""

from __future__ import annotations

import math
import sys
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from pytest_sfn.asl.fields import BOUNDS
from pytest_sfn.asl.model import Constant, PathOperand, TaskState, TemplateOperand
from pytest_sfn.engine.quotas import MOST_BYTES
from pytest_sfn.engine.retry import backoff, choose_catcher, choose_retrier
from pytest_sfn.engine.run import Attempts, OpenTaskRequest, TaskRequest
from pytest_sfn.engine.scheduler import PRIORITY_ANSWER, PRIORITY_TIMEOUT
from pytest_sfn.engine.stages import Sized, invalid_path, make_stages, quoted
from pytest_sfn.errors import ExecutionError, Site, StateError, UnplacedError
from pytest_sfn.expressions.payload_templates import not_found
from pytest_sfn.expressions.timestamps import parse_timestamp
from pytest_sfn.expressions.values import DEPTH_LIMIT, UNDEFINED, dumps, is_number, measure, utf8_size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_sfn.asl.model import Catcher, ChoiceState, FailState, Operand, PassState, Retrier, State, WaitState
    from pytest_sfn.engine.run import Program, Strand
    from pytest_sfn.engine.scheduler import Step
    from pytest_sfn.expressions.payload_templates import PayloadTemplate

__all__ = ["ChoiceStateRule", "FailRule", "PassRule", "StateRule", "SucceedRule", "TaskRule", "WaitRule"]
__all__ += ["locate_error", "parse_number", "too_large"]


def too_large(name: str, *, catchable: bool) -> StateError:
    """AWS's error for a result above the payload quota; a task's can be caught, a state's own output cannot [recorded]."""
    return StateError(
        "States.DataLimitExceeded",
        f"The state/task '{name}' returned a result with a size exceeding the maximum number of bytes service limit.",
        catchable=catchable,
        located=False,
    )


def parse_number(text: str) -> float | None:
    """A number written as text, which AWS takes where a ...Path field must give a number [recorded]; None for other text."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def is_finite(value: object) -> bool:
    """Whether it is a number that arithmetic can go on with: the JSON number 1e400 is not."""
    return is_number(value) and (not isinstance(value, float) or math.isfinite(value))


EVALUATION_FOLLOWS_ENTERED_SINCE: Final = date(2024, 12, 1)
"""Until some day in November 2024 AWS's EvaluationFailed pointed back at the event before the state's Entered [recorded]."""


def operand_error(operand: PathOperand | TemplateOperand, data: Any, cause: str) -> StateError:
    """The error for an operand with a wrong value: of a path `States.Runtime`, of JSONata an error that can be caught."""
    site = operand.site.on(data)
    if isinstance(operand, PathOperand):
        return StateError("States.Runtime", cause, site=site)
    return StateError("States.QueryEvaluationError", cause, catchable=True, evaluation=True, site=site)


class StateRule:
    """What all state types share.

    Attributes:
        next: the step that follows; set by the program when all its states are compiled.
        body_failed_event: `MapStateFailed`, `ParallelStateFailed`, or None.
    """

    body_failed_event: ClassVar[str | None] = None

    def __init__(self, model: State, program: Program) -> None:
        self.model = model
        self.name = model.name
        self.program = program
        self.stages = make_stages(model)
        self.entered_event = f"{model.type}StateEntered"
        self.exited_event = f"{model.type}StateExited"
        self.retriers: tuple[Retrier, ...] = getattr(model, "retry", ())
        self.catchers: tuple[Catcher, ...] = getattr(model, "catch", ())
        self.next: Step = program.end

    def link(self) -> None:
        """Resolve the names of the states that follow."""
        if self.model.next is not None:
            self.next = self.program.target(self, self.model.next)

    def enter(self, strand: Strand) -> Step:
        run = strand.run
        strand.state = self
        strand.before = strand.last
        strand.entered_at = now = run.scheduler.now
        event_id = run.event_id + 1  # `run.record`, in place: every state enters and exits
        if event_id > run.history_limit:
            run.look_at_length(strand, entering=True)
        run.log += (self.entered_event, strand.last, now, strand, self, strand.value)
        run.event_id = strand.last = strand.entered = event_id
        return self.work

    def work(self, strand: Strand) -> Step | None:
        raise NotImplementedError

    def again(self, strand: Strand) -> Step | None:
        """One attempt of a state that can be retried."""
        raise NotImplementedError

    def resume(self, strand: Strand) -> Step | None:
        """Do the state's work anew: its Entered event is there, Retriers count from 0, a Wait to a time in the past is over."""
        return self.work

    def leave(self, strand: Strand, data: Sized, result: Sized | None) -> Step:
        """Output and Assign, both from the same values; the Exited event; the next state."""
        output, variables = self.stages.outcome(strand, data, result)
        return self.exit(strand, output, variables, self.next)

    def exit(self, strand: Strand, output: Sized, variables: Mapping[str, Any] | None, target: Step) -> Step:
        run = strand.run
        value, size, depth = output
        if size > run.payload_limit or depth > DEPTH_LIMIT:
            size, depth = self.check(strand, output)
        if variables is not None:
            self.set_variables(strand, variables)
        event_id = run.event_id + 1  # `run.record`, in place
        if event_id > run.history_limit:
            run.look_at_length(strand)
        rule = (self, variables) if variables else self
        run.log += (self.exited_event, strand.last, run.scheduler.now, strand, rule, value)
        run.event_id = strand.last = event_id
        strand.value = value
        strand.size = size
        strand.depth = depth
        strand.attempts = None
        return target

    def check(self, strand: Strand, output: Sized) -> tuple[int, int]:
        """Closer bounds, of the size and nesting of an output that is large or deep.

        Raises:
            StateError: States.DataLimitExceeded, above the payload quota.
            ExecutionError: above our own limits.
        """
        value, size, depth = output
        quota = strand.run.quotas.payload
        if size > min(quota, MOST_BYTES) or depth > DEPTH_LIMIT:
            size, depth = self.measure(strand, value, "its output")
            if size > quota:
                raise too_large(self.name, catchable=False)
            self.admit(size, "its output")
        if value is not strand.value:
            strand.run.keep(strand, size)
        return size, depth

    def admit(self, size: int, what: str) -> None:
        """Refuse a value that is too large whatever the quotas; `what` begins the sentence."""
        if size > MOST_BYTES:
            raise UnplacedError(
                f"{what} has more than {MOST_BYTES:,} bytes of JSON, which is as much as pytest-sfn allows with any quotas\n"
                f"  fix  see whether a loop makes its data larger and larger; quotas='aws' ends it as on AWS"
            )

    def measure(self, strand: Strand, value: Any, what: str) -> tuple[int, int]:
        """Exact size and nesting.

        Raises:
            ExecutionError: nested deeper than our own limit; `what` begins the sentence.
        """
        size, depth = measure(value)
        if depth > DEPTH_LIMIT:
            place = self.program.locate(self.model.pointer)
            raise ExecutionError(
                f"{place or strand.run.machine.name}: state {self.name!r}: {what} is nested deeper than "
                f"{DEPTH_LIMIT} levels, which is as deep as pytest-sfn goes\n"
                f"  fix  see whether a loop wraps its own input again and again"
            )
        return size, depth

    def set_variables(self, strand: Strand, variables: Mapping[str, Any]) -> None:
        """Assign: sizes checked, then a new scope, since branches and iterations share the old one."""
        quotas = strand.run.quotas
        sizes = {name: self.measure(strand, value, f"variable {name!r}")[0] for name, value in variables.items()}
        for name, size in sizes.items():
            self.admit(size, f"variable {name!r}")
            if size > quotas.variable:
                raise self._refused("Assign", f"The size of variable '{name}' exceeds the maximum of {quotas.variable} bytes.")
        if sum(sizes.values()) > quotas.variable:
            cause = f"The size of the variables assigned exceeds the maximum of {quotas.variable} bytes."
            raise self._refused("Assign", cause)
        scope = {**strand.scope, **variables}
        if len(scope) * quotas.variable > quotas.variables and utf8_size(dumps(scope)) > quotas.variables:
            raise self._refused("Assign", f"The size of all variables exceeds the maximum of {quotas.variables} bytes.")
        strand.scope = scope

    def _refused(self, field: str, cause: str, value: Any = None) -> StateError:
        """`States.Runtime` because of a field of the state as a whole, or of the value that it failed on."""
        return StateError("States.Runtime", cause, site=Site(field, f"{self.model.pointer}/{field}", (), "", value))

    def failed(self, strand: Strand, error: StateError) -> Step | None:
        """An ASL error left a step of the state: Retry, then Catch, then the end of the strand.

        This is the one place where an ASL error is met, and its order is AWS's [recorded]. The words about the place are
        put before the cause first, since Retriers and Catchers see them, and EvaluationFailed is written before anything
        is decided. A retry writes no event; so `MapStateFailed` and `ParallelStateFailed` follow only when no Retrier
        takes the error, and come before the Catcher's Exited. A Catcher's own fields can fail, and every record can fill
        the history: such an error takes the place of the first one and goes past this state's Retriers and Catchers,
        which were tried already. An error that nothing took ends the strand, and is posted to the parent.
        """
        run = strand.run
        if not run.live:
            return None
        if error.state is None:
            error.state = self.name
        try:
            if error.located:
                error = locate_error(strand, error)
            if error.evaluation:
                self._evaluation_failed(strand, error)
            if self.retriers and error.catchable:
                assert strand.attempts is not None
                chosen = choose_retrier(self.retriers, error, strand.attempts)
                if chosen is not None:
                    self.retry(strand, error, chosen)
                    return None
            cause = strand.last
            after = cause if self._body_failed(strand, error) else None
            if error.catchable and self.catchers:
                caught = choose_catcher(self.catchers, error)
                if caught is not None:
                    run.note("catch", strand, (self, caught), error)
                    return self.catch(strand, caught, error)
        except StateError as another:  # the history is full, or a Catcher's own fields fail
            another.state = self.name
            error = locate_error(strand, another) if another.located else another
            if error.evaluation:
                self._evaluation_failed(strand, error, after)
                self._body_failed(strand, error)
        self._end(strand, error)
        return None

    def _end(self, strand: Strand, error: StateError) -> None:
        """Nothing took the error: the strand ends."""
        run = strand.run
        strand.wake += 1
        strand.error = error
        if self.body_failed_event is not None:
            if strand.body is None:
                strand.last = self._succeeded(strand) or strand.last  # [measured]
            if strand.attempts is None or strand.attempts.body is None:
                strand.attempts = None  # it has its ...StateFailed, and gets no ...StateAborted
            else:
                strand.attempts.body.failed = True  # likewise; a redrive goes on with it
        run.note("failed", strand, self, error)
        if strand.body is None or not error.catchable:
            run.fail(strand, error)
        else:
            run.scheduler.post(strand, strand.body.state.child_failed)

    def _evaluation_failed(self, strand: Strand, error: StateError, after: int | None = None) -> None:
        """Write EvaluationFailed, behind the event `after` where a Catcher's field failed.

        It follows the Entered event, in a later attempt the EvaluationFailed before it [recorded, measured].
        """
        as_of = strand.run.world.as_of
        early = as_of is not None and as_of < EVALUATION_FOLLOWS_ENTERED_SINCE
        before = after or (strand.before if early else max(strand.before, strand.entered))
        strand.last = strand.before = strand.run.record("EvaluationFailed", before, strand, self, error)

    def _body_failed(self, strand: Strand, error: StateError) -> bool:
        """Write MapStateFailed or ParallelStateFailed, unless all children succeeded and a field of the state itself failed."""
        if self.body_failed_event is None or not error.catchable or self._succeeded(strand):
            return False
        strand.last = strand.run.record(self.body_failed_event, strand.last, strand, error)
        return True

    @staticmethod
    def _succeeded(strand: Strand) -> int:
        """The event ...StateSucceeded of the present attempt; 0 if it is not written."""
        return 0 if strand.attempts is None or strand.attempts.body is None else strand.attempts.body.succeeded

    def retry(self, strand: Strand, error: StateError, index: int) -> None:
        """Wait for the backoff, then make another attempt. The wait ends all timers of the attempt that failed."""
        attempts, run = strand.attempts, strand.run
        assert attempts is not None
        microseconds = backoff(self.retriers[index], attempts.times_retried(index), run.chance)
        attempts.count_retry(index)
        run.note("retry", strand, (self, index, microseconds), error)
        strand.wake += 1
        run.call_at(run.scheduler.now + microseconds, PRIORITY_ANSWER, strand, self.again)

    def catch(self, strand: Strand, catcher: Catcher, error: StateError) -> Step:
        """The state exits by a Catcher: only the Catcher's own Output, ResultPath and Assign count."""
        name, cause = error.error, error.cause
        if name is not None:
            cause = cause or ""  # of a timeout; where not even the error has a name, both are null [both recorded]
        error_output: Sized = ({"Error": name, "Cause": cause}, 6 * (len(name or "") + len(cause or "")) + 40, 1)
        output = self.stages.catch_output(strand, catcher, error_output)
        variables = self.stages.catch_assign(strand, catcher, error_output)
        return self.exit(strand, output, variables, self.program.target(self, catcher.next))

    def integer(self, strand: Strand, data: Any, operand: Operand, *, least: int | None = None) -> int:
        """An operand that must be a whole number, such as TimeoutSeconds; a fraction computed by JSONata is rounded down.

        A computed number has the bounds of a literal one, which AWS refuses when the machine is created: in JSONata it is an
        error of the evaluation then [doc]; of AWS's texts none is known [?].

        Args:
            least: the field's least number, where AWS is known to look at it later, or not at all.
        """
        if operand.__class__ is Constant:
            constant: int = operand.value
            return constant
        assert isinstance(operand, (PathOperand, TemplateOperand))
        value = self.number(strand, data, operand, "integer")
        field = operand.site.field.rpartition("/")[2]
        lowest, most = BOUNDS[field.removesuffix("Path")]
        if least is None:
            least = int(lowest)
        if most is None:
            most = sys.maxsize
        if least <= value <= most:
            return math.floor(value)
        bound = f"less than {least}" if value < least else f"greater than {most}"
        if isinstance(operand, PathOperand):
            raise refers_to(operand, data, value, f"is {bound}")
        raise operand_error(operand, data, f"The {field} field has the value {quoted(value)} which is {bound}.")

    def number(self, strand: Strand, data: Any, operand: PathOperand | TemplateOperand, kind: NumberKind) -> int | float:
        """An operand that must be a number; behind a path text that reads as one counts too [recorded]."""
        value = self.stages.operand(strand, data, operand)
        if isinstance(operand, TemplateOperand):
            if not is_number(value):
                raise operand.template.wrong_type("number", value)
        else:
            assert operand.path is not None
            if value is UNDEFINED:
                raise invalid_path(operand.path, data, operand.site)
            number: Any = parse_number(value) if isinstance(value, str) else value
            if not is_finite(number) or (kind == "integer" and number != math.floor(number)):
                raise refers_to(operand, data, value, f"is not a valid {kind}")
            value = number
        found: int | float = value
        return found


NumberKind = Literal["integer", "float"]


def refers_to(operand: PathOperand, data: Any, value: Any, problem: str) -> StateError:
    """The error of a ...Path field whose path leads to a value that the field does not take [recorded]."""
    shown, site = quoted(value), operand.site
    return operand_error(operand, data, f'The {site.field} field refers to value "{shown}" which {problem}: {site.text}')


def locate_error(strand: Strand, error: StateError) -> StateError:
    """The error with AWS's words about where it happened before its cause."""
    return error.with_cause(f"{strand.run.words_of_place(strand)}{error.cause}")


class PassRule(StateRule):
    model: PassState

    def __init__(self, model: PassState, program: Program) -> None:
        super().__init__(model, program)
        self.result: Sized | None = (model.result, *measure(model.result)) if model.has_result else None

    def work(self, strand: Strand) -> Step:
        stages = self.stages
        data = stages.input(strand)
        if self.model.query_language == "JSONata":
            return self.leave(strand, data, None)
        result = stages.arguments(strand, data) if self.result is None else self.result
        return self.leave(strand, data, result)


class SucceedRule(StateRule):
    def work(self, strand: Strand) -> Step:
        return self.leave(strand, self.stages.input(strand), None)


class FailRule(StateRule):
    model: FailState

    def work(self, strand: Strand) -> Step | None:
        data = strand.value
        error = self._text(strand, data, self.model.error)
        cause = self._text(strand, data, self.model.cause)
        return self.failed(strand, StateError(error, cause, catchable=True, located=False))

    def resume(self, strand: Strand) -> Step:
        """AWS enters it again, and it fails again [documented]."""
        return self.enter

    def _text(self, strand: Strand, data: Any, operand: Operand | None) -> str | None:
        if operand is None:
            return None
        value = self.stages.operand(strand, data, operand)
        if value is UNDEFINED:
            assert isinstance(operand, PathOperand)
            raise not_found(operand.site, data)
        if isinstance(value, str):
            return value
        if isinstance(operand, PathOperand):
            raise refers_to(operand, data, value, "is not a valid string")  # [?]
        if isinstance(operand, TemplateOperand):
            raise operand.template.wrong_type("string", value)
        return quoted(value)


class ChoiceStateRule(StateRule):
    """Choice: the first rule whose condition holds, else Default. A rule's own Output and Assign replace the state's."""

    model: ChoiceState

    def link(self) -> None:
        self.choices = tuple((rule.condition, rule, self.program.target(self, rule.next)) for rule in self.model.choices)
        self.default = self.program.target(self, self.model.default) if self.model.default is not None else None

    def work(self, strand: Strand) -> Step:
        stages = self.stages
        data = stages.input(strand)
        subject = stages.condition(strand, data[0])
        for index, (condition, rule, target) in enumerate(self.choices):
            if condition(subject, strand):
                strand.run.note("choice", strand, self, index)
                output, variables = stages.choice_output(strand, data, rule), stages.choice_assign(strand, data, rule)
                return self.exit(strand, output, variables, target)
        if self.default is None:
            cause = "Failed to transition out of the state. The state does not point to a next state."
            raise self._refused("Choices", cause, data[0])
        strand.run.note("choice", strand, self, None)
        return self.exit(strand, stages.output(strand, data, None), stages.assign(strand, data, None), self.default)


class WaitRule(StateRule):
    """Wait: the strand sleeps on the virtual clock."""

    model: WaitState

    def __init__(self, model: WaitState, program: Program) -> None:
        super().__init__(model, program)
        seconds = model.seconds
        self.constant: int | None = seconds.value * 1_000_000 if isinstance(seconds, Constant) else None

    def work(self, strand: Strand) -> None:
        data = self.stages.input(strand)
        scheduler = strand.run.scheduler
        model = self.model
        if self.constant is not None:
            due = scheduler.now + self.constant
        elif model.seconds is not None:
            due = scheduler.now + self._seconds(strand, data[0], model.seconds) * 1_000_000
        else:
            assert model.timestamp is not None
            due = self._instant(strand, data[0], model.timestamp)
        if due <= scheduler.now:
            scheduler.post(strand, self.over)
        else:
            strand.run.call_at(due, PRIORITY_ANSWER, strand, self.over)

    def over(self, strand: Strand) -> Step:
        strand.wake += 1
        return self.leave(strand, self.stages.input(strand), None)

    def _seconds(self, strand: Strand, data: Any, operand: Operand) -> int:
        if isinstance(operand, PathOperand):
            value = self.stages.operand(strand, data, operand)
            field, text = operand.site.field, operand.site.text
            if value is UNDEFINED or value is None:
                raise operand_error(operand, data, f"The {field} parameter does not reference an input value: {text}")
            number: Any = parse_number(value) if isinstance(value, str) else value  # text counts as in other fields [?]
            if not is_finite(number) or number != math.floor(number):
                cause = f"The {field} parameter cannot be parsed as a long value: {text} == {quoted(value)}"
                raise operand_error(operand, data, cause)
            if number < 0:
                cause = f"The {field} parameter references a negative value: {text} == {quoted(value)}"
                raise operand_error(operand, data, cause)
        else:
            assert isinstance(operand, TemplateOperand)  # a constant is taken when the rule is made
            number = self.number(strand, data, operand, "integer")
            if number < 0:
                raise operand_error(operand, data, f"The Seconds field has the value {quoted(number)} which is less than 0.")
        if number > LONGEST_WAIT:
            raise operand_error(operand, data, "Wait state delay is too long.")
        seconds: int = math.floor(number)
        return seconds

    def _instant(self, strand: Strand, data: Any, operand: Operand) -> int:
        value = self.stages.operand(strand, data, operand)
        if isinstance(operand, PathOperand) and (value is UNDEFINED or value is None):  # null as for SecondsPath [?]
            cause = f"The {operand.site.field} parameter does not reference an input value: {operand.site.text}"
            raise operand_error(operand, data, cause)
        instant = parse_timestamp(value) if isinstance(value, str) else None
        if instant is None:
            form = "ISO-8601 extended offset date-time format"
            if isinstance(operand, PathOperand):
                site, shown = operand.site, quoted(value)
                cause = f"The {site.field} parameter does not reference a valid {form} string: {site.text} == {shown}"
                raise operand_error(operand, data, cause)
            assert isinstance(operand, TemplateOperand)  # a constant is refused by the parser
            if not isinstance(value, str):
                raise operand.template.wrong_type("string", value)
            cause = f"The Timestamp field cannot be parsed as an {form} string: {quoted(value)}"
            raise operand_error(operand, data, cause)
        return round((instant - strand.run.world.start_time).total_seconds() * 1_000_000)


LONGEST_WAIT = 99_999_999


class TaskRule(StateRule):
    """Task: each attempt is a request to the task runner, and the strand waits even for an answer given at once."""

    model: TaskState

    def __init__(self, model: TaskState, program: Program) -> None:
        super().__init__(model, program)
        events = TASK_EVENTS.get(model.resource.kind, TASK_EVENTS["service"])
        self.scheduled_event, self.started_event, self.succeeded_event, self.failed_event, self.timed_out_event = events
        resource = model.resource
        self.waits_for_worker = resource.kind == "activity"
        self.checks_parameters = resource.kind == "service"
        self.limit_name = resource.text if resource.kind == "lambda" else resource.service or resource.text
        limits = (model.credentials, model.timeout_seconds, model.heartbeat_seconds)
        self.sends_only_parameters = resource.kind == "lambda" and limits == (None, None, None)

    def work(self, strand: Strand) -> None:
        strand.attempts = Attempts()
        self.again(strand)

    def again(self, strand: Strand) -> None:
        """One attempt. All is written before the runner is asked: what it calls may start executions or look at this one."""
        run = strand.run
        data = self.stages.input(strand)
        if self.sends_only_parameters:  # as most attempts do, and a Map makes thousands
            attempts = strand.attempts
            assert attempts is not None
            request = attempts.request = TaskRequest(strand, self, attempts.retry_count + 1)
            sent = self.stages.arguments(strand, data)
            request.parameters = sent[0] if sent[1] <= MOST_BYTES else self.bounded(sent)
            request.begun = True
            strand.last = run.record_both(self.scheduled_event, self.started_event, strand.last, strand, request)
        else:
            request = self.opened(strand, data)
        run.scheduler.caller = strand
        run.world.runner.start(request)

    def opened(self, strand: Strand, data: Sized) -> OpenTaskRequest:
        """An attempt that may stay open, with its events written and its timers set."""
        attempts, run = strand.attempts, strand.run
        assert attempts is not None
        if self.waits_for_worker and self.model.resource.text in run.world.deleted_activities:
            raise self._refused("Resource", f"The activity {self.model.resource.text} does not exist.")
        request = attempts.request = OpenTaskRequest(strand, self, attempts.retry_count + 1)
        self.fill(request, strand, data)
        if self.checks_parameters:
            run.world.runner.check(request)
        if self.waits_for_worker:
            strand.last = run.record(self.scheduled_event, strand.last, strand, request)
        else:
            request.begun = True
            strand.last = run.record_both(self.scheduled_event, self.started_event, strand.last, strand, request)
        request.start_timers()
        return request

    def bounded(self, sent: Sized) -> Any:
        """What a task sends, unless it is too large whatever the quotas."""
        value, size, _ = sent
        if size > MOST_BYTES:
            self.admit(measure(value)[0], "what it sends")
        return value

    def fill(self, request: OpenTaskRequest, strand: Strand, data: Sized) -> None:
        """Its parameters, and all else that an attempt may have."""
        model = self.model
        if model.resource.pattern == ".waitForTaskToken":
            request.issue_token()  # before Parameters, which send it
        request.parameters = self.bounded(self.stages.arguments(strand, data))
        if model.credentials is not None:
            request.credentials = self.credentials(strand, data, model.credentials)
        if model.timeout_seconds is not None:
            request.timeout_seconds = self.integer(strand, data[0], model.timeout_seconds)
            request.timeout = request.timeout_seconds * 1_000_000
        if model.heartbeat_seconds is not None:
            request.heartbeat_seconds = self.integer(strand, data[0], model.heartbeat_seconds)
            request.heartbeat = request.heartbeat_seconds * 1_000_000

    def credentials(self, strand: Strand, data: Sized, template: PayloadTemplate) -> dict[str, Any]:
        """Credentials, whose RoleArn must be text; AWS refuses literal ones when the machine is created [recorded]."""
        value = self.stages.template(strand, data, template)[0]
        if not isinstance(value, dict):
            raise template.wrong_type("object", value)  # a type that the field does not accept [doc]
        if not isinstance(value.get("RoleArn"), str):
            problem = "The value for the field 'RoleArn' must be a STRING"
            if "RoleArn" not in value:
                problem = "The field 'RoleArn' is required but was missing"
            cause = f"The Credentials '{dumps(value)}' could not be used to start the Task: [{problem}]"  # as of Parameters [?]
            raise self._refused("Credentials", cause, value)
        return value

    def succeeded(self, strand: Strand) -> Step:
        strand.wake += 1
        request = attempt_of(strand)
        run = strand.run
        result, request.result = request.result, None
        assert result is not None
        if result[1] > run.payload_limit and self.exceeds_quota(strand, result):
            error = too_large(self.limit_name, catchable=True)
            strand.last = run.record(self.failed_event, strand.last, strand, request, (error.error, error.cause))
            raise error
        strand.last = run.record(self.succeeded_event, strand.last, strand, request, result[0])
        return self.leave(strand, self.stages.input(strand), result)

    def exceeds_quota(self, strand: Strand, result: Sized) -> bool:
        """Whether a large result has more bytes than AWS allows; more than we allow is an error of the test."""
        value, size, _ = result
        quota = strand.run.quotas.payload
        if size > min(quota, MOST_BYTES):
            size = measure(value)[0]
            if size > quota:
                return True
            self.admit(size, "its result")
        strand.run.keep(strand, size)
        return False

    def task_failed(self, strand: Strand) -> Step | None:
        strand.wake += 1
        request = attempt_of(strand)
        name, cause, hints = request.failure
        strand.last = strand.run.record(self.failed_event, strand.last, strand, request, (name, cause))
        # An answer like any other, so not raised: a traceback would cost more than the rest.
        catchable = name != "States.Runtime"  # nothing catches it, even from a service [documented]
        error = StateError(name, cause, catchable=catchable, located=False, hints=hints)
        return self.failed(strand, error)

    def timed_out(self, strand: Strand, *, heartbeat: bool = False) -> Step:
        strand.wake += 1
        request = attempt_of(strand)
        strand.last = strand.run.record(self.timed_out_event, strand.last, strand, request, ("States.Timeout", None))
        raise StateError("States.Timeout", None, catchable=True, located=False, heartbeat=heartbeat)

    def heartbeat_due(self, strand: Strand) -> Step | None:
        request = attempt_of(strand)
        run = strand.run
        if request.heartbeat_at > run.scheduler.now:  # it has beaten meanwhile
            run.call_at(request.heartbeat_at, PRIORITY_TIMEOUT, strand, self.heartbeat_due)
            return None
        return self.timed_out(strand, heartbeat=True)


def attempt_of(strand: Strand) -> TaskRequest:
    """The attempt that a strand in a Task state waits for."""
    assert strand.attempts is not None
    assert strand.attempts.request is not None
    return strand.attempts.request


TASK_EVENTS: dict[str, tuple[str, str, str, str, str]] = {
    "lambda": (
        "LambdaFunctionScheduled",
        "LambdaFunctionStarted",
        "LambdaFunctionSucceeded",
        "LambdaFunctionFailed",
        "LambdaFunctionTimedOut",
    ),
    "activity": ("ActivityScheduled", "ActivityStarted", "ActivitySucceeded", "ActivityFailed", "ActivityTimedOut"),
    "service": ("TaskScheduled", "TaskStarted", "TaskSucceeded", "TaskFailed", "TaskTimedOut"),
}
"""Events of an attempt by kind of Resource: scheduled, started, succeeded, failed, timed out."""
