"""Step Functions for a whole session: every client of boto3 is answered, from before the first module is imported.

The code of a test, and fixtures of its scope, have an account of their own, which is made when they first ask something. What
runs outside of tests (modules, fixtures of wider scope) has the account of the session, of which each test's account inherits
(inherited.py). An account that a test opens itself comes before both.

Suites that know nothing of us were written for a service that works beside them. So an execution has only begun when the call
that starts it returns, and is RUNNING when somebody first looks; and while the test sleeps, virtual time passes too.
"""

from __future__ import annotations

import time
from threading import Condition, get_ident
from typing import TYPE_CHECKING, Any, Final, SupportsIndex

from pytest_sfn.account.aws_services import OpenAccount, answer_step_functions
from pytest_sfn.account.inherited import Inherited, Made
from pytest_sfn.account.sfn_mock import SfnMock, account_of
from pytest_sfn.api.pace import Pace
from pytest_sfn.engine.scheduler import TURN
from pytest_sfn.gate.gate import GATE
from pytest_sfn.tasks.activities import POLL_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_sfn.account.account import Account
    from pytest_sfn.account.local_services import LocalServices
    from pytest_sfn.api.needs import ApiAccount
    from pytest_sfn.api.service import Service
    from pytest_sfn.engine.run import Run
    from pytest_sfn.gate.call import Answer, Call, ClientCall, Parsed
    from pytest_sfn.gate.gate import Network
    from pytest_sfn.mocks.lambda_api import LambdaApi

__all__ = ["Interception"]

WORKER_SECONDS: Final = 2
"""So long a worker in a thread of its own waits for the test to start something, in real time."""


class Interception:
    """Answers clients until it is closed, as an open account (it fulfils `ServingAccount`).

    Args:
        session: the account for what runs outside of tests.

    Attributes:
        mock: the account of the present test, if it has asked for something.
    """

    def __init__(self, session: SfnMock) -> None:
        self.mock: SfnMock | None = None
        self.inherited: Inherited | None = None
        self._session = account_of(session)
        self._thread = get_ident()
        self._session.paced(Unhurried(self._session, self._thread))
        self._pace: Unhurried | None = None
        self._made = Made(self._session)
        self._make: Callable[[], SfnMock] | None = None
        self._outside = 0
        self.region = session.region
        self._opened = _Serving(self, last=True)
        self._opened.begin()
        self._local: LocalServices | None = None
        GATE.local = self._answer_local
        self._own_sleep = time.sleep
        time.sleep = self._sleep

    def close(self) -> None:
        """Answer nothing any more."""
        if time.sleep == self._sleep:
            time.sleep = self._own_sleep
        GATE.local = None
        if self._local is not None:
            self._local.close()
        self._opened.close()
        self._session.release()

    # -- tests ---------------------------------------------------------------------------------------------------------

    def begin_test(self, make: Callable[[], SfnMock]) -> None:
        """A test begins, whose account `make` makes."""
        self.mock, self._make = None, make

    def end_test(self) -> None:
        """The test is over."""
        self.mock = self._make = None

    def mock_of_test(self) -> SfnMock:
        """The account of the present test."""
        assert self._make is not None
        if self.mock is None:
            self.mock = self._make()
            account = account_of(self.mock)
            account.inherited = Inherited(self._made)
            self._pace = Unhurried(account, self._thread)
            account.paced(self._pace)
        return self.mock

    def hurry(self) -> None:
        """The test knows its account: what it starts runs at once."""
        assert self._pace is not None
        self._pace.hurried = True

    def _sleep(self, seconds: float | SupportsIndex) -> None:
        """Takes the place of `time.sleep`: virtual time passes as well, unless a stub sleeps, or a thread of the test's."""
        self._own_sleep(seconds)
        if get_ident() == self._thread:
            for account in (self._session, account_of(self.mock) if self.mock is not None else None):
                if account is not None and account.world.scheduler.caller is None:
                    account.advance(float(seconds))

    def enter(self) -> None:
        """What runs from now on belongs to the session."""
        self._outside += 1

    def leave(self) -> None:
        """Undo one `enter`."""
        self._outside -= 1

    @property
    def account(self) -> Account:
        """The account that answers now."""
        return self._session if self._make is None or self._outside else account_of(self.mock_of_test())

    def answer(self, call: Call) -> Answer:
        """Answer a client."""
        account = self.account
        answer = answer_step_functions(account, call)
        if account is self._session and answer[0] == 200:
            self._made.note(call, call.region or account.region)
        return answer

    def _answer_local(self, call: Call) -> Answer:
        """Answer in the place of a server on this machine that does not run."""
        if self._local is None:
            from pytest_sfn.account.local_services import LocalServices

            self._local = LocalServices(self.region)
        return self._local(call)

    # -- what an open account asks -------------------------------------------------------------------------------------

    @property
    def network(self) -> Network:
        """What may leave the machine."""
        return self._session.network

    @property
    def allows_everything(self) -> bool:
        """Whether everything may leave the machine, from the beginning."""
        return self._session.allows_everything

    def broken_by(self, error: BaseException) -> None:
        """Note an error of the test."""
        self.account.broken_by(error)

    def api_in(self, region: str) -> Service:
        """The API of Step Functions in a region."""
        return self.account.api_in(region)

    def mocked(self, call: ClientCall) -> Parsed | None:
        """The answer of the mock of an operation to a boto3 client; None if there is none."""
        return None if self.mock is None or self._outside else account_of(self.mock).mocked(call)

    @property
    def lambda_api(self) -> LambdaApi:
        """Lambda's API."""
        return self.account.lambda_api


class Unhurried(Pace):
    """An execution has only begun when somebody first looks at it, as on AWS; so has one that was redriven.

    Args:
        account: whose clock it moves.
        thread: the one that tests run in.

    Attributes:
        hurried: whether this is as in other accounts.
    """

    def __init__(self, account: ApiAccount, thread: int) -> None:
        super().__init__(account)
        self.hurried = False
        self._thread = thread
        self._changed = Condition(TURN.lock)
        self._begun: dict[Run, int] = {}

    def started(self, run: Run) -> None:
        if self.hurried:
            super().started(run)
        else:
            self._begun[run] = run.event_id

    def read(self, operation: str, params: dict[str, Any], runs: Callable[[], list[Run]]) -> None:
        seen = [(run, self._begun.pop(run)) for run in runs() if run in self._begun]
        if not any(run.event_id == begun for run, begun in seen):
            super().read(operation, params, runs)

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        self._changed.notify_all()

    def activity_task(self, arn: str, worker: str | None) -> dict[str, Any]:
        """In a thread of its own a worker may poll before the test starts an execution."""
        if self.hurried or get_ident() == self._thread:
            return super().activity_task(arn, worker)
        activities, scheduler = self._account.activities, self._account.world.scheduler
        until, end = scheduler.now + POLL_SECONDS * 1_000_000, time.monotonic() + WORKER_SECONDS
        while activities.knows(arn):  # the test may delete it meanwhile
            scheduler.pump_instant()
            if task := activities.take(arn, worker):
                return task
            due, left = scheduler.next_time(), end - time.monotonic()
            if due is not None and due <= until:
                scheduler.pump_next()
            elif left > 0:
                self._changed.wait(left)
            else:
                break
        return {}


class _Serving(OpenAccount):
    __slots__ = ()

    _account: Interception

    def _answer(self, call: Call) -> Answer:
        return self._account.answer(call)
