"""The errors for a task that no mock answers, or more than one: what it sent, which mocks exist, which was probably meant."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.files import shown_line
from pytest_sfn.asl.resource import Resource, parse_resource, unfamiliar, unrecognized
from pytest_sfn.callers import user_line
from pytest_sfn.errors import MockError
from pytest_sfn.links import see
from pytest_sfn.mocks.calls import clock, covers
from pytest_sfn.mocks.gateway import function_behind
from pytest_sfn.mocks.unused import ambiguous_functions
from pytest_sfn.names import near, suggest
from pytest_sfn.services.http import HTTP_SERVICES
from pytest_sfn.services.operations import polling_of
from pytest_sfn.services.reach import activity_key, resource_key
from pytest_sfn.tasks.request import place, shorten
from pytest_sfn.tasks.s3 import S3_ANSWERS

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from pytest_sfn.mocks.mock import Mock
    from pytest_sfn.mocks.plan import Plan
    from pytest_sfn.mocks.targets import Targets
    from pytest_sfn.services.function_names import FunctionName
    from pytest_sfn.services.reach import Reach
    from pytest_sfn.tasks.http_message import HttpRequest
    from pytest_sfn.tasks.request import Request

__all__ = ["ambiguous", "no_answer", "predicate_failed", "used_up"]

_PLACEHOLDER: Final = re.compile(r"\$\{\s*([\w.:-]+)\s*\}")
_LISTED: Final = 12
"""How many mocks a message lists."""


def no_answer(targets: Targets, plan: Plan, request: Request) -> MockError:
    """No mock takes the task."""
    misses = [
        f"{narrow.label} does not fit: {_difference(narrow, request, targets.redact(narrow._asked(request)))}"
        for mock, _ in plan.targets
        for narrow in mock._narrower
        if narrow._script is not None
    ]
    silent = [mock for mock, _ in plan.targets if mock._script is None and not mock._narrower]
    call, *others = _calls_for(targets, plan, request)
    if misses:
        fix = [f"add answers of its own for the other calls: {call}", *others]
        anchor = "narrower-mocks"
    elif silent:
        fix = [*_add_some(targets, silent[0], request, call), *others]
        anchor = "answers"
    else:
        fix = [call, *others]
        said = _unsubstituted(targets, request) or _shared(targets, plan)
        if doubt := said or _unknown(targets, plan) or _slip(targets, plan, request):
            fix.insert(0, doubt)
        anchor = "which-mock-answers"
        if request.resource.service in HTTP_SERVICES:
            anchor = "http#which-mock-answers"
        elif request.field is not None:
            anchor = "distributed-map#mocking-s3"
            if request.state.name in targets.states:
                named = f'{targets.fixture}.state("{request.state.name}")'
                fix.append(f"{named} answers nothing here: mocks of states are for Task states")
        elif _is_call(request.resource):
            fix.append(f"or use the fixture sfn_aws, and moto answers: {see('services')}")
        doubt = _doubt(request.resource)
        if doubt is not None:
            fix.append(f"or correct the Resource: {doubt}")
    handlers = targets.own_code() if plan.function is not None else None
    if handlers is not None and plan.function is not None:
        note = handlers.note(plan.function)
        if note is not None:
            fix.append(note)
    if targets.mock_configs is not None and (note := targets.mock_configs.note(request)) is not None:
        fix.append(note)
    return _error(
        targets,
        request,
        f"no mock answers this {_what(request)}",
        [("mocks", _listing(targets)), ("misses", misses), ("fix", fix)],
        anchor,
        [mock.label for mock in targets],
    )


def _add_some(targets: Targets, mock: Mock, request: Request, call: str) -> list[str]:
    """What to do with a mock without answers."""
    own = call.startswith(f"{targets.fixture}.{_METHODS[mock._kind]}(")
    fix = [f"{mock.label} has no answers yet; add some{':' if own else ' to it, or:'} {call}"]
    if targets.invocable and _is_call(request.resource):
        fix.append("or make no mock of it before it runs, and moto answers")
    return fix


def used_up(targets: Targets, mock: Mock, request: Request) -> MockError:
    """The mock that takes the task has no answer left."""
    script = mock._script
    total = script._total if script is not None else None
    scope = f" of this {script._scope}" if script is not None and script._scope is not None else ""
    which = _ordinal(total + 1) if total is not None and not scope else "another"
    return _error(
        targets,
        request,
        f"no mock answers this {_what(request)}: all answers of {mock.label}{scope} are used",
        [("mocks", _listing(targets, mock)), ("fix", [f"add {which} answer to {mock.label}, or let the last one repeat"])],
        "repeating-the-last-answer",
        [mock.label],
    )


def ambiguous(targets: Targets, request: Request, labels: list[str], sent: HttpRequest | None = None) -> MockError:
    """More than one mock takes the task, and none before the others.

    Args:
        labels: of these mocks.
        sent: the request, if they are endpoints.
    """
    if sent is not None:
        problem = f"ambiguous, more than one mock takes {sent.method} {_url(targets, sent)}"
        fix, anchor = (
            "make one of them more specific: a whole URL, a longer URL, or the method",
            "http#which-mock-answers",
        )
    else:
        problem, anchor = f"ambiguous, more than one mock answers this {_what(request)}", "ambiguous-mocks"
        fix = "make one of them narrower than the others, with all their conditions and one more"
    return _error(targets, request, problem, [("mocks", labels), ("fix", [fix])], anchor, labels)


def predicate_failed(targets: Targets, mock: Mock, request: Request, error: Exception) -> MockError:
    """The predicate of a narrower mock has raised something."""
    return MockError(
        f"{place(request)}: {mock.label}: the predicate raised "
        f"{type(error).__name__}: {error}\n  input  {_sent(targets, request)}\n  see    {see('mocks#narrower-mocks')}",
        state=request.state.name,
        candidates=(mock.label,),
    )


def _error(
    targets: Targets,
    request: Request,
    problem: str,
    sections: list[tuple[str, list[str]]],
    anchor: str,
    candidates: Iterable[str],
) -> MockError:
    name = request.state.name
    item = f", item {'/'.join(map(str, request.item))}" if request.item else ""
    lines = [f"{place(request)}: {problem}"]
    if not request.execution and (line := user_line(sys._getframe(1))):
        lines.append(f"  at        {shown_line(line)}")
    lines += [
        f"  resource  {request.resource.text}    attempt {request.attempt}{item}, t={clock(request.time)}",
        f"  input     {_sent(targets, request)}",
    ]
    for title, entries in [*sections, ("see", [see(anchor if "#" in anchor else f"mocks#{anchor}")])]:
        for number, entry in enumerate(entries):
            lines.append(f"  {title if number == 0 else '':<8}  {entry}")
    return MockError("\n".join(lines), state=name, candidates=tuple(candidates))


def _what(request: Request) -> str:
    """What is to be answered; a boto3 client's call belongs to no execution."""
    return request.field or ("task" if request.execution else "call")


