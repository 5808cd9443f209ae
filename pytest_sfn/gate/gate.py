"""The one place that requests of botocore pass before they leave the machine; a request that nothing answers is refused here.

botocore hands a request to `URLLib3Session.send` unless something else has answered it before: its Stubber, moto under a
decorator of the test, a handler of the event `before-send`. The gate replaces that method while an answerer is registered
or a guard is shut, and then does three things with a request:

1. It asks the answerers that are registered for the request: one with more criteria (service, region, account, endpoint)
   before one with fewer, of equal ones the latest first. An answerer may leave a request to the next.
2. It lets a request that no answerer took through only to this machine itself. It refuses any other with an error of the
   test, whose text is that of the guard that was shut last.
3. It passes the error to the account as well, since code under test may swallow it.

Answerers are registered from above: an account registers its Step Functions, its functions and moto. A guard belongs to a
stub or a handler and is shut while it runs, or to a test whose account has no services, for as long as that is open. The gate
knows none of them. What a stub or a handler does without botocore passes network.py, which asks the same guards; what comes
to Step Functions by other ways meets elsewhere.py.

Code of the user's own that answers below `URLLib3Session.send` (vcr, pook, mocket), or in its place, is left to answer what no
answerer takes.

Nothing of botocore is imported here: if it is not loaded when the gate is first needed, a finder in `sys.meta_path` puts
the gate in place when it is.
"""

from __future__ import annotations

import sys
from _thread import get_ident
from contextlib import contextmanager
from importlib.machinery import PathFinder
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, Protocol, Self

from pytest_sfn.gate.call import OWN_CLIENTS, Call, NotServedError, response
from pytest_sfn.links import see

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

    from pytest_sfn.errors import PytestSfnError
    from pytest_sfn.gate.call import Answer, ClientCall, Parsed
    from pytest_sfn.gate.network import Children

    Send = Callable[[Any, AWSPreparedRequest], AWSResponse]
    Place = tuple[Any, str, Any, Any]  # owner, attribute, its own, and ours

__all__ = ["GATE", "Answerer", "Gate", "Guard", "Network", "Registration", "Test", "Who"]

Who = Literal["handler", "stub", "test"]
"""Whose code a guard holds back."""


class Answerer(Protocol):
    """Answers requests."""

    def __call__(self, call: Call) -> Answer | None:
        """The response to a request; None to leave the request to other answerers.

        Raises:
            NotServedError: nothing can answer it here (`call.not_served` makes it).
        """


class Registration:
    """An answerer with the criteria of its requests; None in a criterion matches all. In a `with` it ends with the block.

    Attributes:
        endpoint: how URLs begin, such as `http://localhost:8083`.
        refused: is called with each error of the gate that concerns this registration.
        last: whether it is asked after all others with as many criteria.
        when: whether it answers at present.
    """

    __slots__ = ("_gate", "account", "answerer", "endpoint", "last", "refused", "region", "service", "when")

    def __init__(
        self,
        gate: Gate,
        answerer: Answerer,
        service: str | None,
        region: str | None,
        account: str | None,
        endpoint: str | None,
        refused: Callable[[NotServedError], None] | None,
        last: bool,
        when: Callable[[], bool] | None,
    ) -> None:
        self._gate = gate
        self.when = when
        self.last = last
        self.answerer = answerer
        self.service = service
        self.region = region
        self.account = account
        self.endpoint = endpoint
        self.refused = refused

    @property
    def rank(self) -> int:
        """How many criteria it names."""
        return sum(each is not None for each in (self.service, self.region, self.account, self.endpoint))

    def takes(self, call: Call) -> bool:
        """Whether the call meets the criteria."""
        return (
            self.service in (None, call.service)
            and self.region in (None, call.region)
            and self.account in (None, call.account)
            and (self.endpoint is None or call.url.startswith(self.endpoint))
            and (self.when is None or self.when())
        )

    def take_back(self) -> None:
        """End the registration: the answerer gets no more requests."""
        self._gate._forget(self)

    def tell(self, error: NotServedError) -> None:
        """Pass an error on, since code under test may swallow it."""
        if self.refused is not None:
            self.refused(error)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.take_back()


class Test(Protocol):
    """An open account, whose test's own code is held back."""

    def begin(self) -> None:
        """Botocore is loaded, or a stub runs; most tests come to neither. May be called again."""

    @property
    def guard(self) -> Guard:
        """Whose text errors have."""

    def mocked(self, call: ClientCall) -> Parsed | None:
        """The answer of the mock of an operation; None if there is none."""


