"""The mocks of an account, and which of them answers a task. What is said when none does is in explain.py.

A task may be the business of several targets. They are asked in this order: the state by name, the function (an ARN
before a name, more of an ARN before less, with a qualifier before without) or the HTTP endpoint (more of a URL before
less), the Resource. Within a target the narrower mocks come before the target's own answers. The first that has an answer
to give is the one; a target without answers, or whose narrower mocks do not fit this call, is passed over, but a script
that is used up is an error and never falls through.

The targets of a task depend on the state, its Resource and, for `lambda:invoke`, on the function's name, and so they
are found once (a `Plan`) and kept until something is registered. Only narrower mocks are asked at each call, and so are
endpoints, since each request may go to another one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.engine.objects import ObjectField
from pytest_sfn.errors import MockError
from pytest_sfn.mocks.checked import CheckedAnswers, check_validate
from pytest_sfn.mocks.explain import ambiguous, no_answer, predicate_failed, used_up
from pytest_sfn.mocks.mock import Mock
from pytest_sfn.mocks.unused import impossible, unused
from pytest_sfn.services.function_names import parse_function
from pytest_sfn.tasks.callees import HTTP_SERVICES, activity_key, callee_of, invokes, resource_key
from pytest_sfn.tasks.functions import refuse_payload
from pytest_sfn.tasks.invoke import answer_dry_run
from pytest_sfn.tasks.objects import ObjectCall

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from re import Pattern

    from pytest_sfn.asl.model import TaskState
    from pytest_sfn.asl.resource import Resource
    from pytest_sfn.definition import StateMachine
    from pytest_sfn.engine.requests import TaskRequest
    from pytest_sfn.gate.guard import Gate
    from pytest_sfn.mocks.answers import Answer, Delivery
    from pytest_sfn.mocks.checked import Validate
    from pytest_sfn.mocks.handlers import Handlers
    from pytest_sfn.mocks.http import HttpMock
    from pytest_sfn.services.function_names import FunctionName
    from pytest_sfn.tasks.http import Connections
    from pytest_sfn.tasks.http_message import HttpRequest

__all__ = ["Plan", "Registry"]


class Plan:
    """The targets of one task, in the order in which they are asked.

    Attributes:
        only: the single target, if there is just one and nothing to ask it but its own script; else None.
        function: the Lambda function that the task calls, if any.
        invokes: whether it does so through `lambda:invoke`.
        handled: the mock that records calls of the function's own code, and how that answers; None if only mocks answer.
    """

    __slots__ = ("delivery", "function", "handled", "invokes", "only", "targets")

    def __init__(
        self,
        targets: list[tuple[Mock, Delivery]],
        function: FunctionName | None,
        *,
        invokes: bool,
        handled: tuple[Mock, Delivery] | None = None,
    ) -> None:
        self.targets = targets
        self.function = function
        self.invokes = invokes
        self.handled = handled
        self.only: Mock | None = None
        self.delivery: Delivery | None = None
        if handled is not None and all(mock.script is None and not mock.narrower for mock, _ in targets):
            self.only, self.delivery = handled
        elif len(targets) == 1:
            mock, delivery = targets[0]
            if mock.script is not None and not mock.narrower:
                self.only, self.delivery = mock, delivery


class Registry:
    """The mocks of one account.

    Args:
        region, account: the account's, for names of functions that leave them out.
        fixture: what the test calls the account, for messages.
        validate: what is checked of answers for a service, unless a mock says otherwise.
        redact: hides secret values in messages; every input shown passes it.
        make_handlers: makes what runs functions' own code, when a test first asks for that; None if nothing can.
        make_gate: makes what holds back the requests that stubs send to AWS, when the first stub runs; None to let them pass.

    Attributes:
        function_names: what else templates know functions by, such as a logical id, by the functions' own names.
        handlers: what runs functions' own code; None until a test asks for that.
    """

    __slots__ = (
        "_gate", "_make_gate", "_make_handlers", "_plans", "account", "connections", "endpoints", "fixture", "function_names",
        "functions", "handlers", "redact", "region", "resources", "states", "validate",
    )  # fmt: skip

    def __init__(
        self,
        region: str = "us-east-1",
        account: str = "123456789012",
        *,
        fixture: str = "sfn_mock",
        validate: Validate = "strict",
        redact: Callable[[Any], Any] = lambda value: value,
        make_handlers: Callable[[], Handlers] | None = None,
        make_gate: Callable[[], Gate] | None = None,
    ) -> None:
        self.region = region
        self.account = account
        self.fixture = fixture
        self.validate: Validate = validate
        self.redact = redact
        self._make_handlers = make_handlers
        self._make_gate = make_gate
        self._gate: Gate | None = None
        self.handlers: Handlers | None = None
        self.states: dict[str, Mock] = {}
        self.functions: dict[str, list[tuple[FunctionName, Mock]]] = {}  # by bare name, in the order they are asked
        self.resources: dict[str, Mock] = {}
        self.endpoints: list[HttpMock] = []  # in the order they are asked
        self.connections: Connections | None = None
        self._plans: dict[tuple[str | None, ...], Plan] = {}
        self.function_names: dict[str, tuple[str, ...]] = {}

    def own_code(self) -> Handlers | None:
        """What runs functions' own code, made now if it is not there; None if nothing can."""
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
        function = parse_function(text)
        if function is None:
            advice = 'give the name ("charge", "charge:live") or the ARN of a function'
            if ":states:" in text:
                advice = f'a service integration is mocked with resource("{name}")'
            raise _misuse(f"lambda_function({name!r})", "this is not a Lambda function", advice)
        namesakes = self.functions.setdefault(function.name, [])
        for known, mock in namesakes:
            if known.key == function.key:
                return _configured(mock, return_value, side_effect, strict)
        mock = Mock(self, "function", function.label)
        namesakes.append((function, mock))
        if len(namesakes) > 1:
            namesakes.sort(key=lambda pair: pair[0].rank, reverse=True)
        self.changed()
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
        mock = next((mock for mock in self.endpoints if mock.endpoint.key == endpoint.key), None)
        if mock is None:
            mock = HttpMock(self, "http", endpoint.label)
            mock.endpoint = endpoint
            self.endpoints.append(mock)
            self.endpoints.sort(key=lambda each: each.endpoint.rank, reverse=True)
            self.changed()
        _configured(mock, return_value, side_effect, strict)
        return mock

    def sent(self, request: TaskRequest) -> HttpRequest:
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
        """Let functions be mocked by what else a template knows them by."""
        for name, others in names.items():
            self.function_names[name] = tuple(dict.fromkeys((*self.function_names.get(name, ()), *others)))
        if names:
            self.changed()

    def _validating(self, mock: Mock, validate: Validate | None) -> Mock:
        if validate is not None:
            mock.validate = check_validate(validate, mock.label)
            self.changed()
        return mock

    def changed(self) -> None:
        """Something was registered: who answers what has to be found anew."""
        self._plans.clear()

    def rewind(self) -> None:
        """Let every script begin anew, and forget the calls."""
        for mock in self:
            mock.reset_mock()
            for each in (mock, *mock.narrower):
                if each.script is not None:
                    each.script.rewind()

    def __iter__(self) -> Iterator[Mock]:
        """All targets' mocks, without the narrower ones."""
        yield from self.states.values()
        yield from dict.fromkeys(mock for _, mock in self.named())
        yield from self.endpoints
        yield from self.resources.values()

    def named(self) -> Iterator[tuple[FunctionName, Mock]]:
        """The mocks of functions with the names that they were made for."""
        for namesakes in self.functions.values():
            yield from namesakes

    # -- which mock answers --------------------------------------------------------------------------------------------

    def answer(self, request: TaskRequest) -> None:
        """Let the mock of the task answer it.

        Raises:
            MockError: no mock answers, two do, or the script of the one that should is used up.
        """
        plan = self._plan(request)
        mock, delivery = plan.only, plan.delivery
        if mock is None or delivery is None:
            mock, delivery = self._choose(plan, request)
        if plan.invokes and mock.kind == "function" and (refuse_payload(request) or answer_dry_run(request)):
            return
        script = mock.script
        answer = script.draw(request) if script is not None else self._own_answer
        if answer is None:
            raise used_up(self, mock, request)
        mock.record(request)
        if self._make_gate is None or not answer.runs_stub:
            answer.play(request, delivery)
            return
        gate = self._gate
        if gate is None:
            gate = self._gate = self._make_gate()
        gate.shut()
        try:
            answer.play(request, delivery)
        finally:
            gate.open()
        if gate.refused is not None:  # the stub swallowed it
            raise gate.refused

    def knows(self, request: TaskRequest) -> bool:
        """Whether there is any mock for this task, with answers left or not."""
        plan = self._plan(request)
        return bool(plan.targets) or plan.handled is not None

    def _plan(self, request: TaskRequest) -> Plan:
        state = request.state
        if self.endpoints and state.resource.service in HTTP_SERVICES and state.resource.kind == "service":
            return self._make_http_plan(request)
        key: tuple[str | None, ...] = (state.name, state.resource.text)
        if invokes(state) and isinstance(request.parameters, dict):
            name, qualifier = request.parameters.get("FunctionName"), request.parameters.get("Qualifier")
            if isinstance(name, str):
                key += (name, qualifier if isinstance(qualifier, str) else None)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = self._make_plan(state, *key[2:])
        return plan

    def _make_plan(self, state: TaskState, name: str | None = None, qualifier: str | None = None) -> Plan:
        callee = callee_of(state.resource.text, name, qualifier)
        targets: list[tuple[Mock, Delivery]] = []
        if isinstance(state, ObjectField):  # a Map's own calls are S3's business, not the state's
            mock = self.resources.get(callee.key)
            if mock is None:
                return Plan([], None, invokes=False)
            return Plan([(mock, ObjectCall(mock.label, mock.validate or self.validate))], None, invokes=False)
        mock = self.states.get(state.name)
        if mock is not None:
            targets.append((mock, self._checked(mock, callee.plain, state.resource)))
        called = callee.function
        if called is not None:
            for known in (called.name, *self.function_names.get(called.name, ())):
                for function, mock in self.functions.get(known, ()):
                    if function.names(called, self.region, self.account):
                        targets.append((mock, callee.delivery))
        for key in callee.keys:
            mock = self.resources.get(key)
            if mock is not None:
                targets.append((mock, self._checked(mock, callee.plain, state.resource)))
        handled = None
        if called is not None and self.handlers is not None and self.handlers.answers(called):
            handled = self._handled(called, targets), callee.delivery
        return Plan(targets, called, invokes=invokes(state), handled=handled)

    def _handled(self, called: FunctionName, targets: list[tuple[Mock, Delivery]]) -> Mock:
        """The mock that calls of a function's own code are found at, whichever of its names is asked for."""
        mock = next((mock for mock, _ in targets if mock.kind == "function"), None) or Mock(self, "function", called.label)
        for name in dict.fromkeys((called.name, *self.function_names.get(called.name, ()))):
            function = parse_function(name)
            if function is not None and not self.functions.get(name):
                self.functions[name] = [(function, mock)]
        return mock

    @property
    def _own_answer(self) -> Answer | None:
        return self.handlers.answer if self.handlers is not None else None

    def _checked(self, mock: Mock, delivery: Delivery, resource: Resource) -> Delivery:
        """The delivery, with a check of what the service could answer in front of it."""
        mode = mock.validate or self.validate
        if resource.kind != "service" or mode == "none":
            return delivery
        return CheckedAnswers(delivery, mock.label, mode)

    def _make_http_plan(self, request: TaskRequest) -> Plan:
        from pytest_sfn.tasks.http import HttpTask

        sent = self.sent(request)
        takers = [mock for mock in self.endpoints if mock.endpoint.takes(sent)]
        if len(takers) > 1 and takers[0].endpoint.rank == takers[1].endpoint.rank:
            labels = [mock.label for mock in takers if mock.endpoint.rank == takers[0].endpoint.rank]
            raise ambiguous(self, request, labels, sent)
        plan = self._make_plan(request.state)
        at = bool(plan.targets and plan.targets[0][0].kind == "state")
        targets: list[tuple[Mock, Delivery]] = [(mock, HttpTask(sent)) for mock in takers]
        return Plan([*plan.targets[:at], *targets, *plan.targets[at:]], None, invokes=False)

    def _choose(self, plan: Plan, request: TaskRequest) -> tuple[Mock, Delivery]:
        for mock, delivery in plan.targets:
            if mock.narrower:
                fitting = [narrow for narrow in mock.narrower if narrow.script is not None and self._fits(narrow, request)]
                if len(fitting) > 1:
                    fitting = [self._narrowest(fitting, request)]
                if fitting:
                    return fitting[0], delivery
            if mock.script is not None:
                return mock, delivery
        if plan.handled is not None:
            return plan.handled
        raise no_answer(self, plan, request)

    def _fits(self, mock: Mock, request: TaskRequest) -> bool:
        assert mock.condition is not None
        try:
            return mock.condition.admits(request, mock.asked)
        except Exception as error:
            raise predicate_failed(self, mock, request, error) from error

    def _narrowest(self, fitting: list[Mock], request: TaskRequest) -> Mock:
        for mock in fitting:
            if all(mock.condition.demands(other.condition) for other in fitting):  # type: ignore[union-attr, arg-type]
                return mock
        raise ambiguous(self, request, [mock.label for mock in fitting])

    # -- at the end of a test ------------------------------------------------------------------------------------------

    def check(self, machines: Iterable[StateMachine], *, strict: bool = False) -> None:
        """Raise the error of `unused.impossible` or that of `unused.unused`, if there is one."""
        __tracebackhide__ = True
        if all(mock.called and not mock.narrower for mock in self):
            return
        error = impossible(self, machines) or unused(self, strict=strict)
        if error is not None:
            raise error


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
    return MockError(f"{call}: {problem}\n  fix  {advice}\n  see  docs/mocks.md#targets")
