"""`pytest --sfn-lint`: each state machine is a test item, which fails for the problems of that machine.

Files are collected as pytest collects test files: below the paths of the command line. Without paths, the files of the ini
key `sfn_definitions` are collected wherever they are. plugin.py registers this only for `--sfn-lint`.
"""

from __future__ import annotations

import glob
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_sfn.defaults import defaults
from pytest_sfn.errors import DefinitionError, printable
from pytest_sfn.links import see
from pytest_sfn.lint import rules
from pytest_sfn.lint.find import DEFINITIONS, TEMPLATES, Linted, Linter, files_below
from pytest_sfn.lint.linter import Settings
from pytest_sfn.lint.report import describe
from pytest_sfn.lint.rules import codes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_sfn.lint.linter import Lint

__all__ = ["LintPlugin"]


class LintPlugin:
    """The hooks of one run with `--sfn-lint`."""

    def __init__(self, config: pytest.Config) -> None:
        self.strict = bool(config.getoption("sfn_lint_strict") or config.getini("sfn_lint_strict"))
        on = rules.chosen(*(_names(config, f"sfn_lint_{setting}") for setting in ("select", "ignore", "extend_select")))
        defaults.rootdir = config.rootpath
        config.add_cleanup(defaults.clear)
        self.linter = Linter(Settings(on))
        self.named = _named(config)
        if config.args_source != pytest.Config.ArgsSource.ARGS:
            _add_arguments(config, self.named or ())

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """A collector for a definition or a template."""
        if self.named is not None:
            wanted = file_path.resolve() in self.named
        else:
            wanted = any(fnmatch(file_path.name, pattern) for pattern in (*DEFINITIONS, *TEMPLATES))
        if not wanted:
            return None
        collector: pytest.Collector = DefinitionFile.from_parent(parent, path=file_path, lint=self)
        return collector

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out what is linted as a part of another file: with type, substitutions and the module's arguments."""
        machines = [item for item in items if isinstance(item, MachineItem)]
        files = {(item.path.resolve(), each.resolve()) for item in machines if (each := item.linted.definition) is not None}
        named = {definition for path, definition in files if path != definition}
        kept = {id(each) for each in self.linter.without_modules([item.linted for item in machines])}
        items[:] = [
            item
            for item in items
            if not isinstance(item, MachineItem) or (id(item.linted) in kept and item.path.resolve() not in named)
        ]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
        """Let the report carry the warnings to the summary, from a worker of pytest-xdist too."""
        report = yield
        if isinstance(item, MachineItem) and call.when == "call":
            report.sfn_lint = item.warnings
        return report

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """List the warnings of items that passed."""
        reports = [report for found in terminalreporter.stats.values() for report in found]
        if not self._asked_for_less(terminalreporter) and not any(hasattr(report, "sfn_lint") for report in reports):
            terminalreporter.section("sfn-lint linted nothing", yellow=True)
            terminalreporter.line(
                "no definition or template is below the paths that pytest collects; name them in the ini key sfn_definitions, "
                f"or on the command line\n  see  {see('lint#with-pytest')}"
            )
        warnings = list(dict.fromkeys(text for report in reports for text in getattr(report, "sfn_lint", ())))
        if warnings:
            terminalreporter.section("sfn-lint warnings")
            for text in warnings:
                terminalreporter.line(text)

    @staticmethod
    def _asked_for_less(terminal: pytest.TerminalReporter) -> bool:
        """Whether the user named what to run, or pytest has not run all of it."""
        config = terminal.config
        named = config.args_source == pytest.Config.ArgsSource.ARGS
        return named or config.option.collectonly or any(terminal.stats.get(kind) for kind in ("deselected", "error"))


class DefinitionFile(pytest.File):
    """A file with state machines."""

    def __init__(self, *, lint: LintPlugin, **settings: Any) -> None:
        super().__init__(**settings)
        self.lint = lint

    def collect(self) -> Iterable[pytest.Item]:
        """An item for each machine; one for a file that cannot be read."""
        try:
            linted = self.lint.linter.file(self.path, found=self.lint.named is None)
        except DefinitionError as error:
            raise self.CollectError(str(error)) from None
        for each in linted:
            name = printable(each.machine or "sfn-lint")
            yield MachineItem.from_parent(self, name=name, linted=each, strict=self.lint.strict)