class Network:
    """What may leave this machine, in one account.

    Args:
        fixture: the test's name for the account, for messages.
        everything: whether nothing is refused.
    """

    __slots__ = ("_forget", "_hosts", "everything", "fixture")

    def __init__(self, fixture: str = "sfn_mock", *, everything: bool = False) -> None:
        self.fixture = fixture
        self.everything = everything
        self._hosts: set[str] = set()
        self._forget: Callable[[], None] | None = None

    @property
    def hosts(self) -> frozenset[str]:
        """Those that are allowed, with the addresses that they were found at."""
        return frozenset(self._hosts)

    def allow(self, *hosts: str) -> None:
        """Allow hosts, `*.example.com` for all below it; without an argument everything."""
        self._hosts.update(host.lower() for host in hosts)
        self.everything = self.everything or not hosts
        if self._forget is None and hosts:
            from pytest_sfn.gate.network import learning

            self._forget = learning(self._learn)

    def _learn(self, host: str, addresses: Iterable[str]) -> None:
        if self.lets(host):
            self._hosts.update(addresses)

    def close(self) -> None:
        """Learn no addresses of allowed hosts any more."""
        if self._forget is not None:
            self._forget()
            self._forget = None

    def lets(self, host: str) -> bool:
        """Whether requests to a host may leave."""
        if self.everything or not self._hosts:
            return self.everything
        from pytest_sfn.gate.sockets import is_among

        return is_among(host, self._hosts)


class Guard:
    """Keeps a stub or a handler off the network while it runs. Calls may nest: it is open when every `shut` has its `open`.

    Args:
        who: whose code runs.
        refused: is called with the error for each request that is refused.
        network: what may pass.

    Attributes:
        first: the first of these errors since the guard was shut.
        children: the child processes that were started while it was shut; None if there are none.
    """

    __slots__ = ("_depth", "_gate", "_refused", "children", "first", "network", "who")

    def __init__(self, gate: Gate, who: Who, refused: Callable[[PytestSfnError], None], network: Network) -> None:
        self._gate = gate
        self.who = who
        self._refused = refused
        self.network = network
        self._depth = 0
        self.first: PytestSfnError | None = None
        self.children: Children | None = None

    def shut(self) -> None:
        """Refuse what nothing answers from now on, with this guard's text."""
        if not self._depth:
            self.first = None
        self._depth += 1
        gate = self._gate
        gate._guards.append(self)
        gate._threads.append(get_ident())
        if not gate._held:
            gate._stand((CREDENTIALS, gate.MODULE))

    def open(self) -> None:
        """Undo one `shut`."""
        self._depth -= 1
        gate = self._gate
        guards, threads = gate._guards, gate._threads
        if guards[-1] is self and threads[-1] == get_ident():
            guards.pop()
            threads.pop()
        else:  # a stub of another thread has begun after this one, or another thread's call puts a handler aside
            mine = [at for at, guard in enumerate(guards) if guard is self]
            at = next((at for at in mine if threads[at] == get_ident()), mine[-1])
            del guards[at], threads[at]
        if gate._held and not gate._guards:
            gate._withdraw()
        if self.children is not None and not self._depth:
            children, self.children = self.children, None
            for error in children.end():
                self.note(error)

    def refuse(self, call: Call) -> NotServedError:
        """The error for a request of botocore."""
        aws, instead = "the fixture sfn_aws instead of sfn_mock", f"this call: {call.mock(self.network.fixture)}"
        if self.who == "test":
            who, anchor = "the test's own code", OWN_CLIENTS
            aws = "the fixture sfn_aws, or moto's mock_aws"
        elif self.who == "stub":
            who, anchor = "a stub", OWN_CLIENTS
        else:
            who, anchor = "a handler", see("handlers#aws-services")
            instead = f"the function, or {instead}"
        answerer = f"moto answers{'' if call.at_aws else ' clients without endpoint_url'}"
        if call.invokes:
            answerer = "mocks and functions' own code answer Invoke"
        error = call.not_served(
            f"{who} called AWS, and this test has no AWS services",
            fix=f"use {aws}, and {answerer}{'' if call.invokes else f'; or mock {instead}'}",
            anchor=anchor,
        )
        self.note(error)
        return error

    def note(self, error: PytestSfnError) -> None:
        """Keep an error, since code under test may swallow it."""
        self.first = self.first or error
        self._refused(error)


