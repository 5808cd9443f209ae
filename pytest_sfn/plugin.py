"""The pytest plugin: fixtures and their settings. hooks/options.py has the options, hooks/reports.py the sections of a report.

pytest imports this module in every run of an environment that has it, so the module imports others when a test needs them.
Hooks that look at accounts look only into modules that are loaded already (`sys.modules`).

A *test error* (a task without a mock, a failing assert in a stub) leaves `run` as an exception. Then:

- The test fails with that exception: the report shows it once, and the end of the test does not report mocks.
- The test fails otherwise, because code under test swallowed the exception: a report section shows it.
- The test passes, because code under test swallowed the exception: the fixture raises it again.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from importlib.machinery import PathFinder
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast
from weakref import WeakValueDictionary

import pytest

import pytest_sfn
from pytest_sfn.hooks.options import FAULTS_MARKER, LINT_MARKER, MARKER, OF_LINT, add_options, check_types
from pytest_sfn.hooks.reports import (
    notes_key,
    pytest_runtest_makereport,
    pytest_runtest_setup,
    released_key,
    show_key,
)

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import TypeVar

    from pytest_sfn.account.account import Account
    from pytest_sfn.account.machine import Machine
    from pytest_sfn.account.sfn_aws import SfnAws
    from pytest_sfn.account.sfn_mock import SfnMock
    from pytest_sfn.faults.fault import Fault
    from pytest_sfn.hooks.intercept import InterceptPlugin

    _SomeAccount = TypeVar("_SomeAccount", bound=SfnMock)

__all__ = [
    "pytest_runtest_makereport", "pytest_runtest_setup",
    "sfn_aws", "sfn_aws_factory", "sfn_fault", "sfn_mock", "sfn_mock_factory", "sfn_state_machine", "state_machine",
]  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    add_options(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    check_types(early_config)
    options = early_config.known_args_namespace  # `early_config.option` does not have the command line yet
    if options.sfn_intercept or early_config.getini("sfn_intercept"):
        _set_defaults(early_config)
        _intercept(early_config, options)  # conftest files may make clients, and machines


def pytest_configure(config: pytest.Config) -> None:
    check_types(config)
    config.addinivalue_line("markers", MARKER)
    config.addinivalue_line("markers", FAULTS_MARKER)
    config.addinivalue_line("markers", LINT_MARKER)
    config.stash[_configured_key] = _configured(config, config.option)  # a mistake there ends the run, rather than each test
    config.stash[show_key] = _shows(config)
    _settle_pages(config)
    _set_defaults(config)
    _keep_in_cache(config)
    on = _covers(config)
    if on or "sfn_coverage" in getattr(config, "workerinput", ()):
        _cover(config, on=on)
    if any(config.getoption(f"sfn_lint{option}") for option in ("", "_strict", *OF_LINT)) or config.getini("sfn_lint"):
        from pytest_sfn.hooks.lint import LintPlugin

        config.pluginmanager.register(LintPlugin(config), "sfn_lint")
    if config.getoption("sfn_intercept") or config.getini("sfn_intercept"):
        _intercept(config, config.option)
    if (config.getoption("sfn_target") or config.getini("sfn_target") or "embedded") != "embedded":
        from pytest_sfn.hooks.target import TargetPlugin

        config.pluginmanager.register(TargetPlugin(config), "sfn_target")
    if config.stash[show_key] == "all":
        from pytest_sfn.hooks.keep import KeepPlugin

        config.pluginmanager.register(KeepPlugin(config), "sfn_keep")
    if getattr(config.option, "xmlpath", None) and not hasattr(config, "workerinput"):
        from pytest_sfn.hooks.junit import JUnitPlugin

        config.pluginmanager.register(JUnitPlugin(config), "sfn_junit")
    _load_as_compiled(config)


def _load_as_compiled(config: pytest.Config) -> None:
    if _AsCompiled not in sys.meta_path:
        sys.meta_path.insert(0, _AsCompiled)
        config.add_cleanup(lambda: sys.meta_path.remove(_AsCompiled))


def _intercept(config: pytest.Config, options: Namespace) -> None:
    if config.pluginmanager.has_plugin("sfn_intercept"):
        return
    _load_as_compiled(config)
    from pytest_sfn.defaults import defaults
    from pytest_sfn.hooks.intercept import InterceptPlugin

    defaults.rootdir = config.rootpath
    plugin = InterceptPlugin(_made, _configured(config, options), _ended)
    config.add_cleanup(plugin.close)
    config.pluginmanager.register(plugin, "sfn_intercept")


def _keep_in_cache(config: pytest.Config) -> None:
    """Lend pytest's cache to what is read of service models; there is none with `-p no:cacheprovider`."""
    cache = getattr(config, "cache", None)
    if cache is not None:
        before, pytest_sfn._cache_folder = pytest_sfn._cache_folder, lambda: cache.mkdir("sfn_parameters")
        config.add_cleanup(lambda: setattr(pytest_sfn, "_cache_folder", before))


