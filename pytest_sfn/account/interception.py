"""Step Functions for a whole session: every client of boto3 is answered, from before the first module is imported.

The code of a test, and fixtures of its scope, have an account of their own, which is made when they first ask something. What
runs outside of tests (modules, fixtures of wider scope) has the account of the session, of which each test's account inherits
(inherited.py). An account that a test opens itself comes before both.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pytest_sfn.account.aws_services import OpenAccount, answer_step_functions
from pytest_sfn.account.inherited import Inherited, Made
from pytest_sfn.account.sfn_mock import SfnMock, account_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_sfn.account.account import Account
    from pytest_sfn.api.service import Service
    from pytest_sfn.gate.call import Answer, Call
    from pytest_sfn.gate.gate import Network

__all__ = ["Interception"]


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
        self._made = Made(self._session)
        self._make: Callable[[], SfnMock] | None = None
        self.region = session.region
        self._opened = _Serving(self, last=True)
        self._opened.begin()

    def close(self) -> None:
        """Answer nothing any more."""
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
            account_of(self.mock).inherited = Inherited(self._made)
        return self.mock

    @contextmanager
    def outside(self) -> Iterator[None]:
        """What runs meanwhile belongs to the session."""
        make, self._make = self._make, None
        try:
            yield
        finally:
            self._make = make

    @property
    def account(self) -> Account:
        """The account that answers now."""
        return self._session if self._make is None else account_of(self.mock_of_test())

    def answer(self, call: Call) -> Answer:
        """Answer a client."""
        account = self.account
        answer = answer_step_functions(account, call)
        if account is self._session and answer[0] == 200:
            self._made.note(call, call.region or account.region)
        return answer

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


class _Serving(OpenAccount):
    __slots__ = ()

    _account: Interception

    def _answer(self, call: Call) -> Answer:
        return self._account.answer(call)