class Gate:
    """The registered answerers, the guards that are shut, and the methods of botocore that the gate has replaced.

    Attributes:
        local: answers in the place of a server on this machine that does not; None for nothing.
    """

    MODULE: ClassVar = "botocore.httpsession"

    def __init__(self) -> None:
        self.local: Callable[[Call], Answer] | None = None
        self._registrations: list[Registration] = []  # in the order in which they are asked
        self._guards: list[Guard] = []  # of what runs, innermost last
        self._threads: list[int] = []  # in which they were shut
        self._tests: list[Test] = []
        self._provider: tuple[Any, Any] | None = None  # botocore's, with its method that runs a `credential_process`
        self._watching = False
        self._aside: list[int] = []  # threads whose requests pass
        self._held: list[tuple[Any, Send]] = []  # classes of botocore with their own `send`
        self._replaced: dict[str, list[Place]] = {}  # by module
        self._places_of: dict[str, tuple[Any, list[Place]]] = {}  # by module, also while its own attributes are in place

    # -- who answers, who is guarded -----------------------------------------------------------------------------------

    def register(
        self,
        answerer: Answerer,
        *,
        service: str | None = None,
        region: str | None = None,
        account: str | None = None,
        endpoint: str | None = None,
        refused: Callable[[NotServedError], None] | None = None,
        last: bool = False,
        when: Callable[[], bool] | None = None,
    ) -> Registration:
        """Let an answerer answer the requests that these criteria name, until its registration is taken back.

        Args:
            service: as boto3 names it.
            region: the one that a request is signed for.
            account: an account's id.
            endpoint: how URLs begin.
            refused: is called with each error for a request that this answerer, or no other after it, can answer.
            last: whether it is asked after all others with as many criteria, also those that come later.
            when: whether it answers at present; None for always.
        """
        registration = Registration(self, answerer, service, region, account, endpoint, refused, last, when)
        self._registrations.insert(0, registration)
        self._registrations.sort(key=lambda each: (-each.rank, each.last))
        self._stand()
        return registration

    def _forget(self, registration: Registration) -> None:
        self._registrations.remove(registration)
        self._withdraw()

    def guard(self, who: Who, refused: Callable[[PytestSfnError], None], network: Network | None = None) -> Guard:
        """A guard, still open.

        Args:
            who: whose code it holds back.
            refused: is called with the error for each request that is refused while it is shut.
            network: what may pass; nothing if left out.
        """
        if who != "test":
            self.begin()
        if not self._watching and who != "test":
            from pytest_sfn.gate.network import watch

            self._watching = True
            watch(self._guards, self._threads)
        return Guard(self, who, refused, network or Network())

    def hold_back(self, test: Test) -> None:
        """Refuse the requests of botocore that nothing answers, of any code of the test; no `credential_process` runs."""
        self._tests.append(test)
        if "botocore" in sys.modules:
            self.begin()
            if not self._held or self._provider is None:
                self._stand()
            return
        self._stand(("http.client",))

    def begin(self) -> None:
        """Let each open account begin, the outermost one first."""
        for test in self._tests:
            test.begin()

    def let_go(self, test: Test) -> None:
        """Undo `hold_back`."""
        self._tests.remove(test)
        self._withdraw()

    # -- in botocore's place -------------------------------------------------------------------------------------------

    def _stand(self, modules: tuple[str, ...] = ()) -> None:
        """Take places in these modules, or in all; in those that are not loaded, as soon as they are."""
        for name in modules or _MODULES:
            module = sys.modules.get(name)
            if module is not None and not getattr(module.__spec__, "_initializing", False):  # that is held when it is loaded
                self._hold(name, module)
        if _FINDER not in sys.meta_path:
            sys.meta_path.insert(0, _FINDER)

    def _hold(self, name: str, module: Any) -> None:
        """Take places in a module; a guard alone leaves a `send` that other code has replaced, since that answers itself."""
        if name == self.MODULE:
            session = module.URLLib3Session
            if session.send is not _send and self._wants(session.send):
                self._held.append((session, session.send))
                session.send = _send
        elif name == CREDENTIALS:
            self.begin()
            if self._provider is None and any(not test.guard.network.everything for test in self._tests):
                provider = module.ProcessProvider
                self._provider = provider, provider._retrieve_credentials_using
                provider._retrieve_credentials_using = _dummy_credentials
        elif name not in self._replaced and (self._registrations or self._tests):
            self._replaced[name] = places = self._places(name, module)
            for owner, attribute, _, ours in places:
                setattr(owner, attribute, ours)

    def _places(self, name: str, module: Any) -> list[Place]:
        """The places in a module; made once, unless the module is loaded anew or other code has taken one of them."""
        made = self._places_of.get(name)
        if made is None or made[0] is not module or any(vars(owner)[each] is not own for owner, each, own, _ in made[1]):
            from pytest_sfn.gate.elsewhere import REPLACED

            places = [(owner, each, vars(owner)[each], ours) for owner, each, ours in REPLACED[name](module, self)]
            made = self._places_of[name] = module, places
        return made[1]

    def _withdraw(self) -> None:
        for session, send in self._held:
            if not self._wants(send):
                session.send = send
        self._held = [held for held in self._held if self._wants(held[1])]
        if self._tests:
            return
        if self._provider is not None:
            provider, self._provider = self._provider, None
            provider[0]._retrieve_credentials_using = provider[1]
        if self._registrations:
            return
        for places in self._replaced.values():
            for owner, attribute, own, ours in places:
                if vars(owner)[attribute] is ours:
                    setattr(owner, attribute, own)
        self._replaced.clear()
        if not self._guards and _FINDER in sys.meta_path:
            sys.meta_path.remove(_FINDER)

    def _wants(self, send: Any) -> bool:
        waiting = self._guards or self._tests
        return bool(self._registrations or (waiting and getattr(send, "__module__", None) == self.MODULE))

    def spec(self, name: str, path: Any) -> ModuleSpec | None:
        """The spec that loads a module of botocore and then puts the gate in place."""
        spec = PathFinder.find_spec(name, path)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_and_hold(module: ModuleType) -> None:
                execute(module)
                self._hold(name, module)

            spec.loader.exec_module = execute_and_hold  # type: ignore[method-assign]
        return spec

    # -- one request ---------------------------------------------------------------------------------------------------

    def send(self, session: Any, request: AWSPreparedRequest) -> AWSResponse:
        """Answer a request, let it pass, or refuse it."""
        if self._stands_aside:
            return self._own(session)(session, request)
        call = Call(request)
        answer = self.answer(call)
        if answer is not None:
            return response(call.url, *answer)
        guards, own = self._guards or [test.guard for test in self._tests], self._own(session)
        if call.host in _HERE or call.host.startswith("127."):
            return self._here(own, session, request, call)
        if guards and guards[-1].network.lets(call.host):
            return own(session, request)
        if call.host.endswith(_LOCALSTACK) and (answer := self._local_answer(call)) is not None:
            return response(call.url, *answer)  # without a look-up of the host, which would leave this machine
        if call.host in _METADATA:
            from botocore.exceptions import EndpointConnectionError

            raise EndpointConnectionError(endpoint_url=request.url)
        if not guards:
            raise self.refuse(call, call.not_served("nothing here answers it"))
        if own.__module__ != self.MODULE or _answered_below():
            return own(session, request)
        raise guards[-1].refuse(call)

    def _local_answer(self, call: Call) -> Answer | None:
        """The answer in the place of a server on this machine; None if there is none."""
        if self.local is None or find_spec("moto") is None:
            return None
        try:
            return self.local(call)
        except NotServedError as error:
            raise self.tell(call.service, error) from error.__cause__

    def _here(self, own: Send, session: Any, request: AWSPreparedRequest, call: Call) -> AWSResponse:
        """What a server on this machine answers, or `local` in its place; else the error says what may have been meant."""
        from botocore.exceptions import EndpointConnectionError

        try:
            return own(session, request)
        except EndpointConnectionError as error:
            nobody = error
        if (answer := self._local_answer(call)) is not None:
            return response(call.url, *answer)
        fix = "make the client without endpoint_url, and let moto answer it: mock_aws, or the fixture sfn_aws"
        if self.local is not None:
            fix = "pip install moto, which then answers in its place"
        nobody.add_note(
            f"pytest-sfn answers stepfunctions at every endpoint; {call.service} is answered by what listens at this one.\n"
            f"  fix  {fix}\n"
            f"  see  {see('migrating#localstack')}"
        )
        raise nobody

    def mocked(self, call: ClientCall) -> Parsed | None:
        """The answer of the mock of an operation, the innermost account's first; None if none has one."""
        if self._stands_aside:
            return None
        return next((answer for test in reversed(self._tests) if (answer := test.mocked(call)) is not None), None)

    def answer(self, call: Call) -> Answer | None:
        """What the answerers give; None if none of them takes the request."""
        for registration in [*self._registrations]:
            if registration.takes(call):
                try:
                    answer = registration.answerer(call)
                except NotServedError as error:
                    registration.tell(error)
                    raise
                if answer is not None:
                    return answer
        return None

    def _own(self, session: Any) -> Send:
        """The `send` of botocore for a session."""
        return next(send for kind, send in self._held if isinstance(session, kind))

    def takes(self, call: Call) -> bool:
        """Whether an answerer is registered for the request."""
        return not self._stands_aside and any(each.takes(call) for each in self._registrations)

    def owns(self, service: str) -> bool:
        """Whether an answerer is registered for just this service; each open account answers for Step Functions."""
        if self._stands_aside:
            return False
        if service == "stepfunctions" and self._tests:
            return True
        return any(each.service == service and (each.when is None or each.when()) for each in self._registrations)

    def lets(self, host: str) -> bool:
        """Whether requests to a host may leave, by the test's own leave."""
        return bool(self._tests) and self._tests[-1].guard.network.lets(host)

    def tell(self, service: str, error: NotServedError) -> NotServedError:
        """Pass an error on to the account that answers for the service, and return it."""
        registration = next((each for each in self._registrations if each.service == service), None)
        if registration is not None:
            registration.tell(error)
        elif self._tests:
            self._tests[-1].guard.note(error)
        return error

    @contextmanager
    def stand_aside(self) -> Iterator[None]:
        """Let the requests of this thread pass for a while, with their own signature: the user has asked for them."""
        self._aside.append(get_ident())
        try:
            yield
        finally:
            self._aside.remove(get_ident())

    @property
    def _stands_aside(self) -> bool:
        return bool(self._aside) and get_ident() in self._aside

    def refuse(self, call: Call, error: NotServedError) -> NotServedError:
        """Pass an error to the first registration whose criteria the call meets, and return it."""
        registrations = self._registrations
        next((each for each in registrations if each.takes(call)), registrations[0]).tell(error)
        return error