def _set_defaults(config: pytest.Config) -> None:
    """Tell `load` what the ini file says of every definition."""
    root, substitutions, parameters, allowed, check = (
        config.getini(f"sfn_{name}")
        for name in ("definition_root", "substitutions", "parameters", "allowed_folders", "parameter_check")
    )
    if check not in ("error", "warning"):
        raise pytest.UsageError(f"ini sfn_parameter_check: {check!r} is neither 'error' nor 'warning'")
    if not (root or substitutions or parameters or allowed or check != "error"):
        return
    from pytest_sfn.defaults import defaults

    if root and not (config.rootpath / root).is_dir():
        raise pytest.UsageError(f"ini sfn_definition_root: there is no folder {config.rootpath / root}")
    defaults.root = config.rootpath / root if root else None
    defaults.substitutions = _pairs("sfn_substitutions", substitutions)
    defaults.parameters = _pairs("sfn_parameters", parameters)
    defaults.allowed_folders = tuple(allowed)
    defaults.parameter_check = check
    config.add_cleanup(defaults.clear)


def _shows(config: pytest.Config) -> str:
    option, value = "--sfn-show", config.getoption("sfn_show")
    if value is None:
        option, value = "ini sfn_show", config.getini("sfn_show")
    if value not in ("failed", "all", "none"):
        raise pytest.UsageError(f"{option}: {value!r} is neither 'failed' nor 'all' nor 'none'")
    return str(value)


def _settle_pages(config: pytest.Config) -> None:
    """Make the folder of pages absolute, for the workers of pytest-xdist too."""
    folder, base = config.getoption("sfn_html"), config.invocation_params.dir
    if folder is None:
        folder, base = config.getini("sfn_html"), config.rootpath
    config.option.sfn_html = str(base / folder) if folder else ""


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Remove the pages of an earlier run; not before, since `pytest --help` and `--co` run no test."""
    config = session.config
    if config.option.sfn_html and not config.option.collectonly and not hasattr(config, "workerinput"):
        from pytest_sfn.viewer.files import remove_pages

        remove_pages(Path(config.option.sfn_html))


def _pairs(name: str, lines: list[str]) -> dict[str, str]:
    for line in lines:
        if not line.partition("=")[0].strip() or "=" not in line:
            raise pytest.UsageError(f"ini {name}: {line!r} is not NAME=VALUE")
    return {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)}


class _AsCompiled:
    """Finds the modules of this package before pytest's hook does, which would rewrite their asserts.

    pytest rewrites the packages of all plugins. Our asserts are for the type checker, and where no bytecode may be written, as
    in most containers, pytest parses and compiles each module anew: a run of one test then takes 1.9 s of CPU time, not 1.5 s.
    """

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """The module as Python itself finds it; None for modules of others."""
        return PathFinder.find_spec(name, path, target) if name.startswith("pytest_sfn.") else None


# -- the fixture -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def sfn_mock(request: pytest.FixtureRequest) -> Iterator[SfnMock]:
    """A mocked Step Functions account with a virtual clock: mock its functions, load machines, run them."""
    if "sfn_aws" in request.fixturenames:
        yield request.getfixturevalue("sfn_aws")  # one test has one account
        return
    from pytest_sfn.account.sfn_mock import SfnMock

    yield from _account(request, _kind(request, "sfn_mock", SfnMock))


@pytest.fixture
def sfn_aws(request: pytest.FixtureRequest) -> Iterator[SfnAws]:
    """`sfn_mock` with AWS's other services in memory (moto): make tables, queues and buckets with `sfn_aws.client(...)`."""
    if request.node.stash.get(_account_key, None) is not None:
        pytest.fail("sfn_aws was requested after sfn_mock: make it an argument of the test or fixture", pytrace=False)
    from pytest_sfn.account.sfn_aws import SfnAws

    yield from _account(request, _kind(request, "sfn_aws", SfnAws))


