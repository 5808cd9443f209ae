"""The `logging` of a function: loggers and a root of its own, as its process on Lambda has them.

While the function's code runs, `logging.getLogger` gives it loggers that the test never sees, so what it does to them (level,
handlers, `basicConfig`, `dictConfig`) ends with its modules. Loggers of libraries that the test uses as well, such as
botocore, are shared: the code gets the real ones, and what it changes of them is put back after the call. They keep the
levels of the test, so a function that logs DEBUG does not bring botocore's DEBUG with it.

As in Lambda's runtime the root has a handler before the code is imported, and `basicConfig` does nothing. The root has no
level until the code sets one, and then has that of the test: WARNING, or what `caplog.set_level` says. Above the root is the
test's own root, so the records reach its handlers, those of pytest and caplog among them. A handler between the two keeps the
records for reports, and escapes what would act in a terminal or in a CI's log.
"""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pytest_sfn.errors import printable

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LIMIT", "Logged", "Logs"]

LIMIT: Final = 200
"""How many records of one execution, and of one call, are kept for reports, the last ones."""


class Logged(NamedTuple):
    """A record of a function's, for reports."""

    level: str
    message: str


class Logs:
    """The loggers of one function.

    Args:
        records: gets what the code logs; of very many the last ones.
        shares: whether the logger of this name is a library's.
        is_code: whether a file belongs to the function's code.
    """

    def __init__(self, records: list[Logged], shares: Callable[[str], bool], is_code: Callable[[str], bool]) -> None:
        self._root = logging.RootLogger(logging.NOTSET)
        self._root.addHandler(LambdaLoggerHandler())
        self._manager = _Manager(self._root, shares, is_code)
        self._root.manager = self._manager
        self._root.parent = self._between = logging.Logger("lambda")  # noqa: LOG001 - nobody else must find it
        self._between.addHandler(_Recorder(self._between, records))
        self._outside: tuple[Any, ...] = ()
        self._levels: tuple[int, int] | None = None
        self._shared: dict[logging.Logger, tuple[Any, ...]] = {}

    def enter(self) -> None:
        """Put them in the place of the test's."""
        root, _, manager = self._outside = logging.root, logging.Logger.root, logging.Logger.manager
        own = self._manager
        own.outside = manager
        self._between.parent = root
        levels = root.level, manager.disable
        if levels != self._levels:
            if self._levels is None or own.disable == self._levels[1]:
                own.disable = manager.disable
            own._clear_cache()  # type: ignore[attr-defined]
            self._levels = levels
        for logger in own.asked:
            own.asked[logger] = _state(logger)
        for logger, state in self._shared.items():
            _set(logger, state)
        logging.root, logging.Logger.root, logging.Logger.manager = self._root, self._root, own

    def leave(self) -> None:
        """Take them away, and put back what has changed of shared ones."""
        logging.root, logging.Logger.root, logging.Logger.manager = self._outside
        for logger, outside in self._manager.asked.items():
            now = _state(logger)
            if now != outside:
                self._shared[logger] = now
                _set(logger, outside)


class LambdaLoggerHandler(logging.Handler):
    """The handler that Lambda's runtime gives the root. Records pass it on their way to the test's."""

    def emit(self, record: logging.LogRecord) -> None:
        """Do nothing."""


class _Recorder(logging.Handler):
    def __init__(self, between: logging.Logger, records: list[Logged]) -> None:
        super().__init__()
        self._between = between
        self._records = records

    def emit(self, record: logging.LogRecord) -> None:
        _make_printable(record)
        outside, last = self._between.parent, logging.lastResort
        if outside is not None and not outside.handlers and last is not None and record.levelno >= last.level:
            last.handle(record)  # as logging does where nobody else handles a record
        try:
            self._records.append(Logged(record.levelname, record.getMessage()))
        except Exception:  # noqa: BLE001 - as in logging itself: a wrong record is no error of the program
            self.handleError(record)
        if len(self._records) > LIMIT:
            del self._records[:-LIMIT]


class _Manager(logging.Manager):
    """Makes the loggers that a function's code asks for."""

    def __init__(self, root: logging.RootLogger, shares: Callable[[str], bool], is_code: Callable[[str], bool]) -> None:
        super().__init__(root)
        self.outside: logging.Manager = logging.Logger.manager
        self.asked: dict[logging.Logger, tuple[Any, ...]] = {}
        self._shares = shares
        self._is_code = is_code

    def getLogger(self, name: str) -> logging.Logger:  # noqa: N802 - it overrides
        if not isinstance(name, str) or not self._shares(name):
            new = name not in self.loggerDict
            logger = super().getLogger(name)
            if new and isinstance(outside := self.outside.loggerDict.get(name), logging.Logger):
                logger.setLevel(outside.level)  # by caplog, or by a test that has its own logger of the name
            return logger
        logger = self.outside.getLogger(name)
        if logger not in self.asked and self._is_code(_caller()):
            self.asked[logger] = _state(logger)
        return logger


def _make_printable(record: logging.LogRecord) -> None:
    """What the code logs acts in no terminal and no CI's log, whichever of the test's handlers shows it."""
    with suppress(Exception):  # a wrong record is the handlers' affair
        message = record.getMessage()
        if (safe := printable(message, "\n\t")) != message:
            record.msg, record.args = safe, None
    if record.exc_info and record.exc_text is None:
        record.exc_text = logging.Formatter().formatException(record.exc_info)  # formatters take it from here
    record.exc_text = record.exc_text and printable(record.exc_text, "\n\t")
    record.stack_info = record.stack_info and printable(record.stack_info, "\n\t")


def _caller() -> str:
    """The file that asks for a logger."""
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_globals.get("__name__") == "logging":
        frame = frame.f_back
    return frame.f_code.co_filename


def _state(logger: logging.Logger) -> tuple[Any, ...]:
    return logger.level, logger.propagate, logger.disabled, logger.handlers[:], logger.filters[:]


def _set(logger: logging.Logger, state: tuple[Any, ...]) -> None:
    level, logger.propagate, logger.disabled, handlers, filters = state
    if logger.level != level:
        logger.setLevel(level)
    logger.handlers[:] = handlers
    logger.filters[:] = filters
