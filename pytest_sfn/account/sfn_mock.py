"""`SfnMock`: one mocked account with one clock, its mocks, its machines and their executions, as a test uses it.

Every public name here is documented. `SfnMock` assembles an account's collaborators, which do the work; account.py has the
operations that need several of them, and `account_of` gives the plugin access to these.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, Self

from pytest_sfn.account.account import Account
from pytest_sfn.account.aws_services import AwsServices
from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.definition import DefinitionLike, StateMachine, caller_directories, load_template
from pytest_sfn.engine.quotas import Quotas
from pytest_sfn.engine.scheduler import TURN
from pytest_sfn.errors import MockError, PytestSfnError, warn
from pytest_sfn.expressions.values import UNDEFINED, admit
from pytest_sfn.gate.gate import GATE
from pytest_sfn.links import see
from pytest_sfn.mocks.checked import check_validate
from pytest_sfn.mocks.registry import Registry
from pytest_sfn.settings import DEFAULTS, check_settings
from pytest_sfn.tasks.activities import Activities
from pytest_sfn.tasks.runner import MockTaskRunner

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from os import PathLike
    from re import Pattern
    from types import TracebackType

    from pytest_sfn.account.execution import Execution
    from pytest_sfn.account.machine import Machine
    from pytest_sfn.account.one_state import StateTest
    from pytest_sfn.api.service import Service, StepFunctionsApi
    from pytest_sfn.engine.run import Run
    from pytest_sfn.faults.fault import Fault
    from pytest_sfn.gate.gate import Guard
    from pytest_sfn.mocks.handlers import Handlers
    from pytest_sfn.mocks.http import HttpMock
    from pytest_sfn.mocks.mock import Mock
    from pytest_sfn.mocks.operations import ServiceMocks

__all__ = ["START_TIME", "SfnMock", "account_of"]

START_TIME: Final = datetime(2024, 1, 1, tzinfo=UTC)
"""Default virtual time at which an account begins."""
_NO_SERVICES: Final = AwsServices()


class SfnMock:
    """One mocked account: the fixture `sfn_mock`, or `with SfnMock() as sfn_mock:` without pytest.

    Args:
        start_time: the virtual time at which the account begins; UTC if it has no time zone.
        seed: seed of all random values (jitter, UUIDs, States.MathRandom); the same seed gives the same history.
        region, account_id: region and account of the ARNs that pytest-sfn makes.
        quotas: `"aws"` (the default) for AWS's limits, None for no limits, or a `Quotas`.
        strict: whether a mock that was never called fails the test.
        validate: how a mock's answers for a service are checked, by the rules of TestState: `"strict"` (required fields and
            types), `"present"` (required fields may be missing) or `"none"`.
        network: `"refuse"`, the default, or `"allow"` to let stubs, handlers and boto3 clients leave this machine.
        as_of: a day; histories are as AWS wrote them on that day, where AWS is known to have changed. None for today.

    Attributes:
        strict: the argument.
    """

    _kind: ClassVar[type[Account]] = Account

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
        network: Literal["refuse", "allow"] = "refuse",
        as_of: date | None = None,
    ) -> None:
        if (region, account_id, seed, strict, start_time) != DEFAULTS:
            check_settings(region=region, account_id=account_id, seed=seed, strict=strict, start_time=start_time)
        start_time = START_TIME if start_time is None else _in_utc(start_time)
        if quotas not in ("aws", None) and not isinstance(quotas, Quotas):
            raise PytestSfnError(f"quotas is {quotas!r}; it is 'aws', None or a Quotas")
        if network not in ("refuse", "allow"):
            raise PytestSfnError(f"network is {network!r}; it is 'refuse' or 'allow'")
        self.strict = strict
        aws_services = self._aws_services(region)
        registry = Registry(
            region,
            account_id,
            aws_services.fixture,
            "strict" if validate == "strict" else check_validate(validate, "SfnMock"),
            self._redact,
            self._make_handlers,
            self._make_guard,
            self._machines_known,
            aws_services.invocable,
            self._runs,
        )
        activities = Activities()
        runner = MockTaskRunner(registry, self._api_of, activities, aws_services)
        self._account = self._kind(registry, activities, runner, aws_services, network, quotas, start_time, seed, as_of)

    def _aws_services(self, region: str) -> AwsServices:
        """The services around the state machines of an account in this region."""
        return _NO_SERVICES

    # The account is made of these collaborators; they reach it by a method when they first need it.

    def _redact(self, value: Any) -> Any:
        return self._account.redaction.value(value)

    def _api_of(self, run: Run) -> Service:
        return self._account.api_of(run)

    def _machines_known(self) -> list[StateMachine]:
        return self._account.machines_known()

    def _runs(self) -> list[Run]:
        return self._account.latest_runs

    def _make_guard(self) -> Guard:
        return GATE.guard("stub", self._account.broken_by, self._account.network)

    def _make_handlers(self) -> Handlers:
        from pytest_sfn.mocks.handlers import Handlers

        account = self._account
        return Handlers(
            account.region,
            functions=account.functions,
            templates=account.template_names,
            directories=caller_directories,
            guard=GATE.guard("handler", account.broken_by, account.network),
            fixture=account.aws_services.fixture,
            account=account.account_id,
        )

    # -- what there is -------------------------------------------------------------------------------------------------

    @property
    def region(self) -> str:
        """The region of the ARNs that pytest-sfn makes."""
        return self._account.region

    @property
    def account_id(self) -> str:
        """The account id in the ARNs that pytest-sfn makes."""
        return self._account.account_id

    @property
    def machines(self) -> list[Machine]:
        """All loaded machines, in order."""
        return self._account.machines

    @property
    def executions(self) -> list[Execution]:
        """All started executions, in order."""
        return self._account.executions

    # -- mocks ---------------------------------------------------------------------------------------------------------

    def lambda_function(
        self, name: str, *, return_value: Any = ..., side_effect: Any = None, strict: bool | None = None
    ) -> Mock:
        """The mock of a Lambda function; always the same object for the same name.

        Args:
            name: the function's name, ARN or partial ARN, with or without version or alias.
            return_value: as in unittest.mock: the value that answers every call.
            side_effect: as in unittest.mock: an exception, a list of answers and exceptions, or a function of the payload.
            strict: whether the test fails if nothing calls the mock; None for the test's `sfn_strict`.
        """
        registry = self._account.registry
        with TURN.lock:
            return registry.lambda_function(name, return_value=return_value, side_effect=side_effect, strict=strict)

    def state(
        self,
        name: str,
        *,
        return_value: Any = ...,
        side_effect: Any = None,
        strict: bool | None = None,
        validate: Literal["strict", "present", "none"] | None = None,
    ) -> Mock:
        """The mock of a Task state; it answers before a mock of the function or service that the state calls.

        Args:
            name: the state's name, in whichever machine.
            return_value, side_effect, strict: as for `lambda_function`; an answer is the task's whole result.
            validate: how answers for a service are checked, as for `SfnMock`; None for the test's `sfn_validate`.
        """
        registry = self._account.registry
        with TURN.lock:
            return registry.state(name, return_value=return_value, side_effect=side_effect, strict=strict, validate=validate)

    def resource(
        self,
        arn: str,
        *,
        return_value: Any = ...,
        side_effect: Any = None,
        strict: bool | None = None,
        validate: Literal["strict", "present", "none"] | None = None,
    ) -> Mock:
        """The mock of all tasks with this Resource; it answers with the task's whole result, as the service does.

        Args:
            arn: the Resource (`arn:aws:states:::dynamodb:putItem`), or the part after `arn:aws:states:::`.
            return_value, side_effect, strict, validate: as for `state`.
        """
        registry = self._account.registry
        with TURN.lock:
            return registry.resource(arn, return_value=return_value, side_effect=side_effect, strict=strict, validate=validate)

    def service(self, name: str) -> ServiceMocks:
        """The mocks of a service's operations, for boto3 clients of handlers and code under test, and for `aws-sdk` tasks.

        `sfn_mock.service("account").on("ListRegions").returns({...})`

        Args:
            name: as `boto3.client` takes it, or as `aws-sdk` Resources have it.

        Raises:
            MockError: there is no such service.
        """
        from pytest_sfn.mocks.operations import ServiceMocks

        return ServiceMocks(self._account.registry, name)

    def activity(self, name: str, *, return_value: Any = ..., side_effect: Any = None, strict: bool | None = None) -> Mock:
        """The mock of an activity's worker; creates the activity if it does not exist.

        Args:
            name: the activity's name, in whichever account and region, or its ARN.
            return_value, side_effect, strict: as for `lambda_function`; an answer is the worker's output.
        """
        registry = self._account.registry
        with TURN.lock:
            mock = registry.activity(name, return_value=return_value, side_effect=side_effect, strict=strict)
        parsed = parse_resource(name)
        self.create_activity((parsed.kind == "activity" and parsed.name) or name)
        return mock

    def http(
        self,
        url: str | Pattern[str] | None = None,
        method: str | None = None,
        *,
        return_value: Any = ...,
        side_effect: Any = None,
        strict: bool | None = None,
    ) -> HttpMock:
        """The mock of an HTTP endpoint that `http:invoke` and `apigateway:invoke` call.

        Args:
            url: a whole URL, one with `*` for any text, a path on any host, or a compiled regular expression (matched from
                the URL's beginning); None for any. A request must have the query parameters of the URL, and may have others.
            method: `"GET"`, `"POST"`, ...; None for any.
            return_value, side_effect, strict: as for `lambda_function`; an answer is what `HttpMock.returns` takes.
        """
        registry = self._account.registry
        with TURN.lock:
            return registry.http(url, method, return_value=return_value, side_effect=side_effect, strict=strict)

    def connection(
        self,
        name: str,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> None:
        """Describe the values that an EventBridge connection adds to the requests of its HTTP tasks.

        Args:
            name: the connection's name or ARN.
            headers, query, body: added to the task's request; they win over the task's own values.
        """
        from pytest_sfn.tasks.http import Connection

        self._account.registry.connect(name, Connection(headers, query, body))

    def use_handlers(
        self,
        *templates: str | PathLike[str],
        layers: Iterable[str | PathLike[str]] = (),
        environment: Mapping[str, str] | None = None,
        freeze_time: bool = False,
        parameters: Mapping[str, Any] | None = None,
    ) -> None:
        """Run the own Python code of every Lambda function that no mock answers, in this process, as Lambda does.

        Args:
            templates: more templates with functions, beside those of the loaded machines.
            layers: folders or zip archives with more code, beside the layers in the templates.
            environment: environment variables for all functions; they win over those of the templates.
            freeze_time: show the handlers the virtual time (needs time-machine or freezegun).
            parameters: for `templates`, as for `load`.

        Raises:
            MockError: a layer does not exist, time cannot be frozen, or there are parameters and no templates.
            DefinitionError: a template does not exist or cannot be read.
        """
        registry = self._account.registry
        handlers = registry.own_code()
        assert handlers is not None
        chosen = handlers.choose(layers=layers, environment=environment, freeze_time=freeze_time)
        if parameters and not templates:
            raise MockError(
                "use_handlers(parameters=...): no template is named that they are for\n"
                '  fix  name it, use_handlers("template.yaml", parameters=...); load(..., parameters=...) is for a machine\'s\n'
                f"  see  {see('handlers#environment-variables')}"
            )
        given = dict(parameters or {})
        for named in templates:
            template = load_template(named, parameters={**self._account.pseudo_parameters, **given})
            if note := template.note_on_parameters(given):
                warn(note)
            handlers.add(template.functions)
            registry.know_functions(template.function_names)
        handlers.use(chosen)
        registry.changed()

    def use_mock_config(self, path: str | PathLike[str] | None = None, test_case: str | None = None) -> None:
        """Use a mock configuration of Step Functions Local, a `MockConfigFile.json`, from now on.

        An execution started as `...stateMachine:Name#TestCase` runs under that test case. The states that the test case names
        are answered by its responses, all others as without it.

        Args:
            path: the file, relative to the one that calls this, then to pytest's rootdir; None for the one that the variable
                SFN_MOCK_CONFIG names.
            test_case: the test case of every execution whose machine has it.

        Raises:
            MockError: there is no such file, it has mistakes, or no machine in it has the test case.
        """
        with TURN.lock:
            self._account.mock_configs.use(path, test_case, caller_directories())

    def allow_network(self, *hosts: str) -> None:
        """Let stubs, handlers and boto3 clients reach other machines for the rest of the test.

        Args:
            hosts: names or addresses, `*.example.com` for all names below one; all machines if left out.
        """
        self._account.network.allow(*hosts)

    def test_state(
        self,
        source: DefinitionLike | StateMachine | Machine,
        state: str | None = None,
        input: Any = UNDEFINED,
        *,
        mock: Mapping[str, Any] | None = None,
        variables: Mapping[str, Any] | None = None,
        context: Mapping[str, Any] | None = None,
        retry_count: int | None = None,
        map_iteration_failure_count: int | None = None,
        error_caused_by_state: str | None = None,
        map_item_reader_data: str | None = None,
        role_arn: str | None = None,
    ) -> StateTest:
        """Run one state alone, one attempt of it, as AWS's TestState API does.

        Args:
            source: a Machine, a StateMachine, or what `load` takes; the JSON of one state if `state` is left out.
            state: the state's name, at any depth.
            input: the state's input, a JSON value; `{}` when left out.
            mock: as in the API with Python values: `{"result": value}` or `{"errorOutput": {"error": ..., "cause": ...}}`, with
                `"fieldValidationMode"` if wanted. Without it a task is answered as in an execution; a Map or Parallel needs it.
            variables: workflow variables, name to JSON value.
            context: the whole Context Object.
            retry_count: how often the Retrier that takes the error has retried already.
            map_iteration_failure_count, error_caused_by_state, map_item_reader_data: as in the API's stateConfiguration.
            role_arn: as the Context Object has it.

        Raises:
            ApiError: TestState refuses this; the text is AWS's.
            DefinitionError: AWS would refuse the definition.
            UnknownStateError: there is no such state.
        """
        from pytest_sfn.account.one_state import test_state

        configured = {
            "retrierRetryCount": retry_count,
            "mapIterationFailureCount": map_iteration_failure_count,
            "errorCausedByState": error_caused_by_state,
            "mapItemReaderData": map_item_reader_data,
        }
        members = {
            "mock": mock,
            "variables": variables,
            "context": context,
            "roleArn": role_arn,
            "stateConfiguration": {name: value for name, value in configured.items() if value is not None} or None,
        }
        with TURN:
            return test_state(self._account, source, state, input, members)

    def inject(self, fault: Fault) -> None:
        """Fail the first calls of a task in every execution from now on; after the fault's `times` the mocks answer.

        Raises:
            PytestSfnError: `fault` is no `Fault`.
        """
        with TURN.lock:
            self._account.inject(fault)

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
        allowed_folders: Sequence[str | PathLike[str]] = (),
    ) -> Machine:
        """Load a definition, or a state machine of a template, into this account and make it runnable.

        Args:
            source, logical_id, parameters, substitutions, allowed_folders: as for `pytest_sfn.load`.
            name: the machine's name; when left out, the file's name without extensions, or the name in the template.
            type: STANDARD or EXPRESS; when left out, the type in the template, else STANDARD.
            role_arn: the role in the Context Object and the history.

        Raises:
            DefinitionError: as `pytest_sfn.load`.
        """
        with TURN.lock:
            return self._account.load(
                source,
                logical_id=logical_id,
                parameters=parameters,
                substitutions=substitutions,
                name=name,
                type=type,
                role_arn=role_arn,
                allowed_folders=allowed_folders,
            )

    @property
    def api(self) -> StepFunctionsApi:
        """The API of Step Functions that boto3 clients call, without boto3: `api.call("StartExecution", {...})`."""
        from pytest_sfn.api.service import StepFunctionsApi

        return StepFunctionsApi(self._account.api)

    # -- time ----------------------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """The virtual time."""
        return self._account.now

    def advance(self, seconds: float | timedelta) -> None:
        """Let virtual time pass, the end point included; every execution moves."""
        self._account.advance(seconds)

    # -- activities ----------------------------------------------------------------------------------------------------

    def create_activity(self, name: str) -> str:
        """Create an activity and return its ARN; its tasks then wait for a worker."""
        with TURN.lock:
            return self._account.create_activity(name)

    def delete_activity(self, arn: str) -> None:
        """Delete an activity, by ARN or name; its tasks then fail as on AWS."""
        with TURN:
            self._account.activities.delete(self._account.activity_arn(arn))

    def get_activity_task(self, arn: str, worker_name: str | None = None) -> dict[str, Any]:
        """Poll for a task as a worker does: `{"TaskToken": str, "Input": JSON text}`, or `{}` after sixty virtual seconds.

        Args:
            arn: the activity's ARN, or its name alone.
            worker_name: shown in the history.

        Raises:
            ExecutionError: there is no such activity.
        """
        return self._account.get_activity_task(arn, worker_name)

    # -- answers from outside ------------------------------------------------------------------------------------------

    def send_task_success(self, token: str, output: Any) -> None:
        """End the task that waits with this token.

        Args:
            output: the task's output, a JSON value, not its text.

        Raises:
            TaskTokenError: no task waits with this token; the other two raise it too.
        """
        with TURN:
            self._account.waiting(token).succeed(*admit(output))

    def send_task_failure(self, token: str, error: str | None = None, cause: str | None = None) -> None:
        """Fail the task that waits with this token. Its events have no error or cause if none is given."""
        with TURN:
            self._account.waiting(token).fail(error, cause)

    def send_task_heartbeat(self, token: str) -> None:
        """Send a heartbeat for the task that waits with this token: HeartbeatSeconds begin anew."""
        with TURN:
            self._account.waiting(token).beat()

    # -- the end of the test -------------------------------------------------------------------------------------------

    def redact(self, *paths: str) -> None:
        """Hide values in all reports: timelines, messages of pytest-sfn, and the other sections of a failed test's report.

        A value at one of the paths, in any input or output of a state or in a task's request or answer, is hidden wherever
        it appears again. A value of fewer than four characters is hidden only as a whole JSON value, not inside text.

        Args:
            paths: JSONPaths such as `$.card.number`.
        """
        self._account.redaction.add(paths)

    def reset_calls(self) -> None:
        """Forget the calls of all mocks, as between two tests that share the account; scripts go on where they are."""
        self._account.registry.reset_calls()

    def close(self) -> None:
        """Check the mocks and release all resources at the end of a test. `with` and the fixtures call it.

        Raises:
            MockError: a test error that code under test swallowed, a mock or a fault that no loaded machine could ever meet,
                or, if strict, a mock that was never called. None of it is told of a test that failed with a test error.
        """
        account = self._account
        try:
            if not _has_failed_a_test(account.world.broken):
                account.check()
                account.check_mocks(strict=self.strict)
        finally:
            account.release()

    def __enter__(self) -> Self:
        self._account.open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None:
            self.close()
        else:
            self._account.release()

    def __repr__(self) -> str:
        machines, executions = len(self.machines), len(self.executions)
        counts = f"{machines} machine{'s' * (machines != 1)}, {executions} execution{'s' * (executions != 1)}"
        return f"<{type(self).__name__} at {self.now:%Y-%m-%d %H:%M:%S}: {counts}>"


_RUNNERS: Final = {("_pytest.runner", "from_call"), ("unittest.case", "testPartExecutor")}
"""The functions in which pytest and unittest catch what a test raises."""


def _has_failed_a_test(error: BaseException | None) -> bool:
    """Whether an error went all the way to pytest or unittest: its traceback begins where it was caught."""
    if error is None or error.__traceback__ is None:
        return False
    frame = error.__traceback__.tb_frame
    return (frame.f_globals.get("__name__"), frame.f_code.co_name) in _RUNNERS


def _in_utc(start_time: datetime) -> datetime:
    """The same instant in UTC; a time without a zone is in UTC."""
    if start_time.tzinfo is None:
        return start_time.replace(tzinfo=UTC)
    try:
        return start_time.astimezone(UTC)
    except OverflowError:
        raise PytestSfnError(f"start_time is {start_time}; in UTC it is outside of the years 1 to 9999") from None


def account_of(mock: SfnMock) -> Account:
    """The account behind an `SfnMock`."""
    return mock._account
