"""Which mock answers a task, and what to say when none does.

A task may be the business of several targets. They are asked in this order: the state by name, the function (an ARN
before a name, more of an ARN before less, with a qualifier before without) or the HTTP endpoint (more of a URL before
less), the Resource. Within a target the narrower
mocks come before the target's own answers. The first that has an answer to give is the one; a target without answers,
or whose narrower mocks do not fit this call, is passed over, but a script that is used up is an error and never falls
through.

The targets of a task depend on the state, its Resource and, for `lambda:invoke`, on the function's name, and so they
are found once (a `Plan`) and kept until something is registered. Only narrower mocks are asked at each call, and so are
endpoints, since each request may go to another one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.engine.objects import ObjectField
from pytest_sfn.errors import MockError
from pytest_sfn.mocks.calls import clock, covers
from pytest_sfn.mocks.checked import CheckedAnswers, check_validate
from pytest_sfn.mocks.mock import Mock
from pytest_sfn.tasks.asked import place, shorten
from pytest_sfn.tasks.callees import HTTP_SERVICES, activity_key, callee_of, invokes, resource_key
from pytest_sfn.tasks.invoke import answer_dry_run
from pytest_sfn.tasks.lambda_ import parse_function, refuse_payload
from pytest_sfn.tasks.objects import ObjectCall

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from re import Pattern

    from pytest_sfn.asl.model import TaskState
    from pytest_sfn.asl.resource import Resource
    from pytest_sfn.engine.requests import TaskRequest
    from pytest_sfn.machine import StateMachine
    from pytest_sfn.mocks.answers import Answer, Delivery
    from pytest_sfn.mocks.checked import Validate
    from pytest_sfn.mocks.handlers import Handlers
    from pytest_sfn.mocks.http import HttpMock
    from pytest_sfn.tasks.callees import Reach
    from pytest_sfn.tasks.http import Connections
    from pytest_sfn.tasks.http_message import HttpRequest
    from pytest_sfn.tasks.lambda_ import FunctionName

__all__ = ["Plan", "Registry"]

OBJECT_CALL: Final = ObjectCall()
_LISTED: Final = 12
"""How many mocks a message lists."""


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

    Attributes:
        redact: what hides secret values in messages; applied to every input shown.
        function_names: what else templates know functions by, such as a logical id, by the functions' own names.
        make_handlers: makes `handlers`, what runs functions' own code; None of both until a test asks for that.
    """

    __slots__ = (
        "_endpoints", "_functions", "_plans", "_resources", "_states", "account", "connections", "function_names", "handlers",
        "make_handlers", "redact", "region", "validate",
    )  # fmt: skip

    def __init__(self, region: str = "us-east-1", account: str = "123456789012") -> None:
        self.region = region
        self.account = account
        self.redact: Callable[[Any], Any] | None = None
        self.validate: Validate = "strict"
        self._states: dict[str, Mock] = {}
        self._functions: dict[str, list[tuple[FunctionName, Mock]]] = {}  # by bare name, in the order they are asked
        self._resources: dict[str, Mock] = {}
        self._endpoints: list[HttpMock] = []  # in the order they are asked
        self.connections: Connections | None = None
        self._plans: dict[tuple[str | None, ...], Plan] = {}
        self.function_names: dict[str, tuple[str, ...]] = {}
        self.handlers: Handlers | None = None
        self.make_handlers: Callable[[], Handlers] | None = None

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
        namesakes = self._functions.setdefault(function.name, [])
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
        mock = self._states.get(name)
        if mock is None:
            mock = self._states[name] = Mock(self, "state", f"state:{name}")
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
        mock = self._resources.get(key)
        if mock is None:
            mock = self._resources[key] = Mock(self, "resource", f"resource:{key}")
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
        mock = next((mock for mock in self._endpoints if mock.endpoint.key == endpoint.key), None)
        if mock is None:
            mock = HttpMock(self, "http", endpoint.label)
            mock.endpoint = endpoint
            self._endpoints.append(mock)
            self._endpoints.sort(key=lambda each: each.endpoint.rank, reverse=True)
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
        mock = self._resources.get(key)
        if mock is None:
            mock = self._resources[key] = Mock(self, "activity", key)
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
        yield from self._states.values()
        yield from dict.fromkeys(mock for _, mock in self._named())
        yield from self._endpoints
        yield from self._resources.values()

    def _named(self) -> Iterator[tuple[FunctionName, Mock]]:
        for namesakes in self._functions.values():
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
        answer = script.draw(request) if script is not None else self._own_code
        if answer is None:
            raise self._used_up(mock, request)
        mock.record(request)
        answer.play(request, delivery)

    def knows(self, request: TaskRequest) -> bool:
        """Whether there is any mock for this task, with answers left or not."""
        plan = self._plan(request)
        return bool(plan.targets) or plan.handled is not None

    def _plan(self, request: TaskRequest) -> Plan:
        state = request.state
        if self._endpoints and state.resource.service in HTTP_SERVICES and state.resource.kind == "service":
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
            mock = self._resources.get(callee.key)
            return Plan([] if mock is None else [(mock, OBJECT_CALL)], None, invokes=False)
        mock = self._states.get(state.name)
        if mock is not None:
            targets.append((mock, self._checked(mock, callee.plain, state.resource)))
        called = callee.function
        if called is not None:
            for known in (called.name, *self.function_names.get(called.name, ())):
                for function, mock in self._functions.get(known, ()):
                    if function.names(called, self.region, self.account):
                        targets.append((mock, callee.delivery))
        for key in callee.keys:
            mock = self._resources.get(key)
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
            if function is not None and not self._functions.get(name):
                self._functions[name] = [(function, mock)]
        return mock

    @property
    def _own_code(self) -> Answer | None:
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
        takers = [mock for mock in self._endpoints if mock.endpoint.takes(sent)]
        if len(takers) > 1 and takers[0].endpoint.rank == takers[1].endpoint.rank:
            labels = [mock.label for mock in takers if mock.endpoint.rank == takers[0].endpoint.rank]
            fix = "let one of them say more: a whole URL, a longer text, the method"
            problem = f"ambiguous, more than one mock takes {sent.method} {self._url(sent)}"
            sections = [("mocks", labels), ("fix", [fix])]
            raise self._error(request, problem, sections, "docs/http.md#which-mock-answers", labels)
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
        raise self._nobody(plan, request)

    def _fits(self, mock: Mock, request: TaskRequest) -> bool:
        assert mock.condition is not None
        try:
            return mock.condition.admits(request, mock.asked)
        except Exception as error:
            raise MockError(
                f"{place(request)}: state '{request.state.name}': {mock.label}: the predicate raised "
                f"{type(error).__name__}: {error}\n  input  {self._show(request)}\n  see    docs/mocks.md#narrower-mocks",
                state=request.state.name,
                candidates=(mock.label,),
            ) from error

    def _narrowest(self, fitting: list[Mock], request: TaskRequest) -> Mock:
        for mock in fitting:
            if all(mock.condition.demands(other.condition) for other in fitting):  # type: ignore[union-attr, arg-type]
                return mock
        labels = [mock.label for mock in fitting]
        raise self._error(
            request,
            "ambiguous, more than one mock answers this task",
            [("mocks", labels), ("fix", ["make one of them narrower than the others, with all their conditions and one more"])],
            "ambiguous-mocks",
            labels,
        )

    # -- explanations --------------------------------------------------------------------------------------------------

    def _nobody(self, plan: Plan, request: TaskRequest) -> MockError:
        misses = [
            f"{narrow.label} does not fit: {_difference(narrow, request, self._redacted(narrow.asked(request)))}"
            for mock, _ in plan.targets
            for narrow in mock.narrower
            if narrow.script is not None
        ]
        silent = [mock for mock, _ in plan.targets if mock.script is None and not mock.narrower]
        call = self._call_for(plan, request)
        if misses:
            fix = [f"add answers of its own for the other calls: {call}"]
            anchor = "narrower-mocks"
        elif silent:
            fix = [f"{silent[0].label} has no answers yet; add some: {call}"]
            anchor = "answers"
        else:
            fix = [call]
            near = self._near(plan, request)
            if near:
                fix.insert(0, f"did you mean {near[0]} instead of {near[1]}?")
            anchor = "which-mock-answers"
            if request.resource.service in HTTP_SERVICES:
                anchor = "docs/http.md#which-mock-answers"
            elif isinstance(request.state, ObjectField):
                anchor = "docs/distributed-map.md#mocking-s3"
            elif _is_call(request.resource):
                fix.append("or use the fixture sfn_aws, and moto answers: docs/services.md")
        if plan.function is not None and self.make_handlers is not None:
            note = self.make_handlers().note(plan.function)
            if note is not None:
                fix.append(note)
        return self._error(
            request,
            f"no mock answers this {_asker(request)}",
            [("mocks", self._listing()), ("misses", misses), ("fix", fix)],
            anchor,
            [mock.label for mock in self],
        )

    def _used_up(self, mock: Mock, request: TaskRequest) -> MockError:
        script = mock.script
        total = script.total if script is not None else None
        scope = f" of this {script.scope}" if script is not None and script.scope is not None else ""
        which = _ordinal(total + 1) if total is not None and not scope else "another"
        return self._error(
            request,
            f"no mock answers this {_asker(request)}: all answers of {mock.label}{scope} are used",
            [("mocks", self._listing(mock)), ("fix", [f"add {which} answer to {mock.label}, or let the last one repeat"])],
            "repeating-the-last-answer",
            [mock.label],
        )

    def _error(
        self, request: TaskRequest, problem: str, sections: list[tuple[str, list[str]]], anchor: str, candidates: Iterable[str]
    ) -> MockError:
        name = request.state.name
        item = f", item {'/'.join(map(str, request.item))}" if request.item else ""
        lines = [
            f"{place(request)}: state '{name}': {problem}",
            f"  resource  {request.resource.text}    attempt {request.attempt}{item}, t={clock(request.time)}",
            f"  input     {self._show(request)}",
        ]
        for title, entries in [*sections, ("see", [anchor if anchor.startswith("docs/") else f"docs/mocks.md#{anchor}"])]:
            for number, entry in enumerate(entries):
                lines.append(f"  {title if number == 0 else '':<8}  {entry}")
        return MockError("\n".join(lines), state=name, candidates=tuple(candidates))

    def _show(self, request: TaskRequest) -> str:
        """What the task sends: for `lambda:invoke` the whole, since the function's name is in it."""
        return shorten(self._redacted(request.parameters))

    def _redacted(self, value: Any) -> Any:
        return value if self.redact is None else self.redact(value)

    def _url(self, sent: HttpRequest) -> str:
        """A request's URL for a message: without the query, which may hold what a connection adds."""
        return str(self._redacted(sent.url.partition("?")[0]))

    def _listing(self, first: Mock | None = None) -> list[str]:
        mocks = [each for mock in self for each in (mock, *mock.narrower)]
        if first is not None:
            mocks.sort(key=lambda mock: mock is not first)
        if not mocks:
            return ["none"]
        width = min(max(len(mock.label) for mock in mocks[:_LISTED]), 60)
        lines = [f"{mock.label:<{width}}  {mock.usage()}" for mock in mocks[:_LISTED]]
        return [*lines, f"and {len(mocks) - _LISTED} more"] if len(mocks) > _LISTED else lines

    def _call_for(self, plan: Plan, request: TaskRequest) -> str:
        if plan.function is not None:
            return f'sfn_mock.lambda_function("{plan.function.name}").returns(...)'
        if request.resource.service in HTTP_SERVICES:
            sent = self.sent(request)
            return f'sfn_mock.http("{self._url(sent)}", "{sent.method}").responds(json=...)'
        if isinstance(request.state, ObjectField):
            answer = _S3_ANSWERS.get(request.resource.action or "", "...")
            advice = "or use the fixture sfn_aws, and it is moto's S3 that answers"
            return f'sfn_mock.resource("{resource_key(request.resource.text)}").returns({answer}), {advice}'
        calls = f'state("{request.state.name}")', f'resource("{request.resource.text}")'
        return " or ".join(f"sfn_mock.{call}.returns(...)" for call in calls)

    def _near(self, plan: Plan, request: TaskRequest) -> tuple[str, str] | None:
        """(what the task has, what a mock was registered for) if the two look alike."""
        pairs = [
            (request.state.name, list(self._states)),
            (plan.function.name if plan.function else "", list(self._functions)),
            (resource_key(request.resource.text), list(self._resources)),
        ]
        if self._endpoints and request.resource.service in HTTP_SERVICES:
            sent = self.sent(request)
            urls = [each.endpoint.url for each in self._endpoints if each.endpoint.url is not None]
            for each in self._endpoints:  # the right URL, but another method
                if each.endpoint.could_take(None, sent.url):
                    return repr(sent.method), each.label
            pairs.insert(1, (self._url(sent), urls))
        if plan.function is not None:
            for _, mock in self._functions.get(plan.function.name, ()):  # another qualifier, account or region
                return repr(plan.function.text), mock.label
        for wanted, there in pairs:
            found = nearest(wanted, there)
            if found:
                return repr(wanted), repr(found[0])
        return None

    # -- at the end of a test ------------------------------------------------------------------------------------------

    def check(self, machines: Iterable[StateMachine], *, strict: bool = False) -> None:
        """Raise the error of `impossible` or that of `unused`, if there is one."""
        __tracebackhide__ = True
        if all(mock.called and not mock.narrower for mock in self):
            return
        error = self.impossible(machines) or self.unused(strict=strict)
        if error is not None:
            raise error

    def unused(self, strict: bool = True) -> MockError | None:
        """The error for mocks that have answers and were never called; None if there is none.

        Args:
            strict: whether mocks that do not say for themselves (`strict=`) must be used.
        """
        uncalled = [each for mock in self for each in (mock, *mock.narrower) if not each.called]
        idle = [
            each.label for each in uncalled if each.script is not None and (strict if (s := _strictness(each)) is None else s)
        ]
        if not idle:
            return None
        lines = "".join(f"\n  {label}" for label in idle)
        return MockError(
            f"{_mocks(len(idle))} never called:{lines}\n"
            f"  fix  remove what the test does not need, or pass strict=False for a mock that may stay unused\n"
            f"  see  docs/mocks.md#unused-mocks",
            candidates=idle,
        )

    def impossible(self, machines: Iterable[StateMachine]) -> MockError | None:
        """The error for mocks that none of these machines could ever call; None if there is none, or no machine.

        A function whose name is computed while the machine runs (`FunctionName.$`) may be any function.
        """
        reaches = [machine.reach for machine in machines]
        if not reaches:
            return None
        problems: list[tuple[Mock, str]] = []
        for name, mock in self._states.items():
            if not (mock.called or any(name in reach.tasks for reach in reaches)):
                problems.append((mock, _no_task(name, reaches)))
        for function, mock in self._named():
            if not (mock.called or any(reach.calls(function, self.region, self.account) for reach in reaches)):
                problems.append((mock, f"no state calls this function{_suggest_function(function, reaches)}"))
        for http in self._endpoints:
            if not (http.called or any(http.endpoint.could_take(*each) for reach in reaches for each in reach.endpoints)):
                urls = [url for reach in reaches for _, url in reach.endpoints if url is not None]
                problems.append((http, f"no state sends such a request{_suggest(http.endpoint.url or '', urls)}"))
        for key, mock in self._resources.items():
            if not (mock.called or any(key in reach.resources for reach in reaches)):
                keys = [key for reach in reaches for key in reach.resources]
                problems.append((mock, f"no state has this Resource{_suggest(key, keys)}"))
        if not problems:
            return None
        lines = "".join(f"\n  {mock.label}: {problem}" for mock, problem in problems)
        return MockError(
            f"{_mocks(len(problems))} never called, and could not have been by any machine that was loaded:{lines}\n"
            f"  see  docs/mocks.md#unused-mocks",
            candidates=[mock.label for mock, _ in problems],
        )


