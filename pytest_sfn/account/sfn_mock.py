"""`SfnMock`: one mocked account with one clock, its mocks, its machines and their executions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, Self
from weakref import WeakValueDictionary

from pytest_sfn.account.machine import Machine
from pytest_sfn.asl.express import express_problems
from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.definition import DefinitionLike, StateMachine, caller_directories, load, load_template
from pytest_sfn.engine.quotas import EXPRESS, STANDARD, UNLIMITED, Quotas
from pytest_sfn.engine.run import MachineIdentity, World
from pytest_sfn.engine.scheduler import Scheduler
from pytest_sfn.errors import ExecutionError, PytestSfnError, TaskTokenError
from pytest_sfn.expressions.values import admit
from pytest_sfn.gate.guard import Gate
from pytest_sfn.mocks.checked import check_validate
from pytest_sfn.mocks.registry import Registry
from pytest_sfn.mocks.unused import impossible
from pytest_sfn.names import check_name
from pytest_sfn.tasks.activities import POLL_SECONDS
from pytest_sfn.tasks.runner import MockTaskRunner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from os import PathLike
    from pathlib import Path
    from re import Pattern
    from types import TracebackType

    from pytest_sfn.account.execution import Execution
    from pytest_sfn.api.service import StepFunctionsApi
    from pytest_sfn.engine.run import Observer, TaskRequest
    from pytest_sfn.faults.fault import Fault
    from pytest_sfn.faults.inject import Injection
    from pytest_sfn.loaders.functions import FunctionResource
    from pytest_sfn.mocks.handlers import Handlers
    from pytest_sfn.mocks.http import HttpMock
    from pytest_sfn.mocks.mock import Mock
    from pytest_sfn.report.redaction import Redaction

__all__ = ["START_TIME", "SfnMock", "accounts"]

START_TIME: Final = datetime(2024, 1, 1, tzinfo=UTC)
"""Virtual time at which an account begins, unless told otherwise."""

accounts: Final[WeakValueDictionary[int, SfnMock]] = WeakValueDictionary()
"""Every account in use, numbered as they were made; the plugin reports the executions of a failed test from here."""
_numbers = count(1)


class SfnMock:
    """One mocked account: the fixture `sfn_mock`, or `with SfnMock() as sfn_mock:` without pytest.

    Args:
        start_time: the virtual time at which the account begins; aware, or taken for UTC.
        seed: of everything random (jitter, UUIDs, States.MathRandom); the same seed gives the same history.
        region, account_id: of the ARNs made here.
        quotas: `"aws"` (the default) for AWS's limits, None for none, or a `Quotas`.
        strict: whether a mock that was never called fails the test.
        validate: what is checked of a mock's answers for a service, as TestState does: `"strict"` (required fields and
            types), `"present"` (required ones may be missing) or `"none"`.
        as_of: show histories as AWS wrote them on that day, where it is known that AWS has changed; today's when None.

    Attributes:
        executions: every execution started, in order.
        machines: every machine loaded, in order.
        injections: the faults put into this account by the present test, in order.
    """

    watch: ClassVar[Callable[[SfnMock], Observer] | None] = None
    """Set while coverage is measured: asked for the observer of each account made."""
    _fixture: ClassVar = "sfn_mock"
    """What the test calls the account."""

    def __init__(
        self,
        *,
        start_time: datetime | None = None,
        seed: int = 0,
        region: str = "us-east-1",
        account_id: str = "123456789012",
        quotas: Literal["aws"] | Quotas | None = "aws",
        strict: bool = False,
        validate: Literal["strict", "present", "none"] = "strict",
        as_of: date | None = None,
    ) -> None:
        if start_time is None:
            start_time = START_TIME
        elif start_time.tzinfo is None:
            start_time = start_time.replace(tzinfo=UTC)
        if quotas not in ("aws", None) and not isinstance(quotas, Quotas):
            raise PytestSfnError(f"quotas is {quotas!r}; it is 'aws', None or a Quotas")
        self.region = region
        self.account_id = account_id
        self.strict = strict
        self._quotas = quotas
        self._registry = Registry(
            region,
            account_id,
            fixture=self._fixture,
            validate=check_validate(validate, "SfnMock"),
            redact=self._redacted,
            make_handlers=self._make_handlers,
            make_gate=self._make_gate,
        )
        self._runner = MockTaskRunner(self._registry, self._made_api)
        self.engine = World(Scheduler(), self._runner, start_time, seed, as_of)
        self.engine.store = self._runner
        self.executions: list[Execution] = []
        self.machines: list[Machine] = []
        self.logical_ids: dict[str, set[str]] = {}  # what templates call the state machines of these ARNs
        self.redaction: Redaction | None = None
        self.injections: list[Injection] = []
        self._api: StepFunctionsApi | None = None
        self._faults = 0
        self._since = 0
        if SfnMock.watch is not None:
            self.engine.observer = SfnMock.watch(self)
        accounts[next(_numbers)] = self

    # -- mocks ---------------------------------------------------------------------------------------------------------

    def lambda_function(self, name: str, **behaviour: Any) -> Mock:
        """The mock of a Lambda function, by name or ARN; always the same object for the same name."""
        return self._registry.lambda_function(name, **behaviour)

    def state(self, name: str, **behaviour: Any) -> Mock:
        """The mock of a Task state; it answers before a mock of the function or service that the state calls."""
        return self._registry.state(name, **behaviour)

    def resource(self, arn: str, **behaviour: Any) -> Mock:
        """The mock of all tasks with this Resource; it answers the task's whole result as the service gives it."""
        return self._registry.resource(arn, **behaviour)

    def activity(self, name: str, **behaviour: Any) -> Mock:
        """The mock of an activity, by name or ARN, which is made if it is not there; its stubs and answers are a worker's."""
        mock = self._registry.activity(name, **behaviour)
        parsed = parse_resource(name)
        self.create_activity((parsed.kind == "activity" and parsed.name) or name)
        return mock

    def http(self, url: str | Pattern[str] | None = None, method: str | None = None, **behaviour: Any) -> HttpMock:
        """The mock of an HTTP endpoint that `http:invoke` and `apigateway:invoke` call.

        Args:
            url: a whole URL, one with `*` for any text, a path of whatever host, or a compiled regular expression (matched
                from the URL's beginning); None for any. Query parameters in it must be there, others may be.
            method: `"GET"`, `"POST"`, ...; None for any.
        """
        return self._registry.http(url, method, **behaviour)

    def connection(
        self,
        name: str,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> None:
        """Describe an EventBridge connection: what it adds to the requests of the HTTP tasks that name it.

        Args:
            name: the connection's name or ARN.
            headers, query, body: added to what the task sends, and stronger than that.
        """
        from pytest_sfn.tasks.http import Connection, Connections

        if self._registry.connections is None:
            self._registry.connections = Connections()
        self._registry.connections.add(name, Connection(headers, query, body))

    def use_handlers(
        self,
        *templates: str | PathLike[str],
        layers: Iterable[str | PathLike[str]] = (),
        environment: Mapping[str, str] | None = None,
        freeze_time: bool = False,
    ) -> None:
        """Let every Lambda function that no mock answers run its own Python code, in this process, as Lambda does.

        Args:
            templates: templates with more functions than those that machines are loaded from.
            layers: folders or zip archives with more code, beside the layers that templates name.
            environment: environment variables of all functions, beside those of their templates.
            freeze_time: show the handlers the virtual time (needs time-machine or freezegun).

        Raises:
            MockError: a layer is not there, or time cannot be frozen.
            DefinitionError: a template is not there, or cannot be read.
        """
        handlers = self._registry.own_code()
        assert handlers is not None
        chosen = handlers.choose(layers=layers, environment=environment, freeze_time=freeze_time)
        for named in templates:
            template = load_template(named, pseudo=self.pseudo_parameters)
            handlers.added.extend(template.functions)
            self._registry.know_functions(template.function_names)
        handlers.use(chosen)
        self._registry.changed()

    def _make_gate(self) -> Gate:
        return Gate(partial(self._refuse, "stub"), self._served)

    def _make_handlers(self) -> Handlers:
        from pytest_sfn.mocks.handlers import Handlers

        return Handlers(
            self.region,
            functions=self._functions,
            directories=caller_directories,
            served=self._served,
            refuse=partial(self._refuse, "handler"),
            fixture=self._fixture,
        )

    @property
    def handlers_told(self) -> Mapping[str, str]:
        """Why functions' own code could not be imported, by Lambda's request id; for reports."""
        return self._registry.handlers.told if self._registry.handlers is not None else {}

    @property
    def handlers_raised_in(self) -> Mapping[str, Path]:
        """The folders of functions' own code that raised something, by Lambda's request id; for reports."""
        return self._registry.handlers.raised_in if self._registry.handlers is not None else {}

    def _functions(self) -> Iterator[FunctionResource]:
        """Those of the templates that machines were loaded from."""
        templates = {id(template): template for machine in self.machines if (template := machine.state_machine.template)}
        for template in templates.values():
            yield from template.functions

    def _served(self) -> bool:
        return self._runner.services is not None

    def _refuse(self, who: Literal["handler", "stub"], request: Any) -> PytestSfnError:
        """The error for a request to AWS that nothing answers; it breaks the account, as code may swallow it."""
        from pytest_sfn.gate.moto import not_served

        error = not_served(request, who)
        if self.engine.broken is None:
            self.engine.broken = error
        return error

    def what_is_missing(self, cause: str) -> str | None:
        """What a service refused with this cause did not find, and what there is; None if that is not known."""
        return None

    def inject(self, fault: Fault) -> Injection:
        """Let a task fail in every execution from now on; once the fault has struck, the mocks answer as if it were not there.

        Raises:
            PytestSfnError: this is no `Fault`.
        """
        from pytest_sfn.faults.fault import Fault
        from pytest_sfn.faults.inject import Injection

        if not isinstance(fault, Fault):
            raise PytestSfnError(f'inject takes a Fault, such as Fault("Charge", "States.Timeout", times=2), not {fault!r}')
        injection = Injection(fault, self.engine.runner, self._faults)
        self.engine.runner = injection
        self.injections.append(injection)
        self._faults += 1
        return injection

    # -- machines ------------------------------------------------------------------------------------------------------

    def load(
        self,
        source: DefinitionLike | StateMachine,
        *,
        logical_id: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        substitutions: Mapping[str, Any] | None = None,
        name: str | None = None,
        type: Literal["STANDARD", "EXPRESS"] | None = None,
        role_arn: str | None = None,
    ) -> Machine:
        """Load a definition, or a state machine of a template, into this account and make it runnable.

        Args:
            source, logical_id, parameters, substitutions: as for `pytest_sfn.load`.
            name: the machine's name; when left out, the file's without its extensions, or what a template calls it.
            type: STANDARD or EXPRESS; when left out, what a template says, else STANDARD.
            role_arn: as the Context Object and the history show it.

        Raises:
            DefinitionError: as `pytest_sfn.load`.
        """
        if type not in (None, "STANDARD", "EXPRESS"):
            raise PytestSfnError(f"type is {type!r}; a state machine is 'STANDARD' or 'EXPRESS'")
        state_machine = load(
            source,
            logical_id=logical_id,
            parameters={**self.pseudo_parameters, **(parameters or {})},
            substitutions=substitutions,
        )
        found = state_machine.found
        machine_type = type or (found.type if found is not None else "STANDARD")
        if machine_type == "EXPRESS" and (problems := express_problems(state_machine.model, state_machine.source)):
            raise state_machine.source.error(problems)
        if name is not None:
            check_name("a state machine", name)
        machine = Machine(self, state_machine, name or state_machine.name, machine_type, role_arn)
        if found is not None:
            self._registry.know_functions(found.template.function_names)
            for known, (kind, arn) in found.resolved.items():
                if kind == "stateMachine":
                    self.logical_ids.setdefault(arn, set()).add(known)
            self.logical_ids.setdefault(f"{machine.arn.rpartition(':')[0]}:{found.name}", set()).add(machine.name)
        self.machines.append(machine)
        if self._registry.handlers is not None:
            self._registry.changed()  # its template may have the code of functions
        return machine

    @property
    def pseudo_parameters(self) -> Mapping[str, str]:
        """What a template knows of this account."""
        return {"AWS::Region": self.region, "AWS::AccountId": self.account_id}

    def machine_identity(self, name: str, role_arn: str | None, *, express: bool) -> MachineIdentity:
        return MachineIdentity(name, region=self.region, account_id=self.account_id, role_arn=role_arn, express=express)

    def quotas_for(self, type: str) -> Quotas:
        """The limits of an execution of a machine of this type."""
        if self._quotas is None:
            return UNLIMITED
        if isinstance(self._quotas, Quotas):
            return self._quotas
        return EXPRESS if type == "EXPRESS" else STANDARD

    def has_log_group(self, name: str) -> bool:
        """Whether CloudWatch Logs has this log group; without services it is taken to be there."""
        return True

    @property
    def api(self) -> StepFunctionsApi:
        """The API of Step Functions, as boto3 clients and tasks of workflows reach it: `api.call("StartExecution", {...})`."""
        return self._made_api()

    def _made_api(self) -> StepFunctionsApi:
        if self._api is None:
            from pytest_sfn.api.service import StepFunctionsApi

            self._api = StepFunctionsApi(self)
        return self._api

    # -- time ----------------------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """The virtual time."""
        return self.engine.start_time + timedelta(microseconds=self.engine.scheduler.now)

    def advance(self, seconds: float | timedelta) -> None:
        """Let virtual time pass, the end point included; every execution moves."""
        self.check()
        if isinstance(seconds, timedelta):
            seconds = seconds.total_seconds()
        if seconds < 0:
            raise ExecutionError(f"virtual time does not go back: advance({seconds:g})")
        scheduler = self.engine.scheduler
        scheduler.pump_until(scheduler.now + round(seconds * 1_000_000))

    # -- activities ----------------------------------------------------------------------------------------------------

    def create_activity(self, name: str) -> str:
        """Make an activity; its tasks then wait for a worker. Gives its ARN."""
        arn = f"arn:aws:states:{self.region}:{self.account_id}:activity:{check_name('an activity', name)}"
        self._runner.activities.create(arn, self.engine.scheduler.now)
        self.engine.deleted_activities.discard(arn)
        return arn

    def delete_activity(self, arn: str) -> None:
        """Delete an activity; a task on it then fails as on AWS."""
        self._runner.activities.delete(arn)
        self.engine.deleted_activities.add(arn)

    def get_activity_task(self, arn: str, worker_name: str | None = None) -> dict[str, Any]:
        """Ask for a task as a worker does: `{"TaskToken": str, "Input": JSON text}`, or `{}` after sixty virtual seconds.

        Raises:
            ExecutionError: there is no such activity.
        """
        self.check()
        scheduler = self.engine.scheduler
        deadline = scheduler.now + POLL_SECONDS * 1_000_000
        scheduler.pump_instant()
        while not (task := self._runner.activities.take(arn, worker_name)):
            due = scheduler.next_time()
            if due is None or due > deadline:
                scheduler.pump_until(deadline)
                break
            scheduler.pump_next()
        return task

    # -- answers from outside ------------------------------------------------------------------------------------------

    def send_task_success(self, token: str, output: Any) -> None:
        """Answer the task that waits with this token.

        Args:
            output: a JSON value, not its text.

        Raises:
            TaskTokenError: nobody waits with this token; the same as of the other two.
        """
        self._waiting(token).succeed(*admit(output))

    def send_task_failure(self, token: str, error: str | None = None, cause: str | None = None) -> None:
        """Let the task that waits with this token fail; what is left out is left out of its events too."""
        self._waiting(token).fail(error, cause)

    def send_task_heartbeat(self, token: str) -> None:
        """Say that the task that waits with this token is still being worked on: its heartbeat's deadline moves."""
        self._waiting(token).beat()

    def _waiting(self, token: str) -> TaskRequest:
        from pytest_sfn.api.tokens import story, waiting
        from pytest_sfn.services.api_error import ApiError

        self.check()
        try:
            return waiting(self.engine, token)
        except ApiError as refusal:
            text = f"{refusal}\n  {story(self.engine, token)}\n  see  docs/mocks.md#callbacks"
            raise TaskTokenError(text, code=refusal.code) from None

    # -- the end of the test -------------------------------------------------------------------------------------------

    def _start(self) -> None:
        """Called by the fixture before the test; `SfnAws` lets its services begin."""

    def _stop(self) -> None:
        """Called by the fixture after the test, whatever became of it."""
        if self._registry.handlers is not None:
            self._registry.handlers.close()

    def redact(self, *paths: str) -> None:
        """Hide values in all reports: timelines, messages of ours, and what else a failed test's report shows.

        What stands at one of the paths in any input or output of a state, or in what a task sends or gets, is hidden
        wherever it turns up again. Values of fewer than four characters are hidden only where they are a whole JSON
        value, not inside of texts.

        Args:
            paths: JSONPaths such as `$.card.number`.
        """
        from pytest_sfn.report.redaction import Redaction

        if self.redaction is None:
            self.redaction = Redaction(self.executions)
        self.redaction.add(paths)

    def _redacted(self, value: Any) -> Any:
        """The value as messages show it."""
        return value if self.redaction is None else self.redaction.value(value)

    def check(self) -> None:
        """Raise again the test error that broke this account, if one did."""
        self.engine.check()

    def recover(self) -> None:
        """Go on after a test error that the user has seen; the execution it broke is ABORTED.

        The plugin does this at the end of a failed test, so that the next test of the same account starts clean.
        """
        strand, self.engine.broken, self.engine.broken_at = self.engine.broken_at, None, None
        while strand is not None:
            if strand.run.live:
                strand.run.abort()
            strand = strand.run.parent

    def _rewind(self) -> None:
        """Begin anew: the clock at its start, nothing running, no fault, every script at its first answer, no calls.

        What was mocked, loaded and created stays, and so do the executions that ran, for reports.
        """
        old = self.engine
        self._registry.rewind()
        if self._registry.handlers is not None:
            self._registry.handlers.rewind()
        self._runner.activities.rewind()
        self.engine = World(Scheduler(), self._runner, old.start_time, old.seed, old.as_of)
        self.engine.observer = old.observer
        self.engine.store = self._runner
        self.engine.deleted_activities = old.deleted_activities
        self._since = len(self.executions)
        if self._api is not None:
            self._api.rewind()

    @property
    def _latest(self) -> list[Execution]:
        """The executions since the account began anew."""
        return self.executions[self._since :]

    def close(self) -> None:
        """What the fixture does at the end of a test.

        Raises:
            MockError: a test error that code under test swallowed, a mock or a fault that no loaded machine could ever
                meet, or, when strict, a mock that was never called.
        """
        self.check()
        machines = [machine.state_machine for machine in self.machines]
        if not self._faults:
            self._registry.check(machines, strict=self.strict)
            return
        from pytest_sfn.faults.inject import impossible_faults

        # With a fault it is no wonder that some mocks are not called.
        error = impossible(self._registry, machines) or impossible_faults(self.engine.runner, machines)
        if error is not None:
            raise error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if error is None:
                self.close()
        finally:
            SfnMock._stop(self)

    def __repr__(self) -> str:
        machines, executions = len(self.machines), len(self.executions)
        counts = f"{machines} machine{'s' * (machines != 1)}, {executions} execution{'s' * (executions != 1)}"
        return f"<{type(self).__name__} at {self.now:%Y-%m-%d %H:%M:%S}: {counts}>"
