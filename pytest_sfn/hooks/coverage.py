"""Coverage in a pytest run: when to collect, merge, write, report and fail.

plugin.py registers it for `--sfn-cov`, an option that begins so, the ini key, or when coverage.py runs with our plugin. A
worker of pytest-xdist sends its data; everything else happens in the process that the user started. All of it happens when
the test loop ends: before pytest-cov writes and reports, and before the exit status is decided.
"""

from __future__ import annotations

import glob
import re
import sys
import warnings
from contextlib import ExitStack
from fnmatch import fnmatch
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from pytest_sfn.account.account import watching
from pytest_sfn.asl.source import find_text
from pytest_sfn.coverage.analysis import analyse, forget_changed, percentage, requirements
from pytest_sfn.coverage.collect import Collector
from pytest_sfn.coverage.data import DATA_FILE, CoverageData, DataError, Definition, check_ours, erase, holds_data
from pytest_sfn.coverage.identity import definition_in_file, identified
from pytest_sfn.coverage.reporter import ReportError
from pytest_sfn.coverage.reporters import check_reports, report
from pytest_sfn.defaults import defaults
from pytest_sfn.definition import load
from pytest_sfn.errors import DefinitionError, DefinitionWarning, PytestSfnError, printable
from pytest_sfn.loaders.formats import DEFINITIONS, TEMPLATES, find_machines, format_of, may_have_machines
from pytest_sfn.loaders.project import Project
from pytest_sfn.loaders.terraform import Folders

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["CoveragePlugin", "Settings"]

HINT: Final = (
    "hint: coverage.py runs too; with `plugins = pytest_sfn.coverage` in its configuration, [run], the definitions appear "
    "in its reports beside the Python code"
)


class Settings:
    """Options and their ini twins, read and checked.

    Attributes:
        on: whether the user wants our own data and reports; otherwise only coverage.py's data are written.
    """

    def __init__(self, config: pytest.Config, *, on: bool) -> None:
        def chosen(name: str) -> tuple[Any, str]:
            """The value, and where the user set it."""
            value = config.getoption(f"sfn_cov_{name}")
            if value in (None, []):
                return config.getini(f"sfn_cov_{name}"), f"ini sfn_cov_{name}"
            return value, f"--sfn-cov-{name.replace('_', '-')}"

        self.on = on
        self.sources = _sources(config)
        self.reports = _reports(*chosen("report"), config.invocation_params.dir)
        self.fail_under = _percent(*chosen("fail_under"))
        self.error_paths_fail_under = _percent(*chosen("error_paths_fail_under"))
        self.precision = _precision(*chosen("precision"))
        self.append = bool(chosen("append")[0])
        context, option = chosen("context")
        context = context or ("test" if any(name.startswith("html") for name in self.reports) else "")
        if context not in ("", "test"):
            raise pytest.UsageError(f"{option}: {context!r}; the only context is 'test'")
        self.contexts = context == "test"
        self.file = config.rootpath / (config.getini("sfn_cov_file") or DATA_FILE)


def _sources(config: pytest.Config) -> list[str]:
    """The definitions that the ini file and `--sfn-cov` name; None is `--sfn-cov-reset`, after which others are named."""
    given: list[str | None] = [*config.getini("sfn_cov"), *config.getoption("sfn_cov")]
    if None in given:
        del given[: given.index(None)]
    return [source for source in given if source]


def _reports(wanted: list[str], option: str, directory: Path) -> list[str]:
    if wanted == [""]:
        return []
    try:
        check_reports(wanted, directory)
    except ReportError as error:
        raise pytest.UsageError(f"{option}: {error}") from None
    return list(dict.fromkeys(wanted)) or ["term"]


def _percent(text: str | float, option: str) -> float | None:
    if not text:
        return None
    try:
        return percentage(text)
    except ValueError as error:
        raise pytest.UsageError(f"{option}: {error}") from None


def _precision(text: str | int, option: str) -> int:
    if text and not re.fullmatch("[0-9]", str(text)):
        raise pytest.UsageError(f"{option}: {str(text)!r} is not a number of digits from 0 to 9")
    return int(text or 0)