def _kind(request: pytest.FixtureRequest, fixture: str, own: type[_SomeAccount]) -> type[_SomeAccount]:
    """The class of a fixture's account: its own, unless the test's executions happen elsewhere."""
    target = request.config.pluginmanager.get_plugin("sfn_target")
    return own if target is None else target.kind(fixture, own)


@pytest.fixture(scope="session")
def sfn_mock_factory(request: pytest.FixtureRequest) -> Iterator[Callable[..., SfnMock]]:
    """A function that makes accounts, for fixtures of wider scopes and for Hypothesis.

    They have the settings of the configuration; keywords are those of `SfnMock` and win. What nobody closed is closed at the
    end of the session.
    """
    from pytest_sfn.account.sfn_mock import SfnMock

    yield from _factory(request, _kind(request, "sfn_mock", SfnMock))


@pytest.fixture(scope="session")
def sfn_aws_factory(request: pytest.FixtureRequest) -> Iterator[Callable[..., SfnAws]]:
    """As `sfn_mock_factory`, for accounts with AWS's other services in memory."""
    from pytest_sfn.account.sfn_aws import SfnAws

    yield from _factory(request, _kind(request, "sfn_aws", SfnAws))


def _factory(request: pytest.FixtureRequest, kind: type[_SomeAccount]) -> Iterator[Callable[..., _SomeAccount]]:
    from pytest_sfn.account.sfn_mock import account_of
    from pytest_sfn.defaults import defaults

    made: WeakValueDictionary[int, _SomeAccount] = WeakValueDictionary()  # there may be one for each example of Hypothesis
    numbers = count()

    def make(**settings: Any) -> _SomeAccount:
        defaults.rootdir = request.config.rootpath
        mock = kind(**(request.config.stash[_configured_key] | settings))
        made[next(numbers)] = mock
        return mock

    try:
        yield make
    finally:
        with ExitStack() as opened:  # the last one is released first, and each, whatever another raises
            for _, mock in sorted(made.items()):
                opened.callback(account_of(mock).release)


@pytest.fixture
def sfn_state_machine(request: pytest.FixtureRequest, sfn_mock: SfnMock) -> Machine:
    """The state machine that the marker `sfn` names, ready to run in the test's account (`sfn_mock` or `sfn_aws`)."""
    return _marked(request, sfn_mock)


@pytest.fixture
def state_machine(request: pytest.FixtureRequest, sfn_mock: SfnMock) -> Machine:
    """The same as `sfn_state_machine`, for projects in which nothing else has this name."""
    return _marked(request, sfn_mock)


def _marked(request: pytest.FixtureRequest, sfn_mock: SfnMock) -> Machine:
    arguments = _definition(request.node)
    if "definition" not in arguments:
        pytest.fail(f'the fixture {request.fixturename} needs the marker: @pytest.mark.sfn("order.asl.json")', pytrace=False)
    from pytest_sfn.account.sfn_mock import account_of
    from pytest_sfn.definition import settled_directories
    from pytest_sfn.errors import PytestSfnError

    directories = [request.path.parent, *settled_directories()]
    source = arguments.pop("definition")
    try:
        return account_of(sfn_mock).load(source, directories=directories, **arguments)
    except PytestSfnError as error:  # there is no line of the test's that calls anything
        reason = f"{error}\n  marker  sfn of {request.node.nodeid}"
    pytest.fail(reason, pytrace=False)