def _sent(targets: Targets, request: Request) -> str:
    """The input for a message: for `lambda:invoke` all parameters, since the function's name is among them."""
    return shorten(targets.redact(request.parameters))


def _url(targets: Targets, sent: HttpRequest) -> str:
    """A request's URL for a message: without the query, which may hold what a connection adds."""
    return str(targets.redact(sent.url.partition("?")[0]))


def _listing(targets: Targets, first: Mock | None = None) -> list[str]:
    mocks = [each for mock in targets for each in (mock, *mock._narrower)]
    if first is not None:
        mocks.sort(key=lambda mock: mock is not first)
    if not mocks:
        return ["none"]
    width = min(max(len(mock.label) for mock in mocks[:_LISTED]), 60)
    lines = [f"{mock.label:<{width}}  {mock._usage()}" for mock in mocks[:_LISTED]]
    return [*lines, f"and {len(mocks) - _LISTED} more"] if len(mocks) > _LISTED else lines


def _calls_for(targets: Targets, plan: Plan, request: Request) -> list[str]:
    """What answers the task: the call of a mock, and other ways where there are some."""
    resource, fixture = request.resource, targets.fixture
    if resource.kind == "activity":
        worker = f'{fixture}.create_activity("{resource.name}") and {fixture}.get_activity_task("{resource.name}")'
        return [f'{fixture}.activity("{resource.name}").returns(...)', f"or let the test be the worker: {worker}"]
    end = _END if resource.pattern == ".waitForTaskToken" else ""
    if plan.function is not None:
        name = plan.function.name
        name = f"${{{name}}}" if ":" in name else name  # `AWS::StackName` by itself is no name
        return _with_token(request, targets, [f'{fixture}.lambda_function("{name}").returns(...){end}'])
    if resource.service in HTTP_SERVICES:
        sent = targets.sent(request)
        behind = function_behind(targets.machines(), sent) if resource.service == "apigateway" else None
        function = [f'or {fixture}.lambda_function("{behind}").returns({_PROXY}), the function behind it'] if behind else []
        http = f'{fixture}.http("{_url(targets, sent)}", "{sent.method}").responds(json=...){end}'
        return _with_token(request, targets, [http, *function])
    if request.field is not None:
        answer = S3_ANSWERS.get(resource.action or "", "...")
        advice = "or use the fixture sfn_aws, and it is moto's S3 that answers"
        return [f'{fixture}.resource("{resource_key(resource.text)}").returns({answer}), {advice}']
    job = _job(request)
    answer = f".submits(){end}" if end else ".returns(job)" if job else ".returns(...)"
    calls = [f'resource("{resource.text}")']
    if (mock := next((mock for mock, _ in plan.targets if mock._kind == "service"), None)) is not None:
        _, service, operation = mock.label.split(":")
        calls = [f'service("{service}").on("{operation}")']
    if request.execution:  # a client's call has no state
        calls.insert(0, f'state("{request.state.name}")')
    return _with_token(request, targets, [" or ".join(f"{fixture}.{call}{answer}" for call in calls), *job])


