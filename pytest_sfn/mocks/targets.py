"""The mocks of an account: for each target of a test one mock, which is made when the test first names it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.errors import MockError
from pytest_sfn.links import see
from pytest_sfn.mocks.checked import check_validate
from pytest_sfn.mocks.mock import Mock
from pytest_sfn.services.function_names import parse_known_as
from pytest_sfn.services.reach import activity_key, resource_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from re import Pattern

    from pytest_sfn.definition import StateMachine
    from pytest_sfn.engine.run import Run
    from pytest_sfn.mocks.checked import Validate
    from pytest_sfn.mocks.handlers import Handlers
    from pytest_sfn.mocks.http import HttpMock
    from pytest_sfn.mocks.mock_config_answers import MockConfigs
    from pytest_sfn.mocks.plan import Plan
    from pytest_sfn.services.function_names import FunctionName
    from pytest_sfn.tasks.http import Connection, Connections
    from pytest_sfn.tasks.http_message import HttpRequest
    from pytest_sfn.tasks.request import Request

__all__ = ["Targets"]


_NONE: Final[frozenset[tuple[str, str]]] = frozenset()


class Targets:
    """The mocks of one account, by their targets.

    Args:
        region, account: the account's, for names of functions that leave them out.
        fixture: the test's name for the account, for messages.
        validate: how answers for a service are checked, unless a mock has its own `validate`.
        redact: hides secret values in messages; every input shown passes it.
        make_handlers: makes `handlers` when a test first needs them; None if functions' own code cannot run.
        machines: gives the machines that were loaded, for messages.
        runs: gives the executions so far.
        invocable: whether clients, rules and schedules reach functions too: Lambda's Invoke is answered.

    Attributes:
        function_names: other names of functions in templates, such as a logical id, by the functions' own names.
        handlers: runs functions' own code; None until a test needs it.
        mock_configs: the test cases of mock configurations; None until one is used.
        operations: (service, operation) of the mocks that `service(...).on(...)` has made, which answer every caller.
    """

    __slots__ = (
        "_make_handlers", "_plans", "account", "connections", "endpoints", "fixture", "function_names", "functions", "handlers",
        "invocable", "machines", "mock_configs", "operations", "redact", "region", "resources", "runs", "states", "validate",
    )  # fmt: skip

    def __init__(
        self,
        region: str = "us-east-1",
        account: str = "123456789012",
        fixture: str = "sfn_mock",
        validate: Validate = "strict",
        redact: Callable[[Any], Any] = lambda value: value,
        make_handlers: Callable[[], Handlers] | None = None,
        machines: Callable[[], Sequence[StateMachine]] = tuple,
        invocable: bool = False,
        runs: Callable[[], Sequence[Run]] = tuple,
    ) -> None:
        self.runs = runs
        self.invocable = invocable
        self.machines = machines
        self.region = region
        self.account = account
        self.fixture = fixture
        self.validate: Validate = validate
        self.redact = redact
        self._make_handlers = make_handlers
        self.handlers: Handlers | None = None
        self.mock_configs: MockConfigs | None = None
        self.states: dict[str, Mock] = {}
        self.functions: dict[str, list[tuple[FunctionName, Mock]]] = {}  # by bare name, in the order they are tried
        self.resources: dict[str, Mock] = {}
        self.operations: frozenset[tuple[str, str]] = _NONE
        self.endpoints: tuple[HttpMock, ...] = ()  # in the order they are tried
        self.connections: Connections | None = None
        self._plans: dict[tuple[str | None, ...], Plan] = {}
        self.function_names: dict[str, tuple[str, ...]] = {}

    def own_code(self) -> Handlers | None:
        """`handlers`, made now if needed; None if functions' own code cannot run."""
        if self.handlers is None and self._make_handlers is not None:
            self.handlers = self._make_handlers()
        return self.handlers

    # -- registration --------------------------------------------------------------------------------------------------

    def lambda_function(
        self, name: str, *, return_value: Any = ..., side_effect: Any = None, strict: bool | None = None
    ) -> Mock:
        """The mock of a Lambda function, however a state calls it.

        Args:
            name: the function's name, ARN or partial ARN, with or without version or alias.
            return_value: as in unittest.mock.
            side_effect: as in unittest.mock.
            strict: whether it is an error if nothing calls it; None: as the test's `sfn_strict` says.
        """
        text = _text(name)
        function = parse_known_as(text)
        if function is None:
            advice = 'give the name ("charge", "charge:live") or the ARN of a function'
            if ":states:" in text:
                advice = f'a service integration is mocked with resource("{name}")'
            raise _misuse(f"lambda_function({name!r})", "this is not a Lambda function", advice)
        namesakes = self.functions.get(function.name)
        mock = next((mock for known, mock in namesakes if known.key == function.key), None) if namesakes else None
        if mock is None:
            mock = Mock(self, "function", function.label)
            if namesakes:
                namesakes.append((function, mock))
                namesakes.sort(key=lambda pair: pair[0].rank, reverse=True)
            else:
                self.functions[function.name] = [(function, mock)]
            self._plans.clear()
        return _configured(mock, return_value, side_effect, strict)

    def state(
        self,
        name: str,
        *,
        return_value: Any = ...,
        side_effect: Any = None,
        strict: bool | None = None,
        validate: Validate | None = None,
    ) -> Mock:
        """The mock of the Task state of that name, in whichever machine; its answer is the task's whole result."""
        if not _text(name):
            raise _misuse(f"state({name!r})", "this is not the name of a state", "give the name as the definition has it")
        mock = self.states.get(name)
        if mock is None:
            mock = self.states[name] = Mock(self, "state", f"state:{name}")
            self.changed()
        return self._validating(_configured(mock, return_value, side_effect, strict), validate)

    def resource(
        self,
        arn: str,
        *,
        return_value: Any = ...,
        side_effect: Any = None,
        strict: bool | None = None,
        validate: Validate | None = None,
    ) -> Mock:
        """The mock of all Task states with that Resource; its answer is the task's whole result.

        Args:
            arn: the Resource (`arn:aws:states:::dynamodb:putItem`), or what comes after `arn:aws:states:::`.
            return_value: as in `lambda_function`; so are the others.
            side_effect: as in unittest.mock.
            strict: whether it is an error if nothing calls it.
            validate: what is checked of its answers: "strict", "present" (required members may be missing) or "none"; None:
                as the test's `sfn_validate` says.
        """
        if not _text(arn):
            raise _misuse(f"resource({arn!r})", "this is not a Resource", 'give its ARN, e.g. "arn:aws:states:::sns:publish"')
        key = resource_key(arn)
        mock = self.resources.get(key)
        if mock is None:
            mock = self.resources[key] = Mock(self, "resource", f"resource:{key}")
            self.changed()
        return self._validating(_configured(mock, return_value, side_effect, strict), validate)

    def http(
        self,
        url: str | Pattern[str] | None = None,
        method: str | None = None,
        *,
        return_value: Any = ...,
        side_effect: Any = None,
        strict: bool | None = None,
    ) -> HttpMock:
        """The mock of an HTTP endpoint, for `http:invoke` and `apigateway:invoke`. Arguments as for `mocks.http.Endpoint`."""
        from pytest_sfn.mocks.http import Endpoint, HttpMock

        endpoint = Endpoint(url, method)
        mock = next((mock for mock in self.endpoints if mock._endpoint.key == endpoint.key), None)
        if mock is None:
            mock = HttpMock(self, "http", endpoint.label, endpoint=endpoint)
            self.endpoints = tuple(sorted((*self.endpoints, mock), key=lambda each: each._endpoint.rank, reverse=True))
            self.changed()
        _configured(mock, return_value, side_effect, strict)
        return mock

    def connect(self, name: str, connection: Connection) -> None:
        """Add what a connection of EventBridge, by name or ARN, puts into requests."""
        from pytest_sfn.tasks.http import Connections

        if self.connections is None:
            self.connections = Connections()
        self.connections.add(name, connection)

    def sent(self, request: Request) -> HttpRequest:
        """The HTTP request that a task sends.

        Raises:
            StateError: it cannot be put together.
        """
        from pytest_sfn.tasks.http import Connections, request_sent

        return request_sent(request, self.connections or Connections())

    def activity(self, name: str, *, return_value: Any = ..., side_effect: Any = None, strict: bool | None = None) -> Mock:
        """The mock of an activity: its answers are a worker's.

        Args:
            name: the activity's name, whatever account and region its tasks name, or its ARN.
            return_value: as in `lambda_function`; so are the others.
            side_effect: as in unittest.mock.
            strict: whether it is an error if nothing calls it.
        """
        parsed = parse_resource(_text(name))
        if parsed.kind == "activity":
            return self.resource(name, return_value=return_value, side_effect=side_effect, strict=strict)
        if not name or ":" in name:
            raise _misuse(f"activity({name!r})", "this is not an activity", 'give its name ("paint") or its ARN')
        key = activity_key(name)
        mock = self.resources.get(key)
        if mock is None:
            mock = self.resources[key] = Mock(self, "activity", key)
            self.changed()
        return _configured(mock, return_value, side_effect, strict)

    def know_functions(self, names: Mapping[str, tuple[str, ...]]) -> None:
        """Let functions be mocked by their other names in a template."""
        for name, others in names.items():
            self.function_names[name] = tuple(dict.fromkeys((*self.function_names.get(name, ()), *others)))
        if names:
            self.changed()

    def others(self, mock: Mock) -> dict[str, int]:
        """Those that answered in place of a mock, in words, and how often each did."""
        raise NotImplementedError

    def _validating(self, mock: Mock, validate: Validate | None) -> Mock:
        if validate is not None:
            mock.validate = check_validate(validate, mock.label)
            self.changed()
        return mock

    def changed(self) -> None:
        """Forget the plans, since something was registered."""
        self._plans.clear()

    def reset_calls(self) -> None:
        """Forget the calls of all mocks."""
        for mock in self:
            mock.reset_mock()

    def rewind(self) -> None:
        """Start every script again, and forget the calls."""
        self.reset_calls()
        for mock in self:
            for each in (mock, *mock._narrower):
                if each._script is not None:
                    each._script._rewind()
        if self.mock_configs is not None:
            self.mock_configs.rewind()

    def forget(self) -> None:
        """Forget the calls of each mock but the last, and the plans, which are those of many machines."""
        self._plans.clear()
        for target in self:
            for mock in (target, *target._narrower):
                mock._forget()

    def __iter__(self) -> Iterator[Mock]:
        """All targets' mocks, without the narrower ones."""
        named = [mock for namesakes in self.functions.values() for _, mock in namesakes]
        functions = dict.fromkeys(named) if self.function_names else named  # one may be there under several names
        return iter([*self.states.values(), *functions, *self.endpoints, *self.resources.values(), *(self.mock_configs or ())])

    def functions_known(self) -> dict[str, None]:
        """The functions of the loaded templates, by each of their names."""
        names = [name for own, others in self.function_names.items() for name in (own, *others)]
        return dict.fromkeys([*names, *(self.handlers.names() if self.handlers is not None else ())])

    def named(self) -> Iterator[tuple[FunctionName, Mock]]:
        """The mocks of functions with the names that they were made for."""
        for namesakes in self.functions.values():
            yield from namesakes


def _configured(mock: Mock, return_value: Any, side_effect: Any, strict: bool | None) -> Mock:
    if return_value is not ...:
        mock.return_value = return_value
    if side_effect is not None:
        mock.side_effect = side_effect
    if strict is not None:
        mock.strict = strict
    return mock


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _misuse(call: str, problem: str, advice: str) -> MockError:
    return MockError(f"{call}: {problem}\n  fix  {advice}\n  see  {see('mocks#targets')}")