_OF_DEFINITION = (
    "definition", "logical_id", "parameters", "substitutions", "name", "type", "role_arn", "allowed_folders"
)  # fmt: skip
_OF_MOCK_CONFIG = ("mock_config", "test_case")
_NO_SETTINGS = (*_OF_DEFINITION, *_OF_MOCK_CONFIG)
"""Arguments of the marker that are not settings of the account."""


def _definition(item: pytest.Item) -> dict[str, Any]:
    """The arguments for the definition: the nearest marker wins, and one that names a definition replaces those before it."""
    found: dict[str, Any] = {}
    for marker in reversed(list(item.iter_markers("sfn"))):
        given = {name: value for name, value in marker.kwargs.items() if name in _OF_DEFINITION}
        if marker.args:
            given["definition"] = marker.args[0]
        found = given if "definition" in given else found | given
    return found


def _made(item: pytest.Item, kind: type[_SomeAccount], start_time: datetime | None = None) -> _SomeAccount:
    """The account of a test, with its settings and its mock configuration; `start_time` is used if no setting names one."""
    from pytest_sfn.errors import PytestSfnError

    settings = _settings(item)
    reason = ""
    try:
        mock = kind(**{**settings, "start_time": settings["start_time"] or start_time})
    except PytestSfnError as error:
        reason = str(error)
    if reason:
        _fail_for_marker(reason)  # not within `except`, or pytest shows both
    given: dict[str, Any] = {}
    for marker in reversed(list(item.iter_markers("sfn"))):
        given |= {name: value for name, value in marker.kwargs.items() if name in _OF_MOCK_CONFIG}
    if all(value is None for value in given.values()):
        return mock
    from pytest_sfn.account.sfn_mock import account_of
    from pytest_sfn.defaults import defaults
    from pytest_sfn.definition import settled_directories

    defaults.rootdir = item.config.rootpath
    directories = [item.path.parent, *settled_directories()]
    try:
        account_of(mock).mock_configs.use(given.get("mock_config"), given.get("test_case"), directories)
    except PytestSfnError as error:
        reason = f"{error}\n  marker  sfn of {item.nodeid}"
    else:
        return mock
    pytest.fail(reason, pytrace=False)


def _account(request: pytest.FixtureRequest, kind: type[_SomeAccount]) -> Iterator[_SomeAccount]:
    """Body of both fixtures."""
    from pytest_sfn.account.sfn_mock import account_of

    item = request.node
    intercept: InterceptPlugin | None = request.config.pluginmanager.get_plugin("sfn_intercept")
    mock = _made(item, kind) if intercept is None else cast("_SomeAccount", intercept.mock_for(item, kind))
    account = account_of(mock)
    account.open()
    item.stash[_account_key] = mock
    try:
        from pytest_sfn.defaults import defaults

        defaults.rootdir = item.config.rootpath
        yield mock
    finally:
        del item.stash[_account_key]
        _ended(item, mock)


def _ended(item: pytest.Item, mock: SfnMock) -> None:
    """Look at the account of a test that has ended, and release it; a second call does nothing."""
    from pytest_sfn.account.sfn_mock import account_of

    account = account_of(mock)
    if item.stash.get(released_key, None) is account:
        return
    item.stash[released_key] = account
    try:
        _check(item, mock, account)
    finally:
        account.release()