class ProblemsFound(Exception):  # noqa: N818 - what an item fails with
    """The problems of a state machine, as text."""


class MachineItem(pytest.Item):
    """One state machine."""

    def __init__(self, *, linted: Linted, strict: bool, **settings: Any) -> None:
        super().__init__(**settings)
        self.linted = linted
        self.strict = strict
        self.warnings: list[str] = []

    def runtest(self) -> None:
        """Fail for errors, in strict mode for warnings too; the summary lists the other problems."""
        ignored = frozenset[str]()
        for marker in self.iter_markers("sfn_lint"):
            ignored |= _ignored_by(marker)
        problems = [each for each in self.linted.problems if each.code not in ignored]
        failing = [each for each in problems if each.severity == "error" or (self.strict and each.severity == "warning")]
        self.warnings = [self._shown(each) for each in problems if each not in failing]
        if failing:
            raise ProblemsFound("\n".join(self._shown(each) for each in failing))

    def _shown(self, item: Lint) -> str:
        return describe(item, self.linted.texts, str(self.linted.file))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The problems, without a traceback."""
        if isinstance(excinfo.value, ProblemsFound):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The place that pytest shows."""
        return self.path, None, printable(f"sfn-lint: {self.linted.machine or self.path.name}")


def _names(config: pytest.Config, setting: str) -> list[str]:
    """The rules that a setting names; the option's add to those of the ini file, but what it selects replaces those."""
    option: list[str] = config.getoption(setting)
    ini: list[str] = config.getini(setting)
    _codes(option, f"--{setting.replace('_', '-')}")
    _codes(ini, f"ini {setting}")
    return option if option and setting == "sfn_lint_select" else [*ini, *option]


def _ignored_by(marker: pytest.Mark) -> frozenset[str]:
    """The rules that a marker names; the test fails with a message if it is used otherwise."""
    named = marker.kwargs.get("ignore")
    several = [named] if isinstance(named, str) else named
    if marker.args or len(marker.kwargs) != 1 or not isinstance(several, list | tuple | set | frozenset):
        reason = 'the marker sfn_lint takes rules: pytest.mark.sfn_lint(ignore="SFN203")'
    else:
        try:
            return _codes([str(each) for each in several], "the marker sfn_lint: ignore")
        except pytest.UsageError as error:
            reason = str(error)
    pytest.fail(reason, pytrace=False)


def _codes(named: list[str], setting: str) -> frozenset[str]:
    chosen, unknown = codes(named)
    for name, hint in unknown:
        raise pytest.UsageError(f"{setting}: {name!r} is not a rule of the linter; {hint}")
    return chosen


def _named(config: pytest.Config) -> frozenset[Path] | None:
    """The files of the ini key; None if it is not set."""
    patterns: list[str] = config.getini("sfn_definitions")
    if not patterns:
        return None
    found: set[Path] = set()
    for pattern in patterns:
        matches = [config.rootpath / match for match in glob.glob(pattern, root_dir=config.rootpath, recursive=True)]  # noqa: PTH207 - Path.glob takes no absolute pattern
        if not matches:
            raise pytest.UsageError(f"ini sfn_definitions: nothing matches {pattern!r} in {config.rootpath}")
        for match in matches:
            found.update(path.resolve() for path in (files_below(match) if match.is_dir() else [match]))
    return frozenset(found)


def _add_arguments(config: pytest.Config, files: Iterable[Path]) -> None:
    """Add those files to the arguments that pytest would not collect anyway."""
    if config.args_source == pytest.Config.ArgsSource.INVOCATION_DIR and config.invocation_params.dir != config.rootpath:
        return
    folders = [Path(config.invocation_params.dir, argument.partition("::")[0]).resolve() for argument in config.args]
    config.args += [
        str(file) for file in sorted(files) if not any(folder == file or folder in file.parents for folder in folders)
    ]