GATE: Final = Gate()


def _send(session: Any, request: AWSPreparedRequest) -> AWSResponse:
    """Takes the place of `URLLib3Session.send`."""
    return GATE.send(session, request)


def _answered_below() -> bool:
    """Whether other code has replaced what carries botocore's requests, and answers them there."""
    from botocore.awsrequest import AWSHTTPSConnection, AWSHTTPSConnectionPool

    pool, socket = AWSHTTPSConnectionPool, sys.modules["socket"].socket
    own = pool.ConnectionCls is AWSHTTPSConnection and pool.urlopen.__module__.startswith("urllib3.")
    return not (own and AWSHTTPSConnection.__module__ == "botocore.awsrequest" and socket.__module__ == "socket")


class _Finder:
    """Finds the modules in which the gate takes places, if they are not loaded before it is needed."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        return GATE.spec(name, path) if name in _MODULES else None


def _dummy_credentials(_provider: Any, _command: str) -> dict[str, str | None]:
    """Takes the place of botocore's method that runs a profile's `credential_process`."""
    return {"access_key": "testing", "secret_key": "testing", "token": "testing", "expiry_time": None}


CREDENTIALS: Final = "botocore.credentials"
_MODULES: Final = (
    CREDENTIALS,
    Gate.MODULE,
    "botocore.client",
    "botocore.endpoint",
    "botocore.signers",
    "http.client",
    "moto.core.botocore_stubber",
    "moto.core.custom_responses_mock",
    "moto.awslambda.models",
    "moto.cloudformation.parsing",
    "aiobotocore.httpsession",
    "aiobotocore.httpxsession",
    "awscrt.http",
)
"""Those in which the gate takes places; all but the first two are in elsewhere.py."""
_FINDER: Final[Any] = _Finder()
_HERE: Final = ("localhost", "::1")
_LOCALSTACK: Final = (".localhost", "localstack", ".localstack.cloud")
"""How hosts of LocalStack end, and of a bucket at one."""
_METADATA: Final = ("169.254.169.254", "fd00:ec2::254")
"""The host that botocore asks for credentials when a client has none; nothing listens there."""