def _check(item: pytest.Item, mock: SfnMock, account: Account) -> None:
    """Fail a test that has passed although its account has seen an error of the test."""
    from pytest_sfn.errors import MockError

    test = item.stash.get(notes_key, None)
    if test is not None and not test.passed:
        return  # the reason why it failed or was skipped is enough; unused mocks often follow from it
    swallowed = account.world.broken
    if swallowed is not None:
        from pytest_sfn.report.frames import has_users

        if not has_users(swallowed.__traceback__):
            pytest.fail(f"{type(swallowed).__name__}: {swallowed}\nThe test went on after this.", pytrace=False)
        _note(swallowed, "The test went on after this, because something caught it: `except`, or `pytest.raises`.")
        raise swallowed
    try:
        mock.close()
    except MockError as error:  # no line of the test is to blame, so there is no traceback
        reason = str(error)
    else:
        return
    pytest.fail(reason, pytrace=False)


def _note(error: BaseException, text: str) -> None:
    if text not in getattr(error, "__notes__", ()):
        error.add_note(text)


def _settings(item: pytest.Item) -> dict[str, Any]:
    """Arguments of SfnMock: those of the configuration, and of the markers, of which the nearest wins."""
    settings = item.config.stash[_configured_key].copy()
    for marker in reversed(list(item.iter_markers("sfn"))):
        unknown = sorted(set(marker.kwargs) - {*settings, *_NO_SETTINGS})
        if unknown or marker.args[1:]:
            from pytest_sfn.names import suggest

            known = sorted({*settings, *_NO_SETTINGS[1:]})
            refused = ", ".join([*map(repr, marker.args[1:]), *unknown])
            slip = suggest(unknown[0], known, "; did you mean {}?") if unknown else ""
            _fail_for_marker(f"takes a definition and the keywords {', '.join(known)}; not {refused}{slip}", "")
        for name, value in marker.kwargs.items():
            read = _read_marker(name, value)
            if name not in _NO_SETTINGS:
                settings[name] = read
    return settings


def _read_marker(name: str, value: Any) -> Any:
    from pytest_sfn.settings import refusal

    try:
        if isinstance(value, str) and name in _READERS:
            value = _READERS[name](value)
        reason = refusal(name, value)
    except ValueError as error:
        reason = str(error)
    if reason:
        _fail_for_marker(f"{name}={reason}")
    return value


def _fail_for_marker(reason: str, colon: str = ":") -> NoReturn:
    pytest.fail(f"the marker sfn{colon} {reason}", pytrace=False)


def _configured(config: pytest.Config, options: Namespace) -> dict[str, Any]:
    """Arguments of SfnMock from the ini file and the command line, which wins."""
    found: dict[str, Any] = {}
    for name in ("strict", "validate", "seed", "region", "account_id", "quotas", "network", "start_time"):
        option, value = f"sfn_{name}", None
        if name in ("strict", "seed"):
            option, value = f"--sfn-{name}", getattr(options, f"sfn_{name}")
        try:
            if value is None:
                option = f"ini sfn_{name}"
                value = config.getini(option.removeprefix("ini "))
            found[name] = _READERS[name](value) if name in _READERS else value
            if name in ("region", "account_id"):
                _check_home(name, value)
        except ValueError as error:
            raise pytest.UsageError(f"{option}: {error}") from None
    return found


_account_key = pytest.StashKey[Any]()
_configured_key = pytest.StashKey[dict[str, Any]]()


def _check_home(name: str, value: str) -> None:
    if value not in ("us-east-1", "123456789012"):  # nothing is loaded for what is nearly always so
        from pytest_sfn.settings import refusal

        if reason := refusal(name, value):
            raise ValueError(reason)


def _seed(text: str) -> int:
    try:
        return int(text or 0)
    except ValueError:
        raise ValueError(f"{text!r} is not a whole number") from None


def _validate(text: str) -> str:
    if text not in ("strict", "present", "none"):
        raise ValueError(f"{text!r} is neither 'strict' nor 'present' nor 'none'")
    return text


def _quotas(text: str) -> str | None:
    if text not in ("aws", "none"):
        raise ValueError(f"{text!r} is neither 'aws' nor 'none'")
    return "aws" if text == "aws" else None


def _network(text: str) -> str:
    if text not in ("refuse", "allow"):
        raise ValueError(f"{text!r} is neither 'refuse' nor 'allow'")
    return text