_METHODS: Final = {
    "state": "state",
    "function": "lambda_function",
    "resource": "resource",
    "activity": "activity",
    "http": "http",
    "service": "resource",
}
"""What makes a mock of each kind."""
_PROXY: Final = '{"statusCode": 200, "body": "..."}'
_END: Final = ".completes(output)"


def _with_token(request: Request, targets: Targets, calls: list[str]) -> list[str]:
    """The calls, and how a test ends a task that waits for its token."""
    if request.resource.pattern != ".waitForTaskToken":
        return calls
    sends = f'{targets.fixture}.send_task_success(execution.task_token("{request.state.name}"), output)'
    return [*calls, f"or leave out {_END}, and let the test end the task: {sends}"]


def _job(request: Request) -> list[str]:
    """What the answer to a `.sync` task is; nothing for other tasks."""
    if request.resource.pattern not in (".sync", ".sync:2"):
        return []
    polling = polling_of(request.resource)
    described = f", as {polling.operation.name} of {polling.operation.service} gives it" if polling else ""
    return [f"where job describes the finished job{described}"]


def _unsubstituted(targets: Targets, request: Request) -> str | None:
    """The hint if what the task calls is a `${Name}` to which the template gives no value; None if it is none."""
    said = [*_PLACEHOLDER.findall(f"{request.resource.text} {request.parameters}")]
    for machine in targets.machines():
        names = [name for name in said if name in machine._source.placeholders]
        if names and machine._found is not None:
            given, name = machine._found.substitution_names, names[0]
            text = machine._source.text or ""
            meant = suggest(name, [each for each in given if f"${{{each}}}" not in text], "{}")
            if meant:
                return f"${{{name}}} has no substitution; did you mean ${{{meant}}}, which has one at {given[meant]}?"
            owner, dot, _ = name.partition(".")
            if dot and (meant := suggest(owner, [*machine._found.template.resources, *targets.functions_known()])):
                return f"${{{name}}} has no value: the template has no resource {owner!r}{meant}"
            return f"${{{name}}} has no substitution; the template may give it one: {machine._found.location}"
    return None


def _shared(targets: Targets, plan: Plan) -> str | None:
    """The hint if a mock has a name that this function shares with another one; None if there is none."""
    for name in targets.functions if plan.function is not None else ():
        owners = ambiguous_functions(name, targets)
        if plan.function is not None and plan.function.name in owners.split(" or "):
            return f"{name!r} is the name of more than one function, {owners}; say which"
    return None


def _unknown(targets: Targets, plan: Plan) -> str | None:
    """The hint if no loaded template has the function, but one of a similar name; None if there is none."""
    if plan.function is None:
        return None
    templates = [template for machine in targets.machines() if (template := machine.template) is not None]
    known = [*targets.functions_known(), *(each.name for template in templates for each in template.functions)]
    if plan.function.name in known:
        return None
    meant = suggest(plan.function.name, known)
    return f"no loaded template has a function {plan.function.name!r}{meant}" if meant else None