# -- words of messages -------------------------------------------------------------------------------------------------


def nearest(name: str, names: Iterable[str]) -> list[str]:
    """Names like this one, the most alike first; one that differs in upper and lower case only is the most alike."""
    import difflib  # only messages need it

    folded: dict[str, str] = {}
    for each in names:
        folded.setdefault(each.casefold(), each)
    return [folded[each] for each in difflib.get_close_matches(name.casefold(), folded, n=3, cutoff=0.7)]


def _configured(mock: Mock, return_value: Any, side_effect: Any, strict: bool | None) -> Mock:
    if return_value is not ...:
        mock.return_value = return_value
    if side_effect is not None:
        mock.side_effect = side_effect
    if strict is not None:
        mock.strict = strict
    return mock


def _is_call(resource: Resource) -> bool:
    from pytest_sfn.tasks.aws import is_call  # only messages need it

    return is_call(resource)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _misuse(call: str, problem: str, advice: str) -> MockError:
    return MockError(f"{call}: {problem}\n  fix  {advice}\n  see  docs/mocks.md#targets")


def _strictness(mock: Mock) -> bool | None:
    return mock.strict if mock.strict is not None or mock.wider is None else mock.wider.strict


def _difference(mock: Mock, request: TaskRequest, shown: Any) -> str:
    """Why a narrower mock does not answer this call; `shown` is the input without its secrets."""
    condition = mock.condition
    assert condition is not None
    if condition.item is not None and request.item[-len(condition.item) :] != condition.item:
        return f"this is item {'/'.join(map(str, request.item))}" if request.item else "this is not inside a Map"
    if condition.input is not ... and not callable(condition.input):
        place = _first_difference(condition.input, shown, "$")
        if place is not None:
            return place
    if callable(condition.input):
        return "the predicate says no"
    return f"this is execution {request.run.name!r}, number {request.run.sequence}"


