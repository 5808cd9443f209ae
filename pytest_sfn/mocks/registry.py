"""Which mock of an account answers a task. The message for a task that none answers is in explain.py.

A task may belong to several targets. They are tried in this order: the state in the execution's test case of a mock
configuration (`mock_config_answers.py`), the state by name, the function (an ARN before a name, more of an ARN before less,
with a qualifier before without) or the HTTP endpoint (more of a URL before less), the Resource. Within a target the narrower
mocks come before the target's own answers. The first mock with a script answers. A target without answers, or whose narrower
mocks do not fit this call, is passed over; a script that is used up is an error and never falls through.

The targets of a task depend on the state, its Resource and, for `lambda:invoke`, on the function's name. So they are found
once (a `Plan`) and kept until something is registered. Only narrower mocks and endpoints are looked at in each call, since
each request may go to another one.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.errors import belongs_to_test
from pytest_sfn.mocks.answers import MICROSECONDS
from pytest_sfn.mocks.checked import CheckedAnswers
from pytest_sfn.mocks.mock import Mock
from pytest_sfn.mocks.plan import Plan
from pytest_sfn.mocks.targets import Targets
from pytest_sfn.services.function_names import names_of, parse_known_as
from pytest_sfn.services.http import HTTP_SERVICES
from pytest_sfn.services.operations import operation_of
from pytest_sfn.services.reach import invokes, resource_key
from pytest_sfn.tasks.callees import callee_of
from pytest_sfn.tasks.invoke import answer_dry_run, refuse_invocation, refuse_missing, refuse_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pytest_sfn.asl.resource import Resource
    from pytest_sfn.definition import StateMachine
    from pytest_sfn.engine.run import RequestState, Run
    from pytest_sfn.gate.call import ClientCall, Parsed
    from pytest_sfn.gate.gate import Guard
    from pytest_sfn.mocks.answers import Answer, Delivery
    from pytest_sfn.mocks.checked import Validate
    from pytest_sfn.mocks.handlers import Handlers
    from pytest_sfn.services.function_names import FunctionName
    from pytest_sfn.services.operations import Operation
    from pytest_sfn.tasks.request import Request

__all__ = ["Registry"]


class Registry(Targets):
    """The mocks of one account, and which of them answers.

    Args:
        make_guard: makes the guard that is shut while a stub runs, when the first one does; None for no guard.
        region, account, fixture, validate, redact, make_handlers, machines, invocable, runs: as for `Targets`.
    """

    __slots__ = ("_guard", "_make_guard")

    def __init__(
        self,
        region: str = "us-east-1",
        account: str = "123456789012",
        fixture: str = "sfn_mock",
        validate: Validate = "strict",
        redact: Callable[[Any], Any] = lambda value: value,
        make_handlers: Callable[[], Handlers] | None = None,
        make_guard: Callable[[], Guard] | None = None,
        machines: Callable[[], Sequence[StateMachine]] = tuple,
        invocable: bool = False,
        runs: Callable[[], Sequence[Run]] = tuple,
    ) -> None:
        super().__init__(region, account, fixture, validate, redact, make_handlers, machines, invocable, runs)
        self._make_guard = make_guard
        self._guard: Guard | None = None

    # -- which mock answers --------------------------------------------------------------------------------------------

    def answer(self, request: Request, plan: Plan | None = None) -> None:
        """Let the mock of the task answer it.

        Args:
            plan: which mocks may; None for those of the task.

        Raises:
            MockError: no mock answers, two do, or the script of the one that should is used up.
        """
        if plan is None:
            plan = self._plan(request)
        mock, delivery = plan.only, plan.delivery
        if mock is None or delivery is None:
            if plan.invokes and plan.function is None and not plan.targets and refuse_name(request):
                return
            chosen = self._choose(plan, request)
            if chosen is None:
                return
            mock, delivery = chosen
        if plan.invokes and mock._kind == "function" and (refuse_invocation(request) or answer_dry_run(request)):
            return
        script = mock._script
        answer = script._draw(request) if script is not None else self.handlers.answer if self.handlers is not None else None
        if answer is None:
            from pytest_sfn.mocks.explain import used_up

            raise used_up(self, mock, request)
        mock._records.append(request)
        if mock._wider is not None:
            mock._wider._records.append(request)
        if answer.takes and self._stop(plan, mock, answer, request, delivery):
            return
        if self._make_guard is None or not answer.runs_stub:
            answer.play(request, delivery)
        else:
            self._play_guarded(answer, request, delivery, self._make_guard)

    def _play_guarded(self, answer: Answer, request: Request, delivery: Delivery, make_guard: Callable[[], Guard]) -> None:
        guard = self._guard
        if guard is None:
            guard = self._guard = make_guard()
        guard.shut()
        try:
            answer.play(request, delivery)
        finally:
            guard.open()
        if guard.first is not None:  # the stub swallowed it
            raise guard.first

    def _stop(self, plan: Plan, mock: Mock, answer: Answer, request: Request, delivery: Delivery) -> bool:
        """Whether Lambda stops the function of a mock, since the answer takes longer than the function's own timeout."""
        if plan.function is None or mock._kind != "function":
            return False
        if plan.limit == 0:
            described = self.handlers is not None or any(machine.template is not None for machine in self.machines())
            handlers = self.own_code() if described else None
            seconds = handlers.timeout(plan.function) if handlers is not None else None
            plan.limit = None if seconds is None else seconds * MICROSECONDS
        if plan.limit is None or not answer.exceeds(plan.limit):
            return False
        delivery.function_timed_out(request, plan.limit)
        return True

    def answer_client(self, request: Request, mock: Mock, operation: Operation) -> None:
        """Let the mock of an operation answer a boto3 client. Raises as `answer` does."""
        key = (None, request.resource.text)
        if key not in self._plans:
            from pytest_sfn.mocks.operations import checked_task

            task = checked_task(mock, operation, mock.validate or self.validate)
            self._plans[key] = Plan([(mock, task)], None, invokes=False)
        self.answer(request, self._plans[key])

    def mocks_call(self, resource: Resource) -> bool:
        """Whether a mock of an operation answers the first call of a task, or of a Map, with this Resource."""
        operation = operation_of(resource) or operation_of(
            parse_resource(f"arn:aws:states:::aws-sdk:{resource_key(resource.text)}")
        )
        return operation is not None and (operation.service, operation.name) in self.operations

    def mocked(self, call: ClientCall, request: Request) -> Parsed | None:
        """The answer of the mock of an operation, made by `service(...).on(...)`, to a call that a task makes."""
        if (call.service, call.operation) not in self.operations:
            return None
        from pytest_sfn.mocks.operations import ClientMocks

        # the engine notes the error of a task
        return ClientMocks(self, lambda: request.world, broken_by=lambda error: None).answer(call, request)

    def pass_on(self, request: Request) -> bool:
        """Let the function behind an API of the template answer a task of API Gateway; False if there is none."""
        from pytest_sfn.mocks.gateway import pass_on

        return pass_on(self, request)

    def answers_function(self, request: Request, *, created: bool) -> bool:
        """Whether a mock answers a call of Invoke, or the function's own code.

        Args:
            created: whether functions that were created through Lambda's API count.
        """
        plan = self._plan(request)
        if plan.handled is not None or any(mock._script is not None or mock._narrower for mock, _ in plan.targets):
            return True
        return created and plan.function is not None and self._created(plan.function) is True

    def is_gone(self, function: FunctionName) -> bool:
        """Whether a function was created through Lambda's API and is deleted, or has no such version or alias."""
        return self._created(function) is False

    def _created(self, function: FunctionName) -> bool | None:
        """Whether a function is there that was created through Lambda's API, which may change with each call.

        None if none of that name was created.
        """
        if "moto.awslambda.models" not in sys.modules:  # which holds them
            return None
        handlers = self.own_code()
        return handlers.created.has(function) if handlers is not None else None

    def knows(self, request: Request) -> bool:
        """Whether there is any mock for this task, with answers left or not."""
        plan = self._plan(request)
        return bool(plan.targets) or plan.handled is not None

    def _plan(self, request: Request) -> Plan:
        if self.mock_configs is not None and (plan := self.mock_configs.plan(request)) is not None:
            return plan
        state = request.state
        resource = state.resource
        key: tuple[str | None, ...] = (state.name, resource.text)
        if resource.kind == "service":
            if self.endpoints and resource.service in HTTP_SERVICES:
                return self._make_http_plan(request)
            if invokes(resource) and isinstance(request.parameters, dict):
                name, qualifier = request.parameters.get("FunctionName"), request.parameters.get("Qualifier")
                if isinstance(name, str):
                    key += (name, qualifier if isinstance(qualifier, str) else None)
        plan = self._plans.get(key)
        if plan is None:
            made = self._make_plan(state, *key[2:]) if request.field is None else self._make_object_plan(resource)
            plan = self._plans[key] = made
        return plan

    def _make_object_plan(self, resource: Resource) -> Plan:
        """The plan of a Map's own call to S3, which a mock of the Map's name does not answer."""
        mock = self.resources.get(resource_key(resource.text))
        if mock is None:
            return Plan([], None, invokes=False)
        from pytest_sfn.tasks.s3 import ObjectCall

        return Plan([(mock, ObjectCall(mock.label, mock.validate or self.validate))], None, invokes=False)

    def _make_plan(self, state: RequestState, name: str | None = None, qualifier: str | None = None) -> Plan:
        """The targets in the order that docs/mocks.md promises.

        A function may be registered under several names (its own, a logical id of a template), each with mocks for more or
        less of an ARN; `functions` keeps them sorted, so that the first that fits comes first here too. A function whose
        own code answers needs a mock as well, since its calls are found there.
        """
        callee = callee_of(state.resource.text, name, qualifier)
        targets: list[tuple[Mock, Delivery]] = []
        mock = self.states.get(state.name)
        if mock is not None:
            targets.append((mock, self._checked(mock, callee.plain, state.resource)))
        called = callee.function
        if called is not None:
            for known in names_of(called.name, self.function_names):
                for function, mock in self.functions.get(known, ()):
                    if function.bare or function.names(called, self.region, self.account):
                        targets.append((mock, callee.delivery))
        if self.resources:
            for key in callee.keys:
                mock = self.resources.get(key)
                if mock is not None:
                    targets.append((mock, self._checked(mock, callee.plain, state.resource)))
        handled = None
        if called is not None and self.handlers is not None and self.handlers.answers(called):
            handled = self._handled(called, targets), callee.delivery
        return Plan(targets, called, invokes=invokes(state.resource), handled=handled, own=callee.delivery)

    def _handled(self, called: FunctionName, targets: list[tuple[Mock, Delivery]]) -> Mock:
        """The mock that records the calls of a function's own code, the same under each of its names."""
        mock = next((mock for mock, _ in targets if mock._kind == "function"), None) or Mock(self, "function", called.label)
        for name in dict.fromkeys(names_of(called.name, self.function_names)):
            function = parse_known_as(name)
            if function is not None and not self.functions.get(name):
                self.functions[name] = [(function, mock)]
        return mock

    def _checked(self, mock: Mock, delivery: Delivery, resource: Resource) -> Delivery:
        """The delivery, behind a check that the service could give the answer."""
        mode = mock.validate or self.validate
        if mock._kind == "service":
            from pytest_sfn.mocks.operations import checked_task

            operation = operation_of(resource)
            assert operation is not None
            return checked_task(mock, operation, mode)
        if resource.kind != "service" or mode == "none":
            return delivery
        return CheckedAnswers(delivery, mock.label, mode)

    def _make_http_plan(self, request: Request) -> Plan:
        """The targets of one HTTP request. It is made for each request, since the URL is computed and decides who answers.

        Endpoints are kept with the closest match first, so a tie for the first place is a tie for the answer: the test has
        to decide it. They come between the state's mock, which names this one task, and the Resource's, which all HTTP
        tasks share. `_make_plan` finds those two and knows no request, so endpoints are put between them here.
        """
        from pytest_sfn.tasks.http import HttpTask

        sent = self.sent(request)
        takers = [mock for mock in self.endpoints if mock._endpoint.takes(sent)]
        if len(takers) > 1 and takers[0]._endpoint.rank == takers[1]._endpoint.rank:
            from pytest_sfn.mocks.explain import ambiguous

            labels = [mock.label for mock in takers if mock._endpoint.rank == takers[0]._endpoint.rank]
            raise ambiguous(self, request, labels, sent)
        plan = self._make_plan(request.state)
        of_state = [target for target in plan.targets if target[0]._kind == "state"]
        of_resource = [target for target in plan.targets if target[0]._kind != "state"]
        return Plan([*of_state, *((mock, HttpTask(sent)) for mock in takers), *of_resource], None, invokes=False)

    def _choose(self, plan: Plan, request: Request) -> tuple[Mock, Delivery] | None:
        """The mock that answers where the plan alone does not say so: `Plan.only` spares most calls this search.

        None if Lambda has refused the call.

        Only a mock with a script can answer; a script that is used up counts, so that its error is not hidden by a wider
        mock. A target whose narrower mocks all refuse the call and that has no answers of its own is passed over, for
        `mock.when(...)` alone says nothing of other calls. A function's own code answers last, whatever was registered.
        """
        for mock, delivery in plan.targets:
            if mock._narrower:
                fitting = [narrow for narrow in mock._narrower if narrow._script is not None and self._fits(narrow, request)]
                if len(fitting) > 1:
                    fitting = [self._narrowest(fitting, request)]
                if fitting:
                    return fitting[0], delivery
            if mock._script is not None:
                return mock, delivery
        if plan.handled is not None:
            return plan.handled
        if plan.function is not None and plan.own is not None:
            there = self._created(plan.function)
            if there:
                return self._handled(plan.function, plan.targets), plan.own
            if there is False:
                refuse_missing(request, plan.function.arn(self.region, self.account))
                return None
        from pytest_sfn.mocks.explain import no_answer

        raise no_answer(self, plan, request)

    def _fits(self, mock: Mock, request: Request) -> bool:
        try:
            return mock._condition.admits(request, mock._asked)
        except Exception as error:
            if belongs_to_test(error):
                raise
            from pytest_sfn.mocks.explain import predicate_failed

            raise predicate_failed(self, mock, request, error) from error

    def _narrowest(self, fitting: list[Mock], request: Request) -> Mock:
        for mock in fitting:
            if all(mock._condition.demands(other._condition) for other in fitting):
                return mock
        from pytest_sfn.mocks.explain import ambiguous

        raise ambiguous(self, request, [mock.label for mock in fitting])

    def others(self, mock: Mock) -> dict[str, int]:
        from pytest_sfn.mocks.others import others

        return others(self, mock)

    # -- at the end of a test ------------------------------------------------------------------------------------------

    def check(self, *, strict: bool = False) -> None:
        """Raise the error of `unused.impossible` or that of `unused.unused`, if there is one."""
        __tracebackhide__ = True
        if self._all_called():
            return
        from pytest_sfn.mocks.unused import impossible, unused

        error = impossible(self) or unused(self, strict=strict)
        if error is not None:
            raise error

    def uncallable(self) -> str:
        """The mocks that no task could call, in words; see `unused.uncallable`."""
        if self._all_called():
            return ""
        from pytest_sfn.mocks.unused import uncallable

        return uncallable(self)

    def _all_called(self) -> bool:
        return all(mock._ever_called and not mock._narrower for mock in self)