def _slip(targets: Targets, plan: Plan, request: Request) -> str | None:
    """The hint if what the task has, and what a mock was registered for, look alike; None if there is none.

    A mock that was called, or that is for another task of a loaded machine, has the right name.
    """
    reaches = [machine._reach for machine in targets.machines()]
    resources = _free(targets.resources, [reach.resources for reach in reaches])
    pairs = [
        (request.state.name, _free(targets.states, [reach.tasks for reach in reaches])),
        (plan.function.name if plan.function else "", _free_functions(targets, reaches)),
        (resource_key(request.resource.text), resources),
    ]
    if request.resource.kind == "activity":
        pairs.insert(0, (activity_key(request.resource.name or ""), resources))
    if targets.endpoints and request.resource.service in HTTP_SERVICES:
        sent = targets.sent(request)
        free = [each for each in targets.endpoints if not each.called]
        for each in free:  # the right URL, but another method
            if each._endpoint.could_take(None, sent.url):
                return f"did you mean {sent.method!r} instead of {each.label}?"
        pairs.insert(1, (_url(targets, sent), [each._endpoint.url for each in free if each._endpoint.url is not None]))
    if plan.function is not None:
        for known, mock in targets.functions.get(plan.function.name, ()):  # another qualifier, account or region
            if not mock.called and not any(_names(known, reach, targets) for reach in reaches):
                return f"did you mean {plan.function.text!r} instead of {mock.label}?"
    for wanted, there in pairs:
        found = near(wanted, there)
        if found and found[0] != wanted:  # a Map's own name is no slip: mocks of states answer Tasks
            return f"did you mean {wanted!r} instead of {found[0]!r}?"
    return None


def _free(mocks: Mapping[str, Mock], taken: Iterable[Container[str]]) -> list[str]:
    """Names that may be slips."""
    return [name for name, mock in mocks.items() if not mock.called and not any(name in each for each in taken)]


def _free_functions(targets: Targets, reaches: list[Reach]) -> list[str]:
    called = {name for name, namesakes in targets.functions.items() if any(mock.called for _, mock in namesakes)}
    return [name for name in targets.functions if name not in called and not any(name in each.functions for each in reaches)]


def _names(known: FunctionName, reach: Reach, targets: Targets) -> bool:
    """Whether a task calls the function by just this name."""
    return any(known.names(each, targets.region, targets.account) for each in reach.functions.get(known.name, ()))


def _difference(mock: Mock, request: Request, shown: Any) -> str:
    """Why a narrower mock does not answer this call; `shown` is the input without its secrets."""
    condition = mock._condition
    if condition.item is not None and request.item[-len(condition.item) :] != condition.item:
        return f"this is item {'/'.join(map(str, request.item))}" if request.item else "this is not inside a Map"
    if condition.input is not ... and not callable(condition.input):
        place = _first_difference(condition.input, shown, "$")
        if place is not None:
            return place
    if callable(condition.input):
        return "the predicate says no"
    if not request.execution:
        return "this call belongs to no execution"
    return f"this is execution {request.execution!r}, number {request.sequence}"


def _first_difference(expected: Any, actual: Any, path: str) -> str | None:
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key, value in expected.items():
            if key not in actual:
                return f"there is no {path}.{key}{suggest(key, actual)}"
            found = _first_difference(value, actual[key], f"{path}.{key}")
            if found is not None:
                return found
        return None
    if covers(expected, actual):
        return None
    return f"{path} is {shorten(actual, 60)}"


def _doubt(resource: Resource) -> str | None:
    """Why the Resource itself may be the mistake."""
    if resource.text.startswith("arn:"):
        return "it names no function, integration or activity" if resource.kind == "other" else unfamiliar(resource)
    whole = parse_resource(f"arn:aws:states:::{resource.text}")  # the rest of an ARN that lacks its beginning
    known = whole.kind == "service" and unrecognized(whole) is None and unfamiliar(whole) is None
    return f"did you mean {whole.text}?" if known else None


def _is_call(resource: Resource) -> bool:
    from pytest_sfn.tasks.services import is_call  # only messages need it

    return is_call(resource)


_ORDINALS: Final = ("", "a first", "a second", "a third", "a fourth", "a fifth", "a sixth")


def _ordinal(number: int) -> str:
    return _ORDINALS[number] if number < len(_ORDINALS) else "another"
