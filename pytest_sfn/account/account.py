"""`Account`: the inside of an `SfnMock`: its machines, its executions and its collaborators.

Each collaborator has one thing: the engine's World the clock, the registry the mocks, `Activities` the tasks that wait for
workers, the redaction the secrets. This module does what needs more than one of them: it loads machines, begins executions
and starts the account again. Users see an account as `SfnMock`; machines, executions, the API of Step Functions, reports and
the hooks of pytest see this class, most of them as a Protocol of their own room.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import count, islice
from math import inf
from typing import TYPE_CHECKING, Any, Final, Literal
from weakref import ref

from pytest_sfn.account.execution import Execution
from pytest_sfn.account.machine import Machine
from pytest_sfn.definition import StateMachine, load
from pytest_sfn.engine.quotas import EXPRESS, STANDARD, UNLIMITED, Quotas
from pytest_sfn.engine.run import END_OF_TIME, MachineIdentity, Run, Strand, World
from pytest_sfn.engine.scheduler import TURN, Scheduler
from pytest_sfn.errors import ExecutionError, JsonValueError, PytestSfnError, TaskTokenError
from pytest_sfn.expressions.values import UNDEFINED, admit, dumps, loads, measure
from pytest_sfn.gate.gate import Network
from pytest_sfn.links import see
from pytest_sfn.names import check_name
from pytest_sfn.settings import check_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from os import PathLike
    from pathlib import Path

    from pytest_sfn.account.aws_services import AwsServices, Opened, Schedules
    from pytest_sfn.account.generations import Generations
    from pytest_sfn.account.inherited import Inherited
    from pytest_sfn.api.pace import Pace
    from pytest_sfn.api.service import Endpoints, Service
    from pytest_sfn.definition import DefinitionLike
    from pytest_sfn.engine.one_state import Given, OneStateRun
    from pytest_sfn.engine.run import Observer, TaskRequest
    from pytest_sfn.faults.cases import FaultCase
    from pytest_sfn.faults.fault import Fault
    from pytest_sfn.faults.inject import Injection
    from pytest_sfn.gate.call import ClientCall, Parsed
    from pytest_sfn.lambda_.logs import Logged
    from pytest_sfn.loaders.functions import FunctionResource
    from pytest_sfn.loaders.template import Template
    from pytest_sfn.mocks.lambda_api import LambdaApi
    from pytest_sfn.mocks.mock_config import MockConfig
    from pytest_sfn.mocks.mock_config_answers import MockConfigs
    from pytest_sfn.mocks.operations import ClientMocks
    from pytest_sfn.mocks.registry import Registry
    from pytest_sfn.report.redaction import Redaction
    from pytest_sfn.tasks.activities import Activities
    from pytest_sfn.tasks.runner import MockTaskRunner

__all__ = ["Account", "accounts", "greeting", "watching"]

_in_use: Final[dict[ref[Account], int]] = {}
"""Every account in use with its number; cheaper than a WeakValueDictionary, since a reference takes itself out in C."""
_forget = _in_use.pop
_numbers = count(1)
_watchers: Final[list[Callable[[Account], Observer]]] = []
_greeters: Final[list[Callable[[Account], None]]] = []


def accounts() -> dict[int, Account]:
    """Every account in use, numbered as they were made; the plugin reports the executions of a failed test from here."""
    in_use = _in_use.copy()  # one may go meanwhile
    return {number: account for each, number in in_use.items() if (account := each()) is not None}


@contextmanager
def watching(watch: Callable[[Account], Observer]) -> Iterator[None]:
    """Let `watch` make the observer of the runs of each account that is made meanwhile; the innermost such context counts."""
    _watchers.append(watch)
    try:
        yield
    finally:
        _watchers.remove(watch)


@contextmanager
def greeting(greet: Callable[[Account], None]) -> Iterator[None]:
    """Let `greet` be called with each account that is in use, and with each that is made meanwhile."""
    for account in accounts().values():
        greet(account)
    _greeters.append(greet)
    try:
        yield
    finally:
        _greeters.remove(greet)


class Account:
    """The machines and executions of one mocked account, and its collaborators.

    Args:
        registry: the mocks; it knows the account's region and id.
        activities: those that were created, and the tasks that wait for their workers.
        runner: answers tasks, and the calls of distributed Maps to S3.
        aws_services: AWS's other services, if there are any.
        network: whether everything may leave the machine.
        quotas: `"aws"` for AWS's limits, None for none, or a `Quotas`.
        start_time, seed, as_of: as for the World in which executions run.

    Attributes:
        world: the present one; another after the account began anew.
        machines: every machine loaded, in order.
        executions: every execution started, in order.
        runs: the same as the engine has them.
        since: how many of them had been started when the account last began anew.
        injections: the faults put into this account by the present test, in order.
        inherited: what the account has of that of the session, if it is a test's.
    """

    _senders: dict[Run, str] | None = None
    """The rule or schedule that has started an execution, in words; None where none has, as in most accounts."""

    def __init__(
        self,
        registry: Registry,
        activities: Activities,
        runner: MockTaskRunner,
        aws_services: AwsServices,
        network: Literal["refuse", "allow"],
        quotas: Literal["aws"] | Quotas | None,
        start_time: datetime,
        seed: int,
        as_of: date | None,
    ) -> None:
        self.region = registry.region
        self.account_id = registry.account
        self.registry = registry
        self.activities = activities
        self.aws_services = aws_services
        self._allowing = network == "allow"
        self._network: Network | None = None
        self._opened: Opened | None = None
        self.machines: list[Machine] = []
        self.executions: list[Execution] = []
        self.runs: list[Run] = []
        self.injections: tuple[Injection, ...] = ()
        self._at_work: tuple[Injection, ...] = ()
        self._met: Injection | None = None  # the fault of the present test's marker
        self._quotas = quotas
        self._execution_of: dict[Run, Execution] = {}
        self._machine_of: dict[Run, Machine] = {}
        self._logical_ids: dict[str, dict[str, None]] = {}
        self._generations: Generations | None = None
        self._faults = 0
        self._left = 0  # by the last `forget`
        self.since = 0
        self._endpoints: Endpoints | None = None
        self._lambda_api: LambdaApi | None = None
        self._redaction: Redaction | None = None
        self._client_mocks: ClientMocks | None = None
        self.inherited: Inherited | None = None
        self._runner = runner
        observer = _watchers[-1](self) if _watchers else None
        self.world = self._make_world(start_time, seed, as_of, observer)
        _in_use[ref(self, _forget)] = next(_numbers)
        for greet in _greeters:
            greet(self)

    def _make_world(self, start_time: datetime, seed: int, as_of: date | None, observer: Observer | None) -> World:
        left = END_OF_TIME - start_time  # dividing it takes as long as making the World
        scheduler = Scheduler((left.days * 86_400 + left.seconds) * 1_000_000 + left.microseconds)
        changed = self.aws_services.status_changed
        runner, deleted = self._runner, self.activities.deleted
        return World(scheduler, runner, start_time, seed, as_of, runner, observer, deleted, changed, runner.hints_of)

    # -- state machines ------------------------------------------------------------------------------------------------

    def load(
        self,
        source: DefinitionLike | StateMachine,
        *,
        logical_id: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        substitutions: Mapping[str, Any] | None = None,
        directories: Sequence[Path] | None = None,
        name: str | None = None,
        type: Literal["STANDARD", "EXPRESS"] | None = None,
        role_arn: str | None = None,
        allowed_folders: Sequence[str | PathLike[str]] = (),
        region: str | None = None,
    ) -> Machine:
        """Load a machine as `SfnMock.load` does; `directories` as for `pytest_sfn.load`, `region` another one than its own."""
        if type not in (None, "STANDARD", "EXPRESS"):
            raise PytestSfnError(f"type is {type!r}; a state machine is 'STANDARD' or 'EXPRESS'")
        check_settings(name=name, role_arn=role_arn, parameters=parameters)
        if isinstance(source, StateMachine):
            state_machine = source
        else:
            known = self.pseudo_parameters
            parameters = {**known, **parameters} if parameters else known
            state_machine = load(
                source,
                logical_id=logical_id,
                parameters=parameters,
                substitutions=substitutions,
                directories=directories,
                allowed_folders=allowed_folders,
            )
        found = state_machine._found
        machine_type = type or (found.type if found is not None else "STANDARD")
        if machine_type == "EXPRESS":
            from pytest_sfn.asl.express import express_problems

            if problems := express_problems(state_machine._model, state_machine._source):
                raise state_machine._source.error(problems)
        if name is not None:
            check_name("a state machine", name)
        express = machine_type == "EXPRESS"
        identity = MachineIdentity(name or state_machine.name, region or self.region, self.account_id, role_arn, express)
        machine = Machine(self, state_machine, identity)
        if found is not None:
            self.registry.know_functions(found.template.function_names)
            for known_as, (kind, arn) in found.resolved.items():
                if kind == "stateMachine":
                    self._logical_ids.setdefault(arn, {})[known_as] = None
            for known_as in (found.name, found.logical_id):
                self._logical_ids.setdefault(f"{machine.arn.rpartition(':')[0]}:{known_as}", {})[machine.name] = None
        self.machines.append(machine)
        if self.registry.handlers is not None:
            self.registry.changed()  # its template may have the code of functions
        return machine

    def machines_known(self) -> list[StateMachine]:
        """The definitions that were loaded and, beside them, those of which TestState has run a state."""
        known = {id(machine): machine.state_machine for machine in (*self.machines, *self._machine_of.values())}
        return list(known.values()) if self.machines else []

    @property
    def pseudo_parameters(self) -> Mapping[str, str]:
        """What a template knows of this account."""
        return {"AWS::Region": self.region, "AWS::AccountId": self.account_id}

    def logical_ids(self, arn: str) -> Iterable[str]:
        """What templates call the state machine of this ARN."""
        return self._logical_ids.get(arn, ())

    def functions(self) -> Iterator[FunctionResource]:
        """The functions of the templates that machines were loaded from."""
        for template in self._templates():
            yield from template.functions

    def template_names(self) -> Iterable[str]:
        """The templates that machines were loaded from, as messages name them."""
        return [template.name for template in self._templates()]

    def _templates(self) -> Iterable[Template]:
        found = {id(template): template for machine in self.machines if (template := machine.state_machine.template)}
        return found.values()

    def quotas_of(self, type: str) -> Quotas:
        """The limits of an execution of a machine of this type."""
        if self._quotas is None:
            return UNLIMITED
        if isinstance(self._quotas, Quotas):
            return self._quotas
        return EXPRESS if type == "EXPRESS" else STANDARD

    def run_own_code(self, template: Template) -> None:
        """Let the functions of a template that no mock answers run their own code, unless the test has said so already."""
        handlers = self.registry.own_code()
        assert handlers is not None
        handlers.add(template.functions)
        self.registry.know_functions(template.function_names)
        if not handlers.everywhere:
            handlers.use(handlers.choose())
        self.registry.changed()

    # -- executions ----------------------------------------------------------------------------------------------------

    def begin(
        self,
        machine: Machine,
        input: Any = UNDEFINED,
        *,
        input_json: str | None = None,
        name: str | None = None,
        start_at: str | None = None,
        stop_after: str | None = None,
        variables: Mapping[str, Any] | None = None,
        parent: Strand | None = None,
        synchronous: bool = False,
        identity: MachineIdentity | None = None,
        test_case: str | None = None,
    ) -> Run:
        """Start an execution of which nothing runs yet.

        Args:
            machine: the machine that runs.
            input, input_json, name, start_at, stop_after, variables: as for `Machine.run`.
            parent: the strand of the task that starts it, if one does.
            synchronous: whether StartSyncExecution starts it.
            identity: the machine's ARN, region and account if another ARN than its own calls it.
            test_case: that of the mock configuration under which it runs; "" for none, None for the account's.
        """
        if self.world.broken is not None:
            self.check()
        text: str | None = None
        if input_json is not None:
            if input is not UNDEFINED:
                raise PytestSfnError("give `input` or `input_json`, not both")
            value, text = loads(input_json), input_json
        else:
            value = {} if input is UNDEFINED else input
            if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
                raise JsonValueError(
                    "the input is a str that looks like JSON text; pass the value itself, or the text as input_json=..."
                )
        try:
            value, size, depth = admit(value)
        except JsonValueError as error:
            raise JsonValueError(f"the input is not JSON: {error}", error.path) from None
        if name is not None:
            check_name("an execution", name)
        quotas = UNLIMITED if self._quotas is None else self.quotas_of(machine.type)
        if size > quotas.payload:
            size, depth = measure(value)
            if size > quotas.payload:
                raise JsonValueError(
                    f"the input has {size:,} bytes of JSON; AWS takes {quotas.payload:,} "
                    "(@pytest.mark.sfn(quotas=None) lifts this)"
                )
        program = machine.state_machine._program(start_at, stop_after)
        texts = None
        if text is not None and isinstance(value, (dict, list)) and text != dumps(value):
            texts = {id(value): (value, text)}
        scope = admit(variables)[0] if variables else None
        run = Run(self.world, program, identity or machine._identity, quotas, name, parent, synchronous, texts)
        if test_case is not None or self.registry.mock_configs is not None:
            self._put_under(run, machine, test_case)
        self._machine_of[run] = machine
        execution = self._execution_of[run] = Execution(run, machine, self)
        self.runs.append(run)
        self.executions.append(execution)
        run.begin(value, size, depth, scope)
        caller = parent or self.world.scheduler.caller
        if caller is not None:
            assert isinstance(caller, Strand)
            self._note_generation(run, machine, caller)
        return run

    def begin_one_state(
        self,
        region: str,
        state_machine: StateMachine,
        name: str,
        given: Given,
        value: Any,
        variables: Mapping[str, Any],
        machine: Machine | None = None,
    ) -> OneStateRun:
        """Start the run of one state for TestState; nothing of it runs yet, and no list of executions shows it.

        Args:
            given: what the test gives beside these.
            value: the input.
            machine: the machine of this account whose state it is; coverage counts what it takes. None for a definition
                that only this test knows.
        """
        from pytest_sfn.engine.one_state import OneStateRun

        self.check()
        world = self.world
        identity = MachineIdentity(world.chance.uuid("tested"), region, self.account_id, given.role_arn, express=True)
        run = OneStateRun(world, state_machine._program_of_one(name), identity, self.quotas_of("EXPRESS"), given)
        run.bound = machine is not None
        self._machine_of[run] = machine = machine or Machine(self, state_machine, identity)
        self._execution_of[run] = Execution(run, machine, self)
        run.begin(*admit(value), admit(dict(variables))[0] if variables else None)
        return run

    def _put_under(self, run: Run, machine: Machine, test_case: str | None) -> None:
        """Let an execution run under a test case of the mock configuration, if there is one for it; as for `begin`."""
        if test_case == "":
            return
        configs = self.mock_configs
        case = configs.choose(self._names(machine), machine.state_machine, test_case)
        if case is not None:
            configs.begin(run, case)

    def _names(self, machine: Machine) -> list[str]:
        """The machine's name, and those that it has in templates."""
        logical_id = machine.state_machine.logical_id
        return [machine.name, *([logical_id] if logical_id else []), *self.logical_ids(machine.arn)]

    def _note_generation(self, run: Run, machine: Machine, caller: Strand) -> None:
        if self._generations is None:
            from pytest_sfn.account.generations import Generations

            self._generations = Generations(self.machine_of)
        try:
            self._generations.add(run, machine, caller)
        except ExecutionError as error:
            self.broken_by(error)  # the user's code may swallow it
            raise

    def execution_of(self, run: Run) -> Execution:
        """The execution of a run; that of a Map Run's child is made on demand."""
        execution = self._execution_of.get(run)
        if execution is None:
            execution = self._execution_of[run] = Execution(run, self.machine_of(run), self)
        return execution

    def machine_of(self, run: Run) -> Machine:
        """The machine whose definition a run belongs to; that of a Map Run's child is its parent's."""
        while (machine := self._machine_of.get(run)) is None:
            assert run.parent is not None
            run = run.parent.run
        return machine

    @property
    def latest(self) -> list[Execution]:
        """The executions since the account began anew."""
        return self.executions[self.since :]

    @property
    def latest_runs(self) -> list[Run]:
        """The same as the engine has them."""
        return self.runs[self.since :]

    # -- mock configurations -------------------------------------------------------------------------------------------

    @property
    def mock_configs(self) -> MockConfigs:
        """The mock configuration in use, and the executions under its test cases; made when first used."""
        if self.registry.mock_configs is None:
            from pytest_sfn.mocks.mock_config_answers import MockConfigs

            self.registry.mock_configs = MockConfigs(self.registry)
        return self.registry.mock_configs

    @property
    def mock_config(self) -> MockConfig | None:
        """The file in use, by the test or by the variable SFN_MOCK_CONFIG, as it is now; None for none."""
        return self.mock_configs.config

    # -- time and activities -------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """The virtual time."""
        return self.world.datetime_at(self.world.scheduler.now)

    def advance(self, seconds: float | timedelta) -> None:
        """Let virtual time pass, the end point included; every execution moves."""
        if isinstance(seconds, timedelta):
            seconds = seconds.total_seconds()
        if not 0 <= seconds < inf:
            problem = "virtual time does not go back" if seconds < 0 else "virtual time passes by a number of seconds"
            raise ExecutionError(f"{problem}: advance({seconds:g})")
        with TURN:
            self.check()
            scheduler = self.world.scheduler
            (self.schedules or scheduler).pump_until(scheduler.now + round(seconds * 1_000_000))

    @property
    def schedules(self) -> Schedules | None:
        """What fires when time passes it; None if there is nothing."""
        return self.aws_services.schedules

    def create_activity(self, name: str, region: str | None = None) -> str:
        """Make an activity, and give its ARN."""
        arn = self.activity_arn(check_name("an activity", name), region)
        self.activities.create(arn, self.world.scheduler.now)
        return arn

    def activity_arn(self, name: str, region: str | None = None) -> str:
        """The ARN of an activity of this account, by its name or its ARN."""
        if ":" in name:
            return name
        return f"{MachineIdentity('', region or self.region, self.account_id).arn_prefix}:activity:{name}"

    def get_activity_task(self, arn: str, worker_name: str | None = None) -> dict[str, Any]:
        """Ask for a task as a worker does: `{"TaskToken": str, "Input": JSON text}`, or `{}` after sixty virtual seconds."""
        with TURN:
            self.check()
            return self.activities.wait(self.activity_arn(arn), worker_name, self.world.scheduler)

    # -- answers from outside ------------------------------------------------------------------------------------------

    @property
    def api(self) -> Service:
        """The API of Step Functions in the account's own region."""
        return self.api_in(self.region)

    def api_in(self, region: str) -> Service:
        """The API of Step Functions in a region, made on demand."""
        if self._endpoints is None:
            from pytest_sfn.api.service import Endpoints

            self._endpoints = Endpoints(self)
        if self.inherited is not None:
            self.inherited.take(self)
        return self._endpoints.service(region)

    def mocked(self, call: ClientCall) -> Parsed | None:
        """The answer of the mock of an operation to a boto3 client; None if there is none."""
        if not self.registry.resources:
            return None
        if self._client_mocks is None:
            from pytest_sfn.mocks.operations import ClientMocks

            self._client_mocks = ClientMocks(self.registry, lambda: self.world, self.broken_by)
        return self._client_mocks.answer(call)

    @property
    def lambda_api(self) -> LambdaApi:
        """Lambda's API, made on demand."""
        if self._lambda_api is None:
            from pytest_sfn.mocks.lambda_api import LambdaApi

            machine = MachineIdentity("boto3", region=self.region, account_id=self.account_id)
            self._lambda_api = LambdaApi(self.registry, lambda: self.world, machine, self.broken_by)
        return self._lambda_api

    def paced(self, pace: Pace) -> None:
        """Let calls of clients move the clock at another pace than that of a test. Before the first call."""
        from pytest_sfn.api.service import Endpoints

        assert self._endpoints is None
        self._endpoints = Endpoints(self, pace)

    def api_of(self, run: Run) -> Service:
        """The API that the tasks of an execution call: that of the region in which its machine was made."""
        return self.api_in(self.machine_of(run)._identity.region)

    @property
    def redaction(self) -> Redaction:
        """The secrets that reports hide, made on demand."""
        if self._redaction is None:
            from pytest_sfn.report.redaction import Redaction

            self._redaction = Redaction(self.runs)
        return self._redaction

    def waiting(self, token: str) -> TaskRequest:
        """The attempt that waits with this token.

        Raises:
            TaskTokenError: none does; the message says how the token's task ended.
        """
        from pytest_sfn.api.tokens import story, waiting
        from pytest_sfn.services.api_error import ApiError

        self.check()
        try:
            return waiting(self.world, token)
        except ApiError as refusal:
            text = f"{refusal}\n  {story(self.world, token)}\n  see  {see('mocks#callbacks')}"
            raise TaskTokenError(text, code=refusal.code) from None

    def started(self, run: Run, sender: str) -> None:
        """Note which rule or schedule has started an execution, in words."""
        self._senders = self._senders or {}
        self._senders[run] = sender

    def sender_of(self, run: Run) -> str:
        """The rule or schedule that has started an execution, in words; "" if none has."""
        return self._senders.get(run, "") if self._senders is not None else ""

    # -- errors of the test, faults, reports ---------------------------------------------------------------------------

    def check(self) -> None:
        """Raise again the test error that broke this account, if one did."""
        self.world.check()

    def broken_by(self, error: BaseException) -> None:
        """Note an error of the test that did not come out of a step; code under test may swallow it. The first one counts."""
        if self.world.broken is None:
            self.world.broken = error

    def listed(self, error: BaseException) -> None:
        """Forget an error of the test that something else tells the user."""
        if self.world.broken is error:
            self.world.broken = None

    def recover(self) -> None:
        """Go on after a test error that the user has seen; the execution it broke is ABORTED.

        The plugin does this at the end of a failed test, so that the next test of the same account starts clean.
        """
        world = self.world
        strand, world.broken, world.broken_at = world.broken_at, None, None
        changed, world.status_changed = world.status_changed, None  # AWS knows nothing of these ends
        try:
            while strand is not None:
                if strand.run.live:
                    strand.run.abort()
                strand = strand.run.parent
            if self._generations is not None:
                self._generations.recover()
        finally:
            world.status_changed = changed

    def inject(self, fault: Fault) -> Injection:
        """Let a task fail in every execution from now on; once the fault has struck, the mocks answer as if it were not there.

        Raises:
            PytestSfnError: this is no `Fault`.
        """
        from pytest_sfn.faults.fault import Fault
        from pytest_sfn.faults.inject import Injection

        if not isinstance(fault, Fault):
            raise PytestSfnError(f'inject takes a Fault, such as Fault("Charge", "States.Timeout", times=2), not {fault!r}')
        if self._met is not None and self._met.fault is fault:
            return self._met  # the test injects the fault of its marker by hand
        injection = self.world.runner = Injection(fault, self.world.runner, self._faults)
        self.injections += (injection,)
        self._at_work += (injection,)
        self._faults += 1
        return injection

    def meet(self, fault: Fault) -> Injection:
        """Inject the fault of a test's marker until `part`; no machine of this account need have its task."""
        injection = self._met = self.inject(fault)
        self._at_work = self._at_work[:-1]
        return injection

    def part(self) -> None:
        """Withdraw the fault of a test's marker, if the account has one."""
        if self._met is not None:
            self.withdraw(self._met)
            self._met = None

    def withdraw(self, injection: Injection) -> None:
        """Let a fault be over."""
        from pytest_sfn.faults.inject import without

        self.world.runner = without(injection, self.world.runner)
        self._at_work = tuple(each for each in self._at_work if each is not injection)

    def take_injections(self) -> tuple[Injection, ...]:
        """The faults of the present test, which the account then no longer counts as such."""
        taken, self.injections = self.injections, ()
        return taken

    def fault_cases(
        self,
        machine: Machine,
        arguments: Mapping[str, Any],
        *,
        tasks: Iterable[str] | None,
        errors: Iterable[str] | None,
        extra: Iterable[str],
        every: bool,
        pairs: bool,
    ) -> list[FaultCase[Execution]]:
        """The faults that a scenario can meet; see `Machine.faults`. `arguments` are those of `Machine.run`."""
        from pytest_sfn.faults.cases import fault_cases

        return fault_cases(self, machine, arguments, tasks=tasks, errors=errors, extra=extra, every=every, pairs=pairs)

    def event_input(
        self,
        machine: Machine,
        source: str,
        *,
        detail: Mapping[str, Any] | None,
        event: Mapping[str, Any] | None,
        body: Any,
    ) -> str:
        """The input that an event source of the machine's template would give; see `Machine.run_event`."""
        from pytest_sfn.account.template_events import event_input

        return event_input(self, machine, source, detail=detail, event=event, body=body)

    def rewinding(self) -> Callable[[], None]:
        """Keep what AWS's services hold; gives what starts the account again with that, any number of times."""
        put_back = self.aws_services.keep()

        def rewind() -> None:
            self.rewind()
            put_back()

        return rewind

    def rewind(self) -> None:
        """Start again: the clock at its start, nothing running, no fault, every script at its first answer, no calls.

        Mocks, machines and activities stay, and so do the executions that ran, for reports.
        """
        self.registry.rewind()
        if self.registry.handlers is not None:
            self.registry.handlers.rewind()
        self.activities.rewind()
        self._at_work, self._met = (), None
        old = self.world
        self.world = self._make_world(old.start_time, old.seed, old.as_of, old.observer)
        self.since = len(self.executions)
        self._generations = None
        if self._endpoints is not None:
            self._endpoints.rewind()

    def forget(self, most: int) -> bool:
        """Forget the executions that were started first and have ended, beyond so many, with all that belongs to them.

        Machines that nothing can start any more, since they were deleted or updated, go with their last execution. A test
        never does this; an account that lives on would grow for ever. Much is done at once, so the account has up to an
        eighth more.

        Returns:
            Whether it was time to.
        """
        if len(self._machine_of) + len(self.machines) <= max(most, self._left) + most // 8:
            return False
        _ = self.api  # which has the machines that were loaded
        assert self._endpoints is not None
        in_use = self._endpoints.machines_in_use()
        gone = set(islice((run for run in self.runs if not run.live), max(0, len(self.runs) - most)))
        self.since -= sum(run in gone for run in self.runs[: self.since])
        self.runs[:] = [run for run in self.runs if run not in gone]
        kept = set(self.runs)
        self.executions[:] = [execution for execution in self.executions if execution._run in kept]
        for known in (self._execution_of, self._machine_of, self._senders or {}):
            for run in [run for run in known if run.whole not in kept]:
                del known[run]
        in_use.update(map(id, self._machine_of.values()))
        self.machines[:] = [machine for machine in self.machines if id(machine) in in_use]
        self._left = len(self._machine_of) + len(self.machines)
        self._endpoints.forget(kept)
        self.world.forget(kept)
        self.registry.forget()
        if self.registry.mock_configs is not None:
            self.registry.mock_configs.forget(kept)
        if self.registry.handlers is not None:
            self.registry.handlers.forget(kept)
        if self._generations is not None:
            self._generations.forget(kept)
        return True

    def check_mocks(self, *, strict: bool) -> None:
        """Check at the end of a test that each mock and each fault could have been used.

        Args:
            strict: whether a mock that was never called is an error.

        Raises:
            MockError: a mock or a fault that no loaded machine could ever meet, or a mock that was never called.
        """
        if self.registry.mock_configs is not None:
            names = [name for machine in self.machines for name in self._names(machine)]
            self.registry.mock_configs.check(names)
        if not self._faults:
            self.registry.check(strict=strict)
            return
        from pytest_sfn.faults.inject import impossible_faults
        from pytest_sfn.mocks.unused import impossible

        machines = self.machines_known()
        # A fault may keep some mocks from being called.
        error = impossible(self.registry, machines) or impossible_faults(self._at_work, machines)
        if error is not None:
            raise error

    @property
    def network(self) -> Network:
        """What may leave the machine."""
        if self._network is None:
            self._network = Network(self.aws_services.fixture, everything=self._allowing)
        return self._network

    @property
    def allows_everything(self) -> bool:
        """Whether everything may leave the machine, from the beginning."""
        return self._allowing

    def open(self) -> None:
        """Answer requests to AWS from now on, or refuse them.

        Raises:
            PytestSfnError: the account is open already, or another one with services is.
        """
        if self._opened is not None:
            raise PytestSfnError(f"this account ({self.aws_services.fixture}) is open already; make another one")
        self._opened = self.aws_services.open(self)

    def release(self) -> None:
        """Release all resources, whether the test passed or failed; a second call does nothing."""
        try:
            if self.registry.handlers is not None:
                self.registry.handlers.close()
        finally:
            if self._network is not None:
                self._network.close()
            opened, self._opened = self._opened, None
            if opened is not None:
                opened.close()

    def leave(self) -> None:
        """Be no account in use any more: the test is over, its report is made, but some cycle may keep the account alive."""
        _in_use.pop(ref(self), None)

    @property
    def logged(self) -> Mapping[str, Sequence[tuple[str, Logged]]]:
        """What functions' own code has logged, each with the function's name, by the execution's ARN."""
        return self.registry.handlers.logged_in if self.registry.handlers is not None else {}

    def has_log_group(self, name: str, region: str) -> bool:
        """Whether CloudWatch Logs has this log group in a region."""
        return self.aws_services.has_log_group(name, region)
