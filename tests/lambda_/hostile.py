"""Handlers that change the process that they share with the tests, each with a probe that sees the change.

`text` is Python that a handler's module runs, at its import or in its body. `probe` gives a value of the process that `text`
changes. A text may use `os` and `sys`.
"""

from __future__ import annotations

import asyncio
import builtins
import decimal
import faulthandler
import gc
import json
import locale
import logging
import os
import random
import resource
import signal
import socket
import sys
import tempfile
import threading
import time
import urllib.request
import warnings
from collections.abc import Callable
from contextvars import ContextVar
from types import ModuleType
from typing import Any, NamedTuple

import boto3
import botocore.client
import botocore.session

__all__ = ["HOSTILE", "VARIABLE", "Hostile", "probes"]

VARIABLE: ContextVar[int] = ContextVar("VARIABLE", default=0)


class Hostile(NamedTuple):
    name: str
    text: str
    probe: Callable[[], Any]


_shared = ModuleType("hostile_shared")
_shared.VARIABLE = VARIABLE  # type: ignore[attr-defined]
sys.modules["hostile_shared"] = _shared  # a handler cannot import this module, which is the test's own


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}


def _loggers() -> tuple[Any, ...]:
    return tuple(sorted(name for name in logging.root.manager.loggerDict if name.startswith("hostile")))


def _botocore() -> tuple[Any, ...]:
    logger = logging.getLogger("botocore")
    return logger.level, logger.propagate, logger.disabled, logger.handlers[:], logger.filters[:]


def _event_loop() -> Any:
    return getattr(getattr(asyncio.events._event_loop_policy, "_local", None), "_loop", None)


def _seed() -> int:
    return hash(random.getstate())


def _context() -> Any:
    return decimal.getcontext().prec, decimal.getcontext().rounding, decimal.getcontext().traps[decimal.FloatOperation]