class CoveragePlugin:
    """Collects in every process; writes and reports in the one that the user started."""

    def __init__(self, config: pytest.Config, *, on: bool) -> None:
        self.config = config
        self.settings = Settings(config, on=on)
        self.worker = hasattr(config, "workerinput")
        self.collector = Collector(config.rootpath)
        self.ran = 0
        self.received = CoverageData()
        self.awaited: set[str] = set()
        self.unwritten: list[CoverageData] = []
        self.terminal: list[str] = []
        self.failures: list[str] = []
        self.hint = ""
        self.named: list[Definition] = []
        self.contexts = self.settings.contexts or self._coverage_py_contexts()
        watched = ExitStack()
        watched.enter_context(watching(self.collector.watch))
        config.add_cleanup(watched.close)
        if self.settings.on and not self.worker and not config.option.collectonly:
            try:
                if self.settings.append and holds_data(self.settings.file):
                    CoverageData.read(self.settings.file)  # an unreadable file is reported before the tests run
                elif not self.settings.append:
                    check_ours(self.settings.file)
                self.named = self._named()
            except (DataError, OSError) as error:
                raise pytest.UsageError(f"--sfn-cov: {error}") from None

    # -- collecting ----------------------------------------------------------------------------------------------------

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        if self.contexts:
            self.collector.context = item.nodeid
        try:
            result = yield
            self.ran += 1
            return result
        finally:
            self.collector.finish()

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Switch coverage on in a worker of pytest-xdist, which may have no coverage.py of its own."""
        node.workerinput["sfn_coverage"] = True
        self.awaited.add(node.gateway.id)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take the data of a worker of pytest-xdist; one that has died sends none."""
        text = getattr(node, "workeroutput", {}).get("sfn_coverage")
        if text is not None:
            data = CoverageData.loads(text, f"worker {node.gateway.id}")
            self.received.merge(data)
            self.awaited.discard(node.gateway.id)
            if not node.workeroutput["sfn_coverage_written"]:
                self.unwritten.append(CoverageData.loads(text))

    # -- the end -------------------------------------------------------------------------------------------------------

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Iterator[None]:
        """As the innermost wrapper it runs first at the end: pytest-cov, further out, finds its data complete.

        Data of an earlier run goes when the first test begins: `pytest --help` and `--co` leave it alone.
        """
        finished = False
        if self.settings.on and not self.worker and not self.settings.append and not session.config.option.collectonly:
            erase(self.settings.file)
        try:
            result = yield
            finished = True
        finally:
            if not session.config.option.collectonly:
                self._end(session, finished=finished or 0 < self.ran == session.testscollected)  # -x may stop after the last
        return result

    def _end(self, session: pytest.Session, *, finished: bool) -> None:
        self.collector.finish()
        data = self.collector.data()
        for definition in self.named:
            data.add(definition)
        written = self._serve_coverage_py(data)
        if self.worker:
            output: dict[str, Any] = self.config.workeroutput  # type: ignore[attr-defined]
            output["sfn_coverage"] = data.dumps()
            output["sfn_coverage_written"] = written
            return
        if not self.settings.on:
            return
        data.merge(self.received)
        data.missing.update(f"worker {name} of pytest-xdist ended without sending its coverage" for name in self.awaited)
        if not finished:
            data.missing.add("the run ended before all tests had run")
        warned = self._kept(data)
        analysis = analyse(data, self.config.rootpath, self.settings.precision)
        analysis.warnings[:0] = warned
        if self.config.option.sfn_html:
            analysis.pages = Path(self.config.option.sfn_html)
        for wanted in self.settings.reports:
            try:
                self.terminal.append(report(analysis, wanted, self.config.invocation_params.dir))
            except ReportError as error:
                self.failures.append(f"--sfn-cov-report: {error}")
        if not any(wanted.startswith("term") for wanted in self.settings.reports):
            self.terminal += [printable(f"warning: {warning}\n", "\n") for warning in analysis.warnings]
        for said, reached in requirements(analysis, self.settings.fail_under, self.settings.error_paths_fail_under):
            if reached:
                self.terminal.append(f"{said}\n")
            else:
                self.failures.append(said)
        if self.failures:
            session.testsfailed += 1  # so that the exit status says so

    def _serve_coverage_py(self, data: CoverageData) -> bool:
        """Write into the data of the coverage.py that measures this process, if there is one; gives whether it did."""
        if sys.modules.get("coverage") is None:
            return False
        from pytest_sfn.coverage import coverage_py

        contexts = self._coverage_py_contexts()
        written = coverage_py.write(data, self.config.rootpath, contexts=contexts)
        if written:
            for late in self.unwritten:
                coverage_py.write(late, self.config.rootpath, contexts=contexts)
        if written is False and self.settings.on and not self.worker:
            self.hint = HINT
        return bool(written)

    def _coverage_py_contexts(self) -> bool:
        """Whether pytest-cov notes which test ran each line."""
        return bool(self.config.getoption("cov_context", None) == "test")

    def _kept(self, data: CoverageData) -> list[str]:
        """Write the data together with those of the file; gives a warning for each definition left out."""
        warned: list[str] = []
        try:
            data.update(self.settings.file, lambda old: warned.extend(forget_changed(old, data, self.config.rootpath)))
        except (DataError, OSError) as error:
            self.failures.append(f"--sfn-cov: the coverage was not kept: {error}")
        return warned

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.terminal and not self.failures and not self.hint:
            return
        terminalreporter.write_sep("=", "Step Functions coverage")
        for text in self.terminal:
            terminalreporter.write(text)
        for text in self.failures:
            terminalreporter.write(f"{text}\n", red=True, bold=True)
        if self.hint:
            terminalreporter.write(f"{self.hint}\n")

    # -- definitions named on the command line -------------------------------------------------------------------------

    def _named(self) -> list[Definition]:
        """The definitions that `--sfn-cov=SOURCE` names, whether or not a test touches them."""
        found: dict[Path, None] = {}
        for source in self.settings.sources:
            files = self._files(source)
            if not files:
                raise pytest.UsageError(self._nothing_in(source))
            found.update(dict.fromkeys(files))
        return [definition for path in found for definition in self._untouched(path)]

    def _nothing_in(self, source: str) -> str:
        names = ", ".join((*DEFINITIONS, *TEMPLATES))
        option, fix = f"--sfn-cov={source}", f"it may be a file, a glob, or a folder with definitions or templates: {names}"
        if source in self.config.getini("sfn_cov"):
            option = f"ini sfn_cov: {source!r}"
            if source.lower() in ("true", "yes", "on", "1"):
                fix = "sfn_cov = . switches coverage on, for the definitions below the rootdir"
        elif ("--sfn-cov", source) in pairwise(map(str, self.config.invocation_params.args)):
            fix = "it takes the word after it for its SOURCE: write it last, or as --sfn-cov=SOURCE"
        return f"{option}: no definition there; {fix}"

    def _files(self, source: str) -> list[Path]:
        for directory in dict.fromkeys((self.config.invocation_params.dir, self.config.rootpath)):
            path = directory / source
            if path.is_file():
                return [path]
            if path.is_dir():
                files = list(_with_machines(_below(path, self.config.getini("norecursedirs"))))
            else:
                files = [Path(file) for file in glob.glob(str(path), recursive=True) if Path(file).is_file()]  # noqa: PTH207 - an absolute pattern
            if files:
                return sorted(files)
        return []

    def _untouched(self, path: Path) -> Iterator[Definition]:
        """The definition in a file, or those in a template, with nothing taken; a warning for each that is broken."""
        try:
            text, _ = find_text(path.absolute())
            ids = None
            if format_of(text.text, path) is not None:
                ids = [found.logical_id for found in find_machines(path, text.text, parameters=defaults.parameters)]
        except PytestSfnError as error:
            self._broken(path, error)
            return
        for logical_id in [None] if ids is None else ids:
            try:
                root = self.config.rootpath
                yield definition_in_file(path, root) if logical_id is None else self._of_template(path, logical_id)
            except DefinitionError as error:
                self._broken(path, error)

    def _broken(self, path: Path, error: PytestSfnError) -> None:
        """Warn at the file: pytest shows what called it, and this is the one way to show another place.

        It shows the text of that line too, whatever it holds, but for a line that no file has.
        """
        warning = DefinitionWarning(f"--sfn-cov: {error}")
        code = compile("issue(warning, 2)", path, "exec").replace(co_firstlineno=0)
        exec(code, {"issue": self.config.issue_config_time_warning, "warning": warning})  # noqa: S102

    def _of_template(self, path: Path, logical_id: str) -> Definition:
        """The definition of a template, as a test that loads it gets it."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DefinitionWarning)
            machine = load(path.absolute(), logical_id=logical_id)
        return identified(machine.name, machine, self.config.rootpath)[0]


def _with_machines(paths: Iterable[Path]) -> Iterator[Path]:
    """All but templates without machines, and Terraform's modules, of which a root module makes machines. One file of Terraform
    stands for its folder.
    """
    folders, read = Folders(), set[Path]()
    for path in paths:
        if not any(fnmatch(path.name, pattern) for pattern in TEMPLATES):
            yield path
            continue
        try:
            text = find_text(path.absolute())[0].text
        except PytestSfnError:
            continue
        kind, folder = format_of(text, path), path.resolve().parent
        if kind is None or not may_have_machines(kind, text) or (kind == "Terraform" and folder in read):
            continue
        if kind == "Terraform":
            read.add(folder)
            if folders.callers(Project(folder)).roots_of(folder):
                continue
        yield path


def _below(folder: Path, skipped: list[str]) -> Iterator[Path]:
    """Definitions and templates below a folder, without the folders in which pytest looks for no tests."""
    for path in folder.iterdir():
        if path.is_dir():
            if not any(fnmatch(path.name, pattern) for pattern in skipped):
                yield from _below(path, skipped)
        elif any(fnmatch(path.name, pattern) for pattern in (*DEFINITIONS, *TEMPLATES)):
            yield path