def _start_time(text: str) -> Any:
    from datetime import datetime

    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        raise ValueError(f"{text!r} is not an ISO 8601 time, such as 2024-01-01T00:00:00Z") from None


_READERS = {"seed": _seed, "validate": _validate, "quotas": _quotas, "network": _network, "start_time": _start_time}


# -- faults ----------------------------------------------------------------------------------------------------------------


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    markers = list(metafunc.definition.iter_markers("sfn_faults"))
    if markers:
        from pytest_sfn.defaults import defaults
        from pytest_sfn.hooks.faults import parametrize

        defaults.rootdir = metafunc.config.rootpath
        parametrize(metafunc, markers, _definition(metafunc.definition))


@pytest.fixture
def sfn_fault(request: pytest.FixtureRequest) -> Fault:
    """The fault that this run of the test meets; of a test with the marker `sfn_faults`."""
    fault: Fault | None = getattr(request, "param", None)
    if fault is None:
        pytest.fail('the fixture sfn_fault needs the marker: @pytest.mark.sfn_faults("order.asl.json")', pytrace=False)
    return fault


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """The last hook before the terminal shows the failures."""
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None and any(
        hasattr(report, "sfn_cause") for kind in ("failed", "error") for report in terminal.stats.get(kind, ())
    ):
        from pytest_sfn.hooks.findings import fold

        fold(terminal)


@pytest.hookimpl(tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The first hook after the terminal has shown the failures."""
    if "pytest_sfn.hooks.findings" in sys.modules:
        from pytest_sfn.hooks.findings import unfold

        unfold(terminalreporter)
    reports = [report for found in terminalreporter.stats.values() for report in found if getattr(report, "sfn_faults", None)]
    if reports and terminalreporter.verbosity >= 0:
        from pytest_sfn.hooks.faults import summarize

        summarize(terminalreporter, reports)
    if terminalreporter.config.stash.get(show_key, None) == "all":
        from pytest_sfn.report import sections

        sections.summarize(terminalreporter)


# -- coverage --------------------------------------------------------------------------------------------------------------


_NEED_COVERAGE = ("report", "fail_under", "error_paths_fail_under", "append", "context", "precision")
"""Options that mean nothing without coverage, and so switch it on."""


def _covers(config: pytest.Config) -> bool:
    """Whether the user has switched coverage on; None in `sfn_cov` is `--sfn-cov-reset`."""
    sources = config.getoption("sfn_cov")
    if None in sources:
        return sources[-1] is not None
    return bool(sources or config.getini("sfn_cov")) or any(
        config.getoption(f"sfn_cov_{name}") not in (None, []) for name in _NEED_COVERAGE
    )


def _cover(config: pytest.Config, *, on: bool) -> None:
    if not config.getoption("no_sfn_cov"):
        from pytest_sfn.hooks.coverage import CoveragePlugin

        config.pluginmanager.register(CoveragePlugin(config, on=on), "sfn_cov")


@pytest.hookimpl(trylast=True)  # pytest-cov starts coverage.py in a worker of pytest-xdist by this hook
def pytest_sessionstart(session: pytest.Session) -> None:
    manager = session.config.pluginmanager
    if "coverage" in sys.modules and "pytest_sfn.coverage" in sys.modules and not manager.has_plugin("sfn_cov"):
        from pytest_sfn.coverage import coverage_py

        if coverage_py.serves():
            _cover(session.config, on=False)


def pytest_assertrepr_compare(config: pytest.Config, op: str, left: object, right: object) -> list[str] | None:
    """`execution.path == [...]` that fails: both paths side by side, and where they part."""
    visits = sys.modules.get("pytest_sfn.trace.visits")
    if op != "==" or visits is None:
        return None
    for taken, expected in ((left, right), (right, left)):
        if isinstance(taken, visits.StatePath) and isinstance(expected, list):
            from pytest_sfn.report.paths import compare

            return compare(taken, expected, verbose=config.get_verbosity() > 0)
    return None