HOSTILE = [
    Hostile("working directory", "os.chdir('/')", os.getcwd),
    Hostile("level of the root", "import logging; logging.getLogger().setLevel('DEBUG')", lambda: logging.root.level),
    Hostile("basicConfig", "import logging; logging.basicConfig(force=True, level=1)", lambda: logging.root.handlers[:]),
    Hostile(
        "handler of the root",
        "import logging; logging.getLogger().addHandler(logging.StreamHandler())",
        lambda: logging.root.handlers[:],
    ),
    Hostile(
        "no handlers of the root",
        "import logging; logging.root.handlers = [logging.NullHandler()]",
        lambda: logging.root.handlers[:],
    ),
    Hostile("logging.disable", "import logging; logging.disable(logging.CRITICAL)", lambda: logging.root.manager.disable),
    Hostile(
        "record factory",
        "import logging; logging.setLogRecordFactory(lambda *args, **more: logging.LogRecord(*args, **more))",
        logging.getLogRecordFactory,
    ),
    Hostile(
        "logger class",
        "import logging; logging.setLoggerClass(type('Own', (logging.Logger,), {}))",
        logging.getLoggerClass,
    ),
    Hostile(
        "loggers",
        "import logging; logging.getLogger('hostile.part').propagate = False; logging.getLogger('hostile').setLevel(1)",
        _loggers,
    ),
    Hostile(
        "a library's logger",
        "import logging; log = logging.getLogger('botocore'); log.propagate = False; log.setLevel(50); log.handlers = []",
        _botocore,
    ),
    Hostile(
        "dictConfig",
        "import logging.config; logging.config.dictConfig({'version': 1, 'root': {'level': 'DEBUG'}})",
        lambda: (logging.root.level, logging.getLogger("botocore.hooks").disabled),
    ),
    Hostile("names of levels", "import logging; logging.addLevelName(35, 'HOSTILE')", lambda: logging.getLevelName(35)),
    Hostile("captureWarnings", "import logging; logging.captureWarnings(True)", lambda: warnings.showwarning),
    Hostile("raiseExceptions", "import logging; logging.raiseExceptions = False", lambda: logging.raiseExceptions),
    Hostile("umask", "os.umask(0o123)", _umask),
    Hostile(
        "signal handler",
        "import signal; signal.signal(signal.SIGUSR1, lambda *_: None)",
        lambda: signal.getsignal(signal.SIGUSR1),
    ),
    Hostile(
        "alarm",
        "import signal; signal.signal(signal.SIGALRM, lambda *_: None); signal.alarm(3000)",
        lambda: (signal.getsignal(signal.SIGALRM), round(signal.getitimer(signal.ITIMER_REAL)[0], -2)),
    ),
    Hostile(
        "signal mask",
        "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])",
        lambda: signal.pthread_sigmask(signal.SIG_BLOCK, []),
    ),
    Hostile("recursion limit", "sys.setrecursionlimit(sys.getrecursionlimit() + 7)", sys.getrecursionlimit),
    Hostile("lines of tracebacks", "sys.tracebacklimit = 3", lambda: getattr(sys, "tracebacklimit", None)),
    Hostile("stack size", "import threading; threading.stack_size(1 << 20)", threading.stack_size),
    Hostile(
        "limits of the module resource",
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (64, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))",
        lambda: resource.getrlimit(resource.RLIMIT_NOFILE),
    ),
    Hostile("digits", "sys.set_int_max_str_digits(0)", sys.get_int_max_str_digits),
    Hostile("switch interval", "sys.setswitchinterval(0.25)", sys.getswitchinterval),
    Hostile("seed of random", "import random; random.seed(42)", _seed),
    Hostile("state of random", "import random; random.setstate(random.Random(1).getstate())", _seed),
    Hostile("decimal context", "import decimal; decimal.getcontext().prec = 3", _context),
    Hostile(
        "another decimal context",
        "import decimal; decimal.setcontext(decimal.Context(prec=7, traps=[decimal.FloatOperation]))",
        _context,
    ),
    Hostile("socket timeout", "import socket; socket.setdefaulttimeout(1.5)", socket.getdefaulttimeout),
    Hostile("locale", "import locale; locale.setlocale(locale.LC_ALL, 'C')", lambda: locale.setlocale(locale.LC_ALL)),
    Hostile(
        "time zone", "import time; os.environ['TZ'] = 'XYZ-5'; time.tzset()", lambda: (time.tzname, time.localtime(0).tm_hour)
    ),
    Hostile("import path", "sys.path.insert(0, '/hostile')", lambda: sys.path[:]),
    Hostile("another import path", "sys.path = ['/hostile']", lambda: (id(sys.path), sys.path[:])),
    Hostile("finder", "sys.meta_path.insert(0, type('Own', (), {'find_spec': lambda *_: None})())", lambda: sys.meta_path[:]),
    Hostile("no finders", "sys.meta_path.clear()", lambda: sys.meta_path[:]),
    Hostile("other finders", "sys.meta_path = []", lambda: (id(sys.meta_path), sys.meta_path[:])),
    Hostile(
        "path hooks", "sys.path_hooks.insert(0, lambda path: (_ for _ in ()).throw(ImportError()))", lambda: sys.path_hooks[:]
    ),
    Hostile("replaced module", "sys.modules['json'] = sys", lambda: sys.modules["json"]),
    Hostile("removed module", "del sys.modules['json.decoder']", lambda: "json.decoder" in sys.modules),
    Hostile("no modules", "sys.modules.clear()", lambda: len(sys.modules) > 100),
    Hostile("other modules", "sys.modules = dict(sys.modules)", lambda: id(sys.modules)),
    Hostile("variable", "os.environ['HOSTILE'] = '1'; os.environ.pop('PATH', None)", _environment),
    Hostile("no variables", "os.environ.clear()", _environment),
    Hostile("other environment", "os.environ = {'HOSTILE': '1'}", lambda: (id(os.environ), _environment())),
    Hostile("no environment", "del os.environ", lambda: hasattr(os, "environ")),
    Hostile("stdout", "import io; sys.stdout = io.StringIO()", lambda: sys.stdout),
    Hostile("stderr", "import io; sys.stderr = io.StringIO()", lambda: sys.stderr),
    Hostile("arguments", "sys.argv = ['hostile']", lambda: sys.argv),
    Hostile("excepthook", "sys.excepthook = print", lambda: sys.excepthook),
    Hostile("displayhook", "sys.displayhook = print", lambda: sys.displayhook),
    Hostile("builtins.open", "import builtins; builtins.open = lambda *_: None", lambda: builtins.open),
    Hostile("new builtin", "import builtins; builtins.hostile = 1", lambda: hasattr(builtins, "hostile")),
    Hostile("boto3.client", "import boto3; boto3.client = print", lambda: boto3.client),
    Hostile("session of boto3", "import boto3; boto3.setup_default_session()", lambda: boto3.DEFAULT_SESSION),
    Hostile(
        "botocore's calls",
        "import botocore.client; botocore.client.BaseClient._make_api_call = lambda *_: {}",
        lambda: botocore.client.BaseClient._make_api_call,
    ),
    Hostile(
        "botocore's sessions",
        "import botocore.session; botocore.session.get_session = lambda *_: None",
        lambda: botocore.session.get_session,
    ),
    Hostile("JSON", "import json; json.JSONEncoder.default = lambda self, value: str(value)", lambda: json.JSONEncoder.default),
    Hostile("sleep", "import time; time.sleep = lambda seconds: None", lambda: time.sleep),
    Hostile("temporary folder", "import tempfile; tempfile.tempdir = '/hostile'", lambda: tempfile.tempdir),
    Hostile(
        "opener",
        "import urllib.request; urllib.request.install_opener(urllib.request.build_opener())",
        lambda: urllib.request._opener,
    ),
    Hostile("warnings filters", "import warnings; warnings.simplefilter('ignore')", lambda: warnings.filters[:]),
    Hostile(
        "other warnings filters", "import warnings; warnings.filters = []", lambda: (id(warnings.filters), warnings.filters[:])
    ),
    Hostile("garbage collection", "import gc; gc.disable(); gc.set_threshold(9)", lambda: (gc.isenabled(), gc.get_threshold())),
    Hostile(
        "faulthandler",
        "import faulthandler; (faulthandler.disable if faulthandler.is_enabled() else faulthandler.enable)()",
        faulthandler.is_enabled,
    ),
    Hostile("excepthook of threads", "import threading; threading.excepthook = print", lambda: threading.excepthook),
    Hostile("profile", "sys.setprofile(lambda *_: None)", sys.getprofile),
    Hostile("trace of threads", "import threading; threading.settrace(lambda *_: None)", threading.gettrace),
    Hostile("event loop", "import asyncio; asyncio.set_event_loop(asyncio.AbstractEventLoop())", _event_loop),
    Hostile("context variable", "from hostile_shared import VARIABLE; VARIABLE.set(1)", VARIABLE.get),
]


def probes() -> dict[str, Any]:
    """What every probe sees."""
    return {hostile.name: hostile.probe() for hostile in HOSTILE}