def _first_difference(expected: Any, actual: Any, path: str) -> str | None:
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key, value in expected.items():
            if key not in actual:
                return f"there is no {path}.{key}{_suggest(key, actual)}"
            found = _first_difference(value, actual[key], f"{path}.{key}")
            if found is not None:
                return found
        return None
    if covers(expected, actual):
        return None
    return f"{path} is {shorten(actual, 60)}"


def _asker(request: TaskRequest) -> str:
    """What has no answer: a task, or the field of a distributed Map that calls S3."""
    state: object = request.state
    return state.field if isinstance(state, ObjectField) else "task"


_S3_ANSWERS: Final = {"getObject": '{"Body": "..."}', "listObjectsV2": '{"Contents": [{"Key": "..."}]}', "putObject": "{}"}


def _suggest(name: str, names: Iterable[str]) -> str:
    found = nearest(name, names)
    return f"; did you mean {found[0]!r}?" if found else ""


def _no_task(name: str, reaches: list[Reach]) -> str:
    """What is wrong with the mock of a state that no machine has as a Task."""
    for reach in reaches:
        if name in reach.maps:
            return f"is a Map state; what it reads and writes is mocked with resource({reach.maps[name]!r})"
        if name in reach.others:
            return f"is a {reach.others[name]} state, which calls nothing"
    names = [name for reach in reaches for name in (*reach.tasks, *reach.others)]
    return f"no machine has this state{_suggest(name, names)}"


def _suggest_function(function: FunctionName, reaches: list[Reach]) -> str:
    for reach in reaches:
        for each in reach.functions.get(function.name, ()):
            return f"; it is called as {each.text!r}"
    return _suggest(function.name, [name for reach in reaches for name in reach.functions])


def _mocks(count: int) -> str:
    return "a mock was" if count == 1 else f"{count} mocks were"


_ORDINALS: Final = ("", "a first", "a second", "a third", "a fourth", "a fifth", "a sixth")


def _ordinal(number: int) -> str:
    return _ORDINALS[number] if number < len(_ORDINALS) else "another"
